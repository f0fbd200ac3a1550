"""Child processes that do not outlive their parent, and the account that engines run under.

PostgreSQL refuses to run as root. Where rednotice itself runs as root, the engine's processes get the account of
`postgres` if the machine has one, else of `nobody`; no account is added and no existing folder's rights are changed.
A folder that this account could not reach by its path (such as one below /root) is handed over as the process's
working directory, which needs no right on the folders above it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import psutil

from rednotice.errors import CannotStart

LOOPBACK = "127.0.0.1"
WORKING_DIRECTORY = Path("/proc/self/cwd")
_PR_SET_PDEATHSIG = 1
_starter = ThreadPoolExecutor(1, thread_name_prefix="starts children")
"""The kernel ends a child with the thread that started it: so one thread starts all, and stays."""


@dataclass(frozen=True, slots=True)
class Account:
    """The account that an engine runs under when the program itself is root."""

    uid: int
    gid: int

    @classmethod
    def for_engine(cls, folder: Path) -> Account | None:
        """None if the program is not root; else the owner of the folder, or `postgres`, or `nobody`."""
        if os.geteuid() != 0:
            return None
        if folder.exists() and folder.stat().st_uid != 0:
            return cls(folder.stat().st_uid, folder.stat().st_gid)
        for name in ("postgres", "nobody"):
            with contextlib.suppress(KeyError):
                entry = pwd.getpwnam(name)
                return cls(entry.pw_uid, entry.pw_gid)
        raise CannotStart("PostgreSQL may not run as root, and this machine has neither an account postgres nor nobody")

    def own(self, path: Path) -> None:
        """Gives a path to this account, for nobody else to read."""
        os.chown(path, self.uid, self.gid)
        path.chmod(0o700 if path.is_dir() else 0o600)


def reachable_by_all(path: Path) -> bool:
    """Whether every account may enter all folders on the way to a path, and the path itself."""
    resolved = path.resolve()
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (resolved, *resolved.parents))


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def listen(port: int, option: str) -> socket.socket:
    """A socket of loopback that listens on a port, or on any free one for port 0.

    Raises:
        CannotStart: if the port is taken; names the option with which to choose another.
    """
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise CannotStart(f"port {port} is not to be had ({reason}); choose another with {option}") from None
    return listener


def answers(port: int) -> bool:
    """Whether somebody listens on a port of loopback."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def start(
    command: Sequence[str | Path],
    *,
    log: Path,
    folder: Path | None = None,
    account: Account | None = None,
    ends_by: signal.Signals = signal.SIGTERM,
    environment: dict[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Starts a child that the kernel ends when this program ends, however it ends (Linux).

    Args:
        command: program and arguments.
        log: the file its output is appended to.
        folder: its working directory.
        account: the account to run under, if not the program's own.
        ends_by: the signal it gets when this program is gone.
        environment: its environment, if not the program's own.
    """
    with log.open("ab") as output:

        def begin() -> subprocess.Popen[bytes]:
            return subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=environment,
                start_new_session=True,
                preexec_fn=_dies_with(os.getpid(), ends_by),
                **_as(account),
            )

        return _starter.submit(begin).result()


def run(command: Sequence[str | Path], *, folder: Path, account: Account | None, environment: dict[str, str]) -> str:
    """Runs a command to its end and returns what it printed.

    Raises:
        CannotStart: if it fails; with its last line.
    """
    done = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        check=False,
        **_as(account),
    )
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or [f"exit code {done.returncode}"]
        raise CannotStart(f"{Path(command[0]).name} failed: {lines[-1]}")
    return done.stdout


def stop(child: subprocess.Popen[bytes], how: signal.Signals, patience: float = 15.0) -> None:
    """Ends a child: asks, waits, and kills only if it does not listen."""
    if child.poll() is None:
        child.send_signal(how)
        try:
            child.wait(patience)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def stop_leftover(pid_file: Path, belongs: Callable[[psutil.Process], bool], how: signal.Signals) -> None:
    """Ends a process that an earlier run left behind, if the pid in the file is still that process."""
    try:
        leftover = psutil.Process(int(pid_file.read_text().split()[0]))
        if not belongs(leftover):
            return
        leftover.send_signal(how)
        leftover.wait(15)
    except (OSError, ValueError, IndexError, psutil.NoSuchProcess, psutil.AccessDenied):
        return
    except psutil.TimeoutExpired:
        leftover.kill()


def copy_for_all(source: Path, target: Path) -> Path:
    """Copies a folder of programs to where every account can reach it, once; returns where it is."""
    if not target.exists():
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            fresh = target.with_name(f"{target.name}.{os.getpid()}")
            shutil.copytree(source, fresh, symlinks=True)
            fresh.rename(target)
        except OSError as error:
            raise CannotStart(f"the engine could not be copied to {target}: {error.strerror}") from error
    return target


class _Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def _as(account: Account | None) -> _Identity:
    return _Identity(user=account.uid, group=account.gid, extra_groups=[]) if account else _Identity()


def _dies_with(parent: int, how: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl  # looked up before the fork: afterwards only system calls are safe

    def before_exec() -> None:
        prctl(_PR_SET_PDEATHSIG, int(how))
        if os.getppid() != parent:
            os._exit(1)

    return before_exec
