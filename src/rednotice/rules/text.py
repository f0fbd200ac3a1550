"""What free text says: terms of law and war found in their sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from rednotice.model.finding import Evidence
from rednotice.model.request import Language, Request
from rednotice.model.warrant import Warrant
from rednotice.rules.rule import Says, doubtful

_SENTENCE_END = re.compile(r"(?<=[.!?;؟۔])\s+|\n\s*\n")
PASSAGE_LIMIT = 300


@cache
def terms(category: str) -> re.Pattern[str]:
    """The terms of a category in `terms.yaml`, in all its languages, as one pattern."""
    words = [term for language, listed in _book()[category].items() if language != "source" for term in listed]
    return re.compile(r"\b(?:" + "|".join(words) + r")\b", re.IGNORECASE)


@cache
def is_read(language: Language) -> bool:
    """Whether there are terms in a language; without them, free text in it says nothing to the rules."""
    return all(language.value in listed for listed in _book().values())


def unread(language: Language, path: str) -> Says:
    """What a rule answers that would have to read free text, and cannot."""
    return doubtful(
        f"the text is in the language '{language}', in which this version of the rules has no terms to look for",
        Evidence(path=path),
        mend="A reviewer who knows the language must read it",
    )


@cache
def _book() -> dict[str, dict[str, Any]]:
    book: dict[str, dict[str, Any]] = yaml.safe_load(
        files(__package__).joinpath("terms.yaml").read_text(encoding="utf-8")
    )
    return book


def passages(category: str, texts: Iterable[tuple[str, str]]) -> tuple[Evidence, ...]:
    """Every sentence in which a term of the category stands: path of the field, and the sentence."""
    pattern = terms(category)
    return tuple(
        Evidence(path=path, passage=_shorten(sentence))
        for path, text in texts
        # A term may be broken over lines, or written with two spaces.
        for sentence in (" ".join(part.split()) for part in _SENTENCE_END.split(text))
        if pattern.search(sentence)
    )


def facts_texts(request: Request) -> Iterator[tuple[str, str]]:
    """The free text that says what happened."""
    yield "facts.summary", request.facts.summary
    for n, person in enumerate(request.persons):
        if person.part_played:
            yield f"persons[{n}].part_played", person.part_played


def charge_texts(warrants: Iterable[tuple[int, Warrant]]) -> Iterator[tuple[str, str]]:
    """The charges of warrants, each with its path; a warrant comes with its place in the request."""
    for n, warrant in warrants:
        for m, offence in enumerate(warrant.offences):
            yield f"warrants[{n}].offences[{m}].charge", offence.charge


def _shorten(sentence: str) -> str:
    sentence = " ".join(sentence.split())
    return sentence if len(sentence) <= PASSAGE_LIMIT else sentence[: PASSAGE_LIMIT - 1] + "…"
