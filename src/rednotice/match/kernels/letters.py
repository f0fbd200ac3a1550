"""Letters against letters: edits, common beginnings, and the quick tests that spare both."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rednotice.match.kernels import inlined, inner

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int32]
Floats = NDArray[np.float32]
Masks = NDArray[np.uint64]

LETTERS_LIMIT = 63
"""Letters of a form beyond this are not compared."""


@inlined
def hashed(letters: Bytes, first: int, last: int) -> np.uint32:
    """A hash of letters `first` up to `last` (FNV-1a, its high bits folded in)."""
    value = np.uint32(2166136261)
    for position in range(first, last):
        value = np.uint32((value ^ np.uint32(letters[position])) * np.uint32(16777619))
    return np.uint32(value ^ (value >> np.uint32(15)))


@inner
def signature(form: Bytes) -> np.uint64:
    """Which letters a form has, once and more than once, in 32 bits each."""
    bits = np.uint64(0)
    for letter in form:
        bit = np.uint64(1) << np.uint64(letter & 31)
        if bits & bit:
            bits |= bit << np.uint64(32)
        bits |= bit
    return bits


@inlined
def bits_set(bits: np.uint64) -> int:
    """How many bits are set."""
    bits = bits - ((bits >> np.uint64(1)) & np.uint64(0x5555555555555555))
    bits = (bits & np.uint64(0x3333333333333333)) + ((bits >> np.uint64(2)) & np.uint64(0x3333333333333333))
    bits = (bits + (bits >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return int(np.int64((bits * np.uint64(0x0101010101010101)) >> np.uint64(56)))


# Forms are handed over as their letters with where they begin and how long they are: a view of an array made in a loop
# costs more than the loop.


@inlined
def same(left: Bytes, a: int, n: int, right: Bytes, b: int, m: int) -> bool:
    """Whether two forms are the same."""
    if n != m:
        return False
    for position in range(n):  # noqa: SIM110  (compiled: a generator is slower)
        if left[a + position] != right[b + position]:
            return False
    return True


@inlined
def edits_of_marked(n: int, right: Bytes, b: int, m: int, masks: Masks) -> int:
    """Edits between a form that is marked and another (Hyyrö 2003, with neighbours swapped as one edit)."""
    one = np.uint64(1)
    last = one << np.uint64(n - 1)
    positive, negative, diagonal, before = ~np.uint64(0), np.uint64(0), np.uint64(0), np.uint64(0)
    distance = n
    for j in range(m):
        met = masks[right[b + j]]
        swapped = ((~diagonal & met) << one) & before
        diagonal = (((met & positive) + positive) ^ positive) | met | negative | swapped
        more, less = negative | ~(diagonal | positive), diagonal & positive
        distance += 1 if more & last else 0
        distance -= 1 if less & last else 0
        more, less = (more << one) | one, less << one
        positive, negative = less | ~(diagonal | more), more & diagonal
        before = met
    return distance


@inlined
def _jaro_winkler(left: Bytes, a: int, n: int, right: Bytes, b: int, m: int, masks: Masks) -> float:
    """How alike a form that is marked and another are by common letters and a common beginning (Winkler 1990)."""
    # Without branches that depend on letters: a processor that guesses one wrong loses more than they save.
    one, none = np.uint64(1), np.uint64(0)
    window = max(max(n, m) // 2 - 1, 0)
    free = ~none
    met_right = none
    common = 0
    for j in range(min(m, n + window)):
        low, high = max(0, j - window), min(n, j + window + 1)
        reach = ((one << np.uint64(high)) - one) & ~((one << np.uint64(low)) - one)
        found = masks[right[b + j]] & reach & free
        free &= ~(found & (~found + one))
        is_met = np.uint64(found != none)
        met_right |= is_met << np.uint64(j)
        common += int(np.int64(is_met))
    if common == 0:
        return 0.0
    swapped = 0
    met_left = ~free
    for j in range(m):
        first_left = met_left & (~met_left + one)
        is_met = (met_right >> np.uint64(j)) & one
        swapped += int(np.int64(is_met & np.uint64((masks[right[b + j]] & first_left) == none)))
        met_left ^= first_left * is_met
    jaro = (common / n + common / m + (common - swapped // 2) / common) / 3
    if jaro <= 0.7:
        return jaro
    first = 0
    while first < min(4, n, m) and left[a + first] == right[b + first]:
        first += 1
    return jaro + first * 0.1 * (1 - jaro)


@inlined
def mark(form: Bytes, a: int, n: int, masks: Masks) -> None:
    """Notes where which letter stands in a form, as bits by letter."""
    for i in range(n):
        masks[form[a + i]] |= np.uint64(1) << np.uint64(i)


@inlined
def unmark(form: Bytes, a: int, n: int, masks: Masks) -> None:
    """Leaves masks as they were before `mark`."""
    for i in range(n):
        masks[form[a + i]] = 0


@inlined
def edits(left: Bytes, a: int, n: int, right: Bytes, b: int, m: int, masks: Masks) -> int:
    """Edits between two forms, neighbours swapped as one (optimal string alignment).

    Args:
        left: letters, with the place `a` and the length `n` of the form, up to LETTERS_LIMIT.
        right: letters, with the place `b` and the length `m` of the form, up to LETTERS_LIMIT.
        masks: zeros, shape (256,); room to work in, left as it was.
    """
    if n == 0 or m == 0:
        return max(n, m)
    mark(left, a, n, masks)
    distance = edits_of_marked(n, right, b, m, masks)
    unmark(left, a, n, masks)
    return distance


@inlined
def alike_of_marked(
    left: Bytes, a: int, n: int, right: Bytes, b: int, m: int, apart: int, at_least: float, masks: Masks
) -> float:
    """As `letters_alike`, of a form that is marked and another; `apart` edits, negative where it is not known."""
    if apart < 0:
        apart = edits_of_marked(n, right, b, m, masks)
    alike = 1.0 - apart / max(n, m)
    return 0.0 if alike + 1 < 2 * at_least else (alike + _jaro_winkler(left, a, n, right, b, m, masks)) / 2


@inner
def letters_alike(left: Bytes, a: int, n: int, right: Bytes, b: int, m: int, at_least: float, masks: Masks) -> float:
    """How alike two forms are by edits (Soliemani for Soleimani), softened by a common beginning; 0 to 1.

    It may be 0 where it would be less than `at_least`.
    """
    if n == 0 or m == 0:
        return 0.0
    mark(left, a, n, masks)
    alike = alike_of_marked(left, a, n, right, b, m, -1, at_least, masks)
    unmark(left, a, n, masks)
    return alike
