"""From rows of the office's tables to nouns, for those who act and those who read."""

from __future__ import annotations

import json
import threading
from typing import Any

from sqlalchemy import ColumnElement, Connection, literal_column, select

from rednotice.adapters.postgres import tables
from rednotice.adapters.postgres.erasure import not_there
from rednotice.flow.earlier import Closed
from rednotice.flow.work import Circulated
from rednotice.model.case import Case
from rednotice.model.decision import Outcome
from rednotice.model.filing import Filing
from rednotice.model.notice import Ground, Notice


def filing_in(connection: Connection, number: str, *, for_update: bool = False) -> Filing:
    """A request by its number, held until the transaction ends if asked; NotFound if there is none."""
    query = select(tables.filing.c.document).where(tables.filing.c.number == number)
    found = connection.execute(query.with_for_update() if for_update else query).scalar()
    if found is None:
        raise not_there(connection, "request", number)
    return Filing.model_validate(found)


def notice_in(connection: Connection, control_number: str, *, for_update: bool = False) -> Circulated:
    """A notice in its last version, held until the transaction ends if asked; NotFound if there is none."""
    query = select(tables.notice).where(tables.notice.c.control_number == control_number)
    row = connection.execute(query.with_for_update() if for_update else query).one_or_none()
    if row is None:
        raise not_there(connection, "notice", control_number)
    return circulated_of(row)


def circulated_of(row: Any) -> Circulated:
    """A notice as its row tells."""
    recalled = Ground(row.recalled) if row.recalled else None
    return Circulated(Notice.model_validate(row.document), recalled, row.event, row.suspended, row.suspended_by)


def version_of(content: str | None) -> int | None:
    """The version that the content of an event speaks of, if it does."""
    version = json.loads(content).get("version") if content else None
    return version if isinstance(version, int) else None


def case_in(connection: Connection, number: str, *, for_update: bool = False) -> Case:
    """A case by its number, held until the transaction ends if asked; NotFound if there is none."""
    query = select(tables.case_file.c.document).where(tables.case_file.c.number == number)
    found = connection.execute(query.with_for_update() if for_update else query).scalar()
    if found is None:
        raise not_there(connection, "case", number)
    return Case.model_validate(found)


class ClosedCases:
    """The closed cases, each read once for as long as its row is the same: an act looks through all of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read: dict[str, tuple[str, Filing]] = {}

    def forget(self) -> None:
        """Empties what is remembered, so that nothing of what was erased stays in memory."""
        with self._lock:
            self._read = {}

    def read(self, connection: Connection) -> list[Closed]:
        """What was refused, and what was recalled: cases that a new request may meet, oldest first."""
        recalled = _recalled(connection)
        table = tables.filing
        refused = table.c.document["decisions"].contains([{"outcome": Outcome.REFUSE.value, "void": None}])
        query = select(table.c.number, VERSION, UNCOMMITTED).where(refused | table.c.number.in_(recalled))
        versions = connection.execute(query.order_by(table.c.filed_at)).all()
        with self._lock:
            known = {
                row.number: held
                for row in versions
                if (held := self._read.get(row.number)) and held[0] == row.version and not row.uncommitted
            }
            unknown = [row.number for row in versions if row.number not in known]
            documents = select(table.c.number, table.c.document).where(table.c.number.in_(unknown))
            version = {row.number: row.version for row in versions}
            for row in connection.execute(documents) if unknown else ():
                known[row.number] = (version[row.number], Filing.model_validate(row.document))
            self._read = {row.number: known[row.number] for row in versions if not row.uncommitted}
        return [Closed(known[row.number][1], recalled.get(row.number, {})) for row in versions]


# The transaction that wrote a row; what this one wrote may still change without a new number.
VERSION: ColumnElement[str] = literal_column("filing.xmin::text").label("version")
UNCOMMITTED: ColumnElement[bool] = literal_column(
    "coalesce(filing.xmin::text = (pg_current_xact_id_if_assigned()::xid)::text, false)"
).label("uncommitted")


def _recalled(connection: Connection) -> dict[str, dict[str, Ground]]:
    """The recalled notices of each request, with their grounds."""
    notice = tables.notice
    made_for = notice.c.document["request"].astext.label("request")
    query = select(made_for, notice.c.control_number, notice.c.recalled).where(notice.c.recalled.is_not(None))
    recalled: dict[str, dict[str, Ground]] = {}
    for row in connection.execute(query):
        if row.request:
            recalled.setdefault(row.request, {})[row.control_number] = Ground(row.recalled)
    return recalled
