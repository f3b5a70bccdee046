"""The guard and statements: to a copy of the run, to a source only where a check reads it, and there read-only."""

from __future__ import annotations

from typing import Any

import pytest

from dr_orchestrator.aws.guard import Forbidden, Guard
from dr_orchestrator.domain.statements import READ_ONLY
from dr_orchestrator.resources.aurora_cluster.name import NAME
from tests.support.estate import REGION
from tests.support.guarded import COPY, SOURCES, copy
from tests.support.types import CALLS

SOURCE = "orders-prod"


def arn(name: str, region: str = REGION) -> str:
    return f"arn:aws:rds:{region}:123456789012:cluster:{name}"


def asks(*asked: str) -> Guard:
    return Guard(CALLS, lambda: [copy(COPY, NAME)], SOURCES, asked=frozenset(asked))


def say(guard: Guard, name: str, sql: str = "SELECT 1", transaction: str = "t1", **more: Any) -> None:
    given = {"resourceArn": arn(name), "secretArn": "s", "sql": sql, "transactionId": transaction, **more}
    guard.check("rds-data", "ExecuteStatement", {key: value for key, value in given.items() if value}, REGION)


def begin(guard: Guard, name: str, region: str = REGION) -> None:
    guard.check("rds-data", "BeginTransaction", {"resourceArn": arn(name, region), "secretArn": "s"}, REGION)


def test_a_copy_is_asked_in_transactions_alone() -> None:
    """What is said outside of one is committed at once: no statement to a copy is."""
    begin(asks(), COPY)
    say(asks(), COPY, "SET TRANSACTION READ WRITE")
    with pytest.raises(Forbidden, match="no drill leaves transactionId out"):
        say(asks(), COPY, transaction="")
    with pytest.raises(Forbidden, match="no drill gives it continueAfterTimeout"):
        say(asks(), COPY, continueAfterTimeout=True)
    with pytest.raises(Forbidden, match="is not a copy of this run"):
        begin(asks(), COPY, "eu-west-1")


def test_a_source_that_no_check_reads_is_asked_nothing() -> None:
    """Neither begun with, nor said the statement that would make it read-only."""
    for name in (SOURCE, "unheard-of"):
        with pytest.raises(Forbidden):
            begin(asks(), name)
        with pytest.raises(Forbidden):
            say(asks("other-prod"), name, READ_ONLY)


def test_a_source_is_read_only_once_it_was_told_so() -> None:
    """The very first statement of each transaction says so; PostgreSQL holds to it, and no other transaction counts."""
    guard = asks(SOURCE)
    begin(guard, SOURCE)
    for sql in ("SELECT 1", f"{READ_ONLY} ", "SET TRANSACTION READ WRITE"):
        with pytest.raises(Forbidden):
            say(guard, SOURCE, sql)
    say(guard, SOURCE, READ_ONLY)
    say(guard, SOURCE)
    with pytest.raises(Forbidden):
        say(guard, SOURCE, transaction="t2")
    with pytest.raises(Forbidden):
        say(guard, SOURCE, transaction="")
    with pytest.raises(Forbidden):
        begin(guard, SOURCE, "eu-west-1")
    guard.check("rds-data", "RollbackTransaction", {"resourceArn": arn(SOURCE), "transactionId": "t1"}, REGION)


@pytest.mark.parametrize(
    "sql",
    [
        "SET TRANSACTION READ WRITE",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
        "COMMIT; DROP TABLE orders",
        "SELECT 1; COMMIT",
        "COMMIT",
        "ROLLBACK",
        "SAVEPOINT other",
        "SELECT pg_catalog.set_config('transaction_read_only', 'off', true)",
        "DELETE FROM orders",
        "WITH gone AS (DELETE FROM orders RETURNING 1) SELECT * FROM gone",
        "SELECT * INTO copied FROM orders",
        "SELECT * FROM orders FOR UPDATE",
        "SELECT pg_catalog.pg_terminate_backend(1)",
        "SELECT \"dblink_exec\"('…', 'DELETE FROM orders')",
        "SELECT aws_s3 . /* */ query_export_to_s3 ('SELECT 1', x)",
        "SELECT pg_advisory_lock(1)",
        "SELECT (pid).pg_terminate_backend FROM pg_catalog.pg_stat_activity",
        'SELECT x."pg_sleep" FROM unnest(ARRAY[5.0::float8]) AS x',
        "SELECT (a.row).pid /* */ . pg_cancel_backend FROM a",
        "SELECT pids[1].pg_terminate_backend FROM a",
        "SELECT * FROM ts_stat('SELECT to_tsvector(pg_terminate_backend(1)::text)')",
        "SELECT ts_rewrite('a'::tsquery, 'SELECT 1')",
        "SELECT * FROM crosstab('SELECT 1') AS t(a int)",
        "SELECT bt_index_parent_check('orders_pkey')",
        "SELECT dbms_alert.signal('a', 'b')",
        "SELECT nextval('numbers')",
        "SELECT 'a\\' ; DROP TABLE orders --'",
        "SELECT $a1$ ' $a1$ ; DROP TABLE orders --'",
        "SELECT U&'a' UESCAPE '!'",
        "EXPLAIN (ANALYZE) DELETE FROM orders",
        "EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) DELETE FROM orders",
        "CALL settle()",
        "",
    ],
)
def test_a_source_is_sent_what_reads_alone(sql: str) -> None:
    """Whatever PostgreSQL would make of it in a transaction that can only read: the guard knows a SELECT by itself."""
    guard = asks(SOURCE)
    say(guard, SOURCE, READ_ONLY)
    with pytest.raises(Forbidden, match="a source is not sent that"):
        given = {"resourceArn": arn(SOURCE), "secretArn": "s", "sql": sql, "transactionId": "t1"}
        guard.check("rds-data", "ExecuteStatement", given, REGION)


def test_a_transaction_of_a_source_is_set_to_times_alone() -> None:
    """By values, which are read as well."""
    guard = asks(SOURCE)
    say(guard, SOURCE, READ_ONLY)
    ask = "SELECT pg_catalog.set_config(:p1, :p2, true)"
    told = [{"name": "p1", "value": {"stringValue": "lock_timeout"}}, {"name": "p2", "value": {"stringValue": "5s"}}]
    say(guard, SOURCE, ask, parameters=told)
    for values in ([], [{"name": "p1", "value": {"stringValue": "session_replication_role"}}]):
        with pytest.raises(Forbidden, match="sets what no check sets"):
            say(guard, SOURCE, ask, parameters=values)


@pytest.mark.parametrize(
    "sql",
    [
        "SAVEPOINT dro_1",
        "ROLLBACK TO SAVEPOINT dro_2",
        "SELECT $$; COMMIT$$, E'it\\'s', \"update\" FROM orders /* ; /* */ ; */ -- DROP\n;",
        "(SELECT count(*) FROM aws_orders) UNION TABLE totals",
        "WITH x AS (SELECT substring(aws_region FROM 1 FOR 3) FROM orders) SELECT * FROM x",
        "EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) SELECT 1",
    ],
)
def test_what_checks_say_to_a_source_goes_through(sql: str) -> None:
    """Parts of the transaction, plans, and the team's own SELECT."""
    guard = asks(SOURCE)
    say(guard, SOURCE, READ_ONLY)
    say(guard, SOURCE, sql)


@pytest.mark.parametrize("operation", ["CommitTransaction", "BatchExecuteStatement", "ExecuteSql"])
def test_nothing_else_of_the_service_goes_through(operation: str) -> None:
    """Nothing that is said is ever kept."""
    for name in (COPY, SOURCE):
        with pytest.raises(Forbidden, match="not a call that a drill makes"):
            asks(SOURCE).check("rds-data", operation, {"resourceArn": arn(name), "transactionId": "t1"}, REGION)


def test_a_secret_is_kept_by_rds_for_a_copy_alone() -> None:
    """And a password is given with no such word beside it: each is a call of its own."""
    given = {"DBClusterIdentifier": COPY, "ApplyImmediately": True, "ManageMasterUserPassword": True}
    asks().check("rds", "ModifyDBCluster", given, REGION)
    asks().check("rds", "EnableHttpEndpoint", {"ResourceArn": arn(COPY)}, REGION)
    with pytest.raises(Forbidden):
        asks().check("rds", "ModifyDBCluster", {**given, "MasterUserPassword": "x"}, REGION)
    for service_call, named in (
        ("ModifyDBCluster", {**given, "DBClusterIdentifier": SOURCE}),
        ("EnableHttpEndpoint", {"ResourceArn": arn(SOURCE)}),
    ):
        with pytest.raises(Forbidden, match="is not a copy of this run"):
            asks(SOURCE).check("rds", service_call, named, REGION)
