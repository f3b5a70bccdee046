"""Carries versions into a bucket of another account, read by the one and put by the other: no caller may do both."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.resources.s3_bucket.objects import large
from dr_orchestrator.resources.s3_bucket.objects.copying import Target, Way
from dr_orchestrator.resources.s3_bucket.objects.holding import PIECE, Object, whole
from dr_orchestrator.resources.s3_bucket.objects.versions import Version, Where


def by_hand(read: Api, write: Api, source: Where, target: Target) -> Way:
    """The way from one account into another: each object comes through this machine, piece by piece."""

    def carry(version: Version, raise_if_over: Callable[[], None]) -> None:
        asked = {**source.given, "Key": version.key, "VersionId": version.id}
        if version.size > PIECE:
            _in_parts(read, write, Object(read, source, version), version, asked, target, raise_if_over)
            return
        told = read.call("GetObject", **asked)
        held, words = whole(told, version.size), large.said(read, asked, told)
        raise_if_over()
        write.call("PutObject", **target.given, Key=version.key, **words, Body=held)

    return carry


def _in_parts(
    read: Api,
    write: Api,
    held: Object,
    version: Version,
    asked: Mapping[str, str],
    target: Target,
    raise_if_over: Callable[[], None],
) -> None:
    """Put a version together of pieces; one that is cut off leaves them unseen, until the bucket is emptied."""
    named, words = {**target.given, "Key": version.key}, large.said(read, asked, read.call("HeadObject", **asked))
    upload = write.call("CreateMultipartUpload", **named, **words)["UploadId"]
    parts = []
    for number, (first, last) in enumerate(large.stretches(version.size, PIECE), 1):
        piece = held.piece(first, last)
        raise_if_over()
        told = write.call("UploadPart", **named, UploadId=upload, PartNumber=number, Body=piece)
        parts.append({"ETag": told["ETag"], "PartNumber": number})
    write.call("CompleteMultipartUpload", **named, UploadId=upload, MultipartUpload={"Parts": parts})
