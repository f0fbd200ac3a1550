"""rednotice case: what follows a hit."""

from __future__ import annotations

from typing import Annotated

import typer

from rednotice.cli import show
from rednotice.cli.client import connect
from rednotice.cli.options import ActingAs, DataFolder, Json, out, present, show_json
from rednotice.model.case import CaseState, DutyKind, Side

app = typer.Typer(no_args_is_help=True, help="Follow cases, from the hit to the end.")

Number = Annotated[str, typer.Argument(help="Such as C-2026-1", show_default=False)]


@app.command("list")
def list_(
    data: DataFolder,
    neglected: Annotated[
        bool, typer.Option("--neglected", help="Only where the requesting bureau did not act in time")
    ] = False,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """List cases: all for the office, a bureau's own for its desk (--as)."""
    client, _ = connect(data, "office", name=acting_as, role="reviewer")
    found = client.get("/api/cases", neglected=neglected)
    if as_json:
        show_json(found)
        return
    rows = [
        (
            one["number"],
            one["control_number"],
            one["requesting"] or "",
            one["locating"],
            one["moves"][-1]["to"],
            ", ".join(duty["kind"] for duty in one["duties"] if duty["reminded"] and not duty["done"]),
        )
        for one in found
    ]
    show.table(("number", "notice", "requesting", "locating", "state", "overdue"), rows)


@app.command("show")
def show_(number: Number, data: DataFolder, acting_as: ActingAs = None, as_json: Json = False) -> None:
    """Show a case with every move, and who owes what until when."""
    client, _ = connect(data, "office", name=acting_as, role="reviewer")
    found = client.get(f"/api/cases/{number}")
    present(found, show.case, as_json=as_json)


@app.command("move")
def move(
    number: Number,
    to: Annotated[CaseState, typer.Argument(help="The new state", show_default=False)],
    data: DataFolder,
    bureau: Annotated[str | None, typer.Option(help="The bureau whose desk moves it")] = None,
    remark: Annotated[str | None, typer.Option(help="What both bureaus should know")] = None,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Move a case; the person extradited, the notice is recalled as fulfilled."""
    if acting_as is None and bureau is None:
        reader, _ = connect(data, "office", role="reviewer")
        case = reader.get(f"/api/cases/{number}")
        bureau = case["requesting" if to is CaseState.EXTRADITED else "locating"]
    client, _ = connect(data, "office", name=acting_as, role="desk", bureau=bureau)
    found = client.post(f"/api/cases/{number}/moves", {"to": to.value, "remark": remark})
    if as_json:
        show_json(found)
    else:
        show.case(found)
        if found["moves"][-1]["to"] == CaseState.EXTRADITED.value:
            out.print(f"Notice {found['control_number']} is recalled as fulfilled.")


@app.command("done")
def done(
    number: Number,
    duty: Annotated[DutyKind, typer.Argument(help="What was done", show_default=False)],
    data: DataFolder,
    bureau: Annotated[str | None, typer.Option(help="The bureau whose desk did it")] = None,
    remark: Annotated[str | None, typer.Option(help="What both bureaus should know")] = None,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Say that a bureau did what it owes in a case."""
    if acting_as is None and bureau is None:
        reader, _ = connect(data, "office", role="reviewer")
        case = reader.get(f"/api/cases/{number}")
        owed = {one["kind"]: one["owed_by"] for one in case["duties"]}
        bureau = case["locating" if owed.get(duty.value) == Side.LOCATING.value else "requesting"]
    client, _ = connect(data, "office", name=acting_as, role="desk", bureau=bureau)
    found = client.post(f"/api/cases/{number}/duties", {"duty": duty.value, "remark": remark})
    present(found, show.case, as_json=as_json)
