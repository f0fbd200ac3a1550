"""The examples fit the form, and together show all of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from pydantic import BaseModel

from rednotice.adapters.request_file import read_file
from rednotice.cli.laptop import EXAMPLES
from rednotice.model.application import read_application
from rednotice.model.effect import EffectTable
from rednotice.model.request import Request, read_request
from tests.builders import TODAY

REQUESTS = sorted(EXAMPLES.glob("*.yaml"))
# Given in no example, since there is nothing true or needed to say: the conditions are met without it.
NOT_SHOWN = {"particular_importance", "appeal_to_judicial_authority", "retrial"}


@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.name)
def test_an_example_fits_the_published_schema_and_the_form(path: Any) -> None:
    content = read_file(path).content
    jsonschema.validate(content, Request.model_json_schema())
    read_request(content, TODAY)


def test_the_examples_together_show_every_field() -> None:
    shown = {name for path in REQUESTS for name in keys(read_file(path).content)}
    assert fields(Request, set()) - shown == NOT_SHOWN


@pytest.mark.parametrize("path", sorted((EXAMPLES / "applications").glob("*.yaml")), ids=lambda path: path.name)
def test_an_application_of_the_examples_fits_the_form(path: Any) -> None:
    assert read_file(path).located(read_application).confidential


@pytest.mark.parametrize("path", sorted((EXAMPLES / "effects").glob("*.yaml")), ids=lambda path: path.name)
def test_every_effect_of_an_example_names_its_source(path: Any) -> None:
    table = read_file(path).located(EffectTable.model_validate)
    assert table.effects
    assert all("to be checked by the operator" in effect.source for effect in table.effects)


def keys(content: Any) -> Iterator[str]:
    if isinstance(content, dict):
        for key, value in content.items():
            yield key
            yield from keys(value)
    elif isinstance(content, list):
        for value in content:
            yield from keys(value)


def fields(noun: type[BaseModel], seen: set[type[BaseModel]]) -> set[str]:
    seen.add(noun)
    found = set(noun.model_fields)
    for field in noun.model_fields.values():
        for below in nouns(field.annotation):
            if below not in seen:
                found |= fields(below, seen)
    return found


def nouns(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from nouns(argument)
