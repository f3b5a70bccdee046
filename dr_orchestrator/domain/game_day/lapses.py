"""The things that a game day left undone: seen in its plan, its log and its runs, whether anybody names it or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dr_orchestrator.domain.exercise.injects import InjectKind
from dr_orchestrator.domain.game_day.schedule import injects_of
from dr_orchestrator.domain.game_day.standing import DrillState, InjectState, Standing

_NO_DRILL = "drills"


@dataclass(frozen=True)
class Lapse:
    """A thing that was planned and did not come to pass; `subject` is what a later game day knows it by."""

    subject: str
    text: str


def lapses(of: Standing) -> Iterator[Lapse]:
    """Injects that were not delivered or went without what was expected; a scope whose drills were never begun."""
    for each in injects_of(of):
        called_for = each.inject.kind is not InjectKind.CONTINGENCY or each.due is not None
        if each.delivered is None and called_for:
            yield Lapse(f"inject {each.inject.name}", f"the inject {each.inject.name} was not delivered")
        elif each.state is InjectState.MISSED:
            told = f"the inject {each.inject.name} went without what was expected in its time: {each.inject.expected}"
            yield Lapse(f"inject {each.inject.name}", told)
    if of.plan.drills and not _begun(of):
        yield Lapse(_NO_DRILL, f"no drill of its scope was begun: {', '.join(each.name for each in of.plan.drills)}")


def kept(of: Standing) -> Iterator[str]:
    """The subjects of what came to pass, of which an earlier game day may have left something undone."""
    yield from (f"inject {each.inject.name}" for each in injects_of(of) if each.state is InjectState.MET)
    if _begun(of):
        yield _NO_DRILL


def empty(of: Standing) -> bool:
    """Whether nothing was played: no inject was delivered, and no drill ended."""
    return not of.delivered and not any(each.state is DrillState.ENDED for each in of.drills)


def _begun(of: Standing) -> bool:
    return any(each.outcome is not None for each in of.drills)
