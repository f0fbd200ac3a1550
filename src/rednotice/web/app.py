"""What the office's and a node's application have in common: who is acting, what is read, how errors look."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Annotated, Any

import structlog
from fastapi import FastAPI, Header, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi_offline import FastAPIOffline
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from rednotice import __version__
from rednotice.adapters.request_file import FILE_LIMIT, Document, parse_json, parse_yaml
from rednotice.errors import Fault, InvalidInput, NotKnown, NotReady, RedNoticeError
from rednotice.model.bureau import Officer
from rednotice.model.faults import explain_error, path

log = structlog.get_logger(__name__)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PROBLEM = "application/problem+json"
_LARGEST = 2**62  # PostgreSQL counts a little further
Place = Annotated[int, Query(ge=0, le=_LARGEST)]
"""A place in a list, from 0."""
After = Annotated[int, Query(ge=-1, le=_LARGEST, description="Only events after this one; -1 for all")]
"""The event after which something is asked for."""


Authorization = Annotated[str | None, Header(description="Bearer <token>")]


class FaultBody(BaseModel):
    """One thing wrong with an input."""

    path: str
    problem: str
    mend: str
    line: int | None = None


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FaultBody] = []


class Enrolled(BaseModel):
    """An officer who was enrolled, and the token that is shown this once."""

    officer: Officer
    token: str


ERRORS: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": Problem, "description": "Refused; nothing was changed", "content": {PROBLEM: {}}},
    "5XX": {"model": Problem, "description": "Not available; nothing was done", "content": {PROBLEM: {}}},
}


def make_app(title: str, description: str) -> FastAPI:
    """An application with its documentation at /docs, which needs no other host, and errors as problem details."""
    app = FastAPIOffline(
        title=title,
        description=description,
        version=__version__,
        responses=ERRORS,
        separate_input_output_schemas=False,
    )
    app.add_exception_handler(RedNoticeError, _of_ours)
    app.add_exception_handler(RequestValidationError, _of_form)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(Exception, _unexpected)
    app.add_middleware(_Bounded)
    return app


def bearer(officer_of: Callable[[str], Officer]) -> Callable[..., Officer]:
    """A dependency that gives the officer who acts, by the token in the Authorization header."""

    def officer(authorization: Authorization = None) -> Officer:
        return officer_of(bearer_token(authorization))

    return officer


def bearer_token(authorization: str | None) -> str:
    """The token in an Authorization header.

    Raises:
        NotKnown: if there is none.
    """
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotKnown("no token: send 'Authorization: Bearer <token>' with the token of an enrolled officer")
    return token


async def document(request: Request) -> Document:
    """The body as a document, in JSON or YAML as its content type says."""
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    raw = await request.body()
    # In a thread: while a large document is read, others are served.
    if kind in ("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"):
        return await run_in_threadpool(parse_yaml, raw, "the body")
    if kind not in ("application/json", "text/json") and not kind.endswith("+json"):
        raise InvalidInput.at("", f"a body of the type {kind[:60]} is not read", "Send application/json", "request")
    return await run_in_threadpool(parse_json, raw, "the body")


def problem(error: RedNoticeError) -> Response:
    """An error as problem details."""
    faults = error.faults if isinstance(error, InvalidInput | NotReady) else ()
    return _problem(error.kind, error.title, error.status, str(error), faults)


def _problem(kind: str, title: str, status: int, detail: str, faults: tuple[Fault, ...] = ()) -> Response:
    errors = [FaultBody(path=fault.path, problem=fault.problem, mend=fault.mend, line=fault.line) for fault in faults]
    body = Problem(type=kind, title=title, status=status, detail=detail, errors=errors)
    return JSONResponse(body.model_dump(exclude_none=True), status_code=status, media_type=PROBLEM)


async def _of_ours(_: Request, error: Exception) -> Response:
    assert isinstance(error, RedNoticeError)
    return problem(error)


async def _of_form(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = []
    for detail in error.errors():
        place, *rest = detail["loc"]
        said, mend = explain_error(detail)
        faults.append(Fault(path(tuple(rest)) if place == "body" else path((place, *rest)), said, mend))
    return problem(InvalidInput(faults, "request"))


async def _of_http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    answer = _problem("about:blank", HTTPStatus(error.status_code).phrase, error.status_code, str(error.detail))
    answer.headers.update(error.headers or {})
    return answer


async def _unexpected(request: Request, error: Exception) -> Response:
    log.exception("request.failed", route=request.url.path, error=type(error).__name__)
    detail = "An unexpected error; it is in the program's log. What was accepted before is kept."
    return _problem("about:blank", "Internal error", 500, detail)


class _Bounded:
    """Refuses bodies larger than any document may be, before they are read to the end."""

    def __init__(self, app: Any, limit: int = FILE_LIMIT) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        taken = 0

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._limit:
                # The rest of it is not even read.
                says = f"the body is larger than {self._limit:,} bytes"
                raise HTTPException(413, says, headers={"Connection": "close"})
            return message

        await self._app(scope, bounded, send)


def schema_body(model: str) -> dict[str, Any]:
    """Documents a body that is read by hand: a document in JSON or YAML, of a model of the API."""
    schema = {"schema": {"$ref": f"#/components/schemas/{model}"}}
    return {"requestBody": {"required": True, "content": {"application/json": schema, "application/yaml": schema}}}
