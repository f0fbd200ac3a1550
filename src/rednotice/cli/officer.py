"""rednotice officer: who may act. rednotice bureau: which bureaus' nodes are connected."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rednotice.adapters.folders import write_json
from rednotice.cli import show
from rednotice.cli.client import Account, Program, accounts, connect, keep_account, program_folder
from rednotice.cli.options import ActingAs, DataFolder, Json, fill, out, show_json
from rednotice.errors import InvalidInput
from rednotice.model.bureau import OFFICE, Role

app = typer.Typer(no_args_is_help=True, help="Enrol officers; local accounts stand in for an identity provider.")
bureaus = typer.Typer(no_args_is_help=True, help="Connect bureaus' nodes.")

AtNode = Annotated[bool, typer.Option("--node", help="At the bureau's node instead of the office")]


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(show_default=False)],
    role: Annotated[Role, typer.Option()],
    data: DataFolder,
    bureau: Annotated[str, typer.Option(help="The bureau's code")] = OFFICE,
    seconded_from: Annotated[
        str | None,
        typer.Option(help="The bureau that sent this reviewer or commissioner, who then signs nothing of it"),
    ] = None,
    at_node: AtNode = False,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Enrol an officer; the token is kept in the data folder, for commands on this machine."""
    program: Program = "node" if at_node else "office"
    client, _ = connect(data, program, name=acting_as, role="operator")
    body = {"name": name, "role": role.value}
    if not at_node:
        body |= {"bureau": bureau} | ({"seconded_from": seconded_from} if seconded_from else {})
    found = client.post("/api/officers", body)
    enrolled = found["officer"]
    account = Account(enrolled["name"], enrolled["bureau"], enrolled["role"], found["token"])
    keep_account(program_folder(data, program), account)
    if as_json:
        show_json(found)
    else:
        out.print(f"{fill(name)} is enrolled as {role.value} of {enrolled['bureau']}; act with --as {fill(name)}.")


@app.command("list")
def list_(data: DataFolder, as_json: Json = False) -> None:
    """List the accounts whose tokens lie on this machine."""
    known = [
        (program, account) for program in ("office", "node") for account in accounts(program_folder(data, program))
    ]
    if as_json:
        show_json([{"at": program, "name": one.name, "bureau": one.bureau, "role": one.role} for program, one in known])
        return
    show.table(("at", "name", "bureau", "role"), [(at, fill(one.name), one.bureau, one.role) for at, one in known])


@bureaus.command("add")
def connect_bureau(
    bureau: Annotated[str, typer.Argument(help="The bureau's code", show_default=False)],
    key: Annotated[str, typer.Option(help="The public key of its node: 'rednotice node --show-key'")],
    link: Annotated[Path, typer.Option(help="Where to write the link that its node needs")],
    data: DataFolder,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Connect a bureau's node to the office."""
    client, _ = connect(data, "office", name=acting_as, role="operator")
    found = client.post("/api/bureaus", {"bureau": bureau, "key": key})
    try:
        write_json(link, found)
    except OSError as error:
        raise InvalidInput.at("--link", f"{link} cannot be written ({error.strerror})", "Name another file") from None
    if as_json:
        show_json({"bureau": found["bureau"], "link": str(link)})
    else:
        out.print(
            f"Bureau {fill(bureau)} is connected. Hand {fill(link)} to its operator, by a way that nobody else reads."
        )


@bureaus.callback()
def _bureaus() -> None:
    pass
