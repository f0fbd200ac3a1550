"""rednotice check: who is this? rednotice hit: it is that person."""

from __future__ import annotations

from typing import Annotated

import typer

from rednotice.cli import show
from rednotice.cli.client import connect
from rednotice.cli.options import ActingAs, DataFolder, Json, present, show_json

hits = typer.Typer(no_args_is_help=True, help="Confirm that a match is the person.")

AtBureau = Annotated[str | None, typer.Option("--bureau", help="Whose node, if several run on this data folder")]


def check(
    data: DataFolder,
    name: Annotated[str | None, typer.Argument(help="The name, in any script", show_default=False)] = None,
    born: Annotated[str | None, typer.Option(help="1971-03-05, 1971-03 or 1971; or by a Hijri or Persian year")] = None,
    sex: Annotated[str | None, typer.Option(help="M, F or U")] = None,
    nationality: Annotated[str | None, typer.Option(help="A two-letter code")] = None,
    birthplace: Annotated[str | None, typer.Option(help="The place or country of birth")] = None,
    father: Annotated[str | None, typer.Option(help="The father's name")] = None,
    mother: Annotated[str | None, typer.Option(help="The mother's name")] = None,
    document: Annotated[str | None, typer.Option(help="The number of a document")] = None,
    mrz: Annotated[str | None, typer.Option(help="A machine-readable zone, its lines one after the other")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Matches at most")] = 10,
    bureau: AtBureau = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show how each part of the name met, and what each datum said")
    ] = False,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Ask the bureau's node who a person is, and what may be done here."""
    person = {"name": name, "born": born, "sex": sex, "nationality": nationality, "birthplace": birthplace}
    given = {**person, "father": father, "mother": mother, "document": document, "mrz": mrz}
    query = {field: value for field, value in given.items() if value is not None}
    client, _ = connect(data, "node", name=acting_as, role="officer", bureau=bureau)
    found = client.post("/api/checks", {"query": query, "limit": limit})
    if as_json:
        show_json(found)
    else:
        show.check(found, explain=explain)


@hits.command("confirm")
def confirm(
    check_number: Annotated[str, typer.Argument(metavar="CHECK", help="Such as ES-K-2026-1", show_default=False)],
    control_number: Annotated[str, typer.Argument(metavar="NOTICE", help="Such as A-1/11-2026", show_default=False)],
    data: DataFolder,
    place: Annotated[str | None, typer.Option(help="Where the person was found")] = None,
    remark: Annotated[str | None, typer.Option(help="What the requesting bureau should know")] = None,
    urgent: Annotated[bool, typer.Option("--urgent", help="An answer is awaited within minutes")] = False,
    bureau: AtBureau = None,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Confirm a hit; it is reported to the requesting bureau as soon as the line stands."""
    client, _ = connect(data, "node", name=acting_as, role="officer", bureau=bureau)
    said = {"place": place, "remark": remark, "urgent": urgent}
    body = {"check": check_number, "control_number": control_number, **said}
    found = client.post("/api/hits", body)
    sent = f"Hit {found['number']} on {found['control_number']} is on its way to the requesting bureau."
    present(found, sent, as_json=as_json)


@hits.callback()
def _hits() -> None:
    pass
