# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cityhall.disk import small_disk

from dothi.cityhall import cli, folders, ports
from dothi.cityhall.commands.settings import reference

ROOT = Path(__file__).parents[2]


def _doctor(data: Path, capsys: pytest.CaptureFixture[str], port: int) -> tuple[int, str]:
    code = cli.main(["doctor", "--data", str(data), "--port", str(port)])
    return code, capsys.readouterr().out


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "C.UTF-8")


def test_settings_page_is_the_present_one_when_settings_change() -> None:
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == reference(), (
        "run: dothi settings > docs/settings.md"
    )


def test_help_loads_nothing_heavy_when_asked() -> None:
    program = (
        "import sys, dothi.cityhall.cli as c\n"
        "try: c.main(['--help'])\n"
        "except SystemExit: pass\n"
        "sys.exit(len({'django','psycopg','msgspec','structlog'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert done.returncode == 0
    assert "admin-link" in done.stdout


def test_doctor_says_all_is_well_when_nothing_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOTHI_SECRET_KEY", "never shown")
    monkeypatch.setenv("DOTHI_LOG_LEVEL", "debug")
    front, broker, mqtt = ports.choose(3)
    monkeypatch.setenv("DOTHI_BROKER_PORT", str(broker))
    monkeypatch.setenv("DOTHI_MQTT_PORT", str(mqtt))

    code, told = _doctor(tmp_path, capsys, front)

    assert code == 0
    assert "Nothing: all is well." in told
    lines = {line.split()[0]: line.split() for line in told.splitlines() if line.startswith("  DOTHI_")}
    assert lines["DOTHI_LOG_LEVEL"][1:] == ["debug", "DOTHI_LOG_LEVEL"]
    assert lines["DOTHI_PORT"][1:] == [str(front), "command", "line"]
    assert lines["DOTHI_HOST"][1:] == ["127.0.0.1", "default"]
    assert "never shown" not in told


def test_doctor_says_what_to_do_when_port_is_taken_and_data_is_newer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        busy = _doctor(tmp_path, capsys, port)
    (tmp_path / "version").write_text(f"{folders.DATA_VERSION + 1}\n")
    newer = _doctor(tmp_path, capsys, port)

    assert busy[0] == newer[0] == 1
    assert f"Port {port} (pages and API) is taken by another program" in busy[1]
    assert "written by a newer Dothi" in newer[1]


@pytest.mark.parametrize("command", [["admin-link"], ["key", "list"], ["migrate"]])
def test_commands_say_how_to_start_when_no_city_runs(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = cli.main([*command, "--data", str(tmp_path)])

    assert code == 1
    assert capsys.readouterr().err == f"No city runs on {tmp_path}. Start one with dothi up.\n"


def test_up_exits_with_a_sentence_when_a_port_is_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOTHI_RUN_DIR", str(tmp_path / "run"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code = cli.main(["up", "--data", str(tmp_path / "data"), "--port", str(port)])

    assert code == 5
    assert f"Port {port}" in capsys.readouterr().err


def _up(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = cli.main(["up", "--data", str(folder / "data"), "--port", str(ports.choose(1)[0])])
    return code, capsys.readouterr().err


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DOTHI_RUN_DIR", str(tmp_path / "run"))
    (tmp_path / "data").mkdir()
    return tmp_path


def test_up_exits_with_a_sentence_when_the_data_is_newer(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "data" / "version").write_text("99\n")

    code, told = _up(place, capsys)

    assert code == 3
    assert "was written by a newer Dothi (data version 99" in told
    assert "Install that version" in told


def test_up_exits_with_a_sentence_when_another_holds_the_folder(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with folders.locked(place / "data"):
        code, told = _up(place, capsys)

    assert code == 4
    assert f"(process {os.getpid()}). Stop it with kill {os.getpid()}" in told


def test_a_lock_is_taken_over_when_its_holder_is_dead(place: Path) -> None:
    (place / "data" / "lock").write_text("1")

    with folders.locked(place / "data"):
        assert (place / "data" / "lock").read_text() == str(os.getpid())


def test_up_exits_with_a_sentence_when_the_disk_is_full(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with small_disk(place / "data", 50):
        code, told = _up(place, capsys)

    assert code == 6
    assert "Dothi needs 209 MB to start" in told


def test_wrong_setting_is_one_sentence_when_it_is_no_number(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOTHI_PORT", "eighty")

    code = cli.main(["doctor"])

    assert code == 2
    assert capsys.readouterr().err == (
        "A setting is wrong: DOTHI_PORT is 'eighty'; it takes a whole number.\n"
    )


def test_sentences_are_vietnamese_when_the_locale_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "vi_VN.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)

    cli.main(["admin-link", "--data", str(tmp_path)])

    assert "Hãy khởi động bằng lệnh dothi up" in capsys.readouterr().err
