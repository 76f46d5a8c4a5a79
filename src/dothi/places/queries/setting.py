# SPDX-License-Identifier: Apache-2.0
"""Settings of a place, read with their type."""

from __future__ import annotations

from datetime import date
from typing import TypeVar, overload

import msgspec

from dothi.foundation import clock
from dothi.places.errors import BadSetting
from dothi.places.models import PlaceSetting
from dothi.places.queries.book import book
from dothi.places.rules.setting import Setting, resolve

T = TypeVar("T")


def settings_rows(keys: list[str] | None = None) -> list[Setting]:
    """All rows of these keys, or of all, the newest first."""
    rows = PlaceSetting.objects.order_by("key", "-pk")
    if keys is not None:
        rows = rows.filter(key__in=keys)
    return [
        Setting(
            unit=row.unit_id, key=row.key, value=row.value, measure=row.measure, valid_from=row.valid_from,
            valid_to=row.valid_to, source=row.source, proven=row.proven,
        )
        for row in rows
    ]  # fmt: skip


def setting_row(key: str, *, unit: str | None = None, at: date | None = None) -> Setting | None:
    """The value that counts in a unit on a day, with its measure and source."""
    day = at or clock.now().astimezone(clock.VIETNAM).date()
    chain = book().chain(unit, day) if unit else []
    return resolve(settings_rows([key]), chain, key, day)


@overload
def setting(key: str, kind: type[T], *, default: T, unit: str | None = None, at: date | None = None) -> T: ...
@overload
def setting(
    key: str, kind: type[T], *, default: None = None, unit: str | None = None, at: date | None = None
) -> T | None: ...
def setting(
    key: str, kind: type[T], *, default: T | None = None, unit: str | None = None, at: date | None = None
) -> T | None:
    """The value that counts in a unit on a day, as `kind`; BadSetting when it is of another kind."""
    row = setting_row(key, unit=unit, at=at)
    if row is None:
        return default
    try:
        return msgspec.convert(row.value, kind)
    except msgspec.ValidationError as error:
        raise BadSetting("places.setting.kind", setting=key, kind=kind.__name__, value=row.value) from error
