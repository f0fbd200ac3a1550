"""rednotice notice: what is circulated, who has it, and its life from version to recall."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rednotice.adapters import clock
from rednotice.adapters.request_file import read_file
from rednotice.cli import show
from rednotice.cli.client import Client, connect
from rednotice.cli.options import ActingAs, DataFolder, Json, fill, out, present, show_json
from rednotice.model.notice import Ground, Remark, in_path
from rednotice.model.request import read_request

app = typer.Typer(no_args_is_help=True, help="See notices and which bureaus hold them; change, suspend, recall them.")

ControlNumber = Annotated[str, typer.Argument(help="Such as A-1/11-2026", show_default=False)]
Bureau = Annotated[str | None, typer.Option(help="Act as the desk of this bureau; without it, as a reviewer")]


@app.command("list")
def list_(
    data: DataFolder,
    all_: Annotated[bool, typer.Option("--all", help="Recalled and suspended ones too")] = False,
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
            fill(one["name"] or "(not shown)"),
            one["recalled"] or ("suspended" if one["suspended"] else ""),
        )
        for one in found["notices"]
    ]
    show.table(("number", "version", "colour", "bureau", "name", "out of force"), rows)
    out.print(f"{len(rows)} of {found['total']}")


@app.command("show")
def show_(number: ControlNumber, data: DataFolder, acting_as: ActingAs = None, as_json: Json = False) -> None:
    """Show a notice, its history, and which bureaus hold it, erased it, or are silent."""
    client, _ = connect(data, "office", name=acting_as, role="reviewer")
    found = client.get(f"/api/notices/{in_path(number)}")
    present(found, show.notice, as_json=as_json)


@app.command("update")
def update(
    number: ControlNumber,
    file: Annotated[Path, typer.Argument(help="The request as it should read now", show_default=False)],
    data: DataFolder,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Put new data into a notice: the whole request, with the person of this notice alone."""
    changed = read_file(file).located(lambda content: read_request(content, clock.now().date()))
    client, _ = connect(data, "office", name=acting_as, role="desk", bureau=changed.bureau)
    found = client.post(f"/api/notices/{in_path(number)}/versions", changed.model_dump(mode="json"))
    present(found, f"{number} is version {found['version']} now.", as_json=as_json)


@app.command("add")
def add(
    number: ControlNumber,
    kind: Annotated[Remark, typer.Argument(help="caveat (a warning) or addendum (more data)", show_default=False)],
    text: Annotated[str, typer.Argument(help="What it says", show_default=False)],
    data: DataFolder,
    bureau: Bureau = None,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Add a caveat or an addendum to a notice."""
    client = _keeper(data, acting_as, bureau)
    found = client.post(f"/api/notices/{in_path(number)}/additions", {"kind": kind.value, "text": text})
    present(found, f"{number} is version {found['version']} now, with the {kind}.", as_json=as_json)


@app.command("suspend")
def suspend(
    number: ControlNumber,
    data: DataFolder,
    because: Annotated[str, typer.Option(help="Why, in a line")],
    bureau: Bureau = None,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Take a notice out of force for a time: every node drops it and says so."""
    client = _keeper(data, acting_as, bureau)
    found = client.post(f"/api/notices/{in_path(number)}/suspend", {"because": because})
    present(found, f"{number} is suspended. 'rednotice notice lift {number}' puts it back into force.", as_json=as_json)


@app.command("lift")
def lift(
    number: ControlNumber, data: DataFolder, bureau: Bureau = None, acting_as: ActingAs = None, as_json: Json = False
) -> None:
    """Put a suspended notice back into force, as a new version."""
    found = _keeper(data, acting_as, bureau).post(f"/api/notices/{in_path(number)}/lift")
    present(found, f"{number} is in force again, as version {found['notice']['version']}.", as_json=as_json)


@app.command("extend")
def extend(
    number: ControlNumber,
    data: DataFolder,
    reasons: Annotated[str, typer.Option(help="Why the notice is still needed")],
    bureau: Bureau = None,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Say that a notice is still needed, before the day of its examination comes."""
    found = _keeper(data, acting_as, bureau).post(f"/api/notices/{in_path(number)}/extend", {"reasons": reasons})
    present(found, f"{number} is kept until {found['review_by']}, and examined again by then.", as_json=as_json)


@app.command("recall")
def recall(
    number: ControlNumber,
    data: DataFolder,
    ground: Annotated[Ground, typer.Option(help="Why")],
    bureau: Bureau = None,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Recall a notice: every node erases it and proves it. Its bureau alone can withdraw it."""
    path = f"/api/notices/{in_path(number)}"
    if ground is Ground.WITHDRAWN and acting_as is None and bureau is None:
        reader, _ = connect(data, "office", role="reviewer")
        bureau = reader.get(path)["notice"]["bureau"]
    found = _keeper(data, acting_as, bureau).post(f"{path}/recall", {"ground": ground.value})
    done = f"{number} is recalled ({found['ground']}). 'rednotice notice show {number}' shows who erased it."
    present(found, done, as_json=as_json)


def _keeper(data: Path, acting_as: str | None, bureau: str | None) -> Client:
    client, _ = connect(data, "office", name=acting_as, role="desk" if bureau else "reviewer", bureau=bureau)
    return client
