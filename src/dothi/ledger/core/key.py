# SPDX-License-Identifier: Apache-2.0
"""The key that signs checkpoints: made at first start, kept in the secrets folder."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from dothi.ledger.core.note import ED25519, Signer, read_signer

FILE = "ledger_key"


def origin_for(public_url: str) -> str:
    """The name of a new log: the city's own host, else one that chance made; it never changes afterwards."""
    host = urlsplit(public_url).hostname or ""
    known = "." in host and not host.replace(".", "").isdigit()
    return f"{host}/ledger" if known else f"dothi-{secrets.token_hex(8)}/ledger"


def keep(file: Path, signer: Signer) -> None:
    """Write a secret key that only its owner may read; never over another."""
    part = file.with_name(f".{file.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as sink:
        sink.write(signer.text + "\n")
        sink.flush()
        os.fsync(sink.fileno())
    os.link(part, file)
    part.unlink()


def signer_of(data: Path, public_url: str) -> Signer:
    """The city's signer, from `<data>/secrets/ledger_key`; made when it is not there."""
    file = data / "secrets" / FILE
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        keep(file, Signer(origin_for(public_url), ED25519, secrets.token_bytes(32)))
    return read_signer(file.read_text("ascii"))
