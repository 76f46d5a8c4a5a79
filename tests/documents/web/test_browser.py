# SPDX-License-Identifier: Apache-2.0
"""Pages of documents in a real browser: rules of accessibility, small screens, and the check of a file without uploading it."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from playwright.sync_api import Page, Route, sync_playwright
from tests.axe import ARGUMENTS, CHROMIUM, NEEDED, on_every_screen, static
from tests.documents import tampering_later
from tests.documents.tampering import flip

from dothi.documents import door
from dothi.documents.actions import code as codes
from dothi.documents.core.paper import Paper
from dothi.documents.models import SigningKey

HOST = "http://localhost"
"""A name that browsers take for safe: hashes are computed in safe pages only."""

pytestmark = [
    pytest.mark.django_db,
    *NEEDED,
]


def _serve(page: Page, answers: dict[str, tuple[str, bytes]], asked: list[tuple[str, str]]) -> None:
    def answer(route: Route) -> None:
        address = route.request.url.removeprefix(HOST).partition("#")[0]
        asked.append((route.request.method, address))
        if address.startswith("/static/"):
            return static(route, address)
        if address not in answers:
            return route.fulfill(status=404)
        kind, body = answers[address]
        return route.fulfill(body=body, content_type=kind)

    page.route("**/*", answer)


def _got(client: Client, *addresses: str) -> dict[str, tuple[str, bytes]]:
    found = {}
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        found[address] = (answer["Content-Type"], answer.content)
    return found


@pytest.fixture
def rendered(signed_in: Client, key: SigningKey, paper: Paper) -> dict[str, dict[str, bytes]]:
    row, _ = door.sign(title="Giấy xác nhận", kind="Giấy xác nhận", key=key, paper=paper)
    old, _ = door.sign(title="Bản cũ", kind="Giấy xác nhận", key=key, paper=paper)
    door.sign(title="Bản mới", kind="Giấy xác nhận", key=key, paper=paper, replaces=old)
    door.code_for(channel="sms", subject="Lịch hẹn", recipient="0912")
    codes.begin_call(unit="", about="Lịch hẹn")
    addresses = [
        "",
        "?q=khong+co",
        "sign/",
        "check/",
        "codes/",
        "keys/",
        "credentials/",
        f"{row.pk}/",
        f"{old.pk}/",
    ]
    public = ["/verify/", f"/v/{row.code}", f"/v/{old.code}", "/v/7K2M-9QXT-R4W8"]
    found: dict[str, dict[str, bytes]] = {}
    for language in ("vi", "en"):
        signed_in.cookies["dothi_language"] = language
        wanted = [*(f"/documents/{one}" for one in addresses), *public]
        found[language] = {address: signed_in.get(address).content for address in wanted}
        found[language]["refused"] = signed_in.post("/documents/sign/", {}).content
        found[language]["asked"] = signed_in.post(
            "/documents/credentials/ask/", {"purpose": "Trả kết quả", "claim": "ward"}, follow=True
        ).content
        offer = {"full_name": "A", "birth_date": "1", "residence": "b", "ward": "c"}
        found[language]["offered"] = signed_in.post("/documents/credentials/offer/", offer).content
    return found


def test_pages_break_no_rule_and_fit_when_read_on_any_screen(rendered: dict[str, dict[str, bytes]]) -> None:
    calm = {
        language: {
            address: re.sub(rb'<meta http-equiv="refresh"[^>]*>', b"", body)
            for address, body in pages.items()
        }
        for language, pages in rendered.items()
    }

    assert on_every_screen(calm) == {}


def _answers(
    pages: dict[str, tuple[str, bytes]], files: list[bytes], *, hash_: str = ""
) -> tuple[list[str], Any]:
    """What the page says of each file, and what it asked for meanwhile."""
    said, asked = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_context(service_workers="block").new_page()
        _serve(page, pages, asked)
        for file in files:
            page.goto(f"{HOST}{next(iter(pages))}{hash_}")
            page.set_input_files("#f-file", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": file})
            page.wait_for_selector("#answer article h2")
            page.wait_for_load_state("networkidle")
            said.append(page.inner_text("#answer"))
        browser.close()
    return said, asked


def test_file_is_judged_in_the_browser_and_never_uploaded_when_chosen(key: SigningKey, paper: Paper) -> None:
    row, good = door.sign(title="a", kind="Giấy xác nhận", key=key, paper=paper)
    gone, revoked = door.sign(title="b", kind="Giấy xác nhận", key=key, paper=paper)
    door.revoke(document=gone, reason="error")
    pages = _got(
        Client(), "/verify/", "/verify/keys", "/verify/list/all", f"/verify/result/{row.file_hash}",
        f"/verify/result/{gone.file_hash}",
    )  # fmt: skip
    added = tampering_later.appended(tampering_later.annotation("/FreeText"), good)

    said, asked = _answers(pages, [good, revoked, flip(good, 3_000), added, b"khong phai PDF"])

    assert "Bản thử nghiệm – không có giá trị pháp lý" in said[0]
    assert "Mã và chữ ký thử khớp với sổ thử nghiệm" in said[0]
    assert row.fingerprint in said[0]
    assert "đã bị thu hồi" in said[1]
    assert "Nội dung đã bị sửa sau khi ký" in said[2]
    assert "đã thêm hoặc thay nội dung" in said[3]
    assert "Không có trong sổ của đô thị" in said[4]
    assert {method for method, _ in asked} == {"GET"}
    assert all(hashlib.sha256(good[:99]).hexdigest() not in address for _, address in asked)


def test_list_is_not_believed_when_somebody_else_signed_it(key: SigningKey, paper: Paper) -> None:
    row, good = door.sign(title="a", kind="Giấy xác nhận", key=key, paper=paper)
    pages = _got(Client(), "/verify/", "/verify/keys", "/verify/list/all")
    listed = pages["/verify/list/all"][1].decode()
    forged = jwt.encode(
        jwt.decode(listed, options={"verify_signature": False}),
        ec.generate_private_key(ec.SECP256R1()),
        algorithm="ES256",
        headers=jwt.get_unverified_header(listed),
    )
    pages["/verify/list/all"] = ("application/jwt", forged.encode())

    said, _ = _answers(pages, [good])

    assert "Danh sách không đúng chữ ký của đô thị" in said[0]
    assert row.organisation not in said[0]


@pytest.mark.parametrize(("part", "words"), [("content_hash", "khớp với văn bản này"), ("", "KHÔNG khớp")])
def test_hash_behind_the_link_is_compared_and_stays_in_the_browser_when_a_qr_is_scanned(
    key: SigningKey, paper: Paper, part: str, words: str
) -> None:
    row, _ = door.sign(title="a", kind="Giấy xác nhận", key=key, paper=paper)
    pages, asked = _got(Client(), f"/v/{row.code}"), []
    hash_ = getattr(row, part) if part else "0" * 64
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_context(service_workers="block").new_page()
        _serve(page, pages, asked)
        page.goto(f"{HOST}/v/{row.code}#{hash_}")
        page.wait_for_selector("article > p.note")
        said = page.inner_text("article > p.note")
        browser.close()

    assert words in said
    assert [address for _, address in asked if hash_ in address] == []
