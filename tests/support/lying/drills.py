"""A drill in a storm of lies, and what must hold of it whatever it was told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dr_orchestrator.domain.run import Run
from dr_orchestrator.domain.verdict import Cleanup, Verdict
from tests.support.lying import Lie
from tests.support.lying.grounds import Ground
from tests.support.lying.storm import BROKEN, Storm

_DEFECTS = ("a defect of the program", "the check crashed", "Traceback")


@dataclass(frozen=True)
class Weathered:
    """A drill that ended, the storm that it went through, and what should not be."""

    drill: str
    run: Run
    storm: Storm
    wrong: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """Verdict and clean-up, in words."""
        closing = self.run.closing
        return f"{closing.verdict}, {closing.cleanup}" if closing else "open"


def weather(ground: Ground, drill: str, kinds: Sequence[str], seed: int) -> Weathered:
    """Run a drill in a storm; then sweep in fair weather, after which all must be as before."""
    ground.fresh()
    before, storm = ground.everything(), Storm(kinds, seed, ground.sources)
    with ground.proxy.lying(Lie(storm, errors=True)):
        run = ground.run(drill)
    wrong = [*_told_badly(run, kinds), *_left_untold(run, before, ground.everything())]
    ground.sweep()
    return Weathered(drill, run, storm, (*wrong, *_changed(before, ground.everything())))


def _told_badly(run: Run, kinds: Sequence[str]) -> Iterator[str]:
    closing = run.closing
    if closing is None:
        yield "it was not closed"
        return
    told = [*closing.reasons, *closing.cleanup_reasons, *(step.detail for step in run.steps)]
    told += [check.observed for check in run.checks]
    yield from (text for text in told if any(defect in text for defect in _DEFECTS))
    if closing.verdict is Verdict.FAILED and set(kinds) <= set(BROKEN):
        yield f"FAILED of what was no answer: {closing.reasons}"


def _left_untold(run: Run, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    if run.closing is not None and run.closing.cleanup is Cleanup.CLEAN:
        yield from (f"CLEAN, and yet: {each}" for each in _changed(before, after))


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted({*before, *after}):
        if before.get(key) != after.get(key):
            yield f"{key}: {before.get(key)} became {after.get(key)}"
