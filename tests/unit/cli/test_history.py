"""Commands on what was run: each name finds what it means, and a dead run does not look alive."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from dr_orchestrator import lab
from dr_orchestrator.cli import main
from dr_orchestrator.domain.run import Run
from dr_orchestrator.errors import Exit
from dr_orchestrator.ledger.game_days import SqlGameDays
from dr_orchestrator.ledger.ledger import SqlLedger, connect
from tests.support import workspace
from tests.support.golden import sample
from tests.support.machine import later

HOUR = timedelta(hours=1)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    workspace.write(tmp_path)
    monkeypatch.setenv("DRO_HOME", str(tmp_path))
    for name in ("DRO_DATABASE_URL", "DRO_CLOCK_PACE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def ledger(home: Path) -> SqlLedger:
    return connect(f"sqlite:///{home / '.dro' / 'ledger.db'}", own=True)


def opened(ledger: SqlLedger, name: str, exercise: str = "", later: timedelta = timedelta()) -> Run:
    run = sample.passed()
    started = run.header.started_at + later
    ledger.open_run(replace(run.header, id=name, exercise=exercise, started_at=started))
    return run


@pytest.mark.parametrize(("seconds", "told"), [(None, "no process took it up"), (74, "last heard of 74 s ago")])
def test_a_dead_run_is_not_under_way(
    ledger: SqlLedger, seconds: int | None, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where no living process drives it, it says so, since when, and what to do; a living one is under way."""
    opened(ledger, "dead")
    opened(ledger, "alive")
    ledger.leases.take("alive", "here:1:a", HOUR)
    if seconds is not None:
        ledger.leases.take("dead", "here:2:b", timedelta(seconds=30))
    with later(timedelta(seconds=seconds or 0)):
        assert main.run(["runs"]) == 0

    said = capsys.readouterr()
    rows = {line.split()[0]: line for line in said.out.splitlines()}
    assert "NOT DRIVEN" in rows["dead"]
    assert "UNDER WAY" in rows["alive"]
    (hint,) = said.err.splitlines()
    assert told in hint
    assert "`dro resume dead`" in hint


def test_runs_of_a_game_day_say_so(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the list and in its JSON; a run that nobody started from one has none."""
    opened(ledger, "alone")
    opened(ledger, "played")
    monkeypatch.setattr(SqlGameDays, "of_runs", lambda _self, runs: {each: "gd-1" for each in runs if each == "played"})
    assert main.run(["runs"]) == 0
    (told,) = [line for line in capsys.readouterr().out.splitlines() if "game day" in line]
    assert told == "played: started from game day gd-1; `dro game-day show gd-1`"
    assert main.run(["runs", "--json"]) == 0
    days = {each["id"]: each["game_day"] for each in json.loads(capsys.readouterr().out)}
    assert days == {"played": "gd-1", "alone": None}


def test_an_exercise_is_not_shown_as_a_run(ledger: SqlLedger, capsys: pytest.CaptureFixture[str]) -> None:
    """`show` of an exercise names the command that has it; an unknown name is looked for among both."""
    exercise = sample.exercise()
    ledger.open_exercise(exercise)

    assert main.run(["show", exercise.id]) == Exit.USAGE
    assert f"dro report {exercise.id}" in capsys.readouterr().err
    assert main.run(["report", "nosuch"]) == Exit.USAGE
    assert "no run and no exercise 'nosuch'" in capsys.readouterr().err


@pytest.mark.parametrize(("of_it", "rendered"), [(True, "exercise"), (False, "run")])
def test_the_latest_report_is_that_of_what_was_run_last(
    ledger: SqlLedger, of_it: bool, rendered: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that is newer than the newest exercise, and no part of it, is meant; else the exercise is."""
    exercise = sample.exercise()
    ledger.open_exercise(exercise)
    opened(ledger, "newer", exercise.id if of_it else "", later=24 * 365 * HOUR)

    assert main.run(["report", "latest"]) == 0

    names = {Path(line).stem for line in capsys.readouterr().out.splitlines()}
    assert names == ({exercise.id} if rendered == "exercise" else {"newer"})


def test_the_report_of_a_large_exercise_brings_the_pages_that_it_shows_first(
    ledger: SqlLedger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of 61 runs the failed one and the slowest are rendered anew; all of them where that is asked for."""
    exercise, good, bad = sample.exercise(), sample.passed(), sample.failed()
    ledger.open_exercise(exercise)
    for number in range(61):
        run = bad if number == 30 else good
        ledger.open_run(replace(run.header, id=f"run-{number:02}", exercise=exercise.id))
        assert run.closing is not None
        ledger.close_run(f"run-{number:02}", run.closing)

    assert main.run(["report", exercise.id, "--out", str(tmp_path / "few")]) == 0
    few = {path.stem for path in (tmp_path / "few").glob("run-*.html")}
    assert "run-30" in few
    assert len(few) == 11
    assert main.run(["report", exercise.id, "--every-run", "--out", str(tmp_path / "all")]) == 0
    assert len(list((tmp_path / "all").glob("run-*.html"))) == 61
    page = (tmp_path / "few" / f"{exercise.id}.html").read_text()
    assert page.count("<small>run-") == 50, "a run without a page is named by its id"


def test_a_lab_that_is_stopped_tells_of_the_runs_on_it(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Their copies went with it, so they are named, with what ends them; other runs are not."""
    run = opened(ledger, "elsewhere")
    here = replace(run.header.provenance, endpoint="http://127.0.0.1:5000/")
    ledger.open_run(replace(run.header, id="here", exercise="", provenance=here))
    monkeypatch.setattr(lab, "read", lambda _: SimpleNamespace(endpoint="http://127.0.0.1:5000"))
    monkeypatch.setattr(lab, "stop", lambda _: True)

    assert main.run(["lab", "stop"]) == 0

    said = capsys.readouterr().err
    assert "1 run was not ended; the copies went with the lab: here" in said
    assert "elsewhere" not in said
