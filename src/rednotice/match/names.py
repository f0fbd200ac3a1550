"""One name against another: which word met which, how, and how near the two names are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA, JaroWinkler

from rednotice.match.text import Word
from rednotice.model.check import Meeting, Part

Weigh = Callable[[Word], float]
"""How much a word says about who it is."""

SAME_SKELETON = 0.92
LONE_CONSONANT = 0.75
KNOWN_NAME = 0.93
HEARD = 0.9
SAME_SOUND = 0.97
JOINED = 0.97
JOINED_APART = 3
"""Letters by which two words joined may be longer or shorter than one."""
INITIAL = 0.6
NEAR_ENOUGH = 0.45
"""Two words less near than this have nothing to do with each other."""


ALIKE = 0.62

MINOR_WEIGHT = 0.15
SINGLE_WORD_CAP = 0.55
"""The most that two names of several words reach when only one of them met."""
LONE_WORD_CAP = 0.80
"""The most that a name asked by one word reaches in a listed name of several."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How near two names are (0 to 1), part by part."""

    score: float
    parts: tuple[Part, ...]
    other_order: bool


@dataclass(frozen=True, slots=True)
class _Edge:
    near: float
    length: int
    asked: tuple[int, ...]
    listed: tuple[int, ...]
    how: Meeting


def compare(asked: Sequence[Word], listed: Sequence[Word], weigh: Weigh) -> Comparison:
    """Compares two names by pairing their words, best pairs first."""
    pairs = _pair(asked, listed)
    score = _score(asked, listed, pairs, weigh)
    met_asked = {i for edge in pairs for i in edge.asked}
    met_listed = {j for edge in pairs for j in edge.listed}
    parts = [
        Part(
            asked=_written(asked, edge.asked),
            listed=_written(listed, edge.listed),
            how=edge.how,
            nearness=round(edge.near, 3),
        )
        for edge in sorted(pairs, key=lambda edge: edge.asked)
    ]
    parts += [
        Part(asked=word.written, listed=None, how=Meeting.UNMATCHED, nearness=0.0)
        for i, word in enumerate(asked)
        if i not in met_asked
    ]
    parts += [
        Part(asked=None, listed=word.written, how=Meeting.EXTRA, nearness=0.0)
        for j, word in enumerate(listed)
        if j not in met_listed
    ]
    order = [edge.listed for edge in sorted(pairs, key=lambda edge: edge.asked)]
    return Comparison(score, tuple(parts), order != sorted(order))


def nearness(left: Word, right: Word) -> tuple[float, Meeting]:
    """How near two words are (0 to 1), and how they met."""
    across = left.foreign or right.foreign
    how = Meeting.TRANSLITERATED if across else Meeting.SPELLING
    if left.latin == right.latin and (left.script == right.script or not (left.vowelless or right.vowelless)):
        return 1.0, Meeting.TRANSLITERATED if left.written != right.written and across else Meeting.SAME
    if left.is_initial or right.is_initial:
        return (INITIAL if left.latin[0] == right.latin[0] else 0.0), Meeting.INITIAL
    near = KNOWN_NAME if left.symbols & right.symbols else 0.0
    if left.vowelless or right.vowelless:
        return max(near, _by_consonants(left.skeleton, right.skeleton)), Meeting.TRANSLITERATED
    if left.by_sound or right.by_sound:
        near = max(near, _by_sound(left.sound, right.sound))
    if left.key == right.key:
        return max(near, SAME_SOUND), how
    return max(near, _by_letters(left.latin, right.latin), SAME_SOUND * _by_letters(left.key, right.key)), how


def forget() -> None:
    """Empties what is remembered of words that were compared."""
    _by_letters.cache_clear()
    _by_consonants.cache_clear()
    _by_sound.cache_clear()
    _by_sound.cache_clear()


@lru_cache(maxsize=262_144)
def _by_letters(left: str, right: str) -> float:
    # Edits with neighbours swapped as one (Soliemani for Soleimani), softened by a common beginning.
    edits = OSA.normalized_similarity(left, right)
    return (edits + JaroWinkler.similarity(left, right)) / 2


@lru_cache(maxsize=262_144)
def _by_consonants(left: str, right: str) -> float:
    if not left or not right:
        return 0.0
    if left == right:
        return SAME_SKELETON if len(left) > 1 else LONE_CONSONANT
    return 0.85 * OSA.normalized_similarity(left, right)


@lru_cache(maxsize=262_144)
def _by_sound(left: str, right: str) -> float:
    if not left or not right:
        return 0.0
    if left == right:
        return HEARD if len(left) > 1 else LONE_CONSONANT
    return HEARD * OSA.normalized_similarity(left, right)


def _pair(asked: Sequence[Word], listed: Sequence[Word]) -> list[_Edge]:
    edges = sorted(
        (edge for edge in _edges(asked, listed) if edge.near >= NEAR_ENOUGH or edge.how is Meeting.INITIAL),
        key=lambda edge: (edge.near, edge.length),
        reverse=True,
    )
    taken_asked: set[int] = set()
    taken_listed: set[int] = set()
    chosen = []
    for edge in edges:
        if edge.near and taken_asked.isdisjoint(edge.asked) and taken_listed.isdisjoint(edge.listed):
            taken_asked.update(edge.asked)
            taken_listed.update(edge.listed)
            chosen.append(edge)
    return chosen


def _edges(asked: Sequence[Word], listed: Sequence[Word]) -> Iterator[_Edge]:
    for i, left in enumerate(asked):
        for j, right in enumerate(listed):
            near, how = nearness(left, right)
            yield _Edge(near, len(left.latin), (i,), (j,), how)
    for i, left in enumerate(asked):
        for j in range(len(listed) - 1):
            yield _joined(left, listed[j], listed[j + 1], (i,), (j, j + 1))
    for j, right in enumerate(listed):
        for i in range(len(asked) - 1):
            yield _joined(right, asked[i], asked[i + 1], (i, i + 1), (j,))


def _joined(whole: Word, first: Word, second: Word, asked: tuple[int, ...], listed: tuple[int, ...]) -> _Edge:
    if whole.vowelless or first.vowelless:
        apart = len(whole.skeleton) - len(first.skeleton) - len(second.skeleton)
    else:
        apart = len(whole.latin) - len(first.latin) - len(second.latin)
    near = 0.0 if abs(apart) > JOINED_APART else JOINED * nearness(whole, first.joined(second))[0]
    return _Edge(near if near > 0.8 else 0.0, len(whole.latin), asked, listed, Meeting.JOINED)


def _score(asked: Sequence[Word], listed: Sequence[Word], pairs: Sequence[_Edge], weigh: Weigh) -> float:
    if not pairs:
        return 0.0
    near_asked = {i: edge.near for edge in pairs for i in edge.asked}
    near_listed = {j: edge.near for edge in pairs for j in edge.listed}
    of_asked = _covered(asked, near_asked, weigh)
    of_listed = _covered(listed, near_listed, weigh)
    # What was asked must be found; what is listed besides (a father's name, a second surname) costs less.
    score = 0.7 * of_asked + 0.3 * of_listed
    major_met = sum(1 for edge in pairs if any(not asked[i].is_minor and not asked[i].is_initial for i in edge.asked))
    major_asked = sum(1 for word in asked if not word.is_minor)
    major_listed = sum(1 for word in listed if not word.is_minor)
    joined = any(edge.how is Meeting.JOINED for edge in pairs)
    if major_met <= 1 and not joined and major_listed > 1:
        score = min(score, SINGLE_WORD_CAP if major_asked > 1 else LONE_WORD_CAP)
    return score


def _covered(words: Sequence[Word], near: dict[int, float], weigh: Weigh) -> float:
    total = met = 0.0
    for position, word in enumerate(words):
        weight = weigh(word)
        total += weight
        met += weight * _worth(near.get(position, 0.0))
    return met / total if total else 0.0


def _worth(near: float) -> float:
    """What a nearness counts for: little where words are hardly alike."""
    return near if near >= ALIKE else near * near / ALIKE


def _written(words: Sequence[Word], positions: tuple[int, ...]) -> str:
    return " ".join(words[position].written for position in positions)
