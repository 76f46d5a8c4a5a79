# SPDX-License-Identifier: Apache-2.0
"""Lines to copy: how a device or a system sends its first reading."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings

HIDDEN = "…"


def mqtt_host() -> str:
    return urlsplit(settings.SETTINGS.url).hostname or "127.0.0.1"


def mqtt_port() -> int:
    port: int = settings.SETTINGS.mqtt_port_used
    return port


def topic(source: str, device: str) -> str:
    return f"{source}/{device}/up"


def by_mqtt(source: str, device: str, *, username: str, password: str) -> str:
    return (
        f"mosquitto_pub -q 1 -h {mqtt_host()} -p {mqtt_port()} \\\n"
        f"  -u '{username}' -P '{password}' \\\n"
        f"  -t '{topic(source, device)}' \\\n"
        "  -m '{\"temperature\": 31.5}'"
    )


def by_http(source: str, *, key: str) -> str:
    return (
        f"curl {settings.SETTINGS.url}/ingest/{source} \\\n"
        f"  -H 'Authorization: Bearer {key}' \\\n"
        "  -H 'Content-Type: application/json' \\\n"
        '  -d \'{"id": "tram-01", "temperature": 31.5}\''
    )


def reading() -> str:
    return f"curl '{settings.SETTINGS.url}/ngsi-ld/v1/entities?type=WeatherObserved&limit=20'"
