"""Dates of birth as people and spreadsheets write them: read where they say one thing, never guessed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rednotice.match.written import read_date

READ = [
    # ISO 8601, and what is left of it in spreadsheets
    ("1972-02-03", "1972-02-03"),
    ("1972-02", "1972-02"),
    ("1972", "1972"),
    ("1972-2-3", "1972-02-03"),
    ("1972/02/03", "1972-02-03"),
    ("1972.2.3", "1972-02-03"),
    ("19720203", "1972-02-03"),
    ("1972-02-03T00:00:00.000Z", "1972-02-03"),
    ("1972-02-03 00:00:00+01:00", "1972-02-03"),
    ("3/2/1972 12:00 AM", "1972-02-03 1972-03-02"),
    ("1984.0", "1984"),
    # day, month, year; month first only where it cannot be the day
    ("31.12.1972", "1972-12-31"),
    ("31/12/1972", "1972-12-31"),
    ("31-12-1972", "1972-12-31"),
    ("31121972", "1972-12-31"),
    ("12/31/1972", "1972-12-31"),
    ("03.02.1972", "1972-02-03"),
    ("03/02/1972", "1972-02-03 1972-03-02"),
    ("03/03/1972", "1972-03-03"),
    ("02/1972", "1972-02"),
    # with the month's name, as OFAC's list has them
    ("03 Feb 1972", "1972-02-03"),
    ("3 February 1972", "1972-02-03"),
    ("3rd of February 1972", "1972-02-03"),
    ("February 3, 1972", "1972-02-03"),
    ("03-FEB-1972", "1972-02-03"),
    ("Feb 1972", "1972-02"),
    ("Sept 1972", "1972-09"),
    # as far as it is known
    ("1972-00-00", "1972"),
    ("1972-02-00", "1972-02"),
    ("1972-XX-XX", "1972"),
    ("00/02/1972", "1972-02"),
    ("00.00.1972", "1972"),
    ("circa 1972", "1972"),
    ("c. 1972", "1972"),
    ("approximately Feb 1972", "1972"),
    # Persian and Hijri (the first: the day the revolution won in Iran)
    ("1357-11-22", "1357-11-22"),
    ("1357/11/22", "1357-11-22"),
    ("22/11/1357", "1357-11-22"),
    ("۱۳۵۷/۱۱/۲۲", "1357-11-22"),
    ("13571122", "1357-11-22"),
    ("1391", "1391"),
]
NOT_READ = [
    "", "72", "3/2/72", "3 Feb 72", "720203", "unknown", "N/A", "1972-02-30", "31/31/1972", "1972-13-05", "0", "0000",
    "1970-1975", "1970 to 1975", "between 1970 and 1975", "Feb", "3 Feb", "3 Feb Mar 1972", "1066-10-14", "1/2/3/1972",
    "2/1972/3", "41321",
]  # fmt: skip


@pytest.mark.parametrize(("written", "meant"), READ)
def test_a_date_is_read_however_it_is_written(written: str, meant: str) -> None:
    assert " ".join(read_date(written)) == meant
    assert read_date(f"  {written.upper()} ") == read_date(written)


@pytest.mark.parametrize("written", NOT_READ)
def test_what_says_no_date_is_not_guessed(written: str) -> None:
    assert read_date(written) == ()


FORMS = ["%Y-%m-%d", "%Y%m%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d %b %Y", "%B %d, %Y", "%d%m%Y", "%Y-%m", "%b %Y"]


@given(st.dates(date(1890, 1, 1), date(2030, 12, 31)), st.sampled_from(FORMS))
def test_every_day_is_among_what_it_may_mean_in_every_form(day: date, form: str) -> None:
    known = "%Y-%m-%d" if "%d" in form else "%Y-%m"
    assert day.strftime(known) in read_date(day.strftime(form))


@given(st.text(max_size=30))
def test_any_text_is_read_or_not(text: str) -> None:
    assert len(read_date(text)) <= 2
