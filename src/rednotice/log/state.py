"""What a bureau should hold, in one hash: the last word on every file that it was told of.

Of each notice (or other file that was erased) one event is the last word: a version, a recall, a suspension, that it is
withheld, that it is erased. Pairs of subject and event number stand in 256 buckets by the first byte of the subject's
SHA-256; each bucket has a hash over its sorted pairs, and the root is the hash over those of all buckets. So two sides
that differ find out where by one bucket each (anti-entropy as in Demers et al., "Epidemic algorithms for replicated
database maintenance", 1987; hash trees over ranges of keys as in Dynamo, 2007, 4.7).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping

BUCKETS = 256
_BUCKET = b"rednotice-state/1 bucket\n"
_ROOT = b"rednotice-state/1 root\n"


def bucket_of(subject: str) -> int:
    """The bucket in which a subject stands."""
    return hashlib.sha256(subject.encode()).digest()[0]


def bucket_hash(pairs: Mapping[str, int]) -> bytes:
    """The hash of one bucket, whatever the order in which its pairs came."""
    return hashlib.sha256(_BUCKET + json.dumps(sorted(pairs.items()), separators=(",", ":")).encode()).digest()


def root_hash(buckets: Iterable[bytes]) -> bytes:
    """The hash over the hashes of all buckets, in their order."""
    return hashlib.sha256(_ROOT + b"".join(buckets)).digest()


class Ledger:
    """The last word on each subject; over another ledger, where there is one, that many share.

    Hashes are kept until what they are over changes: to ask again costs nothing, one change costs one bucket.
    """

    def __init__(self, pairs: Iterable[tuple[str, int]] = (), shared: Ledger | None = None) -> None:
        self._shared = shared
        self._own: list[dict[str, int]] = [{} for _ in range(BUCKETS)]
        # With each hash, what it stood over in the shared ledger.
        self._hashes: list[tuple[bytes | None, bytes] | None] = [None] * BUCKETS
        for subject, event in pairs:
            self.put(subject, event)

    def put(self, subject: str, event: int) -> None:
        """Takes an event as the last word on its subject, unless a later one is known."""
        place = bucket_of(subject)
        if event > self._own[place].get(subject, -1):
            self._own[place][subject] = event
            self._hashes[place] = None

    def last(self, subject: str) -> int | None:
        """The last word on a subject; None if nothing was said of it."""
        own = self._own[bucket_of(subject)].get(subject)
        shared = self._shared.last(subject) if self._shared else None
        return max((one for one in (own, shared) if one is not None), default=None)

    def bucket(self, place: int) -> Mapping[str, int]:
        """The pairs of one bucket."""
        own = self._own[place]
        if self._shared is None:
            return own
        shared = self._shared.bucket(place)
        later = {subject: event for subject, event in own.items() if event > shared.get(subject, -1)}
        return {**shared, **later} if later else shared

    def hash(self, place: int) -> bytes:
        """The hash of one bucket."""
        below = self._shared.hash(place) if self._shared else None
        if below and not self._own[place]:
            return below
        known = self._hashes[place]
        if known is None or known[0] != below:
            known = self._hashes[place] = (below, bucket_hash(self.bucket(place)))
        return known[1]

    def hashes(self) -> list[bytes]:
        """The hashes of all buckets."""
        return [self.hash(place) for place in range(BUCKETS)]

    @property
    def root(self) -> bytes:
        """One hash over everything."""
        return root_hash(self.hashes())

    def __len__(self) -> int:
        """On how many subjects there is a last word."""
        return sum(len(self.bucket(place)) for place in range(BUCKETS))


def differing(one: Iterable[bytes], other: Iterable[bytes]) -> list[int]:
    """The buckets whose hashes are not alike."""
    return [place for place, (mine, theirs) in enumerate(zip(one, other, strict=True)) if mine != theirs]


def missing(held: Mapping[str, int], told: Mapping[str, int]) -> dict[str, int]:
    """Of what one was told of, the events that are later than what one holds."""
    return {subject: event for subject, event in told.items() if event > held.get(subject, -1)}


def surplus(held: Mapping[str, int], told: Mapping[str, int]) -> dict[str, int]:
    """Of what one holds, the events that are later than what one was told of, or of which one was told nothing."""
    return missing(told, held)
