"""From the words asked to the names that may be meant: near words, the names that have them, the best compared."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rednotice.match.kernels import compiled, inner
from rednotice.match.kernels.ahead import ahead
from rednotice.match.kernels.forms import PREFIX, first_time, near_forms, scattered
from rednotice.match.kernels.letters import Bytes, Floats, Ints, Masks, hashed, same
from rednotice.match.kernels.pairing import EDGES, FEATURES, compare, information
from rednotice.match.kernels.words import (
    BY_SOUND,
    COLUMNS,
    HEARD,
    INITIAL,
    KEY,
    KIND,
    KNOWN_AS,
    LATIN,
    MINOR,
    NEAR_ENOUGH,
    SAME_SKELETON,
    SKELETON,
    SLOT,
    SOUND,
    SOUNDS_SAME,
    SYMBOL_FIRST,
    SYMBOL_LAST,
    VOWELLESS,
    Lexicon,
    by_class,
    nearness_from,
    together,
)

COMPARED = 32
"""So many of the names that look best at a glance are compared in full."""
EXPANSIONS = 400
"""So many listed words at most stand in for one word asked."""
OF_ONE_CLASS, OF_OTHER_CLASS = 200, 40
"""So many words at most, the commonest, that have the same consonants as the word asked; and of each near to those."""
COMMONEST = 1e-3
"""The commonest word comes before one as rare as any unless that is nearer by so much."""
VISITED = 8192
"""Room for the forms, and the words, that are looked at for one word asked; a power of two."""
ENOUGH = 1_500
"""When so many names were found by rarer words, common ones only add to those."""
CANDIDATES_BITS = 13
CANDIDATES = 1 << CANDIDATES_BITS
"""Names that are counted at most."""
OUT_OF_REACH = 0.7
"""A name that cannot gain so much of what enough others have gained is no longer counted."""
BINS = 256
"""What names have gained is told apart as finely as this, to say which are out of reach."""
TABLE = 1 << 15
"""Room to count them in; a power of two."""
SOON = 12
"""What is looked into so many names later is fetched now."""
LOOKUP = 1024
"""Room to look up the words that stand in for one word asked; a power of two."""
Shelf = Any
"""`match.segment.Shelf`; `Forms` is there too."""
Forms = Any


class Meeting(NamedTuple):
    """Room to find words in: what was looked at, and the words found for each unit asked, with how near they are."""

    found: Ints
    left: NDArray[np.uint32]
    met_forms: Ints
    met_words: Ints
    candidates: Ints
    """Words whose form is near, and how near they are by consonants or syllables, where that counts."""
    alike: NDArray[np.float64]
    words: Ints
    nearness: Floats
    how: NDArray[np.int8]
    counts: Ints
    """How many words each unit has, from `EXPANSIONS` times its number on: every word asked, then every two that stand
    together. Negative: they are still to be found."""
    heap: Ints
    """Where the words of one unit stand, the least near on top, once there is no room for more."""


class Counting(NamedTuple):
    """Room to add up in what names gain: an open table of their numbers, and what each has so far."""

    table: NDArray[np.int64]
    """Names with their numbers, as `_gain` puts them together; -1 where none is."""
    used: Ints
    """Where in the table each stands."""
    names: Ints
    sums: Floats
    stamps: NDArray[np.int8]
    """The last unit in which each gained."""
    bins: Ints
    """How many have how much (`_floor`)."""


class Lookup(NamedTuple):
    """Room to look up how near a listed word is to each word asked: open tables."""

    words: Ints
    places: Ints
    """Where each stands in `Meeting.words`."""


class Comparing(NamedTuple):
    """Room to compare two names in."""

    masks: Masks
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


def room(words: int, rescored: int) -> Room:
    """Room for one thread, for names of so many words at most, and for comparing so many names."""
    units = 2 * words
    return Room(
        Meeting(
            found=np.zeros(VISITED, np.int32),
            left=np.zeros(64, np.uint32),
            met_forms=np.full(VISITED, -1, np.int32),
            met_words=np.full(VISITED, -1, np.int32),
            candidates=np.zeros(VISITED, np.int32),
            alike=np.zeros(VISITED, np.float64),
            words=np.zeros(units * EXPANSIONS, np.int32),
            nearness=np.zeros(units * EXPANSIONS, np.float32),
            how=np.zeros(units * EXPANSIONS, np.int8),
            counts=np.full(units, -1, np.int32),
            heap=np.zeros(EXPANSIONS, np.int32),
        ),
        Counting(
            table=np.full(TABLE, -1, np.int64),
            used=np.zeros(CANDIDATES, np.int32),
            names=np.zeros(CANDIDATES, np.int32),
            sums=np.zeros(CANDIDATES, np.float32),
            stamps=np.zeros(CANDIDATES, np.int8),
            bins=np.zeros(BINS, np.int32),
        ),
        Lookup(words=np.full((words, LOOKUP), -1, np.int32), places=np.zeros((words, LOOKUP), np.int32)),
        Comparing(
            masks=np.zeros(256, np.uint64),
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


# --- Words that may be meant ---------------------------------------------------------------------------------------


@inner
def _meet(
    asked: Lexicon,
    i: int,
    which: int,
    forms: Forms,
    listed: Lexicon,
    post_starts: Ints,
    at: int,
    count: int,
    meeting: Meeting,
    masks: Masks,
) -> int:
    """Words whose form is near to that of the word asked, with how near the words are, from `at + count` on."""
    meeting.met_forms[:] = -1
    a, n = asked.words[i, 2 * which], asked.words[i, 2 * which + 1]
    hits = near_forms(
        asked.letters,
        a,
        n,
        asked.seen[i, which],
        forms,
        listed.letters,
        meeting.met_forms,
        masks,
        meeting.left,
        meeting.found,
    )
    # Of words without vowels it is their consonants that count, however they were found.
    class_counts = which == SKELETON or (which == SOUND and not asked.words[i, KIND] & VOWELLESS)
    same_class = SAME_SKELETON if which == SKELETON else HEARD
    for hit in range(hits):
        ahead(listed.letters, forms.places[meeting.found[hit], 0])
    candidates = 0
    for hit in range(hits):
        number = meeting.found[hit]
        first, last = forms.places[number, 2], forms.places[number + 1, 2]
        alike = -1.0
        if which != KEY:
            # Hundreds of words may have the same few consonants; they stand there the commonest first.
            start, length = forms.places[number, 0], forms.places[number, 1]
            is_same = same(asked.letters, a, n, listed.letters, start, length)
            last = min(last, first + (OF_ONE_CLASS if is_same else OF_OTHER_CLASS))
            if class_counts:
                alike = by_class(asked.letters, a, n, listed.letters, start, length, same_class, masks)
        for place in range(first, last):
            word = forms.words[place]
            if first_time(word, meeting.met_words):
                meeting.candidates[candidates], meeting.alike[candidates] = word, alike
                candidates += 1
                ahead(post_starts, word)
                ahead(listed.words, word * COLUMNS)
                ahead(listed.words, word * COLUMNS + KIND)
                ahead(listed.seen, word * 5)
                ahead(listed.seen, word * 5 + KNOWN_AS)
    for candidate in range(candidates):
        ahead(listed.letters, listed.words[meeting.candidates[candidate], 2 * LATIN])
        ahead(listed.letters, listed.words[meeting.candidates[candidate], 2 * KEY])
    for candidate in range(candidates):
        word, alike = meeting.candidates[candidate], meeting.alike[candidate]
        count = _take(asked, i, listed, word, post_starts, alike, at, count, meeting, masks)
    return count


@inner
def _take(
    asked: Lexicon,
    i: int,
    listed: Lexicon,
    word: int,
    post_starts: Ints,
    alike: float,
    at: int,
    count: int,
    meeting: Meeting,
    masks: Masks,
) -> int:
    """Takes a word in, if it is near enough; of many the nearest are kept, of equally near the commonest."""
    full = count == EXPANSIONS
    least = float(meeting.nearness[meeting.heap[0]]) if full else 0.0
    near, how = nearness_from(asked, i, listed, word, alike, max(NEAR_ENOUGH, least - 2 * COMMONEST), masks)
    if near < NEAR_ENOUGH:
        return count
    # A common word comes before a rare one that is as near: it is likelier to be meant.
    rank = np.float32(near + COMMONEST / 1000 * min(post_starts[word + 1] - post_starts[word], 1000))
    if not full:
        meeting.words[at + count], meeting.nearness[at + count], meeting.how[at + count] = word, rank, how
        count += 1
        if count == EXPANSIONS:
            for place in range(EXPANSIONS):
                meeting.heap[place] = at + place
            for place in range(EXPANSIONS // 2 - 1, -1, -1):
                _sink(place, meeting)
    elif rank > least:
        place = meeting.heap[0]
        meeting.words[place], meeting.nearness[place], meeting.how[place] = word, rank, how
        _sink(0, meeting)
    return count


@inner
def _sink(at: int, meeting: Meeting) -> None:
    """Moves what stands in the heap at a place down to where it belongs; of equally near ones the first is on top."""
    place = meeting.heap[at]
    rank = meeting.nearness[place]
    while 2 * at + 1 < EXPANSIONS:
        child = 2 * at + 1
        one = meeting.heap[child]
        if child + 1 < EXPANSIONS:
            other = meeting.heap[child + 1]
            if (meeting.nearness[other], other) < (meeting.nearness[one], one):
                child, one = child + 1, other
        if (rank, place) < (meeting.nearness[one], one):
            break
        meeting.heap[at] = one
        at = child
    meeting.heap[at] = place


@inner
def _meet_known(asked: Lexicon, i: int, shelf: Shelf, at: int, count: int, meeting: Meeting, masks: Masks) -> int:
    """Words that are forms of a name of which the word asked is one."""
    for place in range(asked.words[i, SYMBOL_FIRST], asked.words[i, SYMBOL_LAST]):
        symbol = asked.symbols[place]
        found = np.searchsorted(shelf.symbols, symbol)
        if found < shelf.symbols.shape[0] and shelf.symbols[found] == symbol:
            for position in range(shelf.symbol_starts[found], shelf.symbol_starts[found + 1]):
                word = shelf.symbol_words[position]
                if first_time(word, meeting.met_words):
                    count = _take(asked, i, shelf.lexicon, word, shelf.post_starts, -1.0, at, count, meeting, masks)
    return count


@compiled
def _nearest_first(at: int, count: int, meeting: Meeting) -> None:
    """Sorts the words that stand in for a word asked."""
    order = np.argsort(-meeting.nearness[at : at + count])
    words, near = meeting.words[at : at + count][order], meeting.nearness[at : at + count][order]
    how = meeting.how[at : at + count][order]
    meeting.words[at : at + count], meeting.nearness[at : at + count], meeting.how[at : at + count] = words, near, how


@inner
def _note(unit: int, meeting: Meeting, lookup: Lookup) -> None:
    """Notes where each of the words is that stand in for a word asked."""
    lookup.words[unit, :] = -1
    for position in range(unit * EXPANSIONS, unit * EXPANSIONS + meeting.counts[unit]):
        place = scattered(meeting.words[position], LOOKUP - 1)
        while lookup.words[unit, place] >= 0:
            place = (place + 1) & (LOOKUP - 1)
        lookup.words[unit, place] = meeting.words[position]
        lookup.places[unit, place] = position


@inner
def _standing(unit: int, word: int, lookup: Lookup) -> int:
    """Where a listed word stands among those that stand in for a word asked; -1 if nowhere."""
    place = scattered(word, LOOKUP - 1)
    while lookup.words[unit, place] >= 0:
        if lookup.words[unit, place] == word:
            return lookup.places[unit, place]
        place = (place + 1) & (LOOKUP - 1)
    return -1


@inner
def _exact(whole: Bytes, size: int, forms: Forms, letters: Bytes, at: int, meeting: Meeting) -> int:
    """Words that have a form, from `at` on; how many."""
    if forms.places.shape[0] == 1 or size < 3:
        return 0
    count = 0
    bucket = hashed(whole, 0, min(size, PREFIX)) & np.uint32(forms.buckets.shape[0] - 2)
    for place in range(forms.buckets[bucket], forms.buckets[bucket + 1]):
        number = forms.entries[place] >> 32
        if number < 0:
            continue
        start, length = forms.places[number, 0], forms.places[number, 1]
        if same(whole, 0, size, letters, start, length):
            for position in range(forms.places[number, 2], forms.places[number + 1, 2]):
                if count < EXPANSIONS:
                    meeting.words[at + count], meeting.nearness[at + count] = forms.words[position], SOUNDS_SAME
                    count += 1
            break
    return count


@compiled
def expand(
    asked: Lexicon, words: Ints, shelf: Shelf, meeting: Meeting, lookup: Lookup, masks: Masks, buffer: Bytes
) -> None:
    """The listed words that may stand in for each word asked, nearest first, and for every two written as one.

    Args:
        asked: the words asked.
        words: the name asked, as words of `asked`.
        shelf: the names listed.
        meeting: receives what was found, but for the words asked of which it says already.
        lookup: receives where each stands.
        masks: room to work in.
        buffer: room to work in.
    """
    n = words.shape[0]
    for unit in range(n):
        if meeting.counts[unit] < 0:
            at = unit * EXPANSIONS
            count = _words_near(asked, words[unit], shelf, at, meeting, masks)
            _nearest_first(at, count, meeting)
            meeting.counts[unit] = count
        _note(unit, meeting, lookup)
    for unit in range(n, 2 * n - 1):
        first, second = words[unit - n], words[unit - n + 1]
        vowelless = asked.words[first, KIND] & VOWELLESS
        size = together(asked, first, second, SKELETON if vowelless else KEY, True, buffer)
        forms = shelf.skeleton if vowelless else shelf.key
        meeting.counts[unit] = _exact(buffer, size, forms, shelf.lexicon.letters, unit * EXPANSIONS, meeting)


@inner
def _words_near(asked: Lexicon, i: int, shelf: Shelf, at: int, meeting: Meeting, masks: Masks) -> int:
    """The listed words that may stand in for a word asked, from `at` on; how many."""
    meeting.met_words[:] = -1
    kind = asked.words[i, KIND]
    listed, posts = shelf.lexicon, shelf.post_starts
    count = 0
    if kind & VOWELLESS:
        count = _meet(asked, i, SKELETON, shelf.skeleton, listed, posts, at, count, meeting, masks)
    else:
        count = _meet(asked, i, KEY, shelf.key, listed, posts, at, count, meeting, masks)
        count = _meet(asked, i, SKELETON, shelf.bare, listed, posts, at, count, meeting, masks)
    if kind & BY_SOUND:
        count = _meet(asked, i, SOUND, shelf.sound, listed, posts, at, count, meeting, masks)
    else:
        count = _meet(asked, i, SOUND, shelf.syllabic, listed, posts, at, count, meeting, masks)
    return _meet_known(asked, i, shelf, at, count, meeting, masks)


# --- Names that have them ------------------------------------------------------------------------------------------


@inner
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


@inner
def _read(
    names: Ints, first: int, last: int, gain: float, unit: int, count: int, more: bool, counting: Counting
) -> int:
    for place in range(first, last):
        if names[place] >= 0:
            count = _gain(names[place], gain, unit, count, more, counting)
    return count


@compiled
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
    costs = np.zeros(units, np.int64)
    joined = np.zeros((units, 2), np.int64)
    for unit in range(units):
        for place in range(unit * EXPANSIONS, unit * EXPANSIONS + meeting.counts[unit]):
            costs[unit] += posts[meeting.words[place] + 1] - posts[meeting.words[place]]
        joined[unit] = _joined_names(asked, words, unit, shelf.joined_starts, buffer)
        costs[unit] += joined[unit, 1] - joined[unit, 0]
    gains = np.empty(units, np.float32)
    for unit in range(units):
        minor = unit < n and asked.words[words[unit], KIND] & (MINOR | INITIAL)
        worth = worths[unit] if unit < n else worths[unit - n] + worths[unit - n + 1]
        gains[unit] = worth * np.float32(0.3 if minor else 1.0)
    most = gains.sum()
    left = most
    floor = np.float32(0)
    count = 0
    read = 0
    cut = False
    for unit in np.argsort(costs):
        if costs[unit] > count:
            floor = np.float32(OUT_OF_REACH * _floor(count, wanted, most, counting))
        # A name that has none of the rarer words no longer comes among the best.
        more = floor <= left
        if (read + costs[unit] > budget or count > ENOUGH or not more) and costs[unit] > 4 * count > 0:
            # To look into the names found is less work than to read all that have the word.
            cut = cut or (count < ENOUGH and more)
            if unit < n:
                _look(
                    unit,
                    gains[unit],
                    count,
                    floor - left,
                    shelf.name_starts,
                    shelf.name_words,
                    meeting,
                    counting,
                    lookup,
                )
            left -= gains[unit]
            continue
        first, last = joined[unit]
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
        left -= gains[unit]
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
            place = _standing(unit, name_words[at], lookup)
            if place >= 0:
                best = max(best, meeting.nearness[place])
        counting.sums[number] += best * worth


@inner
def choose(count: int, name_starts: Ints, counting: Counting, names: Ints, scores: Floats) -> int:
    """The names that gained most, unordered; leaves the table empty for the next search. How many."""
    taken = 0
    # A heap of the best so far, its least on top.
    for position in range(count):
        counting.table[counting.used[position]] = -1
        if position + SOON < count:
            ahead(name_starts, counting.names[position + SOON])
        if taken == names.shape[0] and counting.sums[position] <= scores[0]:
            continue
        name = counting.names[position]
        gained = counting.sums[position] / np.float32(1 + 0.05 * (name_starts[name + 1] - name_starts[name]))
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
    return taken


# --- The best compared ---------------------------------------------------------------------------------------------


@compiled
def inform(known: Lexicon, words: Ints, counts: Ints, total: int, worth: Floats) -> None:
    """Writes what each word says of who it is (`pairing.information`)."""
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
    work: Comparing,
) -> tuple[float, int]:
    """Compares the name asked with one listed name (`pairing.compare`).

    Returns:
        How likely it is, in log odds, that both are one person's; and how many pairs met, which are left in `work`.
    """
    work.near[: words.shape[0], : listed.shape[0]] = -1
    return _compare(asked, words, worth, known, listed, counts, total, model, work)


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
    inform(known, listed, counts, total, worth_listed)
    pairs = compare(
        asked, words, worth, known, listed, worth_listed, total, work.near, work.how, work.masks, work.buffer,
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
            place = _standing(i, listed[j], lookup)
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
        work: room to work in, which may hold words that stand in for those asked (`Meeting.counts`); receives `names`,
            and in `scores` log odds.

    Returns:
        How many names were compared, and whether the budget cut the search.
    """
    comparing, names, scores = work.comparing, work.names, work.scores
    expand(asked, words, shelf, work.meeting, work.lookup, comparing.masks, comparing.buffer)
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
    order = np.argsort(-scores[:taken])[:COMPARED]
    best = names[:taken][order]
    for position in range(best.shape[0]):
        listed = shelf.name_words[shelf.name_starts[best[position]] : shelf.name_starts[best[position] + 1]]
        odds, _ = compare_one(asked, words, worth, shelf.lexicon, listed, counts, total, model, comparing)
        names[position], scores[position] = best[position], odds
    return best.shape[0], cut
