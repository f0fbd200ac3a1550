"""Keeps a node level with the office whatever its streams deliver, and with one history of the office's log.

Every few seconds the keeper asks the office for its signed checkpoint and for the root over what this node should hold.
Before anything of that is believed, the checkpoint must be proved to go on from those that were believed before, and
so must what other nodes believe. If the roots differ, and a moment later still do, what is missing is fetched by its
event numbers and goes the same way as what a stream delivers: an envelope is believed for its own signature and proofs.
Nothing is ever removed because a list lacks it; only an envelope that says so removes.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from rednotice.adapters.clock import Clock
from rednotice.adapters.office_calls import OfficeCalls
from rednotice.errors import NotTrusted, Unavailable
from rednotice.log.checkpoint import open_checkpoint
from rednotice.log.history import Dispute, Signed, Wrong, one_history
from rednotice.log.keyring import Keyring
from rednotice.log.state import bucket_of, differing, missing, root_hash, surplus

log = structlog.get_logger(__name__)

SECOND_LOOK = 1.0
"""Seconds that the streams are given to deliver what is missing before it is fetched."""
AT_ONCE = 2000
"""Envelopes that are asked for in one call."""
REPORTS_AT_ONCE = 1000
CLOCK_OFF = 60.0
GIVEN_UP = timedelta(minutes=10)
"""A report that the office does not take for so long is not sent again: it was refused."""


class Kept(Protocol):
    """What the keeper needs of its node."""

    @property
    def keyring(self) -> Keyring:
        """The office's keys, as far as the node knows."""

    def follow_keyrings(self, notes: Sequence[str]) -> None:
        """Takes over the last keyring to which a chain of signatures leads."""

    def believed(self) -> tuple[Signed, ...]:
        """The checkpoints that the node believes: up to where the log was proved, and the longest it saw."""

    def believe(self, signed: Signed) -> None:
        """Believes a checkpoint that was proved to go on from those."""

    def contradicted(self, dispute: Dispute) -> None:
        """Keeps two checkpoints that cannot both be, and goes on believing neither."""

    def hashes(self) -> list[bytes]:
        """The hashes over what is held (`log.state`), at one moment."""

    def buckets(self, places: Iterable[int]) -> dict[str, int]:
        """What is held of some buckets: by subject the last word on it."""

    def letters_of(self, events: Sequence[int]) -> set[int]:
        """Those of some letters that are here."""

    def reports_sent(self, after: int, count: int) -> list[tuple[int, bytes]]:
        """Reports after a number that a stream acknowledged a while ago: their numbers, and hashes of their bytes."""

    def report_again(self, numbers: Sequence[int]) -> None:
        """Has reports wait for the line once more."""

    def refill(self, envelopes: Sequence[bytes]) -> int:
        """Applies envelopes as if a stream had delivered them; returns how many were believed."""

    def refilled(self) -> None:
        """Ends what `refill` put off: no more comes for now."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a node stands beside what the office says that it should hold."""

    compared_at: datetime | None = None
    log_size: int = 0
    """Of the office's log, as it was signed, at that moment."""
    level: bool = False
    behind: int = 0
    """Events that the node lacks."""
    behind_since: datetime | None = None
    was_behind: int = 0
    """The most events that it lacked when it was last behind."""
    level_at: datetime | None = None
    """When it was level again."""
    refilled: int = 0
    """Events that were fetched over HTTP since the start."""
    surplus: int = 0
    """Files of which it holds a later event than the office names, or of which the office names none."""
    peers: tuple[str, ...] = ()
    """What is wrong with other nodes, in a sentence each."""
    clock_off: float = 0.0
    """Seconds by which this machine's clock is ahead of the office's, or behind it; 0 if it is less than a minute."""


class Keeper:
    """One comparison at a time, and what follows from it."""

    def __init__(self, office: OfficeCalls, node: Kept, clock: Clock, peers: Sequence[str] = ()) -> None:
        self._office, self._node, self._clock = office, node, clock
        self._peers = tuple(peers)
        self._letters: tuple[int, int] | None = None
        self._reported = 0
        self._lost: dict[int, datetime] = {}
        self._stopping = threading.Event()
        self.comparison = Comparison()

    def stop(self) -> None:
        """Lets a comparison end early."""
        self._stopping.set()

    def compare(self) -> int:
        """Compares once, and refills what is missing.

        Returns:
            0: the next comparison may wait.

        Raises:
            Unavailable: if the office does not answer, or not as it should.
        """
        before = self._node.believed()
        peers, troubles = self._ask_peers()
        state = self._office.state()
        if state.keyring != self._node.keyring.rank:
            self._node.follow_keyrings(self._office.keyrings())
        shown = self._opened(state.note, f"the office at {self._office.url}")
        for whose, signed in (*(("this node", one) for one in before), *peers):
            wrong = self._wrong(signed, shown)
            if wrong:
                self._node.contradicted(Dispute(wrong, signed, shown, whose))
                return 0
        self._node.believe(shown)
        self._look_at_the_clock(state.at)
        lacking = self._lacking(state.root)
        letters = self._lacking_letters(state.letters)
        self._tell(shown, len(lacking) + len(letters), troubles)
        if lacking or letters:
            self._refill_after_a_moment(lacking, letters)
            lacking, letters = self._still_lacking(lacking), self._letters_still_lacking(letters)
            self._tell(shown, len(lacking) + len(letters), troubles)
        if not letters:
            self._letters = state.letters
        self._report_what_was_lost()
        return 0

    # --- One history ----------------------------------------------------------------------------------------

    def _opened(self, note: str, whose: str) -> Signed:
        try:
            return Signed(open_checkpoint(note, self._node.keyring), note)
        except NotTrusted as error:
            raise Unavailable(f"{whose} shows no checkpoint that can be believed: {error}") from None

    def _wrong(self, before: Signed, shown: Signed) -> Wrong | None:
        if shown.checkpoint.size < before.checkpoint.size:
            return Wrong.SHORTER
        return None if one_history(before, shown, self._office.consistency) else Wrong.FORK

    def _ask_peers(self) -> tuple[list[tuple[str, Signed]], list[str]]:
        # Before the office: what another node believes by then, the office must show by now.
        found, troubles = [], []
        for peer in self._peers:
            try:
                note = self._office.checkpoint_of(peer)
                if note:
                    found.append((f"the node at {peer}", self._opened(note, f"the node at {peer}")))
            except (Unavailable, NotTrusted) as error:
                troubles.append(str(error))
        return found, troubles

    # --- The same content -----------------------------------------------------------------------------------

    def _lacking(self, root: bytes) -> dict[str, int]:
        """The last words that the office names and the node lacks."""
        hashes = self._node.hashes()
        lacking: dict[str, int] = {}
        more = 0
        places = differing(self._office.state(buckets=True).buckets, hashes) if root_hash(hashes) != root else []
        if places:
            told, held = self._office.buckets(places), self._node.buckets(places)
            lacking, more = missing(held, told), len(surplus(held, told))
        self.comparison = replace(self.comparison, surplus=more)
        return lacking

    def _look_at_the_clock(self, at: datetime | None) -> None:
        off = (self._clock() - at).total_seconds() if at else 0.0
        self.comparison = replace(self.comparison, clock_off=off if abs(off) > CLOCK_OFF else 0.0)

    def _still_lacking(self, words: dict[str, int]) -> dict[str, int]:
        return missing(self._node.buckets({bucket_of(subject) for subject in words}), words)

    def _lacking_letters(self, told: tuple[int, int]) -> list[int]:
        if told == self._letters:
            return []
        lacking: list[int] = []
        after = self._letters[1] if self._letters else -1
        while page := self._office.letters(after):
            lacking += self._letters_still_lacking(page)
            after = page[-1]
        return lacking

    def _letters_still_lacking(self, letters: Sequence[int]) -> list[int]:
        here = self._node.letters_of(letters) if letters else set()
        return [event for event in letters if event not in here]

    def _refill_after_a_moment(self, lacking: dict[str, int], letters: Sequence[int]) -> None:
        self._stopping.wait(SECOND_LOOK)
        wanted = sorted({*self._still_lacking(lacking).values(), *self._letters_still_lacking(letters)})
        if not wanted:
            return
        refilled = 0
        try:
            # While a page is applied the next one is on its way.
            with ThreadPoolExecutor(1) as ahead:
                for envelopes in self._pages(wanted, ahead):
                    refilled += self._node.refill(envelopes)
        finally:
            self._node.refilled()
        if refilled:
            log.warning("node.refilled", events=refilled, asked=len(wanted))
            self.comparison = replace(self.comparison, refilled=self.comparison.refilled + refilled)

    def _pages(self, wanted: Sequence[int], ahead: ThreadPoolExecutor) -> Iterator[list[bytes]]:
        """The envelopes of events, as far as the office has them for this node, and until the node stops."""
        rest = [list(wanted[start : start + AT_ONCE]) for start in range(0, len(wanted), AT_ONCE)][::-1]
        asked = rest.pop()
        coming = ahead.submit(self._office.envelopes, asked)
        while not self._stopping.is_set():
            envelopes = coming.result()
            # A page of bytes may hold fewer events than were asked for; what was not sent is asked for once more.
            if envelopes and len(envelopes) < len(asked):
                rest.append(asked[len(envelopes) :])
            if rest:
                asked = rest.pop()
                coming = ahead.submit(self._office.envelopes, asked)
                yield envelopes
            else:
                yield envelopes
                return

    def _report_what_was_lost(self) -> None:
        """Sends again what a stream acknowledged and lost before the office took it."""
        sent = self._node.reports_sent(self._reported, REPORTS_AT_ONCE)
        if not sent:
            return
        now, missing = self._clock(), self._office.reports_not_taken([digest for _, digest in sent])
        lost = {number: self._lost.get(number, now) for number, digest in sent if digest in missing}
        again = [number for number, since in lost.items() if now - since < GIVEN_UP]
        if again:
            self._node.report_again(again)
            log.warning("reports.again", reports=len(again))
        elif lost:
            log.error("reports.not_taken", numbers=[*lost][:20])
        self._lost = lost if again else {}
        self._reported = again[0] - 1 if again else sent[-1][0]

    def _tell(self, shown: Signed, behind: int, peers: Sequence[str]) -> None:
        last, now = self.comparison, self._clock()
        told = replace(last, compared_at=now, log_size=shown.checkpoint.size, behind=behind, peers=tuple(peers))
        if behind:
            since = last.behind_since or now
            was = max(behind, last.was_behind) if last.behind_since else behind
            told = replace(told, level=False, behind_since=since, was_behind=was, level_at=None)
        else:
            level_at = now if last.behind_since else last.level_at
            told = replace(told, level=True, behind_since=None, level_at=level_at)
        self.comparison = told
