"""The life of a notice between publication and recall: new data, remarks, suspension, and who may end it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from rednotice.adapters.lists import UN_MEASURES
from rednotice.errors import Conflict, InvalidInput, NotAllowed
from rednotice.flow import circulation
from rednotice.flow.work import Circulated
from rednotice.log.report import Action
from rednotice.model.bureau import COMMISSION, OFFICE, Officer, Role
from rednotice.model.case import DutyKind
from rednotice.model.check import Query
from rednotice.model.event import EventKind
from rednotice.model.notice import Ground, Listing, Remark
from rednotice.model.person import Name, Person
from rednotice.model.request import Request, read_request
from tests.builders import OPERATOR, REVIEWER_1, TODAY, a_stranger, a_warrant, desk, officer
from tests.conftest import Road, cases
from tests.flow.test_circulation import NODES, found_by, happened_since, last_checkpoint, prove_the_log
from tests.flow.test_followup import letter_at, letters, opened

PT = desk("PT")
ACTORS = {"desk of PT": PT, "reviewer": REVIEWER_1, "desk of ES": desk("ES"), "officer of PT": officer("PT")}


@pytest.fixture(autouse=True, scope="module")
def the_log_stays_whole(road: Road) -> Iterator[None]:
    before = last_checkpoint(road)
    yield
    prove_the_log(road, since=before)


def standing(road: Road, number: str) -> Circulated:
    with road.office.read() as reader:
        return reader.notice(number)


def changed(request: Request, **changes: Any) -> Request:
    """A request with other data, as its desk would send it."""
    return read_request({**request.model_dump(mode="json"), **changes}, TODAY)


def with_person(request: Request, **changes: Any) -> Request:
    """A request whose only person has other data."""
    return changed(request, persons=[{**request.persons[0].model_dump(mode="json"), **changes}])


def published(road: Road) -> tuple[Request, str, Query]:
    """A notice that both nodes hold, the request behind it, and the question that finds its person."""
    filing, number = road.publish()
    for bureau in NODES:
        road.wait_receipt(bureau, number)
    return filing.request, number, Query(document=filing.request.persons[0].documents[0].number)


# --- New data -----------------------------------------------------------------------------------------------


def test_new_data_reaches_every_node_as_a_new_version_with_a_receipt(road: Road) -> None:
    request, number, _ = published(road)
    names = [*request.persons[0].model_dump(mode="json")["names"], {"full": "Hildebrand Quorlemann", "kind": "alias"}]
    notice = road.office.update_notice(number, with_person(request, names=names), PT)
    assert (notice.version, notice.review_by) == (2, standing(road, number).notice.review_by)
    for bureau, node in road.nodes.items():
        assert road.wait_receipt(bureau, number) == "applied"
        with node.read() as reader:
            held = reader.held(number)
        assert (held.version, held.notice) == (2, notice)
        assert found_by(node, Query(name="Hildebrand Quorlemann")) == [number]


def another_person(request: Request) -> Request:
    return changed(request, persons=[a_stranger(880_001)])


REFUSED: dict[str, tuple[Callable[[Request], Request], str, str]] = {
    "an identity too thin": (lambda request: with_person(request, sex=None), "persons[0]", "missing (RPD 83(2)(a)"),
    "a warrant without its authority": (
        lambda request: changed(request, warrants=[{**request.warrants[0].model_dump(mode="json"), "authority": None}]),
        "warrants[0]",
        "missing (RPD 8",
    ),
    "a doubt that nobody examined": (
        lambda request: with_person(request, offices=[{"kind": "head of state", "country": "MX", "serving": False}]),
        "persons[0]",
        "doubtful (",
    ),
    "another person": (another_person, "persons[0]", "is not recognisably"),
    "two persons": (
        lambda request: changed(request, persons=[*another_person(request).persons, *request.persons]),
        "persons",
        "names 2 persons, the notice is about 1",
    ),
    "another warrant": (
        lambda request: changed(request, warrants=[a_warrant(number="SYN-another")]),
        "warrants",
        "has none of the notice's warrants (SYN-W-",
    ),
    "another file": (lambda request: changed(request, reference="SYN-other"), "reference", "on the notice it is SYN-"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_new_data_that_the_rules_or_two_reviewers_did_not_see_is_refused_with_the_reasons(
    road: Road, case: str
) -> None:
    change, path, says = REFUSED[case]
    filing, number = road.publish()
    before, checkpoint = standing(road, number), last_checkpoint(road)
    with pytest.raises(InvalidInput) as refused:
        road.office.update_notice(number, change(filing.request), PT)
    said = [str(fault) for fault in refused.value.faults]
    assert any(one.startswith(path) and says in one for one in said), said
    assert standing(road, number) == before
    assert happened_since(road, checkpoint) == ["act.refused"]


def test_remarks_add_up_and_reach_every_node(road: Road) -> None:
    _, number, _ = published(road)
    road.office.add_to_notice(number, Remark.CAVEAT, "A synthetic position of another bureau.", REVIEWER_1)
    road.office.add_to_notice(number, Remark.ADDENDUM, "Seen in Vigo.", PT)
    for bureau, node in road.nodes.items():
        assert road.wait_receipt(bureau, number) == "applied"
        with node.read() as reader:
            notice = reader.held(number).notice
        assert notice
        assert notice.version == 3
        assert [(one.kind, one.by) for one in notice.additions] == [(Remark.CAVEAT, OFFICE), (Remark.ADDENDUM, "PT")]


# --- Suspension ---------------------------------------------------------------------------------------------


def test_a_suspended_notice_is_nowhere_until_it_is_lifted(road: Road) -> None:
    _, number, question = published(road)
    road.office.suspend(number, "A synthetic doubt", PT)
    for bureau, node in road.nodes.items():
        assert road.wait_receipt(bureau, number) == "suspended"
        assert found_by(node, question) == []
        with node.read() as reader:
            held = reader.held(number)
        assert (held.version, held.notice) == (2, None)
    road.office.lift(number, PT)
    for bureau, node in road.nodes.items():
        assert road.wait_receipt(bureau, number) == "applied"
        assert found_by(node, question) == [number]
    assert (standing(road, number).in_force, standing(road, number).notice.version) == (True, 3)


def test_what_is_changed_during_a_suspension_waits_for_its_end(road: Road) -> None:
    _, number, question = published(road)
    road.office.suspend(number, "A synthetic doubt", PT)
    for bureau in NODES:
        road.wait_receipt(bureau, number)
    checkpoint = last_checkpoint(road)
    road.office.add_to_notice(number, Remark.CAVEAT, "Synthetic.", PT)
    assert happened_since(road, checkpoint) == []
    assert all(found_by(node, question) == [] for node in road.nodes.values())
    road.office.lift(number, PT)
    road.wait_receipt("ES", number)
    with road.nodes["ES"].read() as reader:
        notice = reader.held(number).notice
    assert notice
    assert [one.text for one in notice.additions] == ["Synthetic."]


@pytest.mark.parametrize(
    ("by", "who", "can"),
    [
        ("PT", REVIEWER_1, "the desk of PT can"),
        (OFFICE, PT, "a reviewer can"),
        (COMMISSION, PT, "the commission can"),
        (COMMISSION, REVIEWER_1, "the commission can"),
    ],
)
def test_whose_measure_a_suspension_is_lifts_it(road: Road, by: str, who: Officer, can: str) -> None:
    _, number = road.publish()
    with road.office.database.work(datetime.now(UTC)) as work:
        circulation.suspend(work, work.notice(number), "Synthetic.", by)
    with pytest.raises(NotAllowed, match=f"cannot lift the suspension of {number}; {can}"):
        road.office.lift(number, who)
    assert standing(road, number).suspended_by == by


# From the weakest to the strongest: only a stronger one takes the place of a suspension.
MEASURES = ("PT", OFFICE, COMMISSION)


@pytest.mark.parametrize(("first", "second"), [(a, b) for a in MEASURES for b in MEASURES])
def test_a_stronger_suspension_takes_the_place_of_a_weaker_one(road: Road, first: str, second: str) -> None:
    _, number = road.publish()
    with road.office.database.work(datetime.now(UTC)) as work:
        circulation.suspend(work, work.notice(number), "The first.", first)
    stronger = MEASURES.index(second) > MEASURES.index(first)
    if stronger:
        with road.office.database.work(datetime.now(UTC)) as work:
            circulation.suspend(work, work.notice(number), "The second.", second)
    else:
        with (
            pytest.raises(Conflict, match=rf"notice {number} is suspended already \(The first\.\)"),
            road.office.database.work(datetime.now(UTC)) as work,
        ):
            circulation.suspend(work, work.notice(number), "The second.", second)
    assert standing(road, number).suspended_by == (second if stronger else first)


def test_a_notice_in_force_is_not_lifted_and_a_recalled_one_not_suspended(road: Road) -> None:
    _, number = road.publish()
    with pytest.raises(Conflict, match=f"notice {number} is not suspended"):
        road.office.lift(number, PT)
    road.office.recall(number, Ground.WITHDRAWN, PT)
    for act in (
        lambda: road.office.suspend(number, "Synthetic.", PT),
        lambda: road.office.lift(number, PT),
        lambda: road.office.add_to_notice(number, Remark.CAVEAT, "Synthetic.", PT),
        lambda: road.office.extend(number, "Synthetic.", PT),
    ):
        with pytest.raises(Conflict, match=f"notice {number} is recalled already"):
            act()


def test_a_suspended_notice_can_be_recalled(road: Road) -> None:
    _, number, _ = published(road)
    road.office.suspend(number, "Synthetic.", PT)
    road.office.recall(number, Ground.WITHDRAWN, PT)
    assert (standing(road, number).recalled, standing(road, number).suspended) == (Ground.WITHDRAWN, None)
    assert road.wait_receipt("ES", number) == "erased"


def test_a_hit_on_a_suspended_notice_opens_no_case_and_both_bureaus_are_told(road: Road) -> None:
    _, number, question = published(road)
    node = road.nodes["NZ"]
    road.lines["NZ"].cut()
    try:
        road.office.suspend(number, "Synthetic.", PT)
        hit = node.confirm(node.check(question, officer("NZ")).number, number, None, None, officer("NZ"))
    finally:
        road.lines["NZ"].mend()
    letter = letter_at(node, number)
    assert [one.content for one in letters(road, "PT", number)] == [letter.content]
    assert (letter.content["hit"]["number"], letter.content["suspended"]) == (hit.number, True)
    with road.office.read() as reader:
        assert not [case for case in reader.cases() if case.control_number == number]


def test_an_import_of_the_list_does_not_lift_a_suspension(road: Road) -> None:
    listing = Listing(source="synthetic list", reference="suspended.1", measures=UN_MEASURES)
    person = Person(names=(Name(full="Ottokar Zwirbelmann"),))
    (number,) = road.office.import_listings([(listing, person)], OPERATOR).new
    road.office.suspend(number, "Synthetic.", REVIEWER_1)
    later = person.model_copy(update={"born": "1958"})
    assert road.office.import_listings([(listing, later)], OPERATOR).changed == (number,)
    assert standing(road, number).suspended == "Synthetic."
    road.office.lift(number, REVIEWER_1)
    assert standing(road, number).notice.person == later


READERS = (PT, REVIEWER_1, Officer(name="commissioner", bureau=COMMISSION, role=Role.COMMISSIONER))


@pytest.mark.parametrize("suspended", [True, False])
def test_a_suspended_notice_is_read_by_its_bureau_the_office_and_the_commission(road: Road, suspended: bool) -> None:
    _, number = road.publish()
    if suspended:
        road.office.suspend(number, "Synthetic.", PT)
    assert all(circulation.may_read(standing(road, number), by) for by in READERS)
    assert circulation.may_read(standing(road, number), desk("ES")) is not suspended


# --- Recall -------------------------------------------------------------------------------------------------


def neglect(road: Road, number: str) -> None:
    """A case on a notice in which the requesting bureau let the second limit of a duty pass."""
    case = opened(road, number)
    duty = case.duty(DutyKind.ANSWER)
    assert duty
    with road.office.database.work(datetime.now(UTC)) as work:
        work.save_case(case.with_duty(duty.model_copy(update={"lapsed": work.at})))


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("case", cases("recall_grounds"))
def test_each_ground_of_recall_is_used_by_those_whose_it_is(road: Road, case: dict[str, Any], actor: str) -> None:
    _, number = road.publish()
    if "neglected" in case:
        neglect(road, number)
    ground = Ground(case["ground"])
    if actor in case["who"]:
        assert road.office.recall(number, ground, ACTORS[actor]).ground is ground
        assert standing(road, number).recalled is ground
        return
    with pytest.raises(NotAllowed) as refused:
        road.office.recall(number, ground, ACTORS[actor])
    assert str(refused.value).endswith(f" cannot recall {number} as '{ground}'; {case['says']}")
    assert standing(road, number).in_force


def test_every_ground_is_in_the_table() -> None:
    assert {row.values[0]["ground"] for row in cases("recall_grounds")} == {ground.value for ground in Ground}


def test_a_notice_is_not_recalled_for_want_of_action_that_no_case_shows(road: Road) -> None:
    _, number = road.publish()
    opened(road, number)
    with pytest.raises(Conflict, match=f"no case on {number} has a duty of its bureau whose second limit is past"):
        road.office.recall(number, Ground.NO_ACTION, REVIEWER_1)


# --- Who is silent ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "restricted", "owes"),
    [
        (None, (), True),
        ((7, Action.APPLIED), (), False),
        ((6, Action.APPLIED), (), True),
        (None, ("ES",), False),
        ((6, Action.APPLIED), ("ES",), True),
        ((6, Action.ERASED), ("ES",), False),
    ],
)
def test_a_bureau_owes_a_receipt_for_what_it_should_have_or_should_have_erased(
    road: Road, answer: tuple[int, Action] | None, restricted: tuple[str, ...], owes: bool
) -> None:
    _, number = road.publish()
    notice = standing(road, number).notice.model_copy(update={"restricted": restricted})
    owing = circulation.silent(Circulated(notice, None, 7), ["ES"], {"ES": answer} if answer else {})
    assert owing == (["ES"] if owes else [])


def test_the_history_of_a_notice_is_read_from_the_log(road: Road) -> None:
    _, number = road.publish()
    road.office.add_to_notice(number, Remark.CAVEAT, "Synthetic.", PT)
    road.office.suspend(number, "Synthetic.", PT)
    road.office.recall(number, Ground.WITHDRAWN, PT)
    with road.office.read() as reader:
        history = reader.history(number)
    assert [(one.kind, one.version) for one in history] == [
        (EventKind.NOTICE_PUBLISHED, 1),
        (EventKind.NOTICE_PUBLISHED, 2),
        (EventKind.NOTICE_SUSPENDED, 3),
        (EventKind.NOTICE_RECALLED, 4),
    ]
