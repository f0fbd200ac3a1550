"""Notices about a body, a method, a threat or assets: black, purple, orange and silver (RPD 91-93, the pilot)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from rednotice.model.finding import Evidence
from rednotice.model.request import Colour
from rednotice.model.sections import Asset, DeadBody, ModusOperandi, Threat, ThreatKind
from rednotice.model.values import bureau_name
from rednotice.rules.other_colours import FROM_THE_TABLE, can_be_seen, offences_named
from rednotice.rules.rule import File, Says, barred, missing, not_said, rule, satisfied

IN_FORCE = "2012-07-01"
PILOT = "2025-01-10"

BLACK, PURPLE, ORANGE = frozenset({Colour.BLACK}), frozenset({Colour.PURPLE}), frozenset({Colour.ORANGE})
SILVER = frozenset({Colour.SILVER})


# --- Black -----------------------------------------------------------------------------------------------------


@rule("RPD 91", since=IN_FORCE, colours=BLACK, source_note=FROM_THE_TABLE)
def body_found(file: File) -> Iterator[Says]:
    """Was a body found, and is it said when and where?"""
    given = file.request.body or DeadBody()
    lacking = {}
    if given.found_on is None:
        lacking["body.found_on"] = "when"
    if given.found_at is None and given.country is None:
        lacking["body.found_at"] = "where"
    if lacking:
        yield not_said("it is not said {} the body was found", lacking, mend="Give it from the report on the body")
    else:
        yield satisfied("when and where the body was found is given", Evidence(path="body"))


@rule("RPD 91", since=IN_FORCE, colours=BLACK, source_note=FROM_THE_TABLE)
def means_to_identify(file: File) -> Iterator[Says]:
    """Is there a photograph, fingerprints or a description by which the body may be identified?"""
    request = file.request
    described = request.body is not None and request.body.description is not None
    held = [n for n, person in enumerate(request.persons) if can_be_seen(person)]
    if described or held:
        evidence = [Evidence(path="body.description")] if described else []
        evidence += [Evidence(path=f"persons[{n}]") for n in held]
        yield satisfied("there are means to identify the body", *evidence)
    else:
        yield missing(
            "neither photograph, fingerprints nor description of the body are given",
            Evidence(path="body.description"),
            mend="Describe the body, or give photograph, fingerprints or DNA profile of a person without a name",
        )


# --- Purple ----------------------------------------------------------------------------------------------------


@rule("RPD 92", since=IN_FORCE, colours=PURPLE, source_note=FROM_THE_TABLE)
def method_described(file: File) -> Iterator[Says]:
    """Is it described how the crime is committed, or with what?"""
    given = file.request.modus_operandi or ModusOperandi()
    if given.method or given.objects:
        yield satisfied("the method or its objects are described", Evidence(path="modus_operandi"))
    else:
        yield missing(
            "neither the method nor objects, devices or hiding places are described",
            Evidence(path="modus_operandi.method"),
            mend="Describe them",
        )


@rule("RPD 92", since=IN_FORCE, colours=PURPLE, source_note=FROM_THE_TABLE)
def serious_crime_behind_the_method(file: File) -> Iterator[Says]:
    """Does the method serve a serious crime?"""
    given = file.request.modus_operandi or ModusOperandi()
    where = Evidence(path="modus_operandi.serious"), Evidence(path="modus_operandi.crime", passage=given.crime)
    if given.crime is None or given.serious is None:
        yield missing("nothing says which crime it serves, and whether a serious one", *where, mend="Say it")
    elif given.serious:
        yield satisfied(f"it serves a serious crime: {given.crime}", *where)
    else:
        yield barred(
            f"{given.crime} is not a serious crime", *where, mend="Tell the bureaus concerned in a message instead"
        )


@rule("RPD 92", since=IN_FORCE, colours=PURPLE, source_note=FROM_THE_TABLE)
def complex_or_repeated(file: File) -> Iterator[Says]:
    """Is the method complex, or was it used repeatedly?"""
    given = file.request.modus_operandi or ModusOperandi()
    where = Evidence(path="modus_operandi.complex"), Evidence(path="modus_operandi.repeated")
    if given.complex or given.repeated:
        yield satisfied("the method is complex or was used repeatedly", *where)
    elif given.complex is None or given.repeated is None:
        yield missing("nothing says that the method is complex or was used repeatedly", *where, mend="Say which it is")
    else:
        yield barred(
            "the method is neither complex nor was it used repeatedly",
            *where,
            mend="Tell the bureaus concerned in a message instead",
        )


# --- Orange ----------------------------------------------------------------------------------------------------


@rule("RPD 93", since=IN_FORCE, colours=ORANGE, source_note=FROM_THE_TABLE)
def threat_described(file: File) -> Iterator[Says]:
    """Is it said what threatens whom, and from what?"""
    given = file.request.threat or Threat()
    lacking = {}
    if given.kind is None:
        lacking["threat.kind"] = "whether from an event, a person, an object or a process"
    if given.danger is None:
        lacking["threat.danger"] = "what may happen, and to whom"
    if given.kind is ThreatKind.PERSON and not file.request.persons:
        lacking["persons"] = "which person the threat comes from"
    if lacking:
        yield not_said("of the threat it is not said {}", lacking, mend="Say it: others must know what to look for")
    else:
        yield satisfied("the threat is described", Evidence(path="threat"))


@rule("RPD 93", since=IN_FORCE, colours=ORANGE, source_note=FROM_THE_TABLE)
def imminent_and_serious(file: File) -> Iterator[Says]:
    """Is the threat imminent, and serious?"""
    given = file.request.threat or Threat()
    answers = {"imminent": given.imminent, "serious": given.serious}
    denied = [name for name, answer in answers.items() if answer is False]
    open_ = [name for name, answer in answers.items() if answer is None]
    if denied:
        yield barred(
            f"the threat is not {' and not '.join(denied)}",
            *(Evidence(path=f"threat.{name}") for name in denied),
            mend="A green or purple notice may serve for what is not imminent",
        )
    elif open_:
        yield missing(
            f"nothing says whether the threat is {' and '.join(open_)}",
            *(Evidence(path=f"threat.{name}") for name in open_),
            mend="Say it",
        )
    else:
        yield satisfied("the threat is imminent and serious", Evidence(path="threat"))


# --- Silver ----------------------------------------------------------------------------------------------------


@cache
def pilot_group() -> dict[str, Any]:
    """Who takes part in the pilot of silver notices, since when, and by what source."""
    group: dict[str, Any] = yaml.safe_load(files(__package__).joinpath("silver_pilot.yaml").read_text("utf-8"))
    return group


PILOT_NOTE = "A pilot, announced until at least November 2025; who takes part is known from press reports alone."


@rule("RPD 7; pilot of silver notices", since=PILOT, colours=SILVER, source_note=PILOT_NOTE)
def takes_part_in_the_pilot(file: File) -> Iterator[Says]:
    """Does the requesting bureau take part in the pilot?"""
    where = Evidence(path="bureau", passage=file.request.bureau)
    if file.request.bureau in pilot_group()["bureaus"]:
        yield satisfied(f"bureau {file.request.bureau} takes part in the pilot", where)
    else:
        yield barred(
            f"{bureau_name(file.request.bureau)} does not take part in the pilot",
            where,
            mend="Have the office note that the bureau has joined, or ask for a blue notice",
        )


@rule("RPD 10; pilot of silver notices", since=PILOT, colours=SILVER, source_note=PILOT_NOTE)
def assets_described(file: File) -> Iterator[Says]:
    """Can every asset that is looked for be told from others?"""
    assets = file.request.assets
    bare = [n for n, asset in enumerate(assets) if not _is_described(asset)]
    if bare or not assets:
        paths = [f"assets[{n}]" for n in bare] or ["assets"]
        yield missing(
            "an asset has neither description nor identifier" if bare else "no asset is named",
            *(Evidence(path=path) for path in paths),
            mend="Describe each asset that is looked for, or give its number in a register",
        )
    else:
        yield satisfied(f"assets described: {len(assets)}", Evidence(path="assets"))


def _is_described(asset: Asset) -> bool:
    return bool(asset.description or asset.identifier)


@rule("RPD 10; pilot of silver notices", since=PILOT, colours=SILVER, source_note=PILOT_NOTE)
def crime_behind_the_assets(file: File) -> Iterator[Says]:
    """Is it said from which crime the assets are thought to come?"""
    charges = offences_named(file.request)
    if charges:
        yield satisfied("the offences are named", *charges)
    else:
        yield missing(
            "no offence is named from which the assets come",
            Evidence(path="warrants"),
            mend="Name the offences, with the order of the authority that looks for the assets",
        )


RULES = (
    body_found,
    means_to_identify,
    method_described,
    serious_crime_behind_the_method,
    complex_or_repeated,
    threat_described,
    imminent_and_serious,
    takes_part_in_the_pilot,
    assets_described,
    crime_behind_the_assets,
)
