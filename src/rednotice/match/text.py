"""From a name in any script to words that can be compared.

Every word is written in Latin letters (`anyascii`). Scripts that leave vowels out (Arabic, Hebrew, Syriac) can only
be compared by consonants, so each word has a consonant skeleton as well. Han has no spaces: its syllables become
words, and joined words meet again in the comparison.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from anyascii import anyascii

WORDS_LIMIT = 32
"""Words of a name beyond this are not compared; no name has as many."""

PARTICLES = frozenset(
    "al el ul ad as ash at az ar an abu abou abd bin ibn ben bint bte binti van von der den de del della di da do dos "
    "das du la le las los ter ten zu zum zur af av y e i o san st mac mc".split()
)
"""Words that carry little of a name: articles, filiation, nobiliary particles."""

TITLES = frozenset(
    "mr mrs ms miss dr prof haji hajji hadji sheikh shaykh sheik sayyid sayed seyed mullah maulana mufti imam general "
    "gen colonel col captain capt major maj lieutenant sir lord don dona president professor".split()
)

_VOWELLESS = ("ARABIC", "HEBREW", "SYRIAC")
_SYLLABIC = ("CJK",)
_APOSTROPHES = re.compile(r"['`’‘ʼʻʹ´]")
_SYLLABLE = re.compile(r"[A-Z][a-z]*|[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a name: as written, in Latin letters, in its sound key, by its consonants."""

    written: str
    latin: str
    key: str
    skeleton: str
    vowelless: bool
    foreign: bool
    """Whether it was written in another script than Latin."""

    @property
    def is_minor(self) -> bool:
        """Whether the word is a particle or a title, which says little about who it is."""
        return self.latin in PARTICLES or self.latin in TITLES

    @property
    def is_initial(self) -> bool:
        """Whether only the first letter is given."""
        return len(self.latin) == 1


@lru_cache(maxsize=65_536)
def words(name: str) -> tuple[Word, ...]:
    """The words of a name in any script, in the order in which they are written.

    >>> [word.latin for word in words("Касем СУЛЕЙМАНИ")]
    ['kasem', 'suleymani']
    """
    found: list[Word] = []
    for part in clean(name).split():
        found.extend(_words_of(part))
    return tuple(found[:WORDS_LIMIT])


def forget() -> None:
    """Empties what is remembered of names that were read, so that nothing of a person removed stays in memory."""
    for remembering in (words, _script, key, skeleton):
        remembering.cache_clear()


def clean(text: str) -> str:
    """Text with width folded, without what cannot be seen (zero-width and bidirectional marks), words apart."""
    kept = []
    for character in _APOSTROPHES.sub("", unicodedata.normalize("NFKC", text)):
        category = unicodedata.category(character)
        if category[0] in "LNM":
            kept.append(character)
        elif category != "Cf":
            kept.append(" ")
    return "".join(kept)


def _words_of(part: str) -> list[Word]:
    script = _script(part)
    latin = anyascii(part)
    if script in _SYLLABIC:
        return [_word(part, syllable, script) for syllable in _SYLLABLE.findall(latin)]
    made = _word(part, latin, script)
    return [made] if made.latin else []


def _word(written: str, latin: str, script: str) -> Word:
    plain = re.sub(r"[^a-z0-9]", "", latin.lower())
    return Word(written, plain, key(plain), skeleton(plain), script in _VOWELLESS, script != "LATIN")


@lru_cache(maxsize=65_536)
def _script(part: str) -> str:
    for character in part:
        if character.isalpha():
            return unicodedata.name(character, "UNKNOWN").split()[0].split("-")[0]
    return "LATIN"


# Spellings of one sound, in the order in which they are folded. Sources: the romanisation tables in common use
# (BGN/PCGN, ALA-LC, ISO 9) and the passport spellings that differ from them.
_SOUNDS = (
    ("shch", "s"), ("sch", "s"), ("tch", "c"), ("dzh", "j"), ("tsch", "c"),
    ("sh", "s"), ("ch", "c"), ("cz", "c"), ("sz", "s"), ("zh", "j"), ("kh", "h"), ("gh", "g"), ("ph", "f"),
    ("th", "t"), ("dh", "d"), ("ts", "c"), ("tz", "c"), ("dj", "j"), ("ck", "k"), ("qu", "k"), ("x", "ks"),
    ("q", "k"), ("w", "v"), ("oo", "u"), ("ou", "u"), ("ee", "i"), ("ie", "i"), ("ei", "i"), ("ey", "i"),
    ("ay", "ai"), ("y", "i"), ("ae", "e"), ("oe", "o"), ("ue", "u"),
)  # fmt: skip


@lru_cache(maxsize=65_536)
def key(latin: str) -> str:
    """A word as it sounds, roughly: spellings of one sound folded, doubled letters single.

    >>> key("soleimani") == key("soleymani")
    True
    """
    for spelling, sound in _SOUNDS:
        latin = latin.replace(spelling, sound)
    return re.sub(r"(.)\1+", r"\1", latin)


_CONSONANTS = str.maketrans({"c": "k", "q": "k", "v": "b", "p": "f", "z": "s", "g": "j", "x": "k"})


@lru_cache(maxsize=65_536)
def skeleton(latin: str) -> str:
    """The consonants of a word, as far as vowelless scripts tell them apart.

    >>> skeleton("sulaymani") == skeleton("slymny")
    True
    """
    folded = latin
    for spelling, sound in (("kh", "h"), ("gh", "g"), ("th", "t"), ("dh", "d"), ("ph", "f"), ("sh", "$"), ("ch", "$")):
        folded = folded.replace(spelling, sound)
    folded = re.sub(r"[aeiouyw]", "", folded).translate(_CONSONANTS)
    # A final h is the silent ending of Arabic and Persian; a doubled consonant is written once.
    folded = re.sub(r"(.)\1+", r"\1", folded)
    return folded[:-1] if len(folded) > 2 and folded.endswith("h") else folded
