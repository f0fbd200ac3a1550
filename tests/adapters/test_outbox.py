"""What waits in the outbox goes out in windows; what was not acknowledged keeps back what must come after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from rednotice.adapters.jetstream import Outgoing
from rednotice.adapters.postgres import outbox
from rednotice.errors import Unavailable
from rednotice.model.notice import Listing
from rednotice.model.person import Name, Person
from rednotice.office import Office, OfficeSettings
from tests.builders import OPERATOR


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office whose relay does nothing by itself."""
    office = Office(OfficeSettings(folder=tmp_path_factory.mktemp("outbox")))
    office.start()
    office.mender.stop()
    office.relay.stop()
    yield office
    office.stop()


class Stream:
    """Takes messages, and refuses those of some subjects."""

    def __init__(self, *refused: str) -> None:
        self.refused = refused
        self.windows: list[list[str]] = []

    def publish(self, messages: Sequence[Outgoing]) -> list[Unavailable | None]:
        self.windows.append([one.subject for one in messages])
        return [Unavailable("full") if one.subject in self.refused else None for one in messages]


def listings(office: Office, what: str, *names: str) -> list[str]:
    """Has entries of a list published; the subjects of their notices."""
    entries = [
        (Listing(source="outbox", reference=name), Person(names=(Name(full=f"{what} {name}"),))) for name in names
    ]
    done = office.import_listings(entries, OPERATOR)
    return [f"notice.{number.replace('/', '-')}" for number in (*done.new, *done.changed)]


def waiting(office: Office) -> int:
    with office.read() as reader:
        return reader.waiting()


def test_two_of_one_subject_are_never_under_way_together(office: Office) -> None:
    a, b = listings(office, "First", "a", "b")
    listings(office, "Second", "a")
    stream = Stream()
    assert office.database.relay(stream.publish) == 3
    assert stream.windows == [[a, b], [a]]
    assert waiting(office) == 0


def test_what_was_refused_is_tried_again_before_what_comes_after_it(office: Office) -> None:
    c, d, e = listings(office, "First", "c", "d", "e")
    listings(office, "Second", "c", "d")
    stream = Stream(d)
    with pytest.raises(Unavailable, match="full"):
        office.database.relay(stream.publish)
    assert stream.windows == [[c, d, e]], "the later ones wait"
    assert waiting(office) == 3
    again = Stream()
    assert office.database.relay(again.publish) == 3
    assert again.windows == [[d, c], [d]]


def test_a_window_of_which_nothing_is_known_stays(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "WINDOW", 2)
    subjects = listings(office, "First", "f", "g", "h", "i", "j")
    calls = []

    def publish(messages: Sequence[Outgoing]) -> list[None]:
        calls.append([one.subject for one in messages])
        if len(calls) == 2:
            raise Unavailable("NATS is away")
        return [None] * len(messages)

    with pytest.raises(Unavailable, match="NATS is away"):
        office.database.relay(publish)
    assert calls == [subjects[:2], subjects[2:4]]
    assert waiting(office) == 3
    assert office.database.relay(publish) == 3
    assert calls[2:] == [subjects[2:4], subjects[4:]]


def test_every_message_has_an_id_of_its_own_by_which_a_stream_knows_a_repetition(office: Office) -> None:
    listings(office, "First", "k", "l")
    ids: list[list[str]] = []

    def publish(messages: Sequence[Outgoing]) -> list[Unavailable | None]:
        ids.append([one.message_id for one in messages])
        return [Unavailable("no answer")] * len(messages) if len(ids) == 1 else [None] * len(messages)

    with pytest.raises(Unavailable):
        office.database.relay(publish)
    assert office.database.relay(publish) == 2
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 2


def test_streams_acknowledge_each_of_many_and_refuse_the_one_that_none_takes(office: Office) -> None:
    messages = [Outgoing(f"notice.X-{number}", b"{}", f"x-{number}") for number in range(100)]
    messages.insert(50, Outgoing("nobody.takes.this", b"{}", "nobody"))
    answers = office._stream.publish_all(messages)
    assert [place for place, answer in enumerate(answers) if answer] == [50]
    assert "nobody.takes.this" in str(answers[50])
    assert {"notice.X-0", "notice.X-99"} <= office._stream.subjects("NOTICES")
    office._stream.erase_last([("NOTICES", f"notice.X-{number}") for number in range(101)])
    assert not any(subject.startswith("notice.X-") for subject in office._stream.subjects("NOTICES"))
