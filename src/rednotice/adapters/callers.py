"""Who calls the office over HTTP for a bureau: a node, known by the key that the office has of its bureau."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from rednotice.adapters.clock import Clock
from rednotice.errors import NotKnown, NotTrusted, TooMany
from rednotice.log.call import GOOD_FOR, digest, is_fresh, make_challenge, read_call, verify_call
from rednotice.log.note import Signer, Verifier

SHARE = RateLimitItemPerMinute(1200)
"""Calls of one bureau: a node that compares makes some hundreds at most, also while it is refilled."""


class Callers:
    """Gives out challenges, and takes each signed call once."""

    def __init__(self, signer: Callable[[], Signer], key_of: Callable[[str], Verifier], clock: Clock) -> None:
        """Names the key of the office that challenges are made of, and where keys and time are asked for."""
        self._signer = signer
        self._key_of = key_of
        self._clock = clock
        self._lock = threading.Lock()
        # Calls that were taken, in two halves: the older of two is forgotten as a whole.
        self._taken: tuple[set[bytes], set[bytes]] = (set(), set())
        self._since = 0
        self._shares = MovingWindowRateLimiter(MemoryStorage())

    def challenge(self) -> str:
        """A challenge for the calls of the next minutes."""
        return make_challenge(self._secret, self._now())

    def bureau(self, header: str | None, method: str, target: str, body: bytes) -> str:
        """The bureau whose node makes a call.

        Raises:
            NotKnown: if the call is not signed by the node of a connected bureau, is for something else, is old, or
                was taken before.
            TooMany: if this bureau called too often in the last minute.
        """
        call, raw, signature = read_call(header)
        try:
            verifier = self._key_of(call.bureau)
        except NotTrusted:
            verifier = None
        if verifier is None or not verify_call(raw, signature, verifier):
            raise NotKnown("the call is not signed with the key of a connected bureau's node")
        if (call.method, call.target, call.body) != (method, target, digest(body)):
            raise NotKnown("the call was signed for something else")
        if not is_fresh(call.challenge, self._secret, self._now()):
            raise NotKnown("the call's challenge is old or not of this office; ask for another")
        if not self._is_new(hashlib.sha256(raw).digest()):
            raise NotKnown("the call was taken before")
        if not self._shares.hit(SHARE, call.bureau):
            raise TooMany(f"bureau {call.bureau} calls more than {SHARE.amount} times a minute; wait a minute")
        return call.bureau

    def _is_new(self, call: bytes) -> bool:
        with self._lock:
            if abs(self._now() - self._since) > 2 * GOOD_FOR:
                self._taken, self._since = (set(), self._taken[0]), self._now()
            if call in self._taken[0] or call in self._taken[1]:
                return False
            self._taken[0].add(call)
            return True

    @property
    def _secret(self) -> bytes:
        # From the office's key: every office on the same database takes the challenges of the others.
        private = self._signer().private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        return hashlib.sha256(b"rednotice-call/1 secret\n" + private).digest()

    def _now(self) -> int:
        return int(self._clock().timestamp())
