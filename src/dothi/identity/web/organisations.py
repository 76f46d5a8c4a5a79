# SPDX-License-Identifier: Apache-2.0
"""Organisations, and the programs that act in their own name."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from dothi.identity.actions import grant, organisation, service_account
from dothi.identity.errors import NoSuchPerson, RefusedForm
from dothi.identity.gates import requires, rights
from dothi.identity.models.organisation import KINDS
from dothi.identity.queries import people, position
from dothi.identity.step_up import FRESH, recently
from dothi.identity.web import entered
from dothi.identity.web.people import choices, grant_entered


@requires("identity.see", write="identity.manage", city=True)
@require_http_methods(["GET", "POST"])
def organisations(request: HttpRequest) -> HttpResponse:
    """The list, and a form for one more."""
    given = {field: entered.text(request.POST, field) for field in ("name", "kind", "code", "unit")}
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            organisation.add_organisation(
                name=given["name"],
                kind=given["kind"],
                code=given["code"],
                unit=entered.unit(request.POST),
                tenant=str(getattr(request, "tenant", "")),
            )
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            entered.say(request, "identity.said.organisation_added")
            return redirect("organisations")
    names = entered.unit_names()
    page = {
        "rows": [{"one": o, "unit": names.get(o.unit, o.unit)} for o in people.organisations()],
        "kinds": KINDS,
        "given": given,
        "wrong": wrong,
        "units": entered.unit_choices(),
        **entered.heard(request),
    }
    return render(request, "identity/organisations.html", page, status=400 if wrong else 200)


@requires("identity.manage", city=True)
@require_POST
def end_organisation(request: HttpRequest, organisation_id: str) -> HttpResponse:
    """Mark a body as gone from today on."""
    found = people.organisation(organisation_id)
    if found is None:
        raise NoSuchPerson
    try:
        organisation.end_organisation(organisation=found, on=people.today())
    except RefusedForm:
        entered.say(request, "identity.organisation.has_posts")
    else:
        entered.say(request, "identity.said.organisation_ended")
    return redirect("organisations")


@requires("identity.see", write="identity.manage", city=True)
@require_http_methods(["GET", "POST"])
def programs(request: HttpRequest) -> HttpResponse:
    """Service accounts, and a form for one more; whoever makes one answers for it."""
    given = {field: entered.text(request.POST, field, 300) for field in ("name", "purpose", "organisation")}
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            made = service_account.add_service_account(
                name=given["name"],
                purpose=given["purpose"],
                owner=request.account,  # type: ignore[attr-defined]  # - the middleware sets it
                organisation=people.organisation(given["organisation"]),
            )
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            entered.say(request, "identity.said.program_added")
            return redirect("program", service_id=made.pk)
    page = {
        "rows": people.programs(),
        "given": given,
        "wrong": wrong,
        **choices(request),
        **entered.heard(request),
    }
    return render(request, "identity/programs.html", page, status=400 if wrong else 200)


@requires("identity.see", write="identity.manage", city=True)
@require_http_methods(["GET", "POST"])
def program(request: HttpRequest, service_id: str) -> HttpResponse:
    """One program and its rights; POST grants one more."""
    language = str(getattr(request, "language", "vi"))
    found, names = people.program(service_id), entered.unit_names()
    subject, wrong = f"service:{found.pk}", dict[str, str]()
    if request.method == "POST":
        try:
            grant.give_grant(subject=subject, **grant_entered(request))
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            entered.say(request, "identity.said.granted")
            return redirect("program", service_id=found.pk)
    fields = ("permission", "unit", "types", "attributes", "purposes", "until", "basis")
    page = {
        "one": found,
        "subject": subject,
        "grants": [
            {
                "grant": g,
                "sentence": position.sentence(language, g.permission),
                "unit": names.get(g.unit, g.unit),
            }
            for g in people.grants(subject)
        ],
        "given": {field: entered.text(request.POST, field) for field in fields},
        "wrong": wrong,
        **choices(request),
        **entered.heard(request),
    }
    return render(request, "identity/program.html", page, status=400 if wrong else 200)


@requires("identity.manage", city=True)
@recently(minutes=FRESH)
@require_POST
def withdraw(request: HttpRequest, service_id: str, number: int) -> HttpResponse:
    found = people.program(service_id)
    grant.withdraw_grant(grant=people.grant(f"service:{found.pk}", number), by=rights(request))
    entered.say(request, "identity.said.withdrawn")
    return redirect("program", service_id=found.pk)


@requires("identity.manage", city=True)
@require_POST
def end_program(request: HttpRequest, service_id: str) -> HttpResponse:
    service_account.end_service_account(service=people.program(service_id))
    entered.say(request, "identity.said.program_ended")
    return redirect("programs")
