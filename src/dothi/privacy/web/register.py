# SPDX-License-Identifier: Apache-2.0
"""What is processed and why: for everybody to read and take home, for staff to keep true."""

from __future__ import annotations

import csv
import io

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dothi.foundation import clock
from dothi.identity.door import public, requires
from dothi.privacy.actions.consent import publish_text
from dothi.privacy.actions.purpose import end_purpose, put_purpose
from dothi.privacy.errors import NotNow, RefusedForm
from dothi.privacy.queries import consent as consents
from dothi.privacy.queries import purpose as queries
from dothi.privacy.rules.purpose import BASES, DPIA, OPENS, TEXTS, Purpose
from dothi.privacy.web import forms

TOLD = ("purpose", "legal", "data", "people", "recipients", "kept", "security", "unit", "officer")


def _shown(one: Purpose, language: str) -> dict[str, object]:
    return {
        "entry": one,
        "title": one.said("title", language),
        "told": [(field, said) for field in TOLD if (said := one.said(field, language))],
    }


@public
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    language = forms.language(request)
    rows = [_shown(one, language) for one in queries.register()]
    return render(request, "privacy/register.html", {"rows": rows})


@public
@require_safe
def as_json(_request: HttpRequest) -> HttpResponse:
    """The register for programs, both languages beside each other."""
    rows = {
        language: [queries.as_row(one, language) for one in queries.register()] for language in ("vi", "en")
    }
    return JsonResponse({"processing": rows}, json_dumps_params={"ensure_ascii": False, "indent": 1})


def _cell(value: object) -> str:
    """A spreadsheet must not take a text for a formula."""
    text = str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


@public
@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    out = io.StringIO("\ufeff")
    out.seek(0, io.SEEK_END)
    rows = [queries.as_row(one, forms.language(request)) for one in queries.register()]
    writer = csv.writer(out)
    writer.writerow(rows[0] if rows else [])
    for row in rows:
        writer.writerow([_cell(value) for value in row.values()])
    answer = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="processing.csv"'
    return answer


@requires("privacy.register", city=True)
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    language = forms.language(request)
    rows = [
        {"entry": one, "title": one.said("title", language), "purpose": one.said("purpose", language)}
        for one in queries.register()
    ]
    return render(request, "privacy/desk_register.html", {"rows": rows, "said": forms.heard(request)})


def _flat(entry: Purpose | None) -> dict[str, str]:
    if entry is None:
        return {"dpia": "planned"}
    told = {
        f"{field}_{language}": getattr(entry, field).get(language, "")
        for field in TEXTS
        for language in ("vi", "en")
    }
    ticks = {name: "on" for name in ("sensitive", "proven") if getattr(entry, name)}
    ticks |= {f"opens_{what}": "on" for what in entry.opens}
    return {"key": entry.key, "basis": entry.basis, "dpia": entry.dpia, **told, **ticks}


_FIELDS = (
    "key", "basis", "dpia", "sensitive", "proven", *(f"opens_{what}" for what in OPENS),
    *(f"{f}_{n}" for f in TEXTS for n in ("vi", "en")),
)  # fmt: skip


@requires("privacy.register", city=True)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str = "") -> HttpResponse:
    """Change an entry, or add one when no key is named: a new version."""
    entry = queries.purpose(key) if key else None
    if key and entry is None:
        raise NotNow("privacy.register.missing")
    given, wrong = _flat(entry), {}
    if request.method == "POST":
        given = {name: forms.text(request.POST, name, 2000) for name in _FIELDS}
        given["key"] = key or given["key"]
        try:
            put_purpose(given=given, by=forms.actor(request), new=not key, tenant=forms.tenant(request))
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            forms.say(request, "privacy.said.register")
            return HttpResponseRedirect("/privacy/desk/register/")
    page = {
        "key": key, "given": given, "wrong": wrong, "bases": BASES, "states": DPIA, "kinds": OPENS, "opens": [what for what in OPENS if given.get(f"opens_{what}")],
        "texts": TEXTS,
        "versions": queries.versions(key) if key else [], "entry": entry, "text": consents.text_of(key) if key else None,
    }  # fmt: skip
    return render(request, "privacy/desk_purpose.html", page, status=400 if wrong else 200)


@requires("privacy.register", city=True)
@require_POST
def end(request: HttpRequest, key: str) -> HttpResponse:
    end_purpose(key=key, by=forms.actor(request), tenant=forms.tenant(request))
    forms.say(request, "privacy.said.register_ended")
    return HttpResponseRedirect("/privacy/desk/register/")


@requires("privacy.register", city=True)
@require_http_methods(["GET", "POST"])
def words(request: HttpRequest, key: str) -> HttpResponse:
    """Publish the words that people agree to, as a new version."""
    entry = queries.purpose(key)
    if entry is None or entry.basis != "consent":
        raise NotNow("privacy.consent.purpose.wrong")
    newest = consents.text_of(key)
    given = {language: newest.words.get(language, "") if newest else "" for language in ("vi", "en")}
    wrong: dict[str, str] = {}
    if request.method == "POST":
        given = {language: forms.text(request.POST, language, 5000) for language in ("vi", "en")}
        try:
            publish_text(
                purpose=key, vi=given["vi"], en=given["en"], by=forms.actor(request), at=clock.now(),
                tenant=forms.tenant(request),
            )  # fmt: skip
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            forms.say(request, "privacy.said.words")
            return HttpResponseRedirect("/privacy/desk/register/")
    page = {
        "entry": entry,
        "title": entry.said("title", forms.language(request)),
        "given": given,
        "wrong": wrong,
        "text": newest,
    }
    return render(request, "privacy/desk_words.html", page, status=400 if wrong else 200)
