"""Every rule beside neutrality, as the tables of cases have it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from rednotice.adapters.request_file import read_file
from rednotice.cli.laptop import EXAMPLES
from rednotice.model.finding import EarlierCase, Examination, Finding, Position, Verdict
from rednotice.model.request import Request, read_request
from rednotice.model.values import country_names
from rednotice.rules import book
from rednotice.rules.book import examine
from tests.builders import TODAY, a_document, a_person, a_request, a_warrant, laid_over
from tests.conftest import cases

TABLES = ("red_conditions", "human_rights", "processing", "special_persons", "other_colours", "things")
TABLE = [case for name in TABLES for case in cases(name)]


def request_of(case: dict[str, Any]) -> Request:
    """The request of a case: one that meets every condition of its colour, with the changes of the case."""
    changes = dict(case.get("change", {}))
    if "person" in case:
        changes["persons"] = [a_person(**case["person"])]
    if "warrant" in case:
        changes["warrants"] = [a_warrant(**case["warrant"])]
    if "colour" in case:
        document = {**read_file(EXAMPLES / f"{case['colour']}.yaml").content, **changes}
    else:
        document = a_document(**changes)
    values = dict(case.get("with", {}))
    others = re.fullmatch(r"(\d+) OTHERS", str(values.get("restrictions")))
    if others:
        codes = sorted(country_names().keys() - {"PT", "ES"})[: int(others[1])]
        values["restrictions"] = [{"bureau": code, "reason": "A reason of its own."} for code in codes]
    return read_request(laid_over(document, values), TODAY)


def examined(case: dict[str, Any], request: Request) -> Examination:
    day = case.get("day", TODAY)
    assert isinstance(day, date)
    return examine(request, day, [EarlierCase(**earlier) for earlier in case.get("earlier", ())])


def meets(finding: Finding, expected: dict[str, str]) -> bool:
    return (
        finding.verdict == expected["verdict"]
        and expected["because"] in finding.because
        and expected.get("evidence") in (None, *(evidence.path for evidence in finding.evidence))
    )


@pytest.mark.parametrize("case", TABLE)
def test_each_condition_is_judged_as_its_case_says_and_no_other_rule_objects(case: dict[str, Any]) -> None:
    expected = case["expected"]
    findings = examined(case, request_of(case)).findings
    said = [finding for finding in findings if finding.rule == expected["rule"]]
    if expected["verdict"] == "silent":
        assert not said
        return
    assert any(meets(finding, expected) for finding in said), said
    own = set() if expected["verdict"] == Verdict.SATISFIED else {expected["rule"]}
    objecting = {finding.rule for finding in findings if finding.verdict is not Verdict.SATISFIED}
    assert objecting == own | set(case.get("also", ()))


@pytest.mark.parametrize("case", TABLE)
def test_an_objection_points_to_fields_of_the_form_and_says_how_to_mend_it(case: dict[str, Any]) -> None:
    request = request_of(case)
    for finding in examined(case, request).findings:
        assert finding.evidence, finding
        assert finding.mend or finding.verdict is Verdict.SATISFIED, finding
        for evidence in finding.evidence:
            assert is_a_place_of(request, evidence.path), evidence.path


def is_a_place_of(request: Request, path: str) -> bool:
    """Whether a path names a field of the form; where the request leaves a field out, what is below it may be named."""
    place: Any = request
    for field, position in re.findall(r"(\w+)(?:\[(\d+)\])?", path):
        if place is None:
            return True
        if field not in type(place).model_fields:
            return False
        place = getattr(place, field)
        if position:
            if int(position) >= len(place):
                return False
            place = place[int(position)]
    return True


def test_no_case_is_of_a_rule_that_the_book_does_not_have() -> None:
    assert {case.values[0]["expected"]["rule"] for case in TABLE} <= {rule.name for rule in book.RULES}


@pytest.mark.parametrize("colour", ["blue", "green", "yellow", "black", "purple", "orange", "silver"])
def test_the_example_of_each_colour_meets_every_condition_of_its_own(colour: str) -> None:
    examination = examine(request_of({"colour": colour}), TODAY)
    assert examination.of(Verdict.BARRED, Verdict.MISSING, Verdict.DOUBTFUL) == ()


def test_particular_importance_says_which_bureaus_were_consulted() -> None:
    request = a_request(
        particular_importance="The bureaus of the region look for the same man.",
        warrants=[a_warrant(offences=[{"charge": "Theft", "maximum_penalty": {"kind": "imprisonment", "months": 12}}])],
    )
    positions = [Position(bureau="ES", stance="supports"), Position(bureau="FR", stance="objects")]
    found = examine(request, TODAY, positions=positions).findings
    (threshold,) = (finding for finding in found if finding.rule == "threshold")
    assert "bureaus consulted: ES (supports), FR (objects)" in threshold.because
