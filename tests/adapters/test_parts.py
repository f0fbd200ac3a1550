"""What a screening keeps of its work, and when it is not believed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from rednotice.adapters.parts import parts_of, whole
from rednotice.errors import Conflict, InvalidInput
from rednotice.match.rows import Note
from rednotice.match.screen import HIT, Screened

RUN: dict[str, Any] = {"queries": {"size": 1, "sha256": "aa"}, "top": 10}
DONE = Screened(
    pa.RecordBatch.from_pylist(
        [{"query_id": "1", "rank": 1, "id": "P", "score": 0.9, "explanation": "سمير: same"}], schema=HIT
    ),
    1000,
    (Note(7, "7", "it has neither a name nor a document", left_out=True),),
)


NOTHING = Screened(pa.RecordBatch.from_pylist([], schema=HIT), 3)


class Killed(Exception):
    """Stands for whatever ends a run."""


def interrupted(output: Path, *kept: int) -> None:
    with pytest.raises(Killed), parts_of(output, RUN, {"today": "2026-11-24"}) as parts:  # noqa: PT012
        for number in kept:
            parts.save(number, DONE)
        raise Killed


def test_parts_stay_after_an_interruption_and_go_after_the_end(tmp_path: Path) -> None:
    output = tmp_path / "hits.csv"
    interrupted(output, 0, 2)
    with parts_of(output, RUN, {"today": "2026-11-25"}) as parts:
        assert parts.began == {"today": "2026-11-24"}
        assert [parts.load(number) for number in range(3)] == [DONE, None, DONE]
        parts.save(1, NOTHING)
        assert parts.load(1) == NOTHING
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("raw", [b"", b"ARROW1", b"x" * 500])
def test_a_part_that_is_not_whole_is_not_believed(raw: bytes, tmp_path: Path) -> None:
    output = tmp_path / "hits.csv"
    interrupted(output, 0)
    (tmp_path / "hits.csv.parts" / "000000.arrow").write_bytes(raw)
    with parts_of(output, RUN, {}) as parts:
        assert parts.load(0) is None


def test_another_run_is_refused_until_it_is_begun_anew(tmp_path: Path) -> None:
    output = tmp_path / "hits.csv"
    interrupted(output, 0)
    other = {**RUN, "queries": {"size": 1, "sha256": "bb"}}
    with pytest.raises(Conflict, match=r"other queries; run it again as it was, or begin anew with --restart"), \
            parts_of(output, other, {}):  # fmt: skip
        pass
    with parts_of(output, other, {}, restart=True) as parts:
        assert parts.load(0) is None


def test_two_runs_do_not_write_one_output(tmp_path: Path) -> None:
    output = tmp_path / "hits.csv"
    another = (
        "import pathlib, sys; from rednotice.adapters.parts import parts_of; "
        "parts_of(pathlib.Path(sys.argv[1]), {}, {}).__enter__()"
    )
    with parts_of(output, RUN, {}):
        done = subprocess.run([sys.executable, "-c", another, output], capture_output=True, text=True)
    assert "CannotStart: rednotice runs on" in done.stderr


def test_an_output_takes_its_place_whole_or_not_at_all(tmp_path: Path) -> None:
    output = tmp_path / "hits.csv"
    output.write_text("before")
    with pytest.raises(Killed), whole(output) as path:  # noqa: PT012
        path.write_text("half")
        raise Killed
    assert output.read_text() == "before"
    with whole(output) as path:
        path.write_text("after")
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("hits.csv", "after")]


def test_a_full_disk_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput), whole(tmp_path / "hits.csv"):
        raise OSError(28, "No space left on device")
