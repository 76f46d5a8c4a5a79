# SPDX-License-Identifier: Apache-2.0
"""What the next page says once: a sentence, and a key that is shown and then forgotten."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

_SAID, _KEY = "sources_said", "sources_key"


def say(request: HttpRequest, key: str, *, secret: str = "") -> None:
    request.session[_SAID] = key
    if secret:
        request.session[_KEY] = secret


def heard(request: HttpRequest) -> dict[str, Any]:
    """The sentence and key of the step before; a second look finds neither."""
    return {"said": request.session.pop(_SAID, ""), "secret": request.session.pop(_KEY, "")}
