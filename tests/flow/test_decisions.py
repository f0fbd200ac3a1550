"""Decisions on persons of a request: their grounds, the opinions of other bureaus, and closed cases found again."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from rednotice.errors import Conflict, InvalidInput, NotAllowed
from rednotice.flow.earlier import search
from rednotice.flow.request import as_seen_by
from rednotice.model.bureau import Officer
from rednotice.model.check import Query
from rednotice.model.decision import Decision, Outcome, Weighed, Weighing
from rednotice.model.event import EventKind
from rednotice.model.filing import Filing, FilingState
from rednotice.model.finding import Stance, Verdict
from rednotice.model.notice import Ground
from rednotice.model.request import read_request
from tests.builders import (
    A_GROUND,
    OPERATOR,
    REVIEWER_1,
    REVIEWER_2,
    TODAY,
    a_document,
    a_person,
    a_stranger,
    a_warrant,
    an_offence,
    desk,
    facts,
    officer,
)
from tests.conftest import Road
from tests.flow.test_circulation import happened_since, last_checkpoint, prove_the_log
from tests.flow.test_life_of_a_request import days_pass, file, stored

PUBLISH, REFUSE = Outcome.PUBLISH, Outcome.REFUSE
_numbers = itertools.count(80_000, 10)


@pytest.fixture(autouse=True, scope="module")
def the_log_stays_whole(road: Road) -> Iterator[None]:
    before = last_checkpoint(road)
    yield
    prove_the_log(road, since=before)


def three_persons(road: Road, **changes: Any) -> Filing:
    first = next(_numbers)
    persons = [{**a_stranger(first + n), "key": key} for n, key in enumerate("abc")]
    return file(road, read_request(a_document(**{"persons": persons, **changes}), TODAY))


def sign(road: Road, number: str, outcome: Outcome, persons: Sequence[int] = (), *weighed: Weighed) -> Filing:
    """Has two reviewers sign."""
    road.office.decide(number, outcome, "Synthetic reasons.", REVIEWER_1, persons, weighed)
    return road.office.decide(number, outcome, None, REVIEWER_2, persons)


def accept(rule: str) -> Weighed:
    return Weighed(weighing=Weighing.ACCEPTED, rule=rule)


def reject(rule: str, because: str = "The text was misread.") -> Weighed:
    return Weighed(weighing=Weighing.REJECTED, rule=rule, because=because)


# --- Persons ------------------------------------------------------------------------------------------------


def test_one_request_with_many_persons_splits_into_decisions_per_person(road: Road) -> None:
    filing = three_persons(road)
    half = sign(road, filing.number, PUBLISH, [2, 0])
    assert (half.state, half.undecided, len(half.notices)) == (FilingState.IN_REVIEW, (1,), 2)
    assert half.decisions[0].persons == (0, 2)
    done = sign(road, filing.number, REFUSE, [1], A_GROUND)
    assert (done.state, done.undecided) == (FilingState.GRANTED_IN_PART, ())
    with road.office.read() as reader:
        persons = [reader.notice(notice).notice.person for notice in done.notices]
        told = [one.kind for one in reader.letters("PT", count=100_000) if one.subject == filing.number]
    assert persons == [filing.request.persons[0], filing.request.persons[2]]
    assert told == [EventKind.REQUEST_GRANTED, EventKind.REQUEST_REFUSED]
    assert as_seen_by(done, desk("PT")).decisions == done.decisions


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ((PUBLISH, PUBLISH), FilingState.GRANTED),
        ((REFUSE, REFUSE), FilingState.REFUSED),
        ((REFUSE, PUBLISH), FilingState.GRANTED_IN_PART),
    ],
)
def test_a_request_is_decided_when_every_person_is(
    road: Road, outcomes: tuple[Outcome, Outcome], state: FilingState
) -> None:
    number = three_persons(road).number
    for outcome, persons in zip(outcomes, ([0], [1, 2]), strict=True):
        weighed = [A_GROUND] if outcome is REFUSE else []
        filing = sign(road, number, outcome, persons, *weighed)
    assert filing.state is state


def test_without_a_name_a_signature_is_about_the_one_proposal_or_all_who_are_left(road: Road) -> None:
    number = three_persons(road).number
    road.office.decide(number, PUBLISH, "Synthetic.", REVIEWER_1, [1])
    assert road.office.decide(number, PUBLISH, None, REVIEWER_2).undecided == (0, 2)
    proposed = road.office.decide(number, PUBLISH, "Synthetic.", REVIEWER_1)
    assert proposed.decisions[-1].persons == (0, 2)


def test_of_several_proposals_a_signature_says_which_it_is_about(road: Road) -> None:
    number = three_persons(road).number
    for person in (0, 1):
        road.office.decide(number, PUBLISH, "Synthetic.", REVIEWER_1, [person])
    with pytest.raises(InvalidInput) as refused:
        road.office.decide(number, PUBLISH, None, REVIEWER_2)
    assert refused.value.faults[0].problem == "several proposals stand: publish persons 0; publish persons 1"
    assert road.office.decide(number, PUBLISH, None, REVIEWER_2, [1]).undecided == (0, 2)


def test_a_proposal_on_some_of_the_persons_stands_in_the_way_of_another(road: Road) -> None:
    number = three_persons(road).number
    road.office.decide(number, PUBLISH, "Synthetic.", REVIEWER_1, [0, 1])
    with pytest.raises(Conflict, match="reviewer-1 proposed to publish persons 0, 1 of request"):
        road.office.decide(number, PUBLISH, "Synthetic.", REVIEWER_2, [1, 2])
    mine = road.office.decide(number, PUBLISH, "Synthetic.", REVIEWER_1, [1, 2])
    assert [decision.persons for decision in mine.decisions] == [(1, 2)]


def test_persons_who_are_not_there_or_decided_on_are_not_decided(road: Road) -> None:
    number = three_persons(road).number
    with pytest.raises(InvalidInput) as refused:
        road.office.decide(number, PUBLISH, "Synthetic.", REVIEWER_1, [3])
    assert refused.value.faults[0].mend == "Name places from 0 to 2"
    sign(road, number, PUBLISH, [0])
    with pytest.raises(Conflict, match=r"persons\[0\] of request .* are decided on"):
        road.office.decide(number, REFUSE, "Synthetic.", REVIEWER_1, [0, 1], [A_GROUND])


def test_a_person_who_is_decided_on_is_not_amended(road: Road) -> None:
    filing = three_persons(road)
    sign(road, filing.number, PUBLISH, [1])
    first, second, third = filing.request.persons
    changed = second.model_copy(update={"remark": "Something new."})
    for persons in ((first, changed, third), (first,), (second, first, third)):
        with pytest.raises(InvalidInput) as refused:
            road.office.amend_request(filing.number, filing.request.model_copy(update={"persons": persons}), desk("PT"))
        assert [fault.path for fault in refused.value.faults] == ["persons[1]"]
    others = (first.model_copy(update={"remark": "Something new."}), second, third)
    amended = road.office.amend_request(
        filing.number, filing.request.model_copy(update={"persons": others}), desk("PT")
    )
    assert amended.amendments[0].changed == ("persons[0].remark",)
    assert sign(road, filing.number, PUBLISH).state is FilingState.GRANTED


def test_what_is_missing_of_one_person_does_not_hold_up_another(road: Road) -> None:
    first = next(_numbers)
    nameless = {"key": "b", "remark": "Not named."}
    filing = three_persons(road, persons=[{**a_stranger(first), "key": "a"}, nameless])
    assert filing.examination.of(Verdict.MISSING)
    with pytest.raises(Conflict, match=r"identity \(RPD 83\(2\)\(a\)\)"):
        sign(road, filing.number, PUBLISH, [0, 1])
    assert len(sign(road, filing.number, PUBLISH, [0]).notices) == 1
    refused = sign(road, filing.number, REFUSE, [1])
    assert "identity" in {finding.rule for finding in refused.decisions[-1].findings}


def test_a_warrants_fault_concerns_those_whom_it_names(road: Road) -> None:
    first = next(_numbers)
    persons = [{**a_stranger(first + n), "key": key} for n, key in enumerate("ab")]
    light = a_warrant(number="SYN-LIGHT", offences=[an_offence("Theft", months=12)], persons=["b"])
    filing = three_persons(road, persons=persons, warrants=[a_warrant(persons=["a"]), light])
    with pytest.raises(Conflict, match="threshold"):
        sign(road, filing.number, PUBLISH, [1])
    assert len(sign(road, filing.number, PUBLISH, [0]).notices) == 1


# --- Grounds ------------------------------------------------------------------------------------------------


@pytest.fixture
def barred(road: Road) -> Filing:
    """A request that one rule bars and two find incomplete."""
    theft = a_warrant(offences=[an_offence("Theft", months=12)])
    return file(road, road.a_request(warrants=[theft], assurances=None, extradition=None, contact=None))


def test_a_refusal_accepts_all_that_speaks_against_unless_it_is_told_otherwise(road: Road, barred: Filing) -> None:
    against = barred.examination.of(Verdict.BARRED, Verdict.MISSING)
    decision = proposed(road, barred)
    assert decision.findings == against
    assert {(one.weighing, one.rule) for one in decision.weighed} == {
        (Weighing.ACCEPTED, finding.rule) for finding in against
    }


def test_a_refusal_rests_on_what_is_accepted_by_name(road: Road, barred: Filing) -> None:
    decision = proposed(road, barred, accept("assurances"))
    assert {finding.rule for finding in decision.findings} == {"assurances"}
    assert decision.citations == ("RPD 84",)


def test_a_refusal_leaves_out_what_is_rejected_and_adds_what_is_added(road: Road, barred: Filing) -> None:
    decision = proposed(road, barred, reject("assurances"), A_GROUND)
    rules = {finding.rule for finding in decision.findings}
    assert "threshold" in rules
    assert "assurances" not in rules
    assert "RPD 84" not in decision.citations
    assert decision.citations[-1] == "RPD 86"
    (rejected,) = [one for one in decision.weighed if one.weighing is Weighing.REJECTED]
    assert (rejected.citation, rejected.because) == ("RPD 84", "The text was misread.")


def proposed(road: Road, filing: Filing, *weighed: Weighed) -> Decision:
    return road.office.decide(filing.number, REFUSE, "Synthetic.", REVIEWER_1, weighed=weighed).decisions[-1]


def test_what_bars_or_is_missing_is_published_only_if_each_is_rejected_with_a_remark(
    road: Road, barred: Filing
) -> None:
    rules = list(dict.fromkeys(one.rule for one in barred.examination.of(Verdict.BARRED, Verdict.MISSING)))
    assert len(rules) > 1
    for left in rules:
        others = [reject(rule) for rule in rules if rule != left]
        with pytest.raises(Conflict, match=f"cannot be published while these stand against it: {left}"):
            sign(road, barred.number, PUBLISH, (), *others)
    granted = sign(road, barred.number, PUBLISH, (), *(reject(rule) for rule in rules))
    assert granted.state is FilingState.GRANTED
    assert {one.because for one in granted.decisions[0].weighed} == {"The text was misread."}


CONTRADICTORY: dict[str, tuple[Outcome, tuple[Weighed, ...], type[Exception], str]] = {
    "to accept what bars, and publish": (PUBLISH, (accept("threshold"),), Conflict, "by who accepts what speaks"),
    "to accept and reject the same": (REFUSE, (accept("threshold"), reject("threshold")), InvalidInput, "1 fault"),
    "to accept what a rule does not say": (REFUSE, (accept("military_act"),), InvalidInput, "1 fault"),
    "to accept a rule that does not exist": (REFUSE, (accept("made_up"),), InvalidInput, "1 fault"),
}


@pytest.mark.parametrize(("outcome", "weighed", "error", "says"), CONTRADICTORY.values(), ids=CONTRADICTORY)
def test_a_contradictory_decision_changes_nothing_and_the_attempt_is_in_the_log(
    road: Road, barred: Filing, outcome: Outcome, weighed: tuple[Weighed, ...], error: type[Exception], says: str
) -> None:
    before = last_checkpoint(road)
    with pytest.raises(error, match=says):
        road.office.decide(barred.number, outcome, "Synthetic.", REVIEWER_1, weighed=weighed)
    assert happened_since(road, before) == ["act.refused"]
    assert stored(road, barred.number) == barred


def test_to_reject_all_and_refuse_is_contradictory(road: Road) -> None:
    filing = file(road, road.a_request(assurances=None))
    every = [reject(rule) for rule in dict.fromkeys(one.rule for one in filing.examination.findings)
             if rule in {one.rule for one in filing.examination.of(Verdict.MISSING, Verdict.DOUBTFUL)}]  # fmt: skip
    with pytest.raises(InvalidInput) as refused:
        road.office.decide(filing.number, REFUSE, "Synthetic.", REVIEWER_1, weighed=every)
    assert "must rest on a ground" in refused.value.faults[0].problem


def test_the_second_signature_is_under_the_grounds_of_the_first(road: Road, barred: Filing) -> None:
    proposed(road, barred, accept("threshold"))
    with pytest.raises(Conflict, match=r"reviewer-1 weighed the grounds on request .* otherwise"):
        road.office.decide(barred.number, REFUSE, None, REVIEWER_2, weighed=[accept("assurances")])
    refused = road.office.decide(barred.number, REFUSE, None, REVIEWER_2, weighed=[accept("threshold")])
    assert refused.state is FilingState.REFUSED


def test_the_attempt_of_one_person_to_sign_twice_is_in_the_log(road: Road) -> None:
    number = file(road).number
    once = road.office.decide(number, PUBLISH, "Synthetic.", REVIEWER_1)
    before = last_checkpoint(road)
    with pytest.raises(NotAllowed):
        road.office.decide(number, PUBLISH, "Synthetic.", REVIEWER_1)
    assert happened_since(road, before) == ["act.refused"]
    with road.office.read() as reader:
        (last,) = reader.log.entries(reader.log.checkpoint()[0] - 1, 1)
    assert last.content
    assert '"act":"decide"' in last.content
    assert "reviewer-1 has signed already" in last.content
    assert stored(road, number) == once


def test_what_reviewers_only_propose_stays_with_the_office(road: Road) -> None:
    number = file(road).number
    filing = road.office.decide(number, PUBLISH, "Synthetic.", REVIEWER_1)
    assert as_seen_by(filing, REVIEWER_2) == filing
    assert as_seen_by(filing, desk("PT")).decisions == ()


def test_a_bureau_is_not_told_what_another_was_refused_for(road: Road) -> None:
    person = a_stranger(next(_numbers))
    first = road.refuse(road.a_request(persons=[person]), "A reason that is PT's own affair.")
    again = road.refuse(road.a_request(bureau="SE", persons=[person]))
    assert "refused_before" in {finding.rule for finding in again.decisions[0].findings}
    with road.office.read() as reader:
        (letter,) = [one for one in reader.letters("SE", count=100_000) if one.subject == again.number]
    assert first.number not in str(letter.content)
    assert "PT's own affair" not in str(letter.content)
    assert "may not pass it on" in letter.content["text"]


# --- Opinions of other bureaus ------------------------------------------------------------------------------


def test_an_opinion_that_was_asked_reaches_the_rules_as_a_position(road: Road) -> None:
    number = file(road).number
    asked = road.office.ask_opinion(number, "ES", "Do you know of proceedings?", REVIEWER_1)
    assert (asked.state, asked.opinions[0].is_awaited(asked.filed_at)) == (FilingState.IN_REVIEW, True)
    with road.office.read() as reader:
        (letter,) = [one for one in reader.letters("ES", count=100_000) if one.subject == number]
    assert letter.kind is EventKind.OPINION_ASKED
    assert letter.content["charges"] == ["Murder"]
    road.office.give_opinion(number, Stance.OBJECTS, "The person was acquitted here.", desk("ES"))
    filing = stored(road, number)
    assert [(one.bureau, one.stance, one.because) for one in filing.positions] == [
        ("ES", Stance.OBJECTS, "The person was acquitted here.")
    ]
    assert as_seen_by(filing, desk("PT")).opinions == ()


def test_a_bureau_gives_an_opinion_of_its_own_accord_and_may_change_it(road: Road) -> None:
    number = file(road).number
    given = road.office.give_opinion(number, Stance.OBJECTS, "Synthetic.", desk("NZ"))
    assert (given.bureau, given.asked_by) == ("NZ", None)
    with pytest.raises(Conflict, match=r"bureau NZ gave its position on request .* already: objects"):
        road.office.ask_opinion(number, "NZ", "Do you object?", REVIEWER_1)
    road.office.give_opinion(number, Stance.SUPPORTS, None, desk("NZ"))
    assert [one.stance for one in stored(road, number).positions] == [Stance.SUPPORTS]


def test_without_an_opinion_in_time_review_goes_on(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    number = file(road).number
    road.office.ask_opinion(number, "ES", "Do you know of proceedings?", REVIEWER_1, days=2)
    with pytest.raises(Conflict, match=r"bureau ES was asked about request .* already"):
        road.office.ask_opinion(number, "ES", "Once more?", REVIEWER_1)
    days_pass(road, monkeypatch, 3)
    filing = stored(road, number)
    assert (filing.opinions[0].lapsed, filing.positions) == (True, ())


def test_the_requesting_bureau_is_not_asked_for_an_opinion(road: Road) -> None:
    with pytest.raises(InvalidInput):
        road.office.ask_opinion(file(road).number, "PT", "What do you think?", REVIEWER_1)


# --- Crimes under international law: notice and protest (AG-2010-RES-10) --------------------------------------


@pytest.fixture
def accused(road: Road) -> Filing:
    """A request of PT for a national of FR, for a crime under international law."""
    stranger = {**a_stranger(next(_numbers)), "nationalities": ["FR"]}
    background = {"crime_under_international_law": True}
    return file(road, road.a_request(persons=[stranger], background=background))


def publish_against_findings(road: Road, filing: Filing) -> Filing:
    """Publishes whatever the rules say of it: what is tried here is the protest alone."""
    with road.office.read() as reader:
        filing = reader.filing(filing.number)
    rules = dict.fromkeys(one.rule for one in filing.examination.of(Verdict.BARRED, Verdict.MISSING))
    return sign(road, filing.number, PUBLISH, (), *(reject(rule) for rule in rules))


def test_the_other_country_is_told_before_its_national_is_sought(road: Road, accused: Filing) -> None:
    with pytest.raises(Conflict, match="tell bureau FR first, which may protest"):
        publish_against_findings(road, accused)


def test_nothing_is_published_while_the_other_country_may_protest(
    road: Road, accused: Filing, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = accused.number
    told = road.office.ask_opinion(number, "FR", "Your national is sought.", REVIEWER_1, days=1, protest=True)
    (opinion,) = told.opinions
    assert opinion.due
    assert opinion.asked_at
    assert (opinion.due - opinion.asked_at).days == 30
    with pytest.raises(Conflict, match="until then bureau FR may protest"):
        publish_against_findings(road, accused)
    days_pass(road, monkeypatch, 31)
    filing = stored(road, number)
    assert filing.opinions[0].lapsed
    assert [(one.bureau, one.stance) for one in filing.positions] == [("FR", Stance.NO_POSITION)]


@pytest.mark.parametrize("stance", [Stance.NO_POSITION, Stance.SUPPORTS])
def test_an_answer_that_is_no_protest_frees_the_way(road: Road, accused: Filing, stance: Stance) -> None:
    road.office.ask_opinion(accused.number, "FR", "Your national is sought.", REVIEWER_1, protest=True)
    road.office.give_opinion(accused.number, stance, None, desk("FR"))
    assert publish_against_findings(road, accused).state is FilingState.GRANTED


def test_on_a_protest_nothing_is_published(road: Road, accused: Filing) -> None:
    road.office.give_opinion(accused.number, Stance.PROTESTS, "He is tried here.", desk("FR"))
    with pytest.raises(Conflict, match="bureau FR protests"):
        publish_against_findings(road, accused)
    refused = road.office.decide(accused.number, REFUSE, "Synthetic.", REVIEWER_1, weighed=[A_GROUND])
    assert refused.decisions


def test_a_protest_holds_up_the_countrys_own_nationals_alone(road: Road) -> None:
    first = next(_numbers)
    persons = [{**a_stranger(first + n), "key": key, "nationalities": [country]}
               for n, (key, country) in enumerate((("a", "FR"), ("b", "PT")))]  # fmt: skip
    filing = three_persons(road, persons=persons, background={"crime_under_international_law": True})
    road.office.ask_opinion(filing.number, "FR", "Your national is sought.", REVIEWER_1, protest=True)
    with pytest.raises(Conflict, match="until then bureau FR may protest"):
        road.office.decide(filing.number, PUBLISH, "Synthetic.", REVIEWER_1, [0])
    rules = dict.fromkeys(one.rule for one in filing.examination.of(Verdict.BARRED, Verdict.MISSING))
    assert sign(road, filing.number, PUBLISH, [1], *(reject(rule) for rule in rules)).notices


def test_a_tribunal_needs_no_leave_of_the_country(road: Road) -> None:
    stranger = {**a_stranger(next(_numbers)), "nationalities": ["FR"]}
    background = {"crime_under_international_law": True}
    filing = file(road, road.a_request(bureau="ICC", persons=[stranger], background=background))
    assert publish_against_findings(road, filing).state is FilingState.GRANTED


# --- Closed cases -------------------------------------------------------------------------------------------


def found(road: Road, by: Officer, **query: Any) -> list[tuple[str, str]]:
    with road.office.read() as reader:
        return [(one.request, one.how) for one in search(reader.closed_cases(), Query(**query), by)]


def test_a_refused_person_is_found_by_reviewers_in_any_spelling(road: Road) -> None:
    person = a_person(names=[{"family": "Zubravkin", "given": "Ilarion Petrovich"}], born="1968-11-02", documents=[])
    refused = road.refuse(road.a_request(persons=[person]))
    for name in ("Ilarion Petrovich Zubravkin", "ZUBRAVKIN Ilarion Petrovitch", "Иларион Петрович Зубравкин"):
        assert (refused.number, "refused") in found(road, REVIEWER_1, name=name, born="1968"), name
    assert found(road, REVIEWER_1, name="Wilhelmina Brackenthorpe-Oyelaran") == []


@pytest.mark.parametrize("by", [desk("PT"), officer("PT"), OPERATOR], ids=lambda by: by.name)
def test_closed_cases_are_found_by_nobody_else(road: Road, by: Officer) -> None:
    with pytest.raises(NotAllowed, match="cannot look for closed cases; a reviewer of the office can"):
        found(road, by, name="Ilarion Zubravkin")


@pytest.mark.parametrize(
    ("ground", "meets"), [(Ground.COMPLIANCE, True), (Ground.FULFILLED, False), (Ground.WITHDRAWN, False)]
)
def test_a_recalled_person_is_found_and_meets_a_later_request_if_it_did_not_comply(
    road: Road, ground: Ground, meets: bool
) -> None:
    person = a_stranger(next(_numbers))
    family = person["names"][0]["family"]
    own = facts(f"Words of one case alone, told by nobody else before or after it: {family} shot a baker dead in Faro.")
    warrant = a_warrant(number=f"SYN-{family}")
    granted, number = road.publish(road.a_request(persons=[person], warrants=[warrant], facts=own))
    name = granted.request.persons[0].principal_name
    assert (granted.number, f"recalled: {ground}") not in found(road, REVIEWER_1, name=name)
    road.office.recall(number, ground, desk("PT") if ground is Ground.WITHDRAWN else REVIEWER_1)
    assert (granted.number, f"recalled: {ground}") in found(road, REVIEWER_1, name=name)
    again = file(road, road.a_request(bureau="FR", persons=[person]))
    met = [case for case in again.earlier if case.request == granted.number]
    assert [case.how for case in met] == ([f"recalled: {ground}"] if meets else [])


def test_of_a_request_refused_in_part_only_the_refused_are_found(road: Road) -> None:
    filing = three_persons(road)
    sign(road, filing.number, PUBLISH, [0])
    sign(road, filing.number, REFUSE, [1], A_GROUND)
    with road.office.read() as reader:
        closed = [one for one in reader.closed_cases() if one.filing.number == filing.number]
    names = [person.principal_name for person in filing.request.persons]
    met = [[one.person for one in search(closed, Query(name=name), REVIEWER_1)] for name in names]
    assert 1 in met[1]
    assert not any(n in places for places in met for n in (0, 2))
