"""`dro sweep` in words and exit codes: what was not taken down, or not proven, is never told as swept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import pytest

from dr_orchestrator import prefect_runner, settings, wiring
from dr_orchestrator.cli import main
from dr_orchestrator.domain.copy import Copy, CopyState, LiveObject
from dr_orchestrator.domain.cost import Cost
from dr_orchestrator.domain.run import Lease, Run
from dr_orchestrator.errors import CopiesMayRemain, DroError, Exit, NotMeasured
from dr_orchestrator.ledger.ledger import SqlLedger, connect
from dr_orchestrator.ledger.queries import Queries
from dr_orchestrator.resources import TYPES
from dr_orchestrator.runner.driver import Driver, Held
from dr_orchestrator.runner.lease import LEASE
from dr_orchestrator.runner.sweep import Inventory, LeftAlone, Orphan, Proof, Sweep, Swept, SweptRun, perform, runs
from dr_orchestrator.runner.sweep.proof import Mark, prove
from dr_orchestrator.wiring import sweeping
from tests.support import workspace
from tests.support.fakes import FakeClock
from tests.support.golden import sample
from tests.support.golden.story import REGION
from tests.support.machine import timed_by

RUN = replace(sample.passed().header, exercise="")
COPY = Copy("rds-instance", "dro-x", REGION, RUN.id, RUN.drill, RUN.service)
LIVE = LiveObject("rds-instance", REGION, COPY.id, "db-X", RUN.id)
OTHER = LiveObject("rds-instance", REGION, "orders-prod", "db-P")
MARKS = {COPY: Mark(COPY, LIVE.identity, LIVE)}


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SqlLedger:
    """The ledger of a workspace with one open run that nobody drives, in a world where nothing answers."""
    workspace.write(tmp_path)
    monkeypatch.setenv("DRO_HOME", str(tmp_path))
    for name in ("DRO_DATABASE_URL", "DRO_CLOCK_PACE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    made = connect(f"sqlite:///{tmp_path / '.dro' / 'ledger.db'}", own=True)
    made.open_run(RUN)
    return made


def inventory(*objects: LiveObject, unlisted: str = "") -> Inventory:
    unread = {(REGION, of): unlisted for of in TYPES.names} if unlisted else {}
    return Inventory((REGION,), frozenset(objects), unread)


def becomes(monkeypatch: pytest.MonkeyPatch, *copies: Swept, proof: Proof | None = None, why: str = "") -> None:
    """What the sweep of the run comes to, and what the inventories say of it."""
    proven = proof or prove(
        TYPES.names, inventory(LIVE, OTHER), inventory(OTHER), MARKS, [each.copy for each in copies]
    )
    done = Sweep(1, [SweptRun(Run(RUN), list(copies), why)], [], proven, [])
    monkeypatch.setattr(sweeping, "sweep", lambda *_: done)


def swept(state: CopyState, why: str = "", cost: Cost | None = None) -> Swept:
    return Swept(COPY, state, timedelta(hours=3), why, cost)


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_a_copy_that_stays_is_not_swept(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With AWS out of reach the run is not swept, and why is told; the leftover decides the exit code."""
    nothing = inventory(unlisted="ListTables: no route to AWS")
    left = swept(CopyState.LEFTOVER, "no route to AWS")
    becomes(monkeypatch, left, proof=prove(TYPES.names, nothing, nothing, MARKS, []))

    assert main.run(["sweep"]) == Exit.LEFTOVERS

    said = capsys.readouterr().out
    assert f"Run {RUN.id} of {RUN.drill}: NOT swept" in said
    assert "no route to AWS" in said
    assert "0 copies swept, 1 may still be there" in said
    assert f"What there is in {REGION} is not known, nor whether orphans are: ListTables" in said
    assert said.count("ListTables") == 1


def test_unknown_strays_are_told(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where all that is known is gone, an inventory that cannot be taken makes it inconclusive, in JSON too."""
    denied = inventory(unlisted="access denied")
    becomes(
        monkeypatch, swept(CopyState.DELETED), proof=prove(TYPES.names, inventory(LIVE, OTHER), denied, MARKS, [COPY])
    )

    assert main.run(["sweep", "--json"]) == Exit.INCONCLUSIVE

    said = told(capsys)
    assert said["strays_unknown"] == "access denied"
    assert said["inventory"]["unread"] == {REGION: "access denied"}
    assert said["inventory"]["others_gone"] == []


def test_a_run_that_could_not_be_swept_is_told(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What keeps a run from its end is no success, though nothing of it may be left."""
    becomes(monkeypatch, swept(CopyState.DELETED), why="a defect of the program: KeyError")

    assert main.run(["sweep"]) == Exit.INCONCLUSIVE
    assert "NOT swept: a defect of the program: KeyError" in capsys.readouterr().out


def test_a_leftover_tells_its_cost(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it has cost stands beside its age, in words and, unrounded, for programs."""
    becomes(monkeypatch, swept(CopyState.LEFTOVER, "no route", Cost(Decimal("1.234"), "USD")))

    main.run(["sweep"])
    assert "3 h after its intent, cost so far 1.24 USD, no route" in capsys.readouterr().out
    main.run(["sweep", "--json"])
    assert told(capsys)["copies"][0]["cost"]["amount"] == 1.234


def test_what_is_gone_is_swept(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A dead run whose copy is gone is told as swept with its proof, and the exit code is 0."""
    becomes(monkeypatch, swept(CopyState.DELETED))

    assert main.run(["sweep"]) == Exit.PASSED

    said = capsys.readouterr().out
    assert f"Run {RUN.id} of {RUN.drill}: swept." in said
    proof = f"Inventory of {REGION}: 2 objects before, 1 after; gone is 1 copy of drills, and nothing else."
    assert proof in said.splitlines()
    main.run(["sweep", "--json"])
    assert told(capsys)["inventory"] == {
        "regions": [REGION],
        "before": 2,
        "after": 1,
        "gone": [{"type": "rds-instance", "id": "dro-x", "region": REGION, "identity": "db-X"}],
        "others_gone": [],
        "others_new": [],
        "not_proven_gone": [],
        "would_go": [],
        "unread": {},
    }


def test_what_others_did_is_told_by_name(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever else came or went is a notice, no error: somebody else works in the account."""
    new = LiveObject("dynamodb-table", REGION, "orders-events")
    proof = prove(TYPES.names, inventory(LIVE, OTHER), inventory(new), MARKS, [COPY])
    becomes(monkeypatch, swept(CopyState.DELETED), proof=proof)

    assert main.run(["sweep"]) == Exit.PASSED

    said = capsys.readouterr().out
    assert "gone is 1 copy of drills; not by this sweep: 1 gone, 1 new." in said
    assert f"Not by this sweep, gone: rds-instance orders-prod in {REGION}" in said
    assert f"Not by this sweep, new: dynamodb-table orders-events in {REGION}" in said


class Machine(FakeClock):
    """The machine's clock; while somebody waits on it, another process may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.act: Callable[[], object] = lambda: None

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.act()


@pytest.fixture
def machine(ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """Just after a process of another machine took the run up, and wrote that it would make a copy."""
    monkeypatch.setattr(perform, "take_inventory", lambda _here: inventory(OTHER))
    monkeypatch.setattr(sweeping, "destroyer", nobody)
    clock = Machine()
    ledger.intend_copy(COPY, clock.now())
    timed_by(ledger, clock)
    ledger.leases.take(RUN.id, "elsewhere:31736:abc", LEASE)
    with wiring.using(wiring.App(settings.load(), FakeClock(), machine=clock)):
        yield clock


def nobody(*_given: object) -> NoReturn:
    raise NotMeasured("no route to AWS")


def test_a_run_that_died_just_now_is_named_and_no_success(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    """Until its lease runs out nobody may sweep it: it is told with that instant, and its copies may be there."""
    until = machine.now() + LEASE

    assert main.run(["sweep"]) == Exit.LEFTOVERS

    said, err = capsys.readouterr()
    assert f"Inventory of {REGION}: 1 object; nothing was to be taken down." in said
    assert "0 dead runs closed, 0 copies swept, 1 may still be there" in said
    assert f"Run {RUN.id} of {RUN.drill} is NOT swept, 1 of its copies may still be there" in said
    assert "elsewhere:31736:abc, which was not heard of again" in said
    assert f"it can be swept from {until:%H:%M:%S} UTC (20 s from now)" in said
    assert f"{RUN.id} is held by elsewhere:31736:abc: listening for it" in err
    assert main.run(["sweep", "--dry-run", "--json"]) == Exit.LEFTOVERS
    assert told(capsys)["left_alone"] == [
        {
            "run": RUN.id,
            "drill": RUN.drill,
            "holder": "elsewhere:31736:abc",
            "driver": "silent",
            "sweepable_from": until.isoformat(),
            "sweepable_in_s": 10.0,
            "copies": 1,
        }
    ]


def test_a_run_that_is_driven_is_no_leftover(
    ledger: SqlLedger, machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    """A sweep beside a healthy drill ends as if it were not there; the drill is named, and goes on."""
    machine.act = lambda: ledger.leases.beat(RUN.id, "elsewhere:31736:abc", LEASE)

    assert main.run(["sweep"]) == Exit.PASSED

    said = capsys.readouterr().out
    assert f"Run {RUN.id} of {RUN.drill} is driven by elsewhere:31736:abc, which is alive: it is under way" in said
    assert "0 may still be there" in said
    assert main.run(["sweep", "--wait", "--json"]) == Exit.PASSED
    (left,) = told(capsys)["left_alone"]
    assert (left["driver"], left["sweepable_from"]) == ("alive", None)
    assert machine.monotonic() < 2 * LEASE.total_seconds()


def test_waiting_outwaits_the_lease_and_sweeps(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    """`--wait` tells whom it waits for, and then sweeps the run as any other that is dead."""
    assert main.run(["sweep", "--wait"]) == Exit.PASSED

    said, err = capsys.readouterr()
    assert f"{RUN.id} is held by elsewhere:31736:abc: its lease is free from" in err
    assert f"Sweeping run {RUN.id}" in err
    assert "1 dead run closed, 0 copies swept, 1 assumed gone with their lab, 0 may still be there" in said
    assert "NOT swept" not in said
    assert machine.monotonic() == LEASE.total_seconds()


def test_closed_runs_are_not_read(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are: a sweep asks for those that are open, or left something, alone."""

    def all_of_them(*_given: object, **_named: object) -> NoReturn:
        raise AssertionError("all runs were read")

    monkeypatch.setattr(Queries, "runs", all_of_them)
    monkeypatch.setattr(Queries, "exercises", all_of_them)
    assert main.run(["sweep", "--wait"]) == Exit.PASSED


UNREAD = Proof(inventory(unlisted="access denied"))
UNDER_LEASE = Held(Lease(RUN.id, "elsewhere:1:abc", timedelta(), timedelta(), RUN.started_at), Driver.SILENT, 0.0)
KEPT = [SweptRun(Run(RUN), [], "a defect of the program: KeyError")]
CLEAN = Sweep(0, [], [], Proof(inventory()), [])
WRONG = {
    "stray": (replace(CLEAN, orphans=[Orphan(COPY.type, COPY.id, "of-nobody", REGION)]), Exit.LEFTOVERS, COPY.id),
    "leftover": (
        replace(CLEAN, runs=[SweptRun(Run(RUN), [Swept(COPY, CopyState.LEFTOVER, timedelta(), "it is protected")])]),
        Exit.LEFTOVERS,
        "it is protected",
    ),
    "under a lease": (replace(CLEAN, left_alone=[LeftAlone(Run(RUN), UNDER_LEASE)]), Exit.LEFTOVERS, RUN.id),
    "not listed": (replace(CLEAN, proof=UNREAD), Exit.INCONCLUSIVE, f"{REGION} could not be listed: access denied"),
    "not swept": (replace(CLEAN, runs=KEPT), Exit.INCONCLUSIVE, f"{RUN.id} could not be swept: a defect"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_flow_and_command_say_the_same(ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    """Whatever gives `dro sweep` another exit code than 0 fails the flow run, which says the same in words."""
    done, code, said = WRONG[wrong]
    monkeypatch.setattr(sweeping, "sweep", lambda *_given, **_named: done)
    assert main.run(["sweep"]) == code
    with pytest.raises(DroError, match=re.escape(said)) as failed:
        prefect_runner.script("sweep").fn()
    assert failed.value.exit_code == code


def test_a_sweep_without_a_fault_succeeds_in_both(ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep that met nothing ends the command with 0, and the flow run as completed."""
    monkeypatch.setattr(sweeping, "sweep", lambda *_given, **_named: CLEAN)
    assert main.run(["sweep"]) == Exit.PASSED
    assert prefect_runner.script("sweep").fn() == 0


def test_the_scheduled_sweep_waits_and_fails_for_what_is_left(
    ledger: SqlLedger, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its flow run fails where a copy may still exist; a drill that is driven fails nothing."""
    monkeypatch.setattr(runs, "lab_is_gone", lambda _: "")
    flow = prefect_runner.script("sweep").fn
    with pytest.raises(CopiesMayRemain, match=COPY.id):
        flow()
    ledger.open_run(replace(RUN, id="another"))
    ledger.change_copy(COPY, CopyState.DELETED, machine.now())
    ledger.leases.take("another", "elsewhere:2:abc", LEASE)
    machine.act = lambda: ledger.leases.beat("another", "elsewhere:2:abc", LEASE)
    flow()
