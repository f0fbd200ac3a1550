"""rednotice officer: who may act. rednotice bureau: which bureaus' nodes are connected."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from rednotice.adapters.folders import write_json
from rednotice.cli import show
from rednotice.cli.client import Account, Program, accounts, connect, keep_account, program_folder
from rednotice.cli.options import ActingAs, DataFolder, Json, fill, out, show_json
from rednotice.errors import InvalidInput
from rednotice.model.bureau import OFFICE, Role

app = typer.Typer(no_args_is_help=True, help="Enrol officers; local accounts stand in for an identity provider.")
bureaus = typer.Typer(no_args_is_help=True, help="Connect bureaus' nodes, and revoke them.")

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
    line_key: Annotated[str, typer.Option(help="The public key of its line, U…: printed beside the other")],
    link: Annotated[Path, typer.Option(help="Where to write the link that its node needs")],
    data: DataFolder,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Connect a bureau's node to the office; one that was revoked comes back with new keys."""
    client, _ = connect(data, "office", name=acting_as, role="operator")
    found = client.post("/api/bureaus", {"bureau": bureau, "key": key, "line_key": line_key})
    try:
        write_json(link, found)
    except OSError as error:
        raise InvalidInput.at("--link", f"{link} cannot be written ({error.strerror})", "Name another file") from None
    if as_json:
        show_json({"bureau": found["bureau"], "link": str(link)})
    else:
        out.print(f"Bureau {fill(bureau)} is connected. Hand {fill(link)} to its operator; nothing in it is secret.")


@bureaus.command("list")
def list_bureaus(data: DataFolder, acting_as: ActingAs = None, as_json: Json = False) -> None:
    """List the bureaus that were connected, and which of them were revoked."""
    client, _ = connect(data, "office", name=acting_as, role="operator")
    found = client.get("/api/bureaus")
    if as_json:
        show_json(found)
        return
    rows = [(one["bureau"], _state(one), one["connected_at"][:16], fill(one["line_key"] or "")) for one in found]
    show.table(("bureau", "state", "connected", "line key"), rows)


@bureaus.command("revoke")
def revoke_bureau(
    bureau: Annotated[str, typer.Argument(help="The bureau's code", show_default=False)],
    because: Annotated[str, typer.Option(help="Why; the log keeps it")],
    data: DataFolder,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Take a bureau's keys from it: its line ends at once, and its reports are not believed any more."""
    client, _ = connect(data, "office", name=acting_as, role="operator")
    client.post(f"/api/bureaus/{bureau}/revocation", {"because": because})
    if as_json:
        show_json({"bureau": bureau, "revoked": True})
    else:
        out.print(f"Bureau {fill(bureau)} is revoked. What its node holds is still there: it counts as silent.")
        out.print("[dim]A NATS of your own is told by 'rednotice engine config', and a reload of it.[/]")


def _state(one: dict[str, Any]) -> str:
    if one["revoked_at"]:
        return f"[red]revoked {one['revoked_at'][:16]}[/]"
    return "connected" if one["line_key"] else "[yellow]to be linked anew[/]"
