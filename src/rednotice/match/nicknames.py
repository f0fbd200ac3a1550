"""Short forms of given names, by the table `nicknames.txt`: Misha is Mikhail, Paco is Francisco.

`rigour` knows many; these are usual ones that it does not know. A name is a symbol of all its forms (`match.known`).
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from importlib.resources import files
from itertools import product
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
        for name, form in product(names.split(), short.split()) if colon and not line.startswith("#") else ():
            for one in (name, form):
                forms[key(anyascii(one).lower())].add(_number(name, form))
    return {heard: frozenset(names) for heard, names in forms.items()}


def _number(name: str, form: str) -> int:
    """Below -1, by which the kernels tell it from a name that is known; removed symbols are -1."""
    return -2 - (crc32(f"{name}:{form}".encode()) >> 2)
