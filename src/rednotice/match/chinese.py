"""Chinese names in Latin letters, by whatever reading: pinyin, Wade-Giles, and the spellings of Hong Kong.

A reading is a symbol of a word, as `rigour` gives them: a Han character has those of all its readings, a syllable in
Latin letters those of all readings that are spelt so, and two words meet where they share one: 黃 is huang in pinyin
and in Wade-Giles, and wong in Hong Kong.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

# ToJyutping and pypinyin read their dictionaries when they are imported, so that is done where they are needed.

SYLLABLE_LIMIT = 6
"""No syllable has more letters in any of the spellings (zhuang, chuang, shuang)."""
READINGS_LIMIT = 4
"""A character's readings beyond these, the commonest, are of no name."""

NONE: frozenset[str] = frozenset()


@lru_cache(maxsize=16_384)
def readings_of_character(character: str) -> frozenset[str]:
    """The readings of a Han character, as symbols.

    >>> "pinyin:huang" in readings_of_character("黃"), "cantonese:wong" in readings_of_character("黃")
    (True, True)
    """
    import ToJyutping
    from pypinyin import Style, pinyin

    (mandarin,) = pinyin(character, style=Style.NORMAL, heteronym=True)
    ((_, cantonese),) = ToJyutping.get_jyutping_candidates(character) or ((character, None),)
    found = {f"pinyin:{one}" for one in mandarin[:READINGS_LIMIT] if one != character}
    for one in (cantonese or ())[:READINGS_LIMIT]:
        # A short a is written u as well: 珍 is Chan or Chun, 新 San or Sun.
        for said in {one[:-1], re.sub(r"(?<!a)a(?=[nt]$)", "u", one[:-1])}:
            found.add(f"cantonese:{_heard(_as_in_hong_kong(said))}")
    return frozenset(found)


@lru_cache(maxsize=16_384)
def readings_of_syllable(latin: str) -> frozenset[str]:
    """The readings that are spelt so, as symbols; none, if it is no syllable of a Chinese name.

    >>> sorted(readings_of_syllable("hsiao")), sorted(readings_of_syllable("wong"))
    (['pinyin:xiao'], ['cantonese:wong'])
    """
    if len(latin) > SYLLABLE_LIMIT:
        return NONE
    heard = _heard(latin)
    cantonese = {f"cantonese:{heard}"} if heard in _cantonese() else set()
    return frozenset({f"pinyin:{one}" for one in _mandarin().get(latin, ())} | cantonese)


@cache
def _mandarin() -> dict[str, list[str]]:
    """The syllables of pinyin by how they are spelt in pinyin, in passports, and in Wade-Giles without its marks."""
    spelt: dict[str, list[str]] = _syllables()["mandarin"]
    return spelt


@cache
def _cantonese() -> frozenset[str]:
    """What the syllables of Cantonese sound like, as `_heard` has it."""
    return frozenset(_syllables()["cantonese"])


def _syllables() -> dict[str, Any]:
    said: dict[str, Any] = json.loads(files("rednotice.match").joinpath("syllables.json").read_text("utf-8"))
    return said


def make_syllables() -> str:
    """`syllables.json`, from the dictionaries of pypinyin and ToJyutping: a second's work that no start need do."""
    import ToJyutping
    from pypinyin import Style, pinyin_dict
    from pypinyin.contrib.tone_convert import to_normal
    from pypinyin.style import convert

    mandarin: dict[str, set[str]] = defaultdict(set)
    for syllable in {to_normal(one) for said in pinyin_dict.pinyin_dict.values() for one in said.split(",")}:
        wade_giles = convert(syllable, Style.WADEGILES, False).replace("'", "")
        for spelling in (syllable, wade_giles, wade_giles.replace("ssu", "szu")):
            for written in (spelling, spelling.replace("v", "u"), spelling.replace("v", "yu")):
                mandarin[re.sub("[^a-z]", "", written)].add(syllable)
    cantonese = {
        _heard(_as_in_hong_kong(one[:-1]))
        for code in range(0x4E00, 0x9FA6)
        for _, readings in ToJyutping.get_jyutping_candidates(chr(code))
        for one in readings or ()
    }
    kept = {spelling: sorted(syllables) for spelling, syllables in sorted(mandarin.items()) if spelling}
    return json.dumps({"mandarin": kept, "cantonese": sorted(cantonese - {""})}, ensure_ascii=False, indent=0) + "\n"


# Jyutping is no spelling of names: Hong Kong writes z and c as ch or ts, j as y, oe as eu, and no long vowels.
_JYUTPING = (("gw", "kw"), ("z", "c"), ("j", "y"), ("g", "k"), ("d", "t"), ("b", "p"))
_FINALS = (
    ("oeng", "eung"), ("oek", "euk"), ("eoi", "ui"), ("eon", "un"), ("eot", "ut"), ("oe", "eu"), ("aa", "a"),
    ("yyun", "yun"), ("yyut", "yut"), ("yyu", "yu"),
)  # fmt: skip


def _as_in_hong_kong(jyutping: str) -> str:
    if jyutping.startswith("ng") and len(jyutping) > 2:
        jyutping = jyutping[2:]
    for said, written in _JYUTPING:
        if jyutping.startswith(said):
            jyutping = written + jyutping[len(said) :]
            break
    for said, written in _FINALS:
        jyutping = jyutping.replace(said, written)
    return jyutping


# What is written in many ways and sounds alike, folded. Sources: the Hong Kong Government's romanisation as it stands
# on identity cards, and the spellings that families keep (Lee, Woo, Chow, Cheong).
_BEGINNINGS = (
    ("sch", "s"), ("sh", "s"), ("sz", "s"), ("ch", "c"), ("ts", "c"), ("tz", "c"), ("dz", "c"), ("gw", "kw"),
    ("g", "k"), ("d", "t"), ("b", "p"),
)  # fmt: skip
_ENDINGS = (
    ("eong", "eung"), ("oeng", "eung"), ("uen", "un"), ("yun", "un"), ("uet", "ut"), ("yut", "ut"),
    ("oon", "un"), ("oot", "ut"), ("oong", "ung"), ("ee", "i"), ("ei", "i"), ("ie", "i"), ("iew", "iu"), ("ew", "iu"),
    ("ay", "ai"), ("oy", "oi"), ("ow", "au"), ("oo", "u"), ("ou", "o"), ("oh", "o"), ("or", "o"), ("aw", "o"),
    ("ue", "u"), ("yu", "u"), ("ah", "a"), ("ck", "k"), ("um", "am"),
)  # fmt: skip


def _heard(syllable: str) -> str:
    if syllable in ("ng", "m", "hm", "hng"):
        return "ng"
    if syllable.startswith("ng"):
        syllable = syllable[2:]
    for written, sound in _BEGINNINGS:
        if syllable.startswith(written):
            syllable = sound + syllable[len(written) :]
            break
    if syllable in ("se", "ce"):  # Sze, Tse: a vowel that is hardly heard
        return syllable[0] + "i"
    first, rest = ("", syllable) if syllable[:1] in "aeiou" else (syllable[:1], syllable[1:])
    for written, sound in _ENDINGS:
        if rest.endswith(written):
            rest = rest[: len(rest) - len(written)] + sound
            break
    return first + rest
