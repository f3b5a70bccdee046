"""Promotions of a replica of the standing one, with real servers that follow each other: what it lacked is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.run import Phase, Run
from dr_orchestrator.domain.verdict import Cleanup
from dr_orchestrator.lab.postgres import following
from tests.support import elsewhere, workspace
from tests.support.promotions import DRILL, PROMOTES, RESOURCE, STANDING, beating, follows, standing
from tests.support.real_shop import RealShop, real_shop
from tests.support.shop import GREEN, run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealShop]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workspace, "SHOP", workspace.SHOP.replace("\n  sessions: {type", RESOURCE))
        with real_shop(tmp_path_factory.mktemp("promotion"), more=PROMOTES, pace=120.0) as made:
            follows(made)
            yield made


def described(shop: RealShop) -> dict[str, Any]:
    found = elsewhere.client(shop.lab, "rds").describe_db_instances(DBInstanceIdentifier=STANDING)["DBInstances"][0]
    found.pop("LatestRestorableTime", None)
    return dict(found)


def disrupted(found: Run) -> datetime:
    return next(each.at for each in found.events if each.moment is Moment.DISRUPTION)


def test_a_replica_of_the_standing_one_is_promoted(shop: RealShop) -> None:
    """It serves by itself, what was lost is of before the disruption, and the standing one goes on as before."""
    before, heard = described(shop), len(shop.lab.journal)
    with beating(shop) as beats:
        found = run(shop.here, DRILL)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, (found.closing.reasons, [(s.name, s.detail) for s in found.steps])
    assert found.closing.cleanup is Cleanup.CLEAN, found.closing.cleanup_reasons
    assert described(shop) == before
    (point,) = found.points
    (heartbeat,) = [each for each in found.checks if each.canary]
    struck = disrupted(found)
    assert point.data_time in {each.replace(microsecond=each.microsecond) for each in beats}
    assert point.data_time <= struck
    assert heartbeat.newest == point.data_time
    assert found.closing.measures.rpa == struck - point.data_time
    assert found.closing.measures.rpa_grade == "A"
    changes = [each for each in shop.lab.journal[heard:] if each.service == "rds" and each.action[:8] != "Describe"]
    assert [each.action for each in changes] == [
        *("CreateDBInstanceReadReplica", "PromoteReadReplica", "DeleteDBInstance"),
    ]
    assert all(each.params["DBInstanceIdentifier"].startswith("dro-") for each in changes)
    made = next(each for each in found.steps if each.name == "make a replica of the replica")
    assert made.phase is Phase.PREPARE


def test_what_the_standing_replica_lacks_is_lost(shop: RealShop) -> None:
    """It hears nothing for a while and nobody says so: all that was written since is lost, and the drill tells it."""
    server = standing().database.cluster
    leads = server.folder / "postgresql.auto.conf"
    written = leads.read_text()
    following.deafen(server)
    deaf_since = shop.clock.now()
    try:
        with beating(shop):
            shop.clock.sleep(1200)
            found = run(shop.here, DRILL)
    finally:
        leads.write_text(written)
        with server.connect() as connection:
            connection.execute("SELECT pg_reload_conf()")
    assert found.closing is not None
    (point,) = found.points
    assert point.data_time <= deaf_since
    rpa = found.closing.measures.rpa
    assert rpa == disrupted(found) - point.data_time
    assert rpa >= timedelta(seconds=1200)
