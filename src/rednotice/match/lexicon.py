"""Distinct words as arrays: what the compiled loops read, of the words asked as of those listed."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from rednotice.match.kernels.letters import LETTERS_LIMIT
from rednotice.match.kernels.words import (
    BY_SOUND,
    COLUMNS,
    FOREIGN,
    INITIAL,
    KEY,
    MINOR,
    SKELETON,
    TITLE,
    VOWELLESS,
    sign,
)
from rednotice.match.text import Word

SLOTS = 1 << 20
"""Words are counted under so many numbers, by how they sound."""
SYMBOLS_LIMIT = 64
"""More names of which a word is a form are not kept."""


class Lexicon(NamedTuple):
    """Distinct words, numbered from 0. Few arrays, since every compiled call hands them on."""

    letters: NDArray[np.uint8]
    """All forms, one after the other."""
    words: NDArray[np.int32]
    """A row a word, its columns as `kernels.words` names them."""
    seen: NDArray[np.uint64]
    """Which letters the four forms of each word have, shape (words, 5); and which symbols, by a hash."""
    symbols: NDArray[np.int32]
    """Of each word the names of which it is a form, as numbers in order."""


class Form(NamedTuple):
    """What makes a word another word to the index: all but how it was written."""

    forms: tuple[bytes, bytes, bytes, bytes]
    kind: int
    script: int
    symbols: tuple[int, ...]


@lru_cache(maxsize=65_536)
def form_of(word: Word) -> Form:
    """A word as the index takes it."""
    letters = (word.latin, word.key, word.skeleton, word.sound)
    kind = (
        VOWELLESS * word.vowelless
        | BY_SOUND * word.by_sound
        | FOREIGN * word.foreign
        | MINOR * word.is_minor
        | INITIAL * word.is_initial
        | TITLE * word.is_title
    )
    symbols = sorted(word.symbols)[-SYMBOLS_LIMIT:]  # short forms, which come first, are given up first
    return Form(
        tuple(form.encode()[:LETTERS_LIMIT] for form in letters),  # type: ignore[arg-type]
        kind,
        crc32(word.script.encode()) & 0xFF,
        tuple(symbols),
    )


def slot_of(form: Form) -> int:
    """Under which number a word is counted: by its key, or by its consonants if it has no vowels."""
    skeleton = form.forms[SKELETON] if form.kind & VOWELLESS else b""
    return crc32(skeleton or form.forms[KEY]) & (SLOTS - 1)


def forget() -> None:
    """Empties what is remembered of words."""
    form_of.cache_clear()


def lexicon(forms: Sequence[Form]) -> Lexicon:
    """Words as arrays."""
    starts: dict[bytes, int] = {}
    position = 0
    rows, symbols = array("i"), array("i")
    for word in forms:
        for form in word.forms:
            start = starts.setdefault(form, position)
            position += len(form) if start == position else 0
            rows.extend((start, len(form)))
        rows.extend((word.kind, word.script, slot_of(word), len(symbols), len(symbols) + len(word.symbols)))
        symbols.extend(word.symbols)
    letters = np.frombuffer(bytearray(b"".join(starts)), np.uint8)
    words = np.array(rows, np.int32).reshape(-1, COLUMNS)
    seen = np.zeros((len(forms), 5), np.uint64)
    known = np.array(symbols, np.int32)
    sign(letters, words, known, seen)
    return Lexicon(letters, words, seen, known)
