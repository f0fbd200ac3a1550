"""Dates of birth as people give them: partly known, mistyped, swapped, or reckoned in another calendar.

All dates are text as `model.values.PartialDate` has it (1971-03-05, 1971-03, 1971). Nobody alive was born
in a Gregorian year from 1250 to 1500, so such a year is read as one of the Hijri calendar (Umm al-Qura, the civil one
of Saudi Arabia) and as one of the Persian (Solar Hijri, of Iran and Afghanistan); both stay possible readings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum, auto
from functools import cache

from hijridate import Gregorian, Hijri
from persiantools.jdatetime import JalaliDate

from rednotice.errors import InvalidInput, quote
from rednotice.model.values import OTHER_CALENDARS, earliest, latest

OLDEST = 130
"""Years that nobody has lived; the oldest person on record reached 122 (Guinness World Records, J. Calment)."""
SIGHTING = 2
"""Days by which a Hijri date may differ: a month begins when its moon is seen, or by other tables."""


class Kinship(IntEnum):
    """How two dates of birth stand to each other; the nearest first."""

    SAME_DAY = auto()
    SAME_DAY_RECKONED = auto()
    SAME_MONTH = auto()
    SWAPPED = auto()
    SAME_YEAR = auto()
    PLACEHOLDER = auto()
    SWAPPED_RECKONED = auto()
    SAME_YEAR_RECKONED = auto()
    MISTYPED = auto()
    MISTYPED_RECKONED = auto()
    OTHER_DAY = auto()
    OTHER_MONTH = auto()
    NEXT_YEAR = auto()
    FEW_YEARS = auto()
    SEVERAL_YEARS = auto()
    MANY_YEARS = auto()


_APART = "the years of birth are {years} years apart"
_SAYS = {
    Kinship.SAME_DAY: "the same date of birth",
    Kinship.SAME_DAY_RECKONED: "the same date of birth, reckoned in the {calendar} calendar",
    Kinship.SAME_MONTH: "the same month of birth, as far as it is known",
    Kinship.SWAPPED: "the same date of birth with day and month swapped",
    Kinship.SAME_YEAR: "the same year of birth, as far as it is known",
    Kinship.PLACEHOLDER: "the same year of birth; 1 January often stands for a day that is not known",
    Kinship.SWAPPED_RECKONED: "the same date of birth with day and month swapped, reckoned in the {calendar} calendar",
    Kinship.SAME_YEAR_RECKONED: "the same time of birth, as far as it is known, reckoned in the {calendar} calendar",
    Kinship.MISTYPED: "the same date of birth but for one digit mistyped or two transposed",
    Kinship.MISTYPED_RECKONED: (
        "the same date of birth but for one digit mistyped or two transposed, reckoned in the {calendar} calendar"
    ),
    Kinship.OTHER_DAY: "the same month of birth, another day",
    Kinship.OTHER_MONTH: "the same year of birth, another month",
    Kinship.NEXT_YEAR: "the years of birth are next to each other",
    Kinship.FEW_YEARS: _APART,
    Kinship.SEVERAL_YEARS: _APART,
    Kinship.MANY_YEARS: _APART,
}


@dataclass(frozen=True, slots=True)
class Relation:
    """How two dates stand to each other: the kind, by how many years, in which calendar."""

    kind: Kinship
    years: int = 0
    calendar: str = ""

    @property
    def says(self) -> str:
        """In words."""
        return _SAYS[self.kind].format(years=self.years, calendar=self.calendar)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a date may mean: the first and the last day, and by which calendar."""

    first: date
    last: date
    calendar: str


@dataclass(frozen=True, slots=True)
class Born:
    """A date of birth that was asked, read once for many comparisons."""

    text: str
    year: int
    readings: tuple[Reading, ...] = ()
    """By other calendars; none means that the date is Gregorian."""

    @classmethod
    def of(cls, text: str) -> Born:
        """Reads a partial date."""
        year = int(text[:4])
        return cls(text, year, tuple(readings(text)) if year in OTHER_CALENDARS else ())


def readings(text: str) -> Iterator[Reading]:
    """The spans of Gregorian days that a Hijri or Persian date may mean; none if neither calendar has it.

    >>> [(one.calendar, str(one.first)) for one in readings("1400-01-01")]
    [('Hijri', '1979-11-20'), ('Persian', '2021-03-21')]
    """
    year, month, day = (*map(int, text.split("-")), 0, 0)[:3]
    for calendar, to_gregorian in _CALENDARS.items():
        try:
            first = to_gregorian(year, month or 1, day or 1)
            # The last day is the one before the next year, month or day begins.
            if day:
                last = first
            elif month:
                last = to_gregorian(year + month // 12, month % 12 + 1, 1) - timedelta(1)
            else:
                last = to_gregorian(year + 1, 1, 1) - timedelta(1)
        except (ValueError, OverflowError):
            continue
        yield Reading(first, last, calendar)


def _hijri(year: int, month: int, day: int) -> date:
    return Hijri(year, month, day).to_gregorian()


def _persian(year: int, month: int, day: int) -> date:
    day_of: date = JalaliDate(year, month, day).to_gregorian()  # type: ignore[no-untyped-call]
    return day_of


_CALENDARS: dict[str, Callable[[int, int, int], date]] = {"Hijri": _hijri, "Persian": _persian}


def _to_hijri(day: date) -> str | None:
    try:
        return Gregorian.fromdate(day).to_hijri().isoformat()
    except OverflowError:
        return None


def _to_persian(day: date) -> str | None:
    there = JalaliDate(day)  # type: ignore[no-untyped-call]
    return f"{there.year:04}-{there.month:02}-{there.day:02}"


_FROM_GREGORIAN: dict[str, Callable[[date], str | None]] = {"Hijri": _to_hijri, "Persian": _to_persian}


def may_be_born(text: str, today: date) -> None:
    """Sees to it that a date of birth may be that of somebody alive.

    Raises:
        InvalidInput: if it is in the future, too long ago, or in no calendar; says how to write it.
    """
    year = int(text[:4])
    if year in OTHER_CALENDARS:
        meant = tuple(readings(text))
        if not meant:
            raise _not_born(text, "is a date in neither the Hijri nor the Persian calendar", "Give the year alone")
        if all(one.first > today for one in meant):
            raise _not_born(text, f"is in the future by the Hijri and the Persian calendar (today is {today})")
        if all(today.year - one.last.year > OLDEST or one.first > today for one in meant):
            raise _not_born(text, "is by the Hijri and the Persian calendar so long ago that nobody has lived so long")
    elif earliest(text) > today:
        raise _not_born(text, f"is in the future (today is {today})")
    elif today.year - year > OLDEST:
        raise _not_born(text, f"is {today.year - year} years ago; nobody has lived so long")


def _not_born(text: str, problem: str, mend: str | None = None) -> InvalidInput:
    mend = mend or "Give the year with its four digits; Hijri and Persian years are understood too"
    return InvalidInput.at("born", f"{quote(text)} {problem}", mend, "query")


def relation(asked: Born, listed: str) -> Relation:
    """How a date asked stands to a date listed, each as far as it is known.

    Where several relations hold, the nearest is given. Either may be Hijri or Persian.
    """
    is_other = int(listed[:4]) in OTHER_CALENDARS
    if asked.readings and not is_other:
        return _reckoned(asked.text, asked.readings, listed)
    if is_other and not asked.readings:
        return _reckoned(listed, tuple(readings(listed)), asked.text)
    return _in_one_calendar(asked.text, listed)


def _in_one_calendar(text: str, listed: str) -> Relation:
    if text == listed:
        return _PLACEHOLDER if text[4:] == _NEW_YEAR else _SAME[len(listed)]
    if text[:4] != listed[:4]:
        slip = len(text) == 10 and text[4:] == listed[4:] and _mistyped(text, listed)
        return _MISTYPED if slip else _apart(abs(int(text[:4]) - int(listed[:4])))
    both_full = len(text) == len(listed) == 10
    if len(text) == 4 or len(listed) == 4:
        return _SAME[4]
    if both_full and text[5:7] == listed[8:] and text[8:] == listed[5:7]:
        return _SWAPPED
    if _NEW_YEAR in (listed[4:], text[4:]):
        return _PLACEHOLDER
    if both_full and _mistyped(text, listed):
        return _MISTYPED
    if text[5:7] != listed[5:7]:
        return _OTHER_MONTH
    return _OTHER_DAY if both_full else _SAME[7]


_NEW_YEAR = "-01-01"
_SAME = {10: Relation(Kinship.SAME_DAY), 7: Relation(Kinship.SAME_MONTH), 4: Relation(Kinship.SAME_YEAR)}
_MISTYPED, _SWAPPED, _PLACEHOLDER, _OTHER_DAY, _OTHER_MONTH, _NEXT_YEAR = (
    Relation(kind)
    for kind in (
        Kinship.MISTYPED,
        Kinship.SWAPPED,
        Kinship.PLACEHOLDER,
        Kinship.OTHER_DAY,
        Kinship.OTHER_MONTH,
        Kinship.NEXT_YEAR,
    )
)
_FAR = Relation(Kinship.MANY_YEARS, 100)


@cache
def _apart(years: int) -> Relation:
    if years == 1:
        return _NEXT_YEAR
    if years < 5:
        return Relation(Kinship.FEW_YEARS, years)
    return Relation(Kinship.SEVERAL_YEARS if years < 10 else Kinship.MANY_YEARS, years)


def _mistyped(one: str, other: str) -> bool:
    """Whether two whole dates differ by one digit, or by two neighbouring digits transposed."""
    left, right = one.replace("-", ""), other.replace("-", "")
    different = [n for n in range(8) if left[n] != right[n]]
    if len(different) == 1:
        return True
    if len(different) != 2 or different[1] != different[0] + 1:
        return False
    first, second = different
    return left[first] == right[second] and left[second] == right[first]


def _reckoned(other: str, meant: tuple[Reading, ...], gregorian: str) -> Relation:
    """How a Hijri or Persian date stands to a Gregorian one."""
    found = [_in_calendar(other, one, gregorian) for one in meant]
    return min(found, key=lambda one: (one.kind, one.years), default=_FAR)


def _in_calendar(other: str, one: Reading, gregorian: str) -> Relation:
    first, last = earliest(gregorian), latest(gregorian)
    slack = timedelta(SIGHTING if one.calendar == "Hijri" else 0)
    gap = max(one.first - last, first - one.last, timedelta(0))
    both_full = one.first == one.last and first == last
    if gap <= slack:
        kind = Kinship.SAME_DAY_RECKONED if both_full else Kinship.SAME_YEAR_RECKONED
        return Relation(kind, calendar=one.calendar)
    if both_full:
        # A slip may have been made in either calendar.
        ways = [_in_one_calendar(one.first.isoformat(), gregorian)]
        there = _FROM_GREGORIAN[one.calendar](first)
        ways += [_in_one_calendar(other, there)] if there else []
        nearest = min(ways, key=lambda way: (way.kind, way.years))
        return Relation(_RECKONED.get(nearest.kind, nearest.kind), nearest.years, one.calendar)
    if len(other) > 4 and len(gregorian) > 4 and (one.first.year == first.year or one.last.year == last.year):
        return _OTHER_MONTH
    return _apart(max(1, round(gap.days / 365.25)))


_RECKONED = {
    Kinship.SWAPPED: Kinship.SWAPPED_RECKONED,
    Kinship.MISTYPED: Kinship.MISTYPED_RECKONED,
    Kinship.PLACEHOLDER: Kinship.SAME_YEAR_RECKONED,
}
