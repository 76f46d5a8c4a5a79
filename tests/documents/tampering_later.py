# SPDX-License-Identifier: Apache-2.0
"""Ways to tamper with a signed document by one more revision: shadow attacks, pages, annotations, forms, another signer."""

from __future__ import annotations

import asyncio
import io

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields
from pyhanko.sign.signers import cms_embedder, pdf_byterange
from tests.documents.signing import party, place, signed
from tests.documents.tampering import annotation, appended, page, rectangle, stream

from dothi.documents.core import sealing

# 4. Revisions after the signature


def content_hidden() -> bytes:
    """Shadow attack, hide: a white field over the text."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        over = writer.add_object(stream(b"q 1 1 1 rg 0 0 600 800 re f Q"))
        writer.add_stream_to_page(0, over)

    return appended(change)


def content_replaced() -> bytes:
    """Shadow attack, replace: the page's content is another one."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        page(writer)[pdf_name("/Contents")] = writer.add_object(stream(b"BT (9.000.000) Tj ET"))

    return appended(change)


def content_hidden_and_replaced() -> bytes:
    """Shadow attack, hide and replace: the tree of pages leads to another page."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        old = page(writer)
        other = generic.DictionaryObject({key: old.raw_get(key) for key in old})
        other[pdf_name("/Contents")] = writer.add_object(stream(b"BT (9.000.000) Tj ET"))
        pages = writer.root["/Pages"]
        pages[pdf_name("/Kids")] = generic.ArrayObject([writer.add_object(other)])
        writer.mark_update(writer.root.raw_get("/Pages"))

    return appended(change)


def font_exchanged() -> bytes:
    """Letters that look otherwise: the same codes in another font."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        helvetica = generic.DictionaryObject(
            {pdf_name("/Type"): pdf_name("/Font"), pdf_name("/Subtype"): pdf_name("/Type1"),
             pdf_name("/BaseFont"): pdf_name("/Symbol")}
        )  # fmt: skip
        reference = writer.add_object(helvetica)
        resources = page(writer)["/Resources"]
        font = generic.DictionaryObject(dict.fromkeys(resources["/Font"], reference))
        copied = generic.DictionaryObject({key: resources.raw_get(key) for key in resources})
        copied[pdf_name("/Font")] = font
        page(writer)[pdf_name("/Resources")] = copied

    return appended(change)


def page_added() -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        old = page(writer)
        other = generic.DictionaryObject({key: old.raw_get(key) for key in old})
        pages = writer.root["/Pages"]
        pages["/Kids"].append(writer.add_object(other))
        pages[pdf_name("/Count")] = generic.NumberObject(2)
        writer.mark_update(writer.root.raw_get("/Pages"))

    return appended(change)


def page_removed() -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        pages = writer.root["/Pages"]
        pages[pdf_name("/Kids")] = generic.ArrayObject([])
        pages[pdf_name("/Count")] = generic.NumberObject(0)
        writer.mark_update(writer.root.raw_get("/Pages"))

    return appended(change)


def page_turned() -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        page(writer)[pdf_name("/Rotate")] = generic.NumberObject(180)

    return appended(change)


def page_cropped() -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        page(writer)[pdf_name("/CropBox")] = rectangle()

    return appended(change)


def text_over_the_page() -> bytes:
    return appended(annotation("/FreeText", DA=generic.TextStringObject("/Helv 12 Tf 0 g")))


def stamp_over_the_page() -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        look = writer.add_object(
            stream(b"1 1 1 rg 0 0 340 200 re f", Subtype=pdf_name("/Form"), BBox=rectangle())
        )
        annotation("/Stamp", AP=generic.DictionaryObject({pdf_name("/N"): look}))(writer)

    return appended(change)


def link_added() -> bytes:
    action = generic.DictionaryObject(
        {pdf_name("/S"): pdf_name("/URI"), pdf_name("/URI"): generic.TextStringObject("http://xau.example")}
    )
    return appended(annotation("/Link", A=action))


def text_field_filled_in() -> bytes:
    """A field of a form is added with a value over the text."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        field = generic.DictionaryObject(
            {pdf_name("/FT"): pdf_name("/Tx"), pdf_name("/T"): generic.TextStringObject("Tien"),
             pdf_name("/V"): generic.TextStringObject("9.000.000"), pdf_name("/Subtype"): pdf_name("/Widget"),
             pdf_name("/Rect"): rectangle()}
        )  # fmt: skip
        writer.root["/AcroForm"]["/Fields"].append(writer.add_object(field))
        writer.update_container(writer.root["/AcroForm"]["/Fields"])

    return appended(change)


def appearance_of_signature_exchanged() -> bytes:
    """The seal shows another name."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        reference = writer.root["/AcroForm"]["/Fields"].raw_get(0)
        field = reference.get_object()
        look = writer.add_object(stream(b"BT (Bo Noi vu) Tj ET", Subtype=pdf_name("/Form"), BBox=rectangle()))
        field[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): look})
        writer.mark_update(reference)

    return appended(change)


def metadata_changed() -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        metadata = stream(b"<x:xmpmeta/>", Type=pdf_name("/Metadata"), Subtype=pdf_name("/XML"))
        writer.root[pdf_name("/Metadata")] = writer.add_object(metadata)
        writer.root[pdf_name("/Lang")] = generic.TextStringObject("en")
        writer.update_root()

    return appended(change)


def script_at_opening() -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        script = {
            pdf_name("/S"): pdf_name("/JavaScript"),
            pdf_name("/JS"): generic.TextStringObject("app.alert(1)"),
        }
        writer.root[pdf_name("/OpenAction")] = writer.add_object(generic.DictionaryObject(script))
        writer.update_root()

    return appended(change)


def file_attached() -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        body = writer.add_object(stream(b"MZ", Type=pdf_name("/EmbeddedFile")))
        spec = generic.DictionaryObject(
            {pdf_name("/Type"): pdf_name("/Filespec"), pdf_name("/F"): generic.TextStringObject("a.exe"),
             pdf_name("/EF"): generic.DictionaryObject({pdf_name("/F"): body})}
        )  # fmt: skip
        names = generic.ArrayObject([generic.TextStringObject("a"), writer.add_object(spec)])
        tree = generic.DictionaryObject({pdf_name("/Names"): names})
        writer.root[pdf_name("/Names")] = generic.DictionaryObject({pdf_name("/EmbeddedFiles"): tree})
        writer.update_root()

    return appended(change)


def certification_weakened() -> bytes:
    """The permission that the city gave (nothing may change) is taken out of the catalogue."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        del writer.root["/Perms"]
        writer.update_root()

    return appended(change)


def signed_again_by_somebody() -> bytes:
    """Somebody signs on top, with a field of his own."""
    other = party("Người lạ")
    writer = IncrementalPdfFileWriter(io.BytesIO(signed()))
    steps = cms_embedder.PdfCMSEmbedder(fields.SigFieldSpec("Khac")).write_cms("Khac", writer)
    next(steps)
    steps.send(cms_embedder.SigObjSetup(sig_placeholder=pdf_byterange.SignatureObject(bytes_reserved=16_000)))
    digest, out = steps.send(cms_embedder.SigIOSetup(md_algorithm="sha256", in_place=False))
    with sealing._soft(place(other, other)) as by:
        steps.send(asyncio.run(by.async_sign(digest.document_digest, "sha256")))
    found: bytes = out.getvalue()
    return found


def layer_switched_off() -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        layer = writer.add_object(
            generic.DictionaryObject(
                {pdf_name("/Type"): pdf_name("/OCG"), pdf_name("/Name"): generic.TextStringObject("a")}
            )
        )
        off = generic.DictionaryObject({pdf_name("/OFF"): generic.ArrayObject([layer])})
        writer.root[pdf_name("/OCProperties")] = generic.DictionaryObject(
            {pdf_name("/OCGs"): generic.ArrayObject([layer]), pdf_name("/D"): off}
        )
        writer.update_root()

    return appended(change)
