# SPDX-License-Identifier: Apache-2.0
"""Every address of the pages, with something in each of its parameters: one that is new is there the day it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter


def patterns(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in (resolver or get_resolver()).url_patterns:
        address = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, address)
        else:
            yield address, entry


def _filled(shape: str, page: URLPattern, things: dict[str, Any], number: str, otherwise: str) -> str:
    for name, converter in page.pattern.converters.items():
        of = next((word for word in ("grants", "posts") if name == "number" and f"/{word}/" in shape), name)
        value = str(things.get(of, number if isinstance(converter, IntConverter) else otherwise))
        shape = re.sub(rf"<(\w+:)?{name}>", value.replace("\\", "\\\\"), shape)
    shape = re.sub(r"\(\?P<\w+>[^)]*\)", "0" * 64, shape)
    return f"/{shape.replace('^', '').replace('$', '')}"


def addresses(things: dict[str, Any], *, number: str = "1", otherwise: str = "x") -> dict[str, str]:
    """Name of each page: its address with these things in it, and with fillers for what is not among them."""
    return {page.name or shape: _filled(shape, page, things, number, otherwise) for shape, page in patterns()}
