# SPDX-License-Identifier: Apache-2.0
"""Officers: who they are, which posts they hold, what they may do; entered, invited and let go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dothi.foundation import clock, messages
from dothi.identity.actions import grant, person, post
from dothi.identity.errors import BeyondReach, RefusedForm
from dothi.identity.gates import requires, rights
from dothi.identity.models import Account, Post
from dothi.identity.queries import people, position
from dothi.identity.queries.key import keys_of
from dothi.identity.queries.rights import granted_to
from dothi.identity.reach import current
from dothi.identity.rules.permission import Granted, Thing
from dothi.identity.step_up import FRESH, recently
from dothi.identity.web import entered

_ADD = ("name", "login", "position", "unit", "organisation", "title", "since", "until", "basis")
MANAGE = "identity.manage"


def choices(request: HttpRequest) -> dict[str, Any]:
    """What the forms of rights offer: units within reach, positions and permissions in words."""
    language = str(getattr(request, "language", "vi"))
    reach = current()
    units = entered.unit_choices(None if reach.everywhere else sorted(reach.units))
    whole = [("*", messages.text(language, "identity.whole_city"))] if reach.everywhere else []
    return {
        "units": units,
        "places": whole + units,
        "positions": [(known.code, known.told(language)) for known in position.table().values()],
        "permissions": [(code, position.sentence(language, code)) for code in position.permissions()],
        "organisations": [(o.pk, o.name) for o in people.organisations() if o.ended_on is None],
    }


class Words:
    """Posts in words: what it is, where, and whether it is held today."""

    def __init__(self, language: str) -> None:
        self._language, self._table, self._names = language, position.table(), entered.unit_names()

    def posts(self, account: Account) -> list[dict[str, Any]]:
        """The posts of an officer within reach, as `people.officers` fetched them."""
        return [self._post(row) for row in account.seen_posts]  # type: ignore[attr-defined]  # - prefetched

    def _post(self, row: Post) -> dict[str, Any]:
        known = self._table.get(row.position)
        return {
            "post": row,
            "position": known.told(self._language) if known else row.position,
            "unit": self._names.get(row.unit, row.unit),
            "standing": people.standing(row),
            "ends_today": row.last_day == people.today(),
        }


@requires("identity.see")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Officers within reach, with what they are today."""
    words = entered.text(request.GET, "q", 100)
    rows, told = people.found(words), Words(str(getattr(request, "language", "vi")))
    page = {
        "rows": [
            {"account": a, "posts": [p for p in told.posts(a) if p["standing"] != "ended"]} for a in rows
        ],
        "words": words,
        "many": len(rows) >= people.MANY,
        **entered.heard(request),
    }
    return render(request, "identity/people.html", page)


def _post_entered(request: HttpRequest) -> dict[str, Any]:
    said = request.POST
    since = entered.day(said, "since", empty=people.today())
    assert since is not None
    last = entered.day(said, "until")
    return {
        "position": entered.text(said, "position", 60),
        "unit": entered.place(said),
        "organisation": people.organisation(entered.text(said, "organisation", 40)),
        "title": entered.text(said, "title"),
        "since": since,
        "until": last + timedelta(days=1) if last else None,
        "basis": entered.text(said, "basis"),
        "by": rights(request),
    }


@requires(MANAGE)
@recently(minutes=FRESH)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """An officer with a first post, and the link by which the account is opened."""
    given = {field: entered.text(request.POST, field) for field in _ADD}
    wrong: dict[str, str] = {}
    if request.method == "GET":
        given |= {"unit": entered.text(request.GET, "unit", 100), "since": people.today().isoformat()}
    else:
        try:
            made, link = _added(request)
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            entered.say(request, "identity.said.added", secret=link)
            return redirect("person", account_id=made.pk)
    page = {"given": given, "wrong": wrong, **choices(request)}
    return render(request, "identity/person_add.html", page, status=400 if wrong else 200)


def _added(request: HttpRequest) -> tuple[Account, str]:
    asked = _post_entered(request)
    made = person.add_with_post(
        name=entered.text(request.POST, "name"),
        login=entered.text(request.POST, "login"),
        tenant=str(getattr(request, "tenant", "")),
        **asked,
    )
    return made, person.invite(account=made, base_url=settings.SETTINGS.url)


def _told(granted: Granted, language: str, names: dict[str, str]) -> dict[str, Any]:
    return {
        "granted": granted,
        "sentence": position.sentence(language, granted.permission),
        "unit": names.get(granted.unit, granted.unit),
        "within": names.get(granted.within, granted.within),
        "via": granted.via.partition(":")[0],
    }


@requires("identity.see")
@require_safe
def detail(request: HttpRequest, account_id: str) -> HttpResponse:
    """One officer: posts, single rights, delegations, and what all that comes to."""
    return page(request, people.officer(account_id), {}, {})


def page(
    request: HttpRequest, account: Account, given: dict[str, str], wrong: dict[str, str]
) -> HttpResponse:
    """The page of an officer, with what was entered when it was refused."""
    language, names, at = str(getattr(request, "language", "vi")), entered.unit_names(), clock.now()
    reach = current()
    comes_to = [
        g
        for g in granted_to(f"account:{account.pk}")
        if g.holds_at(at) and (reach.everywhere or g.unit in reach)
    ]
    shown = {
        "one": account,
        "posts": Words(language).posts(account),
        "grants": [
            {
                "grant": g,
                "sentence": position.sentence(language, g.permission),
                "unit": names.get(g.unit, g.unit),
            }
            for g in people.grants(f"account:{account.pk}")
        ],
        "delegations": people.delegations(account),
        "comes_to": [_told(g, language, names) for g in comes_to],
        "given": {"since": people.today().isoformat()} | given,
        "wrong": wrong,
        **choices(request),
        **entered.heard(request),
    }
    return render(request, "identity/person.html", shown, status=400 if wrong else 200)


@requires(MANAGE)
@recently(minutes=FRESH)
@require_POST
def give(request: HttpRequest, account_id: str) -> HttpResponse:
    """A further post."""
    account = people.officer(account_id)
    _not_oneself(request, account)
    try:
        post.give_post(account=account, **_post_entered(request))
    except RefusedForm as refusal:
        return page(request, account, {f: entered.text(request.POST, f) for f in _ADD}, refusal.fields)
    entered.say(request, "identity.said.post_given")
    return redirect("person", account_id=account.pk)


@requires(MANAGE)
@recently(minutes=FRESH)
@require_POST
def end(request: HttpRequest, account_id: str, number: int) -> HttpResponse:
    """End a post with a last day; today's when none is said."""
    account = people.officer(account_id)
    try:
        held = people.post(account, number)
        if request.POST.get("when") == "now":
            until = people.today()
        else:
            last = entered.day(request.POST, "until", empty=people.today())
            assert last is not None
            until = last + timedelta(days=1)
        post.end_post(post=held, until=max(until, held.since), by=rights(request))
    except RefusedForm as refusal:
        return page(request, account, {}, refusal.fields)
    entered.say(request, "identity.said.post_ended")
    return redirect("person", account_id=account.pk)


def grant_entered(request: HttpRequest) -> dict[str, Any]:
    """What the form of a single right says."""
    said = request.POST
    return {
        "permission": entered.text(said, "permission", 80),
        "unit": entered.place(said),
        "types": entered.names(said, "types"),
        "attributes": entered.names(said, "attributes"),
        "purposes": entered.names(said, "purposes"),
        "until": entered.moment(said, "until", last=True),
        "basis": entered.text(said, "basis"),
        "tenant": str(getattr(request, "tenant", "")),
        "by": rights(request),
    }


@requires(MANAGE)
@recently(minutes=FRESH)
@require_POST
def allow(request: HttpRequest, account_id: str) -> HttpResponse:
    """A single right beside the posts."""
    account = people.officer(account_id)
    _not_oneself(request, account)
    try:
        grant.give_grant(subject=f"account:{account.pk}", **grant_entered(request))
    except RefusedForm as refusal:
        fields = ("permission", "unit", "types", "attributes", "purposes", "until", "basis")
        return page(request, account, {f: entered.text(request.POST, f) for f in fields}, refusal.fields)
    entered.say(request, "identity.said.granted")
    return redirect("person", account_id=account.pk)


@requires(MANAGE)
@recently(minutes=FRESH)
@require_POST
def withdraw(request: HttpRequest, account_id: str, number: int) -> HttpResponse:
    account = people.officer(account_id)
    grant.withdraw_grant(grant=people.grant(f"account:{account.pk}", number), by=rights(request))
    entered.say(request, "identity.said.withdrawn")
    return redirect("person", account_id=account.pk)


def _not_oneself(request: HttpRequest, account: Account) -> None:
    """BeyondReach when somebody would give to himself, or prolong what he holds."""
    if account.pk == getattr(request, "account", account).pk:
        raise BeyondReach


def _wholly_within(request: HttpRequest, account: Account) -> None:
    """BeyondReach unless all that the officer holds lies where the one who asks looks after rights."""
    held, at = rights(request), clock.now()
    for theirs in granted_to(f"account:{account.pk}"):
        own = theirs.via.startswith(("post:", "grant:")) and (theirs.until is None or theirs.until > at)
        if own and held.why(MANAGE, Thing(unit=theirs.unit), at) is None:
            raise BeyondReach


@requires(MANAGE)
@recently(minutes=FRESH)
@require_POST
def invite(request: HttpRequest, account_id: str) -> HttpResponse:
    """A new link for somebody who never opened the account."""
    account = people.officer(account_id)
    _wholly_within(request, account)
    if account.has_usable_password():
        entered.say(request, "identity.said.opened_already")
    else:
        link = person.invite(account=account, base_url=settings.SETTINGS.url)
        entered.say(request, "identity.said.invited", secret=link)
    return redirect("person", account_id=account.pk)


@requires(MANAGE)
@recently(minutes=FRESH)
@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, account_id: str) -> HttpResponse:
    """Ask once, then close an account; or open a closed one again."""
    account = people.officer(account_id)
    _wholly_within(request, account)
    if request.method == "POST":
        if account.is_active:
            person.let_go(account=account)
        else:
            person.take_back(account=account)
        entered.say(request, "identity.said.opened_again" if account.is_active else "identity.said.closed")
        return redirect("person", account_id=account.pk)
    return render(
        request, "identity/person_close.html", {"one": account, "keys": len(keys_of(f"account:{account.pk}"))}
    )
