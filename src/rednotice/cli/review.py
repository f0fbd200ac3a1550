"""rednotice review: the desk at which requests are decided."""

from __future__ import annotations

from typing import Annotated

import typer

from rednotice.cli import show
from rednotice.cli.client import connect
from rednotice.cli.options import ActingAs, DataFolder, Json, fill, out, show_json
from rednotice.cli.request import show_filings
from rednotice.errors import InvalidInput

app = typer.Typer(no_args_is_help=True, help="Examine requests and sign decisions; two persons sign.")

Number = Annotated[str, typer.Argument(help="The request, such as R-2026-1", show_default=False)]


@app.command("list")
def list_(
    data: DataFolder,
    all_: Annotated[bool, typer.Option("--all", help="Decided ones too")] = False,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """List the requests that wait for a decision, oldest first."""
    client, _ = connect(data, "office", name=acting_as, role="reviewer")
    show_filings(client.get("/api/requests", state=None if all_ else "in review"), as_json=as_json)


@app.command("show")
def show_(number: Number, data: DataFolder, acting_as: ActingAs = None, as_json: Json = False) -> None:
    """Show a request with every finding, earlier refusals of the same case, and the decision."""
    client, _ = connect(data, "office", name=acting_as, role="reviewer")
    found = client.get(f"/api/requests/{number}")
    if as_json:
        show_json(found)
    else:
        show.filing(found)


@app.command("decide")
def decide(
    number: Number,
    data: DataFolder,
    publish: Annotated[bool, typer.Option("--publish", help="Decide to publish")] = False,
    refuse: Annotated[bool, typer.Option("--refuse", help="Decide to refuse")] = False,
    because: Annotated[str | None, typer.Option(help="The reasons, from the first who signs")] = None,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Sign a decision. The second signature must be another reviewer's: use --as."""
    if publish == refuse:
        raise InvalidInput.at("--publish/--refuse", "exactly one is needed", "Say --publish or --refuse", "command")
    client, account = connect(data, "office", name=acting_as, role="reviewer")
    body = {"outcome": "publish" if publish else "refuse", "reasons": because}
    found = client.post(f"/api/requests/{number}/decisions", body)
    if as_json:
        show_json(found)
        return
    decision = found["decision"]
    signed = [signature["officer"] for signature in decision["signatures"]]
    out.print(f"{number}: {show.style(decision['outcome'])}, signed by {fill(', '.join(signed))}.")
    if found["state"] == "in review":
        out.print("Not in effect yet: another reviewer must sign too (--as NAME).")
    else:
        notices = f" Notices: {', '.join(found['notices'])}." if found["notices"] else ""
        out.print(f"In effect: {found['state']}; bureau {found['request']['bureau']} is told.{notices}")
    if account:
        out.print(f"[dim](acting as {fill(account.name)})[/]")
