# SPDX-License-Identifier: Apache-2.0

"""The person's own page: what he signs in with, where he is signed in, his addresses."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dothi.foundation import clock
from dothi.identity import ceremony, flows, mail, sessions
from dothi.identity.actions import email as email_acts
from dothi.identity.actions.passkey import name_passkey, remove_passkey
from dothi.identity.actions.password import change_password
from dothi.identity.actions.session import end_all_sessions, end_session
from dothi.identity.addresses import address_of
from dothi.identity.errors import PasskeyRefused, RefusedAct, RefusedForm
from dothi.identity.gates import rights, signed_in
from dothi.identity.models import Account
from dothi.identity.queries import email as emails
from dothi.identity.queries import passkey as passkeys
from dothi.identity.queries.session import sessions_of
from dothi.identity.rules.passkey import may_remove
from dothi.identity.rules.session import STAFF
from dothi.identity.step_up import recently
from dothi.identity.web import me_links, ways
from dothi.identity.web.sign_in import new_passkey

FRESH = 15
"""Minutes within which a proof is fresh enough to change what one signs in with."""


def account_of(request: HttpRequest) -> Account:
    account = sessions.account_of(request)
    assert account is not None
    return account


@signed_in
@never_cache
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    return me_page(request, {})


def me_page(request: HttpRequest, wrong: dict[str, str]) -> HttpResponse:
    account = account_of(request)
    keys = passkeys.passkeys_of(account)
    return ways.page(
        request,
        "me",
        wrong,
        person=account,
        is_staff=account.role in STAFF,
        may_recover=rights(request).anywhere("identity.recover", clock.now()),
        keys=keys,
        may_remove=may_remove(role=account.role, left=len(keys) - 1),
        app=passkeys.authenticator_app_of(account),
        places=sessions_of(account, this=request.session.session_key),
        emails=emails.emails_of(account),
        mail_ready=mail.is_set_up(),
        assurance=sessions.assurance_of(request),
        links=me_links.links(),
        done=me_links.done_key(request.GET.get("done", "")),
    )


def done(what: str) -> HttpResponse:
    return HttpResponseRedirect(f"/me/?done={what}")


def _act(request: HttpRequest, act: Callable[[], object], what: str) -> HttpResponse:
    """Do it and say so; a rule that speaks against it is told on the page."""
    try:
        act()
    except RefusedAct as refusal:
        return me_page(request, {"top": refusal.key})
    return done(what)


@signed_in
@recently(minutes=FRESH)
@never_cache
@require_POST
def passkey_options(request: HttpRequest) -> HttpResponse:
    return JsonResponse(ceremony.begin_adding(request, account_of(request)))


@signed_in
@recently(minutes=FRESH)
@never_cache
@require_http_methods(["GET", "POST"])
def passkey_add(request: HttpRequest) -> HttpResponse:
    account = account_of(request)
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            new_passkey(request, account)
        except (PasskeyRefused, RefusedAct) as refusal:
            wrong = {"credential": refusal.key}
        else:
            flows.keep_this(request, account)
            return done("passkey_added")
    return ways.page(request, "passkey_add", wrong, name=request.POST.get("name", ""))


@signed_in
@recently(minutes=FRESH)
@require_POST
def passkey_name(request: HttpRequest, pk: int) -> HttpResponse:
    name_passkey(account=account_of(request), pk=pk, name=request.POST.get("name", ""))
    return done("passkey_named")


@signed_in
@recently(minutes=FRESH)
@require_POST
def passkey_remove(request: HttpRequest, pk: int) -> HttpResponse:
    account = account_of(request)

    def remove() -> None:
        remove_passkey(account=account, pk=pk, at=clock.now())
        flows.keep_this(request, account)

    return _act(request, remove, "passkey_removed")


@signed_in
@require_POST
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    end_session(account=account_of(request), pk=pk, at=clock.now())
    return done("session_ended")


@signed_in
@require_POST
def sessions_end(request: HttpRequest) -> HttpResponse:
    """All but this one."""
    account = account_of(request)
    end_all_sessions(account=account, at=clock.now())
    flows.keep_this(request, account)
    return done("sessions_ended")


@signed_in
@recently(minutes=FRESH)
@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    account = account_of(request)
    given = {field: request.POST.get(field, "") for field in ("password", "again")}
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            change_password(account=account, at=clock.now(), **given)
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            flows.keep_this(request, account)
            return done("password_changed")
    return ways.page(request, "password", wrong)


@signed_in
@recently(minutes=FRESH)
@require_http_methods(["GET", "POST"])
def email_add(request: HttpRequest) -> HttpResponse:
    email = request.POST.get("email", "")
    wrong: dict[str, str] = {}
    if request.method == "POST" and mail.is_set_up():
        try:
            email_acts.ask_email(
                account=account_of(request),
                email=email,
                address=address_of(request),
                language=ways.language_of(request),
                at=clock.now(),
            )
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            return done("email_asked")
    return ways.page(request, "email_add", wrong, email=email, mail_ready=mail.is_set_up())


@signed_in
@require_safe
def email_confirm(request: HttpRequest, signed: str) -> HttpResponse:
    """Behind the link in the mail; a safe method, for a mail holds nothing but links."""
    email_acts.confirm_email(account=account_of(request), signed=signed, at=clock.now())
    return done("email_added")


@signed_in
@recently(minutes=FRESH)
@require_POST
def email_first(request: HttpRequest, pk: int) -> HttpResponse:
    email_acts.put_email_first(account=account_of(request), pk=pk)
    return done("email_first")


@signed_in
@recently(minutes=FRESH)
@require_POST
def email_remove(request: HttpRequest, pk: int) -> HttpResponse:
    account = account_of(request)
    return _act(
        request, lambda: email_acts.remove_email(account=account, pk=pk, at=clock.now()), "email_removed"
    )
