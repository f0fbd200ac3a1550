"""Tables of queries, persons and hits as files: read and written a thousand rows at a time, whatever their size.

| format  | by extension           | is                                                                                |
|---------|------------------------|-----------------------------------------------------------------------------------|
| csv     | .csv, .tsv             | UTF-8, or UTF-16 with a byte order mark, with a heading; the separator is seen (, ; tab or a bar); several values in one cell (names, nationality, document, birth_date) by ; or a bar, or as a JSON list; a comma in a cell is part of the name; cells missing at the end of a row are empty |
| jsonl   | .jsonl, .ndjson, .json | one JSON object a line                                                            |
| parquet | .parquet               | as Arrow writes it                                                                |
| ftm     | .ftm.json, .ftm.jsonl  | FollowTheMoney entities, one a line; also in .json whose first line is one        |

`-` is standard input or output (csv, jsonl, ftm). What is wrong with a file as a whole is an error, at the first look
where possible; what is wrong with one row is left to the row (`match.rows.UNREADABLE`).
"""  # noqa: E501

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from rednotice.adapters import entities
from rednotice.errors import InvalidInput, printable, quote
from rednotice.match.rows import ALSO_CALLED, PERSON_COLUMNS, QUERY_COLUMNS, UNREADABLE, Row, require_columns
from rednotice.match.screen import hit_schema, query_id_type

BATCH = 1000
LINE_LIMIT = 4_000_000
"""Bytes of one line; a longer one is no row of a table."""
ROW_GROUP = 50_000
SEPARATORS = ",;\t|"
STANDARD = Path("-")

_SEVERAL = frozenset({"name", "names", "birth_date", "nationality", "document", "birthplace", "father", "mother"})
"""Columns of which one row may have several values."""
_SPLIT = _SEVERAL - {"name", "birthplace", "father", "mother"}
"""Those of which a cell of CSV is split."""
_INTEGER = range(-(2**63), 2**63)


class Format(StrEnum):
    """How a table is written."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    FTM = "ftm"


class Kind(StrEnum):
    """What the rows of a table are."""

    QUERIES = "queries"
    PERSONS = "persons"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are read; others are passed over."""
        return QUERY_COLUMNS if self is Kind.QUERIES else PERSON_COLUMNS

    @property
    def needed(self) -> tuple[str, tuple[str, str]]:
        """The column of the key, and the two of which one must be there."""
        return (self.columns[0], (self.columns[1], "document"))


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of a table: where they stand, and how far into the file one is after them (0 to 1; None: unknown)."""

    batch: pa.RecordBatch
    first_row: int
    done: float | None


@dataclass(frozen=True, slots=True)
class Identity:
    """By what a file is known again: its size and the SHA-256 of its bytes."""

    size: int
    sha256: str


_EXTENSIONS = {
    ".csv": Format.CSV, ".tsv": Format.CSV,
    ".jsonl": Format.JSONL, ".ndjson": Format.JSONL, ".json": Format.JSONL,
    ".parquet": Format.PARQUET, ".pq": Format.PARQUET,
}  # fmt: skip


def format_of(path: Path, said: Format | None = None) -> Format:
    """The format of a file: the one that was said, or that of its name.

    Raises:
        InvalidInput: if its name says none.
    """
    if said:
        return said
    if len(path.suffixes) > 1 and path.suffixes[-2].lower() == ".ftm":
        return Format.FTM
    found = _EXTENSIONS.get(path.suffix.lower())
    if found is None:
        known = ", ".join((*_EXTENSIONS, ".ftm.json"))
        raise _not_a_table(
            f"the name {quote(str(path))} does not say a format", f"Name the format, or end it in {known}"
        )
    return found


def identify(path: Path, said: Format | None = None) -> Identity:
    """Reads a file once from end to end: what it is known by, and that its text is UTF-8 (or UTF-16) throughout.

    Raises:
        InvalidInput: if it cannot be read, is empty, or is a text with bytes that are not UTF-8; says where.
    """
    is_text = format_of(path, said) is not Format.PARQUET
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    size = lines = 0
    is_utf16 = False
    with _opened(path) as file:
        while chunk := file.read(1 << 20):
            if is_text and size == 0:
                _require_text(chunk, path)
                is_utf16 = chunk.startswith(_UTF_16)
                if is_utf16:
                    decoder = codecs.getincrementaldecoder("utf-16")()
            try:
                if is_text:
                    decoder.decode(chunk)
            except UnicodeDecodeError as error:
                if is_utf16:
                    raise _not_utf16(path) from None
                # The decoder may hold the first bytes of a character from the chunk before.
                bad = error.object[error.start]
                place = error.start - (len(error.object) - len(chunk))
                raise _not_utf8(path, lines + chunk.count(b"\n", 0, max(place, 0)) + 1, size + place, bad) from None
            size += len(chunk)
            lines += chunk.count(b"\n")
            digest.update(chunk)
    if is_text and decoder.getstate()[0]:
        if is_utf16:
            raise _not_utf16(path)
        raise _not_utf8(path, lines + 1, size - 1, decoder.getstate()[0][0])
    if size == 0:
        raise _empty(path)
    return Identity(size, digest.hexdigest())


def read(path: Path, kind: Kind, said: Format | None = None) -> Iterator[Piece]:
    """The rows of a table of queries or persons, a thousand at a time.

    Raises:
        InvalidInput: if it cannot be read, is not of its format, or has not the columns of its kind.
    """
    form = format_of(path, said)
    with _opened(path) as file:
        if form is Format.PARQUET:
            yield from _parquet(file, path, kind)
            return
        lines = _Lines(file, path)
        rows = _csv_rows(lines, kind) if form is Format.CSV else _json_rows(lines, kind, is_ftm=form is Format.FTM)
        size = 0 if path == STANDARD else path.stat().st_size
        yield from _pieces(rows, kind, lambda: file.tell() / size if size else None)


def hits_schema_of(path: Path, said: Format | None = None) -> pa.Schema:
    """The columns of the hits on a table of queries."""
    first = next(read(path, Kind.QUERIES, said))
    return hit_schema(query_id_type(first.batch.schema))


# --- Text: lines, then rows, then batches --------------------------------------------------------------------


class _Lines:
    """The lines of a file as text, without a byte order mark, with the number of the last one read."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self._readline = _lines_of(file, path)
        self.path = path
        self.number = 0
        self._read = 0

    def __iter__(self) -> Iterator[str]:
        while raw := self._readline(LINE_LIMIT):
            if self.number == 0:
                _require_text(raw, self.path)
                raw = raw.removeprefix(codecs.BOM_UTF8)
            self.number += 1
            if len(raw) >= LINE_LIMIT:
                raise _not_a_table(f"{self.path} has a line of more than {LINE_LIMIT:,} bytes (line {self.number})",
                                   "Name a table with a row a line")  # fmt: skip
            try:
                text = raw.decode("utf-8")
            except UnicodeDecodeError as error:
                raise _not_utf8(self.path, self.number, self._read + error.start, raw[error.start]) from None
            self._read += len(raw)
            yield text
        if self.number == 0:
            raise _empty(self.path)


def _lines_of(file: IO[bytes], path: Path) -> Callable[[int], bytes]:
    """Reads a line of at most so many bytes, as UTF-8: of text in UTF-16 too, if a byte order mark says so."""
    if not isinstance(file, io.BufferedReader) or not file.peek(2).startswith(_UTF_16):
        return file.readline
    text = io.TextIOWrapper(file, "utf-16", newline="\n")

    def readline(limit: int) -> bytes:
        try:
            return text.readline(limit).encode()
        except UnicodeDecodeError:
            raise _not_utf16(path) from None

    return readline


def _csv_rows(lines: _Lines, kind: Kind) -> Iterator[Row]:
    text = iter(lines)
    first = next(text)
    if first.lstrip().startswith("{"):
        which = f"--{kind}-format jsonl"
        raise _not_a_table(f"{lines.path} is JSON Lines, not CSV", f"Say so with {which}")
    separator = _separator(first, kind)
    rows = csv.reader(_again(first, text), delimiter=separator)
    try:
        heading = [_column(name) for name in next(rows)]
        twice = {name for name in heading if name and heading.count(name) > 1}
        if twice:
            raise _not_a_table(f"the heading names the column {quote(min(twice))} twice", "Name each column once")
        require_columns(heading, kind.needed[0], kind.needed[1], kind.columns)
        for cells in rows:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) < len(heading) and not any("\n" in cell for cell in cells):
                # Spreadsheets leave out empty cells at the end; a line break in a cell means that its end is lost.
                cells += [""] * (len(heading) - len(cells))
            if len(cells) != len(heading):
                # A separator in a name that nobody quoted moves every cell after it: what would be asked is not meant.
                counts = f"{len(cells)} cells where the heading has {len(heading)}"
                row: Row = {UNREADABLE: f"it has {counts} (line {lines.number}); quote what contains a separator"}
                yield row | {kind.columns[0]: cells[heading.index(kind.columns[0])]} if len(cells) > 1 else row
                continue
            yield {name: _cell(name, cell) for name, cell in zip(heading, cells, strict=True)}
    except csv.Error as error:
        mend = "Quote a cell that contains a separator, a quotation mark or a line break"
        raise _not_a_table(f"{lines.path} cannot be read at line {lines.number} ({error})", mend) from None


def _again(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _separator(heading: str, kind: Kind) -> str:
    def known(separator: str) -> int:
        names = {_column(name) for name in next(csv.reader([heading], delimiter=separator), [])}
        return len(names & {*kind.columns, ALSO_CALLED["name"], ALSO_CALLED["names"]})

    try:
        return max(SEPARATORS, key=known)
    except csv.Error:
        return ","


def _column(name: str) -> str:
    return "_".join(name.split()).lower()


def _cell(name: str, text: str) -> Any:
    text = text.strip()
    if name not in _SPLIT or not text:
        return text
    if text.startswith("["):
        try:
            found = json.loads(text)
        except ValueError:
            return text
        return found if isinstance(found, list) else text
    return [part.strip() for part in text.replace("|", ";").split(";")]


def _json_rows(lines: _Lines, kind: Kind, *, is_ftm: bool = False) -> Iterator[Row]:
    is_first = True
    papers: dict[str, list[str]] = {}
    for line in lines:
        if not line.strip():
            continue
        row, fault = _object(line)
        if is_first:
            is_first = False
            if row is None:
                mend = "Write one JSON object a line (jq -c '.[]' makes that of a list)"
                raise _not_a_table(f"{lines.path} is not JSON Lines: line {lines.number} is {fault}", mend)
            is_ftm = is_ftm or ("schema" in row and "properties" in row)
            if is_ftm:
                papers = _papers(lines.path)
            else:
                require_columns(map(_column, row), kind.needed[0], kind.needed[1], kind.columns)
        if row is None:
            yield {UNREADABLE: f"line {lines.number} is {fault}"}
        elif not is_ftm:
            yield {_column(name): value for name, value in row.items()}
        elif entities.is_person(row):
            yield entities.as_row(row, kind.columns[0], kind.columns[1], papers.get(str(row.get("id")), ()))
    if is_first:
        raise _empty(lines.path)


def _papers(path: Path) -> dict[str, list[str]]:
    """The numbers of documents that stand as entities of their own, before or after their holder in the file."""
    found: dict[str, list[str]] = {}
    if path == STANDARD:
        return found  # it can be read but once
    with _opened(path) as file:
        readline = _lines_of(file, path)
        for raw in iter(lambda: readline(LINE_LIMIT), b""):
            # Few lines are those of a document; the others need not be understood twice.
            if b'"holder"' in raw:
                entity, _ = _object(raw.decode("utf-8", "replace"))
                for holder, number in entities.papers(entity or {}):
                    found.setdefault(holder, []).append(number)
    return found


def _object(line: str) -> tuple[Row | None, str]:
    try:
        found = json.loads(line.strip())
    except json.JSONDecodeError as error:
        return None, f"not JSON ({error.msg} at character {error.colno})"
    except ValueError:  # a number of thousands of digits
        return None, "not JSON (a number is too long)"
    except RecursionError:
        return None, "nested too deeply"
    return (found, "") if isinstance(found, dict) else (None, "not an object of JSON")


def _pieces(rows: Iterator[Row], kind: Kind, done: Callable[[], float | None]) -> Iterator[Piece]:
    schema: pa.Schema | None = None
    held: list[Row] = []
    count = 0

    def piece() -> Piece:
        nonlocal schema
        schema = schema or _schema(held[0], kind)
        return Piece(_batch(held, schema), count - len(held) + 1, done())

    for row in rows:
        held.append(row)
        count += 1
        if len(held) == BATCH:
            yield piece()
            held = []
    if held or count == 0:
        held = held or []
        yield piece() if held else Piece(_batch([], _schema({}, kind)), 1, 1.0)


def _schema(first: Row, kind: Kind) -> pa.Schema:
    """The columns as text, but for a query_id that is a number in the first row: hits show it as a number too."""
    key = first.get(kind.columns[0])
    is_number = isinstance(key, int) and not isinstance(key, bool) and key in _INTEGER
    types = {name: pa.list_(pa.string()) if name in _SEVERAL else pa.string() for name in kind.columns}
    if is_number and kind is Kind.QUERIES:
        types["query_id"] = pa.int64()
    return pa.schema([*types.items(), (UNREADABLE, pa.string())])


def _batch(rows: list[Row], schema: pa.Schema) -> pa.RecordBatch:
    made: dict[str, list[Any]] = {name: [] for name in schema.names}
    for row in rows:
        fitted = _fitted(row, schema)
        for name in schema.names:
            made[name].append(fitted[name])
    return pa.record_batch([pa.array(made[field.name], field.type) for field in schema], schema=schema)


def _fitted(row: Row, schema: pa.Schema) -> Row:
    """A row's values in the types of the table; one that does not fit makes the row unreadable."""
    fitted: Row = dict.fromkeys(schema.names)
    fitted[UNREADABLE] = row.get(UNREADABLE)
    for field in schema:
        value = row.get(field.name)
        if value is None and field.name in ALSO_CALLED:
            value = row.get(ALSO_CALLED[field.name])
        if value is None or field.name == UNREADABLE:
            continue
        try:
            fitted[field.name] = _value(value, field.type)
        except (ValueError, OverflowError):
            wanted = "a number, as in the first row" if pa.types.is_integer(field.type) else "text or a list of texts"
            fitted[UNREADABLE] = fitted[UNREADABLE] or f"its {field.name} is {quote(value)}, not {wanted}"
    return fitted


def _value(value: Any, wanted: pa.DataType) -> Any:
    if pa.types.is_integer(wanted):
        if isinstance(value, bool) or not isinstance(value, int) or value not in _INTEGER:
            raise ValueError
        return value
    if pa.types.is_list(wanted):
        return [_as_text(one) for one in (value if isinstance(value, list) else [value]) if one is not None]
    if isinstance(value, list) and len(value) == 1:
        (value,) = value
    return _as_text(value)


def _as_text(value: Any) -> str:
    if isinstance(value, list | dict | bool):
        raise ValueError
    return value if value.__class__ is str and value.isascii() else printable(str(value))


# --- Parquet -------------------------------------------------------------------------------------------------


def _parquet(file: IO[bytes], path: Path, kind: Kind) -> Iterator[Piece]:
    if path == STANDARD:
        raise _not_a_table("Parquet cannot be read from standard input", "Name a file, or hand in CSV or JSON Lines")
    try:
        table = pq.ParquetFile(file)
        found = {_column(name): name for name in table.schema_arrow.names}
        require_columns(found, kind.needed[0], kind.needed[1], kind.columns)
        wanted = {column: found[column] for column in (*kind.columns, *ALSO_CALLED) if column in found}
        for column, name in wanted.items():
            _require_flat(column, table.schema_arrow.field(name).type)
        total, first_row = table.metadata.num_rows, 1
        for batch in _even(table.iter_batches(BATCH, columns=list(wanted.values()))):
            named = batch.rename_columns([_column(name) for name in batch.schema.names])
            yield Piece(named, first_row, (first_row + batch.num_rows - 1) / total)
            first_row += batch.num_rows
        if first_row == 1:
            yield Piece(pa.RecordBatch.from_pylist([], schema=table.schema_arrow), 1, 1.0)
    except (pa.ArrowException, OSError) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        mend = "It may have been cut off on its way; copy it anew"
        raise _not_a_table(f"{path} is not a whole Parquet file ({said})", mend) from None


def _require_flat(column: str, kind: pa.DataType) -> None:
    inner = kind.value_type if pa.types.is_list(kind) or pa.types.is_large_list(kind) else kind
    if pa.types.is_nested(inner):
        raise _not_a_table(f"the column {column} is {kind}, not text or a list of texts", "Write it as text")


def _even(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Batches of a thousand rows each but the last, however the file has cut them."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        while sum(one.num_rows for one in held) >= BATCH:
            whole = pa.Table.from_batches(held).combine_chunks().to_batches()[0]
            yield whole.slice(0, BATCH)
            held = [whole.slice(BATCH)] if whole.num_rows > BATCH else []
    if held:
        yield pa.Table.from_batches(held).combine_chunks().to_batches()[0]


# --- Writing -------------------------------------------------------------------------------------------------

Write = Callable[[pa.RecordBatch], None]


def require_writable(path: Path, said: Format | None = None) -> Format:
    """The format in which hits are to be written.

    Raises:
        InvalidInput: if its name says none, it is one that hits do not have, or there is no such folder.
    """
    form = format_of(path, said)
    if form is Format.FTM or (form is Format.PARQUET and path == STANDARD):
        raise _not_a_table(
            "hits are written as CSV, JSON Lines, or Parquet into a file", "Choose another name or format"
        )
    if path != STANDARD and not path.absolute().parent.is_dir():
        raise _not_a_table(f"there is no folder {path.absolute().parent} to write into", "Make it first")
    if path.is_dir():
        raise _not_a_table(f"{path} is a folder", "Name a file to write")
    return form


@contextmanager
def written(path: Path, form: Format, schema: pa.Schema) -> Iterator[Write]:
    """A function that appends batches to a new file (or to standard output); the file is whole at the end."""
    if form is Format.PARQUET:
        with pq.ParquetWriter(path, schema) as writer:
            yield from _by_row_group(writer, schema)
        return
    with _to_text(path) as file:
        yield from _as_csv(file, schema, path) if form is Format.CSV else _as_json(file, schema)


def _by_row_group(writer: pq.ParquetWriter, schema: pa.Schema) -> Iterator[Write]:
    held: list[pa.RecordBatch] = []

    def flush() -> None:
        writer.write_table(pa.Table.from_batches(held, schema))
        held.clear()

    def write(batch: pa.RecordBatch) -> None:
        held.append(batch)
        if sum(one.num_rows for one in held) >= ROW_GROUP:
            flush()

    yield write
    flush()


def _as_csv(file: IO[str], schema: pa.Schema, path: Path) -> Iterator[Write]:
    rows = csv.writer(file, delimiter="\t" if path.suffix.lower() == ".tsv" else ",", lineterminator="\n")
    rows.writerow(schema.names)
    yield lambda batch: rows.writerows(zip(*(column.to_pylist() for column in batch.columns), strict=True))


def _as_json(file: IO[str], schema: pa.Schema) -> Iterator[Write]:  # noqa: ARG001
    def write(batch: pa.RecordBatch) -> None:
        for row in batch.to_pylist():
            file.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")

    yield write


@contextmanager
def _to_text(path: Path) -> Iterator[IO[str]]:
    if path == STANDARD:
        file = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", write_through=True)
        try:
            yield file
        finally:
            file.flush()
            file.detach()
        return
    with path.open("w", encoding="utf-8", newline="") as opened:
        yield opened


# --- What all need -------------------------------------------------------------------------------------------


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    if path == STANDARD:
        yield sys.stdin.buffer
        return
    try:
        file = path.open("rb")
    except OSError as error:
        raise _not_a_table(f"{path} cannot be read ({error.strerror})", "Name a file that is there") from None
    with file:
        yield file


_SIGNS = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a ZIP or Excel file",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "compressed (gzip)",
}
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def _require_text(start: bytes, path: Path) -> None:
    for sign, what in _SIGNS.items():
        if start.startswith(sign):
            raise _not_a_table(f"{path} is {what}, not UTF-8 text", "Save it as CSV in UTF-8, or name its format")


def _not_utf8(path: Path, line: int, at: int, byte: int) -> InvalidInput:
    return _not_a_table(
        f"{path} is not UTF-8 text: line {line} has the byte 0x{byte:02X} (byte {at + 1:,} of the file)",
        "Save it as UTF-8 (a spreadsheet calls that 'CSV UTF-8'; iconv -f WINDOWS-1252 -t UTF-8 makes it)",
    )


def _not_utf16(path: Path) -> InvalidInput:
    mend = "It may have been cut off on its way; copy it anew, or save it as UTF-8"
    return _not_a_table(f"{path} begins as UTF-16 text, and is none throughout", mend)


def _empty(path: Path) -> InvalidInput:
    return _not_a_table(f"{path} is empty", "Write rows into it")


def _not_a_table(problem: str, mend: str) -> InvalidInput:
    return InvalidInput.at("", problem, mend, "table")
