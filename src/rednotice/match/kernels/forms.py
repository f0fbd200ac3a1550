"""Forms near to a form asked, found by what is left of both when letters are taken away (Garbe's SymSpell, 2012)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rednotice.match.kernels import compiled, inlined, inner
from rednotice.match.kernels.ahead import ahead
from rednotice.match.kernels.letters import Bytes, Ints, Masks, bits_set, edits_of_marked, hashed, mark, unmark

PREFIX = 7
"""Letters are taken away from so many first letters; what follows is compared in full."""

Forms = Any
"""`match.segment.Forms`."""


@inlined
def allowed(length: int) -> int:
    """Edits by which two forms may differ, the longer of which has this length."""
    return 0 if length <= 2 else 1 if length <= 5 else 2


@inlined
def _without(letters: Bytes, first: int, length: int, a: int, b: int) -> np.uint32:
    """The hash of letters without those at `a` and `b`."""
    value = np.uint32(2166136261)
    for position in range(length):
        if position != a and position != b:
            value = np.uint32((value ^ np.uint32(letters[first + position])) * np.uint32(16777619))
    return np.uint32(value ^ (value >> np.uint32(15)))


@inlined
def remains(letters: Bytes, first: int, last: int, out: np.ndarray) -> int:
    """Hashes of what is left of a form when up to `allowed` letters are taken from its beginning."""
    length = min(last - first, PREFIX)
    most = allowed(last - first)
    out[0] = hashed(letters, first, first + length)
    count = 1
    if most >= 1:
        for a in range(length):
            out[count] = _without(letters, first, length, a, a)
            count += 1
    if most >= 2:
        for a in range(length):
            for b in range(a + 1, length):
                out[count] = _without(letters, first, length, a, b)
                count += 1
    return count


@inlined
def _entry(number: int, length: int, seen: np.uint64) -> np.int64:
    """A form as it stands in a bucket: its number, its length, its letters; a look at the bucket tells most apart."""
    return np.int64((number << 32) | (length << 26) | np.int64((seen >> np.uint64(1)) & np.uint64(0x3FFFFFF)))


@compiled
def shelve(letters: Bytes, places: Ints, seen: NDArray[np.uint64], buckets: Ints) -> NDArray[np.int64]:
    """Puts forms into buckets by what is left of them.

    Args:
        letters: of all forms of the lexicon.
        places: where each form begins, and its length, shape (forms + 1, 3).
        seen: which letters each has.
        buckets: zeros, shape (a power of two + 1,); receives where each bucket begins.

    Returns:
        What stands in the buckets, one after the other, as `_entry` makes it.
    """
    out = np.empty(64, np.uint32)
    mask = np.uint32(buckets.shape[0] - 2)
    for number in range(places.shape[0] - 1):
        for n in range(remains(letters, places[number, 0], places[number, 0] + places[number, 1], out)):
            buckets[(out[n] & mask) + 1] += 1
    for bucket in range(1, buckets.shape[0]):
        buckets[bucket] += buckets[bucket - 1]
    entries = np.empty(buckets[-1], np.int64)
    for number in range(places.shape[0] - 2, -1, -1):
        entry = _entry(number, places[number, 1], seen[number])
        # From behind: each bucket is filled from its end, so that its beginning stands in its place in the end.
        for n in range(remains(letters, places[number, 0], places[number, 0] + places[number, 1], out)):
            bucket = out[n] & mask
            buckets[bucket + 1] -= 1
            entries[buckets[bucket + 1]] = entry
    buckets[:-1] = buckets[1:]
    buckets[-1] = entries.shape[0]
    return entries


@inlined
def scattered(number: int, mask: int) -> int:
    """Where a number (from 0) is looked for first in an open table of `mask` + 1 places, a power of two."""
    return (number * 0x9E3779B1 >> 7) & mask


@inlined
def first_time(number: int, seen: NDArray[np.int64], stamp: int) -> bool:
    """Notes a number (from 0) in an open table of a power of two; whether it was new and there was room.

    What stands there under other stamps counts as nothing, so that the table need not be emptied.
    """
    mask = seen.shape[0] - 1
    mine = (stamp << 32) | number
    place = scattered(number, mask)
    for _ in range(64):
        if seen[place] == mine:
            return False
        if seen[place] >> 32 != stamp:
            seen[place] = mine
            return True
        place = (place + 1) & mask
    return False


@inner
def near_forms(
    asked: Bytes,
    first: int,
    size: int,
    seen: np.uint64,
    forms: Forms,
    letters: Bytes,
    met: NDArray[np.int64],
    stamp: int,
    masks: Masks,
    left: NDArray[np.uint32],
    found: Ints,
    apart: NDArray[np.int8],
) -> int:
    """Forms within the edits allowed, by number.

    Args:
        asked: letters, with where the form asked begins.
        first: where it begins.
        size: its length.
        seen: which they are.
        forms: where to look.
        letters: those of the listed forms.
        met: room to note what was looked at (`first_time`).
        stamp: under which.
        masks: zeros, shape (256,); room to work in, left as it was.
        left: room to work in, shape (64,).
        found: receives the numbers.
        apart: receives the edits.

    Returns:
        How many were found.
    """
    if size == 0 or forms.places.shape[0] == 1:
        return 0
    mask = np.uint32(forms.buckets.shape[0] - 2)
    mine = _entry(0, 0, seen)
    buckets = remains(asked, first, first + size, left)
    for n in range(buckets):
        ahead(forms.buckets, left[n] & mask)
    for n in range(buckets):
        ahead(forms.entries, forms.buckets[left[n] & mask])
    candidates = 0
    for n in range(buckets):
        bucket = left[n] & mask
        for place in range(forms.buckets[bucket], forms.buckets[bucket + 1]):
            entry = forms.entries[place]
            if entry < 0:
                continue
            length = (entry >> 26) & 63
            limit = allowed(max(length, size))
            if abs(length - size) > limit or bits_set(np.uint64((entry ^ mine) & 0x3FFFFFF)) > 2 * limit:
                continue
            number = entry >> 32
            if first_time(number, met, stamp) and candidates < found.shape[0]:
                found[candidates] = number
                candidates += 1
                ahead(forms.places, 3 * number)
    for candidate in range(candidates):
        ahead(letters, forms.places[found[candidate], 0])
    mark(asked, first, size, masks)
    count = 0
    for candidate in range(candidates):
        number = found[candidate]
        start, length = forms.places[number, 0], forms.places[number, 1]
        distance = edits_of_marked(size, letters, start, length, masks)
        if distance <= allowed(max(length, size)):
            found[count], apart[count] = number, distance
            count += 1
            ahead(forms.words, forms.places[number, 2])
    unmark(asked, first, size, masks)
    return count
