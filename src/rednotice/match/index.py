"""Who of those listed may be meant: fuzzy over the vocabulary of words, never over persons."""

from __future__ import annotations

import math
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA

from rednotice.match import names, text
from rednotice.match.documents import normal_number
from rednotice.match.explain import explain
from rednotice.match.names import MINOR_WEIGHT, Comparison, compare
from rednotice.match.score import weigh_evidence
from rednotice.match.text import Word, words
from rednotice.model.check import Answer, Listed, Match, Query

REPORTED_FROM = 0.72
"""Matches that score less are not shown."""
RESCORED = 200
"""So many of the best candidates are compared word by word."""
EXPANSIONS = 60
"""So many words of the vocabulary at most stand in for one word asked."""


def build(people: Iterable[Listed]) -> Index:
    """An index over people."""
    index = Index()
    for person in people:
        index.add(person)
    return index


@dataclass(slots=True)
class _Vocabulary:
    """Forms of words, and the names in which they stand."""

    postings: dict[str, set[tuple[str, int]]] = field(default_factory=lambda: defaultdict(set))
    forms: list[str] | None = None

    def add(self, form: str, name: tuple[str, int]) -> None:
        if form not in self.postings:
            self.forms = None
        self.postings[form].add(name)

    def remove(self, form: str, name: tuple[str, int]) -> None:
        borne_by = self.postings[form]
        borne_by.discard(name)
        if not borne_by:
            del self.postings[form]
            self.forms = None

    def near(self, form: str, cutoff: float) -> Iterator[tuple[str, float]]:
        """The forms near to one, each with its nearness."""
        if not form:
            return
        if self.forms is None:
            self.forms = list(self.postings)
        found = process.extract(
            form, self.forms, scorer=OSA.normalized_similarity, score_cutoff=cutoff, limit=EXPANSIONS
        )
        for near, nearness, _ in found:
            yield near, nearness


class Index:
    """Persons, findable by name in any script and by document. May be read and changed from many threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._people: dict[str, Listed] = {}
        self._names: dict[tuple[str, int], tuple[Word, ...]] = {}
        self._keys = _Vocabulary()
        self._skeletons = _Vocabulary()
        self._joined = _Vocabulary()
        self._documents: dict[str, set[str]] = defaultdict(set)

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
                self._index_name((person.id, position), words(name))

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
                self._unindex_name((person_id, position))
            text.forget()
            names.forget()

    def check(self, query: Query, limit: int = 10) -> Answer:
        """The persons who may be meant, best first; none means that nobody is near enough.

        Args:
            query: what was asked; a machine-readable zone is read before (`match.documents.read_mrz`).
            limit: how many at most.
        """
        with self._lock:
            asked = words(query.name) if query.name else ()
            likely = self._likely(asked)
            compared = self._candidates(query, asked, likely[:RESCORED])
            matches = [self._match(query, person, near) for person, near in compared]
            size = len(self._people)
        shown = [match for match in matches if match.score >= REPORTED_FROM]
        shown.sort(key=lambda match: (-match.score, match.id))
        cut = len(likely) > RESCORED
        return Answer(query=query, matches=tuple(shown[:limit]), compared_with=size, cut_by_budget=cut)

    # --- The words of names -------------------------------------------------------------------------------

    def _forms(self, name: tuple[Word, ...]) -> Iterator[tuple[_Vocabulary, str]]:
        for word in name:
            if not word.vowelless:
                yield self._keys, word.key
            yield self._skeletons, word.skeleton
        for first, second in pairwise(name):
            yield self._joined, first.key + second.key
        if len(name) > 2:
            yield self._joined, "".join(word.key for word in name)

    def _index_name(self, place: tuple[str, int], name: tuple[Word, ...]) -> None:
        self._names[place] = name
        for vocabulary, form in self._forms(name):
            if form:
                vocabulary.add(form, place)

    def _unindex_name(self, place: tuple[str, int]) -> None:
        for vocabulary, form in self._forms(self._names.pop(place)):
            if form and place in vocabulary.postings.get(form, ()):
                vocabulary.remove(form, place)

    # --- Candidates and their comparison ------------------------------------------------------------------

    def _candidates(
        self, query: Query, asked: tuple[Word, ...], likely: Iterable[tuple[str, int]]
    ) -> Iterator[tuple[Listed, Comparison | None]]:
        best: dict[str, Comparison] = {}
        for place in likely:
            comparison = compare(asked, self._names[place], self._weigh)
            held = best.get(place[0])
            if held is None or comparison.score > held.score:
                best[place[0]] = comparison
        number = normal_number(query.document) if query.document else ""
        by_document = self._documents.get(number, ()) if number else ()
        for person_id in {*best, *by_document}:
            yield self._people[person_id], best.get(person_id)

    def _likely(self, asked: tuple[Word, ...]) -> list[tuple[str, int]]:
        scores: dict[tuple[str, int], float] = defaultdict(float)
        for word in asked:
            best: dict[tuple[str, int], float] = {}
            for places, nearness in self._expansions(word):
                gain = nearness * self._weigh(word)
                for place in places:
                    if gain > best.get(place, 0.0):
                        best[place] = gain
            for place, gain in best.items():
                scores[place] += gain / (1 + 0.05 * len(self._names[place]))
        for form in self._joined_forms(asked):
            for place in self._keys.postings.get(form, set()) | self._joined.postings.get(form, set()):
                scores[place] += 1.5
        return sorted(scores, key=scores.__getitem__, reverse=True)

    def _expansions(self, word: Word) -> Iterator[tuple[set[tuple[str, int]], float]]:
        if not word.vowelless:
            for form, nearness in self._keys.near(word.key, 0.55):
                yield self._keys.postings[form], nearness
            for form, nearness in self._joined.near(word.key, 0.85):
                yield self._joined.postings[form], nearness
        for form, nearness in self._skeletons.near(word.skeleton, 0.99 if not word.foreign else 0.6):
            yield self._skeletons.postings[form], nearness * 0.9

    @staticmethod
    def _joined_forms(asked: tuple[Word, ...]) -> set[str]:
        forms = {first.key + second.key for first, second in pairwise(asked)}
        if len(asked) > 1:
            forms.add("".join(word.key for word in asked))
        return forms

    def _weigh(self, word: Word) -> float:
        """How much a word says: the rarer in the list the more, particles and titles little, initials less."""
        if word.is_minor:
            return MINOR_WEIGHT
        if word.is_initial:
            return 0.3
        total = len(self._names) or 1
        borne = len(self._keys.postings.get(word.key, ())) or len(self._skeletons.postings.get(word.skeleton, ()))
        rarity = math.log1p(total / (borne + 1)) / math.log1p(total)
        return 0.5 + 0.5 * rarity

    def _match(self, query: Query, person: Listed, comparison: Comparison | None) -> Match:
        score, evidence = weigh_evidence(comparison.score if comparison else None, query, person)
        return explain(person, comparison, evidence, score)
