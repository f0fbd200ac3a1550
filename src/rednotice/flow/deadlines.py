"""What happens when something falls due. The office's clock calls `carry_out`, once for each task.

A step of the road that sets a deadline (`work.schedule`) names here the function that sees to it.
"""

from __future__ import annotations

from collections.abc import Callable

from rednotice.flow import circulation, consultation, followup, redress, retention, upkeep
from rednotice.flow.work import OfficeWork
from rednotice.model.task import Task, TaskKind

HANDLERS: dict[TaskKind, Callable[[OfficeWork, Task], None]] = {
    TaskKind.ACKNOWLEDGEMENT_DUE: redress.remind,
    TaskKind.ADMISSIBILITY_DUE: redress.remind,
    TaskKind.DECISION_DUE: redress.remind,
    TaskKind.EXECUTION_DUE: redress.remind,
    TaskKind.ERASURE_DUE: retention.end,
    TaskKind.REVIEW_COMING: upkeep.review_coming,
    TaskKind.REVIEW_DUE: upkeep.review_due,
    TaskKind.DUTY_DUE: followup.duty_due,
    TaskKind.RECEIPT_DUE: circulation.receipt_due,
    TaskKind.ANSWER_DUE: consultation.answer_due,
    TaskKind.OPINION_DUE: consultation.opinion_due,
    TaskKind.PROTEST_DUE: consultation.opinion_due,
}


def carry_out(work: OfficeWork, task: Task) -> None:
    """Does what is to be done when a task falls due. What no longer needs it is left alone.

    Raises:
        LookupError: if nobody sees to tasks of this kind.
    """
    HANDLERS[task.kind](work, task)
