# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dothi.foundation import ticket

CLAIMS = ticket.Claims(tenant="", exp=1000, sub="binh")


def test_verify_gives_the_claims_when_ticket_is_ours_and_in_time():
    signed = ticket.sign("secret", CLAIMS)

    assert ticket.verify("secret", signed, now=999) == CLAIMS


def test_verify_refuses_when_time_has_passed():
    assert ticket.verify("secret", ticket.sign("secret", CLAIMS), now=1000) is None


def test_verify_refuses_when_key_or_claims_differ():
    signed = ticket.sign("secret", CLAIMS)
    other = ticket.sign("secret", ticket.Claims(tenant="x", exp=1000, sub="binh"))
    mixed = ".".join([*other.split(".")[:2], signed.split(".")[2]])

    assert ticket.verify("another", signed, now=1) is None
    assert ticket.verify("secret", mixed, now=1) is None


def test_verify_refuses_when_text_is_garbage():
    for text in (
        "",
        "v1",
        "v1..",
        "v1.é.é",
        "v2." + ticket.sign("secret", CLAIMS)[3:],
        "a.b.c.d",
        "v1.YQ.YQ",
    ):
        assert ticket.verify("secret", text, now=1) is None, text


def test_from_cookie_header_finds_the_ticket_among_others():
    assert ticket.from_cookie_header("sessionid=a; dothi_broker=v1.a.b; x=y") == "v1.a.b"
    assert ticket.from_cookie_header("sessionid=a") == ""
