"""The tree against the vectors of Certificate Transparency, against a second, naive tree, and against alteration."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rednotice.log.merkle import (
    EMPTY_ROOT,
    Edge,
    Hash,
    completed_by,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

# google/certificate-transparency, merkletree/merkle_tree_test.cc: eight leaves, and the root after each of them.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = """
    6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d
    fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125
    aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77
    d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7
    4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4
    76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef
    ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c
    5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328
""".split()
INCLUSION = {
    (0, 1): "",
    (0, 8): """
        96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7
        5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e
        6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4""",
    (5, 8): """
        bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b
        ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0
        d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7""",
    (2, 3): "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
}
CONSISTENCY = {
    (1, 1): "",
    (1, 8): INCLUSION[0, 8],
    (6, 8): """
        0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a
        ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0
        d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7""",
    (2, 5): """
        5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e
        bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b""",
}


@dataclass
class Tree:
    """The stored subtrees of a log that is appended to leaf by leaf, as the office stores them."""

    nodes: dict[tuple[int, int], Hash] = field(default_factory=dict)
    size: int = 0

    @classmethod
    def of(cls, leaves: Sequence[bytes]) -> Tree:
        tree = cls()
        for leaf in leaves:
            tree.append(leaf)
        return tree

    def append(self, leaf: bytes) -> None:
        for level, index, completed in completed_by(self.read, self.size, leaf_hash(leaf)):
            assert (level, index) not in self.nodes, "a subtree that was complete is written again"
            self.nodes[level, index] = completed
        self.size += 1

    def read(self, level: int, index: int) -> Hash:
        return self.nodes[level, index]

    def root(self, size: int | None = None) -> Hash:
        return root(self.read, self.size if size is None else size)


# --- A second tree, word for word from RFC 6962, 2.1: slow, and nothing is stored ---------------------------


def naive_root(leaves: Sequence[bytes]) -> Hash:
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = half(len(leaves))
    return hashlib.sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def naive_path(m: int, leaves: Sequence[bytes]) -> list[Hash]:
    if len(leaves) == 1:
        return []
    k = half(len(leaves))
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


def naive_proof(m: int, leaves: Sequence[bytes], whole: bool = True) -> list[Hash]:
    if m == len(leaves):
        return [] if whole else [naive_root(leaves)]
    k = half(len(leaves))
    if m <= k:
        return [*naive_proof(m, leaves[:k], whole), naive_root(leaves[k:])]
    return [*naive_proof(m - k, leaves[k:], False), naive_root(leaves[:k])]


def half(size: int) -> int:
    k = 1
    while k * 2 < size:
        k *= 2
    return k


def numbered(size: int) -> list[bytes]:
    return [b"leaf %d" % number for number in range(size)]


# --- Known vectors ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_those_of_certificate_transparency(size: int) -> None:
    assert Tree.of(LEAVES[:size]).root().hex() == naive_root(LEAVES[:size]).hex() == ROOTS[size - 1]


def test_the_empty_log_has_the_root_of_nothing() -> None:
    assert Tree().root() == EMPTY_ROOT == naive_root([])
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_the_inclusion_proofs_are_those_of_certificate_transparency(index: int, size: int) -> None:
    proof = [bytes.fromhex(step) for step in INCLUSION[index, size].split()]
    assert inclusion_proof(Tree.of(LEAVES).read, index, size) == proof
    assert verify_inclusion(leaf_hash(LEAVES[index]), index, size, proof, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_the_consistency_proofs_are_those_of_certificate_transparency(old: int, new: int) -> None:
    proof = [bytes.fromhex(step) for step in CONSISTENCY[old, new].split()]
    assert consistency_proof(Tree.of(LEAVES).read, old, new) == proof
    assert verify_consistency(old, new, proof, bytes.fromhex(ROOTS[old - 1]), bytes.fromhex(ROOTS[new - 1]))


# --- Every size ---------------------------------------------------------------------------------------------

EVERY_SIZE = range(1, 41)


@pytest.mark.parametrize("size", EVERY_SIZE)
def test_every_leaf_is_proved_to_be_in_every_log(size: int) -> None:
    leaves = numbered(size)
    tree = Tree.of(leaves)
    for index, leaf in enumerate(leaves):
        proof = inclusion_proof(tree.read, index, size)
        assert proof == naive_path(index, leaves)
        assert verify_inclusion(leaf_hash(leaf), index, size, proof, tree.root())


@pytest.mark.parametrize("size", EVERY_SIZE)
def test_every_older_log_is_proved_to_be_the_beginning_of_a_newer(size: int) -> None:
    leaves = numbered(size)
    tree = Tree.of(leaves)
    for old in range(size + 1):
        proof = consistency_proof(tree.read, old, size)
        assert proof == (naive_proof(old, leaves) if old else [])
        assert verify_consistency(old, size, proof, naive_root(leaves[:old]), tree.root())


@given(st.lists(st.binary(max_size=40), max_size=70), st.lists(st.binary(max_size=40), max_size=70))
def test_appending_never_changes_an_older_root(before: list[bytes], after: list[bytes]) -> None:
    tree = Tree.of(before)
    roots = [tree.root(size) for size in range(len(before) + 1)]
    for leaf in after:
        tree.append(leaf)
    assert [tree.root(size) for size in range(len(before) + 1)] == roots
    assert tree.root() == naive_root(before + after)


# --- Alteration ---------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 40), max_size=12), st.integers(0, 40))
def test_an_edge_that_grows_by_any_steps_has_the_root_of_the_whole_tree(steps: list[int], more: int) -> None:
    leaves, edge = numbered(sum(steps) + more), Edge()
    hashes, size = list(map(leaf_hash, leaves)), 0
    for step in steps:
        edge.extend(hashes[size : size + step])
        size += step
        assert (edge.size, edge.root()) == (size, naive_root(leaves[:size]))
    assert edge.root(hashes[size:]) == naive_root(leaves)
    assert (edge.size, edge.root()) == (size, naive_root(leaves[:size])), "to look ahead changes nothing"


@given(st.data(), st.integers(1, 300))
def test_an_altered_leaf_proof_root_or_index_proves_nothing(data: st.DataObject, size: int) -> None:
    tree = Tree.of(numbered(size))
    index = data.draw(st.integers(0, size - 1), "index")
    leaf, proof, expected = leaf_hash(b"leaf %d" % index), inclusion_proof(tree.read, index, size), tree.root()
    other = data.draw(st.integers(-1, size).filter(lambda number: number != index), "another index")
    assert verify_inclusion(leaf, index, size, proof, expected)
    assert not verify_inclusion(altered(data, leaf), index, size, proof, expected)
    assert not verify_inclusion(leaf, index, size, proof, altered(data, expected))
    assert not verify_inclusion(leaf, other, size, proof, expected)
    for broken in altered_proofs(data, proof):
        assert not verify_inclusion(leaf, index, size, broken, expected)


@given(st.data(), st.integers(2, 300))
def test_an_altered_proof_or_root_shows_no_beginning(data: st.DataObject, new: int) -> None:
    tree = Tree.of(numbered(new))
    old = data.draw(st.integers(1, new - 1), "old")
    proof = consistency_proof(tree.read, old, new)
    assert verify_consistency(old, new, proof, tree.root(old), tree.root())
    assert not verify_consistency(old, new, proof, altered(data, tree.root(old)), tree.root())
    assert not verify_consistency(old, new, proof, tree.root(old), altered(data, tree.root()))
    for broken in altered_proofs(data, proof):
        assert not verify_consistency(old, new, broken, tree.root(old), tree.root())


@given(st.data(), st.integers(2, 100))
def test_a_log_that_was_rewritten_is_no_continuation_of_the_one_before(data: st.DataObject, new: int) -> None:
    old = data.draw(st.integers(1, new - 1), "old")
    changed = data.draw(st.integers(0, old - 1), "the leaf rewritten")
    leaves = numbered(new)
    rewritten = Tree.of([*leaves[:changed], b"another", *leaves[changed + 1 :]])
    proof = consistency_proof(rewritten.read, old, new)
    assert not verify_consistency(old, new, proof, naive_root(leaves[:old]), rewritten.root())


def altered(data: st.DataObject, value: bytes) -> bytes:
    position, other = data.draw(st.integers(0, len(value) - 1)), data.draw(st.integers(1, 255))
    return value[:position] + bytes([value[position] ^ other]) + value[position + 1 :]


def altered_proofs(data: st.DataObject, proof: list[Hash]) -> list[list[Hash]]:
    """A proof with one more step, and, if it has any, with one altered, one shortened and one left out."""
    longer = [*proof, EMPTY_ROOT]
    if not proof:
        return [longer]
    at = data.draw(st.integers(0, len(proof) - 1), "step")
    before, step, after = proof[:at], proof[at], proof[at + 1 :]
    return [longer, [*before, altered(data, step), *after], [*before, step[:-1], *after], [*before, *after]]


@pytest.mark.parametrize(
    ("prove", "numbers"),
    [
        (inclusion_proof, (-1, 8)),
        (inclusion_proof, (8, 8)),
        (inclusion_proof, (0, 0)),
        (consistency_proof, (-1, 8)),
        (consistency_proof, (9, 8)),
    ],
)
def test_no_proof_is_made_of_what_is_not_there(prove: Callable[..., list[Hash]], numbers: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"in a tree of 8|in a tree of 0|cannot be the beginning"):
        prove(Tree.of(LEAVES).read, *numbers)


@pytest.mark.parametrize(("old", "new"), [(-1, 8), (9, 8)])
def test_a_longer_log_is_not_the_beginning_of_a_shorter(old: int, new: int) -> None:
    tree = Tree.of(LEAVES)
    assert not verify_consistency(old, new, [], tree.root(), tree.root())


def test_two_roots_of_one_size_are_two_logs() -> None:
    assert not verify_consistency(3, 3, [], naive_root(LEAVES[:3]), naive_root(LEAVES[1:4]))
    assert not verify_consistency(0, 3, [], naive_root(LEAVES[:1]), naive_root(LEAVES[:3]))
