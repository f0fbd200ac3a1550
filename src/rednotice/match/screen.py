"""Many questions at once: a batch of queries goes in, a batch of hits comes out. Where it runs is for others to say.

The command line runs `screen` in as many processes as there are cores, Apache Spark in as many as it has; both get the
same hits for the same rows, since a row is answered without a look at any other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from rednotice.match.rows import Note, Question, questions
from rednotice.model.check import Match

if TYPE_CHECKING:
    from rednotice.match.index import Index

QUERY = pa.schema(
    [
        ("query_id", pa.string()),
        ("name", pa.string()),
        ("birth_date", pa.string()),
        ("birth_year", pa.int32()),
        ("nationality", pa.string()),
        ("sex", pa.string()),
        ("document", pa.string()),
        ("birthplace", pa.string()),
        ("father", pa.string()),
        ("mother", pa.string()),
    ]
)
"""The columns of a query. Only query_id and name (or document) must be there; types may differ (`match.rows`)."""

HIT = pa.schema(
    [
        ("query_id", pa.string()),
        ("rank", pa.int32()),
        ("id", pa.string()),
        ("score", pa.float64()),
        ("explanation", pa.string()),
    ]
)
"""The columns of a hit; query_id has the type that it has in the queries."""

TOP = 10


@dataclass(frozen=True, slots=True)
class Screened:
    """What became of a batch: its hits, in the order of the queries, and notes on rows that need one."""

    hits: pa.RecordBatch
    rows: int
    notes: tuple[Note, ...] = ()


def screen(batch: pa.RecordBatch, index: Index, top: int = TOP, threshold: float = 0.0, *, today: date) -> Screened:
    """Asks an index every query of a batch.

    A query with several names is asked by each, and each person found stands once, by the best of them. A row that
    cannot be asked (no name and no document) has no hit and a note; a date that cannot be read has a note alone.

    Args:
        batch: queries, with the columns of `QUERY` in any order; others are passed over.
        index: whom to look among.
        top: hits of one query at most, best first.
        threshold: the least score of a hit. Whoever reads the hits draws the line; officers see those from
            `match.REPORTED_FROM` on.
        today: nobody is born after it.

    Raises:
        InvalidInput: if query_id is not among the columns, or neither name nor document is.
    """
    answers: list[tuple[Any, list[Match]]] = []
    notes: list[Note] = []
    for row, question in enumerate(questions(batch, today), start=1):
        matches, was_cut = _ask(index, question, top, threshold)
        answers.append((question.id, matches))
        notes += question.notes
        if was_cut:
            says = "its words are so frequent that not every person was looked at"
            notes.append(Note(row, str(question.id), says, left_out=False))
    return Screened(hits(answers, query_id_type(batch.schema)), batch.num_rows, tuple(notes))


def hits(answers: list[tuple[Any, list[Match]]], id_type: pa.DataType) -> pa.RecordBatch:
    """Matches by query, best first, as a batch of hits."""
    rows = [(key, rank, match) for key, matches in answers for rank, match in enumerate(matches, start=1)]
    return pa.record_batch(
        [
            pa.array([key for key, _, _ in rows], id_type),
            pa.array([rank for _, rank, _ in rows], pa.int32()),
            pa.array([match.id for _, _, match in rows], pa.string()),
            pa.array([match.score for _, _, match in rows], pa.float64()),
            pa.array([match.in_words for _, _, match in rows], pa.string()),
        ],
        schema=hit_schema(id_type),
    )


def query_id_type(schema: pa.Schema) -> pa.DataType:
    """The type of query_id in a table of queries; text if it has none."""
    place = schema.get_field_index("query_id")
    if place < 0:
        return pa.string()
    given = schema.field(place).type
    return given.value_type if pa.types.is_dictionary(given) else given


def hit_schema(id_type: pa.DataType) -> pa.Schema:
    """The columns of hits on queries whose query_id has this type."""
    return HIT.set(0, pa.field("query_id", id_type))


def _ask(index: Index, question: Question, top: int, threshold: float) -> tuple[list[Match], bool]:
    if len(question.queries) == 1:
        answer = index.check(question.queries[0], top, threshold)
        return list(answer.matches), answer.cut_by_budget
    best: dict[str, Match] = {}
    was_cut = False
    for query in question.queries:
        answer = index.check(query, top, threshold)
        was_cut = was_cut or answer.cut_by_budget
        for match in answer.matches:
            if match.id not in best or match.score > best[match.id].score:
                best[match.id] = match
    return best_first(best.values(), top), was_cut


def best_first(matches: Iterable[Match], top: int) -> list[Match]:
    """The best of some matches, in the order in which the index gives them."""
    return sorted(matches, key=lambda match: (-match.score, match.id))[:top]
