# SPDX-License-Identifier: Apache-2.0
"""Pages of failures that cannot be asked for, made by the product's own code."""

from __future__ import annotations

import os
from collections.abc import Callable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dothi.cityhall.django_settings")

import django

django.setup()  # before anything that reads models

from django.http.response import HttpResponseBase  # noqa: E402 - models are read only after set-up
from django.test import RequestFactory  # noqa: E402 - models are read only after set-up

from dothi.cityhall import error_pages  # noqa: E402 - models are read only after set-up

FAILURES: dict[int, Callable[..., HttpResponseBase]] = {
    400: error_pages.bad_request,
    500: error_pages.failed,
    503: error_pages.busy,
}


def failure_page(status: int, language: str, theme: str) -> str:
    """The page that a visitor with these choices would see."""
    request = RequestFactory().get("/")
    request.language = language  # type: ignore[attr-defined]  # - Django requests are meant to be written on
    request.mark = "7f1d0862-a2d0-4310"  # type: ignore[attr-defined]  # - Django requests are meant to be written on
    request.COOKIES["dothi_theme"] = theme
    return bytes(FAILURES[status](request).content).decode()  # type: ignore[attr-defined]  # - pages are no streams
