"""Cosignatures of witnesses (C2SP tlog-cosignature, `cosignature/v1`): that somebody else saw the log grow.

A witness signs a checkpoint only if it is the longest that it saw of this log and those before are its beginning. An
office that shows one bureau another history than the next would need witnesses who lie with it.

The timestamp is part of what is signed, so a key of a witness has a kind of its own (0x04) and signs nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

from rednotice.errors import NotTrusted
from rednotice.log.note import Signer, Verifier, key_id, read_key, signature_line, split_note, write_key

_COSIGNER = b"\x04"
_TIME_BYTES = 8


@dataclass(frozen=True, slots=True)
class Witness:
    """The public half of a witness's key."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell it from other keys of its name, also from one that signs notes."""
        return key_id(self.name, _COSIGNER + self.public)

    def __str__(self) -> str:
        return write_key(self.name, _COSIGNER + self.public)

    @classmethod
    def of(cls, signer: Signer) -> Witness:
        """The witness who signs with a key."""
        return cls(signer.name, signer.verifier.public)

    @classmethod
    def parse(cls, text: str) -> Witness:
        """Reads a witness's key from its line.

        Raises:
            NotTrusted: if the line is not a key of a witness.
        """
        return cls(*read_key(text, _COSIGNER))


def cosign(note: str, signer: Signer, at: int) -> str:
    """Puts a cosignature under a checkpoint that the witness believes.

    Args:
        note: the checkpoint, with the signatures that it has.
        signer: the key of the witness.
        at: the time, in seconds since 1970.
    """
    text, _ = split_note(note)
    witness = Witness.of(signer)
    stamp = at.to_bytes(_TIME_BYTES, "big") + signer.sign(_message(text, at))
    return note + signature_line(witness.name, witness.key_id, stamp)


def open_cosignature(note: str, witness: Witness) -> int:
    """When a witness last cosigned a checkpoint, in seconds since 1970.

    Raises:
        NotTrusted: if no valid cosignature of this witness stands under it.
    """
    text, signatures = split_note(note)
    verifier = Verifier(witness.name, witness.public)
    times = [-1]
    for name, raw in signatures:
        at = int.from_bytes(raw[4 : 4 + _TIME_BYTES], "big")
        ours = (name, raw[:4]) == (witness.name, witness.key_id)
        if ours and at < 2**63 and verifier.verify(_message(text, at), raw[4 + _TIME_BYTES :]):
            times.append(at)
    if max(times) < 0:
        raise NotTrusted(f"the witness {witness.name}+{witness.key_id.hex()} did not cosign this checkpoint")
    return max(times)


def _message(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()
