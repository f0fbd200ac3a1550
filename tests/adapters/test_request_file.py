"""Files that people write: read strictly, refused with what is wrong and where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rednotice.adapters.request_file import ENTRIES_LIMIT, FILE_LIMIT, parse_json, parse_yaml, read_bytes, read_file
from rednotice.cli.laptop import EXAMPLES
from rednotice.errors import InvalidInput
from rednotice.model.request import read_request
from tests.builders import TODAY, a_document

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(st.characters(exclude_categories=["C"])),
    lambda values: (
        st.lists(values, max_size=3) | st.dictionaries(st.from_regex(r"[a-z_]{1,9}", fullmatch=True), values)
    ),
    max_leaves=12,
)


def fault_of(raw: bytes, name: str = "request.yaml") -> str:
    """The one fault of a document, as a filer reads it."""
    with pytest.raises(InvalidInput) as refused:
        (parse_json if name.endswith(".json") else parse_yaml)(raw, name)
    (fault,) = refused.value.faults
    return str(fault)


# --- What is read -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("yaml", "value"),
    [
        ("NO", "NO"),  # the country, which YAML 1.1 takes for false
        ("yes", "yes"),
        ("off", "off"),
        ("true", True),
        ("false", False),
        ("True", "True"),
        ("null", None),
        ("~", None),
        ("", None),
        ("2020-06-29", "2020-06-29"),
        ("1971", 1971),
        ("-3", -3),
        ("007", "007"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("1.5", 1.5),
        (".inf", ".inf"),
        ("9" * 18, int("9" * 18)),
        ("9" * 5000, "9" * 5000),
        ('"1971"', "1971"),
        ("'true'", "true"),
        ("|\n  two\n  lines", "two\nlines"),
        (">-\n  two\n  lines", "two lines"),
        ("دونالد ترامپ", "دونالد ترامپ"),
    ],
)
def test_a_plain_word_is_what_the_json_form_would_take_it_for(yaml: str, value: Any) -> None:
    read = parse_yaml(f"field: {yaml}".encode()).content["field"]
    assert (read, type(read)) == (value, type(value))


@settings(max_examples=40)
@given(PLAIN)
def test_json_is_yaml(content: Any) -> None:
    written = json.dumps({"content": content}, ensure_ascii=False).encode()
    assert parse_json(written).content == parse_yaml(written).content == {"content": content}


def test_a_byte_order_mark_is_passed_over() -> None:
    assert parse_yaml(b"\xef\xbb\xbfcolour: red").content == {"colour": "red"}
    assert parse_json(b'\xef\xbb\xbf{"colour": "red"}').content == {"colour": "red"}


def test_the_same_request_in_yaml_and_json_is_one_request(tmp_path: Path) -> None:
    as_json = tmp_path / "murder.json"
    as_json.write_text(json.dumps(read_file(EXAMPLES / "murder.yaml").content), encoding="utf-8")
    requests = [read_request(read_file(path).content, TODAY) for path in (EXAMPLES / "murder.yaml", as_json)]
    assert requests[0] == requests[1]


# --- Lines --------------------------------------------------------------------------------------------------

FAULTY = b"""\
colour: crimson
bureau: PT
reference: SYN-1
facts: {summary: x}
persons:
  - names:
      - {family: Valdesco}
      - {kind: alias}
    born: 1971-02-30
  - nationalities: [PT,
                    QQ]
wrong: 1
"""


def test_a_fault_of_a_field_names_its_line() -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_yaml(FAULTY).located(lambda content: read_request(content, TODAY))
    assert {fault.path: fault.line for fault in refused.value.faults} == {
        "colour": 1,
        "persons[0].names[1]": 8,
        "persons[0].born": 9,
        "persons[1].nationalities[1]": 11,
        "wrong": 12,
    }


def test_a_fault_of_a_field_that_is_missing_names_the_line_of_what_lacks_it() -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_yaml(
            b"# a comment\ncolour: red\nbureau: PT\nreference: x\nfacts:\n  date: 2020\npersons: [{}]\n"
        ).located(lambda content: read_request(content, TODAY))
    (fault,) = refused.value.faults
    assert str(fault) == "facts.summary (line 5): is missing. Add this field."


# --- What is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("yaml", "fault"),
    [
        (
            "a: 1\nb:\n  c: 1\n  c: 2",
            "b.c (line 4): the key 'c' stands twice in one place. Keep one.",
        ),
        (
            "a: &names [x]\nb: *names",
            "b (line 2): uses a reference (*names). Write the value itself.",
        ),
        (
            "a: &x {k: v}\nb:\n  <<: *x",
            "b.<< (line 3): uses a reference (*x). Write the value itself.",
        ),
        (
            "a: !!python/object/apply:os.system [ls]",
            "a (line 1): bears a tag (tag:yaml.org,2002:python/object/apply:os.system). Remove the tag.",
        ),
        ("a: !!str NO", "a (line 1): bears a tag (tag:yaml.org,2002:str). Remove the tag."),
        ("a: !secret x", "a (line 1): bears a tag (!secret). Remove the tag."),
        ("? [a, b]\n: c", "(the whole document) (line 1): has a key that is not a word. Use words as keys."),
        (
            "a: 1\n---\na: 2",
            "(the whole document): request.yaml holds more than one document. Write one request in a file.",
        ),
        ("a: [1,\nb: 2", "(the whole document): request.yaml is not YAML: "),
        ("a:\n\t- b", "(the whole document): request.yaml is not YAML: "),
        ("a: \x07", "(the whole document): request.yaml is not YAML: "),
    ],
)
def test_yaml_that_says_more_than_json_could_is_refused(yaml: str, fault: str) -> None:
    assert fault_of(yaml.encode()).startswith(fault)


def test_a_bomb_of_references_is_refused_at_its_first() -> None:
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"
    assert fault_of(bomb.encode()).startswith("b[0] (line 2): uses a reference")


@pytest.mark.parametrize("deep", [b"[" * 200_000, b'{"a":' * 200_000, b"[\n" * 200_000])
def test_what_is_nested_deeply_is_refused(deep: bytes) -> None:
    assert "is nested too deeply. Use at most 64 levels" in fault_of(deep, "request.json")
    # The scanner of YAML has a limit of its own, within one line.
    assert "nested too deeply. Use at most" in fault_of(deep) or "exceeded maximum nesting depth" in fault_of(deep)


def test_so_many_levels_are_read_and_not_one_more() -> None:
    assert parse_yaml(b"[" * 64 + b"1" + b"]" * 64).content
    assert "is nested too deeply. Use at most 64 levels" in fault_of(b"[" * 65 + b"1" + b"]" * 65)


def test_so_many_values_are_read_and_not_one_more() -> None:
    # The list itself is one of them.
    assert len(parse_yaml(b"[" + b"x," * (ENTRIES_LIMIT - 1) + b"]").content) == ENTRIES_LIMIT - 1
    assert "holds more than 200,000 values. Split it, or send it as JSON." in fault_of(
        b"[" + b"x," * ENTRIES_LIMIT + b"]"
    )


def test_a_flaw_of_yaml_is_named_with_its_place() -> None:
    fault = fault_of(b"a: 1\nb: 2\nc: d: e\n")
    assert fault.endswith("mapping values are not allowed in this context at line 3, column 5. Correct it there.")


@pytest.mark.parametrize(
    ("json_text", "fault"),
    [
        ('{"a": 1, "a": 2}', "a: the key 'a' stands twice in one place. Keep one."),
        ('{"a": NaN}', "(the whole document): NaN is not a number of JSON. Write a number."),
        ('{"a": -Infinity}', "(the whole document): -Infinity is not a number of JSON. Write a number."),
        (
            "colour: red\n",
            "(the whole document): request.json is not JSON: Expecting value at line 1, column 1. Correct it there.",
        ),
        (
            '{"a": 1,\n "b": }',
            "(the whole document): request.json is not JSON: Expecting value at line 2, column 7. Correct it there.",
        ),
        (
            "[" + "1" * 5000 + "]",
            "(the whole document): request.json holds a number that is too long. Write numbers as people do.",
        ),
        ("{'a': 1}", "(the whole document): request.json is not JSON: Expecting property name"),
        ('{"a": 1} {"a": 2}', "(the whole document): request.json is not JSON: Extra data at line 1, column 10"),
    ],
)
def test_what_is_not_json_is_refused_with_its_place(json_text: str, fault: str) -> None:
    assert fault_of(json_text.encode(), "request.json").startswith(fault)


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "is a PDF, not a document in YAML or JSON. Name the request file."),
        (b"PK\x03\x04\x14\x00", "is a ZIP or Office file, not a document in YAML or JSON. Name the request file."),
        (b"\x89PNG\r\n\x1a\n", "is a picture, not a document in YAML or JSON. Name the request file."),
        (b"\xff\xd8\xff\xe0", "is a picture, not a document in YAML or JSON. Name the request file."),
        ("bureau: PT".encode("utf-16"), "is not UTF-8 text (byte 0). Save it as UTF-8."),
        ("place: Cádiz".encode("latin-1"), "is not UTF-8 text (byte 8). Save it as UTF-8."),
        (b"", "is empty. Write the request into it; see examples/."),
        (b"\xef\xbb\xbf \n\t\n", "is empty. Write the request into it; see examples/."),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value[:20],
)
@pytest.mark.parametrize("name", ["request.yaml", "request.json"])
def test_a_file_that_is_not_what_it_says_is_called_what_it_is(raw: bytes, what: str, name: str) -> None:
    assert fault_of(raw, name) == f"(the whole document): {name} {what}"


@pytest.mark.parametrize("name", ["folder", "nowhere.yaml", "file/below"])
def test_a_path_that_holds_no_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    with pytest.raises(InvalidInput) as refused:
        read_file(tmp_path / name)
    assert "cannot be read (" in str(refused.value.faults[0])


def test_a_file_over_the_limit_is_not_even_read(tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    with large.open("wb") as file:
        file.truncate(FILE_LIMIT + 1)  # a sparse file: nothing is on disk
    with pytest.raises(InvalidInput) as refused:
        read_file(large)
    assert "has 32,000,001 bytes, at most 32,000,000 are read. Split it." in str(refused.value.faults[0])
    assert read_bytes(large, FILE_LIMIT + 1) == bytes(FILE_LIMIT + 1)


def test_the_name_of_a_file_decides_how_it_is_read(tmp_path: Path) -> None:
    for suffix in (".yaml", ".yml", ".txt", ""):
        path = tmp_path / f"request{suffix}"
        path.write_text("colour: red")
        assert read_file(path).content == {"colour": "red"}
    for suffix in (".json", ".JSON"):
        path = tmp_path / f"request{suffix}"
        path.write_text("colour: red")
        with pytest.raises(InvalidInput):
            read_file(path)


def test_a_document_of_the_builders_is_read_from_yaml_as_from_memory(tmp_path: Path) -> None:
    document = a_document()
    path = tmp_path / "request.yaml"
    path.write_text(json.dumps(document, indent=2), encoding="utf-8")
    assert read_request(read_file(path).content, TODAY) == read_request(document, TODAY)
