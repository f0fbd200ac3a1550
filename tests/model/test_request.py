"""What a filer hands in is refused with all its faults, before anything is stored."""

from __future__ import annotations

from typing import Any

import pytest

from rednotice.errors import InvalidInput
from rednotice.flow.request import check_request
from rednotice.model.request import Request, read_request
from tests.builders import TODAY, a_document, a_person
from tests.conftest import cases


def faults_of(document: object) -> list[str]:
    with pytest.raises(InvalidInput) as refused:
        check_request(read_request(document, TODAY), TODAY)
    return [str(fault) for fault in refused.value.faults]


@pytest.mark.parametrize("case", cases("bad_requests"))
def test_each_fault_is_named_with_its_path(case: dict[str, Any]) -> None:
    found = faults_of(a_document(**case["change"]))
    assert any(fault.startswith(f"{case['path']}:") and case["says"] in fault for fault in found), found


def test_all_faults_of_37_persons_are_reported_at_once() -> None:
    persons = [{"born": f"19{number:02}-02-30", "nationalities": ["QQ"]} for number in range(37)]
    found = faults_of(a_document(persons=persons))
    assert len(found) == 74
    assert all(any(fault.startswith(f"persons[{number}].born") for fault in found) for number in range(37))


def test_a_malformed_entry_does_not_hide_that_two_others_are_the_same() -> None:
    same = {"names": [{"full": "Mira Tilvoor"}], "born": "1970"}
    found = faults_of(a_document(persons=[{"sex": "X"}, same, same]))
    assert [fault.split(":")[0] for fault in found] == ["persons[0].sex", "persons[2]"]


def test_ten_megabytes_of_text_in_a_name_are_refused_without_repeating_them() -> None:
    (fault,) = faults_of(a_document(persons=[a_person(names=[{"family": "A" * 10_000_000}])]))
    assert fault == "persons[0].names[0].family: has 10,000,000 characters, at most 200 are taken. Shorten it."


def test_a_notice_that_would_be_too_large_to_circulate_is_refused_at_filing() -> None:
    victims = [{"name": "N" * 200, "description": "D" * 200} for _ in range(1000)]
    document = a_document(persons=[a_person(part_played="P" * 20_000, remark="R" * 20_000)])
    document["facts"] |= {"victims": victims, "summary": "S" * 20_000}
    (fault,) = faults_of(document)
    assert fault.startswith("persons[0]: the notice of this person would have")


@pytest.mark.parametrize("document", [None, 7, "red", [], [[]], {"persons": 7}, {"persons": [7, None]}])
def test_what_is_no_request_at_all_is_refused(document: object) -> None:
    assert faults_of(document)


def test_entries_without_identity_are_not_taken_for_one_person() -> None:
    read_request(a_document(persons=[a_person(), {"remark": "unnamed"}, {"remark": "unnamed"}]), TODAY)


def test_a_year_may_be_written_as_a_number() -> None:
    request = read_request(a_document(persons=[a_person(born=1971)]), TODAY)
    assert request.persons[0].born == "1971"


def test_the_schema_names_every_field_of_the_form() -> None:
    schema = Request.model_json_schema()
    assert set(schema["properties"]) == set(Request.model_fields)
    assert schema["additionalProperties"] is False
