"""What a bureau files: colour, persons, warrants, facts, assurances."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, StrictBool, ValidationError

from rednotice.errors import Fault, InvalidInput, quote
from rednotice.model.background import Background, Proceedings
from rednotice.model.faults import faults
from rednotice.model.person import Person
from rednotice.model.sections import Assessment, Asset, DeadBody, Disappearance, ModusOperandi, Threat
from rednotice.model.values import BureauCode, CountryCode, Line, Noun, PartialDate, Text, earliest
from rednotice.model.warrant import Warrant

PERSONS_LIMIT = 1_000


class Colour(StrEnum):
    """The colours of notices (RPD 82-95)."""

    RED = "red"
    BLUE = "blue"
    GREEN = "green"
    YELLOW = "yellow"
    BLACK = "black"
    PURPLE = "purple"
    ORANGE = "orange"
    SILVER = "silver"
    SPECIAL = "special"


WITHOUT_PERSON = frozenset({Colour.BLACK, Colour.PURPLE, Colour.ORANGE})
"""Colours whose notices may be about a body, a method or a thing, and name nobody."""


class Language(StrEnum):
    """The official languages in which a request may be written (RPD 76)."""

    ARABIC = "ar"
    ENGLISH = "en"
    FRENCH = "fr"
    SPANISH = "es"


class VictimStatus(StrEnum):
    """In what capacity somebody was harmed."""

    PRIVATE_PERSON = "private person"
    PUBLIC_OFFICIAL = "public official"
    POLITICIAN = "politician"
    MEMBER_OF_ARMED_FORCES = "member of armed forces"
    MEMBER_OF_ARMED_GROUP = "member of an armed group"


class Victim(Noun):
    """Somebody who was harmed, and in what capacity."""

    name: Line | None = None
    status: VictimStatus | None = None
    description: Line | None = None


class Capacity(StrEnum):
    """In what capacity the act is said to have been done."""

    PRIVATE = "private"
    OFFICIAL = "official"
    MILITARY = "military"


class Facts(Noun):
    """What happened, when and where (RPD 83(2)(b))."""

    summary: Text
    date: PartialDate | None = None
    place: Line | None = None
    country: CountryCode | None = None
    capacity: Capacity | None = Field(None, description="In what capacity the act was done, if the bureau says so")
    victims: Annotated[tuple[Victim, ...], Field(max_length=1_000)] = ()


class Assurances(Noun):
    """What the requesting bureau vouches for (RPD 84)."""

    authority_has_power: StrictBool = Field(description="The issuing authority has the power to issue the warrant")
    extradition_will_be_sought: StrictBool
    coordinated_with: Line | None = Field(None, description="The authority responsible for extradition")
    appeal_to_judicial_authority: StrictBool | None = Field(
        None, description="Asked only if the warrant is not of a judicial authority"
    )
    no_death_penalty: StrictBool | None = Field(
        None, description="The death penalty will not be imposed or carried out; asked only if the law threatens it"
    )
    life_sentence_reviewed: StrictBool | None = Field(
        None, description="A life sentence is open to review; asked only if the law threatens one"
    )


class Extradition(Noun):
    """Where and on what ground extradition will be sought (RPD 85)."""

    countries: Annotated[tuple[CountryCode, ...], Field(max_length=250)] = ()
    everywhere: StrictBool = False
    treaties: Annotated[tuple[Line, ...], Field(max_length=250)] = ()


class Contact(Noun):
    """Whom to ask at the requesting bureau."""

    name: Line
    telephone: Line | None = None
    email: Line | None = None


class Urgency(StrEnum):
    """How soon a bureau needs an answer."""

    ROUTINE = "routine"
    URGENT = "urgent"


class Restriction(Noun):
    """A bureau that may not have access, and why (RPD 58)."""

    bureau: BureauCode
    reason: Text


class Diffusion(Noun):
    """That a bureau sends the request itself to chosen bureaus, and the office reviews it after (RPD 97-101)."""

    to: Annotated[tuple[BureauCode, ...], Field(max_length=250)] = ()
    everywhere: StrictBool = False


class PublicExtract(Noun):
    """What of a notice the public may see (RPD 61)."""

    consent: StrictBool = Field(description="The bureau agrees that an extract is made public")
    photograph: StrictBool = False


class Request(Noun):
    """A request for notices about one or many persons, on one or many warrants (RPD 76, 82-85)."""

    colour: Colour
    bureau: BureauCode
    reference: Line = Field(description="The file number at the requesting bureau")
    language: Language = Language.ENGLISH
    title: Line | None = None
    remark: Text | None = None
    facts: Facts
    persons: Annotated[tuple[Person, ...], Field(max_length=PERSONS_LIMIT)] = ()
    warrants: Annotated[tuple[Warrant, ...], Field(max_length=PERSONS_LIMIT)] = ()
    assurances: Assurances | None = None
    extradition: Extradition | None = None
    contact: Contact | None = None
    urgency: Urgency = Urgency.ROUTINE
    background: Background | None = Field(None, description="Answers for the neutrality test")
    proceedings: Proceedings | None = Field(None, description="What other authorities decided on these persons")
    restrictions: Annotated[tuple[Restriction, ...], Field(max_length=250)] = ()
    public_extract: PublicExtract | None = None
    diffusion: Diffusion | None = Field(None, description="Only for a diffusion, which the bureau sends itself")
    assessment: Assessment | None = Field(None, description="Only for green")
    disappearance: Disappearance | None = Field(None, description="Only for yellow")
    body: DeadBody | None = Field(None, description="Only for black")
    modus_operandi: ModusOperandi | None = Field(None, description="Only for purple")
    threat: Threat | None = Field(None, description="Only for orange")
    assets: Annotated[tuple[Asset, ...], Field(max_length=1_000)] = Field((), description="Only for silver")
    particular_importance: Text | None = Field(
        None, description="Why publication matters although a threshold is not met (RPD 83(1)(b))"
    )

    def warrants_for(self, person: Person) -> tuple[Warrant, ...]:
        """The warrants of this request that name the person."""
        return tuple(warrant for warrant in self.warrants if warrant.names_person(person.key))


def read_request(document: object, today: date) -> Request:
    """Turns a document into a request, or reports everything that is wrong with it at once.

    Args:
        document: what a YAML or JSON file or a request body held.
        today: the day against which dates are found to lie in the future.

    Raises:
        InvalidInput: with every fault of form, of dates, of keys and of persons entered twice.
    """
    found: list[Fault] = []
    request: Request | None = None
    try:
        request = Request.model_validate(document)
    except ValidationError as error:
        found += faults(error)
    # Entry by entry as well, so that one malformed person does not hide that two others are the same.
    persons = dict(_valid_entries(document, "persons", Person))
    warrants = dict(_valid_entries(document, "warrants", Warrant))
    if request and not request.persons and request.colour not in WITHOUT_PERSON:
        found.append(Fault("persons", "names nobody", f"A {request.colour} notice is about a person: add one"))
    found += _future_dates(_valid_facts(document), persons, warrants, today)
    found += _future_dates_of_sections(request, today) if request else ()
    found += _keys(persons, warrants, complete=request is not None)
    found += _keys_of_proceedings(request) if request else ()
    found += _persons_twice(persons)
    if found or request is None:
        raise InvalidInput(found, "request")
    return request


def _valid_entries(document: object, field: str, noun: type[Any]) -> Iterator[tuple[int, Any]]:
    entries = document.get(field) if isinstance(document, dict) else None
    for position, entry in enumerate(entries if isinstance(entries, list | tuple) else ()):
        try:
            yield position, noun.model_validate(entry)
        except ValidationError:
            continue


def _valid_facts(document: object) -> Facts | None:
    try:
        return Facts.model_validate(document.get("facts") if isinstance(document, dict) else None)
    except ValidationError:
        return None


def _future_dates(
    facts: Facts | None, persons: dict[int, Person], warrants: dict[int, Warrant], today: date
) -> Iterator[Fault]:
    dated: list[tuple[str, str | None]] = [("facts.date", facts.date if facts else None)]
    for n, person in persons.items():
        dated.append((f"persons[{n}].born", person.born))
        dated += [(f"persons[{n}].also_born[{m}]", when) for m, when in enumerate(person.also_born)]
    dated += [(f"warrants[{n}].date", warrant.date) for n, warrant in warrants.items()]
    yield from _in_the_future(dated, today)


def _in_the_future(dated: Iterable[tuple[str, str | None]], today: date) -> Iterator[Fault]:
    for where, when in dated:
        if when and earliest(when) > today:
            yield Fault(where, f"{quote(when)} lies in the future (today is {today})", "Correct the date")


def _future_dates_of_sections(request: Request, today: date) -> Iterator[Fault]:
    body, disappearance, assessment = request.body, request.disappearance, request.assessment
    dated = [
        ("body.found_on", body.found_on if body else None),
        ("disappearance.reported_on", disappearance.reported_on if disappearance else None),
        ("assessment.date", assessment.date if assessment else None),
    ]
    return _in_the_future(dated, today)


def _keys(persons: dict[int, Person], warrants: dict[int, Warrant], complete: bool) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for n, person in persons.items():
        if person.key and first.setdefault(person.key, n) != n:
            problem = f"the key {quote(person.key)} is that of persons[{first[person.key]}] already"
            yield Fault(f"persons[{n}].key", problem, "Give each entry a key of its own")
    for n, warrant in warrants.items():
        for m, key in enumerate(warrant.persons):
            # A person who could not be read may be the one who bears the key.
            if complete and key not in first:
                yield _nobody_has(f"warrants[{n}].persons[{m}]", key)


def _keys_of_proceedings(request: Request) -> Iterator[Fault]:
    known = {person.key for person in request.persons}
    proceedings = request.proceedings or Proceedings()
    for field in ("earlier_judgments", "extradition_refused"):
        for n, decided in enumerate(getattr(proceedings, field)):
            for m, key in enumerate(decided.persons):
                if key not in known:
                    yield _nobody_has(f"proceedings.{field}[{n}].persons[{m}]", key)


def _nobody_has(path: str, key: str) -> Fault:
    return Fault(path, f"no person of this request has the key {quote(key)}", "Use the key of an entry in persons")


def _persons_twice(persons: dict[int, Person]) -> Iterator[Fault]:
    seen: dict[tuple[str, ...], int] = {}
    for n, person in persons.items():
        for identity, what in _identities(person):
            earlier = seen.setdefault(identity, n)
            if earlier != n:
                problem = f"is the person of persons[{earlier}] again (same {what})"
                yield Fault(f"persons[{n}]", problem, "Keep one entry and put all names and documents into it")
                break


def _identities(person: Person) -> Iterator[tuple[tuple[str, ...], str]]:
    for document in person.documents:
        number = "".join(document.number.split()).upper()
        yield ("document", document.kind, document.country or "", number), f"document number {quote(number)}"
    if person.is_named:
        words = sorted(person.principal_name.casefold().split())
        yield ("name", *words, person.born or ""), "name and date of birth" if person.born else "name"
