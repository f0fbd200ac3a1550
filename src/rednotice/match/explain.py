"""Why a match is a match, in words and as data, from one structure."""

from __future__ import annotations

from rednotice.match.names import Comparison
from rednotice.model.check import Agreement, Evidence, Listed, Match, Meeting, Part


def explain(person: Listed, comparison: Comparison | None, evidence: tuple[Evidence, ...], score: float) -> Match:
    """The match with a person, with its explanation."""
    parts = comparison.parts if comparison else ()
    other_order = comparison.other_order if comparison else False
    return Match(
        id=person.id,
        score=score,
        name=person.names[0] if person.names else "(no name is listed)",
        in_words=in_words(parts, other_order, evidence),
        parts=parts,
        other_order=other_order,
        evidence=evidence,
    )


def in_words(parts: tuple[Part, ...], other_order: bool, evidence: tuple[Evidence, ...]) -> str:
    """The explanation as one line that an officer reads."""
    said = [_part(part) for part in parts if part.how is not Meeting.EXTRA]
    extra = [part.listed for part in parts if part.how is Meeting.EXTRA and part.listed]
    if extra:
        said.append(f"listed besides: {' '.join(extra)}")
    if other_order:
        said.append("in another order")
    said += [found.says for found in evidence if found.verdict is not Agreement.UNKNOWN]
    return "; ".join(said) or "found by document alone"


def _part(part: Part) -> str:
    match part.how:
        case Meeting.SAME:
            return f"{part.asked}: same"
        case Meeting.UNMATCHED:
            return f"{part.asked}: not in the listed name"
        case Meeting.JOINED:
            return f"{part.asked} is {part.listed}, joined"
        case Meeting.TRANSLITERATED:
            return f"{part.asked} is {part.listed} in another script"
        case _:
            return f"{part.asked} is near {part.listed} ({part.how})"
