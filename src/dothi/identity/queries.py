# SPDX-License-Identifier: Apache-2.0
"""Who and what is there; nothing here writes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.core import signing
from django.db.models import Q

from dothi.identity.models import Account, AdminLink, FailedTry
from dothi.identity.rules import TRIES_WITHIN, link_is_good

SALT = "dothi.identity.first"


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def good_link(signed: str, *, at: datetime) -> AdminLink | None:
    """The link of a signed token when it is ours, unused and fresh."""
    try:
        token = signing.Signer(salt=SALT).unsign(signed)
    except signing.BadSignature:
        return None
    link = AdminLink.objects.filter(token_hash=token_hash(token)).first()
    good = link is not None and link_is_good(made_at=link.made_at, used_at=link.used_at, at=at)
    return link if good else None


def account(account_id: str) -> Account | None:
    return Account.objects.filter(pk=account_id, is_active=True).first()


def account_by_login(login: str) -> Account | None:
    return Account.objects.filter(login=login.strip().casefold(), is_active=True).first()


def actor_of(account: Account | None) -> str:
    """How the ledger names an account; `visitor` when nobody is signed in."""
    return f"account:{account.pk}" if account else "visitor"


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """Today's names of those actors that are accounts, former ones too."""
    ids = [
        kind_id[1]
        for actor in actors
        if (kind_id := actor.split(":", 1))[0] == "account" and len(kind_id) == 2
    ]
    return {
        f"account:{id_}": name for id_, name in Account.objects.filter(pk__in=ids).values_list("pk", "name")
    }


def ids_of(words: str) -> list[str]:
    """Actors whose name or login holds the words; a hundred at most."""
    found = Account.objects.filter(Q(name__icontains=words) | Q(login__icontains=words))
    return [f"account:{id_}" for id_ in found.values_list("pk", flat=True)[:100]]


def has_administrator() -> bool:
    return Account.objects.filter(role="admin", is_active=True).exists()


def failures(login: str, *, at: datetime) -> int:
    return FailedTry.objects.filter(login=login, at__gt=at - TRIES_WITHIN).count()
