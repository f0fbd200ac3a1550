"""Dates of birth as people and spreadsheets write them, in numbers or with the month in English.

    1972-1-5, 1972/01/05, 19720105     year, month, day
    5.1.1972, 05/01/1972, 05011972     day, month, year; month first only where it cannot be the day
    5 Jan 1972, January 5, 1972        with the month's name
    1972-00-00, 00/01/1972, 1972-XX    what is not known as noughts, X or question marks
    circa 1972, c. 5 Jan 1972          the year alone

Hijri and Persian dates are written so too (1350/7/12). A year of two digits is not guessed.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from functools import lru_cache

from pydantic import TypeAdapter, ValidationError

from rednotice.model.values import BirthDate

NOT_KNOWN = frozenset({"unknown", "not known", "unk", "n/a", "na", "none", "null", "nil", "nan", "-", "--", "?", "x"})
"""What stands in a cell for nothing; it needs no remark."""

_YEARS = range(1250, 2101)
_MONTHS = {
    name.casefold(): number
    for names in (calendar.month_name, calendar.month_abbr)
    for number, name in enumerate(names)
    if name
} | {"sept": 9}
_ABOUT = re.compile(r"(?:circa|ca\.?|c\.|c(?= ?\d)|about|abt\.?|approx(?:imately|\.)?|around|~)\s*")
_WITH_TIME = re.compile(r"(.*\d)(?:t|\s+)\d{1,2}:\d{2}[\d:.,]*\s*(?:[ap]m)?\s*(?:z|utc|[+-]\d{2}:?\d{2})?", re.ASCII)
_PARTS = re.compile(r"[\s./,\-–]+(?:of )?")
_PART = re.compile(r"(?:(\d{1,4}|x{1,4}|\?{1,4})(?:st|nd|rd|th)?|([a-z]{3,9}))", re.ASCII)
_TOGETHER = re.compile(r"\d{8}", re.ASCII)
_BORN: TypeAdapter[str] = TypeAdapter(BirthDate)


@lru_cache(maxsize=4096)
def read_date(text: str) -> tuple[str, ...]:
    """What a date may mean, as `model.values.BirthDate` has it, the likeliest first; empty if it cannot be read.

    Two numbers that may each be the month are read as day and month, as most of the world writes them, then the other
    way round; but for 1972-05-01, which is written so for its order, and for 5.1.1972.

    >>> read_date("3 Feb 1972"), read_date("31/12/1972"), read_date("02/03/1972")
    (('1972-02-03',), ('1972-12-31',), ('1972-03-02', '1972-02-03'))
    """
    bare = " ".join(_in_ascii_digits(text).casefold().split())
    with_time = _WITH_TIME.fullmatch(bare)
    bare = with_time[1] if with_time else bare
    about = _ABOUT.match(bare)
    meant = _together(bare) if _TOGETHER.fullmatch(bare) else _apart(bare[about.end() if about else 0 :])
    # A day about which somebody was born is not the day.
    return tuple(dict.fromkeys(one[:4] if about else one for one in meant if _is_date(one)))


def _in_ascii_digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(one, one)) for one in unicodedata.normalize("NFKC", text))


def _together(digits: str) -> list[str]:
    if int(digits[:4]) in _YEARS and _is_date(_partial(digits[:4], digits[4:6], digits[6:])):
        return [_partial(digits[:4], digits[4:6], digits[6:])]
    return _day_and_month(digits[:2], digits[2:4], digits[4:])


def _apart(text: str) -> list[str]:
    """A date in up to three parts, of which one is the year with its four digits, and one may be a month's name."""
    parts, month = [], ""
    for word in _PARTS.split(text.strip(" .,")):
        fit = _PART.fullmatch(word)
        if fit is None or (fit[2] and (month or fit[2] not in _MONTHS)):
            return []
        if fit[2]:
            month = str(_MONTHS[fit[2]])
        else:
            parts.append(re.sub(r"[x?]", "0", fit[1]))
    years = [place for place, part in enumerate(parts) if len(part) == 4]
    if len(years) != 1 or int(parts[years[0]]) not in _YEARS:
        return []
    year, *others = parts.pop(years[0]), *parts
    if month and len(others) < 2:
        return [_partial(year, month, others[0] if others else "0")]
    if month or len(others) > 2:
        return []
    if len(others) < 2:
        return [_partial(year, others[0] if others else "0", "0")]
    if years[0] == 0:
        return [_partial(year, others[0], others[1])]
    if years[0] == 1:
        return []
    return _day_and_month(others[0], others[1], year)[: 1 if "." in text else 2]


def _day_and_month(first: str, second: str, year: str) -> list[str]:
    if int(year) not in _YEARS:
        return []
    meant = [_partial(year, second, first), _partial(year, first, second)]
    return [one for one in meant if _is_date(one)][: 2 if int(first) and int(second) else 1]


def _partial(year: str, month: str, day: str) -> str:
    """A date as far as it is known; a day without its month says nothing."""
    if int(month) == 0:
        return year
    return f"{year}-{int(month):02}-{int(day):02}" if int(day) else f"{year}-{int(month):02}"


def _is_date(text: str) -> bool:
    try:
        _BORN.validate_python(text)
    except ValidationError:
        return False
    return True
