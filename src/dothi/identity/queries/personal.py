# SPDX-License-Identifier: Apache-2.0
"""All that identity keeps about one account, for the person it is about: without what would open the account."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import Model
from django.db.models.fields.reverse_related import ManyToOneRel

from dothi.foundation import clock
from dothi.identity.models import Account, FailedTry

SECRET = ("password", "hash", "secret", "token", "data", "key", "code", "state", "credential", "nonce")
"""Parts of names of columns whose content opens something: told as present, never as they are."""
SESSION_OF = "_auth_user_id"


def sessions_of(account_id: str) -> list[Session]:
    """Sessions hold their account inside their text only, so each one is read."""
    open_ = Session.objects.filter(expire_date__gt=clock.now())
    return [one for one in open_.iterator() if str(one.get_decoded().get(SESSION_OF, "")) == account_id]


def related(account: Account) -> list[tuple[ManyToOneRel, list[Model]]]:
    """Rows of whichever table points to accounts, of rooms and packages alike."""
    found: list[tuple[ManyToOneRel, list[Model]]] = []
    for relation in Account._meta.related_objects:  # noqa: SLF001 - Django's documented Model._meta
        if isinstance(relation, ManyToOneRel) and issubclass(relation.related_model, Model):
            everyone = relation.related_model._default_manager  # noqa: SLF001 - documented by Django
            rows = everyone.filter(**{relation.field.name: account})
            found.append((relation, list(rows.order_by("pk"))))
    return found


def _told(row: Model) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for field in row._meta.concrete_fields:  # noqa: SLF001 - documented by Django
        value = field.value_from_object(row)
        hidden = any(part in field.name for part in SECRET) and not field.is_relation
        if value in (None, ""):
            told[field.name] = value
        elif hidden:
            told[field.name] = "***"
        else:
            told[field.name] = clock.iso(value) if isinstance(value, datetime) else value
    return told


def _label(relation: ManyToOneRel) -> str:
    return str(relation.related_model._meta.label_lower)  # noqa: SLF001 - documented by Django


def about(account_id: str) -> dict[str, Any]:
    """The account, its sessions, failed tries and everything that points to it; empty when there is none."""
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        return {}
    tries = FailedTry.objects.filter(login=account.login).order_by("at")
    return {
        "account": _told(account),
        "sessions": [{"until": clock.iso(one.expire_date)} for one in sessions_of(account_id)],
        "failed_tries": [clock.iso(at) for at in tries.values_list("at", flat=True)],
        "related": {
            _label(relation): [_told(row) for row in rows] for relation, rows in related(account) if rows
        },
    }
