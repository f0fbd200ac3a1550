"""What a date, a nationality or a sex says of two records: counted anew on the lists, beside what match/score.py holds.

One person: those who stand on the UN's and on OFAC's list under one whole name of three words or more, and the several
dates that a list gives for one person. Others: pairs drawn from OFAC's list, and unlisted persons with names alike.
"""

from __future__ import annotations

import itertools
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from rapidfuzz import fuzz, process
from rich.console import Console
from rich.table import Table

from rednotice.adapters.lists import read_ofac, read_un
from rednotice.match import score
from rednotice.match.dates import Born, Kinship, relation
from rednotice.model.person import Person

DATA = Path(__file__).parents[2] / "shared" / "data"
PAIRS = 500_000
ALIKE = 80.0
UNLISTED = 1000


def run(console: Console) -> None:
    """Prints the tables."""
    if not DATA.exists():
        console.print(f"Evidence: not measured, {DATA} is not there.\n")
        return
    random.seed(7)
    lists = DATA / "lists"
    un = [person for _, person in read_un((lists / "un_consolidated.xml").read_bytes()).entries]
    files = ((lists / name).read_bytes() for name in ("ofac_sdn.csv", "ofac_alt.csv"))
    ofac = [person for _, person in read_ofac(*files).entries]
    both = list(_on_both(ofac, un))
    linked = Counter(_kind(one.born, other.born) for one, other in both if one.born and other.born)
    several = Counter(_kind(person.born, date) for person in un + ofac if person.born for date in person.also_born)
    others = _others([person.born for person in ofac if person.born and len(person.born) == 10])
    table = Table(title="Two dates of birth, how they stand to each other", title_justify="left")
    for column in (
        "kind",
        "on both lists",
        "several of one person",
        "others, in 1,000",
        "held, in 1,000",
        "ratio used",
    ):
        table.add_column(column, justify="left" if column == "kind" else "right")
    for kind in Kinship:
        held = f"{1000 * score.OTHERS[kind]:.3f}"
        drawn = f"{1000 * others[kind] / others.total():.3f}"
        table.add_row(kind.name, str(linked[kind]), str(several[kind]), drawn, held, f"{score.BORN[kind]:.3f}")
    console.print(table)
    shared = Counter(
        bool({*one.nationalities} & {*other.nationalities})
        for one, other in both
        if one.nationalities and other.nationalities
    )
    console.print(f"On both lists: {shared[True]} share a nationality, {shared[False]} do not.")
    sexes = _sexes_of_names_alike()
    console.print(f"Unlisted persons with names alike: {sexes[True]} pairs of one sex, {sexes[False]} of two.\n")


def _kind(one: str | None, other: str) -> Kinship:
    assert one
    return relation(Born.of(one), other).kind


def _on_both(ofac: Iterable[Person], un: Iterable[Person]) -> Iterator[tuple[Person, Person]]:
    """Each person of OFAC's list with one of the UN's who bears one of its names whole."""
    bearers: dict[str, Person] = {}
    for person in un:
        for name in person.names:
            bearers.setdefault(_sorted(str(name)), person)
    for person in ofac:
        for name in person.names:
            words = _sorted(str(name))
            if len(words.split()) >= 3 and words in bearers:
                yield person, bearers[words]
                break


def _sorted(name: str) -> str:
    return " ".join(sorted("".join(one if one.isalnum() else " " for one in name.lower()).split()))


def _others(dates: list[str]) -> Counter[Kinship]:
    counted: Counter[Kinship] = Counter()
    born = {date: Born.of(date) for date in dates}
    for _ in range(PAIRS):
        one, other = random.sample(range(len(dates)), 2)
        counted[relation(born[dates[one]], dates[other]).kind] += 1
    return counted


def _sexes_of_names_alike() -> Counter[bool]:
    rows = [json.loads(line) for line in (DATA / "matching" / "not_listed_us.jsonl").read_text("utf-8").splitlines()]
    by_name: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row["sex"]:
            by_name[row["name"].lower()].append(row["sex"])
    names = list(by_name)
    counted: Counter[bool] = Counter()
    for asked in random.sample(names, UNLISTED):
        for found, _, _ in process.extract(asked, names, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=None):
            if found != asked:
                counted.update(one == other for one, other in itertools.product(by_name[asked], by_name[found]))
    return counted
