"""FollowTheMoney: entities as OpenSanctions, Aleph and others hand them out, one JSON object a line.

An entity has an id, a schema (Person, Company, Passport, ...) and properties, each a list of values.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

PERSONS = frozenset({"Person", "LegalEntity"})
"""The schemas taken as persons: LegalEntity where the publisher does not say whether it is a person or a body."""

NAMES = ("name", "alias", "weakAlias", "previousName")
DATES = ("birthDate",)
NATIONALITIES = ("nationality", "citizenship", "country")
SEXES = ("gender",)
DOCUMENTS = ("passportNumber", "idNumber")

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


def nationalities(entity: Entity) -> list[str]:
    """The nationalities, or where none is said the countries that the person has to do with."""
    return values(entity, NATIONALITIES[:2]) or values(entity, NATIONALITIES[2:])


def as_row(entity: Entity, key: str, names: str) -> dict[str, Any]:
    """An entity as a row of a table, under the names that the columns of its id and its names have there."""
    return {
        key: entity.get("id"),
        names: values(entity, NAMES),
        "birth_date": values(entity, DATES),
        "nationality": nationalities(entity),
        "sex": next(iter(values(entity, SEXES)), None),
        "document": values(entity, DOCUMENTS),
    }
