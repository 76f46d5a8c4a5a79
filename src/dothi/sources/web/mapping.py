# SPDX-License-Identifier: Apache-2.0
"""The mapping of a source: chosen from the ready ones or written, tried on the last payload, then kept."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from dothi.identity.door import requires
from dothi.sources import actions, queries
from dothi.sources.core.mapping_presets import PRESETS
from dothi.sources.core.sentence import say
from dothi.sources.core.store import PAYLOAD_KEPT
from dothi.sources.models import Source
from dothi.sources.recipes import EXAMPLE, gateway_topic_of, mapping_of, payload_of
from dothi.sources.trial import attempt
from dothi.sources.web import forms, notices


def _preset_of(source: Source) -> str:
    """The ready mapping that the source has, of whatever type its devices are."""
    kept = {key: part for key, part in source.mapping.items() if key != "type"}
    return next((key for key, ready in PRESETS.items() if ready == kept), "")


def _example(source: Source) -> str:
    return payload_of(mapping_of(source), EXAMPLE, named=True)


@requires("sources.manage")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """`do` is try (default), preset, or keep; only keep writes, and only a mapping that can be used."""
    source = queries.source(slug)
    last = source.devices.exclude(last_payload="").order_by("-last_seen").first()
    text = request.POST.get("mapping") or json.dumps(source.mapping, ensure_ascii=False, indent=2)
    topic = request.POST.get("topic", last.last_topic if last else gateway_topic_of(source))
    payload = request.POST.get("payload", last.last_payload if last else _example(source))
    wanted = request.POST.get("do", "try")
    if wanted == "preset" and request.POST.get("preset", "") in PRESETS:
        text = json.dumps(PRESETS[request.POST["preset"]], ensure_ascii=False, indent=2)
    trial = attempt(text[:100_000], topic=topic[:1000], payload=payload[:1_000_000], source_slug=slug)
    if wanted == "keep" and request.method == "POST" and not trial.problem:
        actions.change_mapping(source, mapping=trial.mapping)
        notices.say(request, "sources.mapping.kept")
        return redirect("source", slug=slug)
    page = {
        "source": source,
        "mapping": text,
        "topic": topic,
        "payload": payload,
        "trial": trial,
        "problem": say(forms.language_of(request), trial.problem) if trial.problem else "",
        "cut": last is not None and len(last.last_payload) >= PAYLOAD_KEPT,
        "presets": list(PRESETS),
        "chosen": request.POST.get("preset", "") or _preset_of(source),
        "real": last is not None,
    }
    return render(
        request, "sources/mapping.html", page, status=400 if wanted == "keep" and trial.problem else 200
    )
