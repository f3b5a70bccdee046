"""Ordinary mistakes around the command line: what cannot be written or reached is named, with what to do."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from dr_orchestrator import lab, prefect_runner, wiring
from dr_orchestrator.cli import main
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import Exit, Unsuccessful, UsageError
from dr_orchestrator.ledger.ledger import SqlLedger, connect
from dr_orchestrator.runner.lease import LEASE
from tests.support import workspace
from tests.support.golden import sample
from tests.support.golden.story import header
from tests.support.machine import Machine, sleep

DEAD = "http://127.0.0.1:9/api"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    workspace.write(tmp_path)
    monkeypatch.setenv("DRO_HOME", str(tmp_path))
    for name in ("DRO_DATABASE_URL", "DRO_CLOCK_PACE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def ledger(home: Path) -> SqlLedger:
    return connect(f"sqlite:///{home / '.dro' / 'ledger.db'}", own=True)


def with_a_run(home: Path) -> str:
    """A ledger with one run that ended."""
    run = next(run for run in sample.runs() if run.closing)
    assert run.closing is not None
    made = ledger(home)
    made.open_run(replace(run.header, exercise=""))
    made.close_run(run.header.id, run.closing)
    return run.header.id


def told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """What a mistake is told as: exit code 2, something to do, and no traceback."""
    assert main.run(arguments) == Exit.USAGE
    said = capsys.readouterr()
    assert "Traceback" not in said.err + said.out
    assert "  → " in said.err
    return said.err


@pytest.mark.parametrize("arguments", [["runs"], ["sweep"], ["plan"], ["run", "orders-snapshot"], ["lab", "start"]])
def test_a_workspace_that_cannot_be_written_is_named(
    home: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """What keeps its files in `.dro` names that folder and DRO_HOME, and no setting that nobody set."""
    (home / ".dro").write_text("in the way")

    said = told(arguments, capsys)

    assert str(home / ".dro") in said
    assert "DRO_HOME" in said
    assert "DRO_DATABASE_URL" not in said


def test_a_folder_that_cannot_be_written_is_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`init`, `schema --write` and `report --out` name the folder that they could not write."""
    (home / "file").write_text("no folder")
    with_a_run(home)

    for arguments in (["init"], ["schema", "--write"], ["report", "latest", "--out"]):
        assert str(home / "file" / "x") in told([*arguments, str(home / "file" / "x")], capsys)


def test_init_makes_here_of_a_dot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`dro init .` speaks of this folder and asks for no change into it."""
    monkeypatch.chdir(tmp_path)

    assert main.run(["init", "."]) == Exit.PASSED

    said = capsys.readouterr().out
    assert "in this folder. Next:\n  dro check" in said


@pytest.mark.slow
def test_a_dead_prefect_server_is_a_mistake(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The variable and the command that starts a server are named, and no run is opened."""
    with temporary_settings({PREFECT_API_URL: DEAD}):
        said = told(["run", "orders-snapshot"], capsys)

    assert f"PREFECT_API_URL={DEAD}" in said
    assert "prefect server start" in said
    assert "unset PREFECT_API_URL" in said
    assert ledger(home).queries.runs() == []


def lost() -> None:
    httpx.get(DEAD, trust_env=False)


def defective() -> None:
    raise RuntimeError("ours")


def flow_that(act: Callable[[], None], home: Path, ours: bool = True) -> Callable[[str], str]:
    """A flow during which a run of the drill ends in the ledger, ours or another process's, and which then raises."""

    def flow(_drill: str) -> str:
        made, run = ledger(home), sample.runs()[0]
        assert run.closing is not None
        made.open_run(header(7, "orders-snapshot", run.header.kind, 1, "The shop", "orders-db", exercise=""))
        if ours:
            wiring.world().driven.add("orders-snapshot-20261120-07")
        made.close_run("orders-snapshot-20261120-07", run.closing)
        act()
        return "not reached"

    return flow


def test_a_server_that_dies_in_the_middle_changes_no_result(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where Prefect goes away after the ledger has the run's end, that run is the answer, with one line about it."""
    monkeypatch.setattr(prefect_runner, "api_configured", lambda: True)
    monkeypatch.setattr(prefect_runner, "_reached", lambda: DEAD)
    monkeypatch.setattr(prefect_runner, "script", lambda _kind: flow_that(lost, home))

    assert prefect_runner.run_drill("orders-snapshot") == "orders-snapshot-20261120-07"
    assert [record.getMessage() for record in caplog.records if "went away" in record.getMessage()]


def test_a_defect_inside_a_flow_is_not_blamed_on_prefect(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the program's own passes on, whatever the ledger holds."""
    monkeypatch.setattr(prefect_runner, "api_configured", lambda: True)
    monkeypatch.setattr(prefect_runner, "_reached", lambda: DEAD)
    monkeypatch.setattr(prefect_runner, "script", lambda _kind: flow_that(defective, home))

    with pytest.raises(RuntimeError, match="ours"):
        prefect_runner.run_drill("orders-snapshot")


def test_a_drill_that_is_no_success_is_an_answer(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its flow run fails; the command has its run all the same, and Prefect's complaints of it are not shown."""

    def failed() -> None:
        logging.getLogger("prefect.flow_runs").error("Finished in state Failed('Unsuccessful: run r-1: FAILED')")
        raise Unsuccessful("r-1", "run r-1: FAILED", Exit.FAILED)

    monkeypatch.setattr(prefect_runner, "api_configured", lambda: True)
    monkeypatch.setattr(prefect_runner, "_reached", lambda: DEAD)
    monkeypatch.setattr(prefect_runner, "script", lambda _kind: flow_that(failed, home))

    assert prefect_runner.run_drill("orders-snapshot") == "r-1"
    assert not [record for record in caplog.records if "Unsuccessful" in record.getMessage()]


def test_a_server_that_dies_before_the_run_is_a_mistake(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a run that ended there is no answer but what to do."""
    monkeypatch.setattr(prefect_runner, "api_configured", lambda: True)
    monkeypatch.setattr(prefect_runner, "_reached", lambda: DEAD)
    monkeypatch.setattr(prefect_runner, "script", lambda _kind: lambda _drill: lost())

    with pytest.raises(UsageError, match="PREFECT_API_URL"):
        prefect_runner.run_drill("orders-snapshot")


def test_the_run_of_another_process_is_not_ours(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Prefect goes away, the same drill that somebody else ended meanwhile is not told as this one's result."""
    monkeypatch.setattr(prefect_runner, "api_configured", lambda: True)
    monkeypatch.setattr(prefect_runner, "_reached", lambda: DEAD)
    monkeypatch.setattr(prefect_runner, "script", lambda _kind: flow_that(lost, home, ours=False))

    with pytest.raises(UsageError, match="Prefect does not answer"):
        prefect_runner.run_drill("orders-snapshot")


@pytest.mark.parametrize("ours", [True, False])
def test_only_an_exercise_of_this_process_is_its_answer(
    home: Path, monkeypatch: pytest.MonkeyPatch, ours: bool
) -> None:
    """Likewise of an exercise that was ended: by this process it is told, by another it is not."""
    exercise = replace(sample.exercise(), ended_at=None, verdict=None)

    async def flow(_drills: object, _at_once: object) -> None:
        made = ledger(home)
        made.open_exercise(exercise)
        made.close_exercise(exercise.id, exercise.started_at, Verdict.PASSED)
        wiring.world().driven.update([exercise.id] if ours else [])
        lost()

    monkeypatch.setattr(prefect_runner, "api_configured", lambda: True)
    monkeypatch.setattr(prefect_runner, "_reached", lambda: DEAD)
    monkeypatch.setattr(prefect_runner, "script", lambda _kind: flow)

    with nullcontext() if ours else pytest.raises(UsageError, match="Prefect does not answer"):
        assert prefect_runner.run_quarterly(None, None) == exercise.id


def test_an_unknown_service_is_not_an_empty_list(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A service that is not declared is answered with the nearest names; one without runs says that it has none."""
    assert "did you mean shop?" in told(["runs", "--service", "shopp"], capsys)
    assert "orders-snapshot" in told(["runs", "--drill", "order-snapshot"], capsys)
    assert main.run(["runs", "--service", "shop"]) == Exit.PASSED
    assert "No runs of shop yet." in capsys.readouterr().err


@pytest.mark.parametrize(("asked", "code"), [([], 0), (["--factor", "120"], 0), (["--factor", "60"], 2)])
def test_a_lab_that_runs_is_left_as_it_is(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], asked: list[str], code: int
) -> None:
    """A second start says so; another factor than the one it runs at is refused, not ignored."""
    info = lab.LabInfo("http://127.0.0.1:5000", 120.0, 0.0, 1)
    monkeypatch.setattr(lab, "read", lambda _state: info, raising=False)

    assert main.run(["lab", "start", *asked]) == code

    said = capsys.readouterr()
    assert "already running at factor 120" in said.out + said.err


def test_a_drill_that_runs_is_not_started_again(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`run` names the open run of the same drill, its holder and the way to stop it; nothing is opened."""
    run = header(7, "orders-snapshot", sample.runs()[0].header.kind, 1, "The shop", "orders-db", exercise="")
    made = ledger(home)
    made.open_run(run)
    made.leases.take(run.id, "elsewhere:1:abc", timedelta(minutes=5))

    said = told(["run", "orders-snapshot"], capsys)

    assert run.id in said
    assert "elsewhere:1:abc" in said
    assert f"dro abort {run.id}" in said
    assert len(made.queries.runs()) == 1


def test_a_held_run_tells_when_to_retry(home: Path, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is refused a run whose process may be dead is told after how many seconds it is free."""
    made = ledger(home)
    run = header(7, "orders-snapshot", sample.runs()[0].header.kind, 1, "The shop", "orders-db", exercise="")
    made.open_run(run)
    made.leases.take(run.id, "elsewhere:1:abc", LEASE)
    sleep(monkeypatch, timedelta(seconds=4))

    with pytest.raises(UsageError, match="seen alive 4 s ago") as refused:
        made.leases.take(run.id, "here:2:def", LEASE)
    assert "try again in 26 s" in refused.value.hint


def test_a_wrong_folder_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Outside of any workspace a team's command says on stderr whose drills and ledger these are; help does not."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DRO_HOME", raising=False)

    assert main.run(["drills"]) == 0
    assert "No workspace here: this is the sample company" in capsys.readouterr().err
    assert main.run(["drills", "--help"]) == 0
    assert capsys.readouterr().err == ""


def test_an_instant_without_a_time_is_told_with_one(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the hint says can be typed."""
    said = told(["plan", "orders-snapshot", "--at", "2026-11-20"], capsys)
    assert "2026-11-20T09:00:00Z" in said


def test_an_output_that_cannot_be_written_is_no_defect(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A full disk behind a redirection is the user's to mend."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("dr_orchestrator.cli.commands.catalogue.print_table", full)

    assert main.run(["drills"]) == Exit.USAGE
    assert "the output cannot be written: No space left on device" in capsys.readouterr().err
