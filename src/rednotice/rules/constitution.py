"""Neutrality (Constitution, Article 3): every rule of it, in the order in which a reviewer reads them.

`military` and `categories` are the categories of practice, `factors` the rest of RPD 34(3), `neutrality` weighs all.
"""

from __future__ import annotations

from collections.abc import Iterator

from rednotice.model.finding import Evidence
from rednotice.rules.neutrality import WEIGHED, predominance
from rednotice.rules.rule import AGAINST_PERSONS, File, Says, doubtful, rule, satisfied


@rule(
    "RPD 77, 86",
    since="2012-07-01",
    colours=AGAINST_PERSONS,
    source_note="The rule that a refused case may return only with new and relevant facts was written from memory.",
)
def refused_before(file: File) -> Iterator[Says]:
    """Is this the first time that this case is brought?"""
    for earlier in file.earlier:
        yield doubtful(
            f"request {earlier.request} of bureau {earlier.bureau} for {'; '.join(earlier.same)} was {earlier.how} "
            f"on {earlier.decided_at[:10]} under {', '.join(earlier.citations)}",
            Evidence(path="persons", passage=earlier.reasons[:300]),
            mend="A refused case may come again only with new and relevant facts: say which they are",
        )
    if not file.earlier:
        yield satisfied("no refused request for these persons is known", Evidence(path="persons"))


RULES = (*WEIGHED, predominance, refused_before)
