# SPDX-License-Identifier: Apache-2.0
"""Who is there; nothing here writes."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from dothi.foundation import clock
from dothi.identity.models import Account, Post
from dothi.identity.queries.email import account_by_email
from dothi.identity.reach import entered
from dothi.identity.rules.permission import EVERYWHERE


def account(account_id: str) -> Account | None:
    return Account.objects.filter(pk=account_id, is_active=True).first()


def account_by_login(login: str) -> Account | None:
    """By what one signs in with: the login, or a verified e-mail address."""
    login = login.strip().casefold()
    if "\x00" in login:
        return None
    return Account.objects.filter(login=login, is_active=True).first() or account_by_email(login)


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
    """Whether anybody who can come in holds the administrator's post today."""
    day = clock.now().astimezone(clock.VIETNAM).date()
    held = Post.objects.filter(position="administrator", account__is_active=True, since__lte=day)
    with entered(EVERYWHERE):  # the page for signing in asks before it knows anybody
        return held.exclude(until__lte=day).exists()
