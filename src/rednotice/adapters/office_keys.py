"""The office's private keys on disk, beside the keyring in its database: which of them sign now.

The key files are `office.key` and, while another takes its place, `office-<key id>.key`. A new key is on disk before
the keyring names it, and an old one leaves the disk after; a crash at any moment leaves an office that signs.
"""

from __future__ import annotations

from pathlib import Path

from rednotice.adapters import keys
from rednotice.errors import CannotStart
from rednotice.log.keyring import Keyring, read_keyring
from rednotice.log.note import Signer

FIRST = "office.key"


class OfficeKeys:
    """Who signs for the office."""

    def __init__(self, folder: Path, name: str) -> None:
        """Reads the key files of a folder; the first key is made if there is none.

        Args:
            folder: the office's folder.
            name: the name of the log.

        Raises:
            CannotStart: if a file holds no Ed25519 key.
        """
        self._folder, self._name = folder, name
        first = keys.load_or_create(folder / FIRST, name)
        self._note: str | None = None
        self.keyring = self._first = Keyring((first.verifier,))
        self.signers: tuple[Signer, ...] = (first,)
        """Those of the keyring whose private key is here, newest first."""

    @property
    def name(self) -> str:
        """The name of the log."""
        return self._name

    @property
    def newest(self) -> Signer:
        """The newest key that is here."""
        return self.signers[0]

    @property
    def oldest(self) -> Signer:
        """The key that was there before, as long as it signs as well."""
        return self.signers[-1]

    def agree(self, note: str | None) -> None:
        """Signs from now on as a keyring says.

        Args:
            note: the last keyring in the database; None if the first key was never changed.

        Raises:
            CannotStart: if none of its private keys is here.
        """
        if note == self._note and len(self.signers) == len(self.keyring.verifiers):
            return
        ring = read_keyring(note) if note else self._first
        on_disk = {signer.verifier: signer for signer in self._on_disk()}
        here = tuple(on_disk[key] for key in ring.verifiers if key in on_disk)
        if not here:
            key_id = ring.newest.key_id.hex()
            raise CannotStart(
                f"the office signs with the key {ring.name}+{key_id} now, whose private half is not in {self._folder}; "
                f"copy {FIRST}, or office-{key_id}.key, from where the key was changed"
            )
        self._note, self.keyring, self.signers = note, ring, here

    def keep(self, fresh: Signer) -> None:
        """Writes a new key to the disk, before anybody is told to trust it."""
        keys.save(self._path(fresh), fresh)

    def tidy(self) -> None:
        """Once one key signs alone, keeps it under the first name, in the place of the one that does not."""
        if len(self.keyring.verifiers) == 1 and self._path(self.newest).exists():
            self._path(self.newest).replace(self._folder / FIRST)

    def _path(self, signer: Signer) -> Path:
        return self._folder / f"office-{signer.verifier.key_id.hex()}.key"

    def _on_disk(self) -> list[Signer]:
        return [keys.load_or_create(path, self._name) for path in sorted(self._folder.glob("office*.key"))]
