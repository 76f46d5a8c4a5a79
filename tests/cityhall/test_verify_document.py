# SPDX-License-Identifier: Apache-2.0
"""`dothi verify-document` judges a signed PDF without a server."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.documents.signing import root, signed
from tests.documents.tampering import flip

from dothi.cityhall.cli import main
from dothi.documents.core.certificate import as_pem


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    (tmp_path / "root.pem").write_text(as_pem([root().der]))
    (tmp_path / "good.pdf").write_bytes(signed())
    (tmp_path / "bad.pdf").write_bytes(flip(signed(), 3_000))
    return tmp_path


def test_command_says_who_signed_when_the_file_is_good(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["verify-document", str(folder / "good.pdf"), "--root", str(folder / "root.pem")])

    assert code == 0
    assert "Ủy ban nhân dân phường Chợ Cũ" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["bad.pdf", "root.pem"], ["good.pdf", None]])
def test_command_ends_with_1_when_the_file_cannot_be_believed(
    folder: Path, arguments: list[str | None], capsys: pytest.CaptureFixture[str]
) -> None:
    file, pem = arguments
    roots = ["--root", str(folder / pem)] if pem else []

    assert main(["verify-document", str(folder / str(file)), *roots]) == 1
    assert capsys.readouterr().out


@pytest.mark.parametrize("wrong", ["file", "root"])
def test_command_says_what_it_cannot_read_when_a_file_is_missing(
    folder: Path, wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {"file": folder / "good.pdf", "root": folder / "root.pem", wrong: folder / "none"}

    assert main(["verify-document", str(names["file"]), "--root", str(names["root"])]) != 0
    assert "none" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("language", "words"), [("en_US.UTF-8", "holds no certificate"), ("vi_VN.UTF-8", "không chứa")]
)
@pytest.mark.parametrize(
    "content",
    [b"", b"no PEM", b"\x00\xff", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
)
def test_command_says_that_a_root_is_no_pem_when_it_is_something_else(
    folder: Path,
    language: str,
    words: str,
    content: bytes,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LANG", language)
    (folder / "other.pem").write_bytes(content)

    code = main(["verify-document", str(folder / "good.pdf"), "--root", str(folder / "other.pem")])

    told = capsys.readouterr().err
    assert code != 0
    assert words in told
    assert "OpenSSL" not in told
    assert "Traceback" not in told
