"""Green by accident, in a lab: what AWS does not have, does not say or does not do is never a pass or a clean end."""

from __future__ import annotations

from typing import Any

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.outline import exit_code
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import Exit
from dr_orchestrator.reporting.export import run_json
from tests.support.estate import TABLE, Estate
from tests.support.shop import run


def beat(shop: Estate) -> None:
    canary = {"pk": {"S": "canary"}, "at": {"S": shop.clock.now().isoformat()}}
    shop.client("dynamodb").put_item(TableName=TABLE.id, Item=canary)
    shop.clock.sleep(301)


@pytest.mark.parametrize(
    ("drill", "fault", "told"),
    [
        ("orders-snapshot", {"kind": "no-snapshot"}, "no available snapshot of orders-prod"),
        ("sessions-pitr", {"kind": "pitr-off"}, "point-in-time recovery is switched off"),
    ],
)
def test_no_backup_fails_and_exits_1(
    shop: Estate, here: wiring.App, drill: str, fault: dict[str, Any], told: str
) -> None:
    """Nothing to restore: FAILED from the script to the exit code, nothing made, and no figure invented."""
    before = shop.inventory()
    shop.lab.faults.add(fault)
    found = run(here, drill)
    assert found.closing is not None
    assert found.closing.verdict is Verdict.FAILED
    assert told in found.closing.reasons[0]
    assert (found.closing.measures.rta, found.closing.measures.rpa, found.copies) == (None, None, ())
    assert exit_code([found]) == Exit.FAILED
    assert shop.inventory() == before


def test_a_deletion_that_deletes_nothing_is_a_leftover(shop: Estate, here: wiring.App) -> None:
    """AWS takes the deletion and the copy stays: told as one that may still exist, in verdict, JSON and exit code."""
    beat(shop)
    shop.lab.faults.add({"kind": "stuck", "service": "dynamodb", "action": "DeleteTable"})
    found = run(here, "sessions-pitr")
    assert found.closing is not None
    assert found.closing.verdict is Verdict.PASSED_WITH_FINDINGS
    assert found.closing.cleanup is not Cleanup.CLEAN
    assert [record.state for record in found.copies] == [CopyState.LEFTOVER]
    assert "A copy may still exist" in found.closing.reasons
    assert run_json(found)["cleanup"] == found.closing.cleanup.value
    assert exit_code([found]) == Exit.LEFTOVERS
    assert found.copies[0].copy.id in shop.inventory()["tables"]


def test_a_copy_whose_tags_cannot_be_read_stays_and_is_told(shop: Estate, here: wiring.App) -> None:
    """Denied while proving: nothing is deleted, nothing is skipped in silence."""
    beat(shop)
    deleted = len(shop.calls("DeleteTable"))
    shop.lab.faults.add({"kind": "access-denied", "service": "dynamodb", "action": "ListTagsOfResource"})
    found = run(here, "sessions-pitr")
    assert found.closing is not None
    assert len(found.copies) == 1
    assert found.closing.cleanup is not Cleanup.CLEAN
    assert found.closing.cleanup_reasons
    assert len(shop.calls("DeleteTable")) == deleted
    assert exit_code([found]) == Exit.LEFTOVERS


def test_an_emptied_table_fails(shop: Estate, here: wiring.App) -> None:
    """The copy is 'ACTIVE' and holds no heartbeat and too few items: FAILED, and RTA was never reached."""
    dynamodb = shop.client("dynamodb")
    items = dynamodb.scan(TableName=TABLE.id)["Items"]
    for item in items:
        dynamodb.delete_item(TableName=TABLE.id, Key={"pk": item["pk"]})
    shop.clock.sleep(600)
    found = run(here, "sessions-pitr")
    for item in items:
        dynamodb.put_item(TableName=TABLE.id, Item=item)
    assert found.closing is not None
    assert found.closing.verdict is Verdict.FAILED
    assert found.closing.measures.rta is None
    assert found.closing.measures.rpa_grade in ("", "E")
