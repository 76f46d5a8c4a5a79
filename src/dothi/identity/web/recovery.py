# SPDX-License-Identifier: Apache-2.0

"""Recovery at the counter: the officers' pages, and the page on which the code is entered."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from dothi.foundation import clock
from dothi.foundation.errors import NotFound
from dothi.identity import ceremony, flows, reach
from dothi.identity.actions import recovery as acts
from dothi.identity.addresses import address_of
from dothi.identity.errors import LinkNotGood, PasskeyRefused, RefusedForm
from dothi.identity.gates import public, requires, rights
from dothi.identity.models import Recovery
from dothi.identity.models.recovery import DOCUMENTS
from dothi.identity.queries import recovery as recoveries
from dothi.identity.rules.recovery import CODE_LIFE
from dothi.identity.step_up import recently
from dothi.identity.web import ways
from dothi.identity.web.me import account_of

FRESH = 10
MAY = "identity.recover"
UNDER_WAY = "recovery_under_way"


@requires(MAY)
@recently(minutes=FRESH, acr="phr")
@never_cache
@require_http_methods(["GET", "POST"])
def recovery(request: HttpRequest) -> HttpResponse:
    """Open one for a person at the counter; below, those that wait for a second officer."""
    given = {field: request.POST.get(field, "") for field in ("login", "document_kind", "document_digits")}
    wrong: dict[str, str] = {}
    officer, found = account_of(request), recoveries.waiting(at=clock.now())
    opened = request.GET.get("opened", "")
    if request.method == "POST":
        try:
            with reach.nowhere():  # the person may be a resident, or belong to another unit
                made = acts.open_recovery(officer=officer, at=clock.now(), unit=_counter(request), **given)
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            return HttpResponseRedirect(f"/recovery/?opened={made.pk}")
    return ways.page(
        request,
        "recovery",
        wrong,
        given=given,
        kinds=DOCUMENTS,
        waiting=recoveries.with_people(found),
        officer=officer,
        opened=opened.isdecimal() and int(opened) in found,
    )


def _counter(request: HttpRequest) -> str:
    """The unit where this officer helps at the counter; empty for the whole city."""
    units = [held.unit for held in rights(request).of(MAY)]
    return "" if "" in units else units[0]


def _known(pk: int) -> Recovery:
    """One within this officer's reach, whatever has become of it."""
    if not recoveries.is_within(pk):
        raise NotFound("identity.recovery.gone")
    return recoveries.with_people([pk])[0]


@requires(MAY)
@recently(minutes=FRESH, acr="phr")
@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The second officer sees the person and the document; then the slip with the code, this once."""
    officer, one, at = account_of(request), _known(pk), clock.now()
    if request.method == "GET" and pk not in recoveries.waiting(at=at):
        raise NotFound("identity.recovery.gone")
    wrong: dict[str, str] = {}
    if request.method == "POST":
        digits = request.POST.get("document_digits", "")
        try:
            with reach.nowhere():
                one, code = acts.confirm_recovery(officer=officer, pk=pk, document_digits=digits, at=at)
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            address = f"{ceremony.home().origin}/recover/"
            return ways.page(
                request, "recovery_slip", person=one.account, code=code, until=at + CODE_LIFE, address=address
            )
    return ways.page(request, "recovery_confirm", wrong, one=one, officer=officer)


@requires(MAY)
@recently(minutes=FRESH, acr="phr")
@require_POST
def give_up(request: HttpRequest, pk: int) -> HttpResponse:
    _known(pk)
    with reach.nowhere():
        acts.give_up_recovery(officer=account_of(request), pk=pk, at=clock.now())
    return HttpResponseRedirect("/recovery/")


@public
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def recover(request: HttpRequest) -> HttpResponse:
    """The person enters the code of the slip."""
    login = request.POST.get("login", "")
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            one = acts.enter_code(
                login=login,
                code=request.POST.get("code", ""),
                address=address_of(request),
                at=clock.now(),
            )
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            request.session.flush()
            request.session[UNDER_WAY] = one.pk
            return HttpResponseRedirect("/recover/passkey/")
    return ways.to_localhost(request) or ways.page(request, "recover", wrong, login=login)


def _under_way(request: HttpRequest) -> Recovery:
    pk = request.session.get(UNDER_WAY)
    if not isinstance(pk, int):
        raise LinkNotGood("identity.recovery.over")
    return acts.under_way(pk, at=clock.now())


@public
@never_cache
@require_POST
def recover_options(request: HttpRequest) -> HttpResponse:
    return JsonResponse(ceremony.begin_adding(request, _under_way(request).account))


@public
@never_cache
@require_http_methods(["GET", "POST"])
def recover_passkey(request: HttpRequest) -> HttpResponse:
    """The new passkey, on the device that the person has now."""
    one = _under_way(request)
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            key = ceremony.new_key(request, one.account, request.POST.get("credential", ""))
            name, otherwise = request.POST.get("name", ""), ways.key_name(request)
            account, made = acts.finish_recovery(
                pk=one.pk, key=key, name=name, otherwise=otherwise, at=clock.now()
            )
        except PasskeyRefused as refusal:
            wrong = {"credential": refusal.key}
        else:
            return flows.enter(
                request, account, "mfa", next_="/me/", type="webauthn", id=made, passwordless=True
            )
    return ways.page(request, "recover_passkey", wrong, person=one.account, name=request.POST.get("name", ""))
