"""The cases of the predominance test, put to the rules: what was expected, what they recommend.

The tests and docs/generate.py (the table of agreement in docs/law.md) both read it here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from rednotice.model.finding import Advice, Finding, Position, Recommendation
from rednotice.model.request import Request
from rednotice.rules import constitution
from rednotice.rules.book import examine, recommend
from tests.builders import TODAY, a_person, a_request, a_warrant, an_offence, facts

TABLES = Path(__file__).parent / "cases"
CASES = TABLES / "predominance.yaml"
TEXTS = TABLES / "neutrality_texts.yaml"
ADVICE = {"refuse": Advice.REFUSE, "examine": Advice.EXAMINE, "ask": Advice.ASK, "publish": Advice.PUBLISH}
NEUTRALITY = {rule.name for rule in constitution.RULES}

KNOWN_DISAGREEMENTS: dict[str, str] = {
    "Commandos of another country's navy blew up a pipeline of our state.": (
        "Forces, and no means of war in words: a theft from a navy reads alike, so people weigh it."
    ),
}
"""Cases in which the rules do not recommend what practice decided, each with the reason."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One case, and what the rules of Article 3 say of it."""

    name: str
    category: str
    expected: Advice
    recommendation: Recommendation
    findings: tuple[Finding, ...]

    @property
    def agrees(self) -> bool:
        """Whether the rules recommend what was expected."""
        return self.recommendation.advice is self.expected


def rows() -> list[dict[str, Any]]:
    """The cases of published practice, as they stand in the table."""
    found: list[dict[str, Any]] = yaml.safe_load(CASES.read_text(encoding="utf-8"))
    return found


def texts() -> list[dict[str, Any]]:
    """The short texts that were written after the terms, each named by its text."""
    found: list[dict[str, Any]] = yaml.safe_load(TEXTS.read_text(encoding="utf-8"))
    return [{"name": row["summary"], "category": "short texts", **row} for row in found]


NOTHING_TOLD = "The file of the court says no more than the charge; the person sought left the country in May."
NOTHING_CHARGED = "Offence under Article 9"


def request_of(case: dict[str, Any], **more: Any) -> Request:
    """The request of a case; what the case leaves out says nothing, neither in facts nor in charges."""
    charges = case.get("charges", [NOTHING_CHARGED])
    return a_request(
        language=case.get("language", "en"),
        facts=facts(case.get("summary", NOTHING_TOLD), **case.get("facts", {})),
        persons=[a_person(**{"part_played": "Took part as told.", **case.get("person", {})})],
        warrants=[a_warrant(offences=[an_offence(charge) for charge in charges])],
        background=case.get("background"),
        **{**case.get("change", {}), **more},
    )


def positions_of(case: dict[str, Any]) -> list[Position]:
    """What other bureaus say in a case."""
    return [Position(**position) for position in case.get("positions", ())]


def answer(case: dict[str, Any]) -> Answer:
    """Puts a case to the rules; only those of Article 3 are heard."""
    examination = examine(request_of(case), TODAY, (), positions_of(case))
    findings = tuple(finding for finding in examination.findings if finding.rule in NEUTRALITY)
    return Answer(case["name"], case["category"], ADVICE[case["expected"]], recommend(findings), findings)


def answers() -> list[Answer]:
    """Every case and every short text, with what the rules say of it."""
    return [answer(case) for case in (*rows(), *texts())]
