"""How a bureau's node calls the office over HTTP: signed with its key, and reading no more than it must."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from rednotice.errors import NotKnown, NotTrusted, Unavailable
from rednotice.log.call import Call, digest, sign_call
from rednotice.log.merkle import Hash
from rednotice.log.note import Signer
from rednotice.log.state import BUCKETS
from rednotice.log.tiles import KEYRINGS

PATIENCE = 20.0
ANSWER_LIMIT = 64_000_000
SMALL = 100_000


@dataclass(frozen=True, slots=True)
class State:
    """What the office says that a node should hold. Nothing of it is believed but the signed checkpoint."""

    note: str
    root: bytes
    buckets: tuple[bytes, ...]
    letters: tuple[int, int]
    """How many letters, and up to which event."""
    keyring: tuple[int, int] = (0, 0)
    """The rank of its keyring (`log.keyring`)."""
    at: datetime | None = None
    """What its clock said; None from an earlier version."""


class OfficeCalls:
    """The office, as one bureau's node reaches it."""

    def __init__(self, url: str, bureau: str, signer: Signer) -> None:
        self.url = url.rstrip("/")
        self._bureau = bureau
        self._signer = signer
        self._http = httpx.Client(timeout=PATIENCE, trust_env=False)
        self._challenge: str | None = None

    def close(self) -> None:
        """Ends the connection."""
        self._http.close()

    def state(self, *, buckets: bool = False) -> State:
        """What this node should hold.

        Raises:
            Unavailable: if the office does not answer as it should; so do all calls.
        """
        told = self._json("GET", "/api/circulation/state" + ("?buckets=true" if buckets else ""))
        try:
            hashes = tuple(_hash(one) for one in told["buckets"] or ())
            if len(hashes) not in (0, BUCKETS):
                raise ValueError
            letters = int(told["letters"]), int(told["last_letter"])
            recovered, changed = told.get("keyring", (0, 0))
            keyring = int(recovered), int(changed)
            at = datetime.fromisoformat(told["at"]) if "at" in told else None
            return State(str(told["checkpoint"]), _hash(told["root"]), hashes, letters, keyring, at)
        except (KeyError, TypeError, ValueError, binascii.Error):
            raise Unavailable(f"{self.url} answered with no state of circulation") from None

    def buckets(self, places: Sequence[int]) -> dict[str, int]:
        """Some buckets: which event is the last word on each of their subjects."""
        told = self._json("GET", "/api/circulation/buckets?" + "&".join(f"place={place}" for place in places))
        try:
            return {str(subject): int(event) for subject, event in told["pairs"].items()}
        except (KeyError, TypeError, ValueError, AttributeError):
            raise Unavailable(f"{self.url} answered with no buckets") from None

    def letters(self, after: int) -> list[int]:
        """The events of the letters to this bureau after one."""
        told = self._json("GET", f"/api/circulation/letters?after={after}")
        try:
            return [int(event) for event in told]
        except (TypeError, ValueError):
            raise Unavailable(f"{self.url} answered with no letters") from None

    def envelopes(self, events: Sequence[int]) -> list[bytes]:
        """Some of the envelopes asked for, as they came; none if the office has none of them for this bureau."""
        body = json.dumps({"events": list(events)}).encode()
        return self._call("POST", "/api/circulation/events", body, none_if_unknown=True).splitlines()

    def reports_not_taken(self, digests: Sequence[bytes]) -> set[bytes]:
        """Of this node's reports, by the hashes of their bytes, those that the office has not taken."""
        body = json.dumps({"digests": [digest.hex() for digest in digests]}).encode()
        told = self._parsed(self._call("POST", "/api/circulation/reports", body))
        try:
            return {bytes.fromhex(one) for one in told}
        except (TypeError, ValueError):
            raise Unavailable(f"{self.url} answered with no reports") from None

    def keyrings(self) -> list[str]:
        """The office's keyrings as they were signed, oldest first."""
        told = self._parsed(self._send("GET", f"/log/{KEYRINGS}", b"", None))
        if not isinstance(told, list) or not all(isinstance(note, str) for note in told):
            raise Unavailable(f"{self.url} answered with no keyrings")
        return told

    def consistency(self, old: int, new: int) -> list[Hash]:
        """The proof that the log of `old` events is the beginning of that of `new`."""
        told = self._parsed(self._send("GET", f"/api/log/consistency?old={old}&new={new}", b"", None))
        try:
            return [_hash(step) for step in told["proof"]]
        except (KeyError, TypeError, ValueError, binascii.Error):
            raise Unavailable(f"{self.url} answered with no proof") from None

    def checkpoint_of(self, peer: str) -> str:
        """The checkpoint that another node believes, as it shows it to everybody; empty if it believes none."""
        return self._read(self._http.build_request("GET", f"{peer.rstrip('/')}/api/checkpoint"), SMALL).decode(
            errors="replace"
        )

    def _json(self, method: str, target: str) -> Any:
        return self._parsed(self._call(method, target))

    def _parsed(self, raw: bytes) -> Any:
        try:
            return json.loads(raw)
        except (ValueError, RecursionError):
            raise Unavailable(f"{self.url} answered with no JSON") from None

    def _call(self, method: str, target: str, body: bytes = b"", *, none_if_unknown: bool = False) -> bytes:
        for _ in range(2):
            if self._challenge is None:
                self._challenge = self._send("GET", "/api/circulation/challenge", b"", None).decode(errors="replace")
            word = secrets.token_urlsafe(16)
            call = Call(self._bureau, method, target, digest(body), self._challenge, word)
            try:
                return self._send(method, target, body, sign_call(call, self._signer), none_if_unknown=none_if_unknown)
            except NotKnown as error:  # its challenge may be old
                self._challenge, refusal = None, error
        raise Unavailable(f"the office does not take this node's calls: {refusal}")

    def _send(
        self, method: str, target: str, body: bytes, authorization: str | None, *, none_if_unknown: bool = False
    ) -> bytes:
        headers = {"Content-Type": "application/json"} if body else {}
        if authorization:
            headers["Authorization"] = authorization
        request = self._http.build_request(method, self.url + target, content=body, headers=headers)
        return self._read(request, ANSWER_LIMIT, none_if_unknown=none_if_unknown)

    def _read(self, request: httpx.Request, limit: int, *, none_if_unknown: bool = False) -> bytes:
        host = f"{request.url.scheme}://{request.url.netloc.decode()}"
        parts, size = [], 0
        try:
            response = self._http.send(request, stream=True)
            try:
                for part in response.iter_bytes():
                    parts.append(part)
                    size += len(part)
                    if size > limit:
                        raise NotTrusted(f"{host} answers with more than {limit:,} bytes")
            finally:
                response.close()
        except httpx.HTTPError as error:
            raise Unavailable(f"{host} does not answer ({type(error).__name__})") from None
        raw = b"".join(parts)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            raise NotKnown(_detail(raw))
        if none_if_unknown and response.status_code == httpx.codes.NOT_FOUND:
            return b""
        if not response.is_success:
            raise Unavailable(f"{host} answered {response.status_code}: {_detail(raw)}")
        return raw


def _detail(raw: bytes) -> str:
    try:
        return str(json.loads(raw)["detail"])[:500]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "no reason given"


def _hash(text: str) -> bytes:
    raw = base64.b64decode(text, validate=True)
    if len(raw) != len(digest(b"")) // 2:
        raise ValueError
    return raw
