"""The suite: every check is performed, what crashes could not tell, and a restore is held to its instant."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from dr_orchestrator.checks.http import HttpChecks
from dr_orchestrator.checks.items import ItemChecks
from dr_orchestrator.checks.result import instant
from dr_orchestrator.checks.sql import SqlChecks
from dr_orchestrator.checks.suite import Suite
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import CanaryItem, Check, HttpAnswer, ItemsAtLeast, NewestRow, RowsAtLeast
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import NotMeasured
from tests.support.fakes import FakeClock, RunningClock
from tests.support.stores import Tables, no_login

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
COPY = Copy("dynamodb-table", "dro-x", "us-east-1", "x", "d", "s")
MINUTE = timedelta(minutes=1)
CANARY = CanaryItem("heartbeat", {"pk": "heartbeat"}, "at", interval=MINUTE)
ITEMS = ItemsAtLeast("items", 3)


def beat(value: Any, form: str = "S") -> dict[str, Any]:
    return {"pk": {"S": "heartbeat"}, "at": {form: value}}


def suite(*checks: Check, tables: Tables | None = None, outputs: Mapping[str, str] | None = None) -> Suite:
    clock = RunningClock()
    items = ItemChecks(tables or Tables([]), lambda copy, table: table or copy.id)
    return Suite(checks, clock, SqlChecks(no_login), items, HttpChecks(lambda _: outputs or {}))


def heartbeat(item: dict[str, Any] | None, *points: RecoveryPoint, check: CanaryItem = CANARY) -> list[CheckResult]:
    return suite(check, tables=Tables([item] if item else [])).all(COPY, points, NOW)


# All of them run.


def test_every_check_is_performed_though_one_crashes() -> None:
    """A crash, a fault and a failure in between keep no other check from running, in the order declared."""
    checks = (
        RowsAtLeast("database", "orders", 1),
        ItemsAtLeast("too many", 99),
        CANARY,
        HttpAnswer("broken url", "{"),
        ITEMS,
    )
    tables = Tables([beat("no instant"), {"pk": {"S": "a"}}, {"pk": {"S": "b"}}])
    results = suite(*checks, tables=tables).all(COPY, (), NOW)
    assert [(result.name, result.outcome) for result in results] == [
        ("database", Outcome.INCONCLUSIVE),
        ("too many", Outcome.FAILED),
        ("heartbeat", Outcome.INCONCLUSIVE),
        ("broken url", Outcome.INCONCLUSIVE),
        ("items", Outcome.PASSED),
    ]
    assert results[0].observed == "no such database"
    assert results[2].observed.startswith("the check crashed: ValueError")
    assert all(result.duration > timedelta() for result in results)


@pytest.mark.parametrize("error", [RuntimeError("boom"), NotMeasured("AccessDenied"), KeyError("x")])
def test_what_cannot_tell_is_inconclusive(error: Exception) -> None:
    """No exception of a check, ours or AWS's, is a pass or a failure of the data; the reason is told."""
    for result in suite(ITEMS, CANARY, tables=Tables([], error)).all(COPY, (), NOW):
        assert result.outcome is Outcome.INCONCLUSIVE
        assert str(error.args[0]) in result.observed


def test_what_is_mandatory_and_what_is_the_heartbeat_survives_a_crash() -> None:
    """A crashed canary is still known as the canary (nothing else stands in for it), an optional check as optional."""
    optional = replace(CANARY, mandatory=False)
    row = NewestRow("row", "t", "at", canary=True)
    first, second = suite(optional, row, tables=Tables([], RuntimeError())).all(COPY, (), NOW)
    assert (first.canary, first.mandatory) == (True, False)
    assert (second.canary, second.mandatory) == (True, True)


def test_a_stop_is_not_swallowed_by_a_check() -> None:
    """An interrupt is not a crash of a check: it ends the suite."""

    class Interrupted(Tables):
        def _note(self, parameters: dict[str, Any]) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        suite(ITEMS, tables=Interrupted([])).all(COPY, (), NOW)


# Items.


@pytest.mark.parametrize(("count", "outcome"), [(3, Outcome.PASSED), (2, Outcome.FAILED), (0, Outcome.FAILED)])
def test_items_are_counted_by_reading_them(count: int, outcome: Outcome) -> None:
    """Counted in the copy itself, consistently; an empty table fails."""
    tables = Tables([{"pk": {"S": str(number)}} for number in range(count)])
    (result,) = suite(ITEMS, tables=tables).all(COPY, (), NOW)
    assert (result.outcome, result.observed) == (outcome, f"{count} items")
    assert tables.asked == [{"TableName": "dro-x", "ConsistentRead": True}] * (1 if outcome is Outcome.PASSED else 2)


class Forgetful(Tables):
    """A table of which the first answer has lost what was in it."""

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        found = super().call(operation, **parameters)
        return found if len(self.asked) > 1 else {}

    def pages(self, operation: str, key: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        items = list(super().pages(operation, key, **parameters))
        yield from items if len(self.asked) > 1 else items[:1]


@pytest.mark.parametrize("check", [ITEMS, CANARY])
def test_what_is_missing_is_missed_twice(check: Check) -> None:
    """An answer without an item, or a page without its items, fails no check at once."""
    tables = Forgetful([beat("2026-11-20T08:59:30Z"), {"pk": {"S": "a"}}, {"pk": {"S": "b"}}])
    (result, *_) = suite(check, tables=tables).all(COPY, (), NOW)
    assert result.outcome is Outcome.PASSED
    assert len(tables.asked) == 2


@pytest.mark.parametrize(
    "item", [beat("2026-11-20T08:59:00Z"), beat(str(NOW.timestamp() - 60), "N"), beat("2026-11-20 08:59:00")]
)
def test_the_canary_is_read(item: dict[str, Any]) -> None:
    """ISO 8601 or Unix seconds, as text or number: the instant is kept for RPA."""
    (result,) = heartbeat(item)
    assert (result.outcome, result.newest, result.canary) == (Outcome.PASSED, NOW - MINUTE, True)
    assert "UTC, 1 m before 20" in result.observed


@pytest.mark.parametrize("item", [None, {"pk": {"S": "heartbeat"}}, {"pk": {"S": "heartbeat"}, "at": {}}])
def test_a_canary_that_is_not_there_fails(item: dict[str, Any] | None) -> None:
    """No item or no attribute: the heartbeat was not restored."""
    (result,) = heartbeat(item)
    assert (result.outcome, result.newest, result.canary) == (Outcome.FAILED, None, True)


@pytest.mark.parametrize("value", ["", "soon", "nan", "inf", "True", "-", "1e400", "9999999999999999"])
def test_what_is_no_instant_is_none(value: str) -> None:
    """A value that cannot be an instant is refused, so that no RPA is read from it."""
    with pytest.raises((ValueError, OverflowError, OSError)):
        instant(value)


# The asked instant.


def point(data_time: datetime, kind: PointKind = PointKind.CONTINUOUS, asked: bool = True) -> RecoveryPoint:
    return RecoveryPoint("x", kind, data_time, "s", reference=data_time if asked else None)


@pytest.mark.parametrize(
    ("before", "outcome"),
    [
        (timedelta(), Outcome.PASSED),
        (MINUTE, Outcome.PASSED),
        (2 * MINUTE, Outcome.PASSED),
        (2 * MINUTE + timedelta(seconds=1), Outcome.FAILED),
        (timedelta(days=1), Outcome.FAILED),
        (timedelta(seconds=-1), Outcome.FAILED),
        (-timedelta(days=1), Outcome.FAILED),
    ],
)
@pytest.mark.parametrize("asked", [True, False])
def test_a_restore_to_an_instant_holds_that_instants_data(before: timedelta, outcome: Outcome, asked: bool) -> None:
    """A heartbeat from after the instant is not of it, one that is too old says that something is missing."""
    at = NOW - timedelta(hours=2)
    canary, held = heartbeat(beat((at - before).isoformat()), point(at, asked=asked))
    assert canary.outcome is Outcome.PASSED
    assert (held.name, held.outcome, held.mandatory) == ("heartbeat: the asked instant", outcome, True)
    assert held.newest is None
    assert not held.canary


def test_without_a_heartbeat_the_instant_cannot_be_judged() -> None:
    """The heartbeat's own check fails, and whether it is the instant's data is inconclusive, not passed."""
    canary, held = heartbeat(None, point(NOW))
    assert (canary.outcome, held.outcome) == (Outcome.FAILED, Outcome.INCONCLUSIVE)


def test_a_snapshot_is_held_to_no_instant() -> None:
    """Only a continuous recovery point promises an instant; a row that is no canary is held to none."""
    assert len(heartbeat(beat(NOW.isoformat()), point(NOW, PointKind.SNAPSHOT))) == 1
    assert len(suite(ITEMS).all(COPY, (point(NOW),), NOW)) == 1


def test_ages_count_from_the_asked_instant() -> None:
    """The age of the heartbeat is its distance from the instant that was asked for, else from the disruption."""
    at = NOW - timedelta(hours=2)
    item = beat((at - MINUTE).isoformat())
    assert " 1 m before" in heartbeat(item, point(at))[0].observed
    assert " 2 h 01 m before" in heartbeat(item, point(at, asked=False))[0].observed


# HTTP.


class Page(BaseHTTPRequestHandler):
    """Answers /STATUS with that status; /302 leads to a page that would pass."""

    def do_GET(self) -> None:
        status = int(self.path.rsplit("/", 1)[-1])
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/200")
        self.end_headers()
        self.wfile.write(b"hello from the copy")

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """A site on the loopback; its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(5)


@pytest.mark.parametrize(
    ("path", "claim", "outcome"),
    [
        ("/200", {}, Outcome.PASSED),
        ("/200", {"contains": "from the copy"}, Outcome.PASSED),
        ("/200", {"contains": "from production"}, Outcome.FAILED),
        ("/503", {}, Outcome.FAILED),
        ("/503", {"status": 503}, Outcome.PASSED),
        ("/302", {}, Outcome.FAILED),
        ("/302", {"status": 302}, Outcome.PASSED),
    ],
)
def test_an_answer_is_held_to_status_and_text(site: str, path: str, claim: dict[str, Any], outcome: Outcome) -> None:
    """Both must hold, and a redirect is not followed: it could lead to production, which would pass."""
    (result,) = suite(HttpAnswer("http", "{Url}" + path, **claim), outputs={"Url": site}).all(COPY, (), NOW)
    assert result.outcome is outcome
    assert f"status {path[1:]}" in result.observed


def test_no_answer_is_a_failure() -> None:
    """A service that does not answer is down: that is known."""
    check = HttpAnswer("http", "http://127.0.0.1:9/", timeout=timedelta(seconds=2))
    (result,) = suite(check).all(COPY, (), NOW)
    assert result.outcome is Outcome.FAILED
    assert result.observed.startswith("no answer: ")


def test_an_output_that_is_not_there_is_told_with_those_that_are() -> None:
    """A mistyped output is inconclusive, and the reason helps to mend it."""
    (result,) = suite(HttpAnswer("http", "{Urll}"), outputs={"Url": "x", "Arn": "y"}).all(COPY, (), NOW)
    assert result.outcome is Outcome.INCONCLUSIVE
    assert "no output 'Urll'; it has: Arn, Url" in result.observed


def test_an_answer_proves_nothing_about_the_data(site: str) -> None:
    """Passed, failed, inconclusive or crashed: an HTTP check is never counted as proof of the data."""
    urls: tuple[str, ...] = (f"{site}/200", f"{site}/500", "{None}", "{", "nonsense", "http://[::1")
    checks = [HttpAnswer(url, url, timeout=timedelta(seconds=2)) for url in urls]
    results = suite(*checks).all(COPY, (), NOW)
    assert len(results) == len(urls)
    assert not any(result.proves_data for result in results)
    assert [result.outcome for result in results].count(Outcome.PASSED) == 1


def test_a_proxy_of_the_environment_is_not_used(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy could answer for a service that is down."""
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, site)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    check = HttpAnswer("http", "http://127.0.0.1:9/200", timeout=timedelta(seconds=2))
    (result,) = suite(check).all(COPY, (), NOW)
    assert result.outcome is Outcome.FAILED


def test_a_clock_that_stands_still_shows_in_the_duration() -> None:
    """A check's duration is the clock's, and nothing is made up where none has passed."""
    still = replace(suite(ITEMS), clock=FakeClock())
    (result,) = still.all(COPY, (), NOW)
    assert result.duration == timedelta()
