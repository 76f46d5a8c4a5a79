# SPDX-License-Identifier: Apache-2.0
"""Signed notes, checkpoints and cosignatures in the forms of C2SP (signed-note, tlog-checkpoint, tlog-cosignature).

A note is lines of text, an empty line, and signature lines `— <name> <base64 of key id and signature>`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import struct
from collections.abc import Sequence

import msgspec
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from dothi.ledger.errors import BadNote

ED25519 = 0x01
COSIGNATURE = 0x04
"""Kinds of keys: of a log, of a witness (cosignature/v1)."""
_NAME = re.compile(r"[^\s+]{1,200}")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


def _bytes(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadNote("ledger.note.base64") from error
    if _text(raw) != text:  # the last letter has spare bits, and one text must have one form
        raise BadNote("ledger.note.base64")
    return raw


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """The four bytes by which a signature line names its key."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


class Key(msgspec.Struct, frozen=True):
    """Whose word can be checked: a verifier key `<name>+<key id>+<base64>`."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        return key_id(self.name, self.kind, self.public)

    @property
    def text(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_text(bytes([self.kind]) + self.public)}"


def read_key(text: str) -> Key:
    """A verifier key from its text; BadNote when it is none or its id is not its own."""
    name, _, rest = text.strip().partition("+")
    hexed, _, body = rest.partition("+")
    raw = _bytes(body) if body else b""
    if len(raw) != 33 or raw[0] not in {ED25519, COSIGNATURE} or not _NAME.fullmatch(name):
        raise BadNote("ledger.key.shape")
    key = Key(name, raw[0], raw[1:])
    if key.id.hex() != hexed:
        raise BadNote("ledger.key.id")
    return key


class Signer:
    """One who signs; `text` is the secret form `PRIVATE+KEY+<name>+<key id>+<base64>`, to be kept as a secret."""

    def __init__(self, name: str, kind: int, seed: bytes) -> None:
        if not _NAME.fullmatch(name) or len(seed) != 32:
            raise BadNote("ledger.key.shape")
        self._signing = SigningKey(seed)
        self._seed = seed
        self.key = Key(name, kind, bytes(self._signing.verify_key))

    @property
    def text(self) -> str:
        kept = _text(bytes([self.key.kind]) + self._seed)
        return f"PRIVATE+KEY+{self.key.name}+{self.key.id.hex()}+{kept}"

    def sign(self, message: bytes) -> bytes:
        return bytes(self._signing.sign(message).signature)


def read_signer(text: str) -> Signer:
    """A signer from its secret form."""
    words = text.strip().split("+", 4)
    raw = _bytes(words[4]) if len(words) == 5 and words[:2] == ["PRIVATE", "KEY"] else b""
    if len(raw) != 33:
        raise BadNote("ledger.key.shape")
    return Signer(words[2], raw[0], raw[1:])


class Signature(msgspec.Struct, frozen=True):
    """One signature line of a note; `raw`: what follows the key id."""

    name: str
    key_id: bytes
    raw: bytes

    @property
    def line(self) -> str:
        return f"\u2014 {self.name} {_text(self.key_id + self.raw)}\n"


class Checkpoint(msgspec.Struct, frozen=True):
    """The head of a log when it had `size` leaves."""

    origin: str
    size: int
    root: bytes

    @property
    def body(self) -> str:
        return f"{self.origin}\n{self.size}\n{_text(self.root)}\n"


class Note(msgspec.Struct, frozen=True):
    """A checkpoint with its signatures. `body` is what was signed, extension lines included."""

    checkpoint: Checkpoint
    body: str
    signatures: list[Signature]

    @property
    def text(self) -> str:
        return f"{self.body}\n{''.join(one.line for one in self.signatures)}"


def _signature(line: str) -> Signature:
    words = line.split(" ")
    if len(words) != 3 or words[0] != "\u2014" or not _NAME.fullmatch(words[1]):
        raise BadNote("ledger.note.signature")
    raw = _bytes(words[2])
    if len(raw) < 5:
        raise BadNote("ledger.note.signature")
    return Signature(words[1], raw[:4], raw[4:])


def read_note(text: str) -> Note:
    """A signed checkpoint from its text; BadNote says what is wrong with it. Signatures are not judged here."""
    body, found, signed = text.rpartition("\n\n")
    lines = body.split("\n")
    if not found or not signed.endswith("\n") or len(lines) < 3 or not lines[0]:
        raise BadNote("ledger.note.shape")
    root = _bytes(lines[2])
    if not _SIZE.fullmatch(lines[1]) or len(root) != 32:
        raise BadNote("ledger.note.shape")
    signatures = [_signature(line) for line in signed[:-1].split("\n")]
    return Note(Checkpoint(lines[0], int(lines[1]), root), f"{body}\n", signatures)


def sign_checkpoint(signer: Signer, *, size: int, root: bytes) -> Note:
    """A checkpoint of the signer's own log."""
    made = Checkpoint(signer.key.name, size, root)
    signature = Signature(signer.key.name, signer.key.id, signer.sign(made.body.encode()))
    return Note(made, made.body, [signature])


def _message(body: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{body}".encode()


def cosign(signer: Signer, note: Note, *, seconds: int) -> Signature:
    """A witness's word that it saw this checkpoint, consistent with all it saw before. `seconds`: epoch time."""
    raw = struct.pack(">Q", seconds) + signer.sign(_message(note.body, seconds))
    return Signature(signer.key.name, signer.key.id, raw)


def is_good(key: Key, body: str, signature: Signature) -> bool:
    """Whether the signature is this key's and over this body."""
    if (signature.name, signature.key_id) != (key.name, key.id):
        return False
    message, raw = body.encode(), signature.raw
    if key.kind == COSIGNATURE:
        if len(raw) != 72:
            return False
        message, raw = _message(body, struct.unpack(">Q", raw[:8])[0]), raw[8:]
    if len(raw) != 64:
        return False
    try:
        VerifyKey(key.public).verify(message, raw)
    except BadSignatureError:
        return False
    return True


def is_signed(note: Note, keys: Sequence[Key]) -> bool:
    """Whether one of the keys signed the note, in its own name."""
    return any(
        is_good(key, note.body, signature) and key.name == note.checkpoint.origin
        for key in keys
        if key.kind == ED25519
        for signature in note.signatures
    )


def seen_at(signature: Signature) -> int:
    """Epoch seconds of a cosignature."""
    return int(struct.unpack(">Q", signature.raw[:8])[0]) if len(signature.raw) == 72 else 0
