"""Writes one number after the other to a database, in a thread of its own, and reads back what became of them."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from dr_orchestrator.checks.apart import resolved
from dr_orchestrator.checks.client import hands
from dr_orchestrator.domain.failover import Counted, Outage, stretches
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import NotMeasured, Transient
from dr_orchestrator.waiting import stops

PAUSE_S = 0.01
"""Real seconds between an answer and the next write: the outage is known to no less."""

REACH_S = 0.25
"""Real seconds within which an address has to take a connection of a client that writes; one that is gone says nothing.

A client that is far away has `PATIENT` times as long as it took while nothing disturbed it, if that is longer. Before
and afterwards, where no clock runs, it is `hands.CONNECT_S`."""

PATIENT = 4.0
"""So many times what a connection took at first it may take while the client writes: its first packet may be lost."""

SETTLED = 50
"""So many writes, one after the other, have to be acknowledged before a database counts as served again."""

_SQL = "SQL on the client's table"


@dataclass
class _Sent:
    """A number that was sent, and when it was acknowledged, or failed; drill seconds by the monotonic clock."""

    at: float
    acknowledged: float | None = None
    failed: float | None = None
    refused: bool = False


class Client:
    """A client of a copy's database, or of production's; no statement of it changes anything but its own table.

    `reach` tells the login by AWS's word, `compared` which of the addresses that its name has now are none of
    production's, `prove` asks a server that was connected to whether it is. Each connection looks the name up anew.
    """

    def __init__(
        self,
        reach: Callable[[], Login],
        compared: Callable[[Login], Login],
        prove: Callable[[Any], None],
        clock: Clock,
        table: str,
        name: int,
        look_up: Callable[[str, int], set[str]] = resolved,
        *,
        declared: bool = False,
    ) -> None:
        """With `declared` the table is the team's: it has to be there, and none is made."""
        self._reach, self._compared, self._prove, self._clock = reach, compared, prove, clock
        self._table, self._name, self._look_up, self._declared = table, name, look_up, declared
        self._sent: list[_Sent] = []
        self._first: frozenset[str] = frozenset()
        self._elsewhere: float | None = None
        self._vain, self._reach_s = 0.0, REACH_S
        self._over = threading.Event()
        self._fault: BaseException | None = None
        self._thread: threading.Thread | None = None
        self._login: Login | None = None
        self._hand: hands.Hand | None = None

    def look(self) -> str:
        """Log in, and look whether the team's table keeps what is to be written; NotMeasured where it does not.

        Nothing is written.
        """
        with self._opening() as hand:
            connection = self._connect(hands.READ_S, hands.CONNECT_S)
            try:
                return hand.look(connection, self._table)
            finally:
                connection.close()

    def begin(self) -> None:
        """Log in, make the table or look at the team's, and write from now on; NotMeasured where it may not."""
        with self._opening() as hand:
            connection = self._connect(hands.READ_S, hands.CONNECT_S)
            try:
                (hand.look if self._declared else hand.create)(connection, self._table)
            finally:
                connection.close()
            connection = self._connect(hands.ANSWER_S, hands.CONNECT_S)
        context = copy_context()
        self._thread = threading.Thread(target=lambda: context.run(self._go_on, connection), name="client", daemon=True)
        self._thread.start()

    @contextmanager
    def _opening(self) -> Iterator[hands.Hand]:
        """Within, with the hand of the engine: what keeps the client out is told as what it means for a drill."""
        self._login = self._reach()
        hand = self._hand = hands.of(self._login.engine)
        try:
            yield hand
        except hand.error as error:
            if hand.late(error):
                raise Transient(f"the client does not reach {self._place}: {_told(error)}", call=_SQL) from error
            raise self._cannot_write(error) from error
        except OSError as error:
            raise Transient(f"the client does not reach {self._place}: {_told(error)}", call=_SQL) from error

    @property
    def _place(self) -> str:
        """The word for what it writes to."""
        return "production" if self._declared else "the copy"

    def _cannot_write(self, error: Exception) -> NotMeasured:
        if self._declared:
            hint = f"the team makes the table, `{self._table} (client bigint, number bigint)`, and lets its login write"
            return NotMeasured(f"the client cannot write to {self._table}: {_told(error)}", hint, _SQL)
        told = f"the client cannot write to the copy: {_told(error)}"
        return NotMeasured(told, "its login needs the right to create a table there", _SQL)

    def acknowledged(self) -> int:
        """How many writes were acknowledged so far; what ended the client is raised here."""
        if self._fault is not None:
            raise self._fault
        return sum(1 for each in self._sent if each.acknowledged is not None)

    def answered(self) -> bool:
        """Whether the last write that was sent was acknowledged: it neither failed, nor is under way."""
        self.acknowledged()
        return bool(self._sent) and self._sent[-1].acknowledged is not None

    def disturbed(self, since: float = 0.0) -> bool:
        """Whether a write failed since then by the monotonic clock, or was not answered in time.

        Also one that was under way then, and the last one: no other is sent while the client is cut off.
        """
        self.acknowledged()
        return any(each.failed is not None and each.failed >= since for each in self._sent)

    def serves_again(self, since: float = 0.0) -> bool:
        """Whether writes failed since then, and the last ones were all acknowledged."""
        sent = list(self._sent)
        if sent and sent[-1].acknowledged is None and sent[-1].failed is None:
            sent.pop()  # it is under way
        last = sent[-SETTLED:]
        return self.disturbed(since) and len(last) == SETTLED and all(each.acknowledged is not None for each in last)

    def end(self) -> None:
        """Write no more; the last write is answered, or given up."""
        self._over.set()
        if self._thread is not None:
            self._thread.join(2 * (hands.CONNECT_S + hands.ANSWER_S))

    def outage(self) -> Outage | None:
        """The longest outage that it saw, by the monotonic clock; None where all was acknowledged, or nothing again.

        It is over once `SETTLED` writes were acknowledged one after the other: what fails later is another, which
        counts among its interruptions. The one write that was under way when the client was told to write no more tells
        of none, where it was served before: nobody waited for what came after it.
        """
        sent = self._sent[:-1] if self._cut_short() else self._sent
        failed = [place for place, each in enumerate(sent) if each.acknowledged is None]
        if not failed or failed[-1] + 1 >= len(sent):
            return None
        spans = [(failed[0], failed[0])]
        for place in failed[1:]:
            first, last = spans[-1]
            spans[-1:] = [(first, place)] if place - last <= SETTLED else [(first, last), (place, place)]
        again = sum(1 for before, place in itertools.pairwise(failed) if place != before + 1)
        seen = [each for first, last in spans if (each := self._span_of(first, last, 1 + again)) is not None]
        return max(seen, key=lambda each: each.lasted, default=None)

    def _cut_short(self) -> bool:
        """Whether the last write alone was not answered, after the client's end was asked for."""
        before = self._sent[-1 - SETTLED : -1]
        served = len(before) == SETTLED and all(each.acknowledged is not None for each in before)
        return self._over.is_set() and served and self._sent[-1].acknowledged is None

    def _span_of(self, first: int, last: int, interruptions: int) -> Outage | None:
        """The outage from the first to the last number that was sent in vain."""
        sent = self._sent
        times = [each.at for each in sent[: first + 1]]
        began, ended = sent[first].at, sent[last + 1].acknowledged
        if ended is None:
            return None
        pause = max((later - earlier for earlier, later in itertools.pairwise(times)), default=0.0)
        vain = self._vain if self._vain < ended else 0.0  # that of a later one
        known_to = max(pause, ended - max(vain, sent[last].at))  # it may have served since the last in vain
        return Outage(_span(began), _span(ended), interruptions, self._led_elsewhere(began), _span(known_to))

    def count(self) -> Counted:
        """Read back all numbers that are there, and tell what became of each that was sent.

        What ended the client by itself is raised here too.
        """
        self.acknowledged()
        sent, there = list(self._sent), Counter(self._read_back(self._name))
        taken = {number: each.acknowledged for number, each in enumerate(sent) if each.acknowledged is not None}
        doubt = [number for number, each in enumerate(sent) if each.acknowledged is None and not each.refused]
        lost = [number for number in taken if not there[number]]
        return Counted(
            sent=len(sent),
            acknowledged=len(taken),
            present=sum(1 for number in taken if there[number]),
            lost=len(lost),
            doubled=sum(1 for times in there.values() if times > 1),
            in_doubt=len(doubt),
            in_doubt_present=sum(1 for number in doubt if there[number]),
            refused=sum(1 for each in sent if each.refused),
            lost_for=_lost_for([taken[number] for number in lost], self.outage()),
            client=self._name,
            unacknowledged=stretches(number for number in range(len(sent)) if number not in taken),
        )

    def gone(self, before: Counted) -> int:
        """How many of the numbers that were acknowledged to an earlier client, and were there, are there no more.

        NotMeasured where it was not kept which were acknowledged.
        """
        if before.unacknowledged is None:
            raise NotMeasured(
                "which writes of the way before were acknowledged was not kept, so they are not looked for"
            )
        there = set(self._read_back(before.client))
        return max(0, before.present - sum(1 for number in before.taken() if number in there))

    def _read_back(self, client: int) -> list[int]:
        """All numbers of a client that are there, as often as they are; Transient where a mere reader tells."""
        hand = self._words()
        try:
            connection = self._connect(hands.READ_S, hands.CONNECT_S)
            try:
                if hand.only_reads(connection):  # a reader may lag: what it has not is not lost
                    raise Transient(f"the name of {self._place} leads to a server that only reads", call=_SQL)
                return list(hand.read(connection, self._table, client))
            finally:
                connection.close()
        except hand.error as error:
            if hand.late(error):
                raise self._not_read_yet(error) from error
            raise NotMeasured(f"what the client wrote cannot be read back: {_told(error)}", call=_SQL) from error
        except OSError as error:
            raise self._not_read_yet(error) from error

    def _not_read_yet(self, error: Exception) -> Transient:
        told = f"{self._place} is not reached, so what the client wrote is not read back yet: {_told(error)}"
        return Transient(told, call=_SQL)

    def _go_on(self, connection: Any) -> None:
        try:
            while not self._over.is_set():
                if connection is None:
                    connection = self._reconnected()
                elif not self._wrote(connection):
                    connection.close()
                    connection = None
                    continue
                self._over.wait(PAUSE_S)
        except BaseException as error:  # noqa: BLE001 - raised again where the run looks
            self._fault = error
        finally:
            if connection is not None:
                connection.close()

    def _wrote(self, connection: Any) -> bool:
        """Write the next number; whether it was acknowledged."""
        hand, number = self._words(), len(self._sent)
        sent = _Sent(self._clock.monotonic())
        self._sent.append(sent)
        try:
            hand.write(connection, self._table, self._name, number)
        except hand.error as error:
            sent.failed = self._clock.monotonic()
            stops.look()
            sent.refused = hand.refuses(error)
            return False
        sent.acknowledged = self._clock.monotonic()
        return True

    def _reconnected(self) -> Any:
        """A new connection to where the name leads now; None where nothing answers there."""
        began = self._clock.monotonic()
        try:
            return self._connect(hands.ANSWER_S)
        except (self._words().error, OSError, NotMeasured):  # the name has no address at the moment, say
            stops.look()
            self._vain = began
            return None

    def _connect(self, answer_s: float, reach_s: float = 0.0) -> Any:
        """Connect to an address that the name has now and that is none of production's, and prove what answers there.

        NotTheCopy where something else does: it is written nothing. With `reach_s`, where nothing is measured, it is
        learnt how far away it is.
        """
        login = self._login
        if login is None:
            raise NotMeasured("the client has not begun")
        found = self._look_up(login.host, login.port)
        self._looked_up(frozenset(found))
        login = self._compared(replace(login, addresses=()))
        took = _reached(login, reach_s or self._reach_s)
        if reach_s:
            self._reach_s = min(max(self._reach_s, PATIENT * took), hands.CONNECT_S)
        connection = self._words().connect(login, _SQL, answer_s)
        try:
            self._prove(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _words(self) -> hands.Hand:
        if self._hand is None:
            raise NotMeasured("the client has not begun")
        return self._hand

    def _looked_up(self, found: frozenset[str]) -> None:
        """Note when the name first led to an address that it had not had."""
        self._first = self._first or found
        if self._elsewhere is None and found - self._first:
            self._elsewhere = self._clock.monotonic()

    def _led_elsewhere(self, began: float) -> timedelta | None:
        return _span(self._elsewhere - began) if self._elsewhere is not None else None


def _reached(login: Login, within: float) -> float:
    """How many real seconds one of the addresses took to take a connection; OSError where none did within so many."""
    failed: OSError = OSError(f"{login.host} has no address")
    for address in login.addresses or (login.host,):
        began = time.monotonic()
        try:
            socket.create_connection((address, login.port), within).close()
        except OSError as error:
            failed = error
        else:
            return time.monotonic() - began
    raise failed


def _lost_for(lost: list[float], outage: Outage | None) -> timedelta | None:
    """From the first acknowledgement of what is lost to the end of the outage; None where it was not before that."""
    if not lost:
        return timedelta()
    ended = outage.ended if outage else timedelta()
    return ended - _span(min(lost)) if _span(min(lost)) < ended else None


def _span(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def _told(error: Exception) -> str:
    """The first line of an error, without the number that some drivers put before it."""
    text = str(error.args[1]) if len(error.args) > 1 and isinstance(error.args[0], int) else str(error)
    told = text.strip().splitlines()
    return told[0] if told else type(error).__name__
