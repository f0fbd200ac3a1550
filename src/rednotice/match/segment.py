"""Persons who were indexed together, as arrays, in memory or mapped from files. It changes by removals alone."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, get_type_hints
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from rednotice.match import text
from rednotice.match.documents import lookalike_number
from rednotice.match.kernels import search, storage
from rednotice.match.kernels.forms import shelve
from rednotice.match.kernels.room import EXPANSIONS, Room
from rednotice.match.kernels.words import (
    BY_SOUND,
    KEY,
    KIND,
    SKELETON,
    SLOT,
    SOUND,
    SYMBOL_FIRST,
    SYMBOL_LAST,
    VOWELLESS,
)
from rednotice.match.lexicon import Form, Lexicon, forget, form_of, lexicon
from rednotice.match.model import MODEL
from rednotice.match.names import Asked, Borne
from rednotice.match.text import WORDS_LIMIT, Reading, parts_of, words_of
from rednotice.model.check import Listed
from rednotice.model.person import Sex

Ints = NDArray[np.int32]
VERSION = 2
"""Of the files; others are refused."""
BUDGET = 30_000
"""Postings read for one question, after which no new candidate is taken up; the answer says so."""
REMEMBERED = 32_000_000
"""Bytes of words that stood in for words asked, which a segment remembers at most."""
OVERHEAD = 1_000
"""Bytes that Python takes for each word remembered, about."""
EMPTY = 128
"""Bytes of the file of an array of nothing."""


class Forms(NamedTuple):
    """The forms under which words are found in one way, and the words that have each."""

    places: Ints
    """Where each form begins in the letters, its length, and its first word in `words`, shape (forms + 1, 3)."""
    buckets: Ints
    """Where each bucket begins in `entries`."""
    entries: NDArray[np.int64]
    """Forms, by what is left of them when letters are taken away (`kernels.forms`); negative: removed."""
    words: Ints


class Shelf(NamedTuple):
    """Words, names and where which stands: what the search reads."""

    lexicon: Lexicon
    key: Forms
    """By letters."""
    skeleton: Forms
    """By consonants: what a word without vowels may be."""
    bare: Forms
    """The same, of words that are listed without vowels."""
    sound: Forms
    """By syllables: what a word in Han or Hangul may be."""
    syllabic: Forms
    """The same, of words that are listed in Han or Hangul."""
    symbols: Ints
    """Names known in many languages, and the words that are a form of each."""
    symbol_starts: Ints
    symbol_words: Ints
    name_starts: Ints
    name_words: Ints
    """The words of each name, in order."""
    post_starts: Ints
    posts: Ints
    """The names that have each word; negative: removed."""
    joined_starts: Ints
    joined_names: Ints
    """The names that have two words which make one, by a hash of that one."""


class People(NamedTuple):
    """Who bears the names."""

    name_person: Ints
    person_names: Ints
    """The first name of each person, shape (persons + 1,)."""
    data: NDArray[np.uint8]
    data_starts: NDArray[np.int64]
    """Each person's data as JSON; zeros: removed."""
    id_starts: Ints
    id_people: Ints
    document_starts: Ints
    document_people: Ints
    """Persons by a hash of their ids, and of the numbers of their documents; negative: removed."""


class Standing(NamedTuple):
    """The words that stand in for a word asked, nearest first (`kernels.room.Meeting`)."""

    words: Ints
    nearness: NDArray[np.float32]
    how: NDArray[np.int8]


class Remembered:
    """The words that stand in for words that were asked before; those not asked for long are forgotten.

    Threads share it: one may lose what another has just put, never more.
    """

    def __init__(self) -> None:
        self._recent: dict[Form, Standing] = {}
        self._before: dict[Form, Standing] = {}
        self._bytes = 0

    def get(self, asked: Form) -> Standing | None:
        """What stands in for a word, if it is remembered."""
        found = self._recent.get(asked)
        if found is None and (found := self._before.get(asked)) is not None:
            self.put(asked, found)
        return found

    def put(self, asked: Form, found: Standing) -> None:
        """Remembers what stands in for a word."""
        if self._bytes > REMEMBERED // 2:
            self._recent, self._before, self._bytes = {}, self._recent, 0
        self._recent[asked] = found
        self._bytes += sum(one.nbytes for one in found) + OVERHEAD


class Segment:
    """An index over persons that never changes, but for persons who are removed from it."""

    def __init__(self, shelf: Shelf, people: People) -> None:
        self.shelf = shelf
        self.people = people
        self.alive = len(people.data_starts) - 1
        """How many persons there are who were not removed."""
        self.names = len(shelf.name_starts) - 1
        """How many names they have."""
        self._uses: Ints | None = None
        self._remembered = Remembered()

    # --- Searching ------------------------------------------------------------------------------------------

    def find(self, asked: Asked, borne: Borne, room: Room) -> tuple[int, bool]:
        """Puts into the room the names that may be meant (`kernels.search.find`).

        Returns:
            How many they are, and whether the budget cut the search.
        """
        # If a person is removed meanwhile, what is found goes with what was remembered before.
        remembered, meeting = self._remembered, room.meeting
        new: list[int] = []
        for unit, form in enumerate(asked.forms):
            first, held = unit * EXPANSIONS, remembered.get(form)
            if held is None:
                meeting.counts[unit] = -1
                new.append(unit)
            else:
                meeting.counts[unit] = count = len(held.words)
                meeting.words[first : first + count] = held.words
                meeting.nearness[first : first + count] = held.nearness
                meeting.how[first : first + count] = held.how
        found = search.find(
            asked.lexicon, asked.words, asked.worth, self.shelf, borne.counts, borne.total, MODEL, BUDGET, asked.itself,
            room,
        )  # fmt: skip
        for unit in new:
            of = slice(first := unit * EXPANSIONS, first + int(meeting.counts[unit]))
            standing = Standing(meeting.words[of].copy(), meeting.nearness[of].copy(), meeting.how[of].copy())
            remembered.put(asked.forms[unit], standing)
        return found

    # --- Reading --------------------------------------------------------------------------------------------

    def person(self, number: int) -> Listed | None:
        """A person by number; None if removed."""
        first, last = self.people.data_starts[number], self.people.data_starts[number + 1]
        raw = self.people.data[first:last].tobytes()
        return None if not raw or not raw[0] else _read(raw)

    def name(self, number: int) -> Ints:
        """The words of a name, by number in the lexicon."""
        return self.shelf.name_words[self.shelf.name_starts[number] : self.shelf.name_starts[number + 1]]

    def living(self) -> Iterator[Listed]:
        """The persons who were not removed."""
        return (person for person in map(self.person, range(len(self.people.data_starts) - 1)) if person)

    def by_id(self, person_id: str) -> int | None:
        """The number of the person of an id."""
        for number in _standing(self.people.id_starts, self.people.id_people, person_id):
            person = self.person(number)
            if person and person.id == person_id:
                return number
        return None

    def by_document(self, number: str) -> Iterator[tuple[int, Listed]]:
        """The persons who have a document of a number, or of one that looks like it (`documents.lookalike_number`)."""
        for person_number in _standing(self.people.document_starts, self.people.document_people, number):
            person = self.person(person_number)
            if person and any(lookalike_number(listed) == number for listed in person.documents):
                yield person_number, person

    def borne(self) -> tuple[Ints, Ints]:
        """By how many names, of those not removed, each word is borne; its slot, and the number."""
        alive = np.concatenate([np.zeros(1, np.int32), np.cumsum(self.shelf.posts >= 0, dtype=np.int32)])
        return self.shelf.lexicon.words[:, SLOT], np.diff(alive[self.shelf.post_starts])

    # --- Removing -------------------------------------------------------------------------------------------

    def remove(self, number: int) -> list[int]:
        """Takes a person out. What only that person had is overwritten, so that nothing tells what it was.

        Returns:
            The slots of the words that are borne by a name less, one for each name.
        """
        person = self.person(number)
        assert person is not None
        people, shelf = self.people, self.shelf
        for said, starts, standing in (
            (person.id, people.id_starts, people.id_people),
            *((lookalike_number(one), people.document_starts, people.document_people) for one in person.documents),
        ):
            bucket = _bucket(starts, said)
            held = standing[starts[bucket] : starts[bucket + 1]]
            held[held == number] = -1
        slots: list[int] = []
        for name in range(people.person_names[number], people.person_names[number + 1]):
            words = self.name(name)
            storage.unjoin(name, words, shelf.lexicon, shelf.joined_starts, shelf.joined_names)
            for word in np.unique(words):
                slots.append(int(shelf.lexicon.words[word, SLOT]))
                if not storage.unpost(name, word, shelf.post_starts, shelf.posts):
                    self._overwrite(word)
            words[:] = 0
        people.data[people.data_starts[number] : people.data_starts[number + 1]] = 0
        self._remembered = Remembered()
        self.alive -= 1
        self.names -= int(people.person_names[number + 1] - people.person_names[number])
        return slots

    def _overwrite(self, word: int) -> None:
        """Overwrites a word that nobody bears, and those of its forms that no other word has."""
        known, shelf = self.shelf.lexicon, self.shelf
        if self._uses is None:
            self._uses = storage.uses(known)
        row = known.words[word]
        known.symbols[row[SYMBOL_FIRST] : row[SYMBOL_LAST]] = -1
        known.seen[word] = 0
        for start, length in row[:8].reshape(4, 2):
            if length:
                self._uses[start] -= 1
            if length and not self._uses[start]:
                for forms in (shelf.key, shelf.skeleton, shelf.bare, shelf.sound, shelf.syllabic):
                    if len(forms.words):
                        storage.unshelve(start, length, forms, known.letters)
                known.letters[start : start + length] = 0

    # --- Files ----------------------------------------------------------------------------------------------

    def save(self, folder: Path) -> None:
        """Writes the segment into a new folder, a file an array."""
        folder.mkdir(parents=True)
        for name, values in _arrays(self.shelf, self.people):
            np.save(folder / f"{name}.npy", values)
        (folder / "segment.json").write_text(json.dumps({"version": VERSION, "alive": self.alive, "names": self.names}))

    @classmethod
    def open(cls, folder: Path) -> Segment:
        """A segment whose arrays are mapped from files; what is removed from it is removed in memory alone.

        Raises:
            OSError, ValueError: if the folder is not a whole segment of this version.
        """
        about = json.loads((folder / "segment.json").read_text())
        if about.get("version") != VERSION:
            raise ValueError(f"{folder} was written by another version")

        def read(kind: type, prefix: str = "") -> Any:
            return kind(
                *(
                    read(hint, f"{prefix}{name}.")
                    if hasattr(hint, "_fields")
                    else _mapped(folder / f"{prefix}{name}.npy")
                    for name, hint in get_type_hints(kind).items()
                )
            )

        segment = cls(read(Shelf), read(People))
        segment.alive, segment.names = about["alive"], about["names"]
        return segment


def _arrays(*groups: NamedTuple, prefix: str = "") -> Iterator[tuple[str, NDArray[np.generic]]]:
    for group in groups:
        for name, values in group._asdict().items():
            if hasattr(values, "_fields"):
                yield from _arrays(values, prefix=f"{prefix}{name}.")
            else:
                yield f"{prefix}{name}", values


def _mapped(file: Path) -> NDArray[np.generic]:
    # An array of nothing cannot be mapped.
    return np.load(file) if file.stat().st_size <= EMPTY else np.load(file, mmap_mode="c").view(np.ndarray)  # type: ignore[no-any-return]


def _read(raw: bytes) -> Listed:
    """A person as `Builder.add` wrote one: it was validated then."""
    said: dict[str, Any] = {
        field: tuple(value) if isinstance(value, list) else value for field, value in json.loads(raw).items()
    }
    if "sex" in said:
        said["sex"] = Sex(said["sex"])
    return Listed.model_construct(**said)


def _bucket(starts: Ints, said: str) -> int:
    return crc32(said.encode()) & (len(starts) - 2)


def _standing(starts: Ints, entries: Ints, said: str) -> list[int]:
    bucket = _bucket(starts, said)
    return [number for number in dict.fromkeys(entries[starts[bucket] : starts[bucket + 1]].tolist()) if number >= 0]


# --- Building ----------------------------------------------------------------------------------------------------


class Builder:
    """Takes persons one by one, and makes a segment of them; of several entries of one id the last stands."""

    def __init__(self) -> None:
        self._parts: dict[tuple[str, Reading], tuple[int, ...]] = {}
        self._numbers: dict[Form, int] = {}
        self._name_words = array("i")
        self._name_starts = array("i", [0])
        self._name_person = array("i")
        self._person_names = array("i", [0])
        self._data = bytearray()
        self._data_starts = array("q", [0])
        self._id_hashes = array("I")
        self._document_hashes = array("I")
        self._document_people = array("i")

    def __len__(self) -> int:
        return len(self._person_names) - 1

    def add(self, person: Listed) -> None:
        """Takes a person."""
        number = len(self)
        for name in person.names:
            parts, reading = parts_of(name)
            before = len(self._name_words)
            for part in parts:
                words = self._parts.get((part, reading))
                if words is None:
                    words = self._new(part, reading)
                self._name_words.extend(words)
            del self._name_words[before + WORDS_LIMIT :]
            self._name_starts.append(len(self._name_words))
            self._name_person.append(number)
        self._person_names.append(len(self._name_person))
        self._data += person.model_dump_json(exclude_defaults=True).encode()
        self._data_starts.append(len(self._data))
        self._id_hashes.append(crc32(person.id.encode()))
        for document in {lookalike_number(one) for one in person.documents} - {""}:
            self._document_hashes.append(crc32(document.encode()))
            self._document_people.append(number)

    def _new(self, part: str, reading: Reading) -> tuple[int, ...]:
        numbers = self._numbers
        words = tuple(numbers.setdefault(form_of(word), len(numbers)) for word in words_of(part, reading))
        self._parts[part, reading] = words
        return words

    def segment(self) -> Segment:
        """The segment of all that was taken; the builder has no further use."""
        name_starts = _ints(self._name_starts)
        self._parts.clear()
        forms, name_words = _alike_together(list(self._numbers), _ints(self._name_words))
        known = lexicon(forms)
        # Millions of words as Python has them take more memory than all that is made of them.
        del forms
        self._numbers.clear()
        post_starts, posts = storage.postings(name_starts, name_words, len(known.words))
        borne = np.diff(post_starts)
        joined, joined_names = storage.joined(name_starts, name_words, known)
        vowelless, by_sound = (known.words[:, KIND] & VOWELLESS) > 0, (known.words[:, KIND] & BY_SOUND) > 0
        symbols, symbol_starts, symbol_words = _by_symbol(known)
        shelf = Shelf(
            lexicon=known,
            key=_forms(known, ~vowelless, borne, KEY),
            skeleton=_forms(known, np.ones(len(vowelless), bool), borne, SKELETON),
            bare=_forms(known, vowelless, borne, SKELETON, KEY),
            sound=_forms(known, ~vowelless, borne, SOUND),
            syllabic=_forms(known, by_sound, borne, SOUND),
            symbols=symbols,
            symbol_starts=symbol_starts,
            symbol_words=symbol_words,
            name_starts=name_starts,
            name_words=name_words,
            post_starts=post_starts,
            posts=posts,
            joined_starts=(buckets := _buckets(joined, joined_names))[0],
            joined_names=buckets[1],
        )
        ids = _buckets(np.array(self._id_hashes, np.uint32), np.arange(len(self), dtype=np.int32))
        documents = _buckets(np.array(self._document_hashes, np.uint32), _ints(self._document_people))
        people = People(
            name_person=_ints(self._name_person),
            person_names=_ints(self._person_names),
            data=np.frombuffer(self._data, np.uint8),
            data_starts=np.frombuffer(self._data_starts, np.int64),
            id_starts=ids[0],
            id_people=ids[1],
            document_starts=documents[0],
            document_people=documents[1],
        )
        segment = Segment(shelf, people)
        if replaced := self._replaced(segment):
            for number in replaced:
                segment.remove(number)
            text.forget()
            forget()
        return segment

    def _replaced(self, segment: Segment) -> list[int]:
        """The persons whose id stands again further on."""
        hashes = np.array(self._id_hashes, np.uint32)
        order = np.argsort(hashes, kind="stable")
        alike = np.flatnonzero(np.diff(hashes[order]) == 0)
        last: dict[str, int] = {}
        replaced = []
        for number in np.unique(np.concatenate([order[alike], order[alike + 1]])).tolist():
            person = segment.person(number)
            assert person is not None
            if person.id in last:
                replaced.append(last[person.id])
            last[person.id] = number
        return replaced


def segment_of(people: Iterable[Listed]) -> Segment:
    """A segment of persons, which are read one by one; of several entries of one id the last stands."""
    builder = Builder()
    for person in people:
        builder.add(person)
    return builder.segment()


def _alike_together(forms: list[Form], name_words: Ints) -> tuple[list[Form], Ints]:
    """Numbers words so that those that sound alike stand together, as a search reads them; common ones first."""
    borne = np.bincount(name_words, minlength=len(forms)).tolist()
    order = sorted(range(len(forms)), key=lambda n: (forms[n].forms[SOUND], forms[n].forms[SKELETON], -borne[n]))
    place = np.empty(len(forms), np.int32)
    place[order] = np.arange(len(forms), dtype=np.int32)
    return [forms[number] for number in order], place[name_words]


def _ints(values: array[int]) -> Ints:
    return np.frombuffer(values, np.int32) if values else np.zeros(0, np.int32)


def _power(count: int) -> int:
    return 1 << max(1, int(count - 1).bit_length()) if count else 2


def _buckets(hashes: NDArray[np.uint32], numbers: Ints) -> tuple[Ints, Ints]:
    starts = np.zeros(_power(len(hashes)) + 1, np.int32)
    return starts, storage.bucketed(hashes, numbers, starts)


def _forms(known: Lexicon, of: NDArray[np.bool_], borne: Ints, *which: int) -> Forms:
    found = [(np.flatnonzero(of & (known.words[:, 2 * one + 1] > 0)).astype(np.int32), one) for one in which]
    words = np.concatenate([some for some, _ in found])
    column = np.concatenate([np.full(len(some), one) for some, one in found])
    order = np.lexsort((-borne[words], known.words[words, 2 * column]))
    words, column = words[order], column[order]
    starts = known.words[words, 2 * column]
    distinct, first = np.unique(starts, return_index=True)
    places = np.zeros((len(distinct) + 1, 3), np.int32)
    places[:-1, 0], places[:-1, 1], places[:-1, 2] = distinct, known.words[words[first], 2 * column[first] + 1], first
    places[-1, 2] = len(words)
    # Eight in a bucket or so: a bucket is read in one go.
    buckets = np.zeros(_power(4 * len(distinct)) + 1, np.int32)
    entries = shelve(known.letters, places, known.seen[words[first], column[first]], buckets)
    return Forms(places, buckets, entries, words)


def _by_symbol(known: Lexicon) -> tuple[Ints, Ints, Ints]:
    counts = known.words[:, SYMBOL_LAST] - known.words[:, SYMBOL_FIRST]
    words = np.repeat(np.arange(len(known.words), dtype=np.int32), counts)
    order = np.argsort(known.symbols, kind="stable")
    distinct, first = np.unique(known.symbols[order], return_index=True)
    return distinct, np.append(first, len(words)).astype(np.int32), words[order]
