"""A run has one driver at a time, however slowly a process wakes up: by its lease, and else by the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.aws.calls.spacing import Spacing
from dr_orchestrator.aws.guard import Guard
from dr_orchestrator.domain.copy import TERMINAL, CopyState
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import LeaseLost, UsageError
from dr_orchestrator.ledger.ledger import SqlLedger
from dr_orchestrator.resources.dynamodb_table.restore import DynamoTable
from dr_orchestrator.runner import lease
from dr_orchestrator.runner import sweep as of_runner
from dr_orchestrator.runner.lease import LEASE, LeaseHolder
from dr_orchestrator.runner.session import Session
from dr_orchestrator.runner.sweep import perform, runs
from dr_orchestrator.runner.sweep.runs import unsettled
from dr_orchestrator.wiring import opening, sweeping
from tests.support.dying import Killed, die, in_verify, killed_in, read, resumed
from tests.support.estate import Estate
from tests.support.machine import sleep
from tests.support.shop import run


def elsewhere(here: wiring.App) -> wiring.App:
    """Another process on the same ledger."""
    return wiring.App(here.settings, here.clock)


def swept_elsewhere(here: wiring.App) -> of_runner.Sweep:
    """What a sweep of another process does."""
    with wiring.using(elsewhere(here)) as other:
        return sweeping.sweep(other)


Sleep = Callable[[], None]


@pytest.fixture
def fall_asleep(monkeypatch: pytest.MonkeyPatch) -> Sleep:
    """Lets the process stand still for longer than its lease, from which on time goes on; its heart does not beat."""
    monkeypatch.setattr(lease, "BEAT", timedelta(days=1))
    return lambda: sleep(monkeypatch, 2 * LEASE)


def test_a_sweep_sees_what_was_made_since_it_began(shop: Estate, here: wiring.App) -> None:
    """While it lists regions somebody resumes the run and dies with a copy made: that copy is taken down with it."""
    before = shop.inventory()
    dead = killed_in(here, "sessions-pitr", mock.patch.object(Session, "at_exit", die))
    assert not dead.copies
    listing, waiting = perform.take_inventory, [True]

    def slow(world: wiring.App) -> Any:
        if waiting:
            waiting.clear()
            with ExitStack() as dying:
                for target, name in ((SqlLedger, "close_run"), (Session, "_tear_down"), (Session, "verify")):
                    dying.enter_context(mock.patch.object(target, name, die))
                dying.enter_context(pytest.raises(Killed))
                resumed(here, dead)
        return listing(world)

    with mock.patch.object(perform, "take_inventory", slow):
        found = sweeping.sweep(elsewhere(here))

    after = read(here, dead)
    assert after.closing is not None
    assert after.closing.cleanup is Cleanup.CLEAN
    assert [row.state for row in after.copies] == [CopyState.DELETED]
    assert [each.gone for each in found.copies] == [True]
    assert not [each.why for each in found.runs if each.why]
    assert "of its copies the inventory of us-east-1 shows 1 of 1 before the sweep, none after" in str(after.closing)
    assert shop.inventory() == before


def test_of_two_sweeps_one_takes_a_run_down(shop: Estate, here: wiring.App) -> None:
    """The second, which had read the run before the first ended it, finds nothing left and says nothing else."""
    dead = in_verify(here)
    listing, waiting = perform.take_inventory, [True]

    def slow(world: wiring.App) -> Any:
        if waiting:
            waiting.clear()
            swept_elsewhere(here)
        return listing(world)

    with mock.patch.object(perform, "take_inventory", slow):
        second = sweeping.sweep(elsewhere(here))

    assert not second.left
    assert not [each.why for each in second.runs if each.why]
    closing = read(here, dead).closing
    assert closing is not None
    assert len(closing.cleanup_reasons) == 1


def test_a_run_that_was_swept_meanwhile_is_not_resumed(shop: Estate, here: wiring.App) -> None:
    """Between the look at it and its lease a sweep ends the run: it stays ended, and nothing is made inside it."""
    dead = killed_in(here, "sessions-pitr", mock.patch.object(Session, "create", die))
    looking = opening.look_around

    def slow(*given: Any) -> Any:
        swept_elsewhere(here)
        return looking(*given)

    with mock.patch.object(opening, "look_around", slow), pytest.raises(UsageError, match="is closed: INCONCLUSIVE"):
        resumed(here, dead)

    after = read(here, dead)
    assert after.closing is not None
    assert all(row.state in TERMINAL for row in after.copies)
    let_go = here.ledger.leases.lease(dead.header.id)
    assert let_go is not None
    assert not let_go.held


def test_a_process_that_slept_creates_nothing_in_a_run_that_was_ended(
    shop: Estate, here: wiring.App, fall_asleep: Sleep
) -> None:
    """It stops just before the creating call for longer than its lease; a sweep ends the run; then it wakes up."""
    before, asking = shop.inventory(), DynamoTable._restore

    def asleep(self: DynamoTable, *given: Any) -> Any:
        fall_asleep()
        swept_elsewhere(here)
        return asking(self, *given)

    with mock.patch.object(DynamoTable, "_restore", asleep), pytest.raises(LeaseLost, match="taken over"):
        run(here, "sessions-pitr")

    assert shop.inventory() == before
    (found,) = here.ledger.queries.runs(2)
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.CLEAN


def test_a_process_that_slept_asks_whose_the_run_is_before_its_next_step(
    shop: Estate, here: wiring.App, fall_asleep: Sleep
) -> None:
    """Its own heart has not beaten yet: the step is not begun, and the copy is the other process's to take down."""
    checking, begun = Session.verify, []

    def asleep(self: Session, *given: Any) -> None:
        fall_asleep()
        swept_elsewhere(here)
        checking(self, *given)
        begun.append(True)

    with mock.patch.object(Session, "verify", asleep), pytest.raises(LeaseLost, match="taken over"):
        run(here, "sessions-pitr")

    assert not begun
    (found,) = here.ledger.queries.runs(2)
    assert found.closing is not None
    assert [step.name for step in found.steps if step.outcome is None] == []


def test_a_run_of_another_process_is_not_our_own(shop: Estate, here: wiring.App, tmp_path: Path) -> None:
    """Whoever may not resume a living run has nothing to take down: the run is told with its driver, and no more."""
    dead = in_verify(here)
    here.driven.clear()
    here.ledger.leases.take(dead.header.id, "elsewhere:1:abc", LEASE)

    with pytest.raises(UsageError, match="is driven by elsewhere:1:abc"):
        resumed(here, dead)

    assert not here.driven


def test_what_a_stack_owned_is_swept_alone_once_the_stack_is_settled(shop: Estate, here: wiring.App) -> None:
    """Until then it goes with its stack: neither is forgotten, and neither is asked for twice."""
    dead = killed_in(here, "shop-replica", mock.patch.object(Session, "verify", die))
    stack, owned = ([row.copy for row in dead.copies if bool(row.copy.parent) is of] for of in (False, True))
    assert owned
    assert {row.copy for row in unsettled(dead)} == set(stack)

    for copy in stack:
        here.ledger.change_copy(copy, CopyState.DELETED, here.clock.now())

    assert {row.copy for row in unsettled(read(here, dead))} == set(owned)


def stolen(here: wiring.App, run_id: str) -> None:
    """Another living process drives the run by now: this one was not heard of for long enough."""
    here.ledger.leases.take(run_id, "elsewhere:1:abc", LEASE)


def test_a_process_that_slept_in_its_last_step_leaves_the_copy_to_its_new_driver(
    shop: Estate, here: wiring.App, fall_asleep: Sleep
) -> None:
    """After the checks nothing else would ask: neither the copy nor the run's end is its business any more."""
    checking = Session.verify

    def asleep(self: Session, *given: Any) -> None:
        checking(self, *given)
        fall_asleep()
        stolen(here, self.header.id)

    with mock.patch.object(Session, "verify", asleep), pytest.raises(LeaseLost, match="taken over"):
        run(here, "sessions-pitr")

    (found,) = here.ledger.queries.runs(2)
    assert found.closing is None
    assert [row.state for row in found.copies] == [CopyState.CREATED]
    assert found.copies[0].copy.id in shop.inventory()["tables"]


def test_a_sweep_that_slept_takes_nothing_from_whoever_resumed_the_run(
    shop: Estate, here: wiring.App, fall_asleep: Sleep
) -> None:
    """It holds the lease, sleeps past it, and wakes up before its first deletion: it leaves the run alone."""
    dead = in_verify(here)
    listing = runs.unsettled

    def asleep(of: Any) -> Any:
        if not taken:
            taken.append(True)
            fall_asleep()
            stolen(here, dead.header.id)
        return listing(of)

    taken: list[bool] = []
    with mock.patch.object(runs, "unsettled", asleep):
        found = runs.take_down(sweeping.context(elsewhere(here)), dead, "died")

    assert "driven by another process" in found.why
    after = read(here, dead)
    assert after.closing is None
    assert after.copies[0].copy.id in shop.inventory()["tables"]


@contextmanager
def asleep_before(operation: str, fall_asleep: Sleep, meanwhile: Callable[[], None]) -> Iterator[None]:
    """Within: once the guard has let a call pass, the process falls asleep before it is sent."""
    checking, waiting = Guard.check, [True]

    def checked(self: Guard, service: str, called: str, *given: Any) -> None:
        checking(self, service, called, *given)
        if called == operation and waiting:
            waiting.clear()
            fall_asleep()
            meanwhile()

    with mock.patch.object(Guard, "check", checked):
        yield
    assert not waiting


def test_a_process_that_slept_in_its_teardown_deletes_nothing(
    shop: Estate, here: wiring.App, fall_asleep: Sleep
) -> None:
    """The guard had let the deletion pass; another process has resumed the run by now, and needs the copy."""
    with (
        asleep_before("DeleteTable", fall_asleep, lambda: stolen(here, here.ledger.queries.runs(1)[0].header.id)),
        pytest.raises(LeaseLost, match="taken over"),
    ):
        run(here, "sessions-pitr")

    (found,) = here.ledger.queries.runs(2)
    assert found.closing is None
    assert [row.state for row in found.copies] == [CopyState.CREATED]
    assert not shop.calls("DeleteTable")


def test_a_sweep_that_slept_within_a_deletion_deletes_nothing(
    shop: Estate, here: wiring.App, fall_asleep: Sleep
) -> None:
    """So a sweep: the run is told as another's, and nothing of it is called a leftover."""
    dead = in_verify(here)
    with asleep_before("DeleteTable", fall_asleep, lambda: stolen(here, dead.header.id)):
        found = runs.take_down(sweeping.context(elsewhere(here)), dead, "died")

    assert "driven by another process" in found.why
    assert [row.state for row in read(here, dead).copies] == [CopyState.CREATED]
    assert not shop.calls("DeleteTable")


def test_a_run_that_was_swept_before_its_lease_makes_nothing(shop: Estate, here: wiring.App) -> None:
    """Between its row and its lease a sweep ends it: it goes no further, and that is no defect."""
    before, taking, waiting = shop.inventory(), LeaseHolder.take, [True]

    def late(self: LeaseHolder) -> None:
        if waiting:
            waiting.clear()
            swept_elsewhere(here)
        taking(self)

    with mock.patch.object(LeaseHolder, "take", late), pytest.raises(LeaseLost, match="ended before it began"):
        run(here, "sessions-pitr")

    (found,) = here.ledger.queries.runs(2)
    assert found.copies == ()
    assert shop.inventory() == before


def test_a_call_that_was_held_back_is_looked_at_again(shop: Estate, here: wiring.App, fall_asleep: Sleep) -> None:
    """The guard let it pass, then it waited while a sweep ended the run: it is not sent."""
    before, holding, checking = shop.inventory(), Spacing.wait, Guard.check
    passed: list[str] = []

    def checked(self: Guard, service: str, operation: str, *given: Any) -> None:
        checking(self, service, operation, *given)
        passed.append(operation)

    def asleep(self: Spacing) -> float:
        if passed and passed[-1] == "RestoreTableToPointInTime":
            passed.append("asleep")
            fall_asleep()
            swept_elsewhere(here)
        return holding(self)

    with (
        mock.patch.object(Guard, "check", checked),
        mock.patch.object(Spacing, "wait", asleep),
        pytest.raises(LeaseLost),
    ):
        run(here, "sessions-pitr")

    assert passed.count("asleep") == 1
    assert not [call for call in shop.lab.journal if call.action == "RestoreTableToPointInTime"]
    assert shop.inventory() == before


def test_what_lives_under_a_settled_copys_name_is_told(shop: Estate, here: wiring.App) -> None:
    """A restored table wears no tag yet: one that came after its run was closed is a stray by its name."""
    dead = in_verify(here)
    assert not sweeping.sweep(elsewhere(here)).orphans
    name = dead.copies[0].copy.id
    shop.clock.sleep(600)
    shop.client("dynamodb").create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )

    (stray,) = sweeping.sweep(elsewhere(here)).orphans

    assert (stray.id, stray.run, stray.tagged) == (name, dead.header.id, False)
    assert name in shop.inventory()["tables"]


def test_a_run_that_a_sweep_began_to_end_can_still_be_resumed(shop: Estate, here: wiring.App) -> None:
    """The sweep found that nothing was made, and died before it closed the run: whoever resumes it makes its copy."""
    before = shop.inventory()
    dead = killed_in(here, "sessions-pitr", mock.patch.object(Session, "create", die))
    with mock.patch.object(SqlLedger, "close_run", die), pytest.raises(Killed):
        sweeping.sweep(elsewhere(here))
    assert [row.state for row in read(here, dead).copies] == [CopyState.NEVER_CREATED]

    after = resumed(here, dead)

    assert after.closing is not None
    assert after.closing.verdict in (Verdict.PASSED, Verdict.PASSED_WITH_FINDINGS), after.closing.reasons
    assert [row.state for row in after.copies] == [CopyState.DELETED]
    assert shop.inventory() == before
