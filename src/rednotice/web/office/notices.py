"""Notices over HTTP: who has them, recall, and lists."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi import Body as BodyOf
from pydantic import BaseModel

from rednotice.adapters.lists import read_un
from rednotice.adapters.postgres.office import Delivery
from rednotice.errors import NotFound
from rednotice.flow.circulation import Imported, may_read
from rednotice.model.notice import Ground, Notice, Recall, from_path
from rednotice.web.app import Place
from rednotice.web.office.acting import Acting, TheOffice

router = APIRouter()

XML_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/xml": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class RecallBody(BaseModel):
    """Why a notice is recalled."""

    ground: Ground


class CirculatedNotice(BaseModel):
    """A notice with how it fares at the bureaus that are connected."""

    notice: Notice
    recalled: Ground | None
    event: int
    deliveries: list[Delivery]
    silent: list[str]


class NoticeSummary(BaseModel):
    """A notice in a list."""

    control_number: str
    version: int
    colour: str
    bureau: str | None
    name: str | None
    recalled: Ground | None


class NoticeList(BaseModel):
    """A part of the notices, and how many there are."""

    total: int
    notices: list[NoticeSummary]


class ListImport(BaseModel):
    """What became of a list's entries."""

    imported: Imported
    left_out: dict[str, int]
    remarks: list[str]


@router.get("/api/notices", tags=["notice"])
def list_notices(
    office: TheOffice,
    by: Acting,
    in_force: bool | None = None,
    start: Place = 0,
    count: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> NoticeList:
    """Notices in the order of publication."""
    with office.read() as reader:
        total, found = reader.notices(in_force=in_force, start=start, count=count)
    notices = [
        NoticeSummary(
            control_number=one.notice.control_number,
            version=one.notice.version,
            colour=one.notice.colour,
            bureau=one.notice.bureau,
            name=one.notice.name if may_read(one, by) else None,
            recalled=one.recalled,
        )
        for one in found
    ]
    return NoticeList(total=total, notices=notices)


@router.post("/api/notices/{control_number:path}/recall", tags=["notice"])
def recall(office: TheOffice, control_number: str, recalled: RecallBody, by: Acting) -> Recall:
    """Recalls a notice: every node erases it and returns a receipt."""
    return office.recall(from_path(control_number), recalled.ground, by)


@router.get("/api/notices/{control_number:path}", tags=["notice"])
def show_notice(office: TheOffice, control_number: str, by: Acting) -> CirculatedNotice:
    """A notice, which bureaus' nodes hold or erased it, and which are silent about its last version."""
    with office.read() as reader:
        found = reader.notice(from_path(control_number))
        deliveries = reader.deliveries(found.notice.control_number)
    if not may_read(found, by):
        raise NotFound(f"notice {found.notice.control_number} was recalled ({found.recalled})")
    level = {delivery.bureau for delivery in deliveries if delivery.event == found.event}
    silent = [node.bureau for node in office.database.bureau_nodes() if node.bureau not in level]
    return CirculatedNotice(
        notice=found.notice, recalled=found.recalled, event=found.event, deliveries=deliveries, silent=silent
    )


@router.post("/api/lists/un", tags=["notice"], openapi_extra=XML_BODY)
def import_un(office: TheOffice, raw: Annotated[bytes, BodyOf(media_type="application/xml")], by: Acting) -> ListImport:
    """Imports the Security Council's consolidated list as special notices."""
    read = read_un(raw)
    imported = office.import_listings(read.entries, by)
    return ListImport(imported=imported, left_out=read.left_out, remarks=list(read.remarks))
