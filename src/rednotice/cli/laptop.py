"""rednotice up, rednotice demo: the office and a bureau's node on one laptop."""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from subprocess import Popen
from types import FrameType
from typing import Annotated

import typer

from rednotice.adapters import folders
from rednotice.adapters.embedded import process
from rednotice.adapters.line import Line
from rednotice.cli.client import (
    RUNNING,
    Account,
    Client,
    Program,
    accounts,
    connect,
    keep_account,
    program_folder,
)
from rednotice.cli.options import DataFolder, Json, fill, out
from rednotice.cli.serve import EFFECTS, LINK, OFFICE_PORT
from rednotice.cli.steps import STEPS
from rednotice.cli.walk import NODE as BUREAU
from rednotice.cli.walk import JsonLines, Teller, TextAccount, Walk, walk
from rednotice.errors import CannotStart

PATIENCE = 90.0
WALK = "walk.json"
EXAMPLES = Path(__file__).parents[3] / "examples"
"""The examples of the source tree; the walk needs a clone, not only the package."""

# The laptop's own accounts: everybody whom the walk needs. Local accounts stand in for an identity provider.
OFFICE_ACCOUNTS = (
    ("reviewer-1", "OFFICE", "reviewer"),
    ("reviewer-2", "OFFICE", "reviewer"),
    ("commissioner-1", "COMMISSION", "commissioner"),
    ("commissioner-2", "COMMISSION", "commissioner"),
    ("desk-IR", "IR", "desk"),
    ("desk-PT", "PT", "desk"),
    ("desk-ICC", "ICC", "desk"),
    (f"desk-{BUREAU}", BUREAU, "desk"),
)


class Laptop:
    """The two programs as child processes, and the line between them."""

    def __init__(self, data: Path, office_port: int = 0, node_ports: dict[str, int] | None = None) -> None:
        self.data = folders.prepare(data)
        self.nodes = node_ports or {BUREAU: 0}
        # One port for all starts: nodes go on asking there.
        self._office_port = office_port or process.free_port()
        self._children: dict[str, Popen[bytes]] = {}
        self.lines: dict[str, Line] = {}

    def start(self) -> None:
        """Starts the programs; on a new folder the office first, which then connects the bureaus.

        Raises:
            CannotStart: if one of them does not; nothing is left running.
        """
        try:
            self._spawn_office()
            for bureau in self.nodes:
                self.lines[bureau] = Line(0)
                self.lines[bureau].open()
                # A link of an earlier version has no line key; such a node is linked anew.
                if "line_key" in folders.read_json(self._link(bureau)):
                    self._spawn_node(bureau)
            self._await("office", program_folder(self.data, "office"))
            self._enrol("office", OFFICE_ACCOUNTS)
            for bureau in self.nodes:
                self.lines[bureau].lead_to(self.leaf_port)
                if bureau not in self._children:
                    self._connect(bureau)
                    self._spawn_node(bureau)
            for bureau in self.nodes:
                self._await(bureau, program_folder(self.data, "node", bureau))
                self._enrol("node", [(f"officer-{bureau}", bureau, "officer")], bureau)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stops nodes, lines and office, in this order, and waits for each."""
        for name in sorted(self._children, key=lambda name: name == "office"):
            process.stop(self._children[name], signal.SIGTERM, patience=30)
        for line in self.lines.values():
            line.close()

    def restart_office(self) -> None:
        """Starts the office again after it ended, however it ended, and leads the lines to it."""
        self._children["office"].wait()
        self._spawn_office()
        self._await("office", program_folder(self.data, "office"))
        for line in self.lines.values():
            line.lead_to(self.leaf_port)

    def restart_node(self, bureau: str) -> None:
        """Starts a bureau's node again after it ended, however it ended."""
        self._children[bureau].wait()
        self._spawn_node(bureau)
        self._await(bureau, program_folder(self.data, "node", bureau))

    def child(self, name: str) -> Popen[bytes]:
        """The process of the office, or of a bureau's node by its code."""
        return self._children[name]

    def ended(self) -> str | None:
        """The name of a program that ended by itself, if one did."""
        return next((name for name, child in self._children.items() if child.poll() is not None), None)

    @property
    def leaf_port(self) -> int:
        """The port at which the office takes leaves now."""
        return int(folders.read_json(program_folder(self.data, "office") / RUNNING)["leaf_port"])

    def _link(self, bureau: str) -> Path:
        return program_folder(self.data, "node", bureau) / LINK

    def _connect(self, bureau: str) -> None:
        # Imported here: what follows is needed only when a node is made.
        from rednotice.node import line_key, node_signer

        folder = program_folder(self.data, "node", bureau)
        key = str(node_signer(folder, bureau).verifier)
        client, _ = connect(self.data, "office", name="operator")
        link = client.post("/api/bureaus", {"bureau": bureau, "key": key, "line_key": line_key(folder)})
        example = EXAMPLES / "effects" / f"{bureau}.yaml"
        if example.exists() and not (folder / EFFECTS).exists():
            folders.write_private(folder / EFFECTS, example.read_text(encoding="utf-8"))
        folders.write_json(self._link(bureau), link)

    def _spawn_office(self) -> None:
        self._spawn("office", self._office_port, program_folder(self.data, "office"), "--leaf-port", "0")

    def _spawn_node(self, bureau: str) -> None:
        line = f"{process.LOOPBACK}:{self.lines[bureau].port}"
        office = f"http://{process.LOOPBACK}:{self._office_port}"
        folder = program_folder(self.data, "node", bureau)
        self._spawn(bureau, self.nodes[bureau], folder, "--line", line, "--office", office)

    def _spawn(self, name: str, port: int, folder: Path, *more: str) -> None:
        program = "office" if name == "office" else "node"
        folders.prepare(folder)
        (folder / RUNNING).unlink(missing_ok=True)
        (folder / "start.log").write_bytes(b"")
        command: list[str | Path] = [
            sys.executable,
            "-m",
            "rednotice",
            program,
            "--data",
            folder,
            "--port",
            str(port),
            *more,
        ]
        self._children[name] = process.start(command, log=folder / "start.log")

    def _await(self, name: str, folder: Path) -> None:
        deadline = time.monotonic() + PATIENCE
        child = self._children[name]
        while folders.read_json(folder / RUNNING).get("pid") != child.pid:
            if child.poll() is not None:
                said = (folder / "start.log").read_text(encoding="utf-8", errors="replace").strip()
                reason = said.removeprefix("Cannot start:").strip() or f"see {folder}"
                raise CannotStart(reason if name == "office" else f"node {name}: {reason}")
            if time.monotonic() > deadline:
                raise CannotStart(f"the {name} did not start within {PATIENCE:.0f} s; see the logs in {folder}")
            time.sleep(0.02)

    def _enrol(self, program: Program, wanted: Sequence[tuple[str, str, str]], bureau: str | None = None) -> None:
        folder = program_folder(self.data, program, bureau)
        known = {account.name: account for account in accounts(folder)}
        client = Client(str(folders.read_json(folder / RUNNING)["url"]), known["operator"].token)
        for name, of_bureau, role in wanted:
            if name not in known:
                body = {"name": name, "role": role} | ({"bureau": of_bureau} if program == "office" else {})
                enrolled = client.post("/api/officers", body)
                keep_account(folder, Account(name, of_bureau, role, enrolled["token"]))


def up(
    data: DataFolder,
    port: Annotated[int, typer.Option(min=0, max=65534, help="The office's port; the node has the next")] = OFFICE_PORT,
    node_port: Annotated[int | None, typer.Option(min=0, max=65535, help="The node's port")] = None,
) -> None:
    """Start the office and a bureau's node, walk the road once on a new data folder, and serve until Ctrl-C."""
    data = folders.prepare(data)
    with folders.Claim(data):
        laptop = Laptop(data, port, {BUREAU: (port + 1 if port else 0) if node_port is None else node_port})
        started = time.monotonic()
        _end_in_order()
        try:
            with out.status("Starting the office and node ES, with PostgreSQL and NATS of their own ..."):
                laptop.start()
            seconds = time.monotonic() - started
            out.print(f"[dim]Office and node {BUREAU} are up after {seconds:.1f} s; data in {fill(data)}[/]")
            if _walk_state(data) is None:
                _first_walk(laptop)
            else:
                _what_is_there(data)
            _where(data)
            while (gone := laptop.ended()) is None:
                time.sleep(0.2)
            raise CannotStart(f"the {gone} ended by itself; see the logs in {data}")
        except KeyboardInterrupt:
            out.print("\n[dim]Stopping ...[/]")
        finally:
            laptop.stop()


def demo(
    as_json: Json = False,
    un_list: Annotated[Path | None, typer.Option(help="A list of the Security Council as it is downloaded")] = None,
) -> None:
    """Walk the road on a folder that is gone afterwards; exit code 0 only if every step did what it says."""
    with tempfile.TemporaryDirectory(prefix="rednotice-demo-", ignore_cleanup_errors=True) as folder:
        laptop = Laptop(Path(folder))
        _end_in_order()
        try:
            laptop.start()
            sound = _walk(laptop, JsonLines() if as_json else TextAccount(), un_list)
        except KeyboardInterrupt:
            sound = False
        finally:
            laptop.stop()
    if not sound:
        raise typer.Exit(1)


def _walk(laptop: Laptop, teller: Teller, un_list: Path | None) -> bool:
    walker = Walk(laptop.data, laptop.lines[BUREAU], EXAMPLES, un_list or EXAMPLES / "un-list.xml")
    return walk(walker, STEPS, teller)


def _first_walk(laptop: Laptop) -> None:
    # A walk needs a new folder: one that was interrupted is not walked again over what it left.
    folders.write_json(laptop.data / WALK, {"state": "begun"})
    if _walk(laptop, TextAccount(), None):
        folders.write_json(laptop.data / WALK, {"state": "done"})


def _walk_state(data: Path) -> str | None:
    state: str | None = folders.read_json(data / WALK).get("state")
    return state


def _what_is_there(data: Path) -> None:
    client, _ = connect(data, "office", role="reviewer")
    status = client.get("/api/status")
    notices = client.get("/api/notices", in_force=True, count=1)["total"]
    requests = len(client.get("/api/requests", state="in review"))
    if _walk_state(data) != "done":
        out.print("[yellow]The walk did not come to its end here; what was acknowledged is there.[/] Whole: make demo")
    out.print(f"{notices} notices in force, {requests} requests in review, {status['log_size']} events in the log.")


def _where(data: Path) -> None:
    programs: dict[Program, str] = {"office": "Office", "node": f"Node {BUREAU}"}
    for program, words in programs.items():
        url = folders.read_json(program_folder(data, program) / RUNNING)["url"]
        out.print(f"{words:8} {url}/api   documentation {url}/docs")
    flag = "" if data == folders.default_folder() else f" --data {data}"
    out.print(f'Try, in another terminal: {sys.prefix}/bin/rednotice check "Luzia Brenas"{fill(flag)}')
    out.print("Ctrl-C stops everything.")


def _end_in_order() -> None:
    def end(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, end)
