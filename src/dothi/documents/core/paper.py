# SPDX-License-Identifier: Apache-2.0
"""A PDF out of a small template: title, text, fields, a table."""

from __future__ import annotations

import io
from typing import Any
from xml.sax.saxutils import escape

import msgspec
from reportlab.lib.colors import Color
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from dothi.documents.core.drawing import BOLD, REGULAR, fonts

_LINE = Color(0.6, 0.6, 0.6)
NATION, MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập – Tự do – Hạnh phúc"


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on it. `fields`: label and value; the first row of `table` is its head."""

    organisation: str
    title: str
    number: str = ""
    text: list[str] = []
    fields: list[tuple[str, str]] = []
    table: list[list[str]] = []


def _style(name: str, size: float, *, bold: bool = False, **more: Any) -> ParagraphStyle:
    return ParagraphStyle(name, fontName=BOLD if bold else REGULAR, fontSize=size, leading=size * 1.5, **more)


BODY = _style("body", 11, alignment=TA_JUSTIFY, spaceAfter=6)
SMALL = _style("small", 9.5)
HEAD = _style("head", 9.5, bold=True)
CENTRE = _style("centre", 10, bold=True, alignment=TA_CENTER)
TITLE = _style("title", 15, bold=True, alignment=TA_CENTER, spaceBefore=14, spaceAfter=10)


def _say(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(text), style)


def _masthead(paper: Paper) -> Table:
    left = [_say(paper.organisation.upper(), CENTRE)]
    if paper.number:
        left.append(_say(paper.number, _style("number", 9.5, alignment=TA_CENTER)))
    right = [_say(NATION, CENTRE), _say(MOTTO, CENTRE)]
    return Table([[left, right]], colWidths=[72 * mm, 98 * mm], style=[("VALIGN", (0, 0), (-1, -1), "TOP")])


def _grid(rows: list[list[str]]) -> Table:
    cells = [[_say(cell, HEAD if number == 0 else SMALL) for cell in row] for number, row in enumerate(rows)]
    style = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, _LINE), ("VALIGN", (0, 0), (-1, -1), "TOP")])
    return Table(cells, colWidths=[170 * mm / len(rows[0])] * len(rows[0]), style=style, repeatRows=1)


def _fields(pairs: list[tuple[str, str]]) -> Table:
    rows = [[_say(f"{label}:", HEAD), _say(value, SMALL)] for label, value in pairs]
    return Table(rows, colWidths=[52 * mm, 118 * mm], style=[("VALIGN", (0, 0), (-1, -1), "TOP")])


def draw(paper: Paper) -> bytes:
    """The PDF, with room at the top right for the signature and at the bottom for the code."""
    fonts()
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=20 * mm, rightMargin=20 * mm, topMargin=26 * mm, bottomMargin=30 * mm,
        title=paper.title, author=paper.organisation, invariant=1,
    )  # fmt: skip
    parts: list[Any] = [_masthead(paper), _say(paper.title.upper(), TITLE)]
    if paper.fields:
        parts += [_fields(paper.fields), Spacer(1, 6)]
    parts += [_say(one, BODY) for one in paper.text]
    if paper.table:
        parts += [Spacer(1, 4), _grid(paper.table)]
    document.build(parts)
    return out.getvalue()
