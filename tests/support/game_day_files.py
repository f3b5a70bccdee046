"""A game day's file for a workspace of the tests, about one service and one of its drills."""

from __future__ import annotations

from pathlib import Path

from dr_orchestrator.domain.exercise.criteria import Rating
from dr_orchestrator.domain.game_day.acts import Approve, Go, PersonAct, Rate, Reply, Start
from dr_orchestrator.domain.game_day.record import Record
from dr_orchestrator.domain.game_day.standing import Answer
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.game_days.acting import act, open_by_plan
from dr_orchestrator.wiring.game_days.declaring import plan_of
from tests.support.game_days import DIRECTOR, OWNER, SCRIBE

FILE = """# yaml-language-server: $schema=../game-day.schema.json
game_day: a-day
title: A table is lost
objective: Show that it comes back.
disruption: application
scenario: Somebody has deleted rows.
severity: It happens.
duration: 2h
scope:
  services: [{service}]
  drills: [{drill}]
criteria:
  restored: {{objective: It comes back, success: The drill has passed, critical: true}}
roles:
  director: {{person: Dana Ito, deputy: Deniz Ak}}
  executor: {{person: Eli Moss}}
  scribe: {{person: Sam Roe}}
  evaluator: {{person: Eva Lund}}
  communications: {{person: Cam Reed}}
go_no_go:
  ready: Is all ready?
aborts:
  errors: {{metric: errors, threshold: "> 1 %", window: 5 minutes}}
injects:
  alarm: {{at: 5m, content: Rows are gone, expected: The call is opened, within: 10m, contingency: page}}
  page: {{kind: contingency, content: The phone rings, expected: The call is opened}}
communications:
  - {{audience: all, channel: mail, when: T-0, template: EXERCISE}}
rules: [Nothing of production is changed.]
"""
RATED = Rate("restored", Rating.PERFORMED)


def put(drills: Path, service: str, drill: str) -> Path:
    """Write the file into a folder of drill files."""
    (drills / "game-days").mkdir(exist_ok=True)
    path = drills / "game-days" / "a-day.yaml"
    path.write_text(FILE.format(service=service, drill=drill))
    return path


def begun(here: App) -> Record:
    """The game day of that file, which runs."""
    plan = plan_of(here, "a-day")
    record = open_by_plan(here, plan, SCRIBE)
    steps: list[tuple[PersonAct, str]] = [
        (Approve(plan.digest), OWNER),
        (Reply("ready", Answer.YES), SCRIBE),
        (Go(), DIRECTOR),
        (Start(), DIRECTOR),
    ]
    for each, by in steps:
        record = act(here, record.id, each, by).record
    return record
