"""Neutrality (Constitution, Article 3): the factors of RPD 34(3) that are not a category of practice of their own."""

from __future__ import annotations

from collections.abc import Iterator

from rednotice.model.finding import Evidence, Lean, Stance, Weight
from rednotice.model.person import OfficeKind, PersonRole
from rednotice.model.request import Request
from rednotice.model.values import INTERNATIONAL_ENTITIES, bureau_name
from rednotice.rules.categories import SINCE
from rednotice.rules.rule import AGAINST_PERSONS, File, Says, leaning, rule, satisfied
from rednotice.rules.signs import (
    COMBATANTS,
    act_of_state,
    in_any_charge,
    in_facts,
    means_of_war,
    once,
    ordinary_acts,
    self_descriptions,
    stances,
    victims,
)
from rednotice.rules.text import passages

IMMUNE = {OfficeKind.HEAD_OF_STATE, OfficeKind.HEAD_OF_GOVERNMENT}
"""Immune in international law while they serve, whatever the act."""
HIGH_OFFICES = {OfficeKind.MINISTER, OfficeKind.SENIOR_OFFICIAL}
"""Protected for acts of state."""
NOT_SOUGHT = {PersonRole.VICTIM, PersonRole.WITNESS}
"""Whose office is no matter: nothing is done against them."""
NOT_READ = "Immunities as the domain sheet sums them up; who enjoys them is disputed among states."


@rule("Constitution, Article 3; RPD 34(3)(a); AGN/20/RES/11", since=SINCE, colours=AGAINST_PERSONS)
def ordinary_element(file: File) -> Iterator[Says]:
    """Do charges and facts show an ordinary crime?"""
    request = file.request
    acts = ordinary_acts(request)
    named = once(in_any_charge(request, "ordinary_charge"), in_facts(request, "incitement"))
    if acts:
        because = "the facts are concrete: violence outside fighting, or gain"
        yield leaning(Lean.ORDINARY, Weight.HEAVY, because, *acts)
    elif named:
        because = "a charge is an ordinary crime by its name, which weighs little alone"
        yield leaning(Lean.ORDINARY, Weight.LIGHT, because, *named)
    else:
        # No list of terms has every crime: that none was found speaks for no side.
        yield satisfied("no term for an ordinary crime was found, which speaks for no side", Evidence(path="facts"))


def offices_elsewhere(request: Request) -> Iterator[tuple[Evidence, OfficeKind, bool]]:
    """Offices in other countries that persons sought hold or held: place and words, kind, and whether still held."""
    for n, person in enumerate(request.persons):
        for m, office in enumerate(person.offices):
            if office.country != request.bureau and person.role not in NOT_SOUGHT:
                words = f"{'serving' if office.serving else 'former'} {office.kind}"
                if office.country:
                    words += f" of {bureau_name(office.country)}"
                yield Evidence(path=f"persons[{n}].offices[{m}]", passage=words), office.kind, office.serving


@rule(
    "Constitution, Article 3; RPD 34(3)(b), (e)",
    since=SINCE,
    colours=AGAINST_PERSONS,
    source_note=NOT_READ,
    entities="the official capacity of persons is for it to judge",
)
def status_of_persons(file: File) -> Iterator[Says]:
    """Are the persons sought free of high office in another state?"""
    request = file.request
    offices = list(offices_elsewhere(request))
    immune = once(where for where, kind, serving in offices if serving and kind in IMMUNE)
    high = once(where for where, kind, serving in offices if serving and kind in HIGH_OFFICES)
    others = once(
        (where for where, _, _ in offices),
        *(
            passages("high_office", self_descriptions(n, person))
            for n, person in enumerate(request.persons)
            if not person.offices
        ),
    )
    of_state = act_of_state(request)
    if immune or (high and of_state):
        yield leaning(
            Lean.POLITICAL,
            Weight.DECISIVE,
            "a serving head of another state or government is sought"
            if immune
            else "a serving high official of another state is sought for what the facts show as an act of that state",
            *once(immune, high, of_state, others),
            mend="Immunities in international law and the neutrality of the organisation stand against it while "
            "the office is held; the national warrant is not touched by this",
        )
    elif others:
        yield leaning(
            Lean.POLITICAL,
            Weight.HEAVY if high or (offices and of_state) else Weight.LIGHT,
            "persons sought hold or held public or military office in another state",
            *others,
            mend="Show concrete personal acts outside the office",
        )
    else:
        yield satisfied("no person sought is said to hold office in another state", Evidence(path="persons"))


@rule("Constitution, Article 3; RPD 34(3)(c)", since=SINCE, colours=AGAINST_PERSONS)
def source_of_request(file: File) -> Iterator[Says]:
    """Is the source of the request apart from the conflict, and tied to the act?"""
    request = file.request
    if request.bureau in INTERNATIONAL_ENTITIES:
        because = "an international entity with jurisdiction of its own requests"
        yield leaning(Lean.ORDINARY, Weight.LIGHT, because, Evidence(path="bureau", passage=request.bureau))
        return
    against = once(victims(request, COMBATANTS), (where for where, _, _ in offices_elsewhere(request)))
    link = request.background.link_to_country if request.background else None
    means = means_of_war(request)
    if means and against:
        yield leaning(
            Lean.MILITARY,
            Weight.HEAVY,
            "the requesting country stands on one side of the armed action that its request is about",
            Evidence(path="bureau"),
            *once(means, against),
            mend="A body that is no party, such as a tribunal with jurisdiction, may request",
        )
    elif link:
        because = "the bureau says what ties act, place or victims to its country"
        yield leaning(
            Lean.ORDINARY, Weight.LIGHT, because, Evidence(path="background.link_to_country", passage=link[:300])
        )
    else:
        yield satisfied("nothing shows the source as a party", Evidence(path="bureau"))


@rule("Constitution, Article 3; RPD 34(3)(d)", since=SINCE, colours=AGAINST_PERSONS)
def positions_of_bureaus(file: File) -> Iterator[Says]:
    """Do other bureaus and international entities let the request stand?"""
    said = stances(file).values()
    against = [(place, one) for place, one in said if one.stance in (Stance.OBJECTS, Stance.PROTESTS)]
    support = [(place, one) for place, one in said if one.stance is Stance.SUPPORTS]
    evidence = (Evidence(path=place, passage=one.because or one.stance) for place, one in against or support)
    named = ", ".join(one.bureau for _, one in against or support)
    if against:
        yield leaning(
            Lean.POLITICAL,
            Weight.HEAVY,
            f"{named} objects to the request",
            *evidence,
            mend="Answer what the objection says; it may be withdrawn",
        )
    elif support:
        because = f"{named} supports the request, and nobody objects"
        yield leaning(Lean.ORDINARY, Weight.LIGHT, because, *evidence)
    else:
        yield satisfied("no bureau objects", Evidence(path="bureau"))


@rule(
    "Constitution, Article 3; RPD 34(3)(e)",
    since=SINCE,
    colours=AGAINST_PERSONS,
    source_note=NOT_READ,
    entities="cooperation agreements ask for help",
)
def international_obligations(file: File) -> Iterator[Says]:
    """Does international law ask states to help, rather than forbid it?"""
    request = file.request
    immune = once(where for where, kind, serving in offices_elsewhere(request) if serving and kind in IMMUNE)
    organisation = request.background.organisation if request.background else None
    if immune:
        yield leaning(
            Lean.POLITICAL,
            Weight.DECISIVE,
            "international law forbids states to arrest a serving head of state or government",
            *immune,
            mend="The immunity ends with the office",
        )
    elif organisation and organisation.un_listed:
        because = "the organisation is on a list of the Security Council, which binds all states"
        yield leaning(Lean.ORDINARY, Weight.LIGHT, because, Evidence(path="background.organisation"))
    else:
        yield satisfied("no obligation in international law stands against it", Evidence(path="persons"))


@rule(
    "Constitution, Article 3; RPD 34(3)(f)",
    since=SINCE,
    colours=AGAINST_PERSONS,
    entities="it takes no side between states",
)
def neutrality_of_organisation(file: File) -> Iterator[Says]:
    """Would the organisation take no side between states by circulating it?"""
    request = file.request
    offices = once(where for where, _, _ in offices_elsewhere(request))
    of_state = act_of_state(request)
    sought = request.assurances and request.assurances.extradition_will_be_sought
    if offices and of_state:
        yield leaning(
            Lean.POLITICAL,
            Weight.HEAVY,
            "to circulate it would side with one state against the officials of another for an act of that state",
            *once(offices, of_state),
            mend="Show that the act was not one of the other state",
        )
    elif offices and not sought:
        yield leaning(
            Lean.POLITICAL,
            Weight.LIGHT,
            "officials of another state are named, and no extradition is said to be sought: it may be only a symbol",
            *offices,
            mend="Say from which countries extradition will be sought",
        )
    else:
        yield satisfied("circulating it takes no side between states", Evidence(path="persons"))


@rule(
    "Constitution, Article 3; RPD 34(3)(g)",
    since=SINCE,
    colours=AGAINST_PERSONS,
    entities="the context is for it to judge",
)
def political_context(file: File) -> Iterator[Says]:
    """Is the general context of the case free of politics?"""
    request = file.request
    text = request.background.political_context if request.background else None
    said = (Evidence(path="background.political_context", passage=text[:300]),) if text else ()
    told = in_facts(request, "political_context")
    of_persons = once(
        *(passages("political_context", self_descriptions(n, person)) for n, person in enumerate(request.persons))
    )
    if said or told or of_persons:
        yield leaning(
            Lean.POLITICAL,
            Weight.LIGHT,
            "the case has a political context: it is weighed against concrete facts",
            *once(said, told, of_persons),
            mend="Give concrete, individual facts of violence or personal gain",
        )
    else:
        yield satisfied("no political context is told", Evidence(path="facts.summary"))


RULES = (
    ordinary_element,
    status_of_persons,
    source_of_request,
    positions_of_bureaus,
    international_obligations,
    neutrality_of_organisation,
    political_context,
)
