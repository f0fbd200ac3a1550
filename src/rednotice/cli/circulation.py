"""rednotice circulation: how what the office publishes arrives, whether a node is level with it, streams made anew."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.live import Live
from rich.table import Table

from rednotice.cli.client import connect
from rednotice.cli.options import ActingAs, DataFolder, Json, fill, out, present, show_json
from rednotice.errors import Unavailable

app = typer.Typer(no_args_is_help=True, help="How notices arrive at the bureaus, and what to do if they do not.")

COLUMNS = ("bureau", "connected since", "receipts", "last receipt", "owes", "silent since", "for")
COUNTS = ("receipts", "owes", "for")


@app.command("watch")
def watch(
    data: DataFolder,
    every: Annotated[float, typer.Option(min=0.2, max=3600, help="Seconds between two looks")] = 1.0,
    once: Annotated[bool, typer.Option("--once", help="Look once and end")] = False,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Watch who received what: by bureau the last receipt, the notices without one, and since when it is silent."""
    client, _ = connect(data, "office", name=acting_as, role="reviewer")
    found = client.get("/api/circulation")
    if as_json:
        show_json(found)
        return
    if once:
        out.print(_table(found, _now()), soft_wrap=False)
        return
    with contextlib.suppress(KeyboardInterrupt), Live(console=out, auto_refresh=False) as live:
        said = _now()
        while True:
            live.update(_table(found, said), refresh=True)
            time.sleep(every)
            try:
                found, said = client.get("/api/circulation"), _now()
            except Unavailable as error:
                said = f"{error} This was {said[said.rindex('seen ') :]}"


@app.command("report-again")
def report_again(
    since: Annotated[datetime, typer.Option(help="From when on, in UTC", formats=["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"])],
    data: DataFolder,
    bureau: Annotated[str | None, typer.Option(help="Which node, if several run here")] = None,
    acting_as: ActingAs = None,
    as_json: Json = False,
) -> None:
    """Have a node send its reports again, to an office that was restored; none is taken twice."""
    client, _ = connect(data, "node", name=acting_as, role="operator", bureau=bureau)
    found = client.post("/api/reports/again", {"since": since.replace(tzinfo=UTC).isoformat()})
    present(found, f"{found['reports']} reports wait for the line again.", as_json=as_json)


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


def _now() -> str:
    return f"seen {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _table(found: Iterable[Mapping[str, Any]], said: str) -> Table:
    now = datetime.now(UTC)
    made = Table(box=None, pad_edge=False, header_style="bold", caption=fill(said), caption_justify="left")
    for place, column in enumerate(COLUMNS):
        made.add_column(
            column, no_wrap=place == 0, justify="right" if column in ("receipts", "owes", "for") else "left"
        )
    for one in sorted(found, key=lambda row: (row["silent_since"] is None, row["silent_since"] or row["bureau"])):
        since = one["silent_since"] and datetime.fromisoformat(one["silent_since"])
        made.add_row(
            fill(one["bureau"]),
            _moment(one["connected_at"]),
            str(one["receipts"]),
            _moment(one["last_receipt"]),
            f"[bold yellow]{one['owing']}[/]" if one["owing"] else "0",
            _moment(one["silent_since"]),
            _span(now - since) if since else "",
        )
    return made


def _moment(at: str | None) -> str:
    return at[:19].replace("T", " ") if at else "-"


def _span(lag: timedelta) -> str:
    """A time in its largest unit: what matters is whether it is seconds or days.

    >>> _span(timedelta(seconds=90)), _span(timedelta(days=3, hours=5))
    ('1 min', '3 d')
    """
    seconds = max(0, int(lag.total_seconds()))
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


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
    if compared["clock_off"]:
        side = "ahead of" if compared["clock_off"] > 0 else "behind"
        off = timedelta(seconds=round(abs(compared["clock_off"])))
        out.print(f"[yellow]The clock of this machine is {off} {side} the office's.[/]")
    for peer in compared["peers"]:
        out.print(f"[yellow]A peer:[/] {fill(peer)}")


def _show_disputes(found: list[dict[str, Any]]) -> None:
    for one in found:
        out.print(f"[bold]{one['at'][:19]} {fill(one['says'])}[/]")
        out.print(fill(one["believed"]), fill(one["shown"]), sep="\n")
    if not found:
        out.print("None.")
