# SPDX-License-Identifier: Apache-2.0

"""Proving again who one is, for an act that needs it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from dothi.foundation import clock
from dothi.identity import ceremony, sessions
from dothi.identity.actions.passkey import use_passkey
from dothi.identity.actions.sign_in import check_code, check_password
from dothi.identity.addresses import address_of
from dothi.identity.errors import PasskeyRefused, RefusedForm
from dothi.identity.gates import signed_in
from dothi.identity.models import Account
from dothi.identity.queries import passkey as passkeys
from dothi.identity.rules.session import Acr
from dothi.identity.step_up import best_acr
from dothi.identity.web import ways


def _account(request: HttpRequest) -> Account:
    account = sessions.account_of(request)
    assert account is not None
    return account


@signed_in
@never_cache
@require_POST
def options(request: HttpRequest) -> HttpResponse:
    return JsonResponse(ceremony.begin_showing(request, _account(request)))


@signed_in
@never_cache
@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "POST"])
def again(request: HttpRequest) -> HttpResponse:
    """A passkey, or for who has none a password with a code of the app when there is one."""
    account = _account(request)
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            acr, source = _prove(request, account)
        except PasskeyRefused as refusal:
            wrong = {"credential": refusal.key}
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            sessions.prove(request, acr, source=source)
            return HttpResponseRedirect(ways.where_to(request, "/me/"))
    found = {
        "next": ways.where_to(request, "/me/"),
        "has_key": passkeys.has_passkey(account),
        "has_app": passkeys.authenticator_app_of(account) is not None,
        "beyond": request.GET.get("acr") == "phr" and best_acr(account) != "phr",
    }
    return ways.page(request, "again", wrong, **found)


def _prove(request: HttpRequest, account: Account) -> tuple[Acr, str]:
    at, address = clock.now(), address_of(request)
    if passkeys.has_passkey(account):
        shown = ceremony.shown_key(request, account, request.POST.get("credential", ""))
        use_passkey(shown=shown, at=at)
        return "phr", "webauthn"
    check_password(account=account, password=request.POST.get("password", ""), address=address, at=at)
    if passkeys.authenticator_app_of(account) is None:
        return "aal1", "password"
    used = check_code(account=account, code=request.POST.get("code", ""), address=address, at=at)
    return "aal2", str(used.type)
