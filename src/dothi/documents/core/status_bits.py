# SPDX-License-Identifier: Apache-2.0
"""The status list of credentials: one bit each, compressed (Token Status List)."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from dothi.documents.core.sd_jwt import BadCredential, b64, unb64

SIZE = 131_072
"""Places in a list; many more than are used, so that a place says nothing about who."""
MOST_BYTES = SIZE // 8


def packed(revoked: Iterable[int]) -> str:
    bits = bytearray(MOST_BYTES)
    for index in revoked:
        bits[index // 8] |= 1 << (index % 8)
    return b64(zlib.compress(bytes(bits), 9))


def is_set(packed_bits: str, index: int) -> bool:
    """Whether a place is marked; BadCredential when there is no such place, or the list is a bomb."""
    try:
        opened = zlib.decompressobj().decompress(unb64(packed_bits), MOST_BYTES)
    except zlib.error as error:
        raise BadCredential("status") from error
    if not 0 <= index < len(opened) * 8:
        raise BadCredential("status")
    return bool(opened[index // 8] >> (index % 8) & 1)
