"""A bureau's node, wired together: it follows the office, answers checks, and reports, cut off or not."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from rednotice.adapters import clock as clocks
from rednotice.adapters import folders, keys, tracing
from rednotice.adapters.embedded import broken_engine
from rednotice.adapters.embedded.nats import OFFICE_DOMAIN, EmbeddedNats, reader_name
from rednotice.adapters.embedded.postgres import APP, EmbeddedPostgres
from rednotice.adapters.jetstream import JetStream, Message, Position
from rednotice.adapters.postgres import connection, schema
from rednotice.adapters.postgres.node import NodeDatabase, NodeReader
from rednotice.adapters.relay import Relay
from rednotice.errors import CannotStart, InvalidInput, NotAllowed, NotTrusted
from rednotice.flow import check, reception
from rednotice.flow.earlier import listed
from rednotice.flow.work import LocalEntry
from rednotice.log.checkpoint import Checkpoint
from rednotice.log.feed import Trusted, open_envelope
from rednotice.log.note import Signer, Verifier
from rednotice.log.report import Report, sign_report
from rednotice.match import build, warm
from rednotice.model.bureau import Officer, Role
from rednotice.model.check import Check, Listed, Query
from rednotice.model.effect import EffectTable
from rednotice.model.hit import Hit

if TYPE_CHECKING:
    from rednotice.match.index import Index

log = structlog.get_logger(__name__)

OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """Whose node it is, where it keeps its things, whom it follows, and what notices are worth here."""

    folder: Path
    bureau: str
    node_key: str
    office_key: str
    line_secret: str
    line: str
    effects: EffectTable
    database_url: str | None = None
    nats_url: str | None = None
    clock: clocks.Clock = field(default=clocks.now)


def node_signer(folder: Path, bureau: str) -> Signer:
    """The key with which a bureau's node signs its reports, made at the first call."""
    return keys.load_or_create(folders.prepare(folder) / "node.key", f"rednotice.local/{bureau}")


class Node:
    """A bureau node's program. `start`, then any of its acts, from any thread, then `stop`."""

    def __init__(self, settings: NodeSettings) -> None:
        self.settings = settings
        self._clock = settings.clock
        self._stack = ExitStack()
        self._office = Verifier.parse(settings.office_key)
        self._believed: Checkpoint | None = None
        self._receiving = threading.Lock()
        self._index_is_stale = False
        self._postgres: EmbeddedPostgres | None = None
        self._nats: EmbeddedNats | None = None
        self._signer: Signer
        self._stream: JetStream
        self.relay: Relay
        self.database: NodeDatabase
        self.index: Index

    def start(self) -> None:
        """Starts engines where they are embedded, builds the index, and begins to follow and to report.

        Raises:
            CannotStart: if an engine, the folder or a key is not to be had; nothing is left running.
        """
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stops everything that was started, in reverse order."""
        self._stack.close()

    def _start(self) -> None:
        threading.Thread(target=warm, name="warm", daemon=True).start()
        folder = folders.prepare(self.settings.folder)
        self._stack.enter_context(folders.Claim(folder))
        self._signer = node_signer(folder, self.settings.bureau)
        if str(self._signer.verifier) != self.settings.node_key:
            raise CannotStart(
                f"{folder / 'node.key'} is not the key that the office knows of bureau {self.settings.bureau}; "
                "restore it from its back-up"
            )
        engine = connection.connect(self.settings.database_url or self._embedded_database(folder))
        self._stack.callback(engine.dispose)
        schema.require_current(engine, "node")
        self.database = NodeDatabase(engine, self.settings.bureau, self._office.name)
        self._rebuild()
        bureau = self.settings.bureau
        self._stream = JetStream(
            self.settings.nats_url or self._embedded_nats(folder),
            reader_name(bureau),
            domain=OFFICE_DOMAIN,
            inbox=f"_INBOX.{bureau}",
        )
        self._stack.callback(self._stream.close)
        self._stream.open()
        self.relay = Relay(f"node {bureau}", lambda: self.database.relay(self._send))
        self._stack.callback(self.relay.stop)
        self.relay.start()
        for stream in ("NOTICES", f"BUREAU_{bureau}"):
            self._stream.follow(stream, partial(self._position, stream), partial(self._receive, stream))

    def _embedded_database(self, folder: Path) -> str:
        self._postgres = postgres = EmbeddedPostgres(folder / "postgres", folder / "postgres.log")
        self._stack.callback(postgres.stop)
        postgres.start()
        owner = connection.connect(postgres.owner_url)
        schema.migrate(owner, "node", APP)
        owner.dispose()
        return postgres.url

    def _embedded_nats(self, folder: Path) -> str:
        self._nats = nats = EmbeddedNats(folder / "nats", folder / "nats.log", "node")
        self._stack.callback(nats.stop)
        nats.start_leaf(self.settings.bureau, self.settings.line, self.settings.line_secret)
        return nats.url

    def broken(self) -> str | None:
        """Which embedded engine ended by itself, in a sentence; None if all run."""
        return broken_engine(self._postgres, self._nats)

    def line_trouble(self) -> str | None:
        """What keeps notices from coming in or reports from going out, in a sentence."""
        return self.relay.trouble or self._stream.trouble

    @property
    def events_behind(self) -> int:
        """How many messages of the office's streams were not taken when these were last asked."""
        return sum(reading.behind for reading in self._stream.reading.values())

    @property
    def index_is_stale(self) -> bool:
        """Whether the index has to be built anew before it can be trusted."""
        return self._index_is_stale

    # --- The road -------------------------------------------------------------------------------------------

    def check(self, query: Query, by: Officer, limit: int = 10) -> Check:
        """An officer asks who a person is (`flow.check.check`)."""
        with self.database.work(self._clock()) as work:
            return check.check(work, self.index, self.settings.effects, query, by, limit)

    def confirm(
        self,
        check_number: str,
        control_number: str,
        place: str | None,
        remark: str | None,
        by: Officer,
        *,
        urgent: bool = False,
    ) -> Hit:
        """An officer confirms a hit (`flow.check.confirm`)."""
        with self.database.work(self._clock()) as work:
            hit = check.confirm(work, check_number, control_number, place, remark, by, urgent=urgent)
        self.relay.wake()
        return hit

    def import_local(self, entries: Iterable[LocalEntry], by: Officer) -> int:
        """Takes a list for this node's own checks; it is never circulated. Returns how many entries it has."""
        self._require_operator(by)
        taken = list(entries)
        with self.database.work(self._clock()) as work:
            work.save_local_entries(taken)
        people = {check.local_id(entry): check.local_person(entry) for entry in taken}
        self.index.add_all(people.values())
        return len(taken)

    # --- Officers ---------------------------------------------------------------------------------------------

    def operator_token(self, *, known: bool) -> str | None:
        """A token for the operator, if this machine needs one: nobody is enrolled, or the token was lost.

        A lost one is given anew only where the database is this program's own: whoever starts it holds it anyway.
        """
        with self.database.read() as reader:
            needed = not reader.officers() or (self._postgres is not None and not known)
        operator = Officer(name=OPERATOR, bureau=self.settings.bureau, role=Role.OPERATOR)
        return self.database.enrol(operator) if needed else None

    def enrol(self, officer: Officer, by: Officer) -> str:
        """Enrols an officer of this bureau, or gives one who is enrolled a new token; it is shown this once."""
        self._require_operator(by)
        if officer.bureau != self.settings.bureau:
            raise NotAllowed(f"officers at this node are of bureau {self.settings.bureau}, not of {officer.bureau}")
        if officer.role in (Role.REVIEWER, Role.COMMISSIONER):
            raise InvalidInput.at(
                "role", f"no {officer.role}s work at a node", "Use officer, desk or operator", "officer"
            )
        return self.database.enrol(officer)

    def _require_operator(self, by: Officer) -> None:
        if by.role is not Role.OPERATOR or by.bureau != self.settings.bureau:
            raise NotAllowed(f"{by.name} ({by.role}, {by.bureau}) cannot do this; an operator of this node must")

    @contextmanager
    def read(self) -> Iterator[NodeReader]:
        """A look at what the node keeps."""
        with self.database.read() as reader:
            yield reader

    # --- What comes in, and what goes out -----------------------------------------------------------------------

    def _position(self, stream: str) -> Position | None:
        with self.database.read() as reader:
            return reader.position(stream)

    def _receive(self, stream: str, messages: Sequence[Message]) -> None:
        with self._receiving:
            self._apply(stream, messages)
        self.relay.wake()

    def _apply(self, stream: str, messages: Sequence[Message]) -> None:
        if self._index_is_stale:
            self._rebuild()
        now = self._clock()
        believed = self._believed
        try:
            with self.database.work(now) as work:
                work.save_position(stream, messages[-1].position)
                for message in messages:
                    try:
                        trusted = open_envelope(message.data, self._office, believed)
                        with tracing.event("apply", self._office.name, trusted.event.number):
                            # The index changes before the commit: a receipt speaks of both, and goes out after it.
                            self._change_index(reception.apply(work, trusted))
                        believed = _longer(believed, trusted)
                    except NotTrusted as error:
                        self._reject(now, message, str(error))
        except BaseException:
            self._index_is_stale = True  # what was added to it was not committed
            raise
        self._believed = believed

    def _change_index(self, change: reception.Applied) -> None:
        if change.add:
            self.index.add(change.add)
        if change.remove:
            self.index.remove(change.remove)

    def _rebuild(self) -> None:
        with self.database.read() as reader:
            self._believed = reader.believed()
            self.index = build(_everybody(reader))
        self._index_is_stale = False

    def _reject(self, at: datetime, message: Message, reason: str) -> None:
        log.warning("envelope.rejected", subject=message.subject, reason=reason)
        self.database.reject_envelope(at, message.subject, reason, message.data)

    def _send(self, report: Report) -> None:
        subject = f"report.{report.bureau}.{report.kind}"
        raw = sign_report(report, self._signer)
        message_id = f"{subject}#{report.number}#{hashlib.sha256(raw).hexdigest()}"
        self._stream.publish(subject, raw, message_id)


def _everybody(reader: NodeReader) -> Iterator[Listed]:
    for held in reader.all_held():
        if held.notice and held.notice.person:
            yield listed(held.control_number, held.notice.person)
    for entry in reader.local_entries():
        yield check.local_person(entry)


def _longer(believed: Checkpoint | None, trusted: Trusted) -> Checkpoint:
    return trusted.checkpoint if believed is None or trusted.checkpoint.size > believed.size else believed
