"""Names that have the words that may be meant: counted, from the rarest word on, and the best chosen."""

from __future__ import annotations

from typing import Any

import numpy as np

from rednotice.match.kernels import inlined, inner
from rednotice.match.kernels.ahead import ahead
from rednotice.match.kernels.forms import scattered
from rednotice.match.kernels.letters import Bytes, Floats, Ints, hashed
from rednotice.match.kernels.room import (
    BINS,
    CANDIDATES,
    CANDIDATES_BITS,
    EXPANSIONS,
    TABLE,
    Counting,
    Lookup,
    Meeting,
    standing,
)
from rednotice.match.kernels.words import INITIAL, KEY, KIND, MINOR, SKELETON, VOWELLESS, Lexicon, together

ENOUGH = 1_500
"""When so many names were found by rarer words, common ones only add to those."""
OUT_OF_REACH = 0.7
"""A name that cannot gain so much of what enough others have gained is no longer counted."""
LONGER = 0.05
"""By so much each word of a name makes what it gained count less."""
SOON = 12
"""What is looked into so many names later is fetched now."""
Shelf = Any
"""`match.segment.Shelf`."""


@inlined
def _gain(name: int, gain: float, unit: int, count: int, more: bool, counting: Counting) -> int:
    """Adds to what a name gained, once a unit; a new name is taken up if there may be more."""
    place = scattered(name, TABLE - 1)
    while counting.table[place] >> CANDIDATES_BITS != name:
        if counting.table[place] < 0:
            if not more or count == CANDIDATES:
                return count
            counting.table[place] = (name << CANDIDATES_BITS) | count
            counting.used[count], counting.names[count] = place, name
            counting.sums[count], counting.stamps[count] = gain, unit
            return count + 1
        place = (place + 1) & (TABLE - 1)
    number = counting.table[place] & (CANDIDATES - 1)
    if counting.stamps[number] != unit:
        counting.stamps[number] = unit
        counting.sums[number] += gain
    return count


@inner
def _floor(count: int, wanted: int, most: float, counting: Counting) -> float:
    """What `wanted` names have gained at least, of `count`, none of which has more than `most`; 0 if they are fewer."""
    if count <= wanted:
        return 0.0
    bins = counting.bins
    bins[:] = 0
    scale = np.float32((BINS - 1) / most)
    for number in range(count):
        bins[min(int(counting.sums[number] * scale), BINS - 1)] += 1
    reached = 0
    for place in range(BINS - 1, 0, -1):
        reached += bins[place]
        if reached >= wanted:
            return place / scale
    return 0.0


@inner
def _joined_names(asked: Lexicon, words: Ints, unit: int, starts: Ints, buffer: Bytes) -> tuple[int, int]:
    """Where the names stand that have two words which, written as one, are the word or the two words asked."""
    n = words.shape[0]
    word = words[unit if unit < n else unit - n]
    which = SKELETON if asked.words[word, KIND] & VOWELLESS else KEY
    if unit < n:
        first, size = asked.words[word, 2 * which], asked.words[word, 2 * which + 1]
        whole = hashed(asked.letters, first, first + size)
    else:
        size = together(asked, word, words[unit - n + 1], which, True, buffer)
        whole = hashed(buffer, 0, size)
    if size < 3:
        return 0, 0
    bucket = whole & np.uint32(starts.shape[0] - 2)
    return starts[bucket], starts[bucket + 1]


@inlined
def _read(
    names: Ints, first: int, last: int, gain: float, unit: int, count: int, more: bool, counting: Counting
) -> int:
    for place in range(first, last):
        if names[place] >= 0:
            count = _gain(names[place], gain, unit, count, more, counting)
    return count


@inner
def gather(
    asked: Lexicon,
    words: Ints,
    worths: Floats,
    shelf: Shelf,
    budget: int,
    wanted: int,
    meeting: Meeting,
    counting: Counting,
    lookup: Lookup,
    buffer: Bytes,
) -> tuple[int, bool]:
    """Adds up, for every name that may come among the `wanted` best, what the words asked gain in it, rarest first.

    Returns:
        How many names gained anything, and whether the budget of postings to read cut the search.
    """
    n = words.shape[0]
    units = 2 * n - 1
    posts = shelf.post_starts
    costs, joined, gains, order = counting.costs, counting.joined, counting.gains, counting.order
    for unit in range(units):
        costs[unit] = 0
        for place in range(unit * EXPANSIONS, unit * EXPANSIONS + meeting.counts[unit]):
            costs[unit] += posts[meeting.words[place] + 1] - posts[meeting.words[place]]
        joined[unit, 0], joined[unit, 1] = _joined_names(asked, words, unit, shelf.joined_starts, buffer)
        costs[unit] += joined[unit, 1] - joined[unit, 0]
    most = 0.0
    for unit in range(units):
        minor = unit < n and asked.words[words[unit], KIND] & (MINOR | INITIAL)
        worth = worths[unit] if unit < n else worths[unit - n] + worths[unit - n + 1]
        gains[unit] = worth * np.float32(0.3 if minor else 1.0)
        most += float(gains[unit])
        # The rarest first.
        place = unit
        while place > 0 and costs[order[place - 1]] > costs[unit]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = unit
    left = most
    floor = 0.0
    count = 0
    read = 0
    cut = False
    for turn in range(units):
        unit = order[turn]
        if costs[unit] > count:
            floor = OUT_OF_REACH * _floor(count, wanted, most, counting)
        # A name that has none of the rarer words no longer comes among the best.
        more = floor <= left
        if (read + costs[unit] > budget or count > ENOUGH or not more) and costs[unit] > 4 * count > 0:
            # To look into the names found is less work than to read all that have the word.
            cut = cut or (count < ENOUGH and more)
            if unit < n:
                _look(
                    unit,
                    float(gains[unit]),
                    count,
                    floor - left,
                    shelf.name_starts,
                    shelf.name_words,
                    meeting,
                    counting,
                    lookup,
                )
            left -= float(gains[unit])
            continue
        first, last = joined[unit, 0], joined[unit, 1]
        ahead(shelf.joined_names, first)
        for place in range(unit * EXPANSIONS, unit * EXPANSIONS + meeting.counts[unit]):
            ahead(shelf.posts, posts[meeting.words[place]])
        count = _read(shelf.joined_names, first, last, gains[unit], unit + 1, count, more and read < budget, counting)
        read += last - first
        for place in range(unit * EXPANSIONS, unit * EXPANSIONS + meeting.counts[unit]):
            word = meeting.words[place]
            first, last = posts[word], posts[word + 1]
            if read > budget and last - first > 4 * count:
                cut = True
                continue
            gain = meeting.nearness[place] * gains[unit]
            count = _read(shelf.posts, first, last, gain, unit + 1, count, more and read < 2 * budget, counting)
            read += last - first
        left -= float(gains[unit])
    return count, cut


@inner
def _look(
    unit: int,
    worth: float,
    count: int,
    least: float,
    name_starts: Ints,
    name_words: Ints,
    meeting: Meeting,
    counting: Counting,
    lookup: Lookup,
) -> None:
    """Adds what one word asked gains in the names found so far, of those that have gained `least`."""
    for number in range(count):
        if number + 2 * SOON < count:
            ahead(name_starts, counting.names[number + 2 * SOON])
        if number + SOON < count:
            ahead(name_words, name_starts[counting.names[number + SOON]])
        if counting.sums[number] < least:
            continue
        name = counting.names[number]
        best = np.float32(0)
        for at in range(name_starts[name], name_starts[name + 1]):
            place = standing(unit, name_words[at], lookup)
            if place >= 0:
                best = max(best, meeting.nearness[place])
        counting.sums[number] += best * worth


@inner
def choose(count: int, name_starts: Ints, counting: Counting, names: Ints, scores: Floats) -> int:
    """The names that gained most, unordered; leaves the table empty for the next search. How many."""
    taken = 0
    # A heap of the best so far, its least on top; what a name of one word must have gained to come among them.
    at_least = np.float32(-1)
    for position in range(count):
        counting.table[counting.used[position]] = -1
        if position + SOON < count and counting.sums[position + SOON] > at_least:
            ahead(name_starts, counting.names[position + SOON])
        if counting.sums[position] <= at_least:
            continue
        name = counting.names[position]
        gained = counting.sums[position] / np.float32(1 + LONGER * (name_starts[name + 1] - name_starts[name]))
        if taken == names.shape[0]:
            if gained <= scores[0]:
                continue
            at = 0
            while 2 * at + 1 < taken:
                child = 2 * at + 1
                if child + 1 < taken and scores[child + 1] < scores[child]:
                    child += 1
                if scores[child] >= gained:
                    break
                scores[at], names[at] = scores[child], names[child]
                at = child
        else:
            at = taken
            taken += 1
            while at > 0 and scores[(at - 1) // 2] > gained:
                scores[at], names[at] = scores[(at - 1) // 2], names[(at - 1) // 2]
                at = (at - 1) // 2
        scores[at], names[at] = gained, name
        if taken == names.shape[0]:
            at_least = scores[0] * np.float32(1 + LONGER)
    return taken
