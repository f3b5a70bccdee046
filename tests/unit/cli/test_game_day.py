"""`dro game-day`: from the list to the close, with who acts, exit codes, and JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Text, type_coerce, update

from dr_orchestrator import settings, wiring
from dr_orchestrator.cli import main
from dr_orchestrator.domain.verdict import Verdict
from dr_orchestrator.errors import Exit
from dr_orchestrator.ledger.tables_of_game_days import game_day_entry
from dr_orchestrator.wiring.game_days.quarter import game_day_rows
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
    assert (told["verdict"], told["phase"], told["closed"], told["simulated"]) == (
        *("PASSED WITH FINDINGS", "ended", True, True),
    )
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
        (("start", "a-day", "--by", DIRECTOR), "there is no game day 'a-day'"),
        (("drill", "a-day", "sessions-pitr", "--by", EXECUTOR), "there is no game day 'a-day'"),
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


def changed(here: wiring.App, what: str, by: str) -> None:
    path = here.settings.drills / "game-days" / "a-day.yaml"
    path.write_text(path.read_text().replace(what, by))


def test_what_is_refused_has_changed_nothing(here: wiring.App, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither opened a game day, nor wiped what was approved and answered; in a role a plan is put in its place."""
    assert dro("approve", "a-day", "--by", DIRECTOR) == Exit.USAGE
    assert here.ledger.game_days.listed() == []
    for arguments in (("approve", "a-day", "--by", OWNER), ("go", "a-day", "ready", "--answer", "yes", "--by", SCRIBE)):
        assert dro(*arguments) == Exit.PASSED
    assert dro("go", "a-day", "--by", DIRECTOR) == Exit.PASSED
    before = shown(capsys)
    changed(here, "It happens.", "It happens often.")
    for arguments in (
        ("approve", "a-day", "--by", DIRECTOR),
        ("approve", "a-day", "--by", OWNER),
        ("go", "a-day", "ready", "--answer", "yes", "--by", "Nobody Known"),
        ("start", "a-day", "--by", DIRECTOR),
        ("plan", "a-day", "--take", "--by", OWNER),
    ):
        assert dro(*arguments) == Exit.USAGE, arguments
    assert shown(capsys) == before
    assert dro("plan", "a-day", "--take", "--by", SCRIBE) == Exit.PASSED
    assert shown(capsys)["phase"] == "planned"
    assert dro("approve", "a-day", "--by", OWNER) == Exit.PASSED


def test_an_entry_of_a_newer_release_is_told_and_stops_no_abort(
    here: wiring.App, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is read as it is written; what may depend on it is refused."""
    started()
    with here.ledger._engine.begin() as connection:
        newer = update(game_day_entry).where(game_day_entry.c.number == 4)
        connection.execute(newer.values(kind=type_coerce("debriefed", Text)))
    assert "debriefed" in str(shown(capsys)["timeline"])
    assert dro("list") == dro("note", "a-day", "x", "--by", SCRIBE) == Exit.PASSED
    assert dro("end", "a-day", "--by", DIRECTOR) == Exit.USAGE
    assert dro("abort", "a-day", "--reason", "x", "--by", SCRIBE) == Exit.ABORTED


def test_secrets_reach_no_report_and_no_finding(here: wiring.App, capsys: pytest.CaptureFixture[str]) -> None:
    """In whichever act they were written."""
    started()
    secret = "https://u:hunter2@h/x"
    for arguments in (
        ("deliver", "a-day", "alarm", "--text", secret, "--by", SCRIBE),
        ("rate", "a-day", "restored", "U", "--reason", secret, "--by", EVALUATOR),
        ("gap", "a-day", secret, secret, "--owner", secret, "--by", f"Ann {secret}"),
        ("end", "a-day", "--by", DIRECTOR),
    ):
        assert dro(*arguments) == Exit.PASSED, arguments
    assert dro("close", "a-day", "--by", DIRECTOR) == Exit.FAILED
    assert main.run(["findings", "--json"]) == Exit.PASSED
    out = capsys.readouterr().out
    assert "criterion restored" in out and "hunter2" not in out
    assert all("hunter2" not in each.read_text() for each in here.settings.generated.glob("a-day-*"))


def test_a_finding_says_what_closes_it(capsys: pytest.CaptureFixture[str]) -> None:
    """A later game day of its name, and no drill of a name that is none."""
    started()
    assert dro("abort", "a-day", "--reason", "errors", "--by", SCRIBE) == Exit.ABORTED
    capsys.readouterr()
    assert main.run(["findings", "--json"]) == Exit.PASSED
    (only,) = [each for each in json.loads(capsys.readouterr().out) if each["raised_by"] == "game day"]
    assert main.run(["finding", "show", only["fingerprint"]]) == Exit.PASSED
    told = " ".join(capsys.readouterr().out.split())
    assert "a later game day a-day on AWS in which it holds" in told and "dro run a-day" not in told


def test_entries_have_the_time_of_the_ledger(here: wiring.App, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose clock is a day ahead of the server's adds nothing of tomorrow."""
    started()
    monkeypatch.setattr(FakeClock, "pace", 1.0)
    tomorrow = FakeClock(BEGAN + timedelta(days=1))
    ahead = wiring.App(settings.load(), tomorrow, machine=tomorrow)
    monkeypatch.setattr(type(ahead.ledger), "time", lambda _self: BEGAN + timedelta(seconds=5))
    with wiring.using(ahead):
        assert dro("note", "a-day", "from a laptop", "--by", SCRIBE) == Exit.PASSED
    last = here.ledger.game_days.entries_after(here.ledger.game_days.find("a-day").id, 0)[-1]
    assert last.at == BEGAN + timedelta(seconds=5)


def test_nobody_acts_as_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    """Under its name, however it is spelled."""
    started()
    assert dro("lost", "a-day", "r", "--reason", "x", "--by", "DRO") == Exit.USAGE
    assert "the program's own name" in capsys.readouterr().err


def test_names_of_files_do_nothing_to_the_terminal(here: wiring.App, capsys: pytest.CaptureFixture[str]) -> None:
    """They are shown as all that somebody else wrote."""
    (here.settings.drills / "game-days" / "e\x1b[31mvil.yaml").write_text("x")
    assert dro("list") == Exit.PASSED
    assert "\x1b" not in capsys.readouterr().out


def test_it_is_a_row_of_the_quarter_once_it_is_closed(here: wiring.App) -> None:
    """With its verdict, its people and its open gaps; before that, and in another quarter, it is none."""
    started()
    assert dro("end", "a-day", "--by", DIRECTOR) == Exit.PASSED
    day = timedelta(days=1)
    assert [*game_day_rows(here, BEGAN - day, BEGAN + day, BEGAN + day)] == []
    assert dro("close", "a-day", "--by", DIRECTOR) == Exit.INCONCLUSIVE
    (row,) = game_day_rows(here, BEGAN - day, BEGAN + day, BEGAN + day)
    assert (row.kind, row.name, row.verdict, row.simulated) == ("game day", "a-day", Verdict.INCONCLUSIVE, True)
    assert (row.score, row.attended) == ("0 of 1 criteria", 3)
    assert [*game_day_rows(here, BEGAN + day, BEGAN + 2 * day, BEGAN + 2 * day)] == []


def test_what_is_written_later_tells_both_times(here: wiring.App, capsys: pytest.CaptureFixture[str]) -> None:
    """In words, in JSON and on the page; a time without its zone is refused, for it is anybody's."""
    started()
    was = (here.clock.now() - timedelta(minutes=30)).isoformat()
    assert dro("decide", "a-day", "declare it", "--occurred", was, "--by", DIRECTOR) == Exit.PASSED
    told = shown(capsys)
    (decided,) = told["decisions"]  # type: ignore[misc]
    assert (decided["occurred"], decided["at"]) == ("2026-11-24T08:30:00Z", "2026-11-24T09:00:00Z")
    assert dro("report", "a-day") == Exit.PASSED
    (page,) = here.settings.generated.glob("a-day-*.html")
    assert "2026-11-24 08:30:00 UTC (written 2026-11-24 09:00:00 UTC)" in page.read_text()
    assert "declare it (happened at 2026-11-24 08:30:00 UTC)" in page.read_text()
    assert dro("note", "a-day", "x", "--occurred", "2026-11-24T08:30:00", "--by", SCRIBE) == Exit.USAGE
    assert "has no time zone" in capsys.readouterr().err
