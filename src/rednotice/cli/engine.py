"""rednotice engine: the configuration of the engines that an office runs on in production."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rednotice.adapters import folders
from rednotice.cli.client import connect
from rednotice.cli.options import ActingAs, DataFolder, Json, fill, out, show_json
from rednotice.errors import InvalidInput

app = typer.Typer(no_args_is_help=True, help="Configure the engines of an office in production.")

USER = "office"


@app.command("config")
def config(
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write to", show_default=False)],
    data: DataFolder,
    cluster: Annotated[int, typer.Option(help="How many servers: 1, 3 or 5")] = 1,
    server: Annotated[
        list[str] | None,
        typer.Option(help="Each of them as HOST or HOST:CLIENTS:LEAVES:CLUSTER; nats-1, nats-2 … if none is named"),
    ] = None,
    store: Annotated[str, typer.Option(help="Where each server keeps its streams")] = "/var/lib/nats",
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Write the configuration of nats-server, with an account for each bureau that is connected now.

    Again after each 'bureau add' and 'bureau revoke': then accounts.conf alone changes.
    """
    from rednotice.adapters.nats_config import Server, accounts_file, server_file

    if cluster not in (1, 3, 5):
        raise InvalidInput.at("--cluster", f"{cluster} servers find no majority", "Use 1, 3 or 5", "command")
    try:
        servers = [Server.parse(one) for one in server or [f"nats-{number + 1}" for number in range(cluster)]]
    except ValueError:
        raise InvalidInput.at(
            "--server", "is not understood", "Use HOST or HOST:CLIENTS:LEAVES:CLUSTER", "command"
        ) from None
    if len(servers) != cluster:
        raise InvalidInput.at("--server", f"names {len(servers)} servers of {cluster}", "Name each of them", "command")
    client, _ = connect(data, "office", name=acting_as, role="operator")
    bureaus = client.get("/api/bureaus")
    keys = {one["bureau"]: one["line_key"] for one in bureaus if one["line_key"] and not one["revoked_at"]}
    output = folders.prepare(output)
    # The same password as the last time, so that the office need not be told another.
    password = folders.secret(output / f"{USER}.secret")
    folders.write_private(output / "accounts.conf", accounts_file(keys, USER, password))
    for number in range(cluster):
        folders.write_private(output / f"server-{number + 1}.conf", server_file(servers, number, store))
    url = ",".join(f"nats://{USER}:{password}@{one.host}:{one.port}" for one in servers)
    line = ",".join(f"{one.host}:{one.leaf_port}" for one in servers)
    if as_json:
        show_json({"nats_url": url, "replicas": cluster, "line": line, "bureaus": sorted(keys)})
        return
    out.print(f"{cluster} server(s), {len(keys)} bureaus: {fill(output)}/server-1.conf and accounts.conf")
    out.print(f"The office: REDNOTICE_NATS_URL={fill(url)} REDNOTICE_NATS_REPLICAS={cluster}")
    out.print(f"The nodes: --line {fill(line)}")


@app.callback()
def _engine() -> None:
    pass
