# SPDX-License-Identifier: Apache-2.0
"""The first administrator, signing in and out."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from dothi.foundation import clock
from dothi.identity import sessions
from dothi.identity.actions.administrator import make_administrator
from dothi.identity.actions.sign_in import check_sign_in
from dothi.identity.errors import LinkNotGood, RefusedForm
from dothi.identity.gates import public
from dothi.identity.queries.account import has_administrator
from dothi.identity.queries.admin_link import good_link


def _where_to(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or "/console/"
    safe = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if safe else "/console/"


@public
@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
def first(request: HttpRequest, signed: str) -> HttpResponse:
    """The page behind the one-time link."""
    if good_link(signed, at=clock.now()) is None:
        raise LinkNotGood
    given = {field: request.POST.get(field, "") for field in ("name", "login", "password", "again")}
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            account = make_administrator(signed=signed, at=clock.now(), **given)
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            sessions.sign_in(request, account)
            return HttpResponseRedirect("/sources/")
    page = {"given": given, "wrong": wrong}
    return render(request, "identity/first.html", page, status=400 if wrong else 200)


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    wrong: dict[str, str] = {}
    login = request.POST.get("login", "")
    if request.method == "POST":
        try:
            account = check_sign_in(login=login, password=request.POST.get("password", ""), at=clock.now())
        except RefusedForm as refusal:
            wrong = refusal.fields
        else:
            sessions.sign_in(request, account)
            return HttpResponseRedirect(_where_to(request))
    page = {
        "login": login,
        "wrong": wrong,
        "next": _where_to(request),
        "nobody_yet": not has_administrator(),
    }
    return render(request, "identity/sign_in.html", page, status=400 if wrong else 200)


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    sessions.sign_out(request)
    answer = HttpResponseRedirect("/")
    answer.delete_cookie("dothi_broker")
    return answer
