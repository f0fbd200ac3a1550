"""Attacks on the feed, by name: what an office's key did not vouch for is not believed."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from rednotice.errors import NotTrusted
from rednotice.log.checkpoint import Checkpoint
from rednotice.log.envelope import Envelope, commitment, content_bytes, leaf_bytes
from rednotice.log.feed import ENVELOPE_LIMIT, open_envelope
from rednotice.log.merkle import inclusion_proof
from rednotice.log.note import Signer
from rednotice.model.event import Event, EventKind
from tests.builders import NOON
from tests.log.test_merkle import Tree

OFFICE = Signer("rednotice.test/office", Ed25519PrivateKey.generate())
NAMESAKE = Signer(OFFICE.name, Ed25519PrivateKey.generate())


@dataclass
class ALog:
    """An office's log in memory: real leaves, real proofs, a real key."""

    signer: Signer = OFFICE
    tree: Tree = field(default_factory=Tree)
    leaves: list[bytes] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)

    @classmethod
    def of(cls, events: int, signer: Signer = OFFICE) -> ALog:
        log = cls(signer)
        for number in range(events):
            log.append({"says": f"event {number}"})
        return log

    def append(self, content: dict[str, Any], leaf: bytes | None = None) -> None:
        """Appends an event, or, for an office that is itself at fault, a leaf of one's own."""
        number = len(self.leaves)
        event = Event(
            number=number, at=NOON, kind=EventKind.NOTICE_PUBLISHED, subject=f"A-{number}/11-2026", content=content
        )
        self.leaves.append(leaf or leaf_bytes(event, self.salt(number)))
        self.contents.append(content_bytes(content))
        self.tree.append(self.leaves[-1])

    def salt(self, number: int) -> bytes:
        return number.to_bytes(32, "big")

    def checkpoint(self, size: int | None = None) -> Checkpoint:
        size = self.tree.size if size is None else size
        return Checkpoint(self.signer.name, size, self.tree.root(size))

    def envelope(self, number: int, size: int | None = None) -> Envelope:
        checkpoint = self.checkpoint(size)
        proof = inclusion_proof(self.tree.read, number, checkpoint.size)
        note = checkpoint.sign(self.signer)
        return Envelope(self.leaves[number], self.salt(number), self.contents[number], note, tuple(proof))


LOG = ALog.of(11)
GENUINE = LOG.envelope(5)


def refused(raw: bytes, says: str, last: Checkpoint | None = None) -> None:
    with pytest.raises(NotTrusted, match=says):
        open_envelope(raw, OFFICE.verifier, last)


def test_a_genuine_event_is_believed_under_every_checkpoint_that_holds_it() -> None:
    for size in range(6, 12):
        trusted = open_envelope(LOG.envelope(5, size).pack(), OFFICE.verifier, LOG.checkpoint())
        assert trusted.event.number == 5
        assert trusted.event.content == {"says": "event 5"}
        assert trusted.checkpoint == LOG.checkpoint(size)


# --- Attacks with whole envelopes ---------------------------------------------------------------------------

IN_THE_LOG = "event 5 is not in the log of 11 events"
KEY = "no valid signature of the key rednotice.test/office"
CONTENT = "the content of event 5 is not the one that the log commits to"

ATTACKS: dict[str, tuple[Envelope, str]] = {
    "a forged notice, signed by a namesake": (ALog.of(11, NAMESAKE).envelope(5), KEY),
    "a forged notice under a genuine checkpoint": (
        replace(ALog.of(9, NAMESAKE).envelope(5), checkpoint=GENUINE.checkpoint),
        IN_THE_LOG,
    ),
    "a checkpoint of another office": (ALog.of(11, replace(OFFICE, name="rednotice.test/other")).envelope(5), KEY),
    "a longer log claimed": (
        replace(GENUINE, checkpoint=GENUINE.checkpoint.replace("\n11\n", "\n12\n")),
        KEY,
    ),
    "altered content": (replace(GENUINE, content=content_bytes({"says": "event 6"})), CONTENT),
    "altered salt": (replace(GENUINE, salt=LOG.salt(6)), CONTENT),
    # Salt and content together are the same bytes, so the commitment holds.
    "a byte moved from content to salt": (
        replace(GENUINE, salt=GENUINE.salt + GENUINE.content[:1], content=GENUINE.content[1:]),
        "the salt has 33 bytes, 32 are used",
    ),
    "the content of another event": (replace(GENUINE, salt=LOG.salt(6), content=LOG.contents[6]), CONTENT),
    "a leaf replayed at another number": (
        replace(GENUINE, leaf=GENUINE.leaf.replace(b'"number":5', b'"number":7')),
        "event 7 is not in the log of 11 events",
    ),
    "a leaf replayed with the proof of another": (replace(GENUINE, proof=LOG.envelope(6).proof), IN_THE_LOG),
    "an altered subject": (replace(GENUINE, leaf=GENUINE.leaf.replace(b"A-5", b"A-6")), IN_THE_LOG),
    "a proof too short": (replace(GENUINE, proof=GENUINE.proof[:-1]), IN_THE_LOG),
    "a proof too long": (replace(GENUINE, proof=(*GENUINE.proof, bytes(32))), IN_THE_LOG),
    "no proof": (replace(GENUINE, proof=()), IN_THE_LOG),
    "a number that is none": (replace(GENUINE, leaf=b'{"number":"5"}'), IN_THE_LOG),
    "a number below zero": (replace(GENUINE, leaf=b'{"number":-6}'), "event -6 is not in the log"),
    "a leaf without a number": (replace(GENUINE, leaf=b"{}"), "event None is not in the log"),
    "a leaf that is no object": (replace(GENUINE, leaf=b"[5]"), "the leaf is not a JSON object"),
    "a leaf nested deeply": (replace(GENUINE, leaf=b"[" * 100_000), "the leaf is not a JSON object"),
}


@pytest.mark.parametrize(("envelope", "says"), ATTACKS.values(), ids=ATTACKS)
def test_an_attack_is_named_and_refused(envelope: Envelope, says: str) -> None:
    refused(envelope.pack(), says)


def test_two_histories_of_one_size_are_noticed() -> None:
    other = ALog.of(10)
    other.append({"says": "another history"})
    refused(other.envelope(5).pack(), "the office shows two histories of 11 events", LOG.checkpoint())


@pytest.mark.parametrize(
    ("leaf", "says"),
    [
        ({"kind": "notice.repainted"}, "is of a kind that this version does not know"),
        ({"at": "yesterday"}, "is of a kind that this version does not know"),
        ({"subject": ""}, "is of a kind that this version does not know"),
        ({"commitment": None}, "is not the one that the log commits to"),
        ({"number": 0}, "event 0 is not in the log"),
    ],
)
def test_an_office_that_signs_what_it_should_not_is_not_followed(leaf: dict[str, Any], says: str) -> None:
    genuine = ALog.of(2)
    log = ALog.of(1)
    log.append({"says": "event 1"}, json.dumps({**json.loads(genuine.leaves[1]), **leaf}).encode())
    refused(log.envelope(1).pack(), says)


def test_an_office_that_signs_a_content_that_is_no_object_is_not_followed() -> None:
    log = ALog.of(1)
    leaf = {**json.loads(ALog.of(2).leaves[1]), "commitment": commitment(log.salt(1), b"[]")}
    log.append({}, json.dumps(leaf).encode())
    log.contents[1] = b"[]"
    refused(log.envelope(1).pack(), "the content is not a JSON object")


# --- Attacks with bytes -------------------------------------------------------------------------------------

PACKED = GENUINE.pack()


def with_field(name: str, value: object) -> bytes:
    """The genuine envelope with one field in other words, which may be no text at all."""
    return json.dumps({**json.loads(PACKED), name: value}).encode()


BYTES: dict[str, tuple[bytes | Callable[[], bytes], str]] = {
    "nothing": (b"", "the envelope is not a JSON object"),
    "no JSON": (b"%PDF-1.7", "the envelope is not a JSON object"),
    "no UTF-8": (b"\xff\xfe\xff", "the envelope is not a JSON object"),
    "no object": (b"[]", "the envelope is not a JSON object"),
    "deep nesting": (b"[" * 1_000_000, "the envelope is not a JSON object"),
    "a number of ten thousand digits": (b'{"format":' + b"9" * 10_000 + b"}", "the envelope is not a JSON object"),
    "twenty megabytes": (lambda: PACKED + b" " * 20_000_000, "20,00[0-9],[0-9]{3} bytes arrived, at most 16,000,000"),
    "another format": (with_field("format", "rednotice-envelope/2"), "of the format rednotice-envelope/1 was expected"),
    "a lone surrogate in the leaf": (with_field("leaf", "\ud800"), "the envelope is damaged"),
    "a lone surrogate in the checkpoint": (
        with_field("checkpoint", GENUINE.checkpoint.replace("\n11\n", "\n\ud800\n")),
        "a signed note was expected",
    ),
    "a lone surrogate in the content": (with_field("content", "{\udfff}"), "the envelope is damaged"),
    "no salt": (with_field("salt", ""), "the salt has 0 bytes, 32 are used"),
    "a salt that is not base64": (with_field("salt", "*"), "the envelope is damaged"),
    "a salt that is not ASCII": (with_field("salt", "é"), "the envelope is damaged"),
    "a proof that is no list": (with_field("proof", 7), "the envelope is damaged"),
    "a proof of numbers": (with_field("proof", [7]), "the envelope is damaged"),
    "a content that is no text": (with_field("content", {"says": "event 5"}), "the envelope is damaged"),
    "a checkpoint that is no text": (with_field("checkpoint", None), "a signed note was expected"),
}


@pytest.mark.parametrize(("raw", "says"), BYTES.values(), ids=BYTES)
def test_bytes_of_any_kind_are_refused(raw: bytes | Callable[[], bytes], says: str) -> None:
    refused(raw() if callable(raw) else raw, says)


def test_an_envelope_of_the_largest_size_is_read() -> None:
    padded = PACKED + b" " * (ENVELOPE_LIMIT - len(PACKED))
    assert open_envelope(padded, OFFICE.verifier).event.number == 5
    refused(padded + b" ", "at most 16,000,000 are read")


@pytest.mark.parametrize("name", json.loads(PACKED))
def test_an_envelope_without_one_of_its_fields_is_refused(name: str) -> None:
    fields = json.loads(PACKED)
    del fields[name]
    refused(json.dumps(fields).encode(), "is damaged|was expected")


def test_a_truncated_envelope_is_refused_wherever_it_is_cut() -> None:
    for end in range(len(PACKED)):
        refused(PACKED[:end], "the envelope is not a JSON object")


@given(st.integers(0, len(PACKED) - 1), st.integers(1, 255))
def test_no_altered_byte_makes_another_event(position: int, other: int) -> None:
    altered = PACKED[:position] + bytes([PACKED[position] ^ other]) + PACKED[position + 1 :]
    genuine = open_envelope(PACKED, OFFICE.verifier)
    try:
        read = open_envelope(altered, OFFICE.verifier)
    except NotTrusted:
        return
    # A space for another, or a bit that base64 does not use: the event is the same to the last field.
    assert read == genuine


def test_a_step_of_a_proof_that_is_not_a_hash_proves_nothing() -> None:
    steps = json.loads(PACKED)["proof"]
    for step in ("", base64.b64encode(bytes(31)).decode(), steps[0] + steps[0]):
        raw = with_field("proof", [step, *steps[1:]])
        refused(raw, "is not in the log|is damaged")
