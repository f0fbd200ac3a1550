"""A list of FollowTheMoney entities, such as OpenSanctions hands out: persons, with what other entities say of them.

Passports and sanctions are entities of their own that name their person, before or after it in the file; so the file is
read twice, and what is kept between is no more than that.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from rednotice.adapters import entities
from rednotice.adapters.entities import Entity, values
from rednotice.adapters.lists.common import Entry, countries, document_kind, line, name, not_a_list
from rednotice.errors import InvalidInput, printable
from rednotice.model.faults import faults
from rednotice.model.notice import Listing
from rednotice.model.person import Document, DocumentKind, NameKind, Person, Sex
from rednotice.model.values import TEXT_LIMIT, earliest, find_country

LINE_BYTES = 8_000_000
REFERENCE_LIMIT, SOURCE_LIMIT = 100, 80
NAMES_AT_MOST, DATES_AT_MOST, NATIONALITIES_AT_MOST, DOCUMENTS_AT_MOST, MEASURES_AT_MOST = 200, 50, 20, 100, 20

_SEXES = {"male": Sex.MALE, "female": Sex.FEMALE}
_PAPERS = {"Passport": DocumentKind.PASSPORT, "Identification": DocumentKind.OTHER}
_SANCTION = "Sanction"
_FILE = "the file"


@dataclass(slots=True)
class _Known:
    """What other entities say of a person."""

    documents: list[tuple[DocumentKind, str, str | None]] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)
    measures: list[str] = field(default_factory=list)


class FtmFile:
    """A file of entities. After `entries` was read to its end, `left_out` and `remarks` say what was not taken."""

    def __init__(self, path: Path, source: str | None = None) -> None:
        self.left_out: dict[str, int] = {}
        self.remarks: list[str] = []
        self._path = path
        self._source = source[:SOURCE_LIMIT] if source else None

    def entries(self) -> Iterator[Entry]:
        """The persons, each with its source (the dataset), its id there, and since when it is listed if that is said.

        Raises:
            InvalidInput: if it cannot be read, or holds no persons.
        """
        known: dict[str, _Known] = defaultdict(_Known)
        for entity in self._entities(remark=False):
            for person in values(entity, ("holder", "entity")):
                _learn(known[person], entity)
        count = 0
        for entity in self._entities(remark=True):
            reference = line(printable(str(entity.get("id") or "")))
            if len(reference or "") > REFERENCE_LIMIT:
                self.remarks.append(f"{reference}: left out (its id has more than {REFERENCE_LIMIT} characters)")
                continue
            if not entities.is_person(entity) or not reference:
                self._leave_out(str(entity.get("schema") or "lines without a schema")[:80])
                continue
            about = known.get(reference, _Known())
            for one in entities.within(entity):
                _learn(about, one)
            try:
                entry = self._entry(entity, reference, about)
            except ValidationError as error:
                self.remarks.append(f"{reference}: left out ({faults(error)[0].path} {faults(error)[0].problem})")
                continue
            count += 1
            yield entry
        if count == 0:
            raise not_a_list("ftm", "it holds no persons")

    def _entities(self, *, remark: bool) -> Iterator[Entity]:
        try:
            with self._path.open("rb") as file:
                for number, raw in enumerate(iter(lambda: file.readline(LINE_BYTES), b""), start=1):
                    text = raw.removeprefix(b"\xef\xbb\xbf").strip()
                    found = _object(text) if text else None
                    if found is not None:
                        yield found
                    elif text and number == 1:
                        raise not_a_list("ftm", "its first line is not an object of JSON")
                    elif text and remark:
                        self._leave_out("lines that are not JSON")
                        self.remarks.append(f"line {number}: left out (it is not an object of JSON)")
        except OSError as error:
            raise InvalidInput.at(
                "", f"{self._path} cannot be read ({error.strerror})", "Name a file that is there", "list"
            ) from None

    def _leave_out(self, what: str) -> None:
        self.left_out[what] = self.left_out.get(what, 0) + 1

    def _entry(self, entity: Entity, reference: str, about: _Known) -> Entry:
        datasets = [one for one in map(_said, _list(entity.get("datasets"))) if one]
        listing = Listing(
            source=self._source or (line(datasets[0] if datasets else self._path.name) or _FILE)[:SOURCE_LIMIT],
            reference=reference,
            listed_on=_listed_on(entity, about),
            measures=tuple(dict.fromkeys(one for text in about.measures if (one := line(text))))[:MEASURES_AT_MOST],
            remark=_remark(entity, datasets),
        )
        return listing, self._person(entity, reference, about)

    def _person(self, entity: Entity, reference: str, about: _Known) -> Person:
        names = entities.names(entity) or [one for one in (_said(entity.get("caption")),) if one]
        born = [one for text in values(entity, entities.DATES) if (one := self._date(text, reference))]
        spoken_of = countries(entities.nationalities(entity), reference, self.remarks)
        return Person(
            names=tuple(
                name(text, NameKind.ALIAS if place else NameKind.PRIMARY)
                for place, text in enumerate(names[:NAMES_AT_MOST])
            ),
            sex=next((_SEXES[one] for one in values(entity, entities.SEXES) if one in _SEXES), None),
            born=born[0] if born else None,
            also_born=tuple(born[1 : DATES_AT_MOST + 1]),
            birthplace=line(entities.birthplace(entity)),
            nationalities=spoken_of[:NATIONALITIES_AT_MOST],
            father=line(next(iter(values(entity, entities.FATHERS)), None)),
            mother=line(next(iter(values(entity, entities.MOTHERS)), None)),
            documents=tuple(_documents(entity, about))[:DOCUMENTS_AT_MOST],
            occupation=line("; ".join(values(entity, ("position",))) or None),
            deceased=True if values(entity, ("deathDate",)) else None,
        )

    def _date(self, text: str, reference: str) -> str | None:
        if _as_day(text[:10]):
            return text[:10]
        self.remarks.append(f"{reference}: '{text[:40]}' is no date; this date of birth is left out")
        return None


def _learn(about: _Known, entity: Entity) -> None:
    schema = str(entity.get("schema"))
    if schema in _PAPERS:
        kind = next((document_kind(words.lower()) for words in values(entity, ("type",))), _PAPERS[schema])
        issuer = next(iter(values(entity, ("country",))), None)
        numbers = values(entity, ("number", "passportNumber"))
        about.documents += [(_PAPERS[schema] if kind is DocumentKind.OTHER else kind, one, issuer) for one in numbers]
    elif schema == _SANCTION:
        about.listed += values(entity, ("listingDate",)) or values(entity, ("startDate",))
        about.measures += values(entity, ("program", "provisions"))


def _documents(entity: Entity, about: _Known) -> Iterator[Document]:
    given = [(DocumentKind.PASSPORT, one, None) for one in values(entity, ("passportNumber",))]
    given += [(DocumentKind.IDENTITY_CARD, one, None) for one in values(entity, ("idNumber",))]
    seen: set[str] = set()
    for kind, number, issuer in (*about.documents, *given):
        kept = line(number)
        if kept and kept not in seen:
            seen.add(kept)
            yield Document(kind=kind, number=kept, country=find_country(issuer) if issuer else None)


def _listed_on(entity: Entity, about: _Known) -> date | None:
    """Since when the person is listed: as the publisher says, else when the dataset first had the entry."""
    days = sorted(found for text in about.listed if (found := _as_day(text[:10])))
    if days:
        return days[0]
    for key in ("first_seen", "last_change"):
        found = _as_day((_said(entity.get(key)) or "")[:10])
        if found:
            return found
    return None


def _remark(entity: Entity, datasets: list[str]) -> str | None:
    said = {
        "topics": ", ".join(values(entity, ("topics",))),
        "datasets": ", ".join(datasets),
        "last change": (_said(entity.get("last_change")) or "")[:10],
        "notes": " ".join(values(entity, ("notes",))),
    }
    return "; ".join(f"{key}: {text}" for key, text in said.items() if text)[:TEXT_LIMIT] or None


def _object(text: bytes) -> Entity | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _said(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _as_day(text: str) -> date | None:
    try:
        return earliest(text) if text else None
    except ValueError:
        return None
