"""What nats-server is told: an account for the office, and one for each bureau with the rights it needs, no more.

A bureau's account imports six things from the office's, under names of its own:

    office.STREAM.INFO.<stream>   how the stream stands         NOTICES and BUREAU_<code>
    office.DIRECT.GET.<stream>    messages from a place on      NOTICES and BUREAU_<code>
    stored.<stream>.>             that a message was stored     NOTICES and BUREAU_<code>
    report.<code>.>               to publish its reports

There are no consumers: what they deliver, and where to, is chosen by who creates them. An answer travels back through
the import that the question came by, so it arrives in the account of whoever asked, wherever it was to be sent.
`docs/decisions/0008-an-account-per-bureau.md` says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rednotice.adapters.jetstream import stored

OFFICE_DOMAIN = "office"
OFFICE_API = f"$JS.{OFFICE_DOMAIN}.API"
"""Where the office's own client asks JetStream."""
BUREAU_API = "office"
"""Where a bureau's client asks: the names under which its account imports the few questions it may ask."""
REPORT_LIMIT = 1_000_000
"""Bytes of a message that a bureau may send."""
LIMITS = {"max_connections": 8, "max_leafnodes": 4, "max_subscriptions": 1_000, "max_payload": REPORT_LIMIT}
"""Of each bureau's account. More than one leaf: one that a broken line left behind ends only after a while."""
OFFICE = "OFFICE"


def streams_of(bureau: str) -> tuple[str, str]:
    """The streams that a bureau may read."""
    return "NOTICES", f"BUREAU_{bureau}"


def accounts(bureaus: Mapping[str, str], user: str, password: str) -> dict[str, Any]:
    """The accounts of an office's server.

    Args:
        bureaus: the public line key of every bureau that may connect, by its code.
        user: the office's own client.
        password: of that client.
    """
    office = {"jetstream": "enabled", "users": [{"user": user, "password": password}], "exports": _exports(bureaus)}
    return {OFFICE: office} | {_account(bureau): _of_bureau(bureau, key) for bureau, key in sorted(bureaus.items())}


def _account(bureau: str) -> str:
    return f"BUREAU_{bureau}"


def _exports(bureaus: Mapping[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    everybody = [_account(bureau) for bureau in sorted(bureaus)]
    readers = {"NOTICES": everybody} | {f"BUREAU_{bureau}": [_account(bureau)] for bureau in sorted(bureaus)}
    for stream, may in readers.items():
        if may:
            found += [
                {"service": f"$JS.API.STREAM.INFO.{stream}", "accounts": may},
                {"service": f"$JS.API.DIRECT.GET.{stream}", "accounts": may, "response_type": "stream"},
                {"stream": stored(stream), "accounts": may},
            ]
    return found + [{"service": f"report.{bureau}.>", "accounts": [_account(bureau)]} for bureau in sorted(bureaus)]


def _of_bureau(bureau: str, key: str) -> dict[str, Any]:
    imports: list[dict[str, Any]] = [{"service": {"account": OFFICE, "subject": f"report.{bureau}.>"}}]
    for stream in streams_of(bureau):
        imports += [
            {"service": {"account": OFFICE, "subject": f"$JS.API.{question}"}, "to": f"{BUREAU_API}.{question}"}
            for question in (f"STREAM.INFO.{stream}", f"DIRECT.GET.{stream}")
        ]
        imports.append({"stream": {"account": OFFICE, "subject": stored(stream)}})
    # Only a leaf may use the key: whoever shows it connects a server, with an account of its own for its users.
    users = [{"nkey": key, "allowed_connection_types": ["LEAFNODE"]}]
    return {"users": users, "imports": imports, "limits": LIMITS}
