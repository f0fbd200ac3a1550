"""Names that were indexed together: their forms, and where each form stands. Nothing in it changes but removals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rednotice.match import kernels
from rednotice.match.text import Word

EXPANSIONS = 400
"""So many forms at most stand in for one word asked."""


class Channel(IntEnum):
    """By what a word asked and a word listed may meet."""

    KEY = 0  # by letters
    SKELETON = 1  # by consonants: what a word without vowels may be
    BARE = 2  # the same, of words that are listed without vowels
    SOUND = 3  # by syllables: what a word in Han or Hangul may be
    SYLLABIC = 4  # the same, of words that are listed in Han or Hangul
    SYMBOL = 5  # as a name that is known in many languages
    JOINED = 6  # two words as one


NOBODY = -1
EDITS = 0.36
"""Edits between forms that are still near, as a share of the longer length."""


def forms_listed(name: Sequence[Word]) -> Iterator[tuple[Channel, str]]:
    """The forms under which a name is found."""
    for word in name:
        if not word.vowelless:
            yield Channel.KEY, word.key
            yield Channel.SOUND, word.sound
        yield Channel.SKELETON, word.skeleton
        if word.vowelless:
            yield Channel.BARE, word.skeleton
        if word.by_sound:
            yield Channel.SYLLABIC, word.sound
        for symbol in word.symbols:
            yield Channel.SYMBOL, symbol
    for first, second in pairwise(name):
        yield from forms_joined(first, second)


def forms_joined(first: Word, second: Word) -> Iterator[tuple[Channel, str]]:
    """The forms of two words written as one."""
    whole = first.joined(second)
    yield Channel.JOINED, whole.skeleton if first.vowelless else whole.key


class Asked(NamedTuple):
    """A form under which a word asked looks for names, and what it is worth to meet there."""

    channel: Channel
    form: str
    worth: float
    exact: bool = True


def forms_asked(word: Word) -> Iterator[Asked]:
    """The forms under which a word asked looks for names."""
    if word.vowelless:
        yield Asked(Channel.SKELETON, word.skeleton, 0.9, exact=False)
        yield Asked(Channel.JOINED, word.skeleton, 0.9)
    else:
        yield Asked(Channel.KEY, word.key, 1.0, exact=False)
        yield Asked(Channel.BARE, word.skeleton, 0.9, exact=False)
        yield Asked(Channel.JOINED, word.key, 1.0)
    yield Asked(Channel.SOUND if word.by_sound else Channel.SYLLABIC, word.sound, 0.85, exact=False)
    for symbol in sorted(word.symbols):
        yield Asked(Channel.SYMBOL, symbol, 0.95)


def forms_asked_joined(first: Word, second: Word) -> Iterator[Asked]:
    """The forms under which two words asked, written as one, look for names."""
    whole = first.joined(second)
    form = whole.skeleton if first.vowelless else whole.key
    yield Asked(Channel.SKELETON if first.vowelless else Channel.KEY, form, 1.0)
    yield Asked(Channel.JOINED, form, 1.0)


def _letters(form: str) -> bytes:
    return form[: kernels.LETTERS_LIMIT].encode()


def _distinct(name: Sequence[Word]) -> Iterable[tuple[Channel, bytes]]:
    return dict.fromkeys((channel, _letters(form)) for channel, form in forms_listed(name) if form)


class _Forms:
    """The distinct forms of a channel, sorted by length."""

    def __init__(self, forms: Iterable[bytes], first: int) -> None:
        self.forms = sorted(forms, key=lambda form: (len(form), form))
        self.first = first
        self.number = {form: first + position for position, form in enumerate(self.forms)}
        lengths = np.array([len(form) for form in self.forms], np.int32)
        self.letters = np.frombuffer(bytearray(b"".join(self.forms)), np.uint8)
        self.starts = np.concatenate([np.zeros(1, np.int32), np.cumsum(lengths, dtype=np.int32)])
        longest = int(lengths.max()) if len(lengths) else 0
        self.of_length = np.searchsorted(lengths, np.arange(longest + 2)).astype(np.int32)
        self.signatures = np.array([kernels.signature(np.frombuffer(form, np.uint8)) for form in self.forms], np.uint64)

    def overwrite(self, form: bytes) -> None:
        position = self.number.pop(form) - self.first
        self.forms[position] = b""
        self.letters[self.starts[position] : self.starts[position + 1]] = 0
        self.signatures[position] = 0

    def near(self, form: str, share: float) -> Iterator[tuple[int, float]]:
        asked = np.frombuffer(_letters(form), np.uint8)
        found = np.empty(4 * EXPANSIONS, np.int32)
        nearness = np.empty(4 * EXPANSIONS, np.float32)
        count = kernels.near(asked, self.letters, self.starts, self.signatures, self.of_length, share, found, nearness)
        for position in range(count):
            yield self.first + int(found[position]), float(nearness[position])


class Segment:
    """An index over names that never changes, but for names that are removed from it."""

    def __init__(self, names: Sequence[Sequence[Word]]) -> None:
        postings: dict[Channel, dict[bytes, list[int]]] = {channel: defaultdict(list) for channel in Channel}
        for number, name in enumerate(names):
            for channel, letters in _distinct(name):
                postings[channel][letters].append(number)
        self._channels: dict[Channel, _Forms] = {}
        counts: list[int] = []
        placed: list[int] = []
        for channel in Channel:
            forms = _Forms(postings[channel], len(counts))
            self._channels[channel] = forms
            for letters in forms.forms:
                standing = postings[channel][letters]
                counts.append(len(standing))
                placed.extend(standing)
        self._starts = np.concatenate([np.zeros(1, np.int32), np.cumsum(counts, dtype=np.int32)])
        self._names = np.array(placed, np.int32)
        self._sizes = np.array([1 + 0.05 * len(name) for name in names], np.float32)
        self._scores = np.zeros(len(names), np.float32)
        self._stamps = np.zeros(len(names), np.int32)
        self._touched = np.empty(len(names), np.int32)

    def bearers(self, channel: Channel, form: str) -> int:
        """How many names have a form."""
        number = self._channels[channel].number.get(_letters(form))
        return 0 if number is None else int(self._starts[number + 1] - self._starts[number])

    def likely(
        self, asked: Sequence[tuple[Iterable[Asked], float]], wanted: int, budget: int
    ) -> tuple[NDArray[np.int32], NDArray[np.float32], bool]:
        """The names that share most with what was asked.

        Args:
            asked: for each word its forms, each with what meeting there is worth, and what the word weighs.
            wanted: how many names at most.
            budget: postings read, after which no new name is taken up.

        Returns:
            Numbers of names, best first, what each gained, and whether the budget cut the search.
        """
        words = [self._expand(forms, weight) for forms, weight in asked]
        words.sort(key=lambda expanded: sum(int(self._starts[form + 1] - self._starts[form]) for form, _ in expanded))
        forms = np.array([form for expanded in words for form, _ in expanded], np.int32)
        gains = np.array([gain for expanded in words for _, gain in expanded], np.float32)
        word = np.array([number for number, expanded in enumerate(words, 1) for _ in expanded], np.int32)
        count, read = kernels.gather(
            forms,
            gains,
            word,
            self._starts,
            self._names,
            self._sizes,
            self._scores,
            self._stamps,
            self._touched,
            budget,
        )
        chosen, sums = kernels.best(self._scores, self._stamps, self._touched, count, wanted)
        return chosen, sums, read > budget

    def scrub(self, number: int, name: Sequence[Word]) -> None:
        """Takes a name out. Forms that no other name has are overwritten, so that nothing tells what they were."""
        for channel, letters in _distinct(name):
            known = self._channels[channel]
            position = known.number.get(letters)
            if position is None:
                continue
            standing = self._names[self._starts[position] : self._starts[position + 1]]
            standing[standing == number] = NOBODY
            if (standing == NOBODY).all():
                known.overwrite(letters)

    def _expand(self, forms: Iterable[Asked], weight: float) -> list[tuple[int, float]]:
        expanded: dict[int, float] = {}
        for channel, form, worth, exact in forms:
            if not form:
                continue
            known = self._channels[channel]
            if not exact:
                met: Iterable[tuple[int, float]] = known.near(form, EDITS)
            else:
                number = known.number.get(_letters(form))
                met = () if number is None else ((number, 1.0),)
            for number, nearness in met:
                gain = nearness * worth * weight
                if gain > expanded.get(number, 0.0):
                    expanded[number] = gain
        return sorted(expanded.items(), key=lambda one: (-one[1], one[0]))[:EXPANSIONS]
