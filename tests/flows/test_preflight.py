"""The first step of a run, and the proof of isolation after its restore: in a lab, on what AWS really answers."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.aws import copies
from dr_orchestrator.cli import main
from dr_orchestrator.domain.evidence import Ready
from dr_orchestrator.domain.preflight import CheckStatus
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.errors import Exit, UsageError
from dr_orchestrator.lab.cloud.databases import quotas
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.cloudformation_stack.lab import twin
from dr_orchestrator.resources.dynamodb_table import listing
from dr_orchestrator.resources.rds_instance.restore import RdsInstance
from dr_orchestrator.wiring import sweeping
from dr_orchestrator.wiring.planning.plan import plan
from tests.support import buckets, workspace
from tests.support.estate import INSTANCE, RUN, TABLE, Estate
from tests.support.shop import run

COSTS = """
costs: {currency: USD, instance_hour: {db.m6g.large: 0.159}, storage_gib_month: 0.115, table_gib: 0.15}
"""
LOOKS = {
    *(
        "identity",
        "engine",
        "source",
        "name of the copy",
        "key",
        "option group",
        "subnet group",
        "security groups",
        "secret",
        "recovery point",
        "backups of the copy",
    ),
    *("quota", "other runs", "orphans", "credentials", "permissions", "expected time", "cost", "clock"),
}


@pytest.fixture(scope="module", autouse=True)
def caught_up(shop: Estate) -> None:
    """The continuous backup has caught up with what was written."""
    shop.clock.sleep(301)


@pytest.fixture
def tiers(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Appends to the workspace's tiers.yaml."""

    def append(limits: str = "at_once: 3") -> None:
        written = workspace.TIERS.replace("limits: {at_once: 3}", f"limits: {{{limits}}}") + COSTS
        monkeypatch.setattr(workspace, "TIERS", written)

    return append


def refused(shop: Estate, here: wiring.App, verdict: Verdict, why: str, drill: str = "orders-snapshot") -> Run:
    """A run that its first step ended, before any copy was intended; the step's detail holds the other looks, too."""
    before, found = shop.inventory(), run(here, drill)
    assert found.closing is not None
    assert found.closing.verdict is verdict
    assert why in found.closing.reasons[0]
    assert found.copies == ()
    assert found.closing.measures.rta is None
    assert found.steps[0].name == "look before starting"
    assert "identity: passed" in found.steps[0].detail
    assert shop.inventory() == before
    return found


def test_every_look_is_evidence_of_the_run(here: wiring.App) -> None:
    """What a plan shows, the first step of a run keeps in its detail, look by look."""
    planned = plan(here, "orders-snapshot")
    step = run(here, "orders-snapshot").steps[0]

    assert {look.name for look in planned.preflight.looks} == LOOKS
    assert {line.partition(":")[0] for line in step.detail.splitlines()} == LOOKS
    assert step.outcome is Outcome.PASSED


def test_a_key_out_of_use_fails_before_a_copy_is_made(shop: Estate, here: wiring.App) -> None:
    """A disabled key is found with its reason, though the snapshot is there and available."""
    kms = shop.client("kms")
    (live,) = shop.client("rds").describe_db_instances(DBInstanceIdentifier=INSTANCE.id)["DBInstances"]
    key = live["KmsKeyId"].rpartition("/")[2]
    kms.disable_key(KeyId=key)
    try:
        refused(shop, here, Verdict.FAILED, f"key/{key} is Disabled")
    finally:
        kms.enable_key(KeyId=key)


def test_a_wrong_secret_is_found_before_a_copy_is_made(shop: Estate, home: Path) -> None:
    """A misspelt secret ends the run at once and is named, not hours later when the checks want to log in."""
    wrong = workspace.SHOP.replace("secret: prod/orders", "secret: prod/oders")
    with wiring.using(workspace.world(home, shop.clock, shop=wrong)) as here:
        refused(shop, here, Verdict.INCONCLUSIVE, "secret prod/oders cannot be read")


def test_a_group_that_anybody_can_enter_is_refused(shop: Estate, here: wiring.App) -> None:
    """A copy holds production's data: ingress from anywhere is as bad as a way out."""
    ec2 = shop.client("ec2")
    ask = [{"Name": "group-name", "Values": ["dro-isolated"]}]
    group = ec2.describe_security_groups(Filters=ask)["SecurityGroups"][0]["GroupId"]
    anybody = [{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=anybody)
    try:
        refused(shop, here, Verdict.FAILED, "security group dro-isolated lets anybody in")
    finally:
        ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=anybody)


@pytest.mark.parametrize(("most", "starts"), [(4, True), (3, False)])
def test_the_headroom_is_not_used(
    shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch, most: int, starts: bool
) -> None:
    """One instance in use, one to be made, two kept for a failover: four are enough, three are not."""
    monkeypatch.setattr(quotas, "INSTANCES", most)
    if starts:
        assert run(here, "orders-snapshot").copies
    else:
        refused(shop, here, Verdict.INCONCLUSIVE, "too few left: 1 of 3 DB instances in use, 1 more for drills, 2 kept")


def test_a_quota_that_is_denied_is_told_and_stops_nothing(shop: Estate, here: wiring.App) -> None:
    """Nobody may see the quota: the drill goes on, and its evidence says that this was not known."""
    shop.lab.faults.add({"kind": "access-denied", "action": "DescribeAccountAttributes"})

    found = run(here, "orders-snapshot")

    assert found.copies
    assert "quota: inconclusive, not known: rds:DescribeAccountAttributes: AccessDenied" in found.steps[0].detail


def test_a_stack_is_counted_too(shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch) -> None:
    """A replica needs room for a stack besides the headroom."""
    monkeypatch.setattr(twin, "STACKS", 2)
    refused(shop, here, Verdict.INCONCLUSIVE, "0 of 2 CloudFormation stacks in use", drill="shop-replica")


@pytest.mark.parametrize("drill", ["sessions-pitr", "shop-replica"])
def test_restores_of_tables_are_counted(
    shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch, drill: str
) -> None:
    """Another ledger's drill is restoring a table: with ours and the headroom that is one too many; no other is."""
    monkeypatch.setattr(listing, "RESTORES", 3)
    others, at = "dro-somebody-elses", shop.clock.now() - timedelta(minutes=6)
    shop.client("dynamodb").restore_table_to_point_in_time(
        SourceTableName=TABLE.id, TargetTableName=others, RestoreDateTime=at
    )
    try:
        why = "too few left: 1 of 3 restores of tables (those by drills) in use, 1 more for drills, 2 kept free"
        refused(shop, here, Verdict.INCONCLUSIVE, why, drill=drill)
        monkeypatch.setattr(listing, "RESTORES", 4)
        assert run(here, drill).copies
    finally:
        shop.clock.sleep(7200)
        shop.client("dynamodb").delete_table(TableName=others)
        shop.clock.sleep(3600)


def test_a_drill_above_the_budget_is_refused(shop: Estate, home: Path, tiers: Any) -> None:
    """Six hours (its RTO) of instance and storage are about 1.05: above a budget of 1."""
    tiers("at_once: 3, budget: 1")
    with wiring.using(workspace.world(home, shop.clock)) as here:
        refused(shop, here, Verdict.INCONCLUSIVE, "it would cost 1.05 USD, of a budget of 1")


def test_a_bucket_above_the_budget_is_refused(shop: Estate, home: Path, tiers: Any) -> None:
    """Its objects are counted and priced before a bucket is made; what is seen of its size stands in the plan."""
    tiers("at_once: 3, budget: 1")
    dear = "table_gib: 0.15, object_gib_month: 0.023, object_writes: 1000, object_reads: 0}"
    workspace.TIERS = workspace.TIERS.replace("table_gib: 0.15}", dear)
    drilled = workspace.SHOP.replace("\ndrills:\n", buckets.DRILLED)
    with wiring.using(workspace.world(home, shop.clock, shop=drilled)) as here:
        assert any(
            re.search(r"^size: \d+ objects of [\d,]+ bytes, counted", each) for each in plan(here, "images-pitr").seen
        )
        refused(shop, here, Verdict.INCONCLUSIVE, "it would cost ", "images-pitr")


def test_an_exercise_above_the_budget_is_not_opened(shop: Estate, home: Path, tiers: Any) -> None:
    """The sum counts: what single drills may cost they may not cost together; nothing is in the ledger."""
    tiers("at_once: 3, budget: 1.1")
    twice = workspace.SHOP + workspace.SHOP.partition("drills:\n")[2].partition("  sessions-pitr")[0].replace(
        "orders-snapshot", "orders-again"
    )
    with wiring.using(workspace.world(home, shop.clock, shop=twice)) as here:
        assert plan(here, "orders-again").blockers == []
        with (
            pytest.raises(UsageError, match=r"would cost 2\.10 USD, above its budget of 1\.1"),
            wiring.open_exercise(["orders-snapshot", "orders-again"], None),
        ):
            pass
        assert here.ledger.queries.exercises() == []


def test_history_tells_time_and_cost(shop: Estate, home: Path, tiers: Any) -> None:
    """Once a drill has recovered, its own median stands where its RTO stood."""
    tiers()
    with wiring.using(workspace.world(home, shop.clock)) as here:
        canary = {"pk": {"S": "canary"}, "at": {"S": shop.clock.now().isoformat()}}
        shop.client("dynamodb").put_item(TableName=TABLE.id, Item=canary)
        shop.clock.sleep(301)
        done = run(here, "sessions-pitr")
        made = plan(here, "sessions-pitr")

    assert done.closing is not None
    assert made.expected == done.closing.measures.rta
    assert made.cost.amount is not None
    assert any("as the last run took" in line for line in made.seen)


def test_a_stray_of_the_same_source_is_told(shop: Estate, here: wiring.App) -> None:
    """A table that is named and tagged like a copy, of a run that nobody knows: told with the way to it, untouched."""
    name, dynamodb = copies.name(RUN, TABLE.id, TYPES.copies["dynamodb-table"]), shop.client("dynamodb")
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": "dr-drill:run", "Value": RUN}],
    )
    shop.clock.sleep(60)
    (seen,) = [look for look in plan(here, "sessions-pitr").preflight.looks if look.name == "orphans"]
    dynamodb.delete_table(TableName=name)
    shop.clock.sleep(600)

    assert (seen.outcome, seen.stops) == (CheckStatus.INCONCLUSIVE, False)
    assert name in seen.words
    assert "dro sweep" in seen.words


@pytest.mark.parametrize(
    ("change", "told"),
    [({"PubliclyAccessible": True}, "reached from the internet"), ({"VpcSecurityGroupIds": []}, "its security groups")],
)
def test_a_copy_in_the_wrong_network_is_asked_nothing_and_taken_down(
    shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], told: str
) -> None:
    """Somebody opened the copy while it was made: FAILED without a check, and it is gone."""
    before, ready = shop.inventory(), RdsInstance.ready
    if "VpcSecurityGroupIds" in change:
        groups = shop.client("ec2").describe_security_groups()["SecurityGroups"]
        change = {"VpcSecurityGroupIds": [each["GroupId"] for each in groups if each["GroupName"] == "default"]}

    def opened(self: RdsInstance, copy: Any) -> Ready:
        seen = ready(self, copy)
        shop.client("rds").modify_db_instance(DBInstanceIdentifier=copy.id, ApplyImmediately=True, **change)
        shop.clock.sleep(600)
        return seen

    monkeypatch.setattr(RdsInstance, "ready", opened)

    found = run(here, "orders-snapshot")

    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (Verdict.FAILED, Cleanup.CLEAN)
    assert told in " ".join(found.closing.reasons)
    assert found.checks == ()
    assert shop.inventory() == before


def test_isolation_is_evidence_and_what_was_not_proven_is_not_probed(here: wiring.App) -> None:
    """The live copy's network, key and address stand in the run; where no check could read it, no probe is made."""
    details = {step.name: step.detail for step in run(here, "orders-snapshot").steps}

    proof = details["prove the copy's isolation"]
    assert "not public, in dro-isolated and sg-" in proof
    assert "encrypted with arn:aws:kms" in proof
    assert proof.endswith("where nothing of production is")
    told = "not probed: nothing has proven that this is the restored copy"
    assert details["try to reach production from the copy"] == told


def test_a_leftover_tells_what_it_has_cost(shop: Estate, home: Path, tiers: Any) -> None:
    """A copy that resists is counted from its intent, by its own class and storage; one that is gone costs nothing."""
    tiers()
    shop.lab.faults.add({"kind": "access-denied", "action": "DeleteDBInstance"})
    with wiring.using(workspace.world(home, shop.clock)) as here:
        left = run(here, "orders-snapshot")
        shop.clock.sleep(timedelta(hours=10).total_seconds())
        (swept,) = sweeping.sweep_run(here, left, "swept")
        shop.lab.faults.clear()
        (gone,) = sweeping.sweep_run(here, here.ledger.queries.run(left.header.id), "swept")

    hours = Decimal(swept.age / timedelta(hours=1))
    assert swept.cost is not None
    assert swept.cost.amount == pytest.approx(hours * (Decimal("0.159") + Decimal("11.5") / 730), rel=Decimal("0.001"))
    assert gone.cost is None


def test_a_plan_tells_a_wall_once(shop: Estate, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A source that is not there keeps many looks from seeing anything: one says why, the others name that one."""
    misspelt = workspace.SHOP.replace("id: orders-prod", "id: orders-prd")
    with wiring.using(workspace.world(home, shop.clock, shop=misspelt)):
        assert main.run(["plan", "orders-snapshot", "sessions-pitr"]) == Exit.INCONCLUSIVE
    told = capsys.readouterr().out
    looks = told[: told.index("OBSTACLE")]
    assert looks.count("no RDS instance orders-prd") == 1, told
    assert "as for source" in looks
    assert "1 of 2 drills could run" in told
    assert "These could not, for the obstacles above: orders-snapshot." in told


def test_a_plan_prints_all_looks_and_changes_nothing(
    shop: Estate, here: wiring.App, capsys: pytest.CaptureFixture[str]
) -> None:
    """In words a table, for programs all of it; the exit code tells that every drill could run."""
    before = shop.inventory()

    assert main.run(["plan", "orders-snapshot"]) == Exit.PASSED
    words = capsys.readouterr().out
    assert all(look in words for look in LOOKS)
    assert main.run(["plan", "orders-snapshot", "--json"]) == Exit.PASSED
    (told,) = json.loads(capsys.readouterr().out)

    assert {look["name"] for look in told["looks"]} == LOOKS
    assert told["cost"]["amount"] is None
    assert INSTANCE.id in str(told["looks"])
    assert shop.inventory() == before
