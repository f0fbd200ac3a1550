"""Requests and their review over HTTP."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from rednotice.flow.request import as_seen_by, check_request, with_earlier
from rednotice.model.decision import Outcome
from rednotice.model.filing import Filing, FilingState
from rednotice.model.finding import Examination
from rednotice.model.request import Request, read_request
from rednotice.model.values import Text
from rednotice.web.app import schema_body
from rednotice.web.office.acting import Acting, Body, TheOffice

router = APIRouter()


class DecisionBody(BaseModel):
    """A signature under a decision; the reasons come from the first who signs."""

    outcome: Outcome
    reasons: Text | None = None


@router.post("/api/requests/check", tags=["request"], openapi_extra=schema_body("Request"))
def check_document(office: TheOffice, by: Acting, given: Body) -> Examination:  # noqa: ARG001
    """What the rules say of a request, without filing it."""
    today = office.settings.clock().date()
    return check_request(given.located(lambda content: read_request(content, today)), today)


@router.post("/api/requests", tags=["request"], status_code=201, openapi_extra=schema_body("Request"))
def file_request(office: TheOffice, by: Acting, given: Body) -> Filing:
    """Files a request for the officer's bureau."""
    today = office.settings.clock().date()
    return as_seen_by(office.file_request(given.located(lambda content: read_request(content, today)), by), by)


@router.get("/api/requests", tags=["review"])
def list_requests(office: TheOffice, by: Acting, state: FilingState | None = None) -> list[Filing]:
    """Requests, oldest first: all for reviewers, a bureau's own for its desk."""
    with office.read() as reader:
        found = reader.filings(state, None if by.of_office else by.bureau)
        refused = reader.filings(FilingState.REFUSED)
    return [as_seen_by(with_earlier(filing, refused), by) for filing in found]


@router.get("/api/requests/{number}", tags=["review"])
def show_request(office: TheOffice, number: str, by: Acting) -> Filing:
    """A request with its findings, earlier cases and decision."""
    with office.read() as reader:
        filing = with_earlier(reader.filing(number), reader.filings(FilingState.REFUSED))
    return as_seen_by(filing, by)


@router.post("/api/requests/{number}/decisions", tags=["review"])
def decide(office: TheOffice, number: str, decision: DecisionBody, by: Acting) -> Filing:
    """Signs a decision. The second signature, of another reviewer, puts it into effect."""
    return office.decide(number, decision.outcome, decision.reasons, by)


@router.get("/api/schemas/request", tags=["request"])
def request_schema() -> dict[str, Any]:
    """The JSON Schema of a request file."""
    return Request.model_json_schema()
