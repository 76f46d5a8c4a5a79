# SPDX-License-Identifier: Apache-2.0

"""The first administrator; signing in, in stages; signing out."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from dothi.foundation import clock, ticket
from dothi.identity import ceremony, flows, mail, sessions
from dothi.identity.actions.administrator import make_administrator
from dothi.identity.actions.passkey import add_passkey, use_passkey
from dothi.identity.actions.sign_in import check_code, check_sign_in
from dothi.identity.addresses import address_of
from dothi.identity.errors import LinkNotGood, PasskeyRefused, RefusedForm
from dothi.identity.gates import public
from dothi.identity.models import Account
from dothi.identity.queries import passkey as passkeys
from dothi.identity.queries.account import has_administrator
from dothi.identity.queries.admin_link import good_link
from dothi.identity.rules.session import STAFF
from dothi.identity.web import ways


@public
@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
def first(request: HttpRequest, signed: str) -> HttpResponse:
    """The page behind the one-time link."""
    if good_link(signed, at=clock.now()) is None:
        raise LinkNotGood
    given = {field: request.POST.get(field, "") for field in ("name", "login", "password", "again")}
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            account = make_administrator(signed=signed, at=clock.now(), **given)
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            return flows.enter(request, account, "admin_link", next_="/sources/")
    return ways.to_localhost(request) or ways.page(request, "first", wrong, given=given)


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    login = request.POST.get("login", "")
    if request.method == "GET":
        account = sessions.account_of(request)
        if account:
            return HttpResponseRedirect(ways.where_to(request, ways.home_of(account)))
        return ways.to_localhost(request) or _sign_in_page(request, {})
    try:
        account = check_sign_in(
            login=login,
            password=request.POST.get("password", ""),
            address=address_of(request),
            at=clock.now(),
        )
    except RefusedForm as refusal:
        return _sign_in_page(request, refusal.fields)
    return flows.enter(request, account, "password", next_=ways.where_to(request, ways.home_of(account)))


def _sign_in_page(request: HttpRequest, wrong: dict[str, str]) -> HttpResponse:
    return ways.page(
        request,
        "sign_in",
        wrong,
        login=request.POST.get("login", ""),
        next=ways.where_to(request, ""),
        nobody_yet=not has_administrator(),
        mail_ready=mail.is_set_up(),
    )


@public
@never_cache
@require_POST
def passkey_options(request: HttpRequest) -> HttpResponse:
    """A challenge for any passkey of this city."""
    return JsonResponse(ceremony.begin_showing(request, None))


@public
@never_cache
@require_POST
def passkey(request: HttpRequest) -> HttpResponse:
    """Sign in by a passkey alone: the device has made sure of the person."""
    try:
        shown = ceremony.shown_key(request, None, request.POST.get("credential", ""))
        used = use_passkey(shown=shown, at=clock.now())
    except PasskeyRefused as refusal:
        return _sign_in_page(request, {"credential": refusal.key})
    next_ = ways.where_to(request, ways.home_of(shown.account))
    return flows.enter(
        request, shown.account, "mfa", next_=next_, type="webauthn", id=used.pk, passwordless=True
    )


def _kinds_of(account: Account) -> dict[str, bool]:
    """What may be the second proof: staff who have a passkey show it, and nothing weaker."""
    has_key = passkeys.has_passkey(account)
    only_key = has_key and account.role in STAFF
    return {
        "has_key": has_key,
        "has_app": not only_key and passkeys.authenticator_app_of(account) is not None,
    }


@public
@never_cache
@require_POST
def second_options(request: HttpRequest) -> HttpResponse:
    at = flows.stage(request, flows.SECOND)
    if at is None:
        raise PasskeyRefused("identity.passkey.too_late")
    return JsonResponse(ceremony.begin_showing(request, at.login.user))


@public
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def second(request: HttpRequest) -> HttpResponse:
    """The second proof after a password: a passkey, or a code where the account may use one."""
    at = flows.stage(request, flows.SECOND)
    if at is None:
        return HttpResponseRedirect("/sign-in/")
    account: Account = at.login.user
    kinds = _kinds_of(account)
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            kind, pk = _second_proof(request, account, has_app=kinds["has_app"])
        except PasskeyRefused as refusal:
            wrong = {"credential": refusal.key}
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            flows.show(request, account, kind, pk)
            return flows.go_on(at)
    return ways.page(request, "second", wrong, **kinds)


def _second_proof(request: HttpRequest, account: Account, *, has_app: bool) -> tuple[str, int]:
    code = request.POST.get("code", "")
    if code and has_app:
        used = check_code(account=account, code=code, address=address_of(request), at=clock.now())
    else:
        shown = ceremony.shown_key(request, account, request.POST.get("credential", ""))
        used = use_passkey(shown=shown, at=clock.now())
    return str(used.type), int(used.pk)


@public
@never_cache
@require_POST
def enrolment_options(request: HttpRequest) -> HttpResponse:
    at = flows.stage(request, flows.ENROLMENT)
    if at is None:
        raise PasskeyRefused("identity.passkey.too_late")
    return JsonResponse(ceremony.begin_adding(request, at.login.user))


@public
@never_cache
@require_http_methods(["GET", "POST"])
def enrolment(request: HttpRequest) -> HttpResponse:
    """Staff who have no passkey yet make one before they are let in."""
    at = flows.stage(request, flows.ENROLMENT)
    if at is None:
        return HttpResponseRedirect("/sign-in/")
    account: Account = at.login.user
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            made = new_passkey(request, account)
        except PasskeyRefused as refusal:
            wrong = {"credential": refusal.key}
        else:
            flows.show(request, account, "webauthn", made)
            return flows.go_on(at)
    return ways.page(request, "enrolment", wrong, name=request.POST.get("name", ""))


def new_passkey(request: HttpRequest, account: Account) -> int:
    """Keep the passkey that a form brings; its id."""
    key = ceremony.new_key(request, account, request.POST.get("credential", ""))
    name, otherwise = request.POST.get("name", ""), ways.key_name(request)
    made: Any = add_passkey(account=account, key=key, name=name, otherwise=otherwise, at=clock.now())
    return int(made.pk)


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    flows.sign_out(request)
    answer = HttpResponseRedirect("/")
    ticket.forget(answer.delete_cookie)
    answer["Clear-Site-Data"] = '"cache"'  # not storage: the page that checks documents works offline by it
    return answer
