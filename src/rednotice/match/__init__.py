"""Person against person: who, of those listed, is the one asked about, and why.

    index = build(people)
    answer = index.check(query)      # ranked matches with their explanation; none: nobody near enough
    index.add(person); index.remove(person_id)

    index.save(folder); open_index(folder)      # files that are mapped: ready at once

What stands behind it is loaded when it is called: a command that asks a node need not wait for compiled loops.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from rednotice.model.check import Listed

if TYPE_CHECKING:
    from rednotice.match.index import Index

__all__ = ["REPORTED_FROM", "build", "forget", "open_index", "warm"]

REPORTED_FROM = 0.2
"""Matches that score less are not shown: the score is how likely it is that it is the person."""


def build(people: Iterable[Listed]) -> Index:
    """An index over people, who are read one by one; of several entries of one id the last stands."""
    from rednotice.match.index import Index

    index = Index()
    index.add_all(people)
    return index


def open_index(folder: Path) -> Index:
    """The index that `Index.save` wrote into a folder, mapped; it changes in memory alone.

    Raises:
        OSError, ValueError: if the folder is not a whole index of this version.
    """
    from rednotice.match.index import Index

    return Index.open(folder)


def forget() -> None:
    """Empties what is remembered of names that were read; after very many it would hold memory for nothing."""
    from rednotice.match import lexicon, text

    text.forget()
    lexicon.forget()


def warm() -> None:
    """Loads all that a first check would wait for: compiled loops (compiled if they are not yet), names' dictionary.

    It takes some seconds of one core, during which others go on: a program that starts calls it in a thread.
    """
    from rednotice.match.index import warm

    warm()
