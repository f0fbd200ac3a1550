"""Words for a nationality: countries of today in English and other languages, and those that are no more.

A list says Deutschland, Россия, Soviet Union or Korea as well as DE. A former country stands for those that came after
it; which of them is meant no list says.
"""

from __future__ import annotations

import gettext
from collections import defaultdict
from functools import cache

import pycountry

from rednotice.model.values import find_country

_USSR = ("AM", "AZ", "BY", "EE", "GE", "KG", "KZ", "LT", "LV", "MD", "RU", "TJ", "TM", "UA", "UZ")
_YUGOSLAVIA = ("BA", "HR", "ME", "MK", "RS", "SI", "XK")
_SEVERAL = {
    "anglo-egyptian sudan": ("SD", "SS"),
    "czechoslovakia": ("CZ", "SK"),
    "csk": ("CZ", "SK"),
    "korea": ("KP", "KR"),
    "netherlands antilles": ("BQ", "CW", "SX"),
    "an": ("BQ", "CW", "SX"),
    "ant": ("BQ", "CW", "SX"),
    "serbia and montenegro": ("ME", "RS", "XK"),
    "scg": ("ME", "RS", "XK"),
    "soviet union": _USSR,
    "union of soviet socialist republics": _USSR,
    "ussr": _USSR,
    "su": _USSR,
    "sun": _USSR,
    "ссср": _USSR,
    "yugoslavia": _YUGOSLAVIA,
    "yu": _YUGOSLAVIA,
    "yug": _YUGOSLAVIA,
    "югославия": _YUGOSLAVIA,
}
"""Countries that are no more, with their old codes of ISO 3166-3, and names that two bear."""

_ONE = {
    "ceylon": "LK",
    "dahomey": "BJ",
    "dd": "DE",
    "ddr": "DE",
    "east germany": "DE",
    "german democratic republic": "DE",
    "west germany": "DE",
    "north yemen": "YE",
    "persia": "IR",
    "rhodesia": "ZW",
    "siam": "TH",
    "south yemen": "YE",
    "upper volta": "BF",
    "zaire": "CD",
    "zr": "CD",
    "zar": "CD",
    "россия": "RU",
    "русия": "RU",
    "росія": "RU",
    "rossiya": "RU",
    "rusia": "RU",
    "russie": "RU",
    "russland": "RU",
    "rusya": "RU",
    "сша": "US",
    "ایران": "IR",
    "إيران": "IR",
    "السعودية": "SA",
}
"""What the translations below do not have."""

_LANGUAGES = (
    "am ar az be bg bn bs ca cs da de el es et eu fa fi fr gl he hi hr hu hy id is it ja ka kk km ko ky lo lt lv mk mn "
    "ms my nb ne nl nn pl ps pt ro ru si sk sl so sq sr sv sw ta tg th tk tr uk ur uz vi zh_CN zh_TW"
).split()


def find_nationalities(word: str) -> tuple[str, ...]:
    """The codes of the countries that a word may mean: one of today, or those after a former one; empty if none.

    >>> find_nationalities("Deutschland"), find_nationalities("Korea"), find_nationalities("Atlantis")
    (('DE',), ('KP', 'KR'), ())
    """
    name = " ".join(word.split()).lower()
    if name in _SEVERAL:
        return _SEVERAL[name]
    code = find_country(name) or _ONE.get(name) or _translated().get(name)
    return (code,) if code else ()


@cache
def _translated() -> dict[str, str]:
    """The names of countries in many languages, but for those by which two are called."""
    meant: dict[str, set[str]] = defaultdict(set)
    for language in _LANGUAGES:
        texts = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, [language], fallback=True)
        for country in pycountry.countries:
            for name in {country.name, getattr(country, "common_name", country.name)}:
                said = texts.gettext(name).lower()
                # "Iran, Islamische Republik": what stands first is what people say.
                for one in (said, said.partition(",")[0], said.partition(" (")[0]):
                    meant[one.strip()].add(country.alpha_2)
    return {name: codes.pop() for name, codes in meant.items() if len(codes) == 1}
