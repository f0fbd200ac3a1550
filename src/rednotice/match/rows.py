"""Rows of a table as questions and as persons: what a list to screen, and a list to screen against, look like.

    a query     query_id, name or document; if known birth_date or birth_year, nationality, sex, birthplace, and the
                names of father and mother
    a person    id, names; if known the same

A value may be one or a list, text or a number or a date, as the table's format has it. What a row says that cannot be
understood is noted with the number of the row, and no row stops those after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import zip_longest
from typing import Any

import pyarrow as pa
from pydantic import ValidationError

from rednotice.errors import InvalidInput, printable, quote
from rednotice.match.dates import may_be_born, readings
from rednotice.match.written import NOT_KNOWN, read_date
from rednotice.model.check import Listed, Query
from rednotice.model.faults import faults
from rednotice.model.nationalities import find_nationalities
from rednotice.model.person import Sex
from rednotice.model.values import LINE_LIMIT, OTHER_CALENDARS

_KNOWN = ("birth_date", "birth_year", "nationality", "sex", "document", "birthplace", "father", "mother")
QUERY_COLUMNS = ("query_id", "name", *_KNOWN)
PERSON_COLUMNS = ("id", "names", *_KNOWN)
ALSO_CALLED = {"names": "name", "name": "names"}
"""Where a table of persons says `name`, or one of queries `names`, it is taken for the other."""
UNREADABLE = "unreadable"
"""A column that a reader adds: why it could not read a row; empty where it could."""

NAMES_LIMIT = 50
"""So many names of one query are asked; each is a search of its own."""
OLDEST = 1800

_SEXES = {
    "m": Sex.MALE, "male": Sex.MALE, "man": Sex.MALE, "h": Sex.MALE,
    "f": Sex.FEMALE, "female": Sex.FEMALE, "woman": Sex.FEMALE,
    "u": Sex.UNKNOWN, "x": Sex.UNKNOWN, "<": Sex.UNKNOWN, "unknown": Sex.UNKNOWN, "other": Sex.UNKNOWN,
}  # fmt: skip

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Remark:
    """What of a row is not used and why; if it is for a word of one datum, which: such remarks can be counted."""

    says: str
    datum: str = ""
    word: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Something about a row that its owner should know: that it was left out, or what of it was not understood."""

    row: int
    """From 1, without a heading; in a batch counted from the batch's first row."""
    id: str
    says: str
    left_out: bool
    datum: str = ""
    word: str = ""

    @classmethod
    def on(cls, row: int, key: str, remark: Remark) -> Note:
        """A remark with the row that it is on."""
        return cls(row, key, remark.says, left_out=False, datum=remark.datum, word=remark.word)


@dataclass(frozen=True, slots=True)
class Question:
    """A row of queries as the index is asked: once for each name; not at all where the row cannot be asked."""

    id: Any
    queries: tuple[Query, ...]
    notes: tuple[Note, ...]


class _Unusable(Exception):
    """A row cannot be asked or listed; says why."""


def questions(batch: pa.RecordBatch, today: date) -> Iterator[Question]:
    """The rows of a batch as questions, in order.

    Args:
        batch: rows with the columns of a query; others are passed over.
        today: nobody is born after it.

    Raises:
        InvalidInput: if a column that is needed is missing; names those expected and those found.
    """
    for number, row in enumerate(_rows(batch, QUERY_COLUMNS, "query_id", ("name", "document")), start=1):
        remarks: list[Remark] = []
        name = _words(row["query_id"]) or "(no query_id)"
        try:
            queries = _queries(row, today, remarks)
        except _Unusable as why:
            yield Question(row["query_id"], (), (Note(number, name, str(why), left_out=True),))
            continue
        yield Question(row["query_id"], queries, tuple(Note.on(number, name, remark) for remark in remarks))


def persons(batch: pa.RecordBatch) -> tuple[list[Listed], list[Note]]:
    """The rows of a batch as persons to be listed, and what could not be taken over.

    Raises:
        InvalidInput: if a column that is needed is missing; names those expected and those found.
    """
    taken: list[Listed] = []
    notes: list[Note] = []
    for number, row in enumerate(_rows(batch, PERSON_COLUMNS, "id", ("names", "document")), start=1):
        remarks: list[Remark] = []
        name = _words(row["id"]) or "(no id)"
        try:
            taken.append(_listed(row, remarks))
        except _Unusable as why:
            notes.append(Note(number, name, str(why), left_out=True))
        notes += [Note.on(number, name, remark) for remark in remarks]
    return taken, notes


def together(people: Iterable[Listed]) -> Iterator[Listed]:
    """Persons of whom no two have one id: what several rows say of one id is taken together, names and data."""
    held: dict[str, Listed] = {}
    for one in people:
        before = held.get(one.id)
        held[one.id] = one if before is None else _joined(before, one)
    yield from held.values()


def require_columns(found: Iterable[str], needed: str, one_of: tuple[str, str], known: Iterable[str]) -> None:
    """Sees that a table has the columns without which its rows say nothing.

    Raises:
        InvalidInput: if not; names the columns expected and those found.
    """
    there = list(found)
    spellings = {column: {column, ALSO_CALLED.get(column, column)} for column in one_of}
    if needed in there and any(spellings[column] & set(there) for column in one_of):
        return
    has = ", ".join(quote(column) for column in there[:20]) or "none"
    raise InvalidInput.at(
        "",
        f"the table needs the column {needed}, and {one_of[0]} or {one_of[1]}; it has {has}",
        f"Name its columns as these, as far as they are known: {', '.join(known)}",
        "table",
    )


# --- From a row to a question or a person --------------------------------------------------------------------


def _rows(batch: pa.RecordBatch, known: tuple[str, ...], needed: str, one_of: tuple[str, str]) -> Iterator[Row]:
    columns = {column: batch.column(column).to_pylist() for column in batch.schema.names}
    require_columns((column for column in columns if column != UNREADABLE), needed, one_of, known)
    for column in (*known, UNREADABLE):
        other = ALSO_CALLED.get(column)
        columns.setdefault(column, columns.get(other, [None] * batch.num_rows) if other else [None] * batch.num_rows)
    for number in range(batch.num_rows):
        yield {column: columns[column][number] for column in (*known, UNREADABLE)}


def _queries(row: Row, today: date, remarks: list[Remark]) -> tuple[Query, ...]:
    if row[UNREADABLE]:
        raise _Unusable(row[UNREADABLE])
    if not _words(row["query_id"]):
        raise _Unusable("it has no query_id, so that no hit could name it")
    names, documents = _all_words(row["name"]), _documents(row)
    if not names and not documents:
        raise _Unusable("it has neither a name nor a document")
    if max(len(names), len(documents)) > NAMES_LIMIT:
        count = max(len(names), len(documents))
        remarks.append(Remark(f"it has {count} names or documents; the first {NAMES_LIMIT} are asked"))
    known = {"born": _born(row, today, remarks), "sex": _sex(row, remarks), "nationality": _nationality(row, remarks)}
    known |= _in_words(row)
    first_name = names[0] if names else None
    first_document = documents[0] if documents else None
    asked = []
    for name, document in list(zip_longest(names, documents))[:NAMES_LIMIT]:
        try:
            asked.append(Query(name=name or first_name, document=document or first_document, **known))
        except ValidationError as error:
            raise _Unusable("; ".join(f"{one.path} {one.problem}" for one in faults(error))) from None
    return tuple(asked)


def _born(row: Row, today: date, remarks: list[Remark]) -> str | None:
    """The one date of birth that is weighed; of several only what they share."""
    dates = []
    for meant in _dates(row, remarks):
        try:
            # Day and month swapped are near enough to each other to be found.
            may_be_born(meant[0], today)
        except InvalidInput as error:
            remarks.append(Remark(f"the date of birth {error.faults[0].problem}; {_NOT}", "date of birth", meant[0]))
        else:
            dates.append(meant[0])
    if len(set(dates)) < 2:
        return dates[0] if dates else None
    years = {one[:4] for one in dates}
    if len(years) == 1:
        return years.pop()
    remarks.append(Remark("it has dates of birth in several years; none is weighed"))
    return None


def _dates(row: Row, remarks: list[Remark]) -> Iterator[tuple[str, ...]]:
    """What each date of a row may mean; what cannot be read is remarked upon, as the row is asked without it."""
    for text in _all_words(row["birth_date"]) or _all_words(row["birth_year"]):
        meant = read_date(text)
        if meant:
            yield meant
        elif text.casefold() not in NOT_KNOWN:
            says = f"the date of birth {quote(text)} is not understood and not weighed; {_WRITE}"
            remarks.append(Remark(says, "date of birth", text))


_NOT = "it is not weighed"
_WRITE = "write 1971-03-05, 1971-03 or 1971, as far as it is known"


def _sex(row: Row, remarks: list[Remark]) -> Sex | None:
    said = {word.casefold() for word in _all_words(row["sex"])}
    found = {_SEXES[word] for word in said if word in _SEXES}
    unknown = sorted(said - _SEXES.keys())
    if unknown:
        says = f"the sex {quote(unknown[0])} is not understood and not weighed; write M, F or U"
        remarks.append(Remark(says, "sex", unknown[0]))
    return found.pop() if len(found) == 1 else None


def _nationality(row: Row, remarks: list[Remark]) -> str | None:
    codes = _countries(row, remarks)
    if len(codes) > 1:
        remarks.append(Remark(f"it may be of several nationalities ({', '.join(codes)}); none is weighed"))
    return codes[0] if len(codes) == 1 else None


def _countries(row: Row, remarks: list[Remark]) -> tuple[str, ...]:
    codes: list[str] = []
    for word in _all_words(row["nationality"]):
        found = _nationalities(word)
        codes += found
        if not found:
            says = f"the nationality {quote(word)} is not a country of today and not weighed"
            remarks.append(Remark(says, "nationality", word))
    return tuple(dict.fromkeys(codes))


@lru_cache(maxsize=4096)
def _nationalities(word: str) -> tuple[str, ...]:
    # A list says the same few words over and over, and to look one up takes longer than to compare a name.
    return find_nationalities(word)


def _listed(row: Row, remarks: list[Remark]) -> Listed:
    if row[UNREADABLE]:
        raise _Unusable(row[UNREADABLE])
    key = _words(row["id"])
    if not key:
        raise _Unusable("it has no id, so that no hit could name it")
    names, documents = _all_words(row["names"]), _documents(row)
    if not names and not documents:
        raise _Unusable("it has neither names nor a document")
    try:
        return Listed(
            id=key,
            names=tuple(dict.fromkeys(names)),
            born=tuple(_listed_dates(row, remarks)),
            sex=_sex(row, remarks),
            nationalities=_countries(row, remarks),
            documents=tuple(dict.fromkeys(documents)),
            **_in_words(row),
        )
    except ValidationError as error:
        raise _Unusable("; ".join(f"{one.path} {one.problem}" for one in faults(error))) from None


def _documents(row: Row) -> list[str]:
    # A number decides alone: what stands for none would make all who have it one person.
    return [number for number in _all_words(row["document"]) if number.casefold() not in NOT_KNOWN]


def _in_words(row: Row) -> dict[str, str | None]:
    """Place and parents, as far as a line holds them: they are compared by their words."""
    words = {datum: ", ".join(dict.fromkeys(_all_words(row[datum]))) for datum in ("birthplace", "father", "mother")}
    return {datum: said[:LINE_LIMIT].strip() or None for datum, said in words.items()}


def _listed_dates(row: Row, remarks: list[Remark]) -> Iterator[str]:
    for one in dict.fromkeys(one for meant in _dates(row, remarks) for one in meant):
        if int(one[:4]) not in OTHER_CALENDARS and int(one[:4]) < OLDEST:
            remarks.append(Remark(f"the date of birth {quote(one)} lies before {OLDEST}; {_NOT}", "date of birth", one))
        elif int(one[:4]) in OTHER_CALENDARS and not any(readings(one)):
            says = f"the date of birth {quote(one)} is in neither the Hijri nor the Persian calendar; {_NOT}"
            remarks.append(Remark(says, "date of birth", one))
        else:
            yield one


def _joined(one: Listed, other: Listed) -> Listed:
    return Listed(
        id=one.id,
        names=tuple(dict.fromkeys((*one.names, *other.names))),
        born=tuple(dict.fromkeys((*one.born, *other.born))),
        sex=other.sex if one.sex is None else one.sex if other.sex in (None, one.sex) else Sex.UNKNOWN,
        nationalities=tuple(dict.fromkeys((*one.nationalities, *other.nationalities))),
        documents=tuple(dict.fromkeys((*one.documents, *other.documents))),
        birthplace=one.birthplace or other.birthplace,
        father=one.father or other.father,
        mother=one.mother or other.mother,
    )


# --- From a value to words -----------------------------------------------------------------------------------


def _all_words(value: Any) -> list[str]:
    values = value if isinstance(value, list | tuple) else (value,)
    return [words for words in map(_words, values) if words]


def _words(value: Any) -> str:
    """A value as one line of text; nothing for what is missing, as for the NaN by which some tables write that."""
    if value is None or value != value:
        return ""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return " ".join(printable(str(value)).split())
