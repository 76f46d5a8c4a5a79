# SPDX-License-Identifier: Apache-2.0
"""The real front door before a small server that reads what it is sent."""

from __future__ import annotations

import base64
import hashlib
import http.client
import re
import socketserver
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import msgspec
import pytest

from dothi.cityhall import caddy, ports
from dothi.foundation.settings import Settings, load

FILE_LIMIT, BATCH_LIMIT = 300_000, 200_000


class _Reads(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        size = len(self.rfile.read(int(self.headers["Content-Length"])))
        body = str(size).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        return "a unix socket has none"

    def log_message(self, *_: object) -> None:
        return


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@dataclass
class Door:
    port: int

    def post(self, path: str, size: int, language: str = "") -> tuple[int, dict[str, str], str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("POST", path, bytes(size), {"Accept-Language": language} if language else {})
        answer = connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        body = answer.read().decode()
        connection.close()
        return answer.status, headers, body


def _settings(folder: Path) -> Settings:
    return load(
        {}, data_dir=str(folder / "data"), run_dir=str(folder / "run"), port=ports.choose(1)[0],
        file_limit=FILE_LIMIT, batch_limit=BATCH_LIMIT, body_limit=1000,
    )  # fmt: skip


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    with tempfile.TemporaryDirectory(prefix="dothi-caddy-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        settings = _settings(folder)
        for each in (settings.data_path / "caddy", settings.data_path / "programs", settings.run_path):
            each.mkdir(parents=True)
        sock = settings.run_path / "all.sock"
        file = caddy.configure(settings, brokers=[sock], web=sock)
        with _Server(str(sock), _Reads) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            running = subprocess.Popen(
                caddy.command(settings, file), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
            )
            deadline = time.monotonic() + 20
            while not ports.answers("127.0.0.1", settings.port):
                assert running.poll() is None, running.stderr and running.stderr.read().decode()
                assert time.monotonic() < deadline
                time.sleep(0.02)
            yield Door(settings.port)
            running.terminate()
            running.communicate()
            server.shutdown()


def test_a_file_passes_when_it_is_as_large_as_promised(door: Door) -> None:
    file = door.post("/sources/hue/files/", FILE_LIMIT + 2000)
    batch = door.post("/ngsi-ld/v1/entityOperations/upsert", BATCH_LIMIT)

    assert (file[0], file[2]) == (200, str(FILE_LIMIT + 2000))
    assert (batch[0], batch[2]) == (200, str(BATCH_LIMIT))


def test_a_page_in_both_languages_says_what_to_do_when_a_file_is_too_large(door: Door) -> None:
    status, headers, page = door.post("/sources/hue/files/", 2 * FILE_LIMIT)

    assert (status, headers["content-type"], headers["cache-control"]) == (
        413, "text/html; charset=utf-8", "no-store",
    )  # fmt: skip
    assert "Một tệp lớn nhất là 0.3 MB" in page
    assert "A file may have 0.3 MB at most" in page


@pytest.mark.parametrize(
    ("language", "says"),
    [("vi-VN,vi;q=0.9", "nội dung gửi qua API lớn nhất là 0.2 MB"), ("", "0.2 MB. Nothing")],
)
def test_a_problem_says_what_to_do_when_a_machine_sends_too_much(
    door: Door, language: str, says: str
) -> None:
    status, headers, body = door.post("/ngsi-ld/v1/entityOperations/upsert", 2 * BATCH_LIMIT, language)

    told = msgspec.json.decode(body)
    assert (status, headers["content-type"], told["status"]) == (413, "application/problem+json", 413)
    assert says in told["detail"]


def test_pages_of_the_front_door_show_their_style_and_nothing_else_when_a_browser_reads_their_policy(
    door: Door,
) -> None:
    _, page, body = door.post("/sources/hue/files/", 2 * FILE_LIMIT)
    _, answer, _ = door.post("/ngsi-ld/v1/entities", 10)
    (style,) = re.findall(r"<style>(.*)</style>", body)
    mark = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

    nothing = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    assert page["content-security-policy"] == f"{nothing}; style-src 'sha256-{mark}'"
    assert answer["content-security-policy"] == nothing
    assert answer["x-content-type-options"] == "nosniff"
