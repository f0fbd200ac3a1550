"""How commands reach a running office or node: its address and the accounts of this machine, from the data folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import httpx
import psutil

from rednotice import errors
from rednotice.adapters.folders import read_json, write_json
from rednotice.errors import Fault, InvalidInput, NotKnown, RedNoticeError, Unavailable

RUNNING = "running.json"
ACCOUNTS = "accounts.json"
PATIENCE = 60.0

Program = Literal["office", "node"]


@cache
def _http() -> httpx.Client:
    # One for the process: to make one takes longer than most calls.
    return httpx.Client(timeout=PATIENCE, trust_env=False)


@dataclass(frozen=True, slots=True)
class Account:
    """An officer whose token lies on this machine."""

    name: str
    bureau: str
    role: str
    token: str


class Client:
    """Calls one program over HTTP as one officer."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.url = url

    def get(self, path: str, **query: Any) -> Any:
        """What a GET answers, as data; text if it is no JSON."""
        return self._call("GET", path, params={name: value for name, value in query.items() if value is not None})

    def post(self, path: str, body: Any = None, *, raw: bytes | None = None, media_type: str | None = None) -> Any:
        """What a POST answers."""
        if raw is not None:
            return self._call("POST", path, content=raw, media_type=media_type or "application/json")
        return self._call("POST", path, json=body)

    def _call(self, method: str, path: str, media_type: str | None = None, **more: Any) -> Any:
        headers = self._headers | ({"Content-Type": media_type} if media_type else {})
        try:
            response = _http().request(method, self.url + path, headers=headers, **more)
        except httpx.HTTPError as error:
            raise Unavailable(f"{self.url} does not answer ({type(error).__name__}); is it running?") from None
        if response.is_success:
            is_json = response.headers.get("content-type", "").startswith("application/json")
            return response.json() if is_json else response.text
        raise _error(response)


def _error(response: httpx.Response) -> RedNoticeError:
    try:
        problem = response.json()
        detail = str(problem["detail"])
    except (ValueError, KeyError, TypeError):
        return Unavailable(f"{response.url} answered {response.status_code} without a reason")
    kind = getattr(errors, str(problem.get("type", "")).rpartition(":")[2], None)
    if kind is InvalidInput:
        return InvalidInput([Fault(**fault) for fault in _with_lines(problem.get("errors", []))], "request")
    if isinstance(kind, type) and issubclass(kind, RedNoticeError):
        return kind(detail)
    return Unavailable(f"{response.status_code}: {detail}")


def _with_lines(faults: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"line": None, **fault} for fault in faults]


# --- What lies in the data folder ----------------------------------------------------------------------------


def program_folder(data: Path, program: Program, bureau: str | None = None) -> Path:
    """The folder of a program below the data folder; a node's bears its bureau's code."""
    data = data.expanduser()
    if program == "office":
        return data / "office"
    if bureau:
        return data / f"node-{bureau}"
    nodes = sorted(data.glob("node-*"))
    return nodes[0] if nodes else data / "node"


def connect(
    data: Path, program: Program, *, name: str | None = None, role: str | None = None, bureau: str | None = None
) -> tuple[Client, Account | None]:
    """A client for a running program, acting as an account of this machine.

    Args:
        data: the data folder.
        program: office or node.
        name: the account that was asked for.
        role: the role that the command needs, if no account was asked for.
        bureau: the bureau that the account must be of.

    Raises:
        Unavailable: if the program does not run on this folder.
        NotKnown: if no account fits; says which there are.
    """
    folder = program_folder(data, program, bureau if program == "node" else None)
    url = os.environ.get(f"REDNOTICE_{program.upper()}_URL") or running_url(folder, program)
    token = os.environ.get("REDNOTICE_TOKEN")
    if token:
        return Client(url, token), None
    if name is None and role is None:
        return Client(url), None
    account = _account(folder, name, role, bureau)
    return Client(url, account.token), account


def running_url(folder: Path, program: str) -> str:
    """Where a program that runs on a folder is reached.

    Raises:
        Unavailable: if none runs.
    """
    running = read_json(folder / RUNNING)
    if not running or not psutil.pid_exists(int(running.get("pid", -1))):
        raise Unavailable(f"no {program} runs on {folder}; start it with 'rednotice up' (or 'make run')")
    return str(running["url"])


def accounts(folder: Path) -> list[Account]:
    """The accounts whose tokens lie in a program's folder."""
    return [Account(name=name, **held) for name, held in read_json(folder / ACCOUNTS).items()]


def keep_account(folder: Path, account: Account) -> None:
    """Keeps an account's token in a program's folder, readable by this user alone."""
    held = read_json(folder / ACCOUNTS)
    held[account.name] = {"bureau": account.bureau, "role": account.role, "token": account.token}
    write_json(folder / ACCOUNTS, held)


def _account(folder: Path, name: str | None, role: str | None, bureau: str | None) -> Account:
    known = accounts(folder)
    fitting = [
        account
        for account in known
        if (account.name == name if name else account.role == role and bureau in (None, account.bureau))
    ]
    if fitting:
        return fitting[0]
    there = ", ".join(f"{account.name} ({account.role}, {account.bureau})" for account in known) or "none"
    wanted = f"called {name}" if name else f"with the role {role}" + (f" of bureau {bureau}" if bureau else "")
    role, bureau = role or "desk", bureau or "PT"
    raise NotKnown(
        f"no account {wanted} lies in {folder}; there are: {there}. "
        f"Enrol one: rednotice officer add {role}-{bureau} --bureau {bureau} --role {role}"
    )
