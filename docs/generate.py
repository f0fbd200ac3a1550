"""Writes the pages that follow from the code, so that they cannot drift: docs/commands.md and docs/law.md.

`make docs` runs this; tests/test_docs.py sees to it that it was run.
"""

from __future__ import annotations

from pathlib import Path

import typer.main
from tests.agreement import KNOWN_DISAGREEMENTS, Answer, answers
from typer.cli import get_docs_for_click

from rednotice.cli import app
from rednotice.model.finding import Advice
from rednotice.rules.catalogue import catalogue
from rednotice.rules.figures import figures

DOCS = Path(__file__).parent
MADE = "<!-- Made by `make docs`; change the code, not this page. -->\n\n"


def commands() -> str:
    """Every command and option, from the command line itself."""
    command = typer.main.get_command(app)
    context = typer.Context(command, info_name="rednotice")
    text = get_docs_for_click(obj=command, ctx=context, name="rednotice", title="The `rednotice` command")
    return MADE + "\n".join(line.rstrip() for line in text.splitlines()).strip() + "\n"


def law() -> str:
    """Every rule, chapter by chapter, with its article, question, dates and source note, and the figures of the law."""
    lines = [
        "# The law as code",
        "",
        "Every rule that a request is put to, in the order in which it is asked. `RPD`: Rules on the Processing of",
        "Data. A rule answers satisfied, missing, doubtful or barred, and points to its evidence; only people decide.",
        "Rules stand in `src/rednotice/rules/`, one function each; `rednotice law explain RULE` shows its cases. A",
        "note says where a rule was not, or not wholly, written beside the text of its article.",
    ]
    entries = catalogue()
    for chapter in dict.fromkeys(one.chapter for one in entries):
        lines += ["", f"## {chapter}", "", "| article | rule | question | in force | colours | note |"]
        lines += ["|---|---|---|---|---|---|"]
        for one in entries:
            if one.chapter == chapter:
                asked = f"| {one.citation} | `{one.name}` | {one.question} "
                lines.append(f"{asked}| {one.in_force} | {one.colours_in_words} | {one.source_note or ''} |")
    lines += ["", "## Figures", ""]
    lines += ["| figure | from | value | source |", "|---|---|---|---|"]
    for name, rows in figures().items():
        lines += [f"| `{name}` | {row['since']} | {row['value']} | {row['source']} |" for row in rows]
    lines += ["", *agreement(answers())]
    return MADE + "\n".join(lines) + "\n"


def agreement(found: list[Answer]) -> list[str]:
    """How far the rules recommend what practice decided in the cases of tests/cases/predominance.yaml."""
    agreed = sum(one.agrees for one in found)
    lines = [
        "## Agreement with published practice",
        "",
        "Each case of `tests/cases/predominance.yaml` retells a line of published practice in our own words, with",
        "synthetic persons, and names the line of the domain sheet from which its expectation comes. Only the rules on",
        "neutrality are heard. The terms were written beside these cases; the short texts of",
        "`tests/cases/neutrality_texts.yaml` were written after them, and its head says how many agreed at first.",
        "",
        f"{agreed} of {len(found)} agree.",
        "",
        "| category | cases | expected | recommended | agree |",
        "|---|---|---|---|---|",
    ]
    for category in dict.fromkeys(one.category for one in found):
        cases = [one for one in found if one.category == category]
        expected = _counted([one.expected for one in cases])
        recommended = _counted([one.recommendation.advice for one in cases])
        lines.append(f"| {category} | {len(cases)} | {expected} | {recommended} | {sum(one.agrees for one in cases)} |")
    lines += ["", "Disagreements:", ""]
    lines += [
        f"- *{one.name}* ({one.category}): expected {one.expected}, recommended {one.recommendation.advice}. "
        f"{KNOWN_DISAGREEMENTS.get(one.name, 'Not yet explained.')}"
        for one in found
        if not one.agrees
    ] or ["None."]
    return lines


def _counted(advices: list[Advice]) -> str:
    return ", ".join(f"{advice} {advices.count(advice)}" for advice in Advice if advice in advices)


PAGES = {"commands.md": commands, "law.md": law}

if __name__ == "__main__":
    for name, make in PAGES.items():
        (DOCS / name).write_text(make(), encoding="utf-8")
