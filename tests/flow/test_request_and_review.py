"""A request is filed once, decided by two persons, and stays decided."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest

from rednotice.adapters.request_file import read_file
from rednotice.cli.laptop import EXAMPLES
from rednotice.errors import Conflict, InvalidInput, NotAllowed, NotFound
from rednotice.flow.work import Letter
from rednotice.model.bureau import Officer
from rednotice.model.decision import Outcome
from rednotice.model.event import EventKind
from rednotice.model.filing import Filing, FilingState
from rednotice.model.finding import Advice, Verdict
from rednotice.model.request import Request, read_request
from tests.builders import (
    A_GROUND,
    REVIEWER_1,
    REVIEWER_2,
    TODAY,
    a_document,
    a_person,
    a_warrant,
    an_offence,
    desk,
    facts,
)
from tests.conftest import Road, eventually
from tests.flow.test_circulation import happened_since, last_checkpoint, prove_the_log

T = TypeVar("T")
PUBLISH, REFUSE = Outcome.PUBLISH, Outcome.REFUSE
REVIEWER_3 = REVIEWER_1.model_copy(update={"name": "reviewer-3"})


@pytest.fixture(autouse=True, scope="module")
def the_log_stays_whole(road: Road) -> Iterator[None]:
    before = last_checkpoint(road)
    yield
    prove_the_log(road, since=before)


def file(road: Road, request: Request) -> Filing:
    return road.office.file_request(request, desk(request.bureau))


def decide(road: Road, number: str, outcome: Outcome, reasons: str | None, by: Officer) -> Filing:
    """Signs; a refusal on a ground of the reviewer's own, since nothing speaks against an ordinary request."""
    return road.office.decide(number, outcome, reasons, by, weighed=[A_GROUND] if outcome is REFUSE else [])


def letters(road: Road, bureau: str, about: str) -> list[Letter]:
    with road.office.read() as reader:
        return [letter for letter in reader.letters(bureau, count=100_000) if letter.subject == about]


def an_example(name: str, reference: str, **changes: Any) -> Request:
    """An example, under a reference of the test's own."""
    return read_request({**read_file(EXAMPLES / name).content, "reference": reference, **changes}, TODAY)


def at_once(act: Callable[[], T], times: int = 6) -> list[T | Conflict]:
    """What becomes of an act that so many do at the same moment."""

    def one(_: int) -> T | Conflict:
        try:
            return act()
        except Conflict as refused:
            return refused

    with ThreadPoolExecutor(times) as many:
        return list(many.map(one, range(times)))


# --- Filing -------------------------------------------------------------------------------------------------


def test_the_same_request_filed_twice_is_one_request(road: Road) -> None:
    request = road.a_request()
    first = file(road, request)
    before = last_checkpoint(road)
    assert file(road, request) == first
    assert happened_since(road, before) == []


def test_the_same_request_filed_at_the_same_moment_is_one_request(road: Road) -> None:
    request = road.a_request()
    numbers = {filed.number for filed in at_once(lambda: file(road, request)) if isinstance(filed, Filing)}
    with road.office.read() as reader:
        stored = [one.number for one in reader.filings() if one.request.reference == request.reference]
    assert list(numbers) == stored


def test_a_reference_is_not_used_for_another_request(road: Road) -> None:
    first = road.a_request()
    number = file(road, first).number
    other = road.a_request(reference=first.reference)
    with pytest.raises(Conflict, match=f"bureau PT used the reference {first.reference} for request {number}"):
        file(road, other)
    assert file(road, road.a_request(reference=first.reference, bureau="ES")).number != number


def test_requests_are_numbered_without_gaps_even_if_one_is_refused_at_the_door(road: Road) -> None:
    numbers = [file(road, road.a_request()).number]
    with pytest.raises(NotAllowed):
        road.office.file_request(road.a_request(), desk("ES"))
    numbers.append(file(road, road.a_request()).number)
    first, second = (int(number.rpartition("-")[2]) for number in numbers)
    assert second == first + 1


def test_a_request_that_cannot_be_handled_is_not_stored(road: Road) -> None:
    request = road.a_request(colour="blue")
    with pytest.raises(InvalidInput):
        file(road, request)
    with road.office.read() as reader:
        assert request.reference not in [one.request.reference for one in reader.filings()]


# --- Two signatures -----------------------------------------------------------------------------------------


def test_one_signature_decides_nothing(road: Road) -> None:
    number = file(road, road.a_request()).number
    proposed = decide(road, number, PUBLISH, "Every condition is met.", REVIEWER_1)
    assert (proposed.state, proposed.notices) == (FilingState.IN_REVIEW, ())
    assert letters(road, "PT", number) == []


def test_one_person_cannot_sign_twice(road: Road) -> None:
    number = file(road, road.a_request()).number
    decide(road, number, PUBLISH, "Every condition is met.", REVIEWER_1)
    with pytest.raises(NotAllowed, match="reviewer-1 has signed already; the second signature must be another"):
        decide(road, number, PUBLISH, "Every condition is met.", REVIEWER_1)


@pytest.mark.parametrize(("proposed", "other"), [(PUBLISH, REFUSE), (REFUSE, PUBLISH)])
def test_the_second_reviewer_cannot_sign_another_outcome(road: Road, proposed: Outcome, other: Outcome) -> None:
    number = file(road, road.a_request()).number
    decide(road, number, proposed, "Synthetic.", REVIEWER_1)
    with pytest.raises(Conflict, match=f"reviewer-1 proposed to {proposed} request {number}; sign that, or have"):
        decide(road, number, other, "Synthetic.", REVIEWER_2)
    assert decide(road, number, proposed, None, REVIEWER_2).in_effect


def test_the_second_signature_stands_under_the_reasons_of_the_first(road: Road) -> None:
    number = file(road, road.a_request()).number
    decide(road, number, REFUSE, "The first reasons.", REVIEWER_1)
    (decision,) = decide(road, number, REFUSE, "Other reasons.", REVIEWER_2).decisions
    assert decision.reasons == "The first reasons."
    signed = [(signature.officer, signature.remark) for signature in decision.signatures]
    assert signed == [("reviewer-1", None), ("reviewer-2", "Other reasons.")]


def test_whoever_proposed_may_propose_the_opposite_until_another_signs(road: Road) -> None:
    number = file(road, road.a_request()).number
    decide(road, number, PUBLISH, "Every condition is met.", REVIEWER_1)
    with pytest.raises(InvalidInput):
        decide(road, number, REFUSE, None, REVIEWER_1)
    (decision,) = decide(road, number, REFUSE, "On second thoughts.", REVIEWER_1).decisions
    assert (decision.outcome, decision.reasons, len(decision.signatures)) == (REFUSE, "On second thoughts.", 1)
    refused = decide(road, number, REFUSE, None, REVIEWER_2)
    with pytest.raises(Conflict, match="a decision in effect is not changed"):
        decide(road, refused.number, PUBLISH, "Third thoughts.", REVIEWER_1)


@pytest.mark.parametrize("reasons", [None, ""])
def test_a_decision_gives_reasons(road: Road, reasons: str | None) -> None:
    number = file(road, road.a_request()).number
    with pytest.raises(InvalidInput) as refused:
        decide(road, number, REFUSE, reasons, REVIEWER_1)
    assert str(refused.value.faults[0]) == "reasons: is missing. Say why; the bureau receives these words."


@pytest.mark.parametrize("outcome", [PUBLISH, REFUSE])
@pytest.mark.parametrize("again", [PUBLISH, REFUSE])
def test_a_decision_in_effect_is_not_changed(road: Road, outcome: Outcome, again: Outcome) -> None:
    number = file(road, road.a_request()).number
    for reviewer in (REVIEWER_1, REVIEWER_2):
        decided = decide(road, number, outcome, "Synthetic.", reviewer)
    with pytest.raises(Conflict, match=f"request {number} is {decided.state}; a decision in effect is not changed"):
        decide(road, number, again, "Second thoughts.", REVIEWER_3)
    with road.office.read() as reader:
        assert reader.filing(number) == decided


def test_of_two_who_sign_second_at_the_same_moment_one_does(road: Road) -> None:
    number = file(road, road.a_request()).number
    decide(road, number, PUBLISH, "Every condition is met.", REVIEWER_1)
    signed = at_once(lambda: decide(road, number, PUBLISH, None, REVIEWER_2))
    granted = [filing for filing in signed if isinstance(filing, Filing)]
    assert len(granted) == 1
    assert len(granted[0].notices) == 1


def test_a_request_that_is_not_there_is_not_decided(road: Road) -> None:
    with pytest.raises(NotFound, match="there is no request R-1999-1"):
        decide(road, "R-1999-1", REFUSE, "Synthetic.", REVIEWER_1)


# --- What forbids publication -------------------------------------------------------------------------------

FORBIDS: dict[str, tuple[dict[str, Any], Verdict, str]] = {
    "a debt": (
        {
            "warrants": [a_warrant(offences=[an_offence("Issuing a cheque without cover")])],
            "facts": facts("The person sought issued a cheque without cover to a private creditor."),
        },
        Verdict.BARRED,
        "83(1)(a)(i)",
    ),
    "a year of imprisonment at most": (
        {"warrants": [a_warrant(offences=[an_offence("Theft", months=12)])]},
        Verdict.BARRED,
        "83(1)(a)(ii)",
    ),
    "no identity": ({"persons": [{"remark": "Not named."}]}, Verdict.MISSING, "83(2)(a)"),
    "no warrant": ({"warrants": []}, Verdict.MISSING, "83(2)(b)"),
    "no assurances": ({"assurances": None}, Verdict.MISSING, "84"),
}


@pytest.mark.parametrize(("changes", "verdict", "article"), FORBIDS.values(), ids=FORBIDS)
def test_what_is_barred_or_missing_cannot_be_published(
    road: Road, changes: dict[str, Any], verdict: Verdict, article: str
) -> None:
    filing = file(road, road.a_request(**changes))
    assert any(article in finding.citation for finding in filing.examination.of(verdict))
    with pytest.raises(Conflict, match="cannot be published while these stand against it: ") as refused:
        decide(road, filing.number, PUBLISH, "It should be.", REVIEWER_1)
    assert article in str(refused.value)
    with road.office.read() as reader:
        assert reader.filing(filing.number).decisions == ()


# --- Refusal ------------------------------------------------------------------------------------------------


def test_a_refused_request_circulates_nothing_and_stays_refused(road: Road) -> None:
    before = last_checkpoint(road)
    refused = road.refuse(road.a_request())
    assert (refused.state, refused.notices) == (FilingState.REFUSED, ())
    with road.office.read() as reader:
        _, notices = reader.notices(in_force=None, start=0, count=100_000)
        assert reader.filing(refused.number) == refused
    assert happened_since(road, before) == ["request.filed", "decision.signed", "decision.signed", "request.refused"]
    assert not any(circulated.notice.request == refused.number for circulated in notices)


def test_a_refusal_reaches_the_bureaus_node_with_findings_and_citations(road: Road) -> None:
    refused = road.refuse(road.a_request(bureau="ES", assurances=None), "No assurance that extradition is sought.")

    def arrived() -> Letter | None:
        with road.nodes["ES"].read() as reader:
            return next((one for one in reader.letters(count=10_000) if one.subject == refused.number), None)

    letter = eventually(arrived, f"the letter on {refused.number}")
    assert letter.kind is EventKind.REQUEST_REFUSED
    assert letter.content["reference"] == refused.request.reference
    assert letter.content["decision"]["reasons"] == "No assurance that extradition is sought."
    against = refused.examination.of(Verdict.BARRED, Verdict.MISSING)
    assert against
    told = letter.content["decision"]["findings"]
    assert [finding["rule"] for finding in told] == [finding.rule for finding in against]
    assert letter.content["decision"]["citations"] == list(dict.fromkeys(finding.citation for finding in against))
    with road.nodes["NZ"].read() as reader:
        assert all(one.subject != refused.number for one in reader.letters(count=10_000))


def test_a_refusal_against_which_no_finding_speaks_needs_a_ground_of_the_reviewers_own(road: Road) -> None:
    own = "A synthetic kidnapping at a lighthouse, told in words that no other request of these tests uses at all."
    nobody_else = a_person(names=[{"family": "Quixelbourne", "given": "Hesper"}], born="1931")
    warrant = a_warrant(number="SYN-lighthouse")
    filing = file(road, road.a_request(facts=facts(own), persons=[nobody_else], warrants=[warrant]))
    with pytest.raises(InvalidInput) as refused:
        road.office.decide(filing.number, REFUSE, "It should not be.", REVIEWER_1)
    assert str(refused.value.faults[0]).startswith("weighed: a refusal must rest on a ground")
    (decision,) = decide(road, filing.number, REFUSE, "It should not be.", REVIEWER_1).decisions
    assert (decision.weighed, decision.findings, decision.citations) == ((A_GROUND,), (), ("RPD 86",))


def test_a_refusal_that_rests_on_doubts_cites_them_and_the_letter_names_them(road: Road) -> None:
    refused = road.refuse(road.a_request(language="fr"))
    doubts = {finding.citation for finding in refused.examination.of(Verdict.DOUBTFUL)}
    assert set(refused.decisions[0].citations) == doubts
    with road.office.read() as reader:
        (letter,) = [one for one in reader.letters("PT", count=100_000) if one.subject == refused.number]
    assert {finding["citation"] for finding in letter.content["decision"]["findings"]} == doubts


def test_the_case_of_2020_is_refused_under_article_3_and_met_by_the_next_attempt(road: Road) -> None:
    filing = file(road, an_example("2020-case.yaml", "flow test, 2020"))
    barred = filing.examination.of(Verdict.BARRED)
    assert filing.examination.recommendation.advice is Advice.REFUSE
    assert any("Article 3" in finding.citation for finding in barred)
    with pytest.raises(Conflict, match="Article 3"):
        decide(road, filing.number, PUBLISH, "It should be.", REVIEWER_1)
    road.refuse(filing.request, "A military act between states.")
    again = file(road, an_example("2020-case-again.yaml", "flow test, second attempt"))
    (met,) = [case for case in again.earlier if case.request == filing.number]
    assert any(same.startswith("the same person (") for same in met.same)
    assert met.reasons == "A military act between states."
    assert met.citations
    shown = [finding.because for finding in again.examination.of(Verdict.DOUBTFUL) if finding.rule == "refused_before"]
    assert any(filing.number in because for because in shown)


# --- A later request meets the refusal ------------------------------------------------------------------------

REFUSED_PERSON = {"names": [{"family": "Soleymandar", "given": "Yusuf Karim"}], "born": "1971-05-02", "documents": []}
ANOTHER_SUMMARY = "Gold was taken from a vault in the harbour by two men who were seen by the keeper of the gate."
AGAIN: dict[str, dict[str, Any]] = {
    "in the same words": {},
    "with letters transposed": {"names": [{"full": "Yusuf Karim Solyemandar"}]},
    "family name first": {"names": [{"full": "SOLEYMANDAR Yusuf Karim"}]},
    "in another spelling": {"names": [{"full": "Youssef Kareem Soleimandar"}]},
    "as an alias": {"names": [{"full": "Nadir Ostrelbi"}, {"full": "Yusuf Karim Soleymandar", "kind": "alias"}]},
    "in Cyrillic": {"names": [{"full": "Юсуф Карим Солеймандар"}]},
    "in Arabic": {"names": [{"full": "يوسف كريم سليمندار"}]},
}


@pytest.fixture(scope="module")
def refused_before(road: Road) -> Filing:
    request = road.a_request(
        persons=[a_person(**REFUSED_PERSON)], facts=facts("A pamphlet was printed and handed out.")
    )
    return road.refuse(request)


@pytest.mark.parametrize("person", AGAIN.values(), ids=AGAIN)
def test_a_later_request_for_the_person_meets_the_refusal(
    road: Road, refused_before: Filing, person: dict[str, Any]
) -> None:
    persons = [a_person(**{**REFUSED_PERSON, **person})]
    again = file(road, road.a_request(bureau="FR", persons=persons, facts=facts(ANOTHER_SUMMARY)))
    met = [case for case in again.earlier if case.request == refused_before.number]
    assert [case.same for case in met] == [("the same person (Yusuf Karim Soleymandar)",)]
    assert met[0].reasons == refused_before.decisions[0].reasons


def test_a_later_request_on_the_same_warrant_or_the_same_facts_meets_the_refusal(road: Road) -> None:
    summary = "A lighthouse was set on fire on the second night of the feast, and its keeper died of burns."
    one = a_person(names=[{"full": "Wendelin Okkersum"}], born="1951", documents=[])
    another = a_person(names=[{"full": "Balthazar Xiquenes"}], born="1989", documents=[])
    earlier = road.refuse(
        road.a_request(persons=[one], warrants=[a_warrant(number="SYN-LIGHT-1")], facts=facts(summary))
    )

    def same(**changes: Any) -> list[tuple[str, ...]]:
        filed = file(road, road.a_request(persons=[another], **changes))
        return [case.same for case in filed.earlier if case.request == earlier.number]

    assert same(warrants=[a_warrant(number="SYN-LIGHT-1")], facts=facts(ANOTHER_SUMMARY)) == [
        ("the same warrant (SYN-LIGHT-1)",)
    ]
    assert same(facts=facts(summary.replace("the second night of ", ""))) == [("the same facts",)]
    # The number of a warrant says nothing in another country.
    assert same(bureau="FR", warrants=[a_warrant(number="SYN-LIGHT-1")], facts=facts(ANOTHER_SUMMARY)) == []
    assert same(facts=facts(ANOTHER_SUMMARY)) == []


# --- Publication --------------------------------------------------------------------------------------------


def test_a_request_for_three_persons_gives_three_notices_each_with_its_own_warrants(road: Road) -> None:
    persons = [{**road.a_request().persons[0].model_dump(mode="json", exclude_none=True), "key": key} for key in "abc"]
    warrants = [a_warrant(number="SYN-ALL"), a_warrant(number="SYN-B", persons=["b"])]
    request = read_request(a_document(persons=persons, warrants=warrants), TODAY)
    number = file(road, request).number
    for reviewer in (REVIEWER_1, REVIEWER_2):
        granted = decide(road, number, PUBLISH, "Every condition is met.", reviewer)
    with road.office.read() as reader:
        notices = [reader.notice(control_number).notice for control_number in granted.notices]
    assert granted.state is FilingState.GRANTED
    assert len(set(granted.notices)) == 3
    assert [notice.person for notice in notices] == list(request.persons)
    assert [[warrant.number for warrant in notice.warrants] for notice in notices] == [
        ["SYN-ALL"],
        ["SYN-ALL", "SYN-B"],
        ["SYN-ALL"],
    ]


def test_the_bureau_is_told_of_the_notices_that_were_published(road: Road) -> None:
    granted, number = road.publish()
    (letter,) = letters(road, "PT", granted.number)
    assert letter.kind is EventKind.REQUEST_GRANTED
    assert (letter.content["reference"], letter.content["notices"]) == (granted.request.reference, [number])
