# SPDX-License-Identifier: Apache-2.0
"""Pages of sources: the list, adding one, one with all that belongs to it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dothi.foundation import clock
from dothi.identity.door import staff
from dothi.sources import actions, queries, recipes, rules
from dothi.sources.core.mapping_presets import PRESETS
from dothi.sources.errors import RefusedForm
from dothi.sources.models import Source
from dothi.sources.web import forms, notices

_FIELDS = ("name", "way", "unit", "contact_name", "contact_phone", "period", "period_unit", "preset", "host",
           "port", "username", "topic")  # fmt: skip


@staff
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """All sources with what state they are in."""
    rows = queries.source_list(clock.now())
    states = ("live", "stale", "never", "muted", "retired")
    page = {
        "rows": rows,
        "counts": [(state, sum(row["health"] == state for row in rows)) for state in states],
        "waiting": queries.waiting()[:50],
        **notices.heard(request),
    }
    return render(request, "sources/overview.html", page)


def _subscription(request: HttpRequest) -> dict[str, Any]:
    """Where to subscribe. The password is kept: the city's other broker wants it at each connection."""
    post = request.POST
    port = forms.text(post, "port", 5)
    return {
        "host": forms.text(post, "host", 200),
        "port": int(port) if port.isdigit() and 0 < int(port) < 65536 else 1883,
        "username": forms.text(post, "username", 200),
        "password": post.get("password", "")[:200],
        "topics": [forms.text(post, "topic", 400) or "#"],
        "tls": post.get("tls") == "on",
    }


@staff
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Name a source, say who answers for it and how it comes in; its key is on the next page, once."""
    given = {field: request.POST.get(field, "") for field in _FIELDS}
    if request.method == "GET":
        given |= {"way": request.GET.get("way", "mqtt"), "period": "5", "period_unit": "m", "preset": "json"}
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            source, key = actions.add_source(
                tenant=request.tenant,  # type: ignore[attr-defined]  # - the tenant middleware sets it
                name=forms.text(request.POST, "name", 200),
                way=given["way"],
                period=forms.period(request.POST),
                unit=forms.unit(request.POST),
                contact_name=forms.text(request.POST, "contact_name", 200),
                contact_phone=forms.text(request.POST, "contact_phone", 40),
                mapping=PRESETS.get(given["preset"], {}),
                options=_subscription(request) if given["way"] == "subscribe" else {},
            )
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            notices.say(request, "sources.added", secret=key if source.way == "http" else "")
            return redirect("source", slug=source.slug)
    page = {
        "given": given,
        "wrong": wrong,
        "ways": rules.WAYS,
        "presets": list(PRESETS),
        **forms.options(request),
    }
    return render(request, "sources/add.html", page, status=400 if wrong else 200)


def _recipe(source: Source, secret: str) -> str:
    """What to copy: the whole call where the source has the key, the topic where its devices have it."""
    if source.way == "http":
        return recipes.by_http(source.slug, key=secret or recipes.HIDDEN)
    return recipes.topic(source.slug, "tram-01")


@staff
@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    source = queries.source(slug)
    at = clock.now()
    first = int(request.GET.get("from", "0")) if request.GET.get("from", "0").isdigit() else 0
    devices = queries.device_list(source, at, first=first, count=201)
    heard = notices.heard(request)
    page = {
        "source": source,
        "health": rules.health(
            at=at, last_seen=source.last_seen, period=source.period, state=queries.source_state(source)
        ),
        "devices": devices[:200],
        "next_devices": first + 200 if len(devices) > 200 else None,
        "waiting": queries.waiting(source)[:100],
        "refusals": queries.refusals(source),
        "files": queries.files(source),
        "recipe": _recipe(source, heard["secret"]),
        "mqtt_host": recipes.mqtt_host(),
        "mqtt_port": recipes.mqtt_port(),
        **heard,
    }
    return render(request, "sources/detail.html", page)


@staff
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, slug: str) -> HttpResponse:
    source = queries.source(slug)
    number, size = rules.split_period(source.period)
    given: dict[str, Any] = {
        "name": source.name,
        "unit": source.unit_id or "",
        "contact_name": source.contact_name,
        "contact_phone": source.contact_phone,
        "period": number,
        "period_unit": size,
    }
    wrong: dict[str, str] = {}
    if request.method == "POST":
        given = {field: request.POST.get(field, "") for field in given}
        try:
            actions.change_source(
                source,
                name=forms.text(request.POST, "name", 200),
                period=forms.period(request.POST),
                unit=forms.unit(request.POST),
                contact_name=forms.text(request.POST, "contact_name", 200),
                contact_phone=forms.text(request.POST, "contact_phone", 40),
            )
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            notices.say(request, "sources.saved")
            return redirect("source", slug=slug)
    page = {"source": source, "given": given, "wrong": wrong, **forms.options(request)}
    return render(request, "sources/change.html", page, status=400 if wrong else 200)


@staff
@require_POST
def mute(request: HttpRequest, slug: str) -> HttpResponse:
    muted = request.POST.get("muted") == "yes"
    actions.set_muted(queries.source(slug), muted=muted)
    notices.say(request, "sources.muted" if muted else "sources.unmuted")
    return redirect("source", slug=slug)


@staff
@require_POST
def new_key(request: HttpRequest, slug: str) -> HttpResponse:
    key = actions.rotate_key(queries.source(slug))
    notices.say(request, "sources.key.rotated", secret=key)
    return redirect("source", slug=slug)


@staff
@require_http_methods(["GET", "POST"])
def retire(request: HttpRequest, slug: str) -> HttpResponse:
    """Asks once, in the words of the thing, and then ends it."""
    source = queries.source(slug)
    if request.method == "POST":
        actions.retire(source)
        notices.say(request, "sources.retired")
        return redirect("sources")
    page = {
        "title_key": "sources.retire.title",
        "advice_key": "sources.retire.advice",
        "do_key": "sources.retire.do",
        "name": source.name,
        "back": f"/sources/{slug}/",
    }
    return render(request, "sources/ask_once.html", page)
