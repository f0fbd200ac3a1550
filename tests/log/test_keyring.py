"""Which keyring may follow which: by a key that signed, by the recovery key, and by nobody else."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from rednotice.errors import Conflict, NotTrusted
from rednotice.log.checkpoint import Checkpoint, open_checkpoint
from rednotice.log.keyring import Keyring, follow, now_and_ever, read_keyring
from rednotice.log.merkle import EMPTY_ROOT
from rednotice.log.note import Signer

OFFICE = "rednotice.local/office"
KEYS = {name: Signer(OFFICE, Ed25519PrivateKey.generate()) for name in ("K1", "K2", "K3", "thief")}
KEYS |= {name: Signer(f"{OFFICE}/recovery", Ed25519PrivateKey.generate()) for name in ("R", "R2")}
ALIEN = Signer("elsewhere/office", Ed25519PrivateKey.generate())


def ring(keys: str, rank: tuple[int, int], recovery: str = "R") -> Keyring:
    return Keyring(
        tuple(KEYS[key].verifier for key in keys.split()), KEYS[recovery].verifier if recovery else None, rank
    )


def signed(keys: str, rank: tuple[int, int], by: str, recovery: str = "R") -> str:
    return ring(keys, rank, recovery).sign([KEYS[one] for one in by.split()])


def last(trusted: Keyring, *notes: str) -> Keyring:
    return [trusted, *(one for one, _ in follow(trusted, notes))][-1]


# What is trusted, what comes, who signed it, and whether it may follow.
CASES = {
    "rotation": ("K1", (0, 1), "K2 K1", (0, 2), "R", "K1 K2", True),
    "the end of an overlap, by the new key": ("K2 K1", (0, 2), "K2", (0, 3), "R", "K2", True),
    "the end of an overlap, by the old key": ("K2 K1", (0, 2), "K2", (0, 3), "R", "K1", True),
    "nobody shows that the new key is his": ("K1", (0, 1), "K2 K1", (0, 2), "R", "K1", False),
    "the new key alone": ("K1", (0, 1), "K2 K1", (0, 2), "R", "K2", False),
    "a key that was retired": ("K2", (0, 3), "K3 K1", (0, 4), "R", "K1 K3", False),
    "the same rank again": ("K2 K1", (0, 2), "K1", (0, 2), "R", "K1", False),
    "an older one": ("K2", (0, 3), "K2 K1", (0, 2), "R", "K1 K2", False),
    "recovery": ("K1", (0, 1), "K3", (1, 0), "R", "R K3", True),
    "recovery overrules a thief who rotated": ("thief", (0, 9), "K3", (1, 0), "R", "R K3", True),
    "recovery without the new key": ("K1", (0, 1), "K3", (1, 0), "R", "R", False),
    "recovery that does not outrank": ("K1", (0, 1), "K3", (0, 2), "R", "R K3", False),
    "a thief outranks by himself": ("K1", (0, 1), "thief", (1, 0), "R", "K1 thief", False),
    "a thief names a recovery key of his own": ("K1", (0, 1), "K1", (0, 2), "R2", "K1", False),
    "a thief takes the recovery key away": ("K1", (0, 1), "K1", (0, 2), "", "K1", False),
    "the recovery key names another": ("K1", (0, 1), "K1", (1, 0), "R2", "R", True),
    "a rotation far away": ("K1", (0, 1), "K2", (0, 70), "R", "K1 K2", True),
}


@pytest.mark.parametrize("case", CASES)
def test_who_may_change_the_keys(case: str) -> None:
    keys, rank, then, then_rank, recovery, by, may = CASES[case]
    trusted, note = ring(keys, rank), signed(then, then_rank, by, recovery)
    assert last(trusted, note) == (ring(then, then_rank, recovery) if may else trusted)


def test_the_first_recovery_key_is_named_by_the_key_that_signs() -> None:
    handed_over = Keyring((KEYS["K1"].verifier,))
    assert last(handed_over, signed("K1", (0, 1), "K1")) == ring("K1", (0, 1))
    assert last(handed_over, signed("K1", (0, 1), "thief")) == handed_over


CHAIN = [
    signed("K1", (0, 1), "K1"),
    signed("K2 K1", (0, 2), "K1 K2"),
    signed("K2", (0, 3), "K2 K1"),
    signed("K3", (1, 0), "R K3"),
]


def test_whoever_was_given_the_newer_key_is_not_led_back_to_the_older_one() -> None:
    """A thief of a key that was retired shows the overlap, which is genuine, and not its end."""
    thiefs = signed("thief", (0, 99), "K1 thief")
    now, ever = now_and_ever(KEYS["K2"].verifier, [*CHAIN[:2], thiefs])
    assert now == Keyring((KEYS["K2"].verifier,))
    assert KEYS["K1"].verifier in ever.verifiers, "what it signed in its time is still known"
    assert KEYS["thief"].verifier not in ever.verifiers
    assert now_and_ever(KEYS["K2"].verifier, [*CHAIN[:3], thiefs])[0] == ring("K2", (0, 3))


@pytest.mark.parametrize("begins", ["K1", "K2", "K3"])
def test_whoever_was_away_follows_the_whole_chain_from_the_key_he_was_given(begins: str) -> None:
    now, ever = now_and_ever(KEYS[begins].verifier, CHAIN)
    assert now == ring("K3", (1, 0))
    assert KEYS[begins].verifier in ever.verifiers


def test_a_checkpoint_under_an_overlap_is_believed_by_whoever_knows_either_key() -> None:
    note = Checkpoint(OFFICE, 0, EMPTY_ROOT).sign(KEYS["K2"], KEYS["K1"])
    for known in (KEYS["K1"].verifier, KEYS["K2"].verifier, ring("K2 K1", (0, 2))):
        assert open_checkpoint(note, known).size == 0
    with pytest.raises(NotTrusted, match="no valid signature of the key"):
        open_checkpoint(note, ring("K3", (1, 0)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no keyring\n\n",
        CHAIN[0].replace("rednotice-keyring/1", "rednotice-keyring/2"),
        CHAIN[0].replace("\n0.1\n", "\n0.x\n"),
        CHAIN[0].replace("\n0.1\n", "\n-1.1\n"),
        CHAIN[0].replace("\n0.1\n", "\n00.1\n"),
        CHAIN[0].replace("recovers ", "remembers "),
        CHAIN[0].replace(OFFICE + "\n", "elsewhere/office\n"),
    ],
)
def test_what_is_no_keyring_is_refused_and_passed_over(text: str) -> None:
    with pytest.raises(NotTrusted):
        read_keyring(text)
    assert last(Keyring((KEYS["K1"].verifier,)), text, CHAIN[0]) == ring("K1", (0, 1))


def test_a_keyring_of_another_log_changes_nothing() -> None:
    alien = Keyring((ALIEN.verifier,), None, (0, 1)).sign([ALIEN, KEYS["K1"]])
    assert last(ring("K1", (0, 1)), alien) == ring("K1", (0, 1))


def test_one_rotation_at_a_time_and_one_recovery_key() -> None:
    alone, both = ring("K1", (0, 1)), ring("K2 K1", (0, 2))
    with pytest.raises(Conflict, match="key retire"):
        both.rotated(KEYS["K3"].verifier)
    with pytest.raises(Conflict, match="key rotate"):
        alone.retired()
    with pytest.raises(Conflict, match="the recovery key is"):
        alone.recoverable(KEYS["R2"].verifier)
    assert read_keyring(both.sign([KEYS["K2"]])) == both


@given(st.lists(st.tuples(st.sampled_from(["K1 K2", "K2", "K3", "thief", "thief K3"]), st.integers(0, 3)), max_size=6))
def test_without_a_key_that_is_trusted_nothing_follows(shown: list[tuple[str, int]]) -> None:
    trusted = ring("K1", (0, 1))
    notes = [signed(keys, (outer, 7), "thief K2 K3 R2") for keys, outer in shown]
    assert last(trusted, *notes) == trusted
