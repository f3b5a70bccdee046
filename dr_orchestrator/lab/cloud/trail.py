"""CloudTrail's event history: the writes that were made in the lab, by whom, and on what.

It has what came as a call; what CloudFormation itself does while it makes a stack is not told apart. Events come late,
two lookups a second are taken in an account and region, and 90 days are kept, as AWS does it
(docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html).
"""

from __future__ import annotations

import json
import re
import uuid
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.cloudtrail.responses import CloudTrailResponse
from moto.core.exceptions import JsonRESTError
from moto.iam.models import get_account_id_from
from moto.sts.models import sts_backends

from dr_orchestrator.lab.calls import ApiCall
from dr_orchestrator.lab.cloud.world import SimulatedCloud, world

DELAY = timedelta(seconds=90)
"""How late an event can be looked up, in lab time; AWS tells of 5 minutes on average."""

REACH = timedelta(days=90)
A_SECOND, AT_MOST = timedelta(seconds=0.95), 2
_READS = re.compile(r"(Get|List|Describe|Lookup|Head|Batch(Get|Describe)|Query|Scan|Select|Assume|Simulate|Validate)")
_GLOBAL = frozenset({"iam"})
_REGION = "us-east-1"
_NAMING = ("Rule", "QueueUrl")
_KEPT = 20_000


@dataclass(frozen=True)
class Event:
    """A write, as the history tells it; `resources` are the names that it can be looked up by."""

    id: str
    at: datetime
    account: str
    region: str
    call: ApiCall
    by: str
    refused: bool
    resources: tuple[str, ...]

    @property
    def told(self) -> dict[str, Any]:
        """The event as the API tells it."""
        content = {
            "eventVersion": "1.11",
            "userIdentity": {"type": "AssumedRole", "arn": self.by, "accountId": self.account},
            "eventTime": self.at.isoformat(),
            "eventSource": f"{self.call.service}.amazonaws.com",
            "eventName": self.call.action,
            "awsRegion": self.region,
            "readOnly": False,
            **({"errorCode": "AccessDenied"} if self.refused else {}),
        }
        return {
            "EventId": self.id,
            "EventName": self.call.action,
            "ReadOnly": "false",
            "EventTime": self.at.timestamp(),
            "EventSource": f"{self.call.service}.amazonaws.com",
            "Username": self.by.rpartition("/")[2],
            "Resources": [{"ResourceName": each} for each in self.resources],
            "CloudTrailEvent": json.dumps(content),
        }


@dataclass
class Trail:
    """The history of one lab."""

    events: deque[Event] = field(default_factory=lambda: deque(maxlen=_KEPT))
    looked: dict[tuple[str, str], list[datetime]] = field(default_factory=dict)


def of(cloud: SimulatedCloud) -> Trail:
    """The history of a lab, which begins empty."""
    found: Trail = cloud.__dict__.setdefault("trail", Trail())
    return found


def record(cloud: SimulatedCloud, call: ApiCall, status: int) -> None:
    """Keep a call that arrived, where it is a write."""
    if _READS.match(call.action):
        return
    account = str(get_account_id_from(call.key))
    region = _REGION if call.service in _GLOBAL else call.region
    at = cloud.now().astimezone(UTC).replace(microsecond=0)
    resources = tuple(dict.fromkeys(_names(call)))
    event = Event(str(uuid.uuid4()), at, account, region, call, _who(account, call.key), status >= 400, resources)
    of(cloud).events.append(event)


def _who(account: str, key: str) -> str:
    for backends in sts_backends[account].values():
        if assumed := next((each for each in backends.assumed_roles if each.access_key_id == key), None):
            return str(assumed.arn)
    return f"arn:aws:iam::{account}:user/lab"


def _names(call: ApiCall) -> Iterator[str]:
    yield from call.resources
    for key in _NAMING:
        if isinstance(named := call.params.get(key), str):
            yield named
    for each in call.resources:
        if each.startswith("arn:") and ":stack/" in each:
            yield each.split("/")[1]


def _lookup_events(answering: CloudTrailResponse) -> str:
    account, region = str(answering.current_account), str(answering.region)
    _refuse_too_many(account, region)
    wanted = answering._get_param("LookupAttributes") or []
    if len(wanted) > 1 or any(each["AttributeKey"] != "ResourceName" for each in wanted):
        raise JsonRESTError("InvalidLookupAttributesException", "the lab looks events up by one ResourceName alone")
    now = world().now()
    since = max(_instant(answering._get_param("StartTime")) or now - REACH, now - REACH)
    until = min(_instant(answering._get_param("EndTime")) or now, now - DELAY)
    found = [
        each
        for each in reversed(of(world()).events)
        if (each.account, each.region) == (account, region)
        and since <= each.at <= until
        and all(name["AttributeValue"] in each.resources for name in wanted)
    ]
    most, start = int(answering._get_param("MaxResults") or 50), int(answering._get_param("NextToken") or 0)
    page = found[start : start + most]
    more = {"NextToken": str(start + most)} if start + most < len(found) else {}
    return json.dumps({"Events": [each.told for each in page], **more})


def _instant(given: Any) -> datetime | None:
    return datetime.fromtimestamp(float(given), UTC) if given else None


def _refuse_too_many(account: str, region: str) -> None:
    now, looked = world().now(), of(world()).looked.setdefault((account, region), [])
    looked[:] = [each for each in looked if now - each < A_SECOND]
    if len(looked) >= AT_MOST:
        raise JsonRESTError("ThrottlingException", "Rate exceeded")
    looked.append(now)


PATCHES = ((CloudTrailResponse, "lookup_events", _lookup_events),)
