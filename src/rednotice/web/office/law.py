"""The law over HTTP: the rules for everybody, and for the office's officers which requests a rule last objected to."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from rednotice.errors import NotAllowed
from rednotice.model.finding import Verdict
from rednotice.model.values import Noun
from rednotice.rules.book import rule_named
from rednotice.rules.catalogue import RuleEntry, catalogue
from rednotice.web.office.acting import Acting, TheOffice

router = APIRouter()


class Touched(Noun):
    """A request to which a rule objected when it was last examined."""

    request: str
    bureau: str
    filed_at: datetime
    state: str
    verdict: Verdict


@router.get("/api/law", tags=["law"])
def law() -> list[RuleEntry]:
    """Every rule of the book, in the order in which it is asked."""
    return list(catalogue())


@router.get("/api/law/rules/{rule}/requests", tags=["law"])
def touched(office: TheOffice, rule: str, by: Acting, count: Annotated[int, Query(ge=1, le=100)] = 10) -> list[Touched]:
    """The requests to which a rule objected, newest first."""
    if not by.of_office:
        raise NotAllowed(f"{by.name} ({by.role}, {by.bureau}) cannot see what rules object to; the office can")
    name = rule_named(rule).name
    with office.read() as reader:
        found = reader.objected_to(name, count)
    return [
        Touched(
            request=filing.number,
            bureau=filing.request.bureau,
            filed_at=filing.filed_at,
            state=filing.state,
            verdict=max(
                (finding.verdict for finding in filing.examination.findings if finding.rule == name),
                key=list(Verdict).index,
            ),
        )
        for filing in found
    ]
