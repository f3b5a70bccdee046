"""The writes that drills of buckets make: what each acts on, and all that it may say."""

from __future__ import annotations

from dr_orchestrator.domain.resource_type import By, Effect, Write
from dr_orchestrator.resources import vaulted
from dr_orchestrator.resources.s3_bucket.name import NAME, RESTORED

_BUCKET, _OWNER = By(NAME, "Bucket"), frozenset({"ExpectedBucketOwner"})
_SOURCE = r"(?P<name>[^/?]+)/[^?]+\?versionId=[^?&]+"
"""How a version of an object is named as what is copied: whatever else its key holds is encoded in it."""

_READ = ("s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectVersionTagging")
_SHUT = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_SAID = frozenset(
    {
        *("Tagging", "Metadata", "CacheControl", "ContentDisposition", "ContentEncoding"),
        *("ContentLanguage", "ContentType", "WebsiteRedirectLocation"),
    }
)
"""The words of an object on itself, which a drill gives its copy."""

WRITES = (
    vaulted.start(NAME, RESTORED),
    Write(
        "s3:CreateBucket",
        _BUCKET,
        Effect.CREATE,
        frozenset({"CreateBucketConfiguration", "ObjectOwnership"}),
        actions={Effect.CREATE: ("s3:TagResource", "s3:PutBucketOwnershipControls")},
        only={"ObjectOwnership": ("BucketOwnerEnforced",)},
        needs=frozenset({"CreateBucketConfiguration"}),
    ),
    Write(
        "s3:PutPublicAccessBlock",
        _BUCKET,
        Effect.CHANGE,
        _OWNER | {"PublicAccessBlockConfiguration"},
        needs=_OWNER,
        only={"PublicAccessBlockConfiguration": (dict.fromkeys(_SHUT, True),)},
    ),
    Write(
        "s3:PutBucketEncryption",
        _BUCKET,
        Effect.CHANGE,
        _OWNER | {"ServerSideEncryptionConfiguration"},
        needs=_OWNER,
    ),
    Write(
        "s3:CopyObject",
        _BUCKET,
        Effect.FILL,
        _OWNER | {"Key", "RequestPayer"},
        "CopySource",
        origin_arn=_SOURCE,
        origin_in="Bucket",
        needs=_OWNER,
        outside=(("s3", ":::{source}/*", _READ),),
    ),
    Write(
        "s3:CreateMultipartUpload",
        _BUCKET,
        Effect.FILL,
        _OWNER | _SAID | {"Key"},
        needs=_OWNER,
    ),
    Write("s3:PutObject", _BUCKET, Effect.FILL, _OWNER | _SAID | {"Key", "Body"}, needs=_OWNER),
    Write("s3:UploadPart", _BUCKET, Effect.FILL, _OWNER | {"Key", "UploadId", "PartNumber", "Body"}, needs=_OWNER),
    Write(
        "s3:UploadPartCopy",
        _BUCKET,
        Effect.FILL,
        _OWNER | {"Key", "UploadId", "PartNumber", "CopySourceRange", "RequestPayer"},
        "CopySource",
        origin_arn=_SOURCE,
        origin_in="Bucket",
        needs=_OWNER,
    ),
    Write(
        "s3:CompleteMultipartUpload",
        _BUCKET,
        Effect.FILL,
        _OWNER | {"Key", "UploadId", "MultipartUpload"},
        needs=_OWNER,
    ),
    Write("s3:DeleteObjects", _BUCKET, Effect.DELETE, _OWNER | {"Delete"}, needs=_OWNER),
    Write("s3:DeleteObject", _BUCKET, Effect.DELETE, _OWNER | {"Key", "VersionId"}, needs=_OWNER),
    Write("s3:AbortMultipartUpload", _BUCKET, Effect.DELETE, _OWNER | {"Key", "UploadId"}, needs=_OWNER),
    Write("s3:DeleteBucket", _BUCKET, Effect.DELETE, _OWNER, needs=_OWNER),
)
"""From the making of a bucket, through its filling, to its end."""
