# SPDX-License-Identifier: Apache-2.0
"""The ledger for programs. Who may ask is decided where the addresses are wired; errors are problem+json."""

from __future__ import annotations

import base64
import functools
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from dothi.ledger import actions, queries
from dothi.ledger.core import cosigning
from dothi.ledger.errors import BadNote, BadQuestion

PAGE = 1_000
NOTE_LIMIT = 10_000
View = Callable[[HttpRequest], HttpResponse]


def program(view: View) -> View:
    """Errors are told to a program, whatever it says that it accepts."""

    @functools.wraps(view)
    def told(request: HttpRequest) -> HttpResponse:
        request.wants_problem = True  # type: ignore[attr-defined]  # - Django requests are meant to be written on
        return view(request)

    return told


def _number(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise BadQuestion("ledger.question.number", name=name)
    return int(text)


def _path(hashes: list[bytes]) -> list[str]:
    return [base64.b64encode(one).decode("ascii") for one in hashes]


def _text(body: str) -> HttpResponse:
    return HttpResponse(body, content_type="text/plain; charset=utf-8")


@require_safe
def checkpoint(_request: HttpRequest) -> HttpResponse:
    """The newest signed checkpoint with its cosignatures (C2SP tlog-checkpoint)."""
    return _text(queries.newest_note())


@require_safe
def keys(_request: HttpRequest) -> HttpResponse:
    """The verifier keys of this ledger, one a line, the one in use last (C2SP signed-note)."""
    return _text("".join(f"{key}\n" for key in queries.signing_keys()))


@require_safe
def inclusion(request: HttpRequest) -> HttpResponse:
    """RFC 9162 2.1.3: that a leaf stands in the tree of a size."""
    leaf, size = _number(request, "leaf"), _number(request, "size")
    hash_, path = queries.inclusion(leaf=leaf, size=size)
    return JsonResponse({"leaf": leaf, "size": size, "hash": _path([hash_])[0], "path": _path(path)})


@require_safe
def consistency(request: HttpRequest) -> HttpResponse:
    """RFC 9162 2.1.4: that the tree of one size is the beginning of that of another."""
    old, new = _number(request, "from"), _number(request, "to")
    return JsonResponse({"from": old, "to": new, "path": _path(queries.consistency(old=old, new=new))})


def _entry(number: int, hash_: bytes, body: str | None) -> dict[str, Any]:
    return {"number": number, "hash": _path([hash_])[0], "record": body}


@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    """Leaves from one number to another, both counted in; `record` is the text that was hashed."""
    first, last = _number(request, "from"), _number(request, "to")
    if not first <= last < first + PAGE:
        raise BadQuestion("ledger.question.entries", most=PAGE)
    found = queries.entries(first=first, last=last)
    return JsonResponse({"entries": [_entry(*row) for row in found]})


@csrf_exempt
@require_POST
def cosignatures(request: HttpRequest) -> HttpResponse:
    """A witness hands in a checkpoint of ours that it signed; its signature is its credential."""
    if len(request.body) > NOTE_LIMIT:
        raise BadNote("ledger.note.shape")
    try:
        text = request.body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadNote("ledger.note.shape") from error
    known = cosigning.read_witnesses(settings.SETTINGS.ledger_witnesses)
    return JsonResponse({"witnesses": actions.cosign(text, known)}, status=201)
