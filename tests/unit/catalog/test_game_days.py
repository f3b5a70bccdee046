"""Files of game days: each mistake is told by file, line and key, and a plan is what its file says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from dr_orchestrator.catalog import game_days
from dr_orchestrator.catalog.load import load
from dr_orchestrator.domain.exercise.roles import Role
from dr_orchestrator.errors import CatalogError
from dr_orchestrator.resources import TYPES
from tests.support import game_day_files, workspace

SAMPLE = Path(__file__).parents[3] / "drills"


@pytest.fixture
def drills(tmp_path: Path) -> Path:
    made = workspace.write(tmp_path).drills
    game_day_files.put(made, "shop", "sessions-pitr")
    return made


def told(drills: Path, old: str, new: str) -> list[str]:
    path = drills / "game-days" / "a-day.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return [str(each) for each in game_days.problems(drills, load(drills, TYPES))]


def test_the_sample_is_a_plan() -> None:
    """With its people, its scope with the drills' definitions, and who is away."""
    catalogue = load(SAMPLE, TYPES)
    (path,) = game_days.files(SAMPLE)
    plan = game_days.load(path, catalogue)
    assert [each.definition for each in plan.drills] == [catalogue.drills[each.name].digest for each in plan.drills]
    assert (plan.announced, plan.acting(Role.EXECUTOR), plan.planned) == (False, ("Yuki Mori",), timedelta(hours=2))
    assert game_days.load(path, catalogue).digest == plan.digest


CRITERIA = "criteria:\n  restored: {objective: It comes back, success: The drill has passed, critical: true}\n"
MISTAKES = [
    ("game_day: a-day", "game_day: another", ":2:game_day: is named 'another', and its file a-day.yaml"),
    ("  evaluator: {person: Eva Lund}\n", "", ":14:roles: nobody is evaluator"),
    ("{person: Eva Lund}", '{person: "moss, ELI"}', "roles.evaluator: Eli Moss is evaluator, and also executor"),
    ("{person: Eva Lund}", "{person: Eva Lund, deputy: Eva Lund}", "Eva Lund is their own deputy"),
    ("services: [shop]", "services: [shp]", "scope.services[0]: there is no service 'shp' (did you mean 'shop'?)"),
    ("[sessions-pitr]", "[session-pitr]", "scope.drills[0]: there is no drill 'session-pitr'"),
    ("{at: 5m, content", "{content", "injects.alarm: it has neither a time nor a trigger"),
    ("{at: 5m, content", "{at: 3h, content", "injects.alarm.at: it is due after the planned end"),
    ("contingency: page}", "contingency: pag}", "injects.alarm.contingency: there is no inject 'pag'"),
    ("within: 10m", "within: 10m, criterion: resto", "there is no criterion 'resto' (did you mean 'restored'?)"),
    ('aborts:\n  errors: {metric: errors, threshold: "> 1 %", window: 5 minutes}\n', "", "aborts"),
    ("window: 5 minutes}", "window: 5 minutes, caller: boss}", "'boss' is not a role of an exercise, or anyone"),
    ("window: 5 minutes}", "window: 5 minutes, caller: observer}", "nobody is observer, who alone may call it"),
    ("rules: [", "unannounced: {away: [Eli Moss]}\nrules: [", "nobody is executor while Eli Moss is away"),
    ("rules: [", "unannounced: {away: [Somebody]}\nrules: [", "Somebody fills no role"),
    ("scenario: Somebody has deleted rows.\n", "", "scenario"),
    ("disruption: application", "disruption: flood", "'flood' is not a disruption"),
    (CRITERIA, "", "criteria"),
]


@pytest.mark.parametrize(("old", "new", "wanted"), MISTAKES, ids=[wanted[:40] for *_, wanted in MISTAKES])
def test_each_mistake_is_told_by_file_line_and_key(drills: Path, old: str, new: str, wanted: str) -> None:
    """With what to do; a plan of such a file there is none."""
    found = told(drills, old, new)
    assert any(wanted in each for each in found), found
    assert all("drills/game-days/a-day.yaml:" in each and each.endswith(")") for each in found)
    with pytest.raises(CatalogError):
        game_days.load(drills / "game-days" / "a-day.yaml", load(drills, TYPES))


def test_without_a_catalogue_its_own_mistakes_are_told(drills: Path) -> None:
    """Where the drill files cannot be read nothing is said of what it names there."""
    path = drills / "game-days" / "a-day.yaml"
    path.write_text(path.read_text().replace("[sessions-pitr]", "[none]").replace("game_day: a-day", "game_day: b"))
    (only,) = game_days.problems(drills, None)
    assert only.key == "game_day"
