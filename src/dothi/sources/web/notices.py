# SPDX-License-Identifier: Apache-2.0
"""What the next page says once: a sentence, and a key that is shown and then forgotten."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from dothi.sources.core.sentence import say as in_words

_SAID, _KEY, _USER = "sources_said", "sources_key", "sources_user"


def say(request: HttpRequest, key: str, *, secret: str = "", user: str = "", **values: str | int) -> None:
    """Keep a sentence for the next page; `secret` and `user`: a password and whose it is, shown with it."""
    request.session[_SAID] = {"key": key, "values": values}
    if secret:
        request.session[_KEY], request.session[_USER] = secret, user


def heard(request: HttpRequest) -> dict[str, Any]:
    """The sentence and key of the step before; a second look finds neither."""
    said = request.session.pop(_SAID, None)
    return {
        "said": in_words(getattr(request, "language", "vi"), said) if said else "",
        "secret": request.session.pop(_KEY, ""),
        "secret_user": request.session.pop(_USER, ""),
    }
