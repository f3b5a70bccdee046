"""The acts on the drills of a game day: asked for by an executor, begun or lost by their process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dr_orchestrator.domain.exercise.roles import Role
from dr_orchestrator.domain.findings.tracked import MACHINE
from dr_orchestrator.domain.game_day.acts.words import in_phase, in_role, one_of, refused, words
from dr_orchestrator.domain.game_day.log import Kind, Said
from dr_orchestrator.domain.game_day.standing import DrillState, Phase, Standing, Started

SILENT = timedelta(minutes=10)
"""How long nothing is heard of a process that has begun before people may take its run for lost. Were they wrong, the
run still ends at once: it asks the log when it is opened."""


@dataclass(frozen=True)
class StartDrill:
    """Start a drill of the scope: `run` is the id that its run will have, `definition` the drill as it is by now."""

    drill: str
    run: str
    definition: str

    def on(self, of: Standing, by: str, _at: datetime) -> Said:
        """While it runs, by an executor; the drill is as it was approved, and not under way."""
        in_role(of, by, Role.EXECUTOR)
        in_phase(of, Phase.RUNNING)
        one_of(of, "drill in its scope", self.drill, [each.name for each in of.plan.drills])
        approved = of.plan.drill(self.drill)
        if approved is not None and approved.definition != self.definition:
            told = f"was approved with {self.drill} as it was ({approved.definition}), and it was changed since"
            raise refused(of, told, "bring its definition back, or end the game day and approve it anew")
        if still := [each.run for each in of.open_drills if each.drill == self.drill]:
            raise refused(of, f"has {self.drill} under way (run {still[0]})", "wait for its end, or `dro abort` it")
        return Said(Kind.DRILL_STARTED, {"drill": self.drill, "run": self.run})


@dataclass(frozen=True)
class BeginRun:
    """The word of a drill's process before it opens the run: it does so only while the game day wants it."""

    run: str

    def on(self, of: Standing, _by: str, _at: datetime) -> Said:
        """While the game day is under way, once."""
        found = _started(of, self.run)
        in_phase(of, Phase.RUNNING, Phase.HELD)
        if found.begun or found.state is not DrillState.STARTING:
            raise refused(of, f"has no drill that waits to begin run {self.run}", "start it anew: `dro game-day drill`")
        return Said(Kind.DRILL_BEGUN, {"drill": found.drill, "run": self.run})


@dataclass(frozen=True)
class LoseDrill:
    """Say that there is no run of a drill that was started, and why."""

    run: str
    why: str

    def on(self, of: Standing, by: str, at: datetime) -> Said:
        """Before it is closed, of one that has no run; by people in a role, and not while its process may open one."""
        if by != MACHINE:
            in_role(of, by)
        found = _started(of, self.run)
        in_phase(of, Phase.RUNNING, Phase.HELD, Phase.ENDED, Phase.ABORTED)
        if found.state is not DrillState.STARTING:
            raise refused(of, f"has run {self.run} {found.state}", "its run tells how it ended: `dro show`")
        if by != MACHINE and found.begun_at is not None and at - found.begun_at < SILENT:
            told = f"has a process that has begun run {self.run}, and it may open it yet"
            raise refused(of, told, f"say so where it is silent for {SILENT.seconds // 60} minutes, or abort it all")
        why = words(of, self.why, "takes no drill for lost without words", "write how that is known: --reason TEXT")
        return Said(Kind.DRILL_LOST, {"drill": found.drill, "run": self.run, "text": why})


def _started(of: Standing, run: str) -> Started:
    found = next((each for each in of.drills if each.run == run), None)
    if found is None:
        raise refused(of, f"started no run {run}", "`dro game-day show` lists what it started")
    return found
