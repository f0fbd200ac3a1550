"""The log as files under /log (C2SP tlog-tiles), for everybody: what auditors, mirrors and content networks follow."""

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi import Path as InPath
from fastapi.responses import PlainTextResponse, Response

from rednotice.adapters.postgres.log import LogReader
from rednotice.errors import NotFound
from rednotice.log.tiles import CHECKPOINT, HEIGHT, KEYRINGS, WIDTH, Tile, pack_bundle, parse
from rednotice.web.office.acting import TheOffice

router = APIRouter(prefix="/log", tags=["log"])

NEVER_CHANGES = {"Cache-Control": "public, max-age=31536000, immutable"}
SOON_FULL = {"Cache-Control": "public, max-age=60"}
CHANGES = {"Cache-Control": "public, max-age=2"}
BYTES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get(f"/{CHECKPOINT}", response_class=PlainTextResponse)
def checkpoint(office: TheOffice) -> Response:
    """The signed checkpoint (C2SP tlog-checkpoint)."""
    with office.read() as reader:
        size, note = reader.log.checkpoint()
    if not size:
        raise NotFound("the office has signed nothing yet: its log is empty")
    return PlainTextResponse(note, headers=CHANGES)


@router.get(f"/{KEYRINGS}")
def keyrings(office: TheOffice, response: Response) -> list[str]:
    """The office's keyrings as they were signed, oldest first; none if its first key was never changed."""
    response.headers.update(CHANGES)
    with office.read() as reader:
        return reader.log.keyrings()


@router.get("/tile/{path:path}", response_class=Response, responses=BYTES)
def tile(
    office: TheOffice,
    path: Annotated[str, InPath(description="<L>/<N>[.p/<W>], or entries/<N>[.p/<W>] (C2SP tlog-tiles)")],
) -> Response:
    """A tile of hashes, or a bundle of leaves. Leaves carry no personal data."""
    asked = parse(f"tile/{path}")
    with office.read() as reader:
        size, _ = reader.log.checkpoint()
        if not asked.exists_at(size):
            raise NotFound(f"the log of {size} events has no {asked.path}")
        body = _body(reader.log, asked)
    headers = NEVER_CHANGES if asked.is_full else SOON_FULL
    return Response(body, media_type="application/octet-stream", headers=headers)


def _body(log: LogReader, asked: Tile) -> bytes:
    start = asked.index * WIDTH
    if asked.level is None:
        return pack_bundle(log.leaves(start, asked.width))
    return b"".join(log.hashes(HEIGHT * asked.level, start, asked.width))
