# SPDX-License-Identifier: Apache-2.0
"""Pages of privacy in a real browser: no rule of accessibility is broken, and nothing is wider than a small phone."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from tests.axe import NEEDED, on_every_screen
from tests.privacy.web.test_own_pages import ENTRY, WORDS

from dothi.foundation import clock
from dothi.privacy.actions.consent import give, publish_text
from dothi.privacy.actions.looking import looked
from dothi.privacy.actions.request import file_request
from dothi.privacy.actions.retention import hold, run
from dothi.privacy.queries.consent import text_of

PAGES = [
    "/privacy/",
    "/privacy/ask/",
    "/privacy/follow/",
    "/privacy/follow/case/",
    "/privacy/register/",
    "/privacy/export/",
    "/privacy/looked/",
    "/privacy/consents/",
    "/privacy/consents/newsletter/",
    "/privacy/desk/",
    "/privacy/desk/register/",
    "/privacy/desk/register/newsletter/",
    "/privacy/desk/register/newsletter/words/",
    "/privacy/desk/retention/",
    "/privacy/desk/retention/files/",
]
WRONG = ["/privacy/ask/", "/privacy/ask/contact/", "/privacy/follow/", "/privacy/desk/register/add/"]

pytestmark = [pytest.mark.django_db, *NEEDED]


@pytest.fixture
def rendered(signed_in: Client, dung: Any) -> dict[str, dict[str, bytes]]:
    """The pages by language with something on each, rendered before the browser's loop turns."""
    account, now = dung.pk, clock.now()
    signed_in.post("/privacy/desk/register/add/", ENTRY)
    publish_text(purpose="newsletter", vi=WORDS["vi"], en=WORDS["en"], by="x", at=now)
    text = text_of("newsletter")
    assert text is not None
    give(account=account, text_id=text.pk, language="vi", said=True, at=now)
    one = file_request(kind="erase", name="Dung", details="Số điện thoại cũ " * 30, account=account, at=now)
    signed_in.post("/privacy/follow/", {"code": one.code})
    looked(
        by="account:x",
        subject=f"account:{account}",
        purpose="data_requests",
        what="request",
        post="staff",
        at=now,
    )
    hold(object_="rule:files", basis="Thanh tra 5", by="x", at=now)
    run(at=now)
    signed_in.post("/privacy/export/")
    case = f"/privacy/desk/{one.pk}/"
    gate = signed_in.get(case).content
    signed_in.post(case, {"privacy_purpose": "data_requests"})
    signed_in.post(f"{case}take/")
    signed_in.post("/privacy/ask/", {"kind": "access"})
    signed_in.post("/privacy/ask/details/", {})
    found: dict[str, dict[str, bytes]] = {}
    for language in ("vi", "en"):
        signed_in.cookies["dothi_language"] = language
        pages = {address: signed_in.get(address).content for address in [*PAGES, case]}
        pages |= {f"{address} wrong": signed_in.post(address, {}).content for address in WRONG}
        pages[f"{case}refuse/"] = signed_in.post(f"{case}refuse/", {}).content
        found[language] = pages | {"gate": gate}
    return found


def test_pages_break_no_rule_and_fit_when_read_on_any_screen(rendered: dict[str, dict[str, bytes]]) -> None:
    assert on_every_screen(rendered) == {}
