"""rednotice circulation: whether a node is level with the office, and the office's streams made anew."""

from __future__ import annotations

from typing import Any

import typer

from rednotice.cli.client import connect
from rednotice.cli.options import ActingAs, DataFolder, Json, fill, out, present

app = typer.Typer(no_args_is_help=True, help="Compare a node with the office, and make streams anew.")


@app.command("rebuild")
def rebuild(data: DataFolder, acting_as: ActingAs = None, as_json: Json = False) -> None:
    """Make every stream at the office anew from its database; no node applies anything twice."""
    client, _ = connect(data, "office", name=acting_as, role="operator")
    found = client.post("/api/circulation/rebuild")
    words = f"{found['streams']} streams are made anew; {found['messages']} messages are on their way to them."
    present(found, words, as_json=as_json)


@app.command("status")
def status(data: DataFolder, as_json: Json = False) -> None:
    """Say how a node stands beside the office; exit code 1 if it refuses to go on."""
    client, _ = connect(data, "node")
    found = client.get("/api/status")
    present(found, _show, as_json=as_json)
    if found["dispute"]:
        raise typer.Exit(1)


@app.command("settle")
def settle(data: DataFolder, acting_as: ActingAs = None, as_json: Json = False) -> None:
    """Have a node go on with the history that it believes, after people found out that it is the true one."""
    client, _ = connect(data, "node", name=acting_as, role="operator")
    found = client.post("/api/disputes/settle")
    present(found, f"{found['settled']} contradictions are settled; the node goes on.", as_json=as_json)


@app.command("disputes")
def disputes(data: DataFolder, acting_as: ActingAs = None, as_json: Json = False) -> None:
    """Print the checkpoints that contradict each other, as the office signed them."""
    client, _ = connect(data, "node", name=acting_as, role="operator")
    present(client.get("/api/disputes"), _show_disputes, as_json=as_json)


def _show(found: dict[str, Any]) -> None:
    if found["dispute"]:
        out.print(f"[bold red]This node refuses to go on:[/] {fill(found['dispute'])}")
        out.print("Evidence: rednotice circulation disputes. Find out, by another way, which history is true.")
    compared = found["comparison"]
    if found["comparison_trouble"]:
        out.print(f"[yellow]Cannot compare:[/] {fill(found['comparison_trouble'])}")
    if not compared or not compared["compared_at"]:
        return
    at = f"compared {compared['compared_at'][:19]} at {compared['log_size']} events of the office's log"
    if compared["level"]:
        out.print(f"[green]Level with the office[/]; {at}.")
    else:
        since = (compared["behind_since"] or "")[:19]
        out.print(f"[yellow]{compared['behind']} events behind[/] since {since}; {at}.")
    if compared["level_at"]:
        out.print(f"It was {compared['was_behind']} events behind, and is level since {compared['level_at'][:19]}.")
    if compared["surplus"]:
        out.print(f"[yellow]{compared['surplus']} files held that the office does not name.[/]")
    for peer in compared["peers"]:
        out.print(f"[yellow]A peer:[/] {fill(peer)}")


def _show_disputes(found: list[dict[str, Any]]) -> None:
    for one in found:
        out.print(f"[bold]{one['at'][:19]} {fill(one['says'])}[/]")
        out.print(fill(one["believed"]), fill(one["shown"]), sep="\n")
    if not found:
        out.print("None.")
