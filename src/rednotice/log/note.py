"""Signed notes (C2SP signed-note): a text, and under it the signatures of named Ed25519 keys.

A key is written for people as `name+hash+key` (the C2SP verifier key), so that it can be copied on one line.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from rednotice.errors import NotTrusted, quote

_ED25519 = b"\x01"
_DASH = "\N{EM DASH} "


@dataclass(frozen=True, slots=True)
class Verifier:
    """The public half of a named key."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether this key made the signature."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(_ED25519 + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> Verifier:
        """Reads a key from its line.

        Raises:
            NotTrusted: if the line is not a verifier key, or its hash does not fit.
        """
        try:
            name, key_id, encoded = text.strip().split("+", 2)
            raw = base64.b64decode(encoded, validate=True)
            name.encode()
        except (ValueError, binascii.Error):
            raise NotTrusted(f"{quote(text)} is not a key of the form name+hash+key") from None
        key = cls(name, raw[1:])
        if raw[:1] != _ED25519 or len(raw) != 33 or key.key_id.hex() != key_id or not name:
            raise NotTrusted(f"the key {quote(text)} is damaged: its hash does not fit")
        return key


@dataclass(frozen=True, slots=True)
class Signer:
    """A named private key."""

    name: str
    private: Ed25519PrivateKey

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def sign(self, message: bytes) -> bytes:
        """An Ed25519 signature over the message, 64 bytes."""
        return self.private.sign(message)


def sign_note(text: str, signer: Signer) -> str:
    """Puts a signature under a text, which must end in a line break."""
    if not text.endswith("\n"):
        raise ValueError("the text of a note ends in a line break")
    stamp = base64.b64encode(signer.verifier.key_id + signer.sign(text.encode())).decode()
    return f"{text}\n{_DASH}{signer.name} {stamp}\n"


def open_note(note: str, verifier: Verifier) -> str:
    """The text of a note that the key signed.

    Raises:
        NotTrusted: if no valid signature of this key stands under the text.
    """
    text, separator, signatures = note.rpartition("\n\n")
    text += "\n"
    try:
        signed = text.encode()
    except UnicodeEncodeError:
        separator = ""
    if not separator:
        raise NotTrusted("a signed note was expected, with signatures under an empty line")
    for line in signatures.splitlines():
        name, _, stamp = line.removeprefix(_DASH).rpartition(" ")
        if not line.startswith(_DASH) or name != verifier.name:
            continue
        try:
            raw = base64.b64decode(stamp, validate=True)
        except (ValueError, binascii.Error):
            continue
        if raw[:4] == verifier.key_id and verifier.verify(signed, raw[4:]):
            return text
    raise NotTrusted(f"no valid signature of the key {verifier.name}+{verifier.key_id.hex()} stands under the note")
