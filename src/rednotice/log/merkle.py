"""The Merkle tree of the log (RFC 6962, section 2), over hashes that somebody else stores.

The tree is kept as the hashes of its complete subtrees: `(level, index)` is the subtree over the leaves from
`index * 2**level` to `(index + 1) * 2**level`. Appending a leaf completes a few of them; every root and every
proof is made from O(log n) of them, read through a function.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

Hash = bytes
Read = Callable[[int, int], Hash]
"""Gives the hash of the complete subtree at (level, index)."""

EMPTY_ROOT: Hash = hashlib.sha256(b"").digest()


def leaf_hash(leaf: bytes) -> Hash:
    """The hash of one leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: Hash, right: Hash) -> Hash:
    """The hash over two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def subtree(hashes: Sequence[Hash]) -> Hash:
    """The hash over a complete subtree, from the hashes of one of its levels side by side: 1, 2, 4, 8, ... of them."""
    sha256, level = hashlib.sha256, hashes
    while len(level) > 1:
        level = [sha256(b"\x01" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=True)]
    return level[0]


class Edge:
    """The edge of a tree that grows: the few subtrees that its root is made of, in no more memory than their number."""

    def __init__(self) -> None:
        self.size = 0
        self._subtrees: list[tuple[int, Hash]] = []

    def extend(self, leaves: Sequence[Hash]) -> None:
        """Appends leaves, by their hashes; fastest if they are always the same power of two."""
        start = 0
        while start < len(leaves):
            fits = (len(leaves) - start).bit_length() - 1
            aligned = (self.size & -self.size).bit_length() - 1 if self.size else fits
            level = min(fits, aligned)
            hash_ = subtree(leaves[start : start + (1 << level)])
            start, self.size = start + (1 << level), self.size + (1 << level)
            while self._subtrees and self._subtrees[-1][0] == level:
                hash_, level = node_hash(self._subtrees.pop()[1], hash_), level + 1
            self._subtrees.append((level, hash_))

    def root(self, more: Sequence[Hash] = ()) -> Hash:
        """The root of the tree, or of what it would be with more leaves."""
        if more:
            longer = Edge()
            longer.size, longer._subtrees = self.size, list(self._subtrees)
            longer.extend(more)
            return longer.root()
        if not self._subtrees:
            return EMPTY_ROOT
        *left, (_, hash_) = self._subtrees
        for _, one in reversed(left):
            hash_ = node_hash(one, hash_)
        return hash_


def completed_by(read: Read, size: int, leaf: Hash) -> list[tuple[int, int, Hash]]:
    """The subtrees that a new leaf completes in a tree of `size` leaves: (level, index, hash), lowest first."""
    level, index, current = 0, size, leaf
    completed = [(level, index, current)]
    while index % 2 == 1:
        current = node_hash(read(level, index - 1), current)
        level, index = level + 1, index // 2
        completed.append((level, index, current))
    return completed


def root(read: Read, size: int) -> Hash:
    """The root of the tree over the first `size` leaves."""
    return EMPTY_ROOT if size == 0 else _over(read, 0, size)


def inclusion_proof(read: Read, index: int, size: int) -> list[Hash]:
    """The hashes that lead from leaf `index` to the root of `size` leaves (RFC 6962, 2.1.1)."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size} leaves")
    return _path(read, index, 0, size)


def consistency_proof(read: Read, old: int, new: int) -> list[Hash]:
    """The hashes that show the first `old` of `new` leaves to be unaltered (RFC 6962, 2.1.2)."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} leaves cannot be the beginning of one of {new}")
    return [] if old in (0, new) else _subproof(read, old, 0, new, whole=True)


def verify_inclusion(leaf: Hash, index: int, size: int, proof: Sequence[Hash], expected: Hash) -> bool:
    """Whether a proof leads from a leaf to the root expected (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    position, last, current = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if position % 2 == 1 or position == last:
            current = node_hash(sibling, current)
            while position % 2 == 0 and position != 0:
                position, last = position // 2, last // 2
        else:
            current = node_hash(current, sibling)
        position, last = position // 2, last // 2
    return last == 0 and current == expected


def verify_consistency(old: int, new: int, proof: Sequence[Hash], old_root: Hash, new_root: Hash) -> bool:
    """Whether a proof shows the tree of `old` leaves to be the beginning of that of `new` (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    steps = list(proof)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    position, last = old - 1, new - 1
    while position % 2 == 1:
        position, last = position // 2, last // 2
    from_old = from_new = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            return False
        if position % 2 == 1 or position == last:
            from_old, from_new = node_hash(sibling, from_old), node_hash(sibling, from_new)
            while position % 2 == 0 and position != 0:
                position, last = position // 2, last // 2
        else:
            from_new = node_hash(from_new, sibling)
        position, last = position // 2, last // 2
    return last == 0 and from_old == old_root and from_new == new_root


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _over(read: Read, start: int, end: int) -> Hash:
    size = end - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return read(level, start >> level)
    middle = start + _split(size)
    return node_hash(_over(read, start, middle), _over(read, middle, end))


def _path(read: Read, index: int, start: int, end: int) -> list[Hash]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*_path(read, index, start, middle), _over(read, middle, end)]
    return [*_path(read, index, middle, end), _over(read, start, middle)]


def _subproof(read: Read, old: int, start: int, end: int, *, whole: bool) -> list[Hash]:
    if old == end:
        return [] if whole else [_over(read, start, end)]
    middle = start + _split(end - start)
    if old <= middle:
        return [*_subproof(read, old, start, middle, whole=whole), _over(read, middle, end)]
    return [*_subproof(read, old, middle, end, whole=False), _over(read, start, middle)]
