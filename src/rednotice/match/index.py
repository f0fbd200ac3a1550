"""Who of those listed may be meant: fuzzy over the forms of words, never over persons.

Names stand in layers (`_Layer`), each an unchanging segment: a new name begins a small layer, and layers that have
grown alike are made into one, so that a notice is found at once and a large list is not touched for it.
"""

from __future__ import annotations

import math
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from rednotice.match import names, text
from rednotice.match.documents import normal_number
from rednotice.match.explain import explain
from rednotice.match.names import MINOR_WEIGHT, Comparison, compare
from rednotice.match.score import weigh_evidence
from rednotice.match.segment import Channel, Segment, forms_asked, forms_asked_joined
from rednotice.match.text import Word, words
from rednotice.model.check import Answer, Listed, Match, Query

REPORTED_FROM = 0.72
"""Matches that score less are not shown."""
RESCORED = 50
"""So many of the best candidates are compared word by word."""
BUDGET = 500_000
"""Postings read for one question, after which no new candidate is taken up; the answer says so."""
INITIAL_WEIGHT = 0.3
JOINED_WEIGHT = 1.5
"""What it is worth to a candidate that two words asked stand in it as one."""

Place = tuple[str, int]
"""A name: whose, and which of the person's names."""


def build(people: Iterable[Listed]) -> Index:
    """An index over people."""
    index = Index()
    for person in people:
        index.add(person)
    return index


class _Layer:
    """Names that were indexed together, as far as they were not removed since."""

    def __init__(self, entries: Iterable[tuple[Place, tuple[Word, ...]]]) -> None:
        self.entries: list[tuple[Place, tuple[Word, ...]] | None] = list(entries)
        self.alive = len(self.entries)
        self.segment = Segment([entry[1] for entry in self.entries if entry])

    def living(self) -> Iterator[tuple[Place, tuple[Word, ...]]]:
        """The names that were not removed."""
        return (entry for entry in self.entries if entry)

    def remove(self, number: int) -> None:
        """Takes a name out; what only it had is overwritten."""
        entry = self.entries[number]
        assert entry is not None
        self.entries[number] = None
        self.alive -= 1
        self.segment.scrub(number, entry[1])


class Index:
    """Persons, findable by name in any script and by document. May be read and changed from many threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._people: dict[str, Listed] = {}
        self._documents: dict[str, set[str]] = defaultdict(set)
        self._layers: list[_Layer] = []
        self._new: dict[Place, tuple[Word, ...]] = {}
        self._where: dict[Place, tuple[_Layer, int]] = {}

    def __len__(self) -> int:
        """How many persons are listed."""
        return len(self._people)

    def add(self, person: Listed) -> None:
        """Makes a person findable, in place of an older entry of the same id."""
        with self._lock:
            self.remove(person.id)
            self._people[person.id] = person
            for number in person.documents:
                self._documents[normal_number(number)].add(person.id)
            for position, name in enumerate(person.names):
                self._new[person.id, position] = words(name)

    def remove(self, person_id: str) -> None:
        """Makes a person no longer findable; nothing of the person stays behind. Unknown ids are passed over."""
        with self._lock:
            person = self._people.pop(person_id, None)
            if person is None:
                return
            for number in person.documents:
                normal = normal_number(number)
                self._documents[normal].discard(person_id)
                if not self._documents[normal]:
                    del self._documents[normal]
            for position in range(len(person.names)):
                place = (person_id, position)
                if self._new.pop(place, None) is None:
                    layer, standing = self._where.pop(place)
                    layer.remove(standing)
                    if not layer.alive:
                        self._layers.remove(layer)
            text.forget()
            names.forget()

    def check(self, query: Query, limit: int = 10, reported_from: float = REPORTED_FROM) -> Answer:
        """The persons who may be meant, best first; none means that nobody is near enough.

        Args:
            query: what was asked; a machine-readable zone is read before (`match.documents.read_mrz`).
            limit: how many at most.
            reported_from: the least score that is shown.
        """
        with self._lock:
            self._settle()
            asked = words(query.name) if query.name else ()
            likely, cut = self._likely(asked)
            compared = self._candidates(query, asked, likely)
            matches = [self._match(query, person, near) for person, near in compared]
            size = len(self._people)
        shown = [match for match in matches if match.score >= reported_from]
        shown.sort(key=lambda match: (-match.score, match.id))
        return Answer(query=query, matches=tuple(shown[:limit]), compared_with=size, cut_by_budget=cut)

    # --- Layers ---------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Indexes what is new, together with the layers that are no larger than it."""
        if not self._new:
            return
        entries = list(self._new.items())
        self._new = {}
        while self._layers and self._layers[-1].alive <= 2 * len(entries):
            entries = [*self._layers.pop().living(), *entries]
        layer = _Layer(entries)
        self._layers.append(layer)
        self._where.update({place: (layer, number) for number, (place, _) in enumerate(entries)})

    # --- Candidates and their comparison ----------------------------------------------------------------------

    def _candidates(
        self, query: Query, asked: tuple[Word, ...], likely: Iterable[tuple[Place, tuple[Word, ...]]]
    ) -> Iterator[tuple[Listed, Comparison | None]]:
        weigh = self._weighing()
        best: dict[str, Comparison] = {}
        for (person_id, _), name in likely:
            comparison = compare(asked, name, weigh)
            held = best.get(person_id)
            if held is None or comparison.score > held.score:
                best[person_id] = comparison
        number = normal_number(query.document) if query.document else ""
        by_document = self._documents.get(number, ()) if number else ()
        for person_id in {*best, *by_document}:
            yield self._people[person_id], best.get(person_id)

    def _likely(self, asked: Sequence[Word]) -> tuple[list[tuple[Place, tuple[Word, ...]]], bool]:
        weigh = self._weighing()
        forms = [(tuple(forms_asked(word)), weigh(word)) for word in dict.fromkeys(asked)]
        forms += [(tuple(forms_asked_joined(*pair)), JOINED_WEIGHT) for pair in pairwise(asked)]
        found: list[tuple[float, Place, tuple[Word, ...]]] = []
        cut = False
        for layer in self._layers:
            numbers, sums, cut_here = layer.segment.likely(forms, RESCORED, BUDGET)
            cut = cut or cut_here
            for number, gained in zip(numbers.tolist(), sums.tolist(), strict=True):
                entry = layer.entries[number]
                if entry:
                    found.append((gained, *entry))
        found.sort(key=lambda one: (-one[0], one[1]))
        return [(place, name) for _, place, name in found[:RESCORED]], cut

    def _weighing(self) -> Callable[[Word], float]:
        """How much a word says: the rarer in the list the more, particles and titles little, initials less."""
        total = sum(layer.alive for layer in self._layers) or 1
        remembered: dict[Word, float] = {}

        def weigh(word: Word) -> float:
            if word.is_minor:
                return MINOR_WEIGHT
            if word.is_initial:
                return INITIAL_WEIGHT
            held = remembered.get(word)
            if held is None:
                borne = self._bearers(Channel.KEY, word.key) or self._bearers(Channel.SKELETON, word.skeleton)
                held = remembered[word] = 0.5 + 0.5 * math.log1p(total / (borne + 1)) / math.log1p(total)
            return held

        return weigh

    def _bearers(self, channel: Channel, form: str) -> int:
        return sum(layer.segment.bearers(channel, form) for layer in self._layers) if form else 0

    def _match(self, query: Query, person: Listed, comparison: Comparison | None) -> Match:
        score, evidence = weigh_evidence(comparison.score if comparison else None, query, person)
        return explain(person, comparison, evidence, score)
