"""The way into a copy by the Data API: its endpoint and its secret, given to the copy alone, and once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dr_orchestrator.aws.data_api.calls import NotEnabled
from dr_orchestrator.domain.copy import Copy, Identity
from dr_orchestrator.domain.service import Database, Via
from dr_orchestrator.errors import LoginRefused, NotMeasured, NotTheCopy
from dr_orchestrator.resources.aurora_cluster.restore import DOOR
from dr_orchestrator.resources.by_statements import Doorway
from tests.support.aurora import described
from tests.support.aurora_drills import CLUSTER, Begin, Drilled
from tests.support.estate import Estate

DATABASE = Database("boards", "prod/boards", via=Via.DATA_API, where="drills/shop.yaml:9")


def doorway(made: Estate, *outcomes: Exception | None, database: Database = DATABASE) -> Doorway:
    """A way whose tries to log in end so, one after the other, and then let everybody in."""
    way, left = Doorway(DOOR, CLUSTER, database, made.toolkit), list(outcomes)

    def enter(_copy: Copy) -> None:
        if left and (fault := left.pop(0)) is not None:
            raise fault

    way.enter = enter
    return way


def changes(drilled: Drilled) -> list[str]:
    return [action for action, _ in drilled.calls("EnableHttpEndpoint", "ModifyDBCluster")]


@pytest.fixture
def drilled(begin: Begin, made: Estate) -> Drilled:
    done = begin()
    done.restored()
    made.clock.sleep(60)
    return done


def test_an_endpoint_is_enabled_once_and_awaited(drilled: Drilled, made: Estate) -> None:
    """Told as enabled before it answers, so it is tried; whoever is let in. Again, nothing is asked for."""
    copy = drilled.copy
    doorway(made, NotEnabled("not yet"), NotEnabled("not yet"), LoginRefused("no")).prepare(copy)
    doorway(made).prepare(copy)
    assert changes(drilled) == ["EnableHttpEndpoint"]
    rds = made.client("rds")
    assert described(rds, copy.id)["HttpEndpointEnabled"]
    assert not described(rds, CLUSTER.id)["HttpEndpointEnabled"]


def test_a_secret_is_kept_for_the_copy_once(drilled: Drilled, made: Estate) -> None:
    """Where production's is refused; a process that comes later awaits the one that was asked for. It goes with it."""
    copy = drilled.copy
    first = doorway(made, LoginRefused("no"), LoginRefused("not yet"))
    assert not first.find(copy).opened
    assert "RDS keeps, and drops" in first.reset(copy).words
    later = doorway(made)
    assert not later.find(copy).opened
    later.reset(copy)
    assert changes(drilled) == ["ModifyDBCluster"]
    secret = described(made.client("rds"), copy.id)["MasterUserSecret"]["SecretArn"]
    login = later.login(copy)
    assert login.statements is not None
    assert login.statements._way == {"resourceArn": login.host, "secretArn": secret}  # type: ignore[attr-defined]
    assert not described(made.client("rds"), CLUSTER.id).get("MasterUserSecret")
    drilled.end()
    assert secret not in str(made.client("secretsmanager").list_secrets()["SecretList"])


def test_where_no_secret_may_be_made_it_is_told_with_what_would_allow_it(drilled: Drilled, made: Estate) -> None:
    """And the copy is left as it is."""
    way = doorway(made, LoginRefused("no"), database=replace(DATABASE, reset_password=False))
    with pytest.raises(NotMeasured, match=r"`reset_password: true` \(drills/shop.yaml:9\) would let the drill"):
        way.find(drilled.copy)
    assert changes(drilled) == []


def test_what_is_not_the_copy_is_neither_changed_nor_asked(drilled: Drilled, made: Estate) -> None:
    """Another's identity under its name, or production's own name: by AWS's ids, before a statement is said."""
    copy, rows = drilled.copy, made.ledger.rows
    kept = rows[copy.id]
    rows[copy.id] = replace(kept, identity=Identity("arn:aws:other", "another-id"))
    try:
        for act in (doorway(made).prepare, doorway(made).reset, doorway(made).login):
            with pytest.raises(NotMeasured, match="but this run made another-id"):
                act(copy)
    finally:
        rows[copy.id] = kept
    claimed = replace(copy, id=CLUSTER.id)
    made.ledger.intend(claimed, made.clock)
    try:
        with pytest.raises(NotTheCopy):
            doorway(made).login(claimed)
        for act in (doorway(made).prepare, doorway(made).reset):
            with pytest.raises(NotMeasured, match="boards-prod was not changed: "):
                act(claimed)
    finally:
        del rows[claimed.id]
    assert changes(drilled) == []
