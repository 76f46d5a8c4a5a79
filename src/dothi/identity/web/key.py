# SPDX-License-Identifier: Apache-2.0
"""Pages of keys: the list, making one, changing what it may do, and revoking it."""

from __future__ import annotations

import secrets
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from dothi.broker.door import Terms
from dothi.foundation import clock
from dothi.identity.actions import key as actions
from dothi.identity.errors import RefusedForm
from dothi.identity.gates import requires
from dothi.identity.queries import key as queries
from dothi.identity.rules import key as rules
from dothi.identity.step_up import FRESH, recently
from dothi.identity.web import entered, key_words
from dothi.identity.web.key_form import Given, terms_of

_SALT = "dothi.identity.key"
FORM_SECONDS = 12 * 3600


def _tenant(request: HttpRequest) -> str:
    return str(getattr(request, "tenant", ""))


@requires("identity.see", city=True)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """All keys with their owners, what they may do, and their use."""
    rows = queries.keys()
    words = key_words.Words(request, rows)
    page = {"rows": [words.row(row) for row in rows], **entered.heard(request)}
    return render(request, "identity/keys.html", page)


def _new_number() -> str:
    """The number that the key of this form will have: a form that comes twice makes one key."""
    return signing.dumps(secrets.token_hex(6), salt=_SALT)


def _number(request: HttpRequest) -> str:
    try:
        found = signing.loads(request.POST.get("number", ""), salt=_SALT, max_age=FORM_SECONDS)
    except signing.BadSignature as error:
        raise RefusedForm({"note": "identity.key.form_old"}) from error
    return str(found)


@requires("identity.keys", city=True)
@recently(minutes=FRESH)
@never_cache
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """The form; POST makes the key and shows its token, which is kept nowhere."""
    given, wrong = Given(request.POST), dict[str, str]()
    number = request.POST.get("number") or _new_number()
    if request.method == "POST" and "more" not in request.POST:
        try:
            made = _number(request)
            token = actions.make_key(terms=terms_of(given), number=made, tenant=_tenant(request))
        except RefusedForm as refusal:
            wrong = refusal.fields
            number = _new_number() if wrong.get("note") == "identity.key.form_old" else number
        else:
            return render(request, "identity/key_made.html", {"token": token, "key_id": made})
    page = {"number": number, **_form(request, given, wrong)}
    return render(request, "identity/key_form.html", page, status=400 if wrong else 200)


def _form(request: HttpRequest, given: Given, wrong: dict[str, str]) -> dict[str, Any]:
    return {
        "given": given,
        "wrong": wrong,
        "owners": queries.owners(),
        "operations": [(name, name in given.operations) for name in rules.OPERATIONS],
        "types": key_words.choices(request, queries.types(), given.types),
        "attrs": key_words.choices(request, queries.attributes(), given.attrs),
        "scopes": queries.scopes(),
        "chosen": key_words.chosen_scopes(given.scopes),
    }


@requires("identity.see", city=True)
@require_safe
def detail(request: HttpRequest, key_id: str) -> HttpResponse:
    """One key: what it may do in words, and its use day by day."""
    row = queries.key(key_id)
    words = key_words.Words(request, [row])
    page = {"one": words.row(row), "days": words.days(queries.days(row.id)), **entered.heard(request)}
    return render(request, "identity/key.html", page)


@requires("identity.keys", city=True)
@recently(minutes=FRESH)
@never_cache
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, key_id: str) -> HttpResponse:
    """Other limits for the same token."""
    row = queries.key(key_id)
    if rules.standing(row, clock.now()) == "revoked":
        entered.say(request, "identity.key.said.was_revoked")
        return redirect("key", key_id=row.id)
    given, wrong = Given(request.POST, row.terms), dict[str, str]()
    if request.method == "POST" and "more" not in request.POST:
        try:
            terms: Terms = terms_of(given)
            actions.change_key(key_id=row.id, terms=terms, tenant=_tenant(request))
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            entered.say(request, "identity.key.said.changed")
            return redirect("key", key_id=row.id)
    page = {"key_id": row.id, **_form(request, given, wrong)}
    return render(request, "identity/key_form.html", page, status=400 if wrong else 200)


@requires("identity.keys", city=True)
@require_http_methods(["GET", "POST"])
def revoke(request: HttpRequest, key_id: str) -> HttpResponse:
    """Asked once, in words that say what stops."""
    row = queries.key(key_id)
    if request.method == "POST":
        actions.revoke_key(key_id=row.id, tenant=_tenant(request))
        entered.say(request, "identity.key.said.revoked")
        return redirect("keys")
    words = key_words.Words(request, [row])
    return render(request, "identity/key_revoke.html", {"one": words.row(row)})
