# SPDX-License-Identifier: Apache-2.0

"""How sure the city is of who sits behind a session, and when a session is over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from dothi.foundation import clock

Acr = Literal["aal1", "aal2", "phr"]
"""What one can prove: a password; two factors; a passkey, which cannot be phished."""
STAFF = frozenset({"staff", "admin"})
_RANK: dict[Acr, int] = {"aal1": 1, "aal2": 2, "phr": 3}


@dataclass(frozen=True, kw_only=True)
class Assurance:
    """What a session proved: `aal` 1 to 3, `ial` 0 to 3, by what means, when last; `proved`: when each level was."""

    aal: int
    ial: int
    source: str
    verified_at: datetime
    proved: Mapping[Acr, datetime]

    @property
    def phishing_resistant(self) -> bool:
        return "phr" in self.proved

    def as_json(self) -> dict[str, Any]:
        return {
            "aal": self.aal,
            "ial": self.ial,
            "source": self.source,
            "verified_at": clock.iso(self.verified_at),
            "proved": {acr: clock.iso(at) for acr, at in self.proved.items()},
        }


def read_assurance(found: Any) -> Assurance | None:
    """From a session's data; None when it says nothing that can be understood."""
    try:
        return Assurance(
            aal=int(found["aal"]),
            ial=int(found["ial"]),
            source=str(found["source"]),
            verified_at=clock.parse(found["verified_at"]),
            proved={acr: clock.parse(found["proved"][acr]) for acr in _RANK if acr in found["proved"]},
        )
    except (KeyError, TypeError, ValueError):
        return None


def acr_of_methods(methods: Iterable[str]) -> Acr:
    """Of the means shown one after another.

    No aal3 by a passkey: that its key cannot leave the device is known only by an attestation, which is not asked for.
    """
    shown = set(methods)
    if "webauthn" in shown:
        return "phr"
    second = shown & {"totp", "recovery_codes"}
    return "aal2" if second and shown - second else "aal1"


def source_of_methods(methods: Iterable[str]) -> str:
    """One word for how a person came in: the strongest of the means."""
    shown = set(methods)
    ranked = ("counter", "webauthn", "totp", "recovery_codes", "socialaccount", "password", "password_reset")
    return next((method for method in ranked if method in shown), "password")


def proven(before: Assurance | None, acr: Acr, *, ial: int, source: str, at: datetime) -> Assurance:
    """What holds after a level was proved now: nothing that was known before is lost."""
    proved = dict(before.proved) if before else {}
    proved |= {level: at for level, rank in _RANK.items() if rank <= _RANK[acr]}
    aal = max(min(_RANK[acr], 2), before.aal if before else 0)
    return Assurance(
        aal=aal,
        ial=max(ial, before.ial if before else 0),
        source=before.source if before and before.aal >= aal and acr != "phr" else source,
        verified_at=at,
        proved=proved,
    )


def is_recent(found: Assurance | None, acr: Acr, *, minutes: float, at: datetime) -> bool:
    """Whether this level, or a higher one, was proved within these minutes."""
    if found is None or acr not in found.proved:
        return False
    return timedelta(0) <= at - found.proved[acr] < timedelta(minutes=minutes)


def is_over(*, began_at: datetime, seen_at: datetime, at: datetime, life: timedelta, idle: timedelta) -> bool:
    """Too old, or left alone for too long; a time that lies ahead is no time of ours."""
    if began_at > at + timedelta(minutes=5):
        return True
    return at >= began_at + life or at >= seen_at + idle


def may_enter(*, role: str, found: Assurance | None) -> bool:
    """Staff only by two factors that include a passkey; others by what they have."""
    return found is not None and (role not in STAFF or found.phishing_resistant)
