"""Writes the heartbeat of a bucket: one object of a declared key, put anew at each beat."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.canary.beating import Beat
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.service import Canary
from dr_orchestrator.errors import NotMeasured, UsageError
from dr_orchestrator.resources.s3_bucket.heartbeat import SEQUENCE, key_of
from dr_orchestrator.resources.s3_bucket.objects.reading import read
from dr_orchestrator.resources.s3_bucket.objects.versions import Where

_JSON = "application/json"


class ObjectWriter:
    """Puts one object of JSON: the instant (ISO 8601) in an attribute, and its number."""

    def __init__(self, account: Account, bucket: str, canary: Canary, clock: Clock) -> None:
        self._account, self._bucket, self._canary, self._clock = account, bucket, canary, clock
        self._api = account.api("s3")

    @cached_property
    def _owner(self) -> str:
        return self._account.caller().account

    def beat(self) -> Beat:
        """Put the object with the next number, if nobody else has meanwhile."""
        key = key_of(self._canary.key)
        before = self._before(key)
        beat = Beat(int(before[0][SEQUENCE]) + 1 if before else 1, self._clock.now())
        held = {self._canary.attribute: beat.at.isoformat(timespec="microseconds"), SEQUENCE: beat.sequence}
        given = {"Bucket": self._bucket, "Key": key, "ExpectedBucketOwner": self._owner}
        unchanged = {"IfMatch": before[1]} if before else {"IfNoneMatch": "*"}
        self._api.call("PutObject", **given, **unchanged, Body=json.dumps(held).encode(), ContentType=_JSON)
        return beat

    def close(self) -> None:
        """Nothing is held."""

    def _before(self, key: str) -> tuple[Mapping[str, Any], str] | None:
        """The object as it stands; one that holds anything else than a heartbeat is somebody's data."""
        hint = "declare a key of its own, or delete the object; nothing was written"
        try:
            found = read(self._api, Where(self._bucket, owner=self._owner), key)
        except NotMeasured as other:
            if "heartbeat" in other.message or "holds no" in other.message:
                raise UsageError(other.message, hint) from other
            raise
        if found and (found[0].keys() != {self._canary.attribute, SEQUENCE} or not _is_number(found[0][SEQUENCE])):
            held = ", ".join(sorted(found[0].keys())) or "nothing"
            raise UsageError(f"the object '{key}' in {self._bucket} is no heartbeat: it has {held}", hint)
        return found


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
