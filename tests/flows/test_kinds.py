"""Each kind of drill, its own script from top to bottom, on a lab whose time stands still until it is waited for."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.wiring.planning.plan import plan
from tests.support import workspace
from tests.support.estate import TABLE, Estate
from tests.support.shop import beat, ended, run


def names(found: Run) -> list[str]:
    return [step.name for step in found.steps]


def test_a_table_is_restored_proven_and_taken_down(shop: Estate, here: wiring.App) -> None:
    """A point-in-time drill of a table passes on real items, ends clean, and leaves the account as it was."""
    beat(shop)
    before = shop.inventory()

    found = run(here, "sessions-pitr")

    assert found.closing is not None
    assert ended(found)[0] is Verdict.PASSED, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    assert found.closing.measures.rpa_grade == "A"
    assert names(found) == [
        "look before starting",
        "choose instant",
        "restore to the instant",
        "wait until ready",
        "prove the copy's isolation",
        "verify",
        "compare the copy's settings with its source's",
        "ask AWS for its own times",
        "destroy copy",
        "look back at the recovery points",
    ]
    assert [check.name for check in found.checks] == ["heartbeat", "heartbeat: the asked instant", "sessions are there"]
    assert found.header.provenance.simulated
    assert found.header.real_started_at is not None
    assert abs(found.header.real_started_at - datetime.now(UTC)) < timedelta(minutes=5), "by the machine's clock"
    assert shop.inventory() == before


def test_a_replica_is_built_filled_and_deleted_whole(shop: Estate, here: wiring.App) -> None:
    """A replica is built under drill names, holds the source's items, and is gone afterwards with its interim copy."""
    beat(shop)
    before = shop.inventory()

    found = run(here, "shop-replica")

    assert found.closing is not None
    assert ended(found)[0] is Verdict.PASSED, found.closing.reasons
    assert {str(record.copy.type) for record in found.copies} == {"cloudformation-stack", "dynamodb-table"}
    assert len(found.copies) == 3
    assert all(record.state is CopyState.DELETED for record in found.copies)
    assert shop.inventory() == before


def test_a_program_is_run_on_a_replica(shop: Estate, here: wiring.App) -> None:
    """It is told the outputs of the copy's own stack, and by no name of production."""
    file = here.settings.drills / "shop.yaml"
    line = "      - {name: sessions are there, items-at-least: {table: Config, minimum: 50}}\n"
    tell = "import os; print(os.environ['DRO_OUTPUT_Table'])"
    suite = f"      - {{name: suite, mandatory: false, command: {{run: ['{sys.executable}', -c, \"{tell}\"]}}}}\n"
    file.write_text(file.read_text().replace(line, line + suite))
    beat(shop)
    found = run(here, "shop-replica")
    assert found.closing is not None
    assert ended(found)[0] is Verdict.PASSED, found.closing.reasons
    (told,) = (check for check in found.checks if check.name == "suite")
    table = next(record.copy.id for record in found.copies if record.copy.parent)
    assert (told.outcome, told.figures["output"]) == (Outcome.PASSED, f"{table}\n")


@pytest.mark.parametrize(
    ("fault", "verdict", "told"),
    [
        (
            {"service": "dynamodb", "action": "RestoreTableToPointInTime", "kind": "access-denied"},
            "INCONCLUSIVE",
            "dynamodb:RestoreTableToPointInTime: AccessDenied",
        ),
        (
            {"service": "sts", "action": "GetCallerIdentity", "kind": "access-denied"},
            "INCONCLUSIVE",
            "sts:GetCallerIdentity",
        ),
        (
            {"service": "dynamodb", "action": "DescribeContinuousBackups", "kind": "expired-token"},
            "INCONCLUSIVE",
            "ExpiredToken",
        ),
    ],
)
def test_what_aws_refuses_is_told_and_never_green(
    shop: Estate, here: wiring.App, fault: dict[str, str], verdict: str, told: str
) -> None:
    """A refused call ends the run with a verdict that names it; the run is clean, in the ledger and in a report."""
    beat(shop)
    before = shop.inventory()
    shop.lab.faults.add({"resource": "*", **fault})

    found = run(here, "sessions-pitr")

    assert found.closing is not None
    assert found.closing.verdict.value == verdict
    assert told in " ".join(found.closing.reasons)
    assert found.closing.cleanup is Cleanup.CLEAN
    assert told in (here.settings.generated / f"{found.header.id}.md").read_text()
    shop.lab.faults.clear()
    assert shop.inventory() == before


def test_pitr_switched_off_fails_and_says_where_to_switch_it_on(shop: Estate, here: wiring.App) -> None:
    """A table without continuous backup is a failed drill, not an empty pass."""
    shop.client("dynamodb").update_continuous_backups(
        TableName=TABLE.id, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )
    try:
        found = run(here, "sessions-pitr")
    finally:
        shop.client("dynamodb").update_continuous_backups(
            TableName=TABLE.id, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )

    assert found.closing is not None
    assert found.closing.verdict is Verdict.FAILED
    assert "point-in-time recovery is switched off for table sessions-prod" in found.closing.reasons[0]


def test_an_unreachable_endpoint_is_inconclusive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shop: Estate) -> None:
    """When AWS cannot be reached the run says which call found that, and is in the ledger."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with wiring.using(workspace.world(tmp_path, shop.clock)) as here:
        found = run(here, "sessions-pitr")

    assert found.closing is not None
    assert found.closing.verdict is Verdict.INCONCLUSIVE
    assert "sts:GetCallerIdentity" in found.closing.reasons[0]
    assert found.steps[0].outcome is Outcome.INCONCLUSIVE


def test_a_database_that_does_not_answer_is_inconclusive(shop: Estate, here: wiring.App) -> None:
    """An instance that is 'available' but whose database cannot be asked proves nothing, and is still taken down."""
    before = shop.inventory()

    found = run(here, "orders-snapshot")

    assert found.closing is not None
    assert found.closing.verdict is Verdict.INCONCLUSIVE
    assert found.closing.measures.rta is None
    assert found.closing.cleanup is Cleanup.CLEAN
    assert "hush" not in (here.settings.generated / f"{found.header.id}.json").read_text()
    assert shop.inventory() == before


def test_what_comes_back_in_the_lost_region_proves_nothing_of_its_loss(shop: Estate, here: wiring.App) -> None:
    """A drill file of old that says no place is run, told, cleaned up after, and never green."""
    file = here.settings.drills / "shop.yaml"
    before, after = file.read_text().split("  sessions-pitr:\n")
    file.write_text(f"{before}  sessions-pitr:\n{after.replace('disruption: application', 'disruption: region', 1)}")
    beat(shop)

    found = run(here, "sessions-pitr")

    assert found.closing is not None
    assert ended(found) == (Verdict.INCONCLUSIVE, Cleanup.CLEAN)
    assert [reason.split(";")[0] for reason in found.closing.reasons if "counts as lost" in reason] == [
        "us-east-1 counts as lost, and the copy stands in it: that proves nothing of its loss"
    ]
    foreseen = plan(here, "sessions-pitr").preflight
    assert foreseen is not None
    assert any("counts as lost" in each.words for each in foreseen.looks if each.name == "lost region")
