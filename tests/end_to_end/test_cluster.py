"""The office on a cluster of three, from the files that 'rednotice engine config' writes."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rednotice.adapters.embedded import process
from rednotice.adapters.embedded.nats import nats_server
from rednotice.adapters.embedded.process import LOOPBACK
from rednotice.adapters.nats_config import Server, accounts_file, server_file
from rednotice.cli import app
from rednotice.cli.laptop import Laptop
from rednotice.node import Node, line_key
from rednotice.office import Office, OfficeSettings
from tests.conftest import Road, eventually, linked_node

SECRET = "synthetic"


class Cluster:
    """Three servers on loopback, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.servers = [Server(LOOPBACK, *(process.free_port() for _ in range(3))) for _ in range(3)]
        self.children: list[subprocess.Popen[bytes]] = []

    def configure(self, bureaus: dict[str, str]) -> None:
        (self.folder / "accounts.conf").write_text(accounts_file(bureaus, "office", SECRET))
        for number in range(3):
            text = server_file(self.servers, number, str(self.folder / f"store-{number + 1}"))
            (self.folder / f"server-{number + 1}.conf").write_text(text)

    def start(self) -> None:
        for number in range(3):
            command: list[str | Path] = [nats_server(), "-c", self.folder / f"server-{number + 1}.conf"]
            self.children.append(process.start(command, log=self.folder / f"server-{number + 1}.log"))

    def stop(self) -> None:
        for child in self.children:
            process.stop(child, signal.SIGTERM)

    @property
    def url(self) -> str:
        return ",".join(f"nats://office:{SECRET}@{one.host}:{one.port}" for one in self.servers)

    @property
    def line(self) -> str:
        return ",".join(f"{one.host}:{one.leaf_port}" for one in self.servers)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    found = Cluster(tmp_path)
    try:
        yield found
    finally:
        found.stop()


def test_a_server_of_three_dies_and_notices_go_on(cluster: Cluster, tmp_path: Path) -> None:
    home = tmp_path / "ES"
    cluster.configure({"ES": line_key(home)})
    cluster.start()
    for server in cluster.servers:
        eventually(lambda port=server.port: process.answers(port) or None, "a server")  # type: ignore[misc]
    office = Office(OfficeSettings(folder=tmp_path / "office", nats_url=cluster.url, nats_replicas=3))
    eventually(lambda: "JetStream cluster new metadata leader" in _logs(cluster) or None, "a leader")
    office.start()
    node: Node | None = None
    try:
        node = linked_node(office, home, "ES", line=cluster.line)
        node.start()
        road = Road(office, {"ES": node}, {})
        _, first = road.publish()
        assert road.wait_receipt("ES", first) == "applied"
        cluster.children[0].kill()
        _, second = road.publish()
        assert road.wait_receipt("ES", second) == "applied"
    finally:
        if node:
            node.stop()
        office.stop()


def _logs(cluster: Cluster) -> str:
    return "".join(path.read_text() for path in cluster.folder.glob("server-*.log"))


def test_the_files_are_written_from_the_offices_data(laptop: Laptop, tmp_path: Path) -> None:
    servers = [f"--server={LOOPBACK}:{4222 + n}:{7422 + n}:{6222 + n}" for n in range(3)]
    to = tmp_path / "engine"
    command = ["engine", "config", "--cluster", "3", *servers, "-o", str(to), "--data", str(laptop.data), "--json"]
    written = [json.loads(CliRunner().invoke(app, command).stdout) for _ in range(2)]
    assert written[0] == written[1], "a password is kept"
    assert written[0]["bureaus"] == ["ES"]
    assert sorted(path.name for path in to.iterdir()) == [
        "accounts.conf",
        "office.secret",
        *(f"server-{n}.conf" for n in (1, 2, 3)),
    ]
    for number in (1, 2, 3):
        checked = subprocess.run([nats_server(), "-t", "-c", to / f"server-{number}.conf"], capture_output=True)
        assert checked.returncode == 0, checked.stderr.decode()
