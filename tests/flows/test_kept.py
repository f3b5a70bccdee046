"""A plan of AWS Backup that takes the copies of drills: told before anything starts, and never called clean after."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.aws.calls.api import Api, Denied, NotFound, Refused
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.preflight import CheckStatus
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import DrillFault
from dr_orchestrator.lab.cloud.vaulting import Kept
from dr_orchestrator.lab.cloud.vaults import vaults
from dr_orchestrator.wiring import sweeping
from dr_orchestrator.wiring.building import plan_copy
from dr_orchestrator.wiring.planning import backing, plan
from tests.support import buckets, file_systems, there, volumes, web
from tests.support.backup_plans import ALL, BUT_DRILLS, forget, locked, planned
from tests.support.estate import VAULT, Estate
from tests.support.shop import CREATES, GREEN, fresh, run, world

DENIED = Denied("AccessDenied: no identity-based policy allows it", call="backup:List")
DENIED.code = "AccessDeniedException"
LOOK = "backups of the copy"


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    with world(shop, home) as made:
        fresh(shop)
        yield made


def added(here: wiring.App, drilled: str) -> None:
    file = here.settings.drills / "shop.yaml"
    file.write_text(file.read_text().replace("\ndrills:\n", drilled, 1))


def taken(shop: Estate, arn: str = "*") -> None:
    """The plan took what has such an ARN, while it stood."""
    shop.lab.faults.add({"kind": "backed-up", "service": "backup", "resource": arn})


def seen(here: wiring.App, drill: str) -> tuple[CheckStatus, str]:
    (look,) = [each for each in plan.plan(here, drill).preflight.looks if each.name == LOOK]
    return look.outcome, f"{look.words}; {look.hint}"


def points_of(of: str) -> list[Kept]:
    """Those of the estate's vault whose ARN has that in it: the estate's own are among them."""
    return [each for each in vaults().kept(VAULT.name, None) if of in each.arn]


def left(found: Run) -> str:
    assert found.closing is not None
    return " ".join(found.closing.cleanup_reasons)


DRILLED = {
    "orders-snapshot": ("", ":db:dro-"),
    "sessions-pitr": ("", ":table/dro-"),
    "shop-replica": ("", ":table/dro-"),
    "images-pitr": (buckets.DRILLED, "arn:aws:s3:::dro-"),
    "share-snapshot": (volumes.DRILLED, ":volume/vol-"),
    "files-vault": (file_systems.DRILLED, ":file-system/fs-"),
    "web-snapshot": (web.DRILLED, ":instance/i-"),
}
"""Drills of every kind of copy that the small estate has, what declares each, and how the ARN of its copy reads."""


@pytest.mark.campaign(2)
@pytest.mark.parametrize("drill", DRILLED)
def test_what_was_taken_of_a_copy_is_left_over_until_it_is_gone(shop: Estate, here: wiring.App, drill: str) -> None:
    """By vault, end and lock; each sweep says so again, deletes none of it, and calls it clean once it is gone."""
    declares, of = DRILLED[drill]
    if declares:
        added(here, declares)
    with planned(BUT_DRILLS), locked(shop.clock):
        there = len(points_of(of))
        taken(shop, f"*{of}*")
        found = run(here, drill)
        assert found.closing is not None
        assert found.closing.cleanup is Cleanup.LEFTOVERS, found.closing.reasons
        points = points_of(of)[there:]
        assert points
        for word in (points[0].point, f"in vault {VAULT.name}", "locked for good since", "kept until 20"):
            assert word in left(found)
        again = _swept(here, found)
        assert again.closing is not None
        assert again.closing.cleanup is Cleanup.LEFTOVERS
        assert points_of(of)[there:] == points
        shop.lab.faults.clear()
        forget([each.point for each in points])
        again = _swept(here, found)
        assert again.closing is not None
        assert again.closing.cleanup is Cleanup.CLEAN
        assert {row.state for row in again.copies} == {CopyState.DELETED}


def _fail(monkeypatch: pytest.MonkeyPatch, fault: DrillFault) -> None:
    """AWS Backup lists neither plans nor points."""
    pages = Api.pages

    def failing(api: Api, operation: str, key: str, **given: Any) -> Any:
        if operation in ("ListBackupPlans", "ListRecoveryPointsByResource"):
            raise fault
        return pages(api, operation, key, **given)

    monkeypatch.setattr(Api, "pages", failing)


def _swept(here: wiring.App, found: Run) -> Run:
    sweeping.sweep(here)
    return here.ledger.queries.run(found.header.id)


def test_a_sweep_says_what_keeps_a_copy(shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch) -> None:
    """The recovery point by its ARN, of a copy that is long gone, and costs nothing; a denial settles nothing."""
    with planned(BUT_DRILLS):
        taken(shop)
        found = run(here, "sessions-pitr")
        (swept,) = sweeping.sweep_run(here, found, "asked for")
    assert swept.state is CopyState.LEFTOVER
    assert "AWS Backup keeps 1 recovery point of it: arn:" in swept.why
    assert "which is not locked" in swept.why
    assert swept.cost is None
    _fail(monkeypatch, DENIED)
    again = _swept(here, found)
    assert again.closing is not None
    assert (again.closing.cleanup, again.copies[0].state) == (Cleanup.LEFTOVERS, CopyState.UNPROVEN)


@pytest.mark.parametrize("fault", [NotFound("deleted meanwhile"), Refused("InvalidParameterValue")], ids=repr)
def test_a_look_that_goes_wrong_fails_no_drill(
    here: wiring.App, monkeypatch: pytest.MonkeyPatch, fault: DrillFault
) -> None:
    """Whatever AWS Backup answers says nothing of the service: it is told as a doubt."""
    _fail(monkeypatch, fault)
    outcome, told = seen(here, "sessions-pitr")
    assert (outcome, "is not known" in told) == (CheckStatus.INCONCLUSIVE, True)


def test_the_volumes_of_a_machine_are_asked_after_too(shop: Estate, here: wiring.App) -> None:
    """Whoever has all volumes backed up has those of a copy backed up, whose machine is no volume: by every process."""
    added(here, web.DRILLED)
    with planned(BUT_DRILLS):
        taken(shop, "*:volume/*")
        found = run(here, "web-snapshot")
        assert found.closing is not None
        assert found.closing.cleanup is Cleanup.LEFTOVERS
        again = _swept(here, found)
        assert again.closing is not None
        assert again.closing.cleanup is Cleanup.LEFTOVERS


def test_who_may_not_ask_is_told_once_and_fails_no_drill(
    shop: Estate, here: wiring.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has no AWS Backup has given no right to it: plan and report say what is not known, all else is as ever."""
    _fail(monkeypatch, DENIED)
    assert seen(here, "shop-replica")[0] is CheckStatus.INCONCLUSIVE
    assert "is not known: backup:List: AccessDenied" in seen(here, "shop-replica")[1]
    found = run(here, "shop-replica")
    assert found.closing is not None
    assert (found.closing.verdict in GREEN, found.closing.cleanup) == (True, Cleanup.CLEAN)
    told = [step for step in found.steps if "whether AWS Backup took recovery points" in (step.detail or "")]
    assert len(told) == 1


@pytest.mark.campaign(2)
@pytest.mark.parametrize("drill", CREATES)
def test_a_plan_that_puts_a_copy_where_nobody_can_delete_it_ends_a_drill_before_it_starts(
    shop: Estate, here: wiring.App, drill: str
) -> None:
    """Inconclusive, for nothing is wrong with the service; nothing is made, and what to do is said."""
    if drill == "shop-replica":  # its own stores wear what its template says
        vaults().opted["CloudFormation"] = True
    heard = len(shop.lab.journal)
    with planned(ALL), locked(shop.clock):
        found = run(here, drill)
    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (Verdict.INCONCLUSIVE, Cleanup.CLEAN)
    assert "plan nightly of AWS Backup takes dro-" in " ".join(found.closing.reasons)
    assert CREATES[drill][1] not in {each.action for each in shop.lab.journal[heard:]}


def test_a_plan_is_told_with_the_vault_and_what_to_do(shop: Estate, here: wiring.App) -> None:
    """Where what it takes can be deleted, or its lock would refuse it, the drill may start."""
    with planned(ALL):
        outcome, told = seen(here, "orders-snapshot")
        assert outcome is CheckStatus.INCONCLUSIVE
        for word in (f"into vault {VAULT.name}, which is not locked", "for 30 days", "dr-drill:run", "outlives"):
            assert word in told
        with locked(shop.clock, days=3):
            assert "whose lock can still be taken off until" in seen(here, "orders-snapshot")[1]
        with locked(shop.clock, least=60):
            outcome, told = seen(here, "orders-snapshot")
            assert (outcome, "takes none that is kept for 30 days (at least 60 days)" in told) == (
                CheckStatus.INCONCLUSIVE,
                True,
            )


UPLOADS = """  Uploads: {Type: AWS::S3::Bucket}
  Sessions: {Type: AWS::DynamoDB::Table, Properties: {KeySchema: [], AttributeDefinitions: []}}
"""


def _with(here: wiring.App, parts: str) -> None:
    file = here.settings.drills / "infrastructure" / "shop.template.yaml"
    file.write_text(file.read_text().replace("Resources:\n", f"Resources:\n{parts}", 1))


def test_what_a_stack_holds_beside_its_stores_is_told_before(here: wiring.App) -> None:
    """By the name that its template gives it; of what keeps no data, and of the stores, nothing more is said."""
    _with(here, UPLOADS)
    with planned({"Resources": ["arn:aws:s3:::*"]}):
        outcome, told = seen(here, "shop-replica")
        assert outcome is CheckStatus.INCONCLUSIVE
        assert "takes Uploads of dro-plan-shop-prod (S3)" in told
        assert "Sessions of" not in told
    with planned({"Resources": ["arn:aws:s3:::*"], "NotResources": ["arn:aws:s3:::dro-*"]}):
        assert seen(here, "shop-replica")[0] is CheckStatus.PASSED


def test_what_a_plan_took_of_a_part_that_is_no_store_is_left_over(shop: Estate, here: wiring.App) -> None:
    """Asked after once the stack is gone, by every process, until it is no more."""
    _with(here, UPLOADS.splitlines(keepends=True)[0])
    with planned(BUT_DRILLS):
        taken(shop, "arn:aws:s3:::dro-*")
        found = run(here, "shop-replica")
        assert found.closing is not None
        assert found.closing.cleanup is Cleanup.LEFTOVERS, found.closing.reasons
        assert "AWS Backup keeps" in left(found)
        again = _swept(here, found)
        assert again.closing is not None
        assert again.closing.cleanup is Cleanup.LEFTOVERS
        shop.lab.faults.clear()
        forget([each.point for each in points_of("arn:aws:s3:::dro-")])
        again = _swept(here, found)
        assert again.closing is not None
        assert again.closing.cleanup is Cleanup.CLEAN


def test_a_stack_that_comes_back_in_another_region_holds_as_much(tmp_path: Path) -> None:
    """Each part that keeps data, there; a store that is declared is known already."""
    made = there.declared(tmp_path)
    _with(made, UPLOADS)
    drill = made.drill(there.DRILL)
    copy = plan_copy(made, drill, drill.resource, "20261120-abc123")
    parts: Any = mock.Mock(stores=(), born=(), direct=())
    found = {each.called: each.arn for each in backing._copied(made, drill, copy, parts, "123456789012")}
    told = {name.partition(" ")[0]: arn for name, arn in found.items() if " of " in name}
    assert told == {
        "Uploads": f"arn:aws:s3:::{copy.id}-*",
        "Sessions": f"arn:aws:dynamodb:{there.AWAY}:123456789012:table/{copy.id}-*",
    }


def test_a_plan_that_leaves_drills_out_takes_none(shop: Estate, here: wiring.App) -> None:
    """By the tag that copies wear, by their names, or as the region does not look after such a type."""
    with locked(shop.clock):
        with planned(BUT_DRILLS):
            assert seen(here, "orders-snapshot")[0] is CheckStatus.PASSED
        with planned({**ALL, "NotResources": ["arn:aws:rds:*:*:db:dro-*"]}):
            assert seen(here, "orders-snapshot")[0] is CheckStatus.PASSED
        vaults().opted["RDS"] = False
        try:
            with planned(ALL):
                assert seen(here, "orders-snapshot")[0] is CheckStatus.PASSED
            with planned({"Resources": ["arn:aws:rds:*:*:db:*"]}):
                outcome, told = seen(here, "orders-snapshot")
        finally:
            del vaults().opted["RDS"]
    assert (outcome, "nobody could delete it" in told) == (CheckStatus.INCONCLUSIVE, True)


def test_no_plan_is_asked_after_more_than_once(shop: Estate, here: wiring.App) -> None:
    """One call where there is no plan, and one for each copy once that is gone."""
    heard = len(shop.lab.journal)
    with mock.patch.dict(vaults().plans, clear=True):
        run(here, "sessions-pitr")
    asked = [each.action for each in shop.lab.journal[heard:] if each.service == "backup"]
    assert asked == ["ListBackupPlans", "ListRecoveryPointsByResource"]
