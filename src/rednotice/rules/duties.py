"""The time limits in the life of a notice and after a location (`duties.yaml`; RPD 50, 87)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from rednotice.model.case import Side


@dataclass(frozen=True, slots=True)
class Limit:
    """How long something may take, and what it rests on."""

    name: str
    since: date
    within: timedelta
    urgent: timedelta | None
    then: timedelta | None
    owed_by: Side
    source: str
    note: str | None

    def first(self, *, urgent: bool) -> timedelta:
        """The limit after which whoever owes it is reminded."""
        return self.urgent if urgent and self.urgent else self.within


@cache
def limits() -> dict[str, tuple[Limit, ...]]:
    """Every limit with its values by date, as they stand in the file."""
    book: dict[str, list[dict[str, Any]]] = yaml.safe_load(
        files(__package__).joinpath("duties.yaml").read_text(encoding="utf-8")
    )
    return {name: tuple(_limit(name, row) for row in rows) for name, rows in book.items()}


def limit(name: str, on: date) -> Limit:
    """A limit as it holds on a day.

    Raises:
        LookupError: if it had no value then.
    """
    held = [row for row in limits()[name] if row.since <= on]
    if not held:
        raise LookupError(f"the time limit '{name}' has no value on {on}")
    return max(held, key=lambda row: row.since)


def _limit(name: str, row: dict[str, Any]) -> Limit:
    return Limit(
        name=name,
        since=row["since"],
        within=timedelta(**row["within"]),
        urgent=timedelta(**row["urgent"]) if "urgent" in row else None,
        then=timedelta(**row["then"]) if "then" in row else None,
        owed_by=Side(row["owed_by"]),
        source=row["source"],
        note=row.get("note"),
    )
