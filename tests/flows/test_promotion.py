"""Promotions of a replica of the standing one, with real servers that follow each other: what it lacked is lost."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, cast

import psycopg
import pytest
from moto.rds.models import rds_backends

from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.run import Phase, Run
from dr_orchestrator.domain.verdict import Cleanup
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.lab.postgres import following
from tests.support import elsewhere, workspace
from tests.support.elsewhere import AWAY
from tests.support.labs import outlast
from tests.support.promotions import DRILL, PROMOTES, RESOURCE, STANDING, settled, stand
from tests.support.real_shop import INSTANCE, PASSWORD, RealShop, real_shop
from tests.support.shop import GREEN, run

pytestmark = pytest.mark.slow


def standing() -> Any:
    return cast(Any, rds_backends[ACCOUNT][AWAY].databases[STANDING])


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealShop]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workspace, "SHOP", workspace.SHOP.replace("\n  sessions: {type", RESOURCE))
        with real_shop(tmp_path_factory.mktemp("promotion"), more=PROMOTES, pace=120.0) as made:
            login = json.dumps({"username": "orders", "password": PASSWORD})
            elsewhere.client(made.lab, "secretsmanager").create_secret(Name="prod/orders", SecretString=login)
            stand(made.lab)
            settled(made.lab, lambda status: outlast(made.clock, "creating", status))
            standing().engine_version = "16.9"  # moto's own is older than any that has replicas of replicas
            yield made


@contextmanager
def beating(shop: RealShop) -> Iterator[list[datetime]]:
    """Within: a heartbeat goes on in production, as `dro canary` writes it."""
    ended, told = threading.Event(), list[datetime]()

    def beat() -> None:
        with psycopg.connect(shop.url(INSTANCE), autocommit=True) as connection:
            while not ended.wait(0.1):
                told.append(shop.clock.now())
                connection.execute("INSERT INTO heartbeat VALUES (%s)", (told[-1],))

    beats = threading.Thread(target=beat)
    beats.start()
    try:
        yield told
    finally:
        ended.set()
        beats.join()


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
