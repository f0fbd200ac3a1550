"""How nouns look in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.table import Table

from rednotice.cli.options import fill, out

STYLES = {
    "satisfied": "green",
    "doubtful": "yellow",
    "missing": "magenta",
    "barred": "bold red",
    "publish": "green",
    "examine": "yellow",
    "ask the bureau": "magenta",
    "refuse": "bold red",
}
Row = Mapping[str, Any]

ALIKE = 3
"""More findings than this that are alike are shown by the first of them."""
PASSAGES = 6


def style(word: str) -> str:
    """A verdict or an advice in its colour."""
    return f"[{STYLES.get(word, 'default')}]{fill(word)}[/]"


def table(columns: Iterable[str], rows: Iterable[Iterable[object]], title: str | None = None) -> None:
    """Prints a table; markup in cells is the caller's."""
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in rows:
        made.add_row(*(str(cell) for cell in row))
    out.print(made, soft_wrap=False)


def examination(found: Row) -> None:
    """What the rules said of a request; findings that are alike for many persons stand together."""
    alike: dict[tuple[str, str, str], list[Row]] = {}
    for finding in found["findings"]:
        alike.setdefault((finding["rule"], finding["verdict"], finding.get("mend") or ""), []).append(finding)
    rows = []
    for findings in alike.values():
        shown = findings if len(findings) <= ALIKE else findings[:1]
        rows += [(style(one["verdict"]), fill(one["citation"]), _because(one)) for one in shown]
        if len(shown) < len(findings):
            rows.append(("", "", f"[dim]… and {len(findings) - 1} more alike; --json shows each[/]"))
    table(("verdict", "article", "because"), rows)
    advice = found["recommendation"]
    out.print(f"\nRecommendation: {style(advice['advice'])}: {fill(advice['because'])}. Only people decide.")


def _because(finding: Row) -> str:
    because = fill(finding["because"])
    if finding.get("lean"):
        because += f" [dim](leans to {fill(finding['lean'])}, {finding['weight']})[/]"
    if finding.get("mend"):
        because += f"\n[dim]→ {fill(finding['mend'])}[/]"
    if finding["verdict"] != "satisfied":
        for evidence in finding["evidence"][:PASSAGES]:
            passage = f": “{evidence['passage']}”" if evidence.get("passage") else ""
            because += f"\n[dim]{fill(evidence['path'] + passage)}[/]"
    return because


def filing(found: Row) -> None:
    """A request as the office holds it."""
    asked = found["request"]
    out.print(f"[bold]{found['number']}[/] {fill(asked.get('title') or '')}")
    out.print(f"bureau {asked['bureau']}, reference {fill(asked['reference'])}, {len(asked['persons'])} persons, "
              f"filed {found['filed_at'][:16]} by {fill(found['filed_by'])}; [bold]{found['state']}[/]")  # fmt: skip
    for earlier in found["earlier"]:
        out.print(f"[bold yellow]Refused before:[/] {earlier['request']} of {earlier['bureau']} "
                  f"on {earlier['decided_at'][:10]} under {fill(', '.join(earlier['citations']))}; "
                  f"{fill('; '.join(earlier['same']))}")  # fmt: skip
    examination(found["examination"])
    decision = found.get("decision")
    if decision:
        signed = ", ".join(signature["officer"] for signature in decision["signatures"])
        out.print(f"\nDecision: {style(decision['outcome'])}, signed by {fill(signed)}: {fill(decision['reasons'])}")
    if found["notices"]:
        out.print(f"Notices: {', '.join(found['notices'])}")


def check(found: Row, *, explain: bool) -> None:
    """The answer to a check, best match first; with every part of the explanation if asked."""
    for rank, result in enumerate(found["results"], start=1):
        _result(rank, result, explain=explain)
    out.print(f"\n{fill(found['says'])}  [dim](check {found['number']})[/]")


def _result(rank: int, result: Row, *, explain: bool) -> None:
    match, notice, listing = result["match"], result["notice"], result["listing"]
    behind = "no notice"
    if notice:
        requester = f"requested by {notice['bureau']}" if notice["bureau"] else notice["listing"]["source"]
        behind = f"{notice['colour']} notice {notice['control_number']}, {requester}"
    elif listing:
        behind = f"{listing['source']} {listing['reference']} (list of this node, no notice)"
    out.print(f"[bold]{rank}. {fill(match['name'])}[/]  {match['score']:.2f}  {fill(behind)}")
    out.print(f"   why:  {fill(match['in_words'])}")
    effect = result["effect"]
    out.print(f"   here: [bold]{effect['effect']}[/]. {fill(effect['says'])} "
              f"[dim](source: {fill(effect['source'])}, {effect['as_of']})[/]")  # fmt: skip
    out.print(f"   ask:  {fill(result['ask'])}")
    if explain:
        parts = [
            (fill(part["asked"] or ""), fill(part["listed"] or ""), part["how"], f"{part['nearness']:.2f}")
            for part in match["parts"]
        ]
        table(("asked", "listed", "how", "near"), parts)
        evidence = [
            (one["datum"], fill(one["asked"] or ""), fill(one["listed"] or ""), one["verdict"], fill(one["says"]))
            for one in match["evidence"]
        ]
        if evidence:
            table(("datum", "asked", "listed", "verdict", "says"), evidence)


def case(found: Row) -> None:
    """A case with its moves."""
    moves = found["moves"]
    out.print(f"[bold]{found['number']}[/] on notice {found['control_number']}: {moves[-1]['to']} "
              f"(requesting {found['requesting'] or 'nobody'}, locating {found['locating']})")  # fmt: skip
    table(
        ("when", "state", "by", "remark"),
        [
            (move["at"][:19], move["to"], fill(f"{move['by']} ({move['bureau']})"), fill(move["remark"] or ""))
            for move in moves
        ],
    )
