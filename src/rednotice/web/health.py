"""Whether a program lives, and whether it is ready: what a supervisor and a load balancer ask.

`/healthz` answers as long as the process serves at all; restart what does not answer it. `/readyz` looks at every part;
send nothing to a program that answers 503. A part that the program can do without for a time is named, and no reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fastapi import FastAPI
from pydantic import BaseModel

from rednotice.errors import Fault, NotReady, RedNoticeError
from rednotice.log.checkpoint import open_checkpoint
from rednotice.node import Node
from rednotice.office import Office


class Lives(BaseModel):
    """That the process serves."""

    lives: bool = True


class Trouble(BaseModel):
    """A part that is not well, and what that means."""

    part: str
    says: str
    means: str


class Ready(BaseModel):
    """That the program does its work; with what it does without at the moment."""

    ready: bool = True
    degraded: list[Trouble]


Look = Callable[[], str | None]
"""What is wrong with a part, in a sentence; None if it is well."""
Part = tuple[str, Look, str]
"""Its name, how to look at it, and what its trouble means."""


def add_health(app: FastAPI, needed: Iterable[Part], helpful: Iterable[Part] = ()) -> None:
    """Adds the two routes to a program's application."""
    needed, helpful = tuple(needed), tuple(helpful)

    @app.get("/healthz", tags=["operation"])
    def healthz() -> Lives:
        """Whether the process lives."""
        return Lives()

    @app.get("/readyz", tags=["operation"])
    def readyz() -> Ready:
        """Whether the program does its work; 503 with every part that is not well."""
        if wrong := _troubles(needed):
            raise NotReady([Fault(one.part, one.says, one.means) for one in wrong])
        return Ready(degraded=_troubles(helpful))


def office_parts(office: Office) -> list[Part]:
    """What an office needs. Without NATS acts are kept, but do not go out: another office is the better one."""

    def database() -> str | None:
        with office.read() as reader:
            return "it is a standby; nothing can be written" if reader.is_standby() else None

    def log() -> str | None:
        with office.read() as reader:
            size, note = reader.log.checkpoint()
            office.agree(reader.log.keyring())
        if size:
            open_checkpoint(note, office.keyring)
        return None

    return [
        ("database", database, "No act can be done and nothing be read"),
        ("log", log, "The office cannot sign its log; restore office.key"),
        ("engine", office.broken, "The program ends; start it again"),
        ("circulation", office.circulation_trouble, "Acts are kept, and go out when it is mended"),
        ("deadlines", lambda: office.timekeeper.trouble, "What falls due waits"),
        ("clock", office.clock_trouble, "Events bear a wrong time, or did; set the machine's clock"),
    ]


def node_parts(node: Node) -> tuple[list[Part], list[Part]]:
    """What a node needs to answer checks, and what it can do without: the line, for which checks never wait."""

    def database() -> str | None:
        with node.read() as reader:
            reader.waiting()
        return None

    def index() -> str | None:
        return "it does not show what the database holds" if node.index_is_stale else None

    needed: list[Part] = [
        ("database", database, "No check can be made: each is kept"),
        ("engine", node.broken, "The program ends; start it again"),
        ("index", index, "It is built anew with the next message"),
    ]
    helpful: list[Part] = [
        ("line", node.line_trouble, "Checks are answered from what came before; reports wait"),
        ("clock", node.clock_trouble, "What it writes down bears a wrong time; set the machine's clock"),
    ]
    return needed, helpful


def _troubles(parts: Iterable[Part]) -> list[Trouble]:
    looked = ((part, _look(look), means) for part, look, means in parts)
    return [Trouble(part=part, says=says, means=means) for part, says, means in looked if says]


def _look(look: Look) -> str | None:
    try:
        return look()
    except RedNoticeError as error:
        return str(error)
