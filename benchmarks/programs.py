"""A bureau's node as a program of its own, as production runs it, and what it and its engines cost."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import httpx
import psutil
from tests.builders import OPERATOR

from rednotice.adapters.folders import read_json, write_json
from rednotice.cli.client import RUNNING
from rednotice.cli.serve import LINK
from rednotice.node import line_key, node_signer
from rednotice.office import Office, OfficeSettings

PATIENCE = 120.0


@contextmanager
def an_office() -> Iterator[tuple[Office, Path]]:
    """An office that runs, and the folder beside it that is gone afterwards."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        office = Office(OfficeSettings(folder=Path(folder) / "office"))
        office.start()
        try:
            yield office, Path(folder)
        finally:
            office.stop()


class NodeProgram:
    """A node that runs."""

    def __init__(self, process: psutil.Process, url: str) -> None:
        self.process = process
        self.url = url

    def figure(self, name: str) -> float:
        """One of the figures that it shows to Prometheus."""
        text = httpx.get(f"{self.url}/metrics", trust_env=False, timeout=PATIENCE).text
        return next(float(line.split()[1]) for line in text.splitlines() if line.startswith(f"{name} "))

    def cpu(self, *, engines: bool = False) -> float:
        """Seconds of processor that the program used, or its engines (PostgreSQL, NATS)."""
        processes = self.process.children(recursive=True) if engines else [self.process]
        used = 0.0
        for one in processes:
            times = one.cpu_times()
            # Of those of PostgreSQL's processes that ended, what their parent counted.
            used += times.user + times.system + (times.children_user + times.children_system if engines else 0)
        return used

    def memory(self) -> tuple[float, float]:
        """Megabytes that the program holds, resident and its own (unique), without its engines."""
        full = self.process.memory_full_info()
        return full.rss / 1e6, full.uss / 1e6


def link(office: Office, folder: Path, bureau: str) -> None:
    """Connects a bureau; its node may then be started in the folder."""
    keys = str(node_signer(folder, bureau).verifier), line_key(folder)
    write_json(folder / LINK, asdict(office.connect_bureau(bureau, *keys, OPERATOR)))


@contextmanager
def node_program(folder: Path, line: str, office_url: str, *more: str) -> Iterator[NodeProgram]:
    """Runs the node of a folder that is linked, until the block ends."""
    command = [sys.executable, "-m", "rednotice", "node", "--data", str(folder), "--port", "0", "--line", line]
    child = subprocess.Popen([*command, "--office", office_url, *more])
    try:
        deadline = time.monotonic() + PATIENCE
        while not (running := read_json(folder / RUNNING)):
            if child.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the node did not start; see {folder / 'node.log'}")
            time.sleep(0.02)
        yield NodeProgram(psutil.Process(child.pid), running["url"])
    finally:
        child.terminate()
        child.wait(PATIENCE)
