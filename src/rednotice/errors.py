"""Every error that a caller may meet.

    RedNoticeError
    ├── InvalidInput     what was handed in is malformed; carries every fault with its path
    ├── NotFound         no such request, notice, case or check
    ├── NotAllowed       this officer may not do this
    ├── Conflict         the state of the thing forbids the act (signed already, not yet published, ...)
    ├── NotTrusted       bytes from outside failed a check of signature, proof or order
    ├── Unavailable      a part that is needed does not answer; nothing was done, try again
    │   └── NotReady     the program runs, but not all that it needs; carries every part that is not well
    └── CannotStart      an engine, port or folder is not to be had; says which, in one sentence

A message says what was found, what was expected, where, and what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

QUOTE_LIMIT = 80


def printable(text: str) -> str:
    """Text that can be printed and sent: half of a surrogate pair, which JSON can carry, is written as its number."""
    return text.encode("utf-8", "backslashreplace").decode()


def quote(value: object) -> str:
    """Gives a value as text for an error message, cut so that no input can flood the reader."""
    text = printable(value if isinstance(value, str) else repr(value))
    if len(text) <= QUOTE_LIMIT:
        return f"'{text}'"
    return f"'{text[:QUOTE_LIMIT]}…' ({len(text):,} characters)"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input: where it is (`persons[3].born`), what is wrong, how to mend it."""

    path: str
    problem: str
    mend: str
    line: int | None = None

    def __str__(self) -> str:
        where = self.path or "(the whole document)"
        line = f" (line {self.line})" if self.line else ""
        stop = "" if self.mend.endswith("?") else "."
        return f"{where}{line}: {self.problem}. {self.mend}{stop}"


class RedNoticeError(Exception):
    """The root of the tree above; `title` and `status` are what RFC 9457 problem details show."""

    title = "Something went wrong"
    status = 500

    @property
    def kind(self) -> str:
        """The stable name of this kind of error, as it stands in the `type` of problem details."""
        return f"urn:rednotice:error:{type(self).__name__}"


class InvalidInput(RedNoticeError):
    """What was handed in is malformed. `faults` holds all that is wrong, not the first thing alone."""

    title = "The input is not valid"
    status = 422

    def __init__(self, faults: Sequence[Fault], what: str = "input") -> None:
        self.faults = tuple(faults)
        count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        super().__init__(f"{count} in the {what}; nothing was stored")

    @classmethod
    def at(cls, path: str, problem: str, mend: str, what: str = "input") -> InvalidInput:
        """An error with a single fault."""
        return cls([Fault(path, problem, mend)], what)


class NotFound(RedNoticeError):
    """There is no thing of this name."""

    title = "Not found"
    status = 404


class NotAllowed(RedNoticeError):
    """The officer who acts may not do this."""

    title = "Not allowed"
    status = 403


class NotKnown(NotAllowed):
    """Nobody knows who is acting: no credentials, or credentials that fit no officer."""

    title = "Who is acting is not known"
    status = 401


class Conflict(RedNoticeError):
    """The state of a thing forbids the act; nothing was changed."""

    title = "Not possible in this state"
    status = 409


class NotTrusted(RedNoticeError):
    """Bytes from outside failed a check of signature, proof or order, and were not believed."""

    title = "Not trusted"
    status = 400


class TooMany(RedNoticeError):
    """The caller asks more than its share. Nothing was done; others are served."""

    title = "Too many calls"
    status = 429


class Unavailable(RedNoticeError):
    """A part that is needed does not answer. Nothing was done."""

    title = "Not available at the moment"
    status = 503


class NotReady(Unavailable):
    """The program runs, but should be sent nothing. `faults` names every part that is not well."""

    title = "Not ready"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("not well: " + ", ".join(fault.path for fault in faults))


class CannotStart(RedNoticeError):
    """A program could not start; the message is one sentence that names the cause and the remedy."""

    title = "Cannot start"
