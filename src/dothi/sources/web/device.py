# SPDX-License-Identifier: Apache-2.0
"""Pages of devices: adding, accepting, saying what one is and where it stands, its password."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from dothi.foundation import clock
from dothi.identity.door import staff
from dothi.places import door as places
from dothi.sources import actions, queries, recipes, rules
from dothi.sources.errors import RefusedForm
from dothi.sources.models import Device
from dothi.sources.web import forms, notices

_FIELDS = ("key", "name", "kind", "unit", "lon", "lat", "period", "period_unit", "unit_code")


def _unit_for(request: HttpRequest, lon: float | None, lat: float | None) -> str | None:
    """The chosen unit, else the one whose area covers the point."""
    chosen = forms.unit(request.POST)
    if chosen or lon is None or lat is None:
        return chosen
    found = places.unit_of_point(lon, lat)
    return found.pk if found else None


@staff
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, slug: str) -> HttpResponse:
    source = queries.source(slug)
    given = {field: request.POST.get(field, "") for field in _FIELDS}
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            lon, lat = forms.place(request.POST)
            device, password = actions.add_device(
                source,
                key=forms.text(request.POST, "key", 200),
                name=forms.text(request.POST, "name", 200),
                kind=forms.kind(request.POST),
                unit=_unit_for(request, lon, lat),
                lon=lon,
                lat=lat,
                period=forms.own_period(request.POST),
            )
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            notices.say(request, "sources.device.added", secret=password if source.way == "mqtt" else "")
            return redirect("device", slug=slug, device_id=device.pk)
    page = {"source": source, "given": given, "wrong": wrong, **forms.options(request)}
    return render(request, "sources/device_add.html", page, status=400 if wrong else 200)


def _as_entered(device: Device) -> dict[str, Any]:
    number, size = rules.split_period(device.period) if device.period else ("", "m")
    return {
        "name": device.name,
        "kind": device.kind,
        "unit": device.unit_id or "",
        "lon": device.lon if device.lon is not None else "",
        "lat": device.lat if device.lat is not None else "",
        "period": number,
        "period_unit": size,
        "unit_code": device.unit_code,
    }


@staff
@require_http_methods(["GET", "POST"])
def detail(request: HttpRequest, slug: str, device_id: str) -> HttpResponse:
    device = queries.device(slug, device_id)
    given, wrong = _as_entered(device), dict[str, str]()
    if request.method == "POST":
        given = {field: request.POST.get(field, "") for field in given}
        try:
            lon, lat = forms.place(request.POST)
            actions.map_device(
                device,
                name=forms.text(request.POST, "name", 200),
                kind=forms.kind(request.POST),
                lon=lon,
                lat=lat,
                unit=_unit_for(request, lon, lat),
                period=forms.own_period(request.POST),
                unit_code=forms.text(request.POST, "unit_code", 20),
            )
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            notices.say(request, "sources.saved")
            return redirect("device", slug=slug, device_id=device_id)
    heard = notices.heard(request)
    page = {
        "source": device.source,
        "device": device,
        "given": given,
        "wrong": wrong,
        "health": rules.health(
            at=clock.now(),
            last_seen=device.last_seen,
            period=device.period or device.source.period,
            state=device.state,
        ),
        "recipe": recipes.by_mqtt(
            slug, device.key, username=device.username or "", password=heard["secret"] or recipes.HIDDEN
        ),
        "mqtt_host": recipes.mqtt_host(),
        "mqtt_port": recipes.mqtt_port(),
        **forms.options(request),
        **heard,
    }
    return render(request, "sources/device.html", page, status=400 if wrong else 200)


@staff
@require_POST
def accept(request: HttpRequest, slug: str, device_id: str) -> HttpResponse:
    actions.accept_device(
        queries.device(slug, device_id),
        name=forms.text(request.POST, "name", 200),
        kind=forms.kind(request.POST),
    )
    notices.say(request, "sources.device.accepted")
    return redirect("device", slug=slug, device_id=device_id)


@staff
@require_POST
def refuse(request: HttpRequest, slug: str, device_id: str) -> HttpResponse:
    actions.refuse_device(queries.device(slug, device_id))
    notices.say(request, "sources.device.refused")
    return redirect("source", slug=slug)


@staff
@require_POST
def mute(request: HttpRequest, slug: str, device_id: str) -> HttpResponse:
    muted = request.POST.get("muted") == "yes"
    actions.set_device_muted(queries.device(slug, device_id), muted=muted)
    notices.say(request, "sources.muted" if muted else "sources.unmuted")
    return redirect("device", slug=slug, device_id=device_id)


@staff
@require_POST
def new_key(request: HttpRequest, slug: str, device_id: str) -> HttpResponse:
    password = actions.rotate_device_key(queries.device(slug, device_id))
    notices.say(request, "sources.key.rotated", secret=password)
    return redirect("device", slug=slug, device_id=device_id)


@staff
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
