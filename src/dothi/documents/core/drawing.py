# SPDX-License-Identifier: Apache-2.0
"""What is drawn on pages: the fonts, the overlay with QR and watermark, the appearance of a signature."""

from __future__ import annotations

import io
from datetime import datetime
from functools import cache
from importlib.resources import files

import qrcode
from reportlab.lib.colors import Color
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from dothi.foundation import clock

REGULAR, BOLD = "BeVietnamPro", "BeVietnamPro-Bold"
WATERMARK = "BẢN THỬ NGHIỆM – KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"
QR_SIDE = 19 * mm
BOX = (200.0, 46.0)
"""Width and height of a signature's appearance, in points."""
_EDGE = 7 * mm
_GREY, _BLACK, _RED = Color(0.35, 0.35, 0.35), Color(0, 0, 0), Color(0.75, 0, 0, alpha=0.2)


@cache
def fonts() -> None:
    """Make the fonts known to the writer of PDFs, once a process."""
    for name, file in ((REGULAR, "be-vietnam-pro-regular.ttf"), (BOLD, "be-vietnam-pro-bold.ttf")):
        body = files("dothi.documents").joinpath("fonts", file).read_bytes()
        pdfmetrics.registerFont(TTFont(name, io.BytesIO(body)))


def _qr(canvas: Canvas, text: str, x: float, y: float, side: float) -> None:
    code = qrcode.QRCode(border=2, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    rows = code.get_matrix()
    cell = side / len(rows)
    canvas.setFillColorRGB(1, 1, 1)
    canvas.rect(x, y, side, side, stroke=0, fill=1)
    canvas.setFillColor(_BLACK)
    for row, cells in enumerate(rows):
        for column, dark in enumerate(cells):
            if dark:
                canvas.rect(
                    x + column * cell, y + side - (row + 1) * cell, cell * 1.02, cell * 1.02, stroke=0, fill=1
                )


def _watermark(canvas: Canvas, width: float, height: float) -> None:
    canvas.saveState()
    canvas.translate(width / 2, height / 2)
    canvas.rotate(45 if height >= width else 25)
    diagonal = (width**2 + height**2) ** 0.5
    size = min(46.0, 0.72 * diagonal / pdfmetrics.stringWidth(WATERMARK, BOLD, 1))
    canvas.setFont(BOLD, size)
    canvas.setFillColor(_RED)
    canvas.drawCentredString(0, -size / 3, WATERMARK)
    canvas.restoreState()


def overlay(width: float, height: float, *, code: str, address: str, first: bool, watermark: bool) -> bytes:
    """A one-page PDF to lie over a page. `address`: what the QR leads to; `code`: the short code beside it."""
    fonts()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(width, height), invariant=1)
    if watermark:
        _watermark(canvas, width, height)
    x = _EDGE
    if first and min(width, height) > 3 * QR_SIDE:
        _qr(canvas, address, _EDGE, _EDGE, QR_SIDE)
        x += QR_SIDE + 2 * mm
    canvas.setFillColor(_GREY)
    canvas.setFont(REGULAR, 7)
    canvas.drawString(x, _EDGE + 3, f"Mã văn bản: {code}")
    if first:
        canvas.drawString(x, _EDGE + 13, f"Kiểm tra tại: {address.partition('#')[0]}")
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def signed_at(at: datetime) -> str:
    """`25-11-2026 09:30:00 +07:00`."""
    return f"{at.astimezone(clock.VIETNAM):%d-%m-%Y %H:%M:%S} +07:00"


def _lines(text: str, size: float, width: float, most: int) -> list[str]:
    """Words on lines of a width; the last one ends in an ellipsis when there is more."""
    found, line = [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and pdfmetrics.stringWidth(longer, REGULAR, size) > width:
            found.append(line)
            line = word
        else:
            line = longer
    found.append(line)
    return found if len(found) <= most else [*found[: most - 1], f"{found[most - 1]}…"]


def appearance(*, name: str, at: datetime, rotate: int) -> bytes:
    """The appearance of an organisation's signature: its name and the time, upright on a turned page too."""
    fonts()
    width, height = BOX
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(width, height) if rotate % 180 == 0 else (height, width), invariant=1)
    moves = {90: (height, 0.0), 180: (width, height), 270: (0.0, width)}
    if rotate in moves:
        canvas.translate(*moves[rotate])
        canvas.rotate(rotate)
    canvas.setFillColorRGB(1, 1, 1)
    canvas.setStrokeColor(_RED)
    canvas.rect(0.5, 0.5, width - 1, height - 1, stroke=1, fill=1)
    canvas.setFillColor(_BLACK)
    canvas.setFont(REGULAR, 9)
    lines = [*_lines(f"Ký bởi: {name}", 9, width - 12, 2), f"Thời gian ký: {signed_at(at)}"]
    for number, line in enumerate(lines):
        canvas.drawString(6, height - 13 - 12 * number, line)
    canvas.showPage()
    canvas.save()
    return out.getvalue()
