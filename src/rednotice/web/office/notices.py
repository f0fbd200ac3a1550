"""Notices over HTTP: who has them, their life from version to recall, and lists."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi import Body as BodyOf
from pydantic import BaseModel, Field

from rednotice.adapters.lists import read_un
from rednotice.adapters.postgres.office_reader import Delivery, Happened
from rednotice.errors import NotAllowed, NotFound
from rednotice.flow.circulation import Imported, may_read, silent
from rednotice.flow.work import Circulated
from rednotice.log.report import Action
from rednotice.model.bureau import Officer
from rednotice.model.notice import Ground, Notice, Recall, Remark, from_path
from rednotice.model.request import read_request
from rednotice.model.values import Line, Text
from rednotice.web.app import Place, schema_body
from rednotice.web.office.acting import Acting, Body, TheOffice

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


class AdditionBody(BaseModel):
    """A caveat or an addendum."""

    kind: Remark
    text: Text


class SuspensionBody(BaseModel):
    """Why a notice is suspended, in a line."""

    because: Line


class ExtensionBody(BaseModel):
    """Why a notice is still needed."""

    reasons: Text


class NoticeState(BaseModel):
    """A notice in its last version, and whether it is in force."""

    notice: Notice
    recalled: Ground | None
    suspended: str | None
    suspended_by: str | None
    event: int


class CirculatedNotice(NoticeState):
    """A notice with its history, and how it fares at the bureaus that are connected."""

    history: list[Happened]
    deliveries: list[Delivery]
    silent: list[str]
    silent_since: datetime | None = Field(description="When the version that they owe a receipt for was circulated")


class NoticeSummary(BaseModel):
    """A notice in a list."""

    control_number: str
    version: int
    colour: str
    bureau: str | None
    name: str | None
    recalled: Ground | None
    suspended: bool


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
    """Notices in the order of publication; without the name where the officer's bureau may not read one."""
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
            suspended=one.suspended is not None,
        )
        for one in found
    ]
    return NoticeList(total=total, notices=notices)


@router.post("/api/notices/{control_number:path}/recall", tags=["notice"])
def recall(office: TheOffice, control_number: str, recalled: RecallBody, by: Acting) -> Recall:
    """Recalls a notice: every node erases it and returns a receipt."""
    return office.recall(from_path(control_number), recalled.ground, by)


@router.post("/api/notices/{control_number:path}/versions", tags=["notice"], openapi_extra=schema_body("Request"))
def update_notice(office: TheOffice, control_number: str, by: Acting, given: Body) -> Notice:
    """Puts new data into a notice: the whole request as it should read now, with the person of this notice alone."""
    today = office.settings.clock().date()
    changed = given.located(lambda content: read_request(content, today))
    return office.update_notice(from_path(control_number), changed, by)


@router.post("/api/notices/{control_number:path}/additions", tags=["notice"])
def add_to_notice(office: TheOffice, control_number: str, addition: AdditionBody, by: Acting) -> Notice:
    """Adds a caveat or an addendum."""
    return office.add_to_notice(from_path(control_number), addition.kind, addition.text, by)


@router.post("/api/notices/{control_number:path}/suspend", tags=["notice"])
def suspend(office: TheOffice, control_number: str, suspension: SuspensionBody, by: Acting) -> NoticeState:
    """Takes a notice out of force for a time: nodes drop it and return a receipt."""
    return _state(office.suspend(from_path(control_number), suspension.because, by))


@router.post("/api/notices/{control_number:path}/lift", tags=["notice"])
def lift(office: TheOffice, control_number: str, by: Acting) -> NoticeState:
    """Puts a suspended notice back into force, as a new version."""
    return _state(office.lift(from_path(control_number), by))


@router.post("/api/notices/{control_number:path}/extend", tags=["notice"])
def extend(office: TheOffice, control_number: str, extension: ExtensionBody, by: Acting) -> Notice:
    """Says that a notice is still needed; it is kept for as long again."""
    return office.extend(from_path(control_number), extension.reasons, by)


@router.get("/api/notices/{control_number:path}", tags=["notice"])
def show_notice(office: TheOffice, control_number: str, by: Acting) -> CirculatedNotice:
    """A notice, its history, which bureaus' nodes hold or erased it, and which owe a receipt."""
    with office.read() as reader:
        found = reader.notice(from_path(control_number))
        number = found.notice.control_number
        deliveries, history = reader.deliveries(number), reader.history(number)
    _require_readable(found, by)
    answers = {one.bureau: (one.event, Action(one.action)) for one in deliveries}
    connected = [node.bureau for node in office.database.bureau_nodes()]
    owing = silent(found, connected, answers)
    return CirculatedNotice(
        **_state(found).model_dump(),
        history=history,
        deliveries=deliveries,
        silent=owing,
        silent_since=next((one.at for one in history if owing and one.event == found.event), None),
    )


@router.post("/api/lists/un", tags=["notice"], openapi_extra=XML_BODY)
def import_un(office: TheOffice, raw: Annotated[bytes, BodyOf(media_type="application/xml")], by: Acting) -> ListImport:
    """Imports the Security Council's consolidated list as special notices."""
    read = read_un(raw)
    imported = office.import_listings(read.entries, by)
    return ListImport(imported=imported, left_out=read.left_out, remarks=list(read.remarks))


def _require_readable(found: Circulated, by: Officer) -> None:
    number = found.notice.control_number
    if may_read(found, by):
        return
    if not found.notice.may_have(by.bureau):
        raise NotAllowed(
            f"{by.name} ({by.role}, {by.bureau}) cannot read {number}; the office and the bureaus that may have it can"
        )
    raise NotFound(f"notice {number} was recalled ({found.recalled})" if found.recalled else f"{number} is suspended")


def _state(standing: Circulated) -> NoticeState:
    return NoticeState(
        notice=standing.notice,
        recalled=standing.recalled,
        suspended=standing.suspended,
        suspended_by=standing.suspended_by,
        event=standing.event,
    )
