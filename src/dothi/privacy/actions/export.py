# SPDX-License-Identifier: Apache-2.0
"""All that the product keeps about an account, packed for the person and handed out once."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db import transaction

from dothi.foundation import messages
from dothi.ledger.door import note
from dothi.privacy import keepers
from dothi.privacy.errors import NotNow
from dothi.privacy.models import Export
from dothi.privacy.queries import export as queries
from dothi.privacy.rules import archive

LIFE = timedelta(days=7)


def _both(key: str) -> dict[str, str]:
    return {language: messages.text(language, key) for language in archive.LANGUAGES}


def _words(language: str, *, account: str, at: datetime) -> archive.Words:
    return archive.Words(
        title=messages.text(language, "privacy.archive.title"),
        lead=messages.text(language, "privacy.archive.lead", account=account, day=f"{at:%d/%m/%Y}"),
        nothing=messages.text(language, "privacy.archive.nothing"),
        basis=messages.text(language, "privacy.archive.basis"),
    )


@transaction.atomic
def make_export(*, account: str, at: datetime, tenant: str = "") -> Export:
    """Pack what every room keeps. One that waited is emptied: there is only one at a time."""
    parts = [
        archive.Part(name=one.name, what=_both(one.what), basis=_both(one.basis), data=one.export(account))
        for one in keepers.keepers()
    ]
    words = {language: _words(language, account=account, at=at) for language in archive.LANGUAGES}
    content = archive.pack(parts, account=account, at=at, words=words)
    Export.objects.filter(account=account, handed_at=None).update(content=b"", size=0)
    made = Export.objects.create(
        tenant=tenant, account=account, content=content, size=len(content), made_at=at, expires_at=at + LIFE,
        sha256=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip
    note(
        "privacy.act.export_made",
        f"account:{account}",
        at=at,
        tenant=tenant,
        export=made.pk,
        sha256=made.sha256,
    )
    return made


@transaction.atomic
def hand_out(*, account: str, at: datetime) -> bytes:
    """The zip that waits for its owner, once; NotNow when there is none or it was fetched."""
    found = queries.waiting(account, at=at)
    row = Export.objects.select_for_update().filter(pk=found.pk, handed_at=None).first() if found else None
    if row is None:
        raise NotNow("privacy.export.none")
    content = bytes(row.content)
    row.handed_at, row.content = at, b""
    row.save(update_fields=["handed_at", "content"])
    note("privacy.act.export_handed", f"account:{account}", at=at, tenant=row.tenant, export=row.pk)
    return content
