# SPDX-License-Identifier: Apache-2.0
"""Keys and certificates for administrators."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from dothi.documents.actions import key as actions
from dothi.documents.core import certificate
from dothi.documents.errors import RefusedForm
from dothi.documents.queries import key as queries
from dothi.documents.web import forms
from dothi.places.door import Unit, root_unit

PEM_LIMIT = 100_000


def _page(request: HttpRequest, wrong: dict[str, str] | None = None) -> HttpResponse:
    rows = [
        {"key": row, "seen": certificate.see(queries.chain_of(row)[0]), "documents": row.documents.count()}
        for row in queries.key_list()
    ]
    root = root_unit()
    page: dict[str, Any] = {
        "rows": rows,
        "wrong": wrong or {},
        "given": request.POST,
        "units": [(unit.pk, str(unit)) for unit in Unit.objects.order_by("name")[:500]],
        "organisation": str(root) if root else "",
        **forms.heard(request),
    }
    return render(request, "documents/keys.html", page, status=400 if wrong else 200)


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _unit(request: HttpRequest) -> str:
    found = request.POST.get("unit", "")
    return found if Unit.objects.filter(pk=found).exists() else ""


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """A soft demo key, a token or a signing service."""
    post, sent = request.POST, request.FILES.get("chain")
    kind, shared = (
        post.get("kind", ""),
        {"unit": _unit(request), "tenant": forms.tenant(request), "by": forms.who(request)},
    )
    try:
        if kind == "soft":
            root = root_unit()
            name = forms.text(post, "name")
            actions.make_demo_key(name=name, organisation=str(root) if root else name, **shared)
        else:
            place = {name: post.get(name, "") for name in ("module", "label", "url", "credential")}
            pem = sent.read(PEM_LIMIT) if sent else b""
            actions.add_hardware_key(
                name=forms.text(post, "name"),
                kind=kind,
                place=place,
                pem=pem,
                secret=post.get("secret", ""),
                **shared,
            )
    except RefusedForm as refusal:
        return _page(request, refusal.fields)
    forms.say(request, "documents.said.key_added")
    return redirect("document_keys")


@require_POST
def retire(request: HttpRequest, key_id: str) -> HttpResponse:
    actions.retire_key(key=queries.key(key_id))
    forms.say(request, "documents.said.key_retired")
    return redirect("document_keys")


@require_safe
def chain(request: HttpRequest, key_id: str) -> HttpResponse:
    """The certificates in PEM, for those who check offline."""
    del request
    row = queries.key(key_id)
    return HttpResponse(
        certificate.as_pem(queries.chain_of(row)),
        content_type="application/x-pem-file",
        headers={"Content-Disposition": f'attachment; filename="{row.pk}.pem"'},
    )
