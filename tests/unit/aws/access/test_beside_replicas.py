"""The role of the changes beside production holds what brings the data of a replica into another account, alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from dr_orchestrator.aws.access.policies import drill_policies, elsewhere_policies
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.aws.access.tagged import ASKED, WEARS
from dr_orchestrator.domain.drill import Allowed
from dr_orchestrator.resources import TYPES
from tests.support import built_shop, filled, workspace
from tests.support.apart import APART, OTHER, THERE
from tests.support.born_shop import BORN_TEMPLATE, declared
from tests.support.estate import REGION
from tests.support.fakes import FakeClock
from tests.support.iam import reference
from tests.support.iam.enforced import allowed

ACCOUNT = "123456789012"
RESTORED = {
    *("dynamodb:RestoreTableToPointInTime", "dynamodb:TagResource", "dynamodb:DeleteTable"),
    *(f"dynamodb:{each}" for each in ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan")),
    "dynamodb:UpdateItem",
}
"""The rights by which AWS restores a table beside production, its items written into it among them."""
LENT = {
    *("rds:CopyDBSnapshot", "rds:ModifyDBSnapshotAttribute", "rds:DeleteDBSnapshot", "rds:AddTagsToResource"),
}
EXPORTED = {
    *("dynamodb:ExportTableToPointInTime", "s3:AbortMultipartUpload", "s3:PutObject", "s3:PutObjectAcl"),
    *("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObject"),
}
STACKS = ("cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet", "cloudformation:DeleteStack")
TIERS = workspace.TIERS + THERE


def scope(home: Path, tiers: str = TIERS + APART, **given: str) -> Scope:
    here = workspace.world(home, FakeClock(), tiers=tiers, **given)
    return Scope(TYPES, [here.drill("shop-replica")], Allowed(frozenset({ACCOUNT, OTHER}), frozenset({REGION})))


def granted(of: Scope) -> set[str]:
    """All that some statement of the drill role allows, but for keys."""
    made = [each for policy in drill_policies(of) for each in policy["Statement"]]
    assert [fault for policy in drill_policies(of) for fault in reference.faults(policy)] == []
    return {
        action
        for each in made
        if each["Effect"] == "Allow"
        for action in each["Action"]
        if not action.startswith("kms:")
    }


def test_a_table_that_is_filled_over_there_is_restored_and_deleted(tmp_path: Path) -> None:
    """And nothing else is changed: no stack, and nothing that one makes."""
    assert granted(scope(tmp_path)) == RESTORED


def test_a_table_that_is_imported_there_is_exported(tmp_path: Path) -> None:
    """By objects of the run's own names in the declared bucket, which are taken away again."""
    into = APART.replace("place:", "bucket: dro-exports, place:")
    shop = workspace.SHOP.replace("fill: items", "fill: import")
    assert granted(scope(tmp_path, TIERS + into, shop=shop)) == EXPORTED


def test_a_snapshot_that_a_database_is_made_of_is_copied_shared_and_deleted(tmp_path: Path) -> None:
    """Beside the table's restore, which the same replica is filled from."""
    found = granted(scope(tmp_path, shop=declared(workspace.SHOP), template=BORN_TEMPLATE))
    assert found == RESTORED | LENT


def test_a_bucket_that_is_filled_over_there_takes_no_change(tmp_path: Path) -> None:
    """The other role reads production's versions."""
    found = granted(scope(tmp_path, shop=filled.SHOP, template=filled.TEMPLATE))
    assert found <= RESTORED
    assert not {each for each in found if each.startswith("s3:")}


def test_what_a_program_makes_takes_no_change_and_no_key(tmp_path: Path) -> None:
    """Whatever the program restores, it does by its own role."""
    here = workspace.world(tmp_path, FakeClock(), shop=built_shop.SHOP, tiers=built_shop.TIERS)
    built_shop.write(tmp_path)
    drills = [
        each for each in here.catalogue.drills.values() if each.resource.rebuild and each.resource.rebuild.builder
    ]
    assert drills
    of = Scope(TYPES, drills, Allowed(frozenset(), frozenset({REGION})))
    assert [each for policy in drill_policies(of) for each in policy["Statement"] if each["Effect"] == "Allow"] == []


@pytest.mark.parametrize("call", STACKS)
def test_a_stack_is_written_by_the_role_of_the_other_account_alone(tmp_path: Path, call: str) -> None:
    """Under the names and tags of a copy: beside production no statement allows it, over there one does."""
    of = scope(tmp_path)
    tags = {"aws:RequestedRegion": [REGION], ASKED: ["r"], WEARS: ["r"]}
    (there,) = elsewhere_policies(of).values()
    for account, policies, may in ((ACCOUNT, drill_policies(of), False), (OTHER, there, True)):
        arn = f"arn:aws:cloudformation:{REGION}:{account}:stack/dro-20261120-abc123-shop-prod/0a"
        assert allowed(policies, call, arn, tags) is may


def test_a_replica_beside_production_keeps_the_rights_on_stacks(tmp_path: Path) -> None:
    """Those of a workspace whose replicas stand there."""
    assert {*STACKS, "dynamodb:RestoreTableToPointInTime"} <= granted(scope(tmp_path, workspace.TIERS))
