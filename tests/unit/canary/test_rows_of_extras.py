"""What the heartbeat says to SQL Server and to Oracle, on connections that answer as their vendors describe."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlglot

from dr_orchestrator.canary import rows
from dr_orchestrator.canary.engines import Heart
from dr_orchestrator.canary.oracle import OracleHeart
from dr_orchestrator.canary.rows import RowWriter
from dr_orchestrator.canary.sqlserver import SqlServerHeart
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import NotMeasured, UsageError
from dr_orchestrator.waiting import sqlserver
from dr_orchestrator.waiting.driven import EngineError
from dr_orchestrator.waiting.oracle import names
from tests.support.scripted import Answer, Scripted

AT = datetime(2026, 5, 1, 12, 0, 0, 123456, tzinfo=UTC)
MADE: Mapping[str, Answer] = {
    "WITH (UPDLOCK": [(4,)],
    "FOR UPDATE": [(4,)],
    "SYS_EXTRACT_UTC": [(5, AT)],
    "[sequence], [at] FROM": [(5, AT)],
}
BOTH = pytest.mark.parametrize("word", ["sqlserver", "oracle"])


def beating(
    monkeypatch: pytest.MonkeyPatch, word: str, script: Mapping[str, Answer], now: datetime | None = None
) -> Any:
    """A writer, and the connection that it writes on."""
    heart: Heart = OracleHeart() if word == "oracle" else SqlServerHeart()
    connection = Scripted(None, names.quote if word == "oracle" else sqlserver.quote, script)
    connection.columns = ("ID", "SEQUENCE", "AT") if word == "oracle" else ("id", "sequence", "at")
    monkeypatch.setattr(heart, "connect", lambda *_: connection)
    monkeypatch.setitem(rows._HEARTS, word, heart)
    login = Login("db", 1, "shop", "writer", "p", engine="oracle-ee" if word == "oracle" else "sqlserver-se")
    return RowWriter(lambda: login, "dr_canary", "at", lambda: now), connection


@BOTH
@pytest.mark.parametrize("now", [None, AT])
def test_a_beat_changes_the_marker_and_adds_a_row(monkeypatch: pytest.MonkeyPatch, word: str, now: Any) -> None:
    """In one transaction, by the server's own clock unless another is told; old rows go, and the marker never."""
    writer, connection = beating(monkeypatch, word, MADE, now)
    beat = writer.beat()
    assert (beat.sequence, beat.at) == (5, AT)
    said = " | ".join(connection.said)
    assert re.search(r"ROLLBACK \| SELECT .*(UPDLOCK|FOR UPDATE).*UPDATE .*INSERT INTO .*DELETE FROM .*COMMIT$", said)
    update = next(place for place, each in enumerate(connection.said) if each.startswith("UPDATE"))
    clock = "SYSTIMESTAMP" if word == "oracle" else "SYSUTCDATETIME()"
    assert (clock in connection.said[update]) is (now is None)
    assert len(connection.given[update]) == (1 if now is None else 2)
    assert connection.given[update][0] == 5


@BOTH
def test_the_first_beat_makes_the_marker(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    """With a number after all that the history has."""
    script = {**MADE, "WITH (UPDLOCK": (), "FOR UPDATE": (), "COALESCE(MAX": [(7,)]}
    writer, connection = beating(monkeypatch, word, script)
    writer.beat()
    marked = next(place for place, each in enumerate(connection.said) if "VALUES (0," in each)
    assert connection.given[marked] == (8,)


@BOTH
def test_a_table_that_is_missing_is_made(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    """With instants whose zone is known; one that is there is made by nobody."""
    writer, connection = beating(monkeypatch, word, {**MADE, "OBJECT_ID": [(None,)], "ALL_OBJECTS": [(0,)]})
    writer.beat()
    (made,) = (each for each in connection.said if each.startswith("CREATE TABLE"))
    assert ("TIMESTAMP(6) WITH TIME ZONE" in made) is (word == "oracle")
    assert ("datetimeoffset(6)" in made) is (word == "sqlserver")
    writer, connection = beating(monkeypatch, word, {**MADE, "OBJECT_ID": [(9,)], "ALL_OBJECTS": [(1,)]})
    writer.beat()
    assert not any(each.startswith("CREATE") for each in connection.said)


@BOTH
def test_somebody_elses_table_is_not_written_to(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    """Its columns tell that it is no heartbeat."""
    writer, connection = beating(monkeypatch, word, MADE)
    connection.columns = ("ID", "TOTAL")
    with pytest.raises(UsageError, match="is no heartbeat"):
        writer.beat()
    assert not any(each.startswith(("INSERT", "UPDATE", "DELETE")) for each in connection.said)


@BOTH
def test_what_the_server_refuses_is_told(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    """In its own words, and the next beat begins anew."""
    writer, connection = beating(monkeypatch, word, {**MADE, "UPDATE": EngineError(229, "permission was denied")})
    with pytest.raises(NotMeasured, match="permission was denied"):
        writer.beat()
    assert connection.closed


@BOTH
def test_all_that_is_said_is_sql_of_the_engine(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    """As a parser of its dialect reads it."""
    script = {**MADE, "OBJECT_ID": [(None,)], "ALL_OBJECTS": [(0,)], "WITH (UPDLOCK": (), "FOR UPDATE": ()}
    script["COALESCE(MAX"] = [(7,)]
    for each in (MADE, script):
        writer, connection = beating(monkeypatch, word, each)
        writer.beat()
        for said in connection.said:
            text = re.sub(r"%s|(?<!\d):\d", "'x'", said)
            (parsed,) = sqlglot.parse(text, dialect="oracle" if word == "oracle" else "tsql")
            assert not isinstance(parsed, sqlglot.exp.Command), said
