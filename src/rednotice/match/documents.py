"""Numbers of documents, and the machine-readable zone (ICAO Doc 9303): what a scanner or a typist hands over.

Read are TD1 (three lines of 30), TD2 and MRV-B (two of 36), TD3 and MRV-A (two of 44), with check digits.
"""

from __future__ import annotations

import re
import string
import unicodedata
from dataclasses import dataclass
from datetime import date

import pycountry

from rednotice.errors import InvalidInput
from rednotice.model.check import Query
from rednotice.model.person import Sex
from rednotice.model.values import country_names

_WEIGHTS = (7, 3, 1)
_ALPHABET = frozenset(string.ascii_uppercase + string.digits + "<")


def normal_number(number: str) -> str:
    """A document number without spaces, hyphens and case, its digits as 0 to 9; letters of any script stand.

    >>> normal_number("ab 12-34"), normal_number("МН ٣٤")
    ('AB1234', 'МН34')
    """
    kept = (character for character in unicodedata.normalize("NFKC", number).upper() if character.isalnum())
    return "".join(str(unicodedata.decimal(character, character)) for character in kept)


def check_digit(field: str) -> str:
    """The check digit of a field (ICAO Doc 9303-3, 4.9): weights 7, 3, 1; letters from A = 10; `<` = 0.

    >>> check_digit("L898902C3")
    '6'
    """
    values = ("0" if character == "<" else character for character in field)
    return str(sum(int(value, 36) * _WEIGHTS[n % 3] for n, value in enumerate(values)) % 10)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the fields stand: line, start, end; each followed by its check digit where there is one."""

    name: tuple[int, int, int]
    number: tuple[int, int, int]
    nationality: tuple[int, int, int]
    born: tuple[int, int, int]
    sex: tuple[int, int, int]
    optional: tuple[int, int, int] | None = None
    """Where the rest of a number stands that is too long for its field."""


_LAYOUTS = {
    (3, 30): _Layout(
        name=(2, 0, 30),
        number=(0, 5, 14),
        nationality=(1, 15, 18),
        born=(1, 0, 6),
        sex=(1, 7, 8),
        optional=(0, 15, 30),
    ),
    (2, 36): _Layout(
        name=(0, 5, 36),
        number=(1, 0, 9),
        nationality=(1, 10, 13),
        born=(1, 13, 19),
        sex=(1, 20, 21),
        optional=(1, 28, 35),
    ),
    (2, 44): _Layout(name=(0, 5, 44), number=(1, 0, 9), nationality=(1, 10, 13), born=(1, 13, 19), sex=(1, 20, 21)),
}


_STATES = {"D": "DE", "GBD": "GB", "GBN": "GB", "GBO": "GB", "GBP": "GB", "GBS": "GB", "RKS": "XK"}
"""Codes of states that the zone has and ISO 3166-1 has not (ICAO Doc 9303-3, section 5)."""


def read_mrz(query: Query, today: date) -> Query:
    """Fills a query from its machine-readable zone; what the officer typed besides stands.

    The year of birth has two digits there: the latest year that is not in the future is taken.

    Raises:
        InvalidInput: if the zone has not the form of a travel document, or a check digit does not fit.
    """
    assert query.mrz is not None
    lines = _lines(query.mrz)
    layout = _LAYOUTS.get((len(lines), len(lines[0]))) if lines else None
    if layout is None or any(len(line) != len(lines[0]) for line in lines):
        form = " and ".join(str(len(line)) for line in lines) or "none"
        raise InvalidInput.at(
            "mrz",
            f"is not a machine-readable zone: its lines have {form} characters",
            "Give two lines of 44 or 36 characters or three of 30, with < where the document has <",
            "query",
        )
    strange = sorted(set("".join(lines)) - _ALPHABET)
    if strange:
        raise InvalidInput.at(
            "mrz",
            f"has characters that no machine-readable zone has: {' '.join(strange)[:80]}",
            "Give the letters A to Z, digits and < alone",
            "query",
        )
    number = _number(lines, layout)
    born = _checked(lines, layout.born, "the date of birth")
    family, _, given = _at(lines, layout.name).partition("<<")
    name = " ".join(f"{given} {family}".replace("<", " ").split())
    state = _at(lines, layout.nationality).rstrip("<")
    country = pycountry.countries.get(alpha_3=state)
    sex = {"M": Sex.MALE, "F": Sex.FEMALE}.get(_at(lines, layout.sex))
    return query.model_copy(
        update={
            "name": query.name or name or None,
            "document": query.document or number.replace("<", "") or None,
            "born": query.born or _birth(born, today),
            "sex": query.sex or sex,
            "nationality": query.nationality or (country.alpha_2 if country else _known(_STATES.get(state))),
        }
    )


def _lines(zone: str) -> list[str]:
    lines = [re.sub(r"\s", "", line).upper() for line in zone.strip().splitlines() if line.strip()]
    if len(lines) == 1:
        # Handed over as one string, as from a command line.
        for count, length in _LAYOUTS:
            if len(lines[0]) == count * length:
                return [lines[0][n * length : (n + 1) * length] for n in range(count)]
    return lines


def _at(lines: list[str], place: tuple[int, int, int]) -> str:
    line, start, end = place
    return lines[line][start:end]


def _known(code: str | None) -> str | None:
    return code if code in country_names() else None


def _number(lines: list[str], layout: _Layout) -> str:
    line, _, end = layout.number
    rest = re.match(r"([0-9A-Z]*)([0-9])<", _at(lines, layout.optional)) if layout.optional else None
    if lines[line][end] != "<" or rest is None:
        return _checked(lines, layout.number, "the document number")
    # A number of more than nine characters goes on in the optional data, its check digit last (Doc 9303-5, 4.2.2).
    return _fits(_at(lines, layout.number) + rest[1], rest[2], "the document number")


def _checked(lines: list[str], place: tuple[int, int, int], what: str) -> str:
    line, start, end = place
    return _fits(lines[line][start:end], lines[line][end], what)


def _fits(field: str, given: str, what: str) -> str:
    try:
        expected = check_digit(field)
    except ValueError:
        expected = ""
    if given != expected and not (given == "<" and not field.strip("<")):
        raise InvalidInput.at(
            "mrz",
            f"the check digit of {what} does not fit: {field} gives {expected or 'none'}, {given} is written",
            "Scan again, or type the name and the number by hand",
            "query",
        )
    return field


def _birth(digits: str, today: date) -> str | None:
    year, rest = digits[:2], digits[2:]
    if not year.isdigit():
        return None
    if not rest.isdigit():  # month and day are unknown
        return str(_century(int(year), "01-01", today))
    month_and_day = f"{rest[:2]}-{rest[2:]}"
    born = f"{_century(int(year), month_and_day, today)}-{month_and_day}"
    try:
        date.fromisoformat(born)
    except ValueError:
        raise InvalidInput.at(
            "mrz", f"the date of birth {digits} is not a date", "Scan again, or type the data by hand", "query"
        ) from None
    return born


def _century(year: int, month_and_day: str, today: date) -> int:
    return 2000 + year if f"{2000 + year}-{month_and_day}" <= today.isoformat() else 1900 + year
