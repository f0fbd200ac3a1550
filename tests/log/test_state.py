"""What a bureau should hold, in one hash."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from rednotice.log.state import Ledger, bucket_of, differing, missing, surplus

subjects = st.text(min_size=1, max_size=12)
SLOW = settings(deadline=None, max_examples=20)
pairs = st.lists(st.tuples(subjects, st.integers(0, 1000)), max_size=30)


@SLOW
@given(pairs, st.randoms())
def test_the_order_in_which_events_come_makes_no_difference(said: list[tuple[str, int]], chance: object) -> None:
    other = list(said)
    chance.shuffle(other)  # type: ignore[attr-defined]
    assert Ledger(said).root == Ledger(other).root


@SLOW
@given(pairs, pairs)
def test_a_ledger_over_a_shared_one_is_the_two_together(
    shared: list[tuple[str, int]], own: list[tuple[str, int]]
) -> None:
    together = Ledger([*shared, *own])
    over = Ledger(own, Ledger(shared))
    assert over.root == together.root
    assert len(over) == len(together)
    assert all(over.last(subject) == together.last(subject) for subject, _ in (*shared, *own))


@SLOW
@given(pairs, pairs)
def test_hashes_that_are_kept_are_those_of_what_is_there(
    shared: list[tuple[str, int]], own: list[tuple[str, int]]
) -> None:
    below = Ledger()
    over = Ledger((), below)
    for one, two in zip(shared, own, strict=False):
        below.put(*one)
        assert over.root == Ledger(_all(over)).root
        over.put(*two)
        assert over.root == Ledger(_all(over)).root


def _all(ledger: Ledger) -> list[tuple[str, int]]:
    return [pair for place in range(256) for pair in ledger.bucket(place).items()]


def test_one_difference_is_found_in_one_bucket() -> None:
    said = [(f"A-{number}/11-2026", number) for number in range(1000)]
    office, node = Ledger(said), Ledger(said[:-1])
    (place,) = differing(office.hashes(), node.hashes())
    assert place == bucket_of("A-999/11-2026")
    assert missing(node.bucket(place), office.bucket(place)) == {"A-999/11-2026": 999}
    assert surplus(node.bucket(place), office.bucket(place)) == {}
    node.put("A-999/11-2026", 999)
    assert office.root == node.root


def test_pairs_that_are_written_alike_are_not_alike() -> None:
    assert Ledger([("a", 11)]).root != Ledger([("a1", 1)]).root
    assert Ledger().root != Ledger([("a", 0)]).root
