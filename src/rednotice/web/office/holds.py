"""Legal holds over HTTP."""

from fastapi import APIRouter
from pydantic import BaseModel

from rednotice.flow.retention import require_holder
from rednotice.model.notice import from_path
from rednotice.model.retention import Hold
from rednotice.model.values import Line, Text
from rednotice.web.office.acting import Acting, TheOffice

router = APIRouter()


class HoldBody(BaseModel):
    """What a hold is on, and why it is placed or lifted."""

    subject: Line
    reason: Text


@router.get("/api/holds", tags=["retention"])
def holds(office: TheOffice, by: Acting) -> list[Hold]:
    """Every legal hold, oldest first."""
    require_holder(by, "see legal holds")
    with office.read() as reader:
        return reader.holds()


@router.post("/api/holds", tags=["retention"], status_code=201)
def place(office: TheOffice, hold: HoldBody, by: Acting) -> Hold:
    """Places a legal hold: what it is on is not erased."""
    return office.place_hold(from_path(hold.subject), hold.reason, by)


@router.post("/api/holds/lift", tags=["retention"])
def lift(office: TheOffice, hold: HoldBody, by: Acting) -> Hold:
    """Lifts a legal hold."""
    return office.lift_hold(from_path(hold.subject), hold.reason, by)
