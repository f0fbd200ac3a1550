"""Why a match is a match: in a line, in a table, as data, all from one structure."""

from __future__ import annotations

import pytest

from rednotice.match import build
from rednotice.match.explain import explain, means
from rednotice.match.score import DOCUMENT_DECIDES, DOCUMENT_MISREAD, weigh_evidence
from rednotice.model.check import Agreement, Match, Query
from tests.builders import asking, listed

HER = listed("1", "Anna Eriksson", "Anja Erikson", born=("1974-08-05",), sex="F", documents=("L898902C3",))


def explained(**known: str) -> Match:
    score, evidence = weigh_evidence(0.9, asking("Anna Eriksson", **known), HER)
    return explain(HER, None, evidence, score)


def test_what_agrees_contradicts_or_is_unknown_stands_apart_and_in_the_line() -> None:
    match = explained(born="1974-05-08", sex="M", nationality="SE")
    assert match.agreements == ("the same date of birth with day and month swapped",)
    assert match.contradictions == ("another sex is listed",)
    assert match.unknowns == ("no nationality is listed",)
    assert match.in_words == "the same date of birth with day and month swapped; but another sex is listed"


def test_the_words_follow_from_the_data_and_are_sent_with_them() -> None:
    match = explained(born="1974", sex="M")
    sent = match.model_dump(mode="json")
    assert sent["agreements"] == [one["says"] for one in sent["evidence"] if one["verdict"] == "agrees"]
    assert sent["contradictions"] == ["another sex is listed"]
    assert Match.model_validate(sent) == match


def test_the_listed_name_that_met_stands_beside_the_principal_one() -> None:
    assert explained().met_name == "Anna Eriksson"
    match = explain(HER, None, (), 0.9, "Anja Erikson")
    assert (match.name, match.met_name) == ("Anna Eriksson", "Anja Erikson")
    nameless = explain(listed("2", documents=("X1",)), None, (), 0.9)
    assert nameless.name == nameless.met_name == "(no name is listed)"


def test_a_match_found_by_an_index_says_what_its_score_means() -> None:
    (match,) = build([HER]).check(asking("Anna Eriksson")).matches
    assert match.means == means(match.score, ())


@pytest.mark.parametrize(
    ("score", "often"),
    [(0.97, "More than 9 in 10"), (0.88, "About 9 in 10"), (0.31, "About 3 in 10"), (0.02, "Fewer than 1 in 10")],
)
def test_a_score_says_how_many_matches_like_it_are_the_person(score: float, often: str) -> None:
    said = means(score, ())
    assert said.startswith(f"{often} matches")
    assert said.endswith("a likeness, not proof.")


@pytest.mark.parametrize(
    ("score", "known", "says"),
    [
        (DOCUMENT_DECIDES, {"document": "L898902C3"}, "The document number decides alone; compare the document"),
        (
            0.9971,
            {"document": "L898902C3", "sex": "M"},
            "what contradicts may mean that somebody else bears it",
        ),
        (DOCUMENT_MISREAD, {"document": "L8989O2C3"}, "The document number fits as far as it can be read"),
    ],
)
def test_a_document_that_fits_is_said_to_decide(score: float, known: dict[str, str], says: str) -> None:
    match = explained(**known)
    assert match.score == score
    assert says in match.means
    assert match.said(Agreement.AGREES)[0].datum == "document"


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        (
            {"name": "John Smith", "born": "1990-01-05", "sex": "M"},
            "the document number is the listed one, but the name, birth and sex are another's: ask whose",
        ),
        (
            {"name": "John Smith"},
            "the document number is the listed one, but the name is another's: ask whose document it is; John: not in",
        ),
        (
            {"name": "Anna Eriksson", "sex": "M"},
            "the document number is the listed one, but the sex is another's: ask whose document it is; Anna: same",
        ),
        ({"name": "Anja Erikson", "nationality": "PT"}, "Anja: same; Erikson: same; the document number is the listed"),
    ],
)
def test_whose_document_it_is_is_asked_first_where_its_bearer_is_another(asked: dict[str, str], first: str) -> None:
    (match,) = build([HER]).check(Query(document="L898902C3", **asked)).matches
    assert match.in_words.startswith(first)
    assert match.score >= 0.955
    assert match.parts
    assert ("another name is listed" in match.contradictions) is (asked["name"] == "John Smith")


def test_a_document_that_was_misread_is_said_not_to_decide() -> None:
    match = explained(document="L898902C3", check_digit="7")
    assert match.means.startswith("The document number was misread, so that it does not decide alone; compare")
    assert "does not fit its check digit" in match.in_words
