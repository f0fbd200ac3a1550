"""The inner loops of the search, compiled by numba when first needed and kept for the next start; free of the GIL."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int32]
Floats = NDArray[np.float32]
Signatures = NDArray[np.uint64]

LETTERS_LIMIT = 63
"""Letters of a form beyond this are not compared."""


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
def _count(bits: np.uint64) -> np.uint64:
    bits = bits - ((bits >> np.uint64(1)) & np.uint64(0x5555555555555555))
    bits = (bits & np.uint64(0x3333333333333333)) + ((bits >> np.uint64(2)) & np.uint64(0x3333333333333333))
    bits = (bits + (bits >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (bits * np.uint64(0x0101010101010101)) >> np.uint64(56)


@njit(cache=True, nogil=True)
def edits(left: Bytes, right: Bytes, limit: int, rows: Ints) -> int:
    """Edits between two forms, neighbours swapped as one (optimal string alignment); more than `limit` is limit + 1.

    Args:
        left: letters, shape (n,).
        right: letters, shape (m,), m up to LETTERS_LIMIT.
        limit: the most that is of interest.
        rows: room to work in, shape (3, LETTERS_LIMIT + 1).
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
def near(
    asked: Bytes,
    letters: Bytes,
    starts: Ints,
    signatures: Signatures,
    of_length: Ints,
    share: float,
    found: Ints,
    nearness: Floats,
) -> int:
    """Forms near to the one asked.

    Args:
        asked: its letters.
        letters: those of all forms, one after the other; the forms are sorted by length.
        starts: where each form begins in `letters`, shape (forms + 1,).
        signatures: of each form.
        of_length: the first form of each length, shape (longest + 2,).
        share: how many edits are allowed, as a share of the longer length; one always is.
        found: receives the forms.
        nearness: receives 1 for the same, less for each edit.

    Returns:
        How many were found; no more than `found` has room for.
    """
    rows = np.empty((3, LETTERS_LIMIT + 1), np.int32)
    mine = signature(asked)
    size = asked.shape[0]
    count = 0
    for length in range(1, of_length.shape[0] - 1):
        longer = max(length, size)
        limit = max(1, int(longer * share)) if longer > 2 else 0
        if abs(length - size) > limit:
            continue
        for form in range(of_length[length], of_length[length + 1]):
            if _count(signatures[form] ^ mine) > 2 * limit:
                continue
            distance = edits(asked, letters[starts[form] : starts[form + 1]], limit, rows)
            if distance <= limit and count < found.shape[0]:
                found[count] = form
                nearness[count] = 1.0 - distance / longer
                count += 1
    return count


@njit(cache=True, nogil=True)
def gather(
    forms: Ints,
    gains: Floats,
    word: Ints,
    starts: Ints,
    names: Ints,
    sizes: Floats,
    scores: Floats,
    stamps: Ints,
    touched: Ints,
    budget: int,
) -> tuple[int, int]:
    """Adds up, for every name, what the words asked gain in it.

    Args:
        forms: forms near to words asked: word by word, rarest first, and the nearest forms first within each.
        gains: what each adds to a name that has it.
        word: the word asked that each stands for, from 1.
        starts: where the names of each form begin in `names`.
        names: the names that have each form.
        sizes: what each name's gain is divided by: longer names gain less by one word.
        scores: zero for every name; receives the sums.
        stamps: zero for every name; room to work in.
        touched: receives the names that gained anything.
        budget: when so many postings were read, no new name is taken up; those already found still gain.

    Returns:
        How many names gained anything, and how many postings were read.
    """
    count = 0
    read = 0
    for position in range(forms.shape[0]):
        for place in range(starts[forms[position]], starts[forms[position] + 1]):
            name = names[place]
            read += 1
            if name < 0:
                continue
            if stamps[name] == word[position]:
                continue
            if stamps[name] == 0:
                if read > budget:
                    continue
                touched[count] = name
                count += 1
            stamps[name] = word[position]
            scores[name] += gains[position] / sizes[name]
    return count, read


@njit(cache=True, nogil=True)
def best(scores: Floats, stamps: Ints, touched: Ints, count: int, wanted: int) -> tuple[Ints, Floats]:
    """The names with the highest sums, best first; leaves scores and stamps at zero for the next search."""
    sums = np.empty(count, np.float32)
    for position in range(count):
        sums[position] = scores[touched[position]]
        scores[touched[position]] = 0.0
        stamps[touched[position]] = 0
    order = np.argsort(-sums) if count <= wanted else np.argpartition(-sums, wanted)[:wanted]
    if count > wanted:
        order = order[np.argsort(-sums[order])]
    chosen = np.empty(order.shape[0], np.int32)
    for position in range(order.shape[0]):
        chosen[position] = touched[order[position]]
    return chosen, sums[order]
