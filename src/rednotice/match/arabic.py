"""Arabic names of two words that are as often written as one: servant of God, and of the faith.

Abd al-Rahman is Abdul Rahman, Abdelrahman, Abderrahmane and عبدالرحمن, Nur al-Din is Noureddine. Each is read as two
words, so that the second is met by its own sound; the article between them says nothing. Abdullah, which is written
as one everywhere, is left as it is.
"""

from __future__ import annotations

import re

from rednotice.match.sounds import consonants_of, skeleton

NONE: frozenset[str] = frozenset()
ARTICLE = "ال"
ENOUGH = 3
"""Consonants by which a word is told."""
SERVANT, FAITH = "abdul", "din"
"""What stands for the first word of the one and the last of the other, however they are spelt: as most write them, so
that who misspells them is near."""

_SERVANT_OF = re.compile(
    # No Abdullah, Abdoulaye, Abdullayev, Abdulloh, nor what these may be misspelt.
    r"abd(?!l|[aeiou]+(?:ll?a(?:[hyej]|i[ey]|$)|ll(?!atif)))"
    r"[aeiou]{0,2}(?:l(?!atif)|([rsztdn])(?=\1)|sh(?=sh))?"  # the article, by the letter after it
)
_SERVANT_ALONE = re.compile(r"abd(?:[aeou]{1,2}(?:l|r|s|z|t|d|n|sh))?")
_OF_FAITH = re.compile(r"([aeiou]{0,2})([ld]?)d(?:i|ee|ie|y)ne?")
_FAITH_ALONE = re.compile(r"[aeu][ld]d(?:i|ee|ie|y)ne?|d(?:ee|ie)n|dine")
REST = 3
"""Letters that the second word has at least."""

# Names that are borne as "of the faith", by their consonants: Nur, Salah, Sayf and so on.
_FAITHFUL = frozenset(
    map(
        skeleton,
        "ala amin azhar badr baha burhan fakhr ghiyath husam ikhtiyar imad izz jalal jamal kamal khayr muhyi muin "
        "munir najm nasir nizam nur qamar qutb rafi rashid rukn sadr salah sayf shams sharaf shihab shuja siraj taj "
        "taqi wali zahir zayn ziya".split(),
    )
)
_SERVANT_IN_ARABIC = re.compile("عبد(?=ال(?!له)..)")
_FAITH_IN_ARABIC = re.compile("(?<=..)الد[يی]ن$")


def divide(latin: str) -> tuple[int, str, str] | None:
    """Where a word that is two has its second, and what stands for both; none, if it is one.

    >>> divide("abderrahmane"), divide("noureddine")
    ((5, 'abdul', 'rahmane'), (4, 'nour', 'din'))
    """
    if latin.startswith("abd"):
        found = _SERVANT_OF.match(latin)
        if found and len(latin) - found.end() >= REST:
            return found.end(), SERVANT, latin[found.end() :]
    elif latin.endswith(("n", "ne")):
        for found in _OF_FAITH.finditer(latin, 2):
            first = skeleton(latin[: found.start()])
            told = found[2] or (found[1] and len(first) > 1)
            if found.end() == len(latin) and first in _FAITHFUL and told:
                return found.start(), latin[: found.start()], FAITH
    return None


def divide_arabic(written: str) -> int | None:
    """Where a word in Arabic script that is two has its second; none, if it is one.

    >>> divide_arabic("عبدالرحمن"), divide_arabic("نورالدين"), divide_arabic("عبدالله")
    (3, 3, None)
    """
    if servant := _SERVANT_IN_ARABIC.match(written):
        return servant.end()
    faith = _FAITH_IN_ARABIC.search(written)
    return faith.start() if faith else None


def symbols_of_latin(latin: str) -> frozenset[str]:
    """A word to which the article may be joined, by its consonants, as the symbol of the same in Arabic script.

    >>> symbols_of_latin("elkantaraoui") == symbols_of_arabic("القنطراوي")
    True
    """
    return _symbol(skeleton(latin[2:])) if latin.startswith(("al", "el")) else NONE


def symbols_of_arabic(written: str) -> frozenset[str]:
    """A word with the article in Arabic script, by its consonants without it, as a symbol."""
    return _symbol(consonants_of(written[2:])) if written.startswith(ARTICLE) else NONE


def _symbol(consonants: str) -> frozenset[str]:
    return frozenset((f"arabic:{consonants}",)) if len(consonants) >= ENOUGH else NONE


def consonants(latin: str) -> str:
    """The consonants of a word in Latin letters (`sounds.skeleton`), without the article that is written with it."""
    return skeleton("abd" if latin == SERVANT else latin)


def usual(latin: str) -> str:
    """A word as it stands in a name of two, without the article that is written with it.

    >>> usual("abd"), usual("uddin"), usual("abdo")
    ('abdul', 'din', 'abdo')
    """
    if _SERVANT_ALONE.fullmatch(latin):
        return SERVANT
    return FAITH if _FAITH_ALONE.fullmatch(latin) else latin
