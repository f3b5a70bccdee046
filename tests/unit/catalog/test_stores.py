"""Stores of a replica: tables are filled and databases made, each from a resource of its own type; checks name them."""

from __future__ import annotations

from pathlib import Path

import pytest

from dr_orchestrator.domain.resource_type import Calls
from dr_orchestrator.errors import CatalogError
from dr_orchestrator.resources import TYPES
from tests.support import workspace
from tests.support.born_shop import BORN_TEMPLATE, declared
from tests.support.estate import INSTANCE
from tests.support.types import load

SHOP = declared(workspace.SHOP)
TAKES = "drills.shop-replica.checks[2]"
STORES = "resources.environment.rebuild.stores"


def told(home: Path, shop: str = SHOP, tiers: str = "") -> list[str]:
    """The mistakes of a workspace, each with its key."""
    made = workspace.write(home, shop=shop, template=BORN_TEMPLATE, tiers=tiers)
    try:
        load(made.drills)
    except CatalogError as wrong:
        return [f"{each.key}: {each.message} ({each.fix})" for each in wrong.problems]
    return []


def test_a_database_is_a_store_and_is_asked_by_its_name(tmp_path: Path) -> None:
    """An instance of the template made from one of the service, with checks by SQL: nothing is wrong with it."""
    assert told(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "key", "message"),
    [
        ("Database: orders-db", "Database: sessions", f"{STORES}.Database",
         "'Database' is of AWS::RDS::DBInstance, and 'sessions' is a dynamodb-table"),
        ("Database: orders-db", "Databse: orders-db", f"{STORES}.Databse",
         "the template has no table or database 'Databse'"),
        ("newest-row: {database: Database,", "newest-row: {", f"{TAKES}.newest-row",
         "in a replica the database has to be named"),
        ("newest-row: {database: Database,", "newest-row: {database: Config,", f"{TAKES}.newest-row.database",
         "'Config' is not among the databases that are made"),
        ("newest-row: {table: heartbeat,", "newest-row: {database: Database, table: heartbeat,",
         "drills.orders-snapshot.checks[0].newest-row.database", "the drill restores one database"),
        (", database: {name: orders, secret: prod/orders}}", "}", f"{TAKES}.newest-row",
         "the resource 'orders-db' does not say how to log in"),
    ],
)  # fmt: skip
def test_what_must_hold_of_a_database_of_a_replica(tmp_path: Path, old: str, new: str, key: str, message: str) -> None:
    """A store of another type, a check of no database or of a table, one nobody can log in to: told by key."""
    shop = SHOP.replace(old, new, 1)
    assert shop != SHOP
    found = [each for each in told(tmp_path, shop) if each.startswith(f"{key}: ")]
    assert any(message in each for each in found), found


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ("{database: Database, table: dr_canary, column: at}", ""),
        ("{database: Database, key: {pk: canary}, attribute: at}", "the marker in a database is a row"),
        ("{database: Config, table: dr_canary, column: at}", "'Config' is not among the databases that are made"),
    ],
)
def test_a_marker_may_be_read_in_a_database_of_a_replica(tmp_path: Path, claim: str, message: str) -> None:
    """`restored-state` with a `database` reads a row there, and nothing else."""
    found = told(tmp_path, f"{SHOP.rstrip()}\n      - {{name: took effect, restored-state: {claim}}}\n")
    assert len(found) == bool(message)
    assert all(message in each for each in found)


OWN = 'replica: {place: drill-account, account: "210987654321"}\n'
ROLES = (
    "roles: {source: 'arn:aws:iam::123456789012:role/r', drill: 'arn:aws:iam::123456789012:role/d',"
    " elsewhere: ['arn:aws:iam::210987654321:role/e']}\n"
)


def test_what_cannot_be_brought_into_an_account_of_its_own_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`dro check` tells it where the store stands, with what can be done, long before anything is begun."""
    assert told(tmp_path / "a", tiers=workspace.TIERS + OWN + ROLES) == []
    of = next(each for each in TYPES if each.carried.all and each.name == INSTANCE.type)
    monkeypatch.setitem(vars(of), "carried", Calls())
    (found,) = told(tmp_path / "b", tiers=workspace.TIERS + OWN + ROLES)
    assert found.startswith(f"{STORES}.Database: a replica in an account of its own cannot be made from the recovery")
    assert "shared or copied" in found
