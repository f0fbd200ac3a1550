"""Whether two checkpoints that the office signed tell one history. Pure: proofs come through a function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rednotice.log.checkpoint import Checkpoint
from rednotice.log.merkle import Hash, verify_consistency

Prove = Callable[[int, int], Sequence[Hash]]
"""Gives the consistency proof between two sizes of the office's log."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint, and the note in which the office signed it."""

    checkpoint: Checkpoint
    note: str


class Wrong(StrEnum):
    """What is wrong with a checkpoint beside another one."""

    FORK = "two histories"
    SHORTER = "shorter than before"


@dataclass(frozen=True, slots=True)
class Dispute:
    """Two checkpoints, both signed by the office, that cannot both be: kept as evidence."""

    wrong: Wrong
    before: Signed
    shown: Signed
    whose: str
    """Who believed the first one; the office shows the second."""

    def __str__(self) -> str:
        old, new = self.before.checkpoint.size, self.shown.checkpoint.size
        if self.wrong is Wrong.FORK:
            return (
                f"the office signed two histories: its log of {new} events does not go on from the one of {old} events "
                f"that {self.whose} believed"
            )
        return (
            f"the office shows a log of {new} events, but it signed one of {old} that {self.whose} believed: it was "
            "set back to an older state, or an old state is shown as today's"
        )


def one_history(one: Signed, other: Signed, prove: Prove) -> bool:
    """Whether the shorter of two checkpoints is the beginning of the longer."""
    old, new = sorted((one.checkpoint, other.checkpoint), key=lambda checkpoint: checkpoint.size)
    if old.size == new.size:
        return old.root == new.root
    return verify_consistency(old.size, new.size, prove(old.size, new.size), old.root, new.root)
