# SPDX-License-Identifier: Apache-2.0
"""Signing: PAdES B-B, with a time stamp B-T, with revocation information B-LT; the key may be anywhere."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec
from asn1crypto import crl, keys, x509
from pyhanko.pdf_utils import content, generic, layout
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from dothi.documents.core import drawing
from dothi.documents.core.stamping import sheet
from dothi.foundation import log

FIELD = "DothiSeal"
EDGE = 20.0
_log = log.get(__name__)


class KeyPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where a key is. `kind`: soft, pkcs11 or csc; `private`: the key itself, or the PIN or token that opens it."""

    kind: str
    chain: list[bytes]
    private: bytes
    place: dict[str, Any] = {}


class Sealed(msgspec.Struct, frozen=True):
    """A signed file. `level`: B-B, B-T or B-LT."""

    pdf: bytes
    level: str


class Page(content.PdfContent):
    """A page of a PDF in memory as the appearance of a signature."""

    def __init__(self, pdf: bytes, size: tuple[float, float]) -> None:
        super().__init__(box=layout.BoxConstraints(width=size[0], height=size[1]))
        self._pdf = pdf

    def render(self) -> bytes:
        writer = self._ensure_writer
        form = writer.import_page_as_xobject(PdfFileReader(io.BytesIO(self._pdf)))
        self.set_resource(category=content.ResourceType.XOBJECT, name=generic.NameObject("/Seal"), value=form)
        return b"/Seal Do"


def _store(chain: list[bytes]) -> SimpleCertificateStore:
    store = SimpleCertificateStore()
    store.register_multiple([x509.Certificate.load(one) for one in chain[1:]])
    return store


@contextmanager
def _pkcs11(key: KeyPlace) -> Iterator[Any]:
    from pyhanko.sign import pkcs11  # noqa: PLC0415 - slow import, of an optional extra

    session = pkcs11.open_pkcs11_session(
        key.place["module"],
        slot_no=key.place.get("slot"),
        user_pin=key.private.decode("utf-8") or None,
    )
    try:
        yield pkcs11.PKCS11Signer(
            session,
            key_label=key.place["label"],
            signing_cert=x509.Certificate.load(key.chain[0]),
            ca_chain=[x509.Certificate.load(one) for one in key.chain[1:]],
        )
    finally:
        session.close()


@contextmanager
def _soft(key: KeyPlace) -> Iterator[Any]:
    yield signers.SimpleSigner(
        signing_cert=x509.Certificate.load(key.chain[0]),
        signing_key=keys.PrivateKeyInfo.load(key.private),
        cert_registry=_store(key.chain),
        embed_roots=False,  # whoever checks believes only roots that he has
    )


@contextmanager
def _remote(key: KeyPlace) -> Iterator[Any]:
    from dothi.documents.core.remote import RemoteSigner  # noqa: PLC0415 - slow import

    yield RemoteSigner(
        chain=[x509.Certificate.load(one) for one in key.chain],
        service=key.place["url"],
        credential=key.place["credential"],
        token=key.private.decode("utf-8"),
    )


_PLACES = {"soft": _soft, "pkcs11": _pkcs11, "csc": _remote}


def _field(pdf: bytes) -> tuple[fields.SigFieldSpec, int]:
    """The box at the top right of the first page (Decree 30/2020, Annex I), and how that page is turned."""
    page = PdfFileReader(io.BytesIO(pdf)).root["/Pages"]
    while "/Kids" in page:
        page = page["/Kids"][0]
    shown = sheet(page)
    width, height = shown.shown
    wide, high = drawing.BOX
    box = shown.box(max(width - wide - EDGE, 0), max(height - high - EDGE, 0), wide, high)
    return fields.SigFieldSpec(FIELD, on_page=0, box=box), shown.rotate


def _context(key: KeyPlace, roots: list[bytes], crls: list[bytes], *, fetch: bool) -> ValidationContext:
    return ValidationContext(
        trust_roots=[x509.Certificate.load(one) for one in [*roots, key.chain[-1]]],
        other_certs=[x509.Certificate.load(one) for one in key.chain],
        crls=[crl.CertificateList.load(one) for one in crls],
        allow_fetching=fetch,
        revocation_mode="hard-fail",
    )


def _sign(
    pdf: bytes, signer: Any, name: str, at: datetime, stamper: Any, context: ValidationContext | None
) -> bytes:
    spec, rotate = _field(pdf)
    size = drawing.BOX if rotate % 180 == 0 else drawing.BOX[::-1]
    style = StaticStampStyle(
        background=Page(drawing.appearance(name=name, at=at, rotate=rotate), size),
        background_layout=layout.SimpleBoxLayoutRule(
            x_align=layout.AxisAlignment.ALIGN_MID, y_align=layout.AxisAlignment.ALIGN_MID
        ),
        border_width=0,
    )
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        name=name,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        embed_validation_info=context is not None,
        validation_context=context,
    )
    out = io.BytesIO()
    pdf_signer = signers.PdfSigner(meta, signer, timestamper=stamper, stamp_style=style, new_field_spec=spec)
    pdf_signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), output=out)
    return out.getvalue()


def seal(
    pdf: bytes,
    *,
    key: KeyPlace,
    name: str,
    at: datetime,
    stamper: Any = None,
    roots: list[bytes] | None = None,
    crls: list[bytes] | None = None,
    fetch: bool = False,
) -> Sealed:
    """The signed file, on the highest level that can be reached.

    `stamper`: pyHanko's, of a time-stamp authority; `crls` and `fetch`: where revocation information comes from.
    """
    with _PLACES[key.kind](key) as signer:
        if stamper is not None and (crls or fetch):
            context = _context(key, roots or [], crls or [], fetch=fetch)
            try:
                return Sealed(_sign(pdf, signer, name, at, stamper, context), "B-LT")
            except Exception as error:  # noqa: BLE001 - whatever fails on the way, B-T is still to be had
                _log.warning("documents.no_revocation_information", error=str(error))
        return Sealed(_sign(pdf, signer, name, at, stamper, None), "B-B" if stamper is None else "B-T")
