"""A call of a node to the office, signed with the bureau's key: who calls, what it asks for, and that it is of now.

That it is of now does not rest on the node's clock, which may be a day off: the office gives out challenges, which
it alone can make and of which its own clock alone says how old they are. A call bears a challenge and a word of its
own; the office takes each call once.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import asdict, dataclass

from rednotice.errors import NotKnown
from rednotice.log.note import Signer, Verifier

SCHEME = "Rednotice"
GOOD_FOR = 300
"""Seconds for which a challenge is good."""
_DOMAIN = b"rednotice-call/1\n"
_WORD = 32


@dataclass(frozen=True, slots=True)
class Call:
    """What is signed: who calls, what for, the hash of the body, the challenge, and a word said once."""

    bureau: str
    method: str
    target: str
    body: str
    challenge: str
    word: str


def digest(body: bytes) -> str:
    """The hash of a body, as it stands in a call."""
    return hashlib.sha256(body).hexdigest()


def sign_call(call: Call, signer: Signer) -> str:
    """The Authorization header of a call."""
    statement = json.dumps(asdict(call), separators=(",", ":")).encode()
    return f"{SCHEME} {_text(statement)}.{_text(signer.sign(_DOMAIN + statement))}"


def read_call(header: str | None) -> tuple[Call, bytes, bytes]:
    """Takes a header apart without believing it: the call, the bytes that were signed, the signature.

    Raises:
        NotKnown: if it is no signed call.
    """
    scheme, _, rest = (header or "").partition(" ")
    statement, _, signature = rest.partition(".")
    try:
        raw, stamp = base64.b64decode(statement, validate=True), base64.b64decode(signature, validate=True)
        call = Call(**json.loads(raw))
        if scheme != SCHEME or not all(isinstance(one, str) for one in asdict(call).values()):
            raise ValueError
    except (ValueError, TypeError, RecursionError, binascii.Error):
        raise NotKnown("a call signed with the key of a bureau's node was expected") from None
    return call, raw, stamp


def verify_call(raw: bytes, signature: bytes, verifier: Verifier) -> bool:
    """Whether a node's key signed a call."""
    return verifier.verify(_DOMAIN + raw, signature)


def make_challenge(secret: bytes, at: int) -> str:
    """A challenge of a second, which only who has the secret can make."""
    return f"{at}.{hmac.new(secret, _DOMAIN + str(at).encode(), hashlib.sha256).hexdigest()[:_WORD]}"


def is_fresh(challenge: str, secret: bytes, now: int) -> bool:
    """Whether a challenge was made with the secret, and not long ago."""
    at, _, _ = challenge.partition(".")
    # A second office's clock may be a little ahead of this one's.
    if not (at.isascii() and at.isdigit() and len(at) < _WORD) or not -GOOD_FOR <= now - int(at) <= GOOD_FOR:
        return False
    return hmac.compare_digest(challenge.encode(), make_challenge(secret, int(at)).encode())


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
