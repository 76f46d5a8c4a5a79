# SPDX-License-Identifier: Apache-2.0
"""Levels of assurance as clients name them (RFC 9470, OpenID Connect Core 2, ACR values for EAP).

loa1: somebody who proved one factor. loa2: two factors, or one that cannot be phished. loa3: that, and a person whose
identity was checked as at level 2 of Decree 69/2024 (ial 3). phr: a passkey, whoever it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

LOA1, LOA2, LOA3, PHR = "urn:dothi:loa1", "urn:dothi:loa2", "urn:dothi:loa3", "phr"
LEVELS = (LOA1, LOA2, LOA3, PHR)
AMR = {"password": "pwd", "webauthn": "hwk", "totp": "otp", "recovery_codes": "otp", "socialaccount": "fed"}
"""How allauth's methods are named in RFC 8176; what is not there keeps its own word."""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What a session proved: `aal` 1 to 3, `ial` 0 to 3, by which methods, and when."""

    aal: int
    ial: int
    methods: tuple[str, ...]
    at: datetime

    @property
    def is_phishing_resistant(self) -> bool:
        return "webauthn" in self.methods

    @property
    def reached(self) -> frozenset[str]:
        """All levels that this proof satisfies."""
        found = {LOA1}
        if self.aal >= 2 or self.is_phishing_resistant:
            found.add(LOA2)
        if LOA2 in found and self.ial >= 3:
            found.add(LOA3)
        if self.is_phishing_resistant:
            found.add(PHR)
        return frozenset(found)

    @property
    def highest(self) -> str:
        return next(level for level in (LOA3, LOA2, LOA1) if level in self.reached)


def answer(proof: Proof, asked: Sequence[str]) -> str:
    """The acr that stands in the token: the first asked one that was reached, else the highest level."""
    return next((level for level in asked if level in proof.reached), proof.highest)


def missing(proof: Proof, *, asked: Sequence[str], least: str) -> str | None:
    """What has to be proved still; None when all is. Of several asked levels any will do, of unknown ones none is meant."""
    if least not in proof.reached:
        return least
    known = [level for level in asked if level in LEVELS]
    if asked and not known:
        return None
    return known[0] if known and not set(known) & proof.reached else None


def amr_of(methods: Iterable[str]) -> list[str]:
    """Methods in the words of RFC 8176."""
    names = [AMR.get(method, method) for method in methods]
    return sorted({*names, *({"mfa"} if len(set(names)) > 1 else set())})


def is_too_old(auth_time: datetime, max_age: int | None, *, at: datetime) -> bool:
    """Whether a sign-in lies further back than `max_age` seconds; None: no limit."""
    return max_age is not None and (at - auth_time).total_seconds() > max_age
