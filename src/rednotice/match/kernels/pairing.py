"""Name against name: which word met which, and how likely it is that both are one person's."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from rednotice.match.kernels import inlined, inner
from rednotice.match.kernels.letters import Bytes, Floats, Ints, Masks, edits
from rednotice.match.kernels.words import (
    BY_INITIAL,
    CONSONANTS,
    HEARD,
    INITIAL,
    JOINED,
    KEY,
    KIND,
    KNOWN,
    KNOWN_AS,
    LATIN,
    LETTERS,
    MINOR,
    NEAR_ENOUGH,
    SAME,
    SAME_SOUND,
    SCRIPT,
    SKELETON,
    SOUND,
    SYLLABLES,
    VOWELLESS,
    Lexicon,
    Marks,
    joined_nearness,
    mark_word,
    nearness,
    unmark_word,
)

Edges = NDArray[np.int32]
"""Rows of: first word asked, how many, first word listed, how many, how they met."""

EDGES = 4096
"""Room for every way in which a word or two may meet a word or two; `text.WORDS_LIMIT` squared, thrice, and more."""
MANY = 10_000.0
"""A list says how rare a word is as if so many names stood in it besides, none of which bears the word."""

WELL = 0.95
"""Words that are as near as this are not looked at as halves of others."""

LEVELS = 21
UNKNOWN, KNOWN_NAME, WORTH = 0, LEVELS, 2 * LEVELS
"""Where the features of the levels of nearness begin: how many pairs met so whose word asked no dictionary knows, how
many whose word asked is a known name, and what all of them are worth. A word that nobody is called is likelier to be
another one misspelt."""
(
    MINOR_MET,
    ASKED_MISSED, ASKED_MISSED_WORTH, ASKED_MISSED_KNOWN, ASKED_MINOR_MISSED,
    LISTED_LEFT, LISTED_LEFT_WORTH, LISTED_MINOR_LEFT,
    INITIAL_MISSED, OTHER_ORDER, ONE_OF_SEVERAL, LONE, SIZE, ALWAYS,
    FIRST_FIRST, FIRST_LAST, LAST_FIRST, LAST_LAST,
    SOLE_FIRST_FIRST, SOLE_FIRST_LAST, SOLE_LAST_FIRST, SOLE_LAST_LAST,
    ASKED_SHARE, LISTED_SHARE, SPELT_APART, SPELT_APART_WORTH, LEAST_NEAR,
) = range(3 * LEVELS, 3 * LEVELS + 27)  # fmt: skip
FEATURES = 3 * LEVELS + 27
"""What a comparison is judged by: the levels, then the rest, as named. First and last are places in the name asked, and
in the listed one; sole: of a pair that is the only one. Shares are of what the words of a name say."""
NOT_COUNTED = -1
AS_THE_SAME = (1, 2)
"""The levels of words of one sound, and of one name in one script, beside that of the same word, 0."""
INITIALS = 17
"""The level of a word that met by its first letter."""


@inlined
def information(borne: int, total: int) -> float:
    """What a word says of who it is, in nats: minus the logarithm of how common it is among the listed."""
    return math.log((total + MANY) / (borne + 2.0))


@inlined
def _level(how: int, near: float, shorter: int, one_script: bool) -> int:
    """The level of a pair, by how the words met, how near they are, and (of classes) how many there are."""
    if how == SAME:
        return 0
    if how == SAME_SOUND:
        return 1
    if how == KNOWN:
        return 4 if near < HEARD else 2 if one_script else 20  # a short form counts as a spelling
    if how == LETTERS:
        return 3 if near >= 0.9 else 4 if near >= 0.82 else 5 if near >= 0.74 else 6 if near >= 0.62 else 7
    if how == CONSONANTS:
        if near >= 0.9:
            return 8 if shorter >= 4 else 9 if shorter == 3 else 10
        return 11 if shorter == 1 and near > 0.7 else 12
    if how == SYLLABLES:
        if near >= 0.89:
            return 13 if shorter >= 3 else 14
        return 15 if shorter == 1 and near > 0.7 else 16
    if how == BY_INITIAL:
        return INITIALS
    return 18 if near >= 0.93 else 19


@inner
def compare(
    asked: Lexicon,
    words_asked: Ints,
    worth_asked: Floats,
    listed: Lexicon,
    words_listed: Ints,
    worth_listed: Floats,
    total: int,
    near: Floats,
    how: NDArray[np.int8],
    marks: Marks,
    buffer: Bytes,
    edges: Edges,
    strength: Floats,
    chosen: Ints,
    features: Floats,
) -> int:
    """Pairs the words of two names, best pairs first.

    Args:
        asked: the words asked.
        words_asked: the name asked, as words of `asked`.
        worth_asked: what each says (`information`).
        listed: the words listed.
        words_listed: a listed name, as words of `listed`.
        worth_listed: what each says.
        total: how many names are listed.
        near: nearness of each word asked to each listed; negative where it is not known yet.
        how: how they met, where that is known.
        marks: room to mark words in, left as it was.
        buffer: room to work in, shape (256,).
        edges: receives pairs, shape (EDGES, 5).
        strength: receives how near each pair is, shape (EDGES,).
        chosen: receives the pairs that were chosen, as rows of `edges`.
        features: receives what the comparison is judged by, shape (FEATURES,).

    Returns:
        How many pairs were chosen.
    """
    n, m = words_asked.shape[0], words_listed.shape[0]
    count = 0
    for i in range(n):
        marked = False
        for j in range(m):
            if near[i, j] < 0:
                if not marked:
                    mark_word(asked, words_asked[i], marks)
                    marked = True
                near[i, j], how[i, j] = nearness(asked, words_asked[i], listed, words_listed[j], marks)
            if near[i, j] >= NEAR_ENOUGH or (how[i, j] == BY_INITIAL and near[i, j] > 0):
                count = _edge(edges, strength, count, i, 1, j, 1, how[i, j], near[i, j])
        if marked:
            unmark_word(asked, words_asked[i], marks)
    for i in range(n):
        for j in range(m - 1):
            if near[i, j] < WELL and near[i, j + 1] < WELL:
                found = joined_nearness(
                    asked, words_asked[i], listed, words_listed[j], words_listed[j + 1], marks.none, buffer
                )
                if found > 0:
                    count = _edge(edges, strength, count, i, 1, j, 2, JOINED, found)
    for j in range(m):
        for i in range(n - 1):
            if near[i, j] < WELL and near[i + 1, j] < WELL:
                found = joined_nearness(
                    listed, words_listed[j], asked, words_asked[i], words_asked[i + 1], marks.none, buffer
                )
                if found > 0:
                    count = _edge(edges, strength, count, i, 2, j, 1, JOINED, found)
    pairs = _choose(asked, words_asked, edges, strength, count, n, m, chosen)
    _judge(
        asked, words_asked, worth_asked, listed, words_listed, worth_listed, total, edges, strength, chosen, pairs,
        marks.none, features,
    )  # fmt: skip
    return pairs


@inlined
def _edge(edges: Edges, strength: Floats, count: int, i: int, ni: int, j: int, nj: int, how: int, near: float) -> int:
    if count == edges.shape[0]:
        return count
    edges[count, 0], edges[count, 1], edges[count, 2], edges[count, 3], edges[count, 4] = i, ni, j, nj, how
    strength[count] = near
    return count + 1


@inlined
def _mask(first: int, count: int) -> np.uint64:
    return np.uint64((1 if count == 1 else 3) << first)


@inlined
def _taken(met: np.uint64, place: int) -> bool:
    return met >> np.uint64(place) & np.uint64(1) > 0


@inlined
def _choose(
    asked: Lexicon, words_asked: Ints, edges: Edges, strength: Floats, count: int, n: int, m: int, chosen: Ints
) -> int:
    """The nearest pairs, each word in one; of equally near ones that of the longest word asked."""
    taken_asked, taken_listed = np.uint64(0), np.uint64(0)
    pairs = 0
    while pairs < min(n, m):
        best = -1
        best_near, best_length = np.float32(0), 0
        for edge in range(count):
            if strength[edge] < best_near:
                continue
            if taken_asked & _mask(edges[edge, 0], edges[edge, 1]):
                continue
            if taken_listed & _mask(edges[edge, 2], edges[edge, 3]):
                continue
            length = asked.words[words_asked[edges[edge, 0]], 2 * LATIN + 1]
            if strength[edge] > best_near or length > best_length:
                best, best_near, best_length = edge, strength[edge], length
        if best < 0:
            break
        taken_asked |= _mask(edges[best, 0], edges[best, 1])
        taken_listed |= _mask(edges[best, 2], edges[best, 3])
        chosen[pairs] = best
        pairs += 1
    return pairs


@inlined
def _minor(known: Lexicon, words: Ints) -> int:
    """The kind of words that say little in a name; none where a name has no others ("Bin Bin", "De La")."""
    for place in range(words.shape[0]):
        if not known.words[words[place], KIND] & MINOR:
            return MINOR
    return 0


@inner
def _judge(
    asked: Lexicon,
    words_asked: Ints,
    worth_asked: Floats,
    listed: Lexicon,
    words_listed: Ints,
    worth_listed: Floats,
    total: int,
    edges: Edges,
    strength: Floats,
    chosen: Ints,
    pairs: int,
    masks: Masks,
    features: Floats,
) -> None:
    features[:] = 0
    n, m = words_asked.shape[0], words_listed.shape[0]
    met = 0
    met_worth, least = np.float32(0), np.float32(1)
    met_asked, met_listed = np.uint64(0), np.uint64(0)
    major_met = 0
    joined = False
    minor_asked, minor_listed = _minor(asked, words_asked), _minor(listed, words_listed)
    for place in range(pairs):
        edge = chosen[place]
        i, ni, j, nj, how = edges[edge, 0], edges[edge, 1], edges[edge, 2], edges[edge, 3], edges[edge, 4]
        met_asked |= _mask(i, ni)
        met_listed |= _mask(j, nj)
        first, last = i == 0, i + ni == n
        features[FIRST_FIRST] += first and j == 0
        features[FIRST_LAST] += first and j + nj == m
        features[LAST_FIRST] += last and j == 0
        features[LAST_LAST] += last and j + nj == m
        kinds = asked.words[words_asked[i], KIND] & minor_asked | listed.words[words_listed[j], KIND] & minor_listed
        if how != JOINED and kinds:
            features[MINOR_MET] += strength[edge]
            continue
        which = SKELETON if how == CONSONANTS else SOUND
        shorter = min(asked.words[words_asked[i], 2 * which + 1], listed.words[words_listed[j], 2 * which + 1])
        one_script = asked.words[words_asked[i], SCRIPT] == listed.words[words_listed[j], SCRIPT]
        level = _level(how, strength[edge], shorter, one_script)
        features[(KNOWN_NAME if asked.seen[words_asked[i], KNOWN_AS] else UNKNOWN) + level] += 1
        worth = min(max(worth_asked[i], worth_asked[i + ni - 1]), max(worth_listed[j], worth_listed[j + nj - 1]))
        features[WORTH + level] += worth
        if how != BY_INITIAL:
            met += 1
            met_worth += strength[edge] * worth
            least = min(least, strength[edge])
        if how in (KNOWN, CONSONANTS, SYLLABLES):
            apart = _spelt_apart(asked, words_asked[i], listed, words_listed[j], masks)
            features[SPELT_APART] += apart
            features[SPELT_APART_WORTH] += apart * worth
        joined = joined or how == JOINED
        major_met += how != BY_INITIAL
    for edge in range(1, pairs):
        for other in range(edge):
            a, b = chosen[edge], chosen[other]
            if (edges[a, 0] - edges[b, 0]) * (edges[a, 2] - edges[b, 2]) < 0:
                features[OTHER_ORDER] = 1
    major_asked = _unmet(
        asked, words_asked, worth_asked, met_asked, ASKED_MISSED, ASKED_MISSED_WORTH, ASKED_MISSED_KNOWN,
        ASKED_MINOR_MISSED, features,
    )  # fmt: skip
    major_listed = _unmet(
        listed, words_listed, worth_listed, met_listed, LISTED_LEFT, LISTED_LEFT_WORTH, NOT_COUNTED,
        LISTED_MINOR_LEFT, features,
    )  # fmt: skip
    if major_met <= 1 and not joined and major_listed > 1:
        features[ONE_OF_SEVERAL if major_asked > 1 else LONE] = 1
    features[ASKED_SHARE] = met_worth / (met_worth + features[ASKED_MISSED_WORTH] + np.float32(0.001))
    features[LISTED_SHARE] = met_worth / (met_worth + features[LISTED_LEFT_WORTH] + np.float32(0.001))
    if met:
        features[LEAST_NEAR] = least
    if met == 1:
        for place in range(4):
            features[SOLE_FIRST_FIRST + place] = features[FIRST_FIRST + place]
    features[SIZE] = math.log(total + MANY)
    features[ALWAYS] = 1


@inlined
def _spelt_apart(asked: Lexicon, i: int, listed: Lexicon, j: int, masks: Masks) -> float:
    """How far apart by letters two words are that met otherwise, as both are said in Latin letters (0 to 1)."""
    # The key of a word without vowels is something else.
    which = LATIN if (asked.words[i, KIND] | listed.words[j, KIND]) & VOWELLESS else KEY
    a, n = asked.words[i, 2 * which], asked.words[i, 2 * which + 1]
    b, m = listed.words[j, 2 * which], listed.words[j, 2 * which + 1]
    return edits(asked.letters, a, n, listed.letters, b, m, masks) / max(n, m, 1)


@inner
def _unmet(
    known: Lexicon,
    words: Ints,
    worth: Floats,
    met: np.uint64,
    major: int,
    major_worth: int,
    major_known: int,
    minor: int,
    features: Floats,
) -> int:
    """Counts the words of a name that met none under the features given; how many of its words are major."""
    count, minor_kind = 0, _minor(known, words)
    for place in range(words.shape[0]):
        kind = known.words[words[place], KIND]
        is_minor = kind & (minor_kind | INITIAL)
        count += not is_minor
        if not _taken(met, place):
            features[INITIAL_MISSED if kind & INITIAL else minor if is_minor else major] += 1
            features[major_worth] += 0 if is_minor else worth[place]
            if major_known != NOT_COUNTED and not is_minor and known.seen[words[place], KNOWN_AS]:
                features[major_known] += 1
    return count
