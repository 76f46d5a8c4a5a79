# SPDX-License-Identifier: Apache-2.0
"""Settings of a place are written: the value that began last counts, older ones stay."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.db import transaction

from dothi.foundation.text import nfc
from dothi.ledger.door import note
from dothi.places.errors import BadSetting
from dothi.places.models import PlaceSetting, Unit

_KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")


@transaction.atomic
def set_setting(
    *,
    key: str,
    value: Any,
    valid_from: date,
    unit: str | None = None,
    measure: str = "",
    valid_to: date | None = None,
    source: str = "",
    proven: bool = False,
    by: str = "",
    tenant: str = "",
) -> PlaceSetting:
    """A value of a key in a unit and all below it, from a day on."""
    if not _KEY.fullmatch(key) or len(key) > 100:
        raise BadSetting("places.setting.key", setting=key)
    if valid_to is not None and valid_to <= valid_from:
        raise BadSetting("places.setting.dates", setting=key)
    if unit is not None and not Unit.objects.filter(pk=unit).exists():
        raise BadSetting("places.calendar.unit")
    note(
        "places.act.setting_set",
        f"setting:{key}",
        tenant=tenant,
        unit=unit or "",
        since=valid_from.isoformat(),
    )
    return PlaceSetting.objects.create(
        tenant=tenant, unit_id=unit, key=key, value=value, measure=nfc(measure)[:40], valid_from=valid_from,
        valid_to=valid_to, source=nfc(source)[:300], proven=proven, by=by,
    )  # fmt: skip
