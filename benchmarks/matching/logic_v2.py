"""Nomenklatura as a peer: its own index over candidates, compared by its logic-v2, in a process of its own.

Of what nomenklatura needs, pyicu has no wheel and is not installed. It is imported all the same, for `normality` writes
Latin letters with it. Comparing names does not (rigour does that by itself), so a stand-in takes its place that fails
when it is used: what is measured here never called it.
"""

from __future__ import annotations

import importlib.util
import itertools
import multiprocessing
import sys
import tempfile
import time
import types
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.matching.peers import NotMeasured, Peer
from rednotice.model.check import Listed


@contextmanager
def nomenklatura(people: list[Listed]) -> Iterator[Peer]:
    """Its index names up to 75 candidates for each query, its own default; logic-v2 puts them in order.

    The index is made for many queries at once and leaves out words that make too many pairs: what it allows by default
    is allowed for each of them.
    """
    if importlib.util.find_spec("nomenklatura") is None:
        raise NotMeasured("it is not installed; make bench installs it")
    names = [(person.id, person.names[0]) for person in people]
    context = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(1, context, initializer=_begin, initargs=(names, folder)) as pool,
    ):
        yield Peer(lambda asked: pool.submit(_find, asked).result(), lambda: pool.submit(time.process_time).result())


class _NoTransliterator:
    """Stands where ICU's would."""

    @classmethod
    def createInstance(cls, _rules: str) -> _NoTransliterator:  # noqa: N802
        return cls()

    def transliterate(self, text: str) -> str:
        raise NotMeasured(f"nomenklatura asked ICU to write {text!r} in Latin letters")


_state: dict[str, Any] = {}
_number = itertools.count()


def _begin(names: list[tuple[str, str]], folder: str) -> None:
    stand_in = types.ModuleType("icu")
    stand_in.__dict__["Transliterator"] = _NoTransliterator
    sys.modules["icu"] = stand_in

    from followthemoney import Dataset, StatementEntity
    from nomenklatura.blocker import Index
    from nomenklatura.matching import LogicV2

    dataset = Dataset.make({"name": "listed", "title": "Listed"})

    def person(key: str, name: str) -> Any:
        return StatementEntity.from_data(dataset, {"id": key, "schema": "Person", "properties": {"name": [name]}})

    entities = {key: person(key, name) for key, name in names}
    index = Index(types.SimpleNamespace(entities=lambda **_: entities.values()), Path(folder))
    index.con.execute("SET threads = 1")
    index.build()
    settings = LogicV2.default_config()
    LogicV2.compare(person("asked", "Anna Eriksson"), next(iter(entities.values())), settings)  # loads its dictionary
    cost = index.max_match_pair_cost
    _state.update(index=index, cost=cost, entities=entities, person=person, compare=LogicV2.compare, settings=settings)


def _find(names: list[str]) -> list[list[str]]:
    index, entities, compare, settings = (_state[key] for key in ("index", "entities", "compare", "settings"))
    index.max_match_pair_cost = _state["cost"] * len(names)
    keys = [f"asked-{next(_number)}" for _ in names]  # what it remembers of an entity, it remembers by its id
    queries = {key: _state["person"](key, name) for key, name in zip(keys, names, strict=True)}
    found: dict[str, list[str]] = {key: [] for key in queries}
    for key, candidates in index.match_entities(queries.values()):
        asked = queries[key.id]
        scores = {other.id: compare(asked, entities[other.id], settings).score for other, _ in candidates}
        found[key.id] = sorted(scores, key=lambda other: -scores[other])[:10]
    return list(found.values())
