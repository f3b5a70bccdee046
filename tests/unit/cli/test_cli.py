"""The command line's contract: messages, exit codes, JSON."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from dr_orchestrator.cli import main
from dr_orchestrator.domain.outline import exit_code
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from dr_orchestrator.errors import Exit
from dr_orchestrator.settings import CHECKOUT
from tests.support import workspace
from tests.support.golden import sample


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    workspace.write(tmp_path)
    monkeypatch.setenv("DRO_HOME", str(tmp_path))
    monkeypatch.delenv("DRO_DATABASE_URL", raising=False)
    return tmp_path


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """`dro --help` names each command and every exit code."""
    assert main.run(["--help"]) == 0

    told = capsys.readouterr().out
    assert all(f"  {name} " in told for name in main.COMMANDS)
    assert "5 a copy may still exist" in told


@pytest.mark.parametrize("command", list(main.COMMANDS))
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command can be asked for its help, and its own first line is not empty."""
    assert main.run([command, "--help"]) == 0
    assert capsys.readouterr().out.startswith("Usage: dro " + command)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["chek"], "Did you mean 'check'?"),
        (["run"], "Missing argument"),
        (["run", "order-snapshot"], "did you mean orders-snapshot?"),
        (["quarterly", "nothing-like-it"], "no drill 'nothing-like-it'"),
        (["show", "nothing"], "nothing"),
        (["report", "nothing"], "nothing"),
        (["drills", "--service", "none"], "declared are shop"),
        (["runs", "--limit", "0"], "0 is not in the range"),
        (["lab", "env"], "dro lab start"),
    ],
)
def test_wrong_usage_is_told_and_exits_2(
    home: Path, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A user's mistake gets a message that helps, exit code 2, and no traceback."""
    assert main.run(arguments) == Exit.USAGE

    shown = capsys.readouterr()
    assert told in shown.err
    assert "Traceback" not in shown.err + shown.out


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("DRO_HOME", "/no/such/folder", "no such folder"),
        ("DRO_DATABASE_URL", "nonsense", "DRO_DATABASE_URL"),
        ("DRO_DATABASE_URL", "postgresql://u:hush@127.0.0.1:9/x", "DRO_DATABASE_URL"),
        ("DRO_CLOCK_PACE", "fast", "FACTOR@ORIGIN"),
        ("DRO_CLOCK_PACE", "60@0", "AWS_ENDPOINT_URL"),
    ],
)
def test_wrong_settings_are_told_and_exit_2(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, told: str
) -> None:
    """A setting that cannot be used is named, its secrets are not shown, and nothing is started."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv(name, value)

    assert main.run(["runs"]) == Exit.USAGE

    shown = capsys.readouterr().err
    assert told in shown
    assert "hush" not in shown
    assert "Traceback" not in shown


def test_check_tells_file_line_and_key(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong key is told with its file, line and likely fix, in words and in JSON."""
    path = home / "drills" / "shop.yaml"
    path.write_text(path.read_text().replace("    resource: sessions\n", "    resorce: sessions\n", 1))

    assert main.run(["check"]) == Exit.USAGE
    assert "shop.yaml:" in (told := capsys.readouterr().err)
    assert "did you mean 'resource'?" in told
    assert main.run(["check", "--json"]) == Exit.USAGE
    assert json.loads(capsys.readouterr().out)[0]["line"] > 0


def test_check_tells_a_missing_flow(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each drill of a kind whose script is gone is told with its file, line and key; the others are as they were."""
    (home / "flows").unlink()  # it is the project's own
    shutil.copytree(CHECKOUT / "flows", home / "flows", ignore=shutil.ignore_patterns("pitr_restore.py"))

    assert main.run(["check", "--json"]) == Exit.USAGE

    (problem,) = json.loads(capsys.readouterr().out)
    lines = (home / "drills" / "shop.yaml").read_text().splitlines()
    assert (problem["file"], problem["key"]) == ("drills/shop.yaml", "drills.sessions-pitr.kind")
    assert "pitr-restore" in lines[problem["line"] - 1]
    assert "flows/pitr_restore.py is missing" in problem["message"]


def test_nothing_to_run_is_an_error(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A workspace without a drill is no green quarter."""
    (home / "drills" / "shop.yaml").unlink()

    assert main.run(["quarterly"]) == Exit.USAGE
    assert "Traceback" not in capsys.readouterr().err


def test_listings_speak_json(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every listing takes `--json`; an empty one is an empty list."""
    assert main.run(["drills", "--json"]) == 0
    assert {each["drill"] for each in json.loads(capsys.readouterr().out)} == {
        "orders-snapshot",
        "sessions-pitr",
        "shop-replica",
    }
    for arguments in (["runs", "--json"], ["runs", "--exercises", "--json"]):
        assert main.run(arguments) == 0
        assert json.loads(capsys.readouterr().out) == []


@pytest.mark.parametrize(
    ("verdict", "cleanup", "code"),
    [
        (Verdict.PASSED, Cleanup.CLEAN, 0),
        (Verdict.PASSED_WITH_FINDINGS, Cleanup.CLEAN, 0),
        (Verdict.FAILED, Cleanup.CLEAN, 1),
        (Verdict.INCONCLUSIVE, Cleanup.CLEAN, 3),
        (Verdict.PARTIAL, Cleanup.CLEAN, 3),
        (Verdict.ABORTED, Cleanup.CLEAN, 4),
        (Verdict.PASSED, Cleanup.LEFTOVERS, 5),
        (Verdict.FAILED, Cleanup.UNPROVEN, 5),
    ],
)
def test_the_exit_code_follows_the_verdict(verdict: Verdict, cleanup: Cleanup, code: int) -> None:
    """Each verdict has its exit code, and a copy that may still exist wins over all."""
    run = next(run for run in sample.runs() if run.closing)
    assert run.closing is not None
    changed = replace(run, closing=replace(run.closing, verdict=verdict, cleanup=cleanup))

    assert exit_code([changed]) == code


def test_a_planned_drill_without_a_run_is_not_green() -> None:
    """Fewer runs than planned, or none at all, is inconclusive."""
    run = next(run for run in sample.runs() if run.closing and run.closing.verdict.green)

    assert exit_code([]) == Exit.INCONCLUSIVE
    assert exit_code([run], planned=2) == Exit.INCONCLUSIVE
