# SPDX-License-Identifier: Apache-2.0
"""Who did what, from the doors of the rooms above: each act with its record, in one transaction."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from tests.pages import PASSWORD, with_passkey
from tests.software_key import options
from tests.told import told

from dothi.foundation import messages
from dothi.identity.actions import administrator as identity
from dothi.ledger import door
from dothi.ledger.errors import BadRecord
from dothi.sources import actions as sources

ROOT = Path(__file__).parents[2] / "src" / "dothi"


def test_every_act_has_its_sentence_when_code_records_it() -> None:
    acts = {
        node.value
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and ".act." in node.value
        if node.value.replace(".", "").replace("_", "").isalpha()
        and node.value[-1].isalpha()  # not the head of one
    }

    assert len(acts) > 15
    assert sorted(acts - set(messages.catalogue())) == []


@pytest.mark.django_db
def test_source_and_device_acts_name_who_did_them_when_done_on_pages(signed_in: Client, dung: Any) -> None:
    form = {"name": "Trạm mưa", "way": "mqtt", "period": "5", "period_unit": "m", "preset": "json",
            "contact_name": "Bình", "contact_phone": "0912345678"}  # fmt: skip
    signed_in.post("/sources/add/", form)
    signed_in.post("/sources/tram-mua/devices/add/", {"key": "t1", "kind": "rain"})
    signed_in.post("/sources/tram-mua/key/")
    signed_in.post("/sources/tram-mua/change/", form | {"name": "Trạm mưa 2"})
    signed_in.post("/sources/tram-mua/retire/")

    found = told("sources.%")

    assert [(actor, act, object_) for actor, act, object_, _ in found] == [
        (f"account:{dung.pk}", act, object_)
        for act, object_ in (
            ("sources.act.added", "source:tram-mua"),
            ("sources.act.device_added", "device:tram-mua/t1"),
            ("sources.act.key_rotated", "source:tram-mua"),
            ("sources.act.changed", "source:tram-mua"),
            ("sources.act.retired", "source:tram-mua"),
        )
    ]
    assert "Bình" not in str(found)
    assert "0912345678" not in str(found)


@pytest.mark.django_db
def test_device_acts_are_recorded_when_done() -> None:
    source, _ = sources.add_source(tenant="", name="Trạm", way="mqtt", period=60)
    device, _ = sources.add_device(source, key="a")
    sources.rotate_device_key(device)
    sources.set_device_muted(device, muted=True)
    sources.retire_device(device)
    waits = source.devices.create(key="b")
    sources.accept_device(waits, name="B", kind="air")

    acts = [
        (actor, act.removeprefix("sources.act."), object_) for actor, act, object_, _ in told("sources.%")
    ]

    assert acts == [
        ("system", "added", "source:tram"),
        ("system", "device_added", "device:tram/a"),
        ("system", "device_key_rotated", "device:tram/a"),
        ("system", "device_muted", "device:tram/a"),
        ("system", "device_retired", "device:tram/a"),
        ("system", "device_accepted", "device:tram/b"),
    ]


@pytest.mark.django_db
def test_act_and_record_go_together_when_the_act_fails() -> None:
    with transaction.atomic():
        sources.add_source(tenant="", name="Trạm", way="mqtt", period=60)
        transaction.set_rollback(True)

    assert told("sources.%") == []


@pytest.mark.django_db
def test_sign_in_is_recorded_without_what_strangers_typed(dung: Any) -> None:
    browser = Client()
    browser.post("/sign-in/", {"login": "dung", "password": "wrong"})
    browser.post("/sign-in/", {"login": "mật khẩu gõ nhầm ô", "password": "x"})
    key = with_passkey(dung)
    browser.post("/sign-in/", {"login": "dung", "password": PASSWORD})
    browser.post("/sign-in/second/", {"credential": key.show(options(browser, "/sign-in/second/options/"))})

    me = f"account:{dung.pk}"
    assert told("identity.act.sign%") == [
        ("visitor", "identity.act.sign_in_failed", me, {}),
        (me, "identity.act.signed_in", me, {"means": {"aal": 2, "source": "webauthn"}}),
    ]


@pytest.mark.django_db
def test_first_administrator_is_recorded_when_made() -> None:
    with door.acting("operator:admin-link"):
        link = identity.create_admin_link()
    answer = Client().post(link, {"name": "An", "login": "an", "password": PASSWORD, "again": PASSWORD})

    assert answer.status_code == 302
    made, post, administrator = told("identity.%")
    assert post[:3] == (administrator[0], "identity.act.post_given", administrator[0])
    assert made[:2] == ("operator:admin-link", "identity.act.link_made")
    assert administrator[1] == "identity.act.administrator_made"
    assert administrator[0] == administrator[2]
    assert administrator[3] == {"link": made[2]}


@pytest.mark.django_db
def test_record_is_refused_when_it_has_no_form() -> None:
    with pytest.raises(BadRecord):
        door.note("sources.act.added", "source:x", value=float("nan"))

    assert told() == []


def test_actor_is_the_one_before_when_a_block_ends() -> None:
    with door.acting("account:an"):
        with door.acting(lambda: "account:binh"):
            assert door.current() == "account:binh"
        assert door.current() == "account:an"
    assert door.current() == door.NOBODY
