"""What falls due: a task that the office's clock carries out once, whichever office does it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from rednotice.model.values import Line, Noun


class TaskKind(StrEnum):
    """Every kind of deadline. What happens when it comes, `flow.deadlines` says."""

    ANSWER_DUE = "answer due"  # a bureau was asked about its request (RPD 78)
    OPINION_DUE = "opinion due"  # another bureau was asked for its position (RPD 34(3)(d))
    PROTEST_DUE = "protest due"  # another country may protest (AG-2010-RES-10)
    REVIEW_COMING = "review coming"  # a notice is examined again soon (RPD 50)
    REVIEW_DUE = "review due"  # and nobody said that it is still needed (RPD 51)
    DUTY_DUE = "duty due"  # after location (RPD 87)
    RECEIPT_DUE = "receipt due"  # of a bureau's node, for what was circulated to it
    ACKNOWLEDGEMENT_DUE = "acknowledgement due"  # of an application (CCF 31)
    ADMISSIBILITY_DUE = "admissibility due"  # of an application (CCF 32)
    DECISION_DUE = "decision due"  # on an application (CCF 40)
    EXECUTION_DUE = "execution due"  # of a decision of the commission (CCF 41)
    ERASURE_DUE = "erasure due"  # the end of retention (RPD 49-51)


class Task(Noun):
    """A deadline: what falls due, of which subject, when. One of a kind, subject and key stands at a time."""

    kind: TaskKind
    subject: Line
    due: datetime
    key: str = ""
