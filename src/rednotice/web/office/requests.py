"""Requests over HTTP: what a bureau does with its own, and says of another's. Their review: `review`."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from rednotice.errors import NotFound
from rednotice.flow.earlier import with_earlier
from rednotice.flow.request import as_seen_by, check_request, may_see
from rednotice.letters import letter
from rednotice.model.filing import Filing, FilingState, Opinion
from rednotice.model.finding import Examination, Stance
from rednotice.model.request import Language, Request, read_request
from rednotice.model.values import Line, Text
from rednotice.office import Office
from rednotice.web.app import schema_body
from rednotice.web.office.acting import Acting, Body, TheOffice

router = APIRouter()


class WithdrawalBody(BaseModel):
    """Why a request is withdrawn."""

    because: Text | None = None


class AnswerBody(BaseModel):
    """The answer to a question; with the whole request as it reads now, if the answer changes it."""

    text: Text
    question: int | None = Field(None, description="Its number, if several are open")
    request: Any = Field(None, description="The request as it reads now")


class PositionBody(BaseModel):
    """What a bureau thinks of another bureau's request."""

    stance: Stance
    because: Text | None = None


class LetterText(BaseModel):
    """The letter on a decision, in one language."""

    request: Line
    language: Language
    text: str


def _read(office: Office, content: object) -> Request:
    return read_request(content, office.settings.clock().date())


@router.post("/api/requests/check", tags=["request"], openapi_extra=schema_body("Request"))
def check_document(office: TheOffice, by: Acting, given: Body) -> Examination:  # noqa: ARG001
    """What the rules say of a request, without filing it."""
    return check_request(given.located(lambda content: _read(office, content)), office.settings.clock().date())


@router.post("/api/requests", tags=["request"], status_code=201, openapi_extra=schema_body("Request"))
def file_request(office: TheOffice, by: Acting, given: Body) -> Filing:
    """Files a request for the officer's bureau."""
    return as_seen_by(office.file_request(given.located(lambda content: _read(office, content)), by), by)


@router.post("/api/requests/drafts", tags=["request"], status_code=201, openapi_extra=schema_body("Request"))
def draft_request(office: TheOffice, by: Acting, given: Body) -> Filing:
    """Keeps a draft for the bureau's desk, in place of one of the same reference; nobody else sees it."""
    return as_seen_by(office.draft_request(given.located(lambda content: _read(office, content)), by), by)


@router.post("/api/requests/{number}/filing", tags=["request"], status_code=201)
def file_draft(office: TheOffice, number: str, by: Acting) -> Filing:
    """Files a draft as it stands; it gets the number of a request."""
    return as_seen_by(office.file_draft(number, by), by)


@router.post("/api/requests/{number}/amendments", tags=["request"], openapi_extra=schema_body("Request"))
def amend_request(office: TheOffice, number: str, by: Acting, given: Body) -> Filing:
    """Takes the whole document anew, while the request is not decided."""
    return as_seen_by(office.amend_request(number, given.located(lambda content: _read(office, content)), by), by)


@router.post("/api/requests/{number}/withdrawal", tags=["request"])
def withdraw_request(office: TheOffice, number: str, withdrawal: WithdrawalBody, by: Acting) -> Filing:
    """Withdraws a request that is not decided; of a draft nothing is kept."""
    return as_seen_by(office.withdraw_request(number, withdrawal.because, by), by)


@router.post("/api/requests/{number}/answers", tags=["request"])
def answer(office: TheOffice, number: str, said: AnswerBody, by: Acting) -> Filing:
    """Answers a question of the office."""
    amended = None if said.request is None else _read(office, said.request)
    return as_seen_by(office.answer(number, said.text, by, said.question, amended), by)


@router.post("/api/requests/{number}/positions", tags=["request"])
def give_opinion(office: TheOffice, number: str, position: PositionBody, by: Acting) -> Opinion:
    """Gives the position of the officer's bureau on another bureau's request, asked or of its own accord."""
    return office.give_opinion(number, position.stance, position.because, by)


@router.get("/api/requests", tags=["request"])
def list_requests(office: TheOffice, by: Acting, state: FilingState | None = None) -> list[Filing]:
    """Requests, oldest first: all for reviewers, a bureau's own for its desk."""
    with office.read() as reader:
        found = reader.filings(state, None if by.of_office else by.bureau)
        closed = reader.closed_cases()
    return [as_seen_by(with_earlier(filing, closed), by) for filing in found if may_see(filing, by)]


@router.get("/api/requests/{number}", tags=["request"])
def show_request(office: TheOffice, number: str, by: Acting) -> Filing:
    """A request with its findings, earlier cases, questions and decisions."""
    with office.read() as reader:
        filing = with_earlier(reader.filing(number), reader.closed_cases())
    return as_seen_by(filing, by)


@router.get("/api/requests/{number}/letter", tags=["request"])
def show_letter(
    office: TheOffice,
    number: str,
    by: Acting,
    language: Annotated[Language | None, Query(description="None: that of the request")] = None,
    person: Annotated[int | None, Query(ge=0, description="The person it is about; None: the last letter")] = None,
) -> LetterText:
    """The letter by which the bureau is told of a decision, in any official language."""
    with office.read() as reader:
        filing = as_seen_by(reader.filing(number), by)
    about = [decision for decision in filing.in_effect if person is None or decision.covers(person)]
    if not about:
        raise NotFound(f"no decision is in effect on request {number}" + (f", persons[{person}]" if person else ""))
    wanted = language or filing.request.language
    return LetterText(request=number, language=wanted, text=letter(filing, about[-1], wanted))


@router.get("/api/schemas/request", tags=["request"])
def request_schema() -> dict[str, Any]:
    """The JSON Schema of a request file."""
    return Request.model_json_schema()
