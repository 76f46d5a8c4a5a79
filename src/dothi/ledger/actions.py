# SPDX-License-Identifier: Apache-2.0
"""What Django rooms write: records, in the transaction that is under way."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import connection

from dothi.foundation import clock
from dothi.ledger import actor
from dothi.ledger.core import cosigning
from dothi.ledger.core.note import Key
from dothi.ledger.core.record import put


def note(
    act: str,
    object_: str,
    /,
    *,
    by: str | None = None,
    at: datetime | None = None,
    tenant: str = "",
    event_id: uuid.UUID | None = None,
    **details: Any,
) -> bool:
    """Record an act of the one who acts now (or `by`) on Django's connection, with the act or not at all.

    `act`: `<room>.act.<verb>`, which is also the key of its sentence; `object_`: `<kind>:<id>`. No names,
    passwords or other personal data in `details`: nothing here can ever be taken out again.
    """
    with connection.cursor() as cursor:
        return put(
            cursor,
            actor=by or actor.current(),
            act=act,
            object_=object_,
            at=at or clock.now(),
            details=details,
            tenant=tenant,
            event_id=event_id,
        )


def cosign(text: str, witnesses: list[Key]) -> list[str]:
    """Keep the cosignatures of witnesses that the city believes; their names."""
    with connection.cursor() as cursor:
        return cosigning.accept(cursor, text, witnesses)
