"""From a name in any script to words that can be compared.

Every word is written in Latin letters (`anyascii`, `pypinyin` for Han). Where a script leaves something out, words
meet by what it keeps: scripts without vowels (Arabic, Hebrew, Syriac) by their consonants, Han and Hangul, which write
foreign names in syllables of their own, by their sound. `rigour` knows which words are one name in many languages.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from itertools import chain, islice

from anyascii import anyascii

from rednotice.match import arabic, japanese, korean
from rednotice.match.chinese import readings_of_character, readings_of_syllable
from rednotice.match.known import NONE, Symbols, number, symbols_of
from rednotice.match.nicknames import symbols_of_nickname
from rednotice.match.sounds import consonants_of, key, other_consonants_of, skeleton, sound, sound_of_syllables

WORDS_LIMIT = 32
"""Words of a name beyond this are not compared; no name has as many."""
READ_LIMIT = 1_000
"""Characters of a name beyond this are not read; no name has as many."""

INITIALS_LIMIT = 3
"""Initials written as one are no more than so many."""

PARTICLES = frozenset(
    "al el ul ad as ash at az ar an abu abou umm oum abd bin ibn ben bint bte binti bn bt van von der den de del "
    "della di da do dos das du la le las los ter ten zu zum zur af av y e i o san st mac mc".split()
)
"""Words that carry little of a name: articles, filiation, nobiliary particles."""

TITLES = frozenset(
    "mr mrs ms miss mme mlle herr frau dr prof phd esq esquire jr sr haji hajji hadji sheikh shaykh sheik sayyid "
    "sayed seyed mullah maulana mawlana mawlawi mawlavi maulawi maulavi moulavi moulvi molvi mufti imam ayatollah "
    "hojatoleslam ustad ustaz bapak ibu shri smt general gen brigadier brig colonel col captain capt major maj "
    "lieutenant lt sergeant sgt commander cmdr sir lord don dona president professor nee geb".split()
)
"""Words that stand before or after a name, but are none: titles, ranks, offices of religion, generations."""

_VOWELLESS = frozenset({"ARABIC", "HEBREW", "SYRIAC"})
_BY_SOUND = frozenset({"CJK", "HANGUL"})
_APOSTROPHES = re.compile(
    "['`´\u2018\u2019\u201b\u2032\u02b9-\u02bf\u055a\u05f3\u05f4\u1fbd-\u1fbf\u1ffd\u1ffe\ua78b\ua78c\uff07\uff40]"
)
"""Of all kinds, with primes, half rings and the marks of Hebrew, that are typed for one another."""
_REPEATED = re.compile("(.)々")
"""A Japanese mark for the character before it once more."""
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_CHARACTERS = re.compile(f"[{_HAN}]|[^{_HAN}]+")
_LENGTHENED = "ـ"
"""Makes an Arabic word longer in print, and is no letter."""
_CYRILLIC_OR_GREEK = "АВЕЅЗІЈКМНОРСТУХаеѕіјорсухһԁӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧοναικρυ"
_LATIN = "ABESZIJKMHOPCTYXaesijopcyxhdlABEZHIKMNOPTYXovaikpu"
_LOOKALIKES = dict(zip(map(ord, _CYRILLIC_OR_GREEK), _LATIN, strict=True))
_LOOKALIKES_OF_LATIN = {
    script: {
        ord(latin): other
        for other, latin in reversed([*zip(_CYRILLIC_OR_GREEK, _LATIN, strict=True)])
        if unicodedata.name(other).startswith(script)
    }
    for script in ("CYRILLIC", "GREEK")
}
"""Letters that look like one another in print (Unicode Technical Standard 39, confusables); a scan mixes them up."""
_ALIKE = frozenset(_CYRILLIC_OR_GREEK + _LATIN)
_ASCII = {code: "" if chr(code) in "'`" else " " for code in range(128) if not chr(code).isalnum()}


class Reading(Enum):
    """How the parts of a name that are in Han or Hangul are read."""

    PLAIN = auto()
    """Han: a word a syllable. Hangul: a word a part."""
    FOREIGN = auto()
    """Han: a word a part, since several parts are in Han."""
    JAPANESE = auto()
    """Han: a word a part, since the parts are a surname of Japan and a given name."""
    KOREAN = auto()
    """Each part is a syllable in Hangul."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a name: as written, in Latin letters, by its sound key, by its consonants."""

    written: str
    latin: str
    key: str
    """Without vowels, its consonants by another reading, if there is one."""
    skeleton: str
    sound: str
    """Consonants as far as Han and Hangul tell them apart."""
    script: str
    symbols: Symbols = NONE
    """Names of which this word is known as a form (`match.known`), and readings of a Chinese one."""

    @property
    def vowelless(self) -> bool:
        """Whether it is written in a script that leaves vowels out."""
        return self.script in _VOWELLESS

    @property
    def by_sound(self) -> bool:
        """Whether it is written in a script that renders foreign names by syllables of its own."""
        return self.script in _BY_SOUND

    @property
    def foreign(self) -> bool:
        """Whether it is written in another script than Latin."""
        return self.script != "LATIN"

    @property
    def is_minor(self) -> bool:
        """Whether the word is a particle or a title, which says little about who it is."""
        return self.is_title or self.latin in PARTICLES

    @property
    def is_title(self) -> bool:
        """Whether the word is a title."""
        return self.latin in TITLES

    @property
    def is_initial(self) -> bool:
        """Whether only the first letter is given."""
        return len(self.latin) == 1


def words(name: str) -> tuple[Word, ...]:
    """The words of a name in any script, in the order in which they are written.

    >>> [word.latin for word in words("Касем СУЛЕЙМАНИ")]
    ['kasem', 'suleymani']
    """
    parts, reading = parts_of(name)
    return tuple(islice(chain.from_iterable(words_of(part, reading) for part in parts), WORDS_LIMIT))


def parts_of(name: str) -> tuple[list[str], Reading]:
    """The parts of a name as written, and how those in Han or Hangul are read.

    Foreign names in Han are written with a mark between their words; native ones are not, and have a word a syllable.
    In Hangul it is the spaces that tell (`korean.syllables_of`).
    """
    parts = _initials_apart(clean(name[:READ_LIMIT]).split())
    if name.isascii():
        return parts, Reading.PLAIN
    parts = _of_the_script_of_others(parts)
    scripts = [_script(part) for part in parts]
    if scripts[:1] == ["CJK"] and (divided := japanese.divide(parts)):
        return list(divided), Reading.JAPANESE
    if scripts.count("CJK") > 1:
        return parts, Reading.FOREIGN
    if set(scripts) == {"HANGUL"} and (syllables := korean.syllables_of(parts)):
        return list(syllables), Reading.KOREAN
    return parts, Reading.PLAIN


@lru_cache(maxsize=65_536)
def words_of(part: str, reading: Reading) -> tuple[Word, ...]:
    """The words of a part of a name; one, but for parts in Han.

    Args:
        part: without white space, as `parts_of` gives it.
        reading: how a part in Han or Hangul is read.
    """
    read = _of_one_script(part)
    script = _script(read)
    if script == "CJK":
        return _in_han(part, reading)
    if script in _VOWELLESS:
        read = "".join(letter for letter in read if unicodedata.category(letter) != "Mn" and letter != _LENGTHENED)
    latin = _plain(anyascii(read))
    if not latin:
        return ()
    if reading is Reading.KOREAN and script == "HANGUL":
        usual = korean.spellings(part)[0]
        symbols = symbols_of(read) | _numbers(korean.symbols_of_syllable(part))
        return (Word(part, usual, key(usual), skeleton(usual), sound(latin), script, symbols),)
    if script == "ARABIC" and (cut := arabic.divide_arabic(read)):
        return _one(read[:cut], script), _one(read[cut:], script)
    if script not in _BY_SOUND | _VOWELLESS and (divided := arabic.divide(latin)):
        cut, first, second = divided
        place = next(place for place in range(len(part)) if len(_plain(anyascii(part[:place]))) >= cut)
        return _one(part[:place], script, first), _one(part[place:], script, second)
    return (_one(part, script, latin, read),)


def _one(written: str, script: str, latin: str = "", read: str = "") -> Word:
    """A word that is not in Han, as written; what stands for it in Latin letters, and letters to look up, if others."""
    latin = latin or _plain(anyascii(written))
    read = read or written
    others = arabic.symbols_of_arabic(read) if script == "ARABIC" else arabic.symbols_of_latin(latin)
    others |= readings_of_syllable(latin) | korean.symbols_of_spelling(latin)
    symbols = symbols_of(read) | _numbers(others)
    if script not in _VOWELLESS | _BY_SOUND:
        symbols |= symbols_of_nickname(key(latin))
    return _word(written, arabic.usual(latin), script, symbols)


def _in_han(part: str, reading: Reading) -> tuple[Word, ...]:
    from pypinyin import lazy_pinyin  # reads its dictionary when it is imported

    spelt_out = _REPEATED.sub(r"\1\1", part)
    syllables = [plain for plain in map(_plain, lazy_pinyin(spelt_out)) if plain]
    if reading is not Reading.PLAIN and len(syllables) > 1:
        latin = "".join(syllables)
        return (Word(part, latin, key(latin), "", sound_of_syllables(tuple(syllables)), "CJK", symbols_of(part)),)
    if len(syllables) == len(part):
        known = symbols_of(part) if reading is Reading.JAPANESE else NONE
        return tuple(
            _word(written, syllable, "CJK", _numbers(readings_of_character(character)) | known)
            for written, character, syllable in zip(part, spelt_out, syllables, strict=True)
        )
    # Some of it is not in Han, or in no dictionary: what was written stays by what it is read as.
    return tuple(
        word
        for written in _CHARACTERS.findall(part)
        if (plain := _plain(lazy_pinyin(written)[0]) or _plain(anyascii(written)))
        for word in (_word(written, plain, _script(written)),)
    )


def _initials_apart(parts: list[str]) -> list[str]:
    """The parts of a name, those that are initials written as one divided: two or three capitals without a vowel.

    With a vowel they are as often a name, which many write in capitals: "Thi LE" is no T. L. E.

    >>> _initials_apart(["JRR", "Tolkien"]), _initials_apart(["Andrew", "NG"])
    (['J', 'R', 'R', 'Tolkien'], ['Andrew', 'NG'])
    """
    longest = max(map(len, parts), default=0)
    if not any(1 < len(part) <= INITIALS_LIMIT < longest and part.isupper() for part in parts):
        return parts
    return [one for part in parts for one in (part if _are_initials(part) else (part,))]


def _are_initials(part: str) -> bool:
    latin = anyascii(part)
    return (
        1 < len(part) <= INITIALS_LIMIT
        and part.isupper()
        and len(latin) == len(part)
        and not set("AEIOUY") & set(latin)
        and latin.lower() not in PARTICLES | TITLES
        and not symbols_of(part)
    )


def forget() -> None:
    """Empties what is remembered of names that were read, so that nothing of a person removed stays in memory."""
    for remembering in (
        words_of,
        readings_of_character,
        readings_of_syllable,
        korean.spellings,
        _script,
        key,
        skeleton,
        sound,
    ):
        remembering.cache_clear()


def clean(text: str) -> str:
    """Text with width folded, without what cannot be seen (zero-width and bidirectional marks), words apart."""
    if text.isascii():
        return text.translate(_ASCII)
    kept = []
    for character in unicodedata.normalize("NFKC", _APOSTROPHES.sub("", text)):
        category = unicodedata.category(character)
        if category[0] in "LNM":
            kept.append(character)
        elif category != "Cf":
            kept.append(" ")
    return "".join(kept)


def _of_one_script(part: str) -> str:
    """A word in which letters of two scripts stand that look alike, in the one script that it may be of.

    >>> _of_one_script("Реtrov") == "Petrov"  # its first two letters are Cyrillic
    True
    """
    if part.isascii():
        return part
    letters = {letter: _script(letter) for letter in part if letter.isalpha()}
    for other, lookalikes in _LOOKALIKES_OF_LATIN.items():
        if {"LATIN", other} == set(letters.values()):
            ways = [("LATIN", _LOOKALIKES), (other, lookalikes)]
            ways.sort(key=lambda way: -sum(letters.get(letter) == way[0] for letter in part))
            for script, table in ways:
                if all(ord(letter) in table for letter, its in letters.items() if its != script):
                    return part.translate(table)
    return part


def _of_the_script_of_others(parts: list[str]) -> list[str]:
    """The parts of a name; those whose letters may all be of two scripts are of that which the other parts are of.

    >>> _of_the_script_of_others(["Рах", "Harrowgate"]) == ["Pax", "Harrowgate"]  # its letters are Cyrillic
    True
    """
    letters = {letter for part in parts for letter in part}
    if letters.isdisjoint(_CYRILLIC_OR_GREEK) or letters.isdisjoint(_LATIN):
        return parts
    told = {_script(letter) for letter in letters - _ALIKE if letter.isalpha()}
    script = told.pop() if len(told) == 1 else ""
    table = _LOOKALIKES if script == "LATIN" else _LOOKALIKES_OF_LATIN.get(script, {})
    return [part.translate(table) if _ALIKE.issuperset(part) else part for part in parts]


def _numbers(symbols: Iterable[str]) -> Symbols:
    return frozenset(map(number, symbols))


def _word(written: str, latin: str, script: str, symbols: Symbols = NONE) -> Word:
    if script in _VOWELLESS:
        article = arabic.ARTICLE
        bare = written.removeprefix(article) if len(written) > len(article) + 2 else written
        other = other_consonants_of(bare) if script == "ARABIC" else ""
        return Word(written, latin, other, consonants_of(bare), sound(latin), script, symbols)
    return Word(written, latin, key(latin), arabic.consonants(latin), sound(latin), script, symbols)


def _plain(latin: str) -> str:
    return re.sub(r"[^a-z0-9]", "", latin.lower())


@lru_cache(maxsize=65_536)
def _script(part: str) -> str:
    for character in part:
        if character.isalpha():
            return unicodedata.name(character, "UNKNOWN").split()[0].split("-")[0]
    return "LATIN"
