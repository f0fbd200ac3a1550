"""The keys whose signatures count as the office's, and how they change without a new log.

A keyring is a signed note: the keys that sign now, newest first, and the recovery key, which signs nothing else and is
kept offline. A change is another keyring, signed

    by a key that signed before (rotation, and the end of the overlap), or
    by the recovery key (the office's key is lost, or in other hands); such a keyring outranks all that had not its
    signature, so that a thief who rotates is overruled;

and always by each key that is new in it, which proves that somebody has it. Whoever trusted one keyring can follow the
chain of those that came after, however long it was away. The log's name does not change: it stays one log.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from rednotice.errors import Conflict, NotTrusted, quote
from rednotice.log.note import Keys, Signer, Verifier, sign_note, signed_by, split_note

FORMAT = "rednotice-keyring/1"
HANDED_OVER = (0, 0)
"""The rank of a key that somebody was given, before any keyring was seen."""


@dataclass(frozen=True)
class Keyring(Keys):
    """Keys that sign for one log.

    Attributes:
        verifiers: those that sign now, newest first; one at least.
        recovery: signs a keyring alone, if none of the others is to be had; None if there is none.
        rank: how often the recovery key changed it, and how often it was changed since.
    """

    recovery: Verifier | None = None
    rank: tuple[int, int] = HANDED_OVER

    @property
    def newest(self) -> Verifier:
        """The key that will go on signing."""
        return self.verifiers[0]

    @cached_property
    def text(self) -> str:
        """What is signed."""
        lines = [FORMAT, self.name, "{}.{}".format(*self.rank), *(f"signs {key}" for key in self.verifiers)]
        return "\n".join([*lines, *([f"recovers {self.recovery}"] if self.recovery else []), ""])

    def sign(self, signers: Sequence[Signer]) -> str:
        """The keyring as a note."""
        return sign_note(self.text, *signers)

    # --- Changes ------------------------------------------------------------------------------------------------

    def rotated(self, fresh: Verifier) -> Keyring:
        """With a new key beside the one that signed last: the overlap.

        Raises:
            Conflict: if an overlap is not over yet.
        """
        if len(self.verifiers) > 1:
            raise Conflict("the last rotation is not over: end it first ('rednotice key retire')")
        return replace(self, verifiers=(fresh, *self.verifiers), rank=(self.rank[0], self.rank[1] + 1))

    def retired(self) -> Keyring:
        """With the newest key alone.

        Raises:
            Conflict: if it is alone already.
        """
        if len(self.verifiers) == 1:
            raise Conflict("one key signs, and no other is to be retired; begin with 'rednotice key rotate'")
        return replace(self, verifiers=self.verifiers[:1], rank=(self.rank[0], self.rank[1] + 1))

    def recoverable(self, recovery: Verifier) -> Keyring:
        """With a recovery key, which only it can change afterwards.

        Raises:
            Conflict: if there is one.
        """
        if self.recovery:
            raise Conflict(f"the recovery key is {self.recovery}; it alone can be followed by another")
        return replace(self, recovery=recovery, rank=(self.rank[0], self.rank[1] + 1))

    def replaced(self, fresh: Verifier) -> Keyring:
        """With a new key alone, which the recovery key has to sign for."""
        return replace(self, verifiers=(fresh,), rank=(self.rank[0] + 1, 0))


def read_keyring(note: str) -> Keyring:
    """Takes a keyring apart without believing it.

    Raises:
        NotTrusted: if it has not the form of one.
    """
    text, _ = split_note(note)
    lines = text.splitlines()
    try:
        form, name, rank, *keys = lines
        outer, inner = (int(part) for part in rank.split("."))
        verifiers = tuple(Verifier.parse(line.removeprefix("signs ")) for line in keys if line.startswith("signs "))
        recovering = [Verifier.parse(line.removeprefix("recovers ")) for line in keys if line.startswith("recovers ")]
        ring = Keyring(verifiers, next(iter(recovering), None), (outer, inner))
        # One keyring has one text, so nothing can be meant that was not read.
        whole = form == FORMAT and ring.text == text and {key.name for key in verifiers} == {name}
    except (ValueError, IndexError):
        whole = False
    if not whole or min(outer, inner) < 0:
        raise NotTrusted(f"{quote(note)} is not a keyring")
    return ring


def follow(trusted: Keyring, notes: Iterable[str]) -> Iterator[tuple[Keyring, str]]:
    """The keyrings to which a chain of signatures leads from one that is trusted, with their notes.

    Args:
        trusted: where the chain begins; a single key that was handed over is `Keyring((key,))`.
        notes: keyrings, oldest first; what cannot be believed is passed over.
    """
    for ring, note in _readable(notes):
        if _may_follow(trusted, ring, note) and not _leads_back(trusted, ring):
            yield ring, note
            trusted = ring


def _leads_back(trusted: Keyring, ring: Keyring) -> bool:
    """Whether it is the overlap at whose end stands a key that was handed over: it would bring back the one before."""
    return trusted.rank == HANDED_OVER and ring.newest == trusted.newest and len(ring.verifiers) > 1


def now_and_ever(key: Verifier, notes: Sequence[str]) -> tuple[Keyring, Keys]:
    """What somebody believes who was given one key: the keys that sign now, and all that signed in between.

    The second is for checkpoints alone that were believed in their time, and kept since.
    """
    handed_over = Keyring((key,))
    chain = [handed_over, *(ring for ring, _ in follow(handed_over, notes))]
    before = [
        ring
        for ring, note in _readable(notes)
        if _leads_back(handed_over, ring) and _may_follow(handed_over, ring, note)
    ]
    ever = [one for ring in (*reversed(chain), *before) for one in ring.verifiers]
    return chain[-1], Keys(tuple(dict.fromkeys(ever)))


def _readable(notes: Iterable[str]) -> Iterator[tuple[Keyring, str]]:
    for note in notes:
        try:
            yield read_keyring(note), note
        except NotTrusted:
            continue


def _may_follow(trusted: Keyring, ring: Keyring, note: str) -> bool:
    if ring.name != trusted.name or ring.rank <= trusted.rank:
        return False
    fresh = [key for key in ring.verifiers if key not in trusted.verifiers]
    if not all(signed_by(note, key) for key in fresh):
        return False
    if trusted.recovery and signed_by(note, trusted.recovery):
        return ring.rank[0] > trusted.rank[0]
    if trusted.recovery and (ring.recovery != trusted.recovery or ring.rank[0] > trusted.rank[0]):
        return False
    return any(signed_by(note, key) for key in trusted.verifiers)
