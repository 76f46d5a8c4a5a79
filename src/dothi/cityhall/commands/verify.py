# SPDX-License-Identifier: Apache-2.0
"""`dothi verify FILE`: whether an exported ledger is whole. Exit code 0 when it is, 1 when it is not."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from dothi.cityhall.errors import CannotStart, terminal_language
from dothi.foundation import messages
from dothi.ledger.core import witness
from dothi.ledger.core.verify import Finding, Verdict, verify


def _say(name: str, **values: Any) -> None:
    print(messages.text(terminal_language(), name, **values))  # noqa: T201 - the answer of the command


def _finding(one: Finding) -> str:
    language = terminal_language()
    sentence = messages.text(language, one.key, **one.values)
    where = messages.text(language, "ledger.verify.at_line", line=one.line)
    return f"  {where}: {sentence}" if one.line else f"  {sentence}"


def _tell(verdict: Verdict, kept: witness.Kept | None) -> None:
    if verdict.good:
        _say(
            "ledger.verify.good",
            size=verdict.size,
            checkpoints=verdict.checkpoints,
            cosignatures=verdict.cosignatures,
        )
    else:
        _say("ledger.verify.bad")
        print("\n".join(_finding(one) for one in verdict.findings))  # noqa: T201 - same
    _say("ledger.verify.head", size=verdict.size, root=verdict.root.hex())
    if verdict.key:
        _say("ledger.verify.by_key", by=verdict.key)
    if verdict.key_is_from_file:
        _say("ledger.verify.key_from_file")
    if kept is None:
        _say("ledger.verify.no_witness")
    elif verdict.good:
        _say("ledger.verify.with_witness", size=kept.note.checkpoint.size)


def main(arguments: argparse.Namespace) -> int:
    try:
        kept = witness.read(Path(arguments.witness).read_text("utf-8")) if arguments.witness else None
        with Path(arguments.file).open("rb") as file:
            verdict = verify(file, key=arguments.key, kept=kept)
    except (OSError, UnicodeDecodeError) as error:
        named = getattr(error, "filename", None) or arguments.witness
        raise CannotStart("ledger.file.unreadable", file=named, reason=error) from error
    _tell(verdict, kept)
    return 0 if verdict.good else 1
