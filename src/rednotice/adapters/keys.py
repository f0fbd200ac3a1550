"""Keys on disk: one Ed25519 key for each program, made at its first start, readable by its account alone."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from rednotice.adapters.folders import write_private
from rednotice.errors import CannotStart
from rednotice.log.note import Signer


def make(name: str) -> Signer:
    """A new key, which is nowhere yet."""
    return Signer(name, Ed25519PrivateKey.generate())


def save(path: Path, signer: Signer) -> None:
    """Writes a private key into a PEM file."""
    pem = signer.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_private(path, pem.decode())


def load_or_create(path: Path, name: str) -> Signer:
    """The key in a PEM file, under a name; a new one is made if there is no file.

    Raises:
        CannotStart: if the file holds no Ed25519 key.
    """
    if not path.exists():
        save(path, make(name))
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise CannotStart(f"{path} holds no Ed25519 key; restore it from the back-up, never make another in its place")
    return Signer(name, key)
