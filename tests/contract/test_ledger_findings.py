"""What the ledger promises of findings: one a cause, whoever sees it at once, and no way but the allowed ones."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import text

from dr_orchestrator.domain.deadlines import Deadlines
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.finding import Finding, Severity
from dr_orchestrator.domain.findings.acts import Accept, Assign, Note, PersonAct, Start
from dr_orchestrator.domain.findings.tracked import Act, Entry, RaisedBy, State, TrackedFinding
from dr_orchestrator.domain.judge.findings import LEFTOVER, fingerprint_of
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.objective import Disruption, Objective, Tier
from dr_orchestrator.domain.posture.ruling import NOBODY, Look, Ruling, Standing, Stood
from dr_orchestrator.domain.programme import DueState
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.service import Resource, Runbook, Service
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger import engine as opened
from dr_orchestrator.ledger import patience
from dr_orchestrator.ledger.engine import LedgerDefect, Unanswered, create
from dr_orchestrator.ledger.ledger import SqlLedger, connect
from tests.support.ledger_samples import START, closing, header, write
from tests.support.set_back import set_back
from tests.support.tracked import APPROVER, DAY, DEADLINES, HOUR, OWNER, Life, found, run

FINDING = found()
KEY = FINDING.fingerprint, False
MINE = "123456789012"
PROMISE = Objective(None, None, "none set")
SHORT = Ruling(Rule.POSTURE_LOCK, Standing.SHORT, "seen", "backup:ListBackupVaults", Severity.HIGH, "lock it")
HELD = Ruling(Rule.POSTURE_LOCK, Standing.HELD, "locked", "backup:ListBackupVaults")
STRANGE = Ruling(Rule.UNCLAIMED, Standing.SHORT, "nobody's", "rds:DescribeDBInstances", Severity.MEDIUM, "claim it")
UNSEEN = Ruling(Rule.UNCLAIMED, Standing.UNKNOWN, "no right", "rds:DescribeDBInstances", None, "ask", True)


@pytest.fixture
def ledger(ledger: SqlLedger) -> SqlLedger:
    """An empty ledger that knows by when findings are due."""
    ledger.findings.deadlines = lambda: DEADLINES
    return ledger


class InLedger:
    """Findings as a ledger keeps them, raised and retested by the runs that are closed in it."""

    def __init__(self, ledger: SqlLedger) -> None:
        self._ledger = ledger

    def take_in(self, ended: Run) -> None:
        """Write the run, with its end."""
        write(self._ledger, ended)

    def act(self, of: tuple[str, bool], act: PersonAct, now: datetime) -> None:
        """Do it."""
        self._ledger.findings.act([of], act, "ada", now)

    def tracked(self, of: tuple[str, bool]) -> TrackedFinding | None:
        """As it was last written."""
        return self._ledger.queries.followed([of]).get(of)

    def history(self, of: tuple[str, bool]) -> list[Entry]:
        """Its lines."""
        return self._ledger.queries.histories([of]).get(of, [])


def kept(ledger: SqlLedger, key: tuple[str, bool] = KEY) -> TrackedFinding:
    return ledger.queries.followed([key])[key]


def acts(ledger: SqlLedger, key: tuple[str, bool] = KEY) -> list[Act]:
    return [each.act for each in ledger.queries.histories([key])[key]]


def failed(name: str, began: datetime = START, findings: Iterable[Finding] = (FINDING,), **more: object) -> Run:
    return run(name, began, Verdict.FAILED, findings=[*findings], measured=False, **more)  # type: ignore[arg-type]


@pytest.mark.slow
def test_no_way_but_the_allowed_ones(ledger: SqlLedger) -> None:
    """Whatever people and runs do in whichever order, what is written stands as the rules say."""
    run_state_machine_as_test(
        lambda: Life(InLedger(ledger)), settings=settings(max_examples=12, stateful_step_count=25, deadline=None)
    )


def test_a_finding_is_raised_by_the_run_that_ends(ledger: SqlLedger) -> None:
    """With its service, tier and drill, due by the policy, and one line of history that no person wrote."""
    write(ledger, failed("r-1"))
    of = kept(ledger)
    assert (of.service, of.tier, of.drill, of.kind) == ("orders", 0, "orders-snapshot", "snapshot-restore")
    assert (of.state, of.seen, of.owner, of.due) == (State.OPEN, 1, OWNER, START + HOUR + 7 * DAY)
    assert ledger.queries.histories([KEY])[KEY] == [Entry(START + HOUR, "dro", Act.RAISED, FINDING.title, "r-1")]


def test_a_repeat_is_the_same_finding(ledger: SqlLedger) -> None:
    """Seen once more by another run; its due date stays, and an owner whom a person named."""
    write(ledger, failed("r-1"))
    ledger.findings.act([KEY], Assign("the team"), "ada", START + 2 * HOUR)
    write(ledger, failed("r-2", START + DAY, [replace(FINDING, owner="others", detail="1 row")]))
    (of,) = ledger.queries.findings()
    assert (of.seen, of.last_source, of.detail, of.owner) == (2, "r-2", "1 row", "the team")
    assert of.due == START + HOUR + 7 * DAY
    assert acts(ledger) == [Act.RAISED, Act.ASSIGNED, Act.SEEN]


def test_without_a_policy_there_is_no_due_date(ledger: SqlLedger) -> None:
    """None is made up; the first repeat under a policy gives one."""
    ledger.findings.deadlines = Deadlines
    write(ledger, failed("r-1"))
    assert kept(ledger).lacks == ("no due date",)
    ledger.findings.deadlines = lambda: DEADLINES
    write(ledger, failed("r-2", START + DAY))
    assert kept(ledger).due == START + DAY + HOUR + 7 * DAY


def test_a_rehearsal_is_another_world(ledger: SqlLedger) -> None:
    """What a simulated run saw is stamped, touches no real one, and is hidden where there is one; a real run settles
    both.
    """
    write(ledger, failed("s-1", simulated=True))
    assert [each.simulated for each in ledger.queries.findings()] == [True]
    write(ledger, failed("r-1"))
    assert [(each.simulated, each.seen) for each in ledger.queries.findings()] == [(False, 1)]
    assert not ledger.queries.finding(FINDING.fingerprint).simulated
    write(ledger, run("s-2", START + DAY, simulated=True))
    assert kept(ledger).state is kept(ledger, (KEY[0], True)).state is State.OPEN
    write(ledger, run("r-2", START + DAY))
    assert kept(ledger).state is kept(ledger, (KEY[0], True)).state is State.REMEDIATED


def test_a_retest_is_of_what_was_seen_last(ledger: SqlLedger) -> None:
    """A drill that is pointed at another database says nothing of the one that failed."""
    write(ledger, failed("r-1"))
    other = run("r-2", START + DAY)
    write(ledger, replace(other, header=replace(other.header, resource_id="orders-staging")))
    assert kept(ledger).state is State.OPEN
    write(ledger, run("r-3", START + 2 * DAY))
    assert (kept(ledger).state, kept(ledger).retest) == (State.REMEDIATED, "r-3")


def test_a_leftover_is_gone_when_all_runs_that_saw_it_are_clean(ledger: SqlLedger) -> None:
    """A clean run proves nothing of what an earlier one left; a sweep has to, first."""
    left = Finding(
        fingerprint_of("orders", "orders-snapshot", Rule.LEFTOVER), Severity.HIGH, LEFTOVER, "", OWNER, Rule.LEFTOVER
    )
    key = left.fingerprint, False
    write(ledger, failed("r-1", findings=[left], cleanup=Cleanup.LEFTOVERS))
    write(ledger, run("r-2", START + DAY))
    assert kept(ledger, key).state is State.OPEN
    ledger.amend_cleanup("r-1", Cleanup.CLEAN, ["gone"])
    write(ledger, run("r-3", START + 2 * DAY))
    assert (kept(ledger, key).state, kept(ledger, key).retest) == (State.REMEDIATED, "r-3")


def test_runs_that_end_at_once_raise_one_finding(ledger: SqlLedger) -> None:
    """Each of eight is a sighting of it; none is lost, and none raises a second."""
    names, together = [f"r-{number}" for number in range(8)], threading.Barrier(8)
    for name in names:
        ledger.open_run(header(name))

    def end(name: str) -> None:
        together.wait()
        ledger.close_run(name, closing(Verdict.FAILED, findings=(FINDING,)))

    with ThreadPoolExecutor(8) as threads:
        for done in [threads.submit(end, name) for name in names]:
            done.result()
    (of,) = ledger.queries.findings()
    assert of.seen == 8
    assert sorted(each.source for each in ledger.queries.histories([KEY])[KEY]) == names


def test_a_run_is_closed_once_for_its_findings_too(ledger: SqlLedger) -> None:
    """A second end is refused, and is no second sighting."""
    write(ledger, failed("r-1"))
    with pytest.raises(LedgerDefect):
        ledger.close_run("r-1", closing(Verdict.FAILED, findings=(FINDING,)))
    assert kept(ledger).seen == 1


DIES = """
import os, signal, sys
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.ledger import findings
from dr_orchestrator.ledger.ledger import connect
from tests.support.ledger_samples import closing, header
from tests.support.tracked import found
ledger, at, write = connect(sys.argv[1]), sys.argv[2], findings._write
def die(connection, number, change):
    if at == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    write(connection, number, change)
    os.kill(os.getpid(), signal.SIGKILL)
findings._write = die
ledger.close_run("r-1", closing(Verdict.FAILED, findings=(found(),)))
"""


@pytest.mark.slow
@pytest.mark.parametrize("at", ["before", "after"])
def test_killed_between_run_and_finding_neither_is_written(ledger: SqlLedger, database_url: str, at: str) -> None:
    """The run is still open, and nothing was raised; closed by whoever goes on with it, it raises its finding once."""
    ledger.open_run(header())
    died = subprocess.run([sys.executable, "-c", DIES, database_url, at], check=False, cwd=Path(__file__).parents[2])
    assert died.returncode == -signal.SIGKILL
    assert [each.header.id for each in ledger.queries.open_runs()] == ["r-1"]
    assert ledger.queries.findings() == []
    ledger.close_run("r-1", closing(Verdict.FAILED, findings=(FINDING,)))
    assert kept(ledger).seen == 1


def test_of_several_all_are_changed_or_none(ledger: SqlLedger) -> None:
    """One that refuses keeps the others as they were."""
    other = found("another")
    write(ledger, failed("r-1"))
    write(ledger, failed("r-2", findings=[replace(other, owner=APPROVER)], drill="another"))
    keys = [KEY, (other.fingerprint, False)]
    with pytest.raises(UsageError, match="cannot accept it"):
        ledger.findings.act(keys, Accept(APPROVER, "old", START + 9 * DAY), "ada", START + DAY)
    assert {each.state for each in ledger.queries.findings()} == {State.OPEN}
    assert acts(ledger) == [Act.RAISED]
    done = ledger.findings.act(keys, Start(), "ada", START + DAY)
    assert [each.state for each in done] == [State.IN_PROGRESS] * 2
    with pytest.raises(UsageError, match="there is no finding f00d"):
        ledger.findings.act([("f00d", False)], Start(), "ada", START + DAY)


def test_a_word_is_written_once_though_the_database_died_of_it(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that took a note and gave no answer is not given it twice."""
    write(ledger, failed("r-1"))
    monkeypatch.setattr(patience, "SHORTEST_S", 0.0)
    whole, lost = opened.transaction, [True]
    from dr_orchestrator.ledger import findings

    class Dying:
        """A transaction that is written, and whose answer is lost the first time."""

        def __init__(self, engine: object) -> None:
            self._inner = whole(engine)  # type: ignore[arg-type]

        def __enter__(self) -> object:
            return self._inner.__enter__()

        def __exit__(self, *told: object) -> None:
            self._inner.__exit__(*told)  # type: ignore[arg-type]
            if lost and told[0] is None:
                lost.clear()
                raise Unanswered("gone")

    with mock.patch.object(findings, "transaction", Dying):
        (done,) = ledger.findings.act([KEY], Note("once"), "ada", START + DAY)
    assert done == kept(ledger)
    assert acts(ledger) == [Act.RAISED, Act.NOTED]


def test_a_finding_is_found_by_the_beginning_of_its_fingerprint(ledger: SqlLedger) -> None:
    """In any case; what several share, nothing has, or nobody wrote is refused with what to do."""
    write(ledger, failed("r-1", findings=[replace(FINDING, fingerprint=each) for each in ("abc1", "abc2", "abcd")]))
    assert ledger.queries.finding("ABCD").fingerprint == "abcd"
    assert ledger.queries.finding("abc1").fingerprint == "abc1"
    with pytest.raises(UsageError, match="begins the fingerprints of several") as told:
        ledger.queries.finding("abc")
    assert told.value.hint == "write more of it"
    for name in ("abx", " ", "%"):
        with pytest.raises(UsageError, match="there is no finding") as told:
            ledger.queries.finding(name)
        assert "dro findings" in told.value.hint


def look(ledger: SqlLedger, at: datetime, *rows: Stood, simulated: bool = False, account: str = MINE) -> None:
    services = tuple(sorted({"orders", *(each.service for each in rows)}))
    ledger.keep_posture(Look(at, simulated, account, "2026-Q4", services), rows)


def row(ruling: Ruling, service: str = "orders", resource: str = "db") -> Stood:
    return Stood(service, "Orders", "Orders team", 1, resource, "a-type", f"{resource}-prod", "us-east-1", ruling)


def test_a_shortfall_is_a_finding_until_a_look_sees_it_held(ledger: SqlLedger) -> None:
    """Each look is a sighting, and fills no history; what could not be asked settles nothing, nor does a
    rehearsal, or a look at another account.
    """
    for day in range(3):
        look(ledger, START + day * DAY, row(SHORT))
    (of,) = ledger.queries.findings()
    assert (of.raised_by, of.seen, of.tier, of.owner) == (RaisedBy.POSTURE, 3, 1, "Orders team")
    assert acts(ledger, of.key) == [Act.RAISED]
    look(ledger, START + 3 * DAY, row(replace(HELD, standing=Standing.UNKNOWN)))
    look(ledger, START + 4 * DAY, row(HELD), simulated=True)
    look(ledger, START + 5 * DAY)
    look(ledger, START + 5 * DAY + HOUR, row(HELD), account="444455556666")
    assert kept(ledger, of.key).state is State.OPEN
    look(ledger, START + 6 * DAY, row(HELD))
    assert kept(ledger, of.key).state is State.REMEDIATED
    assert kept(ledger, of.key).retest.startswith("look of 2026-11-26")
    look(ledger, START + 7 * DAY, row(SHORT))
    assert acts(ledger, of.key) == [Act.RAISED, Act.REMEDIATED, Act.REOPENED]


def test_what_nobody_claims_is_gone_when_a_whole_look_tells_it_no_more(ledger: SqlLedger) -> None:
    """Not while something could not be seen; it has neither owner nor due date, and says so."""
    strange = row(STRANGE, NOBODY, "strange")
    look(ledger, START, strange)
    (of,) = ledger.queries.findings()
    assert (of.tier, of.lacks) == (None, ("no owner", "no due date"))
    look(ledger, START + DAY, row(UNSEEN, NOBODY, "instances"))
    look(ledger, START + 2 * DAY, row(HELD))  # of named services alone
    assert kept(ledger, of.key).state is State.OPEN
    other = row(STRANGE, NOBODY, "another")
    look(ledger, START + 3 * DAY, other)
    assert kept(ledger, of.key).state is State.REMEDIATED


QUARTER = datetime(2026, 10, 1, tzinfo=UTC)
"""When the period of the drills below began in which START lies."""


def state(*, due: bool) -> DueState:
    of = Service("orders", "Orders", Tier(0, "t", PROMISE), "payments", "c", Runbook("u", date(2026, 1, 1)))
    resource = Resource("db", "a-type", "orders-prod", "us-east-1")
    drill = Drill("orders-snapshot", of, resource, Kind.SNAPSHOT_RESTORE, Disruption.INFRASTRUCTURE, PROMISE, ())
    return DueState(drill, due, "why", None if due else START, START + 90 * DAY)


def test_a_drill_is_overdue_once_a_whole_period_has_gone_by(ledger: SqlLedger) -> None:
    """Not in the quarter in which it was declared; then it is one finding, seen once a quarter, until runs prove it."""
    for day in (0, 1):
        ledger.findings.look_at_drills([state(due=True)], {}, START + day * DAY, simulated=False)
    assert ledger.queries.findings() == []
    for day in (60, 61, 90):
        ledger.findings.look_at_drills([state(due=True)], {}, START + day * DAY, simulated=False)
    (of,) = ledger.queries.findings()
    assert (of.raised_by, of.rule, of.drill, of.seen) == (RaisedBy.OVERDUE, Rule.OVERDUE, "orders-snapshot", 1)
    ledger.findings.look_at_drills([state(due=True)], {}, START + 150 * DAY, simulated=False)
    assert kept(ledger, of.key).seen == 2
    assert ledger.queries.declared_since() == {"orders-snapshot": START}
    ledger.findings.look_at_drills([state(due=False)], {"orders-snapshot": "r-9"}, START + 151 * DAY, simulated=False)
    assert (kept(ledger, of.key).state, kept(ledger, of.key).retest) == (State.REMEDIATED, "r-9")
    assert acts(ledger, of.key) == [Act.RAISED, Act.REMEDIATED]


@pytest.mark.parametrize(
    ("began", "verdict", "simulated", "overdue"),
    [
        (QUARTER - DAY, Verdict.FAILED, False, True),
        (QUARTER - DAY, Verdict.PASSED, False, False),
        (QUARTER - 100 * DAY, Verdict.PASSED, False, True),
        (QUARTER - DAY, Verdict.PASSED, True, False),
        (QUARTER + DAY, Verdict.FAILED, False, False),
    ],
)
def test_a_drill_that_was_run_before_is_known_since_then(
    ledger: SqlLedger, began: datetime, verdict: Verdict, simulated: bool, overdue: bool
) -> None:
    """An old ledger tells at once of drills that let the last period pass; a rehearsal says nothing of that."""
    write(ledger, run("r-1", began, verdict, simulated=simulated))
    ledger.findings.look_at_drills([state(due=True)], {}, START, simulated=False)
    assert bool(ledger.queries.findings()) is overdue


def test_a_drill_of_a_rehearsal_is_overdue_in_that_world_alone(ledger: SqlLedger) -> None:
    """Its clock runs ahead."""
    for day in (0, 60):
        ledger.findings.look_at_drills([state(due=True)], {}, START + day * DAY, simulated=True)
    assert [each.simulated for each in ledger.queries.findings()] == [True]
    ledger.findings.look_at_drills([state(due=True)], {}, START + 60 * DAY, simulated=False)
    assert [each.simulated for each in ledger.queries.findings()] == [True]


def test_the_view_tells_of_findings(ledger: SqlLedger, database_url: str) -> None:
    """BI reads their state, owner and due date."""
    write(ledger, failed("r-1"))
    engine = create(database_url)
    with engine.connect() as connection:
        (seen,) = connection.execute(text("SELECT * FROM v_finding")).mappings()
    engine.dispose()
    assert (seen["fingerprint"], seen["state"], seen["owner"], seen["seen"]) == (KEY[0], "open", OWNER, 1)


def test_the_database_itself_refuses_what_no_act_writes(ledger: SqlLedger, database_url: str) -> None:
    """Remediated without a retest, closed without evidence, or accepted by the owner: whoever writes it."""
    write(ledger, failed("r-1"))
    engine = create(database_url)
    for change in (
        "state = 'remediated'",
        "state = 'not reproducible'",
        "state = 'accepted', accepted_by = owner, accepted_reason = 'old', accepted_until = first_seen",
        "state = 'mended'",
    ):
        with pytest.raises(LedgerDefect), opened.transaction(engine) as connection:
            connection.execute(text(f"UPDATE tracked_finding SET {change}"))
    engine.dispose()
    assert kept(ledger).state is State.OPEN


def test_an_upgrade_brings_in_what_runs_found(ledger: SqlLedger, database_url: str) -> None:
    """Each cause once, open, with the newest run's words, seen as often as it was; due on no day, which is told."""
    del ledger
    old = connect(database_url)
    for name, began in (("r-2", START + DAY), ("r-1", START)):  # the one that ended last was opened first
        write(old, failed(name, began, [replace(FINDING, detail=f"of {name}")]))
    write(old, failed("s-1", simulated=True))
    old.close()
    engine = create(database_url)
    with engine.begin() as connection:
        set_back(connection, "0023")
        connection.execute(text("UPDATE finding SET rule = NULL WHERE run = 's-1'"))
    engine.dispose()
    upgraded = connect(database_url, deadlines=lambda: DEADLINES)
    of, rehearsed = kept(upgraded), kept(upgraded, (KEY[0], True))
    assert (of.seen, of.last_source, of.detail, of.state) == (2, "r-2", "of r-2", State.OPEN)
    assert (of.first_seen, of.opened_at, of.last_seen) == (START + HOUR, START + HOUR, START + DAY + HOUR)
    assert (of.rule, rehearsed.rule, of.due, of.lacks) == (Rule.CHECK_FAILED, Rule.NOT_KEPT, None, ("no due date",))
    assert acts(upgraded) == [Act.RAISED]
    elsewhere = run("r-e", START + 2 * DAY)
    made = replace(elsewhere.header.provenance, account="444455556666")
    write(upgraded, replace(elsewhere, header=replace(elsewhere.header, provenance=made)))
    assert (of.account, kept(upgraded).state) == ("111122223333", State.OPEN)
    write(upgraded, run("r-3", START + 2 * DAY))
    assert (kept(upgraded).state, kept(upgraded).retest) == (State.REMEDIATED, "r-3")
    upgraded.close()
