"""The office's own keys over HTTP: how one follows another, while the log goes on."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from rednotice.log.keyring import Keyring
from rednotice.model.values import Line
from rednotice.web.office.acting import Acting, TheOffice

router = APIRouter(prefix="/api/keys", tags=["operation"])


class RecoveryBody(BaseModel):
    """The public half of a recovery key."""

    key: Line


class Keys(BaseModel):
    """The keys that sign now, newest first, and the recovery key."""

    signs: list[str]
    recovers: str | None
    rank: tuple[int, int] = Field(description="How often the recovery key changed it, and how often it was since")


@router.get("")
def keys(office: TheOffice) -> Keys:
    """The office's public keys. What proves them is at /log/keyrings.json."""
    return _shown(office.keyring)


@router.post("/rotation", status_code=201)
def rotate(office: TheOffice, by: Acting) -> Keys:
    """Makes a new key, which signs beside the one that signed last."""
    return _shown(office.rotate_key(by))


@router.post("/retirement", status_code=201)
def retire(office: TheOffice, by: Acting) -> Keys:
    """Ends the overlap: the newest key signs alone."""
    return _shown(office.retire_key(by))


@router.post("/recovery", status_code=201)
def recovery(office: TheOffice, body: RecoveryBody, by: Acting) -> Keys:
    """Names the key that can put another in the place of the office's."""
    return _shown(office.set_recovery_key(body.key, by))


def _shown(ring: Keyring) -> Keys:
    recovers = str(ring.recovery) if ring.recovery else None
    return Keys(signs=[str(key) for key in ring.verifiers], recovers=recovers, rank=ring.rank)
