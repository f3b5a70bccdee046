"""Compares the objects of a copy with those that the source held at the instant: keys, sizes, and what they hold."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.checks.deep import words
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.proof import Deep, SameObjects
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.sampling import CONFIDENCE, unseen
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.s3_bucket.objects.holding import Object, alike
from dr_orchestrator.resources.s3_bucket.objects.lanes import Lanes
from dr_orchestrator.resources.s3_bucket.objects.versions import Version, Where
from dr_orchestrator.resources.s3_bucket.objects.wanted import Wanted, seed_of

Pair = tuple[Version, Version]


class Copied(Protocol):
    """The objects of copies, and what each has to hold."""

    def digests(self, copy: Copy) -> bool:
        """Whether the ETag of what was copied in one part is a digest of it."""

    def wanted(self, copy: Copy) -> Wanted:
        """The objects that a copy has to hold."""

    def at(self, copy: Copy) -> Where:
        """Where a copy is read."""

    def objects(self, copy: Copy) -> Iterator[Version]:
        """The objects that a copy holds."""


WRONG = ("missing", "strange", "different")
"""How a key can be found that is not as it was."""

KEPT = 100
"""How many keys of each kind of difference are kept with the result."""


@dataclass
class Found:
    """The findings of a comparison: how many are alike, and the keys of those that are not."""

    alike: int = 0
    looked_into: int = 0
    missing: list[str] = field(default_factory=list)
    archived: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    edge: list[str] = field(default_factory=list)
    newest: datetime | None = None

    @property
    def wrong(self) -> set[tuple[str, str]]:
        """Each key that is not as it was, and how."""
        return {(how, key) for how in WRONG for key in getattr(self, how)}

    def settled(self, edge: Collection[str]) -> Found:
        """The same, but that of keys at the `edge` of the instant nothing is wrong: nobody knows what was.

        A bucket that AWS Backup filled may hold what came in that very second.
        """
        kept = {how: [key for key in getattr(self, how) if key not in edge] for how in WRONG}
        unclear = sorted({key for _, key in self.wrong if key in edge})
        return replace(self, **kept, edge=unclear)  # type: ignore[arg-type]

    def borne_out(self, before: Found) -> Found:
        """The same, but that of what is wrong counts only what was so before, too: one listing proves no loss."""
        seen = before.wrong
        kept = {how: [key for key in getattr(self, how) if (how, key) in seen] for how in WRONG}
        unsure = sorted({key for _, key in self.wrong - seen})
        return replace(self, **kept, unsure=unsure)  # type: ignore[arg-type]


class Comparing:
    """Performs the check on one copy after the other."""

    def __init__(self, restorer: Copied, api: Api, patiently: Callable[[Callable[[], Any]], Any]) -> None:
        """`api` is that of the copies, which may stand in another account than their source."""
        self._restorer, self._api, self._patiently = restorer, api, patiently

    def perform(
        self, check: Deep, copy: Copy, points: Sequence[RecoveryPoint], taken: Collection[str] = ()
    ) -> list[CheckResult]:
        """Compare; NotMeasured of any other check."""
        del points, taken  # the copy itself says which instant it is of
        if not isinstance(check, SameObjects):
            raise NotMeasured(f"{copy.id} is a bucket: nothing of that can be asked of it")
        wanted, found, of = self._compared(check, copy)
        if found.wrong:
            before = found
            wanted, found, of = self._compared(check, copy)
            found = found.borne_out(before)
        return [told(check, wanted, found, of, copy)]

    def _compared(self, check: SameObjects, copy: Copy) -> tuple[Wanted, Found, int]:
        """The objects that were wanted, what was found of them, and how many no listing tells of."""
        wanted, found = self._restorer.wanted(copy), Found()
        unclear = self._listed(wanted.read(), copy, found)
        drawn, of = _drawn(check, copy, unclear)
        places = (wanted.api, wanted.where), (self._api, self._restorer.at(copy))
        one = _One(*places, check.read, self._patiently, found)
        Lanes(drawn, one.look, f"what the objects of {copy.id} hold").run()
        return wanted, found.settled(wanted.whole.edge), of()

    def _listed(self, wanted: Iterator[Version], copy: Copy, found: Found) -> Iterator[Pair]:
        """Compare what both listings tell; those that these do not tell of come back."""
        digests = self._restorer.digests(copy)
        for source, copied in matched(wanted, self._restorer.objects(copy)):
            if source is None:
                found.strange.append(copied.key if copied else "")
            elif copied is None:
                (found.archived if source.may_be_archived else found.missing).append(source.key)
            elif source.size != copied.size:
                found.different.append(source.key)
            else:
                found.newest = max(found.newest or source.modified, source.modified)
                if digests and source.digest == copied.digest and not copied.in_parts:
                    found.alike += 1  # the copy's is surely that of its bytes
                else:
                    yield source, copied


class _One:
    """Looks into one object after the other, in the source and in the copy."""

    def __init__(
        self,
        source: tuple[Api, Where],
        copy: tuple[Api, Where],
        read: bool,
        patiently: Callable[[Callable[[], Any]], Any],
        found: Found,
    ) -> None:
        self._source, self._copy, self._read = source, copy, read
        self._patiently, self._found, self._counting = patiently, found, threading.Lock()

    def look(self, pair: Pair) -> None:
        source, copied = Object(*self._source, pair[0]), Object(*self._copy, pair[1])
        same = self._patiently(lambda: alike(source.head(), copied.head()))
        if same is None and self._read:
            same = self._patiently(source.read) == self._patiently(copied.read)
        with self._counting:
            found = self._found
            found.looked_into += 1
            if same:
                found.alike += 1
            else:
                (found.unknown if same is None else found.different).append(pair[0].key)


def matched(wanted: Iterator[Version], there: Iterator[Version]) -> Iterator[tuple[Version | None, Version | None]]:
    """Those of two listings that have one key, side by side; both come in the order of their keys."""
    one, other = next(wanted, None), next(there, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one.key < other.key):
            yield one, None
            one = next(wanted, None)
        elif one is None or other.key < one.key:
            yield None, other
            other = next(there, None)
        else:
            yield one, other
            one, other = next(wanted, None), next(there, None)


def _drawn(check: SameObjects, copy: Copy, unclear: Iterator[Pair]) -> tuple[Iterator[Pair], Callable[[], int]]:
    """Those that are looked into, and of how many: all, or a sample that each of them is in by the same chance."""
    if not check.sample:
        return unclear, lambda: 0
    draw = random.Random(seed_of(copy.run) if check.seed is None else check.seed)  # noqa: S311 - repeated, not secret
    kept: list[Pair] = []
    number = 0
    for number, pair in enumerate(unclear, 1):
        if len(kept) < check.sample:
            kept.append(pair)
        elif (at := draw.randrange(number)) < check.sample:
            kept[at] = pair
    return iter(kept), lambda: number


def told(check: SameObjects, wanted: Wanted, found: Found, of: int, copy: Copy) -> CheckResult:
    """The result of a comparison: a difference fails it, and what could not be told is told."""
    wrong = (
        *_some(found.missing, "not in the copy"),
        *_some(found.strange, "in the copy alone"),
        *_some(found.different, "another"),
    )
    doubts = (
        *_some(found.archived, "in an archive, from where nothing comes at once"),
        *_some(found.unknown, "unknown, by no checksum or digest of both: `read: true` reads them"),
        *_some(found.edge, "otherwise, and written in the very second of the instant: which came first is not told"),
        *_some(found.unsure, "not as it was by one of two comparisons, and not by the other"),
        *([_doubtful(wanted)] if wanted.whole.doubtful else []),
        *([_tied(wanted)] if wanted.whole.tied else []),
        *([] if wanted.chosen.objects else ["the source held nothing at the instant"]),
    )
    outcome = Outcome.FAILED if wrong else Outcome.INCONCLUSIVE if doubts else Outcome.PASSED
    sampled, figures = _sampled(check, found, of, copy), _figures(wanted, found)
    said = words.joined([*wrong, *doubts, f"{found.alike:,} alike of {wanted.said}", sampled])
    return replace(words.result(check, outcome, said, figures, proves=True), newest=found.newest)


def _doubtful(wanted: Wanted) -> str:
    keys = counted(wanted.whole.doubtful, "key was", "keys were")
    return f"{keys} written since while versioning was off: what was there is not known"


def _tied(wanted: Wanted) -> str:
    keys = counted(wanted.whole.tied, "key was", "keys were")
    return f"{keys} written and deleted in one second, and which came last is not told"


def _sampled(check: SameObjects, found: Found, of: int, copy: Copy) -> str:
    """The worth of a sample of those that no listing tells of."""
    if not check.sample or not of or found.different or found.unknown:
        return ""
    most, seed = unseen(of, found.looked_into), seed_of(copy.run) if check.seed is None else check.seed
    drawn = f"{found.looked_into:,} of {of:,} that no listing tells of looked into (seed {seed})"
    return f"{drawn}: with {CONFIDENCE * 100:g} % confidence at most {most:,} of them are not"


def _some(keys: Sequence[str], how: str) -> list[str]:
    return [f"{counted(len(keys), 'object is', 'objects are')} {how}: {words.some(keys)}"] if keys else []


def _figures(wanted: Wanted, found: Found) -> dict[str, Any]:
    differences = {name: getattr(found, name)[:KEPT] for name in (*WRONG, "archived", "unknown", "unsure")}
    return {
        "objects": wanted.chosen.objects,
        "bytes": wanted.chosen.bytes,
        "of_objects": wanted.whole.objects,
        "of_bytes": wanted.whole.bytes,
        "alike": found.alike,
        "looked_into": found.looked_into,
        "doubtful": wanted.whole.doubtful,
        **differences,
    }
