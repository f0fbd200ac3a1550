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
    for place, column in enumerate(columns):
        # A number that is cut in two can be neither read nor copied.
        made.add_column(column, overflow="fold", no_wrap=place == 0)
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
    if found["assigned"]:
        out.print(f"assigned to {fill(found['assigned'])}")
    for amendment in found["amendments"]:
        changed = amendment["changed"]
        more = f" and {len(changed) - PASSAGES} more" if len(changed) > PASSAGES else ""
        out.print(f"amended {amendment['at'][:16]} by {fill(amendment['by'])}: "
                  f"{fill(', '.join(changed[:PASSAGES]))}{more}")  # fmt: skip
    for earlier in found["earlier"]:
        out.print(f"[bold yellow]Earlier case, {fill(earlier['how'])}:[/] {earlier['request']} of {earlier['bureau']} "
                  f"on {earlier['decided_at'][:10]} under {fill(', '.join(earlier['citations']))}; "
                  f"{fill('; '.join(earlier['same']))}")  # fmt: skip
    for question in found["questions"]:
        _question(question)
    for opinion in found["opinions"]:
        said = opinion["stance"] or ("no answer in time" if opinion["lapsed"] else f"asked, due {opinion['due'][:10]}")
        because = f": {fill(opinion['because'])}" if opinion["because"] else ""
        out.print(f"Opinion of {opinion['bureau']}: [bold]{fill(said)}[/]{because}")
    examination(found["examination"])
    for decision in found["decisions"]:
        _decision(decision)
    if found["notices"]:
        out.print(f"Notices: {', '.join(found['notices'])}")


def _question(question: Row) -> None:
    out.print(f"Question {question['number']} ({fill(question['asked_by'])}): {fill(question['text'])}")
    answer = question["answer"]
    if answer:
        out.print(f"  answered {answer['at'][:10]} by {fill(answer['by'])}: {fill(answer['text'])}")
    else:
        state = "[bold yellow]unanswered[/]" if question["lapsed"] else f"answer due {question['due'][:10]}"
        out.print(f"  {state}")


def _decision(decision: Row) -> None:
    signed = fill(", ".join(signature["officer"] for signature in decision["signatures"]))
    places = f" on persons {', '.join(map(str, decision['persons'][:PASSAGES]))}" if decision["persons"] else ""
    if len(decision["persons"]) > PASSAGES:
        places += f" and {len(decision['persons']) - PASSAGES} more"
    void = f" [bold yellow](void: {fill(decision['void'])})[/]" if decision["void"] else ""
    out.print(
        f"\nDecision{places}: {style(decision['outcome'])}, signed by {signed}: {fill(decision['reasons'])}{void}"
    )
    for one in decision["weighed"]:
        what = fill(f"{one['rule'] or ''} ({one['citation']})".strip())
        because = f": {fill(one['because'])}" if one["because"] else ""
        out.print(f"  {one['weighing']} {what}{because}")


def check(found: Row, *, explain: bool) -> None:
    """The answer to a check, best match first; with every part of the explanation if asked."""
    for rank, result in enumerate(found["results"], start=1):
        _result(rank, result, explain=explain)
    for remark in found["remarks"]:
        out.print(f"[yellow]machine-readable zone:[/] {fill(remark)}")
    out.print(f"\n{fill(found['says'])}  [dim](check {found['number']})[/]")


def _result(rank: int, result: Row, *, explain: bool) -> None:
    match, notice, listing = result["match"], result["notice"], result["listing"]
    behind = "no notice"
    if notice:
        requester = f"requested by {notice['bureau']}" if notice["bureau"] else notice["listing"]["source"]
        behind = f"{notice['colour']} notice {notice['control_number']} of {notice['published_at'][:10]}, {requester}"
    elif listing:
        taken = f"list of this node, taken over on {result['imported_at'][:10]}; no notice"
        behind = f"{listing['source']} {listing['reference']} ({taken})"
    out.print(f"[bold]{rank}. {fill(match['name'])}[/]  {match['score']:.2f}  {fill(behind)}")
    out.print(f"   why:  {fill(match['in_words'])}")
    effect = result["effect"]
    out.print(f"   here: [bold]{effect['effect']}[/]. {fill(effect['says'])} "
              f"[dim](source: {fill(effect['source'])}, {effect['as_of']})[/]")  # fmt: skip
    out.print(f"   ask:  {fill(result['ask'])}")
    if explain:
        _explanation(match)


VERDICTS = {"agrees": "green", "contradicts": "bold red", "unknown": "dim"}


def _explanation(match: Row) -> None:
    """What was asked, what it met and how: the name word by word, then datum by datum, then what the score means."""
    rows = [
        (fill(part["asked"] or "-"), fill(part["listed"] or "-"), fill(_how(part)), f"{part['nearness']:.2f}")
        for part in match["parts"]
    ]
    for one in match["evidence"]:
        verdict = f"[{VERDICTS[one['verdict']]}]{one['verdict']}[/]"
        asked = fill(f"{one['datum']}: {one['asked'] or '-'}")
        rows.append((asked, fill(one["listed"] or "-"), fill(one["says"]), verdict))
    title = f"   listed as {fill(match['met_name'])}" if match["met_name"] != match["name"] else None
    table(("asked", "listed", "how", "near, or what it says"), rows, title)
    out.print(f"   score: {match['score']:.3f}. {fill(match['means'])}")


def _how(part: Row) -> str:
    script = f" from {part['script']}" if part["how"] == "transliterated" else ""
    return f"{part['how']}{script}{', in another order' if part['moved'] else ''}"


def notice(found: Row) -> None:
    """A notice with its remarks, its history, and how it fares at the bureaus."""
    about = found["notice"]
    state = "in force"
    if found["recalled"]:
        state = f"[bold red]recalled: {found['recalled']}[/]"
    elif found["suspended"]:
        state = f"[bold yellow]suspended by {fill(found['suspended_by'])}: {fill(found['suspended'])}[/]"
    out.print(f"[bold]{about['control_number']}[/] version {about['version']}, {about['colour']}, {state}")
    person = about["person"]
    if person:
        out.print(f"{fill(_names(person))}; born {person['born'] or 'unknown'}; "
                  f"nationality {', '.join(person['nationalities']) or 'unknown'}")  # fmt: skip
    out.print(fill(about["action"]))
    if about["restricted"]:
        out.print(f"Kept from: {', '.join(about['restricted'])}")
    for addition in about["additions"]:
        out.print(f"[bold]{addition['kind']}[/] of {fill(addition['by'])}, {addition['at'][:10]}: "
                  f"{fill(addition['text'])}")  # fmt: skip
    out.print(f"Examined again by {about['review_by']}.")
    table(
        ("event", "when", "what", "version"),
        [(one["event"], one["at"][:19], one["kind"], one["version"] or "") for one in found["history"]],
    )
    rows = [(one["bureau"], one["action"], one["version"], one["received_at"][:23]) for one in found["deliveries"]]
    table(("bureau", "did", "version", "receipt"), rows)
    if found["silent"]:
        since = (found["silent_since"] or "")[:19]
        out.print(f"Silent about this version since {since}: {', '.join(found['silent'])}")


def _names(person: Row) -> str:
    names = [
        name["full"] or " ".join(part for part in (name["given"], name["family"]) if part) for name in person["names"]
    ]
    return ", also ".join(names[:4])


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
    table(
        ("duty", "owed by", "until", "done"),
        [(duty["kind"], duty["owed_by"], duty["due"][:16], _done(duty)) for duty in found["duties"]],
    )


def _done(duty: Row) -> str:
    if duty["done"]:
        return f"[green]{duty['done'][:16]}[/] {fill(duty['by'])}" + (
            f": {fill(duty['remark'])}" if duty["remark"] else ""
        )
    if duty["lapsed"]:
        return f"[bold red]not done; the second limit passed {duty['lapsed'][:16]}[/]"
    return f"[yellow]not done; reminded {duty['reminded'][:16]}[/]" if duty["reminded"] else "not yet"


def application(found: Row) -> None:
    """An application as the commission holds it."""
    asked, steps = found["application"], found["steps"]
    due = f", due {found['due'][:10]}" if found["due"] else ""
    out.print(f"[bold]{found['number']}[/] {asked['kind']}: [bold]{steps[-1]['to']}[/]{due}")
    if found["concerns"]:
        about = ", ".join(f"{one['subject']} ({one['bureau'] or 'the office'})" for one in found["concerns"])
        out.print(f"about {about}")
    table(
        ("when", "state", "by", "reasons"),
        [(one["at"][:19], one["to"], fill(one["by"]), fill(one["reasons"] or "")) for one in steps],
    )
    for one in found["measures"]:
        out.print(f"{one['at'][:10]} {one['kind']} {one['subject']}: {fill(one['text'] or '')}")
    for one in found["exchange"]:
        restricted = f" [dim](not to be disclosed: {fill(one['restricted'])})[/]" if one["restricted"] else ""
        said = "was asked" if one["asked"] else "says"
        out.print(f"{one['at'][:10]} {fill(one['side'])} {said}: {fill(one['text'])}{restricted}")
    for one in found["rulings"]:
        signed = ", ".join(signature["officer"] for signature in one["signatures"])
        out.print(f"Decision: [bold]{one['outcome']}[/], signed by {fill(signed)}: {fill(one['reasons'])}")
