# SPDX-License-Identifier: Apache-2.0
"""`dothi verify-document FILE --root PEM`: judges a signed PDF offline. Exit code 0 when it is good, 1 when not."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from dothi.cityhall.errors import CannotStart, terminal_language
from dothi.documents.core import certificate
from dothi.documents.core.checking import SignatureSeen, Verdict, check
from dothi.documents.core.drawing import signed_at
from dothi.foundation import clock, messages


def _say(key: str, **values: Any) -> None:
    print(messages.text(terminal_language(), key, **values))  # noqa: T201 - the answer of the command


def _read(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise CannotStart("ledger.file.unreadable", file=name, reason=error.strerror) from error


def _roots(names: list[str]) -> list[bytes]:
    found: list[bytes] = []
    for name in names:
        try:
            found += certificate.read_pem(_read(name))
        except ValueError as error:
            raise CannotStart("documents.check.not_pem", file=name) from error
    return found


def _signature(one: SignatureSeen) -> None:
    if one.signer:
        _say("documents.check.by", name=one.signer.name, issuer=one.signer.issuer)
        _say("documents.check.fingerprint", fingerprint=one.signer.fingerprint)
    if one.said_at:
        _say("documents.check.said_at", at=signed_at(one.said_at))
    if one.stamped_at:
        _say("documents.check.stamped_at", at=signed_at(one.stamped_at))


def _tell(verdict: Verdict) -> None:
    if verdict.good:
        _say("documents.check.good")
    else:
        _say("documents.check.bad")
        for reason in verdict.why:
            print(f"  {reason.told(terminal_language())}")  # noqa: T201 - the answer of the command
    for one in verdict.signatures:
        _signature(one)
    _say("documents.check.offline")


def main(arguments: argparse.Namespace) -> int:
    roots = _roots(arguments.root)
    if not roots:
        _say("documents.check.no_roots")
    crls = [_read(name) for name in arguments.crl]
    verdict = check(_read(arguments.file), roots=roots, crls=crls, at=clock.now())
    _tell(verdict)
    return 0 if verdict.good else 1
