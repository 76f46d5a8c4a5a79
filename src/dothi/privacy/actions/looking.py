# SPDX-License-Identifier: Apache-2.0
"""Looking at sensitive data is an act of its own, with its purpose."""

from __future__ import annotations

from datetime import datetime

from dothi.ledger.door import note
from dothi.privacy.errors import RefusedForm
from dothi.privacy.queries.looking import ACT
from dothi.privacy.queries.purpose import purposes_for


def looked(
    *,
    by: str,
    subject: str,
    purpose: str,
    what: str,
    at: datetime,
    unit: str = "",
    post: str = "",
    tenant: str = "",
) -> None:
    """Record that somebody looked. `subject`: `account:<id>` or another object.

    `purpose`: a key of the register, of an entry that says that such data may be opened for it;
    `what`: a word for the kind of data, never the data; `unit`, `post`: of the officer, for the person to read.
    """
    if purpose not in {one.key for one in purposes_for(what)}:
        raise RefusedForm({"purpose": "privacy.gate.purpose.missing"})
    note(ACT, subject, by=by, at=at, tenant=tenant, purpose=purpose, what=what, unit=unit, post=post)
