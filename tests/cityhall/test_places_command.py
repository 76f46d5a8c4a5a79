# SPDX-License-Identifier: Apache-2.0
"""`dothi places import`: what the command reads, and what its process writes and tells."""

from __future__ import annotations

import io
import sys
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from dothi.cityhall import cli
from dothi.cityhall.commands.places import order_of
from dothi.cityhall.processes import places as process
from dothi.places import door
from dothi.places.official_list import Order

LIST = "mã,tên,loại,mã cấp trên\n46,Huế,Thành phố,\n19753,Thuận Hóa,Phường,46\n20014,Vỹ Dạ,Phường,77\n"


def _run(order: Order, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    given = SimpleNamespace(buffer=io.BytesIO(msgspec.msgpack.encode(order)))
    monkeypatch.setattr(sys, "stdin", given)
    monkeypatch.setenv("DOTHI_LANGUAGE", "en")
    assert process.main() == 0
    return capsys.readouterr().out


@pytest.fixture
def order(tmp_path: Path) -> Order:
    """What the command hands to its process for a list."""
    (tmp_path / "list.csv").write_text(LIST, "utf-8")
    words = ["places", "import", str(tmp_path / "list.csv"), "--date", "2025-07-01", "--accept", "5"]
    return order_of(cli.parser().parse_args(words))


def test_list_is_read_with_what_was_said_beside_when_the_command_runs(order: Order) -> None:
    assert [row.code for row in order.listed] == ["46", "19753", "20014"]
    assert (order.day, order.accepted, order.rehearse) == (date(2025, 7, 1), ["5"], False)


@pytest.mark.django_db
def test_units_are_written_and_doubts_told_when_the_process_runs(
    order: Order, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dry = _run(msgspec.structs.replace(order, rehearse=True), monkeypatch, capsys)
    before = door.units_at().count()
    told = _run(order, monkeypatch, capsys)

    assert "Nothing is written yet" in dry
    assert before == 0
    assert "New units: 2" in told
    assert "20014  Vỹ Dạ: The unit above or the successor does not exist (77)" in told
    assert [unit.pk for unit in door.units_at()] == ["46", "19753"]


def test_command_says_that_no_city_runs_when_none_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOTHI_LANGUAGE", "en")
    (tmp_path / "list.csv").write_text(LIST, "utf-8")

    code = cli.main(["places", "import", str(tmp_path / "list.csv"), "--data", str(tmp_path / "data")])

    assert code == 1
    assert "Start one with dothi up" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["no-such-file.csv"], ["LIST", "--date", "soon"]])
def test_command_says_what_to_do_when_its_words_are_wrong(
    tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOTHI_LANGUAGE", "en")
    (tmp_path / "LIST").write_text(LIST, "utf-8")
    monkeypatch.chdir(tmp_path)

    code = cli.main(["places", "import", *arguments, "--data", str(tmp_path)])

    assert code == 1
    assert "Check its path" in (told := capsys.readouterr().err) or "Write it as" in told
