"""Screening in several processes: each maps the one index and answers batches; answers come in order."""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from rednotice.adapters import tables
from rednotice.adapters.tables import Format, Kind, Piece
from rednotice.errors import Unavailable
from rednotice.match import build, open_index
from rednotice.match.rows import Note, persons, together
from rednotice.match.screen import Screened, screen
from rednotice.model.check import Listed

if TYPE_CHECKING:
    from rednotice.match.index import Index

AHEAD = 3
"""Batches read ahead for each worker; no more are in memory."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker needs to know: whom to look among, and how."""

    persons: Path
    format: Format
    top: int
    threshold: float
    today: date


def read_people(path: Path, form: Format, notes: list[Note] | None = None) -> Iterator[Listed]:
    """The persons of a table; what could not be taken over goes to the notes."""
    for piece in tables.read(path, Kind.PERSONS, form):
        taken, said = persons(piece.batch)
        if notes is not None:
            notes += numbered(said, piece.first_row)
        yield from taken


def load_index(path: Path, form: Format) -> Index:
    """The index over a table of persons."""
    return build(together(read_people(path, form)))


def numbered(notes: Iterable[Note], first_row: int) -> list[Note]:
    """Notes on rows of a batch as notes on rows of its table."""
    return [replace(note, row=note.row + first_row - 1) for note in notes]


Answers = Iterator[tuple[Piece, Screened]]
Ask = Callable[[Iterable[Piece]], Answers]


@contextmanager
def here(job: Job) -> Iterator[Ask]:
    """Answers batches in this process."""
    index: Index | None = None

    def ask(pieces: Iterable[Piece]) -> Answers:
        nonlocal index
        for piece in pieces:
            index = index or load_index(job.persons, job.format)
            yield piece, screen(piece.batch, index, job.top, job.threshold, today=job.today)

    yield ask


@contextmanager
def in_processes(job: Job, count: int) -> Iterator[Ask]:
    """Answers batches in so many processes of their own, which end with the block, or with this process.

    Raises:
        Unavailable: from the answers, if a process ended; what came before stands.
    """
    # A fork would copy locks that other threads hold; what is spawned begins afresh on every platform.
    context = multiprocessing.get_context("spawn")
    # A pipe on which nothing is sent: its other end closes with the block, and also if this process is killed.
    leash, held = context.Pipe(duplex=False)
    # The index is made once; what it is mapped from is in memory once, for however many processes. Batches go by files
    # too: in earlier versions of Python 3.11 a pool whose pipe is full waits for ever for a process that died
    # (python/cpython#94777).
    shared = tempfile.TemporaryDirectory(prefix="rednotice-screen-")
    folder = Path(shared.name)
    index = folder / "index"
    load_index(job.persons, job.format).save(index)
    pool = ProcessPoolExecutor(count, context, initializer=_begin, initargs=(job, index, leash))

    def ask(pieces: Iterable[Piece]) -> Answers:
        waiting: deque[tuple[Piece, Future[Screened]]] = deque()
        try:
            for number, piece in enumerate(pieces):
                if len(waiting) >= AHEAD * count:
                    first, answer = waiting.popleft()
                    yield first, answer.result()
                batch = folder / f"{number}.arrow"
                with pa.OSFile(str(batch), "wb") as file, pa.ipc.new_file(file, piece.batch.schema) as written:
                    written.write_batch(piece.batch)
                with _deaf_to_interrupts():
                    waiting.append((piece, pool.submit(_answer, batch)))
            while waiting:
                first, answer = waiting.popleft()
                yield first, answer.result()
        except BrokenProcessPool:
            raise Unavailable(
                "a process that screened ended by itself (was it killed for want of memory?); what was done is kept, "
                "run the command again to go on, with --processes 1 if it happens again"
            ) from None

    try:
        yield ask
    finally:
        held.close()
        pool.shutdown(wait=True, cancel_futures=True)
        leash.close()
        shared.cleanup()


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    # A process started meanwhile never hears Ctrl-C, from its first moment on: this one tells it to stop.
    if not hasattr(signal, "pthread_sigmask"):  # pragma: no cover (Windows)
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# --- In a worker ---------------------------------------------------------------------------------------------

_job: Job
_index: Index


def _begin(job: Job, index: Path, leash: Connection) -> None:
    global _job, _index
    threading.Thread(target=_end_with, args=(leash,), daemon=True).start()
    _job = job
    _index = open_index(index)


def _end_with(leash: Connection) -> None:
    # Nobody waits any more for an answer, be it half done.
    with suppress(EOFError, OSError):
        leash.recv_bytes()
    os._exit(0)


def _answer(batch: Path) -> Screened:
    with pa.memory_map(str(batch)) as file:
        batch.unlink()
        return screen(pa.ipc.open_file(file).get_batch(0), _index, _job.top, _job.threshold, today=_job.today)
