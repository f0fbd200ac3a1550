"""Applications of persons concerned in the office's database, and who on file may be an applicant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from rednotice.adapters.postgres import shared, tables
from rednotice.adapters.postgres.erasure import not_there, told_of
from rednotice.flow.applications import OnFile
from rednotice.model.application import ApplicationFile, ApplicationState
from rednotice.model.decision import Decision, Outcome
from rednotice.model.filing import FilingState
from rednotice.model.notice import Notice
from rednotice.model.person import Person
from rednotice.model.retention import Hold


class RedressWork:
    """The part of a transaction at the office that is about applications (`flow.work.OfficeWork`)."""

    _connection: Connection
    _at: datetime

    def application(self, number: str) -> ApplicationFile:
        """An application, held until the transaction ends."""
        return _application(self._connection, number, for_update=True)

    def save_application(self, file: ApplicationFile) -> None:
        """Stores an application."""
        row = {
            "number": file.number,
            "state": file.state,
            "received_at": file.received_at,
            "document": file.model_dump(mode="json"),
        }
        shared.put(self._connection, tables.application, row)

    def applications_executed_on(self, subject: str) -> Sequence[str]:
        """The applications whose decisions are being executed on a notice or request."""
        table = tables.application
        query = select(table.c.number).where(
            table.c.state == ApplicationState.DECIDED, table.c.document.contains({"executed": [{"subject": subject}]})
        )
        return list(self._connection.execute(query).scalars())

    def silent_about(self, subject: str, event: int) -> frozenset[str]:
        """The connected bureaus that owe an answer for an event on a subject, or a later one, and gave none."""
        return silent_about(self._connection, subject, event)


class RedressReader:
    """What the commission's pages and commands read."""

    _connection: Connection

    def application(self, number: str) -> ApplicationFile:
        """An application."""
        return _application(self._connection, number)

    def applications(self, state: ApplicationState | None = None) -> list[ApplicationFile]:
        """Applications, oldest first."""
        table = tables.application
        query = select(table.c.document).order_by(table.c.received_at, table.c.number)
        if state:
            query = query.where(table.c.state == state)
        return [ApplicationFile.model_validate(document) for document in self._connection.execute(query).scalars()]

    def silent_about(self, subject: str, event: int) -> frozenset[str]:
        """The connected bureaus that owe an answer for an event on a subject, or a later one, and gave none."""
        return silent_about(self._connection, subject, event)

    def holds(self) -> list[Hold]:
        """Every legal hold, oldest first."""
        query = select(tables.hold.c.document).order_by(tables.hold.c.at)
        return [Hold.model_validate(document) for document in self._connection.execute(query).scalars()]

    def on_file(self) -> Iterator[OnFile]:
        """Every person in a notice, in force or not, and in a request, who has no notice."""
        notice, filing = tables.notice, tables.filing
        stream = self._connection.execution_options(yield_per=1000)
        who = notice.c.document["person"].label("person")
        named = (notice.c.control_number, notice.c.bureau, notice.c.recalled, notice.c.suspended, who)
        for row in stream.execute(select(*named).where(who.is_not(None))):
            stands = f"recalled: {row.recalled}" if row.recalled else "suspended" if row.suspended else "in force"
            person = Person.model_validate(row.person) if row.person else None
            if person and person.is_named:
                yield OnFile(row.control_number, row.bureau, stands, person)
        persons = filing.c.document["request"]["persons"].label("persons")
        decisions = filing.c.document["decisions"].label("decisions")
        parts = select(filing.c.number, filing.c.bureau, filing.c.state, persons, decisions)
        for row in stream.execute(parts.where(filing.c.state != FilingState.DRAFT)):
            for person in _without_notice(row.persons, row.decisions):
                yield OnFile(row.number, row.bureau, row.state, person)


def _without_notice(persons: list[Any], decided: list[Any]) -> Iterator[Person]:
    decisions = (Decision.model_validate(document) for document in decided if document["outcome"] == Outcome.PUBLISH)
    granted = [decision for decision in decisions if decision.in_effect]
    for n, document in enumerate(persons):
        if not any(decision.covers(n) for decision in granted):
            person = Person.model_validate(document)
            if person.is_named:
                yield person


def silent_about(connection: Connection, subject: str, event: int) -> frozenset[str]:
    """The connected bureaus that owe an answer for an event on a subject, or a later one, and gave none."""
    node, receipt, notice = tables.bureau_node, tables.receipt, tables.notice
    answered = select(receipt.c.bureau).where(receipt.c.control_number == subject, receipt.c.event >= event)
    silent = connection.execute(select(node.c.bureau).where(node.c.bureau.not_in(answered))).scalars().all()
    document = connection.execute(select(notice.c.document).where(notice.c.control_number == subject)).scalar()
    if document is None:  # it is erased, for which every node answers that was told of it
        told = told_of(connection, [subject])
        return frozenset(silent) if told is None else frozenset(told & set(silent))
    held = Notice.model_validate(document)
    return frozenset(bureau for bureau in silent if held.may_have(bureau))


def _application(connection: Connection, number: str, *, for_update: bool = False) -> ApplicationFile:
    query = select(tables.application.c.document).where(tables.application.c.number == number)
    found = connection.execute(query.with_for_update() if for_update else query).scalar()
    if found is None:
        raise not_there(connection, "application", number)
    return ApplicationFile.model_validate(found)
