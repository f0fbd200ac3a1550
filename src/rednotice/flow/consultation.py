"""Questions to the requesting bureau, and opinions of other bureaus, each with its time limit.

A question makes a request incomplete until it is answered or its time ends (RPD 78). Opinions reach the rules as
positions (RPD 34(3)(d)). Of a prosecution of its nationals for crimes under international law a country is told, and
has thirty days to protest; before, and on a protest, nothing is published (AG-2010-RES-10).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from rednotice.errors import Conflict, InvalidInput, NotAllowed, NotFound
from rednotice.flow.earlier import reexamined
from rednotice.flow.request import amend, move, own_filing, require_open
from rednotice.flow.work import OfficeWork
from rednotice.model.bureau import OFFICE, Officer, Role
from rednotice.model.event import EventKind
from rednotice.model.filing import OPEN, Answer, Filing, FilingState, Opinion, Party, Question
from rednotice.model.finding import Stance
from rednotice.model.request import Request
from rednotice.model.task import Task, TaskKind
from rednotice.model.values import INTERNATIONAL_ENTITIES
from rednotice.rules.figures import figure

DAYS_AT_MOST = 365


# --- What a reviewer may do -------------------------------------------------------------------------------


def for_review(work: OfficeWork, number: str, by: Officer, act: str) -> Filing:
    """A request that is filed and not decided, for a reviewer who may deal with it.

    Raises:
        NotAllowed: if the officer is not a reviewer, or one whom the requesting bureau sent to the office.
        NotFound: if it is a bureau's draft.
        Conflict: if it is decided or withdrawn.
    """
    if by.role is not Role.REVIEWER or not by.of_office:
        raise NotAllowed(f"{by.name} ({by.role}, {by.bureau}) cannot {act}; a reviewer of the office must")
    filing = work.filing(number)
    if filing.state is FilingState.DRAFT:
        raise NotFound(f"there is no request {number}")
    if by.seconded_from == filing.request.bureau:
        raise NotAllowed(
            f"{by.name} ({by.role}, {by.bureau}) cannot {act} on request {number}: bureau {by.seconded_from}, which "
            f"made it, sent {by.name} to the office; a reviewer from elsewhere can"
        )
    return filing


# --- Questions --------------------------------------------------------------------------------------------


def ask(work: OfficeWork, number: str, text: str, days: int | None, by: Officer) -> Filing:
    """Asks the bureau about its request, which is incomplete until it answers or the time ends.

    Args:
        work: the transaction.
        number: the request.
        text: the question.
        days: how long the bureau has; None for the usual time.
        by: the reviewer.

    Raises:
        NotAllowed: if the officer may not review the request.
        Conflict: if it is decided or withdrawn.
    """
    filing = for_review(work, number, by, "ask the bureau")
    require_open(filing)
    if filing.state is not FilingState.INCOMPLETE:
        filing = move(filing, FilingState.INCOMPLETE, Party.REVIEWER)
    due = _due(work.at, days, "answer_days")
    question = Question(number=len(filing.questions) + 1, text=text, asked_by=by.name, asked_at=work.at, due=due)
    filing = filing.model_copy(update={"questions": (*filing.questions, question)})
    work.save_filing(filing)
    work.schedule(Task(kind=TaskKind.ANSWER_DUE, subject=number, due=due, key=str(question.number)))
    content = {"reference": filing.request.reference, "question": question.model_dump(mode="json")}
    work.record(EventKind.QUESTION_ASKED, number, content, letters=[filing.request.bureau])
    return filing


def answer(
    work: OfficeWork, number: str, text: str, by: Officer, question: int | None = None, amended: Request | None = None
) -> Filing:
    """Answers a question; with the request as it reads now, if the answer changes it. Late is better than never.

    Raises:
        NotAllowed: if the officer is not of the bureau's desk.
        InvalidInput: if there is no such question, or it is not said which of several is meant.
        Conflict: if the question is answered, or the request decided or withdrawn.
    """
    filing = own_filing(work, number, by, "answer for")
    require_open(filing)
    asked = _meant(filing, question)
    if amended is not None:
        filing = amend(work, number, amended, by)
    said = asked.model_copy(update={"answer": Answer(text=text, by=by.name, at=work.at)})
    filing = _with_question(filing, said, Party.BUREAU)
    work.save_filing(filing)
    work.unschedule(TaskKind.ANSWER_DUE, number, str(asked.number))
    work.record(EventKind.QUESTION_ANSWERED, number, {"question": said.model_dump(mode="json")})
    return filing


def answer_due(work: OfficeWork, task: Task) -> None:
    """The time for an answer ended: the request goes back to review, and the bureau is told."""
    filing = work.filing(task.subject)
    asked = next((one for one in filing.questions if str(one.number) == task.key), None)
    if asked is None or not asked.is_open or filing.state is not FilingState.INCOMPLETE:
        return
    lapsed = asked.model_copy(update={"lapsed": True})
    filing = _with_question(filing, lapsed, Party.CLOCK)
    work.save_filing(filing)
    content = {"reference": filing.request.reference, "question": lapsed.model_dump(mode="json")}
    work.record(EventKind.QUESTION_LAPSED, filing.number, content, letters=[filing.request.bureau])


def _meant(filing: Filing, number: int | None) -> Question:
    unanswered = [one for one in filing.questions if one.answer is None]
    if number is not None:
        asked = next((one for one in filing.questions if one.number == number), None)
        if asked is None:
            raise InvalidInput.at(
                "question", f"request {filing.number} has no question {number}", "Name one of its questions", "answer"
            )
        if asked.answer:
            raise Conflict(f"question {number} on request {filing.number} is answered already")
        return asked
    if not unanswered:
        raise Conflict(f"no question on request {filing.number} awaits an answer; amend the request instead")
    if len(unanswered) > 1:
        numbers = ", ".join(str(one.number) for one in unanswered)
        raise InvalidInput.at("question", f"{len(unanswered)} questions are open", f"Say which: {numbers}", "answer")
    return unanswered[0]


def _with_question(filing: Filing, changed: Question, party: Party) -> Filing:
    questions = tuple(changed if one.number == changed.number else one for one in filing.questions)
    filing = filing.model_copy(update={"questions": questions})
    if filing.state is FilingState.INCOMPLETE and not any(one.is_open for one in questions):
        return move(filing, FilingState.IN_REVIEW, party)
    return filing


# --- Opinions ---------------------------------------------------------------------------------------------


def ask_opinion(
    work: OfficeWork, number: str, bureau: str, text: str, days: int | None, protest: bool, by: Officer
) -> Filing:
    """Asks another bureau for its position, or tells it of a prosecution of its nationals against which it may protest.

    The bureau is told the persons, the charges and the reviewer's words, not the whole request.

    Raises:
        NotAllowed: if the officer may not review the request.
        InvalidInput: if the bureau is the requesting one.
        Conflict: if it was asked already or gave its position, or the request is decided or withdrawn.
    """
    filing = for_review(work, number, by, "ask for an opinion")
    require_open(filing)
    if bureau == filing.request.bureau:
        raise InvalidInput.at("bureau", "is the requesting bureau", "Ask it a question instead", "opinion")
    standing = filing.opinion_of(bureau)
    if standing and standing.is_awaited(work.at):
        raise Conflict(
            f"bureau {bureau} was asked about request {number} already, and has time until {standing.due:%Y-%m-%d}"
        )
    if standing and standing.stance:
        raise Conflict(f"bureau {bureau} gave its position on request {number} already: {standing.stance}")
    if filing.state is FilingState.FILED:
        filing = move(filing, FilingState.IN_REVIEW, Party.REVIEWER)
    due = _due(work.at, None if protest else days, "protest_days" if protest else "opinion_days")
    opinion = Opinion(bureau=bureau, question=text, asked_by=by.name, asked_at=work.at, due=due, protest=protest)
    filing = _with_opinion(filing, opinion)
    work.save_filing(filing)
    kind = TaskKind.PROTEST_DUE if protest else TaskKind.OPINION_DUE
    work.schedule(Task(kind=kind, subject=number, due=due, key=bureau))
    request = filing.request
    content = {
        "requesting": request.bureau,
        "colour": request.colour,
        "persons": [person.principal_name for person in request.persons],
        "charges": list(dict.fromkeys(one.charge for warrant in request.warrants for one in warrant.offences)),
        "opinion": opinion.model_dump(mode="json"),
    }
    work.record(EventKind.OPINION_ASKED, number, content, letters=[bureau])
    return filing


def give_opinion(work: OfficeWork, number: str, stance: Stance, because: str | None, by: Officer) -> Opinion:
    """A bureau gives its position on another bureau's request, asked or of its own accord; it may change it later.

    Raises:
        NotAllowed: if the officer is of no bureau's desk, or of the requesting bureau.
        NotFound: if there is no such request.
        Conflict: if it is decided or withdrawn.
    """
    filing = work.filing(number)
    if by.role is not Role.DESK or by.bureau in (OFFICE, filing.request.bureau):
        raise NotAllowed(
            f"{by.name} ({by.role}, {by.bureau}) cannot give an opinion on request {number}; "
            "the desk of a bureau that did not make it can"
        )
    if filing.state is FilingState.DRAFT:
        raise NotFound(f"there is no request {number}")
    require_open(filing)
    asked = filing.opinion_of(by.bureau) or Opinion(bureau=by.bureau)
    opinion = asked.model_copy(update={"stance": stance, "because": because, "given_by": by.name, "given_at": work.at})
    filing = reexamined(_with_opinion(filing, opinion), work.closed_cases())
    work.save_filing(filing)
    for kind in (TaskKind.OPINION_DUE, TaskKind.PROTEST_DUE):
        work.unschedule(kind, number, by.bureau)
    work.record(EventKind.OPINION_GIVEN, number, {"opinion": opinion.model_dump(mode="json")})
    return opinion


def opinion_due(work: OfficeWork, task: Task) -> None:
    """The time for an opinion or a protest ended: review goes on without."""
    filing = work.filing(task.subject)
    opinion = filing.opinion_of(task.key)
    if opinion is None or opinion.stance or filing.state not in OPEN:
        return
    lapsed = opinion.model_copy(update={"lapsed": True})
    work.save_filing(reexamined(_with_opinion(filing, lapsed), work.closed_cases()))
    work.record(EventKind.OPINION_LAPSED, filing.number, {"opinion": lapsed.model_dump(mode="json")})


def no_protest_stands(filing: Filing, persons: Sequence[int], at: datetime) -> None:
    """Sees to it that countries which may protest were told, and that their time ended without a protest.

    Raises:
        Conflict: if one was not told, may still protest, or protests.
    """
    number, told = filing.number, {one.bureau: one for one in filing.opinions if one.protest}
    must_be_told = _countries_that_may_protest(filing.request, persons)
    for country in sorted({*must_be_told, *told}):
        opinion = filing.opinion_of(country)
        if opinion is None or (not opinion.protest and opinion.stance is None):
            raise Conflict(
                f"request {number} is about a crime under international law and nationals of {country}: "
                f"tell bureau {country} first, which may protest (AG-2010-RES-10)"
            )
        if opinion.is_awaited(at):
            raise Conflict(
                f"request {number} cannot be published before {opinion.due:%Y-%m-%d}: until then bureau {country} may "
                "protest (AG-2010-RES-10)"
            )
        if opinion.stance is Stance.PROTESTS:
            raise Conflict(f"request {number} cannot be published: bureau {country} protests (AG-2010-RES-10)")


def _countries_that_may_protest(request: Request, persons: Sequence[int]) -> set[str]:
    """The countries of those sought by another country for crimes under international law."""
    background = request.background
    if not background or not background.crime_under_international_law or request.bureau in INTERNATIONAL_ENTITIES:
        return set()
    sought = [request.persons[n].nationalities for n in persons]
    return {country for countries in sought if request.bureau not in countries for country in countries}


def _with_opinion(filing: Filing, opinion: Opinion) -> Filing:
    others = tuple(one for one in filing.opinions if one.bureau != opinion.bureau)
    return filing.model_copy(update={"opinions": (*others, opinion)})


def _due(at: datetime, days: int | None, usual: str) -> datetime:
    if days is not None and not 1 <= days <= DAYS_AT_MOST:
        raise InvalidInput.at("days", f"{days} days cannot be given", f"Give 1 to {DAYS_AT_MOST}")
    return at + timedelta(days=figure(usual, at.date()) if days is None else days)
