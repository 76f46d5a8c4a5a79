# SPDX-License-Identifier: Apache-2.0
"""The public pages: what the city publishes, and how to connect a sensor. Plain HTML, no script."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dothi.cityhall import published
from dothi.foundation import clock, messages
from dothi.identity.door import public
from dothi.quality import door as quality
from dothi.sources import recipes


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What the city publishes, as of now."""
    with connection.cursor() as cursor:
        things = published.things(cursor)
    language = getattr(request, "language", "vi")
    page = {"summary": published.summary(things, at=clock.now(), language=language)}
    return render(request, "dothi/home.html", page)


@public
@require_safe
def connect(request: HttpRequest) -> HttpResponse:
    """Three steps, with lines to copy."""
    language = getattr(request, "language", "vi")
    word = {
        name: messages.text(language, f"cityhall.connect.word_{name}")
        for name in ("user", "password", "source", "key")
    }
    page = {
        "mqtt_host": recipes.mqtt_host(),
        "mqtt_port": recipes.mqtt_port(),
        "by_mqtt": recipes.by_mqtt(
            word["source"], "tram-01", username=word["user"], password=word["password"]
        ),
        "by_http": recipes.by_http(word["source"], key=word["key"]),
        "reading": recipes.reading(),
    }
    return render(request, "dothi/connect.html", page)


@public
@require_safe
def method(request: HttpRequest) -> HttpResponse:
    """How figures are graded, in words that an official can repeat."""
    at = clock.now()
    sample = quality.Counts(
        expected=144, usable=130, judged=130, passed=110, newest=at - timedelta(minutes=12)
    )
    told = quality.Context(period=600, source_class="managed", signed=True, neighbours=3)
    page = {"sample": quality.grade_series(sample, told, at), "version": quality.METHOD}
    return render(request, "dothi/method.html", page)
