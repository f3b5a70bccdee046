"""Who holds a lease is alive if it goes on beating, and nothing else says so."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest

from dr_orchestrator.domain.run import Lease
from dr_orchestrator.runner.driver import LISTEN, Driver, Held, Listening
from dr_orchestrator.runner.lease import BEAT, LEASE
from tests.support.fakes import FakeClock

ELSEWHERE = "another-machine:7:abc"
HERE = f"{socket.gethostname()}:{os.getpid()}:abc"


class Beats(FakeClock):
    """A machine's clock on which others go on: what they do happens while somebody sleeps."""

    def __init__(self, act: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self.act = act

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.act()


class OneLease:
    """The leases of a ledger that holds one, of r-1."""

    def __init__(self, clock: FakeClock, holder: str) -> None:
        self.clock = clock
        self.take("r-1", holder, LEASE)

    def lease(self, run: str) -> Lease | None:
        now = self.clock.now()
        left = max(self.until - now, timedelta())
        return Lease("r-1", self.holder, left, now - self.beat_at, self.beat_at) if run == "r-1" else None

    def beat(self) -> None:
        if self.clock.now() - self.beat_at >= BEAT:
            self.take("r-1", self.holder, LEASE)

    def take(self, _run: str, holder: str, span: timedelta) -> None:
        self.holder, self.beat_at = holder, self.clock.now()
        self.until = self.beat_at + span

    ask_to_abort = None


def ears(clock: FakeClock, leases: OneLease) -> Listening:
    return Listening(leases, clock)  # type: ignore[arg-type]


NEVER = 2**22 + 1
"""The id of a process that is never there: the kernel gives none so high, and those of the dead it gives again."""


@pytest.mark.parametrize(
    "holder",
    [ELSEWHERE, HERE, f"{socket.gethostname()}:{NEVER}:abc"],
    ids=["another machine", "a process of that id is here", "its process is gone"],
)
def test_who_beats_while_it_is_listened_is_alive(holder: str) -> None:
    """On whatever machine, and whatever its process id says: nobody dead renews a lease."""
    clock = Beats()
    leases = OneLease(clock, holder)
    clock.act = leases.beat

    (held,) = ears(clock, leases).listen(["r-1"])

    assert (held.driver, held.may_be_dead) == (Driver.ALIVE, False)
    assert clock.monotonic() <= BEAT.total_seconds() + 1  # and it is not listened for any longer


@pytest.mark.parametrize(
    ("holder", "driver"),
    [(ELSEWHERE, Driver.SILENT), (HERE, Driver.SILENT), (f"{socket.gethostname()}:{NEVER}:abc", Driver.GONE)],
    ids=["another machine", "a process of that id is here", "its process is gone"],
)
def test_who_is_not_heard_of_may_be_dead(holder: str, driver: Driver) -> None:
    """A process id that is there is no proof of life, one that is gone no proof of death: both are told with a date."""
    clock = Beats()
    leases = OneLease(clock, holder)

    (held,) = ears(clock, leases).listen(["r-1"])

    assert (held.driver, held.may_be_dead, held.left) == (driver, True, LEASE - LISTEN)
    assert clock.monotonic() == LISTEN.total_seconds()


def test_a_process_of_another_user_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine answers that nobody may ask: that is no proof of death, and the holder is not called gone."""

    def denied(_pid: int, _signal: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", denied)
    clock = Beats()
    (held,) = ears(clock, OneLease(clock, HERE)).listen(["r-1"])
    assert held.driver is Driver.SILENT


def test_what_was_noted_before_is_listened_for_no_longer() -> None:
    """A sweep notes leases when it begins: whoever was heard of while it worked is alive at once."""
    clock = Beats()
    leases = OneLease(clock, ELSEWHERE)
    listening = ears(clock, leases)
    listening.note(["r-1"])
    clock.sleep(BEAT.total_seconds())
    leases.beat()

    (held,) = listening.listen(["r-1"])

    assert held.driver is Driver.ALIVE
    assert clock.monotonic() == BEAT.total_seconds()


def test_another_holder_is_listened_for_anew() -> None:
    """Who took the lease meanwhile is not known to be alive because the one before was."""
    clock = Beats()
    leases = OneLease(clock, ELSEWHERE)
    listening = ears(clock, leases)
    listening.note(["r-1"])
    clock.sleep(30)
    leases.take("r-1", "a-third:8:abc", LEASE)

    (held,) = listening.listen(["r-1"])

    assert (held.driver, held.lease.holder) == (Driver.SILENT, "a-third:8:abc")
    assert clock.monotonic() == 30 + LISTEN.total_seconds()


def test_a_lease_that_is_let_go_is_held_no_more() -> None:
    """A run that ends while it is listened for is nobody's, and is waited for no longer."""
    clock = Beats()
    leases = OneLease(clock, ELSEWHERE)
    clock.act = lambda: leases.take("r-1", ELSEWHERE, timedelta())

    assert ears(clock, leases).listen(["r-1", "r-without-a-lease"]) == []
    assert clock.monotonic() < 1


def test_a_silent_lease_is_outwaited() -> None:
    """Whoever waits sees it run out, and tells meanwhile whom it waits for and until when."""
    clock = Beats()
    leases = OneLease(clock, ELSEWHERE)
    told: list[tuple[str, datetime]] = []

    def tell(silent: Sequence[Held]) -> None:
        told.extend((each.name, clock.now() + each.left) for each in silent)

    held = ears(clock, leases).outwait(["r-1"], tell)

    assert held == []
    assert set(told) == {("r-1", leases.until)}
    assert timedelta(seconds=clock.monotonic()) == LEASE


def test_who_lives_is_not_waited_for() -> None:
    """A healthy run may go on for hours: to outwait the dead ends as soon as it was heard of."""
    clock = Beats()
    leases = OneLease(clock, ELSEWHERE)
    clock.act = leases.beat

    (held,) = ears(clock, leases).outwait(["r-1"])

    assert held.driver is Driver.ALIVE
    assert clock.monotonic() <= BEAT.total_seconds() + 1
