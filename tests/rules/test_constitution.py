"""Neutrality, by the table of cases and by the example of 2020; and what an examination adds up to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rednotice.adapters.request_file import read_file
from rednotice.cli.laptop import EXAMPLES
from rednotice.model.finding import Advice, EarlierCase, Examination, Finding, Verdict
from rednotice.model.request import Request, read_request
from rednotice.rules import constitution
from rednotice.rules.book import examine, recommend
from rednotice.rules.neutrality import is_weighed
from rednotice.rules.text import PASSAGE_LIMIT
from tests.builders import TODAY, a_person, a_request, facts
from tests.conftest import cases

ARTICLE_3 = {rule.name for rule in constitution.RULES}


def request_of(case: dict[str, Any]) -> Request:
    changes = {"facts": facts(case["summary"], **case.get("facts", {})), **case.get("change", {})}
    return a_request(persons=[a_person(**case.get("person", {}))], **changes)


def objections(examination: Examination) -> list[Finding]:
    """What the rules of Article 3 object."""
    return [one for one in examination.findings if one.rule in ARTICLE_3 and one.verdict is not Verdict.SATISFIED]


def passages_of(findings: list[Finding]) -> set[str | None]:
    return {evidence.passage for finding in findings for evidence in finding.evidence}


@pytest.mark.parametrize("case", cases("neutrality"))
def test_a_case_meets_the_objections_that_its_facts_call_for_and_no_other(case: dict[str, Any]) -> None:
    examination = examine(request_of(case), TODAY)
    found = objections(examination)
    assert {finding.rule: finding.verdict for finding in found} == case["objects"]
    assert set(case.get("shows", ())) <= passages_of(found)
    assert (examination.recommendation.advice is Advice.REFUSE) is (Verdict.BARRED in case["objects"].values())


@pytest.mark.parametrize("case", cases("neutrality"))
def test_an_objection_to_a_text_shows_a_passage_of_it_and_says_what_would_change_it(case: dict[str, Any]) -> None:
    request = request_of(case)
    texts = {"facts.summary": request.facts.summary, "persons[0].part_played": str(request.persons[0].part_played)}
    for finding in objections(examine(request, TODAY)):
        assert finding.mend
        assert any(evidence.passage for evidence in finding.evidence), finding
        for evidence in finding.evidence:
            assert str(evidence.passage) in texts.get(evidence.path, str(evidence.passage))


def test_the_table_shows_every_factor_barred_doubtful_and_satisfied() -> None:
    rows = [case.values[0]["objects"] for case in cases("neutrality")]
    for factor in ("military_act", "status_of_persons", "armed_confrontation"):
        assert {row.get(factor, "satisfied") for row in rows} == {"barred", "doubtful", "satisfied"}


def test_a_long_sentence_is_shown_cut() -> None:
    examination = examine(a_request(facts=facts(f"In retaliation {'he walked on and ' * 60} stabbed him.")), TODAY)
    (shown,) = passages_of(objections(examination))
    assert shown is not None
    assert len(shown) == PASSAGE_LIMIT
    assert shown.endswith("…")


# --- The examples ----------------------------------------------------------------------------------------------


def example(path: Path, **changes: Any) -> Request:
    return read_request({**read_file(path).content, **changes}, TODAY)


THE_CASE_OF_2020 = EXAMPLES / "2020-case.yaml"
BARRED_IN_2020 = {
    "military_act",
    "armed_confrontation",
    "status_of_persons",
    "international_obligations",
    "predominance",
}


def test_the_case_of_2020_is_barred_by_the_act_the_person_and_the_confrontation() -> None:
    examination = examine(example(THE_CASE_OF_2020), TODAY)
    assert {finding.rule for finding in examination.of(Verdict.BARRED)} == BARRED_IN_2020
    assert {
        "serving head of state of United States",
        "Five days later a missile strike was made in answer on bases that those armed forces used.",
        "A militia vowed a response of its own.",
        "member of armed forces",
        "member of an armed group",
    } <= passages_of(objections(examination))


def test_the_case_of_2020_identifies_one_of_37_persons() -> None:
    identity = [finding for finding in examine(example(THE_CASE_OF_2020), TODAY).findings if finding.rule == "identity"]
    assert [finding.verdict for finding in identity] == [
        Verdict.SATISFIED if n == 0 else Verdict.MISSING for n in range(37)
    ]


def test_the_case_of_2020_is_to_be_refused_under_article_3() -> None:
    recommendation = examine(example(THE_CASE_OF_2020), TODAY).recommendation
    assert recommendation.advice is Advice.REFUSE
    assert recommendation.because == "barred by: " + ", ".join(
        one.name.replace("_", " ") for one in constitution.RULES if one.name in BARRED_IN_2020
    )
    assert all(citation.startswith("Constitution, Article 3") for citation in recommendation.citations)


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Murder of two travellers"},
        {"reference": "SYN-1"},
        {"title": None, "remark": None, "reference": "another"},
        {"bureau": "FR"},
    ],
)
def test_the_case_of_2020_is_known_by_its_facts_and_not_by_what_it_is_called(
    changes: dict[str, Any], tmp_path: Path
) -> None:
    renamed = tmp_path / "murder.yaml"
    renamed.write_bytes(THE_CASE_OF_2020.read_bytes())
    assert examine(example(renamed, **changes), TODAY) == examine(example(THE_CASE_OF_2020), TODAY)


RANKS = [("general", "man"), ("commander", "friend"), ("President", "Somebody"), ("militia", "club")]
STATUS = [("      status: member of armed forces\n", ""), ("      status: member of an armed group\n", "")]
THE_OFFICE = "kind: head of state, title: President, country: US, serving: true"
CHANGED_WORDS = {
    "country codes": [("bureau: IR", "bureau: PT"), ("country: IR", "country: PT"), ("US", "MX"), ("IQ", "AO")],
    "the word general": [("general", "man")],
    "every rank and title": RANKS,
    "the status of the victims": STATUS,
    "the office": [(THE_OFFICE, "kind: politician, serving: false")],
    "the charges": [("Murder", "Theft"), ("Terrorist act", "Damage to a road")],
}


@pytest.mark.parametrize("replaced", CHANGED_WORDS.values(), ids=list(CHANGED_WORDS))
def test_the_case_of_2020_is_refused_whatever_is_changed_about_it(
    replaced: list[tuple[str, str]], tmp_path: Path
) -> None:
    text = THE_CASE_OF_2020.read_text(encoding="utf-8").replace("Arrest warrants for 37 persons", "Two travellers")
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "changed.yaml").write_text(text, encoding="utf-8")
    examination = examine(example(tmp_path / "changed.yaml"), TODAY)
    assert examination.recommendation.advice is Advice.REFUSE
    assert {"military_act", "predominance"} <= {finding.rule for finding in examination.of(Verdict.BARRED)}


@pytest.mark.parametrize("name", ["murder", "robbery", "tribunal"])
def test_ordinary_crimes_and_a_tribunals_case_pass(name: str) -> None:
    examination = examine(example(EXAMPLES / f"{name}.yaml"), TODAY)
    assert examination.recommendation.advice is Advice.PUBLISH
    assert examination.of(Verdict.BARRED, Verdict.MISSING, Verdict.DOUBTFUL) == ()


# --- Refused before --------------------------------------------------------------------------------------------


def test_a_case_that_was_refused_before_is_shown_with_its_reasons_and_people_weigh_it() -> None:
    earlier = EarlierCase(
        request="R-1",
        bureau="IR",
        reference="SYN-1",
        decided_at="2020-07-01T12:00:00Z",
        citations=("Constitution, Article 3",),
        reasons="The facts are a military act.",
        same=("Aurelio Valdesco by name and birth",),
    )
    examination = examine(a_request(), TODAY, [earlier, earlier.model_copy(update={"request": "R-2"})])
    found = objections(examination)
    assert [finding.verdict for finding in found] == [Verdict.DOUBTFUL, Verdict.DOUBTFUL]
    assert found[0].because == (
        "request R-1 of bureau IR for Aurelio Valdesco by name and birth was refused on 2020-07-01 "
        "under Constitution, Article 3"
    )
    assert found[0].evidence[0].passage == "The facts are a military act."
    assert examination.recommendation.advice is Advice.EXAMINE


# --- What an examination adds up to ----------------------------------------------------------------------------

WORST_FIRST = {
    Verdict.BARRED: Advice.REFUSE,
    Verdict.MISSING: Advice.ASK,
    Verdict.DOUBTFUL: Advice.EXAMINE,
    Verdict.SATISFIED: Advice.PUBLISH,
}


def advice_for(findings: tuple[Finding, ...]) -> Advice:
    verdicts = {finding.verdict for finding in findings if not is_weighed(finding, findings)}
    return next(advice for verdict, advice in WORST_FIRST.items() if verdict in verdicts)


TERMS = "drone strike|armed forces|a general|militia|in retaliation|head of state|missile was fired|.|!|\n| the |; "
texts = st.lists(st.text(max_size=30) | st.sampled_from(TERMS.split("|")), max_size=20).map(" ".join)


@given(texts, texts)
def test_no_text_makes_an_examination_fail_and_only_a_request_without_objection_is_to_be_published(
    summary: str, part_played: str
) -> None:
    # Past the form, which would refuse some of these texts: the rules must bear whatever they are given.
    request = a_request()
    person = request.persons[0].model_copy(update={"part_played": part_played})
    told = request.facts.model_copy(update={"summary": summary})
    examination = examine(request.model_copy(update={"facts": told, "persons": (person,)}), TODAY)
    assert examination.recommendation.advice is advice_for(examination.findings)
    assert set(examination.recommendation.citations) <= {finding.citation for finding in examination.findings}


def that_says(verdict: Verdict) -> Finding:
    return Finding(rule=f"rule_{verdict}", citation=f"RPD {verdict}", question="?", verdict=verdict, because="")


@given(st.lists(st.sampled_from(Verdict), min_size=1, max_size=8))
def test_what_bars_outweighs_what_is_missing_and_that_outweighs_what_is_doubtful(verdicts: list[Verdict]) -> None:
    findings = tuple(that_says(verdict) for verdict in verdicts)
    recommendation = recommend(findings)
    assert recommendation.advice is advice_for(findings)
    worst = next(verdict for verdict in WORST_FIRST if verdict in verdicts)
    assert recommendation.citations == (f"RPD {worst}",)


def test_a_term_broken_over_lines_is_read() -> None:
    request = a_request(facts=facts("He was killed by a drone\nstrike of  the armed\n forces."))
    (verdict,) = (one.verdict for one in examine(request, TODAY).findings if one.rule == "military_act")
    assert verdict is Verdict.BARRED
