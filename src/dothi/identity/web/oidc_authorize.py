# SPDX-License-Identifier: Apache-2.0
"""A client sends a person here: sign in as surely as it takes, read what is asked, allow it or not, go back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dothi.foundation import clock
from dothi.identity.actions.oidc_consent import begin_grant, give_consent
from dothi.identity.actions.oidc_pushed import use_pushed
from dothi.identity.actions.oidc_token import give_code
from dothi.identity.errors import BadRequest
from dothi.identity.gates import public
from dothi.identity.models import Account, OidcClient
from dothi.identity.queries.assurance import assurance_of, where_to_prove
from dothi.identity.queries.broker_reach import askable
from dothi.identity.queries.oidc_client import asking, client_of
from dothi.identity.queries.oidc_consent import remembered
from dothi.identity.queries.oidc_grant import session_mark
from dothi.identity.queries.oidc_pushed import pushed
from dothi.identity.rules import acr, oidc_client, oidc_scope
from dothi.identity.rules.oidc_request import Unusable, Wanted, read, redirect_of

SALT = "dothi.identity.oidc.resume"
RESUME_SECONDS = 3600


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One person's visit for one request. `asked_at`: when it began; `tried`: the level they were sent to prove."""

    parameters: Mapping[str, Sequence[str]]
    client: OidcClient
    redirect_uri: str
    state: str
    asked_at: datetime
    tried: str
    pushed_as: str

    def signed(self, *, tried: str = "", who: str = "") -> str:
        """The visit in a form that can go through the browser and come back unchanged; `who` was asked."""
        given = {name: list(values) for name, values in self.parameters.items()}
        visit = {"q": given, "at": self.asked_at.timestamp(), "tried": tried or self.tried, "who": who}
        return signing.dumps(visit, salt=SALT, compress=True)


class Back(HttpResponseRedirect):
    """To an address that was compared with the registered ones; apps have schemes of their own."""

    def __init__(self, uri: str) -> None:
        self.allowed_schemes = [urlsplit(uri).scheme]
        super().__init__(uri)
        self["Cache-Control"] = "no-store"


def _back(visit: Visit, **answer: str) -> HttpResponse:
    """Back to the client, naming who answers (RFC 9207), errors too."""
    named = {**answer, "iss": str(settings.SETTINGS.url)}
    if visit.state:
        named["state"] = visit.state
    glue = "&" if urlsplit(visit.redirect_uri).query else "?"
    return Back(f"{visit.redirect_uri}{glue}{urlencode(named, quote_via=quote)}")


def _single(given: Mapping[str, Sequence[str]], name: str) -> str:
    values = given.get(name, ())
    return values[0] if len(values) == 1 else ""


def _visit(given: Mapping[str, Sequence[str]], *, asked_at: datetime, tried: str) -> Visit:
    """The visit; BadRequest, told to the person, when there is no client or address that can be trusted."""
    client = client_of(_single(given, "client_id"))
    if client is None:
        raise BadRequest("identity.oidc.client_unknown")
    uri = _single(given, "request_uri")
    real = given
    if uri:
        found = pushed(uri, client_id=client.pk, at=clock.now())
        if found is None:
            raise BadRequest("identity.oidc.pushed_gone")
        real = {name: [value] for name, value in found.items()}
    redirect_uri = redirect_of(real, asking(client))
    if redirect_uri is None:
        raise BadRequest("identity.oidc.redirect_unknown")
    state = _single(real, "state")
    return Visit(
        parameters=given,
        client=client,
        redirect_uri=redirect_uri,
        state=state if len(state) <= 2048 else "",
        asked_at=asked_at,
        tried=tried,
        pushed_as=uri,
    )


def _wanted(visit: Visit) -> Wanted:
    """What is asked; Unusable when it cannot be answered."""
    if not visit.pushed_as:
        if visit.client.requires_par:
            raise Unusable("invalid_request", "this client pushes its requests (RFC 9126)")
        return read(visit.parameters, asking(visit.client))
    found = pushed(visit.pushed_as, client_id=visit.client.pk, at=clock.now()) or {}
    return read({name: [value] for name, value in found.items()}, asking(visit.client))


def _resumed(token: str) -> tuple[Visit, str]:
    """The visit that comes back, and who was asked; BadRequest when it is none of ours or too old."""
    try:
        found: dict[str, Any] = signing.loads(token, salt=SALT, max_age=RESUME_SECONDS)
    except signing.BadSignature as error:
        raise BadRequest("identity.oidc.visit_old") from error
    at = datetime.fromtimestamp(found["at"], UTC)
    return _visit(found["q"], asked_at=at, tried=found["tried"]), found["who"]


def _gap(
    visit: Visit, wanted: Wanted, account: Account | None, request: HttpRequest
) -> tuple[str, str] | None:
    """(error, level to prove) when the person must sign in, or more surely; None when all is proved."""
    if account is None:
        return "login_required", acr.LOA1
    proof = assurance_of(request, account)
    ages = [age for age in (wanted.max_age, visit.client.max_age or None) if age is not None]
    again = wanted.prompt & {"login", "select_account"} and proof.at < visit.asked_at
    too_old = (
        acr.is_too_old(proof.at, min(ages, default=None), at=visit.asked_at) and proof.at < visit.asked_at
    )
    level = acr.missing(proof, asked=wanted.acr_values, least=visit.client.least_acr)
    if level is not None:
        return "unmet_authentication_requirements", level
    return ("login_required", acr.LOA1) if again or too_old else None


def _to_sign_in(visit: Visit, level: str, account: Account | None) -> HttpResponse:
    back = f"/oidc/resume?visit={quote(visit.signed(tried=level))}"
    answer = HttpResponseRedirect(where_to_prove(account, level, back))
    answer["Cache-Control"] = "no-store"
    return answer


def _finish(
    request: HttpRequest, visit: Visit, wanted: Wanted, account: Account, scopes: Sequence[str]
) -> HttpResponse:
    """A code goes back; a pushed request is used up by that."""
    at = clock.now()
    if visit.pushed_as and not use_pushed(visit.pushed_as, at=at):
        raise BadRequest("identity.oidc.pushed_gone")
    proof = assurance_of(request, account)
    grant = begin_grant(
        account=account,
        client=visit.client,
        scopes=scopes,
        acr=acr.answer(proof, wanted.acr_values),
        proof=proof,
        session=session_mark(request.session.session_key),
        at=at,
    )
    code = give_code(
        grant, redirect_uri=wanted.redirect_uri, challenge=wanted.challenge, nonce=wanted.nonce, at=at
    )
    return _back(visit, code=code)


def _ask(request: HttpRequest, visit: Visit, wanted: Wanted, account: Account) -> HttpResponse:
    page = {
        "client": visit.client,
        "host": urlsplit(wanted.redirect_uri).hostname or urlsplit(wanted.redirect_uri).scheme,
        "optional": [scope for scope in wanted.scopes if scope != "openid"],
        "visit": visit.signed(who=account.pk),
        "account": account,
        "days": oidc_scope.CONSENT_LIFE.days,
    }
    answer = render(request, "identity/oidc_consent.html", page)
    # The browser follows the answer of this form only to places named here.
    policy = policy_for(oidc_client.origin_of(wanted.redirect_uri))
    answer["Content-Security-Policy"] = policy
    return answer


def policy_for(origin: str) -> str:
    """The content policy of a page whose form leads to this origin."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self'; form-action 'self' {origin}; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
    )


def _proceed(request: HttpRequest, visit: Visit, *, decided: bool = False) -> HttpResponse:
    account: Account | None = request.account or None  # type: ignore[attr-defined]  # - set by city hall
    try:
        wanted = _wanted(visit)
    except Unusable as error:
        return _back(visit, error=error.error, error_description=error.why)
    gap = _gap(visit, wanted, account, request)
    if gap is not None:
        lacking, level = gap
        was_here = visit.tried == level and account and assurance_of(request, account).at >= visit.asked_at
        if "none" in wanted.prompt or was_here:
            return _back(visit, error=lacking, error_description="the person did not sign in as asked")
        return _to_sign_in(visit, level, account)
    assert account is not None
    if beyond := _beyond(visit, wanted, account):
        why = f"the person may not do this at the broker, so {beyond} cannot be asked of them"
        return _back(visit, error="access_denied", error_description=why)
    if decided:
        return _decided(request, visit, wanted, account)
    known = remembered(account_id=account.pk, client_id=visit.client.pk, scopes=wanted.scopes, at=clock.now())
    if known is not None and "consent" not in wanted.prompt:
        return _finish(request, visit, wanted, account, known)
    if "none" in wanted.prompt:
        return _back(visit, error="consent_required", error_description="the person must be asked")
    return _ask(request, visit, wanted, account)


def _beyond(visit: Visit, wanted: Wanted, account: Account) -> str:
    """The scopes that this person does not have to give; empty when there are none."""
    at = clock.now()
    could = askable(wanted.scopes, account_id=account.pk, tenant=visit.client.tenant, at=at)
    return " ".join(scope for scope in wanted.scopes if scope not in could)


def _decided(request: HttpRequest, visit: Visit, wanted: Wanted, account: Account) -> HttpResponse:
    if request.POST.get("decision") != "allow":
        return _back(visit, error="access_denied", error_description="the person said no")
    scopes = oidc_scope.ordered({"openid", *(set(request.POST.getlist("scope")) & set(wanted.scopes))})
    give_consent(
        account=account,
        client=visit.client,
        asked=wanted.scopes,
        scopes=scopes,
        is_remembered=request.POST.get("remember") == "yes",
        at=clock.now(),
    )
    return _finish(request, visit, wanted, account, scopes)


@csrf_exempt
@public
@never_cache
@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """The authorization endpoint; by POST, too (OpenID Connect Core 3.1.2.1). It changes nothing but gives a code."""
    source = request.POST if request.method == "POST" else request.GET
    if "visit" in source:
        return _proceed(request, _resumed(source["visit"])[0])
    given = {str(name): [str(v) for v in values] for name, values in source.lists()}
    return _proceed(request, _visit(given, asked_at=clock.now(), tried=""))


@public
@never_cache
@require_POST
def consent(request: HttpRequest) -> HttpResponse:
    """The person's answer. The request is judged anew: what was true when they were asked may be so no longer."""
    visit, who = _resumed(request.POST.get("visit", ""))
    account = request.account or None  # type: ignore[attr-defined]  # - set by city hall
    return _proceed(request, visit, decided=account is not None and account.pk == who)


@public
@never_cache
@require_safe
def resume(request: HttpRequest) -> HttpResponse:
    """A page between signing in and going on: browsers do not follow a form to a foreign address.

    It goes on by itself, without scripts, and has a link for those whose browser does not.
    """
    token = request.GET.get("visit", "")
    _resumed(token)
    return render(request, "identity/oidc_resume.html", {"next": f"/oidc/authorize?visit={quote(token)}"})
