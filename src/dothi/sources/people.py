# SPDX-License-Identifier: Apache-2.0
"""People named in sources: whom to call. They are named, not linked: accounts and contacts need not be the same."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from dothi.foundation.text import fold
from dothi.identity.door import names_of
from dothi.sources import entities
from dothi.sources.models import Source
from dothi.sources.noted import source_noted


def _named(account_id: str) -> list[Source]:
    """Sources whose contact has the very name of the account, marks and case aside."""
    actor = f"account:{account_id}"
    name = fold(names_of([actor]).get(actor, ""))
    if not name:
        return []
    named = Source.objects.exclude(contact_name="").order_by("pk")
    return [source for source in named if fold(source.contact_name) == name]


def contacts(account_id: str) -> list[dict[str, Any]]:
    """The sources that name as their contact somebody who is called as the account is."""
    return [
        {"source": one.slug, "contact_name": one.contact_name, "contact_phone": one.contact_phone}
        for one in _named(account_id)
    ]


@transaction.atomic
def forget_contact(*, account_id: str) -> int:
    """Take the name and phone out of these sources and out of what the broker was told; how many there were."""
    found = _named(account_id)
    for source in found:
        source.contact_name = source.contact_phone = ""
        source.save(update_fields=["contact_name", "contact_phone"])
        for device in source.devices.exclude(state="waiting").select_related("source"):
            entities.publish(device)
        source_noted("sources.act.contact_forgotten", source)
    return len(found)
