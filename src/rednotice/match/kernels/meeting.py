"""Words that may be meant: for each word asked, and for every two that stand together, the listed words near to it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rednotice.match.kernels import inlined, inner
from rednotice.match.kernels.ahead import ahead
from rednotice.match.kernels.forms import PREFIX, Forms, first_time, near_forms
from rednotice.match.kernels.letters import Bytes, Ints, hashed, same
from rednotice.match.kernels.room import EXPANSIONS, Lookup, Meeting, note
from rednotice.match.kernels.words import (
    BY_SOUND,
    COLUMNS,
    HEARD,
    KEY,
    KIND,
    KNOWN_AS,
    LATIN,
    NEAR_ENOUGH,
    SAME_SKELETON,
    SKELETON,
    SOUND,
    SOUNDS_SAME,
    SYMBOL_FIRST,
    SYMBOL_LAST,
    VOWELLESS,
    Lexicon,
    Marks,
    by_class,
    mark_word,
    nearness_from,
    together,
    unmark_word,
)

OF_ONE_CLASS, OF_OTHER_CLASS = 200, 40
"""So many words at most, the commonest, that have the same consonants as the word asked; and of each near to those."""
COMMONEST = 1e-3
"""The commonest word comes before one as rare as any unless that is nearer by so much."""
LAST_STAMP = (1 << 31) - 1
Shelf = Any
"""`match.segment.Shelf`."""


@inner
def _stamp(met: NDArray[np.int64], which: int, stamps: Ints) -> int:
    """The next stamp for a table (`forms.first_time`)."""
    if stamps[which] == LAST_STAMP:
        stamps[which] = 0
        met[:] = 0
    stamps[which] += 1
    return stamps[which]


@inlined
def _read_twice(words: Lexicon, i: int) -> bool:
    """Whether a word has no vowels and its consonants another reading besides."""
    return words.words[i, KIND] & VOWELLESS > 0 and words.words[i, 2 * KEY + 1] > 0


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
    marks: Marks,
) -> int:
    """Words whose form is near to that of the word asked, with how near the words are, from `at + count` on."""
    stamp = _stamp(meeting.met_forms, 0, meeting.stamps)
    a, n = asked.words[i, 2 * which], asked.words[i, 2 * which + 1]
    hits = near_forms(
        asked.letters,
        a,
        n,
        asked.seen[i, which],
        forms,
        listed.letters,
        meeting.met_forms,
        stamp,
        marks.none,
        meeting.left,
        meeting.found,
        meeting.apart,
    )
    # Of words without vowels it is their consonants that count, however they were found.
    vowelless = asked.words[i, KIND] & VOWELLESS
    by_key = which == KEY and not vowelless
    class_counts = (which == SKELETON and not _read_twice(asked, i)) or (which == SOUND and not vowelless)
    same_class = SAME_SKELETON if which == SKELETON else HEARD
    candidates = 0
    for hit in range(hits):
        number = meeting.found[hit]
        first, last = forms.places[number, 2], forms.places[number + 1, 2]
        alike = -1.0
        if not by_key:
            # Hundreds of words may have the same few consonants; they stand there the commonest first.
            start, length = forms.places[number, 0], forms.places[number, 1]
            is_same = same(asked.letters, a, n, listed.letters, start, length)
            last = min(last, first + (OF_ONE_CLASS if is_same else OF_OTHER_CLASS))
            if class_counts:
                alike = by_class(asked.letters, a, n, listed.letters, start, length, same_class, marks.none)
        for place in range(first, last):
            word = forms.words[place]
            if first_time(word, meeting.met_words, meeting.stamps[1]):
                meeting.candidates[candidates], meeting.alike[candidates] = word, alike
                meeting.keys_apart[candidates] = meeting.apart[hit] if by_key else -1
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
        word, alike, apart = meeting.candidates[candidate], meeting.alike[candidate], meeting.keys_apart[candidate]
        if which == SKELETON and _read_twice(listed, word):
            alike = -1.0
        count = _take(asked, i, listed, word, post_starts, alike, apart, at, count, meeting, marks)
    return count


@inlined
def _take(
    asked: Lexicon,
    i: int,
    listed: Lexicon,
    word: int,
    post_starts: Ints,
    alike: float,
    apart: int,
    at: int,
    count: int,
    meeting: Meeting,
    marks: Marks,
) -> int:
    """Takes a word in, if it is near enough; of many the nearest are kept, of equally near the commonest."""
    full = count == EXPANSIONS
    least = float(meeting.nearness[meeting.heap[0]]) if full else 0.0
    near, how = nearness_from(asked, i, listed, word, alike, apart, max(NEAR_ENOUGH, least - 2 * COMMONEST), marks)
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


@inlined
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
def _meet_known(asked: Lexicon, i: int, shelf: Shelf, at: int, count: int, meeting: Meeting, marks: Marks) -> int:
    """Words that are forms of a name of which the word asked is one."""
    for place in range(asked.words[i, SYMBOL_FIRST], asked.words[i, SYMBOL_LAST]):
        symbol = asked.symbols[place]
        found, last = 0, shelf.symbols.shape[0]
        while found < last:
            middle = (found + last) // 2
            if shelf.symbols[middle] < symbol:
                found = middle + 1
            else:
                last = middle
        if found < shelf.symbols.shape[0] and shelf.symbols[found] == symbol:
            for position in range(shelf.symbol_starts[found], shelf.symbol_starts[found + 1]):
                word = shelf.symbol_words[position]
                if first_time(word, meeting.met_words, meeting.stamps[1]):
                    count = _take(asked, i, shelf.lexicon, word, shelf.post_starts, -1.0, -1, at, count, meeting, marks)
    return count


@inlined
def _sort(numbers: NDArray[np.int64], count: int) -> None:
    """Sorts the first numbers (Shell's way, with Ciura's gaps)."""
    for gap in (132, 57, 23, 10, 4, 1):
        for place in range(gap, count):
            number = numbers[place]
            at = place
            while at >= gap and numbers[at - gap] > number:
                numbers[at] = numbers[at - gap]
                at -= gap
            numbers[at] = number


@inner
def _nearest_first(at: int, count: int, meeting: Meeting) -> None:
    """Sorts the words that stand in for a word asked; of equally near ones the first found comes first."""
    # As whole numbers, which are quicker to sort: floats from 0 are in the order of their bits.
    order, words, how, bits = meeting.order, meeting.candidates, meeting.apart, meeting.nearness.view(np.int32)
    for place in range(count):
        order[place] = (-np.int64(bits[at + place]) << 32) | place
        words[place], how[place] = meeting.words[at + place], meeting.how[at + place]
    _sort(order, count)
    for place in range(count):
        found = order[place] & 0xFFFF
        bits[at + place] = -(order[place] >> 32)
        meeting.words[at + place], meeting.how[at + place] = words[found], how[found]


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


@inner
def expand(
    asked: Lexicon, words: Ints, shelf: Shelf, meeting: Meeting, lookup: Lookup, marks: Marks, buffer: Bytes
) -> None:
    """The listed words that may stand in for each word asked, nearest first, and for every two written as one.

    Args:
        asked: the words asked.
        words: the name asked, as words of `asked`.
        shelf: the names listed.
        meeting: receives what was found, but for the words asked of which it says already.
        lookup: receives where each stands.
        marks: room to work in.
        buffer: room to work in.
    """
    n = words.shape[0]
    for unit in range(n):
        if meeting.counts[unit] < 0:
            at = unit * EXPANSIONS
            count = _words_near(asked, words[unit], shelf, at, meeting, marks)
            _nearest_first(at, count, meeting)
            meeting.counts[unit] = count
        note(unit, meeting, lookup)
    for unit in range(n, 2 * n - 1):
        first, second = words[unit - n], words[unit - n + 1]
        vowelless = asked.words[first, KIND] & VOWELLESS
        size = together(asked, first, second, SKELETON if vowelless else KEY, True, buffer)
        forms = shelf.skeleton if vowelless else shelf.key
        meeting.counts[unit] = _exact(buffer, size, forms, shelf.lexicon.letters, unit * EXPANSIONS, meeting)


@inner
def _words_near(asked: Lexicon, i: int, shelf: Shelf, at: int, meeting: Meeting, marks: Marks) -> int:
    """The listed words that may stand in for a word asked, from `at` on; how many."""
    _stamp(meeting.met_words, 1, meeting.stamps)
    mark_word(asked, i, marks)
    kind = asked.words[i, KIND]
    listed, posts = shelf.lexicon, shelf.post_starts
    count = 0
    if kind & VOWELLESS:
        count = _meet(asked, i, SKELETON, shelf.skeleton, listed, posts, at, count, meeting, marks)
        if _read_twice(asked, i):
            count = _meet(asked, i, KEY, shelf.skeleton, listed, posts, at, count, meeting, marks)
    else:
        count = _meet(asked, i, KEY, shelf.key, listed, posts, at, count, meeting, marks)
        count = _meet(asked, i, SKELETON, shelf.bare, listed, posts, at, count, meeting, marks)
    if kind & BY_SOUND:
        count = _meet(asked, i, SOUND, shelf.sound, listed, posts, at, count, meeting, marks)
    else:
        count = _meet(asked, i, SOUND, shelf.syllabic, listed, posts, at, count, meeting, marks)
    count = _meet_known(asked, i, shelf, at, count, meeting, marks)
    unmark_word(asked, i, marks)
    return count
