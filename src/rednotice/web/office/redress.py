"""Applications of persons concerned over HTTP: for commissioners alone; a desk answers what its bureau was asked."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from rednotice.adapters.postgres.office_reader import Delivery
from rednotice.flow.applications import require_commissioner
from rednotice.model.application import (
    APPLICANT,
    Application,
    ApplicationFile,
    ApplicationState,
    MeasureKind,
    Proposal,
    read_application,
)
from rednotice.model.values import Line, Text
from rednotice.web.app import schema_body
from rednotice.web.office.acting import Acting, Body, TheOffice

router = APIRouter()


class AdmissibilityBody(BaseModel):
    """Whether an application is admissible, why, and which notices and requests it is about."""

    admissible: bool
    reasons: Text
    about: Annotated[list[Line], Field(max_length=1000)] = []


class ReasonsBody(BaseModel):
    """Why."""

    reasons: Text


class MeasureBody(BaseModel):
    """A provisional measure on a notice; its text is what every bureau reads."""

    kind: MeasureKind
    subject: Line
    text: Line | None = None


class HearingBody(BaseModel):
    """What one side is asked: the applicant, or a bureau by its code."""

    side: Line
    question: Text


class AnswerBody(BaseModel):
    """What a side says, and why it may not be disclosed to the other, if it may not."""

    text: Text
    restricted: Text | None = None


class RevisionBody(BaseModel):
    """New facts, and when the applicant learned them."""

    facts: Text
    learned_on: date


class Execution(BaseModel):
    """How the decision fares on one notice or request: what each bureau's node did, and who is silent."""

    subject: str
    answers: list[Delivery]
    silent: list[str]


class ApplicationShown(BaseModel):
    """An application as the commission holds it, and how its decision is executed."""

    file: ApplicationFile
    state: ApplicationState
    execution: list[Execution]


class AnswerTaken(BaseModel):
    """That an answer arrived."""

    application: str
    side: str


@router.post("/api/applications", tags=["redress"], status_code=201, openapi_extra=schema_body("Application"))
def file_application(office: TheOffice, by: Acting, given: Body) -> ApplicationFile:
    """Takes an application, and says whom on file it may be about."""
    require_commissioner(by, "take applications")
    return office.file_application(given.located(read_application), by)


@router.get("/api/applications", tags=["redress"])
def list_applications(office: TheOffice, by: Acting, state: ApplicationState | None = None) -> list[ApplicationShown]:
    """Applications, oldest first."""
    require_commissioner(by, "see applications")
    with office.read() as reader:
        found = reader.applications(state)
    return [ApplicationShown(file=one, state=one.state, execution=[]) for one in found]


@router.get("/api/applications/{number}", tags=["redress"])
def show_application(office: TheOffice, number: str, by: Acting) -> ApplicationShown:
    """An application with all that was asked, said, ordered and decided; and which bureaus' nodes are silent."""
    require_commissioner(by, "see applications")
    with office.read() as reader:
        found = reader.application(number)
        execution = [
            Execution(
                subject=one.subject,
                answers=[done for done in reader.deliveries(one.subject) if done.event >= one.event],
                silent=sorted(reader.silent_about(one.subject, one.event)),
            )
            for one in found.executed
        ]
    return ApplicationShown(file=found, state=found.state, execution=execution)


@router.post("/api/applications/{number}/acknowledgement", tags=["redress"])
def acknowledge(office: TheOffice, number: str, by: Acting) -> ApplicationFile:
    """Records that the applicant was told that the application arrived."""
    return office.acknowledge(number, by)


@router.post("/api/applications/{number}/admissibility", tags=["redress"])
def admit(office: TheOffice, number: str, said: AdmissibilityBody, by: Acting) -> ApplicationFile:
    """Decides whether an application is admissible, and what it is about."""
    return office.admit(number, said.admissible, said.reasons, said.about, by)


@router.post("/api/applications/{number}/extension", tags=["redress"])
def extend(office: TheOffice, number: str, said: ReasonsBody, by: Acting) -> ApplicationFile:
    """Gives the decision more time, once."""
    return office.extend_application(number, said.reasons, by)


@router.post("/api/applications/{number}/measures", tags=["redress"])
def measure(office: TheOffice, number: str, ordered: MeasureBody, by: Acting) -> ApplicationFile:
    """Orders a provisional measure on a notice."""
    return office.measure(number, ordered.kind, ordered.subject, ordered.text, by)


@router.post("/api/applications/{number}/hearings", tags=["redress"])
def hear(office: TheOffice, number: str, asked: HearingBody, by: Acting) -> ApplicationFile:
    """Asks one side; a bureau by letter."""
    return office.hear(number, asked.side, asked.question, by)


@router.post("/api/applications/{number}/answers", tags=["redress"])
def answer(office: TheOffice, number: str, said: AnswerBody, by: Acting) -> AnswerTaken:
    """Takes the answer of a bureau from its desk, or that of the applicant from a commissioner."""
    side = APPLICANT if by.of_commission else by.bureau
    office.answer_commission(number, side, said.text, said.restricted, by)
    return AnswerTaken(application=number, side=side)


@router.post("/api/applications/{number}/decisions", tags=["redress"])
def decide(office: TheOffice, number: str, proposed: Proposal, by: Acting) -> ApplicationFile:
    """Signs a decision. The second signature, of another commissioner, makes it binding."""
    return office.decide_application(number, proposed, by)


@router.post("/api/applications/{number}/execution", tags=["redress"])
def execute(office: TheOffice, number: str, by: Acting) -> ApplicationFile:
    """Carries a decision out at every node."""
    return office.execute(number, by)


@router.post("/api/applications/{number}/revisions", tags=["redress"])
def revise(office: TheOffice, number: str, new: RevisionBody, by: Acting) -> ApplicationFile:
    """Takes a decided application up again, on new facts."""
    return office.revise(number, new.facts, new.learned_on, by)


@router.get("/api/schemas/application", tags=["redress"])
def application_schema() -> dict[str, Any]:
    """The JSON Schema of an application."""
    return Application.model_json_schema()
