"""What is known besides the name: each datum weighs for or against, and says which."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rednotice.match.score import DOCUMENT_DECIDES, NAME_AT_MOST, weigh_evidence
from rednotice.model.check import Agreement, Listed, Query
from tests.builders import asking, listed

NAME = 0.8
"""How near the names are, before anything else is known."""

HER = listed("1", "Anna Eriksson", born=("1974-08-05",), sex="F", nationalities=("SE", "NO"), documents=("L898902C3",))


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
        ({"born": "1974-08-06"}, Agreement.UNKNOWN, "the same year of birth, another day", SAME),
        ({"born": "1975-08-05"}, Agreement.UNKNOWN, "next to each other", UP),
        ({"born": "1973"}, Agreement.UNKNOWN, "next to each other", UP),
        ({"born": "1972"}, Agreement.CONTRADICTS, "2 years apart", DOWN),
        ({"born": "1947-08-05"}, Agreement.CONTRADICTS, "27 years apart", DOWN),
        ({"sex": "F"}, Agreement.AGREES, "the same sex", UP),
        ({"sex": "M"}, Agreement.CONTRADICTS, "another sex is listed", DOWN),
        ({"nationality": "SE"}, Agreement.AGREES, "a listed nationality", UP),
        ({"nationality": "NO"}, Agreement.AGREES, "a listed nationality", UP),
        ({"nationality": "PT"}, Agreement.CONTRADICTS, "not a listed nationality", DOWN),
        ({"document": "l898 902-c3"}, Agreement.AGREES, "the document number is the listed one", UP),
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
    ],
)
def test_what_is_not_listed_says_nothing(known: dict[str, Any], says: str) -> None:
    score, said = weighed(listed("1", "Anna Eriksson"), **known)
    assert list(said.values()) == [(Agreement.UNKNOWN, says)]
    assert score == NAME


def test_a_sex_that_is_given_as_unknown_says_nothing() -> None:
    assert weighed(HER, sex="U") == (NAME, {})


def test_a_known_day_is_worth_more_than_a_swapped_one_and_that_more_than_the_year() -> None:
    scores = [weighed(HER, born=born)[0] for born in ("1974-08-05", "1974-05-08", "1974", "1974-08-06", "1980")]
    assert scores == sorted(set(scores), reverse=True)


def test_of_several_listed_dates_the_nearest_counts() -> None:
    person = listed("1", "Anna Eriksson", born=("1947-01-01", "1974-08-05"))
    assert weighed(person, born="1974-08-05")[1]["born"] == (Agreement.AGREES, "the same date of birth")


def test_a_document_decides_whatever_else_speaks_against_it() -> None:
    score, said = weighed(HER, 0.0, document="L898902C3", born="1950", sex="M", nationality="PT")
    assert score == DOCUMENT_DECIDES
    assert {datum for datum, (verdict, _) in said.items() if verdict is Agreement.CONTRADICTS} == {
        "born",
        "sex",
        "nationality",
    }


def test_a_document_decides_where_no_name_was_asked() -> None:
    score, _ = weigh_evidence(None, Query(document="L898902C3"), HER)
    assert score == DOCUMENT_DECIDES


def test_a_name_alone_never_makes_a_match_certain() -> None:
    assert weighed(HER, 1.0) == (NAME_AT_MOST, {})


TRUE = {"born": "1974-08-05", "sex": "F", "nationality": "SE"}
FALSE = {"born": "1950-01-01", "sex": "M", "nationality": "PT"}
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
