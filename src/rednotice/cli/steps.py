"""The steps of the walk, in the order of the road. Each does something, and sees for itself that it was done."""

from __future__ import annotations

import time
from datetime import datetime

from rednotice.adapters.folders import read_json
from rednotice.adapters.lists import FILE_LIMIT, read_un
from rednotice.adapters.request_file import read_bytes
from rednotice.cli.client import RUNNING, program_folder
from rednotice.cli.log import audit_office
from rednotice.cli.options import fill
from rednotice.cli.walk import NODE, Did, Facts, Failed, Step, Walk, must, wait
from rednotice.errors import NotFound
from rednotice.log.checkpoint import open_checkpoint
from rednotice.log.note import Verifier
from rednotice.model.notice import in_path
from rednotice.model.person import NameKind

LIST_PATIENCE = 300.0


# --- Request, review, refusal --------------------------------------------------------------------------------


def refuse_the_2020_case(w: Walk) -> Did:
    """Two reviewers refuse the request of June 2020, by what its facts say; nothing circulates."""
    before = _circulated(w)
    filed = w.file("2020-case.yaml", "desk-IR")
    number, found = filed["number"], filed["examination"]
    advice = found["recommendation"]["advice"]
    must(advice == "refuse", f"the rules recommend to {advice}")
    bars = [one for one in found["findings"] if one["verdict"] == "barred"]
    nameless = [one for one in found["findings"] if (one["rule"], one["verdict"]) == ("identity", "missing")]
    because = "; ".join(one["because"] for one in bars)
    decided = w.decide(number, "refuse", f"{because}. Identity data are missing for {len(nameless)} persons.")
    must(decided["state"] == "refused", f"the request is {decided['state']}")
    letter = w.letter("desk-IR", "request.refused", lambda one: one["subject"] == number)
    must(letter is not None, "no letter went to bureau IR")
    circulated = _circulated(w) - before
    must(circulated == 0, "something was circulated")
    w.known["refused"] = number
    decision, persons = decided["decisions"][-1], len(filed["request"]["persons"])
    facts = {
        "request": number,
        "persons": persons,
        "outcome": decision["outcome"],
        "citations": decision["citations"],
        "reasons": decision["reasons"],
        "barred": [{key: one[key] for key in ("rule", "citation", "because", "evidence")} for one in bars],
        "identity_missing": len(nameless),
        "signed_by": _signatories(decided),
        "letter_to": "IR",
        "circulated": circulated,
    }
    said = [f"Bureau IR files {number}: {persons} persons, charges murder and a terrorist act."]
    for one in bars:
        said += [f"[bold red]barred[/]  {fill(one['citation'])}: {fill(one['because'])}", *_passages(one)]
    said += [
        f"[magenta]missing[/] RPD 83(2)(a): identity data for {len(nameless)} of {persons} persons",
        f"{' and '.join(facts['signed_by'])} sign the refusal. Bureau IR has it with its reasons; nothing circulates.",
    ]
    return Did(facts, tuple(said))


def meet_the_refusal(w: Walk) -> Did:
    """A later request for the same person is shown to the reviewer together with the refusal."""
    filed = w.file("2020-case-again.yaml", "desk-IR")
    shown = w.office("reviewer-1").get(f"/api/requests/{filed['number']}")
    earlier = next((one for one in shown["earlier"] if one["request"] == w.known["refused"]), None)
    if earlier is None:
        raise Failed(f"{filed['number']} is not linked to {w.known['refused']}")
    found = next(one for one in shown["examination"]["findings"] if one["rule"] == "refused_before")
    facts = {
        "request": filed["number"],
        "earlier": earlier["request"],
        "same": earlier["same"],
        "citations": earlier["citations"],
        "finding": {key: found[key] for key in ("rule", "citation", "verdict", "because", "mend")},
    }
    said = (
        f"Bureau IR files {filed['number']} for the same person, in another script and under another title.",
        f"The reviewer is shown {earlier['request']} beside it: {fill('; '.join(earlier['same']))}.",
        f"[dim]{fill(found['mend'])}.[/]",
    )
    return Did(facts, said)


# --- Notice and circulation ------------------------------------------------------------------------------------


def publish_the_ordinary_request(w: Walk) -> Did:
    """An ordinary request becomes a notice, and the node's receipt comes back."""
    w.known["checkpoint"] = w.office("reviewer-1").get("/api/log/checkpoint")
    return _published(w, "murder.yaml", "desk-PT", "wanted")


def publish_the_tribunals_request(w: Walk) -> Did:
    """A tribunal's request is published likewise."""
    return _published(w, "tribunal.yaml", "desk-ICC", "tribunal")


def _published(w: Walk, example: str, desk: str, remember: str) -> Did:
    filed, granted = w.publish(example, desk)
    (number,) = granted["notices"]
    w.known[remember] = number
    found, delivery = w.receipt(number, "applied")
    at_node = w.node().get(f"/api/notices/{in_path(number)}")
    must(at_node == found["notice"], "the node holds another notice than the office published")
    delivered = _milliseconds(found["notice"]["published_at"], delivery["received_at"])
    signatories = _signatories(granted)
    facts = {
        "request": filed["number"],
        "outcome": granted["decisions"][-1]["outcome"],
        "citations": granted["decisions"][-1]["citations"],
        "signed_by": signatories,
        "notice": number,
        "event": found["event"],
        "receipt": _receipt(delivery),
        "receipt_after_milliseconds": delivered,
        "within_a_second": delivered < 1000,
    }
    bureau, name = found["notice"]["bureau"], found["notice"]["person"]["names"][0]
    said = (
        f"Bureau {bureau} files {filed['number']} for {fill(_full(name))} (synthetic); no rule speaks against it.",
        f"{' and '.join(signatories)} publish it as [bold]{number}[/], event {found['event']} of the log.",
        f"Node {NODE} verified signature and inclusion and applied it; "
        f"its receipt was back [bold]{delivered:.0f} ms[/] after publication.",
    )
    return Did(facts, said)


def import_the_list(w: Walk) -> Did:
    """The Security Council's list becomes special notices, and the node takes all of them."""
    raw = read_bytes(w.un_list, FILE_LIMIT)
    entries = read_un(raw).entries
    found = w.office("operator").post("/api/lists/un", raw=raw, media_type="application/xml")
    numbers = [number for state in ("new", "changed", "unchanged") for number in found["imported"][state]]
    must(len(numbers) == len(entries), f"{len(numbers)} of {len(entries)} entries became notices")
    in_force = w.office("reviewer-1").get("/api/notices", in_force=True, count=1)["total"]
    node = w.node()
    late = "the node did not take the list"
    wait(lambda: node.get("/api/status")["persons"] >= in_force or None, late, LIST_PATIENCE)
    wait(lambda: not w.notice(numbers[-1])["silent"] or None, "receipts are missing", LIST_PATIENCE)
    named = [(listing.reference, str(name), name.kind) for listing, person in entries for name in person.names]
    w.known["original"] = next(name for _, name, kind in named if kind is NameKind.ORIGINAL_SCRIPT)
    w.known["references"] = [reference for reference, name, _ in named if name == w.known["original"]]
    source = "synthetic file of examples/" if w.un_list.parent == w.examples else str(w.un_list)
    facts = {
        "source": source,
        "citations": ["RPD 95"],
        "individuals": len(entries),
        "notices": [numbers[0], numbers[-1]],
        "left_out": found["left_out"],
        "remarks": found["remarks"],
    }
    said = (
        f"{len(entries)} individuals ({fill(source)}) become special notices {numbers[0]} to {numbers[-1]}.",
        f"Node {NODE} holds all of them, with aliases and original scripts.",
    )
    return Did(facts, said)


# --- Check ------------------------------------------------------------------------------------------------------


def check_misspelt(w: Walk) -> Did:
    """Letters are transposed, as in Soliemani for Soleimani."""
    did = _checked(w, "Aurelio Vladesco")
    w.known["check"] = did.facts["check"]
    return did


def check_reordered(w: Walk) -> Did:
    """The family name comes first."""
    return _checked(w, "VALDESCO Aurelio")


def check_script(w: Walk) -> Did:
    """The name is in another script."""
    return _checked(w, "Аурелио Валдеско")


def check_original_script(w: Walk) -> Did:
    """A person on the imported list is found by the original script."""
    made = w.ask(w.known["original"])
    listing = made["results"][0]["notice"]["listing"]
    must(listing["reference"] in w.known["references"], f"{w.known['original']} found {listing['reference']} first")
    return _answer(made, f"{listing['source']}, {listing['reference']}")


def check_nobody(w: Walk) -> Did:
    """A name that nobody bears finds nobody, and the answer says what that does not mean."""
    made = w.ask("Wilhelmina Brackenthorpe-Oyelaran")
    must(not made["results"], f"somebody was found: {[one['match']['name'] for one in made['results']]}")
    name = made["query"]["name"]
    facts = {
        "check": made["number"],
        "query": name,
        "matches": 0,
        "compared_with": made["compared_with"],
        "says": made["says"],
    }
    return Did(facts, (f"“{fill(name)}”: {fill(made['says'])}",))


def _checked(w: Walk, name: str) -> Did:
    made, wanted = w.ask(name), w.known["wanted"]
    found = [one["notice"]["control_number"] for one in made["results"] if one["notice"]]
    must(found[:1] == [wanted], f"“{name}” found {found or 'nobody'}, not {wanted}")
    return _answer(made, f"red notice {wanted}")


def _answer(made: Facts, behind: str) -> Did:
    first = made["results"][0]
    match, effect, name = first["match"], first["effect"], made["query"]["name"]
    must(bool(effect["source"]), "the effect names no source")
    facts = {
        "check": made["number"],
        "query": name,
        "matches": len(made["results"]),
        "notice": first["notice"]["control_number"],
        "name": match["name"],
        "score": match["score"],
        "reason": match["in_words"],
        "parts": match["parts"],
        "effect": effect["effect"],
        "effect_says": effect["says"],
        "citations": [effect["source"]],
        "ask": first["ask"],
    }
    said = (
        f"“{fill(name)}” → [bold]{fill(match['name'])}[/] {match['score']:.2f}, {fill(behind)}",
        f"why:  {fill(match['in_words'])}",
        f"here: [bold]{effect['effect']}[/]. {fill(effect['says'])}",
        f"      [dim]source: {fill(effect['source'])}[/]",
        f"ask:  {fill(first['ask'])}",
    )
    return Did(facts, said)


# --- Hit, case, recall ----------------------------------------------------------------------------------------


def report_the_hit(w: Walk) -> Did:
    """The officer confirms, and the requesting bureau is told."""
    started = time.perf_counter()
    number = w.known["wanted"]
    body = {"check": w.known["check"], "control_number": number, "place": "Synthetic airport of Madrid"}
    hit = w.node().post("/api/hits", body)
    case = w.told_of(hit["number"], "desk-PT")["content"]["case"]
    told = (time.perf_counter() - started) * 1000
    w.known["case"] = case
    facts = {
        "hit": hit["number"],
        "notice": number,
        "case": case,
        "citations": ["RPD 87"],
        "letter_to": ["PT", NODE],
        "told_after_milliseconds": round(told, 1),
    }
    said = (f"Hit {hit['number']} on {number}: bureau PT was told [bold]{told:.0f} ms[/] later, case {case} is open.",)
    return Did(facts, said)


def extradite(w: Walk) -> Did:
    """The case moves: located, provisionally arrested, extradited."""
    number = w.known["case"]
    path = f"/api/cases/{number}/moves"
    w.office(f"desk-{NODE}").post(path, {"to": "provisionally arrested", "remark": "Brought before the judge."})
    case = w.office("desk-PT").post(path, {"to": "extradited", "remark": "The person was handed over."})
    moves = [move["to"] for move in case["moves"]]
    must(moves == ["located", "provisionally arrested", "extradited"], f"the case went {moves}")
    facts = {"case": number, "notice": case["control_number"], "moves": moves, "citations": ["RPD 87", "RPD 81"]}
    said = f"Case {number}: {' → '.join(moves)}, the last as bureau PT confirms. The purpose is achieved."
    return Did(facts, (said,))


def prove_the_recall(w: Walk) -> Did:
    """The notice is recalled as fulfilled, and the node proves that it erased it."""
    number = w.known["wanted"]
    found, delivery = w.receipt(number, "erased")
    must(found["recalled"] == "purpose fulfilled", f"the notice is recalled as {found['recalled']}")
    made = w.ask("Aurelio Martim Valdesco")
    must(not made["results"], "a check still finds the person")
    try:
        w.node().get(f"/api/notices/{in_path(number)}")
    except NotFound as error:
        gone = str(error)
    else:
        raise Failed("the node still holds the notice")
    facts = {
        "notice": number,
        "ground": found["recalled"],
        "citations": ["RPD 81"],
        "receipt": _receipt(delivery),
        "event": found["event"],
        "check": made["number"],
        "matches": len(made["results"]),
    }
    said = (
        f"{number} is recalled ({found['recalled']}), event {found['event']} of the log.",
        f"Node {NODE}: signed receipt, [bold]{delivery['action']}[/]; {fill(gone)}.",
        "A check for the exact name finds nothing more.",
    )
    return Did(facts, said)


# --- Cut off ---------------------------------------------------------------------------------------------------


def check_while_cut_off(w: Walk) -> Did:
    """The line is cut: the node still answers, and queues its hit; nothing crosses."""
    w.line.cut()
    _, granted = w.publish("robbery.yaml", "desk-PT")
    (published,) = granted["notices"]
    made, tribunal = w.ask("Mabourou-Teng Ignace"), w.known["tribunal"]
    found = [one["notice"]["control_number"] for one in made["results"]]
    must(found[:1] == [tribunal], f"the node found {found or 'nobody'}")
    hit = w.node().post("/api/hits", {"check": made["number"], "control_number": tribunal})["number"]
    time.sleep(1.0)  # time enough for both to cross a line that stands
    waiting = w.node().get("/api/status")["reports_waiting"]
    must(waiting >= 1, "the hit did not wait for the line")
    told = w.letter("desk-ICC", "hit.reported", lambda one: one["content"]["hit"]["number"] == hit)
    must(told is None, "the hit crossed a line that is cut")
    silent = w.notice(published)["silent"]
    must(silent == [NODE], "the notice crossed a line that is cut")
    w.known["cut off"] = {"hit": hit, "notice": published}
    facts = {
        "check": made["number"],
        "notice": tribunal,
        "citations": [made["results"][0]["effect"]["source"]],
        "hit": hit,
        "reports_waiting": waiting,
        "published_meanwhile": published,
        "silent": silent,
    }
    said = (
        f"The line between the office and node {NODE} is cut: no byte passes.",
        f"The office publishes {published}; the node is shown as silent about it.",
        f"A check at the node still finds {tribunal}; hit {hit} waits in its queue.",
    )
    return Did(facts, said)


def catch_up(w: Walk) -> Did:
    """The line is mended: the notice published meanwhile arrives, and so does the hit."""
    started = time.perf_counter()
    w.line.mend()
    hit, notice = w.known["cut off"]["hit"], w.known["cut off"]["notice"]
    case = w.told_of(hit, "desk-ICC")["content"]["case"]
    told = time.perf_counter() - started
    w.receipt(notice, "applied")
    level = time.perf_counter() - started
    made = w.ask("Luzia Brenhas Cordeal")
    found = [one["notice"]["control_number"] for one in made["results"]]
    must(found[:1] == [notice], "the notice published meanwhile is not found")
    facts = {
        "hit": hit,
        "case": case,
        "told_after_milliseconds": round(told * 1000, 1),
        "notice": notice,
        "level_after_milliseconds": round(level * 1000, 1),
        "check": made["number"],
    }
    said = (
        f"The line is mended. {told:.1f} s later bureau ICC is told of hit {hit}, and case {case} is open;",
        f"after {level:.1f} s node {NODE} has {notice}, published meanwhile, and a check finds it.",
    )
    return Did(facts, said)


def verify_the_log(w: Walk) -> Did:
    """The whole log is proved from outside, and an earlier checkpoint to be its beginning."""
    office = Verifier.parse(str(read_json(program_folder(w.data, "office") / RUNNING)["key"]))
    since = open_checkpoint(w.known["checkpoint"], office)
    audited, _ = audit_office(w.office("reviewer-1"), office, since=since, contents=True)
    size = audited.checkpoint.size
    facts = {
        "size": size,
        "root": audited.checkpoint.root.hex(),
        "contents": audited.contents,
        "since": since.size,
        "key": str(office),
        "citations": ["RFC 6962"],
    }
    said = (
        f"{size} events: the tree, built anew from every leaf, has the root that the office signed.",
        f"{audited.contents} contents fit their leaves; the {since.size} events signed earlier are its beginning.",
    )
    return Did(facts, said)


STEPS = {
    "request.refused": Step("office", "The request of June 2020 is refused, by its facts", refuse_the_2020_case),
    "request.linked": Step("office", "A later request meets the refusal", meet_the_refusal),
    "notice.published": Step("office", "An ordinary request becomes a notice", publish_the_ordinary_request),
    "tribunal.published": Step("office", "A tribunal's request is published", publish_the_tribunals_request),
    "list.imported": Step("office", "The Security Council's list becomes special notices", import_the_list),
    "check.misspelt": Step(f"node {NODE}", "An officer checks a misspelt name", check_misspelt),
    "check.reordered": Step(f"node {NODE}", "Family name first", check_reordered),
    "check.script": Step(f"node {NODE}", "In another script", check_script),
    "check.original_script": Step(
        f"node {NODE}", "A person on the list, by the original script", check_original_script
    ),
    "check.nobody": Step(f"node {NODE}", "A name that nobody bears", check_nobody),
    "hit.reported": Step(f"node {NODE}", "A hit reaches the requesting bureau", report_the_hit),
    "case.extradited": Step(f"bureaus {NODE} and PT", "The case moves to its end", extradite),
    "recall.proved": Step("office", "The notice is recalled, and its erasure proved", prove_the_recall),
    "cut_off.checked": Step(f"node {NODE}", "Cut off, the node still answers", check_while_cut_off),
    "cut_off.caught_up": Step(f"node {NODE}", "Back on the line, it catches up", catch_up),
    "log.verified": Step("anybody", "The whole log is proved from outside", verify_the_log),
}
"""The steps in their order."""


def _circulated(w: Walk) -> int:
    total: int = w.office("reviewer-1").get("/api/notices", count=1)["total"]
    return total


def _signatories(filing: Facts) -> list[str]:
    return [signature["officer"] for signature in filing["decisions"][-1]["signatures"]]


def _passages(finding: Facts) -> list[str]:
    passage = next((one["passage"] for one in finding["evidence"] if one["passage"]), None)
    return [f"        [dim]“{fill(passage)}”[/]"] if passage else []


def _receipt(delivery: Facts) -> Facts:
    return {key: delivery[key] for key in ("bureau", "action", "version")}


def _milliseconds(start: str, end: str) -> float:
    return round((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds() * 1000, 1)


def _full(name: Facts) -> str:
    return name["full"] or " ".join(part for part in (name["given"], name["family"]) if part)
