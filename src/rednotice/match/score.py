"""What is known besides the name: how birth date, sex, nationality and documents weigh for or against a match."""

from __future__ import annotations

from collections.abc import Iterator

from rednotice.match.documents import normal_number
from rednotice.model.check import Agreement, Evidence, Listed, Query
from rednotice.model.person import Sex

DOCUMENT_DECIDES = 0.99
NAME_AT_MOST = 0.985
"""A name alone never makes a match certain."""

# How many times likelier a datum is if it is the same person than if it is another (likelihood ratio).
SAME_DAY, DAY_AND_MONTH_SWAPPED, SAME_YEAR, NEXT_YEAR, OTHER_YEAR = 12.0, 6.0, 4.0, 1.2, 0.15
OTHER_DAY_OF_SAME_YEAR = 1.0
SAME_SEX, OTHER_SEX = 1.3, 0.2
SHARED_NATIONALITY, OTHER_NATIONALITY = 2.0, 0.6


def weigh_evidence(name_score: float | None, query: Query, person: Listed) -> tuple[float, tuple[Evidence, ...]]:
    """The score of a match after all that is known besides the name, and what each datum said.

    Args:
        name_score: how near the names are (0 to 1); None if the names were not compared.
        query: what was asked.
        person: who is listed.
    """
    evidence, odds = [], _odds(min(name_score or 0.0, NAME_AT_MOST))
    decided = False
    for found, ratio in _all(query, person):
        evidence.append(found)
        odds *= ratio
        decided = decided or (found.datum == "document" and found.verdict is Agreement.AGREES)
    score = DOCUMENT_DECIDES if decided else odds / (1 + odds)
    return round(score, 3), tuple(evidence)


def _odds(probability: float) -> float:
    return probability / (1 - probability)


def _all(query: Query, person: Listed) -> Iterator[tuple[Evidence, float]]:
    if query.document:
        yield _document(query.document, person)
    if query.born:
        yield _born(query.born, person.born)
    if query.sex and query.sex is not Sex.UNKNOWN:
        yield _sex(query.sex, person.sex)
    if query.nationality:
        yield _nationality(query.nationality, person.nationalities)


def _document(number: str, person: Listed) -> tuple[Evidence, float]:
    for listed in person.documents:
        if normal_number(number) and normal_number(listed) == normal_number(number):
            return _evidence("document", number, listed, Agreement.AGREES, "the document number is the listed one"), 1.0
    if not person.documents:
        return _evidence("document", number, None, Agreement.UNKNOWN, "no document is listed"), 1.0
    listed = ", ".join(person.documents)
    # A person has many documents in a life: another number says little.
    return _evidence("document", number, listed, Agreement.UNKNOWN, "another document than those listed"), 1.0


def _born(asked: str, listed: tuple[str, ...]) -> tuple[Evidence, float]:
    if not listed:
        return _evidence("born", asked, None, Agreement.UNKNOWN, "no date of birth is listed"), 1.0
    judged = [(_compare_dates(asked, one), one) for one in listed]
    (ratio, verdict, says), nearest = max(judged, key=lambda item: item[0][0])
    return _evidence("born", asked, nearest, verdict, says), ratio


def _compare_dates(asked: str, listed: str) -> tuple[float, Agreement, str]:
    left, right = asked.split("-"), listed.split("-")
    years = abs(int(left[0]) - int(right[0]))
    if years > 1:
        return OTHER_YEAR, Agreement.CONTRADICTS, f"the years of birth are {years} years apart"
    if years == 1:
        return NEXT_YEAR, Agreement.UNKNOWN, "the years of birth are next to each other"
    if left == right and len(left) == 3:
        return SAME_DAY, Agreement.AGREES, "the same date of birth"
    if len(left) == len(right) == 3:
        if left[1:] == right[:0:-1]:
            return DAY_AND_MONTH_SWAPPED, Agreement.AGREES, "the same date of birth with day and month swapped"
        return OTHER_DAY_OF_SAME_YEAR, Agreement.UNKNOWN, "the same year of birth, another day"
    if len(left) == 1 or len(right) == 1:
        return SAME_YEAR, Agreement.AGREES, "the same year of birth, as far as it is known"
    if left[1] != right[1]:
        return OTHER_DAY_OF_SAME_YEAR, Agreement.UNKNOWN, "the same year of birth, another month"
    return SAME_YEAR, Agreement.AGREES, "the same month of birth, as far as it is known"


def _sex(asked: Sex, listed: Sex | None) -> tuple[Evidence, float]:
    if listed is None or listed is Sex.UNKNOWN:
        return _evidence("sex", asked, listed, Agreement.UNKNOWN, "no sex is listed"), 1.0
    if asked is listed:
        return _evidence("sex", asked, listed, Agreement.AGREES, "the same sex"), SAME_SEX
    return _evidence("sex", asked, listed, Agreement.CONTRADICTS, "another sex is listed"), OTHER_SEX


def _nationality(asked: str, listed: tuple[str, ...]) -> tuple[Evidence, float]:
    if not listed:
        return _evidence("nationality", asked, None, Agreement.UNKNOWN, "no nationality is listed"), 1.0
    words = ", ".join(listed)
    if asked in listed:
        return _evidence("nationality", asked, words, Agreement.AGREES, "a listed nationality"), SHARED_NATIONALITY
    return _evidence("nationality", asked, words, Agreement.CONTRADICTS, "not a listed nationality"), OTHER_NATIONALITY


def _evidence(datum: str, asked: str, listed: str | None, verdict: Agreement, says: str) -> Evidence:
    return Evidence(datum=datum, asked=asked, listed=listed, verdict=verdict, says=says)
