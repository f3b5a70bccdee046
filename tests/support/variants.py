"""Runs that differ from a passed one in one respect, for tests of what a report says about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from dr_orchestrator.domain.objective import ClockPolicy, Limit, Objective, Operator
from dr_orchestrator.domain.replica import Allowance, Edit, Made
from dr_orchestrator.domain.run import Closing, Measures, Run
from dr_orchestrator.domain.verdict import WorstCaseVerdict
from tests.support.golden import sample

HOUR = timedelta(hours=1)


def closing(run: Run) -> Closing:
    """The end of a run that has one."""
    assert run.closing is not None
    return run.closing


def measured(**figures: object) -> Run:
    """A closed run with other measures."""
    run = sample.passed()
    measures = replace(closing(run).measures, **figures)  # type: ignore[arg-type]
    return replace(run, closing=replace(closing(run), measures=measures))


def against(rto: timedelta | None, operator: Operator = Operator.BELOW, **figures: object) -> Run:
    """A closed run held to another RTO, and to no RPO."""
    run = measured(**figures)
    objective = Objective(Limit(rto, operator) if rto else None, None, "tier 1", "2026-Q4")
    return replace(run, header=replace(run.header, objective=objective))


def unknown() -> Run:
    """A closed run of which nothing could be measured."""
    run = sample.passed()
    return replace(
        run, closing=replace(closing(run), measures=Measures(), worst_case_verdict=WorstCaseVerdict.NOT_MEASURED)
    )


def still_open() -> Run:
    """A run that is under way: its last step has no end."""
    run = sample.passed()
    last = replace(run.steps[-1], ended_at=None, duration=None, outcome=None)
    return replace(run, closing=None, steps=(*run.steps[:-1], last))


def guessed(rpa: timedelta) -> Run:
    """A run whose RPA is arithmetic on the schedule, well within its target."""
    return measured(rpa=rpa, rpa_grade="E", rpa_source="arithmetic: daily snapshots")


def drawn(*, number: int, rpa: timedelta = HOUR / 2) -> Run:
    """One of several runs of a drill, to an instant of its own."""
    run = measured(rpa=rpa, worst_case=HOUR / 2)
    at = run.points[0].data_time + HOUR * number
    head = replace(run.header, id=f"{run.header.id}-{number}", selection="random")
    return replace(run, header=head, points=(replace(run.points[0], reference=at),))


def on_aws() -> Run:
    """A run that was made on AWS itself, in real time."""
    run = sample.passed()
    source = replace(run.header.provenance, simulated=False, pace=1.0)
    return replace(run, header=replace(run.header, provenance=source))


def named(name: str) -> Run:
    """A run whose every free text is the same, in every place where one can stand."""
    run = sample.failed()
    end = closing(run)
    header = replace(
        run.header,
        drill=name,
        service=name,
        service_title=name,
        owner=name,
        resource=name,
        resource_id=name,
        selection=name,
        planned_checks=(f"{name} planned",),
        objective=replace(run.header.objective, source=name, revision=name),
        tier_objective=replace(run.header.objective, source=name, revision=name),
        provenance=replace(run.header.provenance, caller=name, endpoint=name, operator=name, definition=name),
    )
    return replace(
        run,
        header=header,
        steps=tuple(replace(step, name=name, detail=name) for step in run.steps),
        checks=tuple(replace(check, name=name, expected=name, observed=name, store=name) for check in run.checks),
        points=tuple(replace(point, id=name, data_time_source=name, store=name) for point in run.points),
        copies=tuple(replace(record, copy=replace(record.copy, id=name)) for record in run.copies),
        observations=tuple(replace(seen, copy=name, state=name) for seen in run.observations),
        segments=tuple(replace(segment, reason=name) for segment in run.segments),
        server_times=tuple(replace(told, copy=name, state=name, source=name) for told in run.server_times),
        template=Made(name, name, (Edit(name, name, name, name, name, 1, name),), (Allowance(name, name),)),
        closing=replace(
            end,
            reasons=(name,),
            cleanup_reasons=(name,),
            findings=tuple(replace(found, title=name, detail=name, owner=name) for found in end.findings),
            measures=replace(end.measures, rpa_source=name, worst_case_source=name),
        ),
    )


def policy(detection: timedelta = timedelta(), decision: timedelta = timedelta()) -> ClockPolicy:
    """Judged from the disruption, with allowances."""
    return ClockPolicy(detection_allowance=detection, decision_allowance=decision)
