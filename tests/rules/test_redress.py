"""The commission's time limits, and the ends of retention."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from rednotice.model.application import ApplicationKind, ApplicationState
from rednotice.rules import redress
from rednotice.rules.figures import figures
from tests.conftest import cases


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@pytest.mark.parametrize("case", cases("redress_limits"))
def test_until_when_the_next_step_is_taken(case: dict[str, Any]) -> None:
    due = redress.next_step_due(ApplicationState(case["state"]), ApplicationKind(case["kind"]), at(case["since"]))
    assert due == (at(case["due"]) if case["due"] else None)


@pytest.mark.parametrize("case", cases("redress_revision"))
def test_new_facts_come_in_time_or_too_late(case: dict[str, Any]) -> None:
    assert redress.revision_is_in_time(case["learned_on"], case["put_forward"]) is case["in_time"]


def test_a_decision_is_extended_by_what_the_figure_says() -> None:
    assert redress.extended(at(date(2027, 3, 24))) == at(date(2027, 6, 24))


def test_data_is_kept_as_long_as_the_figures_say() -> None:
    day = at(date(2026, 11, 24))
    ends = {name: redress.kept_until(name, day).date() for name in figures("redress") if name.endswith("_kept_months")}
    assert ends == {
        "application_kept_months": date(2028, 11, 24),
        "recalled_kept_months": date(2028, 11, 24),
        "refused_kept_months": date(2031, 11, 24),
    }


def test_every_figure_names_its_source() -> None:
    for rows in figures("redress").values():
        assert all(
            "CCF" in str(row["source"]) or "RPD" in str(row["source"]) or "Own" in str(row["source"]) for row in rows
        )
