"""FollowTheMoney: entities as OpenSanctions, Aleph and others hand them out, one JSON object a line.

An entity has an id, a schema (Person, Company, Passport, ...) and properties, each a list of values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

PERSONS = frozenset({"Person", "LegalEntity"})
"""The schemas taken as persons: LegalEntity where the publisher does not say whether it is a person or a body."""

NAMES = ("name", "alias", "weakAlias", "previousName")
PARTS_OF_NAMES = ("firstName", "secondName", "middleName", "lastName")
COMPOSED_AT_MOST = 10
DATES = ("birthDate",)
NATIONALITIES = ("nationality", "citizenship", "country")
SEXES = ("gender",)
DOCUMENTS = ("passportNumber", "idNumber")
PLACES, COUNTRIES_OF_BIRTH = ("birthPlace",), ("birthCountry",)
FATHERS, MOTHERS = ("fatherName",), ("motherName",)
PAPERS = frozenset({"Passport", "Identification"})
"""The schemas of documents that stand as entities of their own."""
_NUMBERS = ("number", "passportNumber")

Entity = dict[str, Any]


def is_person(entity: Entity) -> bool:
    """Whether an entity is, or may be, a person."""
    return entity.get("schema") in PERSONS


def values(entity: Entity, properties: Iterable[str]) -> list[str]:
    """The texts of some properties, in order, each once; entities that stand within it are passed over."""
    held = entity.get("properties")
    found: dict[str, None] = {}
    for name in properties:
        given = held.get(name) if isinstance(held, dict) else None
        for value in given if isinstance(given, list) else [given]:
            if isinstance(value, str) and value.strip():
                found[" ".join(value.split())] = None
    return list(found)


def names(entity: Entity) -> list[str]:
    """The names of a person; where none is given in full, they are put together of their parts, in the usual order."""
    written = values(entity, NAMES)
    if values(entity, ("name",)):
        return written
    parts = [found for part in PARTS_OF_NAMES if (found := values(entity, (part,)))]
    if len({len(part) for part in parts}) == 1:
        # As many of each: the first belong together, as do the second, such as those in another script.
        composed = [" ".join(one) for one in zip(*parts, strict=True)]
    else:
        composed = [" ".join(one) for one in product(*parts)] if parts else []
    return list(dict.fromkeys((*composed[:COMPOSED_AT_MOST], *written)))


def birthplace(entity: Entity) -> str:
    """Place and country of birth, as far as they are said."""
    return ", ".join((*values(entity, PLACES)[:1], *values(entity, COUNTRIES_OF_BIRTH)[:1]))


def papers(entity: Entity) -> Iterator[tuple[str, str]]:
    """The holders and the numbers of a document that is an entity of its own."""
    if entity.get("schema") in PAPERS:
        yield from product(values(entity, ("holder",)), values(entity, _NUMBERS))


def within(entity: Entity) -> Iterator[Entity]:
    """The entities that stand within an entity."""
    held = entity.get("properties")
    for given in held.values() if isinstance(held, dict) else ():
        yield from (one for one in (given if isinstance(given, list) else ()) if isinstance(one, dict))


def nationalities(entity: Entity) -> list[str]:
    """The nationalities, or where none is said the countries that the person has to do with."""
    return values(entity, NATIONALITIES[:2]) or values(entity, NATIONALITIES[2:])


def as_row(entity: Entity, key: str, names_column: str, numbers: Iterable[str] = ()) -> dict[str, Any]:
    """An entity as a row of a table, under the names that the columns of its id and its names have there.

    Args:
        entity: a person.
        key: the column of its id.
        names_column: the column of its names.
        numbers: of its documents that stand as entities of their own.
    """
    inner = [one for held in within(entity) if held.get("schema") in PAPERS for one in values(held, _NUMBERS)]
    return {
        key: entity.get("id"),
        names_column: names(entity),
        "birth_date": values(entity, DATES),
        "nationality": nationalities(entity),
        "sex": next(iter(values(entity, SEXES)), None),
        "document": list(dict.fromkeys((*values(entity, DOCUMENTS), *numbers, *inner))),
        "birthplace": birthplace(entity),
        "father": values(entity, FATHERS),
        "mother": values(entity, MOTHERS),
    }
