"""The predominance test: published practice, every rule on both sides of its boundary, and what must always hold."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from rednotice.model.finding import Advice, Examination, Finding, Lean, Verdict, Weight
from rednotice.model.request import Language, Request
from rednotice.rules import constitution, neutrality
from rednotice.rules.book import examine
from rednotice.rules.neutrality import OUTWEIGHS, POINTS, PREDOMINATES
from rednotice.rules.text import categories, fold, is_read, passages, terms
from tests.agreement import CASES, KNOWN_DISAGREEMENTS, answer, positions_of, request_of, rows, texts
from tests.builders import TODAY, a_person, a_request, a_warrant, an_offence, facts
from tests.conftest import cases

PRACTICE = cases("predominance")
TEXTS = [pytest.param(row, id=row["name"][:60]) for row in texts()]
BY_RULE: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (CASES.parent / "neutrality_rules.yaml").read_text(encoding="utf-8")
)
BOUNDARIES = [pytest.param(name, row, id=f"{name}: {row['name']}") for name, table in BY_RULE.items() for row in table]
NEUTRALITY = {rule.name for rule in constitution.RULES}


# --- Published practice ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", [*PRACTICE, *TEXTS])
def test_the_rules_recommend_what_practice_decided(case: dict[str, Any]) -> None:
    found = answer(case)
    assert found.agrees is (case["name"] not in KNOWN_DISAGREEMENTS), found.recommendation


@pytest.mark.parametrize("case", PRACTICE)
def test_what_keeps_a_case_from_publication_shows_evidence_and_what_would_change_it(case: dict[str, Any]) -> None:
    found = answer(case)
    assert found.recommendation.citations
    for finding in found.findings:
        assert finding.citation
        if finding.verdict is not Verdict.SATISFIED:
            assert finding.evidence
            assert finding.mend


def test_the_table_has_at_least_44_cases_in_four_languages_and_disagreements_are_of_it() -> None:
    table = rows()
    names = [case["name"] for case in table]
    assert len(table) >= 44
    assert len(names) == len(set(names))
    assert {case.get("language", "en") for case in table} == set(Language)
    assert set(KNOWN_DISAGREEMENTS) <= {*names, *(text["name"] for text in texts())}


def test_every_category_of_practice_has_cases_on_both_sides() -> None:
    expected: dict[str, set[str]] = {}
    for case in rows():
        expected.setdefault(case["category"], set()).add(case["expected"])
    assert all("publish" in outcomes and len(outcomes) > 1 for outcomes in expected.values()), expected


# --- Each rule on both sides -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("rule", "row"), BOUNDARIES)
def test_a_rule_answers_on_its_side_of_the_boundary(rule: str, row: dict[str, Any]) -> None:
    found = examine(request_of(row), TODAY, (), positions_of(row)).findings
    said = [finding for finding in found if finding.rule == rule]
    # One finding for a group of persons or for an answer of the bureau; all of them are for the same side here.
    assert {(finding.verdict, finding.weight) for finding in said} == {(row["verdict"], row.get("weight"))}, said


def test_every_rule_of_neutrality_has_both_plain_sides_and_both_sides_of_the_boundary() -> None:
    assert set(BY_RULE) == NEUTRALITY - {"refused_before"}
    for rule, table in BY_RULE.items():
        assert {row["side"] for row in table} == {"yes", "just", "just not", "no"}, rule


@pytest.mark.parametrize("one", neutrality.WEIGHED, ids=lambda one: one.name)
def test_a_leaning_has_a_weight_and_its_verdict_follows_from_both(one: Any) -> None:
    verdicts = {Weight.LIGHT: Verdict.DOUBTFUL, Weight.HEAVY: Verdict.DOUBTFUL, Weight.DECISIVE: Verdict.BARRED}
    for row in BY_RULE[one.name]:
        for finding in examine(request_of(row), TODAY, (), positions_of(row)).findings:
            assert (finding.lean is None) is (finding.weight is None)
            if finding.lean is Lean.ORDINARY:
                assert finding.verdict is Verdict.SATISFIED
            elif finding.weight and finding.verdict is not Verdict.MISSING:
                assert finding.verdict is verdicts[finding.weight]


# --- The weighing ----------------------------------------------------------------------------------------------


def weighed(findings: list[tuple[Lean, Weight]]) -> Verdict:
    """What follows from leanings by the measure that the domain sheet leaves to us, computed apart from the rule."""
    if any(weight is Weight.DECISIVE and lean is not Lean.ORDINARY for lean, weight in findings):
        return Verdict.BARRED
    ordinary = sum(POINTS[weight] for lean, weight in findings if lean is Lean.ORDINARY)
    others = sum(POINTS[weight] for lean, weight in findings if lean is not Lean.ORDINARY)
    if others - ordinary >= PREDOMINATES:
        return Verdict.BARRED
    return Verdict.SATISFIED if not others or ordinary - others >= OUTWEIGHS else Verdict.DOUBTFUL


@pytest.mark.parametrize("case", PRACTICE)
def test_predominance_follows_from_the_leanings_that_are_shown_beside_it(case: dict[str, Any]) -> None:
    shown = answer(case).findings
    heaviest: dict[tuple[str, bool], tuple[Lean, Weight]] = {}
    order = list(Weight)
    for finding in shown:
        if finding.lean and finding.weight:
            key = (finding.rule, finding.lean is Lean.ORDINARY)
            held = heaviest.get(key)
            if held is None or order.index(finding.weight) > order.index(held[1]):
                heaviest[key] = (finding.lean, finding.weight)
    assert predominance_in(shown).verdict is weighed(list(heaviest.values()))


def test_predominance_says_its_sum_in_words() -> None:
    request = a_request(
        facts=facts("He stabbed a guard."), background={"political_context": "The government changed in May."}
    )
    assert predominance_in(examine(request, TODAY).findings).because == (
        "the element of ordinary crime predominates: other elements 1 (political context light 1), "
        "ordinary crime 3 (ordinary element heavy 3)"
    )


def predominance_in(findings: tuple[Finding, ...]) -> Finding:
    (found,) = (finding for finding in findings if finding.rule == "predominance")
    return found


# --- Colours ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("colour", ["red", "blue", "green", "silver"])
def test_a_person_is_singled_out_for_treason_under_no_colour(colour: str) -> None:
    request = request_of({"charges": ["High treason"]}, colour=colour)
    assert predominance_in(examine(request, TODAY).findings).verdict is Verdict.BARRED


def test_whoever_is_missing_after_an_air_strike_is_not_sought_for_it() -> None:
    request = request_of({"summary": "An air strike of the armed forces hit the house."}, colour="yellow")
    assert not {finding.rule for finding in examine(request, TODAY).findings} & NEUTRALITY


@pytest.mark.parametrize(("role", "verdict"), [("witness", Verdict.SATISFIED), ("suspect", Verdict.BARRED)])
def test_a_serving_head_of_state_may_be_a_witness_and_not_a_suspect(role: str, verdict: Verdict) -> None:
    head = {"role": role, "offices": [{"kind": "head of state", "country": "MX", "serving": True}]}
    findings = examine(request_of({"person": head}, colour="blue"), TODAY).findings
    assert {finding.verdict for finding in findings if finding.rule == "status_of_persons"} == {verdict}


# --- What must always hold -------------------------------------------------------------------------------------

PIECES = [
    {"charges": ["Murder"]},
    {"charges": ["Desertion"]},
    {"charges": ["Blasphemy", "Robbery"]},
    {"charges": ["Membership of a terrorist organisation"]},
    {"charges": ["War crime"]},
]
PERSONS = [
    {"names": [{"full": "First Valdesco"}], "nationalities": ["MX"]},
    {"names": [{"full": "Second Brenhas"}], "offices": [{"kind": "minister", "country": "MX", "serving": True}]},
    {"names": [{"full": "Third Tilvoor"}], "occupation": "Former mayor", "part_played": "Took a bribe."},
    {"names": [{"full": "Fourth Dromanti"}], "part_played": "Led the militia."},
]
VICTIMS = [
    {"name": "Synthetic", "status": "private person"},
    {"status": "member of armed forces"},
    {"status": "politician"},
]
SENTENCES = [
    "He shot a man dead.",
    "The armed forces made an air strike.",
    "A militia vowed revenge.",
    "An opposition leader took part in a peaceful protest.",
    "El ejército bombardeó la ciudad.",
    "Il a signé un décret comme ministre.",
    "قصف الجيش المدينة.",
]


@st.composite
def files_of(draw: st.DrawFn) -> dict[str, Any]:
    """A request of some persons on some warrants, as the lists it is made of."""
    persons = draw(st.lists(st.sampled_from(PERSONS), min_size=1, max_size=4, unique_by=str))
    warrants = draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=3, unique_by=str))
    return {
        "summary": " ".join(draw(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=4))),
        "persons": persons,
        "warrants": [piece["charges"] for piece in warrants],
        "victims": draw(st.lists(st.sampled_from(VICTIMS), max_size=3)),
    }


def examined(made: dict[str, Any], on: date = TODAY) -> Examination:
    return examine(made_of(made), on)


def made_of(made: dict[str, Any]) -> Request:
    return a_request(
        reference="SYN",
        facts=facts(made["summary"], victims=made["victims"]),
        persons=[a_person(**{"documents": None, **person}) for person in made["persons"]],
        warrants=[a_warrant(offences=[an_offence(one) for one in charges]) for charges in made["warrants"]],
    )


def answers_of(examination: Examination) -> set[tuple[str, Verdict, Lean | None, Weight | None]]:
    return {(one.rule, one.verdict, one.lean, one.weight) for one in examination.findings if one.rule in NEUTRALITY}


@given(files_of(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_persons_offences_and_victims_changes_nothing(made: dict[str, Any], random: Any) -> None:
    mixed = {**made}
    for field in ("persons", "warrants", "victims"):
        mixed[field] = random.sample(made[field], len(made[field]))
    mixed["warrants"] = [random.sample(charges, len(charges)) for charges in mixed["warrants"]]
    first, second = examined(made), examined(mixed)
    assert answers_of(first) == answers_of(second)
    assert predominance_in(first.findings).because == predominance_in(second.findings).because


@given(files_of(), st.dates(date(1950, 1, 1), date(2030, 1, 1)))
@settings(max_examples=40, deadline=None)
def test_a_rule_that_is_not_in_force_has_no_say_and_every_finding_cites_an_article(
    made: dict[str, Any], on: date
) -> None:
    examination = examined(made, on)
    in_force = {rule.name for rule in constitution.RULES if rule.in_force(on)}
    assert {one.rule for one in examination.findings} & NEUTRALITY == in_force
    assert all("Article" in one.citation or "RPD" in one.citation for one in examination.findings)


HARMLESS = [
    ("victims", lambda made: {**made, "victims": [{**one, "name": "Synthetic Ostrelbi"} for one in made["victims"]]}),
    ("birth", lambda made: {**made, "persons": [{**one, "birthplace": "Aveiro"} for one in made["persons"]]}),
    ("languages", lambda made: {**made, "persons": [{**one, "languages": ["French"]} for one in made["persons"]]}),
    ("father", lambda made: {**made, "persons": [{**one, "father": "Synthetic"} for one in made["persons"]]}),
    ("act", lambda made: {**made, "summary": made["summary"] + " On 4 May he robbed a bank and took the money."}),
]
WORSE = [Advice.PUBLISH, Advice.EXAMINE, Advice.ASK, Advice.REFUSE]


@pytest.mark.parametrize("add", [add for _, add in HARMLESS], ids=[name for name, _ in HARMLESS])
@given(made=files_of())
@settings(max_examples=25, deadline=None)
def test_adding_what_was_missing_never_makes_the_answer_worse(add: Any, made: dict[str, Any]) -> None:
    before, after = examined(made).recommendation.advice, examined(add(made)).recommendation.advice
    assert WORSE.index(after) <= WORSE.index(before)


# --- Free text in four languages -------------------------------------------------------------------------------


@pytest.mark.parametrize("language", list(Language))
def test_every_category_has_terms_in_every_language(language: Language) -> None:
    assert is_read(language)
    assert all(listed[language] for listed in categories().values())


@pytest.mark.parametrize("category", categories())
def test_a_term_means_the_same_when_it_is_folded(category: str) -> None:
    """Folding lowers case: a class such as \\S would turn into its opposite."""
    for language in Language:
        for term in categories()[category][language]:
            assert term == term.lower()
            re.compile(fold(term))
    assert not terms(category).search("")


@pytest.mark.parametrize(
    ("category", "text"),
    [
        ("state_forces", "Les FORCES ARMÉES d’un État"),
        ("state_forces", "las Fuerzas Armadas"),
        ("state_forces", "نفذتها القوّات المُسلّحة لدولة أخرى"),
        ("state_forces", "بالقوات المسلحة"),
        ("state_forces", "وللجيش"),
        ("means_of_war", "un ataque\naéreo"),
        ("means_of_war", "une  frappe aérienne"),
        ("pure_political_offence", "الخِيانةُ العُظمى"),
        ("violence", "اغتــيال"),
        ("combatants", "El general murió"),
    ],
)
def test_accents_case_vowel_signs_particles_and_spaces_hide_nothing(category: str, text: str) -> None:
    assert passages(category, [("facts.summary", text)])


@pytest.mark.parametrize(
    ("category", "text"),
    [
        ("state_forces", "He was not a member of the armed forces."),
        ("state_forces", "Il n’était pas membre des forces armées."),
        ("state_forces", "No era miembro de las fuerzas armadas."),
        ("state_forces", "ولم يكن عضواً في القوات المسلحة."),
        ("combatants", "Le procureur général et le directeur général"),
        ("combatants", "El fiscal general, en general, y la asamblea general"),
        ("combatants", "the general manager and the general public"),
        ("conflict_within", "Il a donné des coups à la victime"),
        ("conflict_within", "the coup de grace"),
        ("political_context", "a birthday party, an advertising campaign, a state of panic"),
        ("high_office", "President of a company"),
        ("high_office", "Minister of religion"),
        ("gain", "un vol de Beyrouth à Paris"),
        ("outside_fighting", "guerre civile; guerra civil; code civil"),
    ],
)
def test_what_is_denied_or_only_resembles_a_term_is_not_found(category: str, text: str) -> None:
    assert not passages(category, [("facts.summary", text)])


def test_a_denial_of_something_else_does_not_hide_a_term() -> None:
    said = "It was not long before the armed forces made an air strike. They had no doubt that it was an air strike."
    assert len(passages("means_of_war", [("facts.summary", said)])) == 2
