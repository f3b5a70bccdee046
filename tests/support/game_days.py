"""A game day to try with: its plan, its people, and a log that brings it as far as is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from dr_orchestrator.domain.exercise.criteria import Criterion, Rating
from dr_orchestrator.domain.exercise.injects import Inject, InjectKind
from dr_orchestrator.domain.exercise.roles import Holder, Role
from dr_orchestrator.domain.game_day.acts import (
    Abort,
    Approve,
    BeginRun,
    Close,
    Decide,
    Deliver,
    End,
    Gap,
    Go,
    Hold,
    Join,
    LoseDrill,
    Mend,
    NoGo,
    Note,
    PersonAct,
    Plan,
    Rate,
    Reply,
    Respond,
    Resume,
    Start,
    StartDrill,
    WentWell,
)
from dr_orchestrator.domain.game_day.adding import entry_of
from dr_orchestrator.domain.game_day.fold import after, state_of
from dr_orchestrator.domain.game_day.log import Entry
from dr_orchestrator.domain.game_day.plan import AbortCriterion, GameDay, Item, Notice, Scoped, Startable
from dr_orchestrator.domain.game_day.standing import Answer, RunOutcome, Standing

BEGAN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DIRECTOR, DEPUTY, EXECUTOR, SCRIBE, EVALUATOR = "Dana Ito", "Deniz Ak", "Eli Moss", "Sam Roe", "Eva Lund"
OWNER = "Olu Bright"
"""Who fills no role, and may approve."""

PLAN = GameDay(
    name="lost-database",
    title="The shop's database is lost",
    objective="Show that the shop comes back without the people who built it.",
    criteria=(
        Criterion("restored", "The shop's data comes back", "within its RTO", critical=True),
        Criterion("told", "Customers are told", "a notice within 30 minutes"),
    ),
    scenario="A migration drops the table of orders.",
    disruption="application",
    severity="It happened to others, and orders cannot be had again.",
    services=(Scoped("shop", "The shop", 1),),
    drills=(Startable("shop-database", "0123456789abcdef"),),
    roles={
        Role.DIRECTOR: (Holder(DIRECTOR, DEPUTY),),
        Role.EXECUTOR: (Holder(EXECUTOR, "Ed Vance"),),
        Role.SCRIBE: (Holder(SCRIBE),),
        Role.EVALUATOR: (Holder(EVALUATOR, "Ewa Nowak"),),
        Role.COMMUNICATIONS: (Holder("Cam Reed"),),
    },
    go_no_go=(Item("no-incident", "Is no incident open?"), Item("backups", "Are backups healthy?")),
    aborts=(
        AbortCriterion("errors", "errors of production", "> 1 %", "5 minutes", Role.DIRECTOR.value),
        AbortCriterion("anything", "anything strange", "any", "at once"),
    ),
    planned=timedelta(hours=2),
    exclusions=("payments",),
    injects=(
        Inject("alarm", "Orders fail", "The call is opened", at=5 * MINUTE, contingency="page", within=10 * MINUTE),
        Inject("page", "The phone rings", "The call is opened", kind=InjectKind.CONTINGENCY),
        Inject("press", "A reporter calls", "Communications answers", trigger="the notice is out", criterion="told"),
        Inject("late", "The CFO asks", "The director answers", at=40 * MINUTE),
    ),
    communications=(Notice("customers", "status page", "T+30m", "EXERCISE EXERCISE EXERCISE"),),
    rules=("Nobody touches production.",),
)


@dataclass
class Played:
    """A log that is written by acts, as the ledger does it; time goes on by itself."""

    plan: GameDay = PLAN
    entries: list[Entry] = field(default_factory=list)
    now: datetime = BEGAN
    runs: dict[str, RunOutcome] = field(default_factory=dict)

    @property
    def standing(self) -> Standing:
        """How it stands now."""
        return state_of(self.plan, self.entries, self.now, self.runs)

    def do(self, act: PersonAct, by: str, wait: timedelta = MINUTE) -> Standing:
        """Do it, a while after the last."""
        self.now += wait
        entry = entry_of(self.standing, act, by, self.now)
        after(self.standing, entry)
        self.entries.append(entry)
        return self.standing

    def all(self, acts: Sequence[tuple[PersonAct, str]]) -> Standing:
        """Do one after the other."""
        for act, by in acts:
            self.do(act, by)
        return self.standing


READY: list[tuple[PersonAct, str]] = [
    (Plan(PLAN), SCRIBE),
    (Approve(PLAN.digest), OWNER),
    (Reply("no-incident", Answer.YES), SCRIBE),
    (Reply("backups", Answer.YES), SCRIBE),
    (Go(), DIRECTOR),
]
STARTED: list[tuple[PersonAct, str]] = [*READY, (Start(), DIRECTOR)]
RATED: list[tuple[PersonAct, str]] = [
    (Rate("restored", Rating.PERFORMED), EVALUATOR),
    (Rate("told", Rating.SOME_CHALLENGES, "four minutes late"), EVALUATOR),
]
PLAYED: list[tuple[PersonAct, str]] = [
    (act, SCRIBE) for name in ("alarm", "press", "late") for act in (Deliver(name), Respond(name, "done"))
]
"""All that its people were to do, and did."""

DONE: list[tuple[PersonAct, str]] = [*STARTED, (End(), DIRECTOR), *RATED, (Close(), EVALUATOR)]

DRILL = StartDrill("shop-database", "r-1", "0123456789abcdef")
ALL: list[tuple[PersonAct, str]] = [
    (Plan(PLAN), SCRIBE),
    (Approve(PLAN.digest), OWNER),
    (Reply("backups", Answer.YES), SCRIBE),
    (Go(), DIRECTOR),
    (NoGo("later"), DIRECTOR),
    (Start(), DIRECTOR),
    (Join(), OWNER),
    (Deliver("alarm"), SCRIBE),
    (Respond("alarm", "done"), SCRIBE),
    (Note("a word"), OWNER),
    (Decide("declare"), DIRECTOR),
    (Hold("lunch"), DIRECTOR),
    (Resume(), DIRECTOR),
    (DRILL, EXECUTOR),
    (BeginRun("r-1"), "dro"),
    (LoseDrill("r-1", "gone"), "dro"),
    (Rate("restored", Rating.PERFORMED), EVALUATOR),
    (WentWell("all of it"), OWNER),
    (Gap("a-gap", "missing", "team"), OWNER),
    (Mend("an-older-gap", "seen"), EVALUATOR),
    (End(), DIRECTOR),
    (Abort("errors"), SCRIBE),
    (Close(), EVALUATOR),
]
"""Each act once, by somebody who may do it."""


def started(plan: GameDay = PLAN) -> Played:
    """A game day that runs."""
    played = Played(plan)
    played.all([(replace_plan(act, plan), by) for act, by in STARTED])
    return played


def replace_plan(act: PersonAct, plan: GameDay) -> PersonAct:
    """The same act, for another plan."""
    if isinstance(act, Plan):
        return Plan(plan)
    return replace(act, digest=plan.digest) if isinstance(act, Approve) else act
