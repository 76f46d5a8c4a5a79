# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.ledger import rules

# The reference vectors of Certificate Transparency (RFC 6962).
LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]  # fmt: skip
HEADS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
FIRST_OF_EIGHT = [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
]


def grown(leaves: list[bytes]) -> tuple[rules.CompactRange, dict[rules.Node, bytes]]:
    tree, nodes = rules.CompactRange(), {}
    for leaf in leaves:
        nodes.update(tree.append(rules.leaf_hash(leaf)))
    return tree, nodes


def head(leaves: list[bytes]) -> bytes:
    """MTH as RFC 9162 2.1.1 writes it, slowly."""
    if not leaves:
        return rules.EMPTY
    if len(leaves) == 1:
        return rules.leaf_hash(leaves[0])
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return rules.node_hash(head(leaves[:middle]), head(leaves[middle:]))


@pytest.mark.parametrize("count", range(9))
def test_head_is_the_known_one_when_leaves_are_the_known_ones(count: int) -> None:
    assert grown(LEAVES[:count])[0].root().hex() == HEADS[count]


def test_proofs_are_the_known_ones_when_leaves_are_the_known_ones() -> None:
    nodes = grown(LEAVES)[1]

    first = rules.proof(rules.inclusion_ranges(0, 8), nodes)
    continued = rules.proof(rules.consistency_ranges(1, 8), nodes)
    six_to_eight = rules.proof(rules.consistency_ranges(6, 8), nodes)

    assert [one.hex() for one in first] == FIRST_OF_EIGHT
    assert [one.hex() for one in continued] == FIRST_OF_EIGHT
    assert [one.hex() for one in six_to_eight] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=70), st.data())
def test_leaf_is_proven_when_it_is_there_and_only_then(leaves: list[bytes], data: st.DataObject) -> None:
    tree, nodes = grown(leaves)
    number = data.draw(st.integers(0, len(leaves) - 1))
    path = rules.proof(rules.inclusion_ranges(number, len(leaves)), nodes)
    hash_ = rules.leaf_hash(leaves[number])

    def included(leaf: bytes, way: list[bytes], at: int = number) -> bool:
        return rules.is_included(leaf=at, size=tree.size, leaf_=leaf, path=way, root=tree.root())

    assert tree.root() == head(leaves)
    assert included(hash_, path)
    assert not included(rules.leaf_hash(leaves[number] + b"x"), path)
    assert not included(hash_, [*path, b"\0" * 32])
    assert not path or not included(hash_, path[:-1])
    assert not included(hash_, path, tree.size)


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=70), st.data())
def test_growth_is_proven_when_nothing_was_rewritten_and_only_then(
    leaves: list[bytes], data: st.DataObject
) -> None:
    tree, nodes = grown(leaves)
    old = data.draw(st.integers(1, len(leaves)))
    path = rules.proof(rules.consistency_ranges(old, len(leaves)), nodes)
    before = head(leaves[:old])
    rewritten = head([*leaves[: old - 1], leaves[old - 1] + b"x"])

    def consistent(old_root: bytes, way: list[bytes]) -> bool:
        return rules.is_consistent(old=old, new=tree.size, old_root=old_root, new_root=tree.root(), path=way)

    assert consistent(before, path)
    assert not consistent(rewritten, path)
    assert not consistent(before, [*path, b"\0" * 32])
    assert not path or not consistent(before, path[:-1])


def test_tree_goes_on_when_taken_up_from_its_perfect_subtrees() -> None:
    nodes = grown(LEAVES[:7])[1]
    taken = rules.CompactRange(7, [nodes[node] for node in rules.perfect(0, 7)])

    taken.append(rules.leaf_hash(LEAVES[7]))

    assert taken.root().hex() == HEADS[8]
    with pytest.raises(ValueError, match="perfect"):
        rules.CompactRange(7, [])


def test_proof_is_refused_when_there_can_be_none() -> None:
    for leaf, size in ((-1, 3), (3, 3), (0, 0)):
        with pytest.raises(ValueError, match="leaf"):
            rules.inclusion_ranges(leaf, size)
    for old, new in ((0, 3), (4, 3)):
        with pytest.raises(ValueError, match="continue"):
            rules.consistency_ranges(old, new)
        assert not rules.is_consistent(old=old, new=new, old_root=b"", new_root=b"", path=[])
