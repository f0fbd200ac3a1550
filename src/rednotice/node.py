"""A bureau's node, wired together: it follows the office, answers checks, and reports, cut off or not."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from rednotice.adapters import clock as clocks
from rednotice.adapters import folders, keys, nkeys, tracing
from rednotice.adapters.embedded import broken_engine
from rednotice.adapters.embedded.nats import EmbeddedNats
from rednotice.adapters.embedded.postgres import APP, EmbeddedPostgres
from rednotice.adapters.jetstream import JetStream, Message, Outgoing, Position
from rednotice.adapters.keeper import Keeper
from rednotice.adapters.nats_config import BUREAU_API
from rednotice.adapters.office_calls import OfficeCalls
from rednotice.adapters.postgres import connection, schema
from rednotice.adapters.postgres.node import NodeDatabase, NodeReader
from rednotice.adapters.relay import Relay
from rednotice.adapters.subjects import REPORT_SUBJECT, streams_of
from rednotice.errors import CannotStart, InvalidInput, NotAllowed, NotTrusted, Unavailable
from rednotice.flow import check, reception
from rednotice.flow.earlier import listed
from rednotice.flow.work import LocalEntry
from rednotice.log.checkpoint import Checkpoint
from rednotice.log.feed import Trusted, open_envelope
from rednotice.log.history import Dispute, Signed, Wrong
from rednotice.log.keyring import Keyring, follow, read_keyring
from rednotice.log.note import Signer, Verifier
from rednotice.log.report import Report, sign_report
from rednotice.log.state import Ledger
from rednotice.match import build, forget, warm
from rednotice.model.bureau import Officer, Role
from rednotice.model.check import Check, Listed, Query
from rednotice.model.effect import EffectTable
from rednotice.model.hit import Hit

if TYPE_CHECKING:
    from rednotice.match.index import Index

log = structlog.get_logger(__name__)

OPERATOR = "operator"
LOOK_AGAIN = 2.0
"""Seconds after which a node that refuses to go on looks whether it still does."""
REREAD = 20
"""Comparisons after which what is held is read from the database anew, whatever memory says."""
AT_A_TIME = 256
"""Envelopes that are opened before what they change is written: all of a page in memory would be work for the collector
of garbage, more than they are for anybody else."""
INDEXED_TOGETHER = 25_000
"""Persons of a refill that become findable at once: more than the index makes one segment of with others later."""


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """Whose node it is, where it keeps its things, whom it follows, and what notices are worth here."""

    folder: Path
    bureau: str
    node_key: str
    office_key: str
    line: str
    effects: EffectTable
    database_url: str | None = None
    nats_url: str | None = None
    office_url: str | None = None
    """Where the office answers over HTTP; without it the node can neither compare nor refill."""
    peers: tuple[str, ...] = ()
    """Other nodes, whose checkpoints are compared with the office's."""
    compare_every: float = 3.0
    """Seconds between comparisons."""
    clock: clocks.Clock = field(default=clocks.now)


def node_signer(folder: Path, bureau: str) -> Signer:
    """The key with which a bureau's node signs its reports, made at the first call."""
    return keys.load_or_create(folders.prepare(folder) / "node.key", f"rednotice.local/{bureau}")


def line_seed(folder: Path) -> str:
    """The secret half of the key that a bureau's leaf shows at the office, made at the first call."""
    return nkeys.load_or_create(folders.prepare(folder) / "line.key")


def line_key(folder: Path) -> str:
    """The public half of it, which the office is told."""
    return nkeys.public_key(line_seed(folder))


class Node:
    """A bureau node's program. `start`, then any of its acts, from any thread, then `stop`."""

    def __init__(self, settings: NodeSettings) -> None:
        self.settings = settings
        self._clock = settings.clock
        self._stack = ExitStack()
        self.keyring = Keyring((Verifier.parse(settings.office_key),))
        self._believed: Checkpoint | None = None
        self._receiving = threading.Lock()
        self._index_is_stale = False
        self._to_index: dict[str, Listed] = {}
        self._proved: Signed | None = None
        self._ledger = Ledger()
        self._reading = 0
        self._stopping = threading.Event()
        self.dispute: str | None = None
        self.keeper: Keeper | None = None
        self.comparing: Relay | None = None
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
        self._stopping.set()
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
        self._stack.callback(connection.dispose, engine)
        schema.require_current(engine, "node")
        self.database = NodeDatabase(engine, self.settings.bureau, self.keyring.name)
        with self.database.read() as reader:
            reader.require_whole()
            known = reader.keyring()
        self._begin_with(*(known or ("", "")))
        self._rebuild()
        bureau = self.settings.bureau
        self._stream = JetStream(
            self.settings.nats_url or self._embedded_nats(folder), f"node {bureau}", api=BUREAU_API
        )
        self._stack.callback(self._stream.close)
        self._stream.open()
        self.relay = Relay(f"node {bureau}", self._report)
        self._stack.callback(self.relay.stop)
        self.relay.start()
        for stream in streams_of(bureau):
            self._stream.follow(stream, partial(self._position, stream), partial(self._receive, stream))
        if self.settings.office_url:
            self._begin_to_compare(self.settings.office_url)

    def _begin_to_compare(self, office_url: str) -> None:
        office = OfficeCalls(office_url, self.settings.bureau, self._signer)
        self._stack.callback(office.close)
        keeper = self.keeper = Keeper(office, self, self._clock, self.settings.peers)
        self.comparing = Relay(f"keeper {self.settings.bureau}", self.compare, self.settings.compare_every)
        self._stack.callback(self.comparing.stop)
        self._stack.callback(keeper.stop)
        self.comparing.start()

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
        nats.start_leaf(self.settings.bureau, self.settings.line, line_seed(folder))
        return nats.url

    def broken(self) -> str | None:
        """Which embedded engine ended by itself, in a sentence; None if all run."""
        return broken_engine(self._postgres, self._nats)

    def line_trouble(self) -> str | None:
        """What keeps notices from coming in or reports from going out, in a sentence."""
        return self.relay.trouble or self._stream.trouble

    def clock_trouble(self) -> str | None:
        """How far this machine's clock is from the office's, in a sentence, if it is more than a minute."""
        off = self.keeper.comparison.clock_off if self.keeper else 0.0
        side = "ahead of" if off > 0 else "behind"
        return f"the clock of this machine is {timedelta(seconds=round(abs(off)))} {side} the office's" if off else None

    @property
    def events_behind(self) -> int:
        """How many events it lacked when it last compared itself with the office."""
        return self.keeper.comparison.behind if self.keeper else 0

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
        if self.dispute:
            self._stopping.wait(LOOK_AGAIN)  # they come again
            raise NotTrusted(self.dispute)
        self._apply([(one.subject, one.data) for one in messages], stream, messages[-1].position)

    def _apply(self, arrived: Sequence[tuple[str, bytes]], stream: str = "", position: Position | None = None) -> int:
        """Applies envelopes in one transaction, with the position after them; returns how many were believed.

        Without a position they are part of a refill, and who is to be found is put off (`_index_what_waits`).
        """
        with self._receiving:
            if self._index_is_stale:
                self._rebuild()
            try:
                taken = self._apply_at_once(arrived, stream, position)
                if len(self._to_index) >= INDEXED_TOGETHER:
                    self._index_what_waits()
            except BaseException:
                self._index_is_stale = True  # what was added to it was not committed
                raise
        self.relay.wake()
        return taken

    def _apply_at_once(self, arrived: Sequence[tuple[str, bytes]], stream: str, position: Position | None) -> int:
        now, believed, taken = self._clock(), self._believed, 0
        changes: list[tuple[int, reception.Applied]] = []
        with self.database.batch(now) as work:
            for start in range(0, len(arrived), AT_A_TIME):
                trusted: list[tuple[str, bytes, Trusted]] = []
                for subject, raw in arrived[start : start + AT_A_TIME]:
                    try:
                        trusted.append((subject, raw, open_envelope(raw, self.keyring, believed)))
                        believed = _longer(believed, trusted[-1][2].checkpoint)
                    except NotTrusted as error:
                        self._reject(now, subject, raw, str(error))
                work.expect(one.event.subject for _, _, one in trusted)
                for subject, raw, one in trusted:
                    try:
                        with tracing.event("apply", self.keyring.name, one.event.number):
                            changes.append((one.event.number, reception.apply(work, one)))
                        taken += 1
                    except NotTrusted as error:
                        self._reject(now, subject, raw, str(error))
            # The index changes before the commit: a receipt speaks of both, and goes out after it.
            self._change_index([change for _, change in changes], at_once=position is not None)
            if position:
                work.save_position(stream, position)
        self._believed = believed
        for event, change in changes:
            if change.last_word:
                self._ledger.put(change.last_word, event)
        return taken

    def _change_index(self, changes: Iterable[reception.Applied], *, at_once: bool) -> None:
        last: dict[str, Listed | None] = {}
        for change in changes:
            if change.add:
                last[change.add.id] = change.add
            if change.remove:
                last[change.remove] = None
        for number, person in last.items():
            self._to_index.pop(number, None)
            if person is None:
                self.index.remove(number)
        come = {number: person for number, person in last.items() if person}
        if at_once:
            self.index.add_all(come.values())
        else:
            self._to_index.update(come)

    def _index_what_waits(self) -> None:
        self.index.add_all(self._to_index.values())
        self._to_index = {}
        forget()

    def _report(self) -> int:
        # A receipt says that the person is indexed. After a crash none goes out before the index is made anew.
        return self.database.relay(self._send, ready=lambda: not self._to_index)

    def _rebuild(self) -> None:
        with self.database.read() as reader:
            self._believed = reader.believed()
            self._ledger = Ledger(reader.last_words())
            self.dispute = next((one.says for one in reader.disputes()), None)
            self.index = build(_everybody(reader))
        forget()
        self._index_is_stale, self._to_index = False, {}

    # --- Beside the office (`adapters.keeper.Kept`) -------------------------------------------------------------

    def compare(self) -> int:
        """Compares once with what the office says that this node should hold, and refills what is missing."""
        assert self.keeper
        self._reading += 1
        if self._reading % REREAD == 0:
            with self._receiving, self.database.read() as reader:
                self._ledger = Ledger(reader.last_words())
        with self.database.read() as reader:
            if any(one.wrong is Wrong.FORK for one in reader.disputes()):
                return 0  # people must find out which history is true
        return self.keeper.compare()

    def _begin_with(self, begins: str, known: str) -> None:
        if begins == self.settings.office_key:
            self.keyring = read_keyring(known) if known else self.keyring
            return
        if begins:
            # A new link: what streams brought under the key that it names, the old one did not let in.
            self.database.forget_positions()
        self.database.keep_keyring(self.settings.office_key, "")

    def follow_keyrings(self, notes: Sequence[str]) -> None:
        """Believes the keys of the last keyring to which a chain of signatures leads, in place of those until now."""
        for ring, note in follow(self.keyring, notes):
            self.database.keep_keyring(self.settings.office_key, note)
            self.keyring = ring
            log.warning("keyring.followed", rank=ring.rank)

    def believed(self) -> tuple[Signed, ...]:
        """The checkpoint up to which the log was proved, and the longest that was seen."""
        with self.database.read() as reader:
            return tuple(one for one in (reader.proved(), reader.believed_note()) if one)

    def believe(self, signed: Signed) -> None:
        """Believes a checkpoint that was proved to go on from those; what was refused for a shorter log ends."""
        if signed != self._proved:
            self.database.keep_proved(signed)
            self._proved = signed
        if self.dispute:
            self.database.settle(self._clock())
            log.warning("dispute.over", says=self.dispute)
            self.dispute = None
        with self._receiving:
            self._believed = _longer(self._believed, signed.checkpoint)

    def contradicted(self, dispute: Dispute) -> None:
        """Keeps two checkpoints that cannot both be, and applies nothing any more."""
        if self.dispute is None:
            log.error("checkpoints.contradict", wrong=dispute.wrong.value, says=str(dispute))
        self.dispute = str(dispute)
        self.database.keep_dispute(self._clock(), dispute)

    def settle(self, by: Officer) -> int:
        """People found out which history is true, and it is the one that this node believes: it goes on from there.

        Returns:
            How many contradictions there were.
        """
        self._require_operator(by)
        settled = self.database.settle(self._clock())
        log.warning("dispute.settled", count=settled, by=by.name)
        self.dispute = None
        return settled

    def hashes(self) -> list[bytes]:
        """The hashes over the last word on every subject that is held, by bucket."""
        with self._receiving:
            return self._ledger.hashes()

    def buckets(self, places: Iterable[int]) -> dict[str, int]:
        """The last word on every subject of some buckets."""
        with self._receiving:
            return {one: event for place in places for one, event in self._ledger.bucket(place).items()}

    def letters_of(self, events: Sequence[int]) -> set[int]:
        """Those of some letters that are here."""
        with self.database.read() as reader:
            return reader.has_letters(events)

    def reports_sent(self, after: int, count: int) -> list[tuple[int, bytes]]:
        """Reports that the office's stream acknowledged a while ago: their numbers, and hashes of their bytes."""
        with self.database.read() as reader:
            sent = reader.reports_sent(after, count)
        return [(one.number, hashlib.sha256(sign_report(one, self._signer)).digest()) for one in sent]

    def report_again(self, numbers: Sequence[int]) -> None:
        """Has reports wait for the line once more."""
        self.database.unsend(numbers)
        self.relay.wake()

    def refill(self, envelopes: Sequence[bytes]) -> int:
        """Applies what was fetched over HTTP, as if a stream had delivered it; in `refilled` all of it is findable."""
        return self._apply([("refill", raw) for raw in envelopes])

    def refilled(self) -> None:
        """Makes whoever came by a refill findable; receipts go out after that."""
        with self._receiving:
            try:
                self._index_what_waits()
            except BaseException:
                self._index_is_stale = True
                raise
        self.relay.wake()

    def _reject(self, at: datetime, subject: str, raw: bytes, reason: str) -> None:
        log.warning("envelope.rejected", subject=subject, reason=reason)
        self.database.reject_envelope(at, subject, reason, raw)

    def _send(self, reports: Sequence[Report]) -> Sequence[Unavailable | None]:
        messages = []
        for report in reports:
            subject = f"{REPORT_SUBJECT}{report.bureau}.{report.kind}"
            raw = sign_report(report, self._signer)
            messages.append(Outgoing(subject, raw, f"{subject}#{report.number}#{hashlib.sha256(raw).hexdigest()}"))
        return self._stream.publish_all(messages)


def _everybody(reader: NodeReader) -> Iterator[Listed]:
    for held in reader.all_held():
        if held.notice and held.notice.person:
            yield listed(held.control_number, held.notice.person)
    for entry in reader.local_entries():
        yield check.local_person(entry)


def _longer(believed: Checkpoint | None, shown: Checkpoint) -> Checkpoint:
    return shown if believed is None or shown.size > believed.size else believed
