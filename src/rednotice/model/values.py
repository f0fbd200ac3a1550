"""The values that nouns are made of: lines of text, dates that may be partly known, codes of countries."""

from __future__ import annotations

import calendar
import re
from datetime import date
from functools import cache
from typing import Annotated

import pycountry
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from rednotice.errors import quote

LINE_LIMIT = 200
TEXT_LIMIT = 20_000


class Noun(BaseModel):
    """The base of every noun: frozen, and with no field that the form does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=False)


def fault(problem: str, mend: str) -> PydanticCustomError:
    """Gives the error a validator raises: what is wrong, and how to mend it (see `model.faults`)."""
    # Braces would be read as a template by pydantic; they are data here.
    return PydanticCustomError("fault", "{problem}", {"problem": problem, "mend": mend})


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Unicode's control characters (Cc), but for tab and line feed."""


def _no_control_characters(text: str) -> str:
    found = _CONTROL.search(text)
    if found:
        raise fault(
            f"has a control character (U+{ord(found[0]):04X}) at position {found.start()}",
            "Remove it; it cannot be seen and cannot be searched for",
        )
    return text


def _one_line(text: str) -> str:
    if "\n" in text:
        raise fault("has a line break", "Write it on one line")
    return text


Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LINE_LIMIT),
    AfterValidator(_no_control_characters),
    AfterValidator(_one_line),
]
"""One line of text, 1 to 200 characters."""

Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=TEXT_LIMIT),
    AfterValidator(_no_control_characters),
]
"""Running text, 1 to 20,000 characters."""


# --- Dates of which a part may be unknown -------------------------------------------------------------------

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


def _partial_date(text: str) -> str:
    fit = _PARTIAL.fullmatch(text.strip())
    if fit is None:
        raise fault(f"{quote(text)} is not a date", "Write 1971-03-05, 1971-03 or 1971, as far as it is known")
    year, month, day = int(fit[1]), int(fit[2] or 1), int(fit[3] or 1)
    if year == 0 or not 1 <= month <= 12:
        raise fault(f"{quote(text)} is not a date: there is no month {month:02}", "Give the month as 01 to 12")
    last = calendar.monthrange(year, month)[1]
    if not 1 <= day <= last:
        raise fault(
            f"{quote(text)} is not a date: {year}-{month:02} has {last} days",
            f"Give the day as 01 to {last}, or leave it out if it is not known",
        )
    return text.strip()


def _year_as_text(value: object) -> object:
    # A year alone is a number to YAML and JSON.
    return f"{value:04}" if isinstance(value, int) and not isinstance(value, bool) else value


PartialDate = Annotated[
    str,
    BeforeValidator(_year_as_text, json_schema_input_type=str | int),
    Field(json_schema_extra={"examples": ["1971-03-05", "1971-03", "1971"]}),
    AfterValidator(_partial_date),
]
"""A date as text of which day, or month and day, may be unknown: 1971-03-05, 1971-03, 1971."""

OTHER_CALENDARS = range(1250, 1501)
"""Years that nobody alive was born in by the Gregorian calendar, but by the Hijri or the Persian one."""


def _birth_date(text: str) -> str:
    fit = _PARTIAL.fullmatch(text.strip())
    if fit and int(fit[1]) in OTHER_CALENDARS:
        month, day = int(fit[2] or 1), int(fit[3] or 1)
        # No month of either has more days; which have fewer is seen when the date is read (`match.dates`).
        if 1 <= month <= 12 and 1 <= day <= (31 if month <= 6 else 30):
            return text.strip()
    return _partial_date(text)


BirthDate = Annotated[
    str,
    BeforeValidator(_year_as_text, json_schema_input_type=str | int),
    Field(json_schema_extra={"examples": ["1971-03-05", "1971-03", "1971", "1349-12-14"]}),
    AfterValidator(_birth_date),
]
"""A date of birth as asked: partly known, and Hijri or Persian if its year is one from 1250 to 1500."""


def months_later(day: date, months: int) -> date:
    """The same day so many months later; the last day of a month that is shorter.

    >>> months_later(date(2028, 2, 29), 12)
    datetime.date(2029, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def earliest(partial: str) -> date:
    """The first day that a partial date may mean.

    >>> earliest("1971-03")
    datetime.date(1971, 3, 1)
    """
    year, month, day = (*map(int, partial.split("-")), 1, 1)[:3]
    return date(year, month, day)


def latest(partial: str) -> date:
    """The last day that a partial date may mean.

    >>> latest("1971-02")
    datetime.date(1971, 2, 28)
    """
    first = earliest(partial)
    known = partial.count("-")
    if known == 2:
        return first
    month = first.month if known == 1 else 12
    return date(first.year, month, calendar.monthrange(first.year, month)[1])


# --- Countries and entities ---------------------------------------------------------------------------------

INTERNATIONAL_ENTITIES = {
    "ICC": "International Criminal Court",
    "IRMCT": "International Residual Mechanism for Criminal Tribunals",
    "KSC": "Kosovo Specialist Chambers",
    "SCSL": "Residual Special Court for Sierra Leone",
    "STL": "Special Tribunal for Lebanon",
}
"""Bodies with powers of investigation and prosecution that may request like a bureau (RPD 82 ff.)."""

OTHER_COUNTRIES = {"XK": "Kosovo"}
"""Countries whose nationality papers state and that ISO 3166-1 has not: by the code that the EU and others give."""

_ALSO_CALLED = {
    "uk": "GB",
    "u.k.": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "el": "GR",
    "america": "US",
    "u.s.a.": "US",
    "u.s.": "US",
    "bosnia": "BA",
    "brunei": "BN",
    "burma": "MM",
    "cape verde": "CV",
    "congo (brazzaville)": "CG",
    "congo-brazzaville": "CG",
    "congo (kinshasa)": "CD",
    "congo-kinshasa": "CD",
    "dr congo": "CD",
    "d.r. congo": "CD",
    "drc": "CD",
    "congo, democratic republic of the": "CD",
    "democratic republic of the congo": "CD",
    "democratic republic of congo": "CD",
    "cote d'ivoire": "CI",
    "east timor": "TL",
    "great britain": "GB",
    "holland": "NL",
    "hong kong sar": "HK",
    "ivory coast": "CI",
    "kosovo": "XK",
    "xk": "XK",
    "rks": "XK",
    "xkx": "XK",
    "korea, north": "KP",
    "korea, south": "KR",
    "republic of korea": "KR",
    "macau": "MO",
    "micronesia": "FM",
    "palestine": "PS",
    "palestinian": "PS",
    "macedonia": "MK",
    "macedonia, the former yugoslav republic of": "MK",
    "russia": "RU",
    "state of palestine": "PS",
    "swaziland": "SZ",
    "the gambia": "GM",
    "trinidad": "TT",
    "turkey": "TR",
    "turkiye": "TR",
    "uae": "AE",
    "vatican": "VA",
    "west bank": "PS",
}
"""Names and codes in use that ISO 3166-1 does not know."""


@cache
def country_names() -> dict[str, str]:
    """The countries of ISO 3166-1: alpha-2 code to short name in English."""
    return {country.alpha_2: getattr(country, "common_name", country.name) for country in pycountry.countries}


def bureau_name(code: str) -> str:
    """The name of the country or international entity behind a bureau's code, or the code if unknown."""
    return INTERNATIONAL_ENTITIES.get(code) or (country_names() | OTHER_COUNTRIES).get(code, code)


@cache
def _countries_by_name() -> dict[str, str]:
    """All that a country is called or coded, in small letters, to its alpha-2 code."""
    called = {
        str(value).lower(): country.alpha_2 for country in pycountry.countries for _, value in reversed(list(country))
    }
    return called | _ALSO_CALLED


_WITH_ADDITION = re.compile(r"(.+?) ?\((.+)\)")


def find_country(text: str) -> str | None:
    """The alpha-2 code of a country named in any usual way (name, alpha-3, other case), or None.

    >>> find_country("iran (Islamic Republic of)"), find_country("The Netherlands"), find_country("Kosovo")
    ('IR', 'NL', 'XK')
    """
    known, name = _countries_by_name(), text.strip().lower()
    addition = _WITH_ADDITION.fullmatch(name)
    ways = (
        name,
        f"{addition[1]}, {addition[2]}" if addition else name,
        name.removesuffix(", the").removeprefix("the "),
    )
    return next((known[way] for way in ways if way in known), None)


def _country(code: str) -> str:
    if code in country_names() or code in OTHER_COUNTRIES:
        return code
    meant = find_country(code)
    mend = f"Did you mean {meant}?" if meant else "Use the two-letter code of ISO 3166-1, such as PT"
    raise fault(f"{quote(code)} is not the code of a country", mend.rstrip("?") if meant is None else mend)


def _bureau(code: str) -> str:
    if code in INTERNATIONAL_ENTITIES or code in country_names():
        return code
    meant = code.upper() if code.upper() in INTERNATIONAL_ENTITIES else find_country(code)
    meant = None if meant in OTHER_COUNTRIES else meant
    entities = ", ".join(INTERNATIONAL_ENTITIES)
    mend = f"Did you mean {meant}?" if meant else f"Use a two-letter code of ISO 3166-1, or one of {entities}"
    raise fault(f"{quote(code)} is not the code of a bureau", mend)


CountryCode = Annotated[str, AfterValidator(_country), Field(json_schema_extra={"examples": ["PT"]})]
"""A country as its two-letter code of ISO 3166-1; XK for Kosovo."""

BureauCode = Annotated[str, AfterValidator(_bureau), Field(json_schema_extra={"examples": ["PT", "ICC"]})]
"""A National Central Bureau by its country's code, or an international entity by its own."""
