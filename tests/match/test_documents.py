"""The machine-readable zone as ICAO Doc 9303 prints it, and document numbers as people type them."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rednotice.errors import InvalidInput
from rednotice.match.documents import check_digit, normal_number, read_mrz
from rednotice.model.check import Query
from tests.builders import TODAY
from tests.conftest import cases

ZONES = cases("mrz")
PASSPORT = ZONES[0].values[0]["mrz"]


@pytest.mark.parametrize("case", [zone for zone in ZONES if "reads" in zone.values[0]])
def test_a_zone_is_read(case: dict[str, Any]) -> None:
    query = read_mrz(Query(mrz=case["mrz"]), TODAY)
    assert [query.name, query.document, query.born, query.sex, query.nationality] == case["reads"]


@pytest.mark.parametrize("case", [zone for zone in ZONES if "says" in zone.values[0]])
def test_a_damaged_zone_is_refused_with_what_is_wrong(case: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_mrz(Query(mrz=case["mrz"]), TODAY)
    (fault,) = refused.value.faults
    assert fault.path == "mrz"
    assert case["says"] in fault.problem
    assert fault.mend


def test_what_the_officer_typed_besides_stands() -> None:
    typed = Query(mrz=PASSPORT, name="Anna Svensson", born="1975", sex="M", nationality="SE", document="X1")
    assert read_mrz(typed, TODAY) == typed


@pytest.mark.parametrize("typed", ["ZZ0041765", "zz 004-1765", " ZZ.004.1765 ", "zz0041765"])
def test_a_document_number_is_the_same_however_it_is_typed(typed: str) -> None:
    assert normal_number(typed) == "ZZ0041765"


@pytest.mark.parametrize(
    ("one", "other"),
    [("МН 1234567", "КН 1234567"), ("٩٩٩٩", "١٢٣٤"), ("ΑΒ12", "ΓΔ12")],
)
def test_numbers_in_other_scripts_are_told_apart(one: str, other: str) -> None:
    assert normal_number(one) != normal_number(other)


def test_digits_of_any_script_are_the_same_digits() -> None:
    assert normal_number("١٢٣٤٥") == normal_number("12345") == normal_number("१२३४५")


AS_PRINTED = read_mrz(Query(mrz=PASSPORT), TODAY)
DIGITS = [place for place, character in enumerate(PASSPORT) if character.isdigit()]


@given(st.sampled_from(DIGITS), st.sampled_from("0123456789"))
def test_a_misread_digit_is_noticed_or_changes_nothing_that_is_read(place: int, digit: str) -> None:
    misread = PASSPORT[:place] + digit + PASSPORT[place + 1 :]
    with suppress(InvalidInput):
        assert read_mrz(Query(mrz=misread), TODAY).model_copy(update={"mrz": PASSPORT}) == AS_PRINTED


@given(st.text("0123456789", min_size=1, max_size=9), st.data())
def test_the_check_digit_finds_any_one_misread_digit(field: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(field) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != field[place]]))
    assert check_digit(field[:place] + other + field[place + 1 :]) != check_digit(field)
