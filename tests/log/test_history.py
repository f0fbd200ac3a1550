"""Whether two signed checkpoints tell one history."""

from __future__ import annotations

import pytest

from rednotice.log.history import Dispute, Signed, Wrong, one_history
from rednotice.log.merkle import consistency_proof
from tests.log.test_feed import OFFICE, ALog


def signed(log: ALog, size: int) -> Signed:
    checkpoint = log.checkpoint(size)
    return Signed(checkpoint, checkpoint.sign(OFFICE))


@pytest.mark.parametrize(("one", "other"), [(3, 3), (3, 8), (8, 3), (1, 8), (5, 6)])
def test_checkpoints_of_one_log_tell_one_history_in_either_order(one: int, other: int) -> None:
    log = ALog.of(8)
    assert one_history(
        signed(log, one), signed(log, other), lambda old, new: consistency_proof(log.tree.read, old, new)
    )


@pytest.mark.parametrize(("one", "other"), [(8, 8), (7, 8), (8, 7)])
def test_another_log_s_checkpoint_does_not_whatever_is_offered_as_proof(one: int, other: int) -> None:
    log, fork = ALog.of(6), ALog.of(6)
    for number in range(2):
        log.append({"says": f"to one {number}"})
        fork.append({"says": f"to another {number}"})
    for side in (log, fork):
        tree = side.tree
        shown = (signed(log, one), signed(fork, other))
        assert not one_history(*shown, lambda old, new, tree=tree: consistency_proof(tree.read, old, new))  # type: ignore[misc]
    assert not one_history(signed(log, one), signed(fork, other), lambda *_: [])


def test_a_dispute_says_what_was_shown() -> None:
    log = ALog.of(8)
    fork = Dispute(Wrong.FORK, signed(log, 5), signed(log, 8), "this node")
    assert "its log of 8 events does not go on from the one of 5 events that this node believed" in str(fork)
    shorter = Dispute(Wrong.SHORTER, signed(log, 8), signed(log, 5), "this node")
    assert "shows a log of 5 events, but it signed one of 8" in str(shorter)
