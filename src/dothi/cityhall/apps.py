# SPDX-License-Identifier: Apache-2.0
"""What is wired in every process of Django's alike: pages, jobs and commands."""

from __future__ import annotations

from django.apps import AppConfig


class CityHall(AppConfig):
    name = "dothi.cityhall"

    def ready(self) -> None:
        from dothi.cityhall import personal  # noqa: PLC0415 - models must be loaded first

        personal.wire()
