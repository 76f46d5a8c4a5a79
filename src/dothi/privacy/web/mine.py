# SPDX-License-Identifier: Apache-2.0
"""One's own data: take it home, see who looked, say yes or no."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dothi.foundation import clock
from dothi.identity.door import signed_in
from dothi.privacy import keepers
from dothi.privacy.actions import consent as consents
from dothi.privacy.actions.export import hand_out, make_export
from dothi.privacy.errors import NotNow, RefusedForm, TooLongAgo
from dothi.privacy.queries import consent as consent_queries
from dothi.privacy.queries import export as export_queries
from dothi.privacy.queries.looking import looked_at
from dothi.privacy.queries.purpose import purpose as purpose_of
from dothi.privacy.web import forms


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
def export(request: HttpRequest) -> HttpResponse:
    """Pack all that is kept; only for somebody who has just signed in."""
    account = forms.account(request)
    if request.method == "POST":
        if not forms.is_recent(request):
            raise TooLongAgo
        make_export(account=account, at=clock.now(), tenant=forms.tenant(request))
        forms.say(request, "privacy.said.export")
        return HttpResponseRedirect("/privacy/export/")
    page = {
        "waiting": export_queries.waiting(account, at=clock.now()),
        "recent": forms.is_recent(request),
        "keepers": keepers.keepers(),
        "said": forms.heard(request),
    }
    return render(request, "privacy/export.html", page)


@signed_in
@never_cache
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Hand the zip out, once."""
    if not forms.is_recent(request):
        raise TooLongAgo
    answer = HttpResponse(
        hand_out(account=forms.account(request), at=clock.now()), content_type="application/zip"
    )
    answer["Content-Disposition"] = 'attachment; filename="du-lieu-cua-toi.zip"'
    answer["Cache-Control"] = "no-store"
    return answer


@signed_in
@never_cache
@require_safe
def looked(request: HttpRequest) -> HttpResponse:
    rows = looked_at(forms.account(request), forms.language(request))
    return render(request, "privacy/looked.html", {"rows": rows})


@signed_in
@never_cache
@require_safe
def consent_list(request: HttpRequest) -> HttpResponse:
    account = forms.account(request)
    page = {
        "rows": [
            {
                "key": row["purpose"].key,
                "title": row["purpose"].said("title", forms.language(request)),
                "given": row["given"],
            }
            for row in consent_queries.overview(account)
        ],
        "history": consent_queries.consents_of(account)[:100],
        "said": forms.heard(request),
    }
    return render(request, "privacy/consents.html", page)


def _decide(request: HttpRequest, purpose: str) -> None:
    account, tenant = forms.account(request), forms.tenant(request)
    said = request.POST.get("said", "")
    if said not in {"yes", "no"}:
        raise RefusedForm({"said": "privacy.consent.said.missing"})
    if said == "yes":
        consents.give(
            account=account, text_id=forms.whole(request.POST.get("text", "")), language=forms.language(request),
            said=True, at=clock.now(), tenant=tenant,
        )  # fmt: skip
    elif consent_queries.standing(account, purpose) is not None:
        consents.take_back(account=account, purpose=purpose, at=clock.now(), tenant=tenant)


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
def consent(request: HttpRequest, purpose: str) -> HttpResponse:
    """One purpose, its words, yes or no; nothing is chosen beforehand."""
    entry, words = purpose_of(purpose), consent_queries.text_of(purpose)
    if entry is None or words is None or entry.basis != "consent":
        raise NotNow("privacy.consent.none")
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            _decide(request, purpose)
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            forms.say(request, "privacy.said.consent")
            return HttpResponseRedirect("/privacy/consents/")
    language = forms.language(request)
    page = {
        "title": entry.said("title", language),
        "text": words,
        "words": words.words.get(language) or words.words["vi"],
        "given": consent_queries.standing(forms.account(request), purpose),
        "wrong": wrong,
    }
    return render(request, "privacy/consent.html", page, status=400 if wrong else 200)
