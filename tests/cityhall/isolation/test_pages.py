# SPDX-License-Identifier: Apache-2.0
"""S9: every address of the pages, by every role, for things of one's own ward, another, the city and another tenant.

Generated from the addresses: one with a parameter that the world does not know fails, so a new page is covered the day it
is written. Once as it is, and once with the application's filter taken out, when row-level security alone must hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from tests.cityhall.isolation import world as worlds
from tests.cityhall.isolation.world import CANARY, SCOPES, SEES, World
from tests.pages import enter

from dothi.identity import reach
from dothi.identity.rules.permission import EVERYWHERE, Reach

pytestmark = pytest.mark.django_db
QUERIES = ("", "?q=kanari", "?unit=b&q=KANARI", "?actor=kanari&object=a")
FORM = {
    "name": "Đổi tên", "login": "moi", "unit": "b", "position": "ward_officer", "since": "2026-11-01", "until": "2026-11-02",
    "permission": "sources.see", "which": "all", "muted": "yes", "do": "make", "way": "mqtt", "period": "5", "period_unit": "m",
    "purpose": "xem", "kind": "association", "parent": "46", "reason": "nghỉ phép", "taker": "chi",
}  # fmt: skip


def _patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        address = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, address)
        else:
            yield address, entry


def _value(things: dict[str, Any], page: URLPattern, shape: str, name: str) -> Any:
    """What a parameter of an address is in this scope: by the page and its name, by the word before it, or by its name."""
    word = next((word for word in ("grants", "posts") if name == "number" and f"/{word}/" in shape), name)
    found = things.get(f"{page.name}.{name}", things.get(word, 1 if name == "number" else None))
    assert found is not None, f"{shape}: the world has no {name}; add one with a canary"
    return found


def _address(things: dict[str, Any], page: URLPattern, shape: str) -> str:
    """The address with these things in it."""
    for name in page.pattern.converters:
        shape = re.sub(rf"<(\w+:)?{name}>", str(_value(things, page, shape, name)), shape)
    for name in re.findall(r"\(\?P<(\w+)>", shape):
        shape = re.sub(rf"\(\?P<{name}>[^)]*\)", str(_value(things, page, shape, name)), shape)
    assert "<" not in shape, shape
    return f"/{shape.replace('^', '').replace('$', '')}"


def addresses(things: dict[str, Any]) -> dict[str, str]:
    """Name of each page: its address with these things in it."""
    return {page.name or shape: _address(things, page, shape) for shape, page in _patterns(get_resolver())}


def _each(roles: Iterable[str]) -> list[Any]:
    """One case a role, each on whichever worker is free: no browser and no city runs here."""
    return [
        pytest.param(role, id=role, marks=pytest.mark.xdist_group(f"isolation of {role}")) for role in roles
    ]


@pytest.fixture
def world(db: None, data_folder: Any) -> World:
    return worlds.build()


@pytest.fixture
def data_folder(tmp_path: Any, settings: Any) -> Any:
    """Where files would be kept."""
    from dataclasses import replace

    settings.SETTINGS = replace(settings.SETTINGS, data_dir=str(tmp_path))
    return tmp_path


@pytest.fixture
def unfiltered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The application no longer filters: every query believes that it may see all; the database is told the truth."""
    entered = reach.entered

    @contextmanager
    def blind(found: Reach) -> Iterator[None]:
        with entered(found):
            mark = reach._now.set(EVERYWHERE)
            try:
                yield
            finally:
                reach._now.reset(mark)

    monkeypatch.setattr(reach, "entered", blind)


def _browser(world: World, role: str) -> Client:
    if role not in world.accounts:
        return Client(headers={"accept-language": "vi"}, raise_request_exception=False)
    client = enter(world.accounts[role])
    client.raise_request_exception = False
    return client


def _told(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode("utf-8", "replace") + " ".join(f"{k}: {v}" for k, v in answer.headers.items())


@contextmanager
def _undone() -> Iterator[None]:
    """What is done within is taken back, and the tenant and reach of the test stand again."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('dothi.tenant', '', true), set_config('dothi.units', '*', true)")


def leaks(world: World, role: str, *, first_line: bool = True) -> tuple[list[str], int]:
    """Every canary that a role met and must not, every change outside, and how many cases were tried; with the first line also every failure: without it the database may refuse rudely."""
    browser, found, cases = _browser(world, role), list[str](), 0
    hidden = [scope for scope in SCOPES if scope not in SEES[role]]
    cookies = {name: morsel.value for name, morsel in browser.cookies.items()}
    before = {scope: worlds.of_scope(scope) for scope in hidden if scope != "other"}
    for scope, things in world.things.items():
        form = FORM | {"device": [t["device_id"] for t in world.things.values()], "source": things["slug"]}
        for name, address in addresses(things).items():
            asked = [("GET", address + query) for query in (QUERIES if scope == "a" else QUERIES[:1])]
            for method, target in [*asked, ("POST", address)]:
                browser.cookies = SimpleCookie(cookies)  # whatever the case before did, this one is signed in
                with _undone():
                    answer = browser.get(target) if method == "GET" else browser.post(target, form)
                    told, cases = _told(answer), cases + 1
                    case = f"{role} {method} {name} of {scope}: {answer.status_code}"
                    found += [f"{case} shows {s}" for s in hidden if CANARY[s].casefold() in told.casefold()]
                    if answer.status_code >= 500 and first_line:
                        found.append(f"{case} fails")
                    if method == "POST" and answer.status_code < 400:
                        with reach.entered(EVERYWHERE):
                            found += [
                                f"{case} changes {s}" for s in before if worlds.of_scope(s) != before[s]
                            ]
    return found, cases


@pytest.mark.slow
@pytest.mark.parametrize("role", _each(SEES))
def test_no_page_shows_or_changes_what_lies_elsewhere_when_a_role_tries_all(world: World, role: str) -> None:
    found, cases = leaks(world, role)

    assert found == []
    assert cases > 200


@pytest.mark.slow
@pytest.mark.parametrize("role", _each(["giang", "binh", "chi", "em"]))
def test_database_alone_shows_nothing_from_elsewhere_when_the_filter_is_taken_out(
    world: World, unfiltered: None, role: str
) -> None:
    found, cases = leaks(world, role, first_line=False)

    assert found == []
    assert cases > 200


@pytest.mark.slow
def test_canaries_are_met_when_they_may_be(world: World) -> None:
    """Otherwise the tests above could pass on pages that show nothing."""
    listed = _told(_browser(world, "dung").get("/sources/")) + _told(_browser(world, "dung").get("/people/"))
    own = _told(_browser(world, "binh").get(f"/sources/{world.things['a']['slug']}/"))

    assert [scope for scope in SCOPES if CANARY[scope] in listed] == ["a", "b", "city"]
    assert [scope for scope in SCOPES if CANARY[scope] in own] == ["a"]


def test_filter_of_the_application_holds_alone_when_the_database_is_told_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other way round: the first line does not lean on the second."""
    monkeypatch.setattr(reach, "_tell_the_database", lambda _reach: None)
    browser = _browser(world, "binh")

    told = "".join(
        _told(browser.get(a))
        for a in ("/sources/", f"/sources/{world.things['b']['slug']}/", "/sources/unmatched/")
    )

    assert [scope for scope in SCOPES if CANARY[scope] in told] == ["a"]
