"""Signed notes (C2SP signed-note): a text, and under it the signatures of named Ed25519 keys.

A key is written for people as `name+hash+key` (the C2SP verifier key), so that it can be copied on one line.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
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
        return key_id(self.name, _ED25519 + self.public)

    @property
    def verifiers(self) -> tuple[Verifier, ...]:
        """The key, as the only one that is trusted."""
        return (self,)

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether this key made the signature."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def __str__(self) -> str:
        return write_key(self.name, _ED25519 + self.public)

    @classmethod
    def parse(cls, text: str) -> Verifier:
        """Reads a key from its line.

        Raises:
            NotTrusted: if the line is not a verifier key, or its hash does not fit.
        """
        return cls(*read_key(text, _ED25519))


@dataclass(frozen=True)
class Keys:
    """Public keys of one name, one at least; what one of them signed is believed."""

    verifiers: tuple[Verifier, ...]

    @property
    def name(self) -> str:
        """The name of all of them."""
        return self.verifiers[0].name


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


def sign_note(text: str, *signers: Signer) -> str:
    """Puts signatures under a text, which must end in a line break."""
    if not text.endswith("\n"):
        raise ValueError("the text of a note ends in a line break")
    message = text.encode()
    lines = (signature_line(one.name, one.verifier.key_id, one.sign(message)) for one in signers)
    return f"{text}\n{''.join(lines)}"


def signed_by(note: str, verifier: Verifier) -> bool:
    """Whether a valid signature of a key stands under a note.

    Raises:
        NotTrusted: if it has not the form of a note.
    """
    text, signatures = split_note(note)
    known = (verifier.name, verifier.key_id)
    return any((name, raw[:4]) == known and verifier.verify(text.encode(), raw[4:]) for name, raw in signatures)


def open_note(note: str, trusted: Verifier | Keys) -> str:
    """The text of a note that a trusted key signed.

    Raises:
        NotTrusted: if no valid signature of such a key stands under the text.
    """
    if any(signed_by(note, verifier) for verifier in trusted.verifiers):
        return split_note(note)[0]
    keys = " or ".join(f"{one.name}+{one.key_id.hex()}" for one in trusted.verifiers)
    raise NotTrusted(f"no valid signature of the key {keys} stands under the note")


# --- What keys and notes of every kind have in common --------------------------------------------------------


def key_id(name: str, key: bytes) -> bytes:
    """Four bytes that tell keys of one name apart; the key is that of its kind, one byte, and its public half."""
    return hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]


def write_key(name: str, key: bytes) -> str:
    """A key on one line."""
    return f"{name}+{key_id(name, key).hex()}+{base64.b64encode(key).decode()}"


def read_key(text: str, kind: bytes) -> tuple[str, bytes]:
    """Name and public half of an Ed25519 key, which is of the kind that is expected.

    Raises:
        NotTrusted: if the line is not a verifier key of this kind, or its hash does not fit.
    """
    try:
        name, said, encoded = text.strip().split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
        name.encode()
    except (ValueError, binascii.Error):
        raise NotTrusted(f"{quote(text)} is not a key of the form name+hash+key") from None
    if raw[:1] != kind or len(raw) != 33 or key_id(name, raw).hex() != said or not name:
        raise NotTrusted(f"the key {quote(text)} is damaged: its hash does not fit")
    return name, raw[1:]


def signature_line(name: str, key_id: bytes, signature: bytes) -> str:
    """A signature as it stands under a note."""
    return f"{_DASH}{name} {base64.b64encode(key_id + signature).decode()}\n"


def split_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text of a note, and the name and the bytes (key id first) of every signature that has the form of one.

    Raises:
        NotTrusted: if the note has no signatures under an empty line.
    """
    text, separator, lines = note.rpartition("\n\n")
    text += "\n"
    try:
        text.encode()
    except UnicodeEncodeError:
        separator = ""
    if not separator:
        raise NotTrusted("a signed note was expected, with signatures under an empty line")
    signatures = []
    for line in lines.splitlines():
        name, _, stamp = line.removeprefix(_DASH).rpartition(" ")
        if not line.startswith(_DASH):
            continue
        with contextlib.suppress(ValueError, binascii.Error):
            signatures.append((name, base64.b64decode(stamp, validate=True)))
    return text, signatures
