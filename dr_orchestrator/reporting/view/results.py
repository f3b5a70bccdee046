"""The results of an exercise's runs as a template sees them: by tier; of many, first those that need a look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.drill import Pick
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.reporting.measure.tally import numbered
from dr_orchestrator.reporting.measure.target import targets
from dr_orchestrator.reporting.view.target import TargetView, target_view
from dr_orchestrator.reporting.wording import Badge, cleanup_badge, instant, spoken, verdict_badge

FEW = 60
"""Up to so many runs are all shown with their bars; of more, each has a line, and only the first views have bars."""
_FAILED, _SLOWEST = 40, 10
"""So many of those that did not pass, and of the slowest others, are shown first."""
_WORST_FIRST = (
    *(Verdict.FAILED, Verdict.ABORTED, Verdict.INCONCLUSIVE, None, Verdict.PARTIAL),
    *(Verdict.PASSED_WITH_FINDINGS, Verdict.PASSED),
)


@dataclass(frozen=True)
class RunRow:
    """One run in the table of results; `report` is the file of its own report, empty where there is none."""

    id: str
    report: str
    title: str
    drill: str
    kind: str
    path: str
    number: str
    selection: str
    rto: TargetView
    rpo: TargetView
    verdict: Badge
    cleanup: Badge


@dataclass(frozen=True)
class TierView:
    """The runs of one tier; `told` counts them by verdict."""

    number: str
    rows: tuple[RunRow, ...]
    told: str


@dataclass(frozen=True)
class FirstView:
    """Runs of a large exercise that need a look; `note` says how many more there are, empty where none."""

    title: str
    rows: tuple[RunRow, ...]
    note: str


def run_rows(runs: Sequence[Run], reports: Mapping[str, str]) -> dict[str, RunRow]:
    """The row of each run, by its id; `reports` names the report file of each that has one."""
    again = numbered(runs)
    return {run.header.id: _row(run, reports.get(run.header.id, ""), again.get(run.header.id, "")) for run in runs}


def tiers_view(runs: Sequence[Run], rows: Mapping[str, RunRow]) -> tuple[TierView, ...]:
    """All runs by tier: by service and drill, or, where they are many, the worst and slowest first."""
    ordered = sorted(runs, key=_worst_first if len(runs) > FEW else _by_service)
    tiers: dict[int, list[Run]] = {}
    for run in sorted(ordered, key=lambda run: run.header.tier):
        tiers.setdefault(run.header.tier, []).append(run)
    return tuple(
        TierView(str(tier), tuple(rows[run.header.id] for run in of_it), _told(of_it)) for tier, of_it in tiers.items()
    )


def first_view(runs: Sequence[Run], rows: Mapping[str, RunRow]) -> tuple[FirstView, ...]:
    """The runs to look at first in a large exercise."""
    unproven, slowest = _first(runs)
    views = (
        FirstView("Did not pass, or left something behind", _rows(unproven[:_FAILED], rows), _more(unproven, _FAILED)),
        FirstView("The slowest that passed", _rows(slowest, rows), ""),
    )
    return tuple(view for view in views if view.rows)


def looked_at_first(runs: Sequence[Run]) -> tuple[str, ...]:
    """The ids of the runs that are shown first; of few runs, of all."""
    if len(runs) <= FEW:
        return tuple(run.header.id for run in runs)
    unproven, slowest = _first(runs)
    return tuple(run.header.id for run in (*unproven[:_FAILED], *slowest))


def _first(runs: Sequence[Run]) -> tuple[list[Run], list[Run]]:
    """All runs that are not both green and clean, the worst first, and the slowest of the others."""
    ordered = sorted(runs, key=_worst_first)
    unproven = [run for run in ordered if not _well(run)]
    measured = [run for run in ordered if _well(run) and _took(run)]
    return unproven, sorted(measured, key=_took, reverse=True)[:_SLOWEST]


def _well(run: Run) -> bool:
    return run.closing is not None and run.closing.verdict.green and run.closing.cleanup is Cleanup.CLEAN


def _took(run: Run) -> timedelta:
    return (run.closing.measures.rta if run.closing else None) or timedelta()


def _worst_first(run: Run) -> tuple[int, bool, timedelta, str]:
    """By the verdict, but a run that passed and left something behind stands before all that passed."""
    verdict = run.closing.verdict if run.closing else None
    passed_unclean = run.closing is not None and run.closing.verdict.green and not _well(run)
    rank = _WORST_FIRST.index(Verdict.PASSED_WITH_FINDINGS if passed_unclean else verdict)
    return rank, _well(run), -_took(run), run.header.id


def _by_service(run: Run) -> tuple[str, datetime]:
    return run.header.service_title, run.header.started_at


def _rows(runs: Sequence[Run], rows: Mapping[str, RunRow]) -> tuple[RunRow, ...]:
    return tuple(rows[run.header.id] for run in runs)


def _more(runs: Sequence[Run], shown: int) -> str:
    return f"{shown} of {len(runs)} are shown; in each tier they stand first." if runs[shown:] else ""


def _told(runs: Sequence[Run]) -> str:
    verdicts = Counter(run.closing.verdict if run.closing else None for run in runs)
    said = [f"{verdicts[verdict]} {verdict_badge(verdict).word}" for verdict in _WORST_FIRST if verdicts[verdict]]
    return f"{counted(len(runs), 'run')}: {', '.join(said)}"


def _row(run: Run, report: str, number: str) -> RunRow:
    header, (rto, rpo) = run.header, targets(run)
    return RunRow(
        id=header.id,
        report=report,
        title=header.service_title,
        drill=header.drill,
        kind=spoken(header.kind.value),
        path=header.path.value,
        number=number,
        selection=_selection(run),
        rto=target_view(rto),
        rpo=target_view(rpo),
        verdict=verdict_badge(run.closing.verdict if run.closing else None),
        cleanup=cleanup_badge(run.closing.cleanup if run.closing else None),
    )


def _selection(run: Run) -> str:
    """Which recovery point was asked for, and what was drawn; nothing where it was simply the newest."""
    if run.header.selection in ("", Pick.LATEST.value):
        return ""
    drawn = [point.reference for point in run.points if point.reference is not None]
    return f"{run.header.selection}: {instant(min(drawn))}" if drawn else run.header.selection
