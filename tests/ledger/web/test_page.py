# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.ledger.planted import plant

from dothi.ledger import door

pytestmark = pytest.mark.django_db


def page(browser: Client, query: str = "") -> str:
    answer = browser.get(f"/ledger/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def rows(text: str) -> list[str]:
    return re.findall(r"<tr>\n(.*?)</tr>", text, re.DOTALL)


def test_page_is_for_staff_when_nobody_is_signed_in() -> None:
    for address in ("/ledger/", "/ledger/records.csv"):
        answer = Client().get(address)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/sign-in/")


def test_row_says_who_did_what_and_how_it_is_proven_when_signed(
    signed_in: Client, dung: Any, pages_owner: str
) -> None:
    name = plant(pages_owner, 1, actor=f"account:{dung.pk}", period=300)

    (row,) = rows(page(signed_in, f"?object={name}"))

    assert "Dung" in row
    assert "Sửa thông tin nguồn" in row
    assert "period: 300" in row
    assert "17:00 23/11/2026" in row
    assert "Đã ghi sổ" in row
    assert re.search(r"Lá số \d+ · trong điểm chốt lúc", row)
    link = re.search(r'href="(/ledger/proof/inclusion\?[^"]+)"', row)
    assert link
    assert signed_in.get(link[1].replace("&amp;", "&")).json()["path"]


def test_row_says_that_it_waits_when_it_has_no_leaf_yet(signed_in: Client) -> None:
    with door.acting("operator:key"):
        door.note("cityhall.act.key_made", "key:cho")

    (row,) = rows(page(signed_in, "?object=cho"))

    assert "Đang chờ vào sổ" in row
    assert "Người vận hành máy chủ" in row


def test_row_says_that_it_was_altered_when_somebody_got_around_the_database(
    signed_in: Client, pages_owner: str
) -> None:
    name = plant(pages_owner, 1, period=300)
    with psycopg.connect(pages_owner) as owner:
        owner.execute(b"SET session_replication_role = replica")  # as a superuser gets around triggers
        owner.execute(
            b"UPDATE ledger.record SET body = replace(body, '300', '301') WHERE object = %s", [name]
        )

    (row,) = rows(page(signed_in, f"?object={name}"))

    assert "Không khớp: đã bị sửa" in row


def test_records_are_found_by_actor_object_and_day_when_searched(
    signed_in: Client, dung: Any, pages_owner: str
) -> None:
    name = plant(pages_owner, 1, actor=f"account:{dung.pk}", at=datetime(2031, 5, 1, 17, tzinfo=UTC))
    # In Vietnam that is the second of May, at midnight.
    short = name.removeprefix("source:")

    def count(query: str) -> int:
        return len(rows(page(signed_in, query)))

    assert count(f"?object={short}") == count(f"?object={name}") == 1
    assert count(f"?object={short}&since=2031-05-02&until=2031-05-02") == 1
    assert count(f"?object={short}&until=2031-05-01") == 0
    assert count(f"?object={short}&since=2031-05-03") == 0
    assert count(f"?object={short}&actor=dung") == 1
    assert count(f"?object={short}&actor=account:{dung.pk}") == 1
    assert count(f"?object={short}&actor=Em") == 0
    assert count(f"?object={short[:-1]}%25") == 0


def test_search_is_harmless_when_it_is_nonsense(signed_in: Client) -> None:
    for query in (
        "?since=x&until=2026-13-40", "?after=zzz", "?after=a/9999999999999999999", "?object=%00%27", "?until=9999-12-31",
        "?since=0001-01-01", "?actor=%5C%25_", "?after=%2F1",
    ):  # fmt: skip
        page(signed_in, query)


def test_every_record_is_shown_once_when_leafed_through(signed_in: Client, pages_owner: str) -> None:
    name = plant(pages_owner, 120, at=datetime(2032, 1, 1, tzinfo=UTC))
    query, seen, pages = f"?object={name}", [], 0

    while query:
        text = page(signed_in, query)
        seen += re.findall(r"Lá số (\d+) ·", text)
        pages += 1
        older = re.search(r'href="/ledger/(\?[^"]*after=[^"]+)"', text)
        query = older[1].replace("&amp;", "&") if older else ""

    assert (pages, len(seen), len(set(seen))) == (3, 120, 120)
    assert [int(one) for one in seen] == sorted(map(int, seen), reverse=True)


def test_statements_are_as_many_when_there_are_more_rows(signed_in: Client, pages_owner: str) -> None:
    page(signed_in)  # what the account may do is read once
    counts = []
    for count in (1, 20):
        name = plant(pages_owner, count)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page(signed_in, f"?object={name}")
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_csv_holds_the_rows_and_no_formula_when_downloaded(signed_in: Client, pages_owner: str) -> None:
    name = plant(pages_owner, 2, actor="=cmd()", said="x")

    answer = signed_in.get(f"/ledger/records.csv?object={name}")

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    head, *lines = list(csv.reader(io.StringIO(text)))
    assert head[:3] == ["at", "actor", "who"]
    assert [line[1:3] + line[5:7] for line in lines] == [["'=cmd()", "", name, "said: x"]] * 2
    assert {line[-1] for line in lines} == {"signed"}


def test_page_is_in_english_when_chosen(signed_in: Client, pages_owner: str) -> None:
    name = plant(pages_owner, 1)
    signed_in.post("/language/", {"language": "en"})

    text = page(signed_in, f"?object={name}")

    assert "Changed a source" in text
    assert "in the checkpoint of" in text
    assert "Nothing matches" in page(signed_in, "?object=source:khong-co")


def test_records_of_other_tenants_are_not_seen_when_searched(signed_in: Client, pages_owner: str) -> None:
    from dothi.ledger.core import record

    with psycopg.connect(pages_owner) as owner, owner.cursor() as cursor:
        record.put(
            cursor, actor="a", act="b.act.c", object_="source:charlie-sees", at=datetime.now(UTC) - timedelta(days=1),
            tenant="other",
        )  # fmt: skip

    assert rows(page(signed_in, "?object=source:charlie-sees")) == []
