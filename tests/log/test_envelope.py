"""What travels: one canonical form, and leaves that say nothing of a person."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from rednotice.log.envelope import Envelope, commitment, content_bytes, leaf_bytes
from rednotice.log.feed import unpack
from rednotice.model.event import Event, EventKind
from tests.builders import NOON, a_person

EVENT = Event(number=7, at=NOON, kind=EventKind.NOTICE_PUBLISHED, subject="A-1/11-2026", content=a_person())
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
CONTENT = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda values: st.lists(values, max_size=3) | st.dictionaries(TEXT, values, max_size=3),
)


def test_the_canonical_form_is_that_of_rfc_8785() -> None:
    assert content_bytes({"b": 1, "a": "é\n"}) == '{"a":"é\\n","b":1}'.encode()


@given(st.dictionaries(TEXT, CONTENT, max_size=5))
def test_the_order_of_fields_does_not_matter_to_the_canonical_form(content: dict[str, object]) -> None:
    turned = dict(reversed(content.items()))
    assert content_bytes(turned) == content_bytes(content)
    assert json.loads(content_bytes(content)) == content


def test_a_leaf_says_number_time_kind_and_subject_and_nothing_of_the_person() -> None:
    leaf = json.loads(leaf_bytes(EVENT, bytes(32)))
    assert leaf.pop("commitment") == commitment(bytes(32), content_bytes(EVENT.content))
    assert leaf == {
        "at": "2026-11-24T12:00:00+00:00",
        "kind": "notice.published",
        "number": 7,
        "subject": "A-1/11-2026",
    }


def test_an_erased_content_cannot_be_guessed_from_its_leaf_without_the_salt() -> None:
    assert leaf_bytes(EVENT, b"\x01" * 32) != leaf_bytes(EVENT, b"\x02" * 32)


@given(
    st.binary(min_size=32, max_size=32),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.lists(st.binary(max_size=32)),
)
def test_an_envelope_survives_its_way(salt: bytes, text: str, proof: list[bytes]) -> None:
    envelope = Envelope(text.encode(), salt, text.encode(), text, tuple(proof))
    assert unpack(envelope.pack()) == envelope


def test_the_time_of_a_leaf_names_its_zone() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
    leaf = json.loads(leaf_bytes(EVENT.model_copy(update={"at": at}), b""))
    assert datetime.fromisoformat(leaf["at"]) == at
