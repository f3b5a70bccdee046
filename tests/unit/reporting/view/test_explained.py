"""What a report says of the way to its figures: clocks, waiting, stores, the worst case, the tier."""

import html
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dr_orchestrator.domain.run import Run, Segment, SegmentKind
from dr_orchestrator.reporting.render import run_html, run_markdown
from dr_orchestrator.reporting.view.run import run_view
from tests.support import records, variants
from tests.support.golden import sample
from tests.support.variants import HOUR


def both(run: Run, templates: tuple[Path, ...]) -> tuple[str, str]:
    """HTML and Markdown, as they are read."""
    return html.unescape(run_html(run, templates)), run_markdown(run, templates)


def test_the_way_to_the_verdict_is_in_every_format(templates: tuple[Path, ...]) -> None:
    """Every question and both answers stand on the page and in Markdown."""
    run = sample.failed()
    for text in both(run, templates):
        assert "How the verdict was reached" in text
        for row in run_view(run).why.rows:
            assert all(part in text for part in (row.question, row.rto, row.rpo))


def test_both_recovery_times_and_their_policy_are_told(templates: tuple[Path, ...]) -> None:
    """From disruption and from declaration, gross and net, the event judged from, and what was not exercised."""
    for text in both(sample.passed(), templates):
        for said in (
            "From the disruption (T0 to T7)",
            "From the declaration (T2 to T7)",
            "Net: the judged one without the labelled waiting",
            "The recovery time is judged from the disruption (T0) to the verified service (T7).",
            "Detection and declaration were not exercised",
            "The policy adds 10 m for detection and 20 m for decision.",
        ):
            assert said in text


def test_no_waiting_is_said_and_draws_no_table(templates: tuple[Path, ...]) -> None:
    """A run that waited for nothing says so in a line."""
    for text in both(sample.platform(), templates):
        assert "Nothing but the recovery was waited for: gross and net are the same." in text
        assert "Waiting for" not in text
        assert "Net: the judged one" not in text


@pytest.mark.parametrize(
    ("begins", "lasts", "said"),
    [(-120, 60, "no"), (60, 60, "yes"), (-60, 90, "30 s of it"), (3600 * 30, 60, "no")],
)
def test_waiting_says_how_much_of_it_counts(begins: int, lasts: int, said: str) -> None:
    """Before the disruption and after the verified service it does not count; across the edge, in part."""
    run = sample.platform()
    start = run.events[0].offset
    offset, took = start + timedelta(seconds=begins), timedelta(seconds=lasts)
    segment = Segment(SegmentKind.APPROVAL, "the change board", run.header.started_at, offset, took)
    (wait,) = run_view(replace(run, segments=(segment,))).clock.waits
    assert wait.on_clock == said


def test_aws_clock_stands_beside_ours(templates: tuple[Path, ...]) -> None:
    """The difference has its sign in a word; where AWS told nothing, that is said."""
    assert [each.difference.text for each in run_view(sample.passed()).clock.servers] == ["5 s earlier", "22 s later"]
    for text in both(sample.passed(), templates):
        assert "22 s later" in text
        assert "DescribeEvents: Finished DB Instance creation" in text
    for text in both(replace(sample.passed(), server_times=()), templates):
        assert "AWS told no times of its own" in text


def test_stores_are_told_apart_where_there_are_several(templates: tuple[Path, ...]) -> None:
    """Two stores have a row each, the worst is named, and their skew; a single one has no table."""
    proof = run_view(sample.develop_replica()).proof
    assert [(store.name, store.loss.text, store.worst) for store in proof.stores] == [
        ("config-table", "5 m 48 s", False),
        ("audit-table", "9 m 36 s", True),
    ]
    assert proof.skew.text == "3 m 48 s"
    for text in both(sample.develop_replica(), templates):
        assert "3 m 48 s" in text
        assert "the worst" in text
    assert run_view(sample.passed()).proof.stores == ()


def test_the_worst_case_is_taken_apart() -> None:
    """Gap, p95 and the time of a backup; one that is not known says so."""
    told = {fact.label: fact.value for fact in run_view(sample.passed()).proof.worst_facts}
    assert told == {"Largest gap": "24 h", "95 of 100 gaps are within": "23 h 42 m", "A backup takes": "3 m 12 s"}
    assert run_view(sample.jira_pitr()).proof.worst_facts[-1].value == "not known"


def test_a_loss_above_the_worst_case_is_explained(templates: tuple[Path, ...]) -> None:
    """Page and Markdown tell by how much, and of what: the heartbeat lies before the recovery point."""
    above = "The RPA stands 1 m above it: the RPA counts to the newest data that was read, which lies 1 m before its"
    for text in both(records.above_the_worst_case(), templates):
        assert above in text
        assert "1 m (60 s): from the newest data that was read to the recovery point" in text
    assert "\n- The RPA stands" in run_markdown(records.above_the_worst_case(), templates)
    assert run_view(records.closed()).proof.worst_case_note == ""


def test_a_fallback_tells_the_tiers_promise_on_the_first_screen(templates: tuple[Path, ...]) -> None:
    """A green fallback does not hide that the tier's own RPO is not met; a primary path needs no such note."""
    for text in both(sample.passed(), templates):
        assert "The tier's own RPO < 1 h: not met." in text
        assert "The fallback behind the primary path was drilled" in text
    assert run_view(sample.jira_pitr()).path.note == ""


def test_arithmetic_is_told_beside_the_number(templates: tuple[Path, ...]) -> None:
    """Grade E is never in the colour of a pass, and says what it is wherever the figure stands."""
    run = variants.guessed(HOUR)
    for text in both(run, templates):
        assert "E: arithmetic, no evidence" in text
    assert run_view(run).rpo.bar.tone == "unsure"
    assert {row.meets.tone for row in run_view(run).path.rows if row.name == "RPO"} == {"unsure"}
