# SPDX-License-Identifier: Apache-2.0
"""Credentials for officers: offered at the counter, revoked, and asked for."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import qrcode
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from dothi.documents.actions import credential as actions
from dothi.documents.actions import presentation
from dothi.documents.errors import RefusedForm
from dothi.documents.models import PresentationRequest
from dothi.documents.queries import credential as queries
from dothi.documents.rules import credential as rules
from dothi.documents.rules import status
from dothi.documents.web import forms, units
from dothi.foundation import clock


def picture(text: str) -> dict[str, Any]:
    """A QR as a path of one square a dark cell."""
    code = qrcode.QRCode(border=4, error_correction=qrcode.constants.ERROR_CORRECT_L)
    code.add_data(text)
    rows = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return {"path": path, "size": len(rows)}


def _page(request: HttpRequest, **more: Any) -> HttpResponse:
    page = {
        "claims": [{"name": name, "value": request.POST.get(name, "")} for name in rules.CLAIMS],
        "issued": queries.issued_list(),
        "reasons": status.REASONS,
        **units.choices(),
        "given": request.POST,
        "wrong": {},
        **forms.heard(request),
        **more,
    }
    return render(request, "documents/credentials.html", page, status=400 if page["wrong"] else 200)


@require_safe
def credentials(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _shared(request: HttpRequest) -> dict[str, str]:
    return {"unit": units.chosen(request), "tenant": forms.tenant(request), "by": forms.who(request)}


@require_POST
def offer(request: HttpRequest) -> HttpResponse:
    """The QR for the resident's wallet and the number that is told apart from it: both are seen once."""
    given = {name: forms.text(request.POST, name) for name in rules.CLAIMS}
    try:
        _, made, tx_code = actions.offer_credential(claims=given, **_shared(request))
    except RefusedForm as refusal:
        return _page(request, wrong=refusal.fields)
    link = "openid-credential-offer://?" + urlencode({"credential_offer": json.dumps(made)})
    answer = _page(request, offer={"link": link, "qr": picture(link), "tx_code": tx_code}, claims=[])
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    actions.revoke_credential(credential=queries.issued(number), reason=request.POST.get("reason", "other"))
    forms.say(request, "documents.said.credential_revoked")
    return redirect("document_credentials")


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    try:
        row = presentation.ask(
            claims=request.POST.getlist("claim"),
            purpose=forms.text(request.POST, "purpose"),
            mode="direct_post.jwt",
            **_shared(request),
        )
    except RefusedForm as refusal:
        return _page(request, wrong=refusal.fields)
    return redirect("document_shown", request_id=row.pk)


def _link(row: PresentationRequest) -> str:
    sent = {
        "client_id": presentation.client_id(row.tenant),
        "request_uri": f"{settings.SETTINGS.url}/credentials/request/{row.pk}",
    }
    return f"openid4vp://?{urlencode(sent)}"


@require_safe
def shown(request: HttpRequest, request_id: str) -> HttpResponse:
    """The QR of a question, then what was shown."""
    row = queries.request(request_id)
    state = "ended" if row.state == "open" and row.until < clock.now() else row.state
    page: dict[str, Any] = {"asked": row, "state": state, "names": rules.asked(row.query)}
    if state == "open":
        page |= {"qr": picture(_link(row)), "link": _link(row)}
    if state == "shown":
        page["claims"] = queries.shown_claims(row)
    answer = render(request, "documents/shown.html", page)
    answer["Cache-Control"] = "no-store"
    return answer
