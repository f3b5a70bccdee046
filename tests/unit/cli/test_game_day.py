"""`dro game-day`: from the list to the close, with who acts, exit codes, and JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dr_orchestrator import settings, wiring
from dr_orchestrator.cli import main
from dr_orchestrator.errors import Exit
from tests.support import game_day_files, workspace
from tests.support.fakes import FakeClock
from tests.support.game_days import BEGAN, DIRECTOR, EVALUATOR, EXECUTOR, OWNER, SCRIBE


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[wiring.App]:
    """A workspace with a game day, whose clock is a fake, at an endpoint that is not AWS's."""
    made = workspace.write(tmp_path)
    game_day_files.put(made.drills, "shop", "sessions-pitr")
    monkeypatch.setenv("DRO_HOME", str(tmp_path))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    for name in ("DRO_DATABASE_URL", "DRO_CLOCK_PACE", "DRO_OPERATOR"):
        monkeypatch.delenv(name, raising=False)
    app = wiring.App(settings.load(), FakeClock(BEGAN))
    with wiring.using(app):
        yield app


def dro(*arguments: str) -> int:
    return main.run(["game-day", *arguments])


def started() -> None:
    for arguments in (
        ("approve", "a-day", "--by", OWNER),
        ("go", "a-day", "ready", "--answer", "yes", "--by", SCRIBE),
        ("go", "a-day", "--by", DIRECTOR),
        ("start", "a-day", "--by", DIRECTOR),
    ):
        assert dro(*arguments) == Exit.PASSED


def shown(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    capsys.readouterr()
    assert dro("show", "a-day", "--json") == Exit.PASSED
    told: dict[str, object] = json.loads(capsys.readouterr().out)
    return told


def test_a_game_day_is_held_from_the_plan_to_the_close(here: wiring.App, capsys: pytest.CaptureFixture[str]) -> None:
    """Every verb of the people leaves its line; the close gives the verdict, the exit code and the record."""
    assert dro("plan", "a-day") == Exit.PASSED
    started()
    for arguments in (
        ("join", "a-day", "--mode", "remote", "--by", OWNER),
        ("deliver", "a-day", "alarm", "--by", SCRIBE),
        ("met", "a-day", "alarm", "the call is open", "--by", SCRIBE),
        ("note", "a-day", "a note", "--by", SCRIBE),
        ("decide", "a-day", "declare it", "--reason", "rows are gone", "--by", DIRECTOR),
        ("hold", "a-day", "--reason", "lunch", "--by", DIRECTOR),
        ("resume", "a-day", "--by", DIRECTOR),
        ("end", "a-day", "--by", DIRECTOR),
        ("rate", "a-day", "restored", "P", "--by", EVALUATOR),
        ("went-well", "a-day", "the call was quick", "--by", SCRIBE),
        ("mended", "a-day", "older-gap", "seen in the log", "--by", EVALUATOR),
        ("close", "a-day", "--by", EVALUATOR),
    ):
        assert dro(*arguments) == Exit.PASSED, arguments
    told = shown(capsys)
    assert (told["verdict"], told["phase"], told["closed"], told["simulated"]) == ("PASSED", "ended", True, True)
    assert len(told["timeline"]) == 17  # type: ignore[arg-type]
    (page,) = here.settings.generated.glob("a-day-*.html")
    assert "SIMULATED" in page.read_text()
    assert dro("show", "a-day") == Exit.PASSED
    assert "declare it, because rows are gone" in capsys.readouterr().out


def test_the_close_ends_with_the_code_of_its_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    """1 where a critical criterion was not met, 3 where one was not rated."""
    started()
    assert dro("end", "a-day", "--by", DIRECTOR) == Exit.PASSED
    assert "INCONCLUSIVE until an evaluator does" in capsys.readouterr().out
    assert dro("close", "a-day", "--by", DIRECTOR) == Exit.INCONCLUSIVE
    started()
    assert dro("end", "a-day", "--by", DIRECTOR) == Exit.PASSED
    assert dro("rate", "a-day", "restored", "U", "--reason", "nothing came back", "--by", EVALUATOR) == Exit.PASSED
    assert dro("gap", "a-day", "a-gap", "no runbook", "--owner", "team-shop", "--by", SCRIBE) == Exit.PASSED
    assert dro("close", "a-day", "--by", DIRECTOR) == Exit.FAILED
    capsys.readouterr()
    assert main.run(["findings"]) == Exit.PASSED
    assert "Game day a-day: a-gap" in (out := capsys.readouterr().out) and "team-shop" in out


def test_an_abort_without_runs_ends_with_its_code(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing can be left of what was never started; the game day is ABORTED."""
    started()
    assert dro("abort", "a-day", "--reason", "errors of production", "--by", EXECUTOR) == Exit.ABORTED
    assert shown(capsys)["verdict"] == "ABORTED"


def test_mistakes_are_told_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    """With exit code 2, and no trace: a wrong name, an answer without a line, the director's approval."""
    for arguments, wanted in (
        (("plan", "none"), "there is no game day 'none'"),
        (("show", "none"), "there is no game day 'none'"),
        (("go", "a-day", "--answer", "yes"), "name the ITEM"),
        (("go", "a-day", "ready"), "say how ready is answered"),
        (("approve", "a-day", "--by", DIRECTOR), "cannot approve it"),
        (("start", "a-day", "--by", DIRECTOR), "is planned"),
        (("drill", "a-day", "sessions-pitr", "--by", EXECUTOR), "is planned"),
    ):
        assert dro(*arguments) == Exit.USAGE
        assert wanted in capsys.readouterr().err


def test_files_and_game_days_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """For people and for programs."""
    started()
    capsys.readouterr()
    assert dro("list", "--json") == Exit.PASSED
    told = json.loads(capsys.readouterr().out)
    assert [Path(each).name for each in told["files"]] == ["a-day.yaml"]
    assert [(each["name"], each["verdict"]) for each in told["game_days"]] == [("a-day", None)]
    assert dro("list") == Exit.PASSED
    assert "SIMULATED" in capsys.readouterr().out


def test_who_acts_is_the_operator_where_nobody_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As for every command."""
    started()
    monkeypatch.setenv("DRO_OPERATOR", SCRIBE)
    assert dro("note", "a-day", "mine") == Exit.PASSED
    assert shown(capsys)["notes"][0]["by"] == SCRIBE  # type: ignore[index]
