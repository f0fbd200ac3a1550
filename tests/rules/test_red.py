"""The conditions of a red notice, as the table of cases has them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from rednotice.model.finding import Finding, Verdict
from rednotice.model.request import Request
from rednotice.rules import red, red_data
from rednotice.rules.book import examine
from tests.builders import TODAY, a_person, a_request, a_warrant
from tests.conftest import cases

TABLE = cases("red_conditions")


def request_of(case: dict[str, Any]) -> Request:
    """The request of a case: one that meets every condition, with the changes of the case."""
    changes = dict(case.get("change", {}))
    if "person" in case:
        changes["persons"] = [a_person(**case["person"])]
    if "warrant" in case:
        changes["warrants"] = [a_warrant(**case["warrant"])]
    return a_request(**changes)


def meets(finding: Finding, expected: dict[str, str]) -> bool:
    return (
        finding.verdict == expected["verdict"]
        and expected["because"] in finding.because
        and expected.get("evidence") in (None, *(evidence.path for evidence in finding.evidence))
    )


@pytest.mark.parametrize("case", TABLE)
def test_each_condition_is_judged_as_its_case_says_and_no_other_rule_objects(case: dict[str, Any]) -> None:
    expected = case["expected"]
    findings = examine(request_of(case), TODAY).findings
    said = [finding for finding in findings if finding.rule == expected["rule"]]
    assert any(meets(finding, expected) for finding in said), said
    own = set() if expected["verdict"] == Verdict.SATISFIED else {expected["rule"]}
    objecting = {finding.rule for finding in findings if finding.verdict is not Verdict.SATISFIED}
    assert objecting == own | set(case.get("also", ()))


@pytest.mark.parametrize("case", TABLE)
def test_an_objection_points_to_fields_of_the_form_and_says_how_to_mend_it(case: dict[str, Any]) -> None:
    request = request_of(case)
    for finding in examine(request, TODAY).findings:
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


def test_the_table_shows_every_condition_met_and_not_met() -> None:
    rows = [case.values[0]["expected"] for case in TABLE]
    met = {row["rule"] for row in rows if row["verdict"] == Verdict.SATISFIED}
    not_met = {row["rule"] for row in rows if row["verdict"] != Verdict.SATISFIED}
    assert met == not_met == {rule.name for rule in (*red.RULES, *red_data.RULES)}
