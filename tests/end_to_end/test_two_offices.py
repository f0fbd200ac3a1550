"""Two offices on one PostgreSQL: either dies at any moment, the other goes on; no act is lost, none is done twice."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from rednotice.adapters.embedded.nats import EmbeddedNats
from rednotice.adapters.embedded.postgres import APP, EmbeddedPostgres
from rednotice.adapters.embedded.process import LOOPBACK
from rednotice.adapters.postgres.connection import connect
from rednotice.adapters.postgres.schema import migrate
from rednotice.cli.client import Client, accounts, running_url
from rednotice.cli.log import audit_office
from rednotice.errors import Unavailable
from rednotice.log.keyring import now_and_ever
from rednotice.log.note import Verifier
from rednotice.node import Node, NodeSettings, line_key, node_signer
from tests.builders import a_document, a_strange_case, a_stranger
from tests.conftest import effects, eventually

STAFF = {"reviewer-1": ("OFFICE", "reviewer"), "reviewer-2": ("OFFICE", "reviewer"), "desk-PT": ("PT", "desk")}
_strangers = itertools.count(70_000)


@dataclass
class Centre:
    """Engines that go on, and two programs `rednotice office` on them."""

    folder: Path
    postgres: EmbeddedPostgres
    nats: EmbeddedNats
    programs: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def start(self, name: str) -> None:
        folder = self.folder / name
        folder.mkdir(mode=0o700, exist_ok=True)
        if (self.folder / "a" / "office.key").exists() and name != "a":
            shutil.copy2(self.folder / "a" / "office.key", folder / "office.key")
        more = {"REDNOTICE_DATABASE_URL": self.postgres.url, "REDNOTICE_NATS_URL": self.nats.url}
        command = [sys.executable, "-m", "rednotice", "office", "--data", str(folder), "--port=0", "--leaf-port=0"]
        with (folder / "out").open("wb") as out:
            self.programs[name] = subprocess.Popen(command, env={**os.environ, **more}, stdout=out, stderr=out)
        eventually(lambda: self.url(name), f"office {name}", 60)

    def url(self, name: str) -> str | None:
        try:
            return running_url(self.folder / name, "office")
        except Unavailable:
            return None

    def kill(self, name: str) -> None:
        self.programs[name].send_signal(signal.SIGKILL)
        self.programs[name].wait()

    def stop(self) -> None:
        for program in self.programs.values():
            program.terminate()
            program.wait()

    def at(self, name: str, who: str) -> Client:
        return Client(self.url(name) or "http://127.0.0.1:9", self.tokens[who])


class Filer(threading.Thread):
    """Publishes notice after notice at one office until it does not answer; keeps what was acknowledged."""

    def __init__(self, centre: Centre, name: str) -> None:
        super().__init__()
        self._centre, self._name = centre, name
        self.published: list[str] = []
        self.stopping = threading.Event()

    def run(self) -> None:
        while not self.stopping.is_set():
            number = next(_strangers)
            document = a_document(persons=[a_stranger(number)], **a_strange_case(number))
            try:
                filed = self._act("desk-PT", "/api/requests", document)
                path = f"/api/requests/{filed['number']}/decisions"
                self._act("reviewer-1", path, {"outcome": "publish", "reasons": "Every condition is met."})
                self.published += self._act("reviewer-2", path, {"outcome": "publish"})["notices"]
            except Unavailable:
                return

    def publishes(self, more: int) -> None:
        """Waits until it has published so many more."""
        wanted = len(self.published) + more
        eventually(lambda: len(self.published) >= wanted or None, f"acts at office {self._name}", 60)

    def _act(self, who: str, path: str, body: Any) -> Any:
        return self._centre.at(self._name, who).post(path, body)


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    with ExitStack() as stack:
        postgres = EmbeddedPostgres(tmp_path / "postgres", tmp_path / "postgres.log")
        postgres.start()
        stack.callback(postgres.stop)
        owner = connect(postgres.owner_url)
        migrate(owner, "office", APP)
        owner.dispose()
        nats = EmbeddedNats(tmp_path / "nats", tmp_path / "nats.log", "office")
        nats.start_office({"ES": line_key(tmp_path / "ES")})
        stack.callback(nats.stop)
        centre = Centre(tmp_path, postgres, nats)
        stack.callback(centre.stop)
        for name in ("a", "b"):
            centre.start(name)
        (operator,) = accounts(tmp_path / "a")
        for who, (bureau, role) in STAFF.items():
            client = Client(centre.url("a") or "", operator.token)
            centre.tokens[who] = client.post("/api/officers", {"name": who, "bureau": bureau, "role": role})["token"]
        centre.tokens["operator"] = operator.token
        yield centre


def linked(centre: Centre) -> Node:
    home = centre.folder / "ES"
    keys = {"bureau": "ES", "key": str(node_signer(home, "ES").verifier), "line_key": line_key(home)}
    link = centre.at("a", "operator").post("/api/bureaus", keys)
    return Node(
        NodeSettings(
            folder=home,
            bureau="ES",
            node_key=link["node_key"],
            office_key=link["office_key"],
            line=f"{LOOPBACK}:{centre.nats.leaf_port}",
            effects=effects("ES"),
        )
    )


def test_either_office_dies_while_it_acts_and_nothing_is_lost_or_done_twice(centre: Centre) -> None:
    node = linked(centre)
    node.start()
    published: list[str] = []
    try:
        for dies, lives in (("a", "b"), ("b", "a")):
            filers = {name: Filer(centre, name) for name in ("a", "b")}
            for filer in filers.values():
                filer.start()
            for filer in filers.values():
                filer.publishes(3)
            centre.kill(dies)
            filers[lives].publishes(3)
            for filer in filers.values():
                filer.stopping.set()
                filer.join()
                published += filer.published
            centre.start(dies)
        eventually(lambda: receipts(centre).keys() >= set(published) or None, "a receipt for every notice", 60)
        counted = receipts(centre)
        assert set(counted.values()) == {1}, "one receipt each"
        for name in ("a", "b"):
            client = centre.at(name, "operator")
            key = Verifier.parse(client.get("/api/status")["key"])
            audited, _ = audit_office(client, now_and_ever(key, [])[0])
            assert audited.checkpoint.size > len(published)
        with node.database._engine.connect() as connection:
            receipts_made = connection.execute(text("SELECT count(*) FROM report WHERE kind = 'receipt'")).scalar_one()
        assert receipts_made == len(counted), "the node was told of each once"
    finally:
        node.stop()


def receipts(centre: Centre) -> Counter[str]:
    """By notice, how many receipts the office took."""
    query = "SELECT subject FROM event WHERE kind = 'receipt.returned'"
    with psycopg.connect(centre.postgres.owner_url) as connection:
        return Counter(row[0] for row in connection.execute(query))
