"""Short forms of names: Misha is Mikhail, and no Misha is a Masha."""

from __future__ import annotations

from importlib.resources import files

import pytest

from rednotice.match import REPORTED_FROM
from rednotice.match.text import words
from rednotice.model.check import Meeting
from tests.match.test_names import compared

SHORT = """
Misha Mikhail; Миша Mikhail; Vova Vladimir; Tolya Anatoliy; Gosha Georgiy; Zhenya Evgeniy; Zhenya Yevgeny
Shura Aleksandr; Alex Aleksandr; Vanya Ivan; Dima Dmitri; Natasha Natalia; Tanya Tatiana
Kolya Nikolai; Petya Pyotr; Lyosha Aleksei
Billy William; Bobby Robert; Peggy Margaret; Eddie Edward; Joe Joseph; Kate Catherine; Beth Elizabeth; Harry Henry
Pepe José; Nacho Ignacio; Paco Francisco; Chuy Jesús; Zé José; Beto Alberto; Memo Guillermo; Chico Francisco
Beppe Giuseppe; Gigi Luigi; Hans Johannes; Fritz Friedrich; Sepp Josef; Jurek Jerzy; Kasia Katarzyna; Pista István
Mohd Muhammad; Md Mohammed; Mehmet Muhammad; Memet Muhammad; Itzik Yitzhak; Takis Dimitrios
"""


@pytest.mark.parametrize("case", [case.split() for case in SHORT.replace("\n", ";").split(";") if case.strip()])
def test_a_short_form_meets_its_name_with_a_rare_surname(case: list[str]) -> None:
    short, name = case
    assert compared(f"{short} Valdesco", f"{name} Valdesco").score >= REPORTED_FROM
    assert compared(f"{name} Valdesco", f"{short} Valdesco").score >= REPORTED_FROM


@pytest.mark.parametrize("others", ["Misha Masha", "Billy Bobby", "Vova Vanya", "Paco Pepe", "Peggy Beth"])
def test_short_forms_of_two_names_do_not_meet_by_the_table(others: str) -> None:
    one, other = words(others)
    assert not {symbol for symbol in one.symbols & other.symbols if symbol < 0}


def test_every_line_has_names_and_their_short_forms() -> None:
    lines = files("rednotice.match").joinpath("nicknames.txt").read_text("utf-8").splitlines()
    for line in lines:
        names, colon, short = line.partition(":")
        assert not line or line.startswith("#") or (colon and names.split() and short.split()), line
        assert len(set(line.split())) == len(line.split()) or line.startswith("#"), f"twice: {line}"


@pytest.mark.parametrize(("asked", "how"), [("Misha", Meeting.FORM), ("Mihail", Meeting.SPELLING)])
def test_a_short_form_is_called_a_form_and_a_spelling_a_spelling(asked: str, how: Meeting) -> None:
    assert compared(f"{asked} Valdesco", "Mikhail Valdesco").parts[0].how is how
