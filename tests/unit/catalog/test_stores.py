"""Stores of a replica: tables are filled and databases made, each from a resource of its own type; checks name them."""

from __future__ import annotations

from pathlib import Path

import pytest

from dr_orchestrator.domain.resource_type import Calls
from dr_orchestrator.errors import CatalogError
from dr_orchestrator.resources import TYPES
from tests.support import born_cluster, workspace
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
         "the template has no table, database or bucket 'Databse'"),
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


DEEP = (
    "whole-read: {%swithin: 1h}",
    "integrity: {%swithin: 1h}",
    "answers-within: {%ssql: SELECT * FROM orders, limit: 1s}",
    "counts: {%sagainst: source}",
)
COMMAND = "command: {%srun: [pytest]}"
IN_REPLICA = "drills.shop-replica.checks[3]"
NOT_MADE = "'Config' is not among the databases that are made"


@pytest.mark.parametrize(
    ("claim", "database", "message"),
    [
        *((claim, "database: Database, ", "") for claim in (*DEEP, COMMAND)),
        *((claim, "database: Config, ", NOT_MADE) for claim in (*DEEP, COMMAND)),
        *((claim, "", "in a replica the database has to be named") for claim in DEEP),
        (COMMAND, "", ""),
    ],
)
def test_a_deep_check_of_a_replica_names_its_database(tmp_path: Path, claim: str, database: str, message: str) -> None:
    """One that is made from a recovery point; a program alone may do without, and is told the stack's outputs."""
    check = f"      - {{name: deep, mandatory: false, {claim % database}}}\n"
    found = told(tmp_path, f"{SHOP.rstrip()}\n{check}")
    assert [each.partition(":")[0].startswith(IN_REPLICA) and message in each for each in found] == [True] * bool(
        message
    )


@pytest.mark.parametrize("claim", (*DEEP, COMMAND))
def test_the_one_database_of_a_drill_needs_no_naming(tmp_path: Path, claim: str) -> None:
    """Of an instance or a cluster the check has one to ask: a name there is a mistake of another drill's."""
    check = f"      - {{name: deep, mandatory: false, {claim % 'database: Database, '}}}\n"
    found = told(tmp_path, SHOP.replace("  sessions-pitr:", f"{check}  sessions-pitr:", 1))
    assert ["the drill restores one database, which needs no naming" in each for each in found] == [True]


def test_each_database_may_be_read_whole_once(tmp_path: Path) -> None:
    """A second whole-read of the same finds no cold block; of another database it is a first."""
    twice = "".join(
        f"      - {{name: {name}, mandatory: false, whole-read: {{database: Database, within: 1h}}}}\n" for name in "ab"
    )
    (found,) = told(tmp_path, f"{SHOP.rstrip()}\n{twice}")
    assert "'a' reads the copy already" in found


def test_a_cluster_is_a_store_too(tmp_path: Path) -> None:
    """An Aurora cluster of the template made from one of the service, each read whole beside the instance."""
    both = "".join(
        f"      - {{name: {name}, mandatory: false, whole-read: {{database: {name}, within: 1h}}}}\n"
        for name in ("Database", "Boards")
    )
    boards = SHOP.replace("\n  sessions: {type", f"\n{born_cluster.BOARDS}", 1)
    shop = boards.replace("Database: orders-db", "Database: orders-db, Boards: boards-db").rstrip()
    made = workspace.write(tmp_path, shop=f"{shop}\n{both}", template=born_cluster.BOTH)
    assert load(made.drills).drills["shop-replica"].stores["Boards"].type == "aurora-cluster"


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


@pytest.mark.parametrize(("hidden", "never"), [("", False), (", NoEcho: true", True)])
def test_no_secret_is_asked_for_in_a_drill_file(tmp_path: Path, hidden: str, never: bool) -> None:
    """A parameter needs a value; of one that hides what it is given, the fix says that no secret of production's is."""
    lacking = f"Parameters:\n  Password: {{Type: String{hidden}}}\n  EnvironmentName: {{Type: String}}"
    template = BORN_TEMPLATE.replace("Parameters: {EnvironmentName: {Type: String}}", lacking)
    made = workspace.write(tmp_path, shop=SHOP, template=template)
    with pytest.raises(CatalogError) as wrong:
        load(made.drills)
    (fix,) = (each.fix for each in wrong.value.problems if "'Password' has no default" in each.message)
    assert ("any value but production's" in fix) is never


INNER = """
Parameters: {EnvironmentName: {Type: String}}
Resources:
  Data: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: data.yaml}}
  Far: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: "https://templates.s3.amazonaws.com/far.yaml"}}
"""
WITHIN = SHOP.replace("{Config: {resource", "{Data/Config: {resource").replace(
    "Database: orders", "Data/Database: orders"
)
NAMED = WITHIN.replace("table: Config", "table: Data/Config").replace("database: Database", "database: Data/Database")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("", "", ""),
        ("fill: items", "fill: import", "'Data/Config' is of a stack within, into which CloudFormation imports"),
        ("Data/Config: {", "Config: {", "no table, database or bucket 'Config' (name its stack: Data/Config)"),
        ("Data/Config: {", "Far/Config: {", "(the template of Far is not beside this one"),
    ],
)  # fmt: skip
def test_a_store_of_a_stack_within_is_named_by_its_way(tmp_path: Path, old: str, new: str, said: str) -> None:
    """`Data/Config` is the table of the stack within; what it may not be is told with what to write."""
    made = workspace.write(tmp_path, shop=NAMED.replace(old, new), template=INNER)
    (made.drills / "infrastructure" / "data.yaml").write_text(BORN_TEMPLATE)
    try:
        drill = load(made.drills).drills["shop-replica"]
    except CatalogError as wrong:
        found = [f"{each.message} ({each.fix})" for each in wrong.problems]
        assert said
        assert any(said in each for each in found), found
    else:
        assert not said
        assert set(drill.stores) == {"Data/Config", "Data/Database"}


def test_a_replica_asks_its_databases_at_their_addresses(tmp_path: Path) -> None:
    """What the Data API asks may be restored into one; the check that would ask it there is refused."""
    shop = born_cluster.declared(workspace.SHOP)
    by_statements = shop.replace("reset_password: true}}", "via: data-api}}")
    assert by_statements != shop
    for text, message in ((shop, ""), (by_statements, "in a replica a database is asked at its address")):
        made = workspace.write(tmp_path / str(bool(message)), shop=text, template=born_cluster.TEMPLATE)
        try:
            load(made.drills)
            found = []
        except CatalogError as wrong:
            found = [f"{each.key}: {each.message}" for each in wrong.problems]
        assert [message in each and f"{TAKES}.newest-row" in each for each in found] == [True] * bool(message)
