# SPDX-License-Identifier: Apache-2.0
"""Pages that write units: add one, change one, record a merge or split, set a value."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from dothi.foundation.text import fold
from dothi.places.actions.change import change_unit, replace_units
from dothi.places.actions.setting import set_setting
from dothi.places.actions.unit import NewUnit, put_units
from dothi.places.errors import BadSetting, BadUnit, RefusedForm
from dothi.places.queries import unit as queries
from dothi.places.queries.book import book
from dothi.places.rules.join import name_key
from dothi.places.web import forms

_ADD = ("kind", "name", "code", "parent", "valid_from")
_CHANGE = ("kind", "name", "parent", "day", "basis")


def _free_id(code: str, name: str, parent: str | None) -> str:
    """The code, else the name below the parent; with a number when another unit has it."""
    wanted = code or "-".join(filter(None, [parent, fold(name).replace(" ", "-")]))
    found, number = wanted[:90], 1
    while found in book():
        number += 1
        found = f"{wanted[:90]}-{number}"
    return found


def _added(request: HttpRequest) -> NewUnit:
    post = request.POST
    name, kind, code = (forms.text(post, field) for field in ("name", "kind", "code"))
    wrong: dict[str, str] = {}
    if not name:
        wrong["name"] = "places.form.name"
    if not kind:
        wrong["kind"] = "places.form.kind"
    if len(code) > 20:
        wrong["code"] = "places.form.code"
    since = forms.day_of(post.get("valid_from", ""))
    if since is None:
        wrong["valid_from"] = "places.form.day"
    day = since or queries.today()
    parent = forms.unit_of(post.get("parent", ""), day)
    if post.get("parent") and parent is None:
        wrong["parent"] = "places.form.parent"
    tree = queries.tree_at(day)
    beside = tree.children(parent) if parent else tree.roots()
    if any(name_key(tree.units[u].kind, tree.units[u].name) == name_key(kind, name) for u in beside):
        wrong["name"] = "places.form.name_taken"
    if code and queries.by_code(code, at=day):
        wrong["code"] = "places.form.code_taken"
    try:
        boundary = forms.boundary(request)
    except RefusedForm as refusal:
        wrong |= refusal.fields
        boundary = None
    if wrong:
        raise RefusedForm(wrong)
    return NewUnit(
        id=_free_id(code, name, parent), kind=kind, name=name, parent=parent, code=code, valid_from=day,
        boundary=boundary,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A ward in two minutes: what it is, what it is called, under whom, since when; the border when there is one."""
    given = {field: forms.text(request.POST, field) for field in _ADD}
    wrong: dict[str, str] = {}
    if request.method == "GET":
        root = queries.root_unit()
        parent = request.GET.get("parent", "") or (root.pk if root else "")
        given |= {"parent": parent, "valid_from": f"{queries.today()}"}
    else:
        try:
            unit = _added(request)
            put_units(units=[unit], tenant=forms.tenant(request))
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            forms.say(request, "places.said.added")
            return redirect("place", unit_id=unit.id)
    page = {"given": given, "wrong": wrong, "kinds": forms.kinds(), "units": forms.units()}
    return render(request, "places/add.html", page, status=400 if wrong else 200)


def _changed(request: HttpRequest, unit_id: str) -> None:
    post = request.POST
    row = queries.unit(unit_id)
    day = forms.day(post, "day")
    name = forms.text(post, "name")
    if not name:
        raise RefusedForm({"name": "places.form.name"})
    if day > queries.today():
        raise RefusedForm({"day": "places.form.future"})
    parent = post.get("parent", "") or None
    kind = forms.text(post, "kind") or row.kind
    border = forms.boundary(request)
    if parent and (parent not in book() or unit_id in book().chain(parent)):
        raise RefusedForm({"parent": "places.form.parent"})
    if (kind, name, parent or row.parent_id, border) == (row.kind, row.name, row.parent_id, None):
        raise RefusedForm({"name": "places.form.nothing"})
    try:
        change_unit(
            unit=unit_id, day=day, kind=kind, name=name, parent=parent, boundary=border,
            basis=forms.text(post, "basis", 500),
        )  # fmt: skip
    except BadUnit as error:
        raise RefusedForm({"day": "places.form.change_date"}) from error


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, unit_id: str) -> HttpResponse:
    """Rename, transfer or redraw a unit from a day on; what it was stays in its history."""
    unit = queries.unit(unit_id)
    given = {field: forms.text(request.POST, field, 500) for field in _CHANGE}
    wrong: dict[str, str] = {}
    if request.method == "GET":
        given |= {
            "kind": unit.kind, "name": unit.name, "parent": unit.parent_id or "", "day": f"{queries.today()}"
        }  # fmt: skip
    else:
        try:
            _changed(request, unit_id)
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            forms.say(request, "places.said.changed")
            return redirect("place", unit_id=unit_id)
    kinds = list(dict.fromkeys([unit.kind, *forms.kinds()]))
    page = {"unit": unit, "given": given, "wrong": wrong, "kinds": kinds, "units": forms.units()}
    return render(request, "places/change.html", page, status=400 if wrong else 200)


def _replaced(request: HttpRequest) -> str:
    post = request.POST
    day = forms.day(post, "day")
    kind = post.get("kind", "")
    before, after = (list(dict.fromkeys(post.getlist(name))) for name in ("before", "after"))
    wrong: dict[str, str] = {}
    if kind not in {"merge", "split"}:
        wrong["kind"] = "places.form.event_kind"
    eve = queries.tree_at(date.fromordinal(day.toordinal() - 1))
    if not before or any(unit not in eve for unit in before):
        wrong["before"] = "places.form.before"
    if not after or any(unit not in queries.tree_at(day) for unit in after):
        wrong["after"] = "places.form.after"
    if not forms.text(post, "basis"):
        wrong["basis"] = "places.form.basis"
    if wrong:
        raise RefusedForm(wrong)
    try:
        replace_units(
            kind=kind, day=day, before=before, after=after, basis=forms.text(post, "basis", 500),
            tenant=forms.tenant(request),
        )  # fmt: skip
    except BadUnit as error:
        raise RefusedForm({"day": "places.form.change_date"}) from error
    return after[0]


@require_http_methods(["GET", "POST"])
def replace(request: HttpRequest) -> HttpResponse:
    """A merge or split: which units end, which stand for them, by which law."""
    post = request.POST
    given: dict[str, Any] = {field: forms.text(post, field, 500) for field in ("kind", "day", "basis")}
    given |= {
        "before": post.getlist("before") or request.GET.getlist("before"),
        "after": post.getlist("after"),
    }
    wrong: dict[str, str] = {}
    if request.method == "GET":
        given |= {"kind": "merge", "day": f"{queries.today()}"}
    else:
        try:
            unit = _replaced(request)
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            forms.say(request, "places.said.replaced")
            return redirect("place", unit_id=unit)
    page = {"given": given, "wrong": wrong, "units": forms.units(), "event_kinds": ("merge", "split")}
    return render(request, "places/event.html", page, status=400 if wrong else 200)


def _value(said: str) -> Any:
    """A number, yes or no when it is one, else the words."""
    plain = said.replace(" ", "")
    if plain.casefold() in {"true", "false"}:
        return plain.casefold() == "true"
    try:
        return int(plain)
    except ValueError:
        try:
            return float(plain.replace(",", "."))
        except ValueError:
            return said


@require_POST
def put_setting(request: HttpRequest, unit_id: str) -> HttpResponse:
    """A difference of this locality, as data with its source."""
    unit = queries.unit(unit_id)
    post = request.POST
    since = forms.day_of(post.get("valid_from", ""))
    said = forms.text(post, "value", 1000)
    if since is None or not said:
        forms.say(request, "places.said.setting_wrong")
        return redirect("place", unit_id=unit_id)
    try:
        set_setting(
            key=forms.text(post, "key", 100), value=_value(said), unit=unit.pk, valid_from=since,
            measure=forms.text(post, "measure", 40), source=forms.text(post, "source", 300),
            by=forms.account(request), tenant=forms.tenant(request),
        )  # fmt: skip
    except BadSetting:
        forms.say(request, "places.said.setting_wrong")
    else:
        forms.say(request, "places.said.setting")
    return redirect("place", unit_id=unit_id)


@require_POST
def make_home(request: HttpRequest, unit_id: str) -> HttpResponse:
    """Say which of several units at the top is the locality itself."""
    unit = queries.unit(unit_id)
    set_setting(
        key=queries.HOME, value=unit.pk, valid_from=queries.today(), by=forms.account(request),
        tenant=forms.tenant(request),
    )  # fmt: skip
    forms.say(request, "places.said.home")
    return redirect("place", unit_id=unit_id)
