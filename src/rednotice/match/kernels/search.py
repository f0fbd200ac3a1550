"""From the words asked to the names that may be meant: near words, the names that have them, the best compared."""

from __future__ import annotations

from typing import Any

import numpy as np

from rednotice.match.kernels import compiled, inlined, inner
from rednotice.match.kernels.ahead import ahead
from rednotice.match.kernels.gathering import choose, gather
from rednotice.match.kernels.letters import Floats, Ints
from rednotice.match.kernels.meeting import expand
from rednotice.match.kernels.pairing import compare, information
from rednotice.match.kernels.room import Comparing, Lookup, Meeting, Room, standing
from rednotice.match.kernels.words import COLUMNS, KNOWN_AS, SLOT, Lexicon

COMPARED = 64
"""So many of the names that look best at a glance are compared in full."""
OTHER = 0.05
"""By so much at least, in log odds, another name is less likely than the name asked itself."""
Shelf = Any
"""`match.segment.Shelf`."""


@compiled
def inform(known: Lexicon, words: Ints, counts: Ints, total: int, worth: Floats) -> None:
    """Writes what each word says of who it is (`pairing.information`)."""
    _inform(known, words, counts, total, worth)


@inner
def _inform(known: Lexicon, words: Ints, counts: Ints, total: int, worth: Floats) -> None:
    for position in range(words.shape[0]):
        worth[position] = information(counts[known.words[words[position], SLOT]], total)


@compiled
def compare_one(
    asked: Lexicon,
    words: Ints,
    worth: Floats,
    known: Lexicon,
    listed: Ints,
    counts: Ints,
    total: int,
    model: Floats,
    most: float,
    work: Comparing,
) -> tuple[float, int]:
    """Compares the name asked with one listed name (`pairing.compare`), of which no other has more than `most`.

    Returns:
        How likely it is, in log odds, that both are one person's; and how many pairs met, which are left in `work`.
    """
    return _compare_one(asked, words, worth, known, listed, counts, total, model, most, work)


@compiled
def itself(
    asked: Lexicon, words: Ints, worth: Floats, counts: Ints, total: int, model: Floats, work: Comparing
) -> float:
    """The log odds of a listed name that is the one asked."""
    return _compare_one(asked, words, worth, asked, words, counts, total, model, np.inf, work)[0]


@inner
def _compare_one(
    asked: Lexicon,
    words: Ints,
    worth: Floats,
    known: Lexicon,
    listed: Ints,
    counts: Ints,
    total: int,
    model: Floats,
    most: float,
    work: Comparing,
) -> tuple[float, int]:
    """As `compare_one`. `most` is what `itself` gives, or infinite: no other name is likelier than the name asked."""
    for i in range(words.shape[0]):
        for j in range(listed.shape[0]):
            work.near[i, j] = -1
    odds, pairs = _compare(asked, words, worth, known, listed, counts, total, model, work)
    if odds > most - OTHER and not _is_same(words.shape[0], listed.shape[0], pairs, work):
        odds = most - OTHER
    return odds, pairs


@inlined
def _is_same(n: int, m: int, pairs: int, work: Comparing) -> bool:
    """Whether every word met the one in its place, as the same word."""
    for place in range(pairs):
        edge = work.chosen[place]
        if work.strength[edge] < 1 or work.edges[edge, 0] != work.edges[edge, 2]:
            return False
    return n == m == pairs


@inner
def _compare(
    asked: Lexicon,
    words: Ints,
    worth: Floats,
    known: Lexicon,
    listed: Ints,
    counts: Ints,
    total: int,
    model: Floats,
    work: Comparing,
) -> tuple[float, int]:
    worth_listed = work.worth[: listed.shape[0]]
    _inform(known, listed, counts, total, worth_listed)
    pairs = compare(
        asked, words, worth, known, listed, worth_listed, total, work.near, work.how, work.marks, work.buffer,
        work.edges, work.strength, work.chosen, work.features,
    )  # fmt: skip
    odds = np.float32(0)
    for feature in range(model.shape[0]):
        odds += model[feature] * work.features[feature]
    return odds, pairs


@inner
def _glance(
    asked: Lexicon,
    words: Ints,
    worth: Floats,
    known: Lexicon,
    listed: Ints,
    counts: Ints,
    total: int,
    model: Floats,
    meeting: Meeting,
    lookup: Lookup,
    work: Comparing,
) -> float:
    """Compares as `compare_one`, taking for near only those words that were found to stand in for one asked."""
    for i in range(words.shape[0]):
        for j in range(listed.shape[0]):
            place = standing(i, listed[j], lookup)
            work.near[i, j] = 0.0 if place < 0 else min(meeting.nearness[place], np.float32(1))
            work.how[i, j] = 0 if place < 0 else meeting.how[place]
    return _compare(asked, words, worth, known, listed, counts, total, model, work)[0]


@inner
def _fetch(names: Ints, name_starts: Ints, name_words: Ints, known: Lexicon, counts: Ints) -> None:
    """Has the processor fetch what comparing names will read."""
    for name in names:
        ahead(name_words, name_starts[name])
    for name in names:
        for place in range(name_starts[name], name_starts[name + 1]):
            ahead(known.words, name_words[place] * COLUMNS)
            ahead(known.words, name_words[place] * COLUMNS + COLUMNS - 1)
            ahead(known.seen, name_words[place] * 5)
            ahead(known.seen, name_words[place] * 5 + KNOWN_AS)
    for name in names:
        for place in range(name_starts[name], name_starts[name + 1]):
            ahead(counts, known.words[name_words[place], SLOT])


@compiled
def find(
    asked: Lexicon,
    words: Ints,
    worth: Floats,
    shelf: Shelf,
    counts: Ints,
    total: int,
    model: Floats,
    budget: int,
    most: float,
    work: Room,
) -> tuple[int, bool]:
    """The names of a segment that may be meant, compared word by word.

    Args:
        asked: the words asked.
        words: the name asked, as words of `asked`, shape (n,), n up to the words that `work` has room for.
        worth: what each word says.
        shelf: the names.
        counts: how many listed names bear a word, by its slot.
        total: how many names are listed.
        model: what each feature of a comparison counts (`pairing.FEATURES`).
        budget: postings read, after which no new name is taken up.
        most: what the name asked itself would have (`itself`).
        work: room to work in, which may hold words that stand in for those asked (`Meeting.counts`); receives `names`,
            and in `scores` log odds.

    Returns:
        How many names were compared, and whether the budget cut the search.
    """
    return _find(asked, words, worth, shelf, counts, total, model, budget, most, work)


@inner
def _find(
    asked: Lexicon,
    words: Ints,
    worth: Floats,
    shelf: Shelf,
    counts: Ints,
    total: int,
    model: Floats,
    budget: int,
    most: float,
    work: Room,
) -> tuple[int, bool]:
    comparing, names, scores = work.comparing, work.names, work.scores
    expand(asked, words, shelf, work.meeting, work.lookup, comparing.marks, comparing.buffer)
    count, cut = gather(
        asked, words, worth, shelf, budget, names.shape[0], work.meeting, work.counting, work.lookup, comparing.buffer
    )
    taken = choose(count, shelf.name_starts, work.counting, names, scores)
    _fetch(names[:taken], shelf.name_starts, shelf.name_words, shelf.lexicon, counts)
    for position in range(taken):
        listed = shelf.name_words[shelf.name_starts[names[position]] : shelf.name_starts[names[position] + 1]]
        scores[position] = _glance(
            asked, words, worth, shelf.lexicon, listed, counts, total, model, work.meeting, work.lookup, comparing
        )
    _best_first(taken, names, scores)
    compared = min(taken, COMPARED)
    for position in range(compared):
        listed = shelf.name_words[shelf.name_starts[names[position]] : shelf.name_starts[names[position] + 1]]
        scores[position], _ = _compare_one(
            asked, words, worth, shelf.lexicon, listed, counts, total, model, most, comparing
        )
    return compared, cut


@inner
def _best_first(count: int, names: Ints, scores: Floats) -> None:
    for position in range(1, count):
        name, score = names[position], scores[position]
        place = position
        while place > 0 and scores[place - 1] < score:
            names[place], scores[place] = names[place - 1], scores[place - 1]
            place -= 1
        names[place], scores[place] = name, score
