"""How far a replica lies behind the bucket that S3 replicates into it: by the versions that have not come yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.recovery_point import WorstCase
from dr_orchestrator.resources.s3_bucket.objects.versions import Version, Where, every

_DUE = ("PENDING", "FAILED")
"""The words of S3 on a version that a rule is to replicate and that has not come; it has none where no rule is."""


@dataclass
class Behind:
    """The versions that a replica lacks: those that are due, the oldest of them, and those that no rule brings."""

    due: int = 0
    oldest: datetime | None = None
    never: int = 0

    def worst_case(self, until: datetime) -> WorstCase:
        """The loss by a disaster at this instant; not all of it is known where no rule brings some."""
        loss = max(timedelta(), until - self.oldest) if self.oldest else timedelta()
        return WorstCase(loss, str(self), whole=not self.never)

    def __str__(self) -> str:
        said = f"lag of the replication: {counted(self.due, 'version')} not there yet"
        return said + (f"; {counted(self.never, 'version')} that no rule replicates" if self.never else "")


def behind(primary: Api, of: Where, replica: Api, where: Where, until: datetime) -> Behind:
    """Compare the two, version by version: each has the same id and time in both."""
    found = Behind()
    for each in _lacking(every(primary, of), every(replica, where)):
        if each.modified > until or each.marker:  # a marker comes only where a rule says so, and holds nothing
            continue
        told = primary.call("HeadObject", **of.given, Key=each.key, VersionId=each.id)
        if str(told.get("ReplicationStatus") or "") in _DUE:
            found.due += 1
            found.oldest = min(found.oldest or each.modified, each.modified)
        else:
            found.never += 1
    return found


def _lacking(wanted: Iterator[Version], there: Iterator[Version]) -> Iterator[Version]:
    """The versions that are not there; both come in the order of their keys, and of one key a few at most."""
    known: set[str] = set()
    at, seen = "", next(there, None)
    for each in wanted:
        if each.key != at:
            at, known = each.key, set()
            while seen is not None and seen.key <= at:
                if seen.key == at:
                    known.add(seen.id)
                seen = next(there, None)
        if each.id not in known:
            yield each
