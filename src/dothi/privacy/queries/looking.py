# SPDX-License-Identifier: Apache-2.0
"""Who looked at what of a person, when and why; by unit and post, not by name."""

from __future__ import annotations

from datetime import datetime

import msgspec

from dothi.foundation import clock
from dothi.identity import door as identity
from dothi.ledger import door as ledger
from dothi.places import door as places
from dothi.privacy.queries.purpose import register

ACT = "privacy.act.looked"
MOST = 500


class Looked(msgspec.Struct, kw_only=True):
    """`post`: what the ledger was told of the officer; `purpose`: its title in the language, or its key."""

    at: datetime
    unit: str
    post: str
    what: str
    purpose: str


def looked_at(account: str, language: str) -> list[Looked]:
    """The newest first; five hundred at most."""
    titles = {one.key: one.said("title", language) for one in register()}
    records = ledger.about(f"account:{account}", act=ACT, most=MOST)
    units = {one.pk: str(one) for one in places.units_at()} if records else {}
    return [
        Looked(
            at=clock.parse(one.at),
            unit=units.get(str(one.details.get("unit", "")), ""),
            post=identity.position_name(str(one.details.get("post", "")), language),
            what=str(one.details.get("what", "")),
            purpose=titles.get(str(one.details.get("purpose", "")), str(one.details.get("purpose", ""))),
        )
        for one in records
    ]
