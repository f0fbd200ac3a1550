"""Tables as people have them: every format says the same, and what is no table says what is wrong with it."""

from __future__ import annotations

import codecs
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rednotice.adapters.tables import BATCH, Format, Kind, format_of, identify, read, require_writable, written
from rednotice.cli.laptop import EXAMPLES
from rednotice.errors import InvalidInput
from rednotice.match import REPORTED_FROM, build
from rednotice.match.index import Index
from rednotice.match.rows import UNREADABLE, persons, questions
from rednotice.match.screen import HIT, screen
from rednotice.model.check import Listed
from tests.builders import TODAY

ROWS: list[dict[str, Any]] = [
    {"query_id": "q1", "name": "Petra Volgard", "birth_date": "1984-02-17", "nationality": "AT", "sex": "F"},
    {"query_id": "q2", "name": "سمير النموذجي", "birth_date": None, "nationality": "Yemen", "sex": None},
    {"query_id": "q3", "name": 'Ann "Nan" O’Neil, junior', "birth_date": "1990", "nationality": None, "sex": "F"},
    {"query_id": "q3", "name": None, "birth_date": "1990", "nationality": None, "sex": "F"},
]
PEOPLE = [
    Listed(id="P1", names=("Petra Volgard",), born=("1984-02-17",)),
    Listed(id="P2", names=("Samir Numudhaji", "سمير النموذجي"), nationalities=("YE",)),
    Listed(id="P3", names=("Ann O'Neil",), born=("1990",)),
]


def as_csv(separator: str = ",", start: str = "", end: str = "\n") -> bytes:
    def cell(value: object) -> str:
        text = "" if value is None else str(value)
        return '"' + text.replace('"', '""') + '"' if separator in text or '"' in text else text

    lines = [[*ROWS[0]], *([*row.values()] for row in ROWS)]
    return (start + "".join(separator.join(map(cell, line)) + end for line in lines)).encode()


def as_ftm() -> bytes:
    keys = {"name": "name", "birth_date": "birthDate", "nationality": "nationality", "sex": "gender"}
    sexes = {"F": "female", "M": "male"}
    lines = []
    for row in ROWS:
        held = {keys[key]: [sexes.get(value, value)] for key, value in row.items() if key in keys and value}
        lines.append({"id": row["query_id"], "schema": "Person", "properties": held})
    lines.insert(2, {"id": "c", "schema": "Company", "properties": {"name": ["Synthetic Shipping"]}})
    return "\n".join(json.dumps(line) for line in lines).encode()


def as_parquet(path: Path, **how: Any) -> bytes:
    pq.write_table(pa.Table.from_pylist(ROWS), path, **how)
    return path.read_bytes()


def table(tmp_path: Path, name: str) -> bytes:
    jsonl = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS)
    return {
        "commas.csv": lambda: as_csv(),
        "bom.csv": lambda: as_csv(start="\ufeff"),
        "semicolons.csv": lambda: as_csv(";"),
        "semicolons and bom.csv": lambda: as_csv(";", "\ufeff", "\r\n"),
        "tabs.csv": lambda: as_csv("\t"),
        "tabs.tsv": lambda: as_csv("\t"),
        "bars.csv": lambda: as_csv("|", end="\r\n"),
        "no end.csv": lambda: as_csv().rstrip(b"\n"),
        "heading in capitals.csv": lambda: as_csv().replace(b"query_id", b"Query ID").replace(b"name", b"NAME"),
        "UTF-16.csv": lambda: as_csv(end="\r\n").decode().encode("utf-16"),
        "UTF-16 of the other order.csv": lambda: codecs.BOM_UTF16_BE + as_csv().decode().encode("utf-16-be"),
        "UTF-16.jsonl": lambda: jsonl.encode().decode().encode("utf-16"),
        "UTF-16.ftm.json": lambda: as_ftm().decode().encode("utf-16"),
        "lines.jsonl": lambda: jsonl.encode(),
        "escaped.ndjson": lambda: "\n\n".join(json.dumps(row) for row in ROWS).encode(),
        "bom.json": lambda: ("\ufeff" + jsonl).encode(),
        "whole.parquet": lambda: as_parquet(tmp_path / "x"),
        "groups of one.parquet": lambda: as_parquet(tmp_path / "x", row_group_size=1),
        "dictionaries.parquet": lambda: as_parquet(tmp_path / "x", use_dictionary=True, compression="zstd"),
        "entities.ftm.json": as_ftm,
        "entities.json": as_ftm,
    }[name]()


TABLES = """UTF-16.csv/UTF-16 of the other order.csv/UTF-16.jsonl/UTF-16.ftm.json
commas.csv/bom.csv/semicolons.csv/semicolons and bom.csv/tabs.csv/tabs.tsv/bars.csv/no end.csv
heading in capitals.csv/lines.jsonl/escaped.ndjson/bom.json/whole.parquet/groups of one.parquet/dictionaries.parquet
entities.ftm.json/entities.json""".replace("\n", "/").split("/")


@pytest.fixture(scope="module")
def index() -> Index:
    return build(PEOPLE)


@pytest.mark.parametrize("name", TABLES)
def test_every_format_gives_the_same_hits_for_the_same_rows(name: str, index: Index, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(table(tmp_path, name))
    identify(path)
    (piece,) = read(path, Kind.QUERIES)
    expected = screen(pa.RecordBatch.from_pylist(ROWS), index, threshold=REPORTED_FROM, today=TODAY)
    done = screen(piece.batch, index, threshold=REPORTED_FROM, today=TODAY)
    assert done.hits == expected.hits
    assert done.hits.column("query_id").to_pylist() == ["q1", "q2", "q3"]
    assert done.notes == expected.notes


def put(tmp_path: Path, name: str, raw: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(raw)
    return path


def said_of(path: Path, kind: Kind = Kind.QUERIES) -> str:
    with pytest.raises(InvalidInput) as refused:
        for _ in read(path, kind):
            pass
    (fault,) = refused.value.faults
    return str(fault).replace(str(path), "FILE")


# --- What is no table ---------------------------------------------------------------------------------------

MISSING = "the table needs the column query_id, and name or document; it has "
NO_TABLES = {
    "an empty one.csv": (b"", "FILE is empty. Write rows into it."),
    "an empty one.jsonl": (b"", "FILE is empty. Write rows into it."),
    "only blank lines.jsonl": (b"\n\n", "FILE is empty. Write rows into it."),
    "an empty one.parquet": (b"", "FILE is not a whole Parquet file ("),
    "other columns.csv": (b"Name;Birthday\nA;1\n", MISSING + "'name', 'birthday'."),
    "a column missing.csv": (b"query_id,given,family\n1,A,B\n", MISSING + "'query_id', 'given', 'family'."),
    "no heading.csv": (b"1,Petra Volgard,1984\n", MISSING + "'1', 'petra_volgard', '1984'."),
    "a column missing.jsonl": (b'{"name": "A"}\n', MISSING + "'name'."),
    "a column twice.csv": (b"query_id,name,name\n1,A,B\n", "the heading names the column 'name' twice."),
    "a list.json": (b'[{"query_id": 1}]', "FILE is not JSON Lines: line 1 is not an object of JSON. Write one JSON"),
    "CSV.jsonl": (b"query_id,name\n", "FILE is not JSON Lines: line 1 is not JSON (Expecting value"),
    "a web page.csv": (b"<!DOCTYPE html><html></html>", MISSING),
    "a PDF.csv": (b"%PDF-1.7\n", "FILE is a PDF, not UTF-8 text."),
    "a spreadsheet.csv": (b"PK\x03\x04zz", "FILE is a ZIP or Excel file, not UTF-8 text."),
    "half of UTF-16.csv": (
        "query_id,name\n1,A".encode("utf-16")[:-1],
        "FILE begins as UTF-16 text, and is none throughout. It may have been cut off",
    ),
    "JSON Lines.csv": (
        b'{"query_id": 1, "name": "A"}\n',
        "FILE is JSON Lines, not CSV. Say so with --queries-format jsonl",
    ),
    "Latin 1.csv": (
        "query_id,name\n1,Müller\n".encode("latin-1"),
        "FILE is not UTF-8 text: line 2 has the byte 0xFC (byte 18 of the file). Save it as UTF-8",
    ),
    "Latin 1.jsonl": (
        b'{"query_id":1,"name":"M\xfcller"}\n',
        "FILE is not UTF-8 text: line 1 has the byte 0xFC (byte 24 of the file)",
    ),
    "a cell without end.csv": (b'query_id,name\n1,"' + b"x" * 200_000, "FILE cannot be read at line 2 (field larger"),
    "a line without end.csv": (b"query_id,name" + b"," * 4_000_000, "FILE has a line of more than 4,000,000 bytes"),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "says"), NO_TABLES.values(), ids=NO_TABLES)
def test_what_is_no_table_is_refused_and_says_what_is_wrong(
    raw: bytes, says: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    path = put(tmp_path, request.node.callspec.id, raw)
    assert said_of(path).startswith("(the whole document): " + says)


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.99])
def test_a_parquet_file_that_was_cut_is_refused(kept: float, tmp_path: Path) -> None:
    raw = as_parquet(tmp_path / "whole.parquet")
    path = put(tmp_path, "cut.parquet", raw[: int(len(raw) * kept)])
    said = said_of(path)
    assert said.startswith("(the whole document): FILE is not a whole Parquet file (")
    assert said.endswith("It may have been cut off on its way; copy it anew.")


def test_a_parquet_file_that_is_damaged_inside_is_refused(tmp_path: Path) -> None:
    raw = bytearray(as_parquet(tmp_path / "whole.parquet"))
    raw[4:200] = b"\xff" * 196
    assert "is not a whole Parquet file (" in said_of(put(tmp_path, "damaged.parquet", bytes(raw)))


@pytest.mark.parametrize("at", [0, 5, (1 << 20) - 1, 1 << 20, (1 << 20) + 7])
def test_bytes_that_are_not_utf8_are_found_at_the_first_look(at: int, tmp_path: Path) -> None:
    raw = bytearray(b"query_id,name\n" + b"1,Petra\n" * 140_000)
    raw[at] = 0xE9
    with pytest.raises(InvalidInput) as refused:
        identify(put(tmp_path, "list.csv", bytes(raw)))
    line = raw[:at].count(b"\n") + 1
    assert f"line {line} has the byte 0xE9 (byte {at + 1:,} of the file)" in str(refused.value.faults[0])


def test_a_character_cut_at_the_end_is_found(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="fault"):
        identify(put(tmp_path, "list.csv", "query_id,name\n1,Я".encode()[:-1]))


def test_a_file_is_known_by_its_bytes(tmp_path: Path) -> None:
    one, other = put(tmp_path, "a.csv", as_csv()), put(tmp_path, "b.csv", as_csv(";"))
    assert identify(one) != identify(other)
    other.write_bytes(as_csv())
    assert identify(one) == identify(other)


@pytest.mark.parametrize("name", ["list", "list.xlsx", "list.csv.gz"])
def test_a_name_that_says_no_format_needs_one_to_be_named(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        format_of(Path(name))
    assert "does not say a format" in str(refused.value.faults[0])
    assert format_of(Path(name), Format.CSV) is Format.CSV


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    assert "cannot be read (No such file or directory)" in said_of(tmp_path / "none.csv")


# --- Rows that stand out ------------------------------------------------------------------------------------


def faults_in(path: Path, kind: Kind = Kind.QUERIES) -> list[str | None]:
    return [one for piece in read(path, kind) for one in piece.batch.column(UNREADABLE).to_pylist()]


def test_a_row_with_too_many_cells_or_one_that_swallows_the_next_is_left_out(tmp_path: Path) -> None:
    raw = b'query_id,name,sex\n1,Volgard, Petra,F\n\n3,Petra,F\n4,"Petra\n5,Petra,F\n'
    assert faults_in(put(tmp_path, "list.csv", raw)) == [
        "it has 4 cells where the heading has 3 (line 2); quote what contains a separator",
        None,
        "it has 2 cells where the heading has 3 (line 6); quote what contains a separator",
    ]


def test_cells_that_are_missing_at_the_end_of_a_row_are_empty(tmp_path: Path) -> None:
    (piece,) = read(put(tmp_path, "list.csv", b"query_id,name,sex,document\n1,Petra\n2,Petra,F\n3\n"), Kind.QUERIES)
    asked = [*questions(piece.batch, TODAY)]
    assert [[(one.name, one.sex) for one in question.queries] for question in asked] == [
        [("Petra", None)],
        [("Petra", "F")],
        [],
    ]
    assert asked[2].notes[0].says == "it has neither a name nor a document"


def test_a_comma_in_a_cell_is_part_of_the_name(tmp_path: Path) -> None:
    (piece,) = read(put(tmp_path, "list.csv", b'id,names\n1,"Volgard, Petra"\n'), Kind.PERSONS)
    assert persons(piece.batch)[0][0].names == ("Volgard, Petra",)


@pytest.mark.parametrize(
    "column",
    [
        pa.array([{"x": "A"}]),
        pa.array([[{"x": "A"}]]),
        pa.array([[("A", "B")]], pa.map_(pa.string(), pa.string())),
    ],
)
def test_a_name_in_parquet_that_is_no_text_is_refused(column: pa.Array, tmp_path: Path) -> None:
    pq.write_table(pa.table({"query_id": ["1"], "name": column}), tmp_path / "a.parquet")
    assert "the column name is " in said_of(tmp_path / "a.parquet")
    assert "not text or a list of texts" in said_of(tmp_path / "a.parquet")


def test_a_line_that_is_not_json_is_left_out(tmp_path: Path) -> None:
    raw = b'{"query_id": 1, "name": "A"}\n{"query_id": 2, "na\n[]\n{"query_id": "x", "name": {"a": 1}}\n'
    cut, a_list, ill_fitting = faults_in(put(tmp_path, "list.jsonl", raw))[1:]
    assert cut is not None
    assert cut.startswith("line 2 is not JSON (Unterminated string")
    assert a_list == "line 3 is not an object of JSON"
    assert ill_fitting == "its query_id is 'x', not a number, as in the first row"


def test_half_of_a_surrogate_pair_does_not_stop_a_run(tmp_path: Path) -> None:
    path = put(tmp_path, "list.jsonl", b'{"query_id": 1, "name": "A\\ud800"}\n')
    (piece,) = read(path, Kind.QUERIES)
    (question,) = questions(piece.batch, TODAY)
    assert question.queries[0].name == "A\\ud800"


def test_a_cell_may_have_several_values(tmp_path: Path) -> None:
    raw = b'id,names,nationality\n1,A B; C D|E,"FR;DE"\n2,"[""X; Y"", ""Z""]",\n'
    (piece,) = read(put(tmp_path, "list.csv", raw), Kind.PERSONS)
    taken, _ = persons(piece.batch)
    assert [one.names for one in taken] == [("A B", "C D", "E"), ("X; Y", "Z")]
    assert taken[0].nationalities == ("FR", "DE")


def test_entities_give_persons_with_their_aliases_dates_and_documents(tmp_path: Path) -> None:
    entity = {
        "id": "Q1", "schema": "Person", "datasets": ["syn"],
        "properties": {
            "name": ["Petra Volgard"], "alias": ["P. Volgard"], "weakAlias": ["Peti"], "birthDate": ["1984-02-17"],
            "country": ["at"], "gender": ["female"], "passportNumber": ["SYN1"], "idNumber": ["SYN2"],
        },
    }  # fmt: skip
    (piece,) = read(put(tmp_path, "a.ftm.json", json.dumps(entity).encode()), Kind.PERSONS)
    assert persons(piece.batch) == (
        [
            Listed(
                id="Q1",
                names=("Petra Volgard", "P. Volgard", "Peti"),
                born=("1984-02-17",),
                sex="F",
                nationalities=("AT",),
                documents=("SYN1", "SYN2"),
            )
        ],
        [],
    )


def ftm(tmp_path: Path, *documents: tuple[str, str, dict[str, list[Any]]]) -> list[Listed]:
    """The persons of a file of entities, each given as its id, schema and properties."""
    lines = [json.dumps({"id": key, "schema": schema, "properties": held}) for key, schema, held in documents]
    (piece,) = read(put(tmp_path, "a.ftm.json", "\n".join(lines).encode()), Kind.PERSONS)
    return persons(piece.batch)[0]


@pytest.mark.parametrize(
    ("properties", "names"),
    [
        ({"firstName": ["Petra"], "lastName": ["Volgard"]}, ("Petra Volgard",)),
        ({"lastName": ["Volgard"]}, ("Volgard",)),
        (
            {"firstName": ["Petra", "Петра"], "middleName": ["Ida", "Ида"], "lastName": ["Volgard", "Вольгард"]},
            ("Petra Ida Volgard", "Петра Ида Вольгард"),
        ),
        (
            {"firstName": ["Petra"], "secondName": ["Ida"], "lastName": ["Volgard", "Beispiel"], "alias": ["Peti"]},
            ("Petra Ida Volgard", "Petra Ida Beispiel", "Peti"),
        ),
        ({"name": ["Petra Volgard"], "firstName": ["P."], "lastName": ["Volgard"]}, ("Petra Volgard",)),
    ],
)
def test_the_name_of_an_entity_is_put_together_of_its_parts_where_none_is_whole(
    properties: dict[str, list[Any]], names: tuple[str, ...], tmp_path: Path
) -> None:
    (found,) = ftm(tmp_path, ("1", "Person", properties))
    assert found.names == names


def test_passports_of_their_own_place_and_parents_go_with_the_person(tmp_path: Path) -> None:
    (found, other) = ftm(
        tmp_path,
        ("p1", "Passport", {"holder": ["1"], "number": ["SYN1"]}),
        ("1", "Person", {
            "name": ["Petra Volgard"], "birthPlace": ["Graz"], "birthCountry": ["at"], "fatherName": ["Olof"],
            "motherName": ["Ida"], "idNumber": ["SYN3"],
        }),
        ("2", "Person", {"name": ["Mira"], "identification": [
            {"schema": "Identification", "properties": {"number": ["SYN4"]}},
        ]}),
        ("p2", "Identification", {"holder": ["1", "9"], "number": ["SYN2", "SYN1"]}),
        ("c", "Company", {"name": ["Synthetic Shipping"]}),
    )  # fmt: skip
    assert found.documents == ("SYN3", "SYN1", "SYN2")
    assert (found.birthplace, found.father, found.mother) == ("Graz, at", "Olof", "Ida")
    assert other.documents == ("SYN4",)


@pytest.mark.parametrize("name", ["list.csv", "list.jsonl", "list.parquet"])
def test_a_long_table_comes_in_batches_that_say_where_they_stand(name: str, tmp_path: Path) -> None:
    count = 2 * BATCH + 17
    rows = [{"query_id": n, "name": f"Name {n}"} for n in range(count)]
    path = tmp_path / name
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=300)
    elif path.suffix == ".csv":
        path.write_text("query_id,name\n" + "".join(f"{n},Name {n}\n" for n in range(count)))
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    pieces = [*read(path, Kind.QUERIES)]
    assert [(piece.first_row, piece.batch.num_rows) for piece in pieces] == [(1, BATCH), (BATCH + 1, BATCH), (2001, 17)]
    assert pieces[-1].done == 1.0
    assert len({piece.batch.schema for piece in pieces}) == 1


@pytest.mark.parametrize("name", ["list.csv", "list.parquet"])
def test_a_table_of_no_rows_is_one_empty_batch(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if path.suffix == ".csv":
        path.write_text("query_id,name\n")
    else:
        pq.write_table(pa.table({"query_id": pa.array([], pa.int64()), "name": pa.array([], pa.string())}), path)
    (piece,) = read(path, Kind.QUERIES)
    assert piece.batch.num_rows == 0


def test_the_examples_are_tables() -> None:
    (queries,) = read(EXAMPLES / "screening" / "queries.csv", Kind.QUERIES)
    (people,) = read(EXAMPLES / "screening" / "persons.jsonl", Kind.PERSONS)
    done = screen(queries.batch, build(persons(people.batch)[0]), threshold=REPORTED_FROM, today=TODAY)
    assert done.hits.column("id").to_pylist() == ["SYN-3", "SYN-1", "SYN-4", "SYN-1", "SYN-2"]
    assert [note.row for note in done.notes] == [7]


# --- Writing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["h.csv", "h.jsonl", "h.parquet"])
def test_hits_are_written_whatever_the_number_of_batches(name: str, tmp_path: Path) -> None:
    form = format_of(Path(name))
    row = {"query_id": "1", "rank": 1, "id": "=a,b", "score": 0.991, "explanation": 'سمير: "same"; x'}
    batch = pa.RecordBatch.from_pylist([row], schema=HIT)
    for count, path in ((0, tmp_path / f"0{name}"), (3, tmp_path / name)):
        with written(path, form, HIT) as write:
            for _ in range(count):
                write(batch)
    if form is Format.PARQUET:
        assert pq.read_table(tmp_path / name).to_pylist() == [row] * 3
        assert pq.read_table(tmp_path / f"0{name}").schema == HIT
    elif form is Format.JSONL:
        assert [json.loads(line) for line in (tmp_path / name).read_text().splitlines()] == [row] * 3
    else:
        first = '1,1,"=a,b",0.991,"سمير: ""same""; x"\n'
        assert (tmp_path / name).read_text() == "query_id,rank,id,score,explanation\n" + first * 3


@pytest.mark.parametrize("name", ["hits.ftm.json", "none/hits.csv", "hits", "-"])
def test_where_hits_cannot_go_is_said_before_the_work(name: str, tmp_path: Path) -> None:
    path = Path(name) if name == "-" else tmp_path / name
    with pytest.raises(InvalidInput):
        require_writable(path, Format.PARQUET if name == "-" else None)
