"""From rows of the office's tables to nouns, for those who act and those who read."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, select

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


def closed_cases_in(connection: Connection) -> list[Closed]:
    """What was refused, and what was recalled for breach of the rules: cases that a new request may meet."""
    table, notice = tables.filing, tables.notice
    made_for = notice.c.document["request"].astext
    recalled: dict[str, dict[str, Ground]] = {}
    for row in connection.execute(
        select(made_for.label("request"), notice.c.control_number, notice.c.recalled).where(
            notice.c.recalled.is_not(None)
        )
    ):
        if row.request:
            recalled.setdefault(row.request, {})[row.control_number] = Ground(row.recalled)
    refused = table.c.document["decisions"].contains([{"outcome": Outcome.REFUSE.value, "void": None}])
    query = select(table.c.document).where(refused | table.c.number.in_(recalled)).order_by(table.c.filed_at)
    found = [Filing.model_validate(document) for document in connection.execute(query).scalars()]
    return [Closed(filing, recalled.get(filing.number, {})) for filing in found]
