# SPDX-License-Identifier: Apache-2.0
"""An installation for measuring: in a temporary folder, on ports of its own, gone afterwards."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from dothi.cityhall import database, ports, programs
from dothi.cityhall.bench.load import Answer, DeviceLogin, Order
from dothi.cityhall.city import environment
from dothi.cityhall.service_user import die_with_parent, drop_ids
from dothi.foundation.settings import Settings, load

START_LIMIT = 90.0


def three_ports() -> int:
    """A free port whose two followers are free too: front door, broker, MQTT.

    Below the range from which systems give ports to outgoing connections: those come and go at any moment.
    """
    for _ in range(200):
        port = 10_000 + 3 * secrets.randbelow(7_000)
        if not any(ports.problem("127.0.0.1", port + n) for n in range(3)):
            return port
    raise OSError("No three free ports in a row; stop something that listens on many")


class Instance:
    """`with Instance() as city:`; `start` and `stop` measure what they do in between."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or Path(tempfile.mkdtemp(prefix="dothi-bench-"))
        self.folder.chmod(0o755)
        self.port = three_ports()
        self.settings: Settings = load({}, data_dir=str(self.folder / "data"), port=self.port)
        self.process: subprocess.Popen[bytes] | None = None
        self.token = ""

    def __enter__(self) -> Self:
        try:
            self.start()
            self.token = self._key()
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        self._leave()

    def _leave(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def environment(self) -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if not name.startswith("DOTHI_")}

    @property
    def owner_url(self) -> str:
        return database.url(self.settings, "owner")

    def start(self) -> float:
        """Start and wait for the first page; the seconds that took."""
        begun = time.perf_counter()
        with (self.folder / "up.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*_dothi(), "up", "--data", str(self.settings.data_path), "--port", str(self.port)],
                stdout=log, stderr=log, env=self.environment, cwd="/", start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - no other thread runs while it starts
            )  # fmt: skip
        while time.perf_counter() - begun < START_LIMIT:
            if self.process.poll() is not None:
                break
            if self._answers():
                return time.perf_counter() - begun
            time.sleep(0.02)
        tail = (self.folder / "up.log").read_text("utf-8", "replace")[-600:]
        raise RuntimeError(f"The city did not start: {tail}")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=2) as page:
                return bool(page.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def wait_ready(self) -> None:
        """Until every process serves."""
        begun = time.monotonic()
        while time.monotonic() - begun < START_LIMIT:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def run(self, *arguments: str) -> str:
        """What a `dothi` command prints about this instance."""
        done = subprocess.run(
            [*_dothi(), *arguments, "--data", str(self.settings.data_path)],
            capture_output=True, text=True, env=self.environment, cwd="/", check=False,
        )  # fmt: skip
        return done.stdout + done.stderr

    def _key(self) -> str:
        self.wait_ready()
        told = self.run("key", "create", "bench", "--operations", "read,write")
        found = re.search(r"dothi_[A-Za-z0-9_-]+", told)
        if found is None:
            raise RuntimeError(f"No key was made: {told}")
        return found[0]

    def devices(self) -> list[DeviceLogin]:
        """Add an MQTT source with a few devices; their logins."""
        command, _ = programs.python(self.settings.data_path)
        done = subprocess.run(
            [*command, "-m", "dothi.cityhall.bench.source"],
            env=environment(self.settings, "reader"), cwd="/", capture_output=True, check=False, **drop_ids(),
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"No devices were made: {done.stderr.decode(errors='replace')[-600:]}")
        return msgspec.json.decode(done.stdout, type=list[DeviceLogin])

    def begin_load(self, **order: object) -> subprocess.Popen[bytes]:
        """Start a load generator in a process of its own; `end_load` takes its answer."""
        wanted = msgspec.convert(
            {"port": self.settings.broker_port_used, "token": self.token, **order}, Order
        )
        process = subprocess.Popen(
            [sys.executable, "-m", "dothi.cityhall.bench.load"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self.environment, cwd="/",
            preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509 - no other thread runs while it starts
        )  # fmt: skip
        assert process.stdin
        process.stdin.write(msgspec.json.encode(wanted))
        process.stdin.close()
        return process

    def load(self, **order: object) -> Answer:
        return end_load(self.begin_load(**order))


def end_load(process: subprocess.Popen[bytes]) -> Answer:
    assert process.stdout
    body = process.stdout.read()
    if process.wait() != 0:
        raise RuntimeError("The load generator failed; its trace stands above")
    return msgspec.json.decode(body, type=Answer)


def drop_load(process: subprocess.Popen[bytes]) -> None:
    """End a load generator whose answer nobody needs."""
    assert process.stdout
    process.terminate()
    process.stdout.close()
    process.wait()


def _dothi() -> list[str]:
    return [sys.executable, "-m", "dothi.cityhall.cli"]
