"""OFAC's list of specially designated nationals, in CSV without a heading."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from rednotice.adapters.lists.common import Entry, ListFile, countries, document_kind, line, not_a_list
from rednotice.model.notice import Listing
from rednotice.model.person import Document, Name, NameKind, Person, Sex
from rednotice.model.values import TEXT_LIMIT, find_country

OFAC_SOURCE = "OFAC specially designated nationals"

_BORN = re.compile(r"\bDOB (?:circa )?(?:(\d{2}) )?(?:([A-Z][a-z]{2}) )?(\d{4})\b")
_NATIONALITY = re.compile(r"\b(?:nationality|citizen) ([^;.]+)")
_PASSPORT = re.compile(
    r"\b(Passport|National ID No\.|Identification Number) ([A-Z0-9][A-Z0-9 /()-]*?)(?: \(([^)]+)\))?"
    r"(?= issued| expires|[;.])"
)
_SEX = re.compile(r"\bGender (Male|Female)\b")


def read_ofac(raw: bytes, aliases: bytes | None = None) -> ListFile:
    """Reads OFAC's list: sdn.csv, and alt.csv with the aliases if it is at hand. Neither has a heading.

    Raises:
        InvalidInput: if it is not that list.
    """
    also: dict[str, list[str]] = {}
    for row in _rows(aliases, 5) if aliases else ():
        also.setdefault(row[0], []).append(row[3])
    entries: list[Entry] = []
    remarks: list[str] = []
    left_out: dict[str, int] = {}
    for row in _rows(raw, 12):
        if row[2] != "individual":
            left_out[row[2] or "entities"] = left_out.get(row[2] or "entities", 0) + 1
            continue
        try:
            entries.append(_ofac_individual(row, also.get(row[0], []), remarks))
        except ValidationError as error:
            remarks.append(f"{row[0]}: left out ({error.errors()[0]['msg']})")
        except ValueError:
            remarks.append(f"{row[0]}: left out (a date that cannot be read)")
    if not entries:
        raise not_a_list("ofac", "it holds no individuals")
    return ListFile(tuple(entries), left_out, tuple(remarks))


def _ofac_individual(row: list[str], aliases: Iterable[str], remarks: list[str]) -> Entry:
    said = f"{row[11]};"
    dates = list(dict.fromkeys(_ofac_date(*found) for found in _BORN.findall(said)))
    sex = _SEX.search(said)
    person = Person(
        names=(
            _ofac_name(row[1], NameKind.PRIMARY),
            *(_ofac_name(alias, NameKind.ALIAS) for alias in aliases if alias),
        ),
        sex={"Male": Sex.MALE, "Female": Sex.FEMALE}.get(sex[1]) if sex else None,
        born=dates[0] if dates else None,
        also_born=tuple(dates[1:]),
        nationalities=countries(_NATIONALITY.findall(said), row[0], remarks),
        documents=tuple(
            Document(kind=document_kind(kind.lower()), number=number, country=find_country(issuer) if issuer else None)
            for kind, number, issuer in _PASSPORT.findall(said)
        ),
        occupation=line(row[4] or None),
    )
    measures = tuple(line(part) or "?" for part in row[3].split("] ["))
    return Listing(source=OFAC_SOURCE, reference=row[0], measures=measures, remark=row[11][:TEXT_LIMIT] or None), person


def _ofac_name(text: str, kind: NameKind) -> Name:
    family, _, given = (line(text) or "?").partition(", ")
    return Name(family=family, given=given or None, kind=kind)


def _ofac_date(day: str, month: str, year: str) -> str:
    if not month:
        return year
    number = datetime.strptime(month, "%b").month
    return f"{year}-{number:02}-{day}" if day else f"{year}-{number:02}"


def _rows(raw: bytes, columns: int) -> Iterator[list[str]]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    # The publisher ends the file with a control-Z.
    rows = csv.reader(io.StringIO(text.rstrip("\x1a\r\n ")))
    try:
        for row in rows:
            if len(row) < columns or not row[0].strip().isdigit():
                raise not_a_list("ofac", f"line {rows.line_num} has not {columns} columns that begin with a number")
            yield ["" if value.strip() == "-0-" else value.strip() for value in row]
    except csv.Error as error:
        raise not_a_list("ofac", f"line {rows.line_num} cannot be read ({error})") from None


def beside(path: Path, listed: str, other: str) -> Path | None:
    """The file that a publisher hands out beside another: alt.csv beside sdn.csv, ofac_alt.csv beside ofac_sdn.csv."""
    neighbour = path.with_name(path.name.replace(listed, other))
    return neighbour if neighbour != path and neighbour.is_file() else None
