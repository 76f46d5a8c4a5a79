# SPDX-License-Identifier: Apache-2.0
"""Codes and addresses: is this the city's?"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings

from dothi.documents.models import CallCode, CityAddress, MessageCode
from dothi.identity.door import seen

SHOWN = 50


def message(typed: str) -> MessageCode | None:
    """The message of a code that was read."""
    return MessageCode.objects.filter(pk=typed).first()


def messages_sent() -> list[MessageCode]:
    """The newest within reach."""
    return list(seen(MessageCode.objects.order_by("-sent_at"))[:SHOWN])


def message_within(code: str) -> MessageCode | None:
    return seen(MessageCode.objects.filter(pk=code)).first()


def calls() -> list[CallCode]:
    return list(seen(CallCode.objects.order_by("-made_at"))[:SHOWN])


def addresses() -> list[CityAddress]:
    return list(CityAddress.objects.filter(ended_at__isnull=True).order_by("host"))


def own_host() -> str:
    return (urlsplit(settings.SETTINGS.url).hostname or "").lower()


def address_of(host: str) -> str | None:
    """What a host is for when it is the city's (empty for this very site), None when it is not."""
    if not host:
        return None
    if host == own_host():
        return ""
    for row in addresses():
        if host == row.host or (row.below and host.endswith(f".{row.host}")):
            return row.about
    return None
