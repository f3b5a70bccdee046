"""A drill of a bucket, its own script from top to bottom: as of the instant, compared, taken down whatever ends it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from dr_orchestrator import prefect_runner, wiring
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.resources.s3_bucket.objects.copying import Copying
from dr_orchestrator.wiring import sweeping
from dr_orchestrator.wiring.planning import plan
from tests.support import buckets
from tests.support.estate import BUCKET, Estate
from tests.support.resuming import Killed
from tests.support.shop import run


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
    assert found.closing.verdict is Verdict.PASSED, found.closing.reasons
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


def test_it_is_planned_without_a_change(shop: Estate, drilled: wiring.App) -> None:
    """What would be made, and all that is looked at before: nothing is written anywhere."""
    heard = len(shop.lab.journal)
    told = str(plan.plan(drilled, "images-pitr"))
    assert "bucket images-prod in us-east-1" in told
    changed = [each.action for each in shop.lab.journal[heard:] if not each.action.startswith(("Get", "List", "Head"))]
    assert changed == []


@pytest.mark.parametrize("way", ["resume", "sweep"])
def test_killed_while_it_copies_it_goes_on_or_is_cleaned_up(
    shop: Estate, drilled: wiring.App, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """The process dies with some of the objects copied: another one finishes the drill, or leaves nothing of it."""
    one = Copying._one

    def dying(copying: Copying, version: object) -> None:
        one(copying, version)  # type: ignore[arg-type]
        raise Killed

    with monkeypatch.context() as once:
        once.setattr(Copying, "_one", dying)
        with pytest.raises(BaseException):  # noqa: B017
            prefect_runner.run_drill("images-pitr")
    (dead,) = drilled.ledger.queries.runs()
    assert dead.closing is None or dead.closing.verdict is Verdict.ABORTED
    if dead.closing is None and way == "resume":
        with wiring.resuming(dead.header.id):
            prefect_runner.run_drill("images-pitr")
    elif dead.closing is None:
        sweeping.sweep(drilled)
    found = drilled.ledger.queries.run(dead.header.id)
    assert found.closing is not None
    assert found.closing.cleanup is Cleanup.CLEAN
    assert all(row.state is CopyState.DELETED for row in found.copies)
    assert shop.inventory()["buckets"] == [BUCKET.id]
