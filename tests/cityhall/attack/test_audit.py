# SPDX-License-Identifier: Apache-2.0
"""S14: every privileged act is in the ledger exactly once, with who, what and when, and with nothing about a person.

Two nets. Every public function of every room's actions is read: what writes, notes, or stands in a list with a reason.
And the acts that people do are done in a real database, and the ledger is asked.
"""

from __future__ import annotations

import ast
import copy
import dataclasses
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from tests.cityhall.attack import audit
from tests.cityhall.attack.audit import CANARY, CASES
from tests.pages import PASSWORD

from dothi.documents import vault
from dothi.foundation import clock, messages
from dothi.foundation.errors import DothiError
from dothi.identity.actions import person
from dothi.identity.door import give_post
from dothi.identity.models import Account
from dothi.ledger import door as ledger
from dothi.privacy.actions import export, request, retention
from dothi.privacy.models import DataRequest, Export

ACTOR = "account:acc_tester"
ROOT = Path(__file__).parents[3] / "src/dothi"
ROOMS = ("identity", "places", "documents", "privacy", "sources")
WRITES = {"save", "create", "bulk_create", "update", "delete", "get_or_create", "update_or_create", "bulk_update", "execute", "write_bytes"}  # fmt: skip
NOTES = {"note", "record"}
UNNOTED = {
    "identity": {
        "attempt.is_too_often": "only takes a lock", "attempt.count_try": "a try; what failed is noted by the sign-in",
        "attempt.forgive": "tries of a day", "attempt.may_mail": "a try", "email.put_email_first": "one's own choice of order",
        "passkey.name_passkey": "one's own word for one's own key",
        "oidc_token.machine_token": "a token of a program: the grant that allows it is noted",
        "oidc_device.begin_device": "a program asks; the grant is noted", "oidc_device.poll_device": "a program asks; the grant is noted",
        "oidc_logout.end_session": "part of a sign-out", "oidc_pushed.push_request": "a program asks", "oidc_pushed.use_pushed": "a program asks",
        "oidc_rate.count": "a counter", "oidc_token.give_code": "a step of a grant that is noted", "oidc_token.begin_tokens": "a step of a grant that is noted",
        "planting.remove_planted_officers": "a simulated city, noted as a whole by who plants it",
        "rights.renew": "part of acts that are noted", "rights.keep_an_administrator": "only takes a lock",
        "upkeep.drop_sessions": "noted by the run of the retention", "upkeep.drop_tries": "noted by the run of the retention",
        "upkeep.drop_links": "noted by the run of the retention",
    },
    "places": {
        "intake.take_list": "each change in it is noted by the action that makes it", "unit.touch": "a mark for caches",
        "unit.put_codes": "part of acts that are noted", "unit.remove_simulated_units": "a simulated city, noted as a whole by who plants it",
    },
    "documents": {
        "code.answer_call": "a resident checks a call; nothing is decided", "credential.give_token": "a step of an issue that is noted",
        "credential.spend_nonce": "a step of an issue that is noted", "tries.count": "a counter",
    },
    "privacy": {
        "erasure.forget_own": "noted by the erasure it is a part of", "letter.write": "a letter about a step that is noted",
        "letter.send_one": "a letter about a step that is noted", "letter.send_all": "a letter about a step that is noted",
        "request.forget_people": "noted by the run of the retention",
    },
    "sources": {"actions.remove_simulated_sources": "a simulated city, noted as a whole by who plants it"},
}  # fmt: skip
"""Public functions of actions that write and note nothing themselves, and why nothing is lost."""
ALSO = {
    "password.change_password": ["identity.act.sessions_ended"],  # a second act: others lose their sessions
    "person.let_go": ["identity.act.sessions_ended"],  # who is let go is signed out
    "document.revoke": ["documents.act.unvouched"],  # the public record, which tells no reason
}
"""Acts that are two: each of the two is noted once."""


def _calls(node: ast.AST) -> set[str]:
    found = set()
    for one in ast.walk(node):
        if isinstance(one, ast.Call):
            name = one.func
            found.add(name.attr if isinstance(name, ast.Attribute) else getattr(name, "id", ""))
    return found


@cache
def _functions(room: str) -> dict[str, tuple[str, set[str]]]:
    """Every function of a room: its file and what it calls, by its bare name."""
    found: dict[str, tuple[str, set[str]]] = {}
    for file in sorted((ROOT / room).rglob("*.py")):
        if "migrations" in file.parts or "web" in file.parts or "queries" in file.parts:
            continue
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                inside = "actions" in file.parts or file.name == "actions.py"
                key = f"{file.stem}.{node.name}" if inside else node.name
                found[key] = (str(file), _calls(node))
    return found


def _reaches(room: str, name: str, wanted: set[str], seen: frozenset[str] = frozenset()) -> bool:
    """Whether a function calls one of these, itself or by functions of its file."""
    known = _functions(room)
    file, calls = known[name]
    if calls & wanted:
        return True
    near = [other for other, (path, _) in known.items() if other.rpartition(".")[2] in calls and (path == file or "." not in other)]  # fmt: skip
    return any(_reaches(room, one, wanted, seen | {name}) for one in near if one not in seen | {name})


def _public_actions(room: str) -> list[str]:
    return [name for name, (path, _) in _functions(room).items() if "actions" in path and "." in name and not name.rpartition(".")[2].startswith("_")]  # fmt: skip


@pytest.mark.parametrize("room", ROOMS)
def test_every_action_that_writes_is_noted_or_has_a_reason_when_actions_are_read(room: str) -> None:
    writers = [name for name in _public_actions(room) if _reaches(room, name, WRITES)]
    unnoted = {name for name in writers if not _reaches(room, name, NOTES)}

    assert unnoted == set(UNNOTED[room])
    assert len(writers) > 5


def test_every_act_has_its_sentence_in_both_languages_when_sources_are_read() -> None:
    told = {
        one
        for file in ROOT.rglob("*.py")
        for one in re.findall(r'"(\w+\.act\.\w+)"', file.read_text("utf-8"))
    }
    known = messages.catalogue()

    assert {one for one in told if set(known.get(one, {})) < {"vi", "en"}} == set()
    assert len(told) > 80


@pytest.fixture(scope="module")
def city(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[audit.City]:
    """One city for all cases: each is taken back after it was looked at."""
    kept, secret = settings.SETTINGS, list(vault._secret)
    settings.SETTINGS = dataclasses.replace(kept, data_dir=str(tmp_path_factory.mktemp("audit")))
    vault._secret[:] = [lambda: "a secret of this test"]
    with django_db_blocker.unblock(), transaction.atomic():
        dung = Account(name="Dung", login="dung", role="admin")
        dung.set_password(PASSWORD)
        dung.save()
        give_post(account=dung, position="administrator", since=date(2026, 1, 1))
        yield audit.build(dung)
        transaction.set_rollback(True)
    settings.SETTINGS, vault._secret[:] = kept, secret


def _records(after: int = 0) -> list[tuple[int, dict[str, Any]]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, body FROM ledger.record WHERE id > %s ORDER BY id", [after])
        return [(row[0], json.loads(row[1])) for row in cursor.fetchall()]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("act", "name", "do"), CASES, ids=[f"S14-{n + 1:02}-{one[0]}" for n, one in enumerate(CASES)]
)
def test_act_is_noted_once_with_who_what_and_when_and_nobody_is_named_when_done(
    city: audit.City, act: str, name: str, do: audit.Act
) -> None:
    before, at = max(number for number, _ in _records()), clock.now()

    with transaction.atomic(), ledger.acting(lambda: ACTOR):
        do(copy.deepcopy(city))
        new = [record for _, record in _records(before)]
        transaction.set_rollback(True)

    assert [one["act"] for one in new] == [act, *ALSO.get(name, [])]
    for one in new:
        assert re.fullmatch(r"(account:\w+|visitor|city:documents)", one["actor"]), one
        assert re.fullmatch(r"[a-z]+:\S+", one["object"]), one
        assert abs(clock.parse(one["at"]) - at) < timedelta(minutes=5), one
        assert not re.search(f"{CANARY}|kanari@|0901234567", json.dumps(one, ensure_ascii=False)), one
        assert {"vi", "en"} <= set(messages.catalogue()[one["act"]])


@pytest.mark.slow
def test_nobody_is_named_in_the_ledger_when_a_whole_city_was_built(city: audit.City) -> None:
    told = [one for _, one in _records() if re.search(f"{CANARY}|kanari@|0901234567", json.dumps(one, ensure_ascii=False))]  # fmt: skip

    assert told == []
    assert len(_records()) >= 25


@pytest.mark.slow
def test_act_leaves_no_record_when_it_is_refused(city: audit.City) -> None:
    before = max(number for number, _ in _records())

    with pytest.raises(DothiError), transaction.atomic():
        retention.hold(object_="account:acc_z", basis="", by="", at=clock.now())
    with pytest.raises(DothiError), transaction.atomic():
        person.add_officer(name="", login="a b")

    assert _records(before) == []


@pytest.mark.slow
def test_what_had_its_time_is_in_no_export_when_the_retention_ran(city: audit.City) -> None:
    now, secret = clock.now(), "Kanari trong yêu cầu cũ"
    with transaction.atomic():
        one = request.file_request(kind="access", name=secret, details=secret, account=city.dung.pk, at=now)
        request.withdraw(request_id=one.pk, by="visitor", at=now)
        with_it = _export(city, now)
        DataRequest.objects.filter(pk=one.pk).update(ended_at=now - timedelta(days=800))
        counts = retention.run(at=now).counts
        without = _export(city, now)
        transaction.set_rollback(True)

    assert (secret in with_it, secret in without, counts["requests"]) == (True, False, 1)


@pytest.mark.slow
def test_export_is_gone_on_its_day_and_not_before_when_the_retention_runs(city: audit.City) -> None:
    now, left = clock.now(), []
    with transaction.atomic():
        made = export.make_export(account=city.dung.pk, at=now)
        for days in (6, 8):
            retention.run(at=now + timedelta(days=days))
            left.append(Export.objects.filter(pk=made.pk).exclude(content=None).exists())
        transaction.set_rollback(True)

    assert left == [True, False]


def _export(city: audit.City, at: Any) -> str:
    export.make_export(account=city.dung.pk, at=at)
    packed = zipfile.ZipFile(io.BytesIO(export.hand_out(account=city.dung.pk, at=at)))
    return packed.read("data.json").decode()
