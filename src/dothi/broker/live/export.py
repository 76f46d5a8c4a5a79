# SPDX-License-Identifier: Apache-2.0
"""An explained grade in the words of others: W3C DQV, or DataQualityAssessment of Smart Data Models."""

from __future__ import annotations

from typing import Any

from dothi.broker.live.answer import Send, encode, send_body
from dothi.foundation import clock
from dothi.foundation.errors import BadInput
from dothi.foundation.figure import Figure
from dothi.foundation.grade import Grade
from dothi.quality.door import assessment, dqv

FORMS = ("dqv", "assessment")
LD_JSON = "application/ld+json"


def checked(form: str) -> str:
    """The form that was asked for, "" for our own; BadInput when there is none of that name."""
    if form and form not in FORMS:
        raise BadInput("broker.live.not_a_form", forms=", ".join(FORMS))
    return form


def figure_of(thing: dict[str, Any], attr: str, grade: Grade | None) -> Figure:
    """A measured attribute of a thing in the shape of screens."""
    held, contact = thing["attrs"][attr], thing.get("contact")
    known = contact if isinstance(contact, dict) else {}
    value = held.get("v")
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return Figure(
        value=float(value) if is_number else None, unit=held.get("u") or "",
        observed_at=clock.parse(held["o"]) if held.get("o") else None, source=str(thing.get("source") or ""),
        grade=grade, entity=thing["id"], attribute=attr, responsible=str(known.get("name") or ""),
        phone=str(known.get("phone") or ""), simulated=bool(thing.get("simulated")),
    )  # fmt: skip


async def answer(send: Send, form: str, figure: Figure, language: str) -> None:
    """JSON-LD; sentences of DQV in `language`."""
    body = dqv(figure, language) if form == "dqv" else assessment(figure)
    await send_body(send, 200, LD_JSON, encode(body))
