"""Letters to a bureau in its language: what was decided on its request, on what grounds, and what it can do next.

All four languages come from one source, `texts.yaml` and `titles.yaml`. A letter is plain text; in Arabic it reads
from right to left, and what is of another script in it stands in isolates (U+2068, U+2069), so that it keeps its order.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import pycountry
import yaml

from rednotice.model.decision import Decision, Outcome, Weighing
from rednotice.model.filing import Filing
from rednotice.model.request import Language
from rednotice.model.values import bureau_name, country_names

ISOLATE, END_OF_ISOLATE = "\u2068", "\u2069"
ALIKE = 5
"""So many findings of one rule are told at most; the whole is in the decision."""

_BIDI_CONTROLS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_LEFT_TO_RIGHT = re.compile(r"[^\W_\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")


@cache
def texts() -> dict[str, dict[str, str]]:
    """The words of letters: by key, then by language."""
    return _read("texts.yaml")


@cache
def titles() -> dict[str, dict[str, str]]:
    """What each rule is about: by its name, then by language."""
    return _read("titles.yaml")


def letter(filing: Filing, decision: Decision, language: Language) -> str:
    """The letter by which a bureau is told of a decision on its request.

    Args:
        filing: the request.
        decision: a decision on it, signed by two persons.
        language: one of the official languages, whatever the request was written in.
    """
    paragraphs = ["\n".join(lines) for lines in _paragraphs(filing, decision, language)]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n"


def _paragraphs(filing: Filing, decision: Decision, language: Language) -> Iterator[list[str]]:
    refused = decision.outcome is Outcome.REFUSE
    request = filing.request
    yield [_text("refusal_title" if refused else "publication_title", language)]
    yield [
        _text("to", language, bureau=request.bureau, name=_name_of(request.bureau, language)),
        _text("your_reference", language, reference=request.reference),
        _text("our_number", language, number=filing.number),
        _text("date", language, date=f"{decision.signatures[-1].at:%Y-%m-%d}"),
    ]
    yield list(_outcome(filing, decision, language))
    if refused:
        yield list(_grounds(decision, language))
    yield [_text("reasons", language), _apart(decision.reasons, language)]
    for signature in decision.signatures:
        if signature.remark:
            yield [_apart(signature.remark, language)]
    after = "after_refusal" if refused else "after_publication"
    yield [_text(f"{after}_title", language), _text(after, language)]
    officers = ", ".join(signature.officer for signature in decision.signatures)
    yield [_text("ask", language, number=filing.number), _text("signed", language, officers=officers)]


def _outcome(filing: Filing, decision: Decision, language: Language) -> Iterator[str]:
    refused = decision.outcome is Outcome.REFUSE
    persons = filing.request.persons
    places = [n for n in range(len(persons)) if decision.covers(n)]
    if not places:
        yield _text("refused_request" if refused else "published_request", language, notice=", ".join(decision.notices))
        return
    yield _text("refused_persons" if refused else "published_persons", language)
    for order, n in enumerate(places):
        name = persons[n].principal_name if persons[n].is_named else _text("without_name", language)
        if order < len(decision.notices):
            yield _text("person_with_notice", language, place=str(n + 1), name=name, notice=decision.notices[order])
        else:
            yield _text("person", language, place=str(n + 1), name=name)
    if filing.undecided:
        yield _text("undecided", language, count=str(len(filing.undecided)))


def _grounds(decision: Decision, language: Language) -> Iterator[str]:
    yield _text("grounds", language)
    said: dict[tuple[str, str], list[str]] = {}
    for finding in decision.findings:
        said.setdefault((finding.rule, finding.citation), []).append(finding.because)
    for (rule, citation), becauses in said.items():
        yield _ground(rule, citation, language)
        once = list(dict.fromkeys(becauses))
        for because in once[:ALIKE]:
            yield _text("detail", language, because=because)
        if len(once) > ALIKE:
            yield _text("more_alike", language, count=str(len(once) - ALIKE))
    for added in decision.weighed:
        if added.weighing is Weighing.ADDED:
            yield _ground(None, added.citation or "", language)
            yield _text("detail", language, because=added.because or "")
    if said:
        note = _text("findings_in_english", language)
        if note:
            yield note


def _ground(rule: str | None, citation: str, language: Language) -> str:
    title = titles().get(rule or "", {}).get(language)
    if title is None:
        return _text("ground_without_title", language, citation=citation)
    return _text("ground", language, citation=citation, title=title)


def _text(key: str, language: Language, **values: str) -> str:
    return texts()[key][language].format(**{name: _apart(value, language) for name, value in values.items()})


def _apart(value: str, language: Language) -> str:
    """Text that was filled in, line by line isolated where it runs the other way than the letter."""
    other = _LEFT_TO_RIGHT if language is Language.ARABIC else _RIGHT_TO_LEFT
    lines = _BIDI_CONTROLS.sub("", value).split("\n")
    return "\n".join(f"{ISOLATE}{line}{END_OF_ISOLATE}" if other.search(line) else line for line in lines)


def _name_of(bureau: str, language: Language) -> str:
    """The name of a country in a language; international entities go by their English names."""
    if language is Language.ENGLISH or bureau not in country_names():
        return bureau_name(bureau)
    names = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language], fallback=True)
    return names.gettext(pycountry.countries.lookup(bureau).name)


def _read(name: str) -> dict[str, dict[str, str]]:
    held: dict[str, dict[str, str]] = yaml.safe_load(files(__package__).joinpath(name).read_text(encoding="utf-8"))
    return held
