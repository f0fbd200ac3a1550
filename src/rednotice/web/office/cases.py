"""Cases and letters over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from rednotice.errors import NotFound
from rednotice.flow.work import Letter
from rednotice.model.case import Case, CaseState, DutyKind
from rednotice.model.values import Text
from rednotice.web.app import After
from rednotice.web.office.acting import Acting, TheOffice

router = APIRouter()


class MoveBody(BaseModel):
    """Where a case goes."""

    to: CaseState
    remark: Text | None = None


class DutyBody(BaseModel):
    """What was done."""

    duty: DutyKind
    remark: Text | None = None


@router.get("/api/cases", tags=["case"])
def list_cases(office: TheOffice, by: Acting, neglected: bool = False) -> list[Case]:
    """Cases: all for the office, a bureau's own for its officers; or those whose requesting bureau did not act."""
    with office.read() as reader:
        found = reader.cases(None if by.of_office else by.bureau)
    return [case for case in found if case.neglected or not neglected]


@router.get("/api/cases/{number}", tags=["case"])
def show_case(office: TheOffice, number: str, by: Acting) -> Case:
    """A case with every move."""
    with office.read() as reader:
        case = reader.case(number)
    if not (by.of_office or case.sides(by.bureau)):
        raise NotFound(f"there is no case {number} of bureau {by.bureau}")
    return case


@router.post("/api/cases/{number}/moves", tags=["case"])
def move_case(office: TheOffice, number: str, move: MoveBody, by: Acting) -> Case:
    """Moves a case, as the table of moves allows."""
    return office.move_case(number, move.to, move.remark, by)


@router.post("/api/cases/{number}/duties", tags=["case"])
def fulfil_duty(office: TheOffice, number: str, done: DutyBody, by: Acting) -> Case:
    """Says that the officer's bureau did what it owes in a case."""
    return office.fulfil_duty(number, done.duty, done.remark, by)


@router.get("/api/letters", tags=["case"])
def letters(
    office: TheOffice,
    by: Acting,
    after: After = -1,
    count: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[Letter]:
    """What the office told the officer's bureau, oldest first, after an event."""
    with office.read() as reader:
        return reader.letters(by.bureau, after, count)
