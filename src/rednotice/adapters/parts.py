"""A screening's work so far, on disk: what makes it go on after any interruption.

Beside HITS stands `HITS.parts/` with `run.json` (which run this is) and one file for each thousand queries, which
appears whole by a rename or not at all. The hits are put together from the parts, so that an interrupted run gives the
same bytes as one that was not.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from rednotice.adapters.folders import Claim, read_json, write_json
from rednotice.errors import CannotStart, Conflict, InvalidInput
from rednotice.match.rows import Note
from rednotice.match.screen import Screened

RUN = "run.json"
_NOTES = b"notes"
_ROWS = b"rows"


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one run, in a folder that this process holds."""

    folder: Path
    began: dict[str, Any]
    """What was said of the run when it began, such as its day."""

    def load(self, number: int) -> Screened | None:
        """A part that is there; None if it is still to be made."""
        try:
            with pa.OSFile(str(self._path(number))) as file, pa.ipc.open_file(file) as reader:
                said = reader.schema.metadata
                notes = tuple(Note(**note) for note in json.loads(said[_NOTES]))
                hits = reader.get_batch(0).replace_schema_metadata(None)
                return Screened(hits, int(said[_ROWS]), notes)
        except (OSError, pa.ArrowException, ValueError, KeyError, TypeError):
            # Not there, or not whole after a loss of power: it is made anew.
            return None

    def save(self, number: int, done: Screened) -> None:
        """Keeps a part."""
        notes = json.dumps([asdict(note) for note in done.notes]).encode()
        hits = done.hits.replace_schema_metadata({_NOTES: notes, _ROWS: str(done.rows).encode()})
        path = self._path(number)
        fresh = path.with_suffix(".new")
        with fresh.open("wb") as file:
            with pa.ipc.new_file(file, hits.schema) as writer:
                writer.write_batch(hits)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06}.arrow"


@contextmanager
def parts_of(output: Path, run: dict[str, Any], began: dict[str, Any], *, restart: bool = False) -> Iterator[Parts]:
    """The parts of the run that writes an output: those of an interrupted one, if it was the same run.

    They go when the block ends without an error, and stay when it does not.

    Args:
        output: the file of hits.
        run: what makes a run the same one: its inputs and options.
        began: what is kept from its first beginning.
        restart: whether an interrupted run is given up.

    Raises:
        Conflict: if the interrupted run was another one; says in what, and how to begin anew.
        CannotStart: if another process works on it, or the folder cannot be written to.
    """
    folder = output.with_name(f"{output.name}.parts")
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise CannotStart(f"{folder} cannot be made ({error.strerror}); name another place with --output") from None
    with Claim(folder):
        held = {} if restart else read_json(folder / RUN)
        if not held:
            _empty(folder)
            held = {"run": run, "began": began}
            write_json(folder / RUN, held)
        _require_same(folder, held.get("run", {}), run)
        yield Parts(folder, held.get("began", began))
    shutil.rmtree(folder)


@contextmanager
def whole(output: Path, folder: Path | None = None) -> Iterator[Path]:
    """A path to write to (in a folder, if one is given), whose file takes the place of the output when it is whole.

    Raises:
        InvalidInput: if it cannot be written.
    """
    # The name ends as the output's does: it says the format.
    fresh = folder / f"new-{output.name}" if folder else output.with_name(f".{os.getpid()}-{output.name}")
    try:
        yield fresh
        with fresh.open("rb") as file:
            os.fsync(file.fileno())
        fresh.replace(output)
    except OSError as error:
        mend = "Make room or name another place; what was done is kept"
        raise InvalidInput.at("", f"{output} cannot be written ({error.strerror})", mend, "output") from None
    finally:
        fresh.unlink(missing_ok=True)


def _empty(folder: Path) -> None:
    for path in (*folder.glob("*.arrow"), *folder.glob("*.new"), *folder.glob("new-*"), folder / RUN):
        path.unlink(missing_ok=True)


def _require_same(folder: Path, held: dict[str, Any], run: dict[str, Any]) -> None:
    # As JSON has it: what was read back knows no tuples.
    other = [key for key, value in json.loads(json.dumps(run)).items() if held.get(key) != value]
    if other:
        raise Conflict(
            f"{folder} holds an interrupted run with other {' and '.join(other)}; "
            "run it again as it was, or begin anew with --restart"
        )
