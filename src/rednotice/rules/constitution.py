"""Neutrality (Constitution, Article 3) by the factors of RPD 34(3), as far as they are written so far.

Each factor gives its own finding with its evidence. The test is which element predominates (AGN/20/RES/11): the
charges may be called what they like, it is the facts that are read.
"""

from __future__ import annotations

from collections.abc import Iterator

from rednotice.model.finding import Evidence
from rednotice.model.person import OfficeKind, Person
from rednotice.model.request import Capacity, Request, VictimStatus
from rednotice.model.values import INTERNATIONAL_ENTITIES, bureau_name
from rednotice.rules.rule import File, Says, barred, doubtful, rule, satisfied
from rednotice.rules.text import facts_texts, is_read, passages, unread

SINCE = "1956-06-13"

IMMUNE = {OfficeKind.HEAD_OF_STATE, OfficeKind.HEAD_OF_GOVERNMENT}
"""Immune in international law while they serve, whatever the act."""
HIGH_OFFICES = {OfficeKind.MINISTER, OfficeKind.SENIOR_OFFICIAL}
"""Protected for acts of state."""
ACTS_OF_STATE = {Capacity.OFFICIAL, Capacity.MILITARY}
COMBATANTS = {VictimStatus.MEMBER_OF_ARMED_FORCES, VictimStatus.MEMBER_OF_ARMED_GROUP}


@rule("Constitution, Article 3; RPD 34(3)(a)", since=SINCE)
def military_act(file: File) -> Iterator[Says]:
    """Are the facts free of an act of the armed forces of a state?"""
    facts = file.request.facts
    if file.request.bureau in INTERNATIONAL_ENTITIES:
        yield _for_the_entity(file.request, "crimes under international law in armed conflict are its task")
        return
    texts = list(facts_texts(file.request))
    means = passages("means_of_war", texts)
    forces = passages("state_forces", texts)
    if facts.capacity is Capacity.MILITARY:
        forces += (Evidence(path="facts.capacity", passage=facts.capacity),)
    victims = _combatant_victims(file.request)
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
    elif not is_read(file.request.language):
        yield unread(file.request.language, "facts.summary")
    else:
        yield satisfied("nothing in the facts is an act of armed forces", Evidence(path="facts.summary"))


@rule("Constitution, Article 3; RPD 34(3)(b), (e)", since=SINCE)
def status_of_persons(file: File) -> Iterator[Says]:
    """Are the persons sought free of high office in another state?"""
    request = file.request
    if request.bureau in INTERNATIONAL_ENTITIES:
        yield _for_the_entity(request, "the official capacity of persons is for it to judge")
        return
    serving: list[Evidence] = []
    others: list[Evidence] = []
    immune = high = False
    for n, person in enumerate(request.persons):
        for m, office in enumerate(person.offices):
            if office.country == request.bureau:
                continue
            words = f"{'serving' if office.serving else 'former'} {office.kind}"
            if office.country:
                words += f" of {bureau_name(office.country)}"
            immune |= office.serving and office.kind in IMMUNE
            high |= office.serving and office.kind in HIGH_OFFICES
            weighty = office.serving and office.kind in IMMUNE | HIGH_OFFICES
            (serving if weighty else others).append(Evidence(path=f"persons[{n}].offices[{m}]", passage=words))
        if not person.offices:
            others += passages("high_office", _self_descriptions(n, person))
    act_of_state = _act_of_state(request)
    if immune or (high and act_of_state):
        yield barred(
            "a serving head of another state or government is sought"
            if immune
            else "a serving high official of another state is sought for what the facts show as an act of that state",
            *serving,
            *act_of_state,
            *others,
            mend="Immunities in international law and the neutrality of the organisation stand against it while "
            "the office is held; the national warrant is not touched by this",
        )
    elif serving or others:
        yield doubtful(
            "persons sought hold or held public or military office in another state",
            *serving,
            *others,
            mend="Show concrete personal acts outside the office",
        )
    else:
        yield satisfied("no person sought is said to hold office in another state", Evidence(path="persons"))


def _act_of_state(request: Request) -> tuple[Evidence, ...]:
    texts = list(facts_texts(request))
    capacity = request.facts.capacity
    said = (Evidence(path="facts.capacity", passage=capacity),) if capacity in ACTS_OF_STATE else ()
    return _once(said + passages("means_of_war", texts) + passages("state_forces", texts))


@rule("Constitution, Article 3; RPD 34(3)(f), (g)", since=SINCE)
def armed_confrontation(file: File) -> Iterator[Says]:
    """Is the general context free of an armed confrontation between states?"""
    if file.request.bureau in INTERNATIONAL_ENTITIES:
        yield _for_the_entity(file.request, "it takes no side in a confrontation")
        return
    texts = list(facts_texts(file.request))
    strikes = passages("means_of_war", texts)
    answers = passages("confrontation", texts)
    forces = passages("state_forces", texts) + _combatant_victims(file.request)
    evidence = _once(strikes + answers)
    if strikes and answers and forces:
        yield barred(
            "the act stands in a chain of armed action and counter-action: to circulate it would take a side",
            *evidence,
            mend="Nothing that the bureau can add changes the context; the request may return when it has passed",
        )
    elif answers:
        yield doubtful(
            "the facts speak of an answer or a confrontation",
            *evidence,
            mend="Show that the act stands apart from it",
        )
    elif not is_read(file.request.language):
        yield unread(file.request.language, "facts.summary")
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
            f"request {earlier.request} of bureau {earlier.bureau} for {'; '.join(earlier.same)} was {earlier.how} "
            f"on {earlier.decided_at[:10]} under {', '.join(earlier.citations)}",
            Evidence(path="persons", passage=earlier.reasons[:300]),
            mend="A refused case may come again only with new and relevant facts: say which they are",
        )
    if not file.earlier:
        yield satisfied("no refused request for these persons is known", Evidence(path="persons"))


def _for_the_entity(request: Request, because: str) -> Says:
    return satisfied(
        f"an international entity with jurisdiction of its own requests: {because}",
        Evidence(path="bureau", passage=request.bureau),
    )


def _combatant_victims(request: Request) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(path=f"facts.victims[{n}].status", passage=victim.status)
        for n, victim in enumerate(request.facts.victims)
        if victim.status in COMBATANTS
    )


def _self_descriptions(n: int, person: Person) -> Iterator[tuple[str, str]]:
    for field in ("occupation", "remark"):
        text = getattr(person, field)
        if text:
            yield f"persons[{n}].{field}", text


def _once(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(evidence))


RULES = (military_act, status_of_persons, armed_confrontation, refused_before)
