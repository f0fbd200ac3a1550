"""Words for a nationality: what lists say besides the codes of ISO 3166-1."""

from __future__ import annotations

import pycountry
import pytest

from rednotice.model.check import Listed
from rednotice.model.nationalities import find_nationalities

ONE = [
    # in English, as lists have them
    ("Kosovo", "XK"), ("XK", "XK"), ("rks", "XK"), ("England", "GB"), ("Scotland", "GB"), ("Great Britain", "GB"),
    ("U.S.A.", "US"), ("Holland", "NL"), ("The Netherlands", "NL"), ("Bahamas, The", "BS"), ("Burma", "MM"),
    ("Republic of Korea", "KR"), ("North Korea", "KP"), ("Iran (Islamic Republic of)", "IR"),
    ("Congo (Kinshasa)", "CD"), ("DRC", "CD"), ("Russian Federation", "RU"), ("East Germany", "DE"), ("Zaire", "CD"),
    # in their own language
    ("Deutschland", "DE"), ("España", "ES"), ("ITALIA", "IT"), ("Österreich", "AT"), ("Россия", "RU"),
    ("Российская Федерация", "RU"), ("中国", "CN"), ("日本", "JP"), ("Ελλάδα", "GR"), ("مصر", "EG"), ("ایران", "IR"),
    ("Україна", "UA"), ("Türkiye", "TR"), ("Suomi", "FI"),
    # in another's
    ("Allemagne", "DE"), ("Alemania", "DE"), ("États-Unis", "US"), ("Estados Unidos", "US"), ("Nordkorea", "KP"),
]  # fmt: skip


@pytest.mark.parametrize(("word", "code"), ONE)
def test_a_country_is_known_by_its_usual_names(word: str, code: str) -> None:
    assert find_nationalities(word) == (code,)


@pytest.mark.parametrize(
    ("word", "some"),
    [
        ("USSR", {"RU", "UA", "KZ"}),
        ("Soviet Union", {"RU", "EE"}),
        ("SU", {"RU", "UZ"}),
        ("Yugoslavia", {"RS", "HR", "XK"}),
        ("Czechoslovakia", {"CZ", "SK"}),
        ("Korea", {"KP", "KR"}),
    ],
)
def test_a_former_country_stands_for_those_that_came_after_it(word: str, some: set[str]) -> None:
    found = find_nationalities(word)
    assert some <= set(found)
    assert Listed(id="1", names=("A B",), nationalities=found).nationalities == found


@pytest.mark.parametrize("word", ["Atlantis", "", "?", "stateless", "Guayana Francesa y otra"])
def test_what_is_no_country_is_none(word: str) -> None:
    assert find_nationalities(word) == ()


def test_every_country_is_found_by_its_codes_and_its_name() -> None:
    for country in pycountry.countries:
        for word in (country.alpha_2, country.alpha_3, country.name):
            assert find_nationalities(word) == (country.alpha_2,)
