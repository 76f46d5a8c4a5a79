# SPDX-License-Identifier: Apache-2.0
"""Records go to POST /ingest/<source> like those of any sender; what cannot be taken now is sent again."""

from __future__ import annotations

import http.client
import time
from collections import Counter
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from dothi.foundation.errors import Busy, NotAllowed

PATIENCE = 60.0
"""Seconds to go on trying when the city does not answer."""
ONE_ANSWER = 20.0
"""Seconds to wait for one answer before the records are sent again; they carry their time, so that does no harm."""


class Account(msgspec.Struct, kw_only=True):
    """rows = aside + rows that gave records; sent = accepted + repeated + refused."""

    rows: int = 0
    aside: Counter[str] = msgspec.field(default_factory=Counter)
    sent: int = 0
    accepted: int = 0
    repeated: int = 0
    refused: Counter[str] = msgspec.field(default_factory=Counter)
    values: Counter[str] = msgspec.field(default_factory=Counter)

    @property
    def adds_up(self) -> bool:
        return self.sent == self.accepted + self.repeated + self.refused.total()


class Sender:
    """One kept connection to the city."""

    def __init__(self, address: str, source: str, token: str, *, backfill: bool, language: str) -> None:
        self._address = address
        self._url = urlsplit(address)
        self._path = f"/ingest/{quote(source)}" + ("?backfill=1" if backfill else "")
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/x-ndjson",
            "Accept-Language": language,
        }
        self._connection: http.client.HTTPConnection | None = None

    def send(self, records: list[dict[str, Any]], account: Account) -> None:
        """Send until it is answered; raises when the city stays away or refuses the sender."""
        body = b"\n".join(msgspec.json.encode(record) for record in records)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                status, answer, wait = self._post(body)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                if time.monotonic() > deadline:
                    raise Busy("connectors.replay.no_answer", address=self._address, reason=error) from error
                time.sleep(0.5)
                continue
            if status in {429, 502, 503, 504, 507} and time.monotonic() < deadline:
                time.sleep(wait)
                continue
            if "rows" not in answer:
                raise NotAllowed(
                    "connectors.replay.refused", status=status, detail=str(answer.get("detail", ""))
                )
            account.sent += answer["rows"]
            account.accepted += answer["accepted"]
            account.repeated += answer["repeated"]
            account.refused.update(answer["reasons"])
            account.values.update(answer["values"])
            return

    def _post(self, body: bytes) -> tuple[int, dict[str, Any], float]:
        if self._connection is None:
            kind = http.client.HTTPSConnection if self._url.scheme == "https" else http.client.HTTPConnection
            self._connection = kind(self._url.hostname or "127.0.0.1", self._url.port, timeout=ONE_ANSWER)
        self._connection.request("POST", self._path, body, self._headers)
        answer = self._connection.getresponse()
        raw = answer.read()
        try:
            read = msgspec.json.decode(raw)
        except msgspec.DecodeError:
            read = {}
        found = read if isinstance(read, dict) else {}
        wait = answer.headers.get("Retry-After", "1")
        return answer.status, found, float(wait) if wait.isdigit() else 1.0

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
