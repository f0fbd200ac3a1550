"""Others that find names, beside ours. Each says how much CPU time its finding took, wherever it was done.

rapidfuzz, Tantivy and pg_trgm are given the same transliteration to Latin letters, which they do not have by
themselves. Nomenklatura (`benchmarks.matching.logic_v2`) reads every script and is given names as they are.
"""

from __future__ import annotations

import ipaddress
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import numpy as np
import psutil
import psycopg
from anyascii import anyascii
from rapidfuzz import fuzz, process

from benchmarks.matching.data import asked
from rednotice.match.index import Index
from rednotice.model.check import Listed

Find = Callable[[list[str]], list[list[str]]]
"""From names to the ids of the ten that are nearest to each."""
SERVER = "REDNOTICE_DATABASE_URL"
SIGNATURE = 64
"""Bytes of a signature in the index of trigrams. From 12 to 256 it made no difference among ten thousand names."""


class NotMeasured(Exception):
    """A peer that is not there, and why."""


@dataclass(frozen=True, slots=True)
class Peer:
    """One that finds names."""

    find: Find
    seconds: Callable[[], float] = time.process_time
    """CPU time spent so far."""


Opens = Callable[[list[Listed]], AbstractContextManager[Peer]]


def ours(index: Index) -> Peer:
    """The check itself."""

    def find(names: list[str]) -> list[list[str]]:
        return [[match.id for match in index.check(asked(name), 10, 0.0).matches] for name in names]

    return Peer(find)


def in_latin(name: str) -> str:
    """A name as peers without transliteration are given it."""
    return anyascii(name).lower()


@contextmanager
def rapidfuzz(people: list[Listed]) -> Iterator[Peer]:
    """WRatio over every pair."""
    latin = [in_latin(person.names[0]) for person in people]

    def find(names: list[str]) -> list[list[str]]:
        scores = process.cdist([in_latin(name) for name in names], latin, scorer=fuzz.WRatio, dtype=np.uint8)
        best = np.argsort(-scores.astype(np.int16), axis=1, kind="stable")[:, :10]
        return [[people[place].id for place in row] for row in best]

    yield Peer(find)


@contextmanager
def tantivy(people: list[Listed]) -> Iterator[Peer]:
    """Words within one edit, the best 200 rescored by rapidfuzz."""
    try:
        import tantivy
    except ImportError:
        raise NotMeasured("the package tantivy is not installed") from None
    schema = tantivy.SchemaBuilder().add_text_field("name", stored=False).add_integer_field("n", stored=True).build()
    index = tantivy.Index(schema)
    writer = index.writer(50_000_000, 1)
    latin = [in_latin(person.names[0]) for person in people]
    for number, name in enumerate(latin):
        writer.add_document(tantivy.Document(name=name, n=number))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def find(names: list[str]) -> list[list[str]]:
        found = []
        for name in map(in_latin, names):
            parts = "".join(c if c.isalnum() else " " for c in name).split()[:12]
            terms = [tantivy.Query.fuzzy_term_query(schema, "name", part, 1, True) for part in parts]
            either = tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])
            hits = searcher.search(either, 200).hits if terms else []
            numbers = [searcher.doc(place)["n"][0] for _, place in hits]
            numbers.sort(key=lambda number: -fuzz.WRatio(name, latin[number]))
            found.append([people[number].id for number in numbers[:10]])
        return found

    yield Peer(find)


@contextmanager
def pg_trgm(people: list[Listed]) -> Iterator[Peer]:
    """PostgreSQL's trigrams under a GiST index, nearest first. All is done in a transaction that is rolled back.

    The embedded PostgreSQL comes without its additional modules, so that another server has to be named.
    """
    if not (url := os.environ.get(SERVER)):
        raise NotMeasured(f"the embedded PostgreSQL comes without pg_trgm, and {SERVER} names no other")
    try:
        connection = psycopg.connect(url)
    except psycopg.Error as error:
        raise NotMeasured(f"the server that {SERVER} names is not reached: {error}") from None
    try:
        try:
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        except psycopg.Error as error:
            raise NotMeasured(f"the server that {SERVER} names does not give pg_trgm: {error}") from None
        connection.execute("CREATE TEMPORARY TABLE listed (number integer, name text)")
        with connection.cursor().copy("COPY listed FROM STDIN") as copy:
            for number, person in enumerate(people):
                copy.write_row((number, in_latin(person.names[0])))
        connection.execute(f"CREATE INDEX ON listed USING gist (name gist_trgm_ops (siglen = {SIGNATURE}))")
        connection.execute("ANALYZE listed")

        def find(names: list[str]) -> list[list[str]]:
            nearest = "SELECT number FROM listed ORDER BY name <-> %s LIMIT 10"
            found = (connection.execute(nearest, [in_latin(name)]).fetchall() for name in names)
            return [[people[number].id for (number,) in numbers] for numbers in found]

        yield Peer(find, _clock(connection))
    finally:
        connection.rollback()
        connection.close()


def _clock(connection: psycopg.Connection) -> Callable[[], float]:
    """CPU time of the server's process if it is one of this machine; else time as it passes."""
    address = connection.info.hostaddr
    if address and not ipaddress.ip_address(address).is_loopback:
        return time.perf_counter
    try:
        server = psutil.Process(connection.info.backend_pid)
        server.cpu_times()
    except psutil.Error:
        return time.perf_counter

    def seconds() -> float:
        spent = server.cpu_times()
        return spent.user + spent.system + time.process_time()

    return seconds
