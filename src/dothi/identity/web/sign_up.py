# SPDX-License-Identifier: Apache-2.0

"""A resident's account and a forgotten password: by a link in a mail."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from dothi.foundation import clock
from dothi.identity import flows, mail
from dothi.identity.actions.password import account_of_link, ask_reset, reset_password
from dothi.identity.actions.sign_up import ask_account, email_of_link, make_resident
from dothi.identity.addresses import address_of
from dothi.identity.errors import RefusedForm
from dothi.identity.gates import public
from dothi.identity.web import ways


@public
@never_cache
@require_http_methods(["GET", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """One question: where to send the link."""
    return _ask(request, "sign_up")


@public
@never_cache
@require_http_methods(["GET", "POST"])
def reset(request: HttpRequest) -> HttpResponse:
    return _ask(request, "reset")


def _ask(request: HttpRequest, what: str) -> HttpResponse:
    email = request.POST.get("email", "")
    wrong: dict[str, str] = {}
    sent = False
    if request.method == "POST" and mail.is_set_up():
        ask = ask_account if what == "sign_up" else ask_reset
        language = ways.language_of(request)
        try:
            ask(email=email, address=address_of(request), language=language, at=clock.now())
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            sent = True
    return ways.page(request, what, wrong, email=email, sent=sent, mail_ready=mail.is_set_up())


@public
@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
def sign_up_link(request: HttpRequest, signed: str) -> HttpResponse:
    """Behind the link: name and password; then the person is in."""
    email = email_of_link(signed)
    given = {field: request.POST.get(field, "") for field in ("name", "password", "again")}
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            account = make_resident(signed=signed, at=clock.now(), **given)
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            return flows.enter(request, account, "password", next_="/me/")
    return ways.page(request, "sign_up_link", wrong, email=email, given=given)


@public
@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
def reset_link(request: HttpRequest, signed: str) -> HttpResponse:
    """Behind the link: a new password. It is no proof enough to come in by: the person signs in with it."""
    account_of_link(signed)
    given = {field: request.POST.get(field, "") for field in ("password", "again")}
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            reset_password(signed=signed, at=clock.now(), **given)
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            return ways.page(request, "reset_done")
    return ways.page(request, "reset_link", wrong)
