# SPDX-License-Identifier: Apache-2.0
"""An officer's own delegations: given, taken, withdrawn."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from dothi.foundation import clock
from dothi.foundation.errors import NotAllowed
from dothi.identity.actions import delegation
from dothi.identity.errors import RefusedForm
from dothi.identity.gates import rights, signed_in
from dothi.identity.models import Account
from dothi.identity.queries import people, position
from dothi.identity.web import entered

_FIELDS = ("taker", "permission", "unit", "since", "until", "reason")


def _given(request: HttpRequest, me: Account) -> None:
    said = request.POST
    since, until = entered.moment(said, "since") or clock.now(), entered.moment(said, "until", last=True)
    if until is None:
        raise RefusedForm({"until": "identity.delegation.no_end"})
    login = entered.text(said, "taker", 150).casefold()
    delegation.delegate(
        giver=me,
        taker=Account.objects.filter(login=login).first(),
        since=max(since, clock.now()),
        until=until,
        reason=entered.text(said, "reason", 300),
        permissions=said.getlist("permission")[:100],
        unit=entered.unit(said),
    )


def _units(request: HttpRequest, held: list[str]) -> list[tuple[str, str]]:
    """The units in which the one who asks holds any of these."""
    at, own = clock.now(), rights(request).own()
    reaches = [own.reach(code, at) for code in held]
    if any(found.everywhere for found in reaches):
        return entered.unit_choices()
    return entered.unit_choices(sorted(frozenset().union(*(found.units for found in reaches))))


@signed_in
@require_http_methods(["GET", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """What I let others do and they me; a form for one more."""
    me: Account = request.account  # type: ignore[attr-defined]  # - the middleware sets it
    language, wrong, at = str(getattr(request, "language", "vi")), dict[str, str](), clock.now()
    if request.method == "POST":
        if not rights(request).granted:  # else a resident could find out which logins are officers'
            raise NotAllowed("identity.not_allowed")
        try:
            _given(request, me)
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            entered.say(request, "identity.said.delegated")
            return redirect("delegations")
    held = [code for code in position.permissions() if rights(request).anywhere(code, at)]
    names = entered.unit_names()
    page = {
        "rows": [
            {
                "one": d,
                "given": d.giver_id == me.pk,
                "unit": names.get(d.unit, d.unit),
                "sentences": [position.sentence(language, p) for p in d.permissions],
            }
            for d in people.delegations(me)
        ],
        "held": [(code, position.sentence(language, code)) for code in held],
        "chosen": request.POST.getlist("permission"),
        "given": {"since": people.today().isoformat()}
        | {f: entered.text(request.POST, f) for f in _FIELDS if f in request.POST},
        "wrong": wrong,
        "units": _units(request, held),
        **entered.heard(request),
    }
    return render(request, "identity/delegations.html", page, status=400 if wrong else 200)


@signed_in
@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    delegation.withdraw_delegation(delegation=number, giver=request.account)  # type: ignore[attr-defined]  # - the middleware sets it
    entered.say(request, "identity.said.delegation_withdrawn")
    return redirect("delegations")
