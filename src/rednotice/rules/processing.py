"""What holds for every request: who may ask, in what language, and how the data must be (RPD 7-12, 58, 61, 76, 97).

What depends on age, death or role stands in `special_persons`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from rednotice.model.finding import Evidence
from rednotice.model.person import BiometricKind, PersonRole
from rednotice.model.request import Colour, Language, Request
from rednotice.model.values import earliest, latest
from rednotice.model.warrant import PenaltyKind, Warrant
from rednotice.rules.figures import figure
from rednotice.rules.rule import File, Says, barred, doubtful, missing, rule, satisfied, whose
from rednotice.rules.special_persons import may_be_minor

IN_FORCE = "2012-07-01"
FROM_MEMORY = "Written from memory of RPD {articles}, not read beside the text."


@rule("RPD 7, 82, 95", since=IN_FORCE, colours=frozenset(Colour))
def who_may_request(file: File) -> Iterator[Says]:
    """May this bureau or international entity ask for a notice of this colour?"""
    request = file.request
    if request.colour is Colour.SPECIAL:
        yield barred(
            "special notices follow the decisions of the sanctions committees of the Security Council; no bureau asks",
            Evidence(path="colour", passage=request.colour),
            mend="Have the office import the list of the Security Council",
        )
    else:
        # The form takes no code but that of a member country or of an entity with powers of investigation.
        yield satisfied(
            "a bureau or an international entity with powers of investigation asks", Evidence(path="bureau")
        )


@rule("RPD 76", since=IN_FORCE)
def official_language(file: File) -> Iterator[Says]:
    """Is the request written in the official language that it names?"""
    request = file.request
    where = Evidence(path="facts.summary")
    letters = [character for character in request.facts.summary if character.isalpha()]
    arabic = sum("\u0600" <= character <= "\u06ff" for character in letters)
    latin = sum(character < "\u0250" for character in letters)
    if (arabic + latin) * 2 < len(letters) or not letters:
        yield missing(
            "the summary is written in none of the official languages",
            where,
            mend="Give the summary in Arabic, English, French or Spanish",
        )
    elif (arabic > latin) is not (request.language is Language.ARABIC):
        yield doubtful(
            f"the summary is not written in the language that the request names ({request.language})",
            where,
            Evidence(path="language", passage=request.language),
            mend="Name the language in which the summary is written",
        )
    else:
        yield satisfied("the summary is in the script of an official language", where)


@rule("RPD 12", since=IN_FORCE, source_note=FROM_MEMORY.format(articles="10-12"))
def dates_agree(file: File) -> Iterator[Says]:
    """Do the dates of the request agree with each other?"""
    request = file.request
    wrong = [*_before_the_facts(request), *_before_birth(request)]
    for words, *paths in wrong:
        yield missing(
            f"data contradicts itself: {words}",
            *(Evidence(path=path) for path in paths),
            mend="Correct the date that is wrong",
        )
    if not wrong:
        yield satisfied("no date contradicts another", Evidence(path="facts.date"))


def _before_the_facts(request: Request) -> Iterator[tuple[str, ...]]:
    happened = request.facts.date
    if happened is None:
        return
    for n, warrant in enumerate(request.warrants):
        if warrant.date and latest(warrant.date) < earliest(happened):
            yield f"warrant {warrant.number or n} is older than the facts", f"warrants[{n}].date", "facts.date"


def _before_birth(request: Request) -> Iterator[tuple[str, ...]]:
    dated = [("facts.date", request.facts.date)]
    if request.disappearance:
        dated.append(("disappearance.reported_on", request.disappearance.reported_on))
    if request.body:
        dated.append(("body.found_on", request.body.found_on))
    for n, person in enumerate(request.persons):
        for path, when in dated:
            if person.born and when and latest(when) < earliest(person.born):
                yield f"{whose(request, n)} was born after {path}", f"persons[{n}].born", path


@rule("RPD 12", since=IN_FORCE, source_note=FROM_MEMORY.format(articles="10-12"))
def sentence_within_the_law(file: File) -> Iterator[Says]:
    """Is no sentence longer than what the law threatens?"""
    wrong: list[tuple[str, ...]] = []
    for n, warrant in enumerate(file.request.warrants):
        wrong += _sentence_beyond(n, warrant)
    for words, *paths in wrong:
        yield missing(
            f"data contradicts itself: {words}",
            *(Evidence(path=path) for path in paths),
            mend="Correct the sentence or the penalty, or explain how the one follows from the other",
        )
    if not wrong:
        yield satisfied("no sentence goes beyond the law that is given", Evidence(path="warrants"))


def _sentence_beyond(n: int, warrant: Warrant) -> Iterator[tuple[str, ...]]:
    sentence = warrant.sentence
    if sentence is None:
        return
    where = f"warrants[{n}]"
    imposed = sentence.imposed
    threatened = [offence.maximum_penalty for offence in warrant.offences]
    known = [penalty for penalty in threatened if penalty is not None]
    if len(known) < len(threatened) or not known:
        return
    # Penalties for several offences may add up.
    together = None if any(p.months is None for p in known) else sum(p.months or 0 for p in known)
    heavier = imposed.kind is not PenaltyKind.IMPRISONMENT or (imposed.months or 0) > (together or 0)
    if together is not None and heavier:
        yield f"the sentence ({imposed}) is longer than the law threatens", f"{where}.sentence", f"{where}.offences"


SECTIONS = {
    "assurances": {Colour.RED},
    "extradition": {Colour.RED},
    "particular_importance": {Colour.RED},
    "assessment": {Colour.GREEN},
    "disappearance": {Colour.YELLOW},
    "body": {Colour.BLACK},
    "modus_operandi": {Colour.PURPLE},
    "threat": {Colour.ORANGE},
    "assets": {Colour.SILVER},
}
"""Parts of the form that serve the purpose of some colours alone."""


@rule("RPD 10-12", since=IN_FORCE, source_note=FROM_MEMORY.format(articles="10-12"))
def data_serve_the_purpose(file: File) -> Iterator[Says]:
    """Does the request give only data that serve the purpose of its colour?"""
    request = file.request
    foreign = [
        field for field, colours in SECTIONS.items() if getattr(request, field) and request.colour not in colours
    ]
    if foreign:
        yield doubtful(
            f"a {request.colour} notice has no use for: {', '.join(foreign).replace('_', ' ')}",
            *(Evidence(path=field) for field in foreign),
            mend="Leave it out, or ask for a notice of the colour that it belongs to",
        )
    else:
        yield satisfied(f"every part of the form serves a {request.colour} notice", Evidence(path="colour"))


@rule("RPD 58", since=IN_FORCE)
def access_restrictions(file: File) -> Iterator[Says]:
    """If bureaus are excluded from access, can the notice still do its work?"""
    request = file.request
    excluded = {restriction.bureau: n for n, restriction in enumerate(request.restrictions)}
    if not excluded:
        yield satisfied("no bureau is excluded", Evidence(path="restrictions"))
        return
    if request.bureau in excluded:
        yield missing(
            "the requesting bureau excludes itself",
            Evidence(path=f"restrictions[{excluded[request.bureau]}].bureau"),
            mend="Leave it out of the restrictions",
        )
    others = excluded.keys() - {request.bureau}
    if len(others) >= figure("member_countries", file.on) - 1:
        yield barred(
            "every other bureau is excluded; a notice that nobody receives serves no purpose",
            Evidence(path="restrictions"),
            mend="Exclude only bureaus for which there is a reason of their own",
        )
        return
    needed = set(request.extradition.countries if request.extradition else ())
    needed |= {country for person in request.persons for country in person.likely_in}
    if needed & others:
        yield doubtful(
            f"excluded are bureaus of countries in which the person may be: {', '.join(sorted(needed & others))}",
            *(Evidence(path=f"restrictions[{excluded[code]}].bureau") for code in sorted(needed & others)),
            mend="Say how the person is to be found there all the same",
        )
    elif others:
        yield satisfied(f"bureaus excluded, each with its reason: {len(others)}", Evidence(path="restrictions"))


PROTECTED = {PersonRole.VICTIM, PersonRole.WITNESS}


@rule("RPD 61", since=IN_FORCE, source_note=FROM_MEMORY.format(articles="61"))
def public_extract(file: File) -> Iterator[Says]:
    """May the public see an extract, if the bureau wants one?"""
    request, asked = file.request, file.request.public_extract
    where = Evidence(path="public_extract")
    if asked is None or not asked.consent:
        yield satisfied("the bureau consents to no public extract, so there is none", where)
        return
    against = list(_against_public(request, file.on))
    for words, path in against:
        yield missing(
            f"no extract may be made public: {words}", where, Evidence(path=path), mend="Withdraw the consent"
        )
    shown = any(held.kind is BiometricKind.PHOTOGRAPH for person in request.persons for held in person.biometrics)
    if asked.photograph and not shown:
        yield missing(
            "the extract is to show a photograph, but none is held",
            Evidence(path="public_extract.photograph"),
            mend="Give the reference of the photograph, or leave it out of the extract",
        )
    elif not against:
        yield satisfied("the bureau consents to a public extract, and nothing speaks against it", where)


def _against_public(request: Request, on: date) -> Iterator[tuple[str, str]]:
    if request.colour is Colour.SILVER:
        yield "silver notices stay with the police in the pilot", "colour"
    adult_may_stay_away = request.disappearance and request.disappearance.may_stay_away
    for n, person in enumerate(request.persons):
        if person.role in PROTECTED:
            yield f"{whose(request, n)} is a {person.role}", f"persons[{n}].role"
        minor = may_be_minor(person, on.isoformat(), on)
        if minor and request.colour is not Colour.YELLOW:
            yield f"{whose(request, n)} is a minor", f"persons[{n}].born"
        if adult_may_stay_away and not minor:
            yield f"{whose(request, n)} may stay away of his or her own will", "disappearance.may_stay_away"


@rule(
    "RPD 97-101",
    since=IN_FORCE,
    source_note="Written from memory of RPD 97-101: the conditions are those of the notice of the same colour.",
)
def addressees_of_a_diffusion(file: File) -> Iterator[Says]:
    """If it is a diffusion, is it said to which bureaus it goes, and may they have it?"""
    request, sent = file.request, file.request.diffusion
    if sent is None:
        yield satisfied("it is a notice, which goes to every member", Evidence(path="diffusion"))
        return
    where = Evidence(path="diffusion.to")
    excluded = {restriction.bureau for restriction in request.restrictions} & set(sent.to)
    if sent.everywhere == bool(sent.to):
        yield missing(
            "the diffusion names bureaus and goes everywhere as well" if sent.to else "the diffusion goes to nobody",
            where,
            Evidence(path="diffusion.everywhere"),
            mend="Name the bureaus, or send it everywhere",
        )
    elif request.bureau in sent.to or excluded:
        those = ", ".join(sorted(excluded)) or "the bureau that sends it"
        yield missing(f"among the addressees is {those}, who may not or need not have it", where, mend="Leave it out")
    else:
        to = "every member" if sent.everywhere else ", ".join(sent.to)
        yield satisfied(f"it goes to {to}", where)


RULES = (
    who_may_request,
    official_language,
    dates_agree,
    sentence_within_the_law,
    data_serve_the_purpose,
    access_restrictions,
    public_extract,
    addressees_of_a_diffusion,
)
