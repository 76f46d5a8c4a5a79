# SPDX-License-Identifier: Apache-2.0
"""Rows that are no observation: totals, means, notes and signatures at the end of a table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dothi.connectors.files.values import Cell
from dothi.foundation.text import fold

_TOTAL = re.compile(
    r"(tong( cong| so| luong| luong mua| thang| nam| ngay)?|cong( don| lai)?|luy ke|trung binh( \w+){0,2}|tb( \w+)?|ttb"
    r"|cao nhat|thap nhat|lon nhat|nho nhat|max( \w+)?|min( \w+)?|so ngay( co)? mua|total( \w+)?|grand total|sum"
    r"|average|mean|avg|subtotal|std( dev)?|do lech chuan|count|so mau)\Z"
)
_NOTE = re.compile(
    r"(ghi chu|chu thich|chu giai|nguon|luu y|nguoi lap|nguoi ky|ky ten|lap bieu|thu truong|ke toan|truong phong"
    r"|giam doc|noi nhan|xac nhan|don vi tinh|note|source|remark|\w[\w ]{1,25} ngay \d{1,2} thang \d{1,2} nam \d{4})"
)


def _first_text(cells: Sequence[Cell]) -> str:
    for cell in cells[:4]:
        if cell is not None and cell != "":
            if not isinstance(cell, str):
                return ""
            if not cell.isdigit():
                return cell
    return ""


def is_total(cells: Sequence[Cell]) -> bool:
    """Whether the row is a sum, a mean or an extreme of the rows above."""
    text = _first_text(cells)
    return bool(text) and len(text) <= 40 and not text[0].isdigit() and _TOTAL.match(fold(text)) is not None


def is_note(cells: Sequence[Cell]) -> bool:
    """Whether the row is a remark or a signature: little text, opened by a word for it."""
    filled = [cell for cell in cells if cell is not None and cell != ""]
    if len(filled) > 3 or not all(isinstance(cell, str) for cell in filled):
        return False
    return any(_NOTE.match(fold(str(cell))) for cell in filled)
