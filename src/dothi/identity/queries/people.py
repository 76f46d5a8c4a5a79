# SPDX-License-Identifier: Apache-2.0
"""Officers within reach, with their posts, as pages need them: a constant number of statements."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from dothi.foundation import clock
from dothi.foundation.text import fold
from dothi.identity.errors import NoSuchPerson
from dothi.identity.models import Account, Delegation, Grant, Organisation, Post, ServiceAccount
from dothi.identity.reach import current, seen

MANY = 200
"""Rows of a list; a search finds the others."""


def today() -> date:
    return clock.now().astimezone(clock.VIETNAM).date()


def posts() -> QuerySet[Post]:
    """The posts within reach."""
    return seen(Post.objects.all()).select_related("organisation").order_by("-since", "-pk")


def officers() -> QuerySet[Account]:
    """The officers within reach: those with a post there; from the whole city also those without one."""
    staff = Account.objects.exclude(role="resident")
    if not current().everywhere:
        staff = staff.filter(pk__in=posts().order_by().values("account_id"))
    return staff.prefetch_related(Prefetch("posts", posts(), to_attr="seen_posts")).order_by(
        "-is_active", "name"
    )


def found(words: str) -> list[Account]:
    """Officers whose name or login holds the words, without regard to marks and case."""
    wanted = fold(words).split()
    if not wanted:
        return list(officers()[:MANY])
    names = [
        (pk, fold(f"{name} {login}")) for pk, name, login in officers().values_list("pk", "name", "login")
    ]
    ids = [pk for pk, text in names if all(word in text for word in wanted)]
    return list(officers().filter(pk__in=ids[:MANY]))


def officer(account_id: str) -> Account:
    """One officer within reach; NoSuchPerson."""
    one = officers().filter(pk=account_id.replace("\x00", "")).first()
    if one is None:
        raise NoSuchPerson
    return one


def post(account: Account, number: int) -> Post:
    """A post of this officer within reach; NoSuchPerson."""
    one = posts().filter(account=account, pk=number).first()
    if one is None:
        raise NoSuchPerson
    return one


def grants(subject: str) -> QuerySet[Grant]:
    """Grants within reach that were not withdrawn."""
    return seen(Grant.objects.filter(subject=subject, withdrawn_at__isnull=True)).order_by("-made_at")


def grant(subject: str, number: int) -> Grant:
    one = grants(subject).filter(pk=number).first()
    if one is None:
        raise NoSuchPerson
    return one


def delegations(account: Account) -> QuerySet[Delegation]:
    """Delegations to or from an officer that stand or are to come."""
    rows = Delegation.objects.filter(Q(giver=account) | Q(taker=account), withdrawn_at__isnull=True)
    return rows.filter(until__gt=clock.now()).select_related("giver", "taker").order_by("since")


def organisations() -> QuerySet[Organisation]:
    """The bodies within reach."""
    return seen(Organisation.objects.order_by("ended_on", "name"))


def organisation(organisation_id: str) -> Organisation | None:
    return (
        Organisation.objects.filter(pk=organisation_id.replace("\x00", "")).first()
        if organisation_id
        else None
    )


def programs() -> QuerySet[ServiceAccount]:
    """Service accounts, those in use first."""
    return ServiceAccount.objects.select_related("owner", "organisation").order_by("ended_at", "name")


def program(service_id: str) -> ServiceAccount:
    one = programs().filter(pk=service_id.replace("\x00", "")).first()
    if one is None:
        raise NoSuchPerson
    return one


def standing(post: Any) -> str:
    """Whether a post is `held`, `coming` or `ended` today."""
    day = today()
    if post.since > day:
        return "coming"
    return "ended" if post.until is not None and post.until <= day else "held"


def post_of(account_id: str) -> tuple[str, str]:
    """The unit and the position's code of the post that an account holds today, the newest first; empty without one."""
    day = today()
    held = Post.objects.filter(account_id=account_id, since__lte=day).exclude(until__lte=day)
    found = held.order_by("-since", "-pk").values_list("unit", "position").first()
    return found or ("", "")
