"""A stack that comes back by a promotion: what cannot be is told before anything is made, and what may be called."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.aws.access.permissions import calls_of
from dr_orchestrator.aws.access.policies import drill_policies
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.aws.guard import Forbidden
from dr_orchestrator.domain.drill import Allowed
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.resources import TYPES
from dr_orchestrator.runner.session import Session
from dr_orchestrator.wiring.planning.plan import plan
from tests.support import there, there_promoted
from tests.support.estate import INSTANCE, Estate
from tests.support.guarded import COPY, guard
from tests.support.promotions import STANDING, standing
from tests.support.shop import run
from tests.support.there import AWAY, DRILL

OTHERS = "dro-20261120-zzz999-promoted-orders-eu"


@pytest.fixture
def made(shop: Estate, home: Path) -> Iterator[tuple[wiring.App, str]]:
    with there_promoted.world(shop, home) as built:
        yield built


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("backup_retention_period", 0, "has no automated backups, without which RDS makes no replica of it"),
        ("source_db_instance_identifier", None, f"{STANDING} is no read replica"),
        ("engine_version", "13.7", "RDS makes a replica of a replica from 14.1 on"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_made(
    shop: Estate,
    made: tuple[wiring.App, str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: Any,
    why: str,
) -> None:
    """With what to do; no replica, no name, no stack, in a plan as in a run."""
    here, zone = made
    with monkeypatch.context() as patch:
        patch.setattr(standing(), name, value)
        heard = len(shop.lab.journal)
        assert why in "; ".join(plan(here, DRILL).blockers)
        found = run(here, DRILL)
    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (Verdict.FAILED, Cleanup.CLEAN)
    assert why in found.closing.reasons[0]
    assert (found.copies, there.records(shop, zone)) == ((), {})
    assert not [each for each in shop.lab.journal[heard:] if each.action.startswith(("Create", "Change", "Execute"))]


def test_a_plan_tells_what_is_made_of_what(made: tuple[wiring.App, str]) -> None:
    """The replica and its snapshot beside the environment; no recovery point, for none is read yet."""
    seen = plan(made[0], DRILL)
    assert seen.blockers == []
    assert any("a replica of orders-there named like dro-plan-promoted-orders-eu" in each for each in seen.creates)
    assert {each.store for each in seen.recovery_points} == {"images-there"}


def test_a_script_that_promotes_nothing_is_no_recovery(
    shop: Estate, made: tuple[wiring.App, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of flows from before there were such stores reads nothing: that is not measured, and tells which to take."""
    monkeypatch.setattr(Session, "followed", ())
    heard = len(shop.lab.journal)
    found = run(made[0], DRILL)
    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (Verdict.INCONCLUSIVE, Cleanup.CLEAN)
    assert "nobody knows any more what the replica of orders-eu held" in found.closing.reasons[0]
    assert not [each for each in shop.lab.journal[heard:] if each.service == "rds" and each.action[:8] != "Describe"]


def test_the_policy_makes_snapshots_of_copies_alone(made: tuple[wiring.App, str]) -> None:
    """Named and tagged as those are; a replica may be made of the standing one, and production is not named."""
    scope = Scope(TYPES, [made[0].drill(DRILL)], Allowed(frozenset({ACCOUNT}), frozenset({AWAY})))
    written = [each for policy in drill_policies(scope) for each in policy["Statement"] if each["Effect"] == "Allow"]
    own = [each for each in written if "aws:CalledVia" not in json.dumps(each)]  # what a template makes is its own

    def on(call: str) -> set[str]:
        (found,) = [each for each in own if call in each["Action"]]
        return set(found["Resource"])

    at = f"arn:aws:rds:{AWAY}:{ACCOUNT}"
    assert on("rds:CreateDBSnapshot") == {f"{at}:snapshot:dro-*", f"{at}:db:dro-*"}
    assert {f"{at}:db:{STANDING}", f"{at}:subgrp:dro-isolated"} <= on("rds:CreateDBInstanceReadReplica")
    assert on("rds:PromoteReadReplica") == {f"{at}:db:dro-*"}
    assert f":db:{INSTANCE.id}" not in json.dumps(written)
    assert "rds:CreateDBSnapshot" in calls_of(TYPES, made[0].drill(DRILL)).writes


@pytest.mark.parametrize("name", [STANDING, INSTANCE.id, OTHERS, "", f"arn:aws:rds:{AWAY}:1:db:{STANDING}"])
def test_no_snapshot_is_taken_of_what_is_not_the_runs(name: str) -> None:
    """Neither of the standing replica nor of what it replicates, nor of another run's: the call is not sent."""
    guarded = guard(COPY)
    given = {"DBSnapshotIdentifier": COPY, "DBInstanceIdentifier": COPY}
    guarded.check("rds", "CreateDBSnapshot", given, "us-east-1")
    with pytest.raises(Forbidden):
        guarded.check("rds", "CreateDBSnapshot", given | {"DBInstanceIdentifier": name}, "us-east-1")
