"""The commission's time limits and the ends of retention, as dates (`redress.yaml`)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from rednotice.model.application import ApplicationKind, ApplicationState
from rednotice.model.values import months_later
from rednotice.rules.figures import figure

BOOK = "redress"


def next_step_due(state: ApplicationState, kind: ApplicationKind, since: datetime) -> datetime | None:
    """Until when the step after a state is to be taken; None if nothing is due.

    Args:
        state: where the application stands.
        kind: what it asks.
        since: when it came there; for a decision, when it was admitted or its revision began.
    """
    on = since.date()
    match state:
        case ApplicationState.RECEIVED:
            return since + timedelta(days=figure("acknowledgement_days", on, BOOK))
        case ApplicationState.ACKNOWLEDGED:
            return after_months(since, figure("admissibility_months", on, BOOK))
        case ApplicationState.ADMISSIBLE | ApplicationState.IN_EXCHANGE:
            limit = "access_months" if kind is ApplicationKind.ACCESS else "deletion_months"
            return after_months(since, figure(limit, on, BOOK))
        case ApplicationState.DECIDED:
            return after_months(since, figure("execution_months", on, BOOK))
        case _:
            return None


def extended(due: datetime) -> datetime:
    """Until when a decision is due that was extended (CCF 40)."""
    return after_months(due, figure("extension_months", due.date(), BOOK))


def answer_due(asked: datetime) -> datetime:
    """Until when a decision waits for what a bureau was asked."""
    return asked + timedelta(days=figure("bureau_answer_days", asked.date(), BOOK))


def revision_is_in_time(learned_on: date, on: date) -> bool:
    """Whether new facts are put forward soon enough after they were learned (CCF 42)."""
    return learned_on <= on <= months_later(learned_on, figure("revision_months", on, BOOK))


def kept_until(figure_name: str, since: datetime) -> datetime:
    """When retention ends that began at a moment, as one of the figures `..._kept_months` says."""
    return after_months(since, figure(figure_name, since.date(), BOOK))


def look_again(at: datetime) -> datetime:
    """When erasure is tried again that a legal hold forbids."""
    return at + timedelta(days=figure("held_look_again_days", at.date(), BOOK))


def after_months(since: datetime, months: int) -> datetime:
    """The same moment so many months later; the last day of a month that is shorter.

    >>> after_months(datetime(2027, 10, 31), 4)
    datetime.datetime(2028, 2, 29, 0, 0)
    """
    return datetime.combine(months_later(since.date(), months), since.timetz())
