"""What the office's streams are called, and on which subjects they keep messages.

NOTICES          notice.<control number>                   for everybody: the last word on each notice
BUREAU_<code>    bureau.<code>.notice.<control number>,    for one bureau: the last word on what not everybody may
                 bureau.<code>.<event>                     have, and letters
REPORTS_<code>   report.<code>.<kind>                      of one bureau: receipts and hits
"""

from __future__ import annotations

NOTICES = "NOTICES"
NOTICE_SUBJECT = "notice."
BUREAU_SUBJECT = "bureau."
REPORT_SUBJECT = "report."


def bureau_stream(bureau: str) -> str:
    """The stream of what one bureau alone is told."""
    return f"BUREAU_{bureau}"


def reports_stream(bureau: str) -> str:
    """The stream of a bureau's reports."""
    return f"REPORTS_{bureau}"


def streams_of(bureau: str) -> tuple[str, str]:
    """The streams that a bureau may read."""
    return NOTICES, bureau_stream(bureau)


def stream_of(subject: str) -> str:
    """The stream in which something for bureaus is published, by its subject."""
    return NOTICES if subject.startswith(NOTICE_SUBJECT) else bureau_stream(subject.split(".", 2)[1])


def subjects_in(stream: str) -> str:
    """The subjects of which a stream keeps messages."""
    if stream == NOTICES:
        return f"{NOTICE_SUBJECT}>"
    kind, _, bureau = stream.partition("_")
    return f"{BUREAU_SUBJECT if kind == 'BUREAU' else REPORT_SUBJECT}{bureau}.>"
