"""Drills of tables under the very policies that `dro iam` prints, where IAM sees the tags of tables and where not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator import prefect_runner, wiring
from dr_orchestrator.cli import main
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.lab.twin import Twin
from dr_orchestrator.wiring import sweeping
from tests.support import workspace
from tests.support.dying import in_verify
from tests.support.estate import TABLE, Estate
from tests.support.iam.enforced import Enforced, allowed
from tests.support.shop import beat

ROLES = """
roles: {source: "arn:aws:iam::123456789012:role/dro-read", drill: "arn:aws:iam::123456789012:role/dro-drill"}
"""
GREEN = (Verdict.PASSED, Verdict.PASSED_WITH_FINDINGS)
SEEN = pytest.mark.parametrize("abac", [True, False], ids=["tags-seen", "tags-unseen"])
SCP = "User: dro-drill is not authorized to perform: dynamodb:TagResource with an explicit deny in a service control"
Enforce = Callable[..., Enforced]
BACKUP = """
  sessions-backup:
    kind: snapshot-restore
    resource: sessions
    disruption: application
    checks:
      - {name: heartbeat, canary-item: {key: {pk: canary}, attribute: at, interval: 10m}}
      - {name: sessions are there, items-at-least: {minimum: 50}}
  sessions-pitr:"""


@pytest.fixture
def here(shop: Estate, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[wiring.App]:
    """A world whose reads and changes go by the two roles."""
    monkeypatch.setattr(workspace, "TIERS", workspace.TIERS + ROLES)
    beat(shop)
    shop.client("dynamodb").create_backup(TableName=TABLE.id, BackupName="by hand")
    shop.clock.sleep(60)
    with wiring.using(
        workspace.world(home, shop.clock, shop=workspace.SHOP.replace("\n  sessions-pitr:", BACKUP))
    ) as made:
        yield made
    shop.lab.faults.clear()


@pytest.fixture
def enforce(
    shop: Estate, here: wiring.App, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Enforce:
    """Holds both roles to what `dro iam` prints."""
    twins = shop.lab.application._twins

    def hold(abac: bool, *options: str) -> Enforced:
        capsys.readouterr()
        assert main.run(["iam", "--json", *options]) == 0
        told = json.loads(capsys.readouterr().out)
        iam = Enforced({"dro-read": told["source"], "dro-drill": told["drill"]}, abac)
        monkeypatch.setattr(shop.lab.application, "_twins", (Twin(refuses=iam.refuses), *twins))
        return iam

    return hold


def drilled(here: wiring.App, drill: str) -> Run:
    return here.ledger.queries.run(str(prefect_runner.script(here.drill(drill).kind).fn(drill)))


def ended(run: Run) -> tuple[bool, Cleanup]:
    assert run.closing is not None
    return run.closing.verdict in GREEN, run.closing.cleanup


@SEEN
@pytest.mark.parametrize("drill", ["sessions-pitr", "sessions-backup", "shop-replica"])
def test_a_drill_of_tables_holds_under_the_policies_that_are_printed(
    here: wiring.App, shop: Estate, enforce: Enforce, drill: str, abac: bool
) -> None:
    """From first look to last deletion nothing is denied: it passes and is clean, whatever IAM sees of tables' tags."""
    before, iam = shop.inventory(), enforce(abac)
    run = drilled(here, drill)
    assert ended(run) == (True, Cleanup.CLEAN), (run.closing, iam.denied)
    assert iam.denied == []
    assert shop.inventory() == before


def test_rights_that_hang_on_tags_leave_a_table_where_they_are_not_seen(
    here: wiring.App, shop: Estate, enforce: Enforce
) -> None:
    """What `--abac` prints is for accounts where it is on: elsewhere neither tag nor deletion is allowed. A sweep under
    the other policies takes down what was left, by its ledger row and by what it was restored from.
    """
    before, iam = shop.inventory(), enforce(False, "--abac")
    run = drilled(here, "sessions-pitr")
    assert ended(run) == (True, Cleanup.LEFTOVERS)
    assert {each.partition(" ")[0] for each in iam.denied} == {"dynamodb:TagResource", "dynamodb:DeleteTable"}
    enforce(False)
    (left,) = sweeping.resistant_runs(here)
    assert all(each.gone for each in sweeping.sweep_run(here, left, "by hand"))
    assert shop.inventory() == before


def test_rights_that_hang_on_tags_hold_where_they_are_seen(here: wiring.App, enforce: Enforce) -> None:
    """The tag as a second fence, where it works."""
    iam = enforce(True, "--abac")
    assert ended(drilled(here, "sessions-pitr")) == (True, Cleanup.CLEAN)
    assert iam.denied == []


@SEEN
@pytest.mark.parametrize("options", [(), ("--abac",)], ids=["by-name", "by-tag"])
def test_no_policy_lets_another_table_be_deleted(enforce: Enforce, abac: bool, options: tuple[str, ...]) -> None:
    """Whatever tags a table that is not named like a copy wears, whether they are seen or not."""
    policies = enforce(abac, *options).roles["dro-drill"]
    region = {"aws:RequestedRegion": ["us-east-1"]}
    for tags in ({}, {"aws:ResourceTag/dr-drill:run": ["20261120-abc123"]}):
        for name in (TABLE.id, "my-dro-table", "drop", "prod/dro-x"):
            arn = f"arn:aws:dynamodb:us-east-1:123456789012:table/{name}"
            assert not allowed(policies, "dynamodb:DeleteTable", arn, region | tags)
            assert not allowed(policies, "dynamodb:TagResource", arn, region | tags)


def test_a_copy_is_tagged_with_its_run_or_not_at_all(enforce: Enforce) -> None:
    """Where IAM sees tags, the role can put none on a copy but such as name its run."""
    policies, copy = enforce(True).roles["dro-drill"], "arn:aws:dynamodb:us-east-1:123456789012:table/dro-x"
    context: dict[str, Any] = {"aws:RequestedRegion": ["us-east-1"], "aws:TagKeys": ["env"]}
    assert not allowed(policies, "dynamodb:TagResource", copy, {**context, "aws:RequestTag/env": ["production"]})
    assert allowed(policies, "dynamodb:TagResource", copy, {**context, "aws:RequestTag/dr-drill:run": ["r"]})


@pytest.fixture
def untaggable(shop: Estate) -> None:
    """An organisation forbids the tags."""
    denial = {"code": "AccessDeniedException", "message": f"{SCP} policy"}
    shop.lab.faults.add({"kind": "error", "service": "dynamodb", "action": "TagResource", **denial})


@pytest.mark.usefixtures("untaggable")
def test_a_copy_that_may_not_be_tagged_at_all_is_drilled_and_deleted(here: wiring.App, shop: Estate) -> None:
    """The drill goes on, the step tells which policy it was, and nothing is left."""
    before = shop.inventory()
    run = drilled(here, "sessions-pitr")
    assert ended(run) == (True, Cleanup.CLEAN), run.closing
    (told,) = [step.detail for step in run.steps if "the copy wears no tag" in step.detail]
    assert "dynamodb:TagResource: AccessDeniedException" in told
    assert "only who administers AWS Organizations can change it" in told
    assert shop.inventory() == before


@pytest.mark.usefixtures("untaggable")
def test_a_copy_without_a_tag_is_swept_once_its_process_died(here: wiring.App, shop: Estate) -> None:
    """Its ledger row, its name and what it was restored from find and prove it; the inventory shows that it is gone."""
    before = shop.inventory()
    dead = in_verify(here)
    swept = sweeping.sweep(here, wait=True)
    assert [(each.copy.run, each.gone) for each in swept.copies] == [(dead.header.id, True)]
    assert swept.proof.shown == {}
    assert shop.inventory() == before
