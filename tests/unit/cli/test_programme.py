"""`dro programme`: the quarter's report where and of which quarter it is asked for; and a seeded history."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from dr_orchestrator import wiring
from dr_orchestrator.cli import main
from dr_orchestrator.domain.calendar import Frequency
from dr_orchestrator.domain.coverage import Coverage
from dr_orchestrator.domain.quarter.ran import World
from dr_orchestrator.domain.service import Exclusion
from dr_orchestrator.errors import Exit
from dr_orchestrator.wiring.programme import programme_of
from dr_orchestrator.wiring.seeding import seed_before
from tests.support import workspace
from tests.support.fakes import FakeClock
from tests.support.ledger_samples import EXERCISE

NOW = datetime(2026, 11, 30, tzinfo=UTC)
ZONED = f"""{workspace.TIERS}
calendar:
  window: {{days: [mon, tue, wed, thu, fri], since: "09:00", until: "17:00", timezone: America/New_York}}
  freezes: [{{since: 2026-12-14, until: 2026-12-31, reason: end}}]
"""
HISTORY = "history: {quarters: 3, seed: 9}\n"


def run(home: Path, *given: str, now: datetime = NOW, tiers: str = "", begins: datetime | None = None) -> Exit:
    with wiring.using(workspace.world(home, FakeClock(now), tiers=tiers)) as here:
        if begins is not None:
            here.ledger.open_exercise(replace(EXERCISE, started_at=begins))
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
    assert run(tmp_path / "a", *given, tiers=ZONED, begins=datetime(2026, 9, 1, tzinfo=UTC)) is Exit.PASSED
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


ENDS = {
    "America/New_York": (datetime(2027, 1, 1, 2, tzinfo=UTC), datetime(2027, 1, 15, tzinfo=UTC)),
    "Pacific/Auckland": (datetime(2026, 9, 30, 12, tzinfo=UTC), datetime(2027, 1, 15, tzinfo=UTC)),
    "UTC": (datetime(2026, 12, 31, 23, tzinfo=UTC), datetime(2027, 1, 15, tzinfo=UTC)),
}


@pytest.mark.parametrize(("zone", "now"), [(zone, now) for zone, both in ENDS.items() for now in both])
def test_a_quarter_has_its_plan_on_both_sides_of_utc(tmp_path: Path, zone: str, now: datetime) -> None:
    """Whether it is asked for in its last hours, its first, or when it is over, wherever its clock stands."""
    tiers = ZONED.replace("America/New_York", zone)
    with wiring.using(workspace.world(tmp_path / "a", FakeClock(now), tiers=tiers)) as here:
        here.ledger.open_exercise(replace(EXERCISE, started_at=datetime(2026, 9, 1, tzinfo=UTC)))
        found = programme_of(here, "2026-Q4")
        assert {each.drill.name for each in found.doings} == set(here.catalogue.drills)
        assert {each.at.year for each in found.to_come} == {2027}


@pytest.mark.parametrize("zone", ENDS)
def test_a_quarter_that_is_over_is_told_by_its_last_instant(tmp_path: Path, zone: str) -> None:
    """The same in every zone: an exclusion holds on its last day, and no period of the next quarter judges anything."""
    tiers = ZONED.replace("America/New_York", zone)
    with wiring.using(workspace.world(tmp_path / "a", FakeClock(datetime(2027, 1, 15, tzinfo=UTC)), tiers=tiers)) as at:
        name, service = next(iter(at.catalogue.services.items()))
        aside = {each: Exclusion("Dana", "moves", date(2026, 12, 31)) for each in service.resources}
        services = {**at.catalogue.services, name: replace(service, exclusions=aside)}
        at.ledger.open_exercise(replace(EXERCISE, started_at=datetime(2026, 9, 1, tzinfo=UTC)))
        found = programme_of(at.knowing(replace(at.catalogue, services=services)), "2026-Q4")
    assert {each.expired for each in found.excluded} == {False}
    rows = [each for each in found.covered.rows if each.service is not None]
    assert {row.standing for row in rows if row.service == services[name]} == {Coverage.EXCLUDED}
    cells = [cell for row in rows for own in row.cells.values() for cell in own]
    assert {cell.state.until for cell in cells if cell.state.drill.every is Frequency.QUARTER} == {
        datetime(2027, 1, 1, tzinfo=UTC)
    }


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


@pytest.mark.parametrize(
    ("begins", "told"),
    [(datetime(2026, 7, 1, tzinfo=UTC), "the ledger begins on 2026-07-01, in 2026-Q3"), (None, "the ledger is empty")],
)
def test_a_quarter_of_before_the_ledger_has_no_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], begins: datetime | None, told: str
) -> None:
    """Nobody knows what was not run then; the first quarter that is known of is named."""
    assert run(tmp_path / "a", "--quarter", "2026-Q2", begins=begins) is Exit.USAGE
    err = capsys.readouterr().err
    assert "nothing is known of 2026-Q2" in err
    assert told in err


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
