# SPDX-License-Identifier: Apache-2.0
"""What may be signed, and what is refused with what to do."""

from __future__ import annotations

import io
from collections.abc import Callable

import msgspec
import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from tests.documents import signing, tampering, tampering_later
from tests.documents.signing import signed

from dothi.documents.core import intake, paper, worker
from dothi.documents.core.checking import Verdict
from dothi.documents.core.paper import Paper
from dothi.foundation import clock

Change = Callable[[IncrementalPdfFileWriter], None]


def drawn(pages: int = 1) -> bytes:
    return paper.draw(Paper(organisation="Phường", title="Giấy", text=["chữ " * 700] * pages))


def encrypted() -> bytes:
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(drawn())))
    writer.encrypt("chủ", "khách")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def indirect_form() -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        writer.root[pdf_name("/AcroForm")] = writer.add_object(form())
        writer.update_root()

    return tampering.appended(change, drawn())


def in_root(key: str, value: Callable[[], generic.PdfObject]) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        writer.root[pdf_name(key)] = value()
        writer.update_root()

    return tampering.appended(change, drawn())


def form(**more: generic.PdfObject) -> generic.DictionaryObject:
    field = generic.DictionaryObject(
        {pdf_name("/FT"): pdf_name("/Tx"), pdf_name("/T"): generic.TextStringObject("x")}
    )
    entries = {pdf_name("/Fields"): generic.ArrayObject([field])}
    return generic.DictionaryObject({**entries, **{pdf_name(f"/{k}"): v for k, v in more.items()}})


def after(tamper: Callable[[], bytes]) -> bytes:
    """The same change as an attacker's, on a file that nobody signed."""
    before = tampering.signed
    tampering.signed = drawn  # type: ignore[assignment]  # - a file that nobody signed instead
    try:
        return tamper()
    finally:
        tampering.signed = before


def test_paper_may_be_signed_when_it_is_plain() -> None:
    assert intake.look(drawn(3)) == (3, [])


@pytest.mark.parametrize(
    ("reason", "pdf"),
    [
        ("no_pdf", lambda: b"<html>"),
        ("no_pdf", lambda: b""),
        ("broken", lambda: b"%PDF-1.7\nkhong co gi"),
        ("broken", lambda: drawn()[:900]),
        ("encrypted", encrypted),
        ("form", lambda: in_root("/AcroForm", form)),
        ("form", indirect_form),
        ("xfa", lambda: in_root("/AcroForm", lambda: form(XFA=generic.TextStringObject("<xdp/>")))),
        ("signed", signed),
        ("script", lambda: after(tampering_later.script_at_opening)),
        ("attachment", lambda: after(tampering_later.file_attached)),
        ("layers", lambda: after(tampering_later.layer_switched_off)),
        ("too_large", lambda: b"%PDF-1.7\n" + b"0" * intake.MOST_BYTES),
    ],
)
def test_file_is_refused_with_what_to_do_when_it_could_change_later(
    reason: str, pdf: Callable[[], bytes]
) -> None:
    _, reasons = intake.look(pdf())

    assert f"documents.intake.{reason}" in [one.key for one in reasons]
    assert all(one.told("vi") and one.told("en") for one in reasons)


def test_too_many_pages_are_refused_when_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MOST_PAGES", 2)

    assert [one.key for one in intake.look(drawn(3))[1]] == ["documents.intake.too_long"]


def test_hidden_revision_is_gone_when_the_file_is_stamped() -> None:
    def change(writer: IncrementalPdfFileWriter) -> None:
        writer.add_object(tampering.stream(b"an o day, khong ai thay"))

    hidden = tampering.appended(change, drawn())
    assert b"an o day" in hidden

    outcome, stamped = worker.run(worker.Work(act="prepare", address="http://a.test/v/1#2", code="1"), hidden)

    assert outcome == worker.Outcome(pages=1)
    assert b"an o day" not in stamped
    assert intake.look(stamped) == (1, [])


def test_file_is_refused_when_reading_takes_too_long() -> None:
    outcome, body = worker.run(worker.Work(act="prepare"), drawn(), seconds=0.01)

    assert [one.key for one in outcome.reasons] == ["documents.intake.too_slow"]
    assert body == b""


def test_file_is_refused_when_the_worker_dies() -> None:
    outcome, _ = worker.run(worker.Work(act="check", at="no time"), drawn())

    assert [one.key for one in outcome.reasons] == ["documents.intake.broken"]


def test_verdict_comes_back_whole_when_judged_by_the_worker() -> None:
    work = worker.Work(act="check", roots=[signing.root().der], at=clock.iso(signing.NOW))

    outcome, _ = worker.run(work, signed())

    assert msgspec.json.decode(outcome.verdict, type=Verdict).good
