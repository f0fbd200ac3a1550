"""Cases and letters over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from rednotice.errors import NotFound
from rednotice.flow.work import Letter
from rednotice.model.case import Case, CaseState
from rednotice.model.values import Text
from rednotice.web.app import After
from rednotice.web.office.acting import Acting, TheOffice

router = APIRouter()


class MoveBody(BaseModel):
    """Where a case goes."""

    to: CaseState
    remark: Text | None = None


@router.get("/api/cases", tags=["case"])
def list_cases(office: TheOffice, by: Acting) -> list[Case]:
    """Cases: all for the office, a bureau's own for its officers."""
    with office.read() as reader:
        return reader.cases(None if by.of_office else by.bureau)


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
