"""Names that are known in many languages: of which names a word is a form, by the dictionary of `rigour` (Wikidata).

`rigour` takes eight seconds and 350 MB to read its dictionary. So each word in it is asked once, when the matcher is
set up, and what it says is kept as a table that programs map and share. Where the table cannot be made, `rigour` is
asked itself.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np
import pyarrow as pa
import rigour._core
from numpy.typing import NDArray
from rigour._core import NameTypeTag, analyze_names, tokenize_name

log = logging.getLogger(__name__)

Symbols = frozenset[int]
NONE: Symbols = frozenset()
FRAME = b"\x28\xb5\x2f\xfd"
"""How a compressed part begins (RFC 8878)."""
ARROW = " => "
"""What stands, in the list of names, between the forms of a name and its number."""
FORMAT = 1
"""Counted on when what is made here changes: then the table is made anew."""
CHUNK = 1 << 16
AT_ONCE = 200


class Table(NamedTuple):
    """What each word is a form of: hashes of words in order, where their symbols begin, and the symbols."""

    words: NDArray[np.uint64]
    starts: NDArray[np.int32]
    symbols: NDArray[np.int32]


def number(symbol: str) -> int:
    """A symbol as the index takes it."""
    return crc32(symbol.encode()) >> 1


def symbols_of(word: str) -> Symbols:
    """The names of which a word, in any script, is known as a form; none if it is in no dictionary.

    >>> bool(symbols_of("Michael") & symbols_of("Михаил") & symbols_of("MIKHAIL"))
    True
    """
    known = table()
    if known is None:
        return _ask([word]).get(word, NONE)
    hashed = _hash(word)
    place = int(np.searchsorted(known.words, hashed))
    if place == len(known.words) or known.words[place] != hashed:
        return NONE
    return frozenset(known.symbols[known.starts[place] : known.starts[place + 1]].tolist())


def _hash(word: str) -> np.uint64:
    # As rigour has it: letters that combine count or not, by the script.
    same = unicodedata.normalize("NFC", "".join(tokenize_name(word.casefold())))
    return np.uint64(int.from_bytes(hashlib.blake2b(same.encode(), digest_size=8).digest(), "little"))


def _ask(words: list[str]) -> dict[str, Symbols]:
    """What `rigour` knows of words, by word; it reads its dictionary when it is first asked."""
    asked = analyze_names(NameTypeTag.PER, words, phonetics=False, numerics=False, consolidate=False)
    return {
        name.original: frozenset(
            number(span.symbol.id) for span in name.spans if span.symbol.category.value in ("NAME", "NICK")
        )
        for name in asked
    }


# --- The table -----------------------------------------------------------------------------------------------------


@cache
def table() -> Table | None:
    """The table, mapped; made first, in half a minute, if this version of it is not there. None if it cannot be."""
    folder = Path(__file__).parent / "__pycache__" / f"names-{version('rigour')}-{FORMAT}"
    try:
        if not folder.exists():
            _make(folder)
        return Table(*(np.load(folder / f"{part}.npy", mmap_mode="r") for part in Table._fields))
    except (OSError, ValueError, pa.ArrowException) as error:
        log.warning("known names are not tabled: %s", error)
        return None


def _make(folder: Path) -> None:
    folder.parent.mkdir(exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=folder.parent))  # first: where nothing can be kept, nothing is worked out
    try:
        for part, array in _worked_out()._asdict().items():
            np.save(fresh / f"{part}.npy", array)
        fresh.chmod(0o755)
        fresh.rename(folder)
    except OSError:
        if not folder.exists():  # another program may have made it meanwhile
            raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _worked_out() -> Table:
    words = {int(_hash(word)): word for word in dict.fromkeys(_words())}
    forms: dict[int, list[int]] = {}
    for some in _batches(words.items()):
        known = _ask([word for _, word in some])
        forms |= {hashed: sorted(symbols) for hashed, word in some if (symbols := known.get(word))}
    hashes = sorted(forms)
    starts = np.cumsum([0, *(len(forms[one]) for one in hashes)])
    return Table(
        np.array(hashes, np.uint64),
        starts.astype(np.int32),
        np.array([symbol for one in hashes for symbol in forms[one]], np.int32),
    )


def _batches(rows: Iterable[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    left = iter(rows)
    while some := list(islice(left, AT_ONCE)):
        yield some


def _words() -> Iterator[str]:
    """Every word that the dictionary has, as `rigour` divides names into words."""
    for line in _list_of_names().splitlines():
        for form in line.partition(ARROW)[0].split(","):
            parts = tokenize_name(form)
            yield from parts
            yield "".join(parts)


def _list_of_names() -> str:
    """The list of names, which `rigour` has in its library and offers by no call: the compressed part with the arrows.

    Raises:
        ValueError: if this version of `rigour` has none.
    """
    library = Path(rigour._core.__file__).read_bytes()
    place = library.find(FRAME)
    while place >= 0:
        said = _unpacked(pa.py_buffer(library).slice(place))
        if ARROW.encode() in said:
            return said.decode()
        place = library.find(FRAME, place + 1)
    raise ValueError("rigour has no list of names where it was looked for")


def _unpacked(part: pa.Buffer) -> bytes:
    """What a compressed part says; nothing, if it is none."""
    said = bytearray()
    for step in (CHUNK, 1):
        # What follows the part ends the reading with an error, which takes with it what was read in the same step.
        with suppress(pa.ArrowException, OSError):
            stream = pa.CompressedInputStream(pa.BufferReader(part), "zstd")
            stream.read(len(said))
            while more := stream.read(step):
                said += more
    return bytes(said)
