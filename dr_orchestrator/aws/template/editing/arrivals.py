"""The notifications of a bucket that a drill fills: each object of production's would be told as if it were new."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.template.reading.parts import kind_of
from dr_orchestrator.aws.template.reading.values import Path, references
from dr_orchestrator.documents.cloudformation import mapping

BUCKET = "AWS::S3::Bucket"
WHY = "the bucket is filled with what production has: whoever hears of new objects would act on each of them"
_BY_THE_CDK = "Custom::S3BucketNotifications"
_TOLD = "NotificationConfiguration"


def notifications(name: str, resource: Mapping[str, Any], filled: Collection[str]) -> Iterator[Path]:
    """The properties by which a bucket among those that are `filled` tells of new objects."""
    properties = mapping(resource.get("Properties"))
    of_bucket = kind_of(resource) == BUCKET and name in filled
    of_the_cdk = kind_of(resource) == _BY_THE_CDK and not set(references(properties.get("BucketName"))).isdisjoint(
        filled
    )
    if (of_bucket or of_the_cdk) and properties.get(_TOLD):
        yield (_TOLD,)


def is_needed(resource: Mapping[str, Any]) -> bool:
    """Whether a resource may not be without the property: then it is empty in a replica."""
    return kind_of(resource) == _BY_THE_CDK
