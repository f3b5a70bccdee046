"""The acts of a game day: each says what it needs, and refuses what is not its way."""

from __future__ import annotations

from dr_orchestrator.domain.game_day.acts.before import Approve, Go, NoGo, Plan, Reply, Start
from dr_orchestrator.domain.game_day.acts.drills import BeginRun, LoseDrill, StartDrill
from dr_orchestrator.domain.game_day.acts.during import (
    Abort,
    Decide,
    Deliver,
    End,
    Hold,
    Join,
    Note,
    Respond,
    Resume,
)
from dr_orchestrator.domain.game_day.acts.judging import Close, Gap, Mend, Rate, WentWell
from dr_orchestrator.domain.game_day.acts.words import PersonAct

__all__ = [
    "Abort",
    "Approve",
    "BeginRun",
    "Close",
    "Decide",
    "Deliver",
    "End",
    "Gap",
    "Go",
    "Hold",
    "Join",
    "LoseDrill",
    "Mend",
    "NoGo",
    "Note",
    "PersonAct",
    "Plan",
    "Rate",
    "Reply",
    "Respond",
    "Resume",
    "Start",
    "StartDrill",
    "WentWell",
]
