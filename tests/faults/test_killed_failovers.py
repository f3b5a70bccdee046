"""A process that dies around a failover: it is never asked for twice, and what nobody measured never passes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.domain.failover import FAILBACK, FAILOVER, switches
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.ledger.ledger import SqlLedger
from dr_orchestrator.resources import rows
from dr_orchestrator.wiring import opening
from tests.support import shop as shops
from tests.support.dying import die, killed_at, killed_in, resumed, swept
from tests.support.estate import Estate
from tests.support.failovers import DRILL, FAILS_OVER, ScriptedClient
from tests.support.shop import GREEN, fresh, run

ASKS = ("RestoreDBInstanceFromDBSnapshot", "ModifyDBInstance", "RebootDBInstance")


@pytest.fixture
def here(shop: Estate, home: Path) -> Iterator[wiring.App]:
    """A world whose client is scripted: no database stands behind the lab's instances here."""

    def client(*_: Any) -> ScriptedClient:
        return ScriptedClient(shop.clock)

    dead = mock.patch.object(opening, "_last_seen", lambda *_: shop.clock.now())
    with shops.world(shop, home, FAILS_OVER) as made, mock.patch.object(rows, "Client", client), dead:
        fresh(shop)
        yield made


def asked(shop: Estate, found: Run, action: str) -> int:
    """How often a call took effect on a run's copy."""
    calls = [call for call in shop.lab.journal if call.action == action and call.status == 200]
    return sum(1 for call in calls if found.header.id in call.params.get("DBInstanceIdentifier", ""))


def test_a_failover_that_is_not_disturbed(here: wiring.App, shop: Estate) -> None:
    """There and back by one call each: green and clean, with a standby that was asked for once."""
    found = run(here, DRILL)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert found.closing.cleanup is Cleanup.CLEAN
    assert [asked(shop, found, action) for action in ASKS] == [1, 1, 2]


def test_what_vanished_on_the_way_back_fails_the_drill(here: wiring.App, shop: Estate) -> None:
    """Writes of the first way that the failback loses fail the drill, and are told: no figure of loss is made up."""
    with mock.patch.object(ScriptedClient, "vanished", 3):
        found = run(here, DRILL)
    assert found.closing is not None
    assert found.closing.verdict is Verdict.FAILED
    assert any("3 writes of the way before gone since" in reason for reason in found.closing.reasons)
    assert found.closing.measures.rpa is None


@pytest.mark.campaign(1)
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("operation", ASKS[:2])
def test_killed_before_anything_was_failed_over(here: wiring.App, shop: Estate, operation: str, after: bool) -> None:
    """The next process goes on with the copy and the standby that were asked for, and measures all of it."""
    dead = killed_in(here, DRILL, killed_at(operation, 1, after))
    found = resumed(here, dead)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert [asked(shop, found, action) for action in ASKS] == [1, 1, 2]


def test_killed_while_its_client_wrote_steadily(here: wiring.App, shop: Estate) -> None:
    """The next process's client has another number: what the dead one wrote is neither lost nor there twice."""
    names: list[int] = []

    def client(*given: Any) -> ScriptedClient:
        names.append(given[5])
        return ScriptedClient(shop.clock)

    with mock.patch.object(rows, "Client", client):
        dead = killed_in(here, DRILL, mock.patch.object(ScriptedClient, "begin", die))
        found = resumed(here, dead)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert len(set(names)) == 3


@pytest.mark.campaign(2)
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", [1, 2])
def test_killed_around_a_failover(here: wiring.App, shop: Estate, number: int, after: bool) -> None:
    """Whether AWS was asked is told by AWS's own events; it is not asked again, and the run is inconclusive."""
    dead = killed_in(here, DRILL, killed_at("RebootDBInstance", number, after))
    found = resumed(here, dead)
    assert found.closing is not None
    assert (found.closing.verdict, found.closing.cleanup) == (Verdict.INCONCLUSIVE, Cleanup.CLEAN)
    assert asked(shop, found, "RebootDBInstance") == number - (not after)
    told = " ".join(found.closing.reasons)
    assert ("failover started" in told) is (after or number == 2)
    assert set(switches(found.checks)) == ({FAILOVER} if number == 2 else set())


def test_killed_once_the_first_way_was_counted(here: wiring.App, shop: Estate) -> None:
    """What was measured stays: the next process fails back alone, and the clock is that of the first client."""
    record = SqlLedger.record_check

    def strike(ledger: Any, run_id: str, result: Any) -> None:
        record(ledger, run_id, result)
        die()

    dead = killed_in(here, DRILL, mock.patch.object(SqlLedger, "record_check", strike))
    found = resumed(here, dead)
    assert found.closing is not None
    assert found.closing.verdict in GREEN, found.closing.reasons
    assert asked(shop, found, "RebootDBInstance") == 2
    ways = switches(found.checks)
    assert set(ways) == {FAILOVER, FAILBACK}
    assert ways[FAILOVER].outage is not None
    assert found.closing.measures.rta == ways[FAILOVER].outage.lasted


@pytest.mark.parametrize("operation", ASKS[1:])
def test_a_sweep_ends_what_died(here: wiring.App, shop: Estate, operation: str) -> None:
    """A copy that fails over, or is given a standby, is taken down like any other."""
    found = swept(here, DRILL, killed_at(operation, 1, after=True), shop.clock, 3600.0)
    assert found.closing is not None
    assert found.closing.verdict is Verdict.INCONCLUSIVE
