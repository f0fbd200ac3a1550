"""rednotice notice: what is circulated, who has it, and its recall."""

from __future__ import annotations

from typing import Annotated

import typer

from rednotice.cli import show
from rednotice.cli.client import connect
from rednotice.cli.options import ActingAs, DataFolder, Json, fill, out, show_json
from rednotice.model.notice import Ground, in_path

app = typer.Typer(no_args_is_help=True, help="See notices and which bureaus hold them; recall them.")

ControlNumber = Annotated[str, typer.Argument(help="Such as A-1/11-2026", show_default=False)]


@app.command("list")
def list_(
    data: DataFolder,
    all_: Annotated[bool, typer.Option("--all", help="Recalled ones too")] = False,
    start: int = 0,
    count: int = 100,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """List notices in the order of publication."""
    client, _ = connect(data, "office", name=acting_as, role="reviewer")
    found = client.get("/api/notices", in_force=None if all_ else True, start=start, count=count)
    if as_json:
        show_json(found)
        return
    rows = [
        (
            one["control_number"],
            one["version"],
            one["colour"],
            one["bureau"] or "",
            fill(one["name"] or "(recalled)"),
            one["recalled"] or "",
        )
        for one in found["notices"]
    ]
    show.table(("number", "version", "colour", "bureau", "name", "recalled"), rows)
    out.print(f"{len(rows)} of {found['total']}")


@app.command("show")
def show_(number: ControlNumber, data: DataFolder, acting_as: ActingAs = None, as_json: Json = False) -> None:
    """Show a notice, and which bureaus hold it, erased it, or are silent."""
    client, _ = connect(data, "office", name=acting_as, role="reviewer")
    found = client.get(f"/api/notices/{in_path(number)}")
    if as_json:
        show_json(found)
        return
    notice = found["notice"]
    state = f"[bold red]recalled: {found['recalled']}[/]" if found["recalled"] else "in force"
    out.print(f"[bold]{notice['control_number']}[/] version {notice['version']}, {notice['colour']}, {state}")
    out.print(f"{fill(_names(notice['person']))}; born {notice['person']['born'] or 'unknown'}; "
              f"nationality {', '.join(notice['person']['nationalities']) or 'unknown'}")  # fmt: skip
    out.print(fill(notice["action"]))
    rows = [(one["bureau"], one["action"], one["version"], one["received_at"][:23]) for one in found["deliveries"]]
    show.table(("bureau", "did", "version", "receipt"), rows)
    if found["silent"]:
        out.print(f"Silent about this version: {', '.join(found['silent'])}")


@app.command("recall")
def recall(
    number: ControlNumber,
    data: DataFolder,
    ground: Annotated[Ground, typer.Option(help="Why")],
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Recall a notice: every node erases it and proves it."""
    client, _ = connect(data, "office", name=acting_as, role="reviewer")
    found = client.post(f"/api/notices/{in_path(number)}/recall", {"ground": ground.value})
    if as_json:
        show_json(found)
    else:
        out.print(f"{number} is recalled ({found['ground']}). 'rednotice notice show {number}' shows who erased it.")


def _names(person: dict[str, list[dict[str, str | None]]]) -> str:
    names = [
        name["full"] or " ".join(part for part in (name["given"], name["family"]) if part) for name in person["names"]
    ]
    return ", also ".join(names[:4])
