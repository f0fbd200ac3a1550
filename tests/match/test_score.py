"""What is known besides the name: each datum weighs for or against, and says which."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rednotice.match import REPORTED_FROM
from rednotice.match.score import (
    BORN,
    DATA_AT_MOST,
    DOCUMENT_COST,
    DOCUMENT_DECIDES,
    DOCUMENT_MISREAD,
    NAME_AT_MOST,
    NAME_IS_ANOTHER,
    NUMBER_SAYS,
    OTHERS,
    SAME_PERSON,
    Known,
    Number,
    likelihood,
    needed,
    total,
    weigh_evidence,
)
from rednotice.model.check import Agreement, Listed, Query
from tests.builders import asking, listed

NAME = 0.8
"""How near the names are, before anything else is known."""

HER = listed(
    "1",
    "Anna Eriksson",
    born=("1974-08-05",),
    sex="F",
    nationalities=("SE", "NO"),
    documents=("L898902C3",),
    birthplace="Luleå, Sweden",
    father="Erik Eriksson",
    mother="Märta Linnéa Strömqvist",
)


def weighed(person: Listed, name_score: float | None = NAME, **known: Any) -> tuple[float, dict[str, tuple[str, str]]]:
    """The score, and for each datum its verdict and what it says."""
    score, evidence = weigh_evidence(name_score, asking("Anna Eriksson", **known), person)
    return score, {one.datum: (one.verdict, one.says) for one in evidence}


UP, SAME, DOWN = 1, 0, -1


@pytest.mark.parametrize(
    ("known", "verdict", "says", "direction"),
    [
        ({"born": "1974-08-05"}, Agreement.AGREES, "the same date of birth", UP),
        ({"born": "1974-05-08"}, Agreement.AGREES, "day and month swapped", UP),
        ({"born": "1974"}, Agreement.AGREES, "the same year of birth, as far as it is known", UP),
        ({"born": "1353-05-14"}, Agreement.AGREES, "reckoned in the Persian calendar", UP),
        ({"born": "1394"}, Agreement.AGREES, "reckoned in the Hijri calendar", UP),
        ({"born": "1974-08-06"}, Agreement.AGREES, "one digit mistyped", UP),
        ({"born": "1947-08-05"}, Agreement.AGREES, "two transposed", UP),
        ({"born": "1974-08-26"}, Agreement.UNKNOWN, "the same month of birth, another day", DOWN),
        ({"born": "1974-11-26"}, Agreement.UNKNOWN, "the same year of birth, another month", DOWN),
        ({"born": "1973"}, Agreement.UNKNOWN, "next to each other", DOWN),
        ({"born": "1972"}, Agreement.CONTRADICTS, "2 years apart", DOWN),
        ({"born": "1947"}, Agreement.CONTRADICTS, "27 years apart", DOWN),
        ({"sex": "F"}, Agreement.AGREES, "the same sex", UP),
        ({"sex": "M"}, Agreement.CONTRADICTS, "another sex is listed", DOWN),
        ({"nationality": "SE"}, Agreement.AGREES, "a listed nationality", UP),
        ({"nationality": "NO"}, Agreement.AGREES, "a listed nationality", UP),
        ({"nationality": "PT"}, Agreement.CONTRADICTS, "not a listed nationality", DOWN),
        ({"document": "l898 902-c3"}, Agreement.AGREES, "the document number is the listed one", UP),
        ({"birthplace": "Lulea"}, Agreement.AGREES, "the same place or country of birth", UP),
        ({"birthplace": "Лулео, Швеция"}, Agreement.AGREES, "the same place or country of birth", UP),
        ({"birthplace": "Kiruna, SWE"}, Agreement.AGREES, "the same place or country of birth", UP),
        ({"birthplace": "Oslo, Norway"}, Agreement.CONTRADICTS, "another place or country of birth is listed", DOWN),
        ({"birthplace": "Kiruna"}, Agreement.UNKNOWN, "the place or country of birth cannot be compared", SAME),
        ({"father": "Eric"}, Agreement.AGREES, "the same father's name", UP),
        # She bears the family name herself: that her father does says nothing.
        ({"father": "Olof Eriksson"}, Agreement.CONTRADICTS, "another father's name is listed", DOWN),
        ({"mother": "Marta Stromkvist"}, Agreement.AGREES, "the same mother's name", UP),
        ({"mother": "Greta Lindgren"}, Agreement.CONTRADICTS, "another mother's name is listed", DOWN),
        ({"document": "L8989O2C3"}, Agreement.AGREES, "but for characters that look alike", UP),
        # A person has many documents in a life: another number says nothing.
        ({"document": "X1"}, Agreement.UNKNOWN, "another document than those listed", SAME),
    ],
)
def test_a_datum_raises_or_lowers_the_score_and_says_why(
    known: dict[str, Any], verdict: Agreement, says: str, direction: int
) -> None:
    score, said = weighed(HER, **known)
    ((found, why),) = said.values()
    assert (found, says in why) == (verdict, True)
    assert (score > NAME) - (score < NAME) == direction


@pytest.mark.parametrize(
    ("known", "says"),
    [
        ({"born": "1974"}, "no date of birth is listed"),
        ({"sex": "F"}, "no sex is listed"),
        ({"nationality": "SE"}, "no nationality is listed"),
        ({"document": "L898902C3"}, "no document is listed"),
        ({"birthplace": "Luleå"}, "no place or country of birth is listed"),
        ({"father": "Erik"}, "no father's name is listed"),
        ({"mother": "Märta"}, "no mother's name is listed"),
    ],
)
def test_what_is_not_listed_says_nothing(known: dict[str, Any], says: str) -> None:
    score, said = weighed(listed("1", "Anna Eriksson"), **known)
    assert list(said.values()) == [(Agreement.UNKNOWN, says)]
    assert score == NAME


def test_a_sex_that_is_given_as_unknown_says_nothing() -> None:
    assert weighed(HER, sex="U") == (NAME, {})


def test_the_nearer_a_date_of_birth_the_more_it_is_worth() -> None:
    asked = ("1974-08-05", "1353-05-14", "1974-08", "1974-05-08", "1974", "1974-08-06", "1975", "1977", "1980", "1994")
    scores = [weighed(HER, born=born)[0] for born in asked]
    assert scores == sorted(set(scores), reverse=True)


def test_every_kind_of_date_has_its_ratio_from_what_was_counted() -> None:
    assert SAME_PERSON.keys() == OTHERS.keys() == BORN.keys()
    assert all(0 < counted < 1 for table in (SAME_PERSON, OTHERS) for counted in table.values())


@pytest.mark.parametrize("besides", [{}, {"sex": "F"}, {"sex": "F", "nationality": "SE", "birthplace": "Luleå"}])
@pytest.mark.parametrize("born", ["1994", "1954-03-01", "1986-02-11", "1373"])
def test_a_namesake_born_in_other_years_scores_much_less(born: str, besides: dict[str, str]) -> None:
    score, said = weighed(HER, 1.0, born=born, **besides)
    assert said["born"][0] is Agreement.CONTRADICTS
    assert score < 0.75 * NAME_AT_MOST


def test_a_namesake_of_the_other_sex_scores_much_less() -> None:
    assert weighed(HER, 1.0, sex="M")[0] < 0.76
    assert weighed(HER, 0.8, sex="M")[0] < REPORTED_FROM


def test_of_several_listed_dates_the_nearest_counts() -> None:
    person = listed("1", "Anna Eriksson", born=("1947-01-01", "1974-08-05"))
    assert weighed(person, born="1974-08-05")[1]["born"] == (Agreement.AGREES, "the same date of birth")


def test_a_document_decides_whatever_else_speaks_against_it() -> None:
    score, said = weighed(HER, 0.0, document="L898902C3", born="1950", sex="M", nationality="PT")
    assert 0.95 < score < DOCUMENT_DECIDES
    assert {datum for datum, (verdict, _) in said.items() if verdict is Agreement.CONTRADICTS} == {
        "name",
        "born",
        "sex",
        "nationality",
    }
    everything = {datum: wrong for datum, wrong in FALSE.items() if datum != "document"}
    assert weighed(HER, 0.0, document="L898902C3", **everything)[0] >= DOCUMENT_DECIDES - DOCUMENT_COST


def test_the_more_speaks_against_a_document_the_less_it_decides() -> None:
    against: list[dict[str, str]] = [{}, {"sex": "M"}, {"sex": "M", "born": "1950"}]
    scores = [weighed(HER, name, document="L898902C3", **one)[0] for name in (0.9, 0.0) for one in against]
    assert scores == sorted(set(scores), reverse=True)
    assert scores[0] == DOCUMENT_DECIDES


def test_a_document_decides_where_no_name_was_asked() -> None:
    score, _ = weigh_evidence(None, Query(document="L898902C3"), HER)
    assert score == DOCUMENT_DECIDES


def test_a_document_misread_decides_too_but_less_surely() -> None:
    score, said = weighed(HER, 0.0, document="L8989O2C3", born="1950", sex="M")
    assert DOCUMENT_MISREAD - DOCUMENT_COST < score < DOCUMENT_MISREAD
    assert said["document"][0] is Agreement.AGREES
    assert weighed(HER, 0.9, document="L8989O2C3")[0] == DOCUMENT_MISREAD


def test_a_misread_number_whose_listed_reading_fits_the_check_digit_is_as_good_as_one_typed() -> None:
    read = listed("1", "Anna Eriksson", documents=("25WI51781",))
    score, evidence = weigh_evidence(None, Query(document="25W151781", check_digit="7"), read)
    assert (score, evidence[0].says) == (DOCUMENT_MISREAD, NUMBER_SAYS[Number.MISREAD])


@pytest.mark.parametrize("number", ["L898902C3", "L8989O2C3"])
def test_a_number_that_does_not_fit_its_check_digit_does_not_decide_alone(number: str) -> None:
    def score(name_score: float | None, **known: Any) -> float:
        return weigh_evidence(name_score, Query(document=number, check_digit="7", **known), HER)[0]

    assert REPORTED_FROM < score(None) == score(0.0) < 0.51
    assert score(0.0, sex="M", born="1950") < REPORTED_FROM
    assert score(None, born="1974-08-05") > score(None, born="1974") > score(None)
    assert DOCUMENT_MISREAD < score(NAME) <= DATA_AT_MOST
    (evidence,) = weigh_evidence(None, Query(document=number, check_digit="7"), HER)[1]
    assert evidence.verdict is Agreement.AGREES
    assert "does not fit its check digit" in evidence.says


def test_a_misread_number_never_lowers_what_all_else_gives() -> None:
    known = {"born": "1974-08-05", "sex": "F"}
    assert weighed(HER, 1.0, document="L8989O2C3", **known)[0] == weighed(HER, 1.0, **known)[0] > DOCUMENT_MISREAD


def test_a_name_alone_never_makes_a_match_certain() -> None:
    assert weighed(HER, 1.0) == (NAME_AT_MOST, {})


def test_nor_do_all_data_but_a_document() -> None:
    known = {"born": "1974-08-05", "sex": "F", "nationality": "SE", "father": "Erik", "mother": "Märta"}
    score, _ = weighed(HER, 1.0, **known)
    assert NAME_AT_MOST < score <= DATA_AT_MOST < DOCUMENT_DECIDES


BESIDES = {"born": "1974-08-05", "sex": "F", "nationality": "SE", "birthplace": "Luleå", "father": "Erik"}


@pytest.mark.parametrize("datum", [*BESIDES, "mother"])
@pytest.mark.parametrize("besides", [("born",), ("born", "sex"), tuple(BESIDES)])
def test_what_contradicts_or_agrees_is_seen_in_the_score_however_much_else_agrees(
    datum: str, besides: tuple[str, ...]
) -> None:
    known = {one: BESIDES[one] for one in besides if one != datum}
    agrees, says_nothing, contradicts = (
        weighed(HER, 1.0, **known, **more)[0] for more in ({datum: TRUE[datum]}, {}, {datum: FALSE[datum]})
    )
    assert agrees >= says_nothing + 0.0001
    assert contradicts <= says_nothing - 0.0005


TRUE = {
    "born": "1974-08-05",
    "sex": "F",
    "nationality": "SE",
    "birthplace": "Luleå, Sweden",
    "father": "Erik Eriksson",
    "mother": "Märta Linnéa Strömqvist",
    "document": "L898902C3",
}
FALSE = {
    "born": "1950-03-01",
    "sex": "M",
    "nationality": "PT",
    "birthplace": "Porto, Portugal",
    "father": "Olof",
    "mother": "Greta Lindgren",
    "document": "X1",
}
data = st.sets(st.sampled_from(sorted(TRUE)))


@given(st.floats(0, 1), data, data, data)
def test_more_that_is_true_never_lowers_a_score_and_more_that_is_false_never_raises_it(
    name_score: float, true: set[str], false: set[str], more: set[str]
) -> None:
    known = {datum: TRUE[datum] for datum in true} | {datum: FALSE[datum] for datum in false - true}
    unknown = more - known.keys()
    score, _ = weighed(HER, name_score, **known)
    with_true, _ = weighed(HER, name_score, **known, **{datum: TRUE[datum] for datum in unknown})
    with_false, _ = weighed(HER, name_score, **known, **{datum: FALSE[datum] for datum in unknown})
    assert with_false <= score <= with_true


@given(st.floats(0, 1), st.floats(0, 1), data)
def test_of_two_with_the_same_evidence_the_nearer_name_scores_no_less(one: float, other: float, true: set[str]) -> None:
    known = {datum: TRUE[datum] for datum in true}
    assert weighed(HER, min(one, other), **known)[0] <= weighed(HER, max(one, other), **known)[0]


@given(st.one_of(st.none(), st.floats(0, 1)), data, data)
def test_the_fast_score_and_the_one_in_words_are_the_same(
    name_score: float | None, true: set[str], false: set[str]
) -> None:
    query = asking("Anna Eriksson", **{**{one: FALSE[one] for one in false}, **{one: TRUE[one] for one in true}})
    known = Known.of(query)
    score, evidence = weigh_evidence(name_score, query, HER)
    assert total(name_score, *likelihood(known, HER)) == score
    another = name_score is not None and name_score < NAME_IS_ANOTHER and "document" in true
    assert {one.datum for one in evidence} == true | false | ({"name"} if another else set())
    against = any(one.verdict is Agreement.CONTRADICTS for one in evidence)
    assert against is bool((false - true) - {"document"}) or another


@pytest.mark.parametrize(
    ("asked", "listed_date", "verdict"),
    [
        ("1984-07", "1984-09-17", Agreement.UNKNOWN),
        ("1984-09", "1984-09-17", Agreement.AGREES),
        ("1984", "1984-09-17", Agreement.AGREES),
    ],
)
def test_dates_are_compared_as_far_as_both_are_known(asked: str, listed_date: str, verdict: Agreement) -> None:
    _, (evidence,) = weigh_evidence(0.9, asking("Nobody", born=asked), listed("1", "Nobody", born=(listed_date,)))
    assert evidence.verdict is verdict


def test_a_number_of_signs_alone_is_nobodys() -> None:
    _, (evidence,) = weigh_evidence(0.9, asking("Nobody", document="---"), listed("1", "Nobody", documents=("...",)))
    assert evidence.verdict is Agreement.UNKNOWN


@pytest.mark.parametrize("score", [0.01, 0.2, 0.5, 0.9, 0.98, 0.99])
@pytest.mark.parametrize("ratio", [0.3, 1.0, 40.0, 1e5])
def test_a_name_that_reaches_a_score_is_never_below_what_is_needed(score: float, ratio: float) -> None:
    for odds in (tenth / 10 for tenth in range(-200, 100)):
        assert total(1 / (1 + math.exp(-odds)), ratio) < score or odds >= needed(score, ratio)


def test_every_name_is_near_enough_if_all_are_shown() -> None:
    assert needed(0.0, 1.0) == -math.inf
