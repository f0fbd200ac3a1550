"""The requesting bureau learns of a hit, and both bureaus follow the case to its end (RPD 87)."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from rednotice.adapters.lists import UN_MEASURES
from rednotice.errors import Conflict, NotAllowed, NotFound
from rednotice.flow import followup
from rednotice.flow.work import Letter
from rednotice.model.bureau import Officer
from rednotice.model.case import Case, CaseState
from rednotice.model.check import Query
from rednotice.model.event import EventKind
from rednotice.model.hit import Hit
from rednotice.model.notice import Ground, Listing
from rednotice.model.person import Name, Person
from rednotice.node import Node
from tests.builders import OPERATOR, desk, officer
from tests.conftest import Road, eventually
from tests.flow.test_circulation import happened_since, last_checkpoint, prove_the_log

LOCATED, ARRESTED, EXTRADITED, RELEASED, CLOSED = (
    CaseState.LOCATED,
    CaseState.PROVISIONALLY_ARRESTED,
    CaseState.EXTRADITED,
    CaseState.RELEASED,
    CaseState.CLOSED,
)
LOCATING, REQUESTING = desk("ES"), desk("PT")
_hits = itertools.count(1)


@pytest.fixture(autouse=True, scope="module")
def the_log_stays_whole(road: Road) -> Iterator[None]:
    before = last_checkpoint(road)
    yield
    prove_the_log(road, since=before)


def letters(road: Road, bureau: str, about: str) -> list[Letter]:
    with road.office.read() as reader:
        return [letter for letter in reader.letters(bureau, count=100_000) if letter.subject == about]


def letter_at(node: Node, about: str) -> Letter:
    """A letter that came over the line to a bureau's node."""

    def arrived() -> Letter | None:
        with node.read() as reader:
            return next((one for one in reader.letters(count=100_000) if one.subject == about), None)

    return eventually(arrived, f"letter on {about} to {node.settings.bureau}")


def case_of(road: Road, hit: Hit) -> Case:
    """The case that the office opened on a hit that came over the line."""

    def opened() -> Case | None:
        with road.office.read() as reader:
            return next((case for case in reader.cases(hit.bureau) if case.hit == hit.number), None)

    return eventually(opened, f"the case of hit {hit.number}")


def confirmed(road: Road, bureau: str, number: str, query: Query) -> Hit:
    """A hit that an officer confirmed at a node."""
    road.wait_receipt(bureau, number)
    node = road.nodes[bureau]
    return node.confirm(node.check(query, officer(bureau)).number, number, None, "Calm.", officer(bureau))


def published(road: Road) -> str:
    """A notice that both nodes hold: no hit on it comes before."""
    _, number = road.publish()
    for bureau in road.nodes:
        road.wait_receipt(bureau, number)
    return number


def opened(road: Road, number: str, *moves: CaseState) -> Case:
    """A case on a notice, opened and moved at the office; the road to it is tested below."""
    hit = Hit(
        number=f"ES-H-test-{next(_hits)}",
        control_number=number,
        version=1,
        bureau="ES",
        officer="officer-ES",
        confirmed_at=datetime.now(UTC),
    )
    with road.office.database.work(datetime.now(UTC)) as work:
        case = followup.take_hit(work, hit)
    assert case
    for to in moves:
        case = road.office.move_case(case.number, to, None, REQUESTING if to is EXTRADITED else LOCATING)
    return case


# --- A hit --------------------------------------------------------------------------------------------------


def test_a_hit_opens_a_case_and_both_bureaus_are_told(road: Road) -> None:
    filing, number = road.publish()
    hit = confirmed(road, "ES", number, Query(document=filing.request.persons[0].documents[0].number))
    case = case_of(road, hit)
    assert (case.control_number, case.requesting, case.locating, case.state) == (number, "PT", "ES", LOCATED)
    for bureau in ("PT", "ES"):
        (letter,) = (one for one in letters(road, bureau, number) if one.kind is EventKind.HIT_REPORTED)
        assert letter.content["hit"] == hit.model_dump(mode="json")
        assert letter.content["case"] == case.number
    assert not [one for one in letters(road, "NZ", number) if one.kind is EventKind.HIT_REPORTED]


def test_a_letter_to_a_connected_bureau_arrives_at_its_node(road: Road) -> None:
    filing, number = road.publish(road.a_request(bureau="ES"))
    hit = confirmed(road, "NZ", number, Query(document=filing.request.persons[0].documents[0].number))
    case = case_of(road, hit)
    for node in road.nodes.values():
        assert letter_at(node, number).content["case"] == case.number


def test_a_hit_on_a_recalled_notice_opens_no_case_and_both_bureaus_are_told(road: Road) -> None:
    filing, number = road.publish()
    road.wait_receipt("NZ", number)
    road.lines["NZ"].cut()
    try:
        road.office.recall(number, Ground.WITHDRAWN, desk("PT"))
        # The line is cut, so nobody told the node: the officer confirms what it still holds.
        node = road.nodes["NZ"]
        made = node.check(Query(document=filing.request.persons[0].documents[0].number), officer("NZ"))
        hit = node.confirm(made.number, number, None, None, officer("NZ"))
    finally:
        road.lines["NZ"].mend()

    letter = letter_at(road.nodes["NZ"], number)
    assert [one.content for one in letters(road, "PT", number)] == [letter.content]
    assert letter.content["recalled"] == "withdrawn by the bureau"
    assert letter.content["hit"] == hit.model_dump(mode="json")
    assert "case" not in letter.content
    with road.office.read() as reader:
        assert not [case for case in reader.cases() if case.control_number == number]
    assert road.wait_receipt("NZ", number) == "erased"


def test_a_hit_on_a_special_notice_is_a_case_of_the_locating_bureau_alone(road: Road) -> None:
    listing = Listing(source="synthetic list", reference="followup.1", measures=UN_MEASURES)
    person = Person(names=(Name(full="Emerentia Quastenflosser"),))
    (number,) = road.office.import_listings([(listing, person)], OPERATOR).new
    case = case_of(road, confirmed(road, "ES", number, Query(name="Emerentia Quastenflosser")))
    assert (case.requesting, case.locating) == (None, "ES")
    with pytest.raises(NotAllowed, match=f"cannot move case {case.number}; the desks of ES can"):
        road.office.move_case(case.number, CLOSED, None, REQUESTING)
    # Nobody extradites on a list entry, so no move of a case recalls it.
    road.office.move_case(case.number, ARRESTED, None, LOCATING)
    with pytest.raises(NotAllowed, match="is that of the requesting bureau"):
        road.office.move_case(case.number, EXTRADITED, None, LOCATING)
    road.office.move_case(case.number, RELEASED, None, LOCATING)
    assert road.office.move_case(case.number, CLOSED, None, LOCATING).state is CLOSED
    assert recalled(road, number) is None


# --- The table of moves -------------------------------------------------------------------------------------

# Whose move it is, cell by cell: L the locating bureau, R the requesting one, a dash nobody's.
TABLE = """
                        located  arrested  extradited  released  closed
located                 -        L         -           -         LR
arrested                -        -         R           L         -
extradited              -        -         -           -         -
released                -        L         -           -         LR
closed                  -        -         -           -         -
"""
STATES = {"located": LOCATED, "arrested": ARRESTED, "extradited": EXTRADITED, "released": RELEASED, "closed": CLOSED}
WAY_TO: dict[CaseState, tuple[CaseState, ...]] = {
    LOCATED: (),
    ARRESTED: (ARRESTED,),
    EXTRADITED: (ARRESTED, EXTRADITED),
    RELEASED: (ARRESTED, RELEASED),
    CLOSED: (CLOSED,),
}
SIDES = {"L": LOCATING, "R": REQUESTING}


def cells() -> Iterator[tuple[CaseState, CaseState, str]]:
    heading, *lines = TABLE.strip().splitlines()
    for line in lines:
        state, *allowed = line.split()
        for to, who in zip(heading.split(), allowed, strict=True):
            yield STATES[state], STATES[to], who


@pytest.fixture(scope="module")
def standing(road: Road) -> str:
    """A notice that stays in force."""
    return published(road)


@pytest.mark.parametrize(("state", "to", "who"), list(cells()))
def test_a_case_moves_as_the_table_says(road: Road, standing: str, state: CaseState, to: CaseState, who: str) -> None:
    # One case for each who may move it; an extradition needs a notice of its own, which it recalls.
    notices = [published(road) if EXTRADITED in (state, to) else standing for _ in who]
    cases = [opened(road, number, *WAY_TO[state]) for number in notices]
    case = cases[0]
    for by in (SIDES[side] for side in SIDES if side not in who):
        with pytest.raises(Conflict if who == "-" else NotAllowed) as refused:
            road.office.move_case(case.number, to, None, by)
        theirs = f"the move to {to} in case {case.number} is that of the "
        assert str(refused.value).startswith(impossible(case, to) if who == "-" else theirs)
    with road.office.read() as reader:
        assert reader.case(case.number) == case
    for side, case in zip(who.strip("-"), cases, strict=False):
        assert road.office.move_case(case.number, to, "Synthetic.", SIDES[side]).state is to


def impossible(case: Case, to: CaseState) -> str:
    possible = ", ".join(target for state, target, who in cells() if state is case.state and who != "-")
    return f"case {case.number} is {case.state} and cannot become {to}; possible: {possible or 'nothing more'}"


def test_every_move_is_kept_and_told_to_both_bureaus(road: Road) -> None:
    number = published(road)
    case = opened(road, number)
    road.office.move_case(case.number, ARRESTED, "At the port.", LOCATING)
    moved = road.office.move_case(case.number, EXTRADITED, None, REQUESTING)
    assert [(move.to, move.bureau, move.by, move.remark) for move in moved.moves] == [
        (LOCATED, "ES", "officer-ES", None),
        (ARRESTED, "ES", "desk-ES", "At the port."),
        (EXTRADITED, "PT", "desk-PT", None),
    ]
    for bureau in ("PT", "ES"):
        told = letters(road, bureau, case.number)
        assert [letter.content["move"]["to"] for letter in told] == ["provisionally arrested", "extradited"]
        assert all(letter.kind is EventKind.CASE_MOVED for letter in told)


def test_a_move_that_the_table_does_not_have_is_kept_in_the_log(road: Road, standing: str) -> None:
    case = opened(road, standing)
    before = last_checkpoint(road)
    with pytest.raises(Conflict):
        road.office.move_case(case.number, RELEASED, None, LOCATING)
    assert happened_since(road, before) == ["act.refused"]
    with road.office.read() as reader:
        entries = reader.log.entries(before.size, 100_000)
    (kept,) = [json.loads(one.content or "") for one in entries if b"act.refused" in one.leaf]
    assert (kept["act"], kept["by"]["name"]) == ("move to released", "desk-ES")
    assert kept["reason"].startswith(f"case {case.number} is located and cannot become released")


def test_a_case_that_is_not_there_does_not_move(road: Road) -> None:
    with pytest.raises(NotFound, match="there is no case C-1999-1"):
        road.office.move_case("C-1999-1", CLOSED, None, LOCATING)


# --- The end ------------------------------------------------------------------------------------------------


def recalled(road: Road, number: str) -> Ground | None:
    with road.office.read() as reader:
        return reader.notice(number).recalled


def test_an_extradition_recalls_the_notice_as_fulfilled_and_every_node_erases_it(road: Road) -> None:
    number = published(road)
    case = opened(road, number, ARRESTED)
    assert recalled(road, number) is None
    road.office.move_case(case.number, EXTRADITED, None, REQUESTING)
    assert recalled(road, number) is Ground.FULFILLED
    for bureau in road.nodes:
        assert road.wait_receipt(bureau, number) == "erased"
        assert not road.held_by(bureau, number)


@pytest.mark.parametrize("to", [ARRESTED, CLOSED])
def test_no_other_move_recalls_the_notice(road: Road, standing: str, to: CaseState) -> None:
    road.office.move_case(opened(road, standing).number, to, None, LOCATING)
    assert recalled(road, standing) is None


def test_an_extradition_after_the_recall_recalls_nothing_twice(road: Road) -> None:
    number = published(road)
    first, second = opened(road, number, ARRESTED), opened(road, number, ARRESTED)
    road.office.move_case(first.number, EXTRADITED, None, REQUESTING)
    for bureau in road.nodes:
        assert road.wait_receipt(bureau, number) == "erased"
    before = last_checkpoint(road)
    assert road.office.move_case(second.number, EXTRADITED, None, REQUESTING).state is EXTRADITED
    with road.office.read() as reader:
        assert reader.notice(number).notice.version == 2
    assert happened_since(road, before) == ["case.moved"]


def test_extraditions_and_the_receipts_that_come_in_meanwhile_do_not_wait_for_each_other(road: Road) -> None:
    # Both write to the notice and to the log; an act that took them in the other order would be broken off.
    numbers = [road.publish()[1] for _ in range(6)]
    cases = [opened(road, number, ARRESTED) for number in numbers]
    with ThreadPoolExecutor(3) as many:
        moved = list(many.map(lambda case: road.office.move_case(case.number, EXTRADITED, None, REQUESTING), cases))
    assert {case.state for case in moved} == {EXTRADITED}
    for number in numbers:
        assert road.wait_receipt("ES", number) == "erased"


@pytest.mark.parametrize("by", [desk("FR"), desk("NZ"), officer("ES")], ids=lambda by: by.name)
def test_who_is_no_party_to_a_case_does_not_move_it(road: Road, standing: str, by: Officer) -> None:
    case = opened(road, standing)
    with pytest.raises(NotAllowed, match=f"cannot move case {case.number}; the desks of ES and PT can"):
        road.office.move_case(case.number, CLOSED, None, by)
