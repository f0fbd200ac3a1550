"""Cosignatures in the form of C2SP: read as they are written there, and not mistaken for anything else."""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from rednotice.errors import NotTrusted
from rednotice.log.checkpoint import Checkpoint, open_checkpoint
from rednotice.log.cosignature import Witness, cosign, open_cosignature
from rednotice.log.merkle import EMPTY_ROOT
from rednotice.log.note import Signer, Verifier, sign_note
from tests.log.test_note import NAMESAKE, OFFICE, WITNESS

CHECKPOINT = Checkpoint(OFFICE.name, 7, EMPTY_ROOT)
NOTE = CHECKPOINT.sign(OFFICE)
KEY = Witness.of(WITNESS)


def test_a_cosigned_checkpoint_is_still_the_office_s() -> None:
    note = cosign(NOTE, WITNESS, 1_679_315_147)
    assert open_checkpoint(note, OFFICE.verifier) == CHECKPOINT
    assert open_cosignature(note, KEY) == 1_679_315_147


def test_a_cosignature_is_made_byte_by_byte_as_the_specification_says() -> None:
    line = cosign(NOTE, WITNESS, 1_679_315_147).splitlines()[-1]
    dash, name, stamp = line.split(" ")
    raw = base64.b64decode(stamp)
    public = WITNESS.verifier.public
    body = f"cosignature/v1\ntime 1679315147\n{OFFICE.name}\n7\n{base64.b64encode(EMPTY_ROOT).decode()}\n"
    assert (dash, name) == ("\N{EM DASH}", WITNESS.name)
    assert raw[:4] == hashlib.sha256(WITNESS.name.encode() + b"\n\x04" + public).digest()[:4]
    assert raw[4:12] == (1_679_315_147).to_bytes(8, "big")
    assert WITNESS.verifier.verify(body.encode(), raw[12:])
    assert len(raw) == 76


def test_the_key_of_a_witness_is_read_and_written_and_is_no_key_of_an_office() -> None:
    assert Witness.parse(str(KEY)) == KEY
    with pytest.raises(NotTrusted):
        Verifier.parse(str(KEY))
    with pytest.raises(NotTrusted):
        Witness.parse(str(WITNESS.verifier))


def test_several_witnesses_sign_one_checkpoint_and_the_latest_time_of_each_counts() -> None:
    other = Signer("rednotice.test/other", Ed25519PrivateKey.generate())
    note = cosign(cosign(cosign(NOTE, WITNESS, 20), other, 30), WITNESS, 10)
    assert (open_cosignature(note, KEY), open_cosignature(note, Witness.of(other))) == (20, 30)


@pytest.mark.parametrize(
    "note",
    [
        NOTE,
        cosign(NOTE, NAMESAKE, 5),
        cosign(NOTE, Signer(WITNESS.name, NAMESAKE.private), 5),
        cosign(NOTE, WITNESS, 5).replace("\n7\n", "\n8\n"),
        sign_note("rednotice.test/office\n", WITNESS),
    ],
    ids=["nobody", "another", "a namesake", "another checkpoint", "a plain signature"],
)
def test_what_the_witness_did_not_cosign_is_not_its(note: str) -> None:
    with pytest.raises(NotTrusted, match="did not cosign"):
        open_cosignature(note, KEY)


@given(st.integers(0, 2**63 - 1))
def test_any_time_is_given_back(at: int) -> None:
    assert open_cosignature(cosign(NOTE, WITNESS, at), KEY) == at
