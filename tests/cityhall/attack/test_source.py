# SPDX-License-Identifier: Apache-2.0
"""S15, in the source: weak cryptography, unchecked certificates, text that becomes markup, what browsers keep."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from tests.running_settings import ROOT

WEAK = r"hashlib\.(md5|sha1)\b|\bMD5\(|\bmodes\.ECB|PKCS1v15|\bARC4|TripleDES|\bBlowfish|\bIDEA\("
UNCHECKED = (
    r"verify\s*=\s*False|CERT_NONE|_create_unverified|check_hostname\s*=\s*False|InsecureRequestWarning"
)
RANDOM = re.compile(r"^\s*(import random|from random import)", re.MULTILINE)
SIMULATED = {"connectors/demo", "cityhall/bench", "cityhall/fault"}
"""Where chance makes a fictional city or a load, and no secret."""
MARKUP = (
    r"\.innerHTML\s*[+=]|\.outerHTML\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function\(|srcdoc"
)


def _python() -> dict[str, str]:
    folder = ROOT / "src/dothi"
    return {str(f.relative_to(folder)): f.read_text("utf-8") for f in folder.rglob("*.py")}


def _scripts() -> dict[str, str]:
    return {f.name: f.read_text("utf-8") for f in (ROOT / "frontend/src").rglob("*.ts")}


def test_no_weak_hash_or_cipher_is_named_when_the_source_is_read() -> None:
    """S15-42: neither broken hashes, nor ECB, nor the old padding."""
    assert [n for n, text in _python().items() if re.search(WEAK, text)] == []


def test_no_certificate_goes_unchecked_when_the_source_is_read() -> None:
    """S15-43: clients check whom they speak to."""
    assert [n for n, text in _python().items() if re.search(UNCHECKED, text)] == []


def test_no_secret_is_made_by_chance_that_can_be_guessed_when_the_source_is_read() -> None:
    """S15-44: `random` stands only where a city is simulated or loaded."""
    found = [n for n, text in _python().items() if RANDOM.search(text)]

    assert [n for n in found if not n.startswith(tuple(SIMULATED))] == []


def test_no_script_makes_markup_of_text_when_the_source_is_read() -> None:
    """S15-45: text goes in as text."""
    assert len(_scripts()) > 20
    assert [n for n, text in _scripts().items() if re.search(MARKUP, text)] == []


def test_browser_storage_holds_nothing_about_people_when_the_source_is_read() -> None:
    """S15-46: no localStorage, sessionStorage or cookie is written by a script."""
    written = r"localStorage|sessionStorage|document\.cookie\s*="

    assert [n for n, text in _scripts().items() if re.search(written, text)] == []


@pytest.mark.django_db
def test_sign_out_is_on_every_page_when_somebody_is_signed_in(signed_in: Client) -> None:
    """S15-47: a form, not a link, one tab stop away from anywhere."""
    for address in (
        "/",
        "/me/",
        "/people/",
        "/keys/",
        "/sources/",
        "/places/",
        "/ledger/",
        "/console/",
        "/documents/",
        "/none/",
    ):
        page = signed_in.get(address).content.decode()
        if address != "/none/":  # an error page reads nothing about anybody
            assert re.search(r'<form[^>]*action="/sign-out/"', page), address
