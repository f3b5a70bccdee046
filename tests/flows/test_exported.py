"""A table of any size comes into an account of replicas by an export and an import, and into its stack as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator.aws.access.permissions import calls_of
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources import TYPES
from dr_orchestrator.wiring import App
from dr_orchestrator.wiring.planning.plan import plan
from tests.support import imported
from tests.support.apart import OTHER, stand_apart
from tests.support.apart_app import client
from tests.support.dying import deaths, gone_on, killed_at, swept
from tests.support.estate import TABLE, Estate
from tests.support.expansion import production, shop_of, told
from tests.support.imported import DRILL
from tests.support.passing import passing
from tests.support.shop import FULL, ended, run

EXPORTS = "dro-exports"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/dro-copy"},
            "Action": ["s3:AbortMultipartUpload", "s3:PutObject", "s3:PutObjectAcl"],
            "Resource": f"arn:aws:s3:::{EXPORTS}/dro-*",
        }
    ],
}


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with shop_of(tmp_path_factory.mktemp("lab")) as made:
        s3 = client(made, "s3")
        s3.create_bucket(Bucket=EXPORTS)
        s3.put_bucket_policy(Bucket=EXPORTS, Policy=json.dumps(POLICY))
        yield made


@contextmanager
def room(shop: Estate, home: Path) -> Iterator[App]:
    """Within: the workspace whose replicas have an account of their own, with a bucket there."""
    with imported.room(shop, home) as here:
        drills = home / "drills"
        stand_apart(drills)
        tiers = drills / "tiers.yaml"
        tiers.write_text(
            tiers.read_text().replace("place: drill-account,", f"place: drill-account, bucket: {EXPORTS},")
        )
        yield App(here.settings, here.clock)


def left(shop: Estate) -> dict[str, Any]:
    """All that a drill could leave, in both accounts."""
    s3, dynamodb = client(shop, "s3"), client(shop, "dynamodb")
    return {
        **production(shop),
        "objects": [each["Key"] for each in s3.list_objects_v2(Bucket=EXPORTS).get("Contents", [])],
        "there": dynamodb.list_tables()["TableNames"],
    }


def test_a_table_is_exported_imported_and_brought_into_its_stack(shop: Estate, home: Path) -> None:
    """By DynamoDB alone: no item passes through the drill, each step is told, and nothing is left in either account."""
    before = left(shop)

    with passing() as passed, room(shop, home) as here:
        found = run(here, DRILL)
        declared = calls_of(TYPES, here.drill(DRILL))

    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), told(found)
    assert left(shop) == before
    assert shop.calls("BatchWriteItem") == shop.calls("RestoreTableToPointInTime") == []
    (asked,) = shop.calls("ExportTableToPointInTime")
    assert asked["TableArn"].endswith(f":table/{TABLE.id}")
    assert (asked["S3Bucket"], asked["S3BucketOwner"]) == (EXPORTS, OTHER)
    (brought,) = shop.calls("ImportTable")
    named = f"dro-{found.header.id}-shop-prod-config"
    assert brought["TableCreationParameters"]["TableName"] == asked["S3Prefix"] == named
    assert brought["S3BucketSource"]["S3KeyPrefix"].startswith(f"{named}/AWSDynamoDB/")
    first, second = shop.calls("CreateChangeSet")
    assert [each["ChangeSetType"] for each in (first, second)] == ["IMPORT", "UPDATE"]
    steps = {each.name: each.detail for each in found.steps}
    assert "items exported" in steps["wait for export of sessions"]
    assert "items imported" in steps["wait for sessions"]
    assert steps["import sessions"] == f"imported as restored: {named} is Config"
    assert passed <= declared.all, passed - declared.all
    assert "dynamodb:BatchWriteItem" not in declared.all


def test_a_plan_looks_into_both_accounts(shop: Estate, home: Path) -> None:
    """Source, indexes, the bucket, its policy and the name there; what is missing of them is told, nothing is made."""
    before = left(shop)
    with room(shop, home) as here:
        allowed = plan(here, DRILL)
        client(shop, "s3").delete_bucket_policy(Bucket=EXPORTS)
        closed = plan(here, DRILL)

    named = f"dynamodb-table named like dro-plan-shop-prod-config in account {OTHER}"
    assert f"{named}, made there of an export of sessions and imported as Config" in allowed.creates
    assert allowed.blockers == []
    assert any(f"account {ACCOUNT} may write into {EXPORTS}" in each for each in allowed.seen)
    assert "does not seem to let account" in " ".join(map(str, closed.preflight.looks))
    assert left(shop) == before


CALLS = (
    *(("ExportTableToPointInTime", 1), ("ImportTable", 1), ("TagResource", 1)),
    *(("CreateChangeSet", 1), ("ExecuteChangeSet", 1), ("ExecuteChangeSet", 2)),
)
"""Each call of the recovery that changes something, and which of its kind it is."""


SHORT = [("ImportTable", 1, True)]
"""The one death of each kind that is tried always: a table is being made that wears no tag, and no row knows of."""


@pytest.mark.parametrize("death", deaths(*CALLS) if FULL else SHORT, ids=lambda each: "-".join(map(str, each)))
def test_a_resumed_run_goes_on_at_any_call(shop: Estate, home: Path, death: tuple[str, int, bool]) -> None:
    """Wherever its process dies: the next one exports and imports nothing twice, and takes all of it down."""
    before = left(shop)
    with room(shop, home) as here:
        _, found = gone_on(here, DRILL, killed_at(*death), shop.clock, 1200)

    assert ended(found)[0] is Verdict.PASSED, told(found)
    assert left(shop) == before
    assert len({each["ClientToken"] for each in shop.calls("ExportTableToPointInTime")}) == 1
    assert len({each["ClientToken"] for each in shop.calls("ImportTable")}) == 1


ENDS = (*CALLS, ("DeleteTable", 1), ("DeleteObject", 1))


@pytest.mark.parametrize("death", deaths(*ENDS) if FULL else SHORT, ids=lambda each: "-".join(map(str, each)))
def test_a_sweep_leaves_nothing_at_any_call(shop: Estate, home: Path, death: tuple[str, int, bool]) -> None:
    """Wherever its process dies: an export and an import are waited out; table, stack and objects are gone."""
    before = left(shop)
    with room(shop, home) as here:
        swept(here, DRILL, killed_at(*death), shop.clock, 120, wait=True)

    assert left(shop) == before


@pytest.mark.parametrize(
    ("change", "verdict", "why"),
    [
        (lambda shop: client(shop, "s3").delete_bucket_policy(Bucket=EXPORTS), Verdict.FAILED, "S3AccessDenied"),
        (
            lambda shop: shop.lab.faults.add({"kind": "ends-as", "status": "FAILED", "action": "ImportTable"}),
            Verdict.INCONCLUSIVE,
            "DynamoDB did not import sessions",
        ),
    ],
    ids=["no right to write", "an import that fails"],
)
def test_what_aws_does_not_do_is_told(shop: Estate, home: Path, change: Any, verdict: Verdict, why: str) -> None:
    """An export that may not be written, an import that fails: with AWS's reason, and nothing stays."""
    change(shop)
    before = left(shop)

    with room(shop, home) as here:
        found = run(here, DRILL)

    assert why in told(found)
    assert found.closing is not None
    assert ended(found) == (verdict, Cleanup.CLEAN), found.closing.cleanup_reasons
    assert left(shop) == before
