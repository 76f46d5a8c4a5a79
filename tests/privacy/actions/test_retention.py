# SPDX-License-Identifier: Apache-2.0
"""What has had its time goes, in steps, also after a kill; what is held or kept stays."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client

from dothi.foundation import clock
from dothi.identity.models import AdminLink, FailedTry
from dothi.ledger import door as ledger
from dothi.privacy import keepers
from dothi.privacy.actions import retention as actions
from dothi.privacy.actions.request import file_request, withdraw
from dothi.privacy.errors import NotNow, RefusedForm
from dothi.privacy.models import DataRequest, LegalHold, RetentionRun
from dothi.privacy.queries import retention as queries
from dothi.sources.door import add_source
from dothi.sources.models import FileDrop, Refusal

pytestmark = pytest.mark.django_db
NOW = clock.now()


def _old(days: int) -> Any:
    return NOW - timedelta(days=days)


@pytest.fixture
def things(db: None, tmp_path: Any, settings: Any) -> None:
    """One of each that has had its time, and one that has not."""
    import dataclasses

    settings.SETTINGS = dataclasses.replace(settings.SETTINGS, data_dir=str(tmp_path))
    for days in (2, 0):
        FailedTry.objects.create(login="an", at=_old(days))
    for days in (8, 1):
        AdminLink.objects.create(token_hash=f"{days}" * 64, made_at=_old(days))
    for days in (31, 1):
        Refusal.objects.create(way="http", reason="json", payload='{"name": "An"}', at=_old(days))
    for days in (3, -1):
        store = SessionStore()
        store.create()
        Session.objects.filter(pk=store.session_key).update(expire_date=NOW - timedelta(days=days))
    source, _ = add_source(tenant="", name="Trạm", way="file", period=300)
    (tmp_path / "files").mkdir()
    for days, content in ((800, b"cu"), (800, b"chung"), (1, b"chung"), (1, b"moi")):
        mark = hashlib.sha256(content).hexdigest()
        (tmp_path / "files" / mark).write_bytes(content)
        FileDrop.objects.create(
            source=source, name="a.csv", sha256=mark, size=3, by="acc_1", at=_old(days), state="done"
        )
    one = file_request(kind="access", name="An Nguyễn", details="chim", at=NOW)
    withdraw(request_id=one.pk, by="visitor", at=NOW)
    DataRequest.objects.filter(pk=one.pk).update(ended_at=_old(799))
    file_request(kind="access", name="Bình Trần", details="cá", at=NOW)


WOULD = {"sessions": 1, "failed_tries": 1, "links": 1, "refused_payloads": 1, "files": 2, "requests": 1}


def test_plan_counts_and_touches_nothing_when_it_is_shown(things: None) -> None:
    plan = {one.rule.key: (one.count, one.why) for one in queries.plan(NOW)}

    assert plan == {key: (WOULD.get(key, 0), "") for key in plan if key != "ledger"} | {"ledger": (0, "kept")}
    assert FileDrop.objects.count() == 4


def test_run_throws_away_what_the_plan_said_when_it_is_due(things: None, tmp_path: Any) -> None:
    run = actions.run(at=NOW)

    assert run.counts == WOULD
    assert {one.rule.key: one.count for one in queries.plan(NOW) if one.count} == {}
    assert sorted(path.read_bytes() for path in (tmp_path / "files").iterdir()) == [b"chung", b"moi"]
    assert sorted(Refusal.objects.values_list("payload", flat=True)) == ["", '{"name": "An"}']
    assert sorted(DataRequest.objects.values_list("name", "details")) == [("", ""), ("Bình Trần", "cá")]
    (record,) = ledger.about(f"retention:{run.pk}", act="privacy.act.retention_done", most=2)
    assert record.details == {"counts": WOULD}


def test_second_run_does_nothing_when_the_first_did_it_all(things: None) -> None:
    actions.run(at=NOW)

    assert actions.run(at=NOW).counts == {}
    assert actions.run_when_due(at=NOW + timedelta(hours=1)) is None


def test_run_goes_on_where_it_was_killed_when_it_begins_again(things: None, monkeypatch: Any) -> None:
    """Killed after whole steps: they count; the run is taken up, not begun anew."""
    monkeypatch.setattr(actions, "STEP", 1)
    real, steps = actions._step, []

    def dies(*given: Any) -> Any:
        steps.append(given)
        if len(steps) == 5:
            raise SystemExit("kill -9")
        return real(*given)

    monkeypatch.setattr(actions, "_step", dies)
    with pytest.raises(SystemExit):
        actions.run(at=NOW)
    cut = RetentionRun.objects.get()
    monkeypatch.setattr(actions, "_step", real)

    done = actions.run_when_due(at=NOW + timedelta(minutes=1))

    assert cut.finished_at is None
    assert done is not None
    assert (done.pk, done.counts) == (cut.pk, WOULD)
    assert RetentionRun.objects.count() == 1


def test_step_leaves_nothing_half_done_when_it_breaks_in_the_middle(things: None, monkeypatch: Any) -> None:
    def breaks(_before: Any, _held: Any, _most: int) -> int:
        FailedTry.objects.all().delete()
        raise OSError("disk")

    sweep = keepers.Sweep("failed_tries", "x", lambda _b, _h: 2, breaks)
    monkeypatch.setitem(keepers._known.sweeps, "failed_tries", sweep)

    with pytest.raises(OSError, match="disk"):
        actions.run(at=NOW)

    assert FailedTry.objects.count() == 2


def test_held_rule_and_held_account_keep_everything_when_a_run_comes(things: None) -> None:
    actions.hold(object_="rule:links", basis="Thanh tra 5", by="account:x", at=NOW)
    actions.hold(object_="account:acc_1", basis="Thanh tra 6", by="account:x", at=NOW)

    run = actions.run(at=NOW)

    assert run.counts == {key: count for key, count in WOULD.items() if key not in {"links", "files"}}
    assert (AdminLink.objects.count(), FileDrop.objects.count()) == (2, 4)


def test_thing_goes_when_its_hold_is_lifted(things: None) -> None:
    held = actions.hold(object_="rule:links", basis="Thanh tra 5", by="account:x", at=NOW)
    actions.lift(hold_id=held.pk, by="account:x", at=NOW)

    assert actions.run(at=NOW).counts["links"] == 1
    with pytest.raises(NotNow):
        actions.lift(hold_id=held.pk, by="account:x", at=NOW)


def test_changed_rule_counts_from_its_day_when_it_is_entered(things: None) -> None:
    today = NOW.astimezone(clock.VIETNAM).date()
    actions.set_rule(
        key="links", days=1, happens="delete", basis="QĐ 5/2026", valid_from=today + timedelta(days=3), by="account:x", at=NOW
    )  # fmt: skip

    assert queries.rules_on(NOW)["links"].days == 7
    assert queries.rules_on(NOW + timedelta(days=4))["links"].days == 1


def test_nothing_goes_when_the_rule_says_that_it_is_kept(things: None) -> None:
    day = date(2026, 1, 1)
    actions.set_rule(
        key="files", days=None, happens="keep", basis="QĐ 6/2026", valid_from=day, by="x", at=NOW
    )

    assert "files" not in actions.run(at=NOW).counts


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"key": "nothing"}, "key"),
        ({"days": 0}, "days"),
        ({"days": None}, "days"),
        ({"happens": "sell"}, "days"),
        ({"happens": "anonymise"}, "happens"),
        ({"basis": " "}, "basis"),
        ({"key": "ledger", "happens": "delete", "days": 5}, "happens"),
    ],
)
def test_rule_is_refused_when_it_cannot_be_carried_out(db: None, change: dict[str, Any], field: str) -> None:
    given = {"key": "files", "days": 5, "happens": "delete", "basis": "QĐ 7/2026", **change}

    with pytest.raises(RefusedForm) as refusal:
        actions.set_rule(**given, valid_from=date(2026, 1, 1), by="x", at=NOW)

    assert field in refusal.value.fields


@pytest.mark.parametrize(
    "object_", ["", "rule:", "rule:nothing", "account:", "person:an", "account:" + "x" * 100]
)
def test_hold_is_refused_when_it_names_nothing(db: None, object_: str) -> None:
    with pytest.raises(RefusedForm):
        actions.hold(object_=object_, basis="Thanh tra 5", by="x", at=NOW)


def test_pages_show_the_plan_and_keep_holds_when_staff_use_them(signed_in: Client, things: None) -> None:
    page = signed_in.get("/privacy/desk/retention/").content.decode()
    wrong = signed_in.post("/privacy/desk/retention/hold/", {"object": "x", "hold_basis": ""})
    held = signed_in.post(
        "/privacy/desk/retention/hold/", {"object": "rule:files", "hold_basis": "Thanh tra 5"}
    )
    twice = signed_in.post(
        "/privacy/desk/retention/hold/", {"object": "rule:files", "hold_basis": "Thanh tra 5"}
    )
    rule = signed_in.post(
        "/privacy/desk/retention/links/", {"days": "3", "happens": "delete", "since": "2026-01-01", "basis": "QĐ 8/2026"}
    )  # fmt: skip
    bad = signed_in.post(
        "/privacy/desk/retention/links/", {"days": "x", "happens": "delete", "since": "", "basis": ""}
    )

    assert "Tệp đã nộp" in page
    assert (wrong.status_code, held.status_code, twice.status_code) == (400, 302, 409)
    assert (rule.status_code, bad.status_code) == (302, 400)
    assert LegalHold.objects.get().object == "rule:files"
    assert settings.SETTINGS.data_dir
