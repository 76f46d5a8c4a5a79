# SPDX-License-Identifier: Apache-2.0
"""Signed files are believed when they are whole, and each way of tampering is refused with a reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.documents import signing
from tests.documents.signing import NAME, NOW, place, prepared, root, signed, signer, stamper
from tests.documents.tampering import REVOKED
from tests.documents.tamperings import TAMPERINGS

from dothi.documents.core import sealing
from dothi.documents.core.checking import Verdict, check
from dothi.foundation import messages


def judge(pdf: bytes, *, roots: list[bytes] | None = None) -> Verdict:
    return check(
        pdf,
        roots=[root().der] if roots is None else roots,
        crls=[signing.crl(REVOKED)],
        at=NOW + timedelta(hours=1),
    )


def names(verdict: Verdict) -> list[str]:
    return [reason.key.removeprefix("documents.check.") for reason in verdict.why]


@pytest.mark.parametrize("stamped", [False, True])
def test_signed_file_is_good_when_nothing_was_changed(*, stamped: bool) -> None:
    verdict = judge(signed(stamped=stamped))

    assert (names(verdict), verdict.good) == ([], True)
    assert [
        (one.field, one.signer and one.signer.name, one.stamped_at is not None) for one in verdict.signatures
    ] == [(sealing.FIELD, NAME, stamped)]


def test_ways_of_tampering_are_fifty_at_least_when_counted() -> None:
    assert len(TAMPERINGS) >= 50


@pytest.mark.parametrize("name", sorted(TAMPERINGS))
def test_file_is_refused_with_a_reason_when_tampered_with(name: str) -> None:
    tamper, expected = TAMPERINGS[name]
    pdf = tamper()
    assert pdf != signed()

    verdict = judge(pdf)

    assert not verdict.good
    assert set(names(verdict)) & expected, names(verdict)
    assert all(reason.told("vi") and reason.told("en") for reason in verdict.why)


def test_file_is_refused_when_no_root_is_given() -> None:
    assert names(judge(signed(), roots=[])) == ["unknown_root"]


def test_expired_certificate_is_good_when_a_stamp_proves_the_time() -> None:
    then = NOW - timedelta(days=30)
    former = signing.party(NAME, above=root(), until=NOW - timedelta(days=1))
    pdf = sealing.seal(
        prepared(), key=place(former, root()), name=NAME, at=then, stamper=stamper(at=then)
    ).pdf

    verdict = judge(pdf)

    assert (names(verdict), verdict.good) == ([], True)
    assert verdict.signatures[0].stamped_at == then


def test_expired_certificate_is_refused_when_signed_after_its_end() -> None:
    then = NOW - timedelta(hours=5)
    former = signing.party(NAME, above=root(), until=NOW - timedelta(days=1))
    pdf = sealing.seal(
        prepared(), key=place(former, root()), name=NAME, at=then, stamper=stamper(at=then)
    ).pdf

    assert "expired" in names(judge(pdf))


def test_levels_rise_when_a_stamp_and_revocation_information_are_there() -> None:
    crls = [signing.crl()]
    key = place(signer(), root())

    made = [
        sealing.seal(prepared(), key=key, name=NAME, at=NOW),
        sealing.seal(prepared(), key=key, name=NAME, at=NOW, stamper=stamper()),
        sealing.seal(
            prepared(), key=key, name=NAME, at=NOW, stamper=stamper(), roots=[root().der], crls=crls
        ),
    ]

    assert [one.level for one in made] == ["B-B", "B-T", "B-LT"]
    assert [names(judge(one.pdf)) for one in made] == [[], [], []]


@pytest.mark.parametrize(
    "pdf", [b"", b"%PDF-", b"%PDF-1.7\n%%EOF", b"x" * 1000, b"%PDF-1.7\n" + b"\0" * 5000 + b"%%EOF"]
)
def test_nonsense_is_refused_with_a_reason_when_judged(pdf: bytes) -> None:
    verdict = judge(pdf)

    assert not verdict.good
    assert names(verdict)[0] in {"no_pdf", "broken", "after_the_end"}


def test_every_reason_has_a_sentence_when_told() -> None:
    reasons = {f"documents.check.{name}" for _, names_ in TAMPERINGS.values() for name in names_}

    assert sorted(reasons - set(messages.catalogue())) == []
