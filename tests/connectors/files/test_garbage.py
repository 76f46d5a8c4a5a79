# SPDX-License-Identifier: Apache-2.0
"""Whatever is handed in ends as a preview that adds up or as a sentence, never as a crash."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from dothi.connectors.files.preview import preview
from dothi.foundation.errors import DothiError

CELLS = st.sampled_from(
    [
        "", "Ngày", "Trạm", "PM2.5 (µg/m³)", "01/02/2021", "31/02/2021 25:00", "1,5", "1.234,5", "-999", "KPH", '"', "'", "=1+1",
        "Tổng", "Ghi chú: x", "(1)", "(2)", "1e309", "NaN", "\x00", "<td>", "A" * 1000, "٣", "9" * 400, "2021-01-01T00:00:00Z",
        "24:00", "99999999999999", "0001-01-01", "9999-12-31 23:59:59", "Giờ", "7h30", "year", "month", "day", "Thông số", "Giá trị",
    ]
)  # fmt: skip
LINES = st.lists(st.lists(CELLS, max_size=6), max_size=12)


def _survives(data: bytes) -> None:
    try:
        found = preview(data, "x")
    except DothiError as error:
        error.sentence("vi")  # a KeyError here would fail the test
        return
    counts = found.counts
    assert counts.good + sum(counts.refused.values()) + sum(counts.left_out.values()) == counts.rows
    assert found.told("vi")


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"\x1f\x8b\x08", b"PK\x03\x04", b"\xff\xfe", b"<table><tr><td>", b"a;b\n1;2\n"]),
)
@settings(deadline=None)
def test_bytes_end_in_a_preview_or_a_sentence_when_random(data: bytes, start: bytes) -> None:
    _survives(start + data)


@given(LINES, st.sampled_from([";", ",", "\t"]), st.sampled_from(["utf-8", "utf-16"]))
@settings(deadline=None)
def test_tables_end_in_a_preview_or_a_sentence_when_cells_are_odd(
    lines: list[list[str]], mark: str, codec: str
) -> None:
    _survives("\n".join(mark.join(line) for line in lines).encode(codec))


@given(LINES, st.integers(-5, 2_000_000))
@settings(deadline=None)
def test_pages_end_in_a_preview_or_a_sentence_when_spans_are_odd(lines: list[list[str]], span: int) -> None:
    body = "".join(
        "<tr>" + "".join(f"<td colspan={span} rowspan='{span}'>{c}" for c in line) for line in lines
    )

    _survives(f"<table>{body}".encode())
