"""Short forms of given names, by the table `nicknames.txt`: Misha is Mikhail, Paco is Francisco.

`rigour` knows many; these are usual ones that it does not know. A name is a symbol of all its forms (`match.known`).
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from importlib.resources import files
from zlib import crc32

from anyascii import anyascii

from rednotice.match.known import NONE, Symbols
from rednotice.match.sounds import key


def symbols_of_nickname(heard: str) -> Symbols:
    """The names of which a word is a form, as symbols, by how it sounds (`sounds.key`).

    >>> bool(symbols_of_nickname(key("misha")) & symbols_of_nickname(key("mihail")))
    True
    """
    return _table().get(heard, NONE)


@cache
def _table() -> dict[str, Symbols]:
    forms: dict[str, set[int]] = defaultdict(set)
    for line in files("rednotice.match").joinpath("nicknames.txt").read_text("utf-8").splitlines():
        names, colon, short = line.partition(":")
        for form in f"{names} {short}".split() if colon and not line.startswith("#") else ():
            forms[key(anyascii(form).lower())].add(_number(names))
    return {heard: frozenset(names) for heard, names in forms.items()}


def _number(names: str) -> int:
    """Below -1, by which the kernels tell it from a name that is known; removed symbols are -1."""
    return -2 - (crc32(names.encode()) >> 2)
