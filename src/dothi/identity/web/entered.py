# SPDX-License-Identifier: Apache-2.0
"""What people enter, turned into what actions take, and what a page is told by the one before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django.http import HttpRequest, QueryDict

from dothi.foundation import clock
from dothi.identity.errors import RefusedForm
from dothi.identity.queries.rights import units

_SAID = "identity_said"


def text(post: QueryDict, name: str, limit: int = 200) -> str:
    return post.get(name, "").replace("\x00", "").strip()[:limit]


def day_of(said: str) -> date | None:
    """`2026-11-24` or `24/11/2026`; None when it is no date."""
    parts = said.strip().split("/")
    try:
        return date.fromisoformat("-".join(reversed(parts)) if len(parts) == 3 else said.strip())
    except ValueError:
        return None


def day(post: QueryDict, name: str, *, empty: date | None = None) -> date | None:
    """The day entered, `empty` when nothing was; RefusedForm when it is no day."""
    said = text(post, name, 20)
    if not said:
        return empty
    found = day_of(said)
    if found is None:
        raise RefusedForm({name: "identity.post.day_shape"})
    return found


def moment(post: QueryDict, name: str, *, last: bool = False) -> datetime | None:
    """The beginning of the day entered, in Vietnam; its end when it is the last one. None when nothing was entered."""
    found = day(post, name)
    if found is None:
        return None
    begins = datetime.combine(found, time(), clock.VIETNAM)
    return begins.replace(hour=23, minute=59, second=59) if last else begins


def unit(post: QueryDict, name: str = "unit") -> str:
    """A unit of today, or empty for the whole city; RefusedForm when it is neither."""
    chosen = text(post, name, 100)
    if chosen and chosen not in dict(units().choices()):
        raise RefusedForm({name: "identity.post.no_unit"})
    return chosen


def place(post: QueryDict, name: str = "unit") -> str:
    """A unit of today, or `*` for the whole city, which is empty; RefusedForm when nothing was chosen."""
    chosen = text(post, name, 100)
    if not chosen:
        raise RefusedForm({name: "identity.post.no_unit"})
    return "" if chosen == "*" else unit(post, name)


def names(post: QueryDict, name: str) -> list[str]:
    """Words with commas between or one a line, without blank and repeated ones."""
    said = post.get(name, "").replace("\x00", "").replace("\n", ",")
    return list(dict.fromkeys(part.strip()[:200] for part in said.split(",") if part.strip()))[:50]


def say(request: HttpRequest, key: str, *, secret: str = "") -> None:
    """Tell the next page what was done; a secret is shown there once."""
    request.session[_SAID] = {"said": key, "secret": secret}


def heard(request: HttpRequest) -> dict[str, Any]:
    found: dict[str, Any] = request.session.pop(_SAID, {"said": "", "secret": ""})
    return found


def unit_choices(within: Sequence[str] | None = None) -> list[tuple[str, str]]:
    """Units of today to choose from, those below indented; `within`: only these."""
    found = units().choices()
    return [row for row in found if within is None or row[0] in within]


def unit_names() -> dict[str, str]:
    return {unit: name.strip() for unit, name in units().choices()}
