"""The time limits of `duties.yaml`: each with its source, each duty with who owes it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from rednotice.model.case import DutyKind, Side
from rednotice.rules.duties import Limit, limit, limits

TODAY = date(2026, 11, 24)
ROWS = [row for rows in limits().values() for row in rows]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_limit_has_a_source_and_says_so_where_no_text_sets_its_time(row: Limit) -> None:
    assert row.source.startswith("RPD ")
    assert row.within > timedelta(0)
    assert row.then is None or row.then > timedelta(0)
    if row.then:
        assert row.note


@pytest.mark.parametrize("kind", DutyKind)
def test_every_duty_has_a_limit(kind: DutyKind) -> None:
    assert limit(kind, TODAY).name == kind


def test_what_only_the_requesting_bureau_or_the_locating_one_can_do_it_owes() -> None:
    owed = {side: [kind.value for kind in DutyKind if limit(kind, TODAY).owed_by is side] for side in Side}
    assert owed == {
        Side.LOCATING: ["tell at once", "take measures"],
        Side.REQUESTING: ["answer the hit", "confirm identity", "say whether still wanted", "send the documents"],
        Side.OFFICE: ["cancel the notice"],
    }


@pytest.mark.parametrize(("urgent", "minutes"), [(True, 10), (False, 60)])
def test_a_hit_is_answered_sooner_when_it_is_urgent(urgent: bool, minutes: int) -> None:
    assert limit("answer the hit", TODAY).first(urgent=urgent) == timedelta(minutes=minutes)


def test_what_has_no_urgent_limit_is_due_as_ever() -> None:
    assert limit("confirm identity", TODAY).first(urgent=True) == timedelta(hours=24)


def test_there_is_no_limit_before_the_rules_came_into_force() -> None:
    with pytest.raises(LookupError, match="'answer the hit' has no value on 2012-06-30"):
        limit("answer the hit", date(2012, 6, 30))
    assert limit("answer the hit", date(2012, 7, 1))
