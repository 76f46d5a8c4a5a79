# SPDX-License-Identifier: Apache-2.0
"""`dothi ledger export|witness`: take the ledger out, or keep watch over one from outside."""

from __future__ import annotations

import argparse
import base64
import json
import os
import secrets
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import msgspec

from dothi.cityhall import orphans
from dothi.cityhall.commands.beside import run_as_service
from dothi.cityhall.errors import CannotStart, terminal_language
from dothi.foundation import messages
from dothi.foundation.settings import load
from dothi.ledger.core import key, witness
from dothi.ledger.core import note as notes

PATIENCE = 20.0
ANSWER_LIMIT = 1_000_000


def _say(name: str, **values: Any) -> None:
    print(messages.text(terminal_language(), name, **values))  # noqa: T201 - the answer of the command


def _replace(file: Path, body: bytes) -> None:
    """The new content or the old one, never half of it."""
    part = file.with_name(f".{file.name}.part")
    with part.open("wb") as sink:
        sink.write(body)
        sink.flush()
        os.fsync(sink.fileno())
    part.replace(file)


def _export(arguments: argparse.Namespace) -> int:
    file = Path(arguments.file)
    part = file.with_name(f".{file.name}.part")
    try:
        with part.open("wb") as out:
            code = run_as_service(
                load(data_dir=arguments.data), "dothi.cityhall.processes.ledger", role="writer", out=out
            )
    except OSError as error:
        raise CannotStart("ledger.file.unreadable", file=file, reason=error.strerror) from error
    except CannotStart:
        part.unlink(missing_ok=True)
        raise
    if code:
        part.unlink()
        return code
    part.replace(file)
    with file.open("rb") as done:
        count = sum(line.startswith(b'{"kind":"entry"') for line in done)
    _say("ledger.export.done", count=count, file=file)
    return 0


class _City:
    """The city that is witnessed, by its public addresses only."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def ask(self, path: str, body: bytes | None = None) -> str:
        address = f"{self.url}/ledger/{path}"
        headers = {"Accept-Language": terminal_language()}
        request = urllib.request.Request(address, data=body, headers=headers)  # noqa: S310 - the user names the city
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - same
                return str(answer.read(ANSWER_LIMIT).decode())
        except urllib.error.HTTPError as error:
            told = _reason(error.read(ANSWER_LIMIT))
            if told:
                raise CannotStart("ledger.witness.refused", reason=told) from error
            reason = f"{error.code} {error.reason}"
            raise CannotStart("ledger.witness.unreachable", address=address, reason=reason) from error
        except (urllib.error.URLError, OSError, UnicodeDecodeError, ValueError) as error:
            raise CannotStart("ledger.witness.unreachable", address=address, reason=error) from error

    def key(self) -> str:
        found = self.ask("keys").split()
        if not found:
            raise CannotStart("ledger.witness.no_key")
        return found[-1]

    def prove(self, old: int, new: int) -> list[bytes]:
        text = self.ask(f"proof/consistency?from={old}&to={new}")
        try:
            return [base64.b64decode(one) for one in json.loads(text)["path"]]
        except (ValueError, KeyError, TypeError) as error:
            raise CannotStart("ledger.witness.unreachable", address=self.url, reason=error) from error


def _reason(body: bytes) -> str:
    """The sentence of a problem that the city told."""
    try:
        return str(json.loads(body)["detail"])
    except (ValueError, KeyError, TypeError):
        return ""


def _url(arguments: argparse.Namespace) -> str:
    if arguments.url:
        return str(arguments.url)
    settings = load(data_dir=arguments.data)
    note = orphans.running(settings.data_path)
    return str(note.url) if note else settings.url


def _read(file: Path) -> witness.Kept | None:
    if not file.exists():
        return None
    try:
        return witness.read(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CannotStart("ledger.file.unreadable", file=file, reason=error) from error


def _signer(file: Path, name: str) -> notes.Signer:
    if not file.exists():
        called = (name or socket.gethostname()).replace(" ", "-").replace("+", "-")
        made = notes.Signer(called, notes.COSIGNATURE, secrets.token_bytes(32))
        key.keep(file, made)
        _say("ledger.witness.key_made", file=file, by=made.key.text)
    return notes.read_signer(file.read_text("ascii"))


def _witness(arguments: argparse.Namespace) -> int:
    """Keep the newest checkpoint when it continues the kept one; the file stays as it is when it does not."""
    file, city = Path(arguments.file), _City(_url(arguments))
    kept = _read(file)
    if kept and arguments.key:
        kept = witness.Kept(arguments.key, kept.checkpoint)
    log = arguments.key or (kept.log if kept and kept.log else city.key())
    new = witness.advance(kept, city.ask("checkpoint"), log, city.prove)
    _replace(file, msgspec.json.format(msgspec.json.encode(new)) + b"\n")
    head = new.note.checkpoint
    if kept is None:
        _say("ledger.witness.first", size=head.size, origin=head.origin, by=new.log)
    elif kept.note.checkpoint.size == head.size:
        _say("ledger.witness.same", size=head.size)
    else:
        _say("ledger.witness.moved", size=head.size, kept=kept.note.checkpoint.size)
    if arguments.sign:
        signer = _signer(Path(arguments.sign), arguments.name)
        signature = notes.cosign(signer, new.note, seconds=int(time.time()))
        city.ask("cosignatures", f"{new.note.body}\n{signature.line}".encode())
        _say("ledger.witness.cosigned", by=signer.key.text)
    return 0


def main(arguments: argparse.Namespace) -> int:
    return _export(arguments) if arguments.act == "export" else _witness(arguments)
