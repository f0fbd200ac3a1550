"""The book as it is shown: every rule with its article, dates, colours, question and text."""

from __future__ import annotations

import inspect
from datetime import date

from rednotice.model.request import Colour
from rednotice.model.values import Noun
from rednotice.rules.book import CHAPTERS, rule_named


class RuleEntry(Noun):
    """A rule as anybody may read it."""

    name: str
    chapter: str
    citation: str
    question: str
    text: str
    since: date
    until: date | None
    colours: tuple[Colour, ...]
    source_note: str | None

    @property
    def in_force(self) -> str:
        """From when, and until when, in words."""
        return f"{self.since} to {self.until}" if self.until else f"since {self.since}"

    @property
    def colours_in_words(self) -> str:
        """The colours that it is asked of, in words."""
        every = len(self.colours) >= len(Colour) - 1
        return "every colour" if every else ", ".join(self.colours)


def catalogue() -> tuple[RuleEntry, ...]:
    """Every rule, in the order in which it is asked."""
    return tuple(
        RuleEntry(
            name=rule.name,
            chapter=chapter,
            citation=rule.citation,
            question=rule.question,
            text=inspect.getdoc(rule.ask) or rule.question,
            since=rule.since,
            until=rule.until,
            colours=tuple(sorted(rule.colours)),
            source_note=rule.source_note,
        )
        for chapter, rules in CHAPTERS
        for rule in rules
    )


def entry(name: str) -> RuleEntry:
    """A rule by its name.

    Raises:
        NotFound: if the book has none of this name.
    """
    wanted = rule_named(name).name
    return next(one for one in catalogue() if one.name == wanted)
