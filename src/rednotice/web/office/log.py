"""The log over HTTP: for everybody, without a token; contents for the office and the commission."""

import base64
import json
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

from rednotice.adapters.postgres.log import Entry
from rednotice.errors import InvalidInput, NotAllowed
from rednotice.model.application import is_confidential
from rednotice.model.bureau import Officer
from rednotice.web.app import Place
from rednotice.web.office.acting import Acting, TheOffice

router = APIRouter()


class LogEntry(BaseModel):
    """One leaf of the log; with its content only for the office's own officers."""

    number: int
    leaf: str
    salt: str | None = None
    content: str | None = None


class Proof(BaseModel):
    """The hashes of a proof, in base64, lowest first."""

    proof: list[str]


@router.get("/api/log/checkpoint", tags=["log"], response_class=PlainTextResponse)
def checkpoint(office: TheOffice) -> str:
    """The signed checkpoint (C2SP signed note); empty as long as nothing happened."""
    with office.read() as reader:
        return reader.log.checkpoint()[1]


@router.get("/api/log/entries", tags=["log"])
def entries(
    office: TheOffice, start: Place = 0, count: Annotated[int, Query(ge=1, le=10_000)] = 1000
) -> list[LogEntry]:
    """Leaves of the log. They carry no personal data: file numbers, times, and commitments to contents."""
    with office.read() as reader:
        return [LogEntry(number=one.number, leaf=one.leaf.decode()) for one in reader.log.entries(start, count)]


@router.get("/api/log/contents", tags=["log"])
def contents(
    office: TheOffice,
    by: Acting,
    start: Place = 0,
    count: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[LogEntry]:
    """Leaves with their contents, as far as these are not erased; for the office and the commission.

    What is said of an application is shown to commissioners alone (CCF 35).
    """
    if not (by.of_office or by.of_commission):
        raise NotAllowed(f"{by.name} ({by.bureau}) cannot read the contents of events; the office can")
    with office.read() as reader:
        return [_entry(one, by) for one in reader.log.entries(start, count)]


def _entry(one: Entry, by: Officer) -> LogEntry:
    shown = by.of_commission or not is_confidential(json.loads(one.leaf)["subject"])
    return LogEntry(
        number=one.number,
        leaf=one.leaf.decode(),
        salt=base64.b64encode(one.salt).decode() if one.salt and shown else None,
        content=one.content if shown else None,
    )


@router.get("/api/log/consistency", tags=["log"])
def consistency(office: TheOffice, old: Place, new: Place) -> Proof:
    """The proof that the log of `old` events is the beginning of that of `new` (RFC 6962, 2.1.2)."""
    with office.read() as reader:
        size = reader.log.checkpoint()[0]
        if not old <= new <= size:
            raise InvalidInput.at("new", f"the log has {size} events", "Ask for old <= new <= size", "query")
        return Proof(proof=[base64.b64encode(step).decode() for step in reader.log.consistency(old, new)])
