"""Neutrality (Constitution, Article 3) by the factors of RPD 34(3), as far as they are written so far.

Each factor gives its own finding with its evidence. The test is which element predominates (AGN/20/RES/11): the
charges may be called what they like, it is the facts that are read.
"""

from __future__ import annotations

from collections.abc import Iterator

from rednotice.model.finding import Evidence
from rednotice.model.person import OfficeKind, Person
from rednotice.model.request import Capacity, VictimStatus
from rednotice.model.values import INTERNATIONAL_ENTITIES, bureau_name
from rednotice.rules.rule import File, Says, barred, doubtful, rule, satisfied
from rednotice.rules.text import facts_texts, passages

SINCE = "1956-06-13"

HIGH_OFFICES = {
    OfficeKind.HEAD_OF_STATE,
    OfficeKind.HEAD_OF_GOVERNMENT,
    OfficeKind.MINISTER,
    OfficeKind.SENIOR_OFFICIAL,
}
COMBATANTS = {VictimStatus.MEMBER_OF_ARMED_FORCES, VictimStatus.MEMBER_OF_ARMED_GROUP}


@rule("Constitution, Article 3; RPD 34(3)(a)", since=SINCE)
def military_act(file: File) -> Iterator[Says]:
    """Are the facts free of an act of the armed forces of a state?"""
    facts = file.request.facts
    texts = list(facts_texts(file.request))
    means = passages("means_of_war", texts)
    forces = passages("state_forces", texts)
    if facts.capacity is Capacity.MILITARY:
        forces += (Evidence(path="facts.capacity", passage=facts.capacity),)
    victims = tuple(
        Evidence(path=f"facts.victims[{n}].status", passage=victim.status)
        for n, victim in enumerate(facts.victims)
        if victim.status in COMBATANTS
    )
    fighters = passages("combatants", texts)
    evidence = _once(means + forces + victims + fighters)
    if means and (forces or victims):
        yield barred(
            "whatever the charges are called, the facts are an act of war by the forces of a state: "
            "the military element predominates",
            *evidence,
            mend="Only facts that show an ordinary crime apart from the military act would change this",
        )
    elif means or (forces and (victims or fighters)):
        yield doubtful(
            "the facts mention means or members of armed forces",
            *evidence,
            mend="Show that the act was an ordinary crime and not part of a military action",
        )
    else:
        yield satisfied("nothing in the facts is an act of armed forces", Evidence(path="facts.summary"))


@rule("Constitution, Article 3; RPD 34(3)(b), (e)", since=SINCE)
def status_of_persons(file: File) -> Iterator[Says]:
    """Are the persons sought free of high office in another state?"""
    request = file.request
    if request.bureau in INTERNATIONAL_ENTITIES:
        yield satisfied(
            "an international entity with jurisdiction of its own requests; official capacity is for it to judge",
            Evidence(path="bureau", passage=request.bureau),
        )
        return
    high: list[Evidence] = []
    others: list[Evidence] = []
    for n, person in enumerate(request.persons):
        for m, office in enumerate(person.offices):
            if office.country == request.bureau:
                continue
            words = f"{'serving' if office.serving else 'former'} {office.kind}"
            if office.country:
                words += f" of {bureau_name(office.country)}"
            weighty = office.kind in HIGH_OFFICES and office.serving
            (high if weighty else others).append(Evidence(path=f"persons[{n}].offices[{m}]", passage=words))
        if not person.offices:
            others += passages("high_office", _self_descriptions(n, person))
    if high:
        yield barred(
            "a serving high official of another state is sought for an act that the facts tie to that state",
            *high,
            *others,
            mend="Immunities in international law and the neutrality of the organisation stand against it while "
            "the office is held; the national warrant is not touched by this",
        )
    elif others:
        yield doubtful(
            "persons sought hold or held public or military office in another state",
            *others,
            mend="Show concrete personal acts outside the office",
        )
    else:
        yield satisfied("no person sought is said to hold office in another state", Evidence(path="persons"))


@rule("Constitution, Article 3; RPD 34(3)(f), (g)", since=SINCE)
def armed_confrontation(file: File) -> Iterator[Says]:
    """Is the general context free of an armed confrontation between states?"""
    texts = list(facts_texts(file.request))
    strikes = passages("means_of_war", texts)
    answers = passages("confrontation", texts)
    evidence = _once(strikes + answers)
    if strikes and answers:
        yield barred(
            "the act stands in a chain of armed action and counter-action: to circulate it would take a side",
            *evidence,
            mend="Nothing that the bureau can add changes the context; the request may return when it has passed",
        )
    elif answers:
        yield doubtful(
            "the context is one of confrontation",
            *evidence,
            mend="Show that the act stands apart from it",
        )
    else:
        yield satisfied("no armed confrontation is mentioned", Evidence(path="facts.summary"))


@rule(
    "RPD 77, 86",
    since="2012-07-01",
    source_note="The rule that a refused case may return only with new and relevant facts was written from memory.",
)
def refused_before(file: File) -> Iterator[Says]:
    """Is this the first time that this case is brought?"""
    for earlier in file.earlier:
        yield doubtful(
            f"request {earlier.request} of bureau {earlier.bureau} for {'; '.join(earlier.same)} was refused "
            f"on {earlier.decided_at[:10]} under {', '.join(earlier.citations)}",
            Evidence(path="persons", passage=earlier.reasons[:300]),
            mend="A refused case may come again only with new and relevant facts: say which they are",
        )
    if not file.earlier:
        yield satisfied("no refused request for these persons is known", Evidence(path="persons"))


def _self_descriptions(n: int, person: Person) -> Iterator[tuple[str, str]]:
    for field in ("occupation", "remark"):
        text = getattr(person, field)
        if text:
            yield f"persons[{n}].{field}", text


def _once(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(evidence))


RULES = (military_act, status_of_persons, armed_confrontation, refused_before)
