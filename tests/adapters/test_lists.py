"""Lists as their publishers hand them out, and everything that is not one."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest

from rednotice.adapters.lists import OFAC_SOURCE, UN_MEASURES, UN_SOURCE, FtmFile, beside, read_ofac, read_un
from rednotice.cli.laptop import EXAMPLES
from rednotice.errors import InvalidInput
from rednotice.model.person import Document, DocumentKind, NameKind, Person, Sex
from tests.conftest import SHARED

LISTS = SHARED / "lists"


def real(name: str) -> bytes:
    """A list as it was downloaded, where it lies beside the project."""
    path = LISTS / name
    if not path.is_file():
        pytest.skip(f"the real list {path} does not lie beside the project")
    return path.read_bytes()


def names(person: Person) -> list[tuple[str, NameKind]]:
    return [(str(name), name.kind) for name in person.names]


def fault_of(raw: bytes, which: str = "un") -> str:
    with pytest.raises(InvalidInput) as refused:
        (read_un if which == "un" else read_ofac)(raw)
    (fault,) = refused.value.faults
    return str(fault)


# --- The Security Council's list ----------------------------------------------------------------------------


def test_the_example_is_read_with_aliases_original_script_and_document() -> None:
    read = read_un((EXAMPLES / "un-list.xml").read_bytes())
    listing, person = read.entries[0]
    assert len(read.entries) == 3
    assert (listing.source, listing.reference, listing.measures) == (UN_SOURCE, "SYNi.001", UN_MEASURES)
    assert (listing.listed_on, listing.remark) == (date(2024, 5, 7), "Synthetic entry. No such person exists.")
    assert names(person) == [
        ("SAMIR TALAT AL-NUMUDHAJI", NameKind.PRIMARY),
        ("سمير طلعت النموذجي", NameKind.ORIGINAL_SCRIPT),
        ("Samir Talaat an-Namudhaji", NameKind.ALIAS),
        ("Abu Mithal", NameKind.ALIAS),
    ]
    assert (person.sex, person.born, person.birthplace) == (Sex.MALE, "1979-11-30", "Aden, Yemen")
    assert (person.nationalities, person.occupation) == (("YE",), "Synthetic financier")
    assert person.documents == (Document(kind=DocumentKind.PASSPORT, number="SYN0000311", country="YE"),)


def test_a_birth_between_two_years_is_each_of_them_and_an_approximate_one_its_year() -> None:
    _, (_, between), (_, about) = read_un((EXAMPLES / "un-list.xml").read_bytes()).entries
    assert (between.born, between.also_born) == ("1961", ("1962", "1963"))
    assert (about.born, about.also_born) == ("1970", ())


def an_individual(inside: str) -> Person:
    """A person of a list that holds one, with a reference and whatever is put inside."""
    xml = f"""<CONSOLIDATED_LIST><INDIVIDUALS><INDIVIDUAL><FIRST_NAME>A</FIRST_NAME>{inside}</INDIVIDUAL></INDIVIDUALS>
              </CONSOLIDATED_LIST>"""
    ((_, person),) = read_un(xml.encode()).entries
    return person


@pytest.mark.parametrize(
    ("says", "number", "kind"),
    [
        ("<TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>05AT521433</NUMBER>", "05AT521433", "passport"),
        (
            "<TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>French passport number 05AT521433</NUMBER>",
            "05AT521433",
            "passport",
        ),
        (
            "<TYPE_OF_DOCUMENT>National Identification Number</TYPE_OF_DOCUMENT><NUMBER>SYN 1</NUMBER>",
            "SYN 1",
            "identity card",
        ),
        ("<TYPE_OF_DOCUMENT>Number</TYPE_OF_DOCUMENT><NUMBER>AB-1</NUMBER>", "AB-1", "other"),
    ],
)
def test_the_number_of_a_document_is_taken_out_of_its_words(says: str, number: str, kind: str) -> None:
    person = an_individual(f"<INDIVIDUAL_DOCUMENT>{says}</INDIVIDUAL_DOCUMENT>")
    assert person.documents == (Document(kind=DocumentKind(kind), number=number),)


def test_what_is_only_in_part_of_a_person_does_not_lose_the_person() -> None:
    person = an_individual(
        "<SECOND_NAME>  </SECOND_NAME><NATIONALITY><VALUE>Atlantis</VALUE><VALUE>Mali</VALUE></NATIONALITY>"
        "<INDIVIDUAL_ALIAS><ALIAS_NAME/></INDIVIDUAL_ALIAS><INDIVIDUAL_DOCUMENT/>"
        "<INDIVIDUAL_DATE_OF_BIRTH><YEAR>unknown</YEAR></INDIVIDUAL_DATE_OF_BIRTH>"
    )
    assert (names(person), person.nationalities, person.born) == ([("A", NameKind.PRIMARY)], ("ML",), None)


def test_a_country_that_is_none_of_today_is_remarked_upon() -> None:
    xml = b"""<CONSOLIDATED_LIST><INDIVIDUAL><REFERENCE_NUMBER>X.1</REFERENCE_NUMBER><FIRST_NAME>A</FIRST_NAME>
              <NATIONALITY><VALUE>former Soviet Union</VALUE></NATIONALITY></INDIVIDUAL></CONSOLIDATED_LIST>"""
    assert read_un(xml).remarks == ("X.1: 'former Soviet Union' is no country of today; this nationality is left out",)


def test_the_real_list_of_the_security_council_is_read_whole() -> None:
    read = read_un(real("un_consolidated.xml"))
    assert len(read.entries) == len({listing.reference for listing, _ in read.entries}) == 396
    assert read.left_out == {"entities": 273}
    kinds = [name.kind for _, person in read.entries for name in person.names]
    assert kinds.count(NameKind.PRIMARY) == 396
    assert kinds.count(NameKind.ALIAS) > 1000
    assert kinds.count(NameKind.ORIGINAL_SCRIPT) == 181


# --- OFAC's list --------------------------------------------------------------------------------------------


def ofac(*rows: tuple[object, ...]) -> bytes:
    """Rows of sdn.csv: what is not given is -0-, as the publisher writes what is empty."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([*row, *["-0- "] * (12 - len(row))] for row in rows)
    return text.getvalue().encode() + b"\x1a\r\n"


def remarked(remark: str) -> Person:
    """A person of a list that holds one, with a remark."""
    ((_, person),) = read_ofac(ofac((1, "X, Y", "individual", "SDN", *["-0- "] * 7, remark))).entries
    return person


def test_a_row_of_ofac_becomes_a_person_with_the_aliases_that_stand_in_another_file() -> None:
    raw = ofac(
        (36, "SYNTHETIC SHIPPING CO.", "-0- ", "CUBA"),
        (9001, "QUINTANAR, Beltrán", "individual", "SDGT] [IRAN", "Synthetic captain"),
        (9002, "SYNTHETIC STAR", "vessel", "IRAN"),
    )
    aliases = b'9001,1,aka,"KINTANAR, Beltran",-0- \r\n9001,2,fka,"EL TIBURON",-0- \r\n36,3,aka,"SSC",-0- \r\n\x1a'
    read = read_ofac(raw, aliases)
    ((listing, person),) = read.entries
    assert read.left_out == {"entities": 1, "vessel": 1}
    assert (listing.source, listing.reference, listing.measures) == (OFAC_SOURCE, "9001", ("SDGT", "IRAN"))
    assert [(name.family, name.given) for name in person.names] == [
        ("QUINTANAR", "Beltrán"),
        ("KINTANAR", "Beltran"),
        ("EL TIBURON", None),
    ]
    assert person.occupation == "Synthetic captain"


@pytest.mark.parametrize(
    ("remark", "born", "also_born"),
    [
        ("DOB 10 Dec 1948; POB Synthetica.", "1948-12-10", ()),
        ("DOB circa 1961.", "1961", ()),
        ("DOB Mar 1970; alt. DOB 01 Apr 1971; alt. DOB Mar 1970.", "1970-03", ("1971-04-01",)),
        ("POB Synthetica.", None, ()),
    ],
)
def test_dates_of_birth_stand_in_the_remark(remark: str, born: str | None, also_born: tuple[str, ...]) -> None:
    person = remarked(remark)
    assert (person.born, person.also_born) == (born, also_born)


def test_sex_nationality_and_documents_stand_in_the_remark() -> None:
    person = remarked(
        "DOB 1970; nationality Iran; citizen Lebanon; Gender Female; "
        "Passport SYN0000417 (Iran); alt. Passport AB 123; National ID No. 12-345 (Lebanon)."
    )
    assert (person.sex, person.nationalities) == (Sex.FEMALE, ("IR", "LB"))
    assert person.documents == (
        Document(kind=DocumentKind.PASSPORT, number="SYN0000417", country="IR"),
        Document(kind=DocumentKind.PASSPORT, number="AB 123"),
        Document(kind=DocumentKind.IDENTITY_CARD, number="12-345", country="LB"),
    )


def test_a_person_whom_the_form_cannot_hold_is_left_out_and_named() -> None:
    raw = ofac((1, "A, B", "individual", "SDN"), (2, "C, D", "individual", "SDN", *["-0- "] * 7, "DOB 31 Feb 1970."))
    read = read_ofac(raw)
    assert [listing.reference for listing, _ in read.entries] == ["1"]
    assert len(read.remarks) == 1
    assert read.remarks[0].startswith("2: left out (")


def test_a_list_in_the_code_page_of_windows_is_read() -> None:
    raw = ofac((1, "MUÑOZ, José", "individual", "SDN")).decode().encode("cp1252")
    ((_, person),) = read_ofac(raw).entries
    assert str(person.names[0]) == "José MUÑOZ"


def test_the_real_list_of_ofac_is_read_whole() -> None:
    read = read_ofac(real("ofac_sdn.csv"), real("ofac_alt.csv"))
    assert len(read.entries) == len({listing.reference for listing, _ in read.entries}) == 2335
    assert sum(len(person.names) for _, person in read.entries) > 5000
    assert sum(person.born is not None for _, person in read.entries) > 2200


def test_the_aliases_lie_beside_the_list(tmp_path: Path) -> None:
    for name in ("sdn.csv", "alt.csv", "ofac_sdn.csv", "ofac_alt.csv", "list.csv"):
        (tmp_path / name).touch()
    assert beside(tmp_path / "sdn.csv", "sdn", "alt") == tmp_path / "alt.csv"
    assert beside(tmp_path / "ofac_sdn.csv", "sdn", "alt") == tmp_path / "ofac_alt.csv"
    assert beside(tmp_path / "list.csv", "sdn", "alt") is None
    (tmp_path / "alt.csv").unlink()
    assert beside(tmp_path / "sdn.csv", "sdn", "alt") is None


# --- FollowTheMoney ------------------------------------------------------------------------------------------


def entities(path: Path, *documents: object) -> Path:
    """A file of entities."""
    path.write_text("".join(json.dumps(one) + "\n" for one in documents), encoding="utf-8")
    return path


def test_a_person_of_followthemoney_has_source_date_passport_and_sanction() -> None:
    read = FtmFile(EXAMPLES / "screening" / "entities.ftm.json")
    (listing, person), (other_listing, other) = read.entries()
    assert (listing.source, listing.reference) == ("synthetic_sanctions", "syn-person-1")
    assert (listing.listed_on, listing.measures) == (date(2024, 5, 7), ("Synthetic measures",))
    assert listing.remark == "topics: sanction; datasets: synthetic_sanctions; last change: 2026-10-02"
    assert names(person) == [
        ("Samir Talat al-Numudhaji", NameKind.PRIMARY),
        ("سمير طلعت النموذجي", NameKind.ALIAS),
        ("Abu Mithal", NameKind.ALIAS),
    ]
    assert (person.born, person.also_born, person.birthplace) == ("1979-11-30", ("1980",), "Aden")
    assert (person.sex, person.nationalities) == (Sex.MALE, ("YE",))
    assert (person.father, person.mother, person.occupation) == ("Talat", "Mira", "Synthetic financier")
    assert person.documents == (
        Document(kind=DocumentKind.PASSPORT, number="SYN0000311", country="YE"),
        Document(kind=DocumentKind.IDENTITY_CARD, number="SYN-ID-7"),
    )
    assert (other_listing.listed_on, other.born, other.nationalities) == (date(2025, 1, 2), "1961", ("KP",))
    assert read.left_out == {"Passport": 1, "Sanction": 1, "Company": 1}
    assert read.remarks == [
        "syn-person-2: 'unknown' is no date; this date of birth is left out",
        "syn-person-2: 'atlantis' is no country of today; this nationality is left out",
    ]


def test_sanctions_and_passports_may_stand_within_their_person(tmp_path: Path) -> None:
    within = [
        {"schema": "Sanction", "properties": {"startDate": ["2020-03"], "program": ["X"]}},
        {"schema": "Identification", "properties": {"number": ["SYN1"]}},
    ]
    document = {"id": "a", "schema": "Person", "properties": {"name": ["A B"], "sanctions": within}}
    ((listing, person),) = FtmFile(entities(tmp_path / "a.json", document), "A list").entries()
    assert (listing.source, listing.listed_on, listing.measures) == ("A list", date(2020, 3, 1), ("X",))
    assert person.documents == (Document(kind=DocumentKind.OTHER, number="SYN1"),)


def test_an_entity_that_cannot_be_taken_over_is_named_and_the_others_are_taken(tmp_path: Path) -> None:
    odd = {"id": "odd", "schema": "Person", "properties": {"name": ["A\x7fB"]}}
    endless = {"id": "x" * 101, "schema": "Person", "properties": {"name": ["C"]}}
    shapeless = {"id": "shapeless", "schema": "Person", "properties": "?", "caption": "D E", "datasets": {}}
    path = entities(tmp_path / "a.json", odd, endless, shapeless)
    path.write_text(path.read_text() + '{"id": "cut', encoding="utf-8")
    read = FtmFile(path)
    assert [(listing.source, str(person.names[0])) for listing, person in read.entries()] == [("a.json", "D E")]
    assert [remark.partition(": left out")[0] for remark in read.remarks] == ["odd", "x" * 101, "line 4"]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "it holds no persons"),
        (b"%PDF-1.7\n", "its first line is not an object of JSON"),
        (b'{"id": "a", "schema": "Company"}\n', "it holds no persons"),
        (b"[]\n", "its first line is not an object of JSON"),
    ],
)
def test_what_is_no_list_of_entities_is_refused(raw: bytes, why: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(raw)
    with pytest.raises(InvalidInput) as refused:
        [*FtmFile(tmp_path / "a.json").entries()]
    said = "(the whole document): this is not a list of FollowTheMoney entities, one a line: "
    assert str(refused.value.faults[0]) == f"{said}{why}. Download it anew from its publisher."


# --- What is no list ----------------------------------------------------------------------------------------

BOMB = b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<CONSOLIDATED_LIST><INDIVIDUAL><FIRST_NAME>&b;</FIRST_NAME></INDIVIDUAL></CONSOLIDATED_LIST>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<CONSOLIDATED_LIST><INDIVIDUAL><FIRST_NAME>&x;</FIRST_NAME></INDIVIDUAL></CONSOLIDATED_LIST>"""
EXAMPLE = (EXAMPLES / "un-list.xml").read_bytes()
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
HTML = b"<!DOCTYPE html><html><head><title>Not found</title></head><body>404</body></html>"
A_ROW = ofac((1, "A, B", "individual", "SDN"))

NOT_THE_UN_LIST = {
    "empty": (b"", "it is not sound XML (ParseError: no element found"),
    "a PDF": (PDF, "it is not sound XML (ParseError: "),
    "a web page": (HTML, "it is not sound XML (DTDForbidden: "),
    "a web page without a type": (b"<html><body/></html>", "its outermost element is html, not CONSOLIDATED_LIST"),
    "other XML": (b"<sdnList><sdnEntry/></sdnList>", "its outermost element is sdnList, not CONSOLIDATED_LIST"),
    "a bomb of entities": (BOMB, "it is not sound XML (DTDForbidden: "),
    "an entity of the machine's own files": (OUTSIDE, "it is not sound XML (DTDForbidden: "),
    "truncated": (EXAMPLE[:2000], "it is not sound XML (ParseError: "),
    "its end missing": (EXAMPLE.rstrip()[:-5], "it is not sound XML (ParseError: "),
    "without individuals": (b"<CONSOLIDATED_LIST><ENTITY/></CONSOLIDATED_LIST>", "it holds no individuals"),
    "OFAC's": (A_ROW, "it is not sound XML (ParseError: "),
    "bytes that its encoding has not": (b"<CONSOLIDATED_LIST>\xff</CONSOLIDATED_LIST>", "it is not sound XML ("),
}
NOT_OFACS_LIST = {
    "empty": (b"", "it holds no individuals"),
    "a PDF": (PDF, "line 1 has not 12 columns that begin with a number"),
    "a web page": (HTML, "line 1 has not 12 columns that begin with a number"),
    "the Security Council's": (EXAMPLE, "line 1 has not 12 columns that begin with a number"),
    "another CSV": (b"id,name\r\n1,A\r\n", "line 1 has not 12 columns that begin with a number"),
    "a heading": (b"ent_num,SDN_Name," + b"x," * 10 + b"\r\n" + A_ROW, "line 1 has not 12 columns that begin with"),
    "cut in a row": (A_ROW.rstrip(b"\x1a\r\n") + b"\r\n2,C", "line 2 has not 12 columns that begin with a number"),
    "entities only": (ofac((1, "CO.", "-0- ", "SDN")), "it holds no individuals"),
}


@pytest.mark.parametrize(("raw", "why"), NOT_THE_UN_LIST.values(), ids=NOT_THE_UN_LIST)
def test_what_is_not_the_security_councils_list_is_refused_and_called_what_it_is(raw: bytes, why: str) -> None:
    fault = fault_of(raw)
    said = "(the whole document): this is not the Security Council's consolidated list (XML): "
    assert fault.startswith(said + why)
    assert fault.endswith("Download it anew from its publisher.")


@pytest.mark.parametrize(("raw", "why"), NOT_OFACS_LIST.values(), ids=NOT_OFACS_LIST)
def test_what_is_not_ofacs_list_is_refused_and_called_what_it_is(raw: bytes, why: str) -> None:
    fault = fault_of(raw, "ofac")
    assert fault.startswith("(the whole document): this is not OFAC's sdn.csv: " + why)
    assert fault.endswith("Download it anew from its publisher.")


def test_aliases_that_are_none_are_refused_too() -> None:
    with pytest.raises(InvalidInput):
        read_ofac(A_ROW, HTML)


@pytest.mark.parametrize(
    ("entry", "left_out"),
    [
        ("<INDIVIDUAL_DATE_OF_BIRTH><FROM_YEAR>0</FROM_YEAR><TO_YEAR>0</TO_YEAR></INDIVIDUAL_DATE_OF_BIRTH>", True),
        ("<INDIVIDUAL_DATE_OF_BIRTH><DATE>2020-W01-1</DATE></INDIVIDUAL_DATE_OF_BIRTH>", True),
        ("<FIRST_NAME>A\x7fB</FIRST_NAME>", True),
        ("<FIRST_NAME>Plain</FIRST_NAME>", False),
    ],
)
def test_an_entry_that_cannot_be_taken_over_is_named_and_the_others_are_taken(entry: str, left_out: bool) -> None:
    odd = f"<INDIVIDUAL><REFERENCE_NUMBER>ODD.1</REFERENCE_NUMBER>{entry}</INDIVIDUAL>"
    plain = "<INDIVIDUAL><REFERENCE_NUMBER>OK.1</REFERENCE_NUMBER><FIRST_NAME>Mira</FIRST_NAME></INDIVIDUAL>"
    read = read_un(f"<CONSOLIDATED_LIST><INDIVIDUALS>{odd}{plain}</INDIVIDUALS></CONSOLIDATED_LIST>".encode())
    taken = [listing.reference for listing, _ in read.entries]
    assert taken == (["OK.1"] if left_out else ["ODD.1", "OK.1"])
    assert any("ODD.1: left out" in remark for remark in read.remarks) is left_out


@pytest.mark.parametrize("encoding", ["x", "utf-32"])
def test_a_list_in_no_known_encoding_is_refused(encoding: str) -> None:
    with pytest.raises(InvalidInput):
        read_un(f'<?xml version="1.0" encoding="{encoding}"?><CONSOLIDATED_LIST/>'.encode())


def one_of_ofac(remarks: str) -> bytes:
    return f'9001,"VOLGARD, Petra",individual,"SDGT",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"{remarks}"\n'.encode()


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("Passport A123456 (Egypt).", "A123456"),
        ("Passport 92/664 (Egypt) issued 1992.", "92/664"),
        ("Passport A123456 (Iran) expires 04 May 2030; nationality Iran.", "A123456"),
        ("National ID No. D489833(9) (Hong Kong).", "D489833(9)"),
    ],
)
def test_a_document_is_read_however_its_remark_goes_on(said: str, number: str) -> None:
    ((_, person),) = read_ofac(one_of_ofac(said)).entries
    assert [document.number for document in person.documents] == [number]


def test_an_odd_month_and_an_endless_field_do_not_break_the_import() -> None:
    good = one_of_ofac("DOB 10 May 1948.")
    read = read_ofac(one_of_ofac("DOB 10 Foo 1948.") + good)
    assert len(read.entries) == 1
    assert any("left out" in remark for remark in read.remarks)
    with pytest.raises(InvalidInput):
        read_ofac(one_of_ofac("x" * 200_000) + good)
