"""The Security Council's consolidated list, in XML."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from rednotice.adapters.lists.common import Entry, ListFile, countries, day, document_kind, line, name, not_a_list
from rednotice.model.notice import Listing
from rednotice.model.person import Document, NameKind, Person, Sex
from rednotice.model.values import LINE_LIMIT, TEXT_LIMIT, find_country

UN_SOURCE = "UN Security Council consolidated list"
UN_MEASURES = ("assets freeze", "travel ban", "arms embargo")


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
                    raise not_a_list("un", f"its outermost element is {root}, not CONSOLIDATED_LIST")
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
        raise not_a_list("un", f"it is not sound XML ({type(error).__name__}: {error})") from None
    if not entries:
        raise not_a_list("un", "it holds no individuals")
    return ListFile(tuple(entries), left_out, tuple(remarks))


def _un_individual(element: Element, remarks: list[str]) -> Entry:
    reference = _text(element, "REFERENCE_NUMBER") or f"DATAID {_text(element, 'DATAID') or '?'}"
    parts = [_text(element, f"{ordinal}_NAME") for ordinal in ("FIRST", "SECOND", "THIRD", "FOURTH")]
    names = [name(" ".join(part for part in parts if part), NameKind.PRIMARY)]
    original = _text(element, "NAME_ORIGINAL_SCRIPT")
    if original:
        names.append(name(original, NameKind.ORIGINAL_SCRIPT))
    names += [
        name(alias, NameKind.ALIAS)
        for alias in (_text(entry, "ALIAS_NAME") for entry in element.iter("INDIVIDUAL_ALIAS"))
        if alias
    ]
    dates = list(dict.fromkeys(when for entry in element.iter("INDIVIDUAL_DATE_OF_BIRTH") for when in _un_dates(entry)))
    nationalities = countries(_values(element, "NATIONALITY"), reference, remarks)
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
        birthplace=line(next((place for place in places if place), None)),
        nationalities=nationalities,
        documents=tuple(_un_documents(element)),
        occupation=line("; ".join(_values(element, "DESIGNATION")) or None),
    )
    listing = Listing(
        source=UN_SOURCE,
        reference=reference,
        listed_on=day(_text(element, "LISTED_ON")),
        measures=UN_MEASURES,
        remark=(_text(element, "COMMENTS1") or "")[:TEXT_LIMIT] or None,
    )
    return listing, person


def _un_dates(entry: Element) -> Iterator[str]:
    exact = _text(entry, "DATE")
    if exact and day(exact):
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
        yield Document(kind=document_kind(words), number=number, country=find_country(issuer) if issuer else None)


def _un_number(text: str) -> str | None:
    """The number itself: the list writes 'French passport number 05AT521433' as well as '05AT521433'."""
    if " " not in text:
        return line(text)
    numbers = re.findall(r"\b[A-Z]{0,4}-?\d[A-Z\d/-]{3,}\b", text)
    return line(numbers[0] if numbers else text)


def _text(element: Element, tag: str) -> str | None:
    found = element.findtext(tag)
    return " ".join(found.split()) or None if found else None


def _values(element: Element, tag: str) -> list[str]:
    return [
        " ".join(value.text.split()) for value in element.findall(f"{tag}/VALUE") if value.text and value.text.strip()
    ]
