# SPDX-License-Identifier: Apache-2.0
"""Consents of a person, and the words that count now."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from dothi.privacy.models import Consent, ConsentText
from dothi.privacy.queries.purpose import register
from dothi.privacy.rules.purpose import Purpose


def text_of(purpose: str) -> ConsentText | None:
    """The newest words for a purpose."""
    return ConsentText.objects.filter(purpose=purpose).order_by("-version").first()


def consents_of(account: str) -> QuerySet[Consent]:
    """All that a person ever said yes to, newest first, with the words."""
    return Consent.objects.filter(account=account).select_related("text").order_by("-given_at")


def standing(account: str, purpose: str) -> Consent | None:
    found = Consent.objects.filter(account=account, purpose=purpose, withdrawn_at=None)
    return found.select_related("text").first()


def consented(account: str, purpose: str) -> bool:
    """Whether a person's yes to the words of now stands; a yes to older words does not count."""
    given, newest = standing(account, purpose), text_of(purpose)
    return given is not None and newest is not None and given.text_id == newest.pk


def asked_for() -> list[Purpose]:
    """Purposes that rest on consent and have words to agree to."""
    written = set(ConsentText.objects.values_list("purpose", flat=True))
    return [one for one in register() if one.basis == "consent" and one.key in written]


def overview(account: str) -> list[dict[str, Any]]:
    """Each purpose that rests on consent, with the yes that stands."""
    given = {one.purpose: one for one in consents_of(account) if one.withdrawn_at is None}
    return [{"purpose": one, "given": given.get(one.key)} for one in asked_for()]
