"""The weight of what a drill of a bucket would copy, and what that takes: before anything starts."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import Denied
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.cost import Objects as Charged
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.preflight import Doubt, NotApplicable
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.resources.s3_bucket.objects import large, metrics
from dr_orchestrator.resources.s3_bucket.objects.holding import PIECE
from dr_orchestrator.resources.s3_bucket.objects.versions import PAGE, Version
from dr_orchestrator.resources.s3_bucket.objects.wanted import Wanted

LISTED = 20 * PAGE
"""So many versions are listed to count them: in some seconds, for a hundredth of a cent."""

BESIDES = "what KMS and colder classes of storage charge"
"""The part for which no rate is declared."""

_GIB = Decimal(1024**3)
_LOOKS = 3
"""How often the source is listed: to weigh it, to copy it, to compare it."""


@dataclass(frozen=True)
class Way:
    """How objects are copied: in one call up to `most` bytes, else in parts of `part`; at an assumed rate a second.

    `reads` are the requests that read one, a comparison of it with its copy among them.
    """

    most: int
    part: int
    objects: int
    bytes: int
    reads: int
    told: str

    def lasts(self, weight: Weight) -> timedelta:
        """How long it takes, at that rate."""
        return timedelta(seconds=max(weight.objects / self.objects, (weight.bytes or 0) / self.bytes))


BESIDE = Way(large.MOST, large.PART, 100, 500 * 1024**2, 2, "an assumed 100 objects and 500 MiB a second")
THROUGH = Way(PIECE, PIECE, 50, 50 * 1024**2, 3, "an assumed 50 objects and 50 MiB a second, through this machine")
"""By S3 itself, and through this machine."""


@dataclass(frozen=True)
class Weight:
    """The objects that would be copied, and how that is known; a sample's bytes are not, where nobody lists all.

    `listed` are all versions that there are, `parts` the calls that large objects need besides. `about` tells that it
    is the count of an earlier day, `least` why it may be more; it is exact where neither is.
    """

    objects: int
    bytes: int | None
    listed: int
    parts: int
    how: str
    about: bool = False
    least: str = ""

    def __str__(self) -> str:
        bound = "about " if self.about else "at least " if self.least else ""
        of = "" if self.bytes is None else f" of {counted(self.bytes, 'byte')}"
        return f"{bound}{counted(self.objects, 'object')}{of}, {self.how}"


class Weighing:
    """The weighing of a bucket, or of what lies in it under a prefix."""

    def __init__(
        self,
        account: Account,
        wanted: Callable[[], Wanted],
        way: Way,
        now: datetime,
        *,
        told: bool,
        counted: Callable[[int], None] = lambda _bytes: None,
    ) -> None:
        """`wanted` are the objects as of the instant that is to be restored; `told` is whether a list of S3's own tells
        them, which is read whole. `counted` is told the bytes of all, where all were counted.
        """
        self._account, self._wanted, self._way, self._now, self._told = account, wanted, way, now, told
        self._counted = counted

    @cached_property
    def weight(self) -> Weight:
        """Count what is listed; where that is too much, CloudWatch tells of the whole bucket."""
        wanted = self._wanted()
        if self._told:
            seen = _Seen()
            chosen = _sizes(replace(wanted, versions=lambda at: seen.count(wanted.versions(at))), self._way)
            return self._exact(wanted, Weight(*chosen[:2], seen.number, chosen[2], "by its inventory"))
        known = list(itertools.islice(wanted.versions(wanted.instant), LISTED + 1))
        objects, size, parts = _sizes(replace(wanted, versions=lambda _: known), self._way)
        if len(known) <= LISTED:
            return self._exact(wanted, Weight(objects, size, len(known), parts, "counted"))
        why = "CloudWatch has no count of them yet"
        try:
            stored = metrics.stored(self._account, wanted.where.bucket, self._now)
        except Denied as denied:  # a role from before: no reason to refuse what it may restore
            stored, why = None, f"nobody may ask CloudWatch how many ({denied.call})"
        if stored is None or stored.objects < len(known):  # it has grown since
            why = f"there are more than {LISTED:,} versions, and {why}"
            return Weight(objects, size, len(known), parts, "counted so far", least=why)
        return self._about(stored, wanted)

    def _exact(self, wanted: Wanted, weight: Weight) -> Weight:
        """A weight that is exact; of the whole unless it is that of a sample."""
        if wanted.sample is None and weight.bytes is not None:
            self._counted(weight.bytes)
        return weight

    def _about(self, stored: metrics.Stored, wanted: Wanted) -> Weight:
        """All versions of the bucket on that day: a prefix and an instant had no more of them, and what came since is
        not among them.
        """
        least = f"what came after {stored.day:%Y-%m-%d} is not counted"
        how = f"all versions of {wanted.where.bucket} on {stored.day:%Y-%m-%d} (CloudWatch)"
        if (sample := wanted.sample) is not None:
            objects = min(stored.objects, sample.draws + len(sample.always))
            return Weight(objects, None, stored.objects, 0, f"a sample of {how}", about=True, least=least)
        if stored.bytes is None:
            least = f"{least}; CloudWatch tells no size"
        parts = -(-(stored.bytes or 0) // self._way.part)
        return Weight(stored.objects, stored.bytes, stored.objects, parts, how, about=True, least=least)

    def billed(self, besides: str) -> Billed:
        """The requests and the storage of the copy; `besides` is what no rate is for."""
        weight = self.weight
        writes = weight.objects + weight.parts + _LOOKS * -(-weight.listed // PAGE)
        reads = self._way.reads * weight.objects + weight.parts
        drawn = "" if weight.bytes is not None else "what the objects store"
        told = ", and ".join(filter(None, (besides, drawn)))
        stored = Decimal(weight.bytes or 0) / _GIB
        return Billed(besides=told, objects=Charged(stored, writes, reads, weight.least))

    def seen(self, target: timedelta | None, ceiling: float) -> str:
        """The weight and how long its copying takes, in words; a Doubt where that is beyond target or ceiling."""
        try:
            weight = self.weight
        except NotRecoverable as fault:
            raise NotApplicable(f"there is nothing to weigh: {fault.message}") from fault
        lasts = self._way.lasts(weight)
        told = f"{weight}: {format_duration(lasts)} to copy, at {self._way.told}"
        if lasts > timedelta(seconds=ceiling):
            raise Doubt(f"{told}; copying is given up after {format_duration(timedelta(seconds=ceiling))}")
        if target is not None and lasts >= target:
            raise Doubt(f"{told}; its RTO is {format_duration(target)}")
        if weight.least:
            raise Doubt(f"{told}; {weight.least}")
        return told


def _sizes(wanted: Wanted, way: Way) -> tuple[int, int, int]:
    """The number of objects that are wanted, their bytes, and the calls that large ones need besides."""
    objects = size = parts = 0
    for each in wanted.read():
        objects, size = objects + 1, size + each.size
        if each.size > way.most:
            parts += sum(1 for _ in large.stretches(each.size, way.part)) + 1
    return objects, size, parts


class _Seen:
    """Versions that are counted as they pass, once."""

    def __init__(self) -> None:
        self.number = 0

    def count(self, versions: Iterable[Version]) -> Iterable[Version]:
        number = 0
        for each in versions:
            number += 1
            yield each
        self.number = number
