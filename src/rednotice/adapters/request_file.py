"""Documents that people write, in YAML or JSON: read strictly, with the line of every field.

YAML is read as the JSON it could be: plain words are text, so that the country NO is not false and a date is not
turned into something else; keys that stand twice, references and tags of one's own are refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import yaml

from rednotice.errors import Fault, InvalidInput, printable, quote

FILE_LIMIT = 32_000_000
DEPTH_LIMIT = 64
ENTRIES_LIMIT = 200_000
"""Values that a YAML document may hold; to read many takes long, whatever they are."""
T = TypeVar("T")

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+([eE][-+]?[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_SIGNS = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a ZIP or Office file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}


@dataclass(frozen=True, slots=True)
class Document:
    """What a file held, and the line on which each field began (YAML only)."""

    content: Any
    lines: dict[str, int] = field(default_factory=dict)

    def located(self, read: Callable[[Any], T]) -> T:
        """Reads the content, and puts lines to the faults of what cannot be read.

        Raises:
            InvalidInput: as `read` does, with lines.
        """
        try:
            return read(self.content)
        except InvalidInput as error:
            error.faults = tuple(replace(fault, line=self._line(fault.path)) for fault in error.faults)
            raise

    def _line(self, path: str) -> int | None:
        while path and path not in self.lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.lines.get(path)


def read_file(path: Path) -> Document:
    """Reads a request file.

    Raises:
        InvalidInput: if it cannot be read, is too large, or is not what its name says.
    """
    raw = read_bytes(path, FILE_LIMIT)
    if path.suffix.lower() == ".json":
        return parse_json(raw, str(path))
    return parse_yaml(raw, str(path))


def read_bytes(path: Path, limit: int) -> bytes:
    """The bytes of a file.

    Raises:
        InvalidInput: if there is no such file, it cannot be read, or it is larger than the limit.
    """
    try:
        size = path.stat().st_size
        if size > limit:
            raise _not_a_document(f"{path} has {size:,} bytes, at most {limit:,} are read", "Split it")
        return path.read_bytes()
    except OSError as error:
        raise _not_a_document(f"{path} cannot be read ({error.strerror})", "Name a file that is there") from None


def parse_json(raw: bytes, name: str = "the document") -> Document:
    """Reads JSON.

    Raises:
        InvalidInput: if it is not JSON, or a key stands twice in an object.
    """
    text = _text(raw, name)
    try:
        return Document(json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant))
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _not_a_document(f"{name} is not JSON: {error.msg} at {where}", "Correct it there") from None
    except RecursionError:
        raise _not_a_document(f"{name} is nested too deeply", f"Use at most {DEPTH_LIMIT} levels") from None
    except ValueError:  # a number of thousands of digits
        raise _not_a_document(f"{name} holds a number that is too long", "Write numbers as people do") from None


def parse_yaml(raw: bytes, name: str = "the document") -> Document:
    """Reads YAML, of which JSON is a part.

    Raises:
        InvalidInput: if it is not YAML, or uses what is refused here.
    """
    text = _text(raw, name)
    try:
        return _Builder(name).build(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise _not_a_document(f"{name} is not YAML: {problem}{where}", "Correct it there") from None


def _text(raw: bytes, name: str) -> str:
    for sign, what in _SIGNS.items():
        if raw.startswith(sign):
            raise _not_a_document(f"{name} is {what}, not a document in YAML or JSON", "Name the request file")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_a_document(f"{name} is not UTF-8 text (byte {error.start})", "Save it as UTF-8") from None
    if not text.strip():
        raise _not_a_document(f"{name} is empty", "Write the request into it; see examples/")
    return text


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise InvalidInput.at(
                printable(key[:80]), f"the key {quote(key)} stands twice in one place", "Keep one", "document"
            )
        made[key] = value
    return made


def _no_constant(word: str) -> Any:
    raise InvalidInput.at("", f"{word} is not a number of JSON", "Write a number", "document")


def _not_a_document(problem: str, mend: str) -> InvalidInput:
    return InvalidInput.at("", problem, mend, "document")


class _Builder:
    """Builds plain data from the events of a YAML parser, and keeps the line of every path."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lines: dict[str, int] = {}
        self._events: Any = None
        self._entries = 0

    def build(self, text: str) -> Document:
        self._events = yaml.parse(text, Loader=_LOADER)
        content: Any = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _not_a_document(f"{self._name} holds more than one document", "Write one request in a file")
                content = self._value(next(self._events), "", 0)
        return Document(content, self._lines)

    def _value(self, event: Any, path: str, depth: int) -> Any:
        self._lines.setdefault(path, _line_of(event))
        self._entries += 1
        if self._entries > ENTRIES_LIMIT:
            raise self._refuse("", event, f"holds more than {ENTRIES_LIMIT:,} values", "Split it, or send it as JSON")
        if depth > DEPTH_LIMIT:
            raise self._refuse(path, event, "is nested too deeply", f"Use at most {DEPTH_LIMIT} levels")
        if isinstance(event, yaml.AliasEvent):
            raise self._refuse(path, event, f"uses a reference (*{event.anchor})", "Write the value itself")
        tag = getattr(event, "tag", None)
        if tag and tag != "!":
            raise self._refuse(path, event, f"bears a tag ({tag})", "Remove the tag")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path, depth)
        return _scalar(event)

    def _sequence(self, path: str, depth: int) -> list[Any]:
        values: list[Any] = []
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            values.append(self._value(event, f"{path}[{len(values)}]", depth + 1))
        return values

    def _mapping(self, path: str, depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            if not isinstance(event, yaml.ScalarEvent):
                raise self._refuse(path, event, "has a key that is not a word", "Use words as keys")
            below = f"{path}.{event.value[:80]}" if path else event.value[:80]
            if event.value in values:
                raise self._refuse(below, event, f"the key {quote(event.value)} stands twice in one place", "Keep one")
            self._lines[below] = _line_of(event)
            values[event.value] = self._value(next(self._events), below, depth + 1)
        return values

    @staticmethod
    def _refuse(path: str, event: Any, problem: str, mend: str) -> InvalidInput:
        return InvalidInput([Fault(path, problem, mend, _line_of(event))], "document")


def _line_of(event: Any) -> int:
    line: int = event.start_mark.line + 1
    return line


def _scalar(event: Any) -> Any:
    text: str = event.value
    if event.style:  # quoted, or a block: text as it stands
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text
