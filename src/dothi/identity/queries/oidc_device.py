# SPDX-License-Identifier: Apache-2.0
"""Devices that wait."""

from __future__ import annotations

from datetime import datetime

from dothi.identity.models import OidcDevice
from dothi.identity.queries.oidc_grant import hash_of
from dothi.identity.rules import user_code


def waiting_device(typed: str, *, at: datetime) -> OidcDevice | None:
    """The device whose screen shows what a person typed; None when none waits with that code."""
    code = user_code.typed(typed)
    if code is None:
        return None
    return OidcDevice.objects.filter(user_hash=hash_of(code), state="waiting", expires_at__gt=at).first()
