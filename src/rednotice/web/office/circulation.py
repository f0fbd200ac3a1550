"""For bureaus' nodes: what each should hold, and whatever it lacks, over HTTP; and the streams made anew.

A node signs its calls with its own key (`log.call`), over a challenge of the office, and is told of its bureau alone.
"""

import base64
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import PlainTextResponse, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from rednotice.errors import NotFound
from rednotice.log.keyring import read_keyring
from rednotice.log.state import BUCKETS, root_hash
from rednotice.office import Rebuilt
from rednotice.web.app import After
from rednotice.web.office.acting import Acting, TheOffice

router = APIRouter()

EVENTS_LIMIT = 5000
PAGE_BYTES = 16_000_000
LETTERS_LIMIT = 10_000
REPORTS_LIMIT = 1_000
LINES = "application/x-ndjson"


class State(BaseModel):
    """What a bureau's node should hold at a signed checkpoint (`log.state`); hashes in base64."""

    checkpoint: str
    root: str
    buckets: list[str] | None = Field(description="If asked for")
    letters: int
    last_letter: int
    at: datetime = Field(description="The office's clock")
    keyring: tuple[int, int] = Field(description="The rank of the office's keyring (/log/keyrings.json)")


PlaceOfBucket = Annotated[int, Field(ge=0, lt=BUCKETS)]


class Pairs(BaseModel):
    """By subject, the event that is the last word on it."""

    pairs: dict[str, int]


class Wanted(BaseModel):
    """Events that a node lacks."""

    events: Annotated[list[Annotated[int, Field(ge=0, lt=2**53)]], Field(min_length=1, max_length=EVENTS_LIMIT)]


class Sent(BaseModel):
    """Reports that a node sent, by the SHA-256 of their bytes in hexadecimal."""

    digests: Annotated[
        list[Annotated[str, Field(pattern="^[0-9a-f]{64}$")]], Field(min_length=1, max_length=REPORTS_LIMIT)
    ]


async def _bureau(request: Request, office: TheOffice) -> str:
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    body = await request.body()
    header = request.headers.get("authorization")
    return await run_in_threadpool(office.callers.bureau, header, request.method, target, body)


Calling = Annotated[str, Depends(_bureau)]


@router.get("/api/circulation/challenge", tags=["circulation"], response_class=PlainTextResponse)
def challenge(office: TheOffice) -> str:
    """A challenge, good for some minutes, over which a node signs its calls."""
    return office.callers.challenge()


@router.get("/api/circulation/state", tags=["circulation"])
def state(office: TheOffice, bureau: Calling, buckets: bool = False) -> State:
    """What this node should hold: the signed checkpoint, and one root over the last word on every file."""
    with office.read() as reader:
        checkpoint = reader.log.checkpoint()[1]
        keyring = reader.log.keyring()
        told = reader.told(bureau)
        hashes = reader.hashes(told)
    return State(
        checkpoint=checkpoint,
        root=_text(root_hash(hashes)),
        buckets=[_text(one) for one in hashes] if buckets else None,
        letters=told.letters,
        last_letter=told.last_letter,
        at=office.now(),
        keyring=(read_keyring(keyring) if keyring else office.keyring).rank,
    )


@router.get("/api/circulation/buckets", tags=["circulation"])
def buckets(
    office: TheOffice, bureau: Calling, place: Annotated[list[PlaceOfBucket], Query(max_length=BUCKETS)]
) -> Pairs:
    """Some of the buckets: which event is the last word on each of their files."""
    with office.read() as reader:
        return Pairs(pairs=reader.buckets(bureau, place))


@router.get("/api/circulation/letters", tags=["circulation"])
def letters(office: TheOffice, bureau: Calling, after: After = -1) -> list[int]:
    """The events of the letters that were sent to this node after one, and are not erased."""
    with office.read() as reader:
        return reader.letters_sent(bureau, after, LETTERS_LIMIT)


@router.post("/api/circulation/events", tags=["circulation"], response_class=Response)
def events(office: TheOffice, bureau: Calling, wanted: Wanted) -> Response:
    """Envelopes of events, one a line, as far as a page goes; only last words that are this bureau's to have, and its
    letters. The others are passed over; if none is left, there is nothing of this number for this bureau.
    """
    page, size = [], 0
    with office.read() as reader:
        for envelope in reader.envelopes_for(bureau, wanted.events):
            page.append(envelope.pack() + b"\n")
            size += len(page[-1])
            if size > PAGE_BYTES:
                break
    if not page:
        raise NotFound("there is no such event for this bureau; ask for its buckets anew")
    return Response(b"".join(page), media_type=LINES)


@router.post("/api/circulation/reports", tags=["circulation"])
def reports(office: TheOffice, bureau: Calling, sent: Sent) -> list[str]:
    """Those of some reports of this node that the office has not taken; a stream may have lost them."""
    with office.read() as reader:
        return [one.hex() for one in reader.reports_not_taken(bureau, [bytes.fromhex(one) for one in sent.digests])]


@router.post("/api/circulation/rebuild", tags=["operation"])
def rebuild(office: TheOffice, by: Acting) -> Rebuilt:
    """Makes every stream that nodes read anew from the database. No node applies anything twice."""
    return office.rebuild_circulation(by)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
