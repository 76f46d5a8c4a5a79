# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from tests.ledger.cast import CITY, STRANGER, WITNESS

from dothi.ledger.core import note as notes
from dothi.ledger.errors import BadNote

# The example of the signed-note format.
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SAYING = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
SIGNED = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="


def test_known_note_is_good_when_read_by_its_known_key() -> None:
    key = notes.read_key(NEUMANN)
    signature = notes._signature(f"\u2014 PeterNeumann {SIGNED}")

    assert notes.is_good(key, SAYING, signature)
    assert not notes.is_good(key, SAYING + "\n", signature)
    assert key.text == NEUMANN


def test_checkpoint_is_read_as_it_was_signed_when_written() -> None:
    note = notes.sign_checkpoint(CITY, size=7, root=b"\x07" * 32)

    again = notes.read_note(note.text)

    assert again == note
    assert note.text.startswith(
        "hue.gov.vn/ledger\n7\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n\n\u2014 hue.gov.vn/ledger "
    )
    assert notes.is_signed(again, [CITY.key])
    assert not notes.is_signed(again, [STRANGER.key])
    assert not notes.is_signed(again, [])


def test_cosignature_is_good_when_over_this_body_and_time_only() -> None:
    note = notes.sign_checkpoint(CITY, size=7, root=b"\x07" * 32)
    signature = notes.cosign(WITNESS, note, seconds=1_800_000_000)
    earlier = notes.Signature(signature.name, signature.key_id, b"\0" * 8 + signature.raw[8:])

    assert notes.is_good(WITNESS.key, note.body, signature)
    assert notes.seen_at(signature) == 1_800_000_000
    assert not notes.is_good(WITNESS.key, note.body, earlier)
    assert not notes.is_good(WITNESS.key, note.body + "x\n", signature)
    assert not notes.is_good(CITY.key, note.body, signature)


def test_signer_is_the_same_when_its_secret_form_is_read() -> None:
    again = notes.read_signer(WITNESS.text)

    assert again.key == WITNESS.key
    assert again.sign(b"x") == WITNESS.sign(b"x")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "a+b+c",
        "a b+00000000+AAAA",
        NEUMANN.replace("c74f20a3", "c74f20a4"),
        NEUMANN[:-4],
        "PRIVATE+KEY+x",
    ],
)
def test_key_is_refused_when_it_is_none(text: str) -> None:
    with pytest.raises(BadNote):
        notes.read_key(text)
    with pytest.raises(BadNote):
        notes.read_signer(text)


@pytest.mark.parametrize(
    ("old", "new"),
    [("\n\n", "\n"), ("\n7\n", "\n07\n"), ("\n7\n", "\n-7\n"), ("\u2014", "-"), ("=\n\n", "\n\n"), ("hue.gov.vn/ledger\n7", "\n7")],
)  # fmt: skip
def test_note_is_refused_when_its_shape_is_broken(old: str, new: str) -> None:
    text = notes.sign_checkpoint(CITY, size=7, root=b"\x07" * 32).text

    with pytest.raises(BadNote):
        notes.read_note(text.replace(old, new, 1))
