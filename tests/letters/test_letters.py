"""Letters in four languages from one source of texts: whole, filled in, and in the right direction."""

from __future__ import annotations

import string
from datetime import timedelta

import pytest

from rednotice.letters import ALIKE, END_OF_ISOLATE, ISOLATE, letter, texts, titles
from rednotice.model.decision import Decision, Outcome, Signature, Weighed
from rednotice.model.filing import Filing
from rednotice.model.finding import Finding, Verdict
from rednotice.model.request import Language
from rednotice.rules.book import RULES, examine
from tests.builders import A_GROUND, NOON, TODAY, a_person, a_request

LANGUAGES = list(Language)
ARABIC, ENGLISH, FRENCH, SPANISH = Language.ARABIC, Language.ENGLISH, Language.FRENCH, Language.SPANISH


def a_filing(*names: str, bureau: str = "PT") -> Filing:
    persons = [a_person(names=[{"full": name}], documents=[{"kind": "passport", "number": f"SYN{n}"}])
               for n, name in enumerate(names or ("Aurelio Martim Valdesco",))]  # fmt: skip
    request = a_request(persons=persons, bureau=bureau, reference="SYN-LETTER")
    return Filing(
        number="R-2026-7",
        request=request,
        filed_by=f"desk-{bureau}",
        filed_at=NOON,
        examination=examine(request, TODAY),
    )


def a_finding(rule: str = "identity", because: str = "persons[0] has no date of birth") -> Finding:
    return Finding(
        rule=rule, citation="RPD 83(2)(a)", question="Is it?", verdict=Verdict.MISSING, because=because, mend="Add it"
    )


def decided(filing: Filing, outcome: Outcome = Outcome.REFUSE, **more: object) -> tuple[Filing, Decision]:
    decision = Decision.model_validate(
        {
            "request": filing.number,
            "outcome": outcome,
            "reasons": "The summary shows no act of the person.",
            "citations": ("RPD 83(2)(a)",),
            "signatures": (
                Signature(officer="reviewer-1", at=NOON),
                Signature(officer="reviewer-2", at=NOON + timedelta(days=1)),
            ),
            **more,
        }
    )
    return filing.model_copy(update={"decisions": (decision,)}), decision


# --- The source of texts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", texts())
def test_every_text_is_there_in_the_four_languages_with_the_same_places_to_fill(key: str) -> None:
    said = texts()[key]
    assert set(said) == set(LANGUAGES)
    fills = {language: {field for _, field, _, _ in string.Formatter().parse(said[language]) if field}
             for language in LANGUAGES}  # fmt: skip
    assert len(set(map(frozenset, fills.values()))) == 1, fills
    assert key == "findings_in_english" or all(said.values())


@pytest.mark.parametrize("rule", titles())
def test_every_title_is_there_in_the_four_languages(rule: str) -> None:
    assert set(titles()[rule]) == set(LANGUAGES)
    assert all(titles()[rule].values())


@pytest.mark.parametrize("name", [rule.name for rule in RULES])
def test_every_rule_has_its_titles(name: str) -> None:
    assert name in titles()


def test_no_title_is_of_a_rule_that_does_not_exist() -> None:
    assert set(titles()) <= {rule.name for rule in RULES}


# --- What a letter says -------------------------------------------------------------------------------------

SAYS: dict[Language, list[str]] = {
    ENGLISH: ["Refusal of a request", "To: bureau PT (Portugal)", "Your reference: SYN-LETTER", "Identity data"],
    FRENCH: ["Refus d’une demande", "À : bureau PT (Portugal)", "Votre référence : SYN-LETTER", "Données d’identité"],
    SPANISH: ["Denegación de una solicitud", "A: oficina PT (Portugal)", "Su referencia: SYN-LETTER",
              "Datos de identidad"],
    ARABIC: ["رفض طلب نشر نشرة", "البرتغال", f"مرجعكم: {ISOLATE}SYN-LETTER{END_OF_ISOLATE}", "بيانات الهوية"],
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_says_all_in_the_language_of_the_bureau(language: Language) -> None:
    text = letter(*decided(a_filing(), findings=(a_finding(),), weighed=(A_GROUND,)), language)
    for said in SAYS[language]:
        assert said in text
    for said in (
        "R-2026-7",
        "2026-11-25",
        "Aurelio Martim Valdesco",
        "RPD 83(2)(a)",
        "persons[0] has no date of birth",
        "RPD 86",
        "A synthetic ground of the reviewer's own.",
        "The summary shows no act of the person.",
        "reviewer-1, reviewer-2",
        texts()["after_refusal"][language],
    ):
        assert said in text, said
    assert texts()["findings_in_english"][language] in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_publication_says_who_and_under_which_number(language: Language) -> None:
    filing, decision = decided(a_filing(), Outcome.PUBLISH, notices=("A-1/11-2026",), persons=(0,))
    text = letter(filing, decision, language)
    assert texts()["publication_title"][language] in text
    assert texts()["after_publication"][language] in text
    assert texts()["grounds"][language] not in text
    assert "A-1/11-2026" in text
    assert "Aurelio Martim Valdesco" in text


def test_the_outcome_is_told_person_by_person_with_their_places() -> None:
    filing = a_filing("Aurelio Valdesco", "Luzia Cordeal", "Ignace Mabourou")
    text = letter(*decided(filing, persons=(0, 2), findings=(a_finding(),)), ENGLISH)
    assert "1. Aurelio Valdesco\n3. Ignace Mabourou\n" in text
    assert "Luzia Cordeal" not in text
    assert "not decided on yet; their number: 1." in text


def test_findings_alike_are_told_in_a_handful() -> None:
    findings = tuple(a_finding(because=f"persons[{n}] has no date of birth") for n in range(ALIKE + 3))
    text = letter(*decided(a_filing(), findings=findings), FRENCH)
    assert text.count("has no date of birth") == ALIKE
    assert text.count("Données d’identité") == 1
    assert "leur nombre : 3." in text


def test_a_ground_of_a_rule_without_title_is_named_by_its_article() -> None:
    finding = a_finding(rule="a_rule_of_tomorrow")
    for language in LANGUAGES:
        text = letter(*decided(a_filing(), findings=(finding,)), language)
        assert "RPD 83(2)(a)" in text
        assert "a_rule_of_tomorrow" not in text


def test_the_remark_of_the_second_signatory_is_told() -> None:
    filing, decision = decided(a_filing(), findings=(a_finding(),))
    second = decision.signatures[1].model_copy(update={"remark": "I agree, for one more reason."})
    decision = decision.model_copy(update={"signatures": (decision.signatures[0], second)})
    assert "I agree, for one more reason." in letter(filing, decision, SPANISH)


def test_an_international_entity_goes_by_its_own_name() -> None:
    filing, decision = decided(a_filing(bureau="ICC"), findings=(a_finding(),))
    assert "bureau ICC (International Criminal Court)" in letter(filing, decision, FRENCH)


# --- Right to left ------------------------------------------------------------------------------------------


def test_in_arabic_whatever_is_filled_in_from_another_script_stands_in_isolates() -> None:
    text = letter(*decided(a_filing(), findings=(a_finding(),), weighed=(A_GROUND,)), ARABIC)
    for line in text.splitlines():
        depth = 0
        for character in line:
            depth += {ISOLATE: 1, END_OF_ISOLATE: -1}.get(character, 0)
            assert depth in (0, 1), line
            assert depth == 1 or not (character.isascii() and character.isalpha()), f"{character!r} in {line!r}"
        assert depth == 0, line


def test_in_arabic_an_arabic_name_needs_no_isolate() -> None:
    text = letter(*decided(a_filing("يوسف كريم سليمندار"), findings=(a_finding(),)), ARABIC)
    assert ". يوسف كريم سليمندار\n" in text


@pytest.mark.parametrize("language", [ENGLISH, FRENCH, SPANISH])
def test_an_arabic_name_stands_in_an_isolate_elsewhere(language: Language) -> None:
    text = letter(*decided(a_filing("يوسف كريم سليمندار"), findings=(a_finding(),)), language)
    assert f"1. {ISOLATE}يوسف كريم سليمندار{END_OF_ISOLATE}" in text


def test_reasons_of_several_lines_are_isolated_line_by_line() -> None:
    text = letter(*decided(a_filing(), reasons="First.\nSecond.", findings=(a_finding(),)), ARABIC)
    assert f"{ISOLATE}First.{END_OF_ISOLATE}\n{ISOLATE}Second.{END_OF_ISOLATE}" in text


@pytest.mark.parametrize("control", ["\u202e", "\u2066", "\u2069", "\u200f"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_turns_a_letter_around_by_what_he_writes(control: str, language: Language) -> None:
    ground = Weighed.model_validate({**A_GROUND.model_dump(), "because": f"Turned {control} around."})
    text = letter(*decided(a_filing(), weighed=(ground,), reasons=f"Turned {control} around."), language)
    assert text.count("Turned  around.") == 2
