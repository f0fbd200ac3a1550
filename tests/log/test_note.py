"""Keys, signed notes and checkpoints, in the forms of C2SP."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from rednotice.errors import NotTrusted
from rednotice.log.checkpoint import Checkpoint, open_checkpoint
from rednotice.log.merkle import EMPTY_ROOT
from rednotice.log.note import Signer, Verifier, open_note, sign_note

# The example of golang.org/x/mod/sumdb/note, which c2sp.org/signed-note repeats.
KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
STAMP = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
NOTE = f"{TEXT}\n— PeterNeumann {STAMP}\n"

OFFICE = Signer("rednotice.test/office", Ed25519PrivateKey.generate())
NAMESAKE = Signer(OFFICE.name, Ed25519PrivateKey.generate())
WITNESS = Signer("rednotice.test/witness", Ed25519PrivateKey.generate())


def signature(note: str) -> str:
    """The line of a note's only signature."""
    return note.rpartition("\n\n")[2]


# --- Keys ---------------------------------------------------------------------------------------------------


def test_a_known_key_is_read_and_written_as_it_stands() -> None:
    key = Verifier.parse(KEY)
    assert (key.name, key.key_id.hex()) == ("PeterNeumann", "c74f20a3")
    assert str(key) == KEY


def test_the_key_of_a_signer_survives_its_way_through_a_line() -> None:
    assert Verifier.parse(f" {OFFICE.verifier}\n") == OFFICE.verifier


@pytest.mark.parametrize(
    "line",
    [
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        KEY.replace("c74f20a3", "c74f20a4"),
        KEY.replace("PeterNeumann", "PeterNewmann"),
        KEY.replace("ARpc", "ARpd"),
        KEY.replace("ARpc", "AhpC"),  # another algorithm
        KEY.removeprefix("PeterNeumann"),
        KEY[:-4],
        KEY + "AAAA",
        KEY.replace("ARpc", "ÄRpc"),
    ],
)
def test_a_damaged_key_is_refused(line: str) -> None:
    with pytest.raises(NotTrusted, match=r"is not a key|is damaged"):
        Verifier.parse(line)


def test_a_key_without_a_name_is_refused_even_if_its_hash_fits() -> None:
    nameless = Verifier("", OFFICE.verifier.public)
    with pytest.raises(NotTrusted):
        Verifier.parse(str(nameless))


# --- Notes --------------------------------------------------------------------------------------------------


def test_a_known_note_opens_under_its_key() -> None:
    assert open_note(NOTE, Verifier.parse(KEY)) == TEXT


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=50), st.integers(0, 3))
def test_what_was_signed_is_what_is_read(line: str, blank: int) -> None:
    text = f"{line}{chr(10) * blank}\nlast\n"
    assert open_note(sign_note(text, OFFICE), OFFICE.verifier) == text


@given(st.integers(0, len(NOTE) - 2), st.characters(exclude_categories=["Cs"]))
def test_no_character_of_a_note_can_be_altered(position: int, other: str) -> None:
    altered = NOTE[:position] + other + NOTE[position + 1 :]
    try:
        read = open_note(altered, Verifier.parse(KEY))
    except NotTrusted:
        return
    assert read == TEXT


def test_a_key_of_the_same_name_is_not_the_key() -> None:
    with pytest.raises(NotTrusted, match="no valid signature"):
        open_note(sign_note("x\n", NAMESAKE), OFFICE.verifier)


def test_the_hash_of_a_key_does_not_replace_its_signature() -> None:
    forged = base64.b64encode(OFFICE.verifier.key_id + NAMESAKE.sign(b"x\n")).decode()
    with pytest.raises(NotTrusted, match="no valid signature"):
        open_note(f"x\n\n— {OFFICE.name} {forged}\n", OFFICE.verifier)


def test_a_signature_under_another_name_does_not_count() -> None:
    note = sign_note("x\n", OFFICE).replace(OFFICE.name, WITNESS.name)
    with pytest.raises(NotTrusted, match="no valid signature"):
        open_note(note, OFFICE.verifier)


@pytest.mark.parametrize(
    "others",
    [
        [signature(sign_note("x\n", WITNESS))],
        [signature(sign_note("x\n", NAMESAKE))],
        [signature(sign_note("another text\n", OFFICE))],
        ["— rednotice.test/office not-base64!\n"],
        ["— rednotice.test/office \n", "no signature at all\n"],
    ],
    ids=["a witness", "a namesake", "our signature under another text", "not base64", "nothing"],
)
def test_a_note_of_several_signatures_opens_if_ours_is_among_them(others: list[str]) -> None:
    ours = signature(sign_note("x\n", OFFICE))
    for order in ([*others, ours], [ours, *others]):
        assert open_note("x\n\n" + "".join(order), OFFICE.verifier) == "x\n"
    with pytest.raises(NotTrusted, match="no valid signature"):
        open_note("x\n\n" + "".join(others), OFFICE.verifier)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "x\n",
        "x\n\n",
        NOTE.replace("\n\n", "\n"),
        NOTE.replace("— ", "- "),
        NOTE.replace("cryptography", "\ud800"),
        NOTE.replace(STAMP, "\ud800"),
    ],
)
def test_what_has_not_the_form_of_a_note_is_refused(note: str) -> None:
    with pytest.raises(NotTrusted):
        open_note(note, Verifier.parse(KEY))


def test_only_whole_lines_are_signed() -> None:
    with pytest.raises(ValueError, match="line break"):
        sign_note("x", OFFICE)


# --- Checkpoints --------------------------------------------------------------------------------------------


def test_a_checkpoint_is_a_note_of_origin_size_and_root() -> None:
    checkpoint = Checkpoint(OFFICE.name, 17, EMPTY_ROOT)
    note = checkpoint.sign(OFFICE)
    assert note.startswith("rednotice.test/office\n17\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")
    assert open_checkpoint(note, OFFICE.verifier) == checkpoint


def test_further_lines_of_a_checkpoint_are_passed_over() -> None:
    root = base64.b64encode(EMPTY_ROOT).decode()
    note = sign_note(f"{OFFICE.name}\n0\n{root}\nan extension\n", OFFICE)
    assert open_checkpoint(note, OFFICE.verifier) == Checkpoint(OFFICE.name, 0, EMPTY_ROOT)


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "{origin}",
        "{origin}\n1",
        "{origin}\n1\nnot base64",
        "{origin}\n1\nAAAA",
        "{origin}\none\n{root}",
        "{origin}\n01\n{root}",
        "{origin}\n+1\n{root}",
        "{origin}\n1_0\n{root}",
        "{origin}\n1" + "0" * 5000 + "\n{root}",
        "rednotice.test/another\n1\n{root}",
        "{origin}\n1\n{root}x",
    ],
)
def test_a_signed_text_that_is_no_checkpoint_is_refused(lines: str) -> None:
    text = lines.format(origin=OFFICE.name, root=base64.b64encode(EMPTY_ROOT).decode())
    with pytest.raises(NotTrusted, match=r"is not a checkpoint|the checkpoint is of"):
        open_checkpoint(sign_note(text + "\n", OFFICE), OFFICE.verifier)


def test_a_checkpoint_of_another_key_is_refused() -> None:
    with pytest.raises(NotTrusted, match="no valid signature"):
        open_checkpoint(Checkpoint(OFFICE.name, 0, EMPTY_ROOT).sign(NAMESAKE), OFFICE.verifier)
