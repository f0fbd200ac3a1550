"""The machine-readable zone as ICAO Doc 9303 prints it, and document numbers as people type them."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rednotice.errors import InvalidInput
from rednotice.match.documents import check_digit, lookalike_number, normal_number, read_mrz
from rednotice.model.check import Query
from tests.builders import TODAY
from tests.conftest import cases

ZONES = cases("mrz")
PASSPORT = ZONES[0].values[0]["mrz"]


@pytest.mark.parametrize("case", [zone for zone in ZONES if "reads" in zone.values[0]])
def test_a_zone_is_read_as_far_as_it_is_sound(case: dict[str, Any]) -> None:
    query, remarks = read_mrz(Query(mrz=case["mrz"]), TODAY)
    assert [query.name, query.document, query.born, query.sex, query.nationality] == case["reads"]
    assert query.check_digit == case.get("misfit")
    expected = case.get("remarks", [])
    assert len(remarks) == len(expected), remarks
    for said in expected:
        assert any(said in remark for remark in remarks), remarks


@pytest.mark.parametrize("case", [zone for zone in ZONES if "says" in zone.values[0]])
def test_a_zone_of_which_nothing_can_be_used_is_refused_with_what_is_wrong(case: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_mrz(Query(mrz=case["mrz"]), TODAY)
    (fault,) = refused.value.faults
    assert fault.path == "mrz"
    assert case["says"] in fault.problem
    assert "type the name and the number by hand" in fault.mend


def test_what_the_officer_typed_besides_stands() -> None:
    typed = Query(mrz=PASSPORT, name="Anna Svensson", born="1975", sex="M", nationality="SE", document="X1")
    assert read_mrz(typed, TODAY) == (typed, ())


def test_the_check_digit_goes_with_the_number_of_the_zone() -> None:
    misread = next(zone.values[0]["mrz"] for zone in ZONES if zone.values[0].get("misfit") == "7")
    assert read_mrz(Query(mrz=misread), TODAY)[0].check_digit == "7"
    assert read_mrz(Query(mrz=misread, document="25WI51781"), TODAY)[0].check_digit is None


def test_a_zone_beyond_use_does_no_harm_where_the_name_was_typed() -> None:
    typed = Query(mrz="nothing to be read", name="Anna Svensson")
    query, (remark,) = read_mrz(typed, TODAY)
    assert query == typed
    assert remark.startswith("no line looks like one of a machine-readable zone")


def test_a_query_without_a_zone_is_left_as_it_is() -> None:
    assert read_mrz(Query(name="Anna Svensson"), TODAY) == (Query(name="Anna Svensson"), ())


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


@pytest.mark.parametrize(("one", "other"), [("O123", "0I23"), ("SB-2", "58Z"), ("G1", "6l"), ("AB12", "AB12")])
def test_numbers_are_lookalikes_by_the_characters_that_scanners_confuse(one: str, other: str) -> None:
    assert (lookalike_number(one) == lookalike_number(other)) is (other != "6l")


SPECIMENS = [zone.values[0]["mrz"].strip() for zone in ZONES[:5]]
VALUE = {character: int(character, 36) % 10 for character in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"} | {"<": 0}
damage = st.sampled_from(SPECIMENS).flatmap(
    lambda zone: st.tuples(
        st.just(zone),
        st.sampled_from([n for n, character in enumerate(zone) if character != "\n"]),
        st.one_of(st.sampled_from(sorted(VALUE)), st.characters(categories=["L", "N", "P", "S", "Z"])),
    )
)


@given(damage)
@settings(max_examples=300)
def test_one_damaged_character_never_gives_a_wrong_birth_date_or_unnoticed_a_wrong_number(
    damaged: tuple[str, int, str],
) -> None:
    """Doc 9303-3, 4.9. No check digit tells apart characters whose values differ by ten, such as 0 and A; what may not
    stand in a zone, such as a blank, is read as the filler, whose value is 0."""
    zone, place, character = damaged
    printed, _ = read_mrz(Query(mrz=zone), TODAY)
    read = zone[:place] + character + zone[place + 1 :]
    try:
        query, remarks = read_mrz(Query(mrz=read), TODAY)
    except InvalidInput:
        return
    assert query.born in (printed.born, None)
    cannot_be_told = VALUE.get(character.upper(), 0) == VALUE[zone[place]]
    assert query.document in (printed.document, None) or remarks or cannot_be_told


@given(
    st.one_of(st.text(min_size=1, max_size=200), st.text("PIV<UTOERIKSN0123456789\n \r\t", min_size=1, max_size=200))
)
@settings(max_examples=300)
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    with suppress(InvalidInput):
        query, _ = read_mrz(Query(mrz=text), TODAY)
        assert query.name or query.document
        Query.model_validate(query.model_dump())


@given(damage, st.integers(0, 95), st.integers(0, 3), st.sampled_from(["\n", ""]))
@settings(max_examples=300)
def test_characters_lost_or_put_in_never_give_a_wrong_birth_date_or_unnoticed_a_wrong_number(
    damaged: tuple[str, int, str], start: int, lost: int, between: str
) -> None:
    zone, place, character = damaged
    printed, _ = read_mrz(Query(mrz=zone), TODAY)
    for read in (zone[:start] + zone[start + lost :], zone[:place] + character[0] + zone[place:]):
        with suppress(InvalidInput):
            query, remarks = read_mrz(Query(mrz=read.replace("\n", between)), TODAY)
            assert query.born in (printed.born, None)
            assert query.document in (printed.document, None) or remarks


@given(st.text("0123456789", min_size=1, max_size=9), st.data())
def test_the_check_digit_finds_any_one_misread_digit(field: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(field) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != field[place]]))
    assert check_digit(field[:place] + other + field[place + 1 :]) != check_digit(field)
