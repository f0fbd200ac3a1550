"""Neutrality (Constitution, Article 3): armed forces, military offences, conflicts within and between states."""

from __future__ import annotations

from collections.abc import Iterator

from rednotice.model.background import ArmedConflict
from rednotice.model.finding import Evidence, Lean, Weight
from rednotice.model.request import Capacity, Request
from rednotice.rules.categories import SINCE, STATUTE, by_charges_and_facts, charges_crime_under_international_law
from rednotice.rules.rule import AGAINST_PERSONS, File, Says, leaning, rule, satisfied
from rednotice.rules.signs import (
    COMBATANTS,
    answered,
    capacity,
    gain,
    in_any_charge,
    in_facts,
    means_of_war,
    once,
    ordinary_acts,
    outside_fighting,
    victims,
)


@rule(
    "Constitution, Article 3; RPD 34(3)(a)",
    since=SINCE,
    colours=AGAINST_PERSONS,
    entities="crimes under international law in armed conflict are its task",
)
def military_act(file: File) -> Iterator[Says]:
    """Are the facts free of an act of the armed forces of a state?"""
    request = file.request
    means = once(means_of_war(request), _fighting_between_states(request))
    forces = once(in_facts(request, "state_forces"), capacity(request, Capacity.MILITARY))
    harmed = victims(request, COMBATANTS)
    fighters = in_facts(request, "combatants")
    abroad = in_facts(request, "another_state") if fighters else ()
    evidence = once(means, forces, harmed, fighters)
    if means and (forces or harmed or abroad):
        if charges_crime_under_international_law(request) and outside_fighting(request) and not harmed:
            yield leaning(
                Lean.MILITARY,
                Weight.LIGHT,
                "the facts are an act of armed forces, charged as a crime under international law against civilians",
                *evidence,
                mend="It is weighed as a crime under international law; show what the person sought did",
            )
            return
        yield leaning(
            Lean.MILITARY,
            Weight.DECISIVE,
            "whatever the charges are called, the facts are an act of war by the forces of a state: "
            "the military element predominates",
            *evidence,
            mend="Only facts that show an ordinary crime apart from the military act would change this",
        )
    elif means or capacity(request, Capacity.MILITARY) or (forces and (harmed or fighters)):
        yield leaning(
            Lean.MILITARY,
            Weight.HEAVY if means and fighters else Weight.LIGHT,
            "the facts mention means or members of armed forces",
            *evidence,
            mend="Show that the act was an ordinary crime and not part of a military action",
        )
    else:
        yield satisfied("nothing in the facts is an act of armed forces", Evidence(path="facts.summary"))


def _fighting_between_states(request: Request) -> tuple[Evidence, ...]:
    between, combat = _conflict(request, ArmedConflict.BETWEEN_STATES), answered(request, "act_in_combat")
    return once(between, combat) if between and combat else ()


def _conflict(request: Request, which: ArmedConflict) -> tuple[Evidence, ...]:
    said = request.background.armed_conflict if request.background else None
    return (Evidence(path="background.armed_conflict", passage=said),) if said is which else ()


@rule("Constitution, Article 3; RPD 34(3)(a)", since=SINCE, colours=AGAINST_PERSONS, entities=STATUTE)
def military_offence(file: File) -> Iterator[Says]:
    """Are the charges more than offences that only a soldier can commit?"""
    yield from by_charges_and_facts(
        file,
        category="military_offence",
        lean=Lean.MILITARY,
        what="an offence that only a soldier can commit",
        unless=ordinary_acts(file.request),
    )


@rule(
    "Constitution, Article 3; RPD 34(3)(a), (g); AGN/20/RES/11",
    since=SINCE,
    colours=AGAINST_PERSONS,
    entities="conflicts within states are within its task",
)
def part_in_conflict(file: File) -> Iterator[Says]:
    """Are the facts free of a mere part in a coup, an uprising or fighting within a state?"""
    request = file.request
    charges = in_any_charge(request, "conflict_within")
    inside = once(_conflict(request, ArmedConflict.WITHIN_A_STATE), in_facts(request, "civil_war"))
    part = once(answered(request, "coup_or_uprising", "act_in_combat"), charges, in_facts(request, "conflict_within"))
    if not part and not inside:
        yield satisfied("no part in a coup, an uprising or fighting within a state is told", Evidence(path="facts"))
        return
    apart = once(outside_fighting(request), gain(request))
    lean = Lean.POLITICAL if not inside and not answered(request, "act_in_combat") else Lean.MILITARY
    if part and not apart:
        yield leaning(
            lean,
            Weight.HEAVY,
            "the facts tell of a part in a coup, an uprising or fighting, and of nothing outside it",
            *once(part, inside),
            mend="Show an attack on civilians, a killing outside the fighting, or a crime for gain",
        )
    else:
        yield leaning(
            lean,
            Weight.LIGHT,
            "the act stands in an armed conflict, a coup or an uprising",
            *once(part, inside, apart),
            mend="Show that the act itself stood outside the fighting",
        )


@rule(
    "Constitution, Article 3; RPD 34(3)(f), (g)",
    since=SINCE,
    colours=AGAINST_PERSONS,
    entities="it takes no side in a confrontation",
)
def armed_confrontation(file: File) -> Iterator[Says]:
    """Is the general context free of an armed confrontation between states?"""
    request = file.request
    between = _conflict(request, ArmedConflict.BETWEEN_STATES)
    strikes = means_of_war(request)
    answers = in_facts(request, "confrontation")
    forces = once(in_facts(request, "state_forces"), victims(request, COMBATANTS))
    crime = charges_crime_under_international_law(request) and outside_fighting(request)
    if strikes and answers and forces and not crime:
        yield leaning(
            Lean.MILITARY,
            Weight.DECISIVE,
            "the act stands in a chain of armed action and counter-action: to circulate it would take a side",
            *once(strikes, answers, between),
            mend="Nothing that the bureau can add changes the context; the request may return when it has passed",
        )
    elif between or answers:
        yield leaning(
            Lean.MILITARY,
            Weight.LIGHT,
            "the facts speak of an answer or a confrontation",
            *once(answers, between),
            mend="Show that the act stands apart from it",
        )
    else:
        yield satisfied("no armed confrontation is mentioned", Evidence(path="facts.summary"))


RULES = (military_act, military_offence, part_in_conflict, armed_confrontation)
