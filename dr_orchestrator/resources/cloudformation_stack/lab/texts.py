"""The text of a template: in the call, up to 51,200 bytes, or in a bucket, up to a million."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.core.exceptions import ServiceException
from moto.s3.models import s3_backends

from dr_orchestrator.documents import cloudformation
from dr_orchestrator.lab.cloud.world import ACCOUNT

LARGEST, LARGEST_STORED = 51_200, 1_000_000
"""Bytes. Source: docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""

_URL = re.compile(
    r"https://(?:(?P<bucket>[a-z0-9.-]+)\.s3(?:[.-][a-z0-9-]+)?|s3(?:[.-][a-z0-9-]+)?)\.amazonaws\.com(?:\.cn)?/(?P<path>[^?]+)"
)
_SCHEME = re.compile(r"s3://(?P<bucket>[a-z0-9.-]+)/(?P<path>.+)")


def given(body: str | None, url: str | None) -> str:
    """The text of the template that a call gives; ValidationError, in AWS's words, where there is none."""
    if bool(body) == bool(url):
        raise ValidationError(message="Either Template URL or Template Body must be specified.")
    if url:
        return stored(url)
    text = str(body)
    if len(text.encode()) > LARGEST:
        told = f"failed to satisfy constraint: Member must have length less than or equal to {LARGEST}"
        raise ValidationError(message=f"1 validation error detected: Value '{text[:40]}…' at 'templateBody' {told}")
    return text


def stored(url: str) -> str:
    """The text of a template in a bucket of the lab."""
    found = _URL.fullmatch(url) or _SCHEME.fullmatch(url)
    if found is None:
        raise ValidationError(message="TemplateURL must be a supported URL.")
    bucket, key = found["bucket"], found["path"]
    if not bucket:
        bucket, _, key = key.partition("/")
    try:
        kept = s3_backends[ACCOUNT]["aws"].get_object(bucket, key)
    except ServiceException as wrong:
        raise ValidationError(message=f"S3 error: {wrong}") from wrong
    if kept is None:
        raise ValidationError(message="S3 error: The specified key does not exist.")
    if len(kept.value) > LARGEST_STORED:
        raise ValidationError(message=f"Template may not exceed {LARGEST_STORED} bytes in size.")
    return str(kept.value.decode("utf-8"))


def parsed(text: str) -> dict[str, Any]:
    """A template as data; refused, as AWS refuses it, where it is none."""
    try:
        return dict(cloudformation.parse(text, "template", LARGEST_STORED).data)
    except cloudformation.Malformed as wrong:
        raise ValidationError(message=f"Template format error: {wrong}") from wrong


def written(template: Mapping[str, Any]) -> str:
    """A template as text."""
    return json.dumps(template, ensure_ascii=False, default=str)
