"""Review over HTTP: the queue, questions, opinions, decisions, and closed cases."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from rednotice.errors import NotAllowed
from rednotice.flow.consultation import DAYS_AT_MOST
from rednotice.flow.earlier import ClosedCase, search, with_earlier
from rednotice.flow.review import queue
from rednotice.model.check import Query as Question
from rednotice.model.decision import Outcome, Weighed
from rednotice.model.faults import parse
from rednotice.model.filing import Filing
from rednotice.model.values import BureauCode, Line, Text
from rednotice.web.office.acting import Acting, TheOffice

router = APIRouter()

Days = Annotated[int, Field(ge=1, le=DAYS_AT_MOST)]


class AssignmentBody(BaseModel):
    """Who sees to a request."""

    to: Line | None = Field(None, description="A reviewer's name; None: whoever acts takes it")


class QuestionBody(BaseModel):
    """What the bureau is asked."""

    text: Text
    days: Days | None = Field(None, description="Time for the answer; None: the usual time")


class OpinionBody(BaseModel):
    """What another bureau is asked."""

    bureau: BureauCode
    text: Text
    days: Days | None = Field(None, description="Time for the position; None: the usual time")
    protest: bool = Field(False, description="It is told of a prosecution of its nationals, and may protest")


class DecisionBody(BaseModel):
    """A signature under a decision; reasons and grounds come from the first who signs."""

    outcome: Outcome
    reasons: Text | None = None
    persons: Annotated[list[int], Field(max_length=1_000)] = Field(
        default_factory=list, description="Their places in the request; none: all who are not decided on"
    )
    weighed: Annotated[list[Weighed], Field(max_length=200)] = Field(default_factory=list)


@router.get("/api/review/queue", tags=["review"])
def show_queue(office: TheOffice, by: Acting) -> list[Filing]:
    """The requests that wait for the office: urgent ones first, then the oldest first."""
    if not by.of_office:
        raise NotAllowed(f"{by.name} ({by.role}, {by.bureau}) cannot see the queue of the review; the office can")
    with office.read() as reader:
        waiting = queue(reader.filings())
        closed = reader.closed_cases()
    return [with_earlier(filing, closed) for filing in waiting]


@router.get("/api/review/search", tags=["review"])
def search_closed(
    office: TheOffice,
    by: Acting,
    name: Annotated[str, Query(description="In any spelling or script")],
    born: Annotated[str | None, Query(description="1971-03-05, 1971-03 or 1971")] = None,
) -> list[ClosedCase]:
    """Refused persons, and those whose notices were recalled; for reviewers alone."""
    asked = parse(Question, {"name": name, "born": born}, "query")
    with office.read() as reader:
        return search(reader.closed_cases(), asked, by)


@router.post("/api/requests/{number}/assignment", tags=["review"])
def assign(office: TheOffice, number: str, assignment: AssignmentBody, by: Acting) -> Filing:
    """Takes a request, or assigns it to another reviewer."""
    return office.assign(number, assignment.to, by)


@router.post("/api/requests/{number}/questions", tags=["review"])
def ask(office: TheOffice, number: str, question: QuestionBody, by: Acting) -> Filing:
    """Asks the bureau; the request is incomplete until it answers or the time ends."""
    return office.ask(number, question.text, question.days, by)


@router.post("/api/requests/{number}/opinions", tags=["review"])
def ask_opinion(office: TheOffice, number: str, asked: OpinionBody, by: Acting) -> Filing:
    """Asks another bureau for its position, or tells it that it may protest."""
    return office.ask_opinion(number, asked.bureau, asked.text, by, asked.days, asked.protest)


@router.post("/api/requests/{number}/decisions", tags=["review"])
def decide(office: TheOffice, number: str, decision: DecisionBody, by: Acting) -> Filing:
    """Signs a decision. The second signature, of another reviewer, puts it into effect."""
    return office.decide(number, decision.outcome, decision.reasons, by, decision.persons, decision.weighed)
