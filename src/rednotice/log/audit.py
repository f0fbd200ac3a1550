"""Proves a whole log from outside: from its leaves, its signed checkpoint and the office's key alone."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from rednotice.errors import NotTrusted
from rednotice.log.checkpoint import Checkpoint, open_checkpoint
from rednotice.log.envelope import SALT_BYTES, commitment
from rednotice.log.merkle import EMPTY_ROOT, Hash, completed_by, leaf_hash, root
from rednotice.log.note import Keys, Verifier


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf as the log shows it; salt and content only where they are shown and not erased."""

    leaf: bytes
    salt: bytes | None = None
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Audited:
    """What was proved: the checkpoint, how many contents fit their leaves, how many were not shown."""

    checkpoint: Checkpoint
    contents: int
    hidden: int


def audit(leaves: Iterable[Leaf], note: str, office: Verifier | Keys, since: Checkpoint | None = None) -> Audited:
    """Builds the tree anew from all leaves, and compares it with what the office signed.

    Args:
        leaves: the leaves of the log in order, as many as the checkpoint counts, or more.
        note: the signed checkpoint.
        office: the office's key, which must come from elsewhere than the log.
        since: an older checkpoint that must be the beginning of this log.

    Raises:
        NotTrusted: at the first thing that does not fit, and says which.
    """
    checkpoint = open_checkpoint(note, office)
    # Only the subtrees that a root or the next leaf is made of: a million leaves need no more memory than ten.
    edge: dict[tuple[int, int], Hash] = {}

    def read(level: int, index: int) -> Hash:
        return edge[level, index]

    beginning = EMPTY_ROOT
    number = contents = hidden = 0
    for number, leaf in enumerate(leaves, start=1):
        _fits(leaf, number - 1)
        contents, hidden = contents + (leaf.content is not None), hidden + (leaf.content is None)
        *below, (level, index, hash_) = completed_by(read, number - 1, leaf_hash(leaf.leaf))
        for lower, place, _ in below:
            del edge[lower, place - 1]
        edge[level, index] = hash_
        if since and number == since.size:
            beginning = root(read, number)
        if number == checkpoint.size:
            break
    if number != checkpoint.size:
        raise NotTrusted(f"the office signed {checkpoint.size} events, but shows {number}")
    if root(read, number) != checkpoint.root:
        raise NotTrusted(f"the {number} events shown are not those that the office signed: their root is another")
    if since and (since.size > number or beginning != since.root):
        raise NotTrusted(f"the log of {since.size} events signed before is not the beginning of this one")
    return Audited(checkpoint, contents, hidden)


def _fits(leaf: Leaf, number: int) -> None:
    try:
        says = json.loads(leaf.leaf)
        named, committed = says["number"], says["commitment"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NotTrusted(f"leaf {number} is damaged") from None
    if named != number:
        raise NotTrusted(f"leaf {number} calls itself {named}")
    if leaf.content is None:
        return
    if leaf.salt is None or len(leaf.salt) != SALT_BYTES or commitment(leaf.salt, leaf.content) != committed:
        raise NotTrusted(f"the content of event {number} is not the one that its leaf commits to")
