"""Notices about persons who are not to be arrested: blue, green and yellow (RPD 88-90)."""

from __future__ import annotations

from collections.abc import Iterator

from rednotice.model.finding import Evidence
from rednotice.model.person import Person, PersonRole
from rednotice.model.request import Colour, Request
from rednotice.model.sections import Assessment, Disappearance
from rednotice.rules.figures import figure
from rednotice.rules.rule import EVERY, File, Says, barred, doubtful, missing, not_said, rule, satisfied, whose
from rednotice.rules.special_persons import may_be_minor
from rednotice.rules.text import charge_texts

IN_FORCE = "2012-07-01"
FROM_THE_TABLE = (
    "Articles of the domain sheet's table of notices; the text of the articles was not read beside this rule."
)

BLUE, GREEN, YELLOW = frozenset({Colour.BLUE}), frozenset({Colour.GREEN}), frozenset({Colour.YELLOW})


# --- All colours but red, whose own articles ask for more ------------------------------------------------------


@rule("RPD 76, 88-93", since=IN_FORCE, colours=EVERY - {Colour.RED}, source_note=FROM_THE_TABLE)
def summary_and_contact(file: File) -> Iterator[Says]:
    """Is it told clearly what happened, and whom to ask?"""
    request = file.request
    lacking = {}
    if len(request.facts.summary) < figure("summary_minimum_characters", file.on):
        lacking["facts.summary"] = "what happened, in more than a phrase"
    if request.contact is None:
        lacking["contact"] = "whom an officer can ask"
    if lacking:
        yield not_said(
            "the request does not say {}",
            lacking,
            mend="Add it: those who receive the notice know nothing else of the case",
        )
    else:
        yield satisfied("the summary and a contact are given", Evidence(path="facts.summary"), Evidence(path="contact"))


@rule("RPD 88-90", since=IN_FORCE, colours=BLUE | GREEN | YELLOW | {Colour.SILVER}, source_note=FROM_THE_TABLE)
def recognisable(file: File) -> Iterator[Says]:
    """Is enough known of every person to tell him or her from others?"""
    request = file.request
    unknown = [n for n, person in enumerate(request.persons) if not (person.is_named or can_be_seen(person))]
    for n in unknown:
        yield missing(
            f"nothing tells persons[{n}] from others: no name, photograph, trace or description",
            Evidence(path=f"persons[{n}]"),
            mend="Give a name, a photograph, fingerprints, a DNA profile or a description",
        )
    if not unknown:
        yield satisfied("every person can be told from others", Evidence(path="persons"))


def can_be_seen(person: Person) -> bool:
    """Whether anything is given of a person's body: photograph, traces or description."""
    return bool(person.biometrics) or bool(person.description and not person.description.is_blank)


def offences_named(request: Request) -> list[Evidence]:
    """The offences of a request, each with its place."""
    return [Evidence(path=path, passage=text) for path, text in charge_texts(enumerate(request.warrants))]


# --- Blue ------------------------------------------------------------------------------------------------------

OF_INTEREST = {
    PersonRole.SUSPECT,
    PersonRole.ACCUSED,
    PersonRole.CONVICTED,
    PersonRole.WITNESS,
    PersonRole.VICTIM,
}


@rule("RPD 88", since=IN_FORCE, colours=BLUE, source_note=FROM_THE_TABLE)
def person_of_interest(file: File) -> Iterator[Says]:
    """Is every person of interest to a criminal investigation, and in what role?"""
    for n, person in enumerate(file.request.persons):
        where = Evidence(path=f"persons[{n}].role", passage=person.role)
        if person.role is None:
            yield missing(
                f"nothing says what {whose(file.request, n)} is to the investigation",
                where,
                mend="Say whether suspect, accused, convicted, witness or victim (role)",
            )
        elif person.role in OF_INTEREST:
            yield satisfied(f"{whose(file.request, n)} is a {person.role} in the investigation", where)
        else:
            yield barred(
                f"{whose(file.request, n)} is {person.role}, and of no interest to a criminal investigation",
                where,
                mend="Ask for a yellow or a black notice, or correct the role",
            )


@rule("RPD 88", since=IN_FORCE, colours=BLUE, source_note=FROM_THE_TABLE)
def criminal_investigation(file: File) -> Iterator[Says]:
    """Is there a criminal investigation, and what is it about?"""
    offences = offences_named(file.request)
    if offences:
        yield satisfied("the offences under investigation are named", *offences)
    else:
        yield missing(
            "no offence is named that is being investigated",
            Evidence(path="warrants"),
            mend="Name the offences under investigation as a warrant or order, with its authority and file number",
        )


# --- Green -----------------------------------------------------------------------------------------------------


@rule("RPD 89", since=IN_FORCE, colours=GREEN, source_note=FROM_THE_TABLE)
def assessed_as_a_threat(file: File) -> Iterator[Says]:
    """Did a law-enforcement authority assess the person as a possible threat to public safety?"""
    given = file.request.assessment or Assessment()
    lacking = {
        f"assessment.{field}": words
        for field, words in (("authority", "who assessed it"), ("threat", "what threat the person is"))
        if getattr(given, field) is None
    }
    if lacking:
        yield not_said("the assessment does not say {}", lacking, mend="Give the assessment of the authority")
    else:
        yield satisfied(f"{given.authority} assessed the person as a threat", Evidence(path="assessment"))


@rule("RPD 89", since=IN_FORCE, colours=GREEN, source_note=FROM_THE_TABLE)
def grounds_of_the_assessment(file: File) -> Iterator[Says]:
    """Does the assessment rest on convictions or on other reasonable grounds?"""
    given = file.request.assessment or Assessment()
    if given.convictions:
        yield satisfied(f"it rests on convictions ({len(given.convictions)})", Evidence(path="assessment.convictions"))
    elif given.other_grounds:
        yield satisfied("it rests on reasonable grounds", Evidence(path="assessment.other_grounds"))
    else:
        yield missing(
            "neither convictions nor other reasonable grounds are given",
            Evidence(path="assessment.convictions"),
            mend="Give the convictions, or the grounds without them",
        )


# --- Yellow ----------------------------------------------------------------------------------------------------


@rule("RPD 90", since=IN_FORCE, colours=YELLOW, source_note=FROM_THE_TABLE)
def missing_or_unidentified(file: File) -> Iterator[Says]:
    """Is every person missing, or unable to say who he or she is?"""
    for n, person in enumerate(file.request.persons):
        where = Evidence(path=f"persons[{n}].role", passage=person.role)
        if person.role in (PersonRole.MISSING, PersonRole.UNIDENTIFIED):
            yield satisfied(f"{whose(file.request, n)} is {person.role}", where)
        elif person.role is None:
            yield missing(
                f"nothing says whether {whose(file.request, n)} is missing or cannot say who he or she is",
                where,
                mend="Say it (role)",
            )
        else:
            yield barred(
                f"{whose(file.request, n)} is {person.role}; a yellow notice is no means to find somebody for a crime",
                where,
                mend="Ask for a notice of another colour, or correct the role",
            )


@rule("RPD 90", since=IN_FORCE, colours=YELLOW, source_note=FROM_THE_TABLE)
def disappearance_reported(file: File) -> Iterator[Says]:
    """Was the disappearance reported to the police, or is it said how the person was found?"""
    given = file.request.disappearance or Disappearance()
    roles = {person.role for person in file.request.persons}
    lacking = {}
    if roles != {PersonRole.UNIDENTIFIED}:
        if given.reported_on is None:
            lacking["disappearance.reported_on"] = "when it was reported"
        if given.reported_to is None:
            lacking["disappearance.reported_to"] = "to whom it was reported"
    if given.circumstances is None:
        lacking["disappearance.circumstances"] = "in what circumstances"
    if lacking:
        yield not_said("of the disappearance it is not said {}", lacking, mend="Give it from the report")
    else:
        yield satisfied("the report and the circumstances are given", Evidence(path="disappearance"))


@rule("RPD 90", since=IN_FORCE, colours=YELLOW, source_note=FROM_THE_TABLE)
def privacy_of_adults(file: File) -> Iterator[Says]:
    """If an adult is missing, is his or her own will weighed?"""
    request = file.request
    may_stay_away = request.disappearance.may_stay_away if request.disappearance else None
    where = Evidence(path="disappearance.may_stay_away")
    adults = [
        n
        for n, person in enumerate(request.persons)
        if person.role is PersonRole.MISSING and not may_be_minor(person, file.on.isoformat(), file.on)
    ]
    if not adults:
        yield satisfied("no adult is missing", Evidence(path="persons"))
    elif may_stay_away is None:
        yield missing(
            f"nothing says whether {whose(request, adults[0])} may have left of his or her own will",
            where,
            mend="Say it (may_stay_away); without a date of birth a person is taken for an adult",
        )
    elif may_stay_away:
        yield doubtful(
            f"{whose(request, adults[0])} may have left of his or her own will, and has a right to",
            where,
            mend="Weigh the danger to the person against privacy; tell the family no more than that he or she lives",
        )
    else:
        yield satisfied("nothing suggests that the person left of his or her own will", where)


RULES = (
    summary_and_contact,
    recognisable,
    person_of_interest,
    criminal_investigation,
    assessed_as_a_threat,
    grounds_of_the_assessment,
    missing_or_unidentified,
    disappearance_reported,
    privacy_of_adults,
)
