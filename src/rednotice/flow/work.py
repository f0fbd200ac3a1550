"""What the steps of the road need of the outside: one transaction at the office, one at a node.

Everything that is done through a unit of work happens together or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from rednotice.log.history import Signed
from rednotice.log.report import Receipt, ReportKind
from rednotice.model.application import ApplicationFile
from rednotice.model.bureau import Officer
from rednotice.model.case import Case
from rednotice.model.check import CheckMade
from rednotice.model.event import EventKind
from rednotice.model.filing import Filing
from rednotice.model.hit import Hit
from rednotice.model.notice import Ground, Listing, Notice
from rednotice.model.person import Person
from rednotice.model.retention import After, Erased, Hold
from rednotice.model.task import Task, TaskKind

if TYPE_CHECKING:
    from rednotice.flow.earlier import Closed


@dataclass(frozen=True, slots=True)
class Circulated:
    """A notice as the office holds it: its last version, and the event that made it."""

    notice: Notice
    recalled: Ground | None
    event: int
    suspended: str | None = None
    """Why it is suspended, in a line; None if it is not."""
    suspended_by: str | None = None
    """Whose measure that is: a bureau's, the office's, the commission's."""

    @property
    def in_force(self) -> bool:
        """Whether bureaus may act on it."""
        return self.recalled is None and self.suspended is None


@dataclass(frozen=True, slots=True)
class Letter:
    """What the office tells a bureau: the event behind it, and its content."""

    event: int
    at: datetime
    bureau: str
    kind: EventKind
    subject: str
    content: dict[str, Any]


class OfficeWork(Protocol):
    """One transaction at the office."""

    @property
    def at(self) -> datetime:
        """When it happens."""

    def record(
        self,
        kind: EventKind,
        subject: str,
        content: dict[str, Any],
        *,
        circulate: bool = False,
        circulate_to: Iterable[str] = (),
        letters: Iterable[str | None] = (),
    ) -> int:
        """Writes one event to the log, and sees to it that those whom it concerns receive it.

        Args:
            kind: what happened.
            subject: the file or control number it is about; no personal data.
            content: what is to be known of it; may be erased later.
            circulate: to every bureau, as the last word on this subject.
            circulate_to: the bureaus to which it goes as that, each by its own stream, and to nobody else.
            letters: the bureaus to which it is sent as a letter; None among them is passed over.

        Returns:
            The number of the event.
        """

    def connected(self) -> Sequence[str]:
        """The bureaus whose nodes are connected."""

    def send_again(self, event: int, subject: str, bureau: str) -> None:
        """Has an event go to one bureau's own stream, as the last word on its subject."""

    def event(self, number: int) -> tuple[EventKind, str]:
        """The kind and the subject of an event; NotFound if there is none."""

    def next_number(self, series: str) -> int:
        """The next number of a series, from 1, without gaps."""

    def filing(self, number: str) -> Filing:
        """A filed request; NotFound if there is none."""

    def filing_of(self, bureau: str, reference: str) -> Filing | None:
        """The request that a bureau filed under a reference of its own."""

    def closed_cases(self) -> Sequence[Closed]:
        """Every request of which a person was refused or a notice recalled, oldest first."""

    def discard_draft(self, number: str) -> None:
        """Keeps nothing of a draft."""

    def officer(self, name: str) -> Officer:
        """An officer who is enrolled; NotFound if there is none of this name."""

    def save_filing(self, filing: Filing) -> None:
        """Stores a request, new or changed."""

    def notice(self, control_number: str) -> Circulated:
        """A notice in its last version; NotFound if there is none."""

    def notice_of(self, listing: Listing) -> Circulated | None:
        """The notice that was made for an entry of a list."""

    def notices_for_some(self) -> Sequence[Circulated]:
        """Every notice that not every bureau may have, and that is not recalled."""

    def save_notice(self, circulated: Circulated) -> None:
        """Stores a notice, new or changed."""

    def owed(self, bureau: str) -> tuple[int, datetime | None]:
        """Of how many notices a bureau owes a receipt, and since when; nothing for one that is not connected."""

    def save_receipt(self, bureau: str, receipt: Receipt) -> None:
        """Stores what a bureau's node did with an event."""

    def case(self, number: str) -> Case:
        """A case; NotFound if there is none."""

    def cases_of(self, control_number: str) -> Sequence[Case]:
        """The cases on a notice, oldest first."""

    def save_case(self, case: Case) -> None:
        """Stores a case, new or changed."""

    def schedule(self, task: Task) -> None:
        """Has a task carried out when it falls due; in place of one of the same kind, subject and key."""

    def unschedule(self, kind: TaskKind, subject: str, key: str | None = None) -> None:
        """Takes back tasks of a kind on a subject: one by its key, or all."""

    # --- Redress ------------------------------------------------------------------------------------------

    def application(self, number: str) -> ApplicationFile:
        """An application of a person concerned; NotFound if there is none."""

    def save_application(self, file: ApplicationFile) -> None:
        """Stores an application, new or changed."""

    def applications_executed_on(self, subject: str) -> Sequence[str]:
        """The numbers of the applications whose decisions are being executed on a notice or request."""

    def silent_about(self, subject: str, event: int) -> frozenset[str]:
        """The connected bureaus that owe an answer for an event on a subject, or a later one, and gave none."""

    # --- Retention ----------------------------------------------------------------------------------------

    def filings_that_met(self, number: str) -> Sequence[Filing]:
        """The requests that were found to be for the same case as an earlier one, by the earlier one's number."""

    def holds_on(self, subjects: Iterable[str]) -> Sequence[Hold]:
        """The legal holds on any of these."""

    def save_hold(self, hold: Hold) -> None:
        """Stores a legal hold."""

    def remove_hold(self, subject: str) -> None:
        """Takes a legal hold away."""

    def erased(self, subject: str) -> Erased | None:
        """What remains of a subject that was erased; None if it was not."""

    def erased_listing(self, listing: Listing) -> Erased | None:
        """What remains of the notice that was made for an entry of a list, if that was erased."""

    def told_of(self, subjects: Sequence[str]) -> Set[str] | None:
        """The bureaus whose nodes were told anything of these; None if every bureau was."""

    def erase(self, subjects: Sequence[str], after: After) -> None:
        """Erases requests, notices, cases and applications with all that was said of them, and keeps that it did.

        What was recorded of them in the log loses content and salt, except that they were recalled and erased, and
        what nodes answered: this names nobody. What circulates of it in streams is overwritten.
        """

    def erase_contents(self, subject: str) -> None:
        """Erases what was recorded and written of a subject, and keeps the subject itself."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a node holds of a notice: its content, or after a recall only that it was erased."""

    control_number: str
    version: int
    event: int
    notice: Notice | None


@dataclass(frozen=True, slots=True)
class LocalEntry:
    """A person of a list that a node imported for itself; never circulated."""

    listing: Listing
    person: Person
    imported_at: datetime | None = None
    """When it was taken over last; None before it is."""


class NodeWork(Protocol):
    """One transaction at a bureau node."""

    @property
    def at(self) -> datetime:
        """When it happens."""

    @property
    def bureau(self) -> str:
        """The bureau whose node this is."""

    def next_number(self, series: str) -> int:
        """The next number of a series, from 1, without gaps."""

    def held(self, control_number: str) -> Held | None:
        """What is held of a notice, if it was ever received."""

    def save_held(self, held: Held) -> None:
        """Stores, replaces or erases a notice."""

    def save_letter(self, letter: Letter) -> None:
        """Stores what the office told this bureau; one that came before, or is on what was erased since, is not."""

    def erase_rejected(self, subject: str) -> int:
        """Erases envelopes about a file that were not believed; returns how many there were."""

    def erase(self, subjects: Sequence[str], event: int) -> tuple[str, ...]:
        """Erases what is kept on notices and other files because an event says so; returns in words what was done."""

    def believe(self, signed: Signed) -> None:
        """Remembers a checkpoint, if it is longer than the last."""

    def report(self, kind: ReportKind, body: dict[str, Any]) -> int:
        """Queues a report to the office, which goes out when the line allows; returns its number."""

    def local_entry(self, entry_id: str) -> LocalEntry:
        """An entry of a list of this node's own, by its id in the index; NotFound if there is none."""

    def save_local_entries(self, entries: Iterable[LocalEntry]) -> None:
        """Stores entries of a list, each in place of an older one of the same source and reference."""

    def check(self, number: str) -> CheckMade:
        """A check that was made; NotFound if there is none."""

    def save_check(self, check: CheckMade) -> None:
        """Stores a check."""

    def hit_of(self, check: str, control_number: str) -> Hit | None:
        """The hit that was confirmed on a check for a notice, if it was."""

    def save_hit(self, hit: Hit, check: str) -> None:
        """Stores a confirmed hit."""
