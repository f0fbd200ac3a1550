"""For what a red notice may be asked (RPD 83(1)), one function each, in the order of the article.

What the request must say (RPD 83(2)-85) stands in `red_data`; the review before publication (RPD 86) is all of this
together, and then two signatures (`flow/review.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rednotice.model.finding import Evidence, Verdict
from rednotice.model.values import latest
from rednotice.model.warrant import Purpose, Warrant
from rednotice.rules.figures import figure
from rednotice.rules.rule import RED, File, Group, Says, barred, doubtful, groups, missing, rule, satisfied
from rednotice.rules.text import charge_texts, facts_texts, is_read, passages, unread

IN_FORCE = "2012-07-01"


@rule("RPD 83(1)(a)(i)", since=IN_FORCE, colours=RED)
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
        yield from _charges_against(file, group)


EXCLUDED = {
    "behaviour or cultural norms on which members differ": "norms_that_differ",
    "a family or private matter": "private_matter",
    "a breach of administrative rules": "administrative_breach",
}


def _charges_against(file: File, group: Group) -> Iterator[Says]:
    request = file.request
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
                file,
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


@rule("RPD 83(1)(a)(ii)", since=IN_FORCE, colours=RED)
def threshold(file: File) -> Iterator[Says]:
    """Is the offence, or the sentence to be served, heavy enough?"""
    for group in groups(file.request):
        if not group.warrants:
            yield missing(
                f"{group.named}neither offence nor sentence is given",
                Evidence(path="warrants"),
                mend="Add the warrant or judgment",
            )
        says = [_threshold_of(n, warrant, file) for n, warrant in group.warrants]
        # The highest counts (RPD 83(1)(c)): one warrant that is heavy enough will do, and one that may be is asked for.
        for verdict in (Verdict.SATISFIED, Verdict.MISSING, Verdict.BARRED):
            weighty = [one for one in says if one.verdict is verdict]
            if weighty:
                for one in weighty:
                    named = replace(one, because=group.named + one.because)
                    yield _unless_of_particular_importance(file, named)
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
        mend="Publication of particular importance (RPD 83(1)(b)) may be asked for instead",
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


def _unless_of_particular_importance(file: File, says: Says) -> Says:
    """RPD 83(1)(b): conditions not met, but publication of particular importance; the office decides."""
    claimed = file.request.particular_importance
    if says.verdict is not Verdict.BARRED or not claimed:
        return says
    consulted = ", ".join(f"{position.bureau} ({position.stance})" for position in file.positions)
    return doubtful(
        f"{says.because}; the bureau claims particular importance, on which the office decides "
        f"(bureaus consulted: {consulted or 'none is recorded'})",
        *says.evidence,
        Evidence(path="particular_importance", passage=claimed[:300]),
        mend="Consult the bureaus concerned and record reasons (RPD 83(1)(b))",
    )


@rule(
    "RPD 83(2)(b)",
    since=IN_FORCE,
    colours=RED,
    source_note="The form asks for the time limit of prosecution; that a prosecution past it bars is our conclusion.",
)
def time_limit_of_prosecution(file: File) -> Iterator[Says]:
    """Can the offences still be prosecuted?"""
    for group in groups(file.request):
        offences = [
            (f"warrants[{n}].offences[{m}].prosecution_until", offence.prosecution_until)
            for n, warrant in group.warrants
            if warrant.purpose is Purpose.PROSECUTION
            for m, offence in enumerate(warrant.offences)
        ]
        # The last day itself is still in time; of a month or year, its last day counts.
        past = [Evidence(path=path) for path, until in offences if until and latest(until) < file.on]
        to_be_served = any(warrant.purpose is Purpose.SENTENCE for _, warrant in group.warrants)
        if past and len(past) == len(offences) and not to_be_served:
            yield barred(
                f"{group.named}no offence can be prosecuted any more",
                *past,
                mend="Show that the time was interrupted or suspended, and give the new end",
            )
        elif past:
            yield doubtful(
                f"{group.named}the time to prosecute some of the offences is over",
                *past,
                mend="Leave these offences out, or show that the time was interrupted",
            )
        else:
            yield satisfied(f"{group.named}no time limit that is given has passed", Evidence(path="warrants"))


@rule("RPD 83(1)(a)(iii), 35", since=IN_FORCE, colours=RED)
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


RULES = (ordinary_law_crime, threshold, time_limit_of_prosecution, interest_for_cooperation)
