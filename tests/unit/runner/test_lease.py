"""The lease of a run in this process: taken, kept, lost, let go; and the word to stop that comes through it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest

from dr_orchestrator.domain.run import Lease
from dr_orchestrator.errors import Aborted, LeaseLost, NotMeasured, UsageError
from dr_orchestrator.ledger.leases import SqlLeases
from dr_orchestrator.ledger.ledger import connect
from dr_orchestrator.runner.lease import LEASE, LeaseHolder
from dr_orchestrator.runner.stop import Stop
from tests.support import ledger_samples as samples
from tests.support.fakes import FakeClock

GONE = NotMeasured("the ledger does not answer")


class Broken(SqlLeases):
    """Leases of a ledger that may stop answering; `beaten` is set by every beat that it is asked for."""

    def __init__(self, leases: SqlLeases) -> None:
        super().__init__(leases._engine, leases._table, leases.times)
        self.down: set[str] = set()
        self.beaten = threading.Event()

    def beat(self, run: str, holder: str, span: timedelta) -> Lease | None:
        self.beaten.set()
        if "beat" in self.down:
            raise GONE
        return super().beat(run, holder, span)

    def lease(self, run: str) -> Lease | None:
        if "lease" in self.down:
            raise GONE
        return super().lease(run)


@pytest.fixture
def leases(tmp_path: Path, clock: FakeClock) -> Iterator[Broken]:
    ledger = connect(f"sqlite:///{tmp_path / 'ledger.db'}", machine=clock)
    ledger.open_run(samples.header("r-1"))
    yield Broken(ledger.leases)
    ledger.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def mine(leases: Broken, clock: FakeClock) -> LeaseHolder:
    return LeaseHolder(leases, "r-1", Stop(), clock)


def another(leases: Broken, clock: FakeClock) -> LeaseHolder:
    """Another process takes the lease, once it has run out."""
    taker = LeaseHolder(leases, "r-1", Stop(), clock)
    taker.take()
    return taker


def held(leases: Broken) -> Lease:
    found = leases.lease("r-1")
    assert found is not None
    return found


def test_a_lease_is_held_for_half_a_minute(leases: Broken, clock: FakeClock, mine: LeaseHolder) -> None:
    """By this process alone: another is refused until it has run out."""
    mine.take()
    assert (held(leases).holder, held(leases).left) == (mine.holder, LEASE)
    clock.sleep(29)
    with pytest.raises(UsageError, match="run r-1 is driven by"):
        another(leases, clock)
    clock.sleep(1)
    assert held(leases).holder == mine.holder
    assert another(leases, clock).holder == held(leases).holder


def test_a_beat_prolongs_it(leases: Broken, clock: FakeClock, mine: LeaseHolder) -> None:
    """From the beat on it holds for as long again."""
    mine.take()
    clock.sleep(20)
    mine.beat()
    assert held(leases).left == LEASE
    mine.raise_if_stopped()


def test_a_ledger_that_is_gone_for_a_moment_stops_nobody(
    leases: Broken, clock: FakeClock, mine: LeaseHolder, caplog: pytest.LogCaptureFixture
) -> None:
    """A beat that is not taken is told, and the lease counts as ours until another is known to have it."""
    mine.take()
    clock.sleep(60)
    leases.down = {"beat"}
    mine.raise_if_stopped()
    assert "the ledger did not take a heartbeat" in caplog.text
    assert mine.still_ours()


def test_a_process_that_slept_asks_whose_the_run_is(leases: Broken, clock: FakeClock, mine: LeaseHolder) -> None:
    """Another has taken it meanwhile: this one stops, and knows that the run is driven elsewhere."""
    mine.take()
    clock.sleep(60)
    another(leases, clock)
    with pytest.raises(LeaseLost):
        mine.raise_if_stopped()
    assert mine.driven_elsewhere()
    clock.sleep(60)
    assert mine.driven_elsewhere(), "that one died, too: what is left is a sweep's, or of whoever resumes the run"


def test_a_lease_is_never_trusted_for_longer_than_the_ledger_has_it(
    leases: Broken, clock: FakeClock, mine: LeaseHolder
) -> None:
    """It counts from before it was asked for: however slow the answer was, no other can have it while it is good."""
    beat = SqlLeases.beat

    def slow(self: SqlLeases, run: str, holder: str, span: timedelta) -> Lease | None:
        found = beat(self, run, holder, span)
        clock.sleep(20)
        return found

    mine.take()
    with mock.patch.object(SqlLeases, "beat", slow):
        mine.beat()
    clock.sleep(10)
    another(leases, clock)
    with pytest.raises(LeaseLost):
        mine.before_write(makes=False)


@pytest.mark.parametrize("makes", [True, False])
def test_nothing_is_changed_by_who_lost_the_lease(
    leases: Broken, clock: FakeClock, mine: LeaseHolder, makes: bool
) -> None:
    """While the lease is good nobody is asked, then the ledger is; and what was lost once is lost for good."""
    mine.before_write(makes)
    assert not leases.beaten.is_set(), "it was not taken yet"
    mine.take()
    clock.sleep(29)
    mine.before_write(makes)
    assert not leases.beaten.is_set()
    clock.sleep(1)
    mine.before_write(makes)
    assert leases.beaten.is_set(), "it had run out, and nobody had taken it"
    clock.sleep(60)
    another(leases, clock).let_go()
    for _ in range(2):
        with pytest.raises(LeaseLost):
            mine.before_write(makes)
        with pytest.raises(LeaseLost):
            mine.raise_if_lost()


class Waiting(FakeClock):
    """A machine's clock on which something happens while somebody sleeps."""

    def __init__(self) -> None:
        super().__init__()
        self.act: Callable[[], object] = lambda: None

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.act()


@pytest.mark.parametrize("down", [{"beat"}, {"beat", "lease"}])
@pytest.mark.parametrize("ours", [True, False])
def test_nothing_is_made_by_who_does_not_know(tmp_path: Path, down: set[str], ours: bool) -> None:
    """A ledger that takes no beat is waited for; then the run is still ours, or another's by now."""
    clock = Waiting()
    ledger = connect(f"sqlite:///{tmp_path / 'ledger.db'}", machine=clock)
    ledger.open_run(samples.header("r-1"))
    leases = Broken(ledger.leases)
    mine = LeaseHolder(leases, "r-1", threading.Event(), clock)
    mine.take()
    clock.sleep(60)
    if not ours:
        another(leases, clock)
    leases.down, began = down, clock.monotonic()

    def answers() -> None:
        if clock.monotonic() >= began + 100:
            leases.down = set()

    clock.act = answers
    with contextlib.nullcontext() if ours else pytest.raises(LeaseLost):
        mine.before_write(makes=True)
    assert clock.monotonic() == began + 100
    ledger.close()


def test_what_is_to_go_goes_though_the_ledger_takes_no_writes(
    leases: Broken, clock: FakeClock, mine: LeaseHolder
) -> None:
    """By its rows the run is ours, and whoever would take it could not write that either; of another's nothing goes."""
    mine.take()
    clock.sleep(60)
    leases.down = {"beat"}
    mine.before_write(makes=False)
    leases.down = set()
    another(leases, clock)
    leases.down = {"beat"}
    with pytest.raises(LeaseLost):
        mine.before_write(makes=False)


@pytest.mark.parametrize("makes", [True, False])
def test_a_ledger_that_is_gone_for_good_ends_the_wait(
    leases: Broken, clock: FakeClock, mine: LeaseHolder, makes: bool
) -> None:
    """Its own error is told after ten minutes, and nothing was changed."""
    mine.take()
    clock.sleep(60)
    leases.down = {"beat", "lease"}
    with pytest.raises(NotMeasured, match="the ledger does not answer"):
        mine.before_write(makes)
    assert 600 < clock.monotonic() - 60 < 610


def test_a_stop_ends_the_wait_of_what_would_make_something(leases: Broken, clock: FakeClock) -> None:
    """Whoever asks this process to end does not wait for its ledger; what is to go is waited for all the same."""
    stop = Stop()
    mine = LeaseHolder(leases, "r-1", stop, clock)
    mine.take()
    clock.sleep(60)
    leases.down = {"beat", "lease"}
    stop.set()
    with pytest.raises(Aborted):
        mine.before_write(makes=True)
    with pytest.raises(NotMeasured):
        mine.before_write(makes=False)


def test_nobody_drives_elsewhere_what_is_ours_or_not_known(leases: Broken, clock: FakeClock, mine: LeaseHolder) -> None:
    """Not before it was taken, not while it is ours, and not because the ledger does not answer."""
    other = another(leases, clock)
    assert not mine.driven_elsewhere()
    other.let_go()
    mine.take()
    assert not mine.driven_elsewhere()
    clock.sleep(60)
    another(leases, clock)
    leases.down = {"beat"}
    assert not mine.driven_elsewhere()
    leases.down.clear()
    assert mine.driven_elsewhere()


@pytest.mark.parametrize("when", ["before", "after"])
def test_who_asked_for_a_stop_is_named(leases: Broken, clock: FakeClock, mine: LeaseHolder, when: str) -> None:
    """Asked while nobody drove the run, it is read with the lease; asked later, at the next beat."""
    if when == "before":
        leases.ask_to_abort("r-1", "Zoë")
        mine.take()
    else:
        mine.take()
        leases.ask_to_abort("r-1", "Zoë")
        mine.raise_if_stopped()
        mine.beat()
    with pytest.raises(Aborted, match="stopped on request by Zoë"):
        mine.raise_if_stopped()


def test_a_process_that_is_to_end_stops_its_run(leases: Broken, clock: FakeClock) -> None:
    """The process's own stop needs no ledger, and its reason is the first that was given."""
    stop = Stop()
    holder = LeaseHolder(leases, "r-1", stop, clock)
    holder.raise_if_stopped()
    stop.set("its process was told to end")
    stop.set("Ctrl-C")
    with pytest.raises(Aborted, match=r"^its process was told to end$"):
        holder.raise_if_stopped()


def test_a_lease_that_is_let_go_is_not_waited_for(leases: Broken, clock: FakeClock, mine: LeaseHolder) -> None:
    """It ends at once, and anybody may take it; one that was never taken is nobody's to end."""
    mine.let_go()
    assert leases.lease("r-1") is None
    assert not leases.beaten.is_set()
    mine.take()
    mine.let_go()
    assert not held(leases).held
    another(leases, clock)


def test_a_lease_that_cannot_be_let_go_runs_out(
    leases: Broken, clock: FakeClock, mine: LeaseHolder, caplog: pytest.LogCaptureFixture
) -> None:
    """A ledger that is gone at the end of a run spoils nothing of it."""
    mine.take()
    leases.down = {"beat"}
    mine.let_go()
    assert "its lease runs out by itself" in caplog.text
    clock.sleep(30)
    another(leases, clock)


def test_a_thread_beats_while_the_run_is_driven(leases: Broken, mine: LeaseHolder, clock: FakeClock) -> None:
    """Without a word from whoever performs the steps; at the end, whatever that is, the lease is let go."""
    mine.take()
    clock.sleep(10)
    with pytest.raises(KeyError), mine.beating():
        assert leases.beaten.wait(30), "no beat was seen"
        raise KeyError
    assert not held(leases).held


class Looked(FakeClock):
    """A clock that tells when the thread that beats has gone round: it asks for the pace before each turn."""

    def __init__(self) -> None:
        super().__init__()
        self.turns = 0
        self.round = threading.Event()

    @property
    def pace(self) -> float:  # type: ignore[override]
        self.turns += 1
        if self.turns > 1:
            self.round.set()
        return 120.0


def test_a_lease_that_is_not_taken_yet_is_not_beaten(leases: Broken) -> None:
    """Whoever waits for its turn does not claim to be alive by it: the first beat comes with the lease."""
    clock = Looked()
    with LeaseHolder(leases, "r-1", Stop(), clock).beating():
        assert clock.round.wait(30), "the thread did not go round"
    assert not leases.beaten.is_set()


def test_what_waits_looks_without_asking(leases: Broken, clock: FakeClock, mine: LeaseHolder) -> None:
    """Every wait looks several times a second: by what this process knows already, and no ledger is asked."""
    mine.take()
    clock.sleep(60)
    leases.down = {"beat", "lease"}
    mine.raise_if_told()
    assert not leases.beaten.is_set()
    leases.down = set()
    another(leases, clock)
    mine.beat()
    with pytest.raises(LeaseLost):
        mine.raise_if_told()
