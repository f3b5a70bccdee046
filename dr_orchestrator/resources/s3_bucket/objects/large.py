"""Copies an object that is too large for one call, in parts: S3 carries over by itself neither what it says of itself
nor its tags.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.resources.s3_bucket.objects.versions import Version, Where

MOST = 5 * 1024**3
"""The most bytes that S3 copies in one call."""

PART, PARTS = 512 * 1024**2, 10_000
"""The bytes of a part, and how many of them an object may have: then parts are larger."""

_SAID = (
    *("CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "ContentType", "Metadata"),
    "WebsiteRedirectLocation",
)


def copy(
    api: Api, source: Where, version: Version, target: Mapping[str, str], raise_if_over: Callable[[], None]
) -> None:
    """Copy a version in parts; one that is cut off leaves them unseen, and the teardown of the bucket ends it."""
    named = {**target, "Key": version.key}
    asked = {**source.given, "Key": version.key, "VersionId": version.id}
    words = said(api, asked, api.call("HeadObject", **asked))
    upload = api.call("CreateMultipartUpload", **named, **words)["UploadId"]
    from_ = {"Bucket": source.bucket, "Key": version.key, "VersionId": version.id}
    pays = {"RequestPayer": "requester"} if source.pays else {}
    parts = []
    for number, (first, last) in enumerate(stretches(version.size), 1):
        raise_if_over()
        given = {"CopySource": from_, "CopySourceRange": f"bytes={first}-{last}", "PartNumber": number, **pays}
        told = api.call("UploadPartCopy", **named, UploadId=upload, **given)["CopyPartResult"]
        parts.append({"ETag": told["ETag"], "PartNumber": number})
    api.call("CompleteMultipartUpload", **named, UploadId=upload, MultipartUpload={"Parts": parts})


def stretches(size: int, least: int = 0) -> Iterator[tuple[int, int]]:
    """The first and the last byte of each part; `least` is how large one is where that makes not too many."""
    part = max(least or PART, -(-size // PARTS))
    for first in range(0, size, part):
        yield first, min(first + part, size) - 1


def said(api: Api, named: Mapping[str, Any], head: Mapping[str, Any]) -> dict[str, Any]:
    """The words of a version on itself, as an answer has them, and its tags, as a new upload takes them."""
    told = {each: head[each] for each in _SAID if head.get(each)}
    if not head.get("TagCount"):
        return told
    tags = api.call("GetObjectTagging", **named)["TagSet"]
    return {**told, "Tagging": urlencode({each["Key"]: each["Value"] for each in tags})}
