# SPDX-License-Identifier: Apache-2.0
"""A ledger in memory, as an export of a real one would tell it, and the people around it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from dothi.ledger import rules
from dothi.ledger.core import export, record, witness
from dothi.ledger.core import note as notes

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
CITY = notes.Signer("hue.gov.vn/ledger", notes.ED25519, b"\x01" * 32)
WITNESS = notes.Signer("danang.gov.vn", notes.COSIGNATURE, b"\x02" * 32)
STRANGER = notes.Signer("hue.gov.vn/ledger", notes.ED25519, b"\x03" * 32)


def body(number: int, **details: Any) -> bytes:
    return record.body(
        actor="account:acc_an",
        act="sources.act.changed",
        object_=f"source:s{number}",
        at=AT + timedelta(seconds=number),
        details={"period": number, **details},
        tenant="",
        event_id=uuid.UUID(int=number),
    )


def exported(bodies: list[bytes], heads: list[int], *, signer: notes.Signer = CITY) -> list[bytes]:
    """The lines of an export of these records, signed at these sizes, the newest cosigned."""
    tree, signed, entries = rules.CompactRange(), [], []
    for number, one in enumerate(bodies):
        hash_ = rules.leaf_hash(one)
        tree.append(hash_)
        entries.append(export.Entry(number, hash_.hex(), msgspec.Raw(one)))
        if tree.size in heads:
            signed.append(notes.sign_checkpoint(signer, size=tree.size, root=tree.root()))
    newest = signed[-1]
    cosignature = notes.cosign(WITNESS, newest, seconds=1_800_000_000)
    lines: list[export.Line] = [
        export.Ledger(1, signer.key.name, newest.checkpoint.size),
        export.KeyLine(signer.key.text),
        *(export.CheckpointLine(one.text) for one in signed),
        export.CosignatureLine(newest.checkpoint.size, WITNESS.key.text, cosignature.line),
        *entries,
        export.End(newest.checkpoint.size, 1, len(signed), 1),
    ]
    return [msgspec.json.encode(line) for line in lines]


def kept_of(lines: list[bytes], at: int = -1) -> witness.Kept:
    """What a witness keeps that saw one of the checkpoints: the newest, unless said otherwise."""
    seen = [msgspec.json.decode(line)["note"] for line in lines if b'"checkpoint","note"' in line]
    return witness.Kept(CITY.key.text, seen[at])
