"""Word against word: how near two words are, and how they met."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from rednotice.match.kernels.letters import Bytes, Ints, bits_set, edits_alike, jaro_winkler, signature

LATIN, KEY, SKELETON, SOUND = 0, 1, 2, 3
"""The forms of a word: in columns 2n and 2n + 1 of its row, where the form begins in the letters, and its length."""
KIND, SCRIPT, SLOT, SYMBOL_FIRST, SYMBOL_LAST, COLUMNS = 8, 9, 10, 11, 12, 13
"""The other columns: what is true of it, its script, its number for counting, where its symbols begin and end."""
VOWELLESS, BY_SOUND, FOREIGN, MINOR, INITIAL = 1, 2, 4, 8, 16
"""What is true of a word, as bits."""
SAME, SAME_SOUND, KNOWN, LETTERS, CONSONANTS, SYLLABLES, BY_INITIAL, JOINED = range(8)
"""How two words met: the same; written otherwise, sounding the same; forms of one name that is known in many languages;
by letters; by consonants, where one has no vowels; by what Han or Hangul would render; by the first letter; as one word
that is two."""

SAME_SKELETON = 0.92
LONE_CONSONANT = 0.75
KNOWN_NAME = 0.93
HEARD = 0.9
SOUNDS_SAME = 0.97
JOINED_WORTH = 0.97
JOINED_FROM = 0.8
JOINED_APART = 3
"""Letters by which two words joined may be longer or shorter than one."""
INITIAL_WORTH = 0.6
NEAR_ENOUGH = 0.45
"""Two words less near than this have nothing to do with each other."""

Lexicon = Any
"""`match.lexicon.Lexicon`: numba knows its fields by name."""


@njit(cache=True, nogil=True)
def sign(letters: Bytes, words: Ints, seen: NDArray[np.uint64]) -> None:
    """Writes which letters every form of every word has."""
    for word in range(words.shape[0]):
        for which in range(4):
            start, length = words[word, 2 * which], words[word, 2 * which + 1]
            seen[word, which] = signature(letters[start : start + length])


@njit(cache=True, nogil=True)
def form(lexicon: Lexicon, word: int, which: int) -> Bytes:
    """The letters of a form of a word."""
    start = lexicon.words[word, 2 * which]
    return lexicon.letters[start : start + lexicon.words[word, 2 * which + 1]]


@njit(cache=True, nogil=True)
def equal(left: Bytes, right: Bytes) -> bool:
    """Whether two forms are the same."""
    if left.shape[0] != right.shape[0]:
        return False
    for position in range(left.shape[0]):  # noqa: SIM110  (compiled: a generator is slower)
        if left[position] != right[position]:
            return False
    return True


@njit(cache=True, nogil=True)
def _share(left: Lexicon, i: int, right: Lexicon, j: int) -> bool:
    """Whether two words are forms of one name."""
    a, b = left.words[i, SYMBOL_FIRST], right.words[j, SYMBOL_FIRST]
    last_a, last_b = left.words[i, SYMBOL_LAST], right.words[j, SYMBOL_LAST]
    while a < last_a and b < last_b:
        if left.symbols[a] == right.symbols[b]:
            return True
        if left.symbols[a] < right.symbols[b]:
            a += 1
        else:
            b += 1
    return False


@njit(cache=True, nogil=True)
def _by_class(left: Bytes, right: Bytes, same: float, otherwise: float, rows: Ints) -> float:
    """How near two words are by classes of consonants."""
    if left.shape[0] == 0 or right.shape[0] == 0:
        return 0.0
    if equal(left, right):
        return same if left.shape[0] > 1 else LONE_CONSONANT
    return otherwise * edits_alike(left, right, rows)


@njit(cache=True, nogil=True)
def _by_letters(left: Bytes, right: Bytes, seen_left: np.uint64, seen_right: np.uint64, rows: Ints) -> float:
    """How near two words are by letters; 0 where that is seen to be less than matters."""
    n, m = left.shape[0], right.shape[0]
    if n == 0 or m == 0:
        return 0.0
    # Bounds from the letters in common: a pair that cannot reach what matters is not compared.
    common = bits_set(seen_left & seen_right)
    longer = max(n, m)
    edits_bound = 1.0 - max(bits_set(seen_left ^ seen_right) / 2, abs(n - m)) / longer
    jaro_bound = min(1.0, (common / n + common / m + 1) / 3) if longer <= 12 else 1.0
    if common == 0 or (edits_bound + jaro_bound + 0.4 * (1 - jaro_bound) * (left[0] == right[0])) / 2 < NEAR_ENOUGH:
        return 0.0
    return (edits_alike(left, right, rows) + jaro_winkler(left, right)) / 2


@njit(cache=True, nogil=True)
def nearness(left: Lexicon, i: int, right: Lexicon, j: int, rows: Ints) -> tuple[float, int]:
    """How near a word asked and a word listed are (0 to 1), and how they met."""
    kinds = left.words[i, KIND] | right.words[j, KIND]
    latin_left, latin_right = form(left, i, LATIN), form(right, j, LATIN)
    same_script = left.words[i, SCRIPT] == right.words[j, SCRIPT]
    if (same_script or not kinds & VOWELLESS) and equal(latin_left, latin_right):
        return 1.0, SAME
    if kinds & INITIAL:
        return (INITIAL_WORTH if latin_left[0] == latin_right[0] else 0.0), BY_INITIAL
    near, how = (KNOWN_NAME, KNOWN) if _share(left, i, right, j) else (0.0, LETTERS)
    if kinds & VOWELLESS:
        found = _by_class(form(left, i, SKELETON), form(right, j, SKELETON), SAME_SKELETON, 0.85, rows)
        return (found, CONSONANTS) if found > near else (near, how)
    if kinds & BY_SOUND:
        found = _by_class(form(left, i, SOUND), form(right, j, SOUND), HEARD, HEARD, rows)
        if found > near:
            near, how = found, SYLLABLES
    if equal(form(left, i, KEY), form(right, j, KEY)):
        return SOUNDS_SAME, SAME_SOUND
    if near >= HEARD:
        return near, how  # letters tell no more
    found = max(
        _by_letters(latin_left, latin_right, left.seen[i, LATIN], right.seen[j, LATIN], rows),
        SOUNDS_SAME
        * _by_letters(form(left, i, KEY), form(right, j, KEY), left.seen[i, KEY], right.seen[j, KEY], rows),
    )
    return (found, LETTERS) if found > near else (near, how)


@njit(cache=True, nogil=True)
def _together(first: Bytes, second: Bytes, buffer: Bytes) -> Bytes:
    """Two forms written as one, a letter doubled where they meet written once."""
    n = first.shape[0]
    buffer[:n] = first
    skip = 1 if n and second.shape[0] and first[n - 1] == second[0] else 0
    buffer[n : n + second.shape[0] - skip] = second[skip:]
    return buffer[: n + second.shape[0] - skip]


@njit(cache=True, nogil=True)
def joined_nearness(
    whole: Lexicon, i: int, parts: Lexicon, j: int, k: int, rows: Ints, buffer: Bytes
) -> float:
    """How near one word is to two others written as one; 0 if it is not."""
    kinds = whole.words[i, KIND] | parts.words[j, KIND] | parts.words[k, KIND]
    if kinds & INITIAL:
        return 0.0
    which = SKELETON if kinds & VOWELLESS else LATIN
    alone, first, second = form(whole, i, which), form(parts, j, which), form(parts, k, which)
    apart = alone.shape[0] - first.shape[0] - second.shape[0]
    if alone.shape[0] == 0 or first.shape[0] == 0 or second.shape[0] == 0 or abs(apart) > JOINED_APART:
        return 0.0
    seen = np.uint64(0xFFFFFFFF)
    mine = whole.seen[i, which] & seen
    theirs = (parts.seen[j, which] | parts.seen[k, which]) & seen
    if bits_set(mine ^ theirs) > 0.7 * alone.shape[0] + 1:
        return 0.0
    if kinds & VOWELLESS:
        near = _by_class(alone, _together(first, second, buffer), SAME_SKELETON, 0.85, rows)
    else:
        n, m = first.shape[0], second.shape[0]
        buffer[:n] = first
        buffer[n : n + m] = second
        both = buffer[: n + m]
        if equal(alone, both):
            near = 1.0
        else:
            near = (edits_alike(alone, both, rows) + jaro_winkler(alone, both)) / 2
            alone = form(whole, i, KEY)
            both = _together(form(parts, j, KEY), form(parts, k, KEY), buffer)
            if equal(alone, both):
                near = max(near, SOUNDS_SAME)
            else:
                near = max(near, SOUNDS_SAME * (edits_alike(alone, both, rows) + jaro_winkler(alone, both)) / 2)
        if kinds & BY_SOUND and near < JOINED_FROM:
            alone = form(whole, i, SOUND)
            both = _together(form(parts, j, SOUND), form(parts, k, SOUND), buffer)
            near = max(near, _by_class(alone, both, HEARD, HEARD, rows))
    near *= JOINED_WORTH
    return near if near > JOINED_FROM else 0.0
