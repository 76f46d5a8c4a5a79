# SPDX-License-Identifier: Apache-2.0
"""Where Django begins: rooms that do not know each other are told what they need of one another."""

from __future__ import annotations

from django.apps import AppConfig


class CityHall(AppConfig):
    """The roof."""

    name = "dothi.cityhall"

    def ready(self) -> None:
        from dothi.cityhall import wiring  # noqa: PLC0415 - models are there only now

        wiring.wire()
