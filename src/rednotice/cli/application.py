"""rednotice application: what a person concerned asks of the commission, to its end."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from rednotice.adapters.request_file import read_file
from rednotice.cli import show
from rednotice.cli.client import connect
from rednotice.cli.options import ActingAs, DataFolder, Json, fill, out, show_json
from rednotice.model.application import (
    APPLICANT,
    ApplicationState,
    MeasureKind,
    Outcome,
    Practice,
    Proposal,
    read_application,
)

app = typer.Typer(no_args_is_help=True, help="Applications of persons concerned to the commission.")

Number = Annotated[str, typer.Argument(help="Such as AP-2026-1", show_default=False)]
Reasons = Annotated[str, typer.Option(help="Why")]


@app.command("file")
def file_(
    file: Annotated[Path, typer.Argument(help="An application in YAML or JSON", show_default=False)],
    data: DataFolder,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Take an application, and say whom on file it may be about."""
    application = read_file(file).located(read_application)
    _act(data, acting_as, "", application.model_dump(mode="json"), as_json=as_json)


@app.command("list")
def list_(
    data: DataFolder,
    state: Annotated[ApplicationState | None, typer.Option(help="Only those that stand here")] = None,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """List applications, oldest first."""
    client, _ = connect(data, "office", name=acting_as, role="commissioner")
    found = client.get("/api/applications", state=state.value if state else None)
    if as_json:
        show_json(found)
        return
    rows = [
        (
            one["file"]["number"],
            one["file"]["application"]["kind"],
            one["state"],
            (one["file"]["due"] or "")[:10],
            ", ".join(concern["subject"] for concern in one["file"]["concerns"]),
        )
        for one in found
    ]
    show.table(("number", "asks for", "state", "due", "about"), rows)


@app.command("show")
def show_(number: Number, data: DataFolder, acting_as: ActingAs = None, as_json: Json = False) -> None:
    """Show an application with all that was said and decided, and which bureaus erased or are silent."""
    client, _ = connect(data, "office", name=acting_as, role="commissioner")
    found = client.get(f"/api/applications/{number}")
    if as_json:
        show_json(found)
        return
    show.application(found["file"])
    for one in found["execution"]:
        for done in one["answers"]:
            out.print(f"{one['subject']}: bureau {done['bureau']} {done['action']} ({done['received_at'][:19]})")
        if one["silent"]:
            out.print(f"{one['subject']}: silent: {', '.join(one['silent'])}")


@app.command("acknowledge")
def acknowledge(number: Number, data: DataFolder, acting_as: ActingAs = None, as_json: Json = False) -> None:
    """Record that the applicant was told that the application arrived."""
    _act(data, acting_as, f"/{number}/acknowledgement", as_json=as_json)


@app.command("admit")
def admit(
    number: Number,
    reasons: Reasons,
    data: DataFolder,
    admissible: Annotated[bool, typer.Option("--admissible/--not-admissible", help="What is decided")] = True,
    about: Annotated[list[str] | None, typer.Option(help="A notice or request that it is about")] = None,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Decide whether an application is admissible, and what on file it is about."""
    body = {"admissible": admissible, "reasons": reasons, "about": about or []}
    _act(data, acting_as, f"/{number}/admissibility", body, as_json=as_json)


@app.command("extend")
def extend(
    number: Number, reasons: Reasons, data: DataFolder, acting_as: ActingAs = None, as_json: Json = False
) -> None:
    """Give the decision more time, once, in exceptional circumstances."""
    _act(data, acting_as, f"/{number}/extension", {"reasons": reasons}, as_json=as_json)


@app.command("measure")
def measure(
    number: Number,
    kind: Annotated[MeasureKind, typer.Argument(help="Suspend, caveat, or lift", show_default=False)],
    notice: Annotated[str, typer.Argument(help="Such as A-1/11-2026", show_default=False)],
    data: DataFolder,
    text: Annotated[str | None, typer.Option(help="What every bureau reads")] = None,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Order a provisional measure on a notice, until the decision."""
    body = {"kind": kind.value, "subject": notice, "text": text}
    _act(data, acting_as, f"/{number}/measures", body, as_json=as_json)


@app.command("hear")
def hear(
    number: Number,
    side: Annotated[str, typer.Argument(help="'applicant', or the code of a bureau", show_default=False)],
    data: DataFolder,
    question: Annotated[str | None, typer.Option(help="What the side is asked")] = None,
    answer: Annotated[str | None, typer.Option(help="What the side says; for a bureau, its desk says it")] = None,
    restricted: Annotated[
        str | None, typer.Option(help="Why the answer may not be disclosed to the other side")
    ] = None,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Ask one side, or take its answer."""
    if (question is None) is (answer is None):
        raise typer.BadParameter("give either --question or --answer")
    if question is not None:
        _act(data, acting_as, f"/{number}/hearings", {"side": side, "question": question}, as_json=as_json)
        return
    role, bureau = ("commissioner", None) if side == APPLICANT else ("desk", side)
    client, _ = connect(data, "office", name=acting_as, role=role, bureau=bureau)
    taken = client.post(f"/api/applications/{number}/answers", {"text": answer, "restricted": restricted})
    if as_json:
        show_json(taken)
    else:
        out.print(f"The answer of {taken['side']} is with {number}.")


@app.command("decide")
def decide(
    number: Number,
    outcome: Annotated[Outcome, typer.Argument(help="What is decided", show_default=False)],
    data: DataFolder,
    reasons: Annotated[str | None, typer.Option(help="Why; from whoever signs first")] = None,
    tag: Annotated[list[Practice] | None, typer.Option(help="What was in dispute")] = None,
    caveat: Annotated[str | None, typer.Option(help="What is added to the notices")] = None,
    disclosed: Annotated[str | None, typer.Option(help="What the applicant is told is held")] = None,
    withheld: Annotated[str | None, typer.Option(help="What is not disclosed, and why")] = None,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Sign a decision; a second commissioner's signature makes it binding."""
    proposed = Proposal(
        outcome=outcome,
        reasons=reasons,
        tags=tuple(tag or ()),
        caveat=caveat,
        disclosed=disclosed,
        withheld=withheld,
    )
    _act(data, acting_as, f"/{number}/decisions", proposed.model_dump(mode="json"), as_json=as_json)


@app.command("execute")
def execute(number: Number, data: DataFolder, acting_as: ActingAs = None, as_json: Json = False) -> None:
    """Carry a decision out at every node; 'show' says who erased and who is silent."""
    _act(data, acting_as, f"/{number}/execution", as_json=as_json)


@app.command("revise")
def revise(
    number: Number,
    facts: Annotated[str, typer.Option(help="What is new")],
    learned_on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="When the applicant learned it")],
    data: DataFolder,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Take a decided application up again, on new facts."""
    body = {"facts": facts, "learned_on": learned_on.date().isoformat()}
    _act(data, acting_as, f"/{number}/revisions", body, as_json=as_json)


def _act(data: Path, acting_as: str | None, path: str, body: Any = None, *, as_json: bool) -> None:
    client, _ = connect(data, "office", name=acting_as, role="commissioner")
    found = client.post(f"/api/applications{path}", body)
    if as_json:
        show_json(found)
    else:
        show.application(found)
        for one in found["found"] if found["steps"][-1]["to"] == ApplicationState.RECEIVED.value else ():
            out.print(f"  {one['score']:.2f}  {one['subject']} ({fill(one['stands'])}): {fill(one['name'])}; "
                      f"{fill(one['in_words'])}")  # fmt: skip
