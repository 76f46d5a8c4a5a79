# SPDX-License-Identifier: Apache-2.0
"""Codes for officers: a message's, a call's, and the addresses of the city."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from dothi.documents.actions import code as actions
from dothi.documents.errors import NoSuchDocument, RefusedForm
from dothi.documents.models import CityAddress
from dothi.documents.queries import code as queries
from dothi.documents.rules import code as rules
from dothi.documents.web import forms, units
from dothi.foundation import clock


def _page(request: HttpRequest, **more: Any) -> HttpResponse:
    page = {
        "messages": [{"row": row, "code": rules.shown(row.pk)} for row in queries.messages_sent()],
        "calls": [
            {
                "row": row,
                "code": rules.shown(row.pk),
                "open": row.used_at is None and clock.now() - row.made_at < actions.CALL_LASTS,
            }
            for row in queries.calls()[:10]
        ],
        "addresses": queries.addresses(),
        "own": queries.own_host(),
        "channels": actions.CHANNELS,
        **units.choices(),
        "given": request.POST,
        "wrong": {},
        **forms.heard(request),
        **more,
    }
    return render(request, "documents/codes.html", page, status=400 if page["wrong"] else 200)


@require_safe
def codes(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
def issue(request: HttpRequest) -> HttpResponse:
    """A code for a message that is sent by other means."""
    post = request.POST
    try:
        if not forms.text(post, "recipient"):
            raise RefusedForm({"recipient": "documents.form.recipient"})  # noqa: TRY301 - told with the others
        made = actions.code_for(
            channel=post.get("channel", ""),
            subject=forms.text(post, "subject"),
            recipient=forms.text(post, "recipient"),
            text=post.get("text", ""),
            unit=units.chosen(request),
            by=forms.who(request),
            tenant=forms.tenant(request),
        )
    except RefusedForm as refusal:
        return _page(request, wrong=refusal.fields)
    return _page(request, made=made)


@require_POST
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    found = queries.message_within(code)
    if found is None:
        raise NoSuchDocument
    actions.withdraw_code(message=found)
    forms.say(request, "documents.said.code_withdrawn")
    return redirect("document_codes")


@require_POST
def call(request: HttpRequest) -> HttpResponse:
    """A code to read out on the telephone."""
    try:
        row = actions.begin_call(
            unit=units.chosen(request),
            about=forms.text(request.POST, "about"),
            by=forms.who(request),
            tenant=forms.tenant(request),
        )
    except RefusedForm as refusal:
        return _page(request, wrong=refusal.fields)
    return _page(request, calling=rules.shown(row.pk))


@require_POST
def add_address(request: HttpRequest) -> HttpResponse:
    post = request.POST
    try:
        actions.add_address(
            host=post.get("host", ""),
            about=forms.text(post, "about_host"),
            below=bool(post.get("below")),
            by=forms.who(request),
            tenant=forms.tenant(request),
        )
    except RefusedForm as refusal:
        wrong = {("about_host" if name == "about" else name): key for name, key in refusal.fields.items()}
        return _page(request, wrong=wrong)
    forms.say(request, "documents.said.address_added")
    return redirect("document_codes")


@require_POST
def end_address(request: HttpRequest, address_id: int) -> HttpResponse:
    found = CityAddress.objects.filter(pk=address_id).first()
    if found is None:
        raise NoSuchDocument
    actions.end_address(address=found)
    forms.say(request, "documents.said.address_ended")
    return redirect("document_codes")
