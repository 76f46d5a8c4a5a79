# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import io
from datetime import timedelta

import psycopg
from tests.ledger.cast import AT, CITY, WITNESS

from dothi.ledger.core import cosigning, export, record, sequencer, store, witness
from dothi.ledger.core import note as notes
from dothi.ledger.core.verify import verify


def test_export_verifies_when_taken_from_the_database(ledger_writer: str) -> None:
    out = io.BytesIO()
    with psycopg.connect(ledger_writer, autocommit=True) as connection, connection.cursor() as cursor:
        for number in range(25):
            record.put(cursor, actor="account:an", act="a.act.b", object_=f"c:{number}", at=AT, tenant="Huế",
                       details={"said": 'Đổi "tên"\n', "n": number / 8})  # fmt: skip
            if number % 10 == 0:
                sequencer.catch_up(connection, CITY, at=AT + timedelta(minutes=number))
        sequencer.catch_up(connection, CITY, at=AT + timedelta(hours=1))
        text = store.newest_note(cursor)
        note = notes.read_note(text)
        line = notes.cosign(WITNESS, note, seconds=1).line
        assert cosigning.accept(cursor, f"{note.body}\n{line}", [WITNESS.key]) == ["danang.gov.vn"]
        record.put(cursor, actor="account:an", act="a.act.b", object_="c:after", at=AT)

        count = export.write(connection, out)

    verdict = verify(out.getvalue().splitlines(), key=CITY.key.text, kept=witness.Kept("", text))
    assert verdict.findings == []
    assert (count, verdict.size, verdict.checkpoints, verdict.cosignatures) == (26, 26, 4, 1)
    assert b'"object":"c:after"' not in out.getvalue()


def test_export_of_an_empty_ledger_says_so_when_verified(ledger_writer: str) -> None:
    out = io.BytesIO()
    with psycopg.connect(ledger_writer, autocommit=True) as connection:
        assert export.write(connection, out) == 0

    assert [one.key for one in verify(out.getvalue().splitlines()).findings] == [
        "ledger.verify.no_checkpoint"
    ]
