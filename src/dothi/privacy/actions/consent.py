# SPDX-License-Identifier: Apache-2.0
"""Consents are given and withdrawn; the words they rest on are published in versions."""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec
from django.db import IntegrityError, transaction

from dothi.ledger.door import note
from dothi.privacy.errors import NotNow, RefusedForm
from dothi.privacy.models import Consent, ConsentText
from dothi.privacy.queries import consent as queries
from dothi.privacy.queries.purpose import purpose as purpose_of


@transaction.atomic
def publish_text(*, purpose: str, vi: str, en: str, by: str, at: datetime, tenant: str = "") -> ConsentText:
    """New words for a purpose that rests on consent; a yes to the old ones counts no longer for what is new."""
    entry = purpose_of(purpose)
    wrong = {}
    if entry is None or entry.basis != "consent":
        wrong["purpose"] = "privacy.consent.purpose.wrong"
    if len(vi.strip()) < 20:
        wrong["vi"] = "privacy.consent.words.short"
    if len(en.strip()) < 20:
        wrong["en"] = "privacy.consent.words.short"
    if wrong:
        raise RefusedForm(wrong)
    words = {"vi": vi.strip()[:5000], "en": en.strip()[:5000]}
    newest = queries.text_of(purpose)
    text = ConsentText.objects.create(
        tenant=tenant, purpose=purpose, version=(newest.version if newest else 0) + 1, words=words, by=by, at=at,
        sha256=hashlib.sha256(msgspec.json.encode(words, order="sorted")).hexdigest(),
    )  # fmt: skip
    note(
        "privacy.act.consent_text", f"purpose:{purpose}", at=at, tenant=tenant, version=text.version,
        sha256=text.sha256,
    )  # fmt: skip
    return text


@transaction.atomic
def give(*, account: str, text_id: int, language: str, said: bool, at: datetime, tenant: str = "") -> Consent:
    """Keep a yes to the very words that were shown. NotNow when they are no longer the newest, or it stands already."""
    text = ConsentText.objects.filter(pk=text_id).first()
    newest = queries.text_of(text.purpose) if text else None
    if text is None or newest is None or newest.pk != text.pk:
        raise NotNow("privacy.consent.words.old")
    if not said:
        raise RefusedForm({"said": "privacy.consent.said.missing"})
    former = queries.standing(account, text.purpose)
    if former is not None and former.text_id == text.pk:
        return former
    if former is not None:
        former.withdrawn_at = at
        former.save(update_fields=["withdrawn_at"])
    try:
        with transaction.atomic():
            given = Consent.objects.create(
                tenant=tenant,
                account=account,
                purpose=text.purpose,
                text=text,
                language=language,
                given_at=at,
            )
    except IntegrityError as error:  # the same person, in another window
        raise NotNow("privacy.consent.words.old") from error
    note(
        "privacy.act.consent_given", f"account:{account}", at=at, tenant=tenant, purpose=text.purpose,
        version=text.version, sha256=text.sha256, language=language,
    )  # fmt: skip
    return given


@transaction.atomic
def take_back(*, account: str, purpose: str, at: datetime, tenant: str = "") -> Consent:
    """Withdraw: as easy as giving, at once, and without a reason."""
    given = (
        Consent.objects.select_for_update()
        .filter(account=account, purpose=purpose, withdrawn_at=None)
        .first()
    )
    if given is None:
        raise NotNow("privacy.consent.none")
    given.withdrawn_at = at
    given.save(update_fields=["withdrawn_at"])
    note("privacy.act.consent_withdrawn", f"account:{account}", at=at, tenant=tenant, purpose=purpose)
    return given
