"""What a red notice must say (RPD 83(2), 84, 85): identity, judicial data, assurances, data useful for action."""

from __future__ import annotations

from collections.abc import Iterator

from rednotice.model.finding import Evidence
from rednotice.model.person import BiometricKind, NameKind, Person
from rednotice.model.warrant import AuthorityKind
from rednotice.rules.figures import figure
from rednotice.rules.rule import RED, File, Says, missing, not_said, rule, satisfied
from rednotice.rules.text import fold, terms

IN_FORCE = "2012-07-01"


@rule("RPD 83(2)(a)", since=IN_FORCE, colours=RED)
def identity(file: File) -> Iterator[Says]:
    """Is every person identified well enough to be found, and not to be taken for another?"""
    for n, person in enumerate(file.request.persons):
        yield _identity_of(f"persons[{n}]", person)


def _identity_of(where: str, person: Person) -> Says:
    lacking = _lacking_by_data(person)
    if not lacking:
        return satisfied("family name, forename, sex, birth and a further identifier are given", Evidence(path=where))
    photograph = any(held.kind is BiometricKind.PHOTOGRAPH and held.good for held in person.biometrics)
    further = person.names or person.father or person.mother or _is_described(person) or _has_traces(person)
    if photograph and further:
        return satisfied("a good photograph and further data are given", Evidence(path=where))
    return missing(
        f"{person.principal_name if person.is_named else where} cannot be identified: "
        f"no {', no '.join(lacking.values())}",
        *(Evidence(path=f"{where}.{field}") for field in lacking),
        mend="Give what is missing, or a good photograph and further data",
    )


def _lacking_by_data(person: Person) -> dict[str, str]:
    """What is missing for the first alternative of RPD 83(2)(a): field to words."""
    lacking = {}
    # An alias alone says neither.
    names = [name for name in person.names if name.kind is not NameKind.ALIAS]
    if not any(name.family or name.full for name in names):
        lacking["names"] = "family name"
    if not any(name.given or name.full for name in names):
        lacking["names"] = "name" if "names" in lacking else "forename"
    if person.sex is None:
        lacking["sex"] = "sex"
    if person.born is None:
        lacking["born"] = "year of birth"
    if not (_is_described(person) or person.documents or _has_traces(person)):
        lacking["documents"] = "description, DNA profile, fingerprints or identity document"
    return lacking


def _is_described(person: Person) -> bool:
    return person.description is not None and not person.description.is_blank


def _has_traces(person: Person) -> bool:
    return any(held.kind in (BiometricKind.FINGERPRINTS, BiometricKind.DNA_PROFILE) for held in person.biometrics)


@rule("RPD 83(2)(b)(i)", since=IN_FORCE, colours=RED)
def summary_of_facts(file: File) -> Iterator[Says]:
    """Does the summary say what each person did, when and where?"""
    facts, persons = file.request.facts, file.request.persons
    lacking = {}
    if facts.date is None:
        lacking["facts.date"] = "when"
    if facts.place is None and facts.country is None:
        lacking["facts.place"] = "where"
    if len(facts.summary) < figure("summary_minimum_characters", file.on):
        lacking["facts.summary"] = "what was done, in more than a phrase"
    if lacking:
        yield not_said(
            "the summary does not say {}", lacking, mend="Say clearly and briefly what was done, when and where"
        )
    # "See warrant" or "is suspected" shows no part in the act.
    empty = terms("no_part_stated")
    silent = [
        n
        for n, person in enumerate(persons)
        if not person.part_played or empty.fullmatch(fold(person.part_played).strip(" .!؟"))
    ]
    if silent:
        yield missing(
            f"nothing says what part {_count(len(silent), len(persons))} played in the act",
            *(Evidence(path=f"persons[{n}].part_played") for n in silent),
            mend="Say for each person what he or she did (part_played)",
        )
    if not lacking and not silent:
        yield satisfied("what, when, where and the part of each person are stated", Evidence(path="facts"))


def _count(some: int, all_: int) -> str:
    if all_ == 1:
        return "the person"
    return f"any of the {all_} persons" if some == all_ else f"{some} of the {all_} persons"


@rule("RPD 83(2)(b)(ii)-(iv)", since=IN_FORCE, colours=RED)
def charges_law_and_penalty(file: File) -> Iterator[Says]:
    """Are the charges given, the law that makes each an offence, and the penalty?"""
    if not file.request.warrants:
        yield missing("no charge", Evidence(path="warrants"), mend="Add a warrant with its charges")
    for n, warrant in enumerate(file.request.warrants):
        if not warrant.offences:
            yield missing("no charge", Evidence(path=f"warrants[{n}].offences"), mend="Add the charges")
        for m, offence in enumerate(warrant.offences):
            where = f"warrants[{n}].offences[{m}]"
            lacking = [field for field in ("law", "maximum_penalty") if getattr(offence, field) is None]
            if lacking and not (lacking == ["maximum_penalty"] and warrant.sentence):
                yield missing(
                    f"'{offence.charge}' stands without {' and '.join(field.replace('_', ' ') for field in lacking)}",
                    *(Evidence(path=f"{where}.{field}") for field in lacking),
                    mend="Name the article of the law, and the most it threatens",
                )
            else:
                yield satisfied(f"'{offence.charge}' is given with its law", Evidence(path=where))


@rule("RPD 83(2)(b)(v)", since=IN_FORCE, colours=RED)
def valid_warrant(file: File) -> Iterator[Says]:
    """Does a valid arrest warrant or judgment stand behind the request, for every person?"""
    request = file.request
    for n, warrant in enumerate(request.warrants):
        lacking = [field for field in ("number", "date", "authority") if getattr(warrant, field) is None]
        if lacking:
            yield missing(
                f"the warrant has no {', no '.join(lacking)}",
                *(Evidence(path=f"warrants[{n}].{field}") for field in lacking),
                mend="Give number, date and authority of the warrant or judgment",
            )
        else:
            assert warrant.authority is not None
            # RPD 83(2)(b) asks for a copy if possible: without one the condition is met all the same.
            copied = "with a copy" if warrant.scan else "of which no copy was sent"
            words = f"warrant {warrant.number} of {warrant.date}, {warrant.authority.name}, {copied}"
            yield satisfied(words, Evidence(path=f"warrants[{n}]"))
    bare = [n for n, person in enumerate(request.persons) if not request.warrants_for(person)]
    if bare:
        yield missing(
            f"no warrant names {_count(len(bare), len(request.persons))}",
            *(Evidence(path=f"persons[{n}]") for n in bare),
            mend="Add a warrant, or the key of the person to the persons of a warrant",
        )


@rule("RPD 84", since=IN_FORCE, colours=RED)
def assurances(file: File) -> Iterator[Says]:
    """Does the bureau vouch for the authority and for seeking extradition?"""
    request, given = file.request, file.request.assurances
    if given is None:
        yield missing(
            "no assurance is given",
            Evidence(path="assurances"),
            mend="Fill in assurances as RPD 84 asks for them",
        )
        return
    lacking = {}
    if not given.authority_has_power:
        lacking["assurances.authority_has_power"] = "that the authority has the power to issue the warrant"
    if not given.extradition_will_be_sought:
        lacking["assurances.extradition_will_be_sought"] = "that extradition or surrender will be sought"
    if given.coordinated_with is None:
        lacking["assurances.coordinated_with"] = "which authority responsible for extradition agreed"
    judicial = {AuthorityKind.JUDICIAL, AuthorityKind.TRIBUNAL}
    of_others = [w for w in request.warrants if w.authority and w.authority.kind not in judicial]
    if of_others and not given.appeal_to_judicial_authority:
        lacking["assurances.appeal_to_judicial_authority"] = (
            "that an appeal to a judicial authority exists, for a warrant that none issued"
        )
    if lacking:
        yield not_said(
            "the bureau does not assure {}", lacking, mend="Give the assurance, or say why it cannot be given"
        )
    else:
        yield satisfied("power, extradition and its coordination are assured", Evidence(path="assurances"))


@rule("RPD 85", since=IN_FORCE, colours=RED)
def data_useful_for_action(file: File) -> Iterator[Says]:
    """Is it said from where extradition will be sought, and whom to ask?"""
    request = file.request
    lacking = {}
    if not (request.extradition and (request.extradition.everywhere or request.extradition.countries)):
        lacking["extradition.countries"] = "from which countries extradition will be sought"
    if request.contact is None:
        lacking["contact"] = "whom an officer can ask"
    if lacking:
        yield not_said("the request does not say {}", lacking, mend="Add it: an officer at a border acts on it")
    else:
        yield satisfied("countries and contact are given", Evidence(path="extradition"), Evidence(path="contact"))


RULES = (
    identity,
    summary_of_facts,
    charges_law_and_penalty,
    valid_warrant,
    assurances,
    data_useful_for_action,
)
