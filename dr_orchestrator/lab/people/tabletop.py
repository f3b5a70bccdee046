"""Tells a tabletop that was never held: one with gaps, or one that went well; judged as a real one is."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dr_orchestrator.domain.exercise.criteria import Criterion, Rating
from dr_orchestrator.domain.exercise.injects import Inject, InjectKind, in_order
from dr_orchestrator.domain.exercise.roles import Cast, Role
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.quarter.span import Quarter
from dr_orchestrator.domain.tabletop.judging import judged
from dr_orchestrator.domain.tabletop.plan import Tabletop, ToReach
from dr_orchestrator.domain.tabletop.sitting import (
    Answered,
    Conducted,
    Decision,
    Declaration,
    Delivered,
    Rated,
    Shortcoming,
    Sitting,
)
from dr_orchestrator.lab.people.words import titled

_MINUTE = timedelta(minutes=1)
_GAP = "template-not-found"
_SCALE = (Rating.PERFORMED, Rating.SOME_CHALLENGES, Rating.PERFORMED, Rating.MAJOR_CHALLENGES)


def past_tabletop(declared: Tabletop, quarter: Quarter, at: datetime, seed: int, *, well: bool) -> Conducted:
    """A sitting of a quarter, by a declared plan; `well` is one without gaps, which saw those of before mended."""
    plan = replace(declared, title=titled(declared.title))
    draw = random.Random(f"{seed}:{plan.name}:{quarter}")  # noqa: S311 - it guards nothing
    return judged(plan, _Teller(plan, at, draw, well).sitting(f"{str(quarter).lower()}-seeded"))


@dataclass(frozen=True)
class _Teller:
    """Tells one sitting."""

    plan: Tabletop
    at: datetime
    draw: random.Random
    well: bool

    def sitting(self, name: str) -> Sitting:
        """All that was written down of it."""
        played = [each for each in in_order(self.plan.injects) if each.kind is not InjectKind.CONTINGENCY]
        delivered = tuple(self._delivered(number, each) for number, each in enumerate(played))
        gap = Shortcoming(_GAP, "The template of the status page was not found", Severity.MEDIUM, self.plan.owner)
        return Sitting(
            name=name,
            began=self.at,
            ended=max(each.at for each in delivered) + 35 * _MINUTE if delivered else self.at + 60 * _MINUTE,
            rehearsal=True,
            attendance=self._attendance(),
            injects=delivered,
            ratings=tuple(self._ratings()),
            contacts=tuple(self._answered(number, each) for number, each in enumerate(self.plan.contacts)),
            declared=self._declared(delivered),
            decisions=(self._decision(delivered),) if delivered else (),
            questions=() if self.well else ("Who may declare where the director and the deputy are away?",),
            gaps=() if self.well else (gap,),
            mended={_GAP: "The runbook links it, and it was found at once"} if self.well else {},
        )

    def _delivered(self, number: int, of: Inject) -> Delivered:
        took = (of.within or 8 * _MINUTE) * self.draw.uniform(0.3, 0.8)
        rating = Rating.PERFORMED if self.well else _SCALE[number % len(_SCALE)]
        note = "" if rating is Rating.PERFORMED else "It was discussed first whose that is"
        at = self.at + (of.at if of.at is not None else number * 12 * _MINUTE) + self._minutes(0, 2)
        return Delivered(of.name, at, f"As expected: {of.expected}", _whole(took), rating, note)

    def _ratings(self) -> Iterator[Rated]:
        by = self._who(Role.EVALUATOR)
        optional = [each.name for each in self.plan.criteria if not each.critical]
        for number, each in enumerate(self.plan.criteria):
            yield self._rated(number, each, by, last=[each.name] == optional[-1:])

    def _rated(self, number: int, of: Criterion, by: str, *, last: bool) -> Rated:
        if last and not self.well:
            return Rated(of.name, Rating.UNABLE, by, "The template was not found, and nobody knew another way")
        if number == 0:
            return Rated(of.name, Rating.SOME_CHALLENGES, by, "In time; whose call it is was asked first")
        return Rated(of.name, Rating.PERFORMED, by)

    def _answered(self, number: int, of: ToReach) -> Answered:
        if not self.well and number and number == len(self.plan.contacts) - 1:
            return Answered(of.name, reached=False, note="It rang out: the number is an old one")
        within = of.within or 20 * _MINUTE
        return Answered(of.name, reached=True, after=_whole(within * self.draw.uniform(0.2, 0.7)))

    def _declared(self, delivered: tuple[Delivered, ...]) -> Declaration | None:
        probing = {each.name for each in self.plan.injects if each.criterion}
        on = next((each for each in delivered if each.inject in probing), None)
        return Declaration(on.inject, on.at + 6 * _MINUTE, self._who(Role.PLAYER)) if on else None

    def _decision(self, delivered: tuple[Delivered, ...]) -> Decision:
        options = ("Restore in place", "Restore beside production, and copy back")
        at = delivered[len(delivered) // 2].at + 5 * _MINUTE
        return Decision(f"{options[1]}.", self._who(Role.PLAYER), at, options, ("How long copying back takes",))

    def _attendance(self) -> Cast:
        modes = ("in the room", "remote")
        return {
            role: tuple(replace(each, deputy="", mode=modes[number % 2]) for number, each in enumerate(holders))
            for role, holders in self.plan.cast.items()
        }

    def _who(self, role: Role) -> str:
        return next((each.person for each in self.plan.cast.get(role, ())), self.plan.owner)

    def _minutes(self, least: int, most: int) -> timedelta:
        return timedelta(seconds=round(self.draw.uniform(least, most) * 60))


def _whole(span: timedelta) -> timedelta:
    return timedelta(seconds=round(span.total_seconds()))
