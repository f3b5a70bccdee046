"""Tells a game day that was never held, whole: each act is judged as a real one is, so that its record reads alike."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dr_orchestrator.domain.exercise.criteria import Rating
from dr_orchestrator.domain.exercise.injects import InjectKind, in_order
from dr_orchestrator.domain.exercise.roles import Role
from dr_orchestrator.domain.findings.persons import same
from dr_orchestrator.domain.findings.tracked import MACHINE
from dr_orchestrator.domain.game_day import acts
from dr_orchestrator.domain.game_day.adding import entry_of
from dr_orchestrator.domain.game_day.fold import state_of
from dr_orchestrator.domain.game_day.log import Entry
from dr_orchestrator.domain.game_day.plan import GameDay
from dr_orchestrator.domain.game_day.record import SEEDED_ENDING
from dr_orchestrator.domain.game_day.standing import Answer, RunOutcome
from dr_orchestrator.domain.run import Run
from dr_orchestrator.lab.people.words import titled

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_HELD_AT, _HELD_FOR = 25 * _MINUTE, 12 * _MINUTE
DRILLED_AFTER = _HELD_AT + _HELD_FOR + 3 * _MINUTE
"""How long after the start its drill is begun: after a hold."""

_APPROVERS = ("Dana Whitfield", "Olu Bright", "Ines Duarte")
Act = tuple[datetime, acts.PersonAct, str]


@dataclass(frozen=True)
class PastGameDay:
    """A game day of the history: its id, its plan, its log, and the run that it started, where it started one."""

    id: str
    plan: GameDay
    entries: tuple[Entry, ...]
    run: Run | None


def past_game_day(declared: GameDay, at: datetime, seed: int, run: Run | None = None) -> PastGameDay:
    """A game day by a declared plan, started `at` that time; `run` is that of its drill, which it waits for."""
    plan = replace(declared, title=titled(declared.title))
    teller = _Teller(plan, at, random.Random(f"{seed}:{plan.name}"), run)  # noqa: S311 - it guards nothing
    runs = {run.header.id: _outcome(run)} if run else {}
    entries: list[Entry] = []
    for when, act, by in sorted(teller.all(), key=lambda each: each[0]):
        known = {name: each for name, each in runs.items() if each.ended is not None and each.ended <= when}
        entries.append(entry_of(state_of(plan, entries, when, known), act, by, when))
    return PastGameDay(f"{plan.name}-{at:%Y%m%d}{SEEDED_ENDING}", plan, tuple(entries), run)


def _outcome(run: Run) -> RunOutcome:
    closing = run.closing
    return RunOutcome(closing.verdict, closing.cleanup, closing.ended_at) if closing else RunOutcome()


@dataclass(frozen=True)
class _Teller:
    """Tells who does what, and when."""

    plan: GameDay
    at: datetime
    draw: random.Random
    run: Run | None

    def all(self) -> Iterator[Act]:
        """All acts, not in their order."""
        yield from self._before()
        yield from self._played()
        yield from self._drill()
        yield from self._after()

    def _before(self) -> Iterator[Act]:
        plan, at = self.plan, self.at
        director, scribe = self._who(Role.DIRECTOR), self._who(Role.SCRIBE)
        ready = at - (len(plan.go_no_go) + 4) * _MINUTE
        yield at - 9 * _DAY, acts.Plan(plan), director
        yield at - 8 * _DAY, acts.Approve(plan.digest), self._approver()
        for number, item in enumerate(plan.go_no_go):
            yield ready + number * _MINUTE, acts.Reply(item.name, Answer.YES), scribe
        yield at - 2 * _MINUTE, acts.Go(), director
        yield at, acts.Start(), director

    def _played(self) -> Iterator[Act]:
        """The injects with a time, a decision, and a hold in which the clock stands still."""
        director, scribe = self._who(Role.DIRECTOR), self._who(Role.SCRIBE)
        executor = self._who(Role.EXECUTOR)
        for number, role in enumerate((Role.EXECUTOR, Role.COMMUNICATIONS, Role.EVALUATOR)):
            yield self.at + timedelta(seconds=20 * (number + 1)), acts.Join("remote"), self._who(role)
        for inject in in_order(self.plan.injects):
            if inject.at is None:
                continue
            delivered = inject.at + self._minutes(0, 2)
            took = self._share(inject.within or 10 * _MINUTE)
            yield self._net(delivered), acts.Deliver(inject.name), scribe
            yield self._net(delivered + took), acts.Respond(inject.name, f"as expected: {inject.expected}"), scribe
        yield self._net(_HELD_AT - 7 * _MINUTE), acts.Decide("the disaster is declared", "the data is wrong"), director
        yield self.at + _HELD_AT, acts.Hold("whoever recovers has a real page, of another service"), director
        yield self.at + _HELD_AT + _HELD_FOR, acts.Resume(), director
        told = acts.Note("The instant to recover to is read off the log of the change")
        yield self.at + DRILLED_AFTER - _MINUTE, told, executor

    def _drill(self) -> Iterator[Act]:
        startable = self.plan.drill(self.run.header.drill) if self.run else None
        if self.run is None or startable is None:
            return
        begun = self.at + DRILLED_AFTER
        drill, run = startable.name, self.run.header.id
        yield begun, acts.StartDrill(drill, run, startable.definition), self._who(Role.EXECUTOR)
        yield begun + timedelta(seconds=4), acts.BeginRun(run), MACHINE

    def _after(self) -> Iterator[Act]:
        """The injects that wait for something, the end, the ratings of the hot wash, and the close."""
        plan, director, scribe = self.plan, self._who(Role.DIRECTOR), self._who(Role.SCRIBE)
        at = self._over()
        for inject in plan.injects:
            if inject.at is None and inject.kind is not InjectKind.CONTINGENCY:
                at += self._minutes(3, 6)
                yield at, acts.Deliver(inject.name), scribe
                at += self._share(inject.within or 8 * _MINUTE)
                yield at, acts.Respond(inject.name, f"as expected: {inject.expected}"), scribe
        at += 6 * _MINUTE
        yield at, acts.End(), director
        evaluator = self._who(Role.EVALUATOR)
        for number, (name, rating, why) in enumerate(self._ratings()):
            yield at + (8 + 2 * number) * _MINUTE, acts.Rate(name, rating, why), evaluator
        yield at + 20 * _MINUTE, acts.WentWell("Those on call recovered without the people who built it"), scribe
        gap = acts.Gap("no-deputy-for-notices", "Nobody may approve the notice where communications is away", director)
        yield at + 24 * _MINUTE, gap, scribe
        yield at + 40 * _MINUTE, acts.Close(), evaluator

    def _ratings(self) -> Iterator[tuple[str, Rating, str]]:
        """Each criterion's rating: the last that is not critical was not met, and the first was met with challenges."""
        optional = [each.name for each in self.plan.criteria if not each.critical]
        for each in self.plan.criteria:
            if [each.name] == optional[-1:]:
                yield each.name, Rating.MAJOR_CHALLENGES, "It came 11 minutes later than that"
            elif [each.name] == optional[:1]:
                yield each.name, Rating.SOME_CHALLENGES, "In time; who may decide was asked first"
            else:
                yield each.name, Rating.PERFORMED, ""

    def _over(self) -> datetime:
        """When the last inject with a time was answered, and the drill has ended."""
        timed = [self._net(each.at + 2 * (each.within or 10 * _MINUTE)) for each in self.plan.injects if each.at]
        ended = [self.run.closing.ended_at] if self.run and self.run.closing else []
        return max([self.at + DRILLED_AFTER, *timed, *ended])

    def _net(self, span: timedelta) -> datetime:
        """The instant at which the exercise's own clock shows that."""
        return self.at + span + (_HELD_FOR if span >= _HELD_AT else timedelta())

    def _share(self, of: timedelta) -> timedelta:
        return timedelta(seconds=round(of.total_seconds() * self.draw.uniform(0.3, 0.6)))

    def _minutes(self, least: int, most: int) -> timedelta:
        return timedelta(seconds=round(self.draw.uniform(least, most) * 60))

    def _who(self, role: Role) -> str:
        acting = self.plan.acting(role)
        return acting[0] if acting else self.plan.acting(Role.DIRECTOR)[0]

    def _approver(self) -> str:
        """Somebody who directs nothing of it, and is not away."""
        directing = [person for each in self.plan.roles[Role.DIRECTOR] for person in each.persons]
        away = self.plan.away
        free = (each for each in _APPROVERS if not any(same(each, other) for other in (*directing, *away)))
        return next(free)
