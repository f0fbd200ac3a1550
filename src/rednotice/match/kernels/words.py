"""Word against word: how near two words are, and how they met."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rednotice.match.kernels import compiled, inlined
from rednotice.match.kernels.letters import (
    LETTERS_LIMIT,
    Bytes,
    Ints,
    Masks,
    alike_of_marked,
    bits_set,
    edits,
    letters_alike,
    mark,
    same,
    signature,
    unmark,
)

LATIN, KEY, SKELETON, SOUND = 0, 1, 2, 3
"""The forms of a word: in columns 2n and 2n + 1 of its row, where the form begins in the letters, and its length. The
key of a word without vowels is its consonants by another reading (`match.sounds.other_consonants_of`), or nothing."""
KIND, SCRIPT, SLOT, SYMBOL_FIRST, SYMBOL_LAST, COLUMNS = 8, 9, 10, 11, 12, 13
"""The other columns: what is true of it, its script, its number for counting, where its symbols begin and end."""
KNOWN_AS = 4
"""The column of `Lexicon.seen` that tells which symbols a word may have; the others are those of its forms."""
VOWELLESS, BY_SOUND, FOREIGN, MINOR, INITIAL, TITLE = 1, 2, 4, 8, 16, 32
"""What is true of a word, as bits."""
SAME, SAME_SOUND, KNOWN, LETTERS, CONSONANTS, SYLLABLES, BY_INITIAL, JOINED = range(8)
"""How two words met: the same; written otherwise, sounding the same; forms of one name that is known in many languages;
by letters; by consonants, where one has no vowels; by what Han or Hangul would render; by the first letter; as one word
that is two."""

SAME_SKELETON = 0.92
LONE_CONSONANT = 0.75
OTHER_CLASSES = 0.91
KNOWN_NAME = 0.93
SHORT_FORM = 0.82
"""Of a name and what it is cut down to (`match.nicknames`): as a spelling counts, since others are cut down so too."""
HEARD = 0.9
SOUNDS_SAME = 0.97
JOINED_WORTH = 0.97
JOINED_FROM = 0.8
JOINED_APART = 3
"""Letters by which two words joined may be longer or shorter than one."""
INITIAL_WORTH = 0.6
LETTERS_ENOUGH = 0.9
"""Two words as near as this by letters are not compared by how they sound besides."""
NEAR_ENOUGH = 0.6
"""Two words less near than this have nothing to do with each other."""

Lexicon = Any
"""`match.lexicon.Lexicon`: numba knows its fields by name."""


class Marks(NamedTuple):
    """Where which letter stands in the word asked (`letters.mark`): marked once, compared with many."""

    latin: Masks
    key: Masks
    none: Masks
    """Zeros, room to mark other forms in."""


@inlined
def mark_word(asked: Lexicon, i: int, marks: Marks) -> None:
    """Marks a word that is going to be compared."""
    mark(asked.letters, asked.words[i, 2 * LATIN], asked.words[i, 2 * LATIN + 1], marks.latin)
    mark(asked.letters, asked.words[i, 2 * KEY], asked.words[i, 2 * KEY + 1], marks.key)


@inlined
def unmark_word(asked: Lexicon, i: int, marks: Marks) -> None:
    """Leaves the marks as they were before `mark_word`."""
    unmark(asked.letters, asked.words[i, 2 * LATIN], asked.words[i, 2 * LATIN + 1], marks.latin)
    unmark(asked.letters, asked.words[i, 2 * KEY], asked.words[i, 2 * KEY + 1], marks.key)


@compiled
def sign(letters: Bytes, words: Ints, symbols: Ints, seen: NDArray[np.uint64]) -> None:
    """Writes which letters every form of every word has, and a hash of which symbols the word has."""
    for word in range(words.shape[0]):
        for which in range(4):
            start, length = words[word, 2 * which], words[word, 2 * which + 1]
            seen[word, which] = signature(letters[start : start + length])
        for place in range(words[word, SYMBOL_FIRST], words[word, SYMBOL_LAST]):
            seen[word, KNOWN_AS] |= np.uint64(1) << np.uint64(symbols[place] & 63)


@inlined
def _share(left: Lexicon, i: int, right: Lexicon, j: int) -> float:
    """How near two words are as forms of one name: as one name, as a name and a short form of it, or not at all."""
    a, b = left.words[i, SYMBOL_FIRST], right.words[j, SYMBOL_FIRST]
    last_a, last_b = left.words[i, SYMBOL_LAST], right.words[j, SYMBOL_LAST]
    near = 0.0
    while a < last_a and b < last_b:
        if left.symbols[a] == right.symbols[b]:
            if left.symbols[a] >= 0:
                return KNOWN_NAME
            near = SHORT_FORM
            a += 1
        elif left.symbols[a] < right.symbols[b]:
            a += 1
        else:
            b += 1
    return near


@inlined
def by_class(left: Bytes, a: int, n: int, right: Bytes, b: int, m: int, alike: float, masks: Masks) -> float:
    """How near two words are by classes of consonants; `alike` if they are the same."""
    if n == 0 or m == 0:
        return 0.0
    if same(left, a, n, right, b, m):
        return alike if n > 1 else LONE_CONSONANT
    return OTHER_CLASSES * (1.0 - edits(left, a, n, right, b, m, masks) / max(n, m))


@inlined
def by_consonants(left: Lexicon, i: int, right: Lexicon, j: int, masks: Masks) -> float:
    """How near two words are, of which one has no vowels, by their consonants, by whichever reading is nearest."""
    a, n = left.words[i, 2 * SKELETON], left.words[i, 2 * SKELETON + 1]
    b, m = right.words[j, 2 * SKELETON], right.words[j, 2 * SKELETON + 1]
    near = by_class(left.letters, a, n, right.letters, b, m, SAME_SKELETON, masks)
    if near < SAME_SKELETON and left.words[i, KIND] & VOWELLESS:
        c, k = left.words[i, 2 * KEY], left.words[i, 2 * KEY + 1]
        near = max(near, by_class(left.letters, c, k, right.letters, b, m, SAME_SKELETON, masks))
    if near < SAME_SKELETON and right.words[j, KIND] & VOWELLESS:
        d, o = right.words[j, 2 * KEY], right.words[j, 2 * KEY + 1]
        near = max(near, by_class(left.letters, a, n, right.letters, d, o, SAME_SKELETON, masks))
    return near


@inlined
def _by_letters(
    left: Bytes,
    a: int,
    n: int,
    right: Bytes,
    b: int,
    m: int,
    seen: np.uint64,
    seen_too: np.uint64,
    apart: int,
    at_least: float,
    masks: Masks,
) -> float:
    """How near a word that is marked and another are by letters; 0 where that is seen to be less than matters."""
    if n == 0 or m == 0:
        return 0.0
    # Bounds from the letters in common: a pair that cannot reach what matters is not compared.
    common = bits_set(seen & seen_too)
    longer = max(n, m)
    edits_bound = 1.0 - max(bits_set(seen ^ seen_too) / 2, abs(n - m)) / longer
    jaro_bound = min(1.0, (common / n + common / m + 1) / 3) if longer <= 12 else 1.0
    if left[a] == right[b]:
        jaro_bound += 0.4 * (1 - jaro_bound)
    if common == 0 or (edits_bound + jaro_bound) / 2 < at_least:
        return 0.0
    return alike_of_marked(left, a, n, right, b, m, apart, at_least, masks)


@inlined
def nearness(left: Lexicon, i: int, right: Lexicon, j: int, marks: Marks) -> tuple[float, int]:
    """How near a word asked, which is marked, and a word listed are (0 to 1), and how they met."""
    return nearness_from(left, i, right, j, -1.0, -1, NEAR_ENOUGH, marks)


@inlined
def nearness_from(
    left: Lexicon, i: int, right: Lexicon, j: int, alike: float, apart: int, at_least: float, marks: Marks
) -> tuple[float, int]:
    """As `nearness`, of words that matter from a nearness on: less need not be told exactly.

    Args:
        left: words, with the number `i` of the word asked.
        right: words, with the number `j` of the word listed.
        alike: how near they are by consonants or syllables, whichever counts; negative where it is not known.
        apart: edits between their keys; negative where it is not known.
        at_least: from where on it matters.
        marks: of the word asked (`mark_word`).
    """
    kinds = left.words[i, KIND] | right.words[j, KIND]
    a, n = left.words[i, 2 * LATIN], left.words[i, 2 * LATIN + 1]
    b, m = right.words[j, 2 * LATIN], right.words[j, 2 * LATIN + 1]
    one_script = left.words[i, SCRIPT] == right.words[j, SCRIPT]
    if (one_script or not kinds & VOWELLESS) and same(left.letters, a, n, right.letters, b, m):
        return 1.0, BY_INITIAL if kinds & INITIAL else SAME
    if kinds & INITIAL:
        return (INITIAL_WORTH if left.letters[a] == right.letters[b] else 0.0), BY_INITIAL
    both = left.words[i, KIND] & right.words[j, KIND]
    if both & MINOR and (kinds ^ both) & TITLE:
        return 0.0, LETTERS  # a title is no particle misspelt: Dr is not der
    near, how = 0.0, LETTERS
    if left.seen[i, KNOWN_AS] & right.seen[j, KNOWN_AS]:
        near, how = _share(left, i, right, j), KNOWN
    if kinds & VOWELLESS:
        if alike < 0:
            alike = by_consonants(left, i, right, j, marks.none)
        return (alike, CONSONANTS) if alike > near else (near, how)
    c, k = left.words[i, 2 * KEY], left.words[i, 2 * KEY + 1]
    d, o = right.words[j, 2 * KEY], right.words[j, 2 * KEY + 1]
    if same(left.letters, c, k, right.letters, d, o):
        return SOUNDS_SAME, SAME_SOUND
    if near < HEARD:
        # By letters no less than by syllables; a word that is near enough not to be compared by its key is told so.
        from_here = min(max(at_least, alike), LETTERS_ENOUGH)
        found = _by_letters(
            left.letters,
            a,
            n,
            right.letters,
            b,
            m,
            left.seen[i, LATIN],
            right.seen[j, LATIN],
            -1,
            from_here,
            marks.latin,
        )
        if found < LETTERS_ENOUGH:
            by_key = SOUNDS_SAME * _by_letters(
                left.letters,
                c,
                k,
                right.letters,
                d,
                o,
                left.seen[i, KEY],
                right.seen[j, KEY],
                apart,
                from_here,
                marks.key,
            )
            found = max(found, by_key)
        if found >= near:
            near, how = found, LETTERS
    if kinds & BY_SOUND and near < HEARD:
        if alike < 0:
            a, n = left.words[i, 2 * SOUND], left.words[i, 2 * SOUND + 1]
            b, m = right.words[j, 2 * SOUND], right.words[j, 2 * SOUND + 1]
            alike = by_class(left.letters, a, n, right.letters, b, m, HEARD, marks.none)
        if alike >= near:
            near, how = alike, SYLLABLES
    return near, how


@inlined
def together(words: Lexicon, j: int, k: int, which: int, once: bool, buffer: Bytes) -> int:
    """Writes a form of two words as one; a letter doubled where they meet once, if so wished. Returns its length."""
    start, length = words.words[j, 2 * which], words.words[j, 2 * which + 1]
    second, more = words.words[k, 2 * which], words.words[k, 2 * which + 1]
    count = 0
    for position in range(start, start + length):
        buffer[count] = words.letters[position]
        count += 1
    if once and length and more and words.letters[start + length - 1] == words.letters[second]:
        second += 1
        more -= 1
    for position in range(second, second + more):
        buffer[count] = words.letters[position]
        count += 1
    return min(count, LETTERS_LIMIT)


@inlined
def joined_nearness(whole: Lexicon, i: int, parts: Lexicon, j: int, k: int, masks: Masks, buffer: Bytes) -> float:
    """How near one word is to two others written as one; 0 if it is not."""
    kinds = whole.words[i, KIND] | parts.words[j, KIND] | parts.words[k, KIND]
    if kinds & INITIAL:
        return 0.0
    which = SKELETON if kinds & VOWELLESS else LATIN
    a, n = whole.words[i, 2 * which], whole.words[i, 2 * which + 1]
    first, second = parts.words[j, 2 * which + 1], parts.words[k, 2 * which + 1]
    if n == 0 or first == 0 or second == 0 or abs(n - first - second) > JOINED_APART:
        return 0.0
    begin = whole.letters[a] == parts.letters[parts.words[j, 2 * which]]
    end = whole.letters[a + n - 1] == parts.letters[parts.words[k, 2 * which] + second - 1]
    if not begin and not end:
        return 0.0
    letters = np.uint64(0xFFFFFFFF)
    apart = whole.seen[i, which] ^ (parts.seen[j, which] | parts.seen[k, which])
    if bits_set(apart & letters) > 0.7 * n + 1:
        return 0.0
    m = together(parts, j, k, which, kinds & VOWELLESS > 0, buffer)
    if kinds & VOWELLESS:
        near = by_class(whole.letters, a, n, buffer, 0, m, SAME_SKELETON, masks)
    elif same(whole.letters, a, n, buffer, 0, m):
        near = 1.0
    else:
        near = letters_alike(whole.letters, a, n, buffer, 0, m, JOINED_FROM, masks)
        a, n = whole.words[i, 2 * KEY], whole.words[i, 2 * KEY + 1]
        m = together(parts, j, k, KEY, True, buffer)
        if same(whole.letters, a, n, buffer, 0, m):
            near = max(near, SOUNDS_SAME)
        else:
            near = max(near, SOUNDS_SAME * letters_alike(whole.letters, a, n, buffer, 0, m, JOINED_FROM, masks))
        if kinds & BY_SOUND and near < JOINED_FROM:
            a, n = whole.words[i, 2 * SOUND], whole.words[i, 2 * SOUND + 1]
            m = together(parts, j, k, SOUND, True, buffer)
            near = max(near, by_class(whole.letters, a, n, buffer, 0, m, HEARD, masks))
    near *= JOINED_WORTH
    return near if near > JOINED_FROM else 0.0
