"""Room to find names in: made once for a thread, so that a search makes no array."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rednotice.match.kernels import inlined
from rednotice.match.kernels.forms import scattered
from rednotice.match.kernels.letters import Bytes, Floats, Ints, Masks
from rednotice.match.kernels.pairing import EDGES, FEATURES
from rednotice.match.kernels.words import Marks

EXPANSIONS = 400
"""So many listed words at most stand in for one word asked."""
VISITED = 8192
"""Room for the forms, and the words, that are looked at for one word asked; a power of two."""
CANDIDATES_BITS = 13
CANDIDATES = 1 << CANDIDATES_BITS
"""Names that are counted at most."""
BINS = 256
"""What names have gained is told apart as finely as this, to say which are out of reach."""
TABLE = 1 << 15
"""Room to count them in; a power of two."""
LOOKUP = 1024
"""Room to look up the words that stand in for one word asked; a power of two."""
SPARSE = 16
"""So many bits for each place there."""


class Meeting(NamedTuple):
    """Room to find words in: what was looked at, and the words found for each unit asked, with how near they are."""

    found: Ints
    left: NDArray[np.uint32]
    apart: NDArray[np.int8]
    """Edits of each form found."""
    met_forms: NDArray[np.int64]
    met_words: NDArray[np.int64]
    stamps: Ints
    """The last under which something was noted in these two (`forms.first_time`)."""
    candidates: Ints
    """Words whose form is near; how near they are by consonants or syllables, where that counts; edits of the keys."""
    alike: NDArray[np.float64]
    keys_apart: NDArray[np.int8]
    words: Ints
    nearness: Floats
    how: NDArray[np.int8]
    counts: Ints
    """How many words each unit has, from `EXPANSIONS` times its number on: every word asked, then every two that stand
    together. Negative: they are still to be found."""
    order: NDArray[np.int64]
    heap: Ints
    """Where the words of one unit stand, the least near on top, once there is no room for more."""


class Counting(NamedTuple):
    """Room to add up in what names gain: an open table of their numbers, and what each has so far."""

    table: NDArray[np.int64]
    """Names with their numbers, as `gathering._gain` puts them together; -1 where none is."""
    used: Ints
    """Where in the table each stands."""
    names: Ints
    sums: Floats
    stamps: NDArray[np.int8]
    """The last unit in which each gained."""
    bins: Ints
    """How many have how much (`gathering._floor`)."""
    costs: NDArray[np.int64]
    """Of each unit how many names have its words, where those stand that have it joined, and what it may gain."""
    joined: NDArray[np.int64]
    gains: Floats
    order: Ints
    """The units, the rarest first."""


class Lookup(NamedTuple):
    """Room to look up how near a listed word is to each word asked: open tables."""

    some: Masks
    """Bits that are set where some words may stand: most words stand nowhere, and are told apart here."""
    words: Ints
    places: Ints
    """Where each stands in `Meeting.words`."""


class Comparing(NamedTuple):
    """Room to compare two names in."""

    marks: Marks
    buffer: Bytes
    near: Floats
    how: NDArray[np.int8]
    edges: Ints
    strength: Floats
    chosen: Ints
    features: Floats
    worth: Floats


class Room(NamedTuple):
    """Room to work in, for one thread; `names` and `scores` receive what a search found."""

    meeting: Meeting
    counting: Counting
    lookup: Lookup
    comparing: Comparing
    names: Ints
    scores: Floats


def room_for(words: int, rescored: int) -> Room:
    """Room for one thread, for names of so many words at most, and for comparing so many names."""
    units = 2 * words
    return Room(
        Meeting(
            found=np.zeros(VISITED, np.int32),
            left=np.zeros(64, np.uint32),
            apart=np.zeros(VISITED, np.int8),
            met_forms=np.zeros(VISITED, np.int64),
            met_words=np.zeros(VISITED, np.int64),
            stamps=np.zeros(2, np.int32),
            candidates=np.zeros(VISITED, np.int32),
            alike=np.zeros(VISITED, np.float64),
            keys_apart=np.zeros(VISITED, np.int8),
            words=np.zeros(units * EXPANSIONS, np.int32),
            nearness=np.zeros(units * EXPANSIONS, np.float32),
            how=np.zeros(units * EXPANSIONS, np.int8),
            counts=np.full(units, -1, np.int32),
            order=np.zeros(EXPANSIONS, np.int64),
            heap=np.zeros(EXPANSIONS, np.int32),
        ),
        Counting(
            table=np.full(TABLE, -1, np.int64),
            used=np.zeros(CANDIDATES, np.int32),
            names=np.zeros(CANDIDATES, np.int32),
            sums=np.zeros(CANDIDATES, np.float32),
            stamps=np.zeros(CANDIDATES, np.int8),
            bins=np.zeros(BINS, np.int32),
            costs=np.zeros(units, np.int64),
            joined=np.zeros((units, 2), np.int64),
            gains=np.zeros(units, np.float32),
            order=np.zeros(units, np.int32),
        ),
        Lookup(
            some=np.zeros((words, LOOKUP * SPARSE // 64), np.uint64),
            words=np.full((words, LOOKUP), -1, np.int32),
            places=np.zeros((words, LOOKUP), np.int32),
        ),
        Comparing(
            marks=Marks(np.zeros(256, np.uint64), np.zeros(256, np.uint64), np.zeros(256, np.uint64)),
            buffer=np.zeros(4 * 64, np.uint8),
            near=np.zeros((words, words), np.float32),
            how=np.zeros((words, words), np.int8),
            edges=np.zeros((EDGES, 5), np.int32),
            strength=np.zeros(EDGES, np.float32),
            chosen=np.zeros(words, np.int32),
            features=np.zeros(FEATURES, np.float32),
            worth=np.zeros(words, np.float32),
        ),
        names=np.zeros(rescored, np.int32),
        scores=np.zeros(rescored, np.float32),
    )


@inlined
def note(unit: int, meeting: Meeting, lookup: Lookup) -> None:
    """Notes where each of the words is that stand in for a word asked."""
    lookup.words[unit, :] = -1
    lookup.some[unit, :] = 0
    for position in range(unit * EXPANSIONS, unit * EXPANSIONS + meeting.counts[unit]):
        place = scattered(meeting.words[position], LOOKUP * SPARSE - 1)
        lookup.some[unit, place >> 6] |= np.uint64(1) << np.uint64(place & 63)
        place &= LOOKUP - 1
        while lookup.words[unit, place] >= 0:
            place = (place + 1) & (LOOKUP - 1)
        lookup.words[unit, place] = meeting.words[position]
        lookup.places[unit, place] = position


@inlined
def standing(unit: int, word: int, lookup: Lookup) -> int:
    """Where a listed word stands among those that stand in for a word asked; -1 if nowhere."""
    place = scattered(word, LOOKUP * SPARSE - 1)
    if not lookup.some[unit, place >> 6] >> np.uint64(place & 63) & np.uint64(1):
        return -1
    place &= LOOKUP - 1
    while lookup.words[unit, place] >= 0:
        if lookup.words[unit, place] == word:
            return lookup.places[unit, place]
        place = (place + 1) & (LOOKUP - 1)
    return -1
