# SPDX-License-Identifier: Apache-2.0

"""What the pages of identity share: where to go next, in which language, whether passkeys work here."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from dothi.foundation import messages
from dothi.identity import ceremony
from dothi.identity.models import Account
from dothi.identity.rules import passkey as rules
from dothi.identity.rules.device import device_name
from dothi.identity.rules.session import STAFF


def language_of(request: HttpRequest) -> str:
    return str(getattr(request, "language", "vi"))


def home_of(account: Account) -> str:
    """Where a person lands who did not ask for a page."""
    return "/console/" if account.role in STAFF else "/me/"


def where_to(request: HttpRequest, otherwise: str) -> str:
    """The page that was asked for, if it is one of ours."""
    target = request.POST.get("next") or request.GET.get("next") or otherwise
    safe = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if safe else otherwise


def _host(request: HttpRequest) -> str:
    return urlsplit(f"//{request.get_host()}").hostname or ""


def to_localhost(request: HttpRequest) -> HttpResponse | None:
    """On the machine itself, by the name that browsers allow passkeys for: a bare address is none."""
    host = _host(request)
    loopback = host != "localhost" and rules.home_of(f"http://{request.get_host()}").rp_id == "localhost"
    if request.method != "GET" or ceremony.home().rp_id != "localhost" or not loopback:
        return None
    port = urlsplit(f"//{request.get_host()}").port
    place = f"localhost:{port}" if port else "localhost"
    return HttpResponseRedirect(f"{request.scheme}://{place}{request.get_full_path()}")


def key_name(request: HttpRequest) -> str:
    """What a new key is called when the person gives it no name."""
    device = device_name(request.headers.get("User-Agent", ""))
    word = messages.text(language_of(request), "identity.passkey.plain")
    return f"{word} ({device})" if device else word


def page(
    request: HttpRequest, template: str, wrong: dict[str, str] | None = None, **more: Any
) -> HttpResponse:
    """A page of ours; 400 when something in its form is wrong."""
    place = ceremony.home()
    known = {
        "wrong": wrong or {},
        "passkeys_here": rules.is_at_home(place, _host(request)),
        "passkey_home": place.origin if place.rp_id else "",
        "key_name": key_name(request),
    }
    return render(request, f"identity/{template}.html", known | more, status=400 if wrong else 200)
