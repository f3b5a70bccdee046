"""The changes that CloudTrail's event history tells of a stack, its roles and its rules: writes alone, and by whom.

Two calls a second are taken in an account and region, and 90 days are kept
(docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html). The events of IAM are in one region of a
partition alone, wherever the role is used.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from dr_orchestrator.aws.customer.asking import Asking
from dr_orchestrator.domain.customer.history import REACH, Event, History

BETWEEN_S = 0.5
"""Drill seconds between two calls."""

PAGES, PAGE = 40, 50
"""So many pages are read of one name, and so many events a page has."""

_GLOBAL = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""The region, by partition, in which CloudTrail has the events of IAM."""

_LOOKS = frozenset({"DetectStackDrift", "DetectStackResourceDrift", "DetectStackSetDrift"})
"""Calls that are no reads to CloudTrail, and change nothing."""

_EARLIER = timedelta(days=1)
"""So much before the baseline is read again: what came late is seen, too."""


def history(asking: Asking, names: Iterable[tuple[str, bool]]) -> History:
    """The changes of what has these names, newest first; as far as it is read where a name has more."""
    now, baseline = asking.clock.now(), asking.stack.baseline
    since = now - REACH
    if baseline is not None:
        since = max(since, baseline.recorded_at - _EARLIER)
    reader = _Reader(asking, since, now, newest_alone=baseline is None)
    found = [each for name, of_iam in names for each in reader.of(name, of_iam=of_iam)]
    newest_first = tuple(sorted(found, key=lambda each: (each.at, each.id), reverse=True))
    return History(newest_first, max((since, *reader.short.values())), tuple(reader.short))


class _Reader:
    def __init__(self, asking: Asking, since: datetime, until: datetime, *, newest_alone: bool) -> None:
        self._asking, self._newest_alone = asking, newest_alone
        self._span = {"StartTime": since, "EndTime": until}
        self._first = True
        self.short: dict[str, datetime] = {}
        """The names that have more events than are read, in words, and the oldest of those that were."""

    def of(self, name: str, *, of_iam: bool) -> Iterator[Event]:
        """The changes of one name, newest first, within its pages."""
        partition = self._asking.stack.role.split(":")[1]
        region = _GLOBAL.get(partition, self._asking.stack.region) if of_iam else self._asking.stack.region
        api = self._asking.at(region).api("cloudtrail")
        given: dict[str, Any] = {
            "LookupAttributes": [{"AttributeKey": "ResourceName", "AttributeValue": name}],
            "MaxResults": PAGE,
            **self._span,
        }
        newest: datetime | None = None
        oldest: datetime = self._span["EndTime"]
        for _ in range(PAGES):
            answer = self._asking.patiently(lambda: self._paced(api, given))
            for each in answer.get("Events") or ():
                oldest = each["EventTime"]
                found = _change(each, name)
                if found is None:
                    continue
                newest = newest or found.at
                if self._newest_alone and found.at < newest:
                    return
                yield found
            if not answer.get("NextToken"):
                return
            given["NextToken"] = answer["NextToken"]
        told = f"{name} has more than {PAGES * PAGE:,} events since {self._span['StartTime']:%Y-%m-%d}"
        self.short[told] = oldest

    def _paced(self, api: Any, given: Mapping[str, Any]) -> Any:
        if not self._first:
            self._asking.clock.sleep(BETWEEN_S)
        self._first = False
        self._asking.raise_if_stopped()
        return api.call("LookupEvents", **given)


def _change(event: Mapping[str, Any], name: str) -> Event | None:
    """An event as a change; None for a read, and for what was refused: that changed nothing."""
    if str(event.get("ReadOnly", "false")).lower() == "true" or event["EventName"] in _LOOKS:
        return None
    told = _content(event)
    if told.get("errorCode"):
        return None
    identity = told.get("userIdentity") or {}
    by = identity.get("arn") or identity.get("invokedBy") or event.get("Username") or "nobody that it names"
    return Event(event["EventId"], event["EventTime"], event["EventName"], str(by), name)


def _content(event: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        found = json.loads(event.get("CloudTrailEvent") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
