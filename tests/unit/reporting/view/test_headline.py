"""The sentence under a verdict agrees with every figure beside it."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dr_orchestrator.cli.terminal.run import lines
from dr_orchestrator.domain.run import CheckResult, Measures, Phase, Run
from dr_orchestrator.domain.verdict import Outcome, Verdict, WorstCaseVerdict
from dr_orchestrator.reporting.headline import of_exercise, of_run
from dr_orchestrator.reporting.render import run_html, run_markdown
from tests.support import variants
from tests.support.golden import sample


def broken(**more: object) -> Run:
    """A failed run of which neither RTA nor RPA was measured."""
    run = sample.passed()
    end = replace(variants.closing(run), verdict=Verdict.FAILED, measures=Measures())
    return replace(run, closing=end, **more)  # type: ignore[arg-type]


def wrong(name: str) -> CheckResult:
    return CheckResult(name, "1", "0", Outcome.FAILED)


def stuck(phase: Phase) -> Run:
    """A failed run with one step that failed."""
    run = broken()
    return replace(run, steps=(replace(run.steps[2], phase=phase, outcome=Outcome.FAILED),))


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (sample.failed, "The promise was not kept: RTO and RPO missed."),
        (lambda: broken(checks=(wrong("rows"),)), "A mandatory check failed; the service was never verified."),
        (
            lambda: broken(checks=(wrong("rows"), wrong("dates"))),
            "2 mandatory checks failed; the service was never verified.",
        ),
        (lambda: stuck(Phase.RECOVER), "The service could not be recovered: step 'restore' failed."),
        (lambda: stuck(Phase.VERIFY), "The step 'restore' failed."),
        (broken, "The drill failed."),
        (sample.image_effects, "The promise was kept in this drill; in the worst case it would not be."),
        (sample.confluence, "The promise was kept, and there is something to work on."),
        (sample.passed, "The promise was kept."),
    ],
)
def test_a_run_says_what_failed(run: Callable[[], Run], said: str) -> None:
    """Only a measured figure breaks a promise; a failed check or step is called that; a worst case is not hidden."""
    assert of_run(run()) == said


@pytest.mark.parametrize(
    ("runs", "verdict", "said"),
    [
        (
            [sample.passed, sample.image_effects],
            Verdict.PASSED_WITH_FINDINGS,
            "Every drill met its objective; in the worst case 1 of 2 would not.",
        ),
        (
            [sample.passed, sample.confluence],
            Verdict.PASSED_WITH_FINDINGS,
            "Every drill met its objective, and there is something to work on.",
        ),
        ([sample.failed, sample.image_effects], Verdict.FAILED, "Not every drill met its objective."),
    ],
)
def test_an_exercise_does_not_hide_its_worst_case(runs: list[Callable[[], Run]], verdict: Verdict, said: str) -> None:
    """A green exercise with recovery points that cannot guarantee an RPO says so in its first sentence."""
    assert of_exercise(replace(sample.exercise(), verdict=verdict), [run() for run in runs]) == said


def test_a_worst_case_of_a_part_of_the_history_says_so(templates: tuple[Path, ...], tmp_path: Path) -> None:
    """A figure that is called not measured contradicts itself, on the page as in `dro show`."""
    run = sample.passed()
    assert run.closing is not None
    partial = replace(run, closing=replace(run.closing, worst_case_verdict=WorstCaseVerdict.NOT_MEASURED))
    assert re.search(r"Worst case [^:<]*\d \w, as far as is known: not measured\.", run_html(partial, templates))
    assert any(", as far as is known, not measured: " in line for line in lines(partial, tmp_path / "x.html"))
    assert "as far as is known" not in run_html(run, templates)


def test_a_worst_case_that_was_not_measured_is_said_once(templates: tuple[Path, ...]) -> None:
    """'Not measured: not measured' tells a reader nothing."""
    run = variants.unknown()
    assert "<small>Worst case not measured.</small>" in run_html(run, templates).replace(
        " The tier&#39;s own RPO &lt; 1 h: not measured.", ""
    )
    assert "- Worst case: **not measured**\n" in run_markdown(run, templates)
    assert "Largest gap" not in run_html(run, templates)


def test_one_finding_is_not_all(templates: tuple[Path, ...]) -> None:
    """The way to the findings in full is worded for one and for several."""
    assert ">The finding in full</a>" in run_html(sample.confluence(), templates)
    assert ">All 4 findings in full</a>" in run_html(sample.failed(), templates)
