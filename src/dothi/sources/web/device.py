# SPDX-License-Identifier: Apache-2.0
"""Pages of devices: adding, accepting, saying what one is and where it stands, its password."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from dothi.foundation import clock
from dothi.identity.door import requires
from dothi.sources import actions, queries, recipes, rules
from dothi.sources.core import known_types, unit_choices
from dothi.sources.core.store import PAYLOAD_KEPT
from dothi.sources.errors import RefusedForm
from dothi.sources.models import Device, Source
from dothi.sources.web import forms, notices

_FIELDS = ("key", *forms.DEVICE_FIELDS)


@requires("sources.manage")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, slug: str) -> HttpResponse:
    source = queries.source(slug)
    given = {field: request.POST.get(field, "") for field in _FIELDS}
    if request.method == "GET":
        given["period_unit"] = "m"
        given["kind"] = known_types.kind_of(actions.default_type(source))
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            device, password = actions.add_device(
                source,
                key=forms.text(request.POST, "key", 200),
                topics=forms.lines(request.POST, "topics"),
                **forms.device(request.POST),
            )
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            notices.say(request, "sources.device.added", secret=password if source.way == "mqtt" else "")
            return redirect("device", slug=slug, device_id=device.pk)
    page = {
        "source": source,
        "given": given,
        "wrong": wrong,
        "usual_type": _usual_type(source, forms.language_of(request)),
        **forms.options(request),
    }
    return render(request, "sources/device_add.html", page, status=400 if wrong else 200)


def _usual_type(source: Source, language: str) -> str:
    """What a device is when nobody says it, in words."""
    type_ = actions.default_type(source)
    return known_types.name_of(known_types.kind_of(type_) or type_, language)


def _as_entered(device: Device) -> dict[str, Any]:
    number, size = rules.split_period(device.period) if device.period else ("", "m")
    waits = device.state == "waiting"
    usual = known_types.kind_of(device.entity_type or actions.default_type(device.source)) if waits else ""
    return {
        "name": device.name,
        "kind": device.kind or usual,
        "unit": device.unit_id or "",
        "lon": device.lon if device.lon is not None else "",
        "lat": device.lat if device.lat is not None else "",
        "period": number,
        "period_unit": size,
        "unit_code": device.unit_code,
        "topics": "\n".join(device.topics),
    }


def _recipe(device: Device, secret: str) -> str:
    return recipes.by_topic(
        recipes.topic_of(device),
        recipes.payload_of(recipes.mapping_of(device.source), device.key, named=False),
        username=device.username or "",
        password=secret or recipes.HIDDEN,
    )


def _page(request: HttpRequest, device: Device, given: dict[str, Any], wrong: dict[str, str]) -> HttpResponse:
    source, heard = device.source, notices.heard(request)
    language = forms.language_of(request)
    page = {
        "source": source,
        "device": device,
        "given": given,
        "wrong": wrong,
        "health": rules.health(
            at=clock.now(),
            last_seen=device.last_seen,
            period=device.period or source.period,
            state=device.state,
        ),
        "kind": known_types.name_of(device.kind or device.entity_type, language),
        "measure": unit_choices.written(device.unit_code),
        "owner": device.unit or source.unit,
        "usual_type": _usual_type(source, language),
        "cut": len(device.last_payload) >= PAYLOAD_KEPT,
        "recipe": _recipe(device, heard["secret"]),
        "mqtt_host": recipes.mqtt_host(),
        "mqtt_port": recipes.mqtt_port(),
        **forms.options(request),
        **heard,
    }
    return render(request, "sources/device.html", page, status=400 if wrong else 200)


@requires("sources.see", write="sources.manage")
@require_http_methods(["GET", "POST"])
def detail(request: HttpRequest, slug: str, device_id: str) -> HttpResponse:
    device = queries.device(slug, device_id)
    given = _as_entered(device)
    if request.method != "POST":
        return _page(request, device, given, {})
    try:
        topics = forms.lines(request.POST, "topics") if "topics" in request.POST else None
        actions.map_device(device, topics=topics, **forms.device(request.POST))
    except RefusedForm as refusal:
        entered = {field: request.POST.get(field, "") for field in given}
        return _page(request, queries.device(slug, device_id), entered, refusal.fields)
    notices.say(request, "sources.saved")
    return redirect("device", slug=slug, device_id=device_id)


@requires("sources.manage")
@require_POST
def accept(request: HttpRequest, slug: str, device_id: str) -> HttpResponse:
    """Accept a device that waits, as what the form says of it."""
    device = queries.device(slug, device_id)
    try:
        actions.accept_device(device, **forms.device(request.POST))
    except RefusedForm as refusal:
        entered = {field: request.POST.get(field, "") for field in _as_entered(device)}
        return _page(request, device, entered, refusal.fields)
    notices.say(request, "sources.device.accepted")
    return redirect("device", slug=slug, device_id=device_id)


@requires("sources.manage")
@require_POST
def refuse(request: HttpRequest, slug: str, device_id: str) -> HttpResponse:
    actions.refuse_device(queries.device(slug, device_id))
    notices.say(request, "sources.device.refused")
    return redirect("source", slug=slug)


@requires("sources.manage")
@require_POST
def mute(request: HttpRequest, slug: str, device_id: str) -> HttpResponse:
    muted = request.POST.get("muted") == "yes"
    actions.set_device_muted(queries.device(slug, device_id), muted=muted)
    notices.say(request, "sources.muted" if muted else "sources.unmuted")
    return redirect("device", slug=slug, device_id=device_id)


@requires("sources.manage")
@require_POST
def new_key(request: HttpRequest, slug: str, device_id: str) -> HttpResponse:
    password = actions.rotate_device_key(queries.device(slug, device_id))
    notices.say(request, "sources.key.rotated", secret=password)
    return redirect("device", slug=slug, device_id=device_id)


@requires("sources.manage")
@require_http_methods(["GET", "POST"])
def retire(request: HttpRequest, slug: str, device_id: str) -> HttpResponse:
    device = queries.device(slug, device_id)
    if request.method == "POST":
        actions.retire_device(device)
        notices.say(request, "sources.retired")
        return redirect("source", slug=slug)
    page = {
        "title_key": "sources.retire.title",
        "advice_key": "sources.device.retire.advice",
        "do_key": "sources.device.retire.do",
        "name": str(device),
        "back": f"/sources/{slug}/devices/{device_id}/",
    }
    return render(request, "sources/ask_once.html", page)
