"""The injects of a game day by its clock: delivered, due, next, and which of them went without an answer."""

from __future__ import annotations

from datetime import timedelta

from dr_orchestrator.domain.exercise.injects import Inject, InjectKind, in_order
from dr_orchestrator.domain.game_day.standing import InjectStanding, InjectState, Spoken, Standing


def injects_of(standing: Standing) -> list[InjectStanding]:
    """All injects as they are due, those with a time first; a contingency is due once its expectation was missed."""
    return [_standing(standing, each) for each in in_order(standing.plan.injects)]


def due(standing: Standing) -> list[InjectStanding]:
    """Those to be delivered now, the one that waits for longest first."""
    found = [each for each in injects_of(standing) if each.state is InjectState.DUE]
    return sorted(found, key=lambda each: each.due or timedelta())


def following(standing: Standing) -> InjectStanding | None:
    """The next one: what is due, else the first whose time is to come, else the first that waits for its trigger."""
    if found := due(standing):
        return found[0]
    waiting = [each for each in injects_of(standing) if each.state is InjectState.WAITING]
    timed = sorted((each for each in waiting if each.due is not None), key=lambda each: each.due or timedelta())
    by_trigger = [each for each in waiting if each.inject.trigger]
    return next(iter([*timed, *by_trigger]), None)


def _standing(of: Standing, inject: Inject) -> InjectStanding:
    delivered, response = of.delivered.get(inject.name), of.responses.get(inject.name)
    when = _due_at(of, inject)
    if delivered is None:
        now_due = of.phase.under_way and when is not None and of.net >= when
        return InjectStanding(inject, InjectState.DUE if now_due else InjectState.WAITING, when)
    return InjectStanding(inject, _became(of, inject, delivered, response), when, delivered, response)


def _due_at(of: Standing, inject: Inject) -> timedelta | None:
    """When it is due on the exercise's clock: None where a trigger has to happen, or nothing calls for it."""
    if inject.at is not None or inject.kind is not InjectKind.CONTINGENCY:
        return inject.at
    missed = [end for each in of.plan.injects if each.contingency == inject.name and (end := _missed_at(of, each))]
    return min(missed, default=None)


def _missed_at(of: Standing, inject: Inject) -> timedelta | None:
    """When the time for what was expected ran out; None where it did not."""
    delivered = of.delivered.get(inject.name)
    if delivered is None or inject.within is None:
        return None
    end, response = delivered.net + inject.within, of.responses.get(inject.name)
    in_time = response is not None and response.net <= end
    return end if of.net > end and not in_time else None


def _became(of: Standing, inject: Inject, delivered: Spoken, response: Spoken | None) -> InjectState:
    if response is not None:
        late = inject.within is not None and response.net > delivered.net + inject.within
        return InjectState.MISSED if late else InjectState.MET
    missed = _missed_at(of, inject) is not None or of.ended is not None
    return InjectState.MISSED if missed else InjectState.DELIVERED
