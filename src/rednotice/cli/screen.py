"""rednotice screen: a list of persons against another list, or against what the bureau's node holds."""

from __future__ import annotations

import csv
import os
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from rednotice import __version__
from rednotice.adapters import clock, tables
from rednotice.adapters.parts import Parts, parts_of, whole
from rednotice.adapters.tables import STANDARD, Format, Kind, Piece
from rednotice.adapters.workers import Answers, Ask, Job, here, in_processes, numbered, read_people
from rednotice.cli.client import Client, connect
from rednotice.cli.options import ActingAs, DataFolder, fill
from rednotice.errors import InvalidInput, quote
from rednotice.match import REPORTED_FROM
from rednotice.match.explain import means
from rednotice.match.rows import Note, Question, questions
from rednotice.match.screen import TOP, Screened, best_first, hit_schema, hits, query_id_type
from rednotice.model.check import Match

NODE = "node"
ASKED_AT_ONCE = 100
"""Queries in one call to a node."""
SHOWN = 20
FEW = 3
"""So many notes on a datum are told row by row, and so many of its words by name."""
INTERRUPTED = 130

said = Console(stderr=True, highlight=False, soft_wrap=True)


_SEVERAL = {"nationality": "nationalities", "date of birth": "dates of birth", "sex": "sexes"}


@dataclass(slots=True)
class _Notes:
    """What is told of notes: the first of them row by row, and those on the words of one datum summed up."""

    total: int = 0
    first: list[Note] = field(default_factory=list)
    few: dict[str, list[Note]] = field(default_factory=dict)
    words: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, note: Note) -> None:
        self.total += 1
        if note.datum:
            self.words.setdefault(note.datum, Counter())[note.word] += 1
        held = self.few.setdefault(note.datum, []) if note.datum else self.first
        if len(held) < (FEW if note.datum else SHOWN):
            held.append(note)

    def say(self) -> int:
        """Prints them; gives how many are neither told nor counted."""
        many = {datum: words for datum, words in self.words.items() if words.total() > FEW}
        told = sorted(
            (*self.first, *(note for datum, held in self.few.items() if datum not in many for note in held)),
            key=lambda note: note.row,
        )
        for note in told:
            lead = "left out, " if note.left_out else ""
            said.print(f"[dim]row {note.row:,} ({fill(note.id[:80])}): {lead}{fill(note.says)}[/]")
        for datum, words in many.items():
            often = ", ".join(f"{fill(quote(word))} ({count:,})" for word, count in words.most_common(FEW))
            others = f", and {len(words) - FEW:,} more" if len(words) > FEW else ""
            said.print(f"[dim]{words.total():,} {_SEVERAL[datum]} are not used: {often}{others}[/]")
        rest = self.total - len(told) - sum(words.total() for words in many.values())
        if rest:
            said.print(f"[dim]… and {rest:,} more[/]")
        return rest + sum(words.total() for words in many.values())


@dataclass(slots=True)
class _Tally:
    """What is told at the end."""

    queries: int = 0
    hits: int = 0
    left_out: int = 0
    remarks: int = 0
    notes: _Notes = field(default_factory=_Notes)

    def add(self, rows: int, hits: int, notes: Iterable[Note]) -> None:
        self.queries += rows
        self.hits += hits
        for note in notes:
            self.left_out += note.left_out
            self.remarks += not note.left_out
            self.notes.add(note)


@dataclass(frozen=True, slots=True)
class _Order:
    """What was asked for on the command line, checked."""

    queries: Path
    format: Format
    output: Path
    written_as: Format
    left_out: Path | None
    job: Job | None
    """None: the node is asked."""
    top: int
    threshold: float
    processes: int


def screen(
    queries: Annotated[Path, typer.Argument(help="Whom to look for; - is standard input", show_default=False)],
    data: DataFolder,
    against: Annotated[
        str, typer.Option(metavar="PERSONS|node", help="A list of persons, or what the bureau's node holds")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the hits go; - is standard output")],
    top: Annotated[int, typer.Option(min=1, max=100, help="Hits for one query at most")] = TOP,
    threshold: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help=f"The least score of a hit. From a list the best are given however low they score; an officer, and "
            f"whoever screens against a node, sees those from {REPORTED_FROM} on",
        ),
    ] = None,
    processes: Annotated[
        int | None, typer.Option(min=1, max=256, help="Processes that screen; as many as cores if not given")
    ] = None,
    left_out: Annotated[Path | None, typer.Option(help="A CSV of rows that were left out or remarked upon")] = None,
    queries_format: Annotated[Format | None, typer.Option(help="Of QUERIES, if its name does not say it")] = None,
    persons_format: Annotated[Format | None, typer.Option(help="Of PERSONS, if its name does not say it")] = None,
    output_format: Annotated[Format | None, typer.Option(help="Of the hits, if their name does not say it")] = None,
    restart: Annotated[bool, typer.Option("--restart", help="Give up an interrupted run and begin anew")] = False,
    bureau: Annotated[str | None, typer.Option(help="Whose node, if several run on this data folder")] = None,
    acting_as: ActingAs = None,
) -> None:
    """Look for every person of a list in another list, or in the node's notices and lists, in one go.

    QUERIES has query_id and name (or document), and if known birth_date or birth_year, nationality, sex, birthplace,
    father, mother; PERSONS has id and names. Both may be CSV, JSON Lines, Parquet or FollowTheMoney; the hits are
    query_id, rank, id, score and explanation. A run that was interrupted goes on when it is started again.
    """
    started = time.monotonic()
    is_node = against == NODE
    form = tables.format_of(queries, queries_format or (Format.CSV if queries == STANDARD else None))
    written_as = tables.require_writable(output, output_format or (Format.CSV if output == STANDARD else None))
    persons = Path(against)
    _require_apart(output, queries, *([] if is_node else [persons]))
    if threshold is None:
        threshold = REPORTED_FROM if is_node else 0.0
    run: dict[str, Any] = {"version": __version__, "top": top, "threshold": threshold, "format": written_as.value}
    job: Job | None = None
    client: Client | None = None
    if is_node:
        if threshold < REPORTED_FROM:
            mend = "Name a higher threshold, or a file of persons"
            raise InvalidInput.at("threshold", f"a node shows matches from {REPORTED_FROM} on", mend, "command")
        client, _ = connect(data, "node", name=acting_as, role="officer", bureau=bureau)
        run["persons"] = {"node": client.get("/api/status")["bureau"]}
    else:
        persons_form = tables.format_of(persons, persons_format)
        run["persons"] = asdict(tables.identify(persons, persons_form))
        _say_of_persons(persons, persons_form)
        job = Job(persons, persons_form, top, threshold, clock.now().date())
    order = _Order(queries, form, output, written_as, left_out, job, top, threshold, processes or os.cpu_count() or 1)
    resumable = STANDARD not in (queries, output)
    if resumable:
        run["queries"] = asdict(tables.identify(queries, form))
    try:
        tally = _resumable(order, run, client, restart=restart) if resumable else _at_once(order, client)
    except KeyboardInterrupt:
        kept = (
            f"what was done is kept in {output}.parts: run the same command again to go on, or with --restart anew"
            if resumable
            else "nothing is kept of a run from standard input or to standard output"
        )
        said.print(f"Interrupted; {fill(kept)}.")
        raise typer.Exit(INTERRUPTED) from None
    _summary(tally, time.monotonic() - started, left_out)


# --- The two ways to run --------------------------------------------------------------------------------------


def _resumable(order: _Order, run: dict[str, Any], client: Client | None, *, restart: bool) -> _Tally:
    today = clock.now().date()
    with parts_of(order.output, run, {"today": today.isoformat()}, restart=restart) as parts:
        today = date.fromisoformat(parts.began["today"])
        with _bar() as bar:
            count = _work(order, parts, client, today, bar)
        tally = _Tally()
        schema = tables.hits_schema_of(order.queries, order.format)
        with (
            whole(order.output, parts.folder) as path,
            tables.written(path, order.written_as, schema) as write,
            _noted(order.left_out) as note,
        ):
            for number in range(count):
                done = parts.load(number)
                assert done is not None, f"part {number} was written and is gone"
                write(done.hits)
                notes = numbered(done.notes, number * tables.BATCH + 1)
                note(notes)
                tally.add(done.rows, done.hits.num_rows, notes)
    return tally


def _work(order: _Order, parts: Parts, client: Client | None, today: date, bar: _Bar) -> int:
    """Makes the parts that are not there; gives how many there are."""
    count = 0
    numbers: deque[int] = deque()

    def missing() -> Iterator[Piece]:
        nonlocal count
        for piece in tables.read(order.queries, Kind.QUERIES, order.format):
            number, count = count, count + 1
            if (held := parts.load(number)) is None:
                numbers.append(number)
                yield piece
            else:
                bar.advance(piece, held, is_new=False)

    with _asking(order, client, today, missing()) as answers:
        for piece, done in answers:
            parts.save(numbers.popleft(), done)
            bar.advance(piece, done)
    return count


def _at_once(order: _Order, client: Client | None) -> _Tally:
    tally = _Tally()
    today = clock.now().date()
    pieces = tables.read(order.queries, Kind.QUERIES, order.format)
    first = next(pieces)
    schema = hit_schema(query_id_type(first.batch.schema))
    to_standard = order.output == STANDARD
    place: AbstractContextManager[Path] = nullcontext(STANDARD) if to_standard else whole(order.output)
    with (
        _bar() as bar,
        place as path,
        tables.written(path, order.written_as, schema) as write,
        _noted(order.left_out) as note,
        _asking(order, client, today, chain([first], pieces)) as answers,
    ):
        for piece, done in answers:
            write(done.hits)
            notes = numbered(done.notes, piece.first_row)
            note(notes)
            tally.add(done.rows, done.hits.num_rows, notes)
            bar.advance(piece, done)
    return tally


@contextmanager
def _asking(order: _Order, client: Client | None, today: date, pieces: Iterator[Piece]) -> Iterator[Answers]:
    if client is not None:
        yield _of_node(client, order, today, pieces)
        return
    assert order.job is not None
    job = Job(order.job.persons, order.job.format, order.top, order.threshold, today)
    # A short list is not worth a second process, which would load the index again.
    first = list(islice(pieces, order.processes))
    way: AbstractContextManager[Ask] = here(job) if len(first) < 2 else in_processes(job, len(first))
    with way as ask:
        yield ask(chain(first, pieces))


def _of_node(client: Client, order: _Order, today: date, pieces: Iterable[Piece]) -> Answers:
    for piece in pieces:
        asked = list(questions(piece.batch, today))
        found = _answers(client, asked, order)
        notes = tuple(note for question in asked for note in question.notes)
        made = hits(found, query_id_type(piece.batch.schema))
        yield piece, Screened(made, piece.batch.num_rows, notes)


def _answers(client: Client, asked: list[Question], order: _Order) -> list[tuple[Any, list[Match]]]:
    """The node's matches for each question; each names its source and its date in the explanation."""
    queries = [(number, query) for number, question in enumerate(asked) for query in question.queries]
    best: list[dict[str, Match]] = [{} for _ in asked]
    for start in range(0, len(queries), ASKED_AT_ONCE):
        some = queries[start : start + ASKED_AT_ONCE]
        body = {"queries": [query.model_dump(mode="json", exclude_none=True) for _, query in some], "limit": order.top}
        for (number, _), answer in zip(some, client.post("/api/screen", body), strict=True):
            for hit in answer["hits"]:
                held = best[number].get(hit["id"])
                if hit["score"] >= order.threshold and (held is None or hit["score"] > held.score):
                    since = f" of {hit['dated']}" if hit["dated"] else ""
                    words = f"{hit['explanation']}; {hit['source']}{since}"
                    best[number][hit["id"]] = Match(
                        id=hit["id"],
                        score=hit["score"],
                        name=hit["name"],
                        met_name=hit["name"],
                        means=means(hit["score"], ()),
                        in_words=words,
                    )
    return [(question.id, best_first(found.values(), order.top)) for question, found in zip(asked, best, strict=True)]


# --- What is checked, and what is told -------------------------------------------------------------------------


def _require_apart(output: Path, *inputs: Path) -> None:
    for path in inputs:
        if output != STANDARD and path.exists() and output.exists() and output.samefile(path):
            raise InvalidInput.at("output", f"{output} is one of the inputs", "Name another file", "command")


def _say_of_persons(path: Path, form: Format) -> None:
    notes: list[Note] = []
    count = sum(1 for _ in read_people(path, form, notes))
    if count == 0:
        raise InvalidInput.at("", f"{path} holds no persons that could be listed", "See what it holds", "table")
    gone = sum(note.left_out for note in notes)
    if notes:
        kept = f"{_count(count, 'person')}, {_count(gone, 'row')} left out, {_count(len(notes) - gone, 'remark')}"
        said.print(f"{fill(path)}: {kept}.")
        summed = _Notes()
        for note in notes:
            summed.add(note)
        summed.say()


def _summary(tally: _Tally, seconds: float, left_out: Path | None) -> None:
    if tally.notes.say() and left_out is None:
        said.print("[dim]--left-out FILE writes them all[/]")
    rate = tally.queries / seconds if seconds else 0
    said.print(
        f"{_count(tally.queries, 'query', 'queries')}, {_count(tally.hits, 'hit')}, "
        f"{_count(tally.left_out, 'row')} left out, {_count(tally.remarks, 'remark')}; "
        f"{seconds:,.1f} s, {rate:,.0f} queries a second."
    )


def _count(number: int, one: str, several: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else several or one + 's'}"


@contextmanager
def _noted(path: Path | None) -> Iterator[Any]:
    if path is None:
        yield lambda _: None
        return
    try:
        file = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise InvalidInput.at(
            "left-out", f"{path} cannot be written ({error.strerror})", "Name another file", "command"
        ) from None
    with file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("row", "query_id", "left_out", "reason"))
        yield lambda notes: rows.writerows(
            (note.row, note.id, "yes" if note.left_out else "no", note.says) for note in notes
        )


class _Bar:
    """How far a run is, on standard error."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("Screening", total=1.0, queries=0, hits=0)
        self._queries = 0
        self._hits = 0

    def advance(self, piece: Piece, done: Screened, *, is_new: bool = True) -> None:
        """Counts a batch that is done, or was before."""
        self._queries += done.rows
        self._hits += done.hits.num_rows
        self._progress.update(
            self._task,
            completed=piece.done,
            total=None if piece.done is None else 1.0,
            queries=self._queries,
            hits=self._hits,
            description="Screening" if is_new else "Going on",
        )


@contextmanager
def _bar() -> Iterator[_Bar]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[queries]:,} queries, {task.fields[hits]:,} hits"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=said, disable=not said.is_terminal) as progress:
        yield _Bar(progress)
