"""Real documents and nouns for tests; a test names only what matters to it.

    a_request(persons=[a_person(sex=None)])      an ordinary request whose person has no sex given

Everything is synthetic. What these build passes every condition of a red notice.
"""

from __future__ import annotations

import copy
import itertools
import re
from datetime import UTC, date, datetime
from typing import Any

from rednotice.model.bureau import COMMISSION, OFFICE, Officer, Role
from rednotice.model.check import Listed, Query
from rednotice.model.decision import Weighed, Weighing
from rednotice.model.request import Request, read_request

TODAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)

REVIEWER_1 = Officer(name="reviewer-1", bureau=OFFICE, role=Role.REVIEWER)
REVIEWER_2 = Officer(name="reviewer-2", bureau=OFFICE, role=Role.REVIEWER)
OPERATOR = Officer(name="operator", bureau=OFFICE, role=Role.OPERATOR)
COMMISSIONER_1 = Officer(name="commissioner-1", bureau=COMMISSION, role=Role.COMMISSIONER)
COMMISSIONER_2 = Officer(name="commissioner-2", bureau=COMMISSION, role=Role.COMMISSIONER)
A_GROUND = Weighed(weighing=Weighing.ADDED, citation="RPD 86", because="A synthetic ground of the reviewer's own.")

_references = itertools.count(1)


def desk(bureau: str) -> Officer:
    """A desk officer of a bureau."""
    return Officer(name=f"desk-{bureau}", bureau=bureau, role=Role.DESK)


def officer(bureau: str) -> Officer:
    """An officer at a bureau's node."""
    return Officer(name=f"officer-{bureau}", bureau=bureau, role=Role.OFFICER)


def a_person(**changes: Any) -> dict[str, Any]:
    """A person with full identity, as a document; None leaves a field out."""
    person: dict[str, Any] = {
        "names": [{"family": "Valdesco", "given": "Aurelio Martim"}],
        "sex": "M",
        "born": "1984-07-19",
        "nationalities": ["PT"],
        "documents": [{"kind": "passport", "number": "ZZ0041765", "country": "PT"}],
        "likely_in": ["ES"],
        "part_played": "Fired the shot, as two witnesses testify.",
    }
    return _changed(person, changes)


def a_stranger(number: int) -> dict[str, Any]:
    """A person whom no other test knows, by number: neither name nor birth resembles another's."""
    given, family = (_syllables(1 + (number + 1) * prime % 12_959_999).capitalize() for prime in (104_729, 1_299_709))
    return a_person(
        names=[{"family": family, "given": given}],
        born=f"{1950 + number % 45}-{1 + number % 12:02}-{1 + number % 28:02}",
        documents=[{"kind": "passport", "number": f"SYN{number:06}"}],
    )


def a_strange_case(number: int) -> dict[str, Any]:
    """Facts and a warrant that resemble no other test's, by number; a case is known again by either."""
    words = " ".join(
        _syllables(number * prime % 216_000).capitalize() for prime in (7919, 104_729, 1_299_709, 15_485_863)
    )
    more = " ".join(_syllables((number + 1) * prime % 216_000) for prime in (31_337, 65_537, 92_821, 174_763, 611_953))
    summary = f"{words}: a shopkeeper was shot dead in a robbery, cameras show the person sought ({more})."
    return {"facts": facts(summary, place="Porto"), "warrants": [a_warrant(number=f"SYN-W-{number}")]}


def _syllables(number: int) -> str:
    """A word that stands for a number and resembles few others."""
    made = ""
    while True:
        number, rest = divmod(number, 60)
        made += "bdfgklmnprtv"[rest % 12] + "aeiou"[rest // 12]
        if not number:
            return made


def a_warrant(**changes: Any) -> dict[str, Any]:
    """A judicial warrant for murder, as a document."""
    warrant: dict[str, Any] = {
        "number": "SYN-1",
        "date": "2026-03-20",
        "authority": {"name": "Synthetic court", "kind": "judicial", "country": "PT"},
        "offences": [an_offence()],
    }
    return _changed(warrant, changes)


def an_offence(
    charge: str = "Murder", months: int | None = 300, law: str | None = "Penal Code, Art. 1"
) -> dict[str, Any]:
    """An offence, as a document."""
    offence: dict[str, Any] = {"charge": charge}
    if law:
        offence["law"] = law
    if months:
        offence["maximum_penalty"] = {"kind": "imprisonment", "months": months}
    return offence


def a_document(**changes: Any) -> dict[str, Any]:
    """A request that meets every condition, as a document; the reference is new each time."""
    document: dict[str, Any] = {
        "colour": "red",
        "bureau": "PT",
        "reference": f"SYN-{next(_references)}",
        "facts": {
            "summary": "In the night of 14 March 2026 a jeweller was shot dead in his shop during a robbery; cameras "
            "show the person sought.",
            "date": "2026-03-14",
            "place": "Porto",
            "country": "PT",
        },
        "persons": [a_person()],
        "warrants": [a_warrant()],
        "assurances": {
            "authority_has_power": True,
            "extradition_will_be_sought": True,
            "coordinated_with": "Synthetic ministry",
        },
        "extradition": {"everywhere": True},
        "contact": {"name": "Synthetic desk"},
    }
    return _changed(document, changes)


def a_request(**changes: Any) -> Request:
    """A request that meets every condition."""
    return read_request(a_document(**changes), TODAY)


def facts(summary: str, **more: Any) -> dict[str, Any]:
    """Facts with a summary of one's own."""
    return {"summary": summary, "date": "2026-03-14", "country": "PT", **more}


def listed(person_id: str, *names: str, **more: Any) -> Listed:
    """A person as the index takes one."""
    return Listed(id=person_id, names=names, **more)


def asking(name: str, **more: Any) -> Query:
    """A question about a name."""
    return Query(name=name, **more)


def laid_over(document: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """A document with values laid over it by path (`persons[0].born`); None leaves a field out."""
    made = copy.deepcopy(document)
    for path, value in values.items():
        steps = [int(number) if number else field for field, number in re.findall(r"(\w+)|\[(\d+)\]", path)]
        place: Any = made
        for step in steps[:-1]:
            place = place.setdefault(step, {}) if isinstance(step, str) else place[step]
        last = steps[-1]
        if isinstance(last, int) and last == len(place):
            place.append(value)
        elif value is None:
            place.pop(last, None)
        else:
            place[last] = copy.deepcopy(value)
    return made


def _changed(document: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    made = {**document, **changes}
    return {field: value for field, value in made.items() if value is not None}
