"""Operation over HTTP: officers, bureaus, and how the office is."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from rednotice.adapters.postgres.circulation import BureauCirculation
from rednotice.adapters.postgres.office import BureauNode
from rednotice.errors import NotAllowed
from rednotice.model.bureau import Officer, Role
from rednotice.model.values import BureauCode, Line, Text
from rednotice.office import Link
from rednotice.web.app import Enrolled
from rednotice.web.office.acting import Acting, TheOffice

router = APIRouter()


class BureauBody(BaseModel):
    """The bureau whose node is to be connected, the key its node signs with, and the key its line shows."""

    bureau: BureauCode
    key: Line
    line_key: Line


class RevocationBody(BaseModel):
    """Why a bureau's keys are taken from it."""

    because: Text


class OfficerBody(BaseModel):
    """Who is to be enrolled."""

    name: Line
    bureau: BureauCode | Literal["OFFICE", "COMMISSION"]
    role: Role
    seconded_from: BureauCode | None = None


class Status(BaseModel):
    """How the office is."""

    log_size: int
    outbox_waiting: int
    reports_rejected: int
    relay_trouble: str | None
    key: str


@router.get("/api/status", tags=["operation"])
def status(office: TheOffice) -> Status:
    """How the office is."""
    with office.read() as reader:
        return Status(
            log_size=reader.log.checkpoint()[0],
            outbox_waiting=reader.waiting(),
            reports_rejected=reader.rejected_reports(),
            relay_trouble=office.relay.trouble,
            key=str(office.key),
        )


@router.get("/api/circulation", tags=["operation"])
def circulation(office: TheOffice, by: Acting) -> list[BureauCirculation]:
    """How each connected bureau's node answers: its last receipt, and since when it owes which number of them."""
    if not by.of_office:
        raise NotAllowed(f"{by.name} ({by.role}, {by.bureau}) cannot see how circulation fares; the office can")
    with office.read() as reader:
        return reader.circulation()


@router.post("/api/officers", tags=["operation"], status_code=201)
def enrol(office: TheOffice, officer: OfficerBody, by: Acting) -> Enrolled:
    """Enrols an officer of the office or of any bureau."""
    enrolled = Officer(name=officer.name, bureau=officer.bureau, role=officer.role, seconded_from=officer.seconded_from)
    return Enrolled(officer=enrolled, token=office.enrol(enrolled, by))


@router.get("/api/officers", tags=["operation"])
def officers(office: TheOffice, by: Acting) -> list[Officer]:
    """Everybody who is enrolled."""
    if by.role is not Role.OPERATOR:
        raise NotAllowed(f"{by.name} ({by.role}) cannot see the officers; an operator can")
    with office.read() as reader:
        return reader.officers()


@router.post("/api/bureaus", tags=["operation"], status_code=201)
def connect_bureau(office: TheOffice, bureau: BureauBody, by: Acting) -> Link:
    """Connects a bureau's node; what comes back is its link."""
    return office.connect_bureau(bureau.bureau, bureau.key, bureau.line_key, by)


@router.get("/api/bureaus", tags=["operation"])
def bureaus(office: TheOffice, by: Acting) -> list[BureauNode]:
    """Every bureau that was connected, with its public keys; revoked ones say since when."""
    if by.role not in (Role.OPERATOR, Role.REVIEWER):
        raise NotAllowed(f"{by.name} ({by.role}) cannot see the bureaus' keys; an operator or a reviewer can")
    return office.database.bureau_nodes()


@router.post("/api/bureaus/{bureau}/revocation", tags=["operation"], status_code=204)
def revoke_bureau(office: TheOffice, bureau: BureauCode, body: RevocationBody, by: Acting) -> None:
    """Takes a bureau's keys from it; its line ends at once."""
    office.revoke_bureau(bureau, body.because, by)
