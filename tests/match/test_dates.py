"""Dates of birth: partly known, mistyped, swapped, or reckoned in another calendar."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from persiantools.jdatetime import JalaliDate

from rednotice.errors import InvalidInput
from rednotice.match.dates import Born, Kinship, may_be_born, readings, relation
from rednotice.model.check import Query
from tests.builders import TODAY
from tests.conftest import cases

CASES = cases("dates")


@pytest.mark.parametrize("case", [one for one in CASES if "kind" in one.values[0]])
def test_two_dates_stand_to_each_other_as_the_table_says(case: dict[str, Any]) -> None:
    found = relation(Born.of(case["asked"]), case["listed"])
    assert found.kind.name == case["kind"]
    assert case["says"] in found.says


@pytest.mark.parametrize("case", [one for one in CASES if "refused" in one.values[0]])
def test_a_date_on_which_nobody_alive_was_born_is_refused_with_why(case: dict[str, Any]) -> None:
    Query(name="Anna Eriksson", born=case["asked"])  # the form has nothing against it
    with pytest.raises(InvalidInput) as refused:
        may_be_born(case["asked"], TODAY)
    (fault,) = refused.value.faults
    assert fault.path == "born"
    assert case["refused"] in fault.problem
    assert fault.mend


@pytest.mark.parametrize("born", ["2026-11-24", "2026", "1900", "1448", "1405", "1300-12-29", "1400-07-30"])
def test_a_date_on_which_somebody_alive_may_be_born_is_taken(born: str) -> None:
    may_be_born(born, TODAY)


days = st.dates(min_value=date(1925, 1, 1), max_value=date(2026, 11, 24))


@given(days)
def test_every_day_has_its_persian_date(day: date) -> None:
    there = JalaliDate(day)  # type: ignore[no-untyped-call]
    asked = f"{there.year}-{there.month:02}-{there.day:02}"
    Query(name="Anna Eriksson", born=asked)
    assert day in [one.first for one in readings(asked) if one.calendar == "Persian"]
    assert relation(Born.of(asked), day.isoformat()).kind is Kinship.SAME_DAY_RECKONED


@given(days, st.sampled_from([4, 7, 10]), st.sampled_from([4, 7, 10]))
def test_what_is_left_out_of_a_date_never_makes_it_contradict(day: date, known: int, listed: int) -> None:
    text = day.isoformat()
    assert relation(Born.of(text[:known]), text[:listed]).kind <= Kinship.PLACEHOLDER


@given(days, days)
def test_dates_stand_to_each_other_the_same_from_either_side(one: date, other: date) -> None:
    left, right = one.isoformat(), other.isoformat()
    assert relation(Born.of(left), right) == relation(Born.of(right), left)


@given(days, st.integers(1, 60))
def test_dates_years_apart_contradict_but_for_a_slip(day: date, years: int) -> None:
    other = day + timedelta(days=round(years * 365.25) + 40)
    found = relation(Born.of(day.isoformat()), other.isoformat())
    assert found.years == abs(other.year - day.year) or found.kind in (Kinship.NEXT_YEAR, Kinship.MISTYPED)
