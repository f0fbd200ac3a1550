"""The office, wired together: the road as a list of methods."""

from __future__ import annotations

import hashlib
import re
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import structlog

from rednotice.adapters import clock as clocks
from rednotice.adapters import folders, keys, nkeys, tracing
from rednotice.adapters.callers import Callers
from rednotice.adapters.embedded import broken_engine
from rednotice.adapters.embedded.nats import EmbeddedNats
from rednotice.adapters.embedded.postgres import APP, EmbeddedPostgres
from rednotice.adapters.jetstream import JetStream, Message, Outgoing, Position, Quota
from rednotice.adapters.nats_config import OFFICE_API, REPORT_LIMIT
from rednotice.adapters.office_keys import OfficeKeys
from rednotice.adapters.postgres import connection, schema
from rednotice.adapters.postgres.erasure import Overwrite
from rednotice.adapters.postgres.office import BureauNode, OfficeDatabase, PostgresOfficeWork
from rednotice.adapters.postgres.office_reader import OfficeReader
from rednotice.adapters.relay import Relay
from rednotice.adapters.subjects import (
    NOTICE_SUBJECT,
    NOTICES,
    REPORT_SUBJECT,
    bureau_stream,
    reports_stream,
    stream_of,
    subjects_in,
)
from rednotice.errors import CannotStart, Conflict, InvalidInput, NotAllowed, NotTrusted, RedNoticeError, Unavailable
from rednotice.flow import (
    amendment,
    applications,
    circulation,
    consultation,
    deadlines,
    followup,
    redress,
    request,
    retention,
    review,
    ruling,
    upkeep,
)
from rednotice.flow.work import Circulated
from rednotice.log.checkpoint import open_checkpoint
from rednotice.log.keyring import Keyring, read_keyring
from rednotice.log.note import Signer, Verifier
from rednotice.log.report import Receipt, ReportKind, open_report
from rednotice.model.application import Application, ApplicationFile, MeasureKind, Proposal
from rednotice.model.bureau import COMMISSION, OFFICE, Officer, Role
from rednotice.model.case import Case, CaseState, DutyKind
from rednotice.model.decision import Outcome, Weighed
from rednotice.model.event import EventKind
from rednotice.model.filing import Filing, Opinion
from rednotice.model.finding import Stance
from rednotice.model.hit import Hit
from rednotice.model.notice import Ground, Listing, Notice, Recall, Remark
from rednotice.model.person import Person
from rednotice.model.request import Request
from rednotice.model.retention import Hold

log = structlog.get_logger(__name__)

REPORTS_OF_ALL = "REPORTS"
"""The stream in which earlier versions kept the reports of all bureaus."""
QUOTA = Quota(messages=20_000, bytes=64_000_000, bytes_of_one=REPORT_LIMIT)
"""How much a bureau's reports may be that were not taken yet; its node keeps the others until there is room."""
MEND_EVERY = 5.0
"""Seconds after which the office looks again whether its streams are whole."""
NUMBER = re.compile(r"[A-Z]{1,2}-\d{1,9}(/\d{1,2})?-\d{1,7}", re.ASCII)
"""A number of a request, notice, case or application."""
OPERATOR = "operator"
DUE_AT_ONCE = 20
TRY_AGAIN = timedelta(hours=1)
ROLES = {OFFICE: frozenset({Role.OPERATOR, Role.REVIEWER}), COMMISSION: frozenset({Role.COMMISSIONER})}
ROLES_OF_BUREAU = frozenset({Role.DESK, Role.OFFICER})


@dataclass(frozen=True, slots=True)
class OfficeSettings:
    """Where an office keeps its things, and which engines it uses; embedded ones where no address is given."""

    folder: Path
    origin: str = "rednotice.local/office"
    database_url: str | None = None
    nats_url: str | None = None
    nats_replicas: int = 1
    leaf_port: int = 0
    url: str | None = None
    """Where bureaus' nodes reach this office over HTTP; it stands in the links that are given to them."""
    clock: clocks.Clock = field(default=clocks.now)


@dataclass(frozen=True, slots=True)
class Link:
    """What a bureau's node needs to know of its office: handed over once, when the bureau is connected."""

    bureau: str
    node_key: str
    office_key: str
    line_key: str
    office_url: str | None = None
    """Where the node compares and refills over HTTP what it holds."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many streams were made anew, and how many messages are to be sent to them."""

    streams: int
    messages: int


class Office:
    """The office's program. `start`, then any of its acts, from any thread, then `stop`."""

    def __init__(self, settings: OfficeSettings) -> None:
        self.settings = settings
        self._clock = settings.clock
        self._stack = ExitStack()
        self._postgres: EmbeddedPostgres | None = None
        self._nats: EmbeddedNats | None = None
        self.relay: Relay
        self.timekeeper: Relay
        self.mender: Relay
        self.callers: Callers
        self.database: OfficeDatabase
        self._keys: OfficeKeys
        self._stream: JetStream
        self._opened: set[str] = set()
        self._opening, self._admitting = threading.Lock(), threading.Lock()
        self._lacked: dict[str, int] = {}

    def start(self) -> None:
        """Starts engines where they are embedded, migrates them, and begins to relay and to take reports.

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
        folder = folders.prepare(self.settings.folder)
        self._stack.enter_context(folders.Claim(folder))
        self._open_database(folder)
        self._log_is_ours()
        nats_url = self.settings.nats_url or self._embedded_nats(folder)
        self._stream = JetStream(nats_url, "office", api=OFFICE_API, replicas=self.settings.nats_replicas)
        self._stack.callback(self._stream.close)
        self._stream.open()
        # The older of two: another office on the same database may not have the new one yet.
        self.callers = Callers(lambda: self._keys.oldest, self._key_of_caller, self._clock)
        self._ensure_stream(NOTICES)
        self._stream.empty(REPORTS_OF_ALL, f"{REPORT_SUBJECT}>", self._take_reports)
        self._open_all_streams()
        self.relay = Relay("office", self._relay)
        self._stack.callback(self.relay.stop)
        self.relay.start()
        self.timekeeper = Relay("deadlines", self.carry_out_due)
        self._stack.callback(self.timekeeper.stop)
        self.timekeeper.start()
        self.mender = Relay("streams", self.mend_streams, MEND_EVERY)
        self._stack.callback(self.mender.stop)
        self.mender.start()

    def _open_database(self, folder: Path) -> None:
        self._keys = OfficeKeys(folder, self.settings.origin)
        engine = connection.connect(self.settings.database_url or self._embedded_database(folder))
        self._stack.callback(connection.dispose, engine)
        schema.require_current(engine, "office")
        self.database = OfficeDatabase(engine, self._keys)

    def _log_is_ours(self) -> None:
        with self.database.read() as reader:
            size, note = reader.log.checkpoint()
            keyring = reader.log.keyring()
            reader.require_whole()
        self._keys.agree(keyring)
        self._keys.tidy()
        try:
            if size:
                open_checkpoint(note, self.keyring)
        except NotTrusted:
            raise CannotStart(
                f"the log in this database was signed with another key than {self.key.name}+{self.key.key_id.hex()}; "
                f"restore {self.settings.folder / 'office.key'} from its back-up, and give the same --origin as before"
            ) from None

    def now(self) -> datetime:
        """What this office's clock says."""
        return self._clock()

    @property
    def key(self) -> Verifier:
        """The key by which this office is known to whoever is told of it now."""
        return self.keyring.newest

    def agree(self, note: str | None) -> None:
        """Signs as a keyring from the database says.

        Raises:
            CannotStart: if none of its keys is here.
        """
        self._keys.agree(note)

    @property
    def keyring(self) -> Keyring:
        """The keys that sign, and the recovery key."""
        return self._keys.keyring

    def _embedded_database(self, folder: Path) -> str:
        self._postgres = postgres = EmbeddedPostgres(folder / "postgres", folder / "postgres.log")
        self._stack.callback(postgres.stop)
        postgres.start()
        owner = connection.connect(postgres.owner_url)
        schema.migrate(owner, "office", APP)
        owner.dispose()
        return postgres.url

    def _embedded_nats(self, folder: Path) -> str:
        self._nats = EmbeddedNats(folder / "nats", folder / "nats.log", "office")
        self._stack.callback(self._nats.stop)
        self._nats.start_office(self._line_keys(), self.settings.leaf_port)
        return self._nats.url

    def broken(self) -> str | None:
        """Which embedded engine ended by itself, in a sentence; None if all run."""
        return broken_engine(self._postgres, self._nats)

    def circulation_trouble(self) -> str | None:
        """What keeps acts from going out or reports from coming in, in a sentence."""
        return self.relay.trouble or self._stream.trouble

    def clock_trouble(self) -> str | None:
        """How far this machine's clock is behind the log, in a sentence, if it is more than a minute."""
        with self.read() as reader:
            last = reader.log.last_signed_at()
        behind = last - self._clock() if last else timedelta(0)
        if behind < timedelta(minutes=1):
            return None
        return f"the clock of this machine is {timedelta(seconds=round(behind.total_seconds()))} behind the last event"

    @property
    def leaf_port(self) -> int | None:
        """The port at which the embedded NATS takes bureaus' leaves."""
        return self._nats.leaf_port if self._nats else None

    # --- The road -------------------------------------------------------------------------------------------

    @contextmanager
    def _act(self, by: Officer | None = None, act: str = "", subject: str = "") -> Iterator[PostgresOfficeWork]:
        """One act, in one transaction. If it is named and the rules forbid it, the log keeps that it was tried."""
        try:
            with tracing.act(act), self.database.work(self._clock()) as work:
                yield work
        except (NotAllowed, Conflict, InvalidInput) as refusal:
            if by and act:
                self._record_refused(by, act, subject, refusal)
            raise
        finally:
            self.relay.wake()

    def _record_refused(self, by: Officer, act: str, subject: str, refusal: RedNoticeError) -> None:
        # What stands in an address may be anything, and a leaf of the log is public.
        known = subject if NUMBER.fullmatch(subject) else "(unknown)"
        faults = [str(fault) for fault in refusal.faults] if isinstance(refusal, InvalidInput) else []
        content = {"act": act, "by": by.model_dump(mode="json"), "reason": str(refusal), "faults": faults}
        with self.database.work(self._clock()) as work:
            work.record(EventKind.ACT_REFUSED, known, content)

    def draft_request(self, drafted: Request, by: Officer) -> Filing:
        """A bureau keeps a request before it is filed (`flow.request.draft`)."""
        with self._act(by, "draft") as work:
            return request.draft(work, drafted, by)

    def file_request(self, filed: Request, by: Officer) -> Filing:
        """A bureau files a request (`flow.request.file`)."""
        with self._act(by, "file") as work:
            return request.file(work, filed, by)

    def file_draft(self, number: str, by: Officer) -> Filing:
        """A bureau files a draft (`flow.request.file_draft`)."""
        with self._act(by, "file", number) as work:
            return request.file_draft(work, number, by)

    def amend_request(self, number: str, amended: Request, by: Officer) -> Filing:
        """A bureau amends its request (`flow.amendment.amend`)."""
        with self._act(by, "amend", number) as work:
            return amendment.amend(work, number, amended, by)

    def withdraw_request(self, number: str, because: str | None, by: Officer) -> Filing:
        """A bureau withdraws its request (`flow.amendment.withdraw`)."""
        with self._act(by, "withdraw", number) as work:
            return amendment.withdraw(work, number, because, by)

    def assign(self, number: str, to: str | None, by: Officer) -> Filing:
        """A reviewer takes a request, or assigns it (`flow.review.assign`)."""
        with self._act(by, "assign", number) as work:
            return review.assign(work, number, to, by)

    def ask(self, number: str, text: str, days: int | None, by: Officer) -> Filing:
        """A reviewer asks the bureau (`flow.consultation.ask`)."""
        with self._act(by, "ask", number) as work:
            return consultation.ask(work, number, text, days, by)

    def answer(
        self, number: str, text: str, by: Officer, question: int | None = None, amended: Request | None = None
    ) -> Filing:
        """The bureau answers (`flow.consultation.answer`)."""
        with self._act(by, "answer", number) as work:
            return consultation.answer(work, number, text, by, question, amended)

    def ask_opinion(
        self, number: str, bureau: str, text: str, by: Officer, days: int | None = None, protest: bool = False
    ) -> Filing:
        """A reviewer asks another bureau (`flow.consultation.ask_opinion`)."""
        with self._act(by, "ask for an opinion", number) as work:
            return consultation.ask_opinion(work, number, bureau, text, days, protest, by)

    def give_opinion(self, number: str, stance: Stance, because: str | None, by: Officer) -> Opinion:
        """Another bureau gives its position (`flow.consultation.give_opinion`)."""
        with self._act(by, "give an opinion", number) as work:
            return consultation.give_opinion(work, number, stance, because, by)

    def decide(
        self,
        number: str,
        outcome: Outcome,
        reasons: str | None,
        by: Officer,
        persons: Sequence[int] = (),
        weighed: Sequence[Weighed] = (),
    ) -> Filing:
        """A reviewer signs a decision (`flow.review.decide`)."""
        with self._act(by, "decide", number) as work:
            return review.decide(work, number, outcome, reasons, by, persons, weighed)

    def recall(self, control_number: str, ground: Ground, by: Officer) -> Recall:
        """A notice is recalled (`flow.upkeep.recall`)."""
        with self._act(by, "recall", control_number) as work:
            return upkeep.recall(work, control_number, ground, by)

    def update_notice(self, control_number: str, changed: Request, by: Officer) -> Notice:
        """A bureau puts new data into its notice (`flow.upkeep.update`)."""
        with self._act(by, "update", control_number) as work:
            return upkeep.update(work, control_number, changed, by)

    def add_to_notice(self, control_number: str, kind: Remark, text: str, by: Officer) -> Notice:
        """A caveat or an addendum is added to a notice (`flow.upkeep.remark`)."""
        with self._act(by, f"add {kind}", control_number) as work:
            return upkeep.remark(work, control_number, kind, text, by)

    def suspend(self, control_number: str, because: str, by: Officer) -> Circulated:
        """A notice is suspended (`flow.upkeep.suspend`)."""
        with self._act(by, "suspend", control_number) as work:
            return upkeep.suspend(work, control_number, because, by)

    def lift(self, control_number: str, by: Officer) -> Circulated:
        """A suspended notice comes back into force (`flow.upkeep.lift`)."""
        with self._act(by, "lift", control_number) as work:
            return upkeep.lift(work, control_number, by)

    def extend(self, control_number: str, reasons: str, by: Officer) -> Notice:
        """A notice is still needed (`flow.upkeep.extend`)."""
        with self._act(by, "extend", control_number) as work:
            return upkeep.extend(work, control_number, reasons, by)

    def import_listings(self, entries: Iterable[tuple[Listing, Person]], by: Officer) -> circulation.Imported:
        """The Security Council's list becomes special notices (`flow.circulation.publish_listings`)."""
        with self._act() as work:
            return circulation.publish_listings(work, entries, by)

    def move_case(self, number: str, to: CaseState, remark: str | None, by: Officer) -> Case:
        """A bureau moves a case (`flow.followup.move`)."""
        with self._act(by, f"move to {to}", number) as work:
            return followup.move(work, number, to, remark, by)

    def fulfil_duty(self, number: str, kind: DutyKind, remark: str | None, by: Officer) -> Case:
        """A bureau did what it owes in a case (`flow.followup.fulfil`)."""
        with self._act(by, f"done: {kind}", number) as work:
            return followup.fulfil(work, number, kind, remark, by)

    # --- Redress and retention ------------------------------------------------------------------------------

    def file_application(self, filed: Application, by: Officer) -> ApplicationFile:
        """The commission takes an application, and learns whom on file it may be about (`flow.redress.file`)."""
        applications.require_commissioner(by, "take applications")
        with self.database.read() as reader:
            found = applications.search(filed.person, reader.on_file())
        with self._act() as work:
            return redress.file(work, filed, found, by)

    def acknowledge(self, number: str, by: Officer) -> ApplicationFile:
        """An application is acknowledged (`flow.redress.acknowledge`)."""
        with self._act(by, "acknowledge", number) as work:
            return redress.acknowledge(work, number, by)

    def admit(self, number: str, admissible: bool, reasons: str, about: Sequence[str], by: Officer) -> ApplicationFile:
        """An application is admitted or not (`flow.redress.admit`)."""
        with self._act(by, "admit", number) as work:
            return redress.admit(work, number, admissible, reasons, about, by)

    def extend_application(self, number: str, reasons: str, by: Officer) -> ApplicationFile:
        """The decision on an application is given more time (`flow.redress.extend`)."""
        with self._act(by, "extend", number) as work:
            return redress.extend(work, number, reasons, by)

    def measure(self, number: str, kind: MeasureKind, subject: str, text: str | None, by: Officer) -> ApplicationFile:
        """A provisional measure is ordered (`flow.redress.measure`)."""
        with self._act(by, "measure", number) as work:
            return redress.measure(work, number, kind, subject, text, by)

    def hear(self, number: str, side: str, question: str, by: Officer) -> ApplicationFile:
        """The commission asks one side (`flow.redress.hear`)."""
        with self._act(by, "hear", number) as work:
            return redress.hear(work, number, side, question, by)

    def answer_commission(
        self, number: str, side: str, text: str, restricted: str | None, by: Officer
    ) -> ApplicationFile | None:
        """A side answers the commission (`flow.redress.answer`)."""
        with self._act(by, "answer", number) as work:
            return redress.answer(work, number, side, text, restricted, by)

    def decide_application(self, number: str, proposed: Proposal, by: Officer) -> ApplicationFile:
        """A commissioner signs a decision (`flow.ruling.decide`)."""
        with self._act(by, "decide", number) as work:
            return ruling.decide(work, number, proposed, by)

    def execute(self, number: str, by: Officer) -> ApplicationFile:
        """A decision of the commission is carried out (`flow.ruling.execute`)."""
        with self._act(by, "execute", number) as work:
            return ruling.execute(work, number, by)

    def revise(self, number: str, facts: str, learned_on: date, by: Officer) -> ApplicationFile:
        """An application is taken up again on new facts (`flow.ruling.revise`)."""
        with self._act(by, "revise", number) as work:
            return ruling.revise(work, number, facts, learned_on, by)

    def place_hold(self, subject: str, reason: str, by: Officer) -> Hold:
        """A legal hold is placed (`flow.retention.place_hold`)."""
        with self._act(by, "place a hold", subject) as work:
            return retention.place_hold(work, subject, reason, by)

    def lift_hold(self, subject: str, reason: str, by: Officer) -> Hold:
        """A legal hold is lifted (`flow.retention.lift_hold`)."""
        with self._act(by, "lift a hold", subject) as work:
            return retention.lift_hold(work, subject, reason, by)

    def carry_out_due(self) -> int:
        """Carries out what has fallen due (`flow.deadlines`), each task once, whichever office does it.

        A task that fails comes again after an hour; the others go on.

        Returns:
            How many tasks were taken.
        """
        with self.database.read() as reader:
            if not reader.is_due(self._clock()):
                return 0
        with self._act() as work:
            due = work.take_due(DUE_AT_ONCE)
            for task in due:
                try:
                    with work.attempt():
                        deadlines.carry_out(work, task)
                except Unavailable:
                    raise
                except Exception:  # one that fails must not keep the others from being done
                    log.exception("task.failed", kind=task.kind, subject=task.subject)
                    work.schedule(task.model_copy(update={"due": work.at + TRY_AGAIN}))
        return len(due)

    # --- Officers and bureaus ---------------------------------------------------------------------------------

    def operator_token(self, *, known: bool) -> str | None:
        """A token for the operator, if this machine needs one: nobody is enrolled, or the token was lost.

        A lost one is given anew only where the database is this program's own: whoever starts it holds it anyway.
        """
        with self.database.read() as reader:
            needed = not reader.officers() or (self._postgres is not None and not known)
        operator = Officer(name=OPERATOR, bureau=OFFICE, role=Role.OPERATOR)
        return self.database.enrol(operator) if needed else None

    def enrol(self, officer: Officer, by: Officer) -> str:
        """Enrols an officer, or gives one who is enrolled a new token; it is shown this once.

        Raises:
            NotAllowed: if the officer who acts is not an operator of the office.
            InvalidInput: if the role is not one of that bureau at the office.
            Conflict: if the name is another officer's.
        """
        _require_operator(by)
        roles = ROLES.get(officer.bureau, ROLES_OF_BUREAU)
        if officer.role not in roles:
            wanted = ", ".join(sorted(roles))
            raise InvalidInput.at(
                "role", f"{officer.role} is no role of {officer.bureau} here", f"Use one of: {wanted}"
            )
        if officer.seconded_from and officer.role not in (Role.REVIEWER, Role.COMMISSIONER):
            mend = "Leave it out, or use reviewer or commissioner"
            raise InvalidInput.at("seconded_from", f"a {officer.role} is not seconded", mend)
        return self.database.enrol(officer)

    def connect_bureau(self, bureau: str, key: str, line_key: str, by: Officer) -> Link:
        """Connects a bureau's node: the key of its reports, the key of its line, and streams of its own.

        Asked again with the same keys, it gives the same link.

        Raises:
            NotAllowed: if the officer is not an operator.
            NotTrusted: if the key is damaged.
            InvalidInput: if the line key is.
            Conflict: if the bureau is connected already with other keys, or one of these was revoked.
        """
        _require_operator(by)
        key, line_key = str(Verifier.parse(key)), nkeys.read_public_key(line_key)
        self._open_streams(bureau)
        with self._act() as work:
            work.connect_bureau(bureau, key, line_key)
            circulation.catch_up(work, bureau)
        self._admit()
        return Link(bureau, key, str(self.key), line_key, self.settings.url)

    def revoke_bureau(self, bureau: str, because: str, by: Officer) -> None:
        """Takes a bureau's keys from it: its line ends at once, and its reports are not believed any more.

        What its node holds stays there: it is shown as silent about whatever it should erase.

        Raises:
            NotAllowed: if the officer is not an operator.
            NotFound: if it was never connected.
            Conflict: if it is revoked already.
        """
        _require_operator(by)
        with self._act() as work:
            work.revoke_bureau(bureau, because, by)
        self._admit()

    # --- The office's own keys --------------------------------------------------------------------------------

    def rotate_key(self, by: Officer) -> Keyring:
        """Makes a new key, which signs beside the one that signed last until that is retired.

        Raises:
            NotAllowed: if the officer is not an operator.
            Conflict: if two keys sign already.
        """
        with self._changing_keys(by) as work:
            fresh = keys.make(self._keys.name)
            ring = self.keyring.rotated(fresh.verifier)
            self._keys.keep(fresh)
            work.save_keyring(ring, ring.sign([fresh, *self._keys.signers]))
        return ring

    def retire_key(self, by: Officer) -> Keyring:
        """Ends an overlap: the newest key signs alone, and all that streams hold is sent again under it.

        Raises:
            NotAllowed: if the officer is not an operator.
            Conflict: if one key signs already.
        """
        with self._changing_keys(by) as work:
            ring = self.keyring.retired()
            work.save_keyring(ring, ring.sign(self._keys.signers))
            work.post_all_again()
        return ring

    def set_recovery_key(self, recovery: str, by: Officer) -> Keyring:
        """Names the key that can put another in the place of the office's, if that is lost or in other hands.

        Raises:
            NotAllowed: if the officer is not an operator.
            NotTrusted: if the key is damaged.
            Conflict: if there is a recovery key.
        """
        with self._changing_keys(by) as work:
            ring = self.keyring.recoverable(Verifier.parse(recovery))
            work.save_keyring(ring, ring.sign(self._keys.signers))
        return ring

    @contextmanager
    def _changing_keys(self, by: Officer) -> Iterator[PostgresOfficeWork]:
        _require_operator(by)
        with self._act() as work:
            yield work
        self._keys.tidy()
        log.warning("keyring.changed", rank=self.keyring.rank, by=by.name)

    def replace_key(self, recovery: Signer | None) -> Keyring:
        """Of an office that does not run: puts a new key in the place of every other, and ends again.

        Args:
            recovery: the recovery key; without it, every bureau's node has to be given a new link by hand.

        Raises:
            CannotStart: if the office runs, its database is not to be had, or its log is empty.
            NotTrusted: if this is not its recovery key.
        """
        with self._stack:
            folder = folders.prepare(self.settings.folder)
            self._stack.enter_context(folders.Claim(folder))
            self._open_database(folder)
            with self.database.work(self._clock(), agreed=False) as work:
                size, note = work.log.checkpoint()
                if not size:
                    raise CannotStart(f"the log of {folder} is empty: there is no key to replace")
                if (origin := note.partition("\n")[0]) != self._keys.name:
                    raise CannotStart(f"the log of {folder} is that of {origin}; give --origin {origin}")
                last = work.log.keyring()
                fresh = keys.make(self._keys.name)
                ring = (read_keyring(last) if last else Keyring((fresh.verifier,))).replaced(fresh.verifier)
                if recovery and recovery.verifier != ring.recovery:
                    known = ring.recovery or "none was named with 'rednotice key recovery'"
                    raise NotTrusted(f"{recovery.verifier} is not the recovery key of this office ({known})")
                self._keys.keep(fresh)
                work.save_keyring(ring, ring.sign([fresh, *([recovery] if recovery else [])]))
                work.post_all_again()
            self._keys.tidy()
        return ring

    @contextmanager
    def read(self) -> Iterator[OfficeReader]:
        """A look at what the office keeps."""
        with self.database.read() as reader:
            yield reader

    def _line_keys(self) -> dict[str, str]:
        nodes = self.database.bureau_nodes()
        return {node.bureau: node.line_key for node in nodes if node.line_key and node.may_connect}

    def _admit(self) -> None:
        # An engine of somebody else is told by its operator: rednotice engine config.
        if self._nats:
            with self._admitting:
                self._nats.admit(self._line_keys())

    # --- The streams ------------------------------------------------------------------------------------------

    def _open_all_streams(self) -> None:
        for node in self.database.bureau_nodes():
            self._open_streams(node.bureau)

    def _open_streams(self, bureau: str) -> None:
        with self._opening:
            if bureau in self._opened:
                return
            reports = reports_stream(bureau)
            for stream in (bureau_stream(bureau), reports):
                self._ensure_stream(stream)
            self._stream.follow(reports, partial(self._position, reports), partial(self._take_reports, reports))
            self._opened.add(bureau)

    def _streams(self) -> list[str]:
        """The streams that nodes read."""
        return [NOTICES, *map(bureau_stream, sorted(self._opened))]

    def _ensure_stream(self, name: str) -> None:
        subjects = subjects_in(name)
        if subjects.startswith(REPORT_SUBJECT):
            # One for each bureau: whoever floods the office fills its own, and stands in nobody's way.
            self._stream.ensure_stream(name, subjects, quota=QUOTA)
        else:
            # Every letter has a subject of its own, so none is lost; of a notice the last word stays.
            self._stream.ensure_stream(name, subjects, last_per_subject=True)

    def mend_streams(self) -> int:
        """Makes anew a stream that is gone, and has sent again what is missing from one that holds too little.

        A stream is looked through whenever it lacks more of what was ever sent to it than the last time: what was
        erased is missing rightly.

        Returns:
            0: there is nothing more to do for now.
        """
        if self._nats:
            with self._admitting:
                self._nats.start_again_if_it_gave_up()
        self._open_all_streams()  # another office on the same database may have connected a bureau
        with self.database.read() as reader:
            sent = {stream: reader.sent_to(stream) for stream in self._streams()}
            quiet = not reader.waiting()
        lacking = []
        for stream in (*map(reports_stream, sorted(self._opened)), *sent):
            count = self._stream.count(stream)
            if count is None:
                log.error("stream.gone", stream=stream)
                self._ensure_stream(stream)
            if stream in sent and (count is None or (quiet and sent[stream] - count > self._lacked.get(stream, 0))):
                lacking.append(stream)
                self._lacked[stream] = sent[stream] - (count or 0)
        if lacking:
            again = self.database.post_again(lacking, self._stream.subjects)
            if again:
                # Looked through once more when it is there.
                for stream in lacking:
                    del self._lacked[stream]
                log.warning("stream.refilled", streams=lacking, messages=again)
                self.relay.wake()
        return 0

    def rebuild_circulation(self, by: Officer) -> Rebuilt:
        """Makes every stream that nodes read anew from the database; no node applies anything twice.

        Raises:
            NotAllowed: if the officer is not an operator.
        """
        _require_operator(by)
        streams = self._streams()
        for stream in streams:
            self._stream.delete_stream(stream)
            self._ensure_stream(stream)
        again = self.database.post_again(streams, self._stream.subjects)
        log.warning("streams.rebuilt", streams=len(streams), messages=again, by=by.name)
        self.relay.wake()
        return Rebuilt(len(streams), again)

    # --- What goes out, and what comes in -----------------------------------------------------------------------

    def _relay(self) -> int:
        return self.database.relay(self._publish) + self.database.overwrite(self._overwrite)

    def _overwrite(self, message: Overwrite) -> None:
        self._stream.erase(message.stream, subject=message.subject, position=message.position)

    def _publish(self, messages: Sequence[Outgoing]) -> Sequence[Unavailable | None]:
        # A stream would only forget what a notice takes the place of, and leave it on its disk.
        replaced = [one.subject for one in messages if f".{NOTICE_SUBJECT}" in f".{one.subject}"]
        self._stream.erase_last([(stream_of(subject), subject) for subject in replaced])
        return self._stream.publish_all(
            [replace(one, message_id=f"{one.subject}#{one.message_id}") for one in messages]
        )

    def _position(self, stream: str) -> Position | None:
        with self.database.read() as reader:
            return reader.position(stream)

    def _take_reports(self, stream: str, messages: Sequence[Message]) -> None:
        with self._act() as work:
            taken, rejected = work.position(stream), Counter[tuple[str, str]]()
            for message in messages:
                # Another office on the same database may have been here meanwhile.
                if taken and taken.made == message.position.made and taken.sequence >= message.position.sequence:
                    continue
                bureau = message.subject.split(".")[1]
                try:
                    with work.attempt():
                        self._take_report(work, bureau, message)
                except (Unavailable, Conflict):
                    raise
                except Exception as error:  # whatever one bureau sends, the reports of others go on
                    rejected[bureau, type(error).__name__] += 1
                    work.reject_report(bureau, str(error), message.data, message.position)
            for (bureau, reason), count in rejected.items():
                log.warning("report.rejected", bureau=bureau, reason=reason, count=count)
                work.forget_rejected(bureau)
            last = messages[-1].position
            if taken is None or taken.made != last.made or taken.sequence < last.sequence:
                work.save_position(stream, last)
        # What was taken makes room for more. Hits speak of persons: they are overwritten, not only forgotten.
        for message in messages:
            if message.subject.endswith(f".{ReportKind.HIT}"):
                self._stream.erase(stream, position=message.position)
        self._stream.remove(stream, messages[-1].position)

    def _key_of_caller(self, bureau: str) -> Verifier:
        return _key_of(bureau, self.database.bureau_node(bureau))

    def _take_report(self, work: PostgresOfficeWork, bureau: str, message: Message) -> None:
        report = open_report(message.data, _key_of(bureau, work.bureau_node(bureau)), bureau)
        digest = hashlib.sha256(message.data).digest()
        if report.kind is ReportKind.RECEIPT:
            if work.take_report_once(bureau, report.number, digest):
                receipt = Receipt.model_validate(report.body)
                with tracing.event("take receipt", self.key.name, receipt.event):
                    circulation.take_receipt(work, bureau, receipt)
                    ruling.take_answer(work, receipt.control_number)
            return
        hit = Hit.model_validate(report.body)
        if not work.take_report_once(bureau, report.number, digest, hit.control_number, message.position):
            return
        if hit.bureau != bureau:
            raise NotTrusted(f"bureau {bureau} cannot report a hit of bureau {hit.bureau}")
        erased = work.erased(hit.control_number)
        if erased:
            retention.late_hit(work, hit, erased)
            work.erase_report(digest)
        else:
            followup.take_hit(work, hit)


def _key_of(bureau: str, node: BureauNode | None) -> Verifier:
    if node is None:
        raise NotTrusted(f"bureau {bureau} is not connected")
    if node.revoked_at:
        raise NotTrusted(f"the key of bureau {bureau} was revoked on {node.revoked_at:%Y-%m-%d %H:%M}")
    return Verifier.parse(node.key)


def _require_operator(by: Officer) -> None:
    if by.role is not Role.OPERATOR or not by.of_office:
        raise NotAllowed(f"{by.name} ({by.role}, {by.bureau}) cannot do this; an operator of the office must")
