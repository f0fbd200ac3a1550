"""Checkpoints (C2SP tlog-checkpoint): how long the log is and what its root is, signed by the office."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from rednotice.errors import NotTrusted, quote
from rednotice.log.merkle import Hash
from rednotice.log.note import Signer, Verifier, open_note, sign_note


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log at one moment: origin, number of leaves, root."""

    origin: str
    size: int
    root: Hash

    def sign(self, signer: Signer) -> str:
        """The checkpoint as a signed note."""
        return sign_note(f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n", signer)


def open_checkpoint(note: str, verifier: Verifier) -> Checkpoint:
    """Reads a checkpoint that the key signed; the origin is the name of the key.

    Raises:
        NotTrusted: if the signature or the form is wrong.
    """
    lines = open_note(note, verifier).split("\n")
    try:
        origin, size, root = lines[:3]
        checkpoint = Checkpoint(origin, int(size), base64.b64decode(root, validate=True))
    except (ValueError, binascii.Error):
        raise NotTrusted(f"{quote(note)} is signed but is not a checkpoint") from None
    if len(checkpoint.root) != 32 or checkpoint.size < 0 or str(checkpoint.size) != size:
        raise NotTrusted(f"{quote(note)} is signed but is not a checkpoint")
    if checkpoint.origin != verifier.name:
        raise NotTrusted(f"the checkpoint is of {quote(checkpoint.origin)}, not of {quote(verifier.name)}")
    return checkpoint
