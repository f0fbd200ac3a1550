"""Checkpoints (C2SP tlog-checkpoint): how long the log is and what its root is, signed by the office."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from rednotice.errors import NotTrusted, quote
from rednotice.log.merkle import Hash
from rednotice.log.note import Keys, Signer, Verifier, open_note, sign_note


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log at one moment: origin, number of leaves, root."""

    origin: str
    size: int
    root: Hash

    def sign(self, *signers: Signer) -> str:
        """The checkpoint as a signed note."""
        return sign_note(f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n", *signers)


def open_checkpoint(note: str, office: Verifier | Keys) -> Checkpoint:
    """Reads a checkpoint that a key of the office signed; the origin is the name of its keys.

    Raises:
        NotTrusted: if the signature or the form is wrong.
    """
    lines = open_note(note, office).split("\n")
    try:
        origin, size, root = lines[:3]
        checkpoint = Checkpoint(origin, int(size), base64.b64decode(root, validate=True))
    except (ValueError, binascii.Error):
        raise NotTrusted(f"{quote(note)} is signed but is not a checkpoint") from None
    if len(checkpoint.root) != 32 or checkpoint.size < 0 or str(checkpoint.size) != size:
        raise NotTrusted(f"{quote(note)} is signed but is not a checkpoint")
    if checkpoint.origin != office.name:
        raise NotTrusted(f"the checkpoint is of {quote(checkpoint.origin)}, not of {quote(office.name)}")
    return checkpoint
