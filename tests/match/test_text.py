"""From a name in any script to words: what is folded, what is kept apart, what is dropped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rednotice.match.sounds import key, skeleton
from rednotice.match.text import WORDS_LIMIT, words


def latin(name: str) -> list[str]:
    return [word.latin for word in words(name)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("José NÚÑEZ", ["jose", "nunez"]),
        ("Jose\u0301 Nu\u0301n\u0303ez", ["jose", "nunez"]),  # accents as characters of their own
        ("Seán O’Brien", ["sean", "obrien"]),
        ("Jean-Luc", ["jean", "luc"]),
        ("ERIKSSON,ANNA  MARIA", ["eriksson", "anna", "maria"]),
        ("ＥＲＩＫＳＳＯＮ　ＡＮＮＡ", ["eriksson", "anna"]),  # full width
        ("Sol\u200beima\u200dni", ["soleimani"]),  # zero-width space and joiner
        ("\u202eQassem\u202c \u200fSoleimani", ["qassem", "soleimani"]),  # bidirectional marks
        ("Дональд Трамп", ["donald", "tramp"]),
        ("王小明", ["wang", "xiao", "ming"]),  # Han has no spaces: a word for each syllable
        ("Robert Synthetic 3rd", ["robert", "synthetic", "3rd"]),
        ("... --- !!!", []),
        ("", []),
    ],
)
def test_a_name_becomes_these_words(name: str, expected: list[str]) -> None:
    assert latin(name) == expected


@pytest.mark.parametrize(
    "spellings",
    [
        "soleimani soleymani soleimany".split(),
        "khalid halid".split(),
        "zhukov jukov".split(),
        "shimanski szymanski".split(),
        "abbas abas".split(),
        "youssef yusef".split(),
        "philip filip".split(),
        "wahid vahid".split(),
    ],
    ids=lambda spellings: spellings[0],
)
def test_spellings_of_one_sound_have_one_key(spellings: list[str]) -> None:
    assert len({key(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize("others", ["karimi karami".split(), "hasan husain".split(), "ali alia".split()])
def test_names_that_sound_apart_have_keys_apart(others: list[str]) -> None:
    assert len({key(other) for other in others}) == len(others)


@pytest.mark.parametrize(
    ("written", "romanised"),
    [
        ("قاسم", "qasim"),
        ("سليماني", "sulaymani"),
        ("محمد", "muhammad"),
        ("مُحَمَّد", "muhammad"),  # the signs for vowels count as little as where they are not written
        ("عبدالرحمن", "abdulrahman"),
        ("فاطمة", "fatima"),  # the silent ending
        ("خالد", "khaled"),
        ("משה", "moshe"),
    ],
)
def test_a_word_without_vowels_has_the_consonants_of_its_romanisation(written: str, romanised: str) -> None:
    (word,) = words(written)
    assert word.vowelless
    assert word.skeleton == skeleton(romanised)


@pytest.mark.parametrize(
    ("name", "minor", "initials"),
    [
        ("Khalid bin Walid al Nasser", ["bin", "al"], []),
        ("General Qassem Soleimani", ["general"], []),
        ("Donald J. Trump", [], ["j"]),
        ("Binali Albert", [], []),  # they only begin like particles
    ],
)
def test_particles_titles_and_initials_are_told_from_names(name: str, minor: list[str], initials: list[str]) -> None:
    assert [word.latin for word in words(name) if word.is_minor] == minor
    assert [word.latin for word in words(name) if word.is_initial] == initials


def test_a_name_of_a_thousand_words_is_cut() -> None:
    assert len(words("valdesco " * 1_000)) == WORDS_LIMIT


@given(st.text(max_size=60))
def test_any_text_is_read_and_what_was_read_is_read_again_as_the_same(name: str) -> None:
    read = latin(name)
    assert all(word.isascii() and word.isalnum() and word == word.lower() for word in read)
    assert latin(" ".join(read)) == read


LETTERS = st.characters(categories=["Lu", "Ll"], max_codepoint=0x4FF)  # Latin, Greek, Cyrillic


@given(
    st.lists(st.text(LETTERS, min_size=1, max_size=8), max_size=6), st.sampled_from("\u200b\u200d\u200f\u2069\ufeff")
)
def test_marks_that_cannot_be_seen_change_nothing(parts: list[str], mark: str) -> None:
    name = " ".join(parts)
    assert latin(mark.join(name)) == latin(name)
