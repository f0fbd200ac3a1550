"""What is known besides the name: how birth, sex, nationality, place, parents and documents weigh.

    score = odds of the name's likeness x one ratio for each datum, as a probability again

The odds of the name are those that it is this person, as `model.json` was fitted to give them. A **ratio** is how often
two records of one person stand to each other so, by how often two of different persons do. They were counted, not
chosen (`SAME_PERSON`, `OTHERS` below say on what). Birth and sex count in full; nationality, place and parents by the
square root (`ROOT`), since they go with the name: who bears a Syrian name is likelier to be a Syrian."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from anyascii import anyascii
from rapidfuzz.distance import OSA

from rednotice.match import REPORTED_FROM
from rednotice.match.dates import Born, Kinship, Relation, relation
from rednotice.match.documents import check_digit_or_none, lookalike_number, normal_number
from rednotice.model.check import Agreement, Evidence, Listed, Query
from rednotice.model.person import Sex
from rednotice.model.values import find_country

DOCUMENT_DECIDES = 0.999
DOCUMENT_MISREAD = 0.95
"""A number that is the listed one but for characters that look alike."""
DOCUMENT_COST = 0.044
"""What all that contradicts takes from either at most: a number decides, but it may be another's document."""
NAME_AT_MOST = 0.985
"""A name alone never makes a match certain."""
DATA_AT_MOST = 0.998
"""Nor does a name with all data but a document. Between the two a score goes by the log odds."""
ROOT = 2
"""The root by which a ratio counts that goes with the name; the module says why."""

SAME_PERSON: dict[Kinship, float] = {
    Kinship.SAME_DAY: 0.93,
    Kinship.SAME_DAY_RECKONED: 0.93,
    Kinship.SAME_MONTH: 0.93,
    Kinship.SAME_YEAR: 0.93,
    Kinship.PLACEHOLDER: 0.93,
    Kinship.SAME_YEAR_RECKONED: 0.93,
    Kinship.SWAPPED: 0.07 * 12 / 504,
    Kinship.SWAPPED_RECKONED: 0.07 * 12 / 504,
    Kinship.MISTYPED: 0.07 * 80 / 504,
    Kinship.MISTYPED_RECKONED: 0.07 * 80 / 504,
    Kinship.OTHER_DAY: 0.07 * 2 / 504,
    Kinship.OTHER_MONTH: 0.07 * 30 / 504,
    Kinship.NEXT_YEAR: 0.07 * 118 / 504,
    Kinship.FEW_YEARS: 0.07 * 158 / 504,
    Kinship.SEVERAL_YEARS: 0.07 * 85 / 504,
    Kinship.MANY_YEARS: 0.07 * 19 / 504,
}
"""How often two dates of birth of one person stand so. Of 114 persons who are both on the UN's and on OFAC's list
(linked by a whole name of three words or more) 8 have another date there (0.07), as far as both are known. Which
error it then is was counted in these 8 and in 496 other dates that the lists give for one person. Officers' own
errors may differ. `python -m benchmarks evidence` counts it all anew."""

_YEAR = 0.0227
OTHERS: dict[Kinship, float] = {
    Kinship.SAME_DAY: _YEAR / 365,
    Kinship.SAME_DAY_RECKONED: 6 * _YEAR / 365,
    Kinship.SAME_MONTH: _YEAR / 12,
    Kinship.SAME_YEAR: _YEAR,
    Kinship.PLACEHOLDER: _YEAR,
    Kinship.SAME_YEAR_RECKONED: 4 * _YEAR,
    Kinship.SWAPPED: 0.0000255,
    Kinship.SWAPPED_RECKONED: 4 * 0.0000255,
    Kinship.MISTYPED: 0.00223,
    Kinship.MISTYPED_RECKONED: 4 * 0.00223,
    Kinship.OTHER_DAY: 0.00111,
    Kinship.OTHER_MONTH: 0.0190,
    Kinship.NEXT_YEAR: 0.0461,
    Kinship.FEW_YEARS: 0.1364,
    Kinship.SEVERAL_YEARS: 0.2114,
    Kinship.MANY_YEARS: 0.5814,
}
"""How often the dates of two persons stand so. The year: all pairs of the 4,719 listed persons with a year of birth
(`matching/people.jsonl`); the rest: two million pairs of whole dates drawn from OFAC's list. A Hijri date leaves five
days open, a Persian one; a year of either touches two Gregorian ones, and both calendars may be meant. A slip is looked
for in the calendar and in the Gregorian, for either reading: four times."""

_CONTRADICTS = frozenset({Kinship.FEW_YEARS, Kinship.SEVERAL_YEARS, Kinship.MANY_YEARS})
_SAYS_NEITHER = frozenset({Kinship.OTHER_DAY, Kinship.OTHER_MONTH, Kinship.NEXT_YEAR})


def _counted(same: float, others: float) -> float:
    return float((same / others) ** (1 / ROOT))


BORN = {kind: SAME_PERSON[kind] / OTHERS[kind] for kind in Kinship}

SAME_SEX, OTHER_SEX = 0.99 / 0.77, 0.01 / 0.23
"""Of 1,767 pairs of different persons with names alike (`not_listed_us.jsonl`), 413 differ in sex (0.23). That one
record in a hundred has it wrong is assumed; no data at hand tell."""
SHARED_NATIONALITY, OTHER_NATIONALITY = _counted(76 / 78, 0.54), _counted(2 / 78, 0.46)
"""75 of 76 persons on both lists share a nationality (one more of each is added, so that none counts as never); of
123 pairs of different persons with names alike on OFAC's list 66 do (0.54). By the root, since persons have more
nationalities than a list names, and papers of others."""
SAME_PLACE, OTHER_PLACE = _counted(75 / 77, 0.0491), _counted(2 / 77, 0.785)
"""Of 77 persons on both lists 75 have places of birth that agree (`_places_meet`) and 2 that do not; of 100,000 pairs
of persons on OFAC's list 4.91 and 78.5 in 100. By the root, since a birthplace may be the village or the town."""
SAME_PARENT, OTHER_PARENT = _counted(75 / 77, 0.0081), _counted(2 / 77, 0.9919)
"""No list at hand names parents: they are taken to be written as reliably as places, and to meet by chance as often
as the names of two listed persons do (0.81 in 100 of 100,000 pairs)."""

_NOT_SAID = Sex.UNKNOWN


class Number(IntEnum):
    """How a document number asked stands to those listed; the surest last."""

    ANOTHER = 0
    DOUBTFUL = 1
    MISREAD = 2
    FITS = 3


NUMBER_SAYS = {
    Number.ANOTHER: "another document than those listed",
    Number.DOUBTFUL: "the document number is the listed one as it was read, but does not fit its check digit",
    Number.MISREAD: "the document number is the listed one but for characters that look alike, such as 0 and O",
    Number.FITS: "the document number is the listed one",
}
DOUBTFUL = 1000.0
"""How many times likelier a number makes a person that is the listed one, but does not fit its own check digit: what
was misread in it may have made it another's. Chosen: with another name it gives even odds at most."""
NAME_AT_LEAST = 1 / (1 + DOUBTFUL)
"""What a name counts for beside a number if it is another, or beside such a one if none was asked."""
NAME_IS_ANOTHER = REPORTED_FROM
"""A name less near than this, which alone would not be reported, is another."""


# --- What was asked, read once ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """What a query knows besides the name, made ready for comparison with many persons."""

    query: Query
    number: str = ""
    lookalike: str = ""
    check_digit: str | None = None
    born: Born | None = None
    sex: Sex | None = None
    nationality: str | None = None
    birthplace: frozenset[str] = frozenset()
    father: frozenset[str] = frozenset()
    mother: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    """Words of the person's own name, which parents share without its saying anything."""
    ratios: dict[str, float] = field(default_factory=dict)
    """Of listed dates that were compared, for as long as the query lives."""

    @property
    def tells(self) -> bool:
        """Whether anything is known by which a person may be likelier than by the name."""
        return bool(self.born or self.sex or self.nationality or self.birthplace or self.father or self.mother)

    @classmethod
    def of(cls, query: Query) -> Known:
        """Reads a query; whatever a machine-readable zone says was read before (`documents.read_mrz`)."""
        own = _words(query.name or "") if query.father or query.mother else frozenset()
        return cls(
            query=query,
            number=normal_number(query.document) if query.document else "",
            lookalike=lookalike_number(query.document) if query.document else "",
            check_digit=query.check_digit,
            born=Born.of(query.born) if query.born else None,
            sex=query.sex if query.sex is not Sex.UNKNOWN else None,
            nationality=query.nationality,
            birthplace=_place(query.birthplace) if query.birthplace else frozenset(),
            father=_parent(query.father, own) if query.father else frozenset(),
            mother=_parent(query.mother, own) if query.mother else frozenset(),
            own=own,
        )

    def relation(self, listed: str) -> Relation:
        """How the date of birth asked stands to one listed."""
        assert self.born is not None
        return relation(self.born, listed)

    def born_ratio(self, listed: str) -> float:
        """What a listed date of birth weighs."""
        found = self.ratios.get(listed)
        if found is None:
            found = self.ratios[listed] = BORN[self.relation(listed).kind]
        return found


def likelihood(known: Known, person: Listed) -> tuple[float, Number]:
    """How many times likelier what is known besides the name is if this is the person, and how its document stands.

    1 if nothing is known or comparable. It is the product of the ratios that `weigh_evidence` puts in words; `total`
    takes both with the name.
    """
    ratio = 1.0
    if known.born is not None and (dates := person.born):
        ratio = known.born_ratio(dates[0]) if len(dates) == 1 else max(map(known.born_ratio, dates))
    if known.sex is not None and (sex := person.sex) is not None and sex is not _NOT_SAID:
        ratio *= SAME_SEX if sex is known.sex else OTHER_SEX
    if known.nationality is not None and (nationalities := person.nationalities):
        ratio *= SHARED_NATIONALITY if known.nationality in nationalities else OTHER_NATIONALITY
    if known.birthplace and person.birthplace:
        ratio *= _PLACE[_places_meet(known.birthplace, _place(person.birthplace))]
    if known.father and person.father:
        ratio *= _PARENT[_parents_meet(known.father, _parent(person.father, known.own))]
    if known.mother and person.mother:
        ratio *= _PARENT[_parents_meet(known.mother, _parent(person.mother, known.own))]
    if known.number and person.documents:
        return ratio, max(_number_meets(known, listed) for listed in person.documents)
    return ratio, Number.ANOTHER


def total(name_score: float | None, ratio: float, number: Number = Number.ANOTHER) -> float:
    """The score of a match (0 to 1): how near the names are, and all that is known besides.

    Args:
        name_score: how near the names are (0 to 1); None if the names were not compared.
        ratio: what `likelihood` gives.
        number: what `likelihood` gives.
    """
    likeness = min(name_score or 0.0, NAME_AT_MOST)
    if number is Number.DOUBTFUL:
        likeness, ratio = max(likeness, NAME_AT_LEAST), ratio * DOUBTFUL
    odds = likeness / (1 - likeness) * ratio
    score = odds / (1 + odds)
    if score > NAME_AT_MOST:
        # As probabilities, what is nearly certain would be one number: whatever agrees or contradicts has to be seen.
        beyond = math.log(odds * (1 - NAME_AT_MOST) / NAME_AT_MOST) / _ALL_ELSE
        score = NAME_AT_MOST + (DATA_AT_MOST - NAME_AT_MOST) * min(beyond, 1.0)
    if number >= Number.MISREAD:
        decides = DOCUMENT_DECIDES if number is Number.FITS else DOCUMENT_MISREAD
        score = max(score, decides - DOCUMENT_COST * _against(name_score, ratio))
    return round(score, 4)


def _against(name_score: float | None, ratio: float) -> float:
    """How much the name and all else speak against a number that fits (0 to 1), by their log odds."""
    likeness = 0.5 if name_score is None else min(max(name_score, NAME_AT_LEAST), NAME_AT_MOST)
    odds = min(ratio * likeness / (1 - likeness), 1.0)
    return min(-math.log(odds) / _ALL_AGAINST, 1.0)


_ALL_ELSE = math.log(DOUBTFUL * max(BORN.values()) * SAME_SEX * SHARED_NATIONALITY * SAME_PLACE * SAME_PARENT**2)
"""The log of what all that agrees can weigh together."""


_ALL_AGAINST = -math.log(
    NAME_AT_LEAST * min(BORN.values()) * OTHER_SEX * OTHER_NATIONALITY * OTHER_PLACE * OTHER_PARENT**2
)
"""The log of what all that contradicts can weigh together, and another name."""


def needed(score: float, ratio: float) -> float:
    """The log odds that a name has at least if `total` of it and of a ratio up to this one is to give a score."""
    # The score was rounded, and what is nearly certain was lowered.
    least = min(score, NAME_AT_MOST) - 0.0001
    return math.log(least / (1 - least) / ratio) if least > 0 else -math.inf


def weigh_evidence(
    name_score: float | None, asked: Query | Known, person: Listed
) -> tuple[float, tuple[Evidence, ...]]:
    """The score of a match after all that is known besides the name, and what each datum said.

    Args:
        name_score: how near the names are (0 to 1); None if the names were not compared.
        asked: what was asked; as `Known` if many persons are compared with it.
        person: who is listed.
    """
    known = asked if isinstance(asked, Known) else Known.of(asked)
    ratio, number = likelihood(known, person)
    evidence = tuple(_all(known, person))
    if number is not Number.ANOTHER and name_score is not None and name_score < NAME_IS_ANOTHER and person.names:
        # Where a document decides, the name is one more datum.
        listed, says = person.names[0], "another name is listed"
        evidence = (_evidence("name", known.query.name or "", listed, Agreement.CONTRADICTS, says), *evidence)
    return total(name_score, ratio, number), evidence


# --- Datum by datum, in words -------------------------------------------------------------------------------


def _all(known: Known, person: Listed) -> Iterator[Evidence]:
    query = known.query
    if query.document:
        yield _document(known, query.document, person)
    if query.born:
        yield _born(known, query.born, person.born)
    if known.sex:
        yield _sex(known.sex, person.sex)
    if query.nationality:
        yield _nationality(query.nationality, person.nationalities)
    if query.birthplace:
        met = _places_meet(known.birthplace, _place(person.birthplace or ""))
        yield _in_words("birthplace", query.birthplace, person.birthplace, met, "place or country of birth")
    for parent in ("father", "mother"):
        said, listed = getattr(query, parent), getattr(person, parent)
        if said:
            met = _parents_meet(getattr(known, parent), _parent(listed or "", known.own))
            yield _in_words(parent, said, listed, met, f"{parent}'s name")


def _number_meets(known: Known, listed: str) -> Number:
    number = normal_number(listed)
    if number != known.number and lookalike_number(listed) != known.lookalike:
        return Number.ANOTHER
    if known.check_digit is not None and check_digit_or_none(number) != known.check_digit:
        return Number.DOUBTFUL
    return Number.FITS if number == known.number else Number.MISREAD


def _document(known: Known, number: str, person: Listed) -> Evidence:
    if not person.documents:
        return _evidence("document", number, None, Agreement.UNKNOWN, "no document is listed")
    if known.number:
        met, listed = max((_number_meets(known, one), one) for one in person.documents)
        if met is not Number.ANOTHER:
            return _evidence("document", number, listed, Agreement.AGREES, NUMBER_SAYS[met])
    # A person has many documents in a life: another number says little.
    words = ", ".join(person.documents)
    return _evidence("document", number, words, Agreement.UNKNOWN, NUMBER_SAYS[Number.ANOTHER])


def _born(known: Known, asked: str, listed: tuple[str, ...]) -> Evidence:
    if not listed:
        return _evidence("born", asked, None, Agreement.UNKNOWN, "no date of birth is listed")
    nearest = max(listed, key=known.born_ratio)
    found = known.relation(nearest)
    verdict = Agreement.AGREES
    if found.kind in _CONTRADICTS:
        verdict = Agreement.CONTRADICTS
    elif found.kind in _SAYS_NEITHER:
        verdict = Agreement.UNKNOWN
    return _evidence("born", asked, nearest, verdict, found.says)


def _sex(asked: Sex, listed: Sex | None) -> Evidence:
    if listed is None or listed is Sex.UNKNOWN:
        return _evidence("sex", asked, listed, Agreement.UNKNOWN, "no sex is listed")
    if asked is listed:
        return _evidence("sex", asked, listed, Agreement.AGREES, "the same sex")
    return _evidence("sex", asked, listed, Agreement.CONTRADICTS, "another sex is listed")


def _nationality(asked: str, listed: tuple[str, ...]) -> Evidence:
    if not listed:
        return _evidence("nationality", asked, None, Agreement.UNKNOWN, "no nationality is listed")
    words = ", ".join(listed)
    if asked in listed:
        return _evidence("nationality", asked, words, Agreement.AGREES, "a listed nationality")
    return _evidence("nationality", asked, words, Agreement.CONTRADICTS, "not a listed nationality")


def _in_words(datum: str, asked: str, listed: str | None, met: Agreement, what: str) -> Evidence:
    if not listed:
        return _evidence(datum, asked, None, Agreement.UNKNOWN, f"no {what} is listed")
    says = {
        Agreement.AGREES: f"the same {what}",
        Agreement.CONTRADICTS: f"another {what} is listed",
        Agreement.UNKNOWN: f"the {what} cannot be compared",
    }
    return _evidence(datum, asked, listed, met, says[met])


def _evidence(datum: str, asked: str, listed: str | None, verdict: Agreement, says: str) -> Evidence:
    return Evidence.model_construct(datum=datum, asked=asked, listed=listed, verdict=verdict, says=says)


# --- Words: places and parents ------------------------------------------------------------------------------

_PLACE = {Agreement.AGREES: SAME_PLACE, Agreement.CONTRADICTS: OTHER_PLACE, Agreement.UNKNOWN: 1.0}
_PARENT = {Agreement.AGREES: SAME_PARENT, Agreement.CONTRADICTS: OTHER_PARENT, Agreement.UNKNOWN: 1.0}
_ALIKE = 0.75
"""Two words are one from so near on (0 to 1): one letter in four, as spellings differ (Erik, Eric)."""
_SAYS_LITTLE = frozenset(
    "city county democratic district governorate municipality near oblast of people province region republic state "
    "state territory the town village al el bin ibn bint binti abu von van der de da do dos mr mrs".split()
)
_COUNTRY = "="


def _words(text: str) -> frozenset[str]:
    """The words of a text in any script, in small Latin letters; single letters and words that say little left out."""
    found = re.findall(r"[a-z0-9]{2,}", anyascii(text).lower().replace("'", ""))
    return frozenset(word for word in found if word not in _SAYS_LITTLE)


def _place(text: str) -> frozenset[str]:
    """The words of a place; the parts that are a country as its code, marked with =."""
    found: set[str] = set()
    for part in re.split(r"[,;/()]", text):
        country = find_country(part) if part.strip() else None
        found |= {_COUNTRY + country} if country else _words(part)
    return frozenset(found)


def _parent(text: str, own: frozenset[str]) -> frozenset[str]:
    """The words of a parent's name but those of the person's own, as far as any are left."""
    found = _words(text)
    return (found - own) or found


def _places_meet(asked: frozenset[str], listed: frozenset[str]) -> Agreement:
    """They agree by a word or the country; they contradict where both name a country, or both name none."""
    if not asked or not listed:
        return Agreement.UNKNOWN
    if _meet(asked, listed):
        return Agreement.AGREES
    countries = [any(word.startswith(_COUNTRY) for word in place) for place in (asked, listed)]
    return Agreement.CONTRADICTS if countries[0] == countries[1] else Agreement.UNKNOWN


def _parents_meet(asked: frozenset[str], listed: frozenset[str]) -> Agreement:
    if not asked or not listed:
        return Agreement.UNKNOWN
    return Agreement.AGREES if _meet(asked, listed) else Agreement.CONTRADICTS


def _meet(asked: frozenset[str], listed: frozenset[str]) -> bool:
    if asked & listed:
        return True
    return any(
        OSA.normalized_similarity(one, other, score_cutoff=_ALIKE) >= _ALIKE
        for one in asked
        for other in listed
        if not one.startswith(_COUNTRY) and not other.startswith(_COUNTRY)
    )
