"""Neutrality (Constitution, Article 3): the categories of practice, one rule each.

A category leans to its side whether the charge says so, the bureau's answer, or the facts under another name. Concrete
facts of violence or gain make it weigh less; which side predominates, `predominance` says.
"""

from __future__ import annotations

from collections.abc import Iterator

from rednotice.model.finding import Evidence, Lean, Stance, Weight
from rednotice.model.request import Capacity, Request
from rednotice.model.values import bureau_name
from rednotice.rules.rule import AGAINST_PERSONS, File, Says, doubtful, groups, leaning, missing, rule, satisfied
from rednotice.rules.signs import (
    POLITICIANS,
    answered,
    capacity,
    in_any_charge,
    in_charges,
    in_facts,
    once,
    ordinary_acts,
    self_descriptions,
    stances,
)
from rednotice.rules.text import charge_texts, passages

SINCE = "1956-06-13"

STATUTE = "what it may charge its statute says"
PRACTICE = "Categories of practice as the domain sheet sums them up; the repository of practice itself was not read."


def by_charges_and_facts(
    file: File,
    *,
    category: str,
    lean: Lean,
    what: str,
    question: str | None = None,
    unless: tuple[Evidence, ...] = (),
    concrete: bool = True,
) -> Iterator[Says]:
    """What a category of practice says: of charges, of the bureau's answer, and of facts under another name.

    Args:
        file: what is examined.
        category: the terms to look for.
        lean: the side to which the category leans.
        what: the category in words.
        question: the question on the background that asks for it.
        unless: what else the facts show that speaks against a bar.
        concrete: whether such facts make light of a category that only the facts tell of.
    """
    request = file.request
    mend = "Show a crime apart from this: what the person sought did, to whom, for what gain"
    charged = False
    for group in groups(request):
        paths = {path for path, _ in charge_texts(group.warrants)}
        hits = in_charges(group, category)
        if hits:
            charged = True
            alone = {hit.path for hit in hits} == paths
            beside = "beside concrete facts of another kind" if alone else "beside other charges"
            decisive = alone and not unless
            because = f"every charge is {what}" if decisive else f"a charge is {what}, {beside}"
            weight = Weight.DECISIVE if decisive else Weight.HEAVY
            yield leaning(lean, weight, group.named + because, *once(hits, unless), mend=mend)
    said = answered(request, question) if question else ()
    told = in_facts(request, category)
    if said:
        weight = Weight.HEAVY if unless else Weight.DECISIVE
        yield leaning(lean, weight, f"the bureau says that it is {what}", *once(said, told, unless), mend=mend)
    elif told and not charged:
        weight = Weight.LIGHT if unless and concrete else Weight.HEAVY
        because = f"whatever the charges are called, the facts tell of {what}"
        yield leaning(lean, weight, because, *once(told, unless), mend=mend)
    elif not charged:
        yield satisfied(f"neither charges nor facts tell of {what}", Evidence(path="facts.summary"))


@rule(
    "Constitution, Article 3; RPD 34(3)(a); AGN/20/RES/11",
    since=SINCE,
    colours=AGAINST_PERSONS,
    source_note=PRACTICE,
    entities=STATUTE,
)
def pure_political_offence(file: File) -> Iterator[Says]:
    """Are the charges more than an offence against the state as such?"""
    yield from by_charges_and_facts(
        file,
        category="pure_political_offence",
        lean=Lean.POLITICAL,
        what="an offence against the state as such",
        unless=ordinary_acts(file.request),
    )


@rule(
    "Constitution, Article 3, 2(a); RPD 34(3)(a)",
    since=SINCE,
    colours=AGAINST_PERSONS,
    source_note=PRACTICE,
    entities=STATUTE,
)
def expression_or_assembly(file: File) -> Iterator[Says]:
    """Is the person sought for more than speech, publication or peaceful protest?"""
    incitement = once(
        in_facts(file.request, "incitement"),
        in_any_charge(file.request, "incitement"),
    )
    yield from by_charges_and_facts(
        file,
        category="expression",
        lean=Lean.POLITICAL,
        what="speech, publication or assembly",
        question="expression_or_assembly",
        unless=once(incitement, ordinary_acts(file.request)),
        # Words that call for concrete violence stay words: people weigh them.
        concrete=not incitement,
    )


@rule(
    "Constitution, Article 3; RPD 34(3)(a)",
    since=SINCE,
    colours=AGAINST_PERSONS,
    source_note=PRACTICE,
    entities=STATUTE,
)
def election_offence(file: File) -> Iterator[Says]:
    """Are the charges more than an offence about an election as such?"""
    yield from by_charges_and_facts(
        file,
        category="election",
        lean=Lean.POLITICAL,
        what="an offence about an election as such",
        question="election",
        unless=ordinary_acts(file.request),
    )


@rule(
    "Constitution, Article 3; RPD 34(3)(a), (b)",
    since=SINCE,
    colours=AGAINST_PERSONS,
    source_note=PRACTICE,
    entities=STATUTE,
)
def religion_or_race(file: File) -> Iterator[Says]:
    """Is the person sought for more than a belief, or belonging to a religious or racial group?"""
    race = once(in_facts(file.request, "race"), in_any_charge(file.request, "race"))
    yield from by_charges_and_facts(
        file,
        category="race" if race else "religion",
        lean=Lean.RACIAL if race else Lean.RELIGIOUS,
        what="belonging to a group by descent" if race else "a belief, or belonging to a religious group",
        question="religion_or_race",
        unless=ordinary_acts(file.request),
    )


@rule(
    "Constitution, Article 3; RPD 34(3)(a), (b)",
    since=SINCE,
    colours=AGAINST_PERSONS,
    source_note=PRACTICE,
    entities="the official capacity of persons is for it to judge",
)
def acts_in_office(file: File) -> Iterator[Says]:
    """Are the facts more than decisions, policy or use of a budget in a public office?"""
    request = file.request
    said = answered(request, "exercise_of_office")
    official = capacity(request, Capacity.OFFICIAL)
    told = once(in_facts(request, "office_acts"), in_any_charge(request, "office_acts"))
    holders = _holders_of_office(request)
    concrete = ordinary_acts(request)
    if not said and not official and not (told and holders):
        yield satisfied("no decision in a public office is told", Evidence(path="facts.summary"))
    elif concrete:
        yield leaning(
            Lean.POLITICAL,
            Weight.LIGHT,
            "the act was done in a public office, and the facts show private gain or violence",
            *once(said, official, told, concrete),
            mend="Say which gain came to whom, and how it is known",
        )
    else:
        yield leaning(
            Lean.POLITICAL,
            Weight.DECISIVE if said else Weight.HEAVY,
            "the facts are acts in the exercise of a public office, and show no gain of the person's own",
            *once(said, official, told, holders),
            mend="Show a private gain (bribe, embezzlement, laundering) or a violent crime outside the office",
        )


def _holders_of_office(request: Request) -> tuple[Evidence, ...]:
    found = list(in_facts(request, "political_office"))
    for n, person in enumerate(request.persons):
        found += [
            Evidence(path=f"persons[{n}].offices[{m}]", passage=office.kind)
            for m, office in enumerate(person.offices)
            if office.kind in POLITICIANS
        ]
        found += passages("political_office", self_descriptions(n, person))
    return once(found)


@rule(
    "Constitution, Article 3; RPD 34(3)(a); AGN/53/RES/7",
    since=SINCE,
    colours=AGAINST_PERSONS,
    source_note=PRACTICE,
    entities=STATUTE,
)
def terrorist_membership(file: File) -> Iterator[Says]:
    """Do the facts show an active part of the person's own, beyond membership or support?"""
    request = file.request
    organisation = request.background.organisation if request.background else None
    said = (
        (Evidence(path="background.organisation.membership_only", passage="yes"),)
        if organisation and organisation.membership_only
        else ()
    )
    charged = once(
        said,
        in_any_charge(request, "terrorist_membership"),
        in_facts(request, "terrorist_membership"),
    )
    acts = ordinary_acts(request)
    if not charged:
        yield satisfied("membership or support alone is not what is charged", Evidence(path="warrants"))
    elif acts and not said:
        yield satisfied("beside membership, the facts show acts", *once(charged, acts))
    elif acts or (organisation and organisation.un_listed):
        yield leaning(
            Lean.POLITICAL,
            Weight.LIGHT,
            "membership or support is charged: of an organisation on a list of the Security Council, or beside acts",
            *once(charged, acts),
            mend="Say what the person did: an active and meaningful part of his or her own",
        )
    else:
        yield missing(
            "membership or support is charged, and no act of the person's own is told",
            *charged,
            mend="Say what the person did: an active and meaningful part of his or her own; and whether the "
            "organisation is on a list of the Security Council",
            lean=Lean.POLITICAL,
            weight=Weight.LIGHT,
        )


def charges_crime_under_international_law(request: Request) -> tuple[Evidence, ...]:
    """What shows that genocide, a crime against humanity or a war crime is charged."""
    return once(
        answered(request, "crime_under_international_law"),
        in_any_charge(request, "international_crime"),
    )


@rule(
    "Constitution, Article 3; RPD 34(3)(a), (d), (e); AG-2010-RES-10; AGN/63/RES/9",
    since=SINCE,
    colours=AGAINST_PERSONS,
    source_note="The resolutions of 1994 and 2010 as the domain sheet sums them up.",
    entities="it acts under its cooperation agreement",
)
def crime_under_international_law(file: File) -> Iterator[Says]:
    """Where a crime under international law is charged, may the country of the person's nationality still protest?"""
    request = file.request
    charged = charges_crime_under_international_law(request)
    if not charged:
        yield satisfied("no crime under international law is charged", Evidence(path="warrants"))
        return
    said = stances(file)
    quiet = True
    for n, person in enumerate(request.persons):
        where = Evidence(path=f"persons[{n}].nationalities", passage=", ".join(person.nationalities) or None)
        others = [country for country in person.nationalities if country != request.bureau]
        protests = [
            said[country] for country in others if country in said and said[country][1].stance is Stance.PROTESTS
        ]
        silent = [country for country in others if country not in said]
        if protests:
            quiet = False
            place, protest = protests[0]
            yield leaning(
                Lean.POLITICAL,
                Weight.DECISIVE,
                f"bureau {protest.bureau} protests against the prosecution of its national by another country",
                where,
                Evidence(path=place, passage=protest.because),
                *charged,
                mend="A tribunal with jurisdiction may request, or the bureau that protests may withdraw its protest",
            )
        elif silent or not person.nationalities:
            quiet = False
            whom = ", ".join(map(bureau_name, silent)) or "a country that is not named"
            yield doubtful(
                f"a national of {whom} is charged with a crime under international law by another country",
                where,
                *charged,
                mend="Inform that country's bureau, which may protest within 30 days, and wait for its position",
            )
    if quiet:
        yield satisfied("nationals of the requesting country, or of countries whose bureaus do not protest", *charged)


RULES = (
    pure_political_offence,
    expression_or_assembly,
    acts_in_office,
    election_offence,
    terrorist_membership,
    religion_or_race,
    crime_under_international_law,
)
