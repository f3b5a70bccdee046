"""The report of a large exercise: what needs a look comes first, the rest is folded, and no run is left out."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dr_orchestrator.domain.programme import Exercise
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.reporting.chart.lanes import lanes
from dr_orchestrator.reporting.export import exercise_json
from dr_orchestrator.reporting.render import exercise_html, exercise_markdown, write_exercise
from dr_orchestrator.reporting.view.exercise import exercise_view
from dr_orchestrator.reporting.view.results import looked_at_first
from tests.support import variants
from tests.support.golden import sample

MINUTE = timedelta(minutes=1)
SLOW = "site-0123"


def told(number: int, **end: object) -> Run:
    """A run of a site of its own; nobody's recovery takes as long as SLOW's."""
    run, name = sample.passed(), f"site-{number:04}"
    header = replace(
        run.header, id=f"{name}-run", drill=name, service=name, started_at=run.header.started_at + number * MINUTE
    )
    closing = variants.closing(run)
    figures = {"rta": timedelta(hours=3 if name == SLOW else 1), "rpa": 30 * MINUTE, "worst_case": 30 * MINUTE}
    return replace(run, header=header, closing=replace(closing, measures=replace(closing.measures, **figures), **end))  # type: ignore[arg-type]


def exercise(runs: list[Run]) -> Exercise:
    return replace(sample.exercise(), planned=tuple(run.header.drill for run in runs), left_out={})


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    """300 runs: one failed, one that passed left a copy, one is under way, and one is slow."""
    odd = {
        77: told(77, verdict=Verdict.FAILED),
        150: told(150, cleanup=Cleanup.LEFTOVERS),
        222: replace(told(222), closing=None),
    }
    return [odd.get(number) or told(number) for number in range(300)]


def test_what_needs_a_look_comes_first(runs: list[Run], templates: tuple[Path, ...]) -> None:
    """Failures, leftovers and open runs stand before the slowest, all of them outside the folds."""
    view = exercise_view(exercise(runs), runs, {})
    unproven, slowest = view.first
    assert [row.drill for row in unproven.rows] == ["site-0077", "site-0222", "site-0150"]
    assert slowest.rows[0].drill == SLOW
    page = exercise_html(exercise(runs), runs, templates)
    page = page[page.index("Results by tier") :]
    places = [page.index(f"{name}-run") for name in ("site-0077", "site-0222", "site-0150", SLOW)]
    assert places == sorted(places)
    assert places[-1] < page.index("<details>")
    text = exercise_markdown(exercise(runs), runs, templates)
    assert text.index("site-0077") < text.index(SLOW) < text.index("| Tier |")


def test_no_run_is_left_out(runs: list[Run], templates: tuple[Path, ...]) -> None:
    """Every run has its line in the folded tables, in Markdown and in JSON, the worst of its tier first."""
    page = exercise_html(exercise(runs), runs, templates)
    folded = page[page.index("<details>") : page.index("<h2>Findings")]
    listed = re.findall(r'href="(site-\d+-run)\.html"', folded)
    assert sorted(listed) == sorted(run.header.id for run in runs)
    assert listed[0] == "site-0077-run"
    assert f"{len(runs)} runs: 1 FAILED, 1 UNDER WAY, 298 PASSED" in folded
    text = exercise_markdown(exercise(runs), runs, templates)
    assert all(f"| {run.header.drill} |" in text or f"[{run.header.drill}]" in text for run in runs)
    assert len(exercise_json(exercise(runs), runs)["runs"]) == len(runs)


def test_a_run_without_a_page_is_named_by_its_id(runs: list[Run], templates: tuple[Path, ...]) -> None:
    """Where nothing can be linked the id stands in the line, so that `dro report` finds it."""
    page = exercise_html(exercise(runs), runs, templates, {})
    folded = page[page.index("<details>") :]
    assert all(f"<small>{run.header.id}</small>" in folded for run in runs)


def test_many_failures_are_told_in_part_and_listed_whole(templates: tuple[Path, ...]) -> None:
    """Forty of them stand first with their bars; how many there are is said, and all are in the folded tables."""
    runs = [told(number, verdict=Verdict.FAILED) for number in range(100)]
    page = exercise_html(exercise(runs), runs, templates)
    assert "40 of 100 are shown; in each tier they stand first." in page
    assert page.count('class="bullet"') == 80
    assert len(set(re.findall(r'href="(site-\d+-run)\.html"', page[page.index("<details>") :]))) == 100


def test_a_small_exercise_is_not_folded(runs: list[Run], templates: tuple[Path, ...]) -> None:
    """Up to sixty runs are all shown with their bars, by service."""
    page = exercise_html(exercise(runs[:60]), runs[:60], templates)
    assert "<details>" not in page
    assert page.count('class="bullet"') == 120
    assert looked_at_first(runs[:60]) == tuple(run.header.id for run in runs[:60])


def test_only_pages_that_are_there_are_linked(runs: list[Run], tmp_path: Path, templates: tuple[Path, ...]) -> None:
    """A large exercise is written without its runs' pages, and links to those that lie beside it."""
    (tmp_path / "site-0077-run.html").write_text("there")
    paths = write_exercise(exercise(runs), runs, tmp_path, templates)
    assert set(re.findall(r'href="([^"]+)"', paths["html"].read_text())) == {"site-0077-run.html"}
    assert looked_at_first(runs)[:3] == ("site-0077-run", "site-0222-run", "site-0150-run")
    assert len(looked_at_first(runs)) == 13


def test_the_json_of_a_large_exercise_says_the_same(
    runs: list[Run], tmp_path: Path, templates: tuple[Path, ...]
) -> None:
    """A line a run and a line a service, and read back it is what a small exercise's holds."""
    text = write_exercise(exercise(runs), runs, tmp_path, templates)["json"].read_text()
    assert json.loads(text) == json.loads(json.dumps(exercise_json(exercise(runs), runs)))
    assert sum(line.startswith('    {"id": "site-') for line in text.splitlines()) == len(runs)


def test_a_page_stays_small(templates: tuple[Path, ...]) -> None:
    """A run more is less than 500 bytes more, so that 3,000 runs stay below 2 MB."""
    many, more = ([told(number) for number in range(many)] for many in (100, 300))
    sizes = [len(exercise_html(exercise(runs), runs, templates).encode()) for runs in (many, more)]
    assert (sizes[1] - sizes[0]) / 200 < 500


def test_services_that_break_their_promise_are_told_with_their_paths(templates: tuple[Path, ...]) -> None:
    """Of many services those come first that no path keeps the promise of; the others have a line each."""
    runs = [told(number) for number in range(100)]
    runs[50] = told(50, verdict=Verdict.FAILED)
    view = exercise_view(exercise(runs), runs, {})
    assert [service.rows[0].drill for service in view.services_first] == ["site-0050"]
    assert len(view.services) == 100
    page = exercise_html(exercise(runs), runs, templates)
    assert page[page.index("All services") : page.index("<h2>When each run ran")].count('<th scope="row">') == 101


def test_findings_beyond_the_gravest_are_folded(templates: tuple[Path, ...]) -> None:
    """Thirty stand open with their details, and every other has a line that names its run."""
    runs = [told(number) for number in range(100)]
    found = variants.closing(sample.failed()).findings[0]
    runs = [
        replace(run, closing=replace(variants.closing(run), findings=(replace(found, fingerprint=run.header.id),)))
        for run in runs
    ]
    page = exercise_html(exercise(runs), runs, templates)
    section = page[page.index("<h2>Findings") : page.index("<h2>Recovery paths")]
    assert section.count("<li>") == 30
    assert section.index("<details>") > section.rindex("<li>")
    assert "70 more findings" in section
    assert {run.header.id for run in runs} == set(re.findall(r"site-\d+-run", section))


def test_levels_of_many_runs_keep_their_peak() -> None:
    """However many runs begin and end, the strip has at most 400 columns, and its highest is the peak."""
    runs = [told(number) for number in range(600)]
    drawn = lanes(exercise(runs), runs)
    assert drawn is not None
    assert len(drawn.levels) <= 400
    assert max(float(level.height) for level in drawn.levels) == 44
