"""rednotice hold: legal holds, which forbid erasure."""

from __future__ import annotations

from typing import Annotated

import typer

from rednotice.cli import show
from rednotice.cli.client import connect
from rednotice.cli.options import ActingAs, DataFolder, Json, fill, present, show_json

app = typer.Typer(no_args_is_help=True, help="Legal holds: what they are on is not erased.")

Subject = Annotated[str, typer.Argument(help="A request, notice or case, such as A-1/11-2026", show_default=False)]
Reason = Annotated[str, typer.Option(help="Why")]


@app.command("place")
def place(
    subject: Subject, reason: Reason, data: DataFolder, acting_as: ActingAs = None, as_json: Json = False
) -> None:
    """Place a legal hold."""
    client, _ = connect(data, "office", name=acting_as, role="reviewer")
    found = client.post("/api/holds", {"subject": subject, "reason": reason})
    present(found, f"{subject} is not erased until the hold is lifted.", as_json=as_json)


@app.command("lift")
def lift(subject: Subject, reason: Reason, data: DataFolder, acting_as: ActingAs = None, as_json: Json = False) -> None:
    """Lift a legal hold; what is due for erasure is erased when the clock looks again."""
    client, _ = connect(data, "office", name=acting_as, role="reviewer")
    found = client.post("/api/holds/lift", {"subject": subject, "reason": reason})
    present(found, f"The hold on {subject} is lifted.", as_json=as_json)


@app.command("list")
def list_(data: DataFolder, acting_as: ActingAs = None, as_json: Json = False) -> None:
    """List legal holds, oldest first."""
    client, _ = connect(data, "office", name=acting_as, role="reviewer")
    found = client.get("/api/holds")
    if as_json:
        show_json(found)
        return
    rows = [(one["subject"], fill(one["by"]), one["bureau"], one["at"][:10], fill(one["reason"])) for one in found]
    show.table(("on", "by", "for", "since", "reason"), rows)
