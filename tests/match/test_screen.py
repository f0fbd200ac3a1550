"""A batch of queries against an index: hits in order, and a word on every row that could not be asked."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest

from rednotice.errors import InvalidInput
from rednotice.match import REPORTED_FROM, build
from rednotice.match.index import Index
from rednotice.match.rows import NAMES_LIMIT, persons, questions, together
from rednotice.match.screen import HIT, QUERY, Screened, screen
from rednotice.model.check import Listed, Query
from rednotice.model.person import Sex
from tests.builders import TODAY

PEOPLE = [
    Listed(id="P1", names=("Petra Volgard", "Петра Вольгард"), born=("1984-02-17",), documents=("SYN 0000417",)),
    Listed(id="P2", names=("Samir Numudhaji",), born=("1979",), nationalities=("YE",), sex=Sex.MALE),
    Listed(id="P3", names=("Petra Volgard",), born=("1960",)),
]


@pytest.fixture(scope="module")
def index() -> Index:
    return build(PEOPLE)


def a_batch(*rows: dict[str, Any], schema: pa.Schema | None = None) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([*rows], schema=schema) if schema else pa.RecordBatch.from_pylist([*rows])


def asked(index: Index, *rows: dict[str, Any], threshold: float = REPORTED_FROM, **how: Any) -> Screened:
    return screen(a_batch(*rows), index, threshold=threshold, today=TODAY, **how)


def note_on(**row: Any) -> str:
    (question,) = questions(a_batch({"query_id": "1", "name": "A B", **row}), TODAY)
    (note,) = question.notes
    return ("left out: " if note.left_out else "") + note.says


def test_hits_come_by_query_and_rank_with_their_explanation(index: Index) -> None:
    done = asked(index, {"query_id": "b", "name": "Petra Volgard"}, {"query_id": "a", "name": "Samir Numudhaji"})
    assert done.hits.schema == HIT
    assert done.hits.column("query_id").to_pylist() == ["b", "b", "a"]
    assert done.hits.column("rank").to_pylist() == [1, 2, 1]
    assert done.hits.column("id").to_pylist() == ["P1", "P3", "P2"]
    assert done.hits.column("explanation").to_pylist()[0] == "Petra: same; Volgard: same"
    assert (done.rows, done.notes) == (2, ())


def test_a_hit_is_what_a_check_answers(index: Index) -> None:
    answer = index.check(Query(name="Petra Volgart", born="1984"))
    done = asked(index, {"query_id": 1, "name": "Petra Volgart", "birth_year": 1984})
    assert done.hits.column("score").to_pylist() == [match.score for match in answer.matches]
    assert done.hits.column("explanation").to_pylist() == [match.in_words for match in answer.matches]


def test_the_best_are_given_however_low_they_score(index: Index) -> None:
    rows = a_batch({"query_id": 1, "name": "Petra Unbekannt Somebody"})
    (score,) = screen(rows, index, 1, today=TODAY).hits.column("score").to_pylist()
    assert 0 < score < REPORTED_FROM


def test_no_more_hits_than_wanted_and_none_below_the_threshold(index: Index) -> None:
    row = {"query_id": 1, "name": "Petra Volgard", "birth_date": "1984-02-17"}
    assert asked(index, row, top=1).hits.column("id").to_pylist() == ["P1"]
    assert asked(index, row, threshold=0.99).hits.column("id").to_pylist() == ["P1"]


@pytest.mark.parametrize("kind", [pa.int64(), pa.int32(), pa.string(), pa.dictionary(pa.int8(), pa.string())])
def test_query_id_keeps_its_type(index: Index, kind: pa.DataType) -> None:
    key = pa.array([7 if pa.types.is_integer(kind) else "7"])
    batch = pa.record_batch({"query_id": key.cast(kind), "name": pa.array(["Petra Volgard"])})
    found = screen(batch, index, 1, today=TODAY).hits.column("query_id")
    assert found.type == (pa.string() if pa.types.is_dictionary(kind) else kind)
    assert found.to_pylist() == key.to_pylist()


def test_an_empty_batch_has_no_hits(index: Index) -> None:
    done = screen(a_batch(schema=QUERY), index, today=TODAY)
    assert (done.hits.num_rows, done.hits.schema, done.rows) == (0, HIT, 0)


def test_a_query_of_several_names_finds_each_person_once_by_the_best(index: Index) -> None:
    row = {"query_id": 1, "name": ["Somebody Else", "Samir Numudhaji", "Samir Numudhadji"], "document": ["SYN0000417"]}
    done = asked(index, row)
    assert done.hits.column("id").to_pylist() == ["P1", "P2"]
    her, him = done.hits.column("explanation").to_pylist()
    assert her.startswith("the document number is the listed one, but the name is another's: ask whose document it is")
    assert him.startswith("Samir: same; Numudhaji: same")


@pytest.mark.parametrize("nothing", ["N/A", "unknown", "-", "None"])
def test_what_stands_for_no_document_is_none(nothing: str) -> None:
    taken, _ = persons(a_batch({"id": 1, "names": "A B", "document": [nothing, "SYN1"]}))
    assert taken[0].documents == ("SYN1",)
    (question,) = questions(a_batch({"query_id": 1, "name": "C D", "document": nothing}), TODAY)
    assert [query.document for query in question.queries] == [None]


def test_place_and_parents_are_weighed_too() -> None:
    rows = [
        {"id": place, "names": "Petra Volgard", "birthplace": place, "father": "Olof", "mother": ["Ida", "Ita"]}
        for place in ("Graz, Austria", "Kiruna, Sweden")
    ]
    (question,) = questions(a_batch({"query_id": 1, "name": "Petra Volgard", "birthplace": "Graz"}), TODAY)
    matches = build(persons(a_batch(*rows))[0]).check(question.queries[0]).matches
    assert [match.id for match in matches] == ["Graz, Austria", "Kiruna, Sweden"]
    assert matches[0].in_words.endswith("the same place or country of birth")


def test_a_document_alone_can_be_asked(index: Index) -> None:
    assert asked(index, {"query_id": 1, "document": "syn-0000417"}).hits.column("id").to_pylist() == ["P1"]


LEFT_OUT = {
    "no name": ({"name": None}, "it has neither a name nor a document"),
    "a blank name": ({"name": "  "}, "it has neither a name nor a document"),
    "no query_id": ({"query_id": None}, "it has no query_id, so that no hit could name it"),
    "a name without end": ({"name": "a" * 201}, "name has 201 characters, at most 200 are taken"),
    "a control character": (
        {"name": "A\x07B"},
        "name has a control character (U+0007) at position 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("row", "why"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_a_row_that_cannot_be_asked_is_left_out_and_says_why(row: dict[str, Any], why: str) -> None:
    assert note_on(**row) == f"left out: {why}"


REMARKS = {
    "no country": ({"nationality": "Atlantis"}, "the nationality 'Atlantis' is not a country of today and not weighed"),
    "two countries of one name": (
        {"nationality": "Korea"},
        "it may be of several nationalities (KP, KR); none is weighed",
    ),
    "several": ({"nationality": ["FR", "Germany"]}, "it may be of several nationalities (FR, DE); none is weighed"),
    "a sex": ({"sex": "perhaps"}, "the sex 'perhaps' is not understood and not weighed; write M, F or U"),
    "a date that is none": (
        {"birth_date": "1971-02-30"},
        "the date of birth '1971-02-30' is not understood and not weighed; "
        "write 1971-03-05, 1971-03 or 1971, as far as it is known",
    ),
    "a year of two digits": (
        {"birth_date": "72"},
        "the date of birth '72' is not understood and not weighed; "
        "write 1971-03-05, 1971-03 or 1971, as far as it is known",
    ),
    "a birth to come": (
        {"birth_date": "2026-11-25"},
        "the date of birth '2026-11-25' is in the future (today is 2026-11-24); it is not weighed",
    ),
    "a year to come": (
        {"birth_year": 2027},
        "the date of birth '2027' is in the future (today is 2026-11-24); it is not weighed",
    ),
    "a Persian and Hijri year to come": (
        {"birth_year": 1455},
        "the date of birth '1455' is in the future by the Hijri and the Persian calendar (today is 2026-11-24); "
        "it is not weighed",
    ),
    "a birth long ago": (
        {"birth_date": "1866-10-14"},
        "the date of birth '1866-10-14' is 160 years ago; nobody has lived so long; it is not weighed",
    ),
    "births": ({"birth_date": ["1970", "1980"]}, "it has dates of birth in several years; none is weighed"),
    "names": (
        {"name": [f"Name {n}" for n in range(60)]},
        f"it has 60 names or documents; the first {NAMES_LIMIT} are asked",
    ),
}


@pytest.mark.parametrize(("row", "says"), REMARKS.values(), ids=REMARKS)
def test_what_is_not_understood_is_remarked_upon_and_the_rest_is_asked(row: dict[str, Any], says: str) -> None:
    assert note_on(**row) == says


@pytest.mark.parametrize(
    ("row", "born"),
    [
        ({"birth_date": date(1984, 2, 17)}, "1984-02-17"),
        ({"birth_date": datetime(1984, 2, 17)}, "1984-02-17"),
        ({"birth_date": "1984-02-17T00:00:00Z"}, "1984-02-17"),
        ({"birth_date": "1984-02", "birth_year": 1990}, "1984-02"),
        ({"birth_year": 1984.0}, "1984"),
        ({"birth_year": float("nan")}, None),
        ({"birth_year": "1984"}, "1984"),
        ({"birth_date": ["1984-02-17", "1984-03-01"]}, "1984"),
        ({"birth_date": "17/02/1984"}, "1984-02-17"),
        ({"birth_date": "1362-11-28"}, "1362-11-28"),
        ({"birth_year": 1362}, "1362"),
        ({"birth_date": "unknown"}, None),
    ],
)
def test_a_date_is_read_as_tables_write_it(row: dict[str, Any], born: str | None) -> None:
    (question,) = questions(a_batch({"query_id": 1, "name": "A B", **row}), TODAY)
    assert [query.born for query in question.queries] == [born]
    assert question.notes == ()


def test_a_row_whose_date_cannot_be_read_is_asked_by_its_name(index: Index) -> None:
    done = asked(index, {"query_id": 1, "name": "Petra Volgard", "birth_date": "spring of 1984"})
    assert done.hits.column("id").to_pylist() == ["P1", "P3"]
    assert [note.left_out for note in done.notes] == [False]


def test_of_a_listed_date_that_may_be_read_two_ways_both_are_listed() -> None:
    rows = [
        {"id": 1, "names": "A B", "birth_date": ["02/03/1972", "1350-07-12"]},
        {"id": 2, "names": "A B", "birth_date": ["1066-10-14", "1700", "1347-12-30"]},
    ]
    taken, notes = persons(a_batch(*rows))
    assert [one.born for one in taken] == [("1972-03-02", "1972-02-03", "1350-07-12"), ()]
    assert [note.says.partition("14' is not under")[0][:70] for note in notes] == [
        "the date of birth '1066-10-",
        "the date of birth '1700' lies before 1800; it is not weighed",
        "the date of birth '1347-12-30' is in neither the Hijri nor the Persian",
    ]


@pytest.mark.parametrize(
    ("said", "code"), [("France", "FR"), ("fr", "FR"), ("FRA", "FR"), ("Türkiye", "TR"), ("East Timor", "TL")]
)
def test_a_nationality_is_a_code_or_a_name(said: str, code: str) -> None:
    (question,) = questions(a_batch({"query_id": 1, "name": "A B", "nationality": said}), TODAY)
    assert question.queries[0].nationality == code


def test_a_table_without_the_columns_says_which_it_needs_and_has(index: Index) -> None:
    with pytest.raises(InvalidInput) as refused:
        asked(index, {"ID": 1, "Full name": "A"})
    (fault,) = refused.value.faults
    assert fault.problem == "the table needs the column query_id, and name or document; it has 'ID', 'Full name'"


def test_persons_keep_what_could_be_read_of_them() -> None:
    rows: list[dict[str, Any]] = [
        {"id": 1, "names": ["A B", "A B", "C"], "birth_date": "never", "nationality": "Kosovo;FR"},
        {"id": 2, "names": []},
        {"id": None, "names": ["A"]},
    ]
    taken, notes = persons(a_batch(*rows))
    assert taken == [Listed(id="1", names=("A B", "C"))]
    assert [(note.row, note.left_out) for note in notes] == [(1, False), (1, False), (2, True), (3, True)]


def test_rows_of_one_id_are_one_person() -> None:
    rows = [{"id": "1", "names": "A B", "sex": "M"}, {"id": "2", "names": "C"}, {"id": "1", "names": "D", "sex": "F"}]
    taken, _ = persons(a_batch(*rows))
    assert [*together(taken)] == [
        Listed(id="1", names=("A B", "D"), sex=Sex.UNKNOWN),
        Listed(id="2", names=("C",)),
    ]
