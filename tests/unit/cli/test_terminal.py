"""What a person reads in a terminal: how a drill gets on, what one run was, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dr_orchestrator.cli.commands.running import print_runs
from dr_orchestrator.cli.output import run_rows
from dr_orchestrator.cli.terminal.notices import reasons, warn_of_pace
from dr_orchestrator.cli.terminal.progress import SAY_EVERY_S, Follower
from dr_orchestrator.cli.terminal.run import lines
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup
from dr_orchestrator.errors import UsageError
from dr_orchestrator.resources import TYPES
from dr_orchestrator.waiting import stops, told
from tests.support import records
from tests.support.fakes import FakeClock
from tests.support.golden import sample
from tests.support.golden.story import Story


class Real:
    """The machine's own clock, moved by hand."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def world(runs: Callable[[], list[Run]], *driven: str, clock: FakeClock | None = None) -> Any:
    """Just what the terminal asks a world for; the process drives the run under way, or those named."""

    def of(ids: Collection[str]) -> list[Run]:
        return [run for run in runs() if run.header.id in ids]

    queries = SimpleNamespace(whole=of, named=of)
    return SimpleNamespace(
        clock=clock or FakeClock(),
        driven=set(driven or [under_way().header.id]),
        ledger=SimpleNamespace(queries=queries),
        settings=SimpleNamespace(generated=Path("/nowhere")),
        types=TYPES,
    )


def under_way() -> Run:
    """A run in its second step, in which AWS was seen creating."""
    story = Story(replace(sample.passed().header, exercise=""))
    story.step("look before starting", 6)
    copy = story.copy("rds-instance", "dro-x", "db-X")
    story.step("wait until ready", 60, outcome=None, duration=None, ended_at=None)
    story.observe(copy, "creating")
    return story.open()


def test_each_step_is_told_as_it_begins(capsys: pytest.CaptureFixture[str]) -> None:
    """In a terminal a step is told once when it begins, with its time and its drill, and once when it is over."""
    found: list[Run] = []
    follower = Follower(world(lambda: found), "", terminal=True)
    run = under_way()
    found.append(run)

    follower.look()
    follower.look()

    said = capsys.readouterr()
    assert said.out == ""
    pace, *lines = said.err.splitlines()
    assert pace == "(Times are the lab's, whose clock runs 120 times as fast.)"
    assert [line.split("  ", 1)[1].strip() for line in lines] == [
        f"jira-snapshot        run {run.header.id} begins; from another shell `dro abort` stops it",
        "jira-snapshot          look before starting took 6 s",
        "jira-snapshot        wait until ready",
    ]
    assert lines[2].startswith(f"{run.steps[1].started_at:%H:%M:%S}")


@pytest.mark.parametrize("terminal", [True, False])
def test_a_long_wait_is_told_every_minute(terminal: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """A step that goes on is told once a real minute, with the state last seen, in a log too."""
    real, found = Real(), list[Run]()
    follower = Follower(world(lambda: found), "", terminal, real)
    found.append(under_way())
    follower.look()
    capsys.readouterr()

    real.seconds = SAY_EVERY_S - 1
    follower.look()
    assert capsys.readouterr().err == ""
    for minute in (1, 2):
        real.seconds = SAY_EVERY_S * minute
        follower.look()
        follower.look()
        (line,) = capsys.readouterr().err.splitlines()
        assert line.endswith("so far, last seen 'creating'")
        assert "wait until ready" in line


def test_a_wait_is_told_by_what_it_is_for(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger, not the step that is held up by it: after a few seconds, every ten again, while it lasts."""
    real, found = Real(), [under_way()]
    follower = Follower(world(lambda: found), "", terminal=False, monotonic=real)
    follower.look()
    capsys.readouterr()
    monkeypatch.setattr(told.time, "monotonic", real)
    run = found[0].header.id
    with stops.heeding(lambda: None, run, "jira-snapshot"), told.waiting_for("the ledger (database or disk is full)"):
        for real.seconds in (4, 6, 12, 17, 62):
            follower.look()
    follower.look()
    lines = [line.split("  ", 1)[1].strip() for line in capsys.readouterr().err.splitlines()]
    assert lines == [
        f"jira-snapshot          waiting for the ledger (database or disk is full), {seconds} s"
        for seconds in (6, 17, 62)
    ]


def test_only_a_log_is_spared_the_steps(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal only the end of a run is a line; what another process drives is not told at all."""
    ended = replace(sample.passed(), header=replace(sample.passed().header, id="another"))
    follower = Follower(world(lambda: [under_way(), ended], "another"), "", terminal=False)

    follower.look()

    (_pace, line) = capsys.readouterr().err.splitlines()
    assert line.endswith("clean-up CLEAN")


def test_a_resumed_run_is_followed_from_where_it_stood(capsys: pytest.CaptureFixture[str]) -> None:
    """Steps of the dead process are not told again; those of this one are."""
    found = [under_way()]
    follower = Follower(world(lambda: found), found[0].header.id, terminal=True)
    again = replace(found[0].steps[1], seq=3, name="verify")
    found[0] = replace(found[0], steps=(*found[0].steps, again))

    follower.look()

    (_pace, line) = capsys.readouterr().err.splitlines()
    assert line.endswith("verify")


def test_a_ledger_that_does_not_answer_keeps_nobody_from_drilling() -> None:
    """Progress is a courtesy: where the ledger is gone for a moment it says nothing, and raises nothing."""

    def gone() -> list[Run]:
        if asked:
            raise UsageError("the ledger does not answer")
        return []

    asked: list[int] = []
    follower = Follower(world(gone), "", terminal=True)
    asked.append(1)
    follower.look()


def test_a_run_is_shown_as_text(tmp_path: Path) -> None:
    """`show` has the verdict, the figures with how they came about, every step, check and copy, and the report."""
    run, report = sample.passed(), tmp_path / "x.html"
    report.touch()

    shown = lines(run, report)

    text = "\n".join(shown)
    assert run.closing is not None
    assert f"{run.closing.verdict}, clean-up CLEAN" in shown
    assert all(step.name in text for step in run.steps)
    assert all(check.name in text for check in run.checks)
    assert all(record.copy.id in text for record in run.copies)
    assert any(line.startswith("RTO  ") and "headroom" in line for line in shown)
    assert "T7 service verified" in text
    assert shown[-1] == f"Report: {report}"
    assert "|" not in text


def test_a_shown_run_tells_its_worst_case(tmp_path: Path) -> None:
    """Its figure, verdict and source; and why the RPA stands above it, where it does."""
    shown = lines(records.above_the_worst_case(), tmp_path / "x.html")
    at = shown.index(
        "     worst case 22 m, met: the recovery point of this drill lay that far back; afterwards 9 m: lag"
    )
    assert shown[at + 1].startswith("     The RPA stands 1 m above it: ")
    assert not any("above it" in line for line in lines(records.closed(), tmp_path / "x.html"))


@pytest.mark.parametrize("rule", [Rule.FAULT, Rule.FAULT_UNKNOWN])
def test_a_run_that_came_to_no_copy_says_what_tells_the_way_on(tmp_path: Path, rule: Rule) -> None:
    """The fault itself has no advice in the ledger: the same looks have, and start nothing."""
    run, way = sample.passed(), "→ `dro plan jira-snapshot` looks again, and says what to do"

    def shown(*rules: Rule) -> list[str]:
        assert run.closing is not None
        end = replace(run.closing, reasons=tuple(map(str, rules)), reason_rules=rules)
        return lines(replace(run, closing=end), tmp_path / "x.html")

    assert way in shown(rule, Rule.NO_DATA_CHECK)
    assert way not in shown(rule)
    assert way not in shown(Rule.NO_DATA_CHECK)


def test_a_shown_run_cannot_act_on_the_terminal(tmp_path: Path) -> None:
    """What a database answered stays on its line, and its control characters show instead of acting."""
    run = sample.passed()
    checks = (replace(run.checks[0], observed="\x1b[2Jgone\nPASSED"), *run.checks[1:])

    shown = "\n".join(lines(replace(run, checks=checks), tmp_path / "x.html"))

    assert "\x1b" not in shown
    assert "\nPASSED," in shown  # the verdict
    assert "gone PASSED" in shown


def test_an_open_run_says_how_to_go_on(tmp_path: Path) -> None:
    """A run without an end names both ways out, and how its report is written."""
    run = under_way()

    shown = "\n".join(lines(run, tmp_path / "x.html"))

    assert "UNDER WAY" in shown
    assert f"dro resume {run.header.id}" in shown
    assert "dro sweep" in shown
    assert f"dro report {run.header.id}" in shown


def without_aws() -> Run:
    """A run that never learned whose credentials it has."""
    run = sample.passed()
    assert run.closing is not None
    nowhere = replace(run.header.provenance, account="", caller="", simulated=False)
    missed = tuple(f"nobody came to no. {number}" for number in range(7))
    rules = (Rule.FAULT_UNKNOWN, *(Rule.CHECK_NOT_REACHED for _ in missed))
    closing = replace(run.closing, reasons=("no AWS credentials", *missed), reason_rules=rules)
    return replace(run, header=replace(run.header, provenance=nowhere), closing=closing)


def test_what_did_not_reach_aws_is_no_evidence() -> None:
    """A run without credentials is evidence of nothing, one with them is real, one in the lab SIMULATED."""
    run = without_aws()
    real = replace(run, header=replace(run.header, provenance=replace(run.header.provenance, account="1")))

    assert [row[-1] for row in run_rows([run, real, sample.passed()])] == ["none", "real", "SIMULATED"]


def test_a_run_without_credentials_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    """The next action is named, and checks that were never reached are one line; the record keeps each."""
    run = without_aws()

    print_runs(world(list), [run], as_json=False)

    said = capsys.readouterr().out
    assert "AWS_PROFILE" in said
    assert 'eval "$(dro lab env)"' in said
    assert "7 checks were not reached" in said
    assert "no. 3" not in said
    assert run.closing is not None
    assert len(run.closing.reasons) == 8
    assert reasons(run)[0] == "no AWS credentials"


@pytest.mark.parametrize(("cleanup", "named"), [(Cleanup.LEFTOVERS, 1), (Cleanup.UNPROVEN, 1), (Cleanup.CLEAN, 0)])
def test_a_copy_that_may_exist_names_the_sweep(
    cleanup: Cleanup, named: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that did not prove its copies gone says that `dro sweep` takes them down; a clean one does not."""
    run = sample.passed()
    assert run.closing is not None

    print_runs(world(list), [replace(run, closing=replace(run.closing, cleanup=cleanup))], as_json=False)

    assert capsys.readouterr().out.count("dro sweep") == named


def test_a_report_that_is_not_there_is_not_named_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    """The verdict stands, and the report's line says that there is none and how to get it."""
    run = sample.passed()

    print_runs(world(list), [run], as_json=False)

    said = capsys.readouterr().out
    assert "Report: not written" in said
    assert f"dro report {run.header.id} --out" in said


@pytest.mark.parametrize(
    ("environ", "pace", "warned"),
    [
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:5000"}, 1.0, True),
        ({"AWS_ENDPOINT_URL_RDS": "http://127.0.0.1:5000"}, 1.0, True),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:5000"}, 120.0, False),
        ({"AWS_ENDPOINT_URL": "https://rds.us-east-1.amazonaws.com"}, 1.0, False),
        ({}, 1.0, False),
    ],
)
def test_a_lab_on_the_wrong_clock_is_told(
    environ: dict[str, str], pace: float, warned: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """An endpoint that is not AWS's own with the real clock is warned of on stderr, with what sets both."""
    clock = FakeClock()
    clock.pace = pace

    warn_of_pace(world(list, clock=clock), environ)

    said = capsys.readouterr()
    assert ('eval "$(dro lab env)"' in said.err) is warned
    assert said.out == ""


def test_a_negative_age_is_no_age() -> None:
    """A copy whose intent lies in the future of a lab that was started again has no age to tell."""
    from dr_orchestrator.cli.commands.sweep import _age

    swept: Any = SimpleNamespace(age=timedelta(hours=-23))
    assert _age(swept) == "age unknown: the clock went back"
    swept.age = timedelta(minutes=3)
    assert _age(swept) == "3 m after its intent"
