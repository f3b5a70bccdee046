"""Remediation: by a passing run of the same drill on AWS that looked at the very thing, and by nothing else."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dr_orchestrator.domain import lost_region, planes
from dr_orchestrator.domain.drill import RecoveryPath
from dr_orchestrator.domain.failover import FAILBACK, FAILOVER, Counted, Outage, Switched, Zones
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.findings import retest
from dr_orchestrator.domain.findings.retest import Proof, by_look, by_run, remediated
from dr_orchestrator.domain.findings.sighting import of_run, seen
from dr_orchestrator.domain.findings.tracked import Act, RaisedBy, State, TrackedFinding, anew
from dr_orchestrator.domain.judge import findings as judged
from dr_orchestrator.domain.judge.findings import fingerprint_of
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.objective import ClockPolicy, ClockStart, Disruption, Limit, Objective
from dr_orchestrator.domain.parity import Difference
from dr_orchestrator.domain.parity import Standing as Alike
from dr_orchestrator.domain.posture.ruling import NOBODY, Look, Ruling, Standing, Stood
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint
from dr_orchestrator.domain.replica import Edit, Empty, Made
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import CheckResult, Measures, Role, Run, RunHeader
from dr_orchestrator.domain.verdict import Cleanup, Outcome, Verdict, WorstCaseVerdict
from tests.support.ledger_samples import START, header, step
from tests.support.tracked import DAY, DEADLINES, HOUR, found, run, tracked

LATER = START + DAY
"""When retests begin: after the finding was seen."""


def of(rule: Rule, subject: str = "") -> TrackedFinding:
    """A finding of a rule, on that subject."""
    return tracked(rule=rule, fingerprint=fingerprint_of("orders", "orders-snapshot", rule, subject))


PROMISED = Limit(9 * HOUR)
SAW = header("r-first", objective=Objective(PROMISED, PROMISED, "tier", hydration=PROMISED))
"""The run that saw a finding last."""


def passed(**more: Any) -> Run:
    """A real run that passed and measured all that there is to measure."""
    measures = Measures(rta=HOUR, rpa=HOUR, worst_case=HOUR, whole_after=HOUR, rpa_grade="A")
    made = run("r-2", LATER, measures=measures, worst_case_verdict=WorstCaseVerdict.MET)
    steps = [step(at, role=each, outcome=Outcome.PASSED) for at, each in enumerate(Role, 1)]
    checks = [CheckResult(each, "", "", Outcome.PASSED) for each in ("rows are there", planes.CHECK, lost_region.CHECK)]
    told = replace(
        made,
        header=replace(made.header, objective=SAW.objective),
        steps=tuple(steps),
        checks=(*checks, switched(FAILOVER), switched(FAILBACK)),
        template=Made("a", "b"),
    )
    return replace(told, **more)


def proof(
    done: Run, finding: TrackedFinding, saw: RunHeader | None = SAW, left: bool = False, **more: Any
) -> Proof | None:
    """The proof that a run gives of a finding that a run saw before it, which had a template and checks of its own."""
    return by_run(done, finding, saw and Run(saw, **more), left)


OUTAGE = Outage(timedelta(), HOUR, 1, timedelta(), timedelta())
COUNTED = Counted(sent=9, acknowledged=9, present=9, in_doubt=0, client=7, unacknowledged=())


def switched(way: str, outage: Outage | None = OUTAGE) -> CheckResult:
    """The check of a failover, with its outage."""
    return Switched(way, HOUR, Zones("a", "b"), Zones("b", "a"), HOUR, COUNTED, outage).result


SUBJECTS = {
    Rule.CHECK_FAILED: "rows are there",
    Rule.OPTIONAL_CHECK: "rows are there",
    Rule.FAILOVER_SLOW: FAILOVER,
    Rule.FAILBACK_SLOW: FAILBACK,
    Rule.PARITY: "database low",
    Rule.PARITY_UNKNOWN: "database",
    Rule.FAULT: "restore",
}


def without(rule: Rule) -> Callable[[Run], Run]:
    """A run that passed without having looked at what the rule is about."""
    return {
        Rule.CHECK_FAILED: lambda done: replace(done, checks=()),
        Rule.OPTIONAL_CHECK: lambda done: replace(done, checks=(replace(done.checks[0], outcome=Outcome.SKIPPED),)),
        Rule.RTO_MISSED: lambda done: objective(done, rto=None),
        Rule.RTO_THIN: lambda done: measured(done, rta=None),
        Rule.RPO_MISSED: lambda done: objective(done, rpo=None),
        Rule.RPO_THIN: lambda done: measured(done, rpa=None),
        Rule.WORST_CASE: lambda done: ended(done, worst_case_verdict=WorstCaseVerdict.NOT_MEASURED),
        Rule.HYDRATION_MISSED: lambda done: measured(done, whole_after=None),
        Rule.HYDRATION_UNMEASURED: lambda done: objective(done, hydration=None),
        Rule.RPA_GRADE: lambda done: measured(done, rpa_grade=""),
        Rule.FALLBACK_WITHOUT_TARGET: lambda done: objective(done, rpo=None),
        Rule.CONTROL_PLANE: lambda done: replace(done, checks=()),
        Rule.LOST_REGION: lambda done: replace(done, checks=()),
        Rule.FAILOVER_SLOW: lambda done: replace(done, checks=(switched(FAILOVER, None), switched(FAILBACK))),
        Rule.FAILBACK_SLOW: lambda done: replace(done, checks=(switched(FAILOVER),)),
        Rule.NOT_PROBED: lambda done: untried(done, Role.PROBE),
        Rule.TLS_UNVERIFIED: lambda done: replace(done, steps=()),
        Rule.EMPTY: lambda done: replace(done, template=None),
        Rule.PARITY: lambda done: replace(done, differences=(difference(Alike.ACCEPTED),)),
        Rule.PARITY_UNKNOWN: lambda done: replace(done, differences=(difference(Alike.NOT_COMPARED),)),
        Rule.LEFTOVER: lambda done: ended(done, cleanup=Cleanup.UNPROVEN),
    }[rule]


STRICT, CLOSE = Limit(HOUR), Limit(HOUR * 1.1)
"""Limits that the retest misses, and that it keeps with little left."""


@pytest.mark.parametrize(
    ("rule", "before"),
    [
        (Rule.RTO_MISSED, {"rto": STRICT}),
        (Rule.RTO_THIN, {"rto": CLOSE}),
        (Rule.RPO_MISSED, {"rpo": STRICT}),
        (Rule.RPO_THIN, {"rpo": CLOSE}),
        (Rule.WORST_CASE, {"rpo": STRICT}),
        (Rule.HYDRATION_MISSED, {"hydration": STRICT}),
        (Rule.FAILBACK_SLOW, {"rto": STRICT}),
    ],
)
def test_a_promise_that_was_loosened_mends_nothing(rule: Rule, before: dict[str, Limit]) -> None:
    """A retest is held to what was promised when the finding was seen, where that was stricter."""
    saw = replace(SAW, objective=replace(SAW.objective, **before))  # type: ignore[arg-type]
    assert proof(passed(), of(rule, SUBJECTS.get(rule, "")), saw) is None
    looser = {name: Limit(99 * HOUR) for name in before}
    saw = replace(SAW, objective=replace(SAW.objective, **looser))  # type: ignore[arg-type]
    assert proof(passed(), of(rule, SUBJECTS.get(rule, "")), saw) is not None


@pytest.mark.parametrize("rule", [Rule.RTO_MISSED, Rule.RTO_THIN, Rule.HYDRATION_MISSED])
@pytest.mark.parametrize(
    ("before", "after", "gone"),
    [
        (ClockPolicy(), ClockPolicy(), True),
        (ClockPolicy(detection_allowance=HOUR), ClockPolicy(), False),
        (ClockPolicy(decision_allowance=HOUR), ClockPolicy(detection_allowance=9 * HOUR), False),
        (ClockPolicy(), ClockPolicy(detection_allowance=HOUR), True),
        (ClockPolicy(), ClockPolicy(ClockStart.DECLARATION), False),
        (ClockPolicy(ClockStart.DECLARATION), ClockPolicy(), True),
        (ClockPolicy(ClockStart.DECLARATION), ClockPolicy(ClockStart.DECLARATION), True),
    ],
)
def test_a_clock_that_counts_less_mends_nothing(
    rule: Rule, before: ClockPolicy, after: ClockPolicy, gone: bool
) -> None:
    """Times that are judged from a later event, or without what was allowed for before, are not the same times."""
    found_late = proof(headed(passed(), policy=after), of(rule), replace(SAW, policy=before))
    assert (found_late is not None) is gone


def test_what_a_schedule_tells_proves_no_promise_kept() -> None:
    """The judge takes no RPA that is arithmetic alone for a kept promise, and neither does a retest."""
    assert proof(measured(passed(), rpa_grade="E"), of(Rule.RPO_MISSED)) is None


LOOSE, STRICT_CLAIM = "at least 1 row in orders", "at least 500 rows in orders"


@pytest.mark.parametrize("rule", [Rule.CHECK_FAILED, Rule.OPTIONAL_CHECK])
def test_a_check_that_asks_for_less_under_its_name_mends_nothing(rule: Rule) -> None:
    """Its claim is the one that failed; the instants in it are those of each run."""

    def claiming(claim: str) -> tuple[CheckResult, ...]:
        return (CheckResult("rows are there", claim, "", Outcome.PASSED), *passed().checks[1:])

    about = of(rule, "rows are there")
    retested = replace(passed(), checks=claiming(LOOSE))
    assert proof(retested, about, checks=claiming(STRICT_CLAIM)) is None
    assert proof(retested, about, checks=claiming(LOOSE)) is not None
    assert proof(retested, about) is not None, "a record without checks has nothing to compare with"
    of_now, of_then = (f"none before {day} 10:00:00 UTC" for day in ("2026-10-01", "2026-07-01"))
    assert proof(replace(passed(), checks=claiming(of_now)), about, checks=claiming(of_then)) is not None


def test_a_part_that_is_left_out_since_was_not_filled() -> None:
    """Nor one of which a property alone is left out, which is in the replica as before."""
    before = Made("a", "b", empty=(Empty("Sessions", "AWS::DynamoDB::Table"),))
    left_out, without_tags = Edit("Sessions", "", {}, None, "left out"), Edit("Sessions", "Tags", 1, None, "")
    for edit, mended in ((left_out, False), (without_tags, True)):
        done = replace(passed(), template=Made("a", "c", edits=(edit,)))
        assert (proof(done, of(Rule.EMPTY), template=before) is not None) is mended


def test_a_part_that_may_be_empty_was_not_filled() -> None:
    """A word of its owner that it may stay so lets the run pass, and mends nothing."""
    excused = Made("a", "b", empty=(Empty("Table", "AWS::DynamoDB::Table", "a cache"),))
    assert proof(replace(passed(), template=excused), of(Rule.EMPTY)) is None


def difference(standing: Alike) -> Difference:
    return Difference("database", "log-exports", "a", "b", standing, Severity.LOW, "why")


def objective(done: Run, **more: Any) -> Run:
    return replace(done, header=replace(done.header, objective=replace(done.header.objective, **more)))


def ended(done: Run, **more: Any) -> Run:
    assert done.closing is not None
    return replace(done, closing=replace(done.closing, **more))


def measured(done: Run, **more: Any) -> Run:
    assert done.closing is not None
    return ended(done, measures=replace(done.closing.measures, **more))


def untried(done: Run, role: Role) -> Run:
    return replace(done, steps=tuple(replace(each, tried=each.role is not role) for each in done.steps))


ALWAYS = (Rule.FAULT, Rule.FAILED_AT_FIRST)
RETESTED = [*retest.LOOKED_AT, Rule.LEFTOVER]


@pytest.mark.parametrize("rule", RETESTED)
def test_a_run_that_passed_and_looked_remediates(rule: Rule) -> None:
    """Whatever rule found it; the history names the run."""
    finding = of(rule, SUBJECTS.get(rule, ""))
    gone = proof(passed(), finding)
    assert gone is not None
    change = remediated(finding, gone)
    assert change is not None
    assert (change.after.state, change.after.retest, change.after.closed_at) == (State.REMEDIATED, "r-2", LATER + HOUR)
    assert [(each.act, each.source) for each in change.entries] == [(Act.REMEDIATED, "r-2")]


@pytest.mark.parametrize("rule", [each for each in RETESTED if each not in ALWAYS])
def test_a_run_that_did_not_look_remediates_nothing(rule: Rule) -> None:
    """A check that is gone, a promise that was taken back, a measure that is missing: passing is not enough."""
    assert proof(without(rule)(passed()), of(rule, SUBJECTS.get(rule, ""))) is None


@pytest.mark.parametrize("rule", [Rule.PARITY, Rule.PARITY_UNKNOWN])
def test_settings_that_were_not_compared_are_not_mended(rule: Rule) -> None:
    """Where the comparing itself did not pass."""
    assert proof(replace(passed(), steps=()), of(rule, SUBJECTS[rule])) is None


def test_another_setting_that_is_accepted_stands_in_no_way() -> None:
    """Of another severity."""
    done = replace(passed(), differences=(difference(Alike.ACCEPTED),))
    assert proof(done, of(Rule.PARITY, "database high")) is not None


def test_a_store_that_is_drilled_no_more_was_not_compared() -> None:
    """Taking it out of the drill mends nothing; one of an environment is known by its recovery point."""
    point = RecoveryPoint("p", PointKind.SNAPSHOT, START, "api", store="carts")
    for rule, subject in ((Rule.PARITY, "carts low"), (Rule.PARITY_UNKNOWN, "carts")):
        assert proof(passed(), of(rule, subject)) is None
        assert proof(replace(passed(), points=(point,)), of(rule, subject)) is not None


def test_a_check_of_another_name_is_another_check() -> None:
    """The one that failed has to pass."""
    assert proof(passed(), of(Rule.CHECK_FAILED, "items are there")) is None


def test_a_copy_that_may_still_exist_is_no_finding_of_the_past() -> None:
    """However clean the newest run is."""
    assert proof(passed(), of(Rule.LEFTOVER), left=True) is None


def test_a_finding_of_which_no_rule_was_kept_is_settled_by_no_run() -> None:
    """Nobody knows what the run should have looked at."""
    assert proof(passed(), of(Rule.NOT_KEPT)) is None


@pytest.mark.parametrize(
    "spoilt",
    [
        *(lambda done, verdict=verdict: ended(done, verdict=verdict) for verdict in Verdict if not verdict.green),
        lambda done: replace(done, closing=None),
        lambda done: made(done, simulated=True),
        lambda done: made(done, account=""),
        lambda done: made(done, account="444455556666"),
        lambda done: headed(done, drill="another"),
        lambda done: headed(done, service="carts"),
        lambda done: headed(done, kind=Kind.PITR_RESTORE),
        lambda done: headed(done, resource_id="orders-staging"),
        lambda done: headed(done, disruption=Disruption.APPLICATION),
        lambda done: headed(done, path=RecoveryPath.PRIMARY),
        lambda done: headed(done, selection="random"),
        lambda done: headed(done, started_at=START + HOUR),
        lambda done: ended(done, findings=(found(),)),
    ],
)
def test_what_is_no_passing_retest_of_the_same_kind_remediates_nothing(spoilt: Callable[[Run], Run]) -> None:
    """Not passed, not ended, simulated, of no or another account, drill, kind or resource, of another disruption, path
    or point, begun before, or seeing it.
    """
    assert proof(passed(), tracked()) is not None
    assert proof(spoilt(passed()), tracked()) is None


def test_without_the_run_that_saw_it_nothing_can_be_compared() -> None:
    """So nothing is proven."""
    assert proof(passed(), tracked(), saw=None) is None


def made(done: Run, **more: Any) -> Run:
    return headed(done, provenance=replace(done.header.provenance, **more))


def headed(done: Run, **more: Any) -> Run:
    return replace(done, header=replace(done.header, **more))


def test_what_a_rehearsal_saw_a_real_run_settles_whenever_it_began() -> None:
    """A lab's clock runs ahead, and its account is nobody's."""
    assert proof(passed(), tracked(simulated=True, last_seen=START + 90 * DAY, account="000000000000")) is not None


def test_where_it_was_seen_is_asked_where_that_is_known() -> None:
    """What was brought in without an account is settled by a run in any; a repeat elsewhere moves it there."""
    assert proof(passed(), tracked(account="")) is not None
    repeat = made(run("r-1", START, Verdict.FAILED, findings=[found()]), account="444455556666")
    assert repeat.closing is not None
    change = seen(tracked(), of_run(repeat.header, repeat.closing)[0], DEADLINES)
    assert change is not None
    assert proof(passed(), change.after) is None
    assert proof(made(passed(), account="444455556666"), change.after) is not None


@pytest.mark.parametrize("source", [each for each in RaisedBy if each is not RaisedBy.RUN])
def test_a_run_settles_what_runs_find(source: RaisedBy) -> None:
    """A shortfall, or a drill that is overdue, has a retest of its own."""
    assert proof(passed(), tracked(raised_by=source)) is None


def test_a_closed_one_stays_as_it_was_closed() -> None:
    """A second retest changes nothing."""
    closed = anew(tracked(), State.NOT_REPRODUCIBLE, evidence="tried", closed_at=START)
    gone = proof(passed(), closed)
    assert gone is not None
    assert remediated(closed, gone) is None


def test_every_rule_that_runs_find_things_by_has_its_retest() -> None:
    """A new one that forgets to say what a retest has to look at would never be remediated."""
    named = {
        node.attr
        for node in ast.walk(ast.parse(inspect.getsource(judged)))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Rule"
    }
    assert {Rule[each] for each in named} == set(RETESTED)


SHORT = Ruling(Rule.POSTURE_LOCK, Standing.SHORT, "seen")


def row(standing: Standing, rule: Rule = Rule.POSTURE_LOCK, service: str = "orders", resource: str = "db") -> Stood:
    ruling = replace(SHORT, standing=standing, rule=rule)
    return Stood(service, "Orders", "team", 1, resource, "a-type", resource, "us-east-1", ruling)


def shortfall(stood: Stood, **more: Any) -> TrackedFinding:
    name, rule = stood.finding.fingerprint, stood.ruling.rule
    about = {"raised_by": RaisedBy.POSTURE, "fingerprint": name, "rule": rule, "service": stood.service}
    return tracked(**{**about, "account": ALL.account, **more})


ALL = Look(LATER, False, "1", "r", ("orders", NOBODY))


@pytest.mark.parametrize(
    ("look", "rows", "gone"),
    [
        (ALL, [row(Standing.HELD)], True),
        (replace(ALL, services=("orders",)), [row(Standing.HELD)], True),
        (ALL, [row(Standing.SHORT)], False),
        (ALL, [row(Standing.UNKNOWN)], False),
        (ALL, [row(Standing.NONE)], False),
        (ALL, [], False),
        (replace(ALL, simulated=True), [row(Standing.HELD)], False),
        (replace(ALL, at=START), [row(Standing.HELD)], False),
        (replace(ALL, began=START + HOUR), [row(Standing.HELD)], False),
        (replace(ALL, began=START + 2 * HOUR), [row(Standing.HELD)], True),
        (replace(ALL, account="2"), [row(Standing.HELD)], False),
    ],
)
def test_a_shortfall_is_gone_where_a_later_look_saw_it_held(look: Look, rows: list[Stood], gone: bool) -> None:
    """Not where it could not be asked, does not apply, is declared no more, nor by a rehearsal, an older
    look or one at another account.
    """
    assert bool(by_look(look, rows, [shortfall(row(Standing.SHORT))])) is gone


@pytest.mark.parametrize("rule", [Rule.UNCLAIMED, Rule.UNDRILLED])
def test_what_an_account_holds_is_gone_where_a_whole_look_tells_it_no_more(rule: Rule) -> None:
    """Of named services alone, or where something was not seen, nobody knows."""
    strange = shortfall(row(Standing.SHORT, rule))
    unseen = row(Standing.UNKNOWN, Rule.UNCLAIMED, NOBODY, "rows")
    assert [proof.words for _, proof in by_look(ALL, [], [strange])] == ["a later look at all saw it no more"]
    assert by_look(replace(ALL, services=("orders",)), [], [strange]) == []
    assert by_look(ALL, [unseen], [strange]) == []
    assert by_look(replace(ALL, account="2"), [], [strange]) == []
    assert by_look(ALL, [row(Standing.SHORT, rule)], [strange]) == []


def test_a_look_settles_shortfalls_alone() -> None:
    """And those of a rehearsal, whenever that was."""
    held = row(Standing.HELD)
    rehearsed = shortfall(held, simulated=True, last_seen=START + 90 * DAY, account="0")
    assert by_look(ALL, [held], [replace(shortfall(held), raised_by=RaisedBy.RUN)]) == []
    assert [each for each, _ in by_look(ALL, [held], [rehearsed])] == [rehearsed]
