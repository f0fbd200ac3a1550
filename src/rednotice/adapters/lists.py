"""Lists of others, as their publishers hand them out: the Security Council's (XML) and OFAC's (CSV)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse
from pydantic import ValidationError

from rednotice.errors import InvalidInput
from rednotice.model.notice import Listing
from rednotice.model.person import Document, DocumentKind, Name, NameKind, Person, Sex
from rednotice.model.values import LINE_LIMIT, TEXT_LIMIT, find_country

FILE_LIMIT = 32_000_000
UN_SOURCE = "UN Security Council consolidated list"
UN_MEASURES = ("assets freeze", "travel ban", "arms embargo")
OFAC_SOURCE = "OFAC specially designated nationals"

Entry = tuple[Listing, Person]


@dataclass(frozen=True, slots=True)
class ListFile:
    """What a list file held: persons, what was left out, and data that could not be taken over."""

    entries: tuple[Entry, ...]
    left_out: dict[str, int]
    remarks: tuple[str, ...]


# --- The Security Council's consolidated list ---------------------------------------------------------------


def read_un(raw: bytes) -> ListFile:
    """Reads the consolidated list of the Security Council.

    Raises:
        InvalidInput: if it is not that list; says what it is instead, as far as that can be told.
    """
    entries: list[Entry] = []
    remarks: list[str] = []
    left_out: dict[str, int] = {}
    root: str | None = None
    try:
        for happened, element in iterparse(io.BytesIO(raw), events=("start", "end"), forbid_dtd=True):
            if root is None:
                root = element.tag
                if root != "CONSOLIDATED_LIST":
                    raise _not_a_list("un", f"its outermost element is {root}, not CONSOLIDATED_LIST")
            if happened == "end" and element.tag == "INDIVIDUAL":
                try:
                    entries.append(_un_individual(element, remarks))
                except ValueError as error:
                    reference = _text(element, "REFERENCE_NUMBER") or "an entry without reference"
                    remarks.append(f"{reference[:LINE_LIMIT]}: left out ({type(error).__name__})")
                element.clear()
            elif happened == "end" and element.tag == "ENTITY":
                left_out["entities"] = left_out.get("entities", 0) + 1
                element.clear()
    except (ParseError, DefusedXmlException, LookupError, ValueError) as error:
        raise _not_a_list("un", f"it is not sound XML ({type(error).__name__}: {error})") from None
    if not entries:
        raise _not_a_list("un", "it holds no individuals")
    return ListFile(tuple(entries), left_out, tuple(remarks))


def _un_individual(element: Element, remarks: list[str]) -> Entry:
    reference = _text(element, "REFERENCE_NUMBER") or f"DATAID {_text(element, 'DATAID') or '?'}"
    parts = [_text(element, f"{ordinal}_NAME") for ordinal in ("FIRST", "SECOND", "THIRD", "FOURTH")]
    names = [_name(" ".join(part for part in parts if part), NameKind.PRIMARY)]
    original = _text(element, "NAME_ORIGINAL_SCRIPT")
    if original:
        names.append(_name(original, NameKind.ORIGINAL_SCRIPT))
    names += [
        _name(alias, NameKind.ALIAS)
        for alias in (_text(entry, "ALIAS_NAME") for entry in element.iter("INDIVIDUAL_ALIAS"))
        if alias
    ]
    dates = list(dict.fromkeys(when for entry in element.iter("INDIVIDUAL_DATE_OF_BIRTH") for when in _un_dates(entry)))
    nationalities = _countries(_values(element, "NATIONALITY"), reference, remarks)
    places = [
        ", ".join(
            part for part in (_text(entry, "CITY"), _text(entry, "STATE_PROVINCE"), _text(entry, "COUNTRY")) if part
        )
        for entry in element.iter("INDIVIDUAL_PLACE_OF_BIRTH")
    ]
    person = Person(
        names=tuple(names),
        sex={"Male": Sex.MALE, "Female": Sex.FEMALE}.get(_text(element, "GENDER") or ""),
        born=dates[0] if dates else None,
        also_born=tuple(dates[1:]),
        birthplace=_line(next((place for place in places if place), None)),
        nationalities=nationalities,
        documents=tuple(_un_documents(element)),
        occupation=_line("; ".join(_values(element, "DESIGNATION")) or None),
    )
    listing = Listing(
        source=UN_SOURCE,
        reference=reference,
        listed_on=_day(_text(element, "LISTED_ON")),
        measures=UN_MEASURES,
        remark=(_text(element, "COMMENTS1") or "")[:TEXT_LIMIT] or None,
    )
    return listing, person


def _un_dates(entry: Element) -> Iterator[str]:
    exact = _text(entry, "DATE")
    if exact and _day(exact):
        yield exact[:10]
        return
    start, end = _text(entry, "FROM_YEAR"), _text(entry, "TO_YEAR")
    if start and end and start.isdigit() and end.isdigit() and 0 <= int(end) - int(start) <= 20:
        yield from (f"{year:04}" for year in range(int(start), int(end) + 1))
        return
    year = _text(entry, "YEAR")
    if year and re.fullmatch(r"[12]\d{3}", year):
        yield year


def _un_documents(element: Element) -> Iterator[Document]:
    for entry in element.iter("INDIVIDUAL_DOCUMENT"):
        number = _un_number(_text(entry, "NUMBER") or "")
        if number is None:
            continue
        words = (_text(entry, "TYPE_OF_DOCUMENT") or "").lower()
        issuer = _text(entry, "ISSUING_COUNTRY") or _text(entry, "COUNTRY_OF_ISSUE")
        yield Document(kind=_document_kind(words), number=number, country=find_country(issuer) if issuer else None)


def _un_number(text: str) -> str | None:
    """The number itself: the list writes 'French passport number 05AT521433' as well as '05AT521433'."""
    if " " not in text:
        return _line(text)
    numbers = re.findall(r"\b[A-Z]{0,4}-?\d[A-Z\d/-]{3,}\b", text)
    return _line(numbers[0] if numbers else text)


# --- OFAC's list --------------------------------------------------------------------------------------------

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
        raise _not_a_list("ofac", "it holds no individuals")
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
        nationalities=_countries(_NATIONALITY.findall(said), row[0], remarks),
        documents=tuple(
            Document(kind=_document_kind(kind.lower()), number=number, country=find_country(issuer) if issuer else None)
            for kind, number, issuer in _PASSPORT.findall(said)
        ),
        occupation=_line(row[4] or None),
    )
    measures = tuple(_line(part) or "?" for part in row[3].split("] ["))
    return Listing(source=OFAC_SOURCE, reference=row[0], measures=measures, remark=row[11][:TEXT_LIMIT] or None), person


def _ofac_name(text: str, kind: NameKind) -> Name:
    family, _, given = (_line(text) or "?").partition(", ")
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
                raise _not_a_list("ofac", f"line {rows.line_num} has not {columns} columns that begin with a number")
            yield ["" if value.strip() == "-0-" else value.strip() for value in row]
    except csv.Error as error:
        raise _not_a_list("ofac", f"line {rows.line_num} cannot be read ({error})") from None


# --- What both need ------------------------------------------------------------------------------------------


def beside(path: Path, listed: str, other: str) -> Path | None:
    """The file that a publisher hands out beside another: alt.csv beside sdn.csv, ofac_alt.csv beside ofac_sdn.csv."""
    neighbour = path.with_name(path.name.replace(listed, other))
    return neighbour if neighbour != path and neighbour.is_file() else None


def _not_a_list(which: str, why: str) -> InvalidInput:
    publishers = {"un": "the Security Council's consolidated list (XML)", "ofac": "OFAC's sdn.csv"}
    return InvalidInput.at("", f"this is not {publishers[which]}: {why}", "Download it anew from its publisher", "list")


def _text(element: Element, tag: str) -> str | None:
    found = element.findtext(tag)
    return " ".join(found.split()) or None if found else None


def _values(element: Element, tag: str) -> list[str]:
    return [
        " ".join(value.text.split()) for value in element.findall(f"{tag}/VALUE") if value.text and value.text.strip()
    ]


def _line(text: str | None) -> str | None:
    return " ".join(text.split())[:LINE_LIMIT].strip() or None if text else None


def _name(text: str, kind: NameKind) -> Name:
    return Name(full=_line(text) or "?", kind=kind)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _document_kind(words: str) -> DocumentKind:
    if "passport" in words or "passeport" in words or "pasaporte" in words:
        return DocumentKind.PASSPORT
    return DocumentKind.IDENTITY_CARD if "national id" in words or "identi" in words else DocumentKind.OTHER


def _countries(names: Iterable[str], reference: str, remarks: list[str]) -> tuple[str, ...]:
    codes = []
    for name in names:
        code = find_country(name) or find_country(re.sub(r" \(.*\)$", "", name.strip()))
        if code:
            codes.append(code)
        else:
            remarks.append(f"{reference}: '{name}' is no country of today; this nationality is left out")
    return tuple(dict.fromkeys(codes))
