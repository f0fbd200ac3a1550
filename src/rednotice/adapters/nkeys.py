"""NATS's spelling of Ed25519 keys: `U…` a user's public key, `SU…` its seed. Base32 of prefix, key and CRC16.

The line key of a bureau is one: the seed stays in the bureau's own folder, the office is told the public key.
"""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from rednotice.adapters.folders import write_private
from rednotice.errors import CannotStart, InvalidInput, quote

_USER, _SEED = 20 << 3, 18 << 3
# The seed's two prefixes share two bytes: five bits say that it is a seed, five of whom.
_SEED_OF_USER = bytes([_SEED | _USER >> 5, (_USER & 31) << 3])


def load_or_create(path: Path) -> str:
    """The seed in a file; a new one is made if there is no file.

    Raises:
        CannotStart: if the file holds no seed of a user.
    """
    if not path.exists():
        fresh = Ed25519PrivateKey.generate()
        write_private(path, seed(fresh) + "\n")
    try:
        found = path.read_text(encoding="ascii").strip()
        public_key(found)
    except (OSError, ValueError):
        raise CannotStart(
            f"{path} holds no seed of a line key (SU…); restore it from the back-up, or have the office take a new one"
        ) from None
    return found


def seed(key: Ed25519PrivateKey) -> str:
    """A user's private key as NATS writes it."""
    return _encode(_SEED_OF_USER + key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()))


def public_key(seed_of_user: str) -> str:
    """The public key that belongs to a user's seed.

    Raises:
        ValueError: if it is no user's seed, or damaged.
    """
    raw = _decode(seed_of_user)
    if raw[:2] != _SEED_OF_USER or len(raw) != 34:
        raise ValueError("no seed of a user")
    public = Ed25519PrivateKey.from_private_bytes(raw[2:]).public_key()
    return _encode(bytes([_USER]) + public.public_bytes(Encoding.Raw, PublicFormat.Raw))


def read_public_key(text: str) -> str:
    """A user's public key as somebody wrote it down, seen to be whole.

    Raises:
        InvalidInput: if it is none, or damaged.
    """
    try:
        raw = _decode(text.strip())
    except ValueError:
        raw = b""
    if len(raw) != 33 or raw[0] != _USER:
        mend = "Copy what 'rednotice node --show-key' prints: U and 55 characters more"
        raise InvalidInput.at("line_key", f"{quote(text)} is no line key, or damaged", mend)
    return _encode(raw)


def _encode(raw: bytes) -> str:
    return base64.b32encode(raw + _checksum(raw)).decode().rstrip("=")


def _decode(text: str) -> bytes:
    raw = base64.b32decode(text + "=" * (-len(text) % 8))
    if _checksum(raw[:-2]) != raw[-2:]:
        raise ValueError("the checksum does not fit")
    return raw[:-2]


def _checksum(raw: bytes) -> bytes:
    return binascii.crc_hqx(raw, 0).to_bytes(2, "little")
