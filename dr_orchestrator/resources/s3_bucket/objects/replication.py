"""How far a replica lies behind the bucket that S3 replicates into it: by the versions that have not come yet, and by
what S3 told CloudWatch of the last weeks.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import Api, Denied, NotFound
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.recovery_point import WorstCase
from dr_orchestrator.resources.s3_bucket.objects.metrics import Metric, Told, read
from dr_orchestrator.resources.s3_bucket.objects.versions import Version, Where, every
from dr_orchestrator.resources.s3_bucket.settings import ENABLED, concerns

LOOKED_BACK, GRAIN = timedelta(days=90), timedelta(hours=3)
"""How far back CloudWatch is asked for the lag of a replication, and in pieces of what length."""

_ASKED = (
    ("ReplicationLatency", "Maximum"),
    ("OperationsPendingReplication", "Maximum"),
    ("OperationsFailedReplication", "Sum"),
)
"""The metrics of a rule that tell how far it lay behind, and how each is taken together."""

_DUE = ("PENDING", "FAILED")
"""The words of S3 on a version that a rule is to replicate and that has not come; it has none where no rule is."""


@dataclass
class Behind:
    """The versions that a replica lacks: those that are due, the oldest of them, and those that no rule brings."""

    due: int = 0
    oldest: datetime | None = None
    never: int = 0

    def worst_case(self, until: datetime, lately: Lately) -> WorstCase:
        """The loss by a disaster at this instant, or at the worst one of which S3 told; not all of it is known where no
        rule brings some, or S3 told nothing for a while.
        """
        loss = max(timedelta(), until - self.oldest) if self.oldest else timedelta()
        return WorstCase(max(loss, lately.most), f"{self}; {lately.said}", whole=not self.never and lately.whole)

    def __str__(self) -> str:
        said = f"lag of the replication: {counted(self.due, 'version')} not there yet"
        return said + (f"; {counted(self.never, 'version')} that no rule replicates" if self.never else "")


@dataclass(frozen=True)
class Lately:
    """How far it lay behind at most in the weeks before, in words, too, and whether S3 told of all that time."""

    said: str
    most: timedelta = timedelta()
    whole: bool = False


def lately(primary: Account, of: Where, replica: Account, where: Where, since: datetime, until: datetime) -> Lately:
    """The largest latency of every rule that replicates into it, as S3 tells CloudWatch where that is switched on.

    `since` is when the replica was made.
    """
    try:
        rules = _rules(primary.api("s3"), of, where)
    except Denied as denied:
        return Lately(f"nobody may ask how far it lay behind before ({denied.call})")
    if not rules:
        return Lately(f"no rule of {of.bucket} replicates into it: how far it lay behind before is not known")
    off = [str(each.get("ID")) for each in rules if each["Destination"].get("Metrics", {}).get("Status") != ENABLED]
    if off:
        return Lately(f"how far it lay behind before is not known: the metrics of rule {', '.join(off)} are off")
    since, told = max(since, until - LOOKED_BACK), list[Lately]()
    for rule in rules:
        named = {"SourceBucket": of.bucket, "DestinationBucket": where.bucket, "RuleId": str(rule["ID"])}
        asked = [Metric(name, named, stat) for name, stat in _ASKED]
        try:
            found = read(primary, asked, since, until, GRAIN)
            if not all(found):  # each is told in one of the two regions, and not all need be in the same
                found = [
                    one or other for one, other in zip(found, read(replica, asked, since, until, GRAIN), strict=True)
                ]
        except Denied as denied:
            return Lately(f"nobody may ask how far it lay behind before ({denied.call})")
        latency, pending, failed = found
        told.append(_of_rule(str(rule["ID"]), latency, pending, failed, since, until))
    most = max(each.most for each in told)
    return Lately("; ".join(each.said for each in told), most, all(each.whole for each in told))


def _of_rule(id: str, latency: Told, pending: Told, failed: Told, since: datetime, until: datetime) -> Lately:
    """The lag of one rule: none while nothing was pending; a span of which nothing was told hides what was, and what
    failed is in no latency.
    """
    times = sorted({at for at, _ in (*latency, *pending)})
    if not times:
        return Lately(f"CloudWatch has no ReplicationLatency of rule {id}")
    most = timedelta(seconds=max((value for _, value in latency), default=0.0))
    said = f"at most {format_duration(most)} by rule {id} (ReplicationLatency of {format_duration(until - times[0])})"
    silent = max(after - before for before, after in pairwise([since, *times, until]))
    if silent > 2 * GRAIN:
        said += f", none of {format_duration(silent)} in between"
    known = {at for at, _ in latency}
    unsaid = sum(value > 0 and at not in known for at, value in pending)
    if unsaid:
        said += f", none of {counted(unsaid, 'span')} in which something was pending"
    failures = sum(value for _, value in failed)
    if failures:
        said += f"; {counted(math.ceil(failures), 'operation')} failed, whose lag is in none of it"
    return Lately(said, most, whole=silent <= 2 * GRAIN and not unsaid and not failures)


def _rules(primary: Api, of: Where, where: Where) -> Sequence[Any]:
    """The rules of the one that bring something below the prefix into the other."""
    owner = {"ExpectedBucketOwner": of.owner} if of.owner else {}
    try:
        told = primary.call("GetBucketReplication", Bucket=of.bucket, **owner)["ReplicationConfiguration"]["Rules"]
    except NotFound:
        return []
    into = [each for each in told if each["Destination"]["Bucket"].rpartition(":")[2] == where.bucket]
    return [each for each in into if each["Status"] == ENABLED and concerns(each, where.prefix)]


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
