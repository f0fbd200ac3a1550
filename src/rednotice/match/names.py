"""One name against another: which word met which, how, and how near the two names are."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

from rednotice.match.kernels import search
from rednotice.match.kernels.room import Room, room_for
from rednotice.match.kernels.words import BY_INITIAL, JOINED, KNOWN, NEAR_ENOUGH, SAME
from rednotice.match.lexicon import SLOTS, Form, Lexicon, form_of, lexicon
from rednotice.match.model import MODEL
from rednotice.match.text import WORDS_LIMIT, Word
from rednotice.model.check import Meeting, Part

RESCORED = 150
"""So many of the best candidates are compared word by word."""

_HOW = {BY_INITIAL: Meeting.INITIAL, JOINED: Meeting.JOINED}


@dataclass(frozen=True, slots=True)
class Borne:
    """How many listed names bear which word: what a word says of who it is."""

    counts: NDArray[np.int32]
    total: int

    @classmethod
    def nothing(cls) -> Borne:
        """As if nobody were listed: every word says as much."""
        return cls(np.zeros(SLOTS, np.int32), 1)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How near two names are (0 to 1), part by part."""

    score: float
    parts: tuple[Part, ...]
    other_order: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A name asked, as the compiled loops take one."""

    name: tuple[Word, ...]
    forms: tuple[Form, ...]
    lexicon: Lexicon
    words: NDArray[np.int32]
    worth: NDArray[np.float32]
    itself: float
    """The log odds of a listed name that is the one asked: no other name has more."""

    @classmethod
    def of(cls, name: Sequence[Word], borne: Borne) -> Asked:
        """A name, each word with what it says, by how rare it is."""
        forms, known, words = _packed(name)
        worth = np.empty(len(words), np.float32)
        search.inform(known, words, borne.counts, borne.total, worth)
        room = room_of_thread().comparing
        itself = search.itself(known, words, worth, borne.counts, borne.total, MODEL, room) if name else math.inf
        return cls(tuple(name), forms, known, words, worth, itself)


def compare(asked: Asked, listed: Sequence[Word], borne: Borne) -> Comparison:
    """Compares two names by pairing their words, best pairs first."""
    if not asked.name or not listed:
        return Comparison(0.0, tuple(_left_over(asked.name, listed, set(), set())), False)
    _, known, words = _packed(listed)
    room = room_of_thread().comparing
    odds, pairs = search.compare_one(
        asked.lexicon, asked.words, asked.worth, known, words, borne.counts, borne.total, MODEL, asked.itself, room
    )
    chosen = room.chosen[:pairs]
    edges = sorted(zip(room.edges[chosen].tolist(), room.strength[chosen].tolist(), strict=True))
    met_asked = {i for (first, count, *_), _ in edges for i in range(first, first + count)}
    met_listed = {j for (_, _, first, count, _), _ in edges for j in range(first, first + count)}
    order = [j for (_, _, j, _, _), _ in edges]
    parts = [
        Part.model_construct(
            asked=_written(asked.name, i, ni),
            listed=_written(listed, j, nj),
            how=_how(asked.name[i], listed[j], how),
            nearness=round(near, 3),
            script=_script(asked.name[i], listed[j]),
            moved=max(order[:place], default=-1) > j or min(order[place:]) < j,
        )
        for place, ((i, ni, j, nj, how), near) in enumerate(edges)
    ]
    parts += _left_over(asked.name, listed, met_asked, met_listed)
    return Comparison(probability(odds), tuple(parts), any(part.moved for part in parts))


def probability(odds: float) -> float:
    """Log odds as a probability."""
    return 1 / (1 + math.exp(-odds))


def _how(asked: Word, listed: Word, how: int) -> Meeting:
    if how in _HOW and not (asked.is_initial and listed.is_initial):
        return _HOW[how]
    if asked.script != listed.script:
        return Meeting.TRANSLITERATED
    if how in (SAME, BY_INITIAL):
        return Meeting.SAME
    if asked.is_minor and listed.is_minor:
        return Meeting.PARTICLE
    # Forms of one name may be spellings of it, and may have no letters in common, as Bill and William.
    apart = how == KNOWN and OSA.normalized_similarity(asked.key, listed.key) < NEAR_ENOUGH
    return Meeting.FORM if apart else Meeting.SPELLING


def _script(asked: Word, listed: Word) -> str | None:
    """From which script one of two words is transliterated; that of the word asked, if both are."""
    if asked.script == listed.script:
        return None
    script = asked.script if asked.foreign else listed.script
    return "Han" if script == "CJK" else script.capitalize()


def room_of_thread() -> Room:
    """The room in which this thread compares and searches."""
    room: Room | None = getattr(_rooms, "room", None)
    if room is None:
        room = _rooms.room = room_for(WORDS_LIMIT, RESCORED)
    return room


_rooms = threading.local()


def _packed(name: Sequence[Word]) -> tuple[tuple[Form, ...], Lexicon, NDArray[np.int32]]:
    forms = tuple(form_of(word) for word in name)
    distinct = {form: number for number, form in enumerate(dict.fromkeys(forms))}
    return forms, lexicon(list(distinct)), np.array([distinct[form] for form in forms], np.int32)


def _left_over(
    asked: Sequence[Word], listed: Sequence[Word], met_asked: set[int], met_listed: set[int]
) -> Iterator[Part]:
    for i, word in enumerate(asked):
        if i not in met_asked:
            yield Part.model_construct(
                asked=word.written, listed=None, how=Meeting.UNMATCHED, nearness=0.0, script=None, moved=False
            )
    for j, word in enumerate(listed):
        if j not in met_listed:
            yield Part.model_construct(
                asked=None, listed=word.written, how=Meeting.EXTRA, nearness=0.0, script=None, moved=False
            )


def _written(words: Sequence[Word], first: int, count: int) -> str:
    return " ".join(word.written for word in words[first : first + count])
