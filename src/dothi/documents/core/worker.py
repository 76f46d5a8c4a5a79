# SPDX-License-Identifier: Apache-2.0
"""A process with limits for PDFs of strangers: a line of JSON and the file in, a line of JSON and the file out."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import msgspec

from dothi.documents.core.sentence import Reason
from dothi.foundation import log

_log = log.get(__name__)
SECONDS = 20
MEMORY = 1_500_000_000


class Work(msgspec.Struct, kw_only=True):
    """What to do. `act`: `prepare` looks and stamps, `check` judges a signed file (`roots`, `crls` in DER)."""

    act: str
    address: str = ""
    code: str = ""
    watermark: bool = True
    roots: list[bytes] = []
    crls: list[bytes] = []
    at: str = ""


class Outcome(msgspec.Struct, kw_only=True):
    """What came of it. `verdict`: of `check`, as JSON."""

    pages: int = 0
    reasons: list[Reason] = []
    verdict: bytes = b""


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _prepare(work: Work, pdf: bytes) -> tuple[Outcome, bytes]:
    from dothi.documents.core import intake, stamping  # noqa: PLC0415 - slow import

    pages, reasons = intake.look(pdf)
    if reasons:
        return Outcome(pages=pages, reasons=reasons), b""
    spec = stamping.Stamp(address=work.address, code=work.code, watermark=work.watermark)
    try:
        return Outcome(pages=pages), stamping.stamp(pdf, spec, pages)
    except Exception:  # noqa: BLE001 - a hostile file may fail in any way, and is refused
        return Outcome(pages=pages, reasons=[Reason("documents.intake.broken")]), b""


def _check(work: Work, pdf: bytes) -> tuple[Outcome, bytes]:
    from dothi.documents.core import checking  # noqa: PLC0415 - slow import
    from dothi.foundation import clock  # noqa: PLC0415 - same

    found = checking.check(pdf, roots=work.roots, crls=work.crls, at=clock.parse(work.at))
    return Outcome(verdict=msgspec.json.encode(found)), b""


def main() -> int:
    _limit()
    line = sys.stdin.buffer.readline()
    work = msgspec.json.decode(line, type=Work)
    pdf = sys.stdin.buffer.read()
    outcome, body = (_check if work.act == "check" else _prepare)(work, pdf)
    sys.stdout.buffer.write(msgspec.json.encode(outcome) + b"\n" + body)
    return 0


def run(work: Work, pdf: bytes, *, seconds: float = SECONDS) -> tuple[Outcome, bytes]:
    """Do it in a process of its own; a reason when it takes too long or dies."""
    # How a process of an installation finds its libraries and packages, but none of its secrets.
    ways = os.pathsep.join(dict.fromkeys([str(Path(__file__).parents[3]), *filter(None, sys.path)]))
    known = {name: value for name, value in os.environ.items() if not name.startswith("DOTHI_")}
    known |= {"PYTHONPATH": ways, "LANG": "C.UTF-8"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "dothi.documents.core.worker"],
            input=msgspec.json.encode(work) + b"\n" + pdf,
            capture_output=True, timeout=seconds, check=False, env=known,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Outcome(reasons=[Reason("documents.intake.too_slow", {"seconds": SECONDS})]), b""
    line, _, body = done.stdout.partition(b"\n")
    if done.returncode or not line:
        last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        _log.warning("documents.worker_died", code=done.returncode, last=last[:200])
        return Outcome(reasons=[Reason("documents.intake.broken")]), b""
    return msgspec.json.decode(line, type=Outcome), body


if __name__ == "__main__":
    sys.exit(main())
