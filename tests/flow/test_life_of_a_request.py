"""The life of a request: drafts, amendments, questions and answers, withdrawal, and the table of moves."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from rednotice.adapters import clock
from rednotice.errors import Conflict, InvalidInput, NotAllowed, NotFound
from rednotice.flow.request import as_seen_by, may_see, move
from rednotice.flow.review import queue
from rednotice.model.bureau import OFFICE, Officer, Role
from rednotice.model.decision import Outcome
from rednotice.model.event import EventKind
from rednotice.model.filing import MOVES, Filing, FilingState, Party
from rednotice.model.finding import Stance
from rednotice.model.request import Request, read_request
from tests.builders import (
    OPERATOR,
    REVIEWER_1,
    REVIEWER_2,
    TODAY,
    a_document,
    desk,
    officer,
)
from tests.conftest import Road
from tests.flow.test_circulation import happened_since, last_checkpoint, prove_the_log

PUBLISH = Outcome.PUBLISH


@pytest.fixture(autouse=True, scope="module")
def the_log_stays_whole(road: Road) -> Iterator[None]:
    before = last_checkpoint(road)
    yield
    prove_the_log(road, since=before)


def file(road: Road, request: Request | None = None) -> Filing:
    request = request or road.a_request()
    return road.office.file_request(request, desk(request.bureau))


def stored(road: Road, number: str) -> Filing:
    with road.office.read() as reader:
        return reader.filing(number)


def contents_of(road: Road, subject: str) -> list[str]:
    with road.office.read() as reader:
        entries = reader.log.entries(0, reader.log.checkpoint()[0])
    return [entry.content or "" for entry in entries if f'"{subject}"'.encode() in entry.leaf]


def days_pass(road: Road, monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """So many days later, what fell due is carried out."""
    monkeypatch.setattr(road.office, "_clock", lambda: clock.now() + timedelta(days=days))
    while road.office.carry_out_due():
        pass
    monkeypatch.undo()


# --- The table of moves -------------------------------------------------------------------------------------

ALL_MOVES = list(itertools.product(FilingState, FilingState, Party))


@pytest.mark.parametrize(("state", "to", "party"), ALL_MOVES)
def test_a_request_moves_as_the_table_says_and_not_otherwise(
    filed: Filing, state: FilingState, to: FilingState, party: Party
) -> None:
    filing = filed.model_copy(update={"state": state})
    if party in MOVES.get((state, to), ()):
        assert move(filing, to, party).state is to
    else:
        with pytest.raises(Conflict, match=f"is {state}, and the {party} cannot make it {to}; possible: "):
            move(filing, to, party)


@pytest.mark.parametrize("end", [FilingState.REFUSED, FilingState.GRANTED, FilingState.GRANTED_IN_PART,
                                 FilingState.WITHDRAWN])  # fmt: skip
def test_nothing_leads_out_of_an_end(end: FilingState) -> None:
    assert [to for state, to in MOVES if state is end] == []


def test_nothing_is_decided_that_is_not_in_review() -> None:
    ends = {FilingState.REFUSED, FilingState.GRANTED, FilingState.GRANTED_IN_PART}
    assert {state for state, to in MOVES if to in ends} == {FilingState.IN_REVIEW}


@pytest.fixture(scope="module")
def filed(road: Road) -> Filing:
    return file(road)


# --- Drafts -------------------------------------------------------------------------------------------------


def test_a_draft_is_examined_and_the_log_keeps_nothing_of_its_content(road: Road) -> None:
    request = road.a_request(assurances=None)
    before = last_checkpoint(road)
    draft = road.office.draft_request(request, desk("PT"))
    assert (draft.state, draft.number[:3]) == (FilingState.DRAFT, "RD-")
    assert "assurances" in {finding.rule for finding in draft.examination.findings if finding.mend}
    assert happened_since(road, before) == ["request.drafted"]
    family = request.persons[0].names[0].family
    assert family
    assert not any(family in content or request.reference in content for content in contents_of(road, draft.number))


SEES: list[tuple[Officer, bool]] = [
    (desk("PT"), True),
    (officer("PT"), False),
    (desk("ES"), False),
    (REVIEWER_1, False),
    (OPERATOR, False),
]


@pytest.mark.parametrize(("by", "sees"), SEES, ids=lambda one: one.name if isinstance(one, Officer) else "")
def test_nobody_but_the_bureaus_desk_sees_a_draft(road: Road, by: Officer, sees: bool) -> None:
    draft = road.office.draft_request(road.a_request(), desk("PT"))
    assert may_see(draft, by) is sees
    if not sees:
        with pytest.raises(NotFound):
            as_seen_by(draft, by)


def test_a_draft_is_replaced_under_its_reference_and_filed_as_it_stands(road: Road) -> None:
    request = road.a_request(title="First words")
    first = road.office.draft_request(request, desk("PT"))
    better = request.model_copy(update={"title": "Second words"})
    second = road.office.draft_request(better, desk("PT"))
    assert second.number == first.number
    filing = road.office.file_draft(first.number, desk("PT"))
    assert (filing.state, filing.request.title, filing.number[:2]) == (FilingState.FILED, "Second words", "R-")
    with pytest.raises(NotFound):
        stored(road, first.number)
    with pytest.raises(Conflict, match="cannot make it filed"):
        road.office.file_draft(filing.number, desk("PT"))
    with pytest.raises(Conflict, match="used the reference"):
        road.office.draft_request(better, desk("PT"))


def test_of_a_draft_that_is_withdrawn_nothing_is_kept(road: Road) -> None:
    draft = road.office.draft_request(road.a_request(), desk("PT"))
    assert road.office.withdraw_request(draft.number, None, desk("PT")).state is FilingState.WITHDRAWN
    with pytest.raises(NotFound):
        stored(road, draft.number)


def test_a_reviewer_can_do_nothing_with_a_draft(road: Road) -> None:
    number = road.office.draft_request(road.a_request(), desk("PT")).number
    with pytest.raises(NotFound):
        road.office.decide(number, PUBLISH, "Synthetic.", REVIEWER_1)
    with pytest.raises(NotFound):
        road.office.give_opinion(number, Stance.OBJECTS, None, desk("ES"))


# --- Amendments ---------------------------------------------------------------------------------------------


def test_an_amendment_is_kept_by_field_and_the_request_examined_anew(road: Road) -> None:
    filing = file(road, road.a_request(assurances=None))
    assert any(finding.rule == "assurances" and finding.mend for finding in filing.examination.findings)
    asked = filing.request.model_dump(mode="json")
    assured = a_document()["assurances"]
    complete = read_request({**asked, "assurances": assured, "title": "With assurances"}, TODAY)
    amended = road.office.amend_request(filing.number, complete, desk("PT"))
    (amendment,) = amended.amendments
    assert set(amendment.changed) == {"assurances", "title"}
    assert not any(finding.rule == "assurances" and finding.mend for finding in amended.examination.findings)
    assert stored(road, filing.number) == amended


def test_an_amendment_that_changes_nothing_is_none(road: Road) -> None:
    filing = file(road)
    before = last_checkpoint(road)
    assert road.office.amend_request(filing.number, filing.request, desk("PT")) == filing
    assert happened_since(road, before) == []


@pytest.mark.parametrize(("field", "value"), [("reference", "ANOTHER"), ("bureau", "ES")])
def test_an_amendment_does_not_make_another_request_of_it(road: Road, field: str, value: str) -> None:
    filing = file(road)
    with pytest.raises(InvalidInput) as refused:
        road.office.amend_request(filing.number, filing.request.model_copy(update={field: value}), desk("PT"))
    assert [fault.path for fault in refused.value.faults] == [field]
    assert stored(road, filing.number) == filing


def test_a_proposal_is_void_after_an_amendment_and_whoever_signed_sees_it(road: Road) -> None:
    filing = file(road)
    road.office.decide(filing.number, PUBLISH, "Every condition is met.", REVIEWER_1)
    amended = road.office.amend_request(filing.number, _renamed(filing), desk("PT"))
    (void,) = amended.decisions
    assert void.void
    assert void.void.startswith("the bureau amended the request on ")
    # The second signature would now be a first one: it needs reasons.
    with pytest.raises(InvalidInput):
        road.office.decide(filing.number, PUBLISH, None, REVIEWER_2)
    proposed = road.office.decide(filing.number, PUBLISH, "Still.", REVIEWER_2)
    assert (proposed.state, proposed.notices) == (FilingState.IN_REVIEW, ())
    granted = road.office.decide(filing.number, PUBLISH, None, REVIEWER_1)
    assert (granted.state, len(granted.decisions)) == (FilingState.GRANTED, 2)


def test_what_is_decided_is_not_amended(road: Road) -> None:
    refused = road.refuse()
    with pytest.raises(Conflict, match="is refused; file a new request with what is new"):
        road.office.amend_request(refused.number, _renamed(refused), desk("PT"))


def _renamed(filing: Filing) -> Request:
    return filing.request.model_copy(update={"title": "Another title"})


def test_a_question_makes_a_request_incomplete_until_it_is_answered(road: Road) -> None:
    filing = file(road)
    asked = road.office.ask(filing.number, "Which camera?", None, REVIEWER_1)
    (question,) = asked.questions
    assert (asked.state, question.due - question.asked_at) == (FilingState.INCOMPLETE, timedelta(days=30))
    with road.office.read() as reader:
        (letter,) = [one for one in reader.letters("PT", count=100_000) if one.subject == filing.number]
    assert letter.kind is EventKind.QUESTION_ASKED
    assert letter.content["question"]["text"] == "Which camera?"
    with pytest.raises(Conflict, match="is incomplete: a question awaits an answer until"):
        road.office.decide(filing.number, PUBLISH, "It should be.", REVIEWER_1)
    answered = road.office.answer(filing.number, "The one at the door.", desk("PT"))
    assert answered.state is FilingState.IN_REVIEW
    assert answered.questions[0].answer
    assert answered.questions[0].answer.text == "The one at the door."


def test_an_answer_may_bring_an_amendment(road: Road) -> None:
    filing = file(road)
    road.office.ask(filing.number, "Under which title?", 5, REVIEWER_1)
    answered = road.office.answer(filing.number, "As amended.", desk("PT"), amended=_renamed(filing))
    assert answered.state is FilingState.IN_REVIEW
    assert [amendment.changed for amendment in answered.amendments] == [("title",)]
    assert answered.request.title == "Another title"


def test_with_several_questions_open_the_answer_says_which(road: Road) -> None:
    number = file(road).number
    for text in ("Which camera?", "Which door?"):
        road.office.ask(number, text, None, REVIEWER_1)
    with pytest.raises(InvalidInput) as refused:
        road.office.answer(number, "The left one.", desk("PT"))
    assert str(refused.value.faults[0]) == "question: 2 questions are open. Say which: 1, 2."
    assert road.office.answer(number, "The left one.", desk("PT"), question=2).state is FilingState.INCOMPLETE
    assert road.office.answer(number, "The first one.", desk("PT")).state is FilingState.IN_REVIEW
    with pytest.raises(Conflict, match=r"no question on request .* awaits an answer"):
        road.office.answer(number, "Again.", desk("PT"))


def test_unanswered_at_the_deadline_a_request_goes_back_to_review(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    number = file(road).number
    road.office.ask(number, "Which camera?", 3, REVIEWER_1)
    days_pass(road, monkeypatch, 2)
    assert stored(road, number).state is FilingState.INCOMPLETE
    days_pass(road, monkeypatch, 4)
    filing = stored(road, number)
    assert (filing.state, filing.questions[0].lapsed) == (FilingState.IN_REVIEW, True)
    with road.office.read() as reader:
        told = [one.kind for one in reader.letters("PT", count=100_000) if one.subject == number]
    assert told == [EventKind.QUESTION_ASKED, EventKind.QUESTION_LAPSED]
    # Late is better than never.
    assert road.office.answer(number, "The one at the door.", desk("PT")).questions[0].answer


def test_an_answer_in_time_leaves_nothing_to_fall_due(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    number = file(road).number
    road.office.ask(number, "Which camera?", 3, REVIEWER_1)
    answered = road.office.answer(number, "The one at the door.", desk("PT"))
    days_pass(road, monkeypatch, 4)
    assert stored(road, number) == answered


@pytest.mark.parametrize("days", [0, 366])
def test_a_time_limit_has_bounds(road: Road, days: int) -> None:
    number = file(road).number
    with pytest.raises(InvalidInput):
        road.office.ask(number, "Which camera?", days, REVIEWER_1)


# --- Withdrawal ---------------------------------------------------------------------------------------------


def test_a_request_that_is_withdrawn_is_at_its_end(road: Road) -> None:
    number = file(road).number
    withdrawn = road.office.withdraw_request(number, "The person died.", desk("PT"))
    assert (withdrawn.state, withdrawn.withdrawn_because) == (FilingState.WITHDRAWN, "The person died.")
    acts: list[Callable[[], object]] = [
        lambda: road.office.decide(number, PUBLISH, "Synthetic.", REVIEWER_1),
        lambda: road.office.withdraw_request(number, None, desk("PT")),
        lambda: road.office.assign(number, None, REVIEWER_1),
        lambda: road.office.ask(number, "Which camera?", None, REVIEWER_1),
    ]
    for act in acts:
        with pytest.raises(Conflict, match="is withdrawn"):
            act()
    assert stored(road, number) == withdrawn


# --- Queue and assignment -----------------------------------------------------------------------------------


def test_urgent_requests_come_first_then_the_oldest(road: Road) -> None:
    filed = [file(road, road.a_request(urgency=urgency)) for urgency in ("routine", "urgent", "routine", "urgent")]
    waiting = file(road)
    road.office.ask(waiting.number, "Which camera?", None, REVIEWER_1)
    with road.office.read() as reader:
        numbers = [filing.number for filing in queue(reader.filings())]
    first, second, third, fourth = (filing.number for filing in filed)
    assert [number for number in numbers if number in {one.number for one in filed}] == [second, fourth, first, third]
    assert waiting.number not in numbers


def test_a_reviewer_takes_a_request_or_assigns_it(road: Road) -> None:
    number = file(road).number
    taken = road.office.assign(number, None, REVIEWER_1)
    assert (taken.state, taken.assigned) == (FilingState.IN_REVIEW, "reviewer-1")
    road.office.enrol(REVIEWER_2, OPERATOR)
    assert road.office.assign(number, "reviewer-2", REVIEWER_1).assigned == "reviewer-2"
    with pytest.raises(NotFound, match="no officer called nobody is enrolled"):
        road.office.assign(number, "nobody", REVIEWER_1)
    road.office.enrol(desk("AT"), OPERATOR)
    with pytest.raises(NotAllowed, match=r"desk-AT \(desk, AT\) cannot review requests"):
        road.office.assign(number, "desk-AT", REVIEWER_1)


# --- Whom the requesting bureau sent ------------------------------------------------------------------------

SENT_BY_PT = Officer(name="reviewer-from-PT", bureau=OFFICE, role=Role.REVIEWER, seconded_from="PT")


def test_a_reviewer_whom_the_requesting_bureau_sent_has_no_part_in_it(road: Road) -> None:
    number = file(road).number
    road.office.decide(number, PUBLISH, "Every condition is met.", REVIEWER_1)
    acts: list[Callable[[], object]] = [
        lambda: road.office.decide(number, PUBLISH, None, SENT_BY_PT),
        lambda: road.office.assign(number, None, SENT_BY_PT),
        lambda: road.office.ask(number, "Which camera?", None, SENT_BY_PT),
    ]
    for act in acts:
        before = last_checkpoint(road)
        with pytest.raises(NotAllowed, match="bureau PT, which made it, sent reviewer-from-PT to the office"):
            act()
        assert happened_since(road, before) == ["act.refused"]
    assert stored(road, number).notices == ()
    of_es = file(road, road.a_request(bureau="ES")).number
    road.office.decide(of_es, PUBLISH, "Every condition is met.", REVIEWER_1)
    assert road.office.decide(of_es, PUBLISH, None, SENT_BY_PT).state is FilingState.GRANTED


def test_a_reviewer_is_enrolled_with_the_bureau_that_sent_him(road: Road) -> None:
    token = road.office.enrol(SENT_BY_PT, OPERATOR)
    assert road.office.database.officer_of(token) == SENT_BY_PT
    with pytest.raises(InvalidInput) as refused:
        road.office.enrol(Officer(name="desk-XX", bureau="PT", role=Role.DESK, seconded_from="ES"), OPERATOR)
    assert refused.value.faults[0].path == "seconded_from"
