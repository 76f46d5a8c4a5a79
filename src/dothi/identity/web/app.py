# SPDX-License-Identifier: Apache-2.0

"""Codes by an app on the phone, for residents."""

from __future__ import annotations

from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal import auth as totp
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from dothi.foundation import clock
from dothi.foundation.errors import NotAllowed
from dothi.identity import flows
from dothi.identity.actions.authenticator_app import add_app, remove_app, renew_codes
from dothi.identity.errors import RefusedForm
from dothi.identity.gates import signed_in
from dothi.identity.models import Account
from dothi.identity.queries import passkey as passkeys
from dothi.identity.rules.session import STAFF
from dothi.identity.step_up import recently
from dothi.identity.web import qr, ways
from dothi.identity.web.me import FRESH, account_of, done


def _resident(request: HttpRequest) -> Account:
    account = account_of(request)
    if account.role in STAFF:
        raise NotAllowed("identity.app.not_for_staff")
    return account


@signed_in
@recently(minutes=FRESH)
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def app_add(request: HttpRequest) -> HttpResponse:
    account = _resident(request)
    if passkeys.authenticator_app_of(account):
        return done("app_added")
    secret = totp.get_totp_secret()
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            codes = add_app(account=account, secret=secret, code=request.POST.get("code", ""), at=clock.now())
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            totp.clear_totp_secret(request)
            flows.keep_this(request, account)
            return ways.page(request, "codes", codes=codes)
    picture = SafeString(qr.svg(get_adapter().build_totp_url(account, secret)))
    spaced = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return ways.page(request, "app_add", wrong, picture=picture, secret=spaced)


@signed_in
@recently(minutes=FRESH)
@require_POST
def app_remove(request: HttpRequest) -> HttpResponse:
    account = _resident(request)
    remove_app(account=account, at=clock.now())
    flows.keep_this(request, account)
    return done("app_removed")


@signed_in
@recently(minutes=FRESH)
@never_cache
@require_POST
def codes_renew(request: HttpRequest) -> HttpResponse:
    codes = renew_codes(account=_resident(request), at=clock.now())
    return ways.page(request, "codes", codes=codes)
