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

from rednotice.adapters.embedded import process
from rednotice.adapters.embedded.process import LOOPBACK
from rednotice.adapters.folders import secret
from rednotice.adapters.jetstream import MAX_PAYLOAD
from rednotice.errors import CannotStart

PATIENCE = 30.0
OFFICE_DOMAIN = "office"


@dataclass(slots=True)
class EmbeddedNats:
    """A server with its store below `folder`; `configure` says what makes it an office's or a bureau's."""

    folder: Path
    log: Path
    user: str
    port: int = 0
    leaf_port: int = 0
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
        """Starts the office's server.

        Args:
            bureaus: the line secret of every bureau that may connect, by its code.
            leaf_port: where it takes their leaves; 0 for any free port.

        Raises:
            CannotStart: if the port is taken, or the server does not start.
        """
        process.listen(leaf_port, "--leaf-port").close()
        self.port, self.leaf_port = process.free_port(), leaf_port or process.free_port()
        self._start(self._office(bureaus))

    def admit(self, bureaus: Mapping[str, str]) -> None:
        """Lets other bureaus connect than before, without a restart."""
        assert self._child is not None
        self._write(self._office(bureaus))
        self._child.send_signal(signal.SIGHUP)

    def start_leaf(self, bureau: str, line: str, line_secret: str) -> None:
        """Starts a bureau's leaf.

        Args:
            bureau: its code.
            line: host and port at which the office takes leaves.
            line_secret: what the bureau shows there.
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
                            "url": f"nats-leaf://{bureau}:{line_secret}@{line}",
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
        if self._child:
            process.stop(self._child, signal.SIGTERM)
            self._child = None

    def _office(self, bureaus: Mapping[str, str]) -> dict[str, Any]:
        users: list[dict[str, Any]] = [{"user": self.user, "password": self.secret}]
        users += [
            {"user": bureau, "password": line_secret, "permissions": bureau_permissions(bureau)}
            for bureau, line_secret in sorted(bureaus.items())
        ]
        return {
            "server_name": "office",
            # An acknowledged publication is on disk, not in a buffer.
            "jetstream": {"store_dir": str(self.folder), "domain": OFFICE_DOMAIN, "sync_interval": "always"},
            "accounts": {"OFFICE": {"jetstream": "enabled", "users": users}},
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
        # The server's configuration language takes JSON. Nobody else may read the passwords in it.
        fresh = self._config.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps({**common, **config}, indent=2))
        fresh.replace(self._config)

    def _start(self, config: Mapping[str, Any]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        process.stop_leftover(self._pid_file, self._is_ours, signal.SIGTERM)
        self._write(config)
        self._child = process.start([_program(), "-c", self._config], log=self.log, folder=self.folder)
        deadline = time.monotonic() + PATIENCE
        while not process.answers(self.port):
            if self._child.poll() is not None:
                raise CannotStart(f"nats-server ended as it started; the reason is the last line of {self.log}")
            if time.monotonic() > deadline:
                self.stop()
                raise CannotStart(f"nats-server did not answer within {PATIENCE:.0f} s; see {self.log}")
            time.sleep(0.01)

    def _is_ours(self, running: psutil.Process) -> bool:
        return str(self._config) in running.cmdline()


def reader_name(bureau: str) -> str:
    """The name under which a bureau's node reads the office's streams."""
    return f"node-{bureau}"


def bureau_permissions(bureau: str) -> dict[str, list[str]]:
    """What a bureau's leaf may do at the office: read two streams as itself, and publish reports of its own."""
    streams = ("NOTICES", f"BUREAU_{bureau}")
    api = f"$JS.{OFFICE_DOMAIN}.API"
    read = [
        subject
        for stream in streams
        for subject in (
            f"{api}.STREAM.INFO.{stream}",
            f"{api}.CONSUMER.CREATE.{stream}.{reader_name(bureau)}",
            f"{api}.CONSUMER.MSG.NEXT.{stream}.{reader_name(bureau)}",
            f"{api}.CONSUMER.DELETE.{stream}.{reader_name(bureau)}",
            f"$JS.ACK.{stream}.{reader_name(bureau)}.>",
        )
    ]
    return {
        "publish": [f"report.{bureau}.>", *read],
        # Replies to its own questions, and what its two streams deliver.
        "subscribe": [f"_INBOX.{bureau}.>"],
    }


def _program() -> str:
    beside = shutil.which("nats-server", path=os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]))
    if beside is None:
        raise CannotStart("nats-server is not installed; run make setup, or set REDNOTICE_NATS_URL")
    return beside
