"""The objects that a drill restores: all that there were at the instant, or a sample of them by their size."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.sampling import CONFIDENCE, drawn, unseen
from dr_orchestrator.resources.s3_bucket.objects.versions import Tally, Version, Where, as_of


@dataclass(frozen=True)
class Sample:
    """So many bytes are drawn, each as likely as any other, and the objects that hold them: large ones are likelier.

    `always` are keys that are taken besides: the heartbeat's.
    """

    draws: int
    seed: int
    always: frozenset[str] = frozenset()


@dataclass
class Wanted:
    """The objects of a place as of an instant that a drill restores, read anew each time that they are asked for.

    `versions` are all that are known there of an instant and before, in the order of their keys. `whole` is what there
    was, `chosen` what of it is restored; both are known once a reading is through. `passed_over` is why nothing is said
    of some.
    """

    api: Api
    where: Where
    versions: Callable[[datetime], Iterable[Version]]
    instant: datetime
    sample: Sample | None = None
    whole: Tally = field(default_factory=Tally)
    chosen: Tally = field(default_factory=Tally)

    def read(self) -> Iterator[Version]:
        """The objects, in the order of their keys."""
        self.whole, self.chosen = Tally(), Tally()
        found: Iterable[Version] = as_of(self.versions(self.instant), self.instant, self.whole)
        if self.sample is not None:
            found = self._drawn(self.sample, found)
        for each in found:
            self.chosen.count(each)
            yield each

    def _drawn(self, sample: Sample, found: Iterable[Version]) -> Iterator[Version]:
        total = sum(each.size for each in as_of(self.versions(self.instant), self.instant))
        marks = sorted(drawn(total, sample.draws, sample.seed), reverse=True)
        begins = 0
        for each in found:
            ends, hit = begins + each.size, False
            while marks and marks[-1] < ends:
                marks.pop()
                hit = True
            if hit or each.key in sample.always:
                yield each
            begins = ends

    @property
    def said(self) -> str:
        """The part that was restored of all that there was, in words; of a sample its worth."""
        if self.sample is None:
            return told(self.chosen)
        share = unseen(self.whole.bytes, min(self.sample.draws, self.whole.bytes)) / max(1, self.whole.bytes)
        worth = (
            f"with {CONFIDENCE * 100:g} % confidence at most {100 * share:.3g} % of all bytes are bad if none here is"
        )
        return f"a sample of {told(self.chosen)} out of {told(self.whole)} (seed {self.sample.seed}): {worth}"


def told(tally: Tally) -> str:
    """A number of objects and bytes, in words."""
    return f"{counted(tally.objects, 'object')} of {counted(tally.bytes, 'byte')}"


def seed_of(run: str) -> int:
    """The seed that a run's id gives: told with the sample, so that anybody can draw it again."""
    return int.from_bytes(hashlib.sha256(run.encode()).digest()[:4], "big")
