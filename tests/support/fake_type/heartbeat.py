"""The heartbeat of a stream: the put of one record, which is all that `dro canary` may do to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from dr_orchestrator.domain.resource_type import Beat
from dr_orchestrator.domain.service import Canary


def is_heartbeat(stream: str, canary: Canary, parameters: Mapping[str, Any]) -> bool:
    """Whether a put is that of the declared record: its whole key, the instant and the number, and nothing beside."""
    if not stream or parameters.keys() != {"StreamName", "PartitionKey", "Data"} or parameters["StreamName"] != stream:
        return False
    record: dict[str, str] = json.loads(parameters["Data"])
    return set(record) == {*canary.key, canary.attribute, "sequence"} and all(
        record[name] == value for name, value in canary.key.items()
    )


BEAT = Beat("kinesis:PutRecord", is_heartbeat)
