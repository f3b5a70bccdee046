"""How a game day stands: a function of its plan, its log, and the runs that were started from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from dr_orchestrator.domain.exercise.criteria import Rating
from dr_orchestrator.domain.exercise.injects import Inject
from dr_orchestrator.domain.game_day.clocks import Clock
from dr_orchestrator.domain.game_day.plan import GameDay
from dr_orchestrator.domain.rule import Reason
from dr_orchestrator.domain.verdict import Cleanup, Verdict


class Phase(StrEnum):
    """Where a game day is."""

    PLANNED = "planned"
    APPROVED = "approved"
    GO_NO_GO = "go/no-go"
    RUNNING = "running"
    HELD = "held"
    ENDED = "ended"
    ABORTED = "aborted"

    @property
    def before_start(self) -> bool:
        """Whether it has not started yet."""
        return self in (Phase.PLANNED, Phase.APPROVED, Phase.GO_NO_GO)

    @property
    def under_way(self) -> bool:
        """Whether it has started, and has not ended."""
        return self in (Phase.RUNNING, Phase.HELD)


class Answer(StrEnum):
    """An answer to a line of the go/no-go list."""

    YES = "yes"
    NO = "no"
    WAIVED = "waived"


@dataclass(frozen=True)
class Spoken:
    """Words of somebody, and when; `net` is that time on the exercise's clock, `occurred` when that was which they
    tell, where it was earlier.
    """

    text: str
    by: str
    at: datetime
    net: timedelta = timedelta()
    occurred: datetime | None = None


@dataclass(frozen=True)
class Approval:
    """Somebody's word for the plan of that digest."""

    by: str
    at: datetime
    digest: str


@dataclass(frozen=True)
class Answered:
    """How a line of the go/no-go list was answered last."""

    item: str
    answer: Answer
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class RunOutcome:
    """How the run of a drill stands in the ledger; the verdict is None while it is under way."""

    verdict: Verdict | None = None
    cleanup: Cleanup | None = None
    ended: datetime | None = None


class DrillState(StrEnum):
    """Where a drill is that was started."""

    STARTING = "starting"
    UNDER_WAY = "under way"
    ENDED = "ended"
    LOST = "never begun"


@dataclass(frozen=True)
class Started:
    """A drill that was started from the game day, under the id of its run."""

    drill: str
    run: str
    by: str
    at: datetime
    net: timedelta
    begun: bool = False
    lost: str = ""
    outcome: RunOutcome | None = None
    begun_at: datetime | None = None

    @property
    def state(self) -> DrillState:
        """Where it is: a run that is in the ledger is what the ledger says."""
        if self.outcome is not None:
            return DrillState.UNDER_WAY if self.outcome.verdict is None else DrillState.ENDED
        return DrillState.LOST if self.lost else DrillState.STARTING

    @property
    def open(self) -> bool:
        """Whether it is to be waited for."""
        return self.state in (DrillState.STARTING, DrillState.UNDER_WAY)

    @property
    def over(self) -> datetime:
        """When it was over, as far as that is known; else when it was started."""
        return self.outcome.ended if self.outcome and self.outcome.ended else self.at

    @property
    def gone(self) -> bool:
        """Whether nothing of it can be left: proven by its run, or because none was ever begun."""
        if self.outcome is not None:
            return self.outcome.cleanup is Cleanup.CLEAN
        return self.state is DrillState.LOST


@dataclass(frozen=True)
class Rated:
    """How well a criterion was met, by the last word of an evaluator."""

    criterion: str
    rating: Rating
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Shown:
    """A gap that the hot wash names, with who has to see to it; it becomes a finding."""

    name: str
    text: str
    owner: str
    severity: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Given:
    """The verdict that was given at the close, and why; nothing changes it any more."""

    verdict: Verdict
    reasons: tuple[Reason, ...]


class InjectState(StrEnum):
    """Where an inject is."""

    WAITING = "waiting"
    """Its time is to come, or its trigger; a contingency: nothing has called for it."""

    DUE = "due"
    DELIVERED = "delivered"
    """The expected is still to be done."""

    MET = "met"
    MISSED = "missed"
    """The expected was not done in its time."""


@dataclass(frozen=True)
class InjectStanding:
    """An inject, when it is due on the exercise's clock, and what became of it."""

    inject: Inject
    state: InjectState
    due: timedelta | None = None
    delivered: Spoken | None = None
    response: Spoken | None = None


@dataclass(frozen=True)
class Standing:
    """How a game day stands at an instant, by the log up to `number`."""

    plan: GameDay
    now: datetime
    phase: Phase = Phase.PLANNED
    number: int = 0
    last_at: datetime | None = None
    clock: Clock = field(default_factory=Clock)
    approvals: tuple[Approval, ...] = ()
    answers: Mapping[str, Answered] = field(default_factory=dict)
    go: Spoken | None = None
    no_go: Spoken | None = None
    started: Spoken | None = None
    ended: Spoken | None = None
    aborted: Spoken | None = None
    closed: Spoken | None = None
    delivered: Mapping[str, Spoken] = field(default_factory=dict)
    responses: Mapping[str, Spoken] = field(default_factory=dict)
    decisions: tuple[Spoken, ...] = ()
    notes: tuple[Spoken, ...] = ()
    drills: tuple[Started, ...] = ()
    ratings: Mapping[str, Rated] = field(default_factory=dict)
    went_well: tuple[Spoken, ...] = ()
    gaps: tuple[Shown, ...] = ()
    mended: Mapping[str, Spoken] = field(default_factory=dict)
    participants: Mapping[str, str] = field(default_factory=dict)
    """The people who took part, by name: how, where that was said."""

    given: Given | None = None
    unknown: tuple[str, ...] = ()
    """The kinds of the entries that this release does not know."""

    @property
    def gross(self) -> timedelta:
        """The time since the start, holds and all."""
        return self.clock.gross(self.now)

    @property
    def net(self) -> timedelta:
        """The time on the exercise's own clock."""
        return self.clock.net(self.now)

    @property
    def unanswered(self) -> tuple[str, ...]:
        """The lines of the go/no-go list that nobody answered."""
        return tuple(each.name for each in self.plan.go_no_go if each.name not in self.answers)

    @property
    def against(self) -> tuple[str, ...]:
        """The lines that were answered with no."""
        return tuple(name for name, each in self.answers.items() if each.answer is Answer.NO)

    @property
    def unrated(self) -> tuple[str, ...]:
        """The criteria that no evaluator rated, or not since the last drill was over."""
        early = self.early
        return tuple(each.name for each in self.plan.criteria if each.name not in self.ratings or each.name in early)

    @property
    def early(self) -> frozenset[str]:
        """The criteria that were rated before the last drill was over, which they may be about."""
        over = max((each.over for each in self.drills), default=None)
        return frozenset(name for name, each in self.ratings.items() if over is not None and each.at < over)

    @property
    def open_drills(self) -> tuple[Started, ...]:
        """The drills that were started and have not ended."""
        return tuple(each for each in self.drills if each.open)
