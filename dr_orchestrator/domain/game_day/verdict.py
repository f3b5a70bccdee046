"""The verdict of a game day, and what of it becomes findings; nothing is green by accident."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from dr_orchestrator.domain.exercise.roles import Role
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.findings.by_exercise import About, Gap, Held, Shown
from dr_orchestrator.domain.findings.tracked import RaisedBy
from dr_orchestrator.domain.game_day.lapses import empty, kept, lapses
from dr_orchestrator.domain.game_day.plan import GameDay
from dr_orchestrator.domain.game_day.standing import Phase, Standing, Started
from dr_orchestrator.domain.rule import Reason, Rule
from dr_orchestrator.domain.verdict import Cleanup, Verdict

SEVERAL = About("several", "Several services")
_ABORTED = "aborted"


def judge(of: Standing) -> tuple[Verdict, tuple[Reason, ...]]:
    """The verdict and why: what was given at the close, else by what was rated so far.

    A critical criterion that is not met fails it all the same. A rating from before a drill was over is none.
    """
    if of.given is not None:
        return of.given.verdict, of.given.reasons
    if of.aborted is not None:
        return Verdict.ABORTED, (Reason(Rule.EXERCISE_ABORTED, f"aborted by {of.aborted.by}: {of.aborted.text}"),)
    failed, unknown, found = list(_failed(of)), list(_unknown(of)), list(_found(of))
    if failed:
        return Verdict.FAILED, tuple(failed + unknown + found)
    if unknown:
        return Verdict.INCONCLUSIVE, tuple(unknown + found)
    return (Verdict.PASSED_WITH_FINDINGS if found else Verdict.PASSED), tuple(found)


def about(plan: GameDay) -> About:
    """The service that it is about; of several, all of them."""
    if len(plan.services) == 1:
        only = plan.services[0]
        return About(only.name, only.title, only.tier)
    return SEVERAL


def held_as_aborted(of: Standing, id: str, simulated: bool, at: datetime) -> Held:
    """The finding that an abort becomes at once: one that nobody has to remember to write."""
    why = f"aborted by {of.aborted.by}: {of.aborted.text}" if of.aborted else ""
    title = f"Game day {of.plan.name} was aborted"
    gap = Gap(Rule.EXERCISE_ABORTED, _ABORTED, Severity.HIGH, title, why, about(of.plan), _owner(of))
    return _held(of, id, simulated, at, (gap,), frozenset())


def held_as_closed(of: Standing, id: str, simulated: bool, at: datetime) -> Held:
    """The gaps of the hot wash, the criteria that were not met, and what was shown to hold."""
    service = about(of.plan)
    undone = () if of.aborted is not None else _lapse_gaps(of, service)
    gaps = (*_criteria_gaps(of, service), *_named_gaps(of, service), *undone)
    shown = frozenset() if of.aborted is not None else frozenset(_shown(of, service))
    return _held(of, id, simulated, at, gaps, shown)


def _held(of: Standing, id: str, simulated: bool, at: datetime, gaps: tuple[Gap, ...], shown: frozenset[Shown]) -> Held:
    began = of.started.at if of.started else at
    return Held(RaisedBy.GAME_DAY, id, of.plan.name, began, at, simulated, gaps, shown)


def _failed(of: Standing) -> Iterator[Reason]:
    for each in of.plan.criteria:
        rated = of.ratings.get(each.name)
        if each.critical and rated is not None and not rated.rating.met and each.name not in of.early:
            told = f"{each.name}: {rated.rating.words}, and it is critical: {rated.reason}"
            yield Reason(Rule.CRITERION_NOT_MET, told, each.name)


def _unknown(of: Standing) -> Iterator[Reason]:
    if not of.plan.criteria:
        yield Reason(Rule.CRITERION_NOT_RATED, "it has no success criterion")
    for name in of.unrated:
        early = "it was rated before the last drill was over: rate it again"
        told = early if name in of.early else "no evaluator rated it"
        yield Reason(Rule.CRITERION_NOT_RATED, f"{name}: {told}", name)
    if empty(of):
        yield Reason(Rule.CRITERION_NOT_RATED, "nothing was played: no inject was delivered, and no drill ended")
    if of.unknown:
        yield Reason(Rule.CRITERION_NOT_RATED, f"it has entries of a newer release: {', '.join(of.unknown)}")
    if of.phase not in (Phase.ENDED, Phase.ABORTED):
        yield Reason(Rule.CRITERION_NOT_RATED, "it has not ended")


def _found(of: Standing) -> Iterator[Reason]:
    for each in of.plan.criteria:
        rated = of.ratings.get(each.name)
        if not each.critical and rated is not None and not rated.rating.met and each.name not in of.early:
            yield Reason(Rule.CRITERION_NOT_MET, f"{each.name}: {rated.rating.words}: {rated.reason}", each.name)
    for gap in of.gaps:
        yield Reason(Rule.EXERCISE_GAP, f"{gap.name}: {gap.text}", gap.name)
    for lapse in lapses(of):
        yield Reason(Rule.EXERCISE_GAP, lapse.text, lapse.subject)
    for drill in of.drills:
        if told := _wrong_with(drill):
            yield Reason(Rule.EXERCISE_GAP, f"{drill.drill}: {told} (run {drill.run})", drill.drill)


def _wrong_with(drill: Started) -> str:
    outcome = drill.outcome
    if outcome is None or outcome.verdict is None:
        return drill.state.value
    if outcome.verdict is not Verdict.PASSED:
        return outcome.verdict.value
    return "" if outcome.cleanup is Cleanup.CLEAN else f"its copies are not proven gone: {outcome.cleanup}"


def _criteria_gaps(of: Standing, service: About) -> Iterator[Gap]:
    for each in of.plan.criteria:
        rated = of.ratings.get(each.name)
        if rated is not None and not rated.rating.met:
            severity = Severity.HIGH if each.critical else Severity.MEDIUM
            title = f"Game day {of.plan.name}: criterion {each.name} was not met"
            detail = f"{each.success}: {rated.rating.words}. {rated.reason}"
            yield Gap(Rule.CRITERION_NOT_MET, each.name, severity, title, detail, service, _owner(of))


def _named_gaps(of: Standing, service: About) -> Iterator[Gap]:
    for each in of.gaps:
        title = f"Game day {of.plan.name}: {each.name}"
        yield Gap(Rule.EXERCISE_GAP, each.name, Severity(each.severity), title, each.text, service, each.owner)


def _lapse_gaps(of: Standing, service: About) -> Iterator[Gap]:
    for each in lapses(of):
        title = f"Game day {of.plan.name}: {each.text}"
        yield Gap(Rule.EXERCISE_GAP, each.subject, Severity.LOW, title, each.text, service, _owner(of))


def _shown(of: Standing, service: About) -> Iterator[Shown]:
    """The criteria that were met; and that it went to its end, which settles an abort."""
    if of.ended is not None:
        yield service.service, Rule.EXERCISE_ABORTED, _ABORTED
    for rated in of.ratings.values():
        if rated.rating.met and rated.criterion not in of.early:
            yield service.service, Rule.CRITERION_NOT_MET, rated.criterion
    for name in (*of.mended, *kept(of)):
        yield service.service, Rule.EXERCISE_GAP, name


def _owner(of: Standing) -> str:
    return next(iter(of.plan.acting(Role.DIRECTOR)), "")
