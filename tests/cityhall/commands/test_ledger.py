# SPDX-License-Identifier: Apache-2.0
"""`dothi ledger witness` and `dothi verify` as people use them; the city outside is a stand-in that speaks HTTP."""

from __future__ import annotations

import base64
import json
import stat
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.ledger.cast import CITY, body, exported, kept_of

from dothi.cityhall import cli
from dothi.ledger import rules
from dothi.ledger.core import note as notes

BODIES = [body(number) for number in range(20)]


class City:
    """What a city shows outside, from records in memory."""

    def __init__(self) -> None:
        self.bodies = BODIES[:5]
        self.cosigned: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def checkpoint(self) -> str:
        return kept_of(exported(self.bodies, [len(self.bodies)])).checkpoint

    def answer(self, path: str) -> str:
        place = urlsplit(path)
        if place.path == "/ledger/keys":
            return f"{CITY.key.text}\n"
        if place.path == "/ledger/checkpoint":
            return self.checkpoint
        asked = {name: int(values[0]) for name, values in parse_qs(place.query).items()}
        nodes: dict[rules.Node, bytes] = {}
        tree = rules.CompactRange()
        for one in self.bodies:
            nodes.update(tree.append(rules.leaf_hash(one)))
        found = rules.proof(rules.consistency_ranges(asked["from"], asked["to"]), nodes)
        return json.dumps({"path": [base64.b64encode(one).decode() for one in found]})

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        city = self

        class Handler(BaseHTTPRequestHandler):
            def _send(self, status: int, text: str) -> None:
                self.send_response(status)
                self.end_headers()
                self.wfile.write(text.encode())

            def do_GET(self) -> None:
                self._send(200, city.answer(self.path))

            def do_POST(self) -> None:
                text = self.rfile.read(int(self.headers["Content-Length"])).decode()
                city.cosigned.append(text)
                self._send(201, "{}")

            def log_message(self, *_told: object) -> None:
                pass

        return Handler


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOTHI_LANGUAGE", "en")


@pytest.fixture
def city() -> Iterator[City]:
    found = City()
    yield found
    found.server.shutdown()
    found.server.server_close()
    found.thread.join()


def test_witness_keeps_and_moves_on_when_the_city_only_grows(
    city: City, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "kept.json"
    command = ["ledger", "witness", str(file), "--url", city.url]

    codes = [cli.main(command)]
    city.bodies = BODIES
    codes += [cli.main(command), cli.main(command)]

    first, moved, same = capsys.readouterr().out.splitlines()
    assert codes == [0, 0, 0]
    assert first.endswith(CITY.key.text)
    assert "20 leaves continue the 5" in moved
    assert "Nothing new" in same
    assert json.loads(file.read_text())["checkpoint"] == city.checkpoint


def test_witness_refuses_and_keeps_its_file_when_the_city_rewrote_history(
    city: City, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "kept.json"
    command = ["ledger", "witness", str(file), "--url", city.url]
    cli.main(command)
    before = file.read_bytes()

    city.bodies = [body(0, told="otherwise"), *BODIES[1:]]
    rewritten = cli.main(command)
    city.bodies = BODIES[:3]
    shortened = cli.main(command)

    told = capsys.readouterr().err
    assert (rewritten, shortened, file.read_bytes()) == (1, 1, before)
    assert "History was rewritten: the checkpoint of 20 leaves does not continue that of 5" in told
    assert "cut short" in told


def test_witness_cosigns_with_a_key_of_its_own_when_asked(
    city: City, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "witness.key"
    command = ["ledger", "witness", str(tmp_path / "kept.json"), "--url", city.url, "--sign", str(key)]

    assert cli.main([*command, "--name", "da nang"]) == 0
    assert cli.main(command) == 0

    told = capsys.readouterr().out.splitlines()
    public = notes.read_key(told[-1].rpartition(" ")[2])
    note = notes.read_note(city.cosigned[1])
    assert public.name == "da-nang"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert notes.is_good(public, note.body, note.signatures[0])
    assert note.body == notes.read_note(city.checkpoint).body


def test_witness_says_what_to_check_when_nobody_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = cli.main(["ledger", "witness", str(tmp_path / "kept.json"), "--url", "http://127.0.0.1:1"])

    assert code == 1
    assert "Check the address and --url" in capsys.readouterr().err
    assert not (tmp_path / "kept.json").exists()


def test_export_says_how_to_start_when_no_city_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = cli.main(["ledger", "export", str(tmp_path / "out.jsonl"), "--data", str(tmp_path)])

    assert code == 1
    assert "Start one with dothi up" in capsys.readouterr().err
    assert list(tmp_path.glob("*out*")) == []


def test_verify_answers_by_its_exit_code_and_in_the_language_of_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad, kept = tmp_path / "good.jsonl", tmp_path / "bad.jsonl", tmp_path / "kept.txt"
    lines = exported(BODIES, [7, 20])
    good.write_bytes(b"\n".join(lines) + b"\n")
    bad.write_bytes(
        good.read_bytes().replace(b'"period":3,', b'"period":4,').replace(b'"period":3}', b'"period":4}')
    )
    kept.write_text(kept_of(lines, 0).checkpoint, "utf-8")

    whole = cli.main(["verify", str(good), "--witness", str(kept), "--key", CITY.key.text])
    english = capsys.readouterr().out
    monkeypatch.setenv("DOTHI_LANGUAGE", "vi")
    broken = cli.main(["verify", str(bad)])
    vietnamese = capsys.readouterr().out

    assert (whole, broken) == (0, 1)
    assert "The ledger is whole: 20 records, 2 checkpoints, 1 cosignatures." in english
    assert "agrees with the checkpoint of 7 leaves" in english
    assert "Sổ KHÔNG nguyên vẹn" in vietnamese
    assert "việc ở lá số 3 không khớp với mã băm của nó: đã bị sửa." in vietnamese
    assert "các lá từ số 0 đến số 6 không khớp với điểm chốt 7 lá" in vietnamese


@pytest.mark.parametrize("name", ["gone.jsonl", "."])
def test_verify_says_which_file_it_cannot_use_when_unreadable(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["verify", str(tmp_path / name)]) == 1
    assert str(tmp_path / name) in capsys.readouterr().err
