"""Partial dates, codes, and the table of a case's moves."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from rednotice.model.case import MOVES, CaseState
from rednotice.model.notice import control_number, from_path, in_path
from rednotice.model.request import Colour
from rednotice.model.values import BirthDate, PartialDate, bureau_name, earliest, find_country

DATE: TypeAdapter[str] = TypeAdapter(PartialDate)
BIRTH: TypeAdapter[str] = TypeAdapter(BirthDate)


@given(st.dates(min_value=date(1, 1, 1)))
def test_every_day_of_the_calendar_is_a_date_and_so_are_its_month_and_year(day: date) -> None:
    full = f"{day.year:04}-{day.month:02}-{day.day:02}"
    for text in (full, full[:7], full[:4]):
        assert DATE.validate_python(text) == text
    assert earliest(full) == day
    assert earliest(full[:4]) == date(day.year, 1, 1)


@given(st.from_regex(r"\d{4}-\d{2}-\d{2}", fullmatch=True))
def test_what_is_taken_for_a_date_is_one(text: str) -> None:
    try:
        taken = DATE.validate_python(text)
    except ValidationError:
        with pytest.raises(ValueError, match=r"."):
            date.fromisoformat(text)
    else:
        assert taken == text
        date.fromisoformat(text)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Portugal", "PT"),
        ("prt", "PT"),
        ("UK", "GB"),
        ("Turkey", "TR"),
        ("Iran (Islamic Republic of)", None),
        ("", None),
    ],
)
def test_countries_are_found_by_usual_names(name: str, code: str | None) -> None:
    found = find_country(name)
    assert found == code if code else found in (None, "IR")


def test_a_bureau_is_a_country_or_an_international_entity() -> None:
    assert bureau_name("PT") == "Portugal"
    assert bureau_name("ICC") == "International Criminal Court"


@given(st.sampled_from([Colour.RED, Colour.SPECIAL]), st.integers(1, 10**6), st.dates(min_value=date(2000, 1, 1)))
def test_a_control_number_survives_its_way_through_an_address(colour: Colour, number: int, day: date) -> None:
    made = control_number(colour, number, day)
    assert from_path(in_path(made)) == made
    assert from_path(made) == made


def test_no_case_leaves_its_end() -> None:
    starts = {state for state, _ in MOVES}
    assert {CaseState.EXTRADITED, CaseState.CLOSED}.isdisjoint(starts)
    assert all(MOVES.values())


@pytest.mark.parametrize("text", ["1971-03-05", "1971", "1349-02-31", "1400-02-30", "1390-02-29", "1348-12"])
def test_a_date_of_birth_is_one_of_any_calendar_in_use(text: str) -> None:
    assert BIRTH.validate_python(text) == text


@pytest.mark.parametrize("text", ["1971-02-30", "1349-13", "1349-02-32", "1349-08-00", "5. Esfand 1349", ""])
def test_a_date_of_birth_that_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="is not a date"):
        BIRTH.validate_python(text)
