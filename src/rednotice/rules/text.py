"""What free text says: terms of law and war found in their sentences, in the four official languages.

The text and the terms are folded in the same way before they are compared: case, accents, vowel signs and the forms
of one Arabic letter make no difference. What is shown is the sentence as the bureau wrote it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from rednotice.model.finding import Evidence
from rednotice.model.request import Language, Request
from rednotice.model.warrant import Warrant
from rednotice.rules.rule import Says, doubtful

_SENTENCE_END = re.compile(r"(?<=[.!?;؟؛۔])\s+|\n\s*\n")
PASSAGE_LIMIT = 300

# --- Folding ---------------------------------------------------------------------------------------------------

_LETTERS = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "œ": "oe", "æ": "ae", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ٱ": "ا", "ـ": None}
)
# Accents, vowel signs, and what has no width at all.
_MARKS = re.compile(
    "[\u00ad\u0300-\u036f\u064b-\u065f\u0670\u06d6-\u06ed\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
)


def fold(text: str) -> str:
    """A text without case, accents, vowel signs and letter forms, with one space between words.

    >>> fold("L’Armée  de l'Air"), fold("القُوّات المُسلَّحة")
    ("l'armee de l'air", 'القوات المسلحه')
    """
    lowered = " ".join(text.lower().split())
    if lowered.isascii():
        return lowered
    decomposed = unicodedata.normalize("NFKD", lowered.translate(_LETTERS))
    return _MARKS.sub("", decomposed).translate(_LETTERS)


# --- Terms -----------------------------------------------------------------------------------------------------

_GAP = " ... "
"""The sign " … " of the lists of terms, as folding writes it."""
_BETWEEN = r"(?:\S+ ){0,3}"
_NEVER = "(?!)"
_ARABIC_BEFORE = "(?:[وف]?[بلك]?(?:ال|ل)?)"
_ARABIC_AFTER = "(?:ا|ي|ه|ها|هم|ين|ون|ان|ات|يه|يا|ته|تهم)?"


@cache
def terms(category: str) -> re.Pattern[str]:
    """The terms of a category, in all languages, as one pattern over folded text."""
    listed = _book()[category]
    latin = "|".join(
        fold(term).replace(_GAP, f" {_BETWEEN}")
        for language in Language
        if language is not Language.ARABIC
        for term in listed.get(language, ())
    )
    arabic = "|".join(_arabic(term) for term in listed.get(Language.ARABIC, ()))
    either = f"(?=[a-z\\d])(?:{latin or _NEVER})"
    # The letter that a word begins with says at once which of the two can stand there.
    or_arabic = f"(?=[\u0620-\u064a]){_ARABIC_BEFORE}(?:{arabic or _NEVER}){_ARABIC_AFTER}"
    return re.compile(rf"\b(?:{either}|{or_arabic})\b")


def _arabic(term: str) -> str:
    """A term in Arabic, each word of it with the particles that are written onto a word; the pattern has the outer."""
    phrases = (part.replace(" ", f"{_ARABIC_AFTER} {_ARABIC_BEFORE}") for part in fold(term).split(_GAP))
    return f"{_ARABIC_AFTER} {_BETWEEN}{_ARABIC_BEFORE}".join(phrases)


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
    """Every category of every file of terms."""
    book: dict[str, dict[str, Any]] = {}
    for file in sorted(files(__package__).iterdir(), key=lambda file: file.name):
        if file.name.startswith("terms") and file.name.endswith(".yaml"):
            book |= yaml.safe_load(file.read_text(encoding="utf-8"))
    return book


def categories() -> dict[str, dict[str, Any]]:
    """Every category of terms: its source, and its terms by language."""
    return {category: dict(listed) for category, listed in _book().items()}


# --- Negation --------------------------------------------------------------------------------------------------

_REACH = 80


@cache
def _negated() -> re.Pattern[str]:
    """A negation at the end of a text, with nothing after it but words that carry it on."""
    listed = yaml.safe_load(files(__package__).joinpath("negation.yaml").read_text(encoding="utf-8"))
    no, on = (
        "|".join(fold(word) for language in Language for word in listed[key][language]) for key in ("words", "carry")
    )
    return re.compile(rf"\b[وف]?(?:{no})(?: (?:{on}))* ?$")


def _is_found(category: str, sentence: str) -> bool:
    return any(
        not _negated().search(sentence[max(0, hit.start() - _REACH) : hit.start()])
        for hit in terms(category).finditer(sentence)
    )


# --- Passages --------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Reading:
    """What was read of the texts of one request, so that many rules do not read it anew."""

    sentences: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    found: dict[tuple[str, str], list[str]] = field(default_factory=dict)


_reading: ContextVar[_Reading | None] = ContextVar("reading", default=None)


@contextmanager
def reading() -> Iterator[None]:
    """Within it, a text is read once, whatever number of rules look into it; nothing of it is kept afterwards."""
    token = _reading.set(_Reading())
    try:
        yield
    finally:
        _reading.reset(token)


def passages(category: str, texts: Iterable[tuple[str, str]]) -> tuple[Evidence, ...]:
    """Every sentence in which a term of the category stands and is not denied: path of the field, and the sentence."""
    read = _reading.get() or _Reading()
    made = []
    for path, text in texts:
        if (category, text) not in read.found:
            if text not in read.sentences:
                read.sentences[text] = [(sentence, fold(sentence)) for sentence in _SENTENCE_END.split(text)]
            read.found[category, text] = [
                _shorten(sentence) for sentence, folded in read.sentences[text] if _is_found(category, folded)
            ]
        made += [Evidence(path=path, passage=sentence) for sentence in read.found[category, text]]
    return tuple(made)


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
