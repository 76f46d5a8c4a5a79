# SPDX-License-Identifier: Apache-2.0
"""Judging a signed PDF without asking anybody: coverage, what was changed later, the chain to given roots."""

from __future__ import annotations

import asyncio
import io
import itertools
import logging
import re
from datetime import datetime
from typing import Any

import msgspec
from asn1crypto import cms, crl, x509
from cryptography import x509 as pyca
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate
from pyhanko.sign.diff_analysis import ModificationLevel, SuspiciousModification
from pyhanko.sign.validation import async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from dothi.documents.core import certificate
from dothi.documents.core.intake import MOST_BYTES
from dothi.documents.core.sentence import Reason

# pyHanko logs traces with names of signers; what it found is told as reasons.
for _logger in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_logger).setLevel(logging.CRITICAL + 1)

MOST_SIGNATURES = 20
_TRUST = {
    AdESFailure.REVOKED: "revoked",
    AdESIndeterminate.REVOKED_NO_POE: "revoked",
    AdESIndeterminate.REVOKED_CA_NO_POE: "revoked",
    AdESIndeterminate.OUT_OF_BOUNDS_NO_POE: "expired",
    AdESIndeterminate.OUT_OF_BOUNDS_NOT_REVOKED: "expired",
    AdESIndeterminate.EXPIRED: "expired",
    AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND: "unknown_root",
}


class SignatureSeen(msgspec.Struct, kw_only=True):
    """One signature. `stamped_at`: proven by a time stamp; `said_at`: what the signer says."""

    field: str
    signer: certificate.Seen | None = None
    said_at: datetime | None = None
    stamped_at: datetime | None = None
    reasons: list[Reason] = []


class Verdict(msgspec.Struct, kw_only=True):
    """Good when there is a signature and no reason against any."""

    good: bool
    signatures: list[SignatureSeen] = []
    reasons: list[Reason] = []

    @property
    def why(self) -> list[Reason]:
        """All reasons, those of the file first."""
        return [*self.reasons, *(reason for one in self.signatures for reason in one.reasons)]


def _refused(*names: str) -> Verdict:
    return Verdict(good=False, reasons=[Reason(f"documents.check.{name}") for name in names])


def _shape(pdf: bytes) -> str | None:
    """What is wrong with the file as a row of bytes: anything before its beginning or after its end."""
    if len(pdf) > MOST_BYTES:
        return "too_large"
    if not pdf.startswith(b"%PDF-"):
        return "no_pdf"
    end = pdf.rfind(b"%%EOF")
    if end < 0 or pdf[end + 5 :].strip(b"\r\n"):
        return "after_the_end"
    return None


def _lists(crls: list[bytes], reader: PdfFileReader) -> list[bytes]:
    """The given revocation lists and those that the file brings."""
    if "/DSS" not in reader.root:
        return crls
    return [*crls, *(one.get_object().data for one in DocumentSecurityStore.read_dss(reader).crls)]


def _context(roots: list[bytes], crls: list[bytes], at: datetime, reader: PdfFileReader) -> ValidationContext:
    kept = [crl.CertificateList.load(one) for one in crls]
    has_store = "/DSS" in reader.root
    others: list[x509.Certificate] = (
        list(DocumentSecurityStore.read_dss(reader).load_certs()) if has_store else []
    )
    return ValidationContext(
        trust_roots=[x509.Certificate.load(one) for one in roots],
        other_certs=others,
        crls=kept,
        moment=at,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )


def _revoked(status: Any, crls: list[bytes], at: datetime) -> bool:
    """Whether a list that is signed by the issuer names a certificate of the chain, before `at`.

    pyHanko looks at lists only where a certificate says that there are some; ours need not.
    """
    path = (
        []
        if status.validation_path is None
        else [x509_of(one) for one in status.validation_path.iter_certs(include_root=True)]
    )
    for found in (pyca.load_der_x509_crl(one) for one in crls):
        for above, below in itertools.pairwise(path):
            named = found.get_revoked_certificate_by_serial_number(below.serial_number)
            if (
                named is not None
                and found.issuer == above.subject
                and found.is_signature_valid(above.public_key())  # type: ignore[arg-type]  # - kinds of keys that sign
                and named.revocation_date_utc <= at
            ):
                return True
    return False


def x509_of(one: x509.Certificate) -> pyca.Certificate:
    """The same certificate in the other library."""
    return pyca.load_der_x509_certificate(one.dump())


def _padding(one: EmbeddedPdfSignature) -> list[Reason]:
    """Behind the signature's own digits there may be zeros only: nothing covers them."""
    raw = bytes(one.pkcs7_content)
    length = len(cms.ContentInfo.load(raw).dump())
    return [Reason("documents.check.padding")] if raw[length:].strip(b"\0") else []


def _changes(status: Any) -> list[Reason]:
    """What happened to the file after this signature."""
    found: list[str] = []
    if status.coverage is None or status.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        found.append("coverage")
    if isinstance(status.diff_result, SuspiciousModification):
        found.append("changed_later")
    elif status.modification_level is not None and status.modification_level > ModificationLevel.LTA_UPDATES:
        found.append("filled_later")
    elif not status.docmdp_ok:
        found.append("changed_later")
    return [Reason(f"documents.check.{name}") for name in found]


def _crypto(status: Any, crls: list[bytes], at: datetime) -> list[Reason]:
    if not status.intact:
        return [Reason("documents.check.content_changed")]
    if not status.valid:
        return [Reason("documents.check.forged")]
    if not status.trusted:
        return [Reason(f"documents.check.{_TRUST.get(status.trust_problem_indic, 'untrusted')}")]
    return [Reason("documents.check.revoked")] if _revoked(status, crls, at) else []


def _stamp(status: Any) -> list[Reason]:
    stamped = status.timestamp_validity
    if stamped is None:
        return []
    if not (stamped.intact and stamped.valid):
        return [Reason("documents.check.bad_stamp")]
    return [] if stamped.trusted else [Reason("documents.check.stamp_untrusted")]


def _signer(one: EmbeddedPdfSignature) -> certificate.Seen:
    return certificate.see(one.signer_cert.dump())


async def _judge(
    one: EmbeddedPdfSignature, roots: list[bytes], crls: list[bytes], at: datetime
) -> SignatureSeen:
    seen = SignatureSeen(field=str(one.field_name), signer=_signer(one), said_at=one.self_reported_timestamp)
    now = _context(roots, crls, at, one.reader)
    status = await async_validate_pdf_signature(one, now)
    stamped = status.timestamp_validity
    if stamped is not None and stamped.valid and stamped.intact and stamped.trusted:
        seen.stamped_at = stamped.timestamp
        # The time is proven, so the certificate is judged as it was then.
        then = _context(roots, crls, stamped.timestamp, one.reader)
        status = await async_validate_pdf_signature(one, then, now)
        at = stamped.timestamp
    seen.reasons = [*_crypto(status, crls, at), *_padding(one), *_changes(status), *_stamp(status)]
    return seen


async def _judge_stamp(
    one: EmbeddedPdfSignature, roots: list[bytes], crls: list[bytes], at: datetime
) -> SignatureSeen:
    """A time stamp over the whole document."""
    status = await async_validate_pdf_timestamp(one, _context(roots, crls, at, one.reader))
    reasons = _changes_of_stamp(status)
    if not (status.intact and status.valid):
        reasons.append(Reason("documents.check.bad_stamp"))
    elif not status.trusted:
        reasons.append(Reason("documents.check.stamp_untrusted"))
    return SignatureSeen(field=str(one.field_name), stamped_at=status.timestamp, reasons=reasons)


def _changes_of_stamp(status: Any) -> list[Reason]:
    if status.coverage is None or status.coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        return [Reason("documents.check.coverage")]
    if isinstance(status.diff_result, SuspiciousModification):
        return [Reason("documents.check.changed_later")]
    return []


async def _all(
    reader: PdfFileReader, roots: list[bytes], crls: list[bytes], at: datetime
) -> list[SignatureSeen]:
    found = []
    crls = _lists(crls, reader)
    for one in reader.embedded_signatures[:MOST_SIGNATURES]:
        judge = _judge_stamp if one.sig_object_type == "/DocTimeStamp" else _judge
        try:
            found.append(await judge(one, roots, crls, at))
        except SignatureValidationError:
            found.append(SignatureSeen(field=str(one.field_name), reasons=[Reason("documents.check.forged")]))
    return found


def _unsigned(pdf: bytes) -> Verdict:
    """There is no signature that counts; bytes of one that was cut off are told apart."""
    return _refused("signature_removed" if re.search(rb"/ByteRange\s*\[", pdf) else "unsigned")


def check(pdf: bytes, *, roots: list[bytes], crls: list[bytes], at: datetime) -> Verdict:
    """Judge the file as of `at`; only the given roots (DER) are believed."""
    wrong = _shape(pdf)
    if wrong:
        return _refused(wrong)
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=True)
        if reader.encrypted:
            return _refused("encrypted")
        found = reader.embedded_signatures
        if not any(one.sig_object_type == "/Sig" for one in found):
            return _unsigned(pdf)
        if len(found) > MOST_SIGNATURES:
            return _refused("broken")
        seen = asyncio.run(_all(reader, roots, crls, at))
    except Exception:  # noqa: BLE001 - a hostile file may fail in any way, and is refused
        return _refused("broken")
    verdict = Verdict(good=False, signatures=seen)
    return msgspec.structs.replace(verdict, good=not verdict.why)
