"""Screening under Apache Spark, for lists that one machine would take too long over (`pip install rednotice[spark]`).

    hits = screen_spark(spark.read.parquet("queries"), "persons.parquet")
    hits.write.parquet("hits")

The same function answers each batch as on one machine, so the hits are the same. The list of persons goes once to each
executor, and each of its Python processes makes the index of it once, whatever the number of its tasks.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from rednotice.adapters import clock, tables
from rednotice.adapters.tables import Format
from rednotice.adapters.workers import load_index
from rednotice.match.rows import QUERY_COLUMNS, questions, require_columns
from rednotice.match.screen import TOP, screen

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from rednotice.match.index import Index

HITS = "query_id {id}, rank int, id string, score double, explanation string"
LEFT_OUT = "query_id string, left_out boolean, reason string"
NOTES = pa.schema([("query_id", pa.string()), ("left_out", pa.bool_()), ("reason", pa.string())])


def screen_spark(
    queries: DataFrame,
    persons: str | Path,
    top: int = TOP,
    threshold: float = 0.0,
    *,
    persons_format: Format | None = None,
    today: date | None = None,
) -> DataFrame:
    """The hits of a DataFrame of queries on a list of persons, as a DataFrame; nothing runs until it is read.

    Args:
        queries: with the columns query_id and name (or document), and if known birth_date or birth_year, nationality,
            sex; others are passed over. query_id keeps its type.
        persons: a file at the driver, in any format of `adapters.tables`; Spark ships it.
        top: hits of one query at most, best first.
        threshold: the least score of a hit.
        persons_format: of the file, if its name does not say it.
        today: nobody is born after it; the driver's day if not given.

    Raises:
        InvalidInput: if a column is missing, or the file cannot be read or is no table of persons.
    """
    _require(queries)
    path = Path(persons)
    form = tables.format_of(path, persons_format)
    key = tables.identify(path, form).sha256
    day = today or clock.now().date()
    context = queries.sparkSession.sparkContext
    # The file's name is what a worker finds it by, so that two lists of one name are two files here.
    shipped = _named_by_content(path, key)
    context.addFile(str(shipped))
    name = shipped.name

    def answer(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        index = _index(name, form)
        for batch in batches:
            if batch.num_rows:
                yield screen(batch, index, top, threshold, today=day).hits

    return queries.mapInArrow(answer, HITS.format(id=queries.schema["query_id"].dataType.simpleString()))


def left_out_spark(queries: DataFrame, *, today: date | None = None) -> DataFrame:
    """The rows of queries that cannot be asked, or of which something is not understood, with the reason.

    Raises:
        InvalidInput: if a column is missing.
    """
    _require(queries)
    day = today or clock.now().date()

    def notes(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            found = [note for question in questions(batch, day) for note in question.notes]
            rows = [{"query_id": note.id, "left_out": note.left_out, "reason": note.says} for note in found]
            yield pa.RecordBatch.from_pylist(rows, schema=NOTES)

    return queries.mapInArrow(notes, LEFT_OUT)


def _require(queries: DataFrame) -> None:
    require_columns(queries.columns, "query_id", ("name", "document"), QUERY_COLUMNS)


def _named_by_content(path: Path, key: str) -> Path:
    """The file under a name that its content gives, beside the driver's own temporary files."""
    folder = Path(tempfile.mkdtemp(prefix="rednotice-spark-"))
    shipped = folder / f"{key[:32]}-{path.name}"
    try:
        os.link(path.absolute(), shipped)
    except OSError:
        shutil.copyfile(path, shipped)
    return shipped


# --- In an executor's Python process --------------------------------------------------------------------------

_indexes: dict[str, Index] = {}
_loading = threading.Lock()
loads = 0
"""How often this process has made an index."""


def _index(name: str, form: Format) -> Index:
    global loads
    from pyspark import SparkFiles

    with _loading:
        held = _indexes.get(name)
        if held is None:
            _indexes.clear()  # of one list at a time: a process lives through many jobs
            held = _indexes[name] = load_index(Path(SparkFiles.get(name)), form)
            loads += 1
        return held
