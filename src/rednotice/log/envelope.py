"""The envelope in which one event travels: leaf, content, and the proof that the leaf is in the signed log.

A leaf carries no personal data. It commits to the content by a salted hash, so the content (and its salt) can be
erased and every proof stays whole. The signature on an event is that of the checkpoint under whose root it lies.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any

import rfc8785

from rednotice.log.merkle import Hash
from rednotice.model.event import Event

FORMAT = "rednotice-envelope/1"
SALT_BYTES = 32


def content_bytes(content: dict[str, Any]) -> bytes:
    """A content in its one canonical form (RFC 8785)."""
    return rfc8785.dumps(content)


def commitment(salt: bytes, content: bytes) -> str:
    """What a leaf says of its content: SHA-256 over salt and content, in hexadecimal."""
    return hashlib.sha256(salt + content).hexdigest()


def leaf_bytes(event: Event, salt: bytes) -> bytes:
    """The leaf of an event: number, time, kind, subject (a file or control number) and commitment."""
    return rfc8785.dumps(
        {
            "at": event.at.isoformat(),
            "commitment": commitment(salt, content_bytes(event.content)),
            "kind": event.kind.value,
            "number": event.number,
            "subject": event.subject,
        }
    )


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event under way: all that a node needs to believe it."""

    leaf: bytes
    salt: bytes
    content: bytes
    checkpoint: str
    proof: tuple[Hash, ...]

    def pack(self) -> bytes:
        """The envelope as it travels."""
        return json.dumps(
            {
                "format": FORMAT,
                "leaf": self.leaf.decode(),
                "salt": base64.b64encode(self.salt).decode(),
                "content": self.content.decode(),
                "checkpoint": self.checkpoint,
                "proof": [base64.b64encode(step).decode() for step in self.proof],
            },
            ensure_ascii=False,
        ).encode()
