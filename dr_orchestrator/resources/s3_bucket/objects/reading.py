"""The objects of buckets, read as the items of tables are: by key the fields of the JSON that one holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.calls.api import Api, NotFound
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.s3_bucket.heartbeat import key_of
from dr_orchestrator.resources.s3_bucket.objects.holding import whole
from dr_orchestrator.resources.s3_bucket.objects.versions import Where, current

LARGEST = 64 * 1024
"""The most bytes of an object that is read as fields: a heartbeat has some hundred."""


class Objects:
    """The two reads that checks of items need, of buckets; `at` tells by its name where one is read, and how."""

    def __init__(self, at: Callable[[str], tuple[Api, Where]]) -> None:
        self._at = at

    def pages(self, operation: str, key: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """Every object, whichever way a table would be read."""
        del operation, key
        for each in current(*self._at(parameters["TableName"])):
            yield {"key": {"S": each.key}}

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """The fields of the object of that key; none where there is none."""
        del operation
        named = key_of({name: str(value["S"]) for name, value in parameters["Key"].items()})
        held = read(*self._at(parameters["TableName"]), named)
        return {} if held is None else {"Item": {name: {"S": str(value)} for name, value in held[0].items()}}


def read(api: Api, where: Where, key: str) -> tuple[Mapping[str, Any], str] | None:
    """The fields of an object, and its ETag; None where there is no such object. NotMeasured where it holds none."""
    try:
        told = api.call("GetObject", **where.given, Key=key)
    except NotFound as absent:
        if "NoSuchBucket" in absent.message:
            raise
        return None
    size = int(told["ContentLength"])
    if size > LARGEST:
        told["Body"].close()
        raise NotMeasured(f"'{key}' in {where.bucket} is no heartbeat: it holds {size:,} bytes", call="s3:GetObject")
    try:
        held = json.loads(whole(told, size))
    except ValueError as wrong:
        raise NotMeasured(f"'{key}' in {where.bucket} holds no JSON", "see `dro canary`", "s3:GetObject") from wrong
    if not isinstance(held, dict):
        raise NotMeasured(f"'{key}' in {where.bucket} holds no fields", "see `dro canary`", "s3:GetObject")
    return held, str(told["ETag"])
