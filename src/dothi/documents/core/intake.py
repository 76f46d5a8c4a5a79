# SPDX-License-Identifier: Apache-2.0
"""Looking at a PDF before it is signed: what could change what people see after the signature is refused."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from dothi.documents.core.sentence import Reason
from dothi.documents.core.stamping import entry

MOST_BYTES = 30_000_000
MOST_PAGES = 500
MOST_OBJECTS = 300_000
_LIVE = {
    "/JS": "script",
    "/JavaScript": "script",
    "/Launch": "script",
    "/SubmitForm": "script",
    "/ImportData": "script",
    "/Rendition": "script",
    "/AA": "script",
    "/RichMedia": "media",
    "/Movie": "media",
    "/Sound": "media",
    "/3D": "media",
    "/EmbeddedFile": "attachment",
    "/EmbeddedFiles": "attachment",
    "/FileAttachment": "attachment",
    "/AF": "attachment",
    "/XFA": "xfa",
    "/OCProperties": "layers",
}
"""Names of keys and of values of /S, /Subtype and /Type, and the family of the sentence that refuses them."""
_NAMING = ("/S", "/Subtype", "/Type")


def _parts(found: generic.PdfObject) -> list[Any]:
    if isinstance(found, generic.DictionaryObject):
        return [found.raw_get(key) for key in found]
    if isinstance(found, generic.ArrayObject):
        return [found.raw_get(number) for number in range(len(found))]
    return []


def _reachable(reader: PdfFileReader) -> Iterator[Any]:
    """Every object that the document leads to, once."""
    seen: set[tuple[int, int]] = set()
    waiting: list[Any] = [reader.root]
    count = 0
    while waiting:
        found = waiting.pop()
        if isinstance(found, generic.IndirectObject):
            if (found.idnum, found.generation) in seen:
                continue
            seen.add((found.idnum, found.generation))
            found = found.get_object()
        count += 1
        if count > MOST_OBJECTS:
            raise PdfError("too many objects")
        waiting += _parts(found)
        yield found


def _families(reader: PdfFileReader) -> set[str]:
    found: set[str] = set()
    for one in _reachable(reader):
        if not isinstance(one, generic.DictionaryObject):
            continue
        names = set(one) | {str(one.raw_get(key)) for key in _NAMING if key in one}
        found |= {_LIVE[name] for name in names if name in _LIVE}
    return found


def _form(reader: PdfFileReader) -> str | None:
    """`signed` when somebody has signed already, `form` when there are fields to fill in."""
    found: list[EmbeddedPdfSignature] = reader.embedded_signatures
    if found:
        return "signed"
    form = entry(reader.root, "/AcroForm")
    fields = entry(form, "/Fields") if isinstance(form, generic.DictionaryObject) else None
    return "form" if fields else None


def _count(reader: PdfFileReader) -> int:
    pages = reader.root["/Pages"]
    count = pages["/Count"] if isinstance(pages, generic.DictionaryObject) else 0
    return int(count) if isinstance(count, int) else 0


def look(pdf: bytes) -> tuple[int, list[Reason]]:
    """How many pages there are, and why it may not be signed as it is."""
    if len(pdf) > MOST_BYTES:
        return 0, [Reason("documents.intake.too_large", {"most": MOST_BYTES // 1_000_000})]
    if not pdf.startswith(b"%PDF-"):
        return 0, [Reason("documents.intake.no_pdf")]
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=False)
        if reader.encrypted:
            return 0, [Reason("documents.intake.encrypted")]
        pages = _count(reader)
        if pages > MOST_PAGES:
            return pages, [Reason("documents.intake.too_long", {"most": MOST_PAGES, "pages": pages})]
        families = _families(reader) | ({form} if (form := _form(reader)) else set())
    except Exception:  # noqa: BLE001 - a hostile file may fail in any way, and is refused
        return 0, [Reason("documents.intake.broken")]
    if pages < 1:
        return 0, [Reason("documents.intake.broken")]
    return pages, [Reason(f"documents.intake.{family}") for family in sorted(families)]
