"""Persons for whom special conditions hold: minors, the deceased, victims and witnesses (RPD 38-41)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from rednotice.model.finding import Evidence
from rednotice.model.person import Person, PersonRole
from rednotice.model.request import Colour
from rednotice.model.values import earliest, latest
from rednotice.rules.figures import figure
from rednotice.rules.rule import AGAINST_PERSONS, EVERY, File, Says, barred, doubtful, rule, satisfied, whose

IN_FORCE = "2012-07-01"
FROM_MEMORY = "Written from memory of RPD 38-41, not read beside the text."


def may_be_minor(person: Person, when: str, on: date) -> bool:
    """Whether a person was, or as far as the dates are known may have been, a minor at a time.

    Args:
        person: whose date of birth counts; without one nothing is supposed.
        when: the time, as far as it is known.
        on: the day whose law says from what age a person is of age.
    """
    if person.born is None:
        return False
    # The latest birth and the earliest time make the youngest.
    return _came_of_age(latest(person.born), figure("majority_years", on)) > earliest(when)


def _is_minor(person: Person, when: str, on: date) -> bool:
    if person.born is None:
        return False
    return _came_of_age(earliest(person.born), figure("majority_years", on)) > latest(when)


def _came_of_age(born: date, years: int) -> date:
    if (born.month, born.day) == (2, 29):
        return date(born.year + years, 3, 1)
    return born.replace(year=born.year + years)


@rule("RPD 38-41", since=IN_FORCE, colours=AGAINST_PERSONS, source_note=FROM_MEMORY)
def minors(file: File) -> Iterator[Says]:
    """Was everybody of age at the time of the facts?"""
    request = file.request
    happened = request.facts.date
    young = [n for n, person in enumerate(request.persons) if happened and may_be_minor(person, happened, file.on)]
    for n in young:
        assert happened is not None
        was = "was" if _is_minor(request.persons[n], happened, file.on) else "may have been"
        yield doubtful(
            f"{whose(request, n)} {was} under {figure('majority_years', file.on)} at the time of the facts",
            Evidence(path=f"persons[{n}].born", passage=request.persons[n].born),
            Evidence(path="facts.date", passage=happened),
            mend="Show that the law under which the person is sought provides for minors, and is more than petty",
        )
    if not young:
        yield satisfied("nobody is known to have been a minor", Evidence(path="persons"))


@rule("RPD 38-41", since=IN_FORCE, colours=EVERY - {Colour.BLACK}, source_note=FROM_MEMORY)
def deceased(file: File) -> Iterator[Says]:
    """Is everybody alive, as far as is known?"""
    request = file.request
    dead = [n for n, person in enumerate(request.persons) if person.deceased or person.role is PersonRole.DEAD]
    for n in dead:
        where = Evidence(path=f"persons[{n}].deceased" if request.persons[n].deceased else f"persons[{n}].role")
        words = f"{whose(request, n)} is dead"
        if request.colour in (Colour.RED, Colour.GREEN, Colour.YELLOW):
            yield barred(
                f"{words}; the purpose of a {request.colour} notice cannot be achieved any more",
                where,
                mend="Leave the person out; a black notice identifies a body",
            )
        else:
            yield doubtful(
                words, where, mend="Show that data on the dead person is needed for an investigation that goes on"
            )
    if not dead:
        yield satisfied("nobody is said to be dead", Evidence(path="persons"))


@rule("RPD 38-41", since=IN_FORCE, colours=AGAINST_PERSONS, source_note=FROM_MEMORY)
def victims_and_witnesses(file: File) -> Iterator[Says]:
    """Are victims and witnesses kept out of notices against suspects?"""
    request = file.request
    protected = [
        n for n, person in enumerate(request.persons) if person.role in (PersonRole.VICTIM, PersonRole.WITNESS)
    ]
    for n in protected:
        where = Evidence(path=f"persons[{n}].role", passage=request.persons[n].role)
        words = f"{whose(request, n)} is a {request.persons[n].role}"
        if request.colour is Colour.BLUE:
            yield satisfied(f"{words}, whom a blue notice may look for without any measure", where)
        else:
            yield barred(
                f"{words}, against whom a {request.colour} notice may not be used",
                where,
                mend="Ask for a blue notice, or correct the role",
            )
    if not protected:
        yield satisfied("no victim or witness is named as a person sought", Evidence(path="persons"))


RULES = (minors, deceased, victims_and_witnesses)
