"""A bucket that a drill fills, as a replica has it: nobody hears of what arrives, and nobody outside reads it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.template import outward
from dr_orchestrator.aws.template.reading.parts import kind_of
from dr_orchestrator.aws.template.reading.places import places
from dr_orchestrator.aws.template.reading.values import Path, references
from dr_orchestrator.documents.cloudformation import mapping

BUCKET = "AWS::S3::Bucket"
BY_THE_CDK = "Custom::S3BucketNotifications"
"""The resource by which an app of the CDK has notifications set: it may set none, and not miss them."""

WHY = "the bucket is filled with what production has: whoever hears of new objects would act on each of them"
_TOLD, _OPEN = "NotificationConfiguration", "PublicAccessBlockConfiguration"
_SHUT = {"IgnorePublicAcls": True, "RestrictPublicBuckets": True}
"""The words by which what is public is so no more; those that would have S3 refuse a policy are left as they are."""


def notifications(name: str, resource: Mapping[str, Any], filled: Collection[str]) -> Iterator[Path]:
    """The properties by which somebody hears of new objects in a bucket among those that are `filled`."""
    kind, properties = kind_of(resource), mapping(resource.get("Properties"))
    if kind == BUCKET and name in filled and properties.get(_TOLD):
        yield (_TOLD,)
    if kind == BY_THE_CDK and properties.get(_TOLD) and _names(properties.get("BucketName"), filled):
        yield (_TOLD,)
    if kind == f"{outward.SERVERLESS}Function":
        for path, event in places(properties, ("Events", "*")):
            said = mapping(mapping(event).get("Properties"))
            if mapping(event).get("Type") == "S3" and _names(said.get("Bucket"), filled):
                yield path


def shut(name: str, resource: Mapping[str, Any], filled: Collection[str]) -> Iterator[tuple[Path, Any]]:
    """The property that may let the public in, with the value that lets nobody; without it S3 lets nobody in."""
    said = mapping(resource.get("Properties")).get(_OPEN)
    if kind_of(resource) != BUCKET or name not in filled or said is None:
        return
    plain = {} if any(key.startswith("Fn::") or key == "Ref" for key in mapping(said)) else mapping(said)
    if any(str(plain.get(key)).lower() != "true" for key in _SHUT):
        yield (_OPEN,), {**plain, **_SHUT}


def _names(value: Any, filled: Collection[str]) -> bool:
    return not set(references(value)).isdisjoint(filled)
