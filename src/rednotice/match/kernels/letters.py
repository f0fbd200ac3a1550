"""Letters against letters: edits, common beginnings, and the quick tests that spare both."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int32]

LETTERS_LIMIT = 63
"""Letters of a form beyond this are not compared."""


@njit(cache=True, nogil=True)
def hashed(letters: Bytes, first: int, last: int) -> np.uint32:
    """A hash of letters `first` up to `last` (FNV-1a, its high bits folded in)."""
    value = np.uint32(2166136261)
    for position in range(first, last):
        value = np.uint32((value ^ np.uint32(letters[position])) * np.uint32(16777619))
    return np.uint32(value ^ (value >> np.uint32(15)))


@njit(cache=True, nogil=True)
def signature(form: Bytes) -> np.uint64:
    """Which letters a form has, once and more than once, in 32 bits each."""
    bits = np.uint64(0)
    for letter in form:
        bit = np.uint64(1) << np.uint64(letter & 31)
        if bits & bit:
            bits |= bit << np.uint64(32)
        bits |= bit
    return bits


@njit(cache=True, nogil=True)
def bits_set(bits: np.uint64) -> int:
    """How many bits are set."""
    bits = bits - ((bits >> np.uint64(1)) & np.uint64(0x5555555555555555))
    bits = (bits & np.uint64(0x3333333333333333)) + ((bits >> np.uint64(2)) & np.uint64(0x3333333333333333))
    bits = (bits + (bits >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((bits * np.uint64(0x0101010101010101)) >> np.uint64(56))


@njit(cache=True, nogil=True)
def edits(left: Bytes, right: Bytes, limit: int, rows: Ints) -> int:
    """Edits between two forms, neighbours swapped as one (optimal string alignment); more than `limit` is limit + 1.

    Args:
        left: letters, shape (n,).
        right: letters, shape (m,), m up to twice LETTERS_LIMIT.
        limit: the most that is of interest.
        rows: room to work in, shape (3, 2 * LETTERS_LIMIT + 2).
    """
    across = right.shape[0]
    before, last, now = 0, 1, 2
    for j in range(across + 1):
        rows[last, j] = j
    for i in range(1, left.shape[0] + 1):
        rows[now, 0] = i
        least = i
        for j in range(1, across + 1):
            cost = rows[last, j - 1] + (left[i - 1] != right[j - 1])
            cost = min(cost, rows[last, j] + 1, rows[now, j - 1] + 1)
            if i > 1 and j > 1 and left[i - 1] == right[j - 2] and left[i - 2] == right[j - 1]:
                cost = min(cost, rows[before, j - 2] + 1)
            rows[now, j] = cost
            least = min(least, cost)
        if least > limit:
            return limit + 1
        before, last, now = last, now, before
    return int(min(rows[last, across], limit + 1))


@njit(cache=True, nogil=True)
def jaro_winkler(left: Bytes, right: Bytes) -> float:
    """How alike two forms are by common letters and a common beginning (Winkler 1990), 0 to 1; up to 64 letters."""
    n, m = min(left.shape[0], 64), min(right.shape[0], 64)
    if n == 0 or m == 0:
        return 1.0 if n == m else 0.0
    window = max(max(n, m) // 2 - 1, 0)
    met_left, met_right = np.uint64(0), np.uint64(0)
    common = 0
    for i in range(n):
        for j in range(max(0, i - window), min(m, i + window + 1)):
            bit = np.uint64(1) << np.uint64(j)
            if not met_right & bit and left[i] == right[j]:
                met_left |= np.uint64(1) << np.uint64(i)
                met_right |= bit
                common += 1
                break
    if common == 0:
        return 0.0
    swapped = 0
    j = 0
    for i in range(n):
        if met_left >> np.uint64(i) & np.uint64(1):
            while not met_right >> np.uint64(j) & np.uint64(1):
                j += 1
            swapped += left[i] != right[j]
            j += 1
    jaro = (common / n + common / m + (common - swapped // 2) / common) / 3
    if jaro <= 0.7:
        return jaro
    same = 0
    while same < min(4, n, m) and left[same] == right[same]:
        same += 1
    return jaro + same * 0.1 * (1 - jaro)


@njit(cache=True, nogil=True)
def edits_alike(left: Bytes, right: Bytes, rows: Ints) -> float:
    """How alike two forms are by edits: 1 for the same, 0 for nothing in common."""
    longer = max(left.shape[0], right.shape[0])
    if longer == 0:
        return 1.0
    return 1.0 - edits(left, right, longer, rows) / longer


@njit(cache=True, nogil=True)
def letters_alike(left: Bytes, right: Bytes, rows: Ints) -> float:
    """How alike two forms are by edits (Soliemani for Soleimani), softened by a common beginning."""
    return (edits_alike(left, right, rows) + jaro_winkler(left, right)) / 2
