"""A node's signed call: what was not signed by its key, is old, or was altered is not taken."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rednotice.errors import NotKnown
from rednotice.log.call import GOOD_FOR, Call, digest, is_fresh, make_challenge, read_call, sign_call, verify_call
from rednotice.log.note import Signer

NODE = Signer("rednotice.test/ES", Ed25519PrivateKey.generate())
OTHER = Signer("rednotice.test/NZ", Ed25519PrivateKey.generate())
CALL = Call("ES", "GET", "/api/circulation/state?x=1", digest(b""), "1.ab", "said once")
SECRET = b"the office's own"


def test_a_signed_call_is_read_as_it_was_signed() -> None:
    call, raw, signature = read_call(sign_call(CALL, NODE))
    assert call == CALL
    assert verify_call(raw, signature, NODE.verifier)
    assert not verify_call(raw, signature, OTHER.verifier)
    assert not verify_call(raw.replace(b"ES", b"NZ"), signature, NODE.verifier)


@pytest.mark.parametrize(
    "header", [None, "", "Bearer abc", "Rednotice", "Rednotice e30=.e30=", "Rednotice W10=.", "Rednotice é.é"]
)
def test_what_is_no_call_is_known_for_it(header: str | None) -> None:
    with pytest.raises(NotKnown):
        read_call(header)


def test_fields_that_are_no_text_are_refused() -> None:
    with pytest.raises(NotKnown):
        read_call(sign_call(replace(CALL, word=5), NODE))  # type: ignore[arg-type]


def test_a_challenge_is_the_office_s_own_and_of_now_by_its_own_clock() -> None:
    challenge = make_challenge(SECRET, 1000)
    assert is_fresh(challenge, SECRET, 1000 + GOOD_FOR)
    assert not is_fresh(challenge, SECRET, 1001 + GOOD_FOR)
    assert not is_fresh(challenge, b"another", 1000)
    assert not is_fresh(challenge.replace("1000", "1001"), SECRET, 1000)
    assert not any(is_fresh(bad, SECRET, 1000) for bad in ("", ".", "x.y", "1" * 5000, "-1.a", "²"))
