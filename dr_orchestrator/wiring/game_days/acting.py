"""Opens a game day by its plan, and adds what somebody does; each act is judged where it lands in the log."""

from __future__ import annotations

import secrets
from datetime import datetime

from dr_orchestrator.domain.findings.persons import same
from dr_orchestrator.domain.findings.tracked import MACHINE
from dr_orchestrator.domain.game_day.acts import PersonAct
from dr_orchestrator.domain.game_day.plan import GameDay
from dr_orchestrator.domain.game_day.record import Record
from dr_orchestrator.errors import UsageError
from dr_orchestrator.ledger.game_days import Added
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.building import read_only
from dr_orchestrator.wiring.game_days.times import now
from dr_orchestrator.wiring.identity import is_simulated
from dr_orchestrator.wiring.operator import operator

NO_REGION = "us-east-1"
"""The region of a game day without a drill, whose endpoint says whether it is simulated."""


def open_by_plan(here: App, plan: GameDay, by: str = "") -> Record:
    """The game day that is held by this plan: the one that waits for its start, else a new one."""
    at = now(here)
    return here.ledger.game_days.take_plan(plan, _named(plan, at), who(by), at, simulated=simulated(here, plan))


def act_by_plan(here: App, plan: GameDay, done: PersonAct, by: str = "") -> Added:
    """Add what somebody does to the game day that is held by this plan; refused, it opens and changes nothing."""
    at, strange = now(here), simulated(here, plan)
    return here.ledger.game_days.act_by_plan(plan, _named(plan, at), done, who(by), at, simulated=strange)


def act(here: App, name: str, done: PersonAct, by: str = "", *, at: datetime | None = None, token: str = "") -> Added:
    """Add what somebody does to the game day of an id, or the newest of a plan's name; UsageError if it may not be.

    Whoever tries again what may have been written says the time `at` which it was done, and the same `token`.
    """
    record = here.ledger.game_days.find(name)
    strange = simulated(here, record.plan)
    here_now = now(here)  # refused where this machine's clock is off, also of what was done before
    return here.ledger.game_days.act(record.id, done, who(by), at or here_now, simulated=strange, token=token)


def who(by: str) -> str:
    """The person who acts: who is named, else as for every command; never the program itself."""
    name = by.strip() or operator()
    if same(name, MACHINE):
        raise UsageError(f"'{name}' is the program's own name", "say who acts: --by NAME")
    return name


def _named(plan: GameDay, at: datetime) -> str:
    return f"{plan.name}-{at:%Y%m%d}-{secrets.token_hex(2)}"


def simulated(here: App, plan: GameDay) -> bool:
    """Whether what it starts would be simulated: by its drills, or by the endpoint where it has none."""
    drills = here.declared.drills
    regions = {drills[each.name].resource.region for each in plan.drills if each.name in drills} or {NO_REGION}
    return any(is_simulated(here, read_only(here, region)) for region in regions)
