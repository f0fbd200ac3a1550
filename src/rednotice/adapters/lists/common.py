"""What every list has: entries, and how its words become values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rednotice.errors import InvalidInput
from rednotice.model.notice import Listing
from rednotice.model.person import DocumentKind, Name, NameKind, Person
from rednotice.model.values import LINE_LIMIT, find_country

FILE_LIMIT = 32_000_000

Entry = tuple[Listing, Person]


@dataclass(frozen=True, slots=True)
class ListFile:
    """What a list file held: persons, what was left out, and data that could not be taken over."""

    entries: tuple[Entry, ...]
    left_out: dict[str, int]
    remarks: tuple[str, ...]


def not_a_list(which: str, why: str) -> InvalidInput:
    """The error that a file is not the list it was handed in as."""
    publishers = {
        "un": "the Security Council's consolidated list (XML)",
        "ofac": "OFAC's sdn.csv",
        "ftm": "a list of FollowTheMoney entities, one a line",
    }
    return InvalidInput.at("", f"this is not {publishers[which]}: {why}", "Download it anew from its publisher", "list")


def line(text: str | None) -> str | None:
    """Text on one line, cut to what a line may hold; None if nothing is left."""
    return " ".join(text.split())[:LINE_LIMIT].strip() or None if text else None


def name(text: str, kind: NameKind) -> Name:
    """A name in full."""
    return Name(full=line(text) or "?", kind=kind)


def day(text: str | None) -> date | None:
    """The day with which a text begins, if it does."""
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def document_kind(words: str) -> DocumentKind:
    """What kind of document some words (in lower case) speak of."""
    if "passport" in words or "passeport" in words or "pasaporte" in words:
        return DocumentKind.PASSPORT
    return DocumentKind.IDENTITY_CARD if "national id" in words or "identi" in words else DocumentKind.OTHER


def countries(names: Iterable[str], reference: str, remarks: list[str]) -> tuple[str, ...]:
    """The codes of countries that are named; a remark for each that is none of today."""
    codes = []
    for one in names:
        code = find_country(one) or find_country(re.sub(r" \(.*\)$", "", one.strip()))
        if code:
            codes.append(code)
        else:
            remarks.append(f"{reference}: '{one}' is no country of today; this nationality is left out")
    return tuple(dict.fromkeys(codes))
