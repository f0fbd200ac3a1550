"""From a name in any script to words: what is folded, what is kept apart, what is dropped."""

from __future__ import annotations

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rednotice.match import known
from rednotice.match.chinese import make_syllables
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
        ("Seán O′Brien O‛Brien O＇Brien O῾Brien", ["sean", "obrien", "obrien", "obrien", "obrien"]),
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
    ("name", "expected"),
    [
        ("\u041c\u0410\u0425 Harrowgate", ["max", "harrowgate"]),  # MAX, all Cyrillic
        ("\u041c\u0430x Harrowgate", ["max", "harrowgate"]),  # its last letter Latin
        ("\u039dikos \u03a1\u0391\u03a7 Stoic", ["nikos", "pax", "stoic"]),  # PAX, all Greek
        ("Воронской PAX", ["voronskoy", "rakh"]),  # Latin in a Cyrillic name
        ("Рах Воронской", ["rakh", "voronskoy"]),
        ("Анна Soares", ["anna", "soares"]),  # both are told: each keeps its script
        ("\u0420\u0430\u0445", ["rakh"]),
    ],
)
def test_a_word_of_letters_that_look_like_those_of_another_script_is_of_the_script_of_the_others(
    name: str, expected: list[str]
) -> None:
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
        ("مـحـمـد", "muhammad"),  # nor do those that make a word longer in print
        ("فاطمة", "fatima"),  # the silent ending
        ("خالد", "khaled"),
        ("ثابت", "thabit"),
        ("משה", "moshe"),
        ("צ׳רצ׳יל", "churchil"),  # the mark of a sound that Hebrew has no letter for
        ("ג'ורג׳", "jorj"),
        ("بھٹو", "bhuto"),  # Urdu
        ("ڈوگر", "dogar"),
        ("خاں", "khan"),
        ("چودھری", "chaudhri"),
        ("ټولګی", "tolgai"),  # Pashto
        ("څېړنوال", "tseranwal"),
        ("ځدراڼ", "zadran"),
        ("ڀٽو", "bhuto"),  # Sindhi
        ("شێرکۆ", "sherko"),  # Kurdish
        ("تۇرسۇنجاڭ", "tursunjang"),  # Uyghur
    ],
)
def test_a_word_without_vowels_has_the_consonants_of_its_romanisation(written: str, romanised: str) -> None:
    (word,) = words(written)
    assert word.vowelless
    assert word.skeleton == skeleton(romanised)


@pytest.mark.parametrize(
    ("written", "arabic", "persian"),
    [
        ("رضا", "rida", "reza"),
        ("رمضان", "ramadan", "ramazan"),
        ("ضیایی", "diyai", "ziyai"),
        ("ذوالفقار", "dulfaqar", "zolfaghar"),
        ("عثمان", "uthman", "osman"),
        ("وحیدی", "wahidi", "vahidi"),
        ("پرویز", "baruiz", "parviz"),
        ("جواد", "jawad", "javad"),
        ("مرتضوی", "murtadawi", "mortazavi"),
    ],
)
def test_a_word_in_arabic_script_is_read_as_in_arabic_and_as_in_persian(
    written: str, arabic: str, persian: str
) -> None:
    (word,) = words(written)
    assert (word.skeleton, word.key) == (skeleton(arabic), skeleton(persian))


@pytest.mark.parametrize(
    ("name", "minor", "initials"),
    [
        ("Khalid bin Walid al Nasser", ["bin", "al"], []),
        ("General Qassem Soleimani", ["general"], []),
        ("Donald J. Trump", [], ["j"]),
        ("Binali Albert", [], []),  # they only begin like particles
        ("Col. Pieter Valdesco PhD, Esq.", ["col", "phd", "esq"], []),
        ("Mawlawi Rashid Valdesco Jr", ["mawlawi", "jr"], []),
        ("Umm Hafsa née Valdesco", ["umm", "nee"], []),
        ("Júnior Valdesco", [], []),
        ("JRR Tolkien", [], ["j", "r", "r"]),
        ("VAUCLUZET JP", [], ["j", "p"]),
        ("Воронской ВП", [], ["v", "p"]),
        ("Воронской А.П.", [], ["a", "p"]),
        ("Andrew NG", [], []),  # a name, as "Thi LE" is
        ("Jong Un KIM", [], []),
        ("MD Ali BN Omar", ["bn"], []),
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


# --- Chinese readings ------------------------------------------------------------------------------------------------

# As identity cards of Hong Kong have them, and Wade-Giles without its marks.
READINGS = """
陳 Chan Chen; 李 Lee Li; 黃 Wong Huang; 張 Cheung Chang; 梁 Leung Liang; 林 Lam Lin; 吳 Ng Wu; 王 Wong Wang; 劉 Lau Liu
何 Ho He; 葉 Yip Yeh; 鄭 Cheng Zheng; 郭 Kwok Kuo; 謝 Tse Hsieh; 許 Hui Hsu; 馮 Fung Feng; 蔡 Choi Tsai; 鄧 Tang Deng
曾 Tsang Tseng; 周 Chow Chou; 徐 Tsui Hsu; 蘇 So Su; 盧 Lo Lu; 趙 Chiu Chao; 朱 Chu Zhu; 楊 Yeung Yang; 胡 Woo Hu
余 Yu Yue; 潘 Poon Pan; 袁 Yuen Yuan; 譚 Tam Tan; 關 Kwan Guan; 江 Kong Chiang; 蕭 Siu Hsiao; 鍾 Chung Zhong; 薛 Sit Xue
石 Shek Shih; 孔 Hung Kung; 歐 Au Ou; 莫 Mok Mo; 卓 Cheuk Cho; 明 Ming Ming; 偉 Wai Wei; 志 Chi Chih; 強 Keung Qiang
國 Kwok Guo; 傑 Kit Chieh; 詩 Sze Shih; 珍 Chun Chen; 玉 Yuk Yu; 寶 Po Pao; 澤 Chak Tse; 思 Sze Szu; 呂 Lui Lyu
"""


@pytest.mark.parametrize("case", [case.split() for case in READINGS.replace("\n", ";").split(";") if case.strip()])
def test_a_chinese_character_meets_each_of_its_spellings(case: list[str]) -> None:
    character, *spellings = case
    (asked,) = words(character)
    for spelling in spellings:
        (listed,) = words(spelling)
        assert asked.symbols & listed.symbols, spelling


def test_the_table_of_syllables_is_what_the_dictionaries_give() -> None:
    kept = files("rednotice.match").joinpath("syllables.json").read_text("utf-8")
    assert kept == make_syllables()


@pytest.mark.parametrize("word", ["Michael", "МИХАИЛ", "שלמה", "O'Brien", "رضا", "शक्ति", "Bill", "Volgard", "x", ""])
def test_the_table_of_known_names_says_what_the_dictionary_says(word: str) -> None:
    assert known.table() is not None
    assert known.symbols_of(word) == known._ask([word]).get(word, known.NONE)


def test_without_the_table_the_dictionary_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    tabled = known.symbols_of("Michael")
    monkeypatch.setattr(known, "table", lambda: None)
    assert known.symbols_of("Michael") == tabled != known.NONE
