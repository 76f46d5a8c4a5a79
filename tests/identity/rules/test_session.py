# SPDX-License-Identifier: Apache-2.0

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dothi.foundation import clock
from dothi.identity.rules import session as rules

AT = clock.now()


@pytest.mark.parametrize(
    ("methods", "acr"),
    [
        ([], "aal1"), (["password"], "aal1"), (["totp"], "aal1"), (["password", "totp"], "aal2"),
        (["password", "recovery_codes"], "aal2"), (["password_reset", "totp"], "aal2"), (["webauthn"], "phr"),
        (["password", "webauthn"], "phr"), (["socialaccount"], "aal1"), (["totp", "recovery_codes"], "aal1"),
    ],
)  # fmt: skip
def test_level_follows_from_the_means_when_shown(methods: list[str], acr: str) -> None:
    assert rules.acr_of_methods(methods) == acr


def test_nothing_falls_when_less_is_proved_later() -> None:
    strong = rules.proven(None, "phr", ial=2, source="webauthn", at=AT)
    later = AT + timedelta(minutes=5)

    found = rules.proven(strong, "aal1", ial=0, source="password", at=later)

    assert (found.aal, found.ial, found.source, found.verified_at) == (2, 2, "webauthn", later)
    assert dict(found.proved) == {"aal1": later, "aal2": AT, "phr": AT}
    assert rules.read_assurance(found.as_json()) == found


@pytest.mark.parametrize("found", [None, "", 7, [], {}, {"aal": "x"}, {"aal": 2, "ial": 0, "source": "x", "verified_at": "now", "proved": {}}, {"aal": 2, "ial": 0, "source": "x", "verified_at": "2026-11-25T00:00:00Z", "proved": {"phr": None}}])  # fmt: skip
def test_assurance_is_none_when_it_cannot_be_read(found: Any) -> None:
    assert rules.read_assurance(found) is None


@pytest.mark.parametrize(("minutes", "recent"), [(-1, False), (0, True), (9.9, True), (10, False)])
def test_proof_is_recent_when_within_its_minutes(minutes: float, *, recent: bool) -> None:
    found = rules.proven(None, "aal2", ial=0, source="totp", at=AT - timedelta(minutes=minutes))

    assert rules.is_recent(found, "aal2", minutes=10, at=AT) is recent
    assert rules.is_recent(found, "phr", minutes=10, at=AT) is False


@pytest.mark.parametrize(
    ("began", "seen", "over"),
    [(0, 0, False), (719, 59, False), (720, 0, True), (10, 60, True), (-6, -6, True), (-4, -4, False)],
)
def test_session_is_over_when_old_idle_or_of_the_future(began: int, seen: int, *, over: bool) -> None:
    limits = {"life": timedelta(hours=12), "idle": timedelta(minutes=60)}

    assert rules.is_over(began_at=AT - timedelta(minutes=began), seen_at=AT - timedelta(minutes=seen), at=AT, **limits) is over  # fmt: skip


def test_staff_enter_only_by_what_cannot_be_phished() -> None:
    means = {acr: rules.proven(None, acr, ial=0, source="x", at=AT) for acr in ("aal1", "aal2", "phr")}

    assert [rules.may_enter(role=role, found=one) for role in ("admin", "staff", "resident") for one in (None, *means.values())] == [False, False, False, True] * 2 + [False, True, True, True]  # fmt: skip
