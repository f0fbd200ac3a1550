"""A bureau's node over HTTP: checks and hits, also while the node is cut off."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, FastAPI, Query
from fastapi.responses import PlainTextResponse, RedirectResponse
from pydantic import AwareDatetime, BaseModel, Field, model_validator

from rednotice.adapters.keeper import Comparison
from rednotice.adapters.lists import read_ofac
from rednotice.errors import NotAllowed, NotFound
from rednotice.flow.work import Letter, LocalEntry
from rednotice.log.history import Wrong
from rednotice.model import check as nouns
from rednotice.model.bureau import Officer, Role
from rednotice.model.effect import EffectTable
from rednotice.model.hit import Hit
from rednotice.model.notice import Listing, Notice, from_path
from rednotice.model.person import Person
from rednotice.model.values import Line, Text, fault
from rednotice.node import Node
from rednotice.web.app import After, Enrolled, bearer, make_app
from rednotice.web.health import add_health, node_parts
from rednotice.web.metrics import add_metrics, check_seconds, node_figures

DESCRIPTION = """
A bureau's own node. It holds what the office circulates, answers checks whether or not the line stands, and queues
what it has to report.

A match is a likeness, never proof. What a notice allows differs from country to country; each answer names the
effect configured here, its source, and whom to ask. Calls need `Authorization: Bearer <token>`.
"""

ID_LIMIT = 180
NO_OFFICE = (
    "the address of the office is not known, so what streams lose is not noticed: give it with --office, or in the link"
)


class CheckBody(BaseModel):
    """A question about a person."""

    query: nouns.Query
    limit: Annotated[int, Field(ge=1, le=100)] = 10


class ScreenBody(BaseModel):
    """Questions about many persons."""

    queries: Annotated[list[nouns.Query], Field(min_length=1, max_length=1000)]
    limit: Annotated[int, Field(ge=1, le=100)] = 10


class ScreenHit(BaseModel):
    """One match, and where it is listed."""

    id: Line
    score: float
    name: str
    explanation: str
    source: str = Field(description="The notice, or the list and the reference in it")
    dated: date | None = Field(description="When the notice was published, or the person listed, if that is known")


class ScreenAnswer(BaseModel):
    """The answer to one of the questions, and the number under which the check is kept."""

    check: Line
    hits: list[ScreenHit]


class HitBody(BaseModel):
    """That a match of a check is the person."""

    check: Line
    control_number: Line
    place: Line | None = None
    remark: Text | None = None
    urgent: bool = False


class OfficerBody(BaseModel):
    """Who is to be enrolled at this node."""

    name: Line
    role: Role


class OfacBody(BaseModel):
    """OFAC's files as text: sdn.csv, and alt.csv with the aliases."""

    sdn: str
    alt: str | None = None


class ListEntry(BaseModel):
    """A person of a list."""

    listing: Listing
    person: Person

    @model_validator(mode="after")
    def _can_be_told_apart(self) -> "ListEntry":
        if len(self.listing.source) + len(self.listing.reference) > ID_LIMIT:
            raise fault(
                f"source and reference have more than {ID_LIMIT} characters together",
                "Shorten the source; the two together are the id of the entry",
            )
        return self


class EntriesBody(BaseModel):
    """Some entries of a list, read from its file by whoever sends them."""

    entries: Annotated[list[ListEntry], Field(min_length=1, max_length=1000)]


class LocalImport(BaseModel):
    """What became of a local list."""

    entries: int
    left_out: dict[str, int]
    remarks: list[str]


class AgainBody(BaseModel):
    """From when on reports are to be sent again."""

    since: AwareDatetime


class Again(BaseModel):
    """How many reports wait for the line again."""

    reports: int


class NodeStatus(BaseModel):
    """How the node is."""

    bureau: str
    persons: int
    log_size_believed: int
    reports_waiting: int
    line_trouble: str | None
    envelopes_rejected: int
    dispute: str | None = Field(description="Why nothing is applied any more: signed checkpoints contradict each other")
    comparison: Comparison | None = Field(description="How the node stands beside the office; None: it cannot compare")
    comparison_trouble: str | None = Field(description="Why the node cannot compare at the moment")


class Evidence(BaseModel):
    """Two checkpoints, both signed by the office, that cannot both be."""

    at: datetime
    wrong: Wrong
    says: str
    believed: str
    shown: str


class Settled(BaseModel):
    """How many contradictions people settled."""

    settled: int


def node_app(node: Node) -> FastAPI:
    """A node's application."""
    app = make_app(f"rednotice: bureau node {node.settings.bureau}", DESCRIPTION)
    acting = Annotated[Officer, Depends(bearer(lambda token: node.database.officer_of(token)))]
    seconds = check_seconds(add_metrics(app, lambda: node_figures(node)))
    add_health(app, *node_parts(node))

    @app.get("/", include_in_schema=False)
    def home() -> RedirectResponse:
        return RedirectResponse("/docs")

    @app.get("/api/status", tags=["operation"])
    def status() -> NodeStatus:
        """How the node is, and what waits for the line."""
        with node.read() as reader:
            believed = reader.believed()
            return NodeStatus(
                bureau=node.settings.bureau,
                persons=len(node.index),
                log_size_believed=believed.size if believed else 0,
                reports_waiting=reader.waiting(),
                line_trouble=node.relay.trouble,
                envelopes_rejected=reader.rejected(),
                dispute=node.dispute,
                comparison=node.keeper.comparison if node.keeper else None,
                comparison_trouble=node.comparing.trouble if node.comparing else NO_OFFICE,
            )

    @app.get("/api/checkpoint", tags=["operation"], response_class=PlainTextResponse)
    def checkpoint() -> str:
        """The office's signed checkpoint that this node believes, for everybody; empty if it believes none."""
        with node.read() as reader:
            signed = reader.proved() or reader.believed_note()
        return signed.note if signed else ""

    @app.get("/api/disputes", tags=["operation"])
    def disputes(by: acting) -> list[Evidence]:  # noqa: ARG001
        """Checkpoints that contradict each other, both as the office signed them."""
        with node.read() as reader:
            return [
                Evidence(at=one.at, wrong=one.wrong, says=one.says, believed=one.before, shown=one.shown)
                for one in reader.disputes()
            ]

    @app.post("/api/disputes/settle", tags=["operation"])
    def settle(by: acting) -> Settled:
        """People found out that the history which this node believes is the true one: it goes on from there."""
        return Settled(settled=node.settle(by))

    @app.get("/api/effects", tags=["check"])
    def effects(by: acting) -> EffectTable:  # noqa: ARG001
        """What notices are worth in this country, line by line, with sources."""
        return node.settings.effects

    @seconds.time()
    def timed(query: nouns.Query, by: Officer, limit: int) -> nouns.Check:
        return node.check(query, by, limit)

    @app.post("/api/checks", tags=["check"])
    def check(question: CheckBody, by: acting) -> nouns.Check:
        """Who is this? Ranked matches, each with its reason, its notice and what may be done here."""
        return timed(question.query, by, question.limit)

    @app.post("/api/screen", tags=["check"])
    def screen(questions: ScreenBody, by: acting) -> list[ScreenAnswer]:
        """Who are these? Each question is a check like any other, kept under its own number; answers in their order."""
        checks = (timed(query, by, questions.limit) for query in questions.queries)
        return [ScreenAnswer(check=made.number, hits=[*map(_screen_hit, made.results)]) for made in checks]

    @app.post("/api/hits", tags=["check"], status_code=201)
    def confirm(hit: HitBody, by: acting) -> Hit:
        """Confirms a hit; the report goes to the requesting bureau as soon as the line stands."""
        number = from_path(hit.control_number)
        return node.confirm(hit.check, number, hit.place, hit.remark, by, urgent=hit.urgent)

    @app.get("/api/notices/{control_number:path}", tags=["notice"])
    def show_notice(control_number: str, by: acting) -> Notice:  # noqa: ARG001
        """A notice that this node holds."""
        with node.read() as reader:
            held = reader.held(from_path(control_number))
        if held.notice is None:
            raise NotFound(f"notice {held.control_number} is out of force or not for this bureau, and is erased here")
        return held.notice

    @app.get("/api/letters", tags=["case"])
    def letters(
        by: acting,  # noqa: ARG001
        after: After = -1,
        count: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> list[Letter]:
        """What the office told this bureau."""
        with node.read() as reader:
            return reader.letters(after, count)

    @app.post("/api/lists/ofac", tags=["operation"])
    def import_ofac(files: OfacBody, by: acting) -> LocalImport:
        """Takes OFAC's list for this node's own checks. It is no notice and is never circulated."""
        read = read_ofac(files.sdn.encode(), files.alt.encode() if files.alt else None)
        count = node.import_local((LocalEntry(listing, person) for listing, person in read.entries), by)
        return LocalImport(entries=count, left_out=read.left_out, remarks=list(read.remarks))

    @app.post("/api/lists/entries", tags=["operation"])
    def import_entries(body: EntriesBody, by: acting) -> LocalImport:
        """Takes entries of any list for this node's own checks. They are no notices and are never circulated."""
        count = node.import_local((LocalEntry(one.listing, one.person) for one in body.entries), by)
        return LocalImport(entries=count, left_out={}, remarks=[])

    @app.post("/api/officers", tags=["operation"], status_code=201)
    def enrol(officer: OfficerBody, by: acting) -> Enrolled:
        """Enrols an officer of this bureau."""
        enrolled = Officer(name=officer.name, bureau=node.settings.bureau, role=officer.role)
        return Enrolled(officer=enrolled, token=node.enrol(enrolled, by))

    @app.post("/api/reports/again", tags=["operation"])
    def report_again(asked: AgainBody, by: acting) -> Again:
        """Sends reports again to an office that may have lost them; it takes none twice."""
        if by.role is not Role.OPERATOR:
            raise NotAllowed(f"{by.name} ({by.role}) cannot have reports sent again; an operator can")
        count = node.database.report_again(asked.since)
        node.relay.wake()
        return Again(reports=count)

    @app.get("/api/officers", tags=["operation"])
    def officers(by: acting) -> list[Officer]:
        """Everybody who is enrolled here."""
        if by.role is not Role.OPERATOR:
            raise NotAllowed(f"{by.name} ({by.role}) cannot see the officers; an operator can")
        with node.read() as reader:
            return reader.officers()

    return app


def _screen_hit(result: nouns.Result) -> ScreenHit:
    match, notice, listing = result.match, result.notice, result.listing
    dated = (listing.listed_on if listing else None) or (result.imported_at.date() if result.imported_at else None)
    source = f"{listing.source} {listing.reference}" if listing else "a list of this node"
    if notice:
        behind = notice.listing
        of = f"{behind.source} {behind.reference}" if behind else notice.bureau or "the office"
        source = f"{notice.colour} notice {notice.control_number} ({of})"
        dated = (behind and behind.listed_on) or notice.published_at.date()
    return ScreenHit(
        id=match.id, score=match.score, name=match.name, explanation=match.in_words, source=source, dated=dated
    )
