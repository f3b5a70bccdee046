"""One run for a terminal: the same facts as its report, in as few lines as they fit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dr_orchestrator.cli.terminal.notices import next_steps, plain, reasons
from dr_orchestrator.domain.copy import CopyRecord
from dr_orchestrator.domain.judge.against import Standing
from dr_orchestrator.domain.judge.explain import Explanation, explain
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.run import CheckResult, Run, Step
from dr_orchestrator.reporting.measure.target import Target, targets
from dr_orchestrator.reporting.wording import (
    above_worst_case,
    as_far_as_known,
    cleanup_badge,
    grade_words,
    instant,
    outcome_badge,
    verdict_badge,
)


def lines(run: Run, report: Path) -> list[str]:
    """A run, line by line: what it was, its verdict and why, figures, steps, checks, copies, findings, report."""
    return [*_head(run), *_figures(run), *_details(run), "", *_last(run, report)]


def _head(run: Run) -> Iterator[str]:
    header, closing = run.header, run.closing
    made = header.provenance
    yield f"run {header.id}  {header.drill} ({header.kind} of {header.resource_id}, {made.region})"
    yield f"  service {plain(header.service)}, tier {header.tier}, started {instant(header.started_at)}"
    yield f"  account {made.account or 'not reached'}, started by {plain(made.operator)}, engine {made.engine}"
    if made.simulated:
        yield "  SIMULATED, no evidence"
    verdict, cleanup = (
        verdict_badge(closing.verdict if closing else None),
        cleanup_badge(closing.cleanup if closing else None),
    )
    yield f"{verdict.word}, clean-up {cleanup.word}"
    yield from (f"  {reason}" for reason in reasons(run))
    yield from (f"  clean-up: {plain(reason)}" for reason in (closing.cleanup_reasons if closing else ()))


def _figures(run: Run) -> Iterator[str]:
    explained = explain(run)
    for target, why in zip(targets(run), (_time(explained), _loss(explained)), strict=True):
        yield f"{target.name}  {_against(target)}"
        if target.actual is not None:
            yield f"     {why}"
    yield from _worst_case(run, explained)


def _against(target: Target) -> str:
    # Where nothing was measured all say the same.
    said = () if target.standing is Standing.NOT_MEASURED else dict.fromkeys((target.badge.word, target.margin))
    return ", ".join([f"{target.figure.text} / {target.objective}", *said])


def _time(explained: Explanation) -> str:
    time = explained.rto
    allowed = time.detection_allowance + time.decision_allowance
    return (
        f"from {time.start.label} {time.start.name} {instant(time.start.at)} "
        f"to {time.stop.label} {time.stop.name} {instant(time.stop.at)}"
        + (f", and {format_duration(allowed)} allowed for detection and decision" if allowed else "")
        + f"; {plain(time.clock)}"
    )


def _loss(explained: Explanation) -> str:
    loss = explained.rpo
    return (
        f"from the newest data {instant(loss.newest)} to {instant(loss.reference)} ({plain(loss.why)}); "
        f"grade {grade_words(loss.grade)}; {plain(loss.source)}"
    )


def _worst_case(run: Run, explained: Explanation) -> Iterator[str]:
    if run.closing is None or (worst := run.closing.measures.worst_case) is None:
        return
    source = plain(run.closing.measures.worst_case_source)
    verdict = run.closing.worst_case_verdict
    known = as_far_as_known(worst, verdict)
    yield f"     worst case {format_duration(worst)}{known}, {verdict}: {source}"
    if note := above_worst_case(explained.rpo):
        yield f"     {note}"


def _details(run: Run) -> Iterator[str]:
    findings = run.closing.findings if run.closing else ()
    yield from _section("steps", [_step(step) for step in run.steps])
    yield from _section("checks", [_check(check) for check in run.checks])
    yield from _section("copies", [_copy(record) for record in run.copies])
    yield from _section(
        "findings", [f"{each.severity}: {plain(each.title)} ({plain(each.owner)})" for each in findings]
    )


def _section(title: str, rows: list[str]) -> Iterator[str]:
    if rows:
        yield from ("", title, *(f"  {row}" for row in rows))


def _step(step: Step) -> str:
    took = format_duration(step.duration) if step.duration is not None else ""
    detail = "; ".join(line.rstrip(";") for line in step.detail.splitlines())
    said = f"  {plain(detail)}" if detail else ""
    return f"{outcome_badge(step.outcome).word:<12} {took:>11}  {plain(step.name)}{said}"


def _check(check: CheckResult) -> str:
    told = f"{plain(check.name)}: {plain(check.observed)}, expected {plain(check.expected)}"
    return f"{outcome_badge(check.outcome).word:<12} {format_duration(check.duration):>11}  {told}"


def _copy(record: CopyRecord) -> str:
    return f"{record.state:<12}  {record.copy.type} {plain(record.copy.id)} in {record.copy.region}"


def _last(run: Run, report: Path) -> Iterator[str]:
    yield from next_steps(run)
    if run.closing is None:
        yield f"→ not closed: `dro resume {run.header.id}` goes on where its process died, `dro sweep` ends it"
    yield f"Report: {report}" if report.exists() else f"Report: not there; dro report {run.header.id} writes it"
