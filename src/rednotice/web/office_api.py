"""The office over HTTP: the acts of the road, and what bureaus, reviewers and auditors read."""

import base64
from typing import Annotated, Any, Literal

from fastapi import Body, Depends, FastAPI, Query
from fastapi.responses import PlainTextResponse, RedirectResponse
from pydantic import BaseModel

from rednotice.adapters.lists import read_un
from rednotice.adapters.postgres.office import Delivery
from rednotice.adapters.request_file import Document
from rednotice.errors import InvalidInput, NotAllowed, NotFound
from rednotice.flow.circulation import Imported, may_read
from rednotice.flow.request import as_seen_by, check_request, with_earlier
from rednotice.flow.work import Letter
from rednotice.model.bureau import Officer, Role
from rednotice.model.case import Case, CaseState
from rednotice.model.decision import Outcome
from rednotice.model.filing import Filing, FilingState
from rednotice.model.finding import Examination
from rednotice.model.notice import Ground, Notice, Recall, from_path
from rednotice.model.request import Request, read_request
from rednotice.model.values import BureauCode, Line, Text
from rednotice.office import Link, Office
from rednotice.web.app import After, Enrolled, Place, bearer, document, make_app, schema_body

DESCRIPTION = """
The centre of the organisation. A bureau's desk files requests and follows cases; reviewers examine and sign; every
decision is an event in a verifiable log, which anybody may read and check without a token.

Every other call needs `Authorization: Bearer <token>` of an enrolled officer. Errors are problem details (RFC 9457).
What this system says of a person is no proof: ask the requesting bureau and the office.
"""


class DecisionBody(BaseModel):
    """A signature under a decision; the reasons come from the first who signs."""

    outcome: Outcome
    reasons: Text | None = None


class RecallBody(BaseModel):
    """Why a notice is recalled."""

    ground: Ground


class MoveBody(BaseModel):
    """Where a case goes."""

    to: CaseState
    remark: Text | None = None


class BureauBody(BaseModel):
    """The bureau whose node is to be connected, and the key its node signs with."""

    bureau: BureauCode
    key: Line


class OfficerBody(BaseModel):
    """Who is to be enrolled."""

    name: Line
    bureau: BureauCode | Literal["OFFICE"]
    role: Role


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


class LogEntry(BaseModel):
    """One leaf of the log; with its content only for the office's own officers."""

    number: int
    leaf: str
    salt: str | None = None
    content: str | None = None


class Proof(BaseModel):
    """The hashes of a proof, in base64, lowest first."""

    proof: list[str]


class Status(BaseModel):
    """How the office is."""

    log_size: int
    outbox_waiting: int
    reports_rejected: int
    relay_trouble: str | None
    key: str


def office_app(office: Office) -> FastAPI:
    """The office's application."""
    app = make_app("rednotice: the office", DESCRIPTION)
    acting = Annotated[Officer, Depends(bearer(lambda token: office.database.officer_of(token)))]
    body = Annotated[Document, Depends(document)]

    @app.get("/", include_in_schema=False)
    def home() -> RedirectResponse:
        return RedirectResponse("/docs")

    @app.get("/api/status", tags=["operation"])
    def status() -> Status:
        """How the office is."""
        with office.read() as reader:
            return Status(
                log_size=reader.log.checkpoint()[0],
                outbox_waiting=reader.waiting(),
                reports_rejected=reader.rejected_reports(),
                relay_trouble=office.relay.trouble,
                key=str(office.key),
            )

    # --- Request and review -----------------------------------------------------------------------------------

    @app.post("/api/requests/check", tags=["request"], openapi_extra=schema_body("Request"))
    def check_document(by: acting, given: body) -> Examination:  # noqa: ARG001
        """What the rules say of a request, without filing it."""
        today = office.settings.clock().date()
        return check_request(given.located(lambda content: read_request(content, today)), today)

    @app.post("/api/requests", tags=["request"], status_code=201, openapi_extra=schema_body("Request"))
    def file_request(by: acting, given: body) -> Filing:
        """Files a request for the officer's bureau."""
        today = office.settings.clock().date()
        return as_seen_by(office.file_request(given.located(lambda content: read_request(content, today)), by), by)

    @app.get("/api/requests", tags=["review"])
    def list_requests(by: acting, state: FilingState | None = None) -> list[Filing]:
        """Requests, oldest first: all for reviewers, a bureau's own for its desk."""
        with office.read() as reader:
            found = reader.filings(state, None if by.of_office else by.bureau)
            refused = reader.filings(FilingState.REFUSED)
        return [as_seen_by(with_earlier(filing, refused), by) for filing in found]

    @app.get("/api/requests/{number}", tags=["review"])
    def show_request(number: str, by: acting) -> Filing:
        """A request with its findings, earlier cases and decision."""
        with office.read() as reader:
            filing = with_earlier(reader.filing(number), reader.filings(FilingState.REFUSED))
        return as_seen_by(filing, by)

    @app.post("/api/requests/{number}/decisions", tags=["review"])
    def decide(number: str, decision: DecisionBody, by: acting) -> Filing:
        """Signs a decision. The second signature, of another reviewer, puts it into effect."""
        return office.decide(number, decision.outcome, decision.reasons, by)

    # --- Notices ------------------------------------------------------------------------------------------------

    @app.get("/api/notices", tags=["notice"])
    def list_notices(
        by: acting,
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
                name=one.notice.person.principal_name if may_read(one, by) else None,
                recalled=one.recalled,
            )
            for one in found
        ]
        return NoticeList(total=total, notices=notices)

    @app.post("/api/notices/{control_number:path}/recall", tags=["notice"])
    def recall(control_number: str, recalled: RecallBody, by: acting) -> Recall:
        """Recalls a notice: every node erases it and returns a receipt."""
        return office.recall(from_path(control_number), recalled.ground, by)

    @app.get("/api/notices/{control_number:path}", tags=["notice"])
    def show_notice(control_number: str, by: acting) -> CirculatedNotice:
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

    @app.post("/api/lists/un", tags=["notice"], openapi_extra=_raw_body("application/xml"))
    def import_un(raw: Annotated[bytes, Body(media_type="application/xml")], by: acting) -> ListImport:
        """Imports the Security Council's consolidated list as special notices."""
        read = read_un(raw)
        imported = office.import_listings(read.entries, by)
        return ListImport(imported=imported, left_out=read.left_out, remarks=list(read.remarks))

    # --- Cases and letters ----------------------------------------------------------------------------------------

    @app.get("/api/cases", tags=["case"])
    def list_cases(by: acting) -> list[Case]:
        """Cases: all for the office, a bureau's own for its officers."""
        with office.read() as reader:
            return reader.cases(None if by.of_office else by.bureau)

    @app.get("/api/cases/{number}", tags=["case"])
    def show_case(number: str, by: acting) -> Case:
        """A case with every move."""
        with office.read() as reader:
            case = reader.case(number)
        if not (by.of_office or case.sides(by.bureau)):
            raise NotFound(f"there is no case {number} of bureau {by.bureau}")
        return case

    @app.post("/api/cases/{number}/moves", tags=["case"])
    def move_case(number: str, move: MoveBody, by: acting) -> Case:
        """Moves a case, as the table of moves allows."""
        return office.move_case(number, move.to, move.remark, by)

    @app.get("/api/letters", tags=["case"])
    def letters(
        by: acting,
        after: After = -1,
        count: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> list[Letter]:
        """What the office told the officer's bureau, oldest first, after an event."""
        with office.read() as reader:
            return reader.letters(by.bureau, after, count)

    # --- Operation --------------------------------------------------------------------------------------------------

    @app.post("/api/officers", tags=["operation"], status_code=201)
    def enrol(officer: OfficerBody, by: acting) -> Enrolled:
        """Enrols an officer of the office or of any bureau."""
        enrolled = Officer(name=officer.name, bureau=officer.bureau, role=officer.role)
        return Enrolled(officer=enrolled, token=office.enrol(enrolled, by))

    @app.get("/api/officers", tags=["operation"])
    def officers(by: acting) -> list[Officer]:
        """Everybody who is enrolled."""
        if by.role is not Role.OPERATOR:
            raise NotAllowed(f"{by.name} ({by.role}) cannot see the officers; an operator can")
        with office.read() as reader:
            return reader.officers()

    @app.post("/api/bureaus", tags=["operation"], status_code=201)
    def connect_bureau(bureau: BureauBody, by: acting) -> Link:
        """Connects a bureau's node; what comes back is its link, shown this once."""
        return office.connect_bureau(bureau.bureau, bureau.key, by)

    # --- The log: for everybody ---------------------------------------------------------------------------------------

    @app.get("/api/log/checkpoint", tags=["log"], response_class=PlainTextResponse)
    def checkpoint() -> str:
        """The signed checkpoint (C2SP signed note); empty as long as nothing happened."""
        with office.read() as reader:
            return reader.log.checkpoint()[1]

    @app.get("/api/log/entries", tags=["log"])
    def entries(start: Place = 0, count: Annotated[int, Query(ge=1, le=10_000)] = 1000) -> list[LogEntry]:
        """Leaves of the log. They carry no personal data: file numbers, times, and commitments to contents."""
        with office.read() as reader:
            return [LogEntry(number=one.number, leaf=one.leaf.decode()) for one in reader.log.entries(start, count)]

    @app.get("/api/log/contents", tags=["log"])
    def contents(
        by: acting,
        start: Place = 0,
        count: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> list[LogEntry]:
        """Leaves with their contents, as far as these are not erased; for reviewers and operators of the office."""
        if not by.of_office:
            raise NotAllowed(f"{by.name} ({by.bureau}) cannot read the contents of events; the office can")
        with office.read() as reader:
            return [
                LogEntry(
                    number=one.number,
                    leaf=one.leaf.decode(),
                    salt=base64.b64encode(one.salt).decode() if one.salt else None,
                    content=one.content,
                )
                for one in reader.log.entries(start, count)
            ]

    @app.get("/api/log/consistency", tags=["log"])
    def consistency(old: Place, new: Place) -> Proof:
        """The proof that the log of `old` events is the beginning of that of `new` (RFC 6962, 2.1.2)."""
        with office.read() as reader:
            size = reader.log.checkpoint()[0]
            if not old <= new <= size:
                raise InvalidInput.at("new", f"the log has {size} events", "Ask for old <= new <= size", "query")
            return Proof(proof=[base64.b64encode(step).decode() for step in reader.log.consistency(old, new)])

    @app.get("/api/schemas/request", tags=["request"])
    def request_schema() -> dict[str, Any]:
        """The JSON Schema of a request file."""
        return Request.model_json_schema()

    return app


def _raw_body(media_type: str) -> dict[str, Any]:
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {"requestBody": {"required": True, "content": content}}
