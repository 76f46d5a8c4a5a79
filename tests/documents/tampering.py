# SPDX-License-Identifier: Apache-2.0
"""Ways to tamper with a signed document: its bytes, its signature, its table of objects, its signer, its time stamp."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta

from asn1crypto import cms
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from tests.documents import signing
from tests.documents.signing import NAME, NOW, party, place, prepared, root, signed, signer, stamper

from dothi.documents.core import sealing

Tamper = Callable[[], bytes]
DAY = timedelta(days=1)


def flip(pdf: bytes, at: int, bit: int = 1) -> bytes:
    found = bytearray(pdf)
    found[at] ^= bit
    return bytes(found)


def swap(pdf: bytes, old: bytes, new: bytes, *, last: bool = False) -> bytes:
    """Exchange one place for another of the same length, padded with spaces."""
    at = pdf.rfind(old) if last else pdf.find(old)
    assert at >= 0
    assert len(new) <= len(old)
    return pdf[:at] + new.ljust(len(old)) + pdf[at + len(old) :]


def byte_range(pdf: bytes) -> list[int]:
    found = re.search(rb"/ByteRange\s*\[([\d ]+)\]", pdf)
    assert found
    return [int(one) for one in found.group(1).split()]


def contents(pdf: bytes) -> tuple[int, int]:
    """Where the signature's hexadecimal digits stand, with their brackets."""
    _, first, second, _ = byte_range(pdf)
    return first, second


def with_range(pdf: bytes, numbers: list[int]) -> bytes:
    found = re.search(rb"/ByteRange\s*\[[\d ]+\]\s*", pdf)
    assert found
    text = f"/ByteRange [{' '.join(str(n) for n in numbers)}]".encode()
    return swap(pdf, found.group(), text)


def appended(change: Callable[[IncrementalPdfFileWriter], None], pdf: bytes | None = None) -> bytes:
    """One more revision."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf or signed()), strict=False)
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def page(writer: IncrementalPdfFileWriter, number: int = 0) -> generic.DictionaryObject:
    reference = writer.find_page_for_modification(number)[0]
    found = reference.get_object()
    writer.mark_update(reference)
    return found


def stream(body: bytes, **entries: generic.PdfObject) -> generic.StreamObject:
    return generic.StreamObject({pdf_name(f"/{k}"): v for k, v in entries.items()}, stream_data=body)


def rectangle() -> generic.ArrayObject:
    return generic.ArrayObject([generic.NumberObject(n) for n in (60, 500, 400, 700)])


def annotation(subtype: str, **more: generic.PdfObject) -> Callable[[IncrementalPdfFileWriter], None]:
    def change(writer: IncrementalPdfFileWriter) -> None:
        found = page(writer)
        entries = {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name(subtype),
            pdf_name("/Rect"): rectangle(),
            pdf_name("/F"): generic.NumberObject(4),
            pdf_name("/Contents"): generic.TextStringObject("9.000.000 đồng"),
            **{pdf_name(f"/{k}"): v for k, v in more.items()},
        }
        reference = writer.add_object(generic.DictionaryObject(entries))
        old = list(found["/Annots"]) if "/Annots" in found else []
        found[pdf_name("/Annots")] = generic.ArrayObject([*old, reference])

    return change


# 1. Bits and bytes inside what is signed


def bit_in_the_first_content() -> bytes:
    return flip(signed(), signed().find(b"stream") + 20)


def bit_in_the_header() -> bytes:
    return swap(signed(), b"%PDF-1.7", b"%PDF-1.6")


def bit_in_a_font() -> bytes:
    at = signed().find(b"/FontFile2")
    return flip(signed(), signed().find(b"stream", at) + 60)


def bit_in_a_page_box() -> bytes:
    found = re.search(rb"/MediaBox\s*\[[^\]]*\d", signed())
    assert found
    return flip(signed(), found.end() - 1)


def bit_in_the_last_trailer() -> bytes:
    return flip(signed(), signed().rfind(b"/Root") + 6, 1)


def time_in_the_dictionary() -> bytes:
    found = re.search(rb"/M \(D.{1,4}\d{4}", signed())
    assert found
    return flip(signed(), found.end() - 1)


def comment_in_free_space() -> bytes:
    at = signed().find(b"\nendobj")
    return signed()[:at] + b" " + signed()[at + 1 :]


def bytes_inserted_at_the_beginning() -> bytes:
    at = signed().find(b"\n") + 1
    return signed()[:at] + b"% chen them\n" + signed()[at:]


def bytes_before_the_header() -> bytes:
    return b"GIF89a\n" + signed()


def bytes_after_the_end() -> bytes:
    return signed() + b"\nPK\x03\x04 mot tap tin khac"


def cut_off_in_the_middle() -> bytes:
    return signed()[: len(signed()) * 2 // 3]


def cut_off_at_the_end() -> bytes:
    return signed()[:-40]


# 2. The signature itself


def signature_value(pdf: bytes) -> int:
    """Where the digits of the very signature stand."""
    first, second = contents(pdf)
    digits = pdf[first + 1 : second - 1]
    value = cms.ContentInfo.load(bytes.fromhex(digits.decode()))["content"]["signer_infos"][0]["signature"]
    return first + 1 + digits.lower().index(value.native.hex().encode())


def bit_in_the_signature() -> bytes:
    at = signature_value(signed()) + 20
    return signed()[:at] + (b"0" if signed()[at : at + 1] != b"0" else b"1") + signed()[at + 1 :]


def digit_in_the_padding() -> bytes:
    """A digit in the zeros behind the signature, which no signature covers."""
    _, second = contents(signed())
    return signed()[: second - 9] + b"7" + signed()[second - 8 :]


def signature_value_replaced() -> bytes:
    """Zeros where the digits of the signature were."""
    first, second = contents(signed())
    return signed()[: first + 1] + b"0" * (second - first - 2) + signed()[second - 1 :]


def transplanted(here: bytes, other: bytes) -> bytes:
    """One file with the signature of another, in the room that is there."""
    first, second = contents(here)
    a, b = contents(other)
    digits = other[a + 1 : b - 1].rstrip(b"0")
    return here[: first + 1] + digits.ljust(second - first - 2, b"0") + here[second - 1 :]


def signature_of_another_file() -> bytes:
    return transplanted(signed(), signed("Số tiền hỗ trợ là 9.000.000 đồng."))


def signature_cut_out() -> bytes:
    """The last revision, with the signature, is gone but for its traces in a comment."""
    found = prepared()
    at = found.rfind(b"startxref")
    return found[:at] + b"% /ByteRange [0 1 2 3]\n" + found[at:]


def signature_field_emptied() -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        reference = writer.root["/AcroForm"]["/Fields"].raw_get(0)
        field = reference.get_object()
        del field["/V"]
        writer.mark_update(reference)

    return appended(change)


def form_taken_away() -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        del writer.root["/AcroForm"]
        writer.update_root()

    return appended(change)


def signature_wrapped() -> bytes:
    """The signed bytes stay, and another signature object with the same digits is what the field leads to."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        reference = writer.root["/AcroForm"]["/Fields"].raw_get(0)
        field = reference.get_object()
        old = field["/V"]
        copied = generic.DictionaryObject({key: old.raw_get(key) for key in old})
        field[pdf_name("/V")] = writer.add_object(copied)
        writer.mark_update(reference)

    return appended(change)


def digest_kind_weakened() -> bytes:
    """The object identifier of SHA-256 becomes that of another one."""
    first, _ = contents(signed())
    oid = b"608648016503040201"
    return signed()[:first] + signed()[first:].replace(oid, b"608648016503040203")


def sub_filter_changed() -> bytes:
    return swap(signed(), b"/ETSI.CAdES.detached", b"/adbe.x509.rsa_sha1")


# 3. Which bytes are said to be signed


def range_begins_later() -> bytes:
    _a, b, c, d = byte_range(signed())
    return with_range(signed(), [9, b - 9, c, d])


def range_ends_earlier() -> bytes:
    a, b, c, d = byte_range(signed())
    return with_range(signed(), [a, b, c, d - 30])


def range_with_a_wider_hole() -> bytes:
    a, b, c, d = byte_range(signed())
    return with_range(signed(), [a, b - 40, c, d])


def range_overlaps() -> bytes:
    a, b, _c, d = byte_range(signed())
    return with_range(signed(), [a, b, 0, d])


def range_beyond_the_end() -> bytes:
    a, b, c, d = byte_range(signed())
    return with_range(signed(), [a, b, c, d + 9])


def range_of_three_numbers() -> bytes:
    a, b, c, _ = byte_range(signed())
    return with_range(signed(), [a, b, c])


def range_negative() -> bytes:
    found = re.search(rb"/ByteRange\s*\[[\d ]+\]\s*", signed())
    assert found
    return swap(signed(), found.group(), b"/ByteRange [0 -1 0 9]")


def hole_with_words() -> bytes:
    """Something readable among the digits of the signature's padding, which no signature covers."""
    _, second = contents(signed())
    return signed()[: second - 30] + b"> /X (an trong lo hong) <" + signed()[second - 5 :]


# 5. The table of objects


def table_of_objects_changed() -> bytes:
    """An entry of the signed table leads to another place."""
    at = signed().find(b"0000000015 00000 n")
    at = at if at > 0 else signed().find(b" 00000 n") - 10
    return signed()[:at] + b"0000009999" + signed()[at + 10 :]


def start_of_table_changed() -> bytes:
    at = signed().rfind(b"startxref") + 10
    return signed()[:at] + b"9" + signed()[at + 1 :]


def older_table_chosen() -> bytes:
    """A new end leads past the signature to the unsigned revision."""
    first = prepared()
    start = first[first.rfind(b"startxref") :].split()[1]
    return signed() + b"\nstartxref\n" + start + b"\n%%EOF\n"


def rewritten_whole() -> bytes:
    """All objects copied into a new file: the digits are there, what they cover is not."""
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(signed())))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


# 6. Who signs


def sealed_by(who: signing.Party, *above: signing.Party) -> bytes:
    return sealing.seal(prepared(), key=place(who, *above), name=NAME, at=NOW).pdf


def self_made_signer_of_the_same_name() -> bytes:
    other = party(NAME)
    return sealed_by(other, other)


def root_of_the_same_name() -> bytes:
    other = party("Gốc tin cậy", kind="root")
    return sealed_by(party(NAME, above=other), other)


def certificate_expired() -> bytes:
    return sealed_by(party(NAME, above=root(), until=NOW - DAY), root())


def certificate_not_yet_in_force() -> bytes:
    return sealed_by(party(NAME, above=root(), since=NOW + DAY), root())


REVOKED = party("Đã thu hồi", above=root())


def certificate_revoked() -> bytes:
    return sealed_by(REVOKED, root())


def certificate_that_may_not_sign() -> bytes:
    """One of the time-stamp authority's, which may stamp times only."""
    return sealed_by(signer_of_times(), root())


def signer_of_times() -> signing.Party:
    return party("Chỉ để cấp phát", above=root(), kind="root")


def certificate_issued_by_a_signer() -> bytes:
    """A signer made a certificate himself: he is no authority."""
    return sealed_by(party(NAME, above=signer()), signer(), root())


# 7. Time stamps


def stamp_of_another_file() -> bytes:
    """The whole signature with its time stamp belongs to another file."""
    return transplanted(signed(stamped=True), signed("Khác hẳn.", stamped=True))


def stamp_by_somebody_unknown() -> bytes:
    other = party("Giờ giả", kind="stamper")
    return sealing.seal(
        prepared(), key=place(signer(), root()), name=NAME, at=NOW, stamper=stamper(other)
    ).pdf


def bit_in_the_stamp() -> bytes:
    here = signed(stamped=True)
    first, second = contents(here)
    at = here.rfind(b"3082", first, second)
    token = here.find(b"2a864886f70d0109100104", first)
    return flip(here, max(at, token + 400), 1)
