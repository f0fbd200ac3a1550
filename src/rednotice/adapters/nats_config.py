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

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from rednotice.adapters.jetstream import MAX_PAYLOAD, stored
from rednotice.adapters.subjects import NOTICES, bureau_stream, reports_stream, streams_of, subjects_in

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


def _reports(bureau: str) -> str:
    return subjects_in(reports_stream(bureau))


def _exports(bureaus: Mapping[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    everybody = [_account(bureau) for bureau in sorted(bureaus)]
    readers = {NOTICES: everybody} | {bureau_stream(bureau): [_account(bureau)] for bureau in sorted(bureaus)}
    for stream, may in readers.items():
        if may:
            found += [
                {"service": f"$JS.API.STREAM.INFO.{stream}", "accounts": may},
                {"service": f"$JS.API.DIRECT.GET.{stream}", "accounts": may, "response_type": "stream"},
                {"stream": stored(stream), "accounts": may},
            ]
    return found + [{"service": _reports(bureau), "accounts": [_account(bureau)]} for bureau in sorted(bureaus)]


def _of_bureau(bureau: str, key: str) -> dict[str, Any]:
    imports: list[dict[str, Any]] = [{"service": {"account": OFFICE, "subject": _reports(bureau)}}]
    for stream in streams_of(bureau):
        imports += [
            {"service": {"account": OFFICE, "subject": f"$JS.API.{question}"}, "to": f"{BUREAU_API}.{question}"}
            for question in (f"STREAM.INFO.{stream}", f"DIRECT.GET.{stream}")
        ]
        imports.append({"stream": {"account": OFFICE, "subject": stored(stream)}})
    # Only a leaf may use the key: whoever shows it connects a server, with an account of its own for its users.
    users = [{"nkey": key, "allowed_connection_types": ["LEAFNODE"]}]
    return {"users": users, "imports": imports, "limits": LIMITS}


@dataclass(frozen=True, slots=True)
class Server:
    """One server of the office: where it is found, and at which ports."""

    host: str
    port: int = 4222
    leaf_port: int = 7422
    cluster_port: int = 6222

    @classmethod
    def parse(cls, text: str) -> Server:
        """Reads `HOST`, or `HOST:CLIENTS:LEAVES:CLUSTER`.

        Raises:
            ValueError: if it is neither.
        """
        host, *ports = text.split(":")
        if not host or len(ports) not in (0, 3):
            raise ValueError("neither HOST nor HOST:CLIENTS:LEAVES:CLUSTER")
        return cls(host, *map(int, ports))

    @property
    def listens(self) -> str:
        """The address that it listens at: every one, unless it is named by one of this machine alone."""
        try:
            return self.host if ip_address(self.host).is_loopback else "0.0.0.0"  # noqa: S104
        except ValueError:
            return "0.0.0.0"  # noqa: S104


def accounts_file(bureaus: Mapping[str, str], user: str, password: str) -> str:
    """The accounts as a file that every server of an office includes."""
    return f"accounts: {json.dumps(accounts(bureaus, user, password), indent=2)}\n"


def server_file(servers: Sequence[Server], number: int, store: str) -> str:
    """The configuration of one server of several, or of the only one.

    Args:
        servers: all of them.
        number: which, from 0.
        store: the folder of its streams.
    """
    server = servers[number]
    lines = [
        "# Made by 'rednotice engine config'. Fill in TLS; change the rest there, not here.",
        f'server_name: "office-{number + 1}"',
        f'host: "{server.listens}"',
        f"port: {server.port}",
        f"max_payload: {MAX_PAYLOAD}",
        "# tls { cert_file: …, key_file: …, ca_file: … }",
        "# An acknowledged publication is on disk, not in a buffer.",
        f"jetstream {{ store_dir: {json.dumps(store)}, domain: {OFFICE_DOMAIN}, sync_interval: always }}",
        "leafnodes {",
        f'  host: "{server.listens}"',
        f"  port: {server.leaf_port}",
        "  # Nothing is advertised: a node connects where it was told to, and nowhere else.",
        "  no_advertise: true",
        "  # The envelopes on this line are signed, not encrypted:",
        "  # tls { cert_file: …, key_file: … }",
        "}",
    ]
    if len(servers) > 1:
        routes = json.dumps([f"nats-route://{one.host}:{one.cluster_port}" for one in servers if one is not server])
        lines += [
            "cluster {",
            "  name: office",
            f'  host: "{server.listens}"',
            f"  port: {server.cluster_port}",
            f"  routes: {routes}",
            "  # tls { cert_file: …, key_file: …, ca_file: …, verify: true }",
            "}",
        ]
    return "\n".join([*lines, 'include "accounts.conf"', ""])
