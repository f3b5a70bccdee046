"""Two real databases, one of the lost region and its replica in the other, are compared by the rows of their tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from dr_orchestrator.domain.proof import SameInBoth, Tolerance
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.service import Database, Resource
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.database_sides import DatabaseSides
from tests.support.deep_copies import ask
from tests.support.fakes import FakeClock
from tests.support.logins import login_of
from tests.support.postgres_server import Server

CHECK = SameInBoth("same", "Orders", timedelta(seconds=20))
HERE = Resource("orders", "rds-instance", "orders-prod", "us-east-1", database=Database("orders", "prod/orders"))
THERE = replace(HERE, id="orders-there", region="eu-central-1")


@pytest.fixture
def both(plain_copy: Server, rich_copy: Server) -> Iterator[dict[str, Server]]:
    """The database of either region."""
    yield {"orders-prod": plain_copy, "orders-there": rich_copy}
    ask(rich_copy.url, "DELETE FROM customers WHERE id > 50", "DROP TABLE IF EXISTS new")
    ask(plain_copy.url, "DELETE FROM customers WHERE id > 50", "DROP TABLE IF EXISTS new")


def sides(both: dict[str, Server], there: Resource = THERE) -> DatabaseSides:
    door: Any = SimpleNamespace(
        today=lambda _account, name, _database: login_of(both[name].url),
        engine=lambda _account, name: "postgres" if name in both else "",
    )
    toolkit: Any = SimpleNamespace(clock=FakeClock(), account_at=lambda place: place.region)
    return DatabaseSides(door, HERE, there, toolkit)


def compared(both: dict[str, Server], check: SameInBoth = CHECK) -> CheckResult:
    return sides(both).compare(check).result(check)


def test_as_many_rows_in_every_table(both: dict[str, Server]) -> None:
    """Each ordinary table of both is counted, and its rows are kept as figures."""
    result = compared(both)
    assert result.outcome is Outcome.PASSED
    assert "rows counted in each table, not what is in them" in result.observed
    assert result.figures["both_sides"]["rows"]["public.orders"] == [2000, 2000]


def test_what_the_replica_lacks_fails(both: dict[str, Server]) -> None:
    """Rows that never came, and a table that is there alone."""
    ask(both["orders-prod"].url, "INSERT INTO customers VALUES (51, 'lost'), (52, 'lost')")
    ask(both["orders-there"].url, "CREATE TABLE new (id int)")
    result = compared(both)
    assert result.outcome is Outcome.FAILED
    told = result.figures["both_sides"]
    assert (told["different"], told["strange"]) == (["public.customers"], ["public.new"])
    assert told["rows"]["public.customers"] == [52, 50]


def test_a_replica_that_lacks_rows_of_a_growing_table_never_passes(
    both: dict[str, Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has as many as the lost side had a while ago, and will never have them all."""
    more = "INSERT INTO customers SELECT max(id) + n, 'new' FROM customers, generate_series(1, 2) n GROUP BY n"
    ask(both["orders-prod"].url, more)
    made = sides(both)
    sleep = made._clock.sleep

    def grows(seconds: float) -> None:
        sleep(seconds)
        for each in both.values():
            ask(each.url, more)

    monkeypatch.setattr(made._clock, "sleep", grows)
    result = made.compare(CHECK).result(CHECK)
    assert result.outcome is Outcome.INCONCLUSIVE
    assert result.figures["both_sides"]["moving"] == ["public.customers"]


def test_a_tolerance_lets_replication_lag(both: dict[str, Server]) -> None:
    """As many rows as the team says may be on their way."""
    ask(both["orders-prod"].url, "INSERT INTO customers VALUES (51, 'late')")
    assert compared(both, replace(CHECK, tolerance=Tolerance(1))).outcome is Outcome.PASSED
    assert compared(both).outcome is Outcome.FAILED


def test_it_is_looked_at_before_anything_is_lost(both: dict[str, Server]) -> None:
    """Both have to be there; without a login nobody counts anything."""
    assert sides(both).look() == "orders-prod in us-east-1 (postgres); orders-there in eu-central-1 (postgres)"
    with pytest.raises(NotRecoverable, match="no rds-instance gone in eu-central-1"):
        sides(both, replace(THERE, id="gone")).look()
    with pytest.raises(NotMeasured, match="nothing says how to log in"):
        sides(both, replace(THERE, database=None)).compare(CHECK)
