"""The data folder: where it is, that it is ours alone, and what small things lie in it."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any

import fasteners
import platformdirs

from rednotice.errors import CannotStart


def default_folder() -> Path:
    """The platform's usual place for a user's data."""
    return platformdirs.user_data_path("rednotice", appauthor=False)


def prepare(folder: Path) -> Path:
    """Creates a folder for this account alone, if it is not there, and sees that it can be written to.

    Raises:
        CannotStart: if it cannot be created or written to.
    """
    try:
        folder = folder.expanduser().absolute()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = folder / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CannotStart(
            f"the folder {folder} cannot be written to ({error.strerror}); choose another with --data"
        ) from None
    return folder


class Claim:
    """That one program runs on a folder, as long as it runs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = fasteners.InterProcessLock(folder / "in-use.lock")

    def __enter__(self) -> Claim:
        """Claims the folder.

        Raises:
            CannotStart: if another program has it.
        """
        if not self._lock.acquire(blocking=False):
            self._lock.lockfile.close()
            raise CannotStart(
                f"rednotice runs on {self._folder} already; stop it, or choose another folder with --data"
            )
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def secret(path: Path) -> str:
    """The secret in a file; a new one is made if the file is not there."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        write_private(path, secrets.token_urlsafe(24))
        return path.read_text().strip()


def write_private(path: Path, text: str) -> None:
    """Writes a file that only this account can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file; empty if there is no file or no object in it."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Writes a JSON object that only this account can read."""
    write_private(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
