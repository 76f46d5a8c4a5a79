# SPDX-License-Identifier: Apache-2.0
"""The Merkle tree of RFC 6962 and RFC 9162: hashing, heads, proofs and their verification. Pure.

A node is named by (level, index): the root of the perfect subtree over leaves [index << level, (index + 1) << level).
Only such nodes are kept; whatever else a proof needs is folded from them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

Node = tuple[int, int]
Range = tuple[int, int]

EMPTY = hashlib.sha256().digest()


def leaf_hash(record: bytes) -> bytes:
    """RFC 9162 2.1.1: leaves and nodes cannot be taken for each other."""
    return hashlib.sha256(b"\x00" + record).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """The hash over neighbouring perfect subtrees, largest (leftmost) first."""
    if not hashes:
        return EMPTY
    found = hashes[-1]
    for left in reversed(hashes[:-1]):
        found = node_hash(left, found)
    return found


def _split(count: int) -> int:
    """The largest power of two smaller than `count` (which is 2 or more)."""
    return 1 << (count - 1).bit_length() - 1


def perfect(start: int, end: int) -> list[Node]:
    """The perfect subtrees that make up [start, end), left to right; `start` is where a subtree of that size begins."""
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


class CompactRange:
    """All that is needed of a tree to append to it and to know its head: the roots of its perfect subtrees."""

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self.hashes = list(hashes)
        if len(self.hashes) != size.bit_count():
            raise ValueError(f"A tree of {size} leaves has {size.bit_count()} perfect subtrees")

    def append(self, leaf: bytes) -> list[tuple[Node, bytes]]:
        """Add a leaf's hash; returns the nodes that are now complete, the leaf first."""
        level, index, found = 0, self.size, leaf
        made = [((level, index), found)]
        while index & 1:
            found = node_hash(self.hashes.pop(), found)
            level, index = level + 1, index >> 1
            made.append(((level, index), found))
        self.hashes.append(found)
        self.size += 1
        return made

    def root(self) -> bytes:
        return fold(self.hashes)


def inclusion_ranges(leaf: int, size: int) -> list[Range]:
    """RFC 9162 2.1.3.1: what stands beside the way from the leaf to the head, nearest first."""
    if not 0 <= leaf < size:
        raise ValueError(f"A tree of {size} leaves has no leaf {leaf}")
    start, end, found = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if leaf < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]


def consistency_ranges(old: int, new: int) -> list[Range]:
    """RFC 9162 2.1.4.1: what shows that the tree of `old` leaves is the beginning of that of `new`."""
    if not 0 < old <= new:
        raise ValueError(f"A tree of {new} leaves does not continue one of {old}")
    start, end, whole, found = 0, new, True, []
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start, whole = middle, False
    if not whole:
        found.append((start, end))
    return found[::-1]


def needed(ranges: Iterable[Range]) -> list[Node]:
    """The nodes to look up for these ranges."""
    return [node for start, end in ranges for node in perfect(start, end)]


def proof(ranges: Iterable[Range], nodes: Mapping[Node, bytes]) -> list[bytes]:
    """The hashes of the ranges; KeyError when a node is missing."""
    return [fold([nodes[node] for node in perfect(start, end)]) for start, end in ranges]


def is_included(*, leaf: int, size: int, leaf_: bytes, path: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162 2.1.3.2: whether the path leads from the leaf's hash to the head."""
    if not 0 <= leaf < size:
        return False
    number, last, found = leaf, size - 1, leaf_
    for step in path:
        if last == 0:
            return False
        if number & 1 or number == last:
            found = node_hash(step, found)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            found = node_hash(found, step)
        number, last = number >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(*, old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """RFC 9162 2.1.4.2: whether the old tree is the beginning of the new one."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    steps = list(path)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    number, last = old - 1, new - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            second = node_hash(second, step)
        number, last = number >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root
