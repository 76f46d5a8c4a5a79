# SPDX-License-Identifier: Apache-2.0
"""What people enter, and who they are, turned into what actions take."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from django.http import HttpRequest, HttpResponse, QueryDict

from dothi.identity import door as identity
from dothi.privacy.errors import RefusedForm

_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
_SAID = "privacy_said"
Page = Callable[..., HttpResponse]


def text(post: QueryDict, name: str, limit: int = 400) -> str:
    return _NOT_TEXT.sub("", post.get(name, "")).strip()[:limit]


def whole(said: str) -> int:
    """The number of plain digits; 0 when it is none."""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 7 else 0


def needed_day(given: Mapping[str, str], name: str) -> date:
    """The date of a field; RefusedForm when it is none."""
    try:
        return date.fromisoformat(given[name])
    except ValueError as error:
        raise RefusedForm({name: "privacy.retention.since.wrong"}) from error


def language(request: HttpRequest) -> str:
    return str(getattr(request, "language", "vi"))


def tenant(request: HttpRequest) -> str:
    return str(getattr(request, "tenant", ""))


def account(request: HttpRequest) -> str:
    """The id of the account that asks; empty when nobody is signed in."""
    found = identity.current(request)
    return found.pk if found else ""


def actor(request: HttpRequest) -> str:
    return identity.actor_of(identity.current(request))


def is_recent(request: HttpRequest, *, minutes: float = 15) -> bool:
    """Whether the person showed within a quarter of an hour who they are."""
    return identity.is_fresh(request, minutes=minutes)


def say(request: HttpRequest, key: str) -> None:
    """Let the next page say a sentence once."""
    request.session[_SAID] = key


def heard(request: HttpRequest) -> str:
    return str(request.session.pop(_SAID, ""))
