"""rednotice key: the office's own keys, and how one follows another while the log goes on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from rednotice.adapters import keys
from rednotice.cli.client import connect
from rednotice.cli.options import ActingAs, DataFolder, Json, fill, out, present
from rednotice.cli.serve import ORIGIN, Folder, Origin
from rednotice.errors import InvalidInput

app = typer.Typer(no_args_is_help=True, help="Change the key with which the office signs; its log goes on.")


@app.command("show")
def show(data: DataFolder, as_json: Json = False) -> None:
    """Show the keys that sign, newest first, and the recovery key."""
    client, _ = connect(data, "office")
    present(client.get("/api/keys"), _show, as_json=as_json)


@app.command("rotate")
def rotate(data: DataFolder, acting_as: ActingAs = None, as_json: Json = False) -> None:
    """Make a new key, which signs beside the old one until 'rednotice key retire'."""
    client, _ = connect(data, "office", name=acting_as, role="operator")
    present(client.post("/api/keys/rotation"), _show, as_json=as_json)


@app.command("retire")
def retire(data: DataFolder, acting_as: ActingAs = None, as_json: Json = False) -> None:
    """End the overlap: the newest key signs alone, the old one is deleted, and streams are sent again."""
    client, _ = connect(data, "office", name=acting_as, role="operator")
    present(client.post("/api/keys/retirement"), _show, as_json=as_json)


@app.command("recovery")
def recovery(
    key_file: Annotated[Path, typer.Option(help="The recovery key; made if it is not there. Keep it offline")],
    data: DataFolder,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Name the key that can put another in the place of the office's, if that is lost or in other hands."""
    client, _ = connect(data, "office", name=acting_as, role="operator")
    name = str(client.get("/api/keys")["signs"][0]).partition("+")[0]
    signer = keys.load_or_create(key_file, f"{name}/recovery")
    present(client.post("/api/keys/recovery", {"key": str(signer.verifier)}), _show, as_json=as_json)


@app.command("replace")
def replace(
    folder: Folder,
    recovery_key: Annotated[Path | None, typer.Option(help="The recovery key, from where it was kept")] = None,
    by_hand: Annotated[
        bool, typer.Option("--by-hand", help="There is none: every node is to be given a new link")
    ] = False,
    origin: Origin = ORIGIN,
) -> None:
    """Of an office that does not run: put a new key in the place of one that is lost, or in other hands."""
    from rednotice.office import Office, OfficeSettings

    if (recovery_key is None) == (not by_hand):
        problem = "neither --recovery-key nor --by-hand was given" if recovery_key is None else "both were given"
        raise InvalidInput.at(
            "--recovery-key", problem, "Give the recovery key, or --by-hand if there is none", "command"
        )
    if recovery_key and not recovery_key.exists():
        raise InvalidInput.at("--recovery-key", f"{recovery_key} is not there", "Name the file of the key", "command")
    signer = keys.load_or_create(recovery_key, f"{origin}/recovery") if recovery_key else None
    settings = OfficeSettings(folder=folder, origin=origin, database_url=os.environ.get("REDNOTICE_DATABASE_URL"))
    ring = Office(settings).replace_key(signer)
    out.print(f"The office signs with {fill(str(ring.newest))} from its next start on, and with no other key.")
    if by_hand:
        out.print(
            "Nobody can know that from the old key: run 'rednotice bureau add' again for each bureau, and hand over"
        )
        out.print("the new links; tell auditors and witnesses the new key. Nodes keep what they hold.")
    else:
        out.print("Nodes, auditors and witnesses follow by themselves. Put the recovery key away again.")


def _show(found: dict[str, Any]) -> None:
    for place, key in enumerate(found["signs"]):
        out.print(f"{'signs' if place == 0 else 'signs, until it is retired'}: {fill(key)}", soft_wrap=True)
    none = "none; name one with 'rednotice key recovery', while there is time"
    out.print(f"recovers: {fill(found['recovers'] or none)}", soft_wrap=True)
