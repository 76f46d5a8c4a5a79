# SPDX-License-Identifier: Apache-2.0
"""Small PMTiles archives (specification 3) of one tile that covers the world."""

from __future__ import annotations

import json
import struct
import zlib

RASTER, VECTOR = 2, 1
RED = (200, 30, 30)


def _varint(number: int) -> bytes:
    made = b""
    while number > 127:
        made += bytes([number & 127 | 128])
        number >>= 7
    return made + bytes([number])


def png(colour: tuple[int, int, int] = RED, size: int = 256) -> bytes:
    """A square of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + bytes(colour) * size) * size
    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def mvt(layer: str = "water") -> bytes:
    """A vector tile whose one layer is one polygon over the whole tile (Mapbox Vector Tile 2.1)."""

    def field(number: int, data: bytes) -> bytes:
        return _varint(number << 3 | 2) + _varint(len(data)) + data

    far = 4096 << 1  # zigzag
    ring = [9, 0, 0, 26, far, 0, 0, far, far - 1, 0, 15]
    feature = b"\x18\x03" + field(4, b"".join(_varint(n) for n in ring))
    named = field(1, layer.encode()) + field(2, feature) + b"\x28\x80\x20" + b"\x78\x02"
    return field(3, named)


def archive(kind: int, tile: bytes, *, credit: str = "") -> bytes:
    """The whole file; nothing in it is compressed."""
    metadata = json.dumps({"attribution": credit, "vector_layers": [{"id": "water", "fields": {}}]}).encode()
    directory = b"\x01\x00\x01" + _varint(len(tile)) + b"\x01"
    at_metadata = 127 + len(directory)
    at_tile = at_metadata + len(metadata)
    places = [127, len(directory), at_metadata, len(metadata), at_tile, 0, at_tile, len(tile), 1, 1, 1]
    world = [-1_800_000_000, -850_000_000, 1_800_000_000, 850_000_000]
    head = b"PMTiles\x03" + struct.pack("<11Q", *places) + bytes([1, 1, 1, kind, 0, 0])
    return head + struct.pack("<4iB2i", *world, 0, 0, 0) + directory + metadata + tile
