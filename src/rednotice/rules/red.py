"""The conditions of a red notice (RPD 83-86), one function each, in the order of the articles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rednotice.model.finding import Evidence, Verdict
from rednotice.model.person import BiometricKind, NameKind, Person
from rednotice.model.request import Request
from rednotice.model.warrant import AuthorityKind, Purpose, Warrant
from rednotice.rules.figures import figure
from rednotice.rules.rule import File, Group, Says, barred, doubtful, groups, missing, rule, satisfied
from rednotice.rules.text import charge_texts, facts_texts, is_read, passages, unread

IN_FORCE = "2012-07-01"


@rule("RPD 83(1)(a)(i)", since=IN_FORCE)
def ordinary_law_crime(file: File) -> Iterator[Says]:
    """Is it a serious ordinary-law crime, and in none of the excluded categories?"""
    if not any(charge_texts(enumerate(file.request.warrants))):
        yield missing(
            "no charge is given, so nobody can tell whether it is an ordinary-law crime",
            Evidence(path="warrants"),
            mend="Give the charges as offences of a warrant",
        )
        return
    if not is_read(file.request.language):
        yield unread(file.request.language, "warrants")
        return
    # Each person by the charges against him or her: another's murder makes nobody's adultery a crime to arrest for.
    for group in groups(file.request):
        yield from _charges_against(file.request, group)


EXCLUDED = {
    "behaviour or cultural norms on which members differ": "norms_that_differ",
    "a family or private matter": "private_matter",
    "a breach of administrative rules": "administrative_breach",
}


def _charges_against(request: Request, group: Group) -> Iterator[Says]:
    charges = list(charge_texts(group.warrants))
    found = {words: passages(category, charges) for words, category in EXCLUDED.items()}
    excluded = {evidence.path for evidences in found.values() for evidence in evidences}
    serious = passages("serious_or_organised", [*charges, *facts_texts(request)])
    for words, evidences in found.items():
        if not evidences:
            continue
        if serious or len(excluded) < len(charges):
            yield doubtful(
                f"{group.named}a charge concerns {words}, beside signs of serious or organised crime or other charges",
                *evidences,
                *serious,
                mend="Show that the conduct served serious crime, or leave this charge out",
            )
        else:
            yield _unless_of_particular_importance(
                request,
                barred(
                    f"{group.named}every charge concerns {words}, which a red notice may not serve"
                    if len(evidences) == len(charges)
                    else f"{group.named}a charge concerns {words}, and every other charge is excluded too",
                    *evidences,
                    mend="A red notice is possible only if the conduct served serious or organised crime",
                ),
            )
    if charges and not excluded:
        evidence = (Evidence(path=path) for path, _ in charges)
        yield satisfied(f"{group.named}no charge falls into an excluded category", *evidence)


@rule("RPD 83(1)(a)(ii)", since=IN_FORCE)
def threshold(file: File) -> Iterator[Says]:
    """Is the offence, or the sentence to be served, heavy enough?"""
    for group in groups(file.request):
        says = [_threshold_of(n, warrant, file) for n, warrant in group.warrants]
        # The highest counts (RPD 83(1)(c)): one warrant that is heavy enough will do, and one that may be is asked for.
        for verdict in (Verdict.SATISFIED, Verdict.MISSING, Verdict.BARRED):
            weighty = [one for one in says if one.verdict is verdict]
            if weighty:
                for one in weighty:
                    named = replace(one, because=group.named + one.because)
                    yield _unless_of_particular_importance(file.request, named)
                break


def _threshold_of(n: int, warrant: Warrant, file: File) -> Says:
    if warrant.purpose is Purpose.PROSECUTION:
        return _prosecution_threshold(n, warrant, figure("prosecution_minimum_months", file.on))
    return _sentence_threshold(n, warrant, figure("sentence_minimum_months", file.on))


def _prosecution_threshold(n: int, warrant: Warrant, minimum: int) -> Says:
    # Of several offences the highest counts (RPD 83(1)(c)).
    known = [(m, offence.maximum_penalty) for m, offence in enumerate(warrant.offences) if offence.maximum_penalty]
    for m, penalty in known:
        if penalty.at_least(minimum):
            where = Evidence(path=f"warrants[{n}].offences[{m}].maximum_penalty")
            return satisfied(f"the maximum is {penalty}, at least {minimum} months are asked", where)
    if len(known) < len(warrant.offences) or not warrant.offences:
        return missing(
            "the maximum penalty is not given for every offence, and none given reaches the threshold",
            Evidence(path=f"warrants[{n}].offences"),
            mend="Give maximum_penalty for each offence",
        )
    return barred(
        f"no offence carries {minimum} months or more",
        *(Evidence(path=f"warrants[{n}].offences[{m}].maximum_penalty") for m, _ in known),
        mend="A diffusion, or publication of particular importance (RPD 83(1)(b)), may be asked for instead",
    )


def _sentence_threshold(n: int, warrant: Warrant, minimum: int) -> Says:
    assert warrant.sentence is not None  # the form sees to it
    where = Evidence(path=f"warrants[{n}].sentence")
    imposed, remaining = warrant.sentence.imposed, warrant.sentence.remaining_months
    if imposed.at_least(minimum) or (remaining is not None and remaining >= minimum):
        return satisfied(f"the sentence is {imposed}, at least {minimum} months are asked", where)
    return barred(
        f"less than {minimum} months were imposed, and less than that remain",
        where,
        mend="Publication of particular importance (RPD 83(1)(b)) may be asked for instead",
    )


def _unless_of_particular_importance(request: Request, says: Says) -> Says:
    """RPD 83(1)(b): conditions not met, but publication of particular importance; the office decides."""
    if says.verdict is not Verdict.BARRED or not request.particular_importance:
        return says
    return doubtful(
        f"{says.because}; the bureau claims particular importance, on which the office decides",
        *says.evidence,
        Evidence(path="particular_importance", passage=request.particular_importance[:300]),
        mend="Consult the bureaus concerned and record reasons (RPD 83(1)(b))",
    )


@rule("RPD 83(1)(a)(iii), 35", since=IN_FORCE)
def interest_for_cooperation(file: File) -> Iterator[Says]:
    """Is the request of interest for international police cooperation?"""
    request = file.request
    elsewhere = [
        Evidence(path=f"persons[{n}].likely_in", passage=", ".join(person.likely_in))
        for n, person in enumerate(request.persons)
        if any(country != request.bureau for country in person.likely_in)
    ]
    if elsewhere:
        yield satisfied("the person may be in another country", *elsewhere)
    elif request.extradition and (request.extradition.everywhere or request.extradition.countries):
        yield satisfied("extradition will be sought from other countries", Evidence(path="extradition"))
    else:
        yield doubtful(
            "nothing says that the person may be outside the requesting country",
            Evidence(path="persons[0].likely_in"),
            mend="Say in which countries the person may be (likely_in), or from which extradition will be sought",
        )


@rule("RPD 83(2)(a)", since=IN_FORCE)
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


@rule("RPD 83(2)(b)(i)", since=IN_FORCE)
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
        yield missing(
            f"the summary does not say {', nor '.join(lacking.values())}",
            *(Evidence(path=path) for path in lacking),
            mend="Say clearly and briefly what was done, when and where",
        )
    silent = [n for n, person in enumerate(persons) if not person.part_played]
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


@rule("RPD 83(2)(b)(ii)-(iv)", since=IN_FORCE)
def charges_law_and_penalty(file: File) -> Iterator[Says]:
    """Are the charges given, the law that makes each an offence, and the penalty?"""
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


@rule("RPD 83(2)(b)(v)", since=IN_FORCE)
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
            words = f"warrant {warrant.number} of {warrant.date}, {warrant.authority.name}"
            yield satisfied(words, Evidence(path=f"warrants[{n}]"))
    bare = [n for n, person in enumerate(request.persons) if not request.warrants_for(person)]
    if bare:
        yield missing(
            f"no warrant names {_count(len(bare), len(request.persons))}",
            *(Evidence(path=f"persons[{n}]") for n in bare),
            mend="Add a warrant, or the key of the person to the persons of a warrant",
        )


@rule("RPD 84", since=IN_FORCE)
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
        yield missing(
            f"the bureau does not assure {', nor '.join(lacking.values())}",
            *(Evidence(path=path) for path in lacking),
            mend="Give the assurance, or say why it cannot be given",
        )
    else:
        yield satisfied("power, extradition and its coordination are assured", Evidence(path="assurances"))


@rule("RPD 85", since=IN_FORCE)
def data_useful_for_action(file: File) -> Iterator[Says]:
    """Is it said from where extradition will be sought, and whom to ask?"""
    request = file.request
    lacking = {}
    if not (request.extradition and (request.extradition.everywhere or request.extradition.countries)):
        lacking["extradition.countries"] = "from which countries extradition will be sought"
    if request.contact is None:
        lacking["contact"] = "whom an officer can ask"
    if lacking:
        yield missing(
            f"the request does not say {', nor '.join(lacking.values())}",
            *(Evidence(path=path) for path in lacking),
            mend="Add it: an officer at a border acts on it",
        )
    else:
        yield satisfied("countries and contact are given", Evidence(path="extradition"), Evidence(path="contact"))


RULES = (
    ordinary_law_crime,
    threshold,
    interest_for_cooperation,
    identity,
    summary_of_facts,
    charges_law_and_penalty,
    valid_warrant,
    assurances,
    data_useful_for_action,
)
