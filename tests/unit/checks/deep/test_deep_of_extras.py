"""What deep checks say to SQL Server and to Oracle, and make of the answers, as their vendors describe them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlglot

from dr_orchestrator.checks.deep.command.running import of_login
from dr_orchestrator.checks.deep.engine import CutShort, Damaged, Engine, Stretch, Unread
from dr_orchestrator.checks.deep.oracle import Oracle
from dr_orchestrator.checks.deep.sqlserver import SQLServer
from dr_orchestrator.checks.deep.sqlserver.proofs import is_fault
from dr_orchestrator.checks.speech import of
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.waiting import sqlserver
from dr_orchestrator.waiting.driven import CUT, GONE, EngineError
from dr_orchestrator.waiting.oracle import names
from tests.support.plans import explained
from tests.support.scripted import Answer, Scripted

INSTANT = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
SERVER: Mapping[str, Answer] = {
    "COALESCE(SUM(a.total_pages)": [
        ("dbo", "orders", 11, 1, "PK_orders", 1, False, 100),
        ("dbo", "orders", 11, 2, "by_customer", 2, False, 20),
        ("dbo", "orders", 11, 3, "open_ones", 2, True, 5),
        ("dbo", "orders", 11, 4, "as_columns", 6, False, 7),
        ("dbo", "notes]s", 12, 0, None, 0, False, 0),
    ],
    "c.max_length = -1": [("body", "nvarchar"), ("old", "ntext")],
    "HAS_PERMS_BY_NAME": [(1,)],
    "FROM sys.databases WHERE name": [("billing",), ("master",), ("rdsadmin",)],
    "page_verify": [("CHECKSUM",)],
    "sys.sequences": [("dbo.numbers", 41), ("dbo.orders.id", None)],
    "OBJECT_ID(%s) AND c.name": [("datetimeoffset",)],
    "SELECT OBJECT_ID": [(11,)],
    "FROM sys.objects": [("U", "USER_TABLE", False, 0, False, "dbo", "orders")],
    "VIEW DEFINITION": [(1,)],
    "security_predicates": [(0,)],
    "SELECT COUNT_BIG": [(7,)],
}
ORACLE: Mapping[str, Answer] = {
    "SELECT t.owner, t.table_name": [("SHOP", "ORDERS", 100), ("SHOP", "notes", 0)],
    "leaf_blocks": [("SHOP", "BY_CUSTOMER", "SHOP", "ORDERS", 20)],
    "data_type IN ('LONG'": [("SHOP", "OLD", "BODY", "LONG")],
    "SELECT column_name, data_type": [
        ("ID", "NUMBER", None),
        ("BODY", "CLOB", None),
        ("SCAN", "BLOB", None),
        ("OLD", "LONG", None),
        ("PLACE", "SDO_GEOMETRY", "MDSYS"),
    ],
    "SESSION_PRIVS WHERE privilege IN": [(1,)],
    "CDB_NAME": [(None,)],
    "db_block_checksum": [("TYPICAL",)],
    "last_number": [("SHOP.NUMBERS", 41)],
    "SELECT data_type FROM": [("TIMESTAMP(6) WITH TIME ZONE",)],
    "ALL_OBJECTS": [("TABLE",)],
    "COUNT(*) FROM SYS.ALL_TABLES t": [(1,)],
    "virtual_column FROM": [("NO",)],
    "ALL_POLICIES": [(0,)],
    "CURRENT_SCHEMA": [("SHOP",)],
    "SELECT COUNT(*)": [(7,)],
}
BOTH = pytest.mark.parametrize("word", ["sqlserver", "oracle"])


def asked(word: str, more: Mapping[str, Answer] | None = None) -> tuple[Engine, Scripted]:
    script = SERVER if word == "sqlserver" else ORACLE
    quote = sqlserver.quote if word == "sqlserver" else names.quote
    own = more or {}
    made = Scripted(of(word), quote, {**own, **{part: each for part, each in script.items() if part not in own}})
    return SQLServer() if word == "sqlserver" else Oracle(), made


def test_all_that_sql_server_holds_is_surveyed() -> None:
    """Tables and plain indexes are read; others, and other databases, are told as left or beside."""
    engine, connection = asked("sqlserver")
    found = engine.survey(connection)
    assert [each.name for each in found.relations] == ["dbo.orders", "dbo.orders, index by_customer", "dbo.notes]s"]
    assert [each.size for each in found.relations] == [819200, 163840, 8192]
    assert [each.name for each in found.left] == ["dbo.orders, index open_ones", "dbo.orders, index as_columns"]
    assert found.beside == ("the database billing",)
    assert engine.tables(connection) == ["dbo.orders", "dbo.notes]s"]


def test_all_that_oracle_holds_is_surveyed() -> None:
    """Tables are read; indexes are left, and what no function reads, or nobody sees from here, is beside."""
    engine, connection = asked("oracle")
    found = engine.survey(connection)
    assert [each.name for each in found.relations] == ["SHOP.ORDERS", "SHOP.notes"]
    assert [each.name for each in found.left] == ["SHOP.ORDERS, index SHOP.BY_CUSTOMER"]
    assert found.beside == ("SHOP.OLD.BODY, a long",)
    assert engine.tables(connection) == ["SHOP.ORDERS", 'SHOP."notes"']
    _, container = asked("oracle", {"CDB_NAME": [("RDSCDB",)], "privilege IN": [(0,)]})
    told = " ".join(engine.survey(container).beside)
    assert "SELECT ANY TABLE" in told
    assert "other tenant database of RDSCDB" in told


@BOTH
def test_a_table_is_read_with_all_that_it_keeps_elsewhere(word: str) -> None:
    """Each row, and each large value to its end."""
    engine, connection = asked(word)
    survey = engine.survey(connection)
    for each in survey.relations:
        engine.reader(connection)(Stretch(each, 0, each.blocks), 60.0)
    said = next(each for each in connection.said if "BINARY_CHECKSUM(*)" in each or "FULL(t)" in each)
    if word == "sqlserver":
        assert "HASHBYTES('SHA2_256', CONVERT(varbinary(max), [body]))" in said
        assert "CONVERT(nvarchar(max), [old])" in said
        assert said.endswith("FROM [dbo].[orders] WITH (INDEX(1))")
        assert "SELECT COUNT_BIG(*) FROM [dbo].[orders] WITH (INDEX(2))" in connection.said
    else:
        assert 'SUM(ORA_HASH(t."ID")), SUM(SYS.DBMS_LOB.INSTR(t."BODY"' in said
        assert 't."OLD"' not in said
        assert 't."PLACE"' not in said
    assert 60.0 in connection.seconds


@BOTH
@pytest.mark.parametrize("kind", ["damaged", "cut", "denied", "gone"])
def test_what_is_not_read_is_told_for_what_it_is(word: str, kind: str) -> None:
    """Damage by the numbers of damage; a time that was over; a right that is missing; an end that tells nothing."""
    damaged = 824 if word == "sqlserver" else 1578
    code = {"damaged": damaged, "cut": CUT, "denied": 229, "gone": GONE}[kind]
    engine, sound = asked(word)
    first = engine.survey(sound).relations[0]
    _, connection = asked(word, {"CHECKSUM_AGG": EngineError(code, "words"), "FULL(t)": EngineError(code, "words")})
    wanted = {"damaged": Damaged, "cut": Unread, "denied": Unread, "gone": EngineError}[kind]
    with pytest.raises(wanted, match="within 60 s" if kind == "cut" else "words"):
        engine.reader(connection)(Stretch(first, 0, first.blocks), 60.0)


@BOTH
def test_an_engine_proves_what_it_can(word: str) -> None:
    """The structure of each table, damage that was met, indexes, checksums."""
    engine, connection = asked(word)
    facts = {fact.about: fact for fact in engine.proofs(connection, lambda: 60.0)}
    assert all(fact.asked and not fact.wrong for fact in facts.values())
    assert {"check-table", "checksums", "indexes"} <= facts.keys()
    assert "2 tables sound" in facts["check-table"].told
    assert not facts["checksums"].of_data
    asks = [each for each in connection.said if each.startswith(("DBCC", "ANALYZE"))]
    if word == "sqlserver":
        assert asks[1] == "DBCC CHECKTABLE (N'[dbo].[notes]]s]') WITH NO_INFOMSGS, ALL_ERRORMSGS"
    else:
        assert asks[1] == 'ANALYZE TABLE "SHOP"."notes" VALIDATE STRUCTURE CASCADE ONLINE'
        assert "SET TRANSACTION READ ONLY" in connection.said


@BOTH
def test_what_is_wrong_and_what_was_refused_are_told_apart(word: str) -> None:
    """A fault by its number is wrong; a right that is missing was not asked, and the next question is."""
    code = 8939 if word == "sqlserver" else 1499
    fault: dict[str, Answer] = {"DBCC": EngineError(code, "page torn"), "ANALYZE": EngineError(code, "page torn")}
    fault |= {"is_disabled = 1": [("dbo.orders", "by_x")], "UNUSABLE": [("SHOP.BY_X",)]}
    engine, connection = asked(word, fault)
    facts = {fact.about: fact for fact in engine.proofs(connection, lambda: 60.0)}
    assert len(facts["check-table"].wrong) == 2
    assert facts["indexes"].wrong
    refused: dict[str, Answer] = {
        part: EngineError(262, "permission denied") for part in ("DBCC", "ANALYZE", "suspect_p")
    }
    refused |= {"BLOCK_CORRUPTION": EngineError(942, "table or view does not exist")}
    engine, connection = asked(word, refused)
    facts = {fact.about: fact for fact in engine.proofs(connection, lambda: 60.0)}
    assert not facts["check-table"].asked
    assert not facts["check-table"].wrong
    assert [fact.asked for fact in facts.values()].count(False) == 2
    late = {fact.about: fact for fact in engine.proofs(asked(word)[1], lambda: 0.0)}
    assert "time was over after 0 of 2 tables" in late["check-table"].told


def test_checksums_that_are_not_kept_are_told() -> None:
    """Then nothing of them was asked."""
    for word, part, row in (("sqlserver", "page_verify", "TORN_PAGE_DETECTION"), ("oracle", "db_block", "OFF")):
        engine, connection = asked(word, {part: [(row,)]})
        (fact,) = (fact for fact in engine.proofs(connection, lambda: 60.0) if fact.about == "checksums")
        assert not fact.asked


@BOTH
def test_rows_are_counted_up_to_the_restored_instant(word: str) -> None:
    """By a column whose zone is known; a table that is not there is told as such."""
    engine, connection = asked(word)
    assert engine.count(connection, "orders", "", None, 60.0) == 7
    assert engine.count(connection, "orders", "made_at", INSTANT, 60.0) == 7
    wanted = INSTANT if word == "sqlserver" else "2026-05-01T12:00:00.000000+00:00"
    assert connection.given[-1] == (wanted,)
    zoneless: dict[str, Answer] = {"OBJECT_ID(%s) AND c.name": [("datetime2",)], "SELECT data_type FROM": [("DATE",)]}
    with pytest.raises(NotMeasured, match="time zone is not known"):
        engine.count(asked(word, zoneless)[1], "orders", "made_at", INSTANT, 60.0)
    gone: dict[str, Answer] = {"SELECT OBJECT_ID": [(None,)], "WHERE 1 = 0": EngineError(942, "does not exist")}
    assert engine.count(asked(word, gone)[1], "orders", "", None, 60.0) is None


@BOTH
def test_last_numbers_are_listed(word: str) -> None:
    """Of sequences, and where columns number themselves of those."""
    engine, connection = asked(word)
    found = engine.inventory(connection)
    assert found.extensions == {}
    assert 41 in found.sequences.values()


def test_a_statement_is_cut_short_once_it_is_judged() -> None:
    """It is judged once, before the first run that is timed; the time of it is over as the driver says."""
    plan: Answer = explained(("TABLE ACCESS", "SHOP.ORDERS"))
    script: dict[str, Answer] = {"EXPLAIN PLAN": (), "PLAN_TABLE$ WHERE": plan}
    engine, connection = asked("oracle", {**script, "SELECT slow": EngineError(CUT, "timed out")})
    for _ in range(2):
        with pytest.raises(CutShort):
            engine.answer(connection, "SELECT slow FROM orders")
    assert sum("EXPLAIN PLAN" in each for each in connection.said) == 1


def test_production_goes_first() -> None:
    """A lock that is not to be had at once is not waited for; what reads Oracle holds none."""
    for word, said in (("sqlserver", 1), ("oracle", 0)):
        engine, connection = asked(word)
        engine.careful(connection)
        assert len(connection.said) == said


def test_numbers_of_faults_are_those_of_dbcc() -> None:
    """Rights, locks and snapshots that cannot be made are none."""
    assert all(map(is_fault, (824, 2533, 8928, 8990)))
    assert not any(map(is_fault, (262, 1222, 1823, 7983, 5030)))


def test_a_program_is_told_in_the_words_of_its_clients() -> None:
    """sqlcmd reads all of it from its environment; SQL*Plus the place alone."""
    login = Login("copy", 1433, "shop", "reader", "hunter2", addresses=("10.0.0.7",), engine="sqlserver-se")
    told = of_login(login).variables
    assert told["SQLCMDSERVER"] == "10.0.0.7,1433"
    assert (told["SQLCMDUSER"], told["SQLCMDPASSWORD"], told["SQLCMDDBNAME"]) == ("reader", "hunter2", "shop")
    oracle = of_login(Login("copy", 2484, "ORCL", "reader", "hunter2", tls="verify-full", engine="oracle-ee")).variables
    assert oracle["TWO_TASK"] == "tcps://copy:2484/ORCL"
    assert oracle["DRO_COPY_PASSWORD"] == "hunter2"
    assert not any(each.startswith("PG") for each in (*told, *oracle))


@pytest.mark.parametrize(("word", "dialect"), [("sqlserver", "tsql"), ("oracle", "oracle")])
def test_all_that_is_said_is_sql_of_the_engine(word: str, dialect: str) -> None:
    """As a parser of its dialect reads it; what it does not know is what only that server has a word for."""
    engine, connection = asked(word)
    survey = engine.survey(connection)
    for each in survey.relations:
        engine.reader(connection)(Stretch(each, 0, each.blocks), 60.0)
    list(engine.proofs(connection, lambda: 60.0))
    engine.inventory(connection)
    engine.count(connection, "orders", "made_at", INSTANT, 60.0)
    connection.speech.started(Scripted(connection.speech, connection.quote, {"": [(1, 2, "x")]}))
    own = ("DBCC", "ANALYZE", "ROLLBACK", "SET ", "EXPLAIN")
    for said in (each for each in connection.said if not each.startswith(own)):
        parsed: list[Any] = sqlglot.parse(re.sub(r"%s|(?<!\d):\d", "'x'", said), dialect=dialect)
        assert len(parsed) == 1
        assert isinstance(parsed[0], sqlglot.exp.Query), said
