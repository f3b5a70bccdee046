"""A stack comes back in another region by a promotion: of a replica of the run's, with real servers that follow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from dr_orchestrator.aws.access.permissions import calls_of
from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.run import Phase, Run
from dr_orchestrator.domain.verdict import Cleanup
from dr_orchestrator.resources import TYPES
from tests.support import elsewhere, there
from tests.support.passing import passing
from tests.support.promotions import STANDING, beating
from tests.support.real_shop import INSTANCE, RealShop
from tests.support.shop import GREEN, run
from tests.support.there import AWAY, DRILL
from tests.support.there_promoted import shop_of_a_replica
from tests.support.there_stores import ORDERS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RealShop, str]]:
    with shop_of_a_replica(tmp_path_factory.mktemp("promoted")) as built:
        yield built


def described(shop: RealShop) -> dict[str, Any]:
    found = elsewhere.client(shop.lab, "rds").describe_db_instances(DBInstanceIdentifier=STANDING)["DBInstances"][0]
    found.pop("LatestRestorableTime", None)
    return dict(found)


def disrupted(found: Run) -> datetime:
    return next(each.at for each in found.events if each.moment is Moment.DISRUPTION)


def test_the_stack_is_made_of_a_promoted_replica_of_the_standing_one(made: tuple[RealShop, str]) -> None:
    """The loss is of before the disruption, each thing made is gone, production's replica and its source untouched."""
    shop, zone = made
    before, heard = described(shop), len(shop.lab.journal)
    with passing() as called, there.asked_where_production_is() as asked, beating(shop) as beats:
        found = run(shop.here, DRILL)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, (found.closing.reasons, [(s.name, s.detail) for s in found.steps])
    assert found.closing.cleanup is Cleanup.CLEAN, found.closing.cleanup_reasons
    assert described(shop) == before
    assert asked == []
    assert called <= calls_of(TYPES, shop.here.drill(DRILL)).all

    point = next(each for each in found.points if each.store == "orders-there")
    checks = {each.name: each for each in found.checks}
    struck = disrupted(found)
    assert point.data_time in beats
    assert point.data_time <= struck
    assert checks["orders beat"].newest == point.data_time
    measures, lost = found.closing.measures, struck - point.data_time
    assert measures.worst_case is not None
    if measures.worst_case != lost:  # as far as it was behind once in the lab's own time is told where that is more
        assert measures.worst_case > lost
        assert measures.worst_case_source.startswith("largest ReplicaLag of orders-eu, of ")
    assert checks["orders are there"].observed.startswith(f"{ORDERS} rows")

    of_rds = [each for each in shop.lab.journal[heard:] if each.service == "rds" and each.action[:8] != "Describe"]
    by_hand = [each for each in of_rds if "promoted" in str(each.params)]
    assert [each.action for each in by_hand] == [
        *("CreateDBInstanceReadReplica", "PromoteReadReplica", "CreateDBSnapshot"),
        *("DeleteDBSnapshot", "DeleteDBInstance"),
    ]
    for each in of_rds:
        assert {STANDING, INSTANCE} & {*map(str, each.params.values())} <= {STANDING}
        assert each.params.get("DBInstanceIdentifier") != STANDING

    steps = {each.name: each for each in found.steps}
    assert steps["make a replica of orders-there"].phase is Phase.PREPARE
    on_the_clock = ("promote the replica of", "create snapshot of the promoted replica of", "wait for snapshot of")
    for named in on_the_clock:
        assert next(step for name, step in steps.items() if name.startswith(named)).phase is Phase.RECOVER
    kinds = [row.copy.type for row in found.copies]
    assert (kinds.count("rds-instance"), kinds.count("rds-snapshot")) == (2, 1)
    assert {row.state for row in found.copies} == {CopyState.DELETED}
    assert {row.copy.region for row in found.copies} == {AWAY}
    assert there.records(shop, zone) == {}
