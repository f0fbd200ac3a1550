"""What holds of the rulebook as a whole, whatever the request."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from rednotice.adapters.request_file import read_file
from rednotice.cli.laptop import EXAMPLES
from rednotice.model.finding import Examination, Verdict
from rednotice.model.request import Request, read_request
from rednotice.rules import book
from rednotice.rules.rule import Rule
from tests.builders import TODAY, laid_over

NAMES = ("murder", "robbery", "blue", "green", "yellow", "black", "purple", "orange", "silver", "diffusion")
COMPLETE: dict[str, dict[str, Any]] = {name: read_file(EXAMPLES / f"{name}.yaml").content for name in NAMES}
FROM_BEST = [Verdict.SATISFIED, Verdict.DOUBTFUL, Verdict.MISSING, Verdict.BARRED]
NEEDED = {"colour", "bureau", "reference", "facts", "persons", "language"}
"""What the form cannot do without, and who is asked about."""


def paths(content: Any, above: str = "") -> list[str]:
    """Every path of a document that may be left out."""
    found = []
    for field, value in content.items():
        path = f"{above}.{field}" if above else field
        if path not in NEEDED:
            found.append(path)
        if isinstance(value, dict):
            found += paths(value, path)
        for n, entry in enumerate(value if isinstance(value, list) else ()):
            if isinstance(entry, dict):
                found += paths(entry, f"{path}[{n}]")
    return found


def without(name: str, left_out: list[str]) -> Request | None:
    """An example without some of its data; None where the form does not take what is left."""
    # From the end, so that what is left out last is never below what is left out already.
    document = laid_over(COMPLETE[name], dict.fromkeys(sorted(left_out, key=len, reverse=True)))
    try:
        return read_request(document, TODAY)
    except Exception:
        return None


def worst(examination: Examination) -> dict[str, int]:
    """How bad the worst answer of each rule is."""
    verdicts: dict[str, int] = {}
    for finding in examination.findings:
        verdicts[finding.rule] = max(verdicts.get(finding.rule, 0), FROM_BEST.index(finding.verdict))
    return verdicts


some_example = st.sampled_from(NAMES)


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(some_example, st.data())
def test_adding_a_missing_datum_never_makes_an_answer_worse(name: str, data: st.DataObject) -> None:
    left_out = data.draw(st.lists(st.sampled_from(paths(COMPLETE[name])), min_size=1, max_size=8, unique=True))
    # A datum that brings others with it, which are left out still, asks new questions: a warrant without its sentence.
    assume(not any(one != whole and one.startswith(whole) for one in left_out for whole in left_out))
    fewer = without(name, left_out)
    assume(fewer is not None)
    assert fewer is not None
    examined = book.examine(fewer, TODAY)
    missing = [evidence.path for finding in examined.of(Verdict.MISSING) for evidence in finding.evidence]
    asked_for = [path for path in left_out if any(f"{place}.".startswith(f"{path}.") for place in missing)]
    assume(asked_for)
    added = data.draw(st.sampled_from(asked_for))
    # So does a role: who is said to be missing may have left of his or her own will.
    assume(not added.endswith(".role"))
    more = without(name, [path for path in left_out if path != added])
    assume(more is not None)
    assert more is not None
    before, after = worst(examined), worst(book.examine(more, TODAY))
    assert not {rule for rule in after if after[rule] > before.get(rule, 0)}


def a_crowd(name: str) -> dict[str, Any]:
    """An example with two more persons and two more offences, each with something to object to."""
    document = COMPLETE[name]
    persons = [*document.get("persons", ()), {"names": [{"full": "Ada Minor"}], "born": "2024", "role": "witness"}]
    persons.append({"key": "fled", "names": [{"full": "Ben Fled"}], "refuge": {"from_country": document["bureau"]}})
    made = {**document, "persons": persons}
    if "warrants" in document:
        first = document["warrants"][0]
        made["warrants"] = [{**first, "offences": [*first["offences"], {"charge": "Adultery"}, {"charge": "Theft"}]}]
    return made


@given(some_example, st.data())
def test_the_order_of_persons_and_offences_changes_nothing(name: str, data: st.DataObject) -> None:
    document = a_crowd(name)
    shuffled = {**document, "persons": data.draw(st.permutations(document["persons"]))}
    if "warrants" in document:
        (warrant,) = document["warrants"]
        shuffled["warrants"] = [{**warrant, "offences": data.draw(st.permutations(warrant["offences"]))}]
    one, other = (book.examine(read_request(each, TODAY), TODAY) for each in (document, shuffled))
    assert sorted((f.rule, f.verdict) for f in one.findings) == sorted((f.rule, f.verdict) for f in other.findings)
    assert one.recommendation == other.recommendation


@given(some_example, st.dates(date(1950, 1, 1), date(2050, 1, 1)))
def test_a_rule_that_is_not_in_force_on_the_day_has_no_say(name: str, on: date) -> None:
    request = read_request(COMPLETE[name], TODAY)
    asked = {rule.name for rule in book.RULES if rule.in_force(on) and request.colour in rule.colours}
    assert {finding.rule for finding in book.examine(request, on).findings} == asked


@pytest.mark.parametrize("rule", book.RULES, ids=lambda rule: rule.name)
def test_every_rule_has_a_say_from_its_first_day(rule: Rule) -> None:
    name = next(name for name in NAMES if COMPLETE[name]["colour"] in rule.colours)
    request = read_request(COMPLETE[name], TODAY)
    for day, has_a_say in ((rule.since, True), (rule.since - timedelta(days=1), False)):
        assert any(finding.rule == rule.name for finding in book.examine(request, day).findings) is has_a_say


@given(some_example, st.dates(date(1950, 1, 1), date(2050, 1, 1)), st.data())
def test_every_recommendation_cites_an_article(name: str, on: date, data: st.DataObject) -> None:
    left_out = data.draw(st.lists(st.sampled_from(paths(COMPLETE[name])), max_size=8, unique=True))
    request = without(name, left_out)
    if request:
        recommendation = book.examine(request, on).recommendation
        assert recommendation.citations
        assert all(citation.startswith(("Constitution, Article", "RPD ")) for citation in recommendation.citations)
