# SPDX-License-Identifier: Apache-2.0
"""What stands in the ledger, as a test sees it."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection


def told(like: str = "%") -> list[tuple[str, str, str, dict[str, Any]]]:
    """(actor, act, object, details) of what this test wrote, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.body FROM ledger.record r JOIN ledger.waiting w ON w.record_id = r.id"
            " WHERE r.act LIKE %s ORDER BY r.id",
            [like],
        )
        found = [json.loads(row[0]) for row in cursor.fetchall()]
    return [(one["actor"], one["act"], one["object"], one["details"]) for one in found]
