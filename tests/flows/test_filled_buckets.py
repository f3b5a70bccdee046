"""A replica with a bucket that is filled from production's versions: whole, once, resumed, swept, in either place."""

from __future__ import annotations

from collections.abc import Iterator
from unittest import mock

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.aws.access.permissions import calls_of
from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.replica import Edit
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict
from dr_orchestrator.resources import TYPES
from dr_orchestrator.runner.session import Session
from dr_orchestrator.wiring.planning import plan
from tests.support import buckets, filled
from tests.support.dying import deaths, gone_on, killed_at, swept
from tests.support.estate import BUCKET, Estate
from tests.support.passing import passing
from tests.support.shop import beat, ended, run

HOUR = 3600.0


@pytest.fixture
def drilled(shop: Estate, here: wiring.App) -> wiring.App:
    """The shop's workspace whose replica has a bucket, when all hearts have just beaten."""
    filled.write(here.settings.drills)
    beat(shop)
    filled.beat(shop)
    return here


def detail(found: Run, name: str) -> str:
    return next(step.detail for step in found.steps if step.name == name)


def test_a_replica_has_its_bucket_filled_and_is_gone_whole(shop: Estate, drilled: wiring.App) -> None:
    """Every object of the instant, told in the step; its checks read the replica's own, and count for RPA and skew."""
    before, versions = shop.inventory(), buckets.backend().list_object_versions(BUCKET.id)[0]
    found = run(drilled, "shop-replica")
    assert found.closing is not None
    assert ended(found) == (Verdict.PASSED, Cleanup.CLEAN), found.closing.reasons
    assert "4 objects of" in detail(found, "fill Files")
    assert [each.outcome for each in found.checks] == [Outcome.PASSED] * len(found.checks)
    told = {each.name: each for each in found.checks}
    assert told["images are there"].observed == "4 objects"
    assert told["images beat"].expected == "object dro/heartbeat.json with an instant in 'at'"
    assert told["images beat: the asked instant"].store == told["nothing is missing"].store == "images"
    assert {each.store for each in found.points} == {"images", "sessions"}
    assert found.closing.measures.rpa_skew is not None
    (bucket,) = (row for row in found.copies if row.copy.type == "s3-bucket")
    assert (bucket.state, bucket.copy.parent) == (
        CopyState.DELETED,
        found.header.id and f"dro-{found.header.id}-shop-prod",
    )
    assert shop.inventory() == before
    after = buckets.backend().list_object_versions(BUCKET.id)[0]
    assert [each.version_id for each in after] == [each.version_id for each in versions]


def test_it_calls_what_is_declared(drilled: wiring.App) -> None:
    """Nothing more, which a policy would deny; and nothing is declared that no occasion needs."""
    with passing() as called:
        run(drilled, "shop-replica")
    declared = calls_of(TYPES, drilled.drill("shop-replica"))
    assert called <= declared.all, called - declared.all
    filling = TYPES["s3-bucket"].direct
    assert not {call for call in filling.all - called if call not in filling.only_when}


def test_nobody_hears_of_the_objects_that_fill_it(shop: Estate, drilled: wiring.App) -> None:
    """What the template tells of new objects is left out, told as an edit; with its owner's word it stays."""
    (edit,) = _edits(run(drilled, "shop-replica"))
    assert (edit.becomes, edit.why.split(":")[0]) == (None, "the bucket is filled with what production has")
    file = drilled.settings.drills / "shop.yaml"
    word = "      allow: {Files.NotificationConfiguration: its queue is read by nobody}\n"
    file.write_text(file.read_text().replace("      stores:", word + "      stores:"))
    with wiring.using(wiring.App(drilled.settings, shop.clock)) as anew:
        assert list(_edits(run(anew, "shop-replica"))) == []


def _edits(found: Run) -> list[Edit]:
    assert found.template is not None
    return [each for each in found.template.edits if each.property == "NotificationConfiguration"]


COPIED = deaths(("ExecuteChangeSet", 1), ("CopyObject", 1), ("CopyObject", 3))


@pytest.mark.parametrize(("operation", "number", "after"), COPIED)
def test_killed_while_it_is_filled_the_next_one_goes_on(
    shop: Estate, drilled: wiring.App, operation: str, number: int, after: bool
) -> None:
    """Of the same instant, into the same bucket: no object is copied twice but the one whose answer nobody heard."""
    heard = len(shop.lab.journal)
    dead, found = gone_on(drilled, "shop-replica", killed_at(operation, number, after), shop.clock, 60)
    assert found.header.id == dead.header.id
    copied = [entry.params["Key"] for entry in shop.lab.journal[heard:] if entry.action == "CopyObject"]
    assert len({*copied}) == filled.OBJECTS
    assert len(copied) <= filled.OBJECTS + 8, "at most what was under way at once"
    assert [each.name for each in found.checks if each.outcome is not Outcome.PASSED] == []
    assert {row.state for row in found.copies} == {CopyState.DELETED}
    assert shop.inventory()["buckets"] == [BUCKET.id]


@pytest.mark.parametrize(("operation", "number", "after"), deaths(("CopyObject", 2)))
def test_killed_while_it_is_filled_a_sweep_leaves_nothing(
    shop: Estate, drilled: wiring.App, operation: str, number: int, after: bool
) -> None:
    """Half filled: the bucket is emptied, and goes with its stack."""
    swept(drilled, "shop-replica", killed_at(operation, number, after), shop.clock, HOUR)
    assert shop.inventory()["buckets"] == [BUCKET.id]


def test_a_script_that_fills_no_bucket_is_told(shop: Estate, drilled: wiring.App) -> None:
    """One of before there were any: an empty bucket proves nothing, and is no pass."""
    with mock.patch.object(Session, "direct", ()):
        found = run(drilled, "shop-replica")
    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (Verdict.INCONCLUSIVE, Cleanup.CLEAN)
    assert "Files was to be filled from images, and was not" in found.closing.reasons[0]


def test_a_name_that_aws_tells_is_no_proof(shop: Estate, drilled: wiring.App) -> None:
    """Told that the replica's bucket is production's own, nothing is put there: it is a registered source."""
    versions = buckets.backend().list_object_versions(BUCKET.id)[0]
    pages = Api.pages

    def lying(api: Api, operation: str, key: str, **given: object) -> Iterator[dict[str, object]]:
        for each in pages(api, operation, key, **given):
            is_its = operation == "ListStackResources" and each["LogicalResourceId"] == "Files"
            yield {**each, "PhysicalResourceId": BUCKET.id} if is_its else each

    with mock.patch.object(Api, "pages", lying):
        found = run(drilled, "shop-replica")
    assert found.closing is not None
    assert found.closing.verdict is Verdict.INCONCLUSIVE
    assert "images-prod is a registered source, and no part of" in found.closing.reasons[0]
    after = buckets.backend().list_object_versions(BUCKET.id)[0]
    assert [each.version_id for each in after] == [each.version_id for each in versions]


def test_what_cannot_fill_it_is_told_before_anything_starts(
    shop: Estate, drilled: wiring.App, capsys: pytest.CaptureFixture[str]
) -> None:
    """Versioning that is off, or nothing under the prefix: by the plan, and nothing is made."""
    heard = len(shop.lab.journal)
    buckets.backend().put_bucket_versioning(BUCKET.id, "")
    told = str(plan.plan(drilled, "shop-replica"))
    assert "versioning is switched off for bucket images-prod" in told
    buckets.backend().put_bucket_versioning(BUCKET.id, "Enabled")
    file = drilled.settings.drills / "shop.yaml"
    lines = file.read_text().replace("id: images-prod", "id: images-prod\n    prefix: none/").splitlines(keepends=True)
    file.write_text("".join(each for each in lines if "heartbeat.json" not in each and "images beat" not in each))
    with wiring.using(wiring.App(drilled.settings, shop.clock)) as anew:
        assert "images-prod has no version from" in str(plan.plan(anew, "shop-replica"))
    assert [each.action for each in shop.lab.journal[heard:] if each.action == "CreateChangeSet"] == []
