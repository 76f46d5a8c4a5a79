# SPDX-License-Identifier: Apache-2.0
"""People named in sources: whom to call. They are named, not linked, so a name alone proves little.

A source is taken for an account's own only when the account holds a post, the name is the very same, and no other
officer has it. Whatever else sounds alike is counted, and a person decides.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from dothi.foundation import messages
from dothi.foundation.text import fold, nfc
from dothi.identity.door import ids_of, names_of, post_of
from dothi.sources import entities
from dothi.sources.models import Source
from dothi.sources.noted import source_noted

UNDECIDED = "sources.contact.undecided"


def _matching(account_id: str) -> tuple[list[Source], list[Source]]:
    """Sources whose contact is the account, and those whose contact may be somebody of the same or a like name."""
    actor = f"account:{account_id}"
    name = nfc(names_of([actor]).get(actor, ""))
    if not fold(name):
        return [], []
    named = Source.objects.exclude(contact_name="").order_by("pk")
    alike = [source for source in named if fold(source.contact_name) == fold(name)]
    if not _is_the_only_officer(actor, name):
        return [], alike
    own = [source for source in alike if nfc(source.contact_name) == name]
    return own, [source for source in alike if source not in own]


def _is_the_only_officer(actor: str, name: str) -> bool:
    same = {one for one, other in names_of(ids_of(name)).items() if nfc(other) == name} | {actor}
    return [one for one in same if post_of(one.removeprefix("account:"))[1]] == [actor]


def contacts(account_id: str) -> list[dict[str, Any]]:
    """The sources whose contact the account is; of those that only may name it no more than how many."""
    own, maybe = _matching(account_id)
    told: list[dict[str, Any]] = [
        {"source": one.slug, "contact_name": one.contact_name, "contact_phone": one.contact_phone}
        for one in own
    ]
    if maybe:
        words = {language: messages.text(language, UNDECIDED, count=len(maybe)) for language in ("vi", "en")}
        told.append({"undecided": len(maybe)} | words)
    return told


def undecided_contacts(account_id: str) -> int:
    """How many sources may name the account: a person must decide."""
    return len(_matching(account_id)[1])


@transaction.atomic
def forget_contact(*, account_id: str) -> int:
    """Take the name and phone out of the account's own sources and out of what the broker was told; how many."""
    found, _ = _matching(account_id)
    for source in found:
        source.contact_name = source.contact_phone = ""
        source.save(update_fields=["contact_name", "contact_phone"])
        for device in source.devices.exclude(state="waiting").select_related("source"):
            entities.publish(device)
        source_noted("sources.act.contact_forgotten", source)
    return len(found)
