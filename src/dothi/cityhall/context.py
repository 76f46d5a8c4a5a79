# SPDX-License-Identifier: Apache-2.0
"""What every page knows: language, theme, the city's name, whether the city is a simulated one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from dothi.cityhall.rooms import rail
from dothi.cityhall.templatetags import words
from dothi.foundation import messages
from dothi.identity import door as identity
from dothi.places import door as places


def city_name(language: str, root: places.Unit | None) -> str:
    """The set name, else the root unit's, else a plain word."""
    if settings.SETTINGS.city_name:
        return str(settings.SETTINGS.city_name)
    return root.name if root else messages.text(language, "cityhall.city.unnamed")


class Can:
    """`can.sources.manage` in a template: whether the one who asks may do that to anything at all; `city.…`: everywhere."""

    def __init__(self, request: HttpRequest, room: str = "", *, city: bool = False) -> None:
        self._request, self._room, self._city = request, room, city

    def __getitem__(self, word: str) -> Can | bool:
        if not self._room:
            return Can(self._request, word, city=self._city)
        account = getattr(self._request, "account", None)
        ask = identity.may if self._city else identity.holds
        return bool(account) and ask(self._request, f"{self._room}.{word}")


def page(request: HttpRequest) -> dict[str, Any]:
    language = getattr(request, "language", "vi")
    words.speak(language)
    theme = request.COOKIES.get("dothi_theme", "")
    root = places.root_unit()
    return {
        "language": language,
        "other_language": "en" if language == "vi" else "vi",
        "theme": theme if theme in {"light", "dark"} else "",
        "city_name": city_name(language, root),
        "account": getattr(request, "account", None),
        "can": Can(request),
        "city": Can(request, city=True),
        "rooms": lambda: rail(request),
        "path": request.get_full_path(),
        "simulated": settings.SETTINGS.demo or (root is not None and root.simulated),
    }
