"""Proves a whole log from outside: from its leaves, its signed checkpoint and the office's key alone."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from rednotice.errors import NotTrusted
from rednotice.log.checkpoint import Checkpoint, open_checkpoint
from rednotice.log.envelope import SALT_BYTES, commitment
from rednotice.log.merkle import EMPTY_ROOT, Edge, leaf_hash
from rednotice.log.note import Keys, Verifier

BLOCK = 4096
"""Leaves that are hashed level by level: a power of two, so that every block but the last is one subtree."""


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
    # Only the edge of the tree is kept: a million leaves need no more memory than ten.
    tree, beginning = Edge(), EMPTY_ROOT
    contents = 0
    shown = islice(leaves, checkpoint.size)
    while block := list(islice(shown, BLOCK)):
        for number, leaf in enumerate(block, start=tree.size):
            _fits(leaf, number)
        contents += sum(leaf.content is not None for leaf in block)
        hashes = [leaf_hash(leaf.leaf) for leaf in block]
        if since and tree.size < since.size <= tree.size + len(block):
            beginning = tree.root(hashes[: since.size - tree.size])
        tree.extend(hashes)
    number = tree.size
    if number != checkpoint.size:
        raise NotTrusted(f"the office signed {checkpoint.size} events, but shows {number}")
    if tree.root() != checkpoint.root:
        raise NotTrusted(f"the {number} events shown are not those that the office signed: their root is another")
    if since and (since.size > number or beginning != since.root):
        raise NotTrusted(f"the log of {since.size} events signed before is not the beginning of this one")
    return Audited(checkpoint, contents, number - contents)


def _fits(leaf: Leaf, number: int) -> None:
    try:
        says = json.loads(leaf.leaf.decode())
        named, committed = says["number"], says["commitment"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NotTrusted(f"leaf {number} is damaged") from None
    if named != number:
        raise NotTrusted(f"leaf {number} calls itself {named}")
    if leaf.content is None:
        return
    if leaf.salt is None or len(leaf.salt) != SALT_BYTES or commitment(leaf.salt, leaf.content) != committed:
        raise NotTrusted(f"the content of event {number} is not the one that its leaf commits to")
