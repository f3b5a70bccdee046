"""`dro programme`: the quarter's report where and of which quarter it is asked for; and a seeded history."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.cli import main
from dr_orchestrator.domain.quarter.ran import World
from dr_orchestrator.errors import Exit
from dr_orchestrator.wiring.programme import programme_of
from dr_orchestrator.wiring.seeding import seed_before
from tests.support import workspace
from tests.support.fakes import FakeClock

NOW = datetime(2026, 11, 30, tzinfo=UTC)
ZONED = f"""{workspace.TIERS}
calendar:
  window: {{days: [mon, tue, wed, thu, fri], since: "09:00", until: "17:00", timezone: America/New_York}}
  freezes: [{{since: 2026-12-14, until: 2026-12-31, reason: end}}]
"""
HISTORY = "history: {quarters: 3, seed: 9}\n"


def run(home: Path, *given: str, now: datetime = NOW, tiers: str = "") -> Exit:
    with wiring.using(workspace.world(home, FakeClock(now), tiers=tiers)):
        return Exit(main.run(["programme", *given]))


def test_three_files_are_written_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By default the quarter that runs now, in the folder of reports; the paths are printed."""
    assert run(tmp_path / "a") is Exit.PASSED
    paths = [Path(line) for line in capsys.readouterr().out.splitlines()]
    folder = tmp_path / "a" / "reports" / "generated"
    assert sorted(paths) == [folder / f"programme-2026-Q4.{ending}" for ending in ("html", "json", "md")]
    assert all(path.is_file() for path in paths)


def test_formats_and_folder_are_the_callers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A quarter that is over is told as of its end, by the calendar's own zone."""
    given = ("--quarter", "2026-Q3", "--format", "json", "--out", str(tmp_path / "out"))
    assert run(tmp_path / "a", *given, tiers=ZONED) is Exit.PASSED
    (path,) = map(Path, capsys.readouterr().out.splitlines())
    assert path == tmp_path / "out" / "programme-2026-Q3.json"
    data = json.loads(path.read_text())
    assert (data["over"], data["as_of"], data["ends_at"]) == (True, "2026-10-01T04:00:00Z", "2026-10-01T04:00:00Z")
    assert data["next"]["quarter"] == "2026-Q4"


def test_the_quarter_is_that_of_the_calendars_zone(tmp_path: Path) -> None:
    """Two hours into January of UTC it is still last year in New York; the freeze of December is told by name."""
    with wiring.using(
        workspace.world(tmp_path / "a", FakeClock(datetime(2027, 1, 1, 2, tzinfo=UTC)), tiers=ZONED)
    ) as here:
        found = programme_of(here)
        assert str(found.quarter) == "2026-Q4"
        assert not found.over
    with wiring.using(workspace.world(tmp_path / "b", FakeClock(datetime(2027, 1, 1, 2, tzinfo=UTC)))) as here:
        assert str(programme_of(here).quarter) == "2027-Q1"


@pytest.mark.parametrize(
    ("quarter", "told"),
    [("2027-Q1", "2027-Q1 has not begun"), ("Q3", "'Q3' is not a quarter such as 2026-Q3")],
)
def test_a_quarter_that_is_none_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], quarter: str, told: str
) -> None:
    """One to come has no report, and the one that runs is named."""
    assert run(tmp_path / "a", "--quarter", quarter) is Exit.USAGE
    err = capsys.readouterr().err
    assert told in err
    assert "the one that runs is 2026-Q4" in err


def test_a_history_is_written_once_and_proves_nothing(tmp_path: Path) -> None:
    """Into an empty ledger alone, before the quarter that runs; every run of it is told as seeded."""
    with wiring.using(workspace.world(tmp_path / "a", FakeClock(NOW))) as here:
        assert seed_before(here) == 0
        (tmp_path / "a" / "estate.yaml").write_text(HISTORY)
        written = seed_before(here)
        assert written >= 9
        assert seed_before(here) == 0
        runs = here.ledger.queries.ran(datetime(2020, 1, 1, tzinfo=UTC), NOW)
        assert len(runs) == written
        assert {each.world for each in runs} == {World.SEEDED}
        assert max(each.started_at for each in runs) < datetime(2026, 10, 1, tzinfo=UTC)
        found = programme_of(here)
        assert (found.simulated, sum(each.proven for each in found.tiers)) == (True, 0)
        assert any(point is not None for each in found.series for point in each.points)


@pytest.mark.parametrize("seed", range(1, 5))
def test_any_seed_makes_a_history(tmp_path: Path, seed: int) -> None:
    """Whatever is drawn, people's acts of it are allowed ones, and the same seed draws the same."""
    told = []
    for name in ("a", "b"):
        with wiring.using(workspace.world(tmp_path / name, FakeClock(NOW))) as here:
            (tmp_path / name / "estate.yaml").write_text(f"history: {{quarters: 8, seed: {seed}}}\n")
            seed_before(here)
            told.append([(each.header.id, each.closing) for each in here.ledger.queries.outlines()])
    assert told[0] == told[1] != []


@pytest.mark.parametrize(
    ("text", "told"),
    [("history: {quarters: 0}\n", "quarters"), ("history: {quarter: 3}\n", "quarter"), ("history: 3\n", "history")],
)
def test_a_wrong_history_is_a_mistake_in_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, told: str
) -> None:
    """Told by file, line and key, as of all of an estate."""
    here = workspace.world(tmp_path / "a", FakeClock(NOW))
    (tmp_path / "a" / "estate.yaml").write_text(text)
    with wiring.using(here):
        assert main.run(["check"]) == Exit.USAGE
    shown = capsys.readouterr()
    assert "estate.yaml:1:history" in shown.out + shown.err
    assert told in shown.out + shown.err
