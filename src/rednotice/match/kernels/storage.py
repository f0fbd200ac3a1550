"""How names are put where the search finds them, and taken away again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rednotice.match.kernels import compiled
from rednotice.match.kernels.forms import Forms, remains
from rednotice.match.kernels.letters import Bytes, Ints, hashed
from rednotice.match.kernels.words import KEY, KIND, SKELETON, VOWELLESS, Lexicon, together


@compiled
def postings(name_starts: Ints, name_words: Ints, words: int) -> tuple[Ints, Ints]:
    """The names that have each word, in order, each once: where those of a word begin, and the names."""
    starts = np.zeros(words + 1, np.int32)
    last = np.full(words, -1, np.int32)
    for name in range(name_starts.shape[0] - 1):
        for place in range(name_starts[name], name_starts[name + 1]):
            word = name_words[place]
            if last[word] != name:
                last[word] = name
                starts[word + 1] += 1
    for word in range(words):
        starts[word + 1] += starts[word]
    posts = np.empty(starts[words], np.int32)
    filled = starts.copy()
    last[:] = -1
    for name in range(name_starts.shape[0] - 1):
        for place in range(name_starts[name], name_starts[name + 1]):
            word = name_words[place]
            if last[word] != name:
                last[word] = name
                posts[filled[word]] = name
                filled[word] += 1
    return starts, posts


@compiled
def _joined_hash(known: Lexicon, first: int, second: int, buffer: NDArray[np.uint8]) -> np.uint32:
    """The hash of two words written as one; 0 where one has nothing to write."""
    which = SKELETON if known.words[first, KIND] & VOWELLESS else KEY
    if known.words[first, 2 * which + 1] == 0 or known.words[second, 2 * which + 1] == 0:
        return np.uint32(0)
    return hashed(buffer, 0, together(known, first, second, which, True, buffer))


@compiled
def joined(name_starts: Ints, name_words: Ints, known: Lexicon) -> tuple[NDArray[np.uint32], Ints]:
    """For every two words that stand together in a name: the hash of both as one, and the name."""
    buffer = np.empty(256, np.uint8)
    hashes = np.empty(max(name_words.shape[0], 1), np.uint32)
    names = np.empty(max(name_words.shape[0], 1), np.int32)
    count = 0
    for name in range(name_starts.shape[0] - 1):
        for place in range(name_starts[name], name_starts[name + 1] - 1):
            found = _joined_hash(known, name_words[place], name_words[place + 1], buffer)
            if found:
                hashes[count], names[count] = found, name
                count += 1
    return hashes[:count], names[:count]


@compiled
def bucketed(hashes: NDArray[np.uint32], numbers: Ints, starts: Ints) -> Ints:
    """Puts numbers into buckets by their hashes, in order.

    Args:
        hashes: one for each number.
        numbers: what to put.
        starts: zeros, shape (a power of two + 1,); receives where each bucket begins.
    """
    mask = np.uint32(starts.shape[0] - 2)
    for one in hashes:
        starts[(one & mask) + 1] += 1
    for bucket in range(1, starts.shape[0]):
        starts[bucket] += starts[bucket - 1]
    filled = starts.copy()
    entries = np.empty(numbers.shape[0], np.int32)
    for position in range(numbers.shape[0]):
        bucket = hashes[position] & mask
        entries[filled[bucket]] = numbers[position]
        filled[bucket] += 1
    return entries


# --- Taking away -----------------------------------------------------------------------------------------------------


@compiled
def uses(known: Lexicon) -> Ints:
    """How many words have the form that begins at each place of the letters, in any of their four."""
    used = np.zeros(known.letters.shape[0] + 1, np.int32)
    for word in range(known.words.shape[0]):
        for which in range(4):
            if known.words[word, 2 * which + 1]:
                used[known.words[word, 2 * which]] += 1
    return used


@compiled
def unjoin(name: int, words: Ints, known: Lexicon, starts: Ints, names: Ints) -> None:
    """Takes a name out from where it stands by two of its words as one."""
    buffer = np.empty(256, np.uint8)
    for place in range(words.shape[0] - 1):
        found = _joined_hash(known, words[place], words[place + 1], buffer)
        if found:
            bucket = found & np.uint32(starts.shape[0] - 2)
            for entry in range(starts[bucket], starts[bucket + 1]):
                if names[entry] == name:
                    names[entry] = -1


@compiled
def unpost(name: int, word: int, starts: Ints, posts: Ints) -> bool:
    """Takes a name out from those that have a word; whether another still has it."""
    borne = False
    for place in range(starts[word], starts[word + 1]):
        if posts[place] == name:
            posts[place] = -1
        borne = borne or posts[place] >= 0
    return borne


@compiled
def unshelve(start: int, length: int, forms: Forms, letters: Bytes) -> None:
    """Takes a form out of its buckets."""
    left = np.empty(64, np.uint32)
    mask = np.uint32(forms.buckets.shape[0] - 2)
    for n in range(remains(letters, start, start + length, left)):
        bucket = left[n] & mask
        for entry in range(forms.buckets[bucket], forms.buckets[bucket + 1]):
            number = forms.entries[entry] >> 32
            if number >= 0 and forms.places[number, 0] == start and forms.places[number, 1] == length:
                forms.entries[entry] = -1
