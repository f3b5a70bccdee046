"""The report of an exercise: its plan, its doubts, its links, its lanes."""

import html
from dataclasses import replace
from pathlib import Path

from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.reporting.chart.lanes import lanes
from dr_orchestrator.reporting.export import exercise_json
from dr_orchestrator.reporting.measure.tally import doubts, tally
from dr_orchestrator.reporting.render import exercise_html, exercise_markdown
from dr_orchestrator.reporting.view.exercise import exercise_view
from dr_orchestrator.reporting.wording import instant
from tests.support import variants
from tests.support.golden import sample


def test_counts_add_up_to_the_plan() -> None:
    """Ten in scope are nine that ran and one that was left out."""
    assert [fact.value for fact in exercise_view(sample.exercise(), sample.runs(), {}).plan] == ["10", "9", "1", "0"]


def test_a_drill_that_ran_twice_counts_once() -> None:
    """Two runs of one drill are one drill of the plan, and both are told."""
    runs = [sample.passed(), replace(sample.passed(), header=replace(sample.passed().header, id="again"))]
    view = exercise_view(sample.exercise(), runs, {})
    assert [fact.value for fact in view.plan] == ["10", "1", "1", "8"]
    assert view.plan_sentence.startswith("10 drills in scope: 1 ran in 2 runs")


def test_no_run_overwrites_another(templates: tuple[Path, ...]) -> None:
    """Several runs of one drill are all listed, numbered, with the instant each one drew, and drawn apart."""
    runs = [variants.drawn(number=number) for number in (1, 2, 3)]
    page, text = (
        exercise_html(sample.exercise(), runs, templates),
        exercise_markdown(sample.exercise(), runs, templates),
    )
    for number, run in enumerate(runs, 1):
        assert f"run {number} of 3: {run.header.id}" in page
        assert f"run {number} of 3 ({run.header.id})" in text
        assert f"random: {instant(run.points[0].reference)}" in page
        assert f'href="{run.header.id}.html"' in page
    chart = lanes(sample.exercise(), runs)
    assert chart is not None
    assert [lane.name for lane in chart.lanes] == [f"jira-snapshot ({number} of 3)" for number in (1, 2, 3)]
    assert [(row["id"], row["selection"]) for row in exercise_json(sample.exercise(), runs)["runs"]] == [
        (run.header.id, "random") for run in runs
    ]
    assert len(exercise_view(sample.exercise(), runs, {}).services[0].rows) == 1


def test_the_line_on_the_tier_is_the_same_everywhere(templates: tuple[Path, ...]) -> None:
    """Whether a drilled path meets the tier's objective stands in HTML, Markdown and JSON in the same words."""
    said = {each["service"]: each for each in exercise_json(sample.exercise(), sample.runs())["services"]}
    assert said["jira"]["line"] == "A drilled path meets the tier's objective: jira-pitr"
    assert said["jira"]["meets_tier"] is True
    assert said["bitbucket"]["line"] == "NO drilled path meets the tier's RTO or RPO"
    assert said["images"]["line"].endswith("images-snapshot, but not in the worst case")
    for each in said.values():
        for text in (
            exercise_html(sample.exercise(), sample.runs(), templates),
            exercise_markdown(sample.exercise(), sample.runs(), templates),
        ):
            assert each["line"] in html.unescape(text)


def test_a_green_verdict_that_the_records_deny_is_doubted(templates: tuple[Path, ...]) -> None:
    """An exercise recorded as passed, with a failed run or a drill not reached, says not to rely on it."""
    green = replace(sample.exercise(), verdict=Verdict.PASSED)
    assert "run bitbucket-pitr-20261120-05 is FAILED" in doubts(green, sample.runs())
    assert "drill jira-pitr was not reached" in doubts(green, [sample.passed()])
    assert "no drill ran" in doubts(green, [])
    assert "Do not rely on this verdict" in exercise_html(green, sample.runs(), templates)
    assert "Do not rely on this verdict" in exercise_markdown(green, sample.runs(), templates)
    assert doubts(sample.exercise(), sample.runs()) == ()


def test_an_exercise_that_is_not_closed_is_not_green(templates: tuple[Path, ...]) -> None:
    """Without a verdict it is under way; with an open run its clean-up is not known."""
    going = replace(sample.exercise(), verdict=None, ended_at=None)
    page = exercise_html(going, [variants.still_open()], templates)
    assert 'class="verdict open"' in page
    assert tally(going, [variants.still_open()]).cleanup is None
    assert "NOT KNOWN YET" in page


def test_an_exercise_without_runs_renders(templates: tuple[Path, ...]) -> None:
    """Nothing ran: no chart, no table, and every planned drill is listed as not reached."""
    text = exercise_markdown(sample.exercise(), [], templates)
    assert "jira-pitr: not reached" in text
    assert "No drill ran." in exercise_html(sample.exercise(), [], templates)


def test_runs_are_linked_beside_the_exercise(templates: tuple[Path, ...]) -> None:
    """Every run is linked by its id, relative to the exercise's report, unless told otherwise."""
    page = exercise_html(sample.exercise(), sample.runs(), templates)
    assert 'href="jira-pitr-20261120-03.html"' in page
    assert "](jira-pitr-20261120-03.md)" in exercise_markdown(sample.exercise(), sample.runs(), templates)
    assert "href=" not in exercise_html(sample.exercise(), sample.runs(), templates, {})


def test_a_leftover_is_named_on_the_first_page(templates: tuple[Path, ...]) -> None:
    """Who reads only the top still learns which run left something behind."""
    view = exercise_view(sample.exercise(), sample.runs(), {})
    assert [(fact.label, fact.value) for fact in view.unclean] == [("bitbucket-pitr-20261120-05", "LEFTOVERS")]


def test_the_same_cause_is_one_finding() -> None:
    """A finding that two runs met is listed once, with both runs."""
    again = replace(sample.failed(), header=replace(sample.failed().header, id="again"))
    found = exercise_view(sample.exercise(), [sample.failed(), again], {}).findings
    assert all(shared.runs == ("bitbucket-pitr-20261120-05", "again") for shared in found)
    assert len(found) == 4


def test_lanes_count_runs_at_once_and_are_capped() -> None:
    """A run that ends as another begins does not overlap it; a mass exercise is not drawn in full."""
    told = lanes(sample.exercise(), sample.runs())
    assert told is not None
    assert told.peak == 4
    many = [replace(sample.passed(), header=replace(sample.passed().header, id=f"run-{n}")) for n in range(100)]
    drawn = lanes(sample.exercise(), many)
    assert drawn is not None
    assert (len(drawn.lanes), drawn.peak) == (60, 100)
    assert drawn.note == "The first 60 of 100 runs are drawn; the table holds them all."
