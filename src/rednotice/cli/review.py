"""rednotice review: the desk at which requests are decided."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from rednotice.cli import show
from rednotice.cli.client import connect
from rednotice.cli.options import ActingAs, DataFolder, Json, fill, out, present, show_json
from rednotice.cli.request import show_filings
from rednotice.errors import Fault, InvalidInput
from rednotice.model.request import Language

app = typer.Typer(no_args_is_help=True, help="Examine requests and sign decisions; two persons sign.")

Number = Annotated[str, typer.Argument(help="The request, such as R-2026-1", show_default=False)]
Days = Annotated[int | None, typer.Option(help="Days for the answer, if not the usual ones")]


@app.command("list")
def list_(
    data: DataFolder,
    all_: Annotated[bool, typer.Option("--all", help="Decided and incomplete ones too")] = False,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """List the requests that wait for the office: urgent ones first, then the oldest first."""
    client, _ = connect(data, "office", name=acting_as, role="reviewer")
    show_filings(client.get("/api/requests" if all_ else "/api/review/queue"), as_json=as_json)


@app.command("show")
def show_(number: Number, data: DataFolder, acting_as: ActingAs = None, as_json: Json = False) -> None:
    """Show a request with every finding, earlier cases like it, what was asked, and the decisions."""
    client, _ = connect(data, "office", name=acting_as, role="reviewer")
    present(client.get(f"/api/requests/{number}"), show.filing, as_json=as_json)


@app.command("take")
def take(
    number: Number,
    data: DataFolder,
    to: Annotated[str | None, typer.Option(help="Assign it to this reviewer instead")] = None,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Take a request, or assign it to another reviewer."""
    client, _ = connect(data, "office", name=acting_as, role="reviewer")
    found = client.post(f"/api/requests/{number}/assignment", {"to": to})
    present(found, f"{number} is {found['state']}, assigned to {found['assigned']}.", as_json=as_json)


@app.command("ask")
def ask(
    number: Number,
    text: Annotated[str, typer.Argument(help="The question", show_default=False)],
    data: DataFolder,
    days: Days = None,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Ask the bureau; the request is incomplete until it answers or the time ends."""
    client, _ = connect(data, "office", name=acting_as, role="reviewer")
    found = client.post(f"/api/requests/{number}/questions", {"text": text, "days": days})
    due = found["questions"][-1]["due"][:10]
    present(found, f"Bureau {found['request']['bureau']} has until {due} to answer.", as_json=as_json)


@app.command("opinion")
def opinion(
    number: Number,
    bureau: Annotated[str, typer.Argument(help="The bureau to ask", show_default=False)],
    text: Annotated[str, typer.Argument(help="What it is asked", show_default=False)],
    data: DataFolder,
    protest: Annotated[
        bool, typer.Option("--protest", help="Tell it of a prosecution of its nationals, against which it may protest")
    ] = False,
    days: Days = None,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Ask another bureau for its position on a request."""
    client, _ = connect(data, "office", name=acting_as, role="reviewer")
    body = {"bureau": bureau, "text": text, "protest": protest, "days": days}
    found = client.post(f"/api/requests/{number}/opinions", body)
    (asked,) = [one for one in found["opinions"] if one["bureau"] == bureau]
    until = f"Bureau {bureau} has until {asked['due'][:10]} to {'protest' if protest else 'answer'}."
    present(found, until, as_json=as_json)


@app.command("decide")
def decide(
    number: Number,
    data: DataFolder,
    publish: Annotated[bool, typer.Option("--publish", help="Decide to publish")] = False,
    refuse: Annotated[bool, typer.Option("--refuse", help="Decide to refuse")] = False,
    because: Annotated[str | None, typer.Option(help="The reasons, from the first who signs")] = None,
    person: Annotated[
        list[int] | None, typer.Option(help="Only persons[N] of the request, from 0; several times for several")
    ] = None,
    accept: Annotated[list[str] | None, typer.Option(metavar="RULE[=WHY]", help="Accept what a rule says")] = None,
    reject: Annotated[list[str] | None, typer.Option(metavar="RULE=WHY", help="Reject what a rule says")] = None,
    add: Annotated[list[str] | None, typer.Option(metavar="ART: WHY", help="Add a ground of your own")] = None,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Sign a decision. The second signature must be another reviewer's: use --as."""
    if publish == refuse:
        raise InvalidInput.at("--publish/--refuse", "exactly one is needed", "Say --publish or --refuse", "command")
    client, account = connect(data, "office", name=acting_as, role="reviewer")
    body = {
        "outcome": "publish" if publish else "refuse",
        "reasons": because,
        "persons": person or [],
        "weighed": _weighed(accept or [], reject or [], add or []),
    }
    found = client.post(f"/api/requests/{number}/decisions", body)
    if as_json:
        show_json(found)
        return
    decision = found["decisions"][-1]
    signed = [signature["officer"] for signature in decision["signatures"]]
    out.print(f"{number}: {show.style(decision['outcome'])}, signed by {fill(', '.join(signed))}.")
    if len(signed) < 2:
        out.print("Not in effect yet: another reviewer must sign too (--as NAME).")
    else:
        notices = f" Notices: {', '.join(decision['notices'])}." if decision["notices"] else ""
        out.print(f"In effect: {found['state']}; bureau {found['request']['bureau']} is told.{notices}")
    if account:
        out.print(f"[dim](acting as {fill(account.name)})[/]")


def _weighed(accept: list[str], reject: list[str], add: list[str]) -> list[dict[str, Any]]:
    weighed: list[dict[str, Any]] = []
    faults: list[Fault] = []
    for weighing, given in (("accepted", accept), ("rejected", reject)):
        for one in given:
            rule, _, why = one.partition("=")
            weighed.append({"weighing": weighing, "rule": rule.strip(), "because": why.strip() or None})
            if weighing == "rejected" and not why.strip():
                faults.append(Fault("--reject", f"{rule} is rejected without a word", "Write RULE=WHY"))
    for one in add:
        citation, colon, why = one.partition(":")
        if not colon or not why.strip():
            faults.append(Fault("--add", f"'{one[:80]}' is no ground", "Write it as 'RPD 83(1): why'"))
        weighed.append({"weighing": "added", "citation": citation.strip(), "because": why.strip()})
    if faults:
        raise InvalidInput(faults, "command")
    return weighed


@app.command("letter")
def letter(
    number: Number,
    data: DataFolder,
    language: Annotated[Language | None, typer.Option(help="If not that of the request")] = None,
    person: Annotated[int | None, typer.Option(help="The decision on persons[N], if there are several")] = None,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Show the letter by which the bureau is told of a decision, in any official language."""
    client, _ = connect(data, "office", name=acting_as, role="reviewer")
    query = {"language": language.value if language else None, "person": person}
    found = client.get(f"/api/requests/{number}/letter", **query)
    if as_json:
        show_json(found)
    else:
        typer.echo(found["text"], nl=False)


@app.command("search")
def search(
    name: Annotated[str, typer.Argument(help="In any spelling or script", show_default=False)],
    data: DataFolder,
    born: Annotated[str | None, typer.Option(help="1971-03-05, 1971-03 or 1971")] = None,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Look for a person among refused requests and recalled notices."""
    client, _ = connect(data, "office", name=acting_as, role="reviewer")
    found = client.get("/api/review/search", name=name, born=born)
    if as_json:
        show_json(found)
        return
    rows = [
        (
            fill(one["name"]),
            f"{one['score']:.2f}",
            one["request"],
            one["bureau"],
            fill(one["how"]),
            one["notice"] or "",
            one["decided_at"][:10],
            fill(", ".join(one["citations"])),
        )
        for one in found
    ]
    show.table(("name", "near", "request", "bureau", "how", "notice", "decided", "under"), rows)
    if not rows:
        out.print("Nobody of this name was refused or recalled.")
