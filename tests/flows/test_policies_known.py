"""Every policy that `dro iam` prints says what AWS's own reference of actions, resources and condition keys knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator.aws.access import notes, policies
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.aws.access.statements import Policy
from dr_orchestrator.domain.drill import Allowed, Drill
from dr_orchestrator.resources.drillable import Drillable
from tests.support import (
    buckets,
    built_shop,
    clicks,
    failovers,
    file_systems,
    on_production,
    promotions,
    switchovers,
    there,
    vaulted,
    volumes,
    web,
    workspace,
)
from tests.support.born_shop import BORN_TEMPLATE, declared
from tests.support.clicks import WITH_FAKE
from tests.support.estate import RESTORER, VAULT
from tests.support.fakes import FakeClock
from tests.support.iam.enforced import allowed
from tests.support.iam.reference import faults, overlap

CLUSTERS = """
  boards-db: {type: aurora-cluster, id: boards-prod, region: us-east-1, database: {name: boards, secret: prod/boards}}
  shelves-db:
    {type: aurora-cluster, id: shelves-prod, region: us-east-1, database: {name: s, secret: prod/s, via: data-api}}
  ledger-db: {type: multi-az-cluster, id: ledger-prod, region: us-east-1, database: {name: l, secret: prod/l}}
  sessions:"""
ROWS = """
  {name}:
    kind: {kind}
    resource: {resource}
    disruption: application
    checks:
      - {{name: heartbeat, newest-row: {{table: heartbeat, column: at, canary: true, interval: 1m}}}}"""
MORE = (
    ROWS.format(name="orders-pitr", kind="pitr-restore", resource="orders-db"),
    ROWS.format(name="boards-pitr", kind="pitr-restore", resource="boards-db"),
    ROWS.format(name="boards-snapshot", kind="snapshot-restore", resource="boards-db"),
    ROWS.format(name="shelves-snapshot", kind="snapshot-restore", resource="shelves-db"),
    "\n      - {name: took effect, restored-state: {table: dr_canary, column: at}}",
    """
  sessions-backup:
    kind: snapshot-restore
    resource: sessions
    disruption: application
    checks: [{name: sessions are there, items-at-least: {minimum: 50}}]""",
    failovers.FAILS_OVER,
    failovers.CLUSTER_FAILS_OVER,
    ROWS.format(name="ledger-pitr", kind="pitr-restore", resource="ledger-db"),
    ROWS.format(name="ledger-snapshot", kind="snapshot-restore", resource="ledger-db"),
    ROWS.format(name="ledger-vault", kind="snapshot-restore", resource="ledger-db"),
    f'\n    recovery_points: {{vault: {VAULT.name}, role: "{RESTORER}"}}',
    failovers.ZONES_FAILS_OVER,
    on_production.FAILS_OVER,
    switchovers.SWITCHES,
    promotions.PROMOTES.rstrip(),
    vaulted.DRILLS.rstrip(),
    "\n  sessions-pitr:",
)
ALLOWED = Allowed(frozenset({"123456789012"}), frozenset({"us-east-1", "eu-west-1"}))


@pytest.fixture
def drills(tmp_path: Path) -> list[Drill]:
    """A drill of every kind of every type, of the one that exists in tests alone, too."""
    shop = on_production.DECLARED.replace("\n  sessions: {type", promotions.RESOURCE)
    shop = shop.replace("\n  sessions:", CLUSTERS).replace("\n  sessions-pitr:", "".join(MORE))
    shop = shop.replace("\ndrills:\n", buckets.DRILLED)
    built = workspace.world(tmp_path / "built", FakeClock(), shop=built_shop.SHOP, tiers=built_shop.TIERS)
    built_shop.write(tmp_path / "built")
    share = workspace.SHOP.replace("\ndrills:\n", volumes.DRILLED)
    files = workspace.SHOP.replace("\ndrills:\n", file_systems.DRILLED)
    site = workspace.SHOP.replace("\ndrills:\n", web.DRILLED)
    rooms = (
        workspace.world(tmp_path / "share", FakeClock(), shop=share),
        workspace.world(tmp_path / "files", FakeClock(), shop=files),
        workspace.world(tmp_path / "site", FakeClock(), shop=site),
        workspace.world(tmp_path / "shop", FakeClock(), shop=shop, tiers=workspace.TIERS + on_production.ENTRY),
        built,
        there.declared(tmp_path / "there"),
        clicks.world(tmp_path / "c", FakeClock()),
    )
    return [drill for room in rooms for drill in room.catalogue.drills.values()]


def printed(scope: Scope) -> list[Policy]:
    elsewhere = [policy for made in policies.elsewhere_policies(scope).values() for policy in made]
    return [*policies.source_policies(scope), *policies.drill_policies(scope), *elsewhere, policies.trust_policy()]


@pytest.mark.parametrize("abac", [False, True])
@pytest.mark.parametrize("of", list(WITH_FAKE), ids=lambda each: each.name)
def test_the_policies_of_a_type_hold_what_aws_knows(drills: list[Drill], of: Drillable, abac: bool) -> None:
    """Each action exists, acts on what the statement names, and has the condition keys that the statement asks for."""
    ours = [each for each in drills if each.resource.type == of.name]
    assert {each.kind for each in ours} == {*of.kinds, *of.vaulted}
    for asked in (ours, *([each] for each in ours)):  # of one kind alone, too: none leans on what another names
        for policy in printed(Scope(WITH_FAKE, asked, ALLOWED, abac)):
            assert faults(policy) == []


ROLE = "  Worker: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: []}}}"
MACHINE = "  Machine: {Type: AWS::IAM::InstanceProfile, Properties: {Roles: [!Ref Worker]}}"
RIGHTS = "  Rights: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: {Statement: []}}}"


def test_the_roles_of_a_replica_are_made_under_its_boundary_alone(tmp_path: Path) -> None:
    """No role is made, given a policy or handed to a service but the replica's own, held by the boundary."""
    template = workspace.TEMPLATE.replace("Outputs:", f"{ROLE}\n{MACHINE}\n{RIGHTS}\nOutputs:")
    drill = workspace.world(tmp_path, FakeClock(), template=template).drill("shop-replica")
    scope = Scope(WITH_FAKE, [drill], ALLOWED)
    made = policies.drill_policies(scope)
    assert [fault for policy in printed(scope) for fault in faults(policy)] == []
    held = "arn:aws:iam::123456789012:policy/dro-boundary"
    own = "arn:aws:iam::123456789012:role/dro-20261120-0123abcdef-shop-prod-Worker"
    for action in ("iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"):
        assert allowed(made, action, own, {"iam:PermissionsBoundary": [held]})
        assert not allowed(made, action, own, {})
        assert not allowed(made, action, own, {"iam:PermissionsBoundary": [f"{held}-of-another"]})
    assert allowed(made, "iam:PassRole", own, {})
    assert not allowed(made, "iam:PassRole", "arn:aws:iam::123456789012:role/shop-prod", {})
    assert not allowed(made, "iam:DeleteRolePermissionsBoundary", own, {})
    assert not allowed(made, "iam:CreatePolicyVersion", held, {})
    assert any("`dro iam --boundary`" in note for note in notes.told_of(scope))
    assert not any("AWS::IAM::Role" in note for note in notes.told_of(scope))


def test_the_policies_of_a_snapshots_way_hold_what_aws_knows(tmp_path: Path) -> None:
    """Those of both accounts, for a database that is brought into another one."""
    elsewhere = 'replica: {place: drill-account, account: "222222222222", key: alias/lent}\n'
    roles = "roles: {elsewhere: ['arn:aws:iam::222222222222:role/dro']}\n"
    tiers = workspace.TIERS + roles + elsewhere
    there = workspace.world(tmp_path, FakeClock(), shop=declared(workspace.SHOP), template=BORN_TEMPLATE, tiers=tiers)
    made = printed(Scope(WITH_FAKE, [there.drill("shop-replica")], ALLOWED))
    assert any("rds:CopyDBSnapshot" in each["Action"] for policy in made for each in policy["Statement"])
    assert [fault for policy in made for fault in faults(policy)] == []


@pytest.mark.parametrize("regions", [{"us-east-1"}, {"cn-north-1"}, {"us-gov-west-1"}])
def test_the_policies_of_all_types_together_do(drills: list[Drill], regions: set[str]) -> None:
    """Also in other partitions, whose ARNs begin otherwise."""
    for policy in printed(Scope(WITH_FAKE, drills, Allowed(frozenset(), frozenset(regions)))):
        assert faults(policy) == []


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"Action": ["dynamodb:DropTable"]}, "no action dynamodb:DropTable"),
        ({"Resource": ["arn:aws:dynamodb:*:*:tables/dro-*"]}, "arn:aws:dynamodb:*:*:tables/dro-* is of no action"),
        ({"Resource": ["arn:aws:rds:*:*:db:dro-*"]}, "no resource is of dynamodb:DeleteTable"),
        ({"Condition": {"Null": {"aws:RequestTag/a": "false"}}}, "dynamodb:DeleteTable has no condition key"),
        ({"Condition": {"Null": {"dynamodb:ResourceTag/a": "false"}}}, "dynamodb:DeleteTable has no condition key"),
        (
            {"Action": ["rds:RestoreDBInstanceToPointInTime"], "Resource": ["arn:aws:rds:*:*:db:dro-*"]},
            "rds:RestoreDBInstanceToPointInTime also needs a",
        ),
    ],
)
def test_what_aws_does_not_know_is_seen(changed: dict[str, Any], fault: str) -> None:
    """The reference bites: a word that is wrong in a policy is told."""
    right = {"Sid": "One", "Effect": "Allow", "Action": ["dynamodb:DeleteTable"]}
    right |= {"Resource": ["arn:aws:dynamodb:*:*:table/dro-*"], "Condition": {"Null": {"aws:ResourceTag/a": "false"}}}
    assert faults({"Statement": [right]}) == []
    assert any(each.startswith(f"One: {fault}") for each in faults({"Statement": [{**right, **changed}]}))


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("table/dro-*", "table/*", True),
        ("table/dro-*", "table/*/index/*", True),
        ("stack/dro-*/*", "stack/*/*", True),
        ("db:*", "cluster:dro-*", False),
        ("*", "key/*", True),
        ("secret:prod/a-??????", "secret:*", True),
        ("a?", "a", False),
    ],
)
def test_two_patterns_meet_where_a_text_fits_both(one: str, other: str, meet: bool) -> None:
    """What the fits of ARNs stand on."""
    assert overlap(one, other) is overlap(other, one) is meet
