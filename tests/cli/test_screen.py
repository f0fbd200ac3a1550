"""`rednotice screen` as a process: in all cores, killed and gone on, told whatever is wrong."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pyarrow.parquet as pq
import pytest

from rednotice.adapters.tables import BATCH
from rednotice.cli import main
from rednotice.cli.laptop import EXAMPLES
from tests.conftest import eventually

QUERIES = EXAMPLES / "screening" / "queries.csv"
PERSONS = EXAMPLES / "screening" / "persons.jsonl"
GIVEN = ("Petra", "Samir", "Désiré", "Ri", "Anna", "Мира")
FAMILY = ("Volgard", "Numudhaji", "Nduwayo", "Kyon-bon", "Beispiel", "Вольгард", "Exemplaire")
COUNT = 6


class Screening:
    """Runs the command in a folder: in this process, or where signals and processes matter as one of its own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._capsys = capsys
        self._patch = monkeypatch
        monkeypatch.chdir(folder)

    def run(self, *arguments: str | Path, code: int = 0) -> tuple[str, str]:
        """What it says to standard output and error."""
        self._patch.setattr(sys, "argv", ["rednotice", "screen", *map(str, arguments)])
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = self._capsys.readouterr()
        assert (ended.value.code or 0) == code, said.err
        return said.out, said.err

    def start(self, *arguments: str | Path, stdin: int | None = None) -> subprocess.Popen[str]:
        """A process."""
        return subprocess.Popen(
            [sys.executable, "-m", "rednotice", "screen", *map(str, arguments)],
            cwd=self.folder, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
            start_new_session=True,
        )  # fmt: skip

    def hits(self, name: str = "hits.csv") -> list[dict[str, str]]:
        """What was written."""
        with (self.folder / name).open(encoding="utf-8", newline="") as file:
            return [*csv.DictReader(file)]


@pytest.fixture
def screening(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Screening:
    return Screening(tmp_path, capsys, monkeypatch)


def many(folder: Path, count: int) -> Path:
    """So many queries, one in fifty of which has no name."""
    path = folder / "many.csv"
    rows = (f"{n},{GIVEN[n % 6]} {FAMILY[n % 7]},{1900 + n % 120}\n" if n % 50 else f"{n},,\n" for n in range(count))
    path.write_text("query_id,name,birth_year\n" + "".join(rows), encoding="utf-8")
    return path


def test_the_example_gives_hits_and_says_what_was_left_out(screening: Screening) -> None:
    _, said = screening.run(
        QUERIES, "--against", PERSONS, "-o", "hits.csv", "--threshold", "0.2", "--left-out", "rest.csv"
    )
    assert [(hit["query_id"], hit["rank"], hit["id"]) for hit in screening.hits()] == [
        ("1", "1", "SYN-3"),
        ("2", "1", "SYN-1"),
        ("3", "1", "SYN-4"),
        ("5", "1", "SYN-1"),
        ("6", "1", "SYN-2"),
    ]
    assert "7 queries, 5 hits, 1 row left out, 0 remarks; " in said
    why = "it has neither a name nor a document"
    assert f"row 7 (7): left out, {why}" in said
    assert screening.hits("rest.csv") == [{"row": "7", "query_id": "7", "left_out": "yes", "reason": why}]
    assert sorted(path.name for path in screening.folder.iterdir()) == ["hits.csv", "rest.csv"]


def test_remarks_on_the_words_of_one_datum_are_summed_up(screening: Screening) -> None:
    rows = [
        (n, "Petra Volgard", ("Atlantis", "Atlantis", "Utopia", "AT", "Avalon", "Lemuria")[n], "") for n in range(6)
    ]
    rows += [(n, "Petra Volgard", "Kosovo", "72") for n in (7, 8)]
    text = "".join(f"{n},{name},{nationality},{born}\n" for n, name, nationality, born in rows)
    (screening.folder / "persons.csv").write_text("id,names,nationality,birth_date\n" + text)
    _, said = screening.run(QUERIES, "--against", "persons.csv", "-o", "hits.csv")
    assert "persons.csv: 8 persons, 0 rows left out, 7 remarks." in said
    assert "5 nationalities are not used: 'Atlantis' (2), 'Utopia' (1), 'Avalon' (1), and 1 more" in said
    assert [line.partition(":")[0] for line in said.splitlines() if line.startswith("row")] == [
        "row 7 (7)",
        "row 8 (8)",
        "row 7 (7)",  # of the queries
    ]


@pytest.mark.parametrize("name", ["hits.jsonl", "hits.parquet"])
def test_hits_have_the_format_of_their_name(name: str, screening: Screening) -> None:
    screening.run(QUERIES, "--against", PERSONS, "-o", name, "--top", "1", "--threshold", "0.2")
    path = screening.folder / name
    rows: list[dict[str, Any]] = (
        pq.read_table(path).to_pylist()
        if path.suffix == ".parquet"
        else [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    )
    assert [(row["query_id"], row["rank"], row["id"]) for row in rows] == [
        ("1", 1, "SYN-3"), ("2", 1, "SYN-1"), ("3", 1, "SYN-4"), ("5", 1, "SYN-1"), ("6", 1, "SYN-2"),
    ]  # fmt: skip


def test_json_lines_on_standard_input_need_a_word(screening: Screening) -> None:
    for more, says in (
        ((), "say so with --queries-format jsonl"),
        (("--queries-format", "jsonl", "--top", "1"), "1 query, 1 hit"),
    ):
        started = screening.start("-", "--against", PERSONS, "-o", "-", *more, stdin=subprocess.PIPE)
        _, said = started.communicate('{"query_id": 1, "name": "Petra Volgard-Beispiel"}\n', timeout=60)
        assert says in said.replace("Say so", "say so")


def test_from_standard_input_to_standard_output(screening: Screening) -> None:
    started = screening.start("-", "--against", PERSONS, "-o", "-", stdin=subprocess.PIPE)
    out, _ = started.communicate(QUERIES.read_text(encoding="utf-8"), timeout=100)
    screening.run(QUERIES, "--against", PERSONS, "-o", "hits.csv")
    assert out == (screening.folder / "hits.csv").read_text(encoding="utf-8")


def parts(folder: Path) -> dict[str, int]:
    """The parts that are done, with when each was."""
    found = {}
    for path in (folder / "hits.csv.parts").glob("*.arrow"):
        with suppress(FileNotFoundError):
            found[path.name] = path.stat().st_mtime_ns
    return found


def children_gone(children: list[psutil.Process]) -> bool | None:
    return all(not one.is_running() or one.status() == psutil.STATUS_ZOMBIE for one in children) or None


@pytest.mark.timeout(300)
def test_a_killed_run_goes_on_in_many_processes_and_gives_the_bytes_of_one(screening: Screening) -> None:
    queries = many(screening.folder, COUNT * BATCH + 7)
    command = (queries, "--against", PERSONS, "-o", "hits.csv", "--processes", "2")
    started = screening.start(*command)
    eventually(lambda: parts(screening.folder) or None, "a part is done", 100)
    children = psutil.Process(started.pid).children(recursive=True)
    started.kill()
    started.communicate(timeout=30)
    eventually(lambda: children_gone(children), "its processes end", 30)
    done = parts(screening.folder)
    assert 0 < len(done) <= COUNT
    assert not (screening.folder / "hits.csv").exists()
    (screening.folder / "hits.csv.parts" / "000007.new").write_bytes(b"begun")
    seen: dict[str, int] = {}
    started = screening.start(*command)
    while started.poll() is None:
        seen |= parts(screening.folder)
        time.sleep(0.01)
    _, said = started.communicate()
    assert started.returncode == 0, said
    assert {name: seen.get(name) for name in done} == done, "a part was made twice"
    assert f"{COUNT * BATCH + 7:,} queries, " in said
    screening.run(queries, "--against", PERSONS, "-o", "whole.csv", "--processes", "1")
    assert (screening.folder / "hits.csv").read_bytes() == (screening.folder / "whole.csv").read_bytes()
    assert not (screening.folder / "hits.csv.parts").exists()


@pytest.mark.parametrize("processes", ["1", "2"])
def test_ctrl_c_leaves_what_can_be_gone_on_with_and_says_so(processes: str, screening: Screening) -> None:
    queries = many(screening.folder, COUNT * BATCH)
    started = screening.start(queries, "--against", PERSONS, "-o", "hits.csv", "--processes", processes)
    eventually(lambda: parts(screening.folder) or None, "a part is done", 100)
    children = psutil.Process(started.pid).children(recursive=True)
    os.killpg(started.pid, signal.SIGINT)  # as a terminal does: to all of its processes
    _, said = started.communicate(timeout=60)
    assert started.returncode == 130
    assert "Interrupted; what was done is kept in hits.csv.parts: run the same command again to go on" in said
    assert "Traceback" not in said
    eventually(lambda: children_gone(children), "its processes end", 30)
    assert 0 < len(parts(screening.folder)) < COUNT
    _, said = screening.run(queries, "--against", PERSONS, "-o", "hits.csv", "--top", "3", code=1)
    assert "hits.csv.parts holds an interrupted run with other top; run it again as it was, or begin anew" in said


def test_a_worker_that_is_killed_ends_the_run_with_a_sentence(screening: Screening) -> None:
    queries = many(screening.folder, COUNT * BATCH)
    started = screening.start(queries, "--against", PERSONS, "-o", "hits.csv", "--processes", "2")
    eventually(lambda: parts(screening.folder) or None, "a part is done", 100)
    workers = [one for one in psutil.Process(started.pid).children() if "spawn_main" in " ".join(one.cmdline())]
    assert len(workers) == 2
    workers[0].kill()
    _, said = started.communicate(timeout=60)
    assert started.returncode == 1
    assert "a process that screened ended by itself (was it killed for want of memory?); what was done is kept" in said
    assert "Traceback" not in said
    eventually(lambda: children_gone(workers), "the other one ends", 30)


BAD = {
    "a cut Parquet": ("cut.parquet", PERSONS, "is not a whole Parquet file ("),
    "not UTF-8": ("latin.csv", PERSONS, "is not UTF-8 text: line 2 has the byte 0xFC (byte 18 of the file)"),
    "columns missing": ("other.csv", PERSONS, "needs the column query_id, and name or document; it has 'who', 'when'"),
    "an empty one": ("empty.csv", PERSONS, "empty.csv is empty"),
    "no file": ("none.csv", PERSONS, "none.csv cannot be read (No such file or directory)"),
    "no persons": (QUERIES, "nobody.csv", "nobody.csv holds no persons that could be listed"),
    "persons without names": (QUERIES, "other.csv", "needs the column id, and names or document; it has 'who'"),
    "a name without a format": ("README", PERSONS, "'README' does not say a format"),
}


@pytest.mark.parametrize(("queries", "persons", "says"), BAD.values(), ids=BAD)
def test_bad_input_is_a_sentence(queries: str | Path, persons: str | Path, says: str, screening: Screening) -> None:
    files = {
        "cut.parquet": b"PAR1\x15\x04\x15",
        "latin.csv": "query_id,name\n1,Müller\n".encode("latin-1"),
        "other.csv": b"who,when\n1,2\n",
        "empty.csv": b"",
        "nobody.csv": b"id,names\n1,\n",
        "README": b"",
    }
    for name, raw in files.items():
        (screening.folder / name).write_bytes(raw)
    _, said = screening.run(queries, "--against", persons, "-o", "hits.csv", code=1)
    assert says in said
    assert not (screening.folder / "hits.csv").exists()


def test_an_input_is_not_written_over(screening: Screening) -> None:
    queries = many(screening.folder, 3)
    _, said = screening.run(queries, "--against", PERSONS, "-o", queries, code=1)
    assert "is one of the inputs" in said
    assert len(queries.read_text(encoding="utf-8").splitlines()) == 4
