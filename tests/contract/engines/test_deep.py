"""Checks that go deep, on a real server of each engine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pymysql
import pytest

from dr_orchestrator.checks.connection import asking
from dr_orchestrator.checks.deep import mysql
from dr_orchestrator.checks.deep.engine import CutShort
from dr_orchestrator.checks.deep.performing import DeepChecks
from dr_orchestrator.domain.clock import PacedClock
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.proof import (
    CHECK_TABLE,
    CHECKSUMS,
    AnswersWithin,
    Command,
    Counted,
    Counts,
    Deep,
    Integrity,
    WholeRead,
)
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.settings import Pace
from tests.support.engine_database import Real
from tests.support.mariadb_server import login_to, said

COPY = Copy("rds-instance", "dro-x", "us-east-1", "x", "d", "s")
AT = datetime(2026, 11, 20, 8, 0, 9, tzinfo=UTC)
POINT = RecoveryPoint("p", PointKind.CONTINUOUS, AT, "RestoreTime")
HOUR = timedelta(hours=1)
COLUMNS = "information_schema.columns"


def performed(real: Real, check: Deep) -> CheckResult:
    checks = DeepChecks(PacedClock(Pace()), Path("/"), lambda _: real.login, lambda: real.login)
    return checks.perform(check, COPY, [POINT])[0]


def test_every_table_is_read_whole(real: Real) -> None:
    """With its indexes and what its rows keep elsewhere; then the copy is whole."""
    real.estate()
    result = performed(real, WholeRead("whole", HOUR))
    assert result.outcome is Outcome.PASSED, result.observed
    assert result.figures["whole"]
    assert result.figures["tables"] >= 2
    assert result.figures["bytes_read"] > 0


def test_an_engine_proves_itself_sound(real: Real) -> None:
    """What it could not be asked is told by its name."""
    real.estate()
    result = performed(real, Integrity("sound", HOUR))
    assert result.outcome is Outcome.PASSED, result.observed
    if real.login.engine != "postgres":
        assert CHECK_TABLE in result.figures["asked"]
        assert "CHECK TABLE found" in result.observed
        assert performed(real, Integrity("sound", HOUR, (CHECK_TABLE,), True)).outcome is Outcome.PASSED


def test_answers_are_timed(real: Real) -> None:
    """The statement's rows are taken, and its time is held to the limit."""
    real.estate()
    result = performed(real, AnswersWithin("fast", "SELECT * FROM orders", timedelta(seconds=60), times=3))
    assert (result.outcome, result.figures["rows"]) == (Outcome.PASSED, 30)
    with pytest.raises(NotMeasured, match="reads no table of the copy"):
        performed(real, AnswersWithin("fast", "SELECT 1", timedelta(seconds=60), times=1))


def test_rows_are_counted_up_to_the_restored_instant(real: Real) -> None:
    """By a column whose zone is known; another one's is refused, and a table that is gone fails."""
    real.estate()
    whole = performed(real, Counts("counts", against_source=True))
    assert whole.outcome is Outcome.PASSED, whole.observed
    orders = next(name for name in whole.figures["tables"] if name.endswith(".orders"))
    until = performed(real, Counts("counts", (Counted(orders, as_of="at"),), against_source=True))
    assert until.figures["tables"][orders]["copy"] == 10
    gone = performed(real, Counts("counts", (Counted("nowhere"),), against_source=True))
    assert gone.outcome is Outcome.FAILED
    if real.login.engine != "postgres":
        real.say("CREATE TABLE local (at datetime)", "INSERT INTO local VALUES ('2026-11-20 08:00:00')")
        with pytest.raises(NotMeasured, match=r"local\.at is a datetime, whose time zone is not known"):
            performed(real, Counts("counts", (Counted("local", as_of="at"),), against_source=True))


def test_a_program_of_the_teams_own_gets_the_way(real: Real) -> None:
    """In our own words, and in those of the engine's clients."""
    theirs = "PGPASSWORD" if real.login.engine == "postgres" else "MYSQL_PWD"
    said = f'test "$DRO_COPY_ENGINE" = {real.login.engine} && test "${theirs}" = "$DRO_COPY_PASSWORD"'
    assert performed(real, Command("own", ("sh", "-c", said))).outcome is Outcome.PASSED


def test_a_statement_is_ended_by_its_time(mariadb_url: str) -> None:
    """The server ends it, and the connection goes on; so does a client whose server says nothing at all."""
    with asking(login_to(mariadb_url), "SQL") as connection:
        mysql.asking.bound(connection, 0.2)
        with pytest.raises(CutShort):
            mysql.asking.answer(connection, f"SELECT count(*) FROM {', '.join(f'{COLUMNS} AS c{n}' for n in 'xyz')}")
        assert connection.execute("SELECT 1").fetchone() == (1,)
        mysql.asking.bound(connection, 60)
        connection.answer_s = 0.2
        with pytest.raises(pymysql.OperationalError, match="no answer within"):
            connection.execute("SELECT sleep(30)")
        assert connection.closed
    ours = "SELECT count(*) FROM information_schema.processlist WHERE info LIKE '%sleep(30)%' AND id <> connection_id()"
    assert said(mariadb_url, ours) == [(0,)]


def test_checksums_that_nobody_can_ask_for_are_no_proof(real: Real) -> None:
    """Of Aurora MySQL the server's setting means nothing, whatever it says; this PostgreSQL keeps none."""
    real.estate()
    found = performed(real, Integrity("sound", require=(CHECKSUMS,)))
    asked = Outcome.INCONCLUSIVE if real.login.engine in ("aurora-mysql", "postgres") else Outcome.PASSED
    assert found.outcome is asked, found.observed
