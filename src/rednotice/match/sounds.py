"""How a word sounds, as far as a spelling or a script tells: forms in which different writings of one word meet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

_REMEMBERED = 65_536


def _single(letters: str) -> str:
    """Doubled letters written once."""
    return re.sub(r"(.)\1+", r"\1", letters)


def _spelt(latin: str, spellings: Sequence[tuple[str, str]]) -> str:
    for spelling, sound in spellings:
        latin = latin.replace(spelling, sound)
    return latin


# Spellings of one sound, in the order in which they are folded. Sources: the romanisation tables in common use
# (BGN/PCGN, ALA-LC, ISO 9) and the passport spellings that differ from them.
_SOUNDS = (
    ("shch", "s"), ("sch", "s"), ("tch", "c"), ("dzh", "j"), ("tsch", "c"),
    ("sh", "s"), ("ch", "c"), ("cz", "c"), ("sz", "s"), ("zh", "j"), ("kh", "h"), ("gh", "g"), ("ph", "f"),
    ("th", "t"), ("dh", "d"), ("ts", "c"), ("tz", "c"), ("dj", "j"), ("ck", "k"), ("qu", "k"), ("x", "ks"),
    ("q", "k"), ("w", "v"), ("oo", "u"), ("ou", "u"), ("ee", "i"), ("ie", "i"), ("ei", "i"), ("ey", "i"),
    ("ay", "ai"), ("y", "i"), ("ae", "e"), ("oe", "o"), ("ue", "u"),
)  # fmt: skip


@lru_cache(maxsize=_REMEMBERED)
def key(latin: str) -> str:
    """A word as it sounds, roughly: spellings of one sound folded, doubled letters single.

    >>> key("soleimani") == key("soleymani")
    True
    """
    return _single(_spelt(latin, _SOUNDS))


# --- Scripts that leave vowels out ---------------------------------------------------------------------------------

# Letters that such scripts, and who romanises them, do not keep apart are one here: g, j and k; sh, ch, c and s; p, f,
# v and b. The letters of the throat are not written.
_ABJAD = {
    **dict.fromkeys("بپفڤבףפ", "b"),
    **dict.fromkeys("تثطטת", "t"),
    **dict.fromkeys("زسصشظچזסצץש", "s"),
    **dict.fromkeys("جخقكکگغژגחכךק", "k"),
    **dict.fromkeys("دضذד", "d"),
    **dict.fromkeys("رר", "r"),
    **dict.fromkeys("لל", "l"),
    **dict.fromkeys("مמם", "m"),
    **dict.fromkeys("نנן", "n"),
    # Letters that Urdu, Pashto, Sindhi, Kurdish, Uyghur and their neighbours have besides.
    **dict.fromkeys("ٻڀڡڢڣڥڦݐݑݕݖۋ", "b"),
    **dict.fromkeys("ٹٺټٽٿݓ", "t"),
    **dict.fromkeys("ځڅڇښڛڜڝڞۺݜݭ", "s"),
    **dict.fromkeys("ڄږڧڨڪګڬڮڰڲڳڴڠݗݢݣݿۼݝݞݟ", "k"),
    **dict.fromkeys("ڈډڊڋڌڍڎڏڐۻݙݚ", "d"),
    **dict.fromkeys("ڑڒړڙڔڕڗݛݫݬ", "r"),
    **dict.fromkeys("ڵڶڷڸݪࣇ", "l"),
    **dict.fromkeys("ݥݦ", "m"),
    **dict.fromkeys("ڭڱ", "nk"),
    **dict.fromkeys("ںڹڻڼڽڃݧݨݩ", "n"),
}
_DIGRAPHS = (
    ("sch", "s"), ("tch", "s"), ("sh", "s"), ("ch", "s"), ("kh", "k"), ("gh", "k"), ("th", "t"), ("dh", "d"),
    ("ph", "b"), ("ck", "k"), ("qu", "k"), ("zh", "k"), ("cz", "s"), ("sz", "s"), ("tz", "s"), ("ts", "s"), ("dj", "k"),
    ("ce", "se"), ("ci", "si"), ("cy", "sy"),
)  # fmt: skip
_BONES = {
    **dict.fromkeys("bpvf", "b"), **dict.fromkeys("ckqgj", "k"), **dict.fromkeys("sz", "s"), "x": "ks",
    "d": "d", "t": "t", "l": "l", "m": "m", "n": "n", "r": "r",
}  # fmt: skip


def consonants_of(written: str) -> str:
    """The consonants of a word in Arabic, Persian, Hebrew or Syriac script, in classes.

    >>> consonants_of("سليماني")
    'slmn'
    """
    return _single("".join(_ABJAD.get(letter, "") for letter in written))


# In Persian, Urdu, Pashto and Turkish, and where they romanise names, four letters are said as z and s that in Arabic
# are others; and the letter for w, which is one for vowels too, is said as v at least where a vowel follows it.
_PERSIAN = {**_ABJAD, **dict.fromkeys("ثذضظ", "s")}
_SAID_AS_V = re.compile("^و(?=.)|(?<=ا)و|و(?=[اآیي])(?!ال..)")


def other_consonants_of(written: str) -> str:
    """The consonants of a word in Arabic script as Persian says them; nothing, if that is as in Arabic.

    >>> other_consonants_of("مرتضوی"), skeleton("mortazavi"), consonants_of("مرتضوی")
    ('mrtsb', 'mrtsb', 'mrtd')
    """
    read = _single("".join(_PERSIAN.get(letter, "") for letter in _SAID_AS_V.sub("ڤ", written)))
    return read if read != consonants_of(written) else ""


@lru_cache(maxsize=_REMEMBERED)
def skeleton(latin: str) -> str:
    """The consonants of a word in Latin letters, in the classes of `consonants_of`.

    >>> skeleton("sulaymani")
    'slmn'
    """
    return _single("".join(_BONES.get(letter, "") for letter in _spelt(latin, _DIGRAPHS)))


# --- Scripts of syllables ------------------------------------------------------------------------------------------

_HEARD = (
    ("sch", "s"), ("tch", "c"), ("sh", "s"), ("ch", "s"), ("kh", "k"), ("gh", "g"), ("ph", "f"), ("th", "t"),
    ("dh", "d"), ("ck", "k"), ("qu", "k"), ("zh", "j"), ("x", "ks"), ("ng", "n"), ("ce", "se"),
    ("ci", "si"), ("cy", "sy"),
)  # fmt: skip
_CLASSES = {
    **dict.fromkeys("bpfv", "p"), **dict.fromkeys("dt", "t"), **dict.fromkeys("gkqc", "k"), **dict.fromkeys("szj", "s"),
    **dict.fromkeys("lr", "l"), "m": "m", "n": "n", "h": "h", "w": "u",
}  # fmt: skip


@lru_cache(maxsize=_REMEMBERED)
def sound(latin: str) -> str:
    """The consonants of a word that Han or Hangul would render: an r that closes a syllable is not heard.

    >>> sound("larson") == sound_of_syllables(("la", "sen"))
    True
    """
    heard = re.sub(r"r(?![aeiouy])", "", _spelt(latin, _HEARD))
    return _single("".join(_CLASSES.get(letter, "") for letter in heard))


_INITIAL = re.compile(r"(zh|ch|sh|[bpmfdtnlgkhjqxrzcsw])?")
_INITIALS = {
    **dict.fromkeys(("b", "p", "f"), "p"), **dict.fromkeys(("d", "t"), "t"), **dict.fromkeys(("g", "k"), "k"),
    **dict.fromkeys(("j", "q", "x", "zh", "ch", "sh", "z", "c", "s"), "s"), **dict.fromkeys(("l", "r"), "l"),
    "m": "m", "n": "n", "h": "h", "w": "u",
}  # fmt: skip


def sound_of_syllables(syllables: tuple[str, ...]) -> str:
    """The consonants of a word in pinyin syllables, in the classes of `sound`.

    >>> sound_of_syllables(("ba", "tuo", "luo", "mi", "ou"))
    'ptlm'
    """
    heard = ""
    for syllable in syllables:
        if syllable == "er":
            continue
        found = _INITIAL.match(syllable)
        heard += _INITIALS.get(found[1] or "", "") if found else ""
        heard += "n" if syllable.endswith(("n", "ng")) else ""
    return _single(heard)
