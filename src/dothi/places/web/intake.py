# SPDX-License-Identifier: Apache-2.0
"""An official list and borders by upload: kept, looked at, and written only when a person says so."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from dothi.places.actions.intake import Intake, take_list
from dothi.places.errors import BadList, NoSuchUnit, RefusedForm
from dothi.places.official_list import Order, read_borders, read_list
from dothi.places.rules.join import Border, ListedUnit
from dothi.places.web import forms

_MARK = re.compile(r"[0-9a-f]{64}")
_LARGEST = 100 << 20


class _Kept(msgspec.Struct):
    """What was handed in, as it was read, with the name of the list's file."""

    name: str
    order: Order


def _folder() -> Path:
    folder: Path = settings.SETTINGS.data_path / "files" / "places"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _keep(kept: _Kept) -> str:
    body = msgspec.msgpack.encode(kept)
    mark = hashlib.sha256(body).hexdigest()
    (_folder() / mark).write_bytes(body)
    return mark


def _get(mark: str) -> _Kept:
    path = _folder() / mark
    if not _MARK.fullmatch(mark) or not path.exists():
        raise NoSuchUnit(mark[:20])
    return msgspec.msgpack.decode(path.read_bytes(), type=_Kept)


def _handed_in(request: HttpRequest) -> _Kept:
    wrong: dict[str, str] = {}
    sent = request.FILES.get("list")
    listed: list[ListedUnit] = []
    borders: list[Border] = []
    said = request.POST.get("day", "")
    if said and forms.day_of(said) is None:
        wrong["day"] = "places.form.day"
    if sent is None:
        wrong["list"] = "places.form.list"
    elif (sent.size or 0) > _LARGEST:
        wrong["list"] = "places.list.large"
    else:
        try:
            listed = read_list(sent.read())
        except BadList as error:
            wrong["list"] = _plain(error)
    for file in request.FILES.getlist("boundaries"):
        try:
            borders += read_borders(file.read())
        except BadList as error:
            wrong["boundaries"] = _plain(error)
    if wrong:
        raise RefusedForm(wrong)
    name = sent.name or "" if sent else ""
    only = forms.text(request.POST, "only", 20)
    return _Kept(name, Order(listed=listed, borders=borders, day=forms.day_of(said), only=only))


def _plain(error: BadList) -> str:
    """The key of a sentence without values of its own: a field shows no more."""
    return "places.form.list_shape" if error.values else error.key


@require_http_methods(["GET", "POST"])
def hand_in(request: HttpRequest) -> HttpResponse:
    given = {field: forms.text(request.POST, field) for field in ("day", "only")}
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            mark = _keep(_handed_in(request))
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            return redirect("place_import_decide", mark=mark)
    page = {"given": given, "wrong": wrong}
    return render(request, "places/import.html", page, status=400 if wrong else 200)


def _taken(request: HttpRequest, kept: _Kept, *, rehearse: bool) -> Intake:
    return take_list(
        listed=kept.order.listed, borders=kept.order.borders, day=kept.order.day, only=kept.order.only,
        accepted=request.POST.getlist("accepted"), tenant=forms.tenant(request), rehearse=rehearse,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, mark: str) -> HttpResponse:
    """What the files come to, before anything is written; then what was written."""
    kept = _get(mark)
    done = request.method == "POST"
    report = _taken(request, kept, rehearse=not done)
    page = {"kept": kept, "report": report, "done": done, "borders": len(kept.order.borders)}
    return render(request, "places/import_decide.html", page)
