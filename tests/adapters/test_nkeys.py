"""Line keys as NATS writes them."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from rednotice.adapters import nkeys
from rednotice.errors import CannotStart, InvalidInput

# A seed and its public key from the documentation of NATS (nats.docs, "NKeys").
SEED = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY"
PUBLIC = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4"


def test_the_public_key_of_a_seed_is_the_one_that_nats_says() -> None:
    assert nkeys.public_key(SEED) == PUBLIC
    assert nkeys.read_public_key(f" {PUBLIC}\n") == PUBLIC


@given(st.binary(min_size=32, max_size=32))
def test_a_seed_says_whose_it_is_and_leads_to_its_public_key(private: bytes) -> None:
    seed = nkeys.seed(Ed25519PrivateKey.from_private_bytes(private))
    assert seed.startswith("SU")
    assert len(seed) == 58
    public = nkeys.public_key(seed)
    assert public.startswith("U")
    assert nkeys.read_public_key(public) == public


@pytest.mark.parametrize("text", ["", "U", SEED, PUBLIC[:-1], PUBLIC.replace("X", "Y", 1), "A" + PUBLIC[1:], "ü" * 56])
def test_what_is_no_line_key_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(InvalidInput, match="1 fault"):
        nkeys.read_public_key(text)


def test_a_line_key_is_made_once_and_only_its_account_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "line.key"
    assert nkeys.load_or_create(path) == nkeys.load_or_create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text(PUBLIC)
    with pytest.raises(CannotStart, match="holds no seed of a line key"):
        nkeys.load_or_create(path)
    assert path.read_text() == PUBLIC
