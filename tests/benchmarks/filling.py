"""Fills a ledger with closed runs in bulk: `python -m tests.benchmarks.filling URL DRILLS CLOSED EXERCISE`.

The rows are those of the sample quarter's nine runs, told again and again at other times. So many CLOSED runs are of
the drills of a folder, as a team's ledger holds them after years; so many more are one EXERCISE of as many drills.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from dr_orchestrator.domain.finding import Finding
from dr_orchestrator.domain.programme import Exercise
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import worst
from dr_orchestrator.ledger import rows, tables
from dr_orchestrator.ledger.engine import create
from dr_orchestrator.ledger.ledger import connect
from tests.support.golden import sample
from tests.support.types import load

BATCH = 500
OF_A_QUARTER = 250
AT_ONCE = 30
APART = timedelta(minutes=7)
MASS = "mass"
"""The id of the one large exercise."""

Rows = dict[str, list[dict[str, Any]]]


def fill(url: str, drills: Path, closed: int, mass: int) -> None:
    """Write all of it; the newest run began when the sample's did."""
    connect(url).close()
    engine = create(url)
    with engine.begin() as connection:
        told = chain(_quarters(drills, closed), _mass(mass))
        while batch := list(islice(told, BATCH)):
            for table in tables.metadata.sorted_tables:
                if written := [row for each in batch for row in each.get(table.name, [])]:
                    connection.execute(insert(table), written)
    engine.dispose()


def _quarters(drills: Path, closed: int) -> Iterator[Rows]:
    """Real runs of the declared drills, in exercises of a quarter's size."""
    declared = list(load(drills).drills.values())
    for number in range(closed):
        quarter, of_it = divmod(number, OF_A_QUARTER)
        story, later = _story(number), APART * (number - closed)
        drill = declared[number % len(declared)]
        source = replace(story.header.provenance, simulated=False, pace=1.0, definition=drill.digest)
        header = replace(
            story.header,
            id=f"{drill.name}-past-{number:05}",
            drill=drill.name,
            service=drill.service.name,
            exercise=f"past-{quarter:03}",
            selection=str(drill.selection),
            provenance=source,
        )
        planned = tuple(declared[each % len(declared)].name for each in range(number, number + OF_A_QUARTER))
        opening = _exercise(f"past-{quarter:03}", planned, later) if of_it == 0 else {}
        yield opening | _rows(replace(story, header=header), later)


def _mass(runs: int) -> Iterator[Rows]:
    """One exercise of many sites, three drills each."""
    for number in range(runs):
        story, drill = _story(number), _site(number)
        site = number // 3
        header = replace(
            story.header,
            id=f"{drill}-20261120-01",
            drill=drill,
            service=f"site-{site:04}",
            service_title=f"Site {site:04}",
            exercise=MASS,
        )
        opening = _exercise(MASS, tuple(map(_site, range(runs))), timedelta()) if number == 0 else {}
        yield opening | _rows(replace(story, header=header), APART * (number // AT_ONCE))


def _site(number: int) -> str:
    return f"site-{number // 3:04}-{('database', 'documents', 'replica')[number % 3]}"


def _story(number: int) -> Run:
    """Nearly all runs pass, as they do; one of twenty is the next of those that did not."""
    stories = _stories()
    green = [run for run in stories if run.closing and run.closing.verdict.green]
    others = [run for run in stories if run not in green]
    of = others if number % 20 == 0 else green
    return of[(number // 20 if of is others else number) % len(of)]


@cache
def _stories() -> tuple[Run, ...]:
    return sample.runs()


def _exercise(name: str, planned: tuple[str, ...], later: timedelta) -> Rows:
    made = sample.exercise()
    began, ends = made.started_at + later, [run.closing.ended_at for run in _stories() if run.closing]
    told: Exercise = replace(
        made,
        id=name,
        started_at=began,
        planned=planned,
        left_out={},
        ended_at=max(ends) + later + APART * (len(planned) // AT_ONCE),
        verdict=worst(run.closing.verdict for run in _stories() if run.closing),
    )
    return {"exercise": [rows.exercise_row(told)]}


def _rows(run: Run, later: timedelta) -> Rows:
    name, end = run.header.id, run.closing
    assert end is not None
    own = {"run": [rows.header_row(run.header) | rows.closing_row(end)]}
    facts = {
        "event": [rows.row_of(each, run=name) for each in run.events],
        "step": [rows.row_of(each, run=name) for each in run.steps],
        "check_result": [rows.row_of(each, run=name) for each in run.checks],
        "recovery_point": [rows.row_of(each, run=name) for each in run.points],
        "observation": [rows.row_of(each, run=name) for each in run.observations],
        "segment": [rows.row_of(each, run=name) for each in run.segments],
        "server_time": [rows.row_of(each, run=name) for each in run.server_times],
        "template_edit": [rows.row_of(each, run=name) for each in (run.template.edits if run.template else ())],
        "finding": [rows.row_of(_of_drill(each, run), run=name) for each in end.findings],
        "copy": [_copy(run, number) for number in range(len(run.copies))],
    }
    return {table: [_later(row, later) for row in told] for table, told in (own | facts).items()}


def _of_drill(finding: Finding, run: Run) -> Finding:
    """A finding is of one drill: another site's alike is another."""
    return replace(finding, fingerprint=f"{finding.fingerprint}-{run.header.drill}")


def _copy(run: Run, number: int) -> dict[str, Any]:
    record = run.copies[number]
    planned = replace(record.copy, run=run.header.id, id=f"dro-{run.header.id}-{number}", drill=run.header.drill)
    known = rows.row_of(record.identity) if record.identity else {"arn": None, "unique_id": None}
    times = {name: getattr(record, name) for name in ("intended_at", "created_at", "gone_at")}
    return rows.row_of(planned) | known | times | {"state": "deleted"}


def _later(row: dict[str, Any], by: timedelta) -> dict[str, Any]:
    return {name: value + by if isinstance(value, datetime) else value for name, value in row.items()}


if __name__ == "__main__":
    fill(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
