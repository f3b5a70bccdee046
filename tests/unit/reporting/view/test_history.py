"""What a report says of a run after its end: copies that a sweep took down, a lab's clock that ran ahead."""

import html
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from dr_orchestrator.domain.copy import CopyState
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup
from dr_orchestrator.reporting.render import exercise_html, exercise_markdown, run_html, run_markdown
from dr_orchestrator.reporting.view.exercise import exercise_view
from dr_orchestrator.reporting.view.run import run_view
from tests.support import variants
from tests.support.golden import sample

SWEPT = "what was left was taken down by a sweep on 2026-11-21 08:00 UTC"


def swept() -> Run:
    """The failed run, after a sweep took down the copy that had resisted."""
    run = sample.failed()
    end = variants.closing(run)
    copies = tuple(replace(each, state=CopyState.DELETED) for each in run.copies)
    end = replace(end, cleanup=Cleanup.CLEAN, cleanup_reasons=(*end.cleanup_reasons, SWEPT))
    return replace(run, copies=copies, closing=end)


def test_a_swept_copy_is_history(templates: tuple[Path, ...]) -> None:
    """CLEAN never stands beside a finding that a copy may still exist; what was so is told as of the run's end."""
    for text in (run_html(swept(), templates), run_markdown(swept(), templates)):
        assert "may still exist" not in text
        assert "A copy was left at the end of the run; it has been taken down since" in text
        assert "at the end of the run: rds-instance" in text
        assert SWEPT in text
    assert [(row.badge.word, row.badge.tone) for row in run_view(swept()).findings][-1] == ("settled", "none")


def test_a_copy_that_is_still_there_is_told_as_now(templates: tuple[Path, ...]) -> None:
    """Without the sweep the finding keeps its words, its severity and its place."""
    view = run_view(sample.failed())
    assert [row.badge.word for row in view.findings if row.title == "A copy may still exist"] == ["high"]
    assert not any(reason.startswith("at the end") for reason in view.cleanup_reasons)


def test_an_exercise_settles_a_finding_when_every_run_did() -> None:
    """One run whose copy is still there keeps the finding that it shares with a swept one."""
    again = replace(sample.failed(), header=replace(sample.failed().header, id="again"))
    told = {row.finding.title for row in exercise_view(sample.exercise(), [swept(), again], {}).findings}
    assert "A copy may still exist" in told
    alone = exercise_view(sample.exercise(), [swept()], {}).findings
    assert alone[-1].finding.badge.word == "settled"


def test_the_real_start_stands_beside_the_labs(templates: tuple[Path, ...]) -> None:
    """A lab's day runs ahead: the page says once when it really began, for a run and for an exercise."""
    run, exercise = sample.failed(), sample.exercise()
    for text in (run_html(run, templates), run_markdown(run, templates)):
        assert text.count("2026-11-20 10:00:00 UTC (lab time; real start 2026-11-20 07:30 UTC)") == 1
    for text in (exercise_html(exercise, [run], templates), exercise_markdown(exercise, [run], templates)):
        assert text.count("2026-11-20 09:00:00 UTC (lab time; real start 2026-11-20 07:30 UTC)") == 1


def test_no_real_start_is_made_up(templates: tuple[Path, ...]) -> None:
    """In real time there is nothing to add, and an old record that did not keep it says nothing."""
    old = replace(sample.failed(), header=replace(sample.failed().header, real_started_at=None))
    for run in (old, variants.on_aws()):
        assert "real start" not in run_html(run, templates)
    assert "real start" not in exercise_html(sample.exercise(), [old], templates)


def test_the_exercise_says_what_its_recovery_times_hold(templates: tuple[Path, ...]) -> None:
    """Beside the judged figures stands how much of them is the policy's, and that the bars show measured time."""
    said = "the policy adds 30 m in tier 0 and 1, 1 h in tier 2, 2 h in tier 3 for detection and decision."
    page = html.unescape(exercise_html(sample.exercise(), sample.runs(), templates))
    assert said in page
    assert said in exercise_markdown(sample.exercise(), sample.runs(), templates)
    assert "show the measured time" in page
    run = sample.failed()
    bare = replace(run, header=replace(run.header, policy=variants.policy()))
    assert exercise_view(sample.exercise(), [bare], {}).allowances == ""
    assert "measured time" not in exercise_html(sample.exercise(), [bare], templates)


def test_net_is_told_where_it_differs(templates: tuple[Path, ...]) -> None:
    """Waiting before the clock began changes nothing, so that the card does not repeat the figure."""
    run = sample.platform()
    assert "Net of waiting" not in run_html(run, templates)
    assert "Net of waiting" in run_html(sample.passed(), templates)
    measures = replace(variants.closing(run).measures, rta_net=timedelta(hours=1))
    assert "Net of waiting" in run_html(
        replace(run, closing=replace(variants.closing(run), measures=measures)), templates
    )
