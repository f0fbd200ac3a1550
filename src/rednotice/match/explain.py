"""Why a match is a match, in words and as data, from one structure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rednotice.match.score import NUMBER_SAYS, Number
from rednotice.model.check import Agreement, Evidence, Listed, Match, Meeting, Part

if TYPE_CHECKING:
    from rednotice.match.names import Comparison


def explain(
    person: Listed,
    comparison: Comparison | None,
    evidence: tuple[Evidence, ...],
    score: float,
    met_name: str | None = None,
) -> Match:
    """The match with a person, with its explanation.

    Args:
        person: who is listed.
        comparison: how the name asked met the listed name; None if the person was found by document alone.
        evidence: what is known besides the name (`score.weigh_evidence`).
        score: from 0 to 1, as `score.weigh_evidence` gives it.
        met_name: the listed name that met best; None for the first of the person.
    """
    parts = comparison.parts if comparison else ()
    other_order = comparison.other_order if comparison else False
    name = person.names[0] if person.names else "(no name is listed)"
    return Match.model_construct(
        id=person.id,
        score=score,
        name=name,
        met_name=met_name or name,
        means=means(score, evidence),
        in_words=in_words(parts, other_order, evidence),
        parts=parts,
        other_order=other_order,
        evidence=evidence,
    )


def means(score: float, evidence: tuple[Evidence, ...]) -> str:
    """What a score means, in a sentence.

    The score is a probability as `model.json` was fitted to give it: on names of which about half are listed.

    >>> means(0.81, ())[:58]
    'About 8 in 10 matches scored like this are the same person'
    """
    document = next((one.says for one in evidence if one.datum == "document" and one.verdict is Agreement.AGREES), None)
    if document:
        said = _DOCUMENT_MEANS[document]
        against = any(one.verdict is Agreement.CONTRADICTS for one in evidence)
        look = "what contradicts may mean that somebody else bears it; " if against else ""
        return f"{said}; {look}compare the document and its bearer."
    tenths = round(score * 10)
    often = "More than 9 in 10" if score > 0.95 else f"About {tenths} in 10" if tenths else "Fewer than 1 in 10"
    return (
        f"{often} matches scored like this are the same person, where half of those asked are listed; "
        "it is a likeness, not proof."
    )


_DOCUMENT_MEANS = {
    NUMBER_SAYS[Number.FITS]: "The document number decides alone",
    NUMBER_SAYS[Number.MISREAD]: "The document number fits as far as it can be read",
    NUMBER_SAYS[Number.DOUBTFUL]: "The document number was misread, so that it does not decide alone",
}


def in_words(parts: tuple[Part, ...], other_order: bool, evidence: tuple[Evidence, ...]) -> str:
    """The explanation as one line that an officer reads."""
    for_it = [one for one in evidence if one.verdict is Agreement.AGREES]
    against = [one for one in evidence if one.verdict is Agreement.CONTRADICTS]
    document = next((one for one in for_it if one.datum == "document"), None)
    others = [_OF_THE_BEARER[one.datum] for one in against if one.datum in _OF_THE_BEARER]
    said = []
    if document and others:
        # What an officer must not miss: the paper is listed, its bearer may be somebody else.
        whose = f"{', '.join(others[:-1])} and {others[-1]} are" if len(others) > 1 else f"{others[0]} is"
        said.append(f"{document.says}, but the {whose} another's: ask whose document it is")
        for_it.remove(document)
    said += [_part(part) for part in parts if part.how is not Meeting.EXTRA]
    extra = [part.listed for part in parts if part.how is Meeting.EXTRA and part.listed]
    if extra:
        said.append(f"listed besides: {' '.join(extra)}")
    if other_order:
        said.append("in another order")
    said += [found.says for found in for_it]
    said += [f"but {found.says}" for found in against if found.datum != "name"]
    return "; ".join(said) or "found by document alone"


_OF_THE_BEARER = {"name": "name", "born": "birth", "sex": "sex"}
"""What a document says of its bearer that a person does not change, and in words."""


def _part(part: Part) -> str:
    match part.how:
        case Meeting.SAME:
            return f"{part.asked}: same"
        case Meeting.UNMATCHED:
            return f"{part.asked}: not in the listed name"
        case Meeting.JOINED:
            return f"{part.asked} is {part.listed}, joined"
        case Meeting.TRANSLITERATED:
            return f"{part.asked} is {part.listed}, transliterated from {part.script}"
        case Meeting.FORM:
            return f"{part.asked} is another form of {part.listed}"
        case _:
            return f"{part.asked} is near {part.listed} ({part.how})"
