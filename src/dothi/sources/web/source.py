# SPDX-License-Identifier: Apache-2.0
"""Pages of sources: the list, adding one, one with all that belongs to it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dothi.foundation import clock
from dothi.identity.door import reach, requires
from dothi.sources import actions, queries, recipes, rules
from dothi.sources.core import known_types, topics
from dothi.sources.core.mapping import BadMapping, read_mapping
from dothi.sources.core.mapping_presets import PRESETS
from dothi.sources.core.sentence import say
from dothi.sources.errors import RefusedForm
from dothi.sources.models import Source
from dothi.sources.web import forms, notices

_FIELDS = ("name", "way", "unit", "contact_name", "contact_phone", "period", "period_unit", "preset", "kind", "host",
           "port", "username", "topic", "tls")  # fmt: skip
WAITING_SHOWN, WAITING_AT_FIRST, REFUSALS_SHOWN = 20, 5, 10


@requires("sources.see")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """All sources with what state they are in."""
    rows = queries.source_list(clock.now())
    states = ("live", "stale", "never", "muted", "retired")
    page = {
        "rows": rows,
        "whole_city": reach().everywhere,
        "counts": [(state, sum(row["health"] == state for row in rows)) for state in states],
        "waiting": queries.page(queries.waiting(), forms.start_of(request.GET, "waiting"), WAITING_AT_FIRST),
        "refusals": queries.page(queries.refusals(None), 0, REFUSALS_SHOWN),
        **forms.options(request),
        **notices.heard(request),
    }
    return render(request, "sources/overview.html", page)


@requires("sources.manage")
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
                mapping=_mapping(given["preset"], forms.kind(request.POST)),
                options=forms.subscription(request.POST) if given["way"] == "subscribe" else {},
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


def _mapping(preset: str, kind: str) -> dict[str, Any]:
    """The ready mapping, for devices of this kind."""
    ready = PRESETS.get(preset, {})
    type_ = known_types.type_of(kind)
    return {**ready, "type": type_} if type_ else ready


def _how(source: Source, heard: dict[str, Any]) -> dict[str, Any]:
    """What to copy: the whole call where the source or its gateway has the key."""
    mapping = recipes.mapping_of(source)
    user = topics.gateway_user(source.pk)
    secret = heard["secret"] or recipes.HIDDEN
    found: dict[str, Any] = {
        "recipe": recipes.by_http(
            source.slug, key=secret, payload=recipes.payload_of(mapping, recipes.EXAMPLE, named=True)
        )
        if source.way == "http"
        else recipes.gateway_topic_of(source)
    }
    if source.way == "mqtt" and "gateway_hash" in source.options:
        found["gateway"] = {
            "user": user,
            "topics": topics.gateway_topics(source.slug, mapping.topics),
            "recipe": recipes.by_topic(
                recipes.gateway_topic_of(source),
                recipes.payload_of(mapping, recipes.EXAMPLE, named=False),
                username=user,
                password=secret if heard["secret_user"] == user else recipes.HIDDEN,
            ),
        }
    return found


def mapping_problem(source: Source, language: str) -> str:
    """Why the mapping that is kept cannot be used; empty when it can."""
    try:
        read_mapping(source.mapping)
    except BadMapping as error:
        return say(language, error.sentence)
    return ""


@requires("sources.see", write="sources.manage")
@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    source = queries.source(slug)
    at = clock.now()
    language = forms.language_of(request)
    words = forms.text(request.GET, "q", 100)
    devices = queries.device_list(source, at, words=words, first=forms.start_of(request.GET, "from"))
    for row in devices.rows:
        row["kind"] = known_types.name_of(row["device"].kind or row["device"].entity_type, language)
    heard = notices.heard(request)
    page = {
        "source": source,
        "health": rules.health(
            at=at, last_seen=source.last_seen, period=source.period, state=queries.source_state(source)
        ),
        "devices": devices,
        "words": words,
        "waiting": queries.page(
            queries.waiting(source), forms.start_of(request.GET, "waiting"), WAITING_SHOWN
        ),
        "refusals": queries.page(queries.refusals(source), 0, REFUSALS_SHOWN),
        "files": queries.page(queries.files(source), forms.start_of(request.GET, "files"), 20),
        "usual_kind": known_types.kind_of(actions.default_type(source)),
        "usual_type": known_types.name_of(
            known_types.kind_of(actions.default_type(source)) or actions.default_type(source), language
        ),
        "problem": mapping_problem(source, language),
        "mqtt_host": recipes.mqtt_host(),
        "mqtt_port": recipes.mqtt_port(),
        "whole_city": reach().everywhere,
        **_how(source, heard),
        **forms.options(request),
        **heard,
    }
    return render(request, "sources/detail.html", page)


def _as_entered(source: Source) -> dict[str, Any]:
    number, size = rules.split_period(source.period)
    kept = source.options
    return {
        "name": source.name,
        "unit": source.unit_id or "",
        "contact_name": source.contact_name,
        "contact_phone": source.contact_phone,
        "period": number,
        "period_unit": size,
        "host": kept.get("host", ""),
        "port": kept.get("port", ""),
        "username": kept.get("username", ""),
        "topic": "\n".join(kept.get("topics", [])),
        "tls": "on" if kept.get("tls") else "",
    }


@requires("sources.manage")
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, slug: str) -> HttpResponse:
    source = queries.source(slug)
    given, wrong = _as_entered(source), dict[str, str]()
    if request.method == "POST":
        given = {field: request.POST.get(field, "") for field in given}
        subscribes = source.way == "subscribe"
        try:
            actions.change_source(
                source,
                name=forms.text(request.POST, "name", 200),
                period=forms.period(request.POST),
                unit=forms.unit(request.POST),
                contact_name=forms.text(request.POST, "contact_name", 200),
                contact_phone=forms.text(request.POST, "contact_phone", 40),
                options=forms.subscription(request.POST, source.options) if subscribes else None,
            )
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            notices.say(request, "sources.saved")
            return redirect("source", slug=slug)
    page = {"source": source, "given": given, "wrong": wrong, **forms.options(request)}
    return render(request, "sources/change.html", page, status=400 if wrong else 200)


@requires("sources.manage")
@require_POST
def mute(request: HttpRequest, slug: str) -> HttpResponse:
    muted = request.POST.get("muted") == "yes"
    actions.set_muted(queries.source(slug), muted=muted)
    notices.say(request, "sources.muted" if muted else "sources.unmuted")
    return redirect("source", slug=slug)


@requires("sources.manage")
@require_POST
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a source's figures on the public page or not; the action asks for the whole city."""
    public = request.POST.get("public") == "yes"
    actions.set_public(queries.source(slug), public=public)
    notices.say(request, "sources.public.said_on" if public else "sources.public.said_off")
    return redirect("source", slug=slug)


@requires("sources.manage")
@require_POST
def new_key(request: HttpRequest, slug: str) -> HttpResponse:
    key = actions.rotate_key(queries.source(slug))
    notices.say(request, "sources.key.rotated", secret=key)
    return redirect("source", slug=slug)


@requires("sources.manage")
@require_POST
def gateway(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the gateway of a source a password, or take its login away."""
    source = queries.source(slug)
    if request.POST.get("do") == "remove":
        actions.remove_gateway(source)
        notices.say(request, "sources.gateway.removed")
    else:
        password = actions.make_gateway(source)
        notices.say(request, "sources.gateway.made", secret=password, user=topics.gateway_user(source.pk))
    return redirect("source", slug=slug)


@requires("sources.manage")
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
