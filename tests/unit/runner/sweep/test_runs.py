"""What became of runs that died, and of runs whose copies resisted."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.cost import Billed, Rates
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import LeaseLost, NotMeasured, UnsafeToDelete
from dr_orchestrator.runner.driver import LISTEN
from dr_orchestrator.runner.sweep import cost_so_far, dead_runs, sweep, sweep_run
from dr_orchestrator.runner.sweep.labs import lab_is_gone
from dr_orchestrator.runner.sweep.runs import cost_of_what_stands, outlived_before
from dr_orchestrator.runner.teardown import Outlived
from tests.support import ledger_samples as samples
from tests.support.sweeping import STACK, TABLE, World, named

LEFT = samples.closing(cleanup=Cleanup.LEFTOVERS, cleanup_reasons=("access denied",))
IN_A_LAB = replace(samples.PROVENANCE, simulated=True, pace=60.0)


@pytest.fixture
def refusing() -> str:
    """Where a lab was: a port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def test_a_dead_runs_copies_are_taken_down_last_first(world: World) -> None:
    """What was made last may rest on what was made before it; the run ends inconclusive, and says where it died."""
    world.left(*map(named, "abc"))
    found = sweep(world.here)
    assert world.destroyed == ["c", "b", "a"]
    assert set(world.states().values()) == {CopyState.DELETED}
    assert found.dead == 1
    assert found.left == []
    closing = world.closing()
    assert (closing.verdict, closing.cleanup) == (Verdict.INCONCLUSIVE, Cleanup.CLEAN)
    assert "its process died at 'restore'; swept" in closing.reasons
    assert closing.cleanup_reasons[-1].endswith("shows 3 of 3 before the sweep, none after")


def test_the_oldest_dead_run_is_swept_first(world: World) -> None:
    """Runs are turned to in the order in which they opened, each told as it is."""
    world.left(named("a"))
    world.left(named("b", "r-2"), run="r-2")
    told: list[str] = []
    sweep(world.here, began=lambda run: told.append(run.header.id))
    assert told == ["r-1", "r-2"]
    assert world.destroyed == ["a", "b"]


def test_a_run_that_is_driven_is_left_alone(world: World) -> None:
    """Its copies are not touched, and it is named with the instant from which anybody may take it."""
    world.left(named("a"))
    world.drive(seconds=20)
    found = sweep(world.here)
    assert world.destroyed == []
    assert world.run().closing is None
    (alone,) = found.left_alone
    assert (alone.run.header.id, alone.held.left) == ("r-1", timedelta(seconds=20) - LISTEN)
    assert found.waiting == [alone]


def test_a_run_whose_process_is_heard_of_is_not_waited_for(world: World) -> None:
    """Who beats while it is listened for is alive."""
    world.left(named("a"))
    lease = world.drive(seconds=20)

    def beat(_held: object) -> None:
        world.machine.sleep(1)
        world.ledger.leases.beat(lease.run, lease.holder, timedelta(seconds=20))

    found = sweep(world.here, heard=beat)
    assert [each.run.header.id for each in found.left_alone] == ["r-1"]
    assert found.waiting == []


def test_a_silent_lease_is_outwaited_where_asked(world: World) -> None:
    """With `wait` a run that died just now is swept as soon as its lease has run out."""
    world.left(named("a"))
    world.drive(seconds=20)
    found = sweep(world.here, wait=True)
    assert world.machine.monotonic() >= 20
    assert world.destroyed == ["a"]
    assert found.left_alone == []


def test_a_lease_that_ran_out_keeps_nobody(world: World) -> None:
    """At its very end a lease is nobody's: the run counts as dead."""
    world.left(named("a"))
    world.drive(seconds=20)
    world.machine.sleep(19)
    assert dead_runs(world.here) == []
    world.machine.sleep(1)
    assert [run.header.id for run in dead_runs(world.here)] == ["r-1"]


@pytest.mark.parametrize("error", [UnsafeToDelete("not ours"), NotMeasured("denied"), KeyError("defect")])
def test_a_copy_that_resists_is_a_leftover_with_words(world: World, error: Exception) -> None:
    """It keeps no other copy, and the record says what kept it."""
    world.left(*map(named, "ab"))
    world.ways["b"] = error
    found = sweep(world.here)
    assert world.states() == {"a": CopyState.DELETED, "b": CopyState.LEFTOVER}
    assert [each.copy.id for each in found.left] == ["b"]
    closing = world.closing()
    assert closing.cleanup is Cleanup.LEFTOVERS
    (why,) = closing.cleanup_reasons
    assert why.startswith("rds-instance b in eu-west-2: ")
    assert str(getattr(error, "message", "defect")) in why


@pytest.mark.parametrize("job", ["", "job-1"])
def test_a_copy_that_aws_never_named_is_asked_after(world: World, job: str) -> None:
    """Only intended, or known by a job alone: it is destroyed by its name, and unproven where that fails."""
    world.left()
    world.ledger.intend_copy(named("a"), world.clock.now())
    if job:
        world.ledger.change_copy(named("a"), CopyState.INTENDED, world.clock.now(), job=job)
    world.ways["a"] = NotMeasured("denied")
    sweep(world.here)
    assert world.states() == {"a": CopyState.UNPROVEN}
    world.ways["a"] = CopyState.NEVER_CREATED
    sweep(world.here)
    assert world.states() == {"a": CopyState.NEVER_CREATED}
    assert world.closing().cleanup is Cleanup.CLEAN
    assert world.closing().cleanup_reasons[-1].endswith("shows 0 of 1 before the sweep, none after")


def test_what_a_stack_owns_goes_with_it(world: World) -> None:
    """Members are not destroyed one by one while their stack is there, and are gone once it is."""
    stack, table = named("s", type=STACK), named("t", type=TABLE, parent="s")
    world.left(stack, table)
    world.meanwhile = lambda _copy: world.objects.clear()
    sweep(world.here)
    assert world.destroyed == ["s"]
    assert world.states() == {"s": CopyState.DELETED, "t": CopyState.DELETED}


def test_what_outlived_its_stack_is_taken_down_alone(world: World) -> None:
    """A member whose stack is gone is destroyed by itself."""
    stack, table = named("s", type=STACK), named("t", type=TABLE, parent="s")
    world.left(stack, table)
    world.ledger.change_copy(stack, CopyState.DELETED, world.clock.now())
    sweep(world.here)
    assert world.destroyed == ["t"]


def test_a_run_that_was_asked_to_stop_is_aborted(world: World) -> None:
    """Whoever asked is named: that its process died first changes nothing."""
    world.left(named("a"))
    world.ledger.leases.ask_to_abort("r-1", "Zoë")
    sweep(world.here)
    assert world.closing().verdict is Verdict.ABORTED
    assert any("aborted by Zoë: its process died" in reason for reason in world.closing().reasons)


def test_a_run_that_left_copies_is_clean_once_they_are_gone(world: World) -> None:
    """Its verdict stays; the reasons keep what was, and tell of the sweep and of what proves it."""
    world.left(named("a"), closing=LEFT)
    found = sweep(world.here)
    closing = world.closing()
    assert (found.dead, closing.verdict, closing.cleanup) == (0, Verdict.PASSED, Cleanup.CLEAN)
    told = "what was left was taken down by a sweep on 2026-11-20 09:00 UTC"
    proven = "of its copies the inventory of eu-west-2 shows 1 of 1 before the sweep, none after"
    assert closing.cleanup_reasons == ("access denied", f"{told}; {proven}")


def test_a_copy_that_resists_again_changes_no_closing(world: World) -> None:
    """A sweep in vain leaves the record as it was."""
    world.left(named("a"), closing=LEFT)
    world.ways["a"] = NotMeasured("denied")
    assert sweep(world.here).left
    assert world.closing() == LEFT
    assert world.states() == {"a": CopyState.LEFTOVER}


def test_a_run_that_somebody_took_first_is_theirs(world: World) -> None:
    """Between the look and the lease another process was quicker: nothing is touched, and the run says why."""
    world.left(named("a"))

    def quicker(_run: Run) -> None:
        world.drive()

    found = sweep(world.here, began=quicker)
    assert world.destroyed == []
    assert "run r-1 is driven by elsewhere:1:a" in found.runs[0].why
    assert [each.state for each in found.copies] == [CopyState.CREATED]


def test_a_sweep_that_slept_lets_go_of_the_run(world: World) -> None:
    """While it slept somebody resumed the run: the copies that are left, and its end, are that process's business."""
    world.left(*map(named, "ab"))

    def sleep(_copy: Copy) -> None:
        world.machine.sleep(60)
        world.drive()

    world.meanwhile = sleep
    found = sweep(world.here)
    assert world.destroyed == ["b"]
    assert found.runs[0].why == "run r-1 is driven by another process by now"
    assert world.run().closing is None


def test_one_run_is_swept_for_a_reason_of_ones_own(world: World) -> None:
    """Its reason is the one given; its page and its exercise's are written."""
    world.ledger.open_exercise(samples.EXERCISE)
    run = world.left(named("a"), exercise=samples.EXERCISE.id)
    (swept,) = sweep_run(world.here, run, "given up")
    assert swept.gone
    assert "given up" in world.closing().reasons
    assert world.story[-2:] == ["publish r-1", f"publish exercise {samples.EXERCISE.id}"]


@pytest.mark.parametrize("closed", [False, True])
def test_what_was_in_a_lab_that_is_no_more_is_gone(world: World, refusing: str, closed: bool) -> None:
    """The lab's own port refuses: its copies are asked after no longer, for that reason and no other."""
    world.left(named("a"), closing=LEFT if closed else None, provenance=replace(IN_A_LAB, endpoint=refusing))
    world.objects.clear()
    world.ways["a"] = NotMeasured("nobody answers")
    sweep(world.here)
    assert world.states() == {"a": CopyState.GONE_WITH_LAB}
    assert world.closing().cleanup is Cleanup.CLEAN
    assert any("assumed gone with its lab" in each for each in world.closing().cleanup_reasons)
    assert not any("taken down" in each for each in world.closing().cleanup_reasons)


def test_only_a_lab_that_refuses_is_believed_gone(refusing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a real run's endpoint, nor one at AWS's pace, nor another host; nor one that answers, or is only slow."""
    gone = replace(IN_A_LAB, endpoint=refusing)
    assert lab_is_gone(gone)
    assert not lab_is_gone(replace(gone, simulated=False))
    assert not lab_is_gone(replace(gone, pace=1))
    assert not lab_is_gone(replace(gone, endpoint="http://localstack.invalid:4566"))
    assert not lab_is_gone(replace(gone, endpoint="http://localhost"))
    with socket.create_server(("127.0.0.1", 0)) as lab:
        assert not lab_is_gone(replace(gone, endpoint=f"http://127.0.0.1:{lab.getsockname()[1]}"))

    def slow(*_given: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", slow)
    assert not lab_is_gone(gone)


def test_what_is_still_there_costs_money(world: World) -> None:
    """From its intent until now, by the declared rates; where it cannot be told, it says why."""
    run = world.left(named("a"))
    (row,) = run.copies
    assert str(cost_so_far(world.here, run, row)) == "not known: tiers.yaml declares no `costs`"
    world.rates = Rates("EUR", {"db.t3": Decimal(2)}, Decimal(0))
    world.bill = Billed("db.t3", Decimal(0))
    world.clock.sleep(3 * 3600)
    assert cost_so_far(world.here, run, row).amount == Decimal(6)
    world.bill = NotMeasured("denied")
    assert str(cost_so_far(world.here, run, row)) == "not known: denied"


def test_what_outlived_a_copy_is_kept_in_the_record(world: World) -> None:
    """Once, by whoever saw it first; and what is gone itself costs nothing more, in any look at it."""
    world.left(named("a"), closing=LEFT)
    world.rates = Rates("EUR", {"db.t3": Decimal(2)}, Decimal(0))
    world.bill = Billed("db.t3", Decimal(0))
    world.ways["a"] = Outlived("it is deleted, and not all of it is gone: a point", "", CopyState.LEFTOVER)
    (swept,) = sweep_run(world.here, world.run(), "asked for")
    assert (swept.state, swept.cost) == (CopyState.LEFTOVER, None)
    (row,) = world.run().copies
    assert outlived_before(world.run(), row.copy)
    kept = world.closing()
    assert (kept.cleanup, len(kept.cleanup_reasons)) == (Cleanup.LEFTOVERS, 2)
    world.ways["a"] = Outlived("it is deleted; denied", "", CopyState.UNPROVEN)
    (swept,) = sweep_run(world.here, world.run(), "asked for")
    assert (swept.state, swept.cost) == (CopyState.UNPROVEN, None)
    assert world.closing() == kept
    assert cost_of_what_stands(world.here, world.run(), row) is None


def test_a_sweep_that_lost_the_run_within_a_deletion_leaves_it_alone(world: World) -> None:
    """Somebody resumed it meanwhile: no copy is called a leftover, no other is touched, and the run stays open."""
    world.left(*map(named, "ab"))
    world.ways["b"] = LeaseLost.to_another("r-1")
    found = sweep(world.here)
    assert "driven by another process" in found.runs[0].why
    assert world.destroyed == ["b"]
    assert set(world.states().values()) == {CopyState.CREATED}
    assert world.run().closing is None


def test_a_sweep_that_slept_in_a_deletion_writes_nothing_of_it(world: World) -> None:
    """The copy went, and its row is whose the run is by now."""
    world.left(named("a"))

    def asleep(_copy: Copy) -> None:
        world.machine.sleep(60)
        world.drive()

    world.meanwhile = asleep
    found = sweep(world.here)
    assert "driven by another process" in found.runs[0].why
    assert world.states() == {"a": CopyState.CREATED}
    assert world.run().closing is None
