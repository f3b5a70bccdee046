"""The acts while a game day is under way: injects, notes, decisions, holds, its end, its abort."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dr_orchestrator.domain.exercise.injects import InjectKind
from dr_orchestrator.domain.exercise.roles import Role
from dr_orchestrator.domain.game_day.acts.words import author, in_phase, in_role, one_of, refused, words
from dr_orchestrator.domain.game_day.log import OCCURRED, Kind, Said
from dr_orchestrator.domain.game_day.plan import MAY_ABORT
from dr_orchestrator.domain.game_day.schedule import due
from dr_orchestrator.domain.game_day.standing import Phase, Standing

_OPEN = (Phase.PLANNED, Phase.APPROVED, Phase.GO_NO_GO, Phase.RUNNING, Phase.HELD, Phase.ENDED, Phase.ABORTED)
_UNDER_WAY = (Phase.RUNNING, Phase.HELD)
_LATEST = timedelta(days=7)
"""The longest that a line may come behind what it tells: an older date is a slip of the pen."""
CONTROL = (Role.DIRECTOR, Role.FACILITATOR, Role.SCRIBE, Role.EVALUATOR)
"""The roles that may say that an inject was delivered, or answered: those who know the list; players never see it."""


@dataclass(frozen=True)
class Join:
    """Take part; `mode` is how: in the room, remote."""

    mode: str = ""

    def on(self, of: Standing, by: str, _at: datetime) -> Said:
        """At any time before it is closed."""
        author(of, by)
        in_phase(of, *_OPEN)
        return Said(Kind.JOINED, {"mode": " ".join(self.mode.split())})


@dataclass(frozen=True)
class Deliver:
    """Say that an inject was delivered; of one with a trigger, that it has happened; `text` is how."""

    inject: str
    text: str = ""

    def on(self, of: Standing, by: str, _at: datetime) -> Said:
        """While it runs, once; one with a time may come early, a contingency only once it is called for."""
        in_role(of, by, *CONTROL)
        in_phase(of, Phase.RUNNING)
        one_of(of, "inject", self.inject, [each.name for each in of.plan.injects])
        if self.inject in of.delivered:
            raise refused(of, f"has delivered '{self.inject}' already", "each inject is delivered once")
        inject = of.plan.inject(self.inject)
        by_miss = inject is not None and inject.kind is InjectKind.CONTINGENCY and not inject.trigger
        if by_miss and inject and inject.at is None and self.inject not in [each.inject.name for each in due(of)]:
            fix = "it is delivered where what was expected does not come in its time"
            raise refused(of, f"does not call for '{self.inject}'", fix)
        return Said(Kind.DELIVERED, {"inject": self.inject, "text": self.text.strip()})


@dataclass(frozen=True)
class Respond:
    """Say that the players did what an inject expects; `text` is what they did."""

    inject: str
    text: str

    def on(self, of: Standing, by: str, _at: datetime) -> Said:
        """Once, after it was delivered."""
        in_role(of, by, *CONTROL)
        in_phase(of, *_UNDER_WAY)
        one_of(of, "delivered inject", self.inject, of.delivered)
        if self.inject in of.responses:
            raise refused(of, f"has the answer to '{self.inject}' already", "`dro game-day note` adds to it")
        return Said(Kind.RESPONDED, {"inject": self.inject, "text": _said(of, self.text)})


@dataclass(frozen=True)
class Note:
    """Add a line to the timeline; `occurred` is when that was, where it is written down later."""

    text: str
    occurred: datetime | None = None

    def on(self, of: Standing, by: str, at: datetime) -> Said:
        """At any time before it is closed, by anybody who takes part."""
        author(of, by)
        in_phase(of, *_OPEN)
        return Said(Kind.NOTED, {"text": _said(of, self.text), **_occurred(of, self.occurred, at)})


@dataclass(frozen=True)
class Decide:
    """Keep a decision, with its reason; `occurred` is when it was made, where it is written down later."""

    text: str
    reason: str = ""
    occurred: datetime | None = None

    def on(self, of: Standing, by: str, at: datetime) -> Said:
        """While it is under way, by somebody in a role."""
        in_role(of, by)
        in_phase(of, *_UNDER_WAY)
        told = _said(of, self.text)
        why = f", because {words(of, self.reason, '', '')}" if self.reason.strip() else ""
        return Said(Kind.DECIDED, {"text": f"{told}{why}", **_occurred(of, self.occurred, at)})


@dataclass(frozen=True)
class Hold:
    """Let its clock stand still, for a reason: that span is a labelled segment."""

    reason: str

    def on(self, of: Standing, by: str, _at: datetime) -> Said:
        """While it runs, by the director or who holds the list of injects."""
        in_role(of, by, Role.DIRECTOR, Role.FACILITATOR)
        in_phase(of, Phase.RUNNING)
        return Said(Kind.HELD, {"text": words(of, self.reason, "is held for a reason", "write it: --reason TEXT")})


@dataclass(frozen=True)
class Resume:
    """Let its clock go on."""

    def on(self, of: Standing, by: str, _at: datetime) -> Said:
        """While it is held."""
        in_role(of, by, Role.DIRECTOR, Role.FACILITATOR)
        in_phase(of, Phase.HELD)
        return Said(Kind.RESUMED)


@dataclass(frozen=True)
class End:
    """End the play; the hot wash follows."""

    def on(self, of: Standing, by: str, _at: datetime) -> Said:
        """By the director, once no drill of it is under way."""
        in_role(of, by, Role.DIRECTOR)
        in_phase(of, *_UNDER_WAY)
        if still := of.open_drills:
            told = ", ".join(f"{each.drill} (run {each.run}, {each.state})" for each in still)
            fix = "wait for their end, or stop all with it: `dro game-day abort`"
            raise refused(of, f"has drills under way: {told}", fix)
        return Said(Kind.ENDED)


@dataclass(frozen=True)
class Abort:
    """End it before its time, for a reason; `criterion` is the one of the plan that was met, where it is one."""

    reason: str
    criterion: str = ""

    def on(self, of: Standing, by: str, _at: datetime) -> Said:
        """While it is under way: by whom the criterion allows, else by anybody in a role."""
        in_role(of, by)
        if of.phase.before_start:
            raise refused(of, "has not started", "the director puts it off: `dro game-day go FILE --no --reason TEXT`")
        in_phase(of, *_UNDER_WAY)
        if self.criterion:
            one_of(of, "abort criterion", self.criterion, [each.name for each in of.plan.aborts])
            caller = next(each.caller for each in of.plan.aborts if each.name == self.criterion)
            if caller != MAY_ABORT:
                in_role(of, by, Role(caller))
        reason = words(of, self.reason, "is aborted for a reason", "write it: --reason TEXT")
        return Said(Kind.ABORTED, {"text": reason, "criterion": self.criterion})


def _occurred(of: Standing, occurred: datetime | None, at: datetime) -> dict[str, str]:
    if occurred is None:
        return {}
    if not at - _LATEST <= occurred <= at:
        told = "is still to come" if occurred > at else f"is more than {_LATEST.days} days ago"
        told = f"takes no line of what happened at {occurred.isoformat()}, which {told}"
        raise refused(of, told, "say when it was: --occurred TIME; whatever is older is told in words")
    return {OCCURRED: occurred.isoformat()}


def _said(of: Standing, text: str) -> str:
    return words(of, text, "takes no entry without words", "write some: TEXT")
