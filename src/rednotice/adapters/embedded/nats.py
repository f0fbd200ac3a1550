"""An embedded nats-server: the office's, to which bureaus' leaves connect, and a bureau's leaf."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sysconfig
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import structlog

from rednotice.adapters.embedded import process
from rednotice.adapters.embedded.process import LOOPBACK
from rednotice.adapters.folders import secret
from rednotice.adapters.jetstream import MAX_PAYLOAD
from rednotice.adapters.nats_config import OFFICE_DOMAIN, accounts
from rednotice.errors import CannotStart

log = structlog.get_logger(__name__)

PATIENCE = 30.0
GAVE_UP = b"critical write error"
"""What its log says when a stream takes nothing more."""
FULL, ROOM = 4_000_000, 32_000_000
"""Free bytes below which a write may have failed, and above which it is tried again."""
NOT_AGAIN = 60.0
"""Seconds in which it is not started again once more, whatever fails."""
RELOADED = b"Reloaded server configuration"
"""What nats-server logs when it has read its configuration again."""


class _Silent(CannotStart):
    """The server runs, and does not answer."""


@dataclass(slots=True)
class EmbeddedNats:
    """A server with its store below `folder`; `configure` says what makes it an office's or a bureau's."""

    folder: Path
    log: Path
    user: str
    port: int = 0
    leaf_port: int = 0
    _read_to: int = field(default=0, repr=False)
    _not_before: float = field(default=0.0, repr=False)
    _was_full: bool = field(default=False, repr=False)
    _admitted: Mapping[str, str] = field(default_factory=dict, repr=False)
    _child: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The address for this program's own client."""
        return f"nats://{self.user}:{self.secret}@{LOOPBACK}:{self.port}"

    @property
    def secret(self) -> str:
        """The password of this program's own client."""
        return secret(self.folder.with_name(f"{self.folder.name}.{self.user}.secret"))

    def start_office(self, bureaus: Mapping[str, str], leaf_port: int = 0) -> None:
        """Starts the office's server; with empty streams if it cannot read those that are there.

        Args:
            bureaus: the public line key of every bureau that may connect, by its code.
            leaf_port: where it takes their leaves; 0 for any free port.

        Raises:
            CannotStart: if the port is taken, or the server does not start.
        """
        process.listen(leaf_port, "--leaf-port").close()
        self.port, self.leaf_port = process.free_port(), leaf_port or process.free_port()
        self._admitted = dict(bureaus)
        self._start_office()

    def _start_office(self) -> None:
        try:
            self._start(self._office(self._admitted))
        except _Silent:
            # Seen in 2.15 with damaged files: it restores them without end. What stands there stands in PostgreSQL, and
            # nodes report again what was not taken; a copy set aside would outlive recalls.
            log.error("streams.unreadable", log=str(self.log))
            shutil.rmtree(self.folder)
            self._start(self._office(self._admitted))

    def start_again_if_it_gave_up(self) -> None:
        """Starts the office's server again if its disk was full, or it could not write, and there is room now.

        A stream whose write failed takes nothing more until then, room or not (seen in 2.15). To be called often: what
        it could not write, its log may not tell.

        Raises:
            CannotStart: if it does not start.
        """
        free = shutil.disk_usage(self.folder).free
        self._was_full = self._was_full or free < FULL or GAVE_UP in self._logged_since(self._read_to)
        self._read_to = self.log.stat().st_size
        stopped = self._child is None  # it did not come back the last time
        if not (self._was_full or stopped) or free < ROOM or time.monotonic() < self._not_before:
            return
        log.warning("streams.started_again", log=str(self.log))
        self._not_before = time.monotonic() + NOT_AGAIN
        self.stop()
        self._start_office()

    def admit(self, bureaus: Mapping[str, str]) -> None:
        """Lets other bureaus connect than before; the line of one that may not any more ends before this returns.

        A server that only reads its configuration again leaves the leaf of a removed account connected (seen in
        2.15), so it is started again for that: every line is back in about a second.

        Raises:
            CannotStart: if the server does not take it.
        """
        assert self._child is not None
        before, self._admitted = self._admitted, dict(bureaus)
        if any(bureaus.get(bureau) != key for bureau, key in before.items()):
            self.stop()
            self._start_office()
            return
        self._write(self._office(bureaus))
        # What a new account imports is there only after the second time (seen in 2.15).
        for _ in range(2):
            self._reload(self._child)

    def _reload(self, child: subprocess.Popen[bytes]) -> None:
        read = self.log.stat().st_size
        child.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + PATIENCE
        while RELOADED not in self._logged_since(read):
            if child.poll() is not None or time.monotonic() > deadline:
                raise CannotStart(f"nats-server did not read its configuration again; see {self.log}")
            time.sleep(0.01)

    def _logged_since(self, start: int) -> bytes:
        with self.log.open("rb") as file:
            file.seek(start)
            return file.read()

    def start_leaf(self, bureau: str, line: str, line_seed: str) -> None:
        """Starts a bureau's leaf.

        Args:
            bureau: its code.
            line: host and port at which the office takes leaves; of a cluster several, with commas between them.
            line_seed: the seed of its line key; it proves that it has it, and shows it to nobody.
        """
        self.port = process.free_port()
        self._start(
            {
                "server_name": f"bureau_{bureau}",
                "accounts": {"BUREAU": {"users": [{"user": self.user, "password": self.secret}]}},
                "leafnodes": {
                    "reconnect": "1s",
                    "remotes": [
                        {
                            "urls": [f"nats-leaf://{one}" for one in line.split(",")],
                            "nkey": line_seed,
                            "account": "BUREAU",
                            "ignore_discovered_servers": True,
                        }
                    ],
                },
            }
        )

    @property
    def ended(self) -> bool:
        """Whether the server ended by itself."""
        return self._child is not None and self._child.poll() is not None

    def stop(self) -> None:
        """Stops the server; what its streams acknowledged is on disk."""
        child, self._child = self._child, None
        if child:
            process.stop(child, signal.SIGTERM)

    def _office(self, bureaus: Mapping[str, str]) -> dict[str, Any]:
        return {
            "server_name": "office",
            # An acknowledged publication is on disk, not in a buffer.
            "jetstream": {"store_dir": str(self.folder), "domain": OFFICE_DOMAIN, "sync_interval": "always"},
            "accounts": accounts(bureaus, self.user, self.secret),
            # Nothing is advertised: a node connects where it was told to, and nowhere else.
            "leafnodes": {"host": LOOPBACK, "port": self.leaf_port, "no_advertise": True},
        }

    @property
    def _config(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.conf")

    @property
    def _pid_file(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.pid")

    def _write(self, config: Mapping[str, Any]) -> None:
        common = {
            "host": LOOPBACK,
            "port": self.port,
            "max_payload": MAX_PAYLOAD,
            "pid_file": str(self._pid_file),
        }
        # The server's configuration language takes JSON. Nobody else may read the secrets in it.
        fresh = self._config.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps({**common, **config}, indent=2))
        fresh.replace(self._config)

    def _start(self, config: Mapping[str, Any]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        process.stop_leftover(self._pid_file, self._is_ours, signal.SIGTERM)
        self._write(config)
        self._was_full = False
        self._read_to = self.log.stat().st_size if self.log.exists() else 0
        self._child = process.start([nats_server(), "-c", self._config], log=self.log, folder=self.folder)
        deadline = time.monotonic() + PATIENCE
        while not process.answers(self.port):
            if self._child.poll() is not None:
                raise CannotStart(f"nats-server ended as it started; the reason is the last line of {self.log}")
            if time.monotonic() > deadline:
                self.stop()
                raise _Silent(f"nats-server did not answer within {PATIENCE:.0f} s; see {self.log}")
            time.sleep(0.01)

    def _is_ours(self, running: psutil.Process) -> bool:
        return str(self._config) in running.cmdline()


def nats_server() -> str:
    """Where the program of the server is.

    Raises:
        CannotStart: if it is not installed.
    """
    beside = shutil.which("nats-server", path=os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]))
    if beside is None:
        raise CannotStart("nats-server is not installed; run make setup, or set REDNOTICE_NATS_URL")
    return beside
