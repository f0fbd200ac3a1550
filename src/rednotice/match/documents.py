"""Numbers of documents, and the machine-readable zone (ICAO Doc 9303): what a scanner or a typist hands over.

Read are passports (TD3), identity cards (TD1, TD2) and visas (MRV-A, MRV-B). A zone is used as far as it is sound: each
field by its own check digit, the whole by the composite one; what had to be mended or left is said in remarks. A number
that does not fit its check digit is handed on with that digit: it finds, but decides nothing alone.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate, combinations, groupby, pairwise, permutations

import pycountry
from anyascii import anyascii

from rednotice.errors import InvalidInput
from rednotice.model.check import Query
from rednotice.model.person import Sex

_WEIGHTS = (7, 3, 1)
_ALPHABET = frozenset(string.ascii_uppercase + string.digits + "<")

LOOKALIKES = {"0": "O", "1": "I", "2": "Z", "5": "S", "6": "G", "8": "B"}
"""Digits, and the letters for which they are taken in the type of the zone (OCR-B, Doc 9303-3, 4.2)."""
_TO_LETTERS = str.maketrans(LOOKALIKES)
_TO_DIGITS = str.maketrans({letter: digit for digit, letter in LOOKALIKES.items()} | {"Q": "0", "D": "0", "L": "1"})
_AS_DIGITS = str.maketrans({letter: digit for digit, letter in LOOKALIKES.items()})
_TWINS = {**LOOKALIKES, **{letter: digit for digit, letter in LOOKALIKES.items()}}
_FILLERS = str.maketrans({"«": "<<", "‹": "<", "〈": "<", "《": "<<", "≪": "<<", "˂": "<", "ᐸ": "<"})


def normal_number(number: str) -> str:
    """A document number without spaces, hyphens and case, its digits as 0 to 9; letters of any script stand.

    >>> normal_number("ab 12-34"), normal_number("МН ٣٤")
    ('AB1234', 'МН34')
    """
    kept = (character for character in unicodedata.normalize("NFKC", number).upper() if character.isalnum())
    return "".join(str(unicodedata.decimal(character, character)) for character in kept)


def lookalike_number(number: str) -> str:
    """A document number under which those stand together that a scanner or an eye takes for each other.

    >>> lookalike_number("O1-5B") == lookalike_number("0I S8")
    True
    """
    return normal_number(number).translate(_AS_DIGITS)


def check_digit(field: str) -> str:
    """The check digit of a field (ICAO Doc 9303-3, 4.9): weights 7, 3, 1; letters from A = 10; `<` = 0.

    >>> check_digit("L898902C3")
    '6'
    """
    values = ("0" if character == "<" else character for character in field)
    return str(sum(int(value, 36) * _WEIGHTS[n % 3] for n, value in enumerate(values)) % 10)


# --- Where the fields stand ---------------------------------------------------------------------------------

Place = tuple[int, int, int]
"""A line, and from where to where in it."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """A format: what may stand where (A letter, N digit, X either, C check digit, S sex; `<` anywhere), and the fields.

    A checked field is followed by its check digit. `composite` are the parts that the last digit covers, if any.
    """

    lines: tuple[str, ...]
    codes: str
    state: Place
    name: Place
    number: Place
    nationality: Place
    born: Place
    sex: Place
    expires: Place
    rest: Place | None = None
    """Where the rest of a number stands that is too long for its field."""
    composite: tuple[Place, ...] = ()
    composite_digit: tuple[int, int] = (0, 0)


_LOWER = "X" * 9 + "C" + "A" * 3 + "N" * 6 + "C" + "S" + "N" * 6 + "C"


def _two_lines(rest: str, codes: str, more: Place | None = None, covered: tuple[Place, ...] = ()) -> _Layout:
    length = len(_LOWER + rest)
    return _Layout(
        lines=("A" * length, _LOWER + rest),
        codes=codes,
        state=(0, 2, 5),
        name=(0, 5, length),
        number=(1, 0, 9),
        nationality=(1, 10, 13),
        born=(1, 13, 19),
        sex=(1, 20, 21),
        expires=(1, 21, 27),
        rest=more,
        composite=covered,
        composite_digit=(1, length - 1),
    )


_TD3 = _two_lines("X" * 14 + "CC", "P", covered=((1, 0, 10), (1, 13, 20), (1, 21, 43)))
_TD2 = _two_lines("X" * 7 + "C", "IAC", more=(1, 28, 35), covered=((1, 0, 10), (1, 13, 20), (1, 21, 35)))
_MRV_A, _MRV_B = _two_lines("X" * 16, "V"), _two_lines("X" * 8, "V")
_TD1 = _Layout(
    lines=("A" * 5 + "X" * 9 + "C" + "X" * 15, "NNNNNNCSNNNNNNC" + "A" * 3 + "X" * 11 + "C", "A" * 30),
    codes="IAC",
    state=(0, 2, 5),
    name=(2, 0, 30),
    number=(0, 5, 14),
    nationality=(1, 15, 18),
    born=(1, 0, 6),
    sex=(1, 7, 8),
    expires=(1, 8, 14),
    rest=(0, 15, 30),
    composite=((0, 5, 30), (1, 0, 7), (1, 8, 15), (1, 18, 29)),
    composite_digit=(1, 29),
)
_LAYOUTS = (_TD3, _TD2, _TD1, _MRV_A, _MRV_B)
_CODES = frozenset("PIACV")

_STATES = {
    "D": "DE", "GBD": "GB", "GBN": "GB", "GBO": "GB", "GBP": "GB", "GBS": "GB", "RKS": "XK",
    "ROM": "RO", "TMP": "TL", "ZAR": "CD",
}  # fmt: skip
"""Codes of states that the zone has and ISO 3166-1 has not (ICAO Doc 9303-3, section 5), or no longer has."""
_NO_STATES = {
    "EUE": "the European Union",
    "UNA": "an agency of the United Nations",
    "UNK": "the United Nations in Kosovo, which says no nationality",
    "UNO": "the United Nations",
    "XBA": "the African Development Bank",
    "XCC": "the Caribbean Community",
    "XCE": "the Council of Europe",
    "XCO": "the Common Market for Eastern and Southern Africa",
    "XDC": "the Southern African Development Community",
    "XEC": "the Economic Community of West African States",
    "XES": "the Organization of Eastern Caribbean States",
    "XIM": "the African Export-Import Bank",
    "XMP": "the Parliamentary Assembly of the Mediterranean",
    "XOM": "the Order of Malta",
    "XPO": "INTERPOL",
    "XXA": "a person without a state",
    "XXB": "a refugee",
    "XXC": "a refugee of another kind",
    "XXX": "a person whose nationality is not specified",
}
"""Codes of organisations and of persons without a state (Doc 9303-3, section 5)."""
_SPECIMEN = "UTO"
"""The Utopia of the specimens in Doc 9303."""


# --- What is read -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Zone:
    """What a machine-readable zone says, as far as it could be used, and what could not, in words."""

    name: str | None = None
    document: str | None = None
    check_digit: str | None = None
    """The digit that the number does not fit, so that it was misread; `<` if none could be read."""
    born: str | None = None
    sex: Sex | None = None
    nationality: str | None = None
    remarks: tuple[str, ...] = ()

    @property
    def says_who(self) -> bool:
        """Whether there is anything by which a person can be looked for."""
        return bool(self.name or self.document)


def read_mrz(query: Query, today: date) -> tuple[Query, tuple[str, ...]]:
    """A query filled from its machine-readable zone, and remarks on what of the zone was mended or not used.

    What the officer typed besides stands. A query without a zone is given back as it is.

    Raises:
        InvalidInput: if nothing is left by which a person can be looked for.
    """
    if query.mrz is None:
        return query, ()
    zone = read_zone(query.mrz, today)
    if not (zone.says_who or query.name or query.document):
        why = "; ".join(zone.remarks) or "it has neither a name nor a document number"
        raise InvalidInput.at("mrz", f"nothing in it can be used: {why}", _SCAN_AGAIN, "query")
    read = {
        "name": query.name or zone.name,
        "document": query.document or zone.document,
        "check_digit": query.check_digit if query.document else zone.check_digit,
        "born": query.born or zone.born,
        "sex": query.sex or zone.sex,
        "nationality": query.nationality or zone.nationality,
    }
    return query.model_copy(update=read), zone.remarks


_SCAN_AGAIN = (
    "Scan it again (two lines of 44 or 36 characters, or three of 30), or type the name and the number by hand"
)


def read_zone(text: str, today: date) -> Zone:
    """Reads a machine-readable zone as far as it is sound.

    The year of birth has two digits there: the latest year that is not in the future is taken. A document number whose
    check digit fits after exactly one reading of lookalikes (0 and O, 1 and I, ...) is mended, and a remark says so; of
    several readings the one with the fewest changes counts. What fits after none, or several, is given as it was read.
    A check digit cannot tell apart characters whose values differ by ten (0, A, K, U and `<`; 6 and G; ...), nor the
    order of two neighbours whose values differ by five.
    """
    given, filled = _given(text)
    found = _best(given, filled)
    if found is None:
        lengths = " and ".join(str(len(line)) for line in given[:6]) or "no"
        return Zone(remarks=(f"no line looks like one of a machine-readable zone (lines of {lengths} characters)",))
    uncertain = len(given) == 1 and bool(found.rows[-1]) and len(given[0]) != sum(map(len, found.layout.lines))
    rows, moved = _aligned(found.layout, found.rows)
    given_lengths = tuple(map(len, found.rows))
    return _Reader(found.layout, rows, given_lengths, today, list(found.remarks), uncertain, moved=moved).read()


@dataclass(frozen=True, slots=True)
class _Found:
    """A layout that fits, with the line for each of its rows (empty if it is missing)."""

    layout: _Layout
    rows: tuple[str, ...]
    likeness: float
    remarks: tuple[str, ...] = ()


_SHORTEST = 8
_LINES = 12
"""Lines looked at; a scanner that reads the whole page gives more."""
_LIKE_ENOUGH = 0.6


def _given(text: str) -> tuple[list[str], list[str]]:
    """The lines, in capitals, with fillers as `<`: with blanks as nothing where the length says so, and as fillers."""
    lengths = {len(row) for layout in _LAYOUTS for row in layout.lines}
    lines, all_filled = [], []
    for line in unicodedata.normalize("NFKC", text).translate(_FILLERS).upper().splitlines():
        bare = re.sub(r"\s", "", line)
        filled = re.sub(r"\s", "<", line.strip())
        lines.append(filled if len(filled) in lengths and len(bare) not in lengths else bare)
        all_filled.append(filled)
    return [line for line in lines if line], [line for line in all_filled if line]


def _best(given: list[str], filled: list[str]) -> _Found | None:
    whole = [layout for layout in _LAYOUTS if list(map(len, layout.lines)) == list(map(len, given))]
    found = [one for layout in whole for one in _fitting(layout, given)]
    if not found:
        found = [one for lines in _as_lines(given) for layout in _LAYOUTS for one in _fitting(layout, lines)]
        # Words with blanks between them look like a name in a zone, but not like a zone.
        found += [one for layout in _LAYOUTS for one in _fitting(layout, filled) if filled != given and all(one.rows)]
    return max(found, key=lambda one: one.likeness, default=None)


def _as_lines(given: list[str]) -> Iterator[list[str]]:
    """The lines as given, and one string cut into as many lines as it may have been."""
    usable = [line for line in given if len(line) >= _SHORTEST][:_LINES]
    yield usable
    if len(usable) == 1:
        (line,) = usable
        for length, count in ((44, 2), (36, 2), (30, 3)):
            off = len(line) - length * count
            # One character lost or doubled may be of any of the lines.
            for row in range(count) if abs(off) == 1 else range(off == 0):
                cuts = [0, *accumulate(length + off * (n == row) for n in range(count))]
                lines = [line[start:end] for start, end in pairwise(cuts)]
                # A later line that begins with a filler would have it from the end of the line before.
                if off == 0 or not any(later.startswith("<") for later in lines[1:]):
                    yield lines


def _fitting(layout: _Layout, lines: Sequence[str]) -> Iterator[_Found]:
    rows = range(len(layout.lines))
    alike = [[_likeness(layout, row, line) for row in rows] for line in lines]
    for count in range(min(len(lines), len(rows)), 0, -1):
        for chosen in permutations(range(len(lines)), count):
            for places in combinations(rows, count):
                likenesses = [alike[line][row] for line, row in zip(chosen, places, strict=True)]
                if min(likenesses) < _LIKE_ENOUGH:
                    continue
                found = dict(zip(places, (lines[line] for line in chosen), strict=True))
                taken = tuple(found.get(row, "") for row in rows)
                remarks = _about_lines(layout, taken, len(lines) - count, in_order=chosen == tuple(sorted(chosen)))
                yield _Found(layout, taken, sum(likenesses) - 0.05 * len(remarks), remarks)


def _about_lines(layout: _Layout, rows: Sequence[str], beyond: int, *, in_order: bool) -> tuple[str, ...]:
    remarks = [] if in_order else ["the lines were read in another order than they stood in"]
    for number, (row, form) in enumerate(zip(rows, layout.lines, strict=True), start=1):
        if not row:
            remarks.append(f"line {number} of {len(rows)} is missing; the zone was read without it")
        elif len(row) != len(form):
            remarks.append(f"line {number} has {len(row)} characters, not {len(form)}; it was read as far as it goes")
    if beyond:
        remarks.append(f"{beyond} more lines were not read" if beyond > 1 else "1 more line was not read")
    return tuple(remarks)


def _likeness(layout: _Layout, row: int, line: str) -> float:
    """How much a line looks like a row of a layout: the share of characters that may stand where they do."""
    form = layout.lines[row]
    fits = sum(_FITS[kind].get(character, 0.0) for character, kind in zip(line, form, strict=False))
    likeness = fits / min(len(line), len(form)) - min(0.3, 0.02 * abs(len(line) - len(form)))
    if set(form) == {"A"} and "<" not in line:
        return 0.0  # words, but not in the form of the zone
    if "C" in form and not any(character.isdigit() for character in line):
        return 0.0
    if row == 0:
        known = line[0] in layout.codes
        if not known and (line[0] in _CODES or abs(len(line) - len(form)) > 2):
            likeness -= 0.2
        likeness += 0.1 * known
    return likeness


_KINDS = {
    "A": frozenset(string.ascii_uppercase + "<"),
    "N": frozenset(string.digits + "<"),
    "C": frozenset(string.digits + "<"),
    "X": _ALPHABET,
    "S": frozenset("MF<X"),
}


def _share(kind: str) -> dict[str, float]:
    """How well each character fits a kind: wholly, as the lookalike of one that does, or not."""
    lookalikes = {character: 0.7 for character, twin in _TWINS.items() if twin in _KINDS[kind]}
    return lookalikes | dict.fromkeys(_KINDS[kind], 1.0)


_FITS = {kind: _share(kind) for kind in _KINDS}


# --- Rows with characters lost or put in --------------------------------------------------------------------

_LOST = "?"
"""Stands in a row for a character that is not known."""
_UNREADABLE = "<"
"""Stands for the check digit of a number that may not be whole."""
_MENDABLE = 2
"""So many characters lost or put in, wherever they are, are looked for."""


def _aligned(layout: _Layout, rows: tuple[str, ...]) -> tuple[tuple[str, ...], frozenset[int]]:
    """The rows, those of wrong length made as long as they should be, and which these are.

    Wherever a character may be missing or too much, those places are taken where most check digits fit and most
    characters may stand where they do; of what they do not all agree on nothing is known. So each field is read that
    fits its own check digit, whatever happened to its neighbours.
    """
    placed = list(rows)
    moved = set()
    # The composite digit stands in the second row of all layouts: it helps the first once that row is whole.
    for row in sorted(range(len(rows)), reverse=True):
        form, line = layout.lines[row], rows[row]
        if line and len(line) != len(form) and "C" in form:
            moved.add(row)
            placed[row] = _agreed(layout, placed, row)
    return tuple(placed), frozenset(moved)


def _agreed(layout: _Layout, rows: Sequence[str], row: int) -> str:
    ways: dict[str, int] = {}
    for line in _ways_to_fit(rows[row], len(layout.lines[row])):
        ways[line] = _fitness(layout, [*rows[:row], line, *rows[row + 1 :]], row)
    best = [line for line, fitness in ways.items() if fitness == max(ways.values())]
    return "".join(found[0] if len(set(found)) == 1 else _LOST for found in zip(*best, strict=True))


def _ways_to_fit(line: str, length: int) -> Iterator[str]:
    off = len(line) - length
    if 0 < off <= _MENDABLE:
        for places in combinations(range(len(line)), off):
            yield "".join(character for at, character in enumerate(line) if at not in places)
    elif off > 0:
        yield line[:length]
    else:
        # Fillers at the end may have been taken away, or a part torn off.
        yield line + "<" * -off
        yield line + _LOST * -off
        if -off <= _MENDABLE:
            for places in combinations(range(length), -off):
                rest = iter(line)
                yield "".join(_LOST if at in places else next(rest) for at in range(length))


def _fitness(layout: _Layout, rows: Sequence[str], row: int) -> int:
    """How well a row fits: a check digit counts as much as four characters that may stand where they do."""
    line, form = rows[row], layout.lines[row]
    checked = (layout.number, layout.born, layout.expires)
    sound = sum(
        _sound(line[start : end + 1]) and line[start] != "<" for place, start, end in checked if place == row
    ) + (_composite_fits(layout, rows) is True)
    if layout.nationality[0] == row:
        sound += _is_state(line[slice(*layout.nationality[1:])])
    if layout.number[0] == layout.state[0] == row:
        # It outweighs the number's digit and the composite one, which has the same weights there: both fit by chance.
        sound += 3 * _is_state(line[slice(*layout.state[1:])])
    return 4 * sound + sum(one == _LOST or one in _KINDS[kind] for one, kind in zip(line, form, strict=True))


def _is_state(code: str) -> bool:
    bare = code.translate(_TO_LETTERS).rstrip("<")
    return bare in _STATES or bare in _NO_STATES or bare == _SPECIMEN or bool(pycountry.countries.get(alpha_3=bare))


def _composite_fits(layout: _Layout, rows: Sequence[str]) -> bool | None:
    """Whether the composite check digit fits; None if there is none, or not all that it covers is there."""
    row, at = layout.composite_digit
    lines = {line for line, _, _ in layout.composite}
    if not lines or any(len(rows[line]) != len(layout.lines[line]) for line in lines):
        return None
    whole = "".join(rows[line][start:end] for line, start, end in layout.composite).replace(_LOST, "<")
    return check_digit_or_none(whole) == rows[row][at].translate(_TO_DIGITS)


# --- Field by field -----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Reader:
    """Reads the fields of a zone whose layout is known; remembers what it could not use."""

    layout: _Layout
    rows: tuple[str, ...]
    """As long as the layout has them, but for those of a name alone; `?` stands for what is not known."""
    lengths: tuple[int, ...]
    """Of the rows as they were given."""
    today: date
    remarks: list[str]
    uncertain: bool = False
    """Whether the rows were cut from one string that is too long or too short, so that each may begin elsewhere."""
    mended: dict[Place, str] = field(default_factory=dict)
    """Checked fields as they are used, with their check digits."""
    moved: frozenset[int] = frozenset()
    """Rows of wrong length, whose fields were looked for."""
    misfit: str | None = None
    """The check digit that the number does not fit."""

    def read(self) -> Zone:
        born = self._born()
        expires = self._checked(self.layout.expires, digits=True)
        if expires:
            self.mended[self.layout.expires] = expires
        number = self._number()
        self._composite()
        if born and self.uncertain and not self._composite_fits():
            # One digit in ten fits by chance.
            born = None
            self.remarks.append("the date of birth was not used: where the lines of the zone begin cannot be told")
        name = self._name()
        nationality = self._nationality(self.layout.nationality)
        if nationality is None and not self.rows[self.layout.nationality[0]] and self.rows[0][:1] == "P":
            nationality = self._nationality(self.layout.state)
            if nationality:
                self.remarks.append("the nationality was taken from the state that issued the passport")
        return Zone(name, number, self.misfit, born, self._sex(), nationality, tuple(self.remarks))

    def _at(self, place: Place) -> str:
        row, start, end = place
        return self.rows[row][start:end]

    def _checked(self, place: Place, *, digits: bool) -> str | None:
        """A field with its check digit if that fits, letters that can only be digits mended."""
        row, start, end = place
        read = self._at((row, start, end + 1))
        if len(read) != end + 1 - start:
            return None
        if row not in self.moved:
            read = read.translate(_TO_DIGITS) if digits else read[:-1] + read[-1].translate(_TO_DIGITS)
        return read if _sound(read) and (not digits or set(read) <= _KINDS["N"]) else None

    # --- Birth ---

    def _born(self) -> str | None:
        place = self.layout.born
        if not self.rows[place[0]]:
            return None
        read = self._checked(place, digits=True)
        if read is None:
            self._left("the date of birth", place)
            return None
        self.mended[place] = read
        try:
            return _birth(read[:6], self.today)
        except ValueError:
            self.remarks.append(f"the date of birth was not used: {read[:6]} is not a date")
            return None

    # --- Number ---

    def _number(self) -> str | None:
        row, start, end = place = self.layout.number
        if not self.rows[row]:
            return None
        if row not in self.moved and self.layout.rest and self._at((row, end, end + 1)) == "<":
            long, digit = self._long_number(place, self.layout.rest)
            if long and check_digit_or_none(long) == digit and self._composite_fits() is not False:
                return long.replace("<", "")
            if long:
                return self._misread(place, long, digit)
        read = self._checked(place, digits=False)
        if read is None and row not in self.moved:
            read = self._mended(self._at((row, start, end + 1)))
        if read is None:
            return self._misread(place, self._at(place), self._at((row, end, end + 1)).translate(_TO_DIGITS))
        self.mended[place] = read
        number = read[:-1].rstrip("<")
        if "<" in number:
            self.remarks.append(f"the document number {number} has a filler within: a sign left out, or a 0 misread")
        if number and row in self.moved and not self._in_place():
            self.misfit = _UNREADABLE
            self.remarks.append(
                f"whether the document number {number} begins where it should cannot be told, since line {row + 1} has "
                f"{self.lengths[row]} characters: it decides nothing alone; compare it with the document"
            )
        return number.replace("<", "") or None

    def _in_place(self) -> bool:
        """Whether the number of a row that was moved is where it should be: one check digit in ten fits by chance."""
        row, _, end = self.layout.number
        if row == self.layout.state[0]:
            return _is_state(self._at(self.layout.state)) and self._composite_fits() is True
        behind = set(self._at((row, end + 1, end + 4))) - {_LOST}
        return behind <= _KINDS["A"] if behind else self.layout.born in self.mended

    def _long_number(self, place: Place, rest: Place) -> tuple[str, str]:
        """A number of more than nine characters, which goes on in the optional data, and its check digit, last there.

        (Doc 9303-5, 4.2.2.) Since a lost check digit looks the same, the composite digit has to fit as well.
        """
        more = re.match(r"([0-9A-Z]+)([0-9])<", self._at(rest))
        return (self._at(place) + more[1], more[2]) if more else ("", "")

    def _misread(self, place: Place, read: str, digit: str) -> str | None:
        """A number that does not fit its check digit, as it was read; None where not even its place is sure."""
        row = place[0]
        number = read.replace("<", "")
        if row in self.moved or not number or not set(read) <= _ALPHABET:
            self._left("the document number", place)
            return None
        self.misfit = digit if digit.isdigit() else _UNREADABLE
        gives = f"{read} gives {check_digit(read)}, {digit} is written"
        self.remarks.append(
            f"the document number {number} does not fit its check digit ({gives}): it was misread, and decides nothing "
            "alone; compare it with the document"
        )
        return number

    def _mended(self, read: str) -> str | None:
        """The reading of lookalikes with which the check digit fits; None if there is none, or are several as near."""
        number, digit = read[:-1], read[-1].translate(_TO_DIGITS)
        changes = {one: _changes(number, one) for one in _readings(number) if check_digit_or_none(one) == digit}
        fitting = [one for one, count in changes.items() if count == min(changes.values())]
        if len(fitting) != 1:
            return None
        self.remarks.append(
            f"the document number was mended: {number.replace('<', '')} does not fit its check digit {digit}, "
            f"{fitting[0].replace('<', '')} does; compare it with the document"
        )
        return fitting[0] + digit

    def _left(self, what: str, place: Place) -> None:
        row, _, end = place
        read, digit = self._at(place), self._at((row, end, end + 1))
        if self.lengths[row] <= end:
            why = f"line {row + 1} ends before it"
        elif row in self.moved:
            why = f"line {row + 1} has {self.lengths[row]} characters, and which of them it is cannot be told"
        else:
            gives = check_digit_or_none(read) or "none"
            why = f"its check digit does not fit: {read} gives {gives}, {digit} is written"
        self.remarks.append(f"{what} was not used: {why}")

    # --- The whole ---

    def _composite(self) -> None:
        if self._composite_fits() is False and len(self.mended) == 3:
            self.remarks.append(
                "the composite check digit does not fit, though those of the fields do: what no other digit covers "
                "was misread; compare birth and number with the document"
            )

    def _composite_fits(self) -> bool | None:
        """None if it cannot be told: there is none, a line is missing, or one was moved and may lack characters."""
        rows = list(self.rows)
        for (line, start, end), used in self.mended.items():
            rows[line] = rows[line][:start] + used + rows[line][end + 1 :]
        fits = _composite_fits(self.layout, rows)
        return None if self.moved and not fits else fits

    # --- What has no check digit ---

    def _name(self) -> str | None:
        row, start, end = self.layout.name
        line = self.rows[row]
        if not line:
            return None
        read = "".join(map(_letter, line[start:]))
        strange = sorted(set(line[start:]) - _ALPHABET)
        if strange:
            self.remarks.append(f"the name has characters that no zone has: {' '.join(strange)[:80]}; compare it")
        bare = _without_fillers_misread(read)
        family, _, given = bare.partition("<<")
        words = [*given.replace("<", " ").split(), *family.replace("<", " ").split()]
        if words and bare == read and len(line) == end:
            self.remarks.append("the name fills its field to the end, so it may be cut off; the whole may be longer")
            last = given if given.strip("<") else family
            at = len(given.replace("<", " ").split()) - 1 if last is given else len(words) - 1
            # What is left of a word that was cut says no more than an initial; a longer rest is compared as it is.
            words[at] = words[at][:1] if len(words[at]) <= _CUT_OFF and len(words) > 1 else words[at]
        return " ".join(words)[:200].strip() or None

    def _sex(self) -> Sex | None:
        sex = self._at(self.layout.sex)
        if sex and sex not in "MF<X?":
            self.remarks.append(f"the sex was not used: {sex} is neither M nor F")
        return {"M": Sex.MALE, "F": Sex.FEMALE}.get(sex)

    def _nationality(self, place: Place) -> str | None:
        row = place[0]
        if not self.rows[row]:
            return None
        code = self._at(place).translate(_TO_LETTERS).rstrip("<")
        if _LOST in code:
            if self.lengths[row] > place[2]:
                self.remarks.append("the nationality was not used: which characters it is cannot be told")
            return None
        country = pycountry.countries.get(alpha_3=code) if code else None
        known = country.alpha_2 if country else _STATES.get(code)
        if known:
            return str(known)
        if code and code != _SPECIMEN:
            stands_for = f"stands for {_NO_STATES[code]}" if code in _NO_STATES else "is not the code of a state"
            self.remarks.append(f"the nationality was not used: {code} {stands_for}")
        return None


_CUT_OFF = 3
"""Letters up to which the last word of a name that was cut off is taken for an initial."""


def _readings(number: str) -> list[str]:
    """The readings of a number by its lookalikes: one letter as a digit, all of them, or a lone digit as a letter.

    A digit beside other digits is left: any other swap fits the check digit by chance as often as it is right.
    """
    readings, at = {number.translate(_AS_DIGITS)}, 0
    for character, run in groupby(number):
        end = at + len(list(run))
        beside = (number[at - 1 : at] + number[end : end + 1]).replace("<", "")
        lone = bool(beside) and not any(one.isdigit() for one in beside)
        if character in _TWINS and (lone or not character.isdigit()):
            readings.add(number[:at] + _TWINS[character] * (end - at) + number[end:])
        at = end
    return sorted(readings - {number})


def _changes(number: str, reading: str) -> int:
    return sum(one != other for one, other in zip(number, reading, strict=True))


def check_digit_or_none(read: str) -> str | None:
    """The check digit of a field; None if it has characters that no field has."""
    return check_digit(read) if set(read) <= _ALPHABET else None


def _sound(read: str) -> bool:
    """Whether a field with its check digit fits; fillers alone may have a filler for it (Doc 9303-3, 4.9)."""
    body, digit = read[:-1], read[-1]
    return check_digit_or_none(body) == digit or (digit == "<" and not body.strip("<"))


def _letter(character: str) -> str:
    """A character of a name as the letter it can only be."""
    if character in _ALPHABET:
        return character.translate(_TO_LETTERS) if character.isdigit() else character
    return "".join(one for one in anyascii(character).upper() if one in _KINDS["A"] and one != "<")


def _without_fillers_misread(name: str) -> str:
    """A name without the fillers at its end that were read as K: no name goes on after two fillers, none ends in KKK.

    >>> _without_fillers_misread("ERIKSSON<<ANNA<MARIA<<<KK<<K<")
    'ERIKSSON<<ANNA<MARIA'
    """
    name = re.sub(r"K{3,}[K<]*$", "", name)
    begun = re.match(r"<*[A-Z]+(?:<[A-Z]+)*<<+[A-Z]+(?:<[A-Z]+)*(?=<<[<K]*$)", name)
    return begun[0] if begun else name.rstrip("<")


def _birth(digits: str, today: date) -> str | None:
    """A date of birth of six digits, as far as it is known.

    Raises:
        ValueError: if there is no such day.
    """
    if digits == "<<<<<<":
        return None
    # A lone filler has the value of the digit 0, which the check digit has confirmed.
    year, month, day = (pair if pair == "<<" else pair.replace("<", "0") for pair in re.findall("..", digits))
    if not year.isdigit():
        raise ValueError
    if not month.isdigit():
        return str(_century(int(year), "01-01", today))
    if not day.isdigit():
        date(2000, int(month), 1)
        return f"{_century(int(year), f'{month}-01', today)}-{month}"
    born = f"{_century(int(year), f'{month}-{day}', today)}-{month}-{day}"
    date.fromisoformat(born)
    return born


def _century(year: int, month_and_day: str, today: date) -> int:
    return 2000 + year if f"{2000 + year}-{month_and_day}" <= today.isoformat() else 1900 + year
