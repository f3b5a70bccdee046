"""What is published: the one asset that was vouched for, where the app names it, and never over what is there."""

from __future__ import annotations

from typing import Any

import pytest

from dr_orchestrator.aws.guard import Forbidden, Guard
from tests.support.estate import REGION
from tests.support.guarded import ACCOUNT, COPY, SOURCES, copy
from tests.support.types import CALLS

STACK = copy(COPY, "cloudformation-stack")
PUT = {"Bucket": "cdk-assets", "Key": "1f.zip", "Body": b"", "ExpectedBucketOwner": ACCOUNT, "IfNoneMatch": "*"}
IMAGE = {"registryId": ACCOUNT, "repositoryName": "cdk-images", "imageManifest": "{}", "imageDigest": "sha256:1"}
LAYER = {"registryId": ACCOUNT, "repositoryName": "cdk-images"}


def guard(*rows: Any) -> Guard:
    made = Guard(CALLS, lambda: rows or [STACK], SOURCES)
    for of, name in (
        ("asset-file", "cdk-assets/1f.zip"),
        ("asset-image", "cdk-images/2f"),
        ("asset-repository", "cdk-images"),
    ):
        made.vouch(copy(name, of, parent=COPY))
    return made


def test_what_was_vouched_for_is_published() -> None:
    """The file under its key, the image under its tag, its layers and the images of its platforms without one."""
    guard().check("s3", "PutObject", PUT, REGION)
    guard().check("ecr", "PutImage", {**IMAGE, "imageTag": "2f"}, REGION)
    guard().check("ecr", "PutImage", IMAGE, REGION)
    for call in ("InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload"):
        guard().check("ecr", call, LAYER, REGION)


@pytest.mark.parametrize(
    ("operation", "given"),
    [
        ("PutObject", {**PUT, "Key": "2f.zip"}),
        ("PutObject", {**PUT, "Bucket": "another"}),
        ("PutObject", {**PUT, "Bucket": "", "Key": "cdk-assets/1f.zip"}),
        ("PutObject", {**PUT, "Bucket": "orders-prod"}),
        ("PutObject", {**PUT, "IfNoneMatch": ""}),
        ("PutObject", {name: value for name, value in PUT.items() if name != "IfNoneMatch"}),
        ("PutObject", {name: value for name, value in PUT.items() if name != "ExpectedBucketOwner"}),
        ("PutObject", {**PUT, "ACL": "public-read"}),
        ("DeleteObject", {"Bucket": "cdk-assets", "Key": "1f.zip"}),
        ("DeleteObjects", {"Bucket": "cdk-assets", "Delete": {}, "ExpectedBucketOwner": ACCOUNT}),
        ("PutImage", {**IMAGE, "imageTag": "latest"}),
        ("PutImage", {**IMAGE, "imageTag": "2f", "repositoryName": "others"}),
        ("PutImage", {**IMAGE, "repositoryName": "others"}),
        ("PutImage", {name: value for name, value in IMAGE.items() if name != "imageDigest"}),
        ("UploadLayerPart", {**LAYER, "repositoryName": "others"}),
        ("UploadLayerPart", {"repositoryName": "cdk-images"}),
        ("BatchDeleteImage", {**LAYER, "imageIds": []}),
    ],
)
def test_nothing_else_is(operation: str, given: dict[str, Any]) -> None:
    """Another key, bucket, tag or repository; over what is there; in an account that is not said; and no deletion."""
    service = "s3" if "Object" in operation else "ecr"
    with pytest.raises(Forbidden):
        guard().check(service, operation, given, REGION)


def test_it_is_published_for_as_long_as_the_ledger_holds_its_stack() -> None:
    """Once that copy is settled, or where it stands elsewhere, nothing is put any more."""
    for row in (copy("another", "cloudformation-stack"), copy(COPY, "cloudformation-stack", "eu-west-1")):
        with pytest.raises(Forbidden, match="is not a copy of this run"):
            guard(row).check("s3", "PutObject", PUT, REGION)
    with pytest.raises(Forbidden, match="is not a copy of this run"):
        guard().check("s3", "PutObject", PUT, "eu-west-1")
