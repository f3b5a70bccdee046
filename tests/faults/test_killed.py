"""Killed at any write to the ledger, a drill is finished by `resume` or cleaned up by `sweep`; nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import boto3
import pytest

from dr_orchestrator import engine, prefect_runner, settings, wiring
from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import Closing, Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import UsageError
from dr_orchestrator.runner import sweep as of_runner
from dr_orchestrator.runner.lease import LEASE
from dr_orchestrator.settings import CHECKOUT, Settings
from dr_orchestrator.wiring import sweeping
from tests.support.ground import Ground, laid_out
from tests.support.machine import sleep
from tests.support.shop import FULL
from tests.support.victim import answering

pytestmark = pytest.mark.xdist_group("killed")  # one lab for all of them
GREEN = (Verdict.PASSED, Verdict.PASSED_WITH_FINDINGS)
VAULTED = "platform-vault-snapshot"
"""A drill whose copy a job makes: between its start and its end AWS knows the copy by that alone."""
WRITES = {"dwa-table-pitr": 41, "dwa-replica": 71, "jira-pitr": 43, "jira-snapshot": 42, VAULTED: 44}
"""How often each drill writes to its ledger."""
SOME = {"dwa-table-pitr": (24,), "dwa-replica": (49,), "jira-pitr": (13,), "jira-snapshot": (31,), VAULTED: (15, 20)}
"""The writes at which it is killed in the short form."""
JIRA = """
drills:
  jira-pitr:
    kind: pitr-restore
    resource: jira-db
    disruption: application
    checks: &content
      - {name: heartbeat, newest-row: {table: heartbeat, column: at, canary: true, interval: 5m}}
  jira-snapshot:
    kind: snapshot-restore
    resource: jira-db
    disruption: application
    path: fallback
    objective: {rto: "< 6h", rpo: "<= 1000h", reason: what is proven here is that nothing is lost of the drill}
    checks: *content
"""
PLATFORM = """
drills:
  platform-vault-snapshot:
    kind: snapshot-restore
    resource: platform-db
    disruption: application
    path: fallback
    objective: {rto: "< 6h", rpo: "<= 1000h", reason: what is proven here is that nothing is lost of the drill}
    recovery_points: {vault: platform, role: "arn:aws:iam::123456789012:role/dr-restore"}
    checks:
      - {name: heartbeat, newest-row: {table: heartbeat, column: at, canary: true, interval: 5m}}
"""
GONE = (CopyState.DELETED, CopyState.NEVER_CREATED)


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with laid_out() as made:
        yield made


@pytest.fixture
def here(ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[wiring.App]:
    """The process that comes after: half a minute later, so that the dead one's lease has run out."""
    for name, value in {**ground.environment, "DRO_HOME": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    for name in ("drills", "flows", "reports"):
        shutil.copytree(CHECKOUT / name, tmp_path / name, ignore=shutil.ignore_patterns("generated", "__pycache__"))
    jira = tmp_path / "drills" / "jira.yaml"
    jira.write_text(jira.read_text().partition("drills:\n")[0] + JIRA)
    platform = tmp_path / "drills" / "platform.yaml"
    platform.write_text(platform.read_text().partition("drills:\n")[0] + PLATFORM)
    sleep(monkeypatch, 2 * LEASE)
    made = settings.load()
    world = wiring.App(Settings(made.home, made.database_url, ground.pace, made.bundled), PacedClock(ground.pace))
    with wiring.using(world) as using, answering():
        yield using


Victim = Callable[..., int]


@pytest.fixture(scope="module")
def nursery() -> Iterator[subprocess.Popen[str]]:
    """The process that victims are forked from."""
    command = [sys.executable, "-m", "tests.support.victim"]
    environment = {**os.environ, **engine.QUIET, "PYTHONPATH": str(CHECKOUT)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as running:
        yield running
        running.communicate()


@pytest.fixture
def victim(here: wiring.App, nursery: subprocess.Popen[str]) -> Victim:
    """Runs a drill in a process of its own until its `at`th write; how it ended, negative for a signal."""

    def run(drill: str, at: int, when: str = "before", *, holding: bool = False) -> int:
        asked = {"environment": {**os.environ}, "folder": str(here.settings.home), "holding": holding}
        assert nursery.stdin is not None
        assert nursery.stdout is not None
        nursery.stdin.write(json.dumps({**asked, "drill": drill, "at": at, "when": when}) + "\n")
        nursery.stdin.flush()
        return int(nursery.stdout.readline())

    return run


HOLDS = """
  Uploads:
    Type: AWS::S3::Bucket
    DeletionPolicy: Delete
    UpdateReplacePolicy: Delete
    Properties: {VersioningConfiguration: {Status: Enabled}}

Outputs:
"""
_BUCKET = ("DeleteObjects", "AbortMultipartUpload")
EMPTYING = ("DeleteTable", *_BUCKET, *_BUCKET, "DeleteStack", "DeleteLogGroup")
"""The changes in AWS by which a replica that holds such is taken down, in their order: its interim store goes first,
then what is in its buckets.
"""


CASES = [(drill, at) for drill, last in WRITES.items() for at in (range(1, last + 1) if FULL else SOME[drill])]
RESUMED, SWEPT = (CASES, CASES) if FULL else (CASES[1::2], CASES[::2])
"""In the short form a place is either gone on from or swept."""


EMPTIED = [(at, when) for at in range(1, len(EMPTYING) + 1) for when in ("before", "after")]


def settled(run: Run) -> bool:
    return all(row.state in GONE for row in run.copies)


def passed(closing: Closing) -> bool:
    """Whether all that it proved is well. It may be late: its processes are real ones, whose stall on a busy machine is
    that many times as long by the drill's clock.
    """
    return closing.verdict in GREEN or closing.reason_rules == (Rule.RTO_MISSED,)


@pytest.mark.slow
@pytest.mark.parametrize(("drill", "at"), RESUMED)
def test_a_killed_drill_is_finished_by_resume(
    ground: Ground, here: wiring.App, victim: Victim, drill: str, at: int
) -> None:
    """Another process goes on, passes, and leaves nothing behind; no copy is made twice."""
    before, asked = ground.inventory(), ground.restores()
    assert victim(drill, at) == -signal.SIGKILL
    found = here.ledger.queries.runs()
    if not found:
        assert at == 1, "a run that had begun is not in the ledger"
        assert ground.restores() == asked
        return

    with wiring.resuming(found[0].header.id):
        run = here.ledger.queries.run(prefect_runner.run_drill(drill))

    assert run.closing is not None
    assert passed(run.closing), run.closing.reasons
    assert run.closing.cleanup is Cleanup.CLEAN
    assert settled(run)
    assert len(here.ledger.queries.runs()) == 1
    assert ground.restores() - asked == len([row for row in run.copies if not row.copy.parent])
    assert ground.inventory() == before


@pytest.mark.slow
@pytest.mark.parametrize(("drill", "at"), SWEPT)
def test_a_killed_drill_is_cleaned_up_by_sweep(
    ground: Ground, here: wiring.App, victim: Victim, drill: str, at: int
) -> None:
    """A sweep closes the run, never green, with what it had measured, and takes down all that it had made."""
    before = ground.inventory()
    assert victim(drill, at, "after" if at % 2 else "before") == -signal.SIGKILL

    for dead in sweeping.dead_runs(here):
        sweeping.sweep_run(here, dead, "its process died; swept")

    for run in here.ledger.queries.runs():
        assert run.closing is not None
        assert run.closing.cleanup is Cleanup.CLEAN
        assert settled(run)
    assert not sweeping.dead_runs(here)
    assert not of_runner.find_orphans(sweeping.context(here))
    assert ground.inventory() == before


@pytest.fixture
def held(here: wiring.App) -> None:
    """The environment holds a bucket, too."""
    (file,) = (here.settings.home / "drills" / "infrastructure").glob("develop-with-aws*")
    text = file.read_text()
    assert text.count("\nOutputs:\n") == 1
    file.write_text(text.replace("\nOutputs:\n", HOLDS))


def left_of(run: str) -> list[str]:
    """All that is in the account of what a replica of the run held."""
    found = [each["Name"] for each in boto3.client("s3").list_buckets()["Buckets"]]
    found += [each["logGroupName"] for each in boto3.client("logs").describe_log_groups()["logGroups"]]
    return [each for each in found if run in each]


@pytest.mark.slow
@pytest.mark.parametrize(("at", "when"), EMPTIED if FULL else [(6, "after")])
@pytest.mark.parametrize("how", ["resume", "sweep"])
def test_killed_while_it_is_emptied_a_replica_is_gone_in_the_end(
    ground: Ground, here: wiring.App, held: None, victim: Victim, at: int, when: str, how: str
) -> None:
    """At each change that its teardown makes in AWS: whoever comes after takes down the rest, and nothing else."""
    before = ground.inventory()
    assert victim("dwa-replica", at, when, holding=True) == -signal.SIGKILL
    (found,) = here.ledger.queries.runs()
    name = found.header.id
    assert bool(left_of(name)) is ((at, when) != (len(EMPTYING), "after"))

    if how == "resume":
        with wiring.resuming(name):
            prefect_runner.run_drill("dwa-replica")
    else:
        for dead in sweeping.dead_runs(here):
            sweeping.sweep_run(here, dead, "its process died; swept")

    run = here.ledger.queries.run(name)
    assert run.closing is not None
    assert run.closing.cleanup is Cleanup.CLEAN, run.closing.cleanup_reasons
    assert settled(run)
    assert left_of(name) == []
    assert ground.inventory() == before


@pytest.mark.slow
@pytest.mark.parametrize("drill", [*WRITES] if FULL else ["jira-snapshot"])
def test_no_write_is_left_out(here: wiring.App, victim: Victim, drill: str) -> None:
    """After its last write a drill has passed: the figures above are still how often each writes."""
    assert victim(drill, WRITES[drill], "after") == -signal.SIGKILL
    assert [run.closing is not None for run in here.ledger.queries.runs()] == [True]
    assert victim(drill, WRITES[drill] + 1) == 0


def test_a_living_run_is_left_alone(here: wiring.App, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run whose process was heard of just now is neither resumed nor swept by anybody else."""
    monkeypatch.undo()
    with wiring.using(here), wiring.open_run("dwa-table-pitr", call=lambda _, act: act()) as run:
        assert sweeping.dead_runs(here) == []
        with pytest.raises(UsageError, match="is driven by"), wiring.resuming(run.header.id):
            prefect_runner.run_drill("dwa-table-pitr")


def test_a_closed_run_is_not_resumed(ground: Ground, here: wiring.App) -> None:
    """What has a verdict keeps it."""
    name = prefect_runner.run_drill("dwa-table-pitr")

    with pytest.raises(UsageError, match="is closed: PASSED"), wiring.resuming(name):
        pass


def test_somebody_elses_object_that_wears_our_tag_is_reported_and_left(ground: Ground, here: wiring.App) -> None:
    """A production object that was tagged by hand as a copy is a stray: told, never touched."""
    import boto3

    rds = boto3.client("rds", region_name="us-east-1")
    arn = rds.describe_db_instances(DBInstanceIdentifier="jira-prod")["DBInstances"][0]["DBInstanceArn"]
    rds.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "dr-drill:run", "Value": "20261120-abcdef"}])
    try:
        (stray,) = of_runner.find_orphans(sweeping.context(here))
    finally:
        rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["dr-drill:run"])

    assert (stray.id, stray.run) == ("jira-prod", "20261120-abcdef")
    assert "jira-prod" in ground.inventory()["instances"]


def test_the_lost_time_counts(ground: Ground, here: wiring.App, victim: Victim) -> None:
    """Between death and resume nobody recovered anything: the recovery time goes on, and the step says so."""
    assert victim("dwa-table-pitr", 17) == -signal.SIGKILL
    (dead,) = here.ledger.queries.runs()
    clock = here.clock
    clock.sleep(timedelta(hours=1).total_seconds())

    with wiring.resuming(dead.header.id):
        run = here.ledger.queries.run(prefect_runner.run_drill("dwa-table-pitr"))

    assert run.closing is not None
    assert run.closing.measures.rta_from_disruption is not None
    assert run.closing.measures.rta_from_disruption > timedelta(hours=1)
    assert "its process died in this step" in json.dumps([step.detail for step in run.steps])
