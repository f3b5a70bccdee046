"""A drill of a bucket, its own script from top to bottom: as of the instant, compared, taken down whatever ends it."""

from __future__ import annotations

import json
from datetime import timedelta
from unittest import mock

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.ledger.ledger import SqlLedger
from dr_orchestrator.wiring import sweeping
from dr_orchestrator.wiring.heartbeat import heartbeats
from dr_orchestrator.wiring.planning import plan
from tests.support import buckets
from tests.support.dying import Killed, deaths, die, gone_on, killed_at, swept
from tests.support.estate import BUCKET, Estate
from tests.support.shop import ended, run

HOUR = 3600.0


@pytest.fixture
def drilled(shop: Estate, here: wiring.App) -> wiring.App:
    """The shop's workspace with its bucket, whose heart has just beaten."""
    file = here.settings.drills / "shop.yaml"
    file.write_text(file.read_text().replace("\ndrills:\n", buckets.DRILLED, 1))
    held = {"at": shop.clock.now().isoformat(), "sequence": 1}
    buckets.put(shop, BUCKET, {"dro/heartbeat.json": json.dumps(held).encode()})
    shop.clock.sleep(20)
    return here


def test_a_bucket_is_restored_proven_and_taken_down(shop: Estate, drilled: wiring.App) -> None:
    """It passes on real objects, with the RPA of its heartbeat, and leaves the account and the source as they were."""
    before, versions = shop.inventory(), buckets.backend().list_object_versions(BUCKET.id)[0]
    found = run(drilled, "images-pitr")
    assert found.closing is not None
    assert ended(found)[0] is Verdict.PASSED, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    assert found.closing.measures.rpa_grade == "A"
    assert found.closing.measures.rpa is not None
    assert found.closing.measures.rpa < timedelta(minutes=2)
    assert [(check.name, check.outcome) for check in found.checks] == [
        ("heartbeat", Outcome.PASSED),
        ("heartbeat: the asked instant", Outcome.PASSED),
        ("images are there", Outcome.PASSED),
        ("nothing is missing", Outcome.PASSED),
    ]
    assert {(each.expected, each.observed) for each in found.checks} >= {("at least 3 objects", "4 objects")}
    assert found.checks[0].expected == "object dro/heartbeat.json with an instant in 'at'"
    assert "4 objects of" in next(step.detail for step in found.steps if step.name == "wait until ready")
    assert shop.inventory() == before
    after = buckets.backend().list_object_versions(BUCKET.id)[0]
    assert [each.version_id for each in after] == [each.version_id for each in versions]


def test_without_a_heartbeat_the_newest_object_tells_the_loss(shop: Estate, drilled: wiring.App) -> None:
    """By the time at which the source took it, which is no more than grade B: nobody knows when one was due."""
    file = drilled.settings.drills / "shop.yaml"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(each for each in lines if "object: dro/heartbeat.json" not in each))
    found = run(drilled, "images-pitr")
    assert found.closing is not None
    assert found.closing.verdict is Verdict.PASSED_WITH_FINDINGS, found.closing.reasons
    assert found.closing.measures.rpa_grade == "B"
    assert shop.inventory()["buckets"] == [BUCKET.id]


def test_whoever_beats_is_told_the_object(drilled: wiring.App) -> None:
    """By its name, which is all of its key."""
    (beating,) = heartbeats(drilled, ["images"])
    assert beating.place == "images-prod, object dro/heartbeat.json"


def test_it_is_planned_without_a_change(shop: Estate, drilled: wiring.App) -> None:
    """What would be made, and all that is looked at before: nothing is written anywhere."""
    heard = len(shop.lab.journal)
    told = str(plan.plan(drilled, "images-pitr"))
    assert "bucket images-prod in us-east-1" in told
    changed = [each.action for each in shop.lab.journal[heard:] if not each.action.startswith(("Get", "List", "Head"))]
    assert changed == []


COPIED = deaths(("CreateBucket", 1), ("PutPublicAccessBlock", 1), ("CopyObject", 1), ("CopyObject", 4))


@pytest.mark.parametrize(("operation", "number", "after"), COPIED)
def test_killed_while_it_copies_the_next_one_goes_on(
    shop: Estate, drilled: wiring.App, operation: str, number: int, after: bool
) -> None:
    """Of the same instant, into the same bucket: no object is copied twice but the one whose answer nobody heard."""
    heard = len(shop.lab.journal)
    dead, found = gone_on(drilled, "images-pitr", killed_at(operation, number, after), shop.clock, 60)
    assert found.header.id == dead.header.id
    copied = [entry.params["Key"] for entry in shop.lab.journal[heard:] if entry.action == "CopyObject"]
    assert len({*copied}) == 4
    assert [each.name for each in found.checks if each.outcome is not Outcome.PASSED] == []
    assert [row.state for row in found.copies] == [CopyState.DELETED]
    assert shop.inventory()["buckets"] == [BUCKET.id]


EMPTIED = deaths(("CopyObject", 2), ("DeleteObjects", 1), ("DeleteBucket", 1))


@pytest.mark.parametrize(("operation", "number", "after"), EMPTIED)
def test_killed_at_a_write_a_sweep_leaves_nothing(
    shop: Estate, drilled: wiring.App, operation: str, number: int, after: bool
) -> None:
    """Half copied, or half emptied: the bucket goes with all that is in it."""
    if operation.startswith("Delete"):
        dead = run_to_its_teardown(drilled, operation, number, after)
        shop.clock.sleep(HOUR)
        sweeping.sweep(drilled)
        found = drilled.ledger.queries.run(dead)
        assert found.closing is not None
        assert found.closing.cleanup is Cleanup.CLEAN
    else:
        swept(drilled, "images-pitr", killed_at(operation, number, after), shop.clock, HOUR)
    assert shop.inventory()["buckets"] == [BUCKET.id]


def run_to_its_teardown(here: wiring.App, operation: str, number: int, after: bool) -> str:
    """A run whose process dies while it takes its bucket down; its end was never written."""
    with mock.patch.object(SqlLedger, "close_run", die), killed_at(operation, number, after), pytest.raises(Killed):
        run(here, "images-pitr")
    (dead,) = here.ledger.queries.runs(1)
    assert dead.closing is None
    return dead.header.id
