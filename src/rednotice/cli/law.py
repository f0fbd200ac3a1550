"""rednotice law: the rules with their articles, and what one of them says, asks and did."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from rednotice.cli import show
from rednotice.cli.client import connect
from rednotice.cli.laptop import EXAMPLES
from rednotice.cli.options import ActingAs, DataFolder, Json, fill, out, show_json
from rednotice.errors import RedNoticeError
from rednotice.rules.catalogue import catalogue, entry

app = typer.Typer(invoke_without_command=True, help="The rules: articles, dates, questions.")

CASES = EXAMPLES.parent / "tests" / "cases"
"""The tables of cases of the source tree; the package alone has none."""


@app.callback()
def law(context: typer.Context, as_json: Json = False) -> None:
    """List the rules in the order in which they are asked."""
    if context.invoked_subcommand:
        return
    entries = catalogue()
    if as_json:
        show_json([one.model_dump(mode="json") for one in entries])
        return
    for chapter in dict.fromkeys(one.chapter for one in entries):
        rows = [
            (one.name, f"{fill(one.question)}\n[dim]{fill(one.citation)}; {one.in_force}; {one.colours_in_words}[/]")
            for one in entries
            if one.chapter == chapter
        ]
        show.table(("rule", "question, article, in force, colours"), rows, title=f"\n[bold]{fill(chapter)}[/]")


@app.command("explain")
def explain(
    rule: Annotated[str, typer.Argument(help="The name of a rule, as 'rednotice law' lists it", show_default=False)],
    data: DataFolder,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Say what a rule asks and rests on, how it judges its cases, and which requests it last objected to."""
    found = entry(rule)
    cases = list(cases_of(found.name))
    touched, why_not = _touched(found.name, data, acting_as)
    if as_json:
        told = {**found.model_dump(mode="json"), "cases": cases}
        show_json({**told, "requests": touched, "requests_not_known": why_not})
        return
    out.print(f"[bold]{found.name}[/]  {fill(found.citation)}  ({found.in_force}; {found.colours_in_words})")
    out.print(fill(found.text))
    if found.source_note:
        out.print(f"[dim]Source: {fill(found.source_note)}[/]")
    rows = [(show.style(case["verdict"]), fill(case["name"]), fill(case["source"])) for case in cases]
    if rows:
        show.table(("verdict", "case", "source"), rows, title=f"\n{len(rows)} cases")
    else:
        out.print("\nNo table of cases lies here; a clone of the source has them (tests/cases).")
    if touched is None:
        out.print(f"\nWhich requests it last objected to is not known: {fill(why_not)}")
    else:
        requests = [
            (show.style(one["verdict"]), one["request"], one["bureau"], one["filed_at"][:16], one["state"])
            for one in touched
        ]
        title = f"\nIt last objected to {len(requests)} requests" if requests else "\nIt objected to no request yet."
        show.table(("verdict", "request", "bureau", "filed", "state"), requests, title=title)


def cases_of(rule: str, folder: Path = CASES) -> Iterator[dict[str, str]]:
    """The cases of a rule in the tables of the source tree: name, source, and the verdict expected."""
    for path in sorted(folder.glob("*.yaml")):
        table = yaml.safe_load(path.read_text(encoding="utf-8"))
        # A table is a list of cases that each name their rules, or holds the cases of each rule under its name.
        for row in table.get(rule, ()) if isinstance(table, dict) else table:
            verdict = row.get("verdict") if isinstance(table, dict) else _expected(row, rule)
            if verdict:
                yield {"verdict": verdict, "name": row["name"], "source": str(row.get("source", path.stem))}


def _expected(row: dict[str, Any], rule: str) -> str | None:
    for expected in (row.get("expected"), row.get("objects")):
        if isinstance(expected, dict) and expected.get("rule") == rule:
            return str(expected["verdict"])
        if isinstance(expected, dict) and rule in expected:
            return str(expected[rule])
    return None


def _touched(rule: str, data: Path, acting_as: str | None) -> tuple[list[dict[str, Any]] | None, str | None]:
    try:
        client, _ = connect(data, "office", name=acting_as, role="reviewer")
        found: list[dict[str, Any]] = client.get(f"/api/law/rules/{rule}/requests")
    except RedNoticeError as error:
        # What the rule says is worth showing without an office that runs.
        return None, str(error)
    return found, None
