# SPDX-License-Identifier: Apache-2.0
"""The zip that a person takes home: all data as JSON for programs, and as a page to read, in both languages."""

from __future__ import annotations

import hashlib
import html
import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

LANGUAGES = ("vi", "en")
_STYLE = (
    "body{font:1rem/1.5 'Be Vietnam Pro','Noto Sans',sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0}th,td{border:1px solid #9aa;padding:.3rem .6rem;"
    "text-align:left;vertical-align:top;overflow-wrap:anywhere}"
)


class Part(msgspec.Struct, kw_only=True, frozen=True):
    """What one room keeps. `what`, `basis`: in both languages; `data`: JSON-able."""

    name: str
    what: dict[str, str]
    basis: dict[str, str]
    data: Any


class Words(msgspec.Struct, kw_only=True, frozen=True):
    """The sentences of the page in one language."""

    title: str
    lead: str
    nothing: str
    basis: str


def _told(value: Any) -> str:
    if isinstance(value, dict):
        rows = "".join(
            f"<tr><th>{html.escape(str(k))}</th><td>{_told(v)}</td></tr>" for k, v in value.items()
        )
        return f"<table>{rows}</table>" if rows else "–"
    if isinstance(value, list | tuple):
        return f"<ol>{''.join(f'<li>{_told(one)}</li>' for one in value)}</ol>" if value else "–"
    return html.escape("–" if value is None or value == "" else str(value))


def _page(parts: list[Part], language: str, words: Words) -> Iterator[str]:
    yield f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
    yield f"<title>{html.escape(words.title)}</title><style>{_STYLE}</style></head><body>"
    yield f"<h1>{html.escape(words.title)}</h1><p>{html.escape(words.lead)}</p>"
    for part in parts:
        yield f"<h2>{html.escape(part.what[language])}</h2>"
        yield f"<p>{html.escape(words.basis)}: {html.escape(part.basis[language])}</p>"
        yield _told(part.data) if part.data else f"<p>{html.escape(words.nothing)}</p>"
    yield "</body></html>\n"


def pack(parts: list[Part], *, account: str, at: datetime, words: dict[str, Words]) -> bytes:
    """The same bytes for the same data and time; `SHA256SUMS` says what is inside."""
    data = {
        "account": account,
        "made_at": at,
        "parts": {one.name: {"what": one.what, "basis": one.basis, "data": one.data} for one in parts},
    }
    files = {"data.json": msgspec.json.format(msgspec.json.encode(data, enc_hook=str)) + b"\n"}
    for language in LANGUAGES:
        files[f"read.{language}.html"] = "".join(_page(parts, language, words[language])).encode()
    sums = "".join(f"{hashlib.sha256(body).hexdigest()}  {name}\n" for name, body in files.items())
    files["SHA256SUMS"] = sums.encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in files.items():
            packed.writestr(zipfile.ZipInfo(name, at.timetuple()[:6]), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()
