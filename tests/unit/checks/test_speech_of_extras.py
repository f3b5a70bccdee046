"""What checks say to SQL Server and to Oracle, and make of the answers, as their vendors describe them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
import sqlglot

from dr_orchestrator.checks import sql as checks
from dr_orchestrator.checks.connection import asking
from dr_orchestrator.checks.speech.oracle import Oracle, probe
from dr_orchestrator.checks.speech.sqlserver import SQLServer, plan
from dr_orchestrator.domain.drill import NewestRow, Query, RowsAtLeast
from dr_orchestrator.domain.service import Login
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import LoginRefused, NotMeasured, NotRecoverable
from dr_orchestrator.waiting import sqlserver
from dr_orchestrator.waiting.driven import CUT, GONE, EngineError
from dr_orchestrator.waiting.oracle import names
from tests.support.plans import explained, showplan
from tests.support.scripted import Answer, Scripted
from tests.support.tds_server import tds_server

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
ORDINARY: Mapping[str, Mapping[str, Answer]] = {
    "sqlserver": {
        "FROM sys.objects": [("U", "USER_TABLE", False, 0, False, "dbo", "orders")],
        "sys.tables t": [(1,)],
        "VIEW DEFINITION": [(1,)],
        "security_predicates": [(0,)],
    },
    "oracle": {
        "ALL_OBJECTS": [("TABLE",)],
        "ALL_TABLES t": [(1,)],
        "virtual_column": [("NO",)],
        "ALL_POLICIES": [(0,)],
        "CURRENT_SCHEMA": [("SHOP",)],
    },
}


def asked(engine: str, script: Mapping[str, Answer]) -> Scripted:
    if engine == "oracle":
        return Scripted(Oracle(), names.quote, script)
    return Planned(SQLServer(), sqlserver.quote, script)


class Planned(Scripted):
    """SQL Server's: under SHOWPLAN_XML it answers by `plan` in place of all that it would."""

    plan: Answer = showplan("SELECT", reads=("shop.dbo.orders",))
    planning = False

    def execute(self, statement: str, given: Any = None) -> Any:
        script = self.script
        if "SHOWPLAN_XML" in statement:
            self.planning = statement.endswith("ON")
        elif self.planning:
            self.script = {"": self.plan}
        try:
            return super().execute(statement, given)
        finally:
            self.script = script


def both(rows: Answer, part: str) -> list[Scripted]:
    """Both engines, which answer what has that part by those rows, and tell of an ordinary table."""
    plan: Answer = explained(("TABLE ACCESS", "SHOP.ORDERS"))
    return [
        asked("sqlserver", {**ORDINARY["sqlserver"], part: rows}),
        asked("oracle", {"PLAN_TABLE$ WHERE": plan, **ORDINARY["oracle"], part: rows}),
    ]


def test_rows_are_counted_and_believed_where_a_table_was_read() -> None:
    """By one statement, and by the plan that the server has of it."""
    for connection in both([(7,)], "SELECT COUNT"):
        result = checks._perform(RowsAtLeast("r", "orders", 5), connection, NOW)
        assert (result.outcome, result.observed) == (Outcome.PASSED, "7 rows")


def test_a_newest_row_is_an_instant_of_a_known_zone() -> None:
    """SQL Server tells it with its offset; Oracle as a text, with one where the type has one."""
    server, _ = both([(NOW - timedelta(minutes=1),)], "MAX([at])")
    assert checks._perform(NewestRow("n", "orders", "at"), server, NOW).newest == NOW - timedelta(minutes=1)
    _, oracle = both([("2026-05-01T13:59:00.000000+02:00",)], 'TO_CHAR(MAX("AT"))')
    assert checks._perform(NewestRow("n", "orders", "at"), oracle, NOW).newest == NOW - timedelta(minutes=1)
    _, zoneless = both([("2026-05-01T11:59:00",)], 'TO_CHAR(MAX("AT"))')
    with pytest.raises(NotMeasured, match="no time zone"):
        checks._perform(NewestRow("n", "orders", "at"), zoneless, NOW)


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        (showplan("SELECT", "DELETE"), "one statement, and the server reads 2"),
        (showplan("COMMIT TRANSACTION"), "reads COMMIT TRANSACTION"),
        (showplan("SELECT INTO"), "reads SELECT INTO"),
        ([], "reads 0 in it"),
        (showplan("SELECT", by="Remote Query"), "asks another server"),
    ],
)
def test_sql_server_performs_no_text_but_one_select(plan: Answer, why: str) -> None:
    """It has no session that only reads: its own plan of the text is asked first, and nothing is said after it."""
    connection = asked("sqlserver", ORDINARY["sqlserver"])
    connection.plan = plan  # type: ignore[attr-defined]
    with pytest.raises(NotMeasured, match=why):
        checks._perform(Query("q", "SELECT 1 FROM orders", "1"), connection, NOW)
    assert connection.said == ["SET SHOWPLAN_XML ON", "SELECT 1 FROM orders", "SET SHOWPLAN_XML OFF"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("SELECT 1 FROM orders; DROP TABLE orders", "; stands within"),
        ("SELECT 1 FROM orders DROP TABLE orders", "DROP is a word of another statement"),
        ("SELECT 1DROP TABLE orders", "a number ends where a word begins"),
        ("SELECT 1 FROM orders --x\rDELETE orders", "line that not everybody ends there"),
        ("SELECT 1 /* /* */ */ EXEC sp_who", "EXEC is a word"),
        ("SELECT 1 /* /* */ ' */ DROP TABLE orders --'", "DROP is a word"),
        ("SELECT 1 FROM orders USE master", "USE is a word"),
        ("SELECT 1 FROM orders SELECT 2", "a second SELECT begins"),
        ("SELECT 1 x: TRUNCATE TABLE orders", "TRUNCATE is a word"),
        ("SELECT 1 \uff24\uff32\uff2f\uff30 TABLE orders", "DROP is a word"),
        ("SELECT 1 END CONVERSATION 'x'", "CONVERSATION is a word"),
        ("SELECT 1 FETCH NEXT FROM c", "FETCH is a word"),
        ("SELECT 1 MERGE orders USING x ON 1=1 WHEN MATCHED THEN SET a=1", "MERGE is a word"),
        ("sp_who", "begins with none"),
        ("SELECT 'a", "where its quote ends"),
        ("SELECT (1", "brackets are not even"),
        ("(SELECT 1) SELECT 2", "a second SELECT begins"),
        ("SELECT * FROM OPENQUERY(prod, 'EXEC settle')", "asks another server .OPENQUERY"),
        ("SELECT * FROM orders o, prod.shop..orders", "asks another server .a name of four parts"),
        ("SELECT 1 FROM orders o JOIN x ON 1 = 1, [prod]...orders", "asks another server .a name of four parts"),
        ("SELECT * FROM orders WITH (ROWLOCK, UPDLOCK)", "locks what it reads .UPDLOCK"),
    ],
)
def test_a_text_of_several_is_refused_whatever_its_plan_shows(text: str, why: str) -> None:
    """SQL Server needs no mark between statements, and a plan may leave one out: it is not even planned."""
    for ask in ("query", "data_read"):
        connection = asked("sqlserver", ORDINARY["sqlserver"])
        with pytest.raises(NotMeasured, match=why):
            getattr(connection.speech, ask)(connection, *((text, 2) if ask == "query" else (text,)))
        assert connection.said == []


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 'a; DROP', [drop], \"delete\" FROM t /* ; /* DROP */ ; */ -- EXEC\n;",
        "WITH a AS (SELECT 1 x) SELECT x FROM a UNION ALL SELECT 2 EXCEPT (SELECT 3)",
        "SELECT x FROM t ORDER BY 1 OFFSET 1 ROWS FETCH NEXT 1 ROWS ONLY OPTION (MERGE JOIN, USE HINT('a'))",
        "SELECT shop.dbo.t.x FROM shop.dbo.t, u JOIN v ON v.y = shop.dbo.u.y WHERE shop.dbo.t.x IN (1, 2)",
        "SELECT CASE WHEN a >= 1.5e3 THEN 0x1F END FROM dbo.t a INNER MERGE JOIN u ON a.x = u.[up]]date]",
    ],
)
def test_one_select_is_planned_whatever_stands_in_its_quotes(text: str) -> None:
    """Quotes, comments that hold others, sets, hints."""
    connection = asked("sqlserver", ORDINARY["sqlserver"])
    connection.speech.query(connection, text, 2)
    assert connection.said[0] == "SET SHOWPLAN_XML ON"


@pytest.mark.parametrize(
    "text",
    [
        "WITH FUNCTION f RETURN NUMBER IS PRAGMA AUTONOMOUS_TRANSACTION; BEGIN DELETE orders; COMMIT; RETURN 1; END; "
        "SELECT f FROM dual",
        "SELECT /*+ WITH_PLSQL */ * FROM (with/* */function f RETURN NUMBER IS BEGIN RETURN 1; END; SELECT f)",
        "WITH -- q'[\nPROCEDURE p IS BEGIN NULL; END; SELECT 1 FROM dual",
        "SELECT q'[ ]' || q'! ' !' FROM (WITH FUNCTION f RETURN NUMBER IS BEGIN RETURN 1; END; SELECT f FROM dual)",
    ],
)
def test_a_function_of_the_statements_own_is_not_even_planned(text: str) -> None:
    """Its transaction may be its own, which no read-only one binds: Oracle is not asked."""
    connection = asked("oracle", ORDINARY["oracle"])
    with pytest.raises(NotMeasured, match="function of its own"):
        connection.speech.query(connection, text, 2)
    assert connection.said == []


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM orders@prod",
        'SELECT settle @ /* */ "prod" FROM orders',
        "SELECT UTL_HTTP.REQUEST('http://prod') FROM orders",
        "SELECT sys . \"DBMS_PIPE\".send_message('x') FROM orders",
        "SELECT HTTPURITYPE('http://prod').getclob() FROM orders",
    ],
)
def test_oracle_is_not_asked_for_the_plan_of_what_acts_or_asks_another_server(text: str) -> None:
    """A link is followed for the plan already, and no plan shows what a function does."""
    for ask in ("query", "data_read"):
        connection = asked("oracle", ORDINARY["oracle"])
        with pytest.raises(NotMeasured, match=r"another server|may act"):
            getattr(connection.speech, ask)(connection, *((text, 2) if ask == "query" else (text,)))
        assert connection.said == []


def test_oracles_own_functions_that_reckon_are_called() -> None:
    """The length of a large object, say; an address in a text is a text."""
    text = "SELECT DBMS_LOB.GETLENGTH(a), 'x@y', utl_http FROM t"
    connection = asked("oracle", {"PLAN_TABLE$ WHERE": explained(("TABLE ACCESS", "SHOP.T")), **ORDINARY["oracle"]})
    connection.speech.query(connection, text, 2)


def test_oracles_quotes_hold_what_they_hold() -> None:
    """Words in them declare nothing."""
    text = "WITH x AS (SELECT q'[with function ' ]' a, 'with function' b, \"PRAGMA\" FROM t) SELECT a FROM x"
    connection = asked("oracle", {"PLAN_TABLE$ WHERE": explained(("TABLE ACCESS", "SHOP.T")), **ORDINARY["oracle"]})
    connection.speech.query(connection, text, 2)
    assert connection.said[-1].startswith("WITH x AS")


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        (explained(first="CREATE TABLE STATEMENT"), "reads: create table statement"),
        (explained(first="DELETE STATEMENT"), "reads: delete statement"),
        (explained(("SEQUENCE", "SHOP.NUMBERS")), "next number of a sequence"),
        (explained(("FOR UPDATE", "")), "FOR UPDATE"),
        ([], "reads: nothing"),
    ],
)
def test_oracle_performs_no_text_but_a_select(plan: Answer, why: str) -> None:
    """DDL would end its read-only transaction: its own plan of the text is asked first, and taken back."""
    connection = asked("oracle", {"PLAN_TABLE$ WHERE": plan})
    with pytest.raises(NotMeasured, match=why):
        checks._perform(Query("q", "SELECT 1 FROM orders", "1"), connection, NOW)
    assert connection.said[-2:] == ["ROLLBACK", "SET TRANSACTION READ ONLY"]
    assert "SELECT 1 FROM orders" not in connection.said


def test_a_next_number_is_not_drawn() -> None:
    """Nothing gives it back, and in production that would be a change."""
    connection = asked("sqlserver", ORDINARY["sqlserver"])
    with pytest.raises(NotMeasured, match="sequence"):
        connection.speech.query(connection, "SELECT NEXT/* /* */ */ VALUE for numbers", 2)


def test_plans_that_may_not_be_seen_are_told_with_what_to_grant() -> None:
    """SHOWPLAN is a right of its own; the session is left as it was."""
    connection = asked("sqlserver", {})
    connection.plan = EngineError(262, "SHOWPLAN permission denied in database 'shop'.")  # type: ignore[attr-defined]
    with pytest.raises(NotMeasured, match="SHOWPLAN permission denied") as told:
        connection.speech.query(connection, "SELECT 1 FROM orders", 2)
    assert "GRANT SHOWPLAN" in told.value.hint
    assert connection.said[-1] == "SET SHOWPLAN_XML OFF"


def test_a_query_is_answered_and_judged_once() -> None:
    """Its plan is asked for once on a connection, for what it may do and for what it reads."""
    for connection in both([("42",)], "SELECT total"):
        for _ in range(2):
            result = checks._perform(Query("q", "SELECT total FROM orders", "42"), connection, NOW)
            assert result.outcome is Outcome.PASSED
        assert sum("SHOWPLAN_XML ON" in each or "EXPLAIN PLAN" in each for each in connection.said) == 1


@pytest.mark.parametrize(
    ("engine", "plan"),
    [
        ("sqlserver", showplan("SELECT")),
        ("sqlserver", showplan("SELECT", reads=("master.sys.sysobjects",))),
        ("oracle", explained(("FAST DUAL", ""))),
        ("oracle", explained(("TABLE ACCESS", "SHOP.ORDERS"), never=True)),
    ],
)
def test_what_reads_no_table_of_the_copy_is_no_witness(engine: str, plan: Answer) -> None:
    """A constant, the server's own tables, a condition that is never met."""
    script = {"PLAN_TABLE$ WHERE": plan, **ORDINARY[engine]}
    connection = asked(engine, script)
    if isinstance(connection, Planned):
        connection.plan = plan
    with pytest.raises(NotMeasured, match="reads no table of the copy"):
        connection.speech.data_read(connection, "SELECT 1")


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        (explained(("REMOTE", "")), "database link"),
        (explained(("EXTERNAL TABLE ACCESS", "SHOP.FILE")), "external table"),
    ],
)
def test_rows_of_elsewhere_are_no_copy_in_oracle(plan: Answer, why: str) -> None:
    """By a link that a synonym or a view leads to, or in a file."""
    connection = asked("oracle", {"PLAN_TABLE$ WHERE": plan, **ORDINARY["oracle"]})
    with pytest.raises(NotMeasured, match=why):
        connection.speech.data_read(connection, "SELECT 1 FROM orders_of_there")


@pytest.mark.parametrize(
    ("engine", "part", "row", "why"),
    [
        ("sqlserver", "sys.objects", ("V", "VIEW", None, None, None, "dbo", "orders"), "view, no ordinary table"),
        ("sqlserver", "sys.objects", ("SN", "SYNONYM", None, None, None, "dbo", "orders"), "synonym, no ordinary"),
        ("sqlserver", "sys.objects", ("U", "USER_TABLE", True, 0, False, "dbo", "orders"), "external table"),
        ("sqlserver", "sys.objects", ("U", "USER_TABLE", False, 1, False, "dbo", "orders"), "in memory alone"),
        ("sqlserver", "sys.objects", ("U", "USER_TABLE", False, 0, True, "dbo", "orders"), "computed column"),
        ("sqlserver", "security_predicates", (1,), "security policy"),
        ("sqlserver", "VIEW DEFINITION", (0,), "whoever has VIEW DEFINITION alone"),
        ("oracle", "ALL_OBJECTS", ("VIEW",), "a view, no ordinary table"),
        ("oracle", "ALL_OBJECTS", ("SYNONYM",), "a synonym, no ordinary"),
        ("oracle", "ALL_TABLES t", (0,), "keeps its rows elsewhere"),
        ("oracle", "virtual_column", ("YES",), "virtual column"),
        ("oracle", "ALL_POLICIES", (1,), "security policy"),
    ],
)
def test_a_heartbeat_is_a_stored_column_of_an_ordinary_table(
    engine: str, part: str, row: tuple[Any, ...], why: str
) -> None:
    """All else may be made as it is read, or hidden from the login."""
    script = {part: [row], **{key: each for key, each in ORDINARY[engine].items() if part not in key}}
    connection = asked(engine, script)
    with pytest.raises(NotMeasured, match=why):
        connection.speech.ordinary(connection, "orders", "at", "")


@pytest.mark.parametrize("engine", ["sqlserver", "oracle"])
def test_a_server_is_known_by_its_start(engine: str) -> None:
    """By its own clock, whatever its time zone: how long it is up, and what it is now."""
    connection = asked(engine, {"start": [(60, 1_000_000, "host")], "create_date": [(60, 1_000_000, "host")]})
    started = connection.speech.started(connection)
    assert (started.at, started.now, started.place) == (999_940.0, 1_000_000.0, "host")


@pytest.mark.parametrize(
    ("speech", "codes", "others"),
    [(SQLServer(), (18456, 18486, 18487), (4060, 208, GONE)), (Oracle(), (1017, 28000, 28001), (942, 12514, GONE))],
)
def test_refused_logins_are_known(speech: Any, codes: tuple[int, ...], others: tuple[int, ...]) -> None:
    """Another password may open them; a missing database, or a server that is gone, none."""
    assert all(speech.is_refusal(EngineError(code, "")) for code in codes)
    assert not any(speech.is_refusal(EngineError(code, "")) for code in others)


def test_oracle_tries_the_way_to_production_where_its_access_list_lets_it() -> None:
    """Silence is the network's own word; any other answer is production's."""
    silent = probe.judged(
        EngineError(29260, "ORA-29260: network error: ORA-12535: TNS:operation timed out"), "db", 1521
    )
    assert silent.tried
    for code, words in (
        (24247, "ORA-24247: network access denied by access control list (ACL)"),
        (29260, "ORA-29260: network error: ORA-12545: Connect failed because target host does not exist"),
        (CUT, "call timeout"),
        (4031, "ORA-04031: out of memory"),
    ):
        untried = probe.judged(EngineError(code, words), "db", 1521)
        assert (untried.tried, "not probed" in untried.words) == (False, True)
    for answer in (None, EngineError(29260, "ORA-29260: network error: ORA-12541: TNS:no listener")):
        with pytest.raises(NotRecoverable, match="the copy reached production at db:1521"):
            probe.judged(answer, "db", 1521)


def test_sql_server_tells_that_nothing_was_tried() -> None:
    """And why; a finding of the run says so."""
    told = SQLServer().probe(Login("copy", 1433, "shop", "reader", "p"), "db", 1433, lambda _: None)
    assert not told.tried
    assert "linked server" in told.words


@pytest.mark.parametrize(("engine", "dialect"), [("sqlserver", "tsql"), ("oracle", "oracle")])
def test_what_is_said_is_sql_of_the_engine(engine: str, dialect: str) -> None:
    """As a parser of its dialect reads it, names of all kinds in their quotes."""
    speech: Any = Oracle() if engine == "oracle" else SQLServer()
    for table, column in (("orders", "at"), ("Shop.Or]der", 'a"t'), ("shop.select", "from")):
        for said in (speech.newest(table, column), speech.counted(table), speech.marked(table, column)):
            (parsed,) = sqlglot.parse(said, dialect=dialect)
            assert isinstance(parsed, sqlglot.exp.Select)


def test_a_session_of_sql_server_changes_nothing_by_itself() -> None:
    """Whatever is begun is undone with the connection: from its first word on."""
    with tds_server() as server:
        server.answers["SELECT 1"] = (("1",),)
        login = Login("127.0.0.1", server.port, "shop", "reader", server.password, engine="sqlserver-se")
        with asking(login, "a test") as connection:
            assert connection.execute("SELECT 1").fetchone() == ("1",)
        with (
            pytest.raises(LoginRefused, match="Login failed for user 'reader'"),
            asking(replace(login, password="no"), "a"),
        ):
            pass
        server.refuse = ((4060, "Cannot open database"), (18456, "Login failed"))
        with pytest.raises(NotMeasured, match="Cannot open database") as told, asking(login, "a test"):
            pass
    assert not isinstance(told.value, LoginRefused)
    assert server.heard == ["SET LOCK_TIMEOUT 60000; SET IMPLICIT_TRANSACTIONS ON", "SELECT 1"]


def test_a_session_of_oracle_reads_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """In UTC, in a read-only transaction, before anything else is said."""
    made = Scripted(None, names.quote, {})
    monkeypatch.setattr("dr_orchestrator.checks.speech.oracle.connect", lambda *_, **__: closing(made))
    login = Login("copy", 2484, "ORCL", "reader", "p", engine="oracle-ee")
    with asking(login, "a test") as connection:
        connection.execute("SELECT 1 FROM SYS.DUAL")
    assert made.said[0] == "ALTER SESSION SET TIME_ZONE = '+00:00'"
    assert made.said[-2:] == ["SET TRANSACTION READ ONLY", "SELECT 1 FROM SYS.DUAL"]
    assert made.closed


def test_nothing_but_a_connection_needs_a_driver() -> None:
    """A machine without the extras checks, plans and drills all other engines."""
    program = (
        "import sys; sys.modules.update(dict.fromkeys(('pytds', 'OpenSSL', 'oracledb')));"
        "import dr_orchestrator.canary.rows, dr_orchestrator.checks.deep.performing, dr_orchestrator.aws.logins.keys"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("between", [" ", "\n", "/* of */", " -- of\n"])
def test_a_sequence_is_drawn_from_by_no_query_however_it_is_written(between: str) -> None:
    """Comments stand between words as white space does."""
    text = f"SELECT NEXT{between}VALUE{between}FOR dbo.numbers FROM dbo.orders"
    connection: Any = mock.Mock(judged={text: plan.Plan(("SELECT",), (), ())})
    with pytest.raises(NotMeasured, match="draws the next number of a sequence"):
        plan.only_reads(connection, text)
