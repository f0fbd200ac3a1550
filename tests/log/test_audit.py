"""A whole log proved from outside, and every way in which it may not be whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from rednotice.errors import NotTrusted
from rednotice.log import audit as audit_module
from rednotice.log.audit import Audited, Leaf, audit
from rednotice.log.checkpoint import Checkpoint
from tests.log.test_feed import NAMESAKE, OFFICE, ALog

LOG = ALog.of(13)
LEAVES = [Leaf(leaf, LOG.salt(number), LOG.contents[number]) for number, leaf in enumerate(LOG.leaves)]
NOTE = LOG.checkpoint().sign(OFFICE)


@pytest.fixture(autouse=True, params=[1, 4, 4096])
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every log is read in blocks: one leaf each, some of them, all in one."""
    monkeypatch.setattr(audit_module, "BLOCK", request.param)


def audited(leaves: list[Leaf], note: str = NOTE, since: Checkpoint | None = None) -> Audited:
    return audit(leaves, note, OFFICE.verifier, since)


def test_a_sound_log_is_proved_and_its_contents_counted() -> None:
    assert audited(LEAVES) == Audited(LOG.checkpoint(), contents=13, hidden=0)


def test_what_is_erased_leaves_the_log_whole() -> None:
    erased = [Leaf(leaf.leaf) if number % 2 else leaf for number, leaf in enumerate(LEAVES)]
    assert audited(erased) == Audited(LOG.checkpoint(), contents=7, hidden=6)


@pytest.mark.parametrize("size", range(1, 14))
def test_more_leaves_than_were_signed_are_no_fault(size: int) -> None:
    note = LOG.checkpoint(size).sign(OFFICE)
    assert audited(LEAVES, note) == Audited(LOG.checkpoint(size), contents=size, hidden=0)


@pytest.mark.parametrize("size", range(14))
def test_every_older_checkpoint_is_the_beginning_of_the_log(size: int) -> None:
    assert audited(LEAVES, since=LOG.checkpoint(size)).checkpoint.size == 13


def at(number: int, change: Callable[[Leaf], Leaf]) -> list[Leaf]:
    return [*LEAVES[:number], change(LEAVES[number]), *LEAVES[number + 1 :]]


FAULTS: dict[str, tuple[list[Leaf], str]] = {
    "an altered leaf": (
        at(4, lambda leaf: replace(leaf, leaf=leaf.leaf.replace(b"A-4", b"A-5"))),
        "the 13 events shown are not those that the office signed",
    ),
    "the last leaf altered": (
        at(12, lambda leaf: replace(leaf, leaf=leaf.leaf.replace(b"published", b"recalled"))),
        "the 13 events shown are not those that the office signed",
    ),
    "an altered content": (
        at(4, lambda leaf: replace(leaf, content=b"{}")),
        "the content of event 4 is not the one that its leaf commits to",
    ),
    "an altered salt": (at(4, lambda leaf: replace(leaf, salt=bytes(32))), "the content of event 4 is not the one"),
    "a byte of the content given to the salt": (
        at(4, lambda leaf: Leaf(leaf.leaf, LOG.salt(4) + LOG.contents[4][:1], LOG.contents[4][1:])),
        "the content of event 4 is not the one",
    ),
    "a content without its salt": (at(4, lambda leaf: replace(leaf, salt=None)), "the content of event 4 is not"),
    "a missing leaf": (LEAVES[:4] + LEAVES[5:], "leaf 4 calls itself 5"),
    "the last leaf missing": (LEAVES[:-1], "the office signed 13 events, but shows 12"),
    "no leaf at all": ([], "the office signed 13 events, but shows 0"),
    "two leaves in the other order": ([*LEAVES[:4], LEAVES[5], LEAVES[4], *LEAVES[6:]], "leaf 4 calls itself 5"),
    "a leaf twice": ([*LEAVES[:5], *LEAVES[4:]], "leaf 5 calls itself 4"),
    "a leaf that is no JSON": (at(4, lambda _: Leaf(b"\xff")), "leaf 4 is damaged"),
    "a leaf that is no object": (at(4, lambda _: Leaf(b"[]")), "leaf 4 is damaged"),
    "a leaf without a commitment": (at(4, lambda _: Leaf(b'{"number":4}')), "leaf 4 is damaged"),
}


@pytest.mark.parametrize(("leaves", "says"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found_and_named(leaves: list[Leaf], says: str) -> None:
    with pytest.raises(NotTrusted, match=says):
        audited(leaves)


def test_leaves_under_new_numbers_are_not_the_ones_signed() -> None:
    # A leaf taken out, and those behind it renumbered so that none betrays itself.
    shorter = ALog.of(4)
    for number in range(5, 13):
        shorter.append({"says": f"event {number}"})
    with pytest.raises(NotTrusted, match="their root is another"):
        audited([Leaf(leaf) for leaf in shorter.leaves], LOG.checkpoint(12).sign(OFFICE))


def test_a_log_of_another_past_is_not_the_continuation() -> None:
    other = ALog.of(7)
    other.append({"says": "another history"})
    with pytest.raises(NotTrusted, match="the log of 8 events signed before is not the beginning of this one"):
        audited(LEAVES, since=other.checkpoint())


def test_a_log_shorter_than_before_is_not_the_continuation() -> None:
    with pytest.raises(NotTrusted, match="the log of 13 events signed before is not the beginning"):
        audited(LEAVES, LOG.checkpoint(9).sign(OFFICE), since=LOG.checkpoint())


def test_a_log_that_another_key_signed_is_not_the_offices() -> None:
    with pytest.raises(NotTrusted, match="no valid signature"):
        audited(LEAVES, LOG.checkpoint().sign(NAMESAKE))
