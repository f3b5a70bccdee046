"""How what a stream keeps is kept: one call a stream, for Kinesis lists no settings of many."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.posture.ground import Ground, Once, Reader
from dr_orchestrator.domain.posture.facts import Continuous, Encryption, Inapplicable, Protection
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.wanted import Wanted
from tests.support.fake_type import stream

_CALL = "kinesis:DescribeStreamSummary"
_NO_POINTS = Inapplicable("it keeps every record, and no points")


def reader(ground: Ground) -> Reader:
    """The reader of all streams at a place."""

    def read(resource: Resource, wanted: Wanted) -> Protection:
        told = Once(lambda: ground.patiently(lambda: _described(ground, resource.id)))
        longer = f"`aws kinesis increase-stream-retention-period --stream-name {resource.id}"
        return Protection(
            points=_NO_POINTS,
            kept=ground.fact(_CALL, lambda: _kept(told())),
            encryption=ground.fact(_CALL, lambda: _encryption(told())),
            continuous=ground.fact(_CALL, lambda: Continuous(True, ground.now - _kept(told()), ground.now)),
            remedies={
                Rule.POSTURE_RETENTION: f"{longer} --retention-period-hours {wanted.retention.days * 24}`",
                Rule.POSTURE_ENCRYPTION: f"`aws kinesis start-stream-encryption --stream-name {resource.id}`",
            },
        )

    return read


def _described(ground: Ground, name: str) -> Mapping[str, Any]:
    found = stream.describe(ground.api("kinesis"), name)
    if found is None:
        raise NotFound(f"no stream {name}", f"is it in {ground.region}, in this account?", _CALL)
    return found


def _kept(live: Mapping[str, Any]) -> timedelta:
    return timedelta(hours=live["RetentionPeriodHours"])


def _encryption(live: Mapping[str, Any]) -> Encryption:
    key = str(live.get("KeyId") or "")
    return Encryption(live.get("EncryptionType") == "KMS", key, own=bool(key) and key != "alias/aws/kinesis")
