# SPDX-License-Identifier: Apache-2.0
"""The file that will be signed: written anew, so that nothing hidden stays, with QR, code and watermark on it."""

from __future__ import annotations

import io
import secrets
from typing import Any

import msgspec
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter, copy_into_new_writer

from dothi.documents.core import drawing

_GONE = ("/Names", "/OpenAction", "/AA", "/AcroForm", "/Perms", "/Extensions")
"""Entries of the catalogue that do something by themselves or speak of older signatures; nothing to see in them."""


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """What is put on. `address`: the QR's text; `code`: of the document; `watermark`: marked demo."""

    address: str
    code: str
    watermark: bool


class Sheet(msgspec.Struct, frozen=True):
    """The visible part of a page, in its own coordinates, and how it is turned when shown."""

    left: float
    low: float
    right: float
    high: float
    rotate: int

    @property
    def shown(self) -> tuple[float, float]:
        """Width and height as people see them."""
        width, height = self.right - self.left, self.high - self.low
        return (width, height) if self.rotate % 180 == 0 else (height, width)

    def matrix(self) -> tuple[float, float, float, float, float, float]:
        """From what people see (origin at the lower left) to the page's coordinates."""
        return {
            0: (1, 0, 0, 1, self.left, self.low),
            90: (0, 1, -1, 0, self.right, self.low),
            180: (-1, 0, 0, -1, self.right, self.high),
            270: (0, -1, 1, 0, self.left, self.high),
        }[self.rotate]

    def box(self, left: float, low: float, width: float, height: float) -> tuple[int, int, int, int]:
        """A box that people see, in the page's coordinates."""
        a, b, c, d, e, f = self.matrix()
        corners = [
            (a * x + c * y + e, b * x + d * y + f) for x, y in ((left, low), (left + width, low + height))
        ]
        xs, ys = sorted(x for x, _ in corners), sorted(y for _, y in corners)
        return round(xs[0]), round(ys[0]), round(xs[1]), round(ys[1])


def entry(found: generic.DictionaryObject, key: str) -> Any:
    """An entry, followed to where it leads (`get` does not follow); None when there is none."""
    try:
        return found[key]
    except KeyError:
        return None


def _inherited(page: Any, key: str) -> Any:
    node = page
    for _ in range(50):
        if node is None:
            return None
        if key in node:
            return node[key]
        node = entry(node, "/Parent")
    return None


def sheet(page: generic.DictionaryObject) -> Sheet:
    """The page as it is shown: its crop box, else its media box, else A4."""
    box = _inherited(page, "/CropBox") or _inherited(page, "/MediaBox")
    numbers = [float(n) for n in box] if isinstance(box, generic.ArrayObject) and len(box) == 4 else []
    x0, y0, x1, y1 = numbers or [0.0, 0.0, 595.0, 842.0]
    turned = _inherited(page, "/Rotate")
    rotate = int(turned) % 360 if isinstance(turned, int) else 0
    return Sheet(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1), rotate if rotate % 90 == 0 else 0)


def _stream(writer: PdfFileWriter, body: bytes) -> generic.IndirectObject:
    return writer.add_object(generic.StreamObject(stream_data=body))


def _put_over(writer: PdfFileWriter, index: int, form: generic.IndirectObject, over: Sheet) -> None:
    """Lay a form over a page, whatever its own content left behind in the state of drawing."""
    page = writer.find_page_for_modification(index)[0].get_object()
    if "/Contents" not in page:
        page[generic.NameObject("/Contents")] = _stream(writer, b"")
    name = f"/Over{secrets.token_hex(8)}"
    matrix = " ".join(f"{one:.3f}" for one in over.matrix())
    resources = generic.DictionaryObject(
        {
            generic.NameObject("/XObject"): generic.DictionaryObject({generic.NameObject(name): form}),
        }
    )
    writer.add_stream_to_page(index, _stream(writer, b"q\n"), prepend=True)
    writer.add_stream_to_page(index, _stream(writer, f"\nQ q {matrix} cm {name} Do Q".encode()), resources)


def rewritten(pdf: bytes) -> PdfFileWriter:
    """A writer with what the document leads to, and nothing else."""
    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    for key in _GONE:
        if key in reader.root:
            del reader.root[key]
    return copy_into_new_writer(reader, writer_kwargs={"stream_xrefs": False, "info": None})


def stamp(pdf: bytes, spec: Stamp, pages: int) -> bytes:
    """The stamped file."""
    writer = rewritten(pdf)
    made: dict[tuple[float, float, bool], generic.IndirectObject] = {}
    for index in range(pages):
        over = sheet(writer.find_page_for_modification(index)[0].get_object())
        width, height = over.shown
        key = (width, height, index == 0)
        if key not in made:
            body = drawing.overlay(
                width,
                height,
                code=spec.code,
                address=spec.address,
                first=index == 0,
                watermark=spec.watermark,
            )
            made[key] = writer.import_page_as_xobject(PdfFileReader(io.BytesIO(body)))
        _put_over(writer, index, made[key], over)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
