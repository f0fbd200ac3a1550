"""Who of those listed may be meant: fuzzy over the forms of words, never over persons.

Persons stand in segments, each unchanging: a new person begins a small one, and segments that have grown alike are
made into one, so that a notice is found at once and a large list is not touched for it.
"""

from __future__ import annotations

import gc
import math
import threading
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from rednotice.match import REPORTED_FROM, lexicon, text
from rednotice.match.explain import explain
from rednotice.match.names import Asked, Borne, compare, probability, room_of_thread
from rednotice.match.score import Known, likelihood, needed, total, weigh_evidence
from rednotice.match.segment import Segment, segment_of
from rednotice.match.text import words
from rednotice.model.check import Answer, Listed, Match, Query

BOOST = 1e5
"""What is known besides the name makes a person no more than so many times likelier, but for a document."""
MERGED_UP_TO = 20_000
"""Segments of more persons are not made into one with others: that would take longer than a second."""


@cache
def warm() -> None:
    """Does once whatever a first check would do."""
    index = Index()
    index.add_all([Listed(id="1", names=("Anna Maria Eriksson", "Анна Эриксон"), documents=("L898902C3",))])
    index.check(Query(name="Annamaria Erikson", document="L898902C3"))
    # Readings of Han characters come from dictionaries of their own.
    index.check(Query(name="王微"))
    index.remove("1")
    # Python would look through these dictionaries amid a check, which takes it a quarter of a second each time.
    gc.collect()
    gc.freeze()


class Index:
    """Persons, findable by name in any script and by document. May be read and changed from many threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._merging = threading.Lock()
        self._segments: tuple[Segment, ...] = ()
        self._borne = Borne.nothing().counts
        self._gone: list[str] | None = None

    def __len__(self) -> int:
        """How many persons are listed."""
        return sum(segment.alive for segment in self._segments)

    # --- Asking ---------------------------------------------------------------------------------------------

    def check(self, query: Query, limit: int = 10, reported_from: float = REPORTED_FROM) -> Answer:
        """The persons who may be meant, best first; none means that nobody is near enough.

        Args:
            query: what was asked; a machine-readable zone is read before (`match.documents.read_mrz`).
            limit: how many at most.
            reported_from: the least score that is shown. Who bears the very name asked, which may be a common one, is
                shown below `REPORTED_FROM` as well, unless what else is known speaks against it.
        """
        with self._lock:
            segments = self._segments
            borne = Borne(self._borne, max(1, sum(segment.names for segment in segments)))
        if not segments:
            return Answer(query=query, matches=(), compared_with=0)
        asked = Asked.of(words(query.name) if query.name else (), borne)
        known = Known.of(query)
        by_document = {
            (place, person): listed
            for place, segment in enumerate(segments if known.number else ())
            for person, listed in segment.by_document(known.lookalike)
        }
        least = -math.inf if by_document else needed(reported_from, BOOST if known.tells else 1.0)
        same = asked.itself if reported_from <= REPORTED_FROM else math.inf
        near, cut = _near(asked, segments, borne, min(least, same))
        same_name = probability(same)
        found = []
        for person, position, odds in _candidates(asked, borne, segments, near, by_document):
            ratio, number = likelihood(known, person)
            score = total(odds, ratio, number)
            # What rounds to nothing is no match, however few the others are.
            if (score and score >= reported_from) or (ratio >= 1 and odds is not None and odds >= same_name):
                found.append((score, odds or 0.0, person, position))
        found.sort(key=lambda one: (-one[0], -one[1], one[2].id))
        return Answer.model_construct(
            query=query,
            matches=tuple(_match(asked, borne, known, person, position) for _, _, person, position in found[:limit]),
            compared_with=sum(one.alive for one in segments),
            cut_by_budget=cut,
        )

    # --- Changing -------------------------------------------------------------------------------------------

    def add(self, person: Listed) -> None:
        """Makes a person findable, in place of an older entry of the same id."""
        self.add_all([person])

    def add_all(self, people: Iterable[Listed]) -> None:
        """Makes persons findable at once, each in place of any older entry of the same id."""
        fresh = segment_of(people)
        if not fresh.alive:
            return
        with self._lock:
            if self._segments:
                for person in fresh.living():
                    self.remove(person.id)
            self._put((*self._segments, fresh), came=fresh)
        self._merge()

    def remove(self, person_id: str) -> None:
        """Makes a person no longer findable; nothing of the person stays behind. Unknown ids are passed over."""
        with self._lock:
            for segment in self._segments:
                number = segment.by_id(person_id)
                if number is None:
                    continue
                np.subtract.at(self._borne, np.array(segment.remove(number), np.int32), 1)
                if not segment.alive:
                    self._segments = tuple(one for one in self._segments if one is not segment)
                if self._gone is not None:
                    self._gone.append(person_id)
                text.forget()
                lexicon.forget()
                return

    def _put(self, segments: tuple[Segment, ...], came: Segment, *went: Segment) -> None:
        np.add.at(self._borne, *came.borne())
        for segment in went:
            np.subtract.at(self._borne, *segment.borne())
        self._segments = segments

    def _merge(self) -> None:
        """Makes one of the last segments while they are alike; checks go on meanwhile, and so do removals."""
        if not self._merging.acquire(blocking=False):
            return
        try:
            while True:
                with self._lock:
                    alike = self._segments[-2:]
                    if len(alike) < 2 or alike[0].alive > min(2 * alike[1].alive, MERGED_UP_TO):
                        return
                    people = [person for segment in alike for person in segment.living()]
                    self._gone = []
                merged = segment_of(people)
                with self._lock:
                    for person_id in self._gone:
                        number = merged.by_id(person_id)
                        if number is not None:
                            merged.remove(number)
                    self._gone = None
                    went = [segment for segment in alike if segment in self._segments]
                    place = len(self._segments) - len(went) if went else len(self._segments)
                    kept = tuple(segment for segment in self._segments if segment not in went)
                    came = (merged,) if merged.alive else ()
                    self._put((*kept[:place], *came, *kept[place:]), merged, *went)
        finally:
            self._merging.release()

    # --- Files ----------------------------------------------------------------------------------------------

    def save(self, folder: Path) -> None:
        """Writes the index into a new folder, to be opened by `open`."""
        for number, segment in enumerate(self._segments):
            segment.save(folder / f"{number}")

    @classmethod
    def open(cls, folder: Path) -> Index:
        """An index whose files are mapped: ready at once, read as far as it is asked. It changes in memory alone.

        Raises:
            OSError, ValueError: if the folder is not a whole index of this version.
        """
        index = cls()
        for part in sorted(folder.iterdir()):
            segment = Segment.open(part)
            index._put((*index._segments, segment), came=segment)
        return index


Near = tuple[float, int, int, int]
"""How near a name is, in which segment it stands, whose it is, and which of the person's names."""


def _near(asked: Asked, segments: Sequence[Segment], borne: Borne, least: float) -> tuple[list[Near], bool]:
    """The nearest name of each person who may be meant, from these log odds on, and whether the budget cut."""
    if not asked.name:
        return [], False
    room = room_of_thread()
    cut = False
    best: dict[tuple[int, int], Near] = {}
    for place, segment in enumerate(segments):
        count, cut_here = segment.find(asked, borne, room)
        cut = cut or cut_here
        enough = np.flatnonzero(room.scores[:count] >= least)
        for name, score in zip(room.names[enough].tolist(), room.scores[enough].tolist(), strict=True):
            person = int(segment.people.name_person[name])
            position = name - int(segment.people.person_names[person])
            held = best.get((place, person))
            if held is None or (score, -position) > (held[0], -held[3]):
                best[place, person] = score, place, person, position
    return list(best.values()), cut


def _candidates(
    asked: Asked,
    borne: Borne,
    segments: Sequence[Segment],
    near: Sequence[Near],
    by_document: dict[tuple[int, int], Listed],
) -> Iterator[tuple[Listed, int | None, float | None]]:
    """Persons who may score enough, and those who have the document: each with the name that met, and how likely."""
    for odds, place, person, position in near:
        listed = by_document.pop((place, person), None) or segments[place].person(person)
        if listed:
            yield listed, position, probability(odds)
    for listed in by_document.values():
        # Whoever has the number is compared by name as well: it may be another's document.
        met = [compare(asked, words(name), borne).score for name in listed.names] if asked.name else []
        yield (listed, met.index(max(met)), max(met)) if met else (listed, None, None)


def _match(asked: Asked, borne: Borne, known: Known, person: Listed, position: int | None) -> Match:
    met = None if position is None else compare(asked, words(person.names[position]), borne)
    score, evidence = weigh_evidence(met.score if met else None, known, person)
    return explain(person, met, evidence, score, None if position is None else person.names[position])
