"""What in a request speaks for one side of the predominance test: places that several rules point to."""

from __future__ import annotations

from collections.abc import Iterable

from rednotice.model.finding import Evidence, Position
from rednotice.model.person import OfficeKind, Person
from rednotice.model.request import Capacity, Request, VictimStatus
from rednotice.rules.rule import File, Group
from rednotice.rules.text import charge_texts, facts_texts, passages

ACTS_OF_STATE = {Capacity.OFFICIAL, Capacity.MILITARY}
COMBATANTS = {VictimStatus.MEMBER_OF_ARMED_FORCES, VictimStatus.MEMBER_OF_ARMED_GROUP}
POLITICIANS = {
    OfficeKind.HEAD_OF_STATE,
    OfficeKind.HEAD_OF_GOVERNMENT,
    OfficeKind.MINISTER,
    OfficeKind.SENIOR_OFFICIAL,
    OfficeKind.POLITICIAN,
}


def once(*found: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """All evidence in its order, each place once."""
    return tuple(dict.fromkeys(evidence for part in found for evidence in part))


def in_facts(request: Request, category: str) -> tuple[Evidence, ...]:
    """Sentences of the facts in which a term of the category stands."""
    return passages(category, facts_texts(request))


def in_charges(group: Group, category: str) -> tuple[Evidence, ...]:
    """Charges against persons in which a term of the category stands."""
    return passages(category, charge_texts(group.warrants))


def in_any_charge(request: Request, category: str) -> tuple[Evidence, ...]:
    """Charges against anybody in which a term of the category stands."""
    return passages(category, charge_texts(enumerate(request.warrants)))


def answered(request: Request, *questions: str) -> tuple[Evidence, ...]:
    """Questions on the background that the bureau answers with yes."""
    background = request.background
    return tuple(
        Evidence(path=f"background.{question}", passage="yes")
        for question in questions
        if background and getattr(background, question) is True
    )


def capacity(request: Request, *wanted: Capacity) -> tuple[Evidence, ...]:
    """The capacity in which the act was done, where it is one of those wanted."""
    said = request.facts.capacity
    return (Evidence(path="facts.capacity", passage=said),) if said in wanted else ()


def means_of_war(request: Request) -> tuple[Evidence, ...]:
    """What shows that means of war were used; a weapon of war alone may have been stolen or sold."""
    traded = gain(request) or in_any_charge(request, "gain")
    weapons = () if traded else in_facts(request, "weapons_of_war")
    return once(in_facts(request, "means_of_war"), weapons)


def victims(request: Request, wanted: set[VictimStatus]) -> tuple[Evidence, ...]:
    """Victims of a status."""
    return tuple(
        Evidence(path=f"facts.victims[{n}].status", passage=victim.status)
        for n, victim in enumerate(request.facts.victims)
        if victim.status in wanted
    )


def act_of_state(request: Request) -> tuple[Evidence, ...]:
    """What shows that the act was one of a state or its forces."""
    return once(capacity(request, *ACTS_OF_STATE), means_of_war(request), in_facts(request, "state_forces"))


def stances(file: File) -> dict[str, tuple[str, Position]]:
    """What each other bureau says of the request by now, with its place; a later position takes that of an earlier."""
    said = {
        position.bureau: (f"positions[{n}]", position)
        for n, position in enumerate(file.positions)
        if position.bureau != file.request.bureau
    }
    return dict(sorted(said.items()))


def self_descriptions(n: int, person: Person) -> tuple[tuple[str, str], ...]:
    """What a request says in words of who a person is: path and text."""
    return tuple(
        (f"persons[{n}].{field}", text) for field in ("occupation", "remark") if (text := getattr(person, field))
    )


def outside_fighting(request: Request) -> tuple[Evidence, ...]:
    """What shows that persons outside any fighting were harmed."""
    return once(
        answered(request, "harm_to_civilians"),
        victims(request, {VictimStatus.PRIVATE_PERSON}),
        in_facts(request, "outside_fighting"),
    )


def fighting(request: Request) -> tuple[Evidence, ...]:
    """What shows that the act was done in fighting."""
    return once(
        answered(request, "act_in_combat"),
        victims(request, COMBATANTS),
        in_facts(request, "conflict_within"),
        means_of_war(request),
    )


def gain(request: Request) -> tuple[Evidence, ...]:
    """What shows that somebody gained by the act."""
    return once(answered(request, "personal_gain"), in_facts(request, "gain"))


def violence(request: Request) -> tuple[Evidence, ...]:
    """What shows violence against persons or things that was not a part of fighting."""
    harmed = in_facts(request, "violence")
    outside = outside_fighting(request)
    if harmed and (outside or not fighting(request) or capacity(request, Capacity.PRIVATE)):
        return once(harmed, outside)
    return answered(request, "harm_to_civilians")


def ordinary_acts(request: Request) -> tuple[Evidence, ...]:
    """Concrete facts of an ordinary crime: gain, or violence outside fighting."""
    return once(gain(request), violence(request))
