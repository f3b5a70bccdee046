"""The commands of game days: one group, whose verbs are those of its log."""

from __future__ import annotations

from dr_orchestrator.cli.commands.game_day import acting, console, drilling, ending, planning, showing
from dr_orchestrator.cli.commands.game_day.group import game_day

__all__ = ["acting", "console", "drilling", "ending", "game_day", "planning", "showing"]
