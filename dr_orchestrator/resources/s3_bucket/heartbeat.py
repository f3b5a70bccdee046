"""The heartbeat of a bucket: the put of one object, which is all that `dro canary` may do to it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from dr_orchestrator.domain.drill import CanaryItem, Check, RestoredItem
from dr_orchestrator.domain.resource_type import Beat
from dr_orchestrator.domain.service import Canary, Resource

SEQUENCE = "sequence"
_GIVEN = frozenset({"Bucket", "Key", "Body", "ContentType", "ExpectedBucketOwner"})
_GUARDED = frozenset({"IfMatch", "IfNoneMatch"})


def key_of(canary: Mapping[str, str]) -> str:
    """The key of the heartbeat's object, whatever a drill file calls that."""
    return next(iter(canary.values()), "")


def beats(resource: Resource, checks: Iterable[Check]) -> frozenset[str]:
    """The keys of heartbeats, which no sample leaves out: that of the resource, and those that checks read."""
    checked = (each.key for each in checks if isinstance(each, CanaryItem | RestoredItem))
    written = [resource.canary.key] if resource.canary else []
    return frozenset(key_of(each) for each in (*checked, *written))


def is_heartbeat(bucket: str, canary: Canary, parameters: Mapping[str, Any]) -> bool:
    """Whether a put is that of the declared object: its key, the instant and the number, and nothing beside.

    What is there may be written over only where it is what was read before.
    """
    if not bucket or not key_of(canary.key) or parameters.keys() - _GUARDED != _GIVEN:
        return False
    if len(parameters.keys() & _GUARDED) != 1 or parameters.get("IfNoneMatch", "*") != "*":
        return False
    held = json.loads(parameters["Body"])
    return (
        (parameters["Bucket"], parameters["Key"]) == (bucket, key_of(canary.key))
        and isinstance(held, dict)
        and held.keys() == {canary.attribute, SEQUENCE}
    )


BEAT = Beat("s3:PutObject", is_heartbeat)
