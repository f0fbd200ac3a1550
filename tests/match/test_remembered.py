"""What a segment remembers of words asked before: bounded, the same answers, and nothing of a person removed."""

import numpy as np
import pytest

from rednotice.match import build, segment
from rednotice.match.lexicon import form_of
from rednotice.match.segment import Remembered, Standing
from rednotice.match.text import words
from rednotice.model.check import Listed, Query


def _standing(count: int) -> Standing:
    return Standing(np.zeros(count, np.int32), np.zeros(count, np.float32), np.zeros(count, np.int8))


def test_what_was_not_asked_for_long_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment, "REMEMBERED", 100_000)
    remembered = Remembered()
    often, *others = (form_of(words(f"word{number}")[0]) for number in range(1_000))
    remembered.put(often, _standing(400))
    for other in others:
        remembered.put(other, _standing(400))
        assert remembered.get(often) is not None
    assert remembered.get(others[0]) is None
    assert remembered.get(others[-1]) is not None
    assert len(remembered._recent) + len(remembered._before) < 30


def test_a_word_asked_again_is_answered_the_same() -> None:
    index = build(Listed(id=str(number), names=(f"Anna{number:c} Eriksson",)) for number in range(97, 123))
    query = Query(name="Annab Erikson")
    first = index.check(query, 10, 0.0)
    # Asked with other words, and in another place of the name.
    index.check(Query(name="Erikson Johan Annab"), 10, 0.0)
    assert index.check(query, 10, 0.0) == first
    assert first.matches


def test_nothing_of_a_person_removed_is_remembered() -> None:
    index = build([Listed(id="1", names=("Anna Eriksson",)), Listed(id="2", names=("Zoltan Kovacs",))])
    index.check(Query(name="Anna Erikson"))
    (only,) = index._segments
    assert only._remembered._recent
    index.remove("1")
    assert not only._remembered._recent
    assert not only._remembered._before
