"""A notice goes to every bureau, is recalled, and every node answers for what it did."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from rednotice.adapters.lists import UN_MEASURES
from rednotice.errors import Conflict, NotFound, NotTrusted
from rednotice.flow import circulation, reception
from rednotice.log.audit import Leaf, audit
from rednotice.log.checkpoint import Checkpoint, open_checkpoint
from rednotice.log.feed import Trusted, open_envelope
from rednotice.log.report import Action, Receipt
from rednotice.model.check import Query
from rednotice.model.notice import Ground, Listing
from rednotice.model.person import Name, Person
from rednotice.model.request import Colour
from rednotice.node import Node
from tests.builders import NOON, OPERATOR, REVIEWER_1, a_warrant, desk, officer
from tests.conftest import Road, eventually

NODES = ("ES", "NZ")


def last_checkpoint(road: Road) -> Checkpoint:
    with road.office.read() as reader:
        return open_checkpoint(reader.log.checkpoint()[1], road.office.key)


def happened_since(road: Road, checkpoint: Checkpoint) -> list[str]:
    """The kinds of what people did at the office since then; what nodes report comes when they get to it."""
    with road.office.read() as reader:
        later = [json.loads(entry.leaf)["kind"] for entry in reader.log.entries(checkpoint.size, 100_000)]
    return [kind for kind in later if kind not in ("receipt.returned", "hit.reported")]


def prove_the_log(road: Road, since: Checkpoint) -> None:
    """Reads the whole log and proves it with the office's key alone, as a stranger would."""
    with road.office.read() as reader:
        size, note = reader.log.checkpoint()
        entries = reader.log.entries(0, size)
    leaves = [Leaf(one.leaf, one.salt, one.content.encode() if one.content else None) for one in entries]
    assert audit(leaves, note, road.office.key, since).checkpoint.size > since.size


@pytest.fixture(autouse=True, scope="module")
def the_log_stays_whole(road: Road) -> Iterator[None]:
    before = last_checkpoint(road)
    yield
    prove_the_log(road, since=before)


def found_by(node: Node, query: Query) -> list[str]:
    """The ids of those whom a check at a node finds."""
    return [result.match.id for result in node.check(query, officer(node.settings.bureau)).results]


def event_of(road: Road, number: int) -> Trusted:
    """An event as a node receives it."""
    with road.office.read() as reader:
        envelope = reader.log.envelope(number)
    assert envelope
    return open_envelope(envelope.pack(), road.office.key)


def apply_again(node: Node, trusted: Trusted) -> reception.Applied:
    with node.database.work(datetime.now(UTC)) as work:
        return reception.apply(work, trusted)


def rows(node: Node, query: str, **values: str) -> list[tuple[Any, ...]]:
    """What stands in a node's database, whatever its program says of it."""
    with node.database._engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query), values)]


# --- Publication --------------------------------------------------------------------------------------------


def test_a_notice_reaches_every_node_whole_and_each_returns_its_receipt(road: Road) -> None:
    filing, number = road.publish()
    with road.office.read() as reader:
        published = reader.notice(number)
    for bureau in NODES:
        assert road.wait_receipt(bureau, number) == "applied"
        with road.nodes[bureau].read() as node_reader:
            held = node_reader.held(number)
        assert (held.notice, held.version, held.event) == (published.notice, 1, published.event)
    assert published.notice.person == filing.request.persons[0]
    assert published.notice.request == filing.number


def test_the_scan_of_a_warrant_stays_at_the_office(road: Road) -> None:
    scan = {"media_type": "application/pdf", "data": "JVBERi0xLjQK"}
    filing, number = road.publish(road.a_request(warrants=[a_warrant(scan=scan)]))
    road.wait_receipt("ES", number)
    with road.nodes["ES"].read() as reader:
        notice = reader.held(number).notice
    assert filing.request.warrants[0].scan
    assert notice
    assert notice.warrants == (filing.request.warrants[0].model_copy(update={"scan": None}),)


def test_no_leaf_of_the_log_names_a_person(road: Road) -> None:
    filing, number = road.publish()
    family = filing.request.persons[0].names[0].family
    assert family
    with road.office.read() as reader:
        entries = reader.log.entries(0, reader.log.checkpoint()[0])
    assert any(family in (entry.content or "") for entry in entries)
    assert not any(family.encode() in entry.leaf for entry in entries)
    assert any(number.encode() in entry.leaf for entry in entries)


# --- Recall -------------------------------------------------------------------------------------------------


def test_a_recall_erases_at_every_node_and_each_proves_it(road: Road) -> None:
    filing, number = road.publish()
    passport = Query(document=filing.request.persons[0].documents[0].number)
    for bureau in NODES:
        road.wait_receipt(bureau, number)
        assert found_by(road.nodes[bureau], passport) == [number]
    recall = road.office.recall(number, Ground.WITHDRAWN, desk("PT"))
    assert recall.version == 2
    for bureau, node in road.nodes.items():
        assert road.wait_receipt(bureau, number) == "erased"
        assert found_by(node, passport) == []
        assert rows(node, "SELECT document, version FROM held WHERE control_number = :n", n=number) == [(None, 2)]


def test_a_notice_is_recalled_once(road: Road) -> None:
    _, number = road.publish()
    road.office.recall(number, Ground.WITHDRAWN, desk("PT"))
    with pytest.raises(Conflict, match=rf"notice {number} is recalled already \(withdrawn by the bureau\)"):
        road.office.recall(number, Ground.FULFILLED, desk("PT"))


def test_a_notice_that_is_not_there_cannot_be_recalled(road: Road) -> None:
    with pytest.raises(NotFound, match="there is no notice A-0/1-1999"):
        road.office.recall("A-0/1-1999", Ground.WITHDRAWN, desk("PT"))


# --- Events that come twice, late, or not as they should --------------------------------------------------------


def test_an_event_that_comes_twice_changes_nothing(road: Road) -> None:
    _, number = road.publish()
    road.wait_receipt("ES", number)
    node = road.nodes["ES"]
    with node.read() as reader:
        before = reader.held(number)
    reports = rows(node, "SELECT number FROM report ORDER BY number")
    assert apply_again(node, event_of(road, before.event)) == reception.Applied()
    with node.read() as reader:
        assert reader.held(number) == before
    assert rows(node, "SELECT number FROM report ORDER BY number") == reports


def test_a_notice_that_comes_after_its_recall_stays_erased(road: Road) -> None:
    filing, number = road.publish()
    with road.office.read() as reader:
        published = reader.notice(number).event
    road.office.recall(number, Ground.COMPLIANCE, REVIEWER_1)
    node = road.nodes["NZ"]
    assert road.wait_receipt("NZ", number) == "erased"
    assert apply_again(node, event_of(road, published)) == reception.Applied()
    assert not road.held_by("NZ", number)
    assert found_by(node, Query(document=filing.request.persons[0].documents[0].number)) == []


def test_a_letter_that_comes_twice_is_one_letter(road: Road) -> None:
    filing = road.refuse(road.a_request(bureau="ES"))
    node = road.nodes["ES"]

    def arrived() -> list[int] | None:
        with node.read() as reader:
            return [one.event for one in reader.letters(count=10_000) if one.subject == filing.number] or None

    (event,) = eventually(arrived, f"the letter on {filing.number}")
    apply_again(node, event_of(road, event))
    assert arrived() == [event]


def test_a_content_about_another_notice_than_its_event_is_not_applied(road: Road) -> None:
    _, number = road.publish()
    road.wait_receipt("ES", number)
    with road.office.read() as reader:
        genuine = event_of(road, reader.notice(number).event)
    event = genuine.event.model_copy(update={"subject": "A-0/1-1999", "number": genuine.event.number + 10_000})
    with pytest.raises(NotTrusted, match=f"is about A-0/1-1999, its content about {number}"):
        apply_again(road.nodes["ES"], Trusted(event, genuine.checkpoint))


def test_a_signed_event_that_is_no_notice_is_not_applied(road: Road) -> None:
    _, number = road.publish()
    with road.office.read() as reader:
        genuine = event_of(road, reader.notice(number).event)
    event = genuine.event.model_copy(update={"content": {"control_number": number}})
    with pytest.raises(NotTrusted, match=r"is signed, but is no notice\.published of this version"):
        apply_again(road.nodes["ES"], Trusted(event, genuine.checkpoint))


def test_a_node_believes_the_longest_checkpoint_it_saw(road: Road) -> None:
    node = road.nodes["ES"]
    _, number = road.publish()
    road.wait_receipt("ES", number)
    with node.read() as reader:
        longest = reader.believed()
        event = event_of(road, reader.held(number).event)
    assert longest
    shorter = Checkpoint(longest.origin, 1, bytes(32))
    apply_again(node, Trusted(event.event, shorter))
    with node.read() as reader:
        believed = reader.believed()
    assert believed
    assert believed.size >= longest.size


@pytest.mark.parametrize(
    ("about", "action", "says"),
    [
        ("another notice", "applied", "is no answer to event"),
        ("the notice", "erased", "is no answer to event"),
        ("no event", "applied", "there is no event 1000000000"),
    ],
)
def test_a_receipt_for_what_was_not_sent_is_not_taken(road: Road, about: str, action: str, says: str) -> None:
    _, number = road.publish()
    with road.office.read() as reader:
        event = reader.notice(number).event
    for bureau in NODES:
        road.wait_receipt(bureau, number)
    receipt = Receipt(
        control_number="A-0/1-1999" if about == "another notice" else number,
        version=1,
        event=10**9 if about == "no event" else event,
        action=Action(action),
        done=("synthetic",),
        checkpoint_size=1,
        checkpoint_root="AAAA",
    )
    with pytest.raises((NotTrusted, NotFound), match=says), road.office.database.work(NOON) as work:
        circulation.take_receipt(work, "ES", receipt)
    with road.office.read() as reader:
        assert [one.action for one in reader.deliveries(number)] == ["applied", "applied"]


# --- Lists --------------------------------------------------------------------------------------------------


def an_entry(road: Road, reference: str, *aliases: str) -> tuple[Listing, Person]:
    """An entry of a synthetic list, for a person whom no other test knows."""
    person = road.a_request().persons[0]
    names = (*person.names, *(Name(full=alias) for alias in aliases))
    listing = Listing(source="synthetic list", reference=reference, measures=UN_MEASURES)
    return listing, Person(names=names, born="1961")


def test_a_list_imported_twice_changes_nothing_the_second_time(road: Road) -> None:
    entries = [an_entry(road, f"twice.{number}") for number in range(3)]
    first = road.office.import_listings(entries, OPERATOR)
    before = last_checkpoint(road)
    for number in first.new:
        for bureau in NODES:
            assert road.wait_receipt(bureau, number) == "applied"
    assert (len(first.new), first.changed, first.unchanged) == (3, (), ())
    second = road.office.import_listings(entries, OPERATOR)
    assert (second.new, second.changed, second.unchanged) == ((), (), first.new)
    with road.office.read() as reader:
        assert all(reader.notice(number).notice.version == 1 for number in first.new)
    assert happened_since(road, before) == []


def test_a_changed_entry_of_a_list_becomes_a_new_version_everywhere(road: Road) -> None:
    kept, was = an_entry(road, "changed.1"), an_entry(road, "changed.2")
    first = road.office.import_listings([kept, was], OPERATOR)
    becomes = (was[0], was[1].model_copy(update={"names": (*was[1].names, Name(full="Zefanja Ruubenstamm"))}))
    second = road.office.import_listings([kept, becomes], OPERATOR)
    assert (second.new, second.changed, second.unchanged) == ((), first.new[1:], first.new[:1])
    (number,) = second.changed
    for bureau in NODES:
        road.wait_receipt(bureau, number)
        with road.nodes[bureau].read() as reader:
            held = reader.held(number)
        assert held.version == 2
        assert held.notice
        assert (held.notice.person, held.notice.colour) == (becomes[1], Colour.SPECIAL)
        assert found_by(road.nodes[bureau], Query(name="Zefanja Ruubenstamm")) == [number]


def test_an_entry_that_a_later_file_lacks_stays_in_force(road: Road) -> None:
    gone, kept = an_entry(road, "lacks.1"), an_entry(road, "lacks.2")
    first = road.office.import_listings([gone, kept], OPERATOR)
    road.office.import_listings([kept], OPERATOR)
    with road.office.read() as reader:
        assert all(reader.notice(number).recalled is None for number in first.new)


def test_an_entry_whose_notice_was_recalled_stays_recalled(road: Road) -> None:
    listing, person = an_entry(road, "recalled.1")
    (number,) = road.office.import_listings([(listing, person)], OPERATOR).new
    road.office.recall(number, Ground.COMPLIANCE, REVIEWER_1)
    before = last_checkpoint(road)
    for again in (person, person.model_copy(update={"born": "1962"})):
        assert road.office.import_listings([(listing, again)], OPERATOR).recalled == (number,)
    assert happened_since(road, before) == []
    for bureau in NODES:
        assert road.wait_receipt(bureau, number) == "erased"
