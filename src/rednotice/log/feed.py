"""What a node follows: bytes in, a trusted event out, or an error. No disk, no network.

An envelope is believed only if, in this order,
    1. it has the form of an envelope;
    2. its checkpoint is signed by a key of the office;
    3. the checkpoint does not tell another history than the last one believed (same size, same root);
    4. its leaf is in the tree under that checkpoint, at the number it bears;
    5. its content is the one that the leaf commits to.
Whether the event is newer than what the node holds is the node's to ask (`flow.reception`).
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from rednotice.errors import NotTrusted
from rednotice.log.checkpoint import Checkpoint, open_checkpoint
from rednotice.log.envelope import FORMAT, SALT_BYTES, Envelope, commitment
from rednotice.log.merkle import leaf_hash, verify_inclusion
from rednotice.log.note import Keys, Verifier
from rednotice.model.event import Event

ENVELOPE_LIMIT = 16_000_000


@dataclass(frozen=True, slots=True)
class Trusted:
    """An event that passed every check, and the checkpoint that vouches for it."""

    event: Event
    checkpoint: Checkpoint
    note: str = ""
    """The checkpoint as the office signed it."""


def open_envelope(raw: bytes, office: Verifier | Keys, last: Checkpoint | None = None) -> Trusted:
    """Opens an envelope from the network.

    Args:
        raw: the bytes as they arrived.
        office: the keys of the office.
        last: the longest checkpoint believed so far.

    Raises:
        NotTrusted: with the first of the checks above that failed.
    """
    # 1. Form.
    envelope = unpack(raw)
    # 2. Signature.
    checkpoint = _signed(envelope.checkpoint, office)
    # 3. One history.
    if last and last.size == checkpoint.size and last.root != checkpoint.root:
        raise NotTrusted(f"the office shows two histories of {last.size} events")
    # 4. Inclusion.
    leaf = _object(envelope.leaf, "leaf")
    number = leaf.get("number")
    if not isinstance(number, int) or not verify_inclusion(
        leaf_hash(envelope.leaf), number, checkpoint.size, envelope.proof, checkpoint.root
    ):
        raise NotTrusted(f"event {number} is not in the log of {checkpoint.size} events that the office signed")
    # 5. Content.
    if leaf.get("commitment") != commitment(envelope.salt, envelope.content):
        raise NotTrusted(f"the content of event {number} is not the one that the log commits to")
    return Trusted(_event(leaf, _object(envelope.content, "content")), checkpoint, envelope.checkpoint)


@lru_cache(64)
def _signed(note: str, office: Verifier | Keys) -> Checkpoint:
    # Many envelopes bear the same checkpoint: its signature is checked once.
    return open_checkpoint(note, office)


def unpack(raw: bytes) -> Envelope:
    """Takes an envelope apart without believing any of it.

    Raises:
        NotTrusted: if it has not the form of an envelope.
    """
    if len(raw) > ENVELOPE_LIMIT:
        raise NotTrusted(f"an envelope of {len(raw):,} bytes arrived, at most {ENVELOPE_LIMIT:,} are read")
    fields = _object(raw, "envelope")
    if fields.get("format") != FORMAT:
        raise NotTrusted(f"an envelope of the format {FORMAT} was expected")
    try:
        envelope = Envelope(
            leaf=fields["leaf"].encode(),
            salt=base64.b64decode(fields["salt"], validate=True),
            content=fields["content"].encode(),
            checkpoint=str(fields["checkpoint"]),
            proof=tuple(base64.b64decode(step, validate=True) for step in fields["proof"]),
        )
    except (KeyError, TypeError, AttributeError, ValueError, binascii.Error):
        raise NotTrusted("the envelope is damaged") from None
    # A salt of another length could take bytes from the content, or give it some.
    if len(envelope.salt) != SALT_BYTES:
        raise NotTrusted(f"the salt has {len(envelope.salt)} bytes, {SALT_BYTES} are used")
    return envelope


def _object(raw: bytes, what: str) -> dict[str, Any]:
    try:
        parsed = json.loads(raw)
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        raise NotTrusted(f"the {what} is not a JSON object")
    return parsed


def _event(leaf: dict[str, Any], content: dict[str, Any]) -> Event:
    known = {field: leaf.get(field) for field in ("number", "at", "kind", "subject")}
    try:
        return Event.model_validate({**known, "content": content})
    except ValidationError:
        raise NotTrusted(f"event {leaf.get('number')} is of a kind that this version does not know") from None
