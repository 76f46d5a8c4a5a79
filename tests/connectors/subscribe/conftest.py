# SPDX-License-Identifier: Apache-2.0
"""The real server of the MQTT tests stands for the broker that a city already has."""

from __future__ import annotations

from tests.connectors.mqtt.conftest import bus

__all__ = ["bus"]
