"""Human rights and other grounds of practice (Constitution, Article 2): refuge, fair trial, twice for the same, action.

Where the answer is of one person, the finding points to that person; others of the request may stay.
"""

from __future__ import annotations

from collections.abc import Iterator

from rednotice.model.background import EarlierJudgment, Judged, Located, RefusalGround, Safeguards
from rednotice.model.finding import Evidence
from rednotice.model.request import Request
from rednotice.model.values import INTERNATIONAL_ENTITIES, bureau_name, latest
from rednotice.model.warrant import PenaltyKind, Purpose
from rednotice.rules.figures import figure
from rednotice.rules.rule import (
    AGAINST_PERSONS,
    RED,
    File,
    Says,
    barred,
    doubtful,
    missing,
    places,
    rule,
    satisfied,
    whose,
)
from rednotice.rules.text import charge_texts, facts_texts, passages

FOUNDED = "1956-06-13"
IN_FORCE = "2012-07-01"
SHEET = "From the domain sheet's table of human rights and other grounds; {line}."


@rule(
    "Constitution, Article 2; GA-2017-RES-09",
    since="2017-09-29",
    source_note="The day of the resolution is the last of the General Assembly of 2017, from memory.",
)
def refugees(file: File) -> Iterator[Says]:
    """Is nobody a recognised refugee from the country that requests?"""
    request = file.request
    fled = [n for n, p in enumerate(request.persons) if p.refuge and p.refuge.from_country == request.bureau]
    for n in fled:
        refuge = request.persons[n].refuge
        assert refuge is not None
        by = f" by {bureau_name(refuge.granted_by)}" if refuge.granted_by else ""
        where = Evidence(path=f"persons[{n}].refuge")
        words = f"{whose(request, n)} is {{}} recognised{by} as a refugee from the requesting country"
        if refuge.confirmed:
            yield barred(
                words.format("confirmed to be"),
                where,
                mend="Only the end of the status, confirmed by the country that granted it, would change this",
            )
        else:
            yield doubtful(
                words.format("said to be"), where, mend="Ask the country that granted it to confirm the status"
            )
    if not fled:
        yield satisfied("nobody is known to be a refugee from the requesting country", Evidence(path="persons"))


@rule(
    "Constitution, Article 2",
    since=FOUNDED,
    colours=AGAINST_PERSONS,
    source_note=SHEET.format(
        line="which signs bar, and which are asked about, is our own line between 'barred or ask'"
    ),
)
def treatment_and_fair_trial(file: File) -> Iterator[Says]:
    """Is there no sign of torture, a forced confession or a flagrant denial of justice?"""
    proceedings = file.request.proceedings
    said = (proceedings and proceedings.safeguards) or Safeguards()
    signs = {
        "torture is alleged with substance": said.torture_alleged and "torture_alleged",
        "the evidence rests on a confession said to be forced": said.confession_disputed and "confession_disputed",
        "a lawyer and a public trial are not assured": said.defence_guaranteed is False and "defence_guaranteed",
    }
    found = {words: Evidence(path=f"proceedings.safeguards.{field}") for words, field in signs.items() if field}
    if said.defence_guaranteed is False or (said.torture_alleged and said.confession_disputed):
        yield barred(
            "; ".join(found),
            *found.values(),
            mend="Assure a defence, or show a conviction or charge that stands without the confession",
        )
    elif found:
        yield doubtful(
            "; ".join(found), *found.values(), mend="Ask the bureau for its answer, and weigh the substance of it"
        )
    else:
        yield satisfied("nothing of the kind is alleged", Evidence(path="proceedings.safeguards"))


@rule("Constitution, Article 2", since=FOUNDED, colours=RED, source_note=SHEET.format(line="'assurances asked, warn'"))
def death_or_life_sentence(file: File) -> Iterator[Says]:
    """If death or prison for life is threatened, are there the assurances that other countries ask for?"""
    request, given = file.request, file.request.assurances
    if request.bureau in INTERNATIONAL_ENTITIES:
        yield satisfied("no tribunal imposes death, and each reviews what it imposes", Evidence(path="bureau"))
        return
    asked = (
        (PenaltyKind.DEATH, "the death penalty", "no_death_penalty", "is not imposed or carried out"),
        (PenaltyKind.LIFE, "prison for life", "life_sentence_reviewed", "is reviewed"),
    )
    objected = False
    for kind, words, field, promise in asked:
        threatened = list(_penalties(request, kind))
        if threatened and not (given and getattr(given, field)):
            objected = True
            answer = getattr(given, field) if given else None
            said = "the bureau does not assure" if answer is None else "the bureau cannot assure"
            yield doubtful(
                f"{words} is threatened, and {said} that it {promise}: many countries will not act",
                *threatened,
                Evidence(path=f"assurances.{field}"),
                mend=f"Give the assurance ({field})",
            )
    if not objected:
        yield satisfied("neither is threatened, or assurances are given", Evidence(path="warrants"))


def _penalties(request: Request, kind: PenaltyKind) -> Iterator[Evidence]:
    for n, warrant in enumerate(request.warrants):
        if warrant.sentence:
            # Once a sentence is imposed, it is what counts.
            if warrant.sentence.imposed.kind is kind:
                yield Evidence(path=f"warrants[{n}].sentence.imposed")
            continue
        for m, offence in enumerate(warrant.offences):
            if offence.maximum_penalty and offence.maximum_penalty.kind is kind:
                yield Evidence(path=f"warrants[{n}].offences[{m}].maximum_penalty")


@rule(
    "Constitution, Article 2",
    since=FOUNDED,
    colours=RED,
    source_note=SHEET.format(line="ne bis in idem, 'barred on proof'"),
)
def not_twice_for_the_same(file: File) -> Iterator[Says]:
    """Was nobody tried before, or finally let go, for the same facts (ne bis in idem)?"""
    request = file.request
    judgments = request.proceedings.earlier_judgments if request.proceedings else ()
    objected = False
    for m, judgment in enumerate(judgments):
        if not (judgment.same_facts and judgment.final) or _is_to_be_served(request, judgment):
            continue
        for n in places(request, judgment.persons):
            objected = True
            words = f"{whose(request, n)} was {_ended(judgment)} in {bureau_name(judgment.country)} for the same facts"
            evidence = Evidence(path=f"proceedings.earlier_judgments[{m}]"), Evidence(path=f"persons[{n}]")
            if judgment.proof:
                yield barred(
                    f"{words}, as {judgment.proof} shows", *evidence, mend="Show that the facts are others, or leave it"
                )
            else:
                yield doubtful(
                    f"{words}, it is said", *evidence, mend="Ask for the judgment or decision as proof, by number"
                )
    if not objected:
        yield satisfied("no final decision for the same facts is known", Evidence(path="proceedings.earlier_judgments"))


def _ended(judgment: EarlierJudgment) -> str:
    return "finally not prosecuted" if judgment.ended is Judged.NOT_PROSECUTED else f"finally {judgment.ended}"


def _is_to_be_served(request: Request, judgment: EarlierJudgment) -> bool:
    """Whether it is the requesting country's own conviction, whose sentence the request is about."""
    return (
        judgment.country == request.bureau
        and judgment.ended is Judged.CONVICTED
        and any(warrant.purpose is Purpose.SENTENCE for warrant in request.warrants)
    )


@rule(
    "RPD 83(1)(a)(i)",
    since=IN_FORCE,
    colours=RED,
    source_note=SHEET.format(line="private dispute, debt, cheques without cover"),
)
def dispute_behind_the_charge(file: File) -> Iterator[Says]:
    """Is a charge of fraud or breach of trust more than a private dispute about a debt or a contract?"""
    request = file.request
    charges = list(charge_texts(enumerate(request.warrants)))
    property_charges = passages("property_charge", charges)
    told = list(facts_texts(request))
    dispute = passages("private_matter", told)
    # Where another charge stands beside it, or fraud was meant from the start, it is no mere dispute.
    only = property_charges and len(property_charges) == len(charges)
    if only and dispute and not passages("intent_from_the_start", told):
        yield doubtful(
            "the charge is an offence against property, but the facts tell of a private dispute",
            *property_charges,
            *dispute,
            mend="Show that deceit was meant from the start, or a link with organised crime",
        )
    else:
        yield satisfied("the facts are no mere private dispute", Evidence(path="facts.summary"))


@rule("Constitution, Article 2", since=FOUNDED, colours=RED, source_note=SHEET.format(line="in absentia conviction"))
def tried_in_absence(file: File) -> Iterator[Says]:
    """If the person was sentenced in absence, is there a new trial or an appeal?"""
    sentences = [(n, warrant.sentence) for n, warrant in enumerate(file.request.warrants) if warrant.sentence]
    for n, sentence in sentences:
        where = Evidence(path=f"warrants[{n}].sentence.in_absentia")
        retrial = Evidence(path=f"warrants[{n}].sentence.retrial")
        if sentence.in_absentia is None:
            yield doubtful(
                "nothing says whether the person was present at the trial", where, mend="State it (in_absentia)"
            )
        elif not sentence.in_absentia:
            yield satisfied("the person was present at the trial", where)
        elif sentence.retrial is None:
            yield missing(
                "the person was sentenced in absence, and nothing says whether a new trial or an appeal is open",
                retrial,
                mend="State it (retrial)",
            )
        elif sentence.retrial:
            yield satisfied("the person was sentenced in absence, and may have a new trial", where, retrial)
        else:
            yield barred(
                "the person was sentenced in absence and has neither a new trial nor an appeal",
                where,
                retrial,
                mend="Only a new trial or an appeal would change this",
            )
    if not sentences:
        yield satisfied("no sentence is to be served", Evidence(path="warrants"))


AGAINST_THE_CONSTITUTION = {RefusalGround.HUMAN_RIGHTS, RefusalGround.POLITICAL}


@rule(
    "Constitution, Articles 2, 3; RPD 34(3)(d)",
    since=FOUNDED,
    colours=RED,
    source_note=SHEET.format(line="extradition refused"),
)
def extradition_refused(file: File) -> Iterator[Says]:
    """Did no country refuse extradition?"""
    request = file.request
    refusals = request.proceedings.extradition_refused if request.proceedings else ()
    for m, refused in enumerate(refusals):
        for n in places(request, refused.persons):
            words = f"{bureau_name(refused.country)} refused to extradite {whose(request, n)} ({refused.ground})"
            evidence = Evidence(path=f"proceedings.extradition_refused[{m}].ground"), Evidence(path=f"persons[{n}]")
            if refused.ground in AGAINST_THE_CONSTITUTION:
                yield barred(
                    words, *evidence, mend="Show that the ground of the refusal fell away, by a later decision there"
                )
            else:
                yield doubtful(words, *evidence, mend="If it is published, then with a caveat that names the refusal")
    if not refusals:
        yield satisfied("no refusal is known", Evidence(path="proceedings.extradition_refused"))


@rule("RPD 81", since=IN_FORCE, colours=RED, source_note=SHEET.format(line="how long is 'long' is our own measure"))
def action_once_located(file: File) -> Iterator[Says]:
    """If it is known where the person is, was extradition asked for?"""
    located = file.request.proceedings.located if file.request.proceedings else None
    where = Evidence(path="proceedings.located")
    if located is None or located.extradition_requested:
        yield satisfied("extradition was asked for, or it is not known where the person is", where)
        return
    words = f"since {located.since} it is known that the person is in {bureau_name(located.country)}"
    if not _is_long(located, file):
        yield satisfied(f"{words}; there is time yet to ask for extradition", where)
    elif located.reason:
        yield doubtful(
            f"{words}; extradition was not asked for, with a reason that must be weighed",
            Evidence(path="proceedings.located.reason", passage=located.reason[:300]),
            mend="Ask for extradition, or withdraw the request",
        )
    else:
        yield barred(
            f"{words}; extradition was not asked for, and no reason is given",
            where,
            mend="Ask for extradition, or say why it cannot be asked for yet",
        )


def _is_long(located: Located, file: File) -> bool:
    """Whether the months of patience are over, counted from the last day that 'since' may mean."""
    since, patience = latest(located.since), figure("located_without_action_months", file.on)
    passed = (file.on.year - since.year) * 12 + file.on.month - since.month - (file.on.day < since.day)
    return passed >= patience


@rule(
    "RPD 83(1)(a)(iii), 35",
    since=IN_FORCE,
    colours=RED,
    source_note="From the tags of published decisions of the commission in the domain sheet: transfer of proceedings.",
)
def proceedings_elsewhere(file: File) -> Iterator[Says]:
    """Are the proceedings still with the requesting country?"""
    request = file.request
    to = request.proceedings.transferred_to if request.proceedings else None
    where = Evidence(path="proceedings.transferred_to", passage=to)
    if to is None or to == request.bureau:
        yield satisfied("the proceedings are with the requesting country", where)
    else:
        yield doubtful(
            f"the proceedings were transferred to {bureau_name(to)}, which may now be the one to ask",
            where,
            mend="Show that the requesting country may still prosecute or enforce",
        )


RULES = (
    refugees,
    treatment_and_fair_trial,
    death_or_life_sentence,
    not_twice_for_the_same,
    dispute_behind_the_charge,
    tried_in_absence,
    extradition_refused,
    action_once_located,
    proceedings_elsewhere,
)
