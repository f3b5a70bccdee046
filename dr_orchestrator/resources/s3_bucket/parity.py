"""The settings of a bucket that a copy is to have as its source: versions hold objects, and none of these."""

from __future__ import annotations

from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.parity import NONE, OFF, Setting
from dr_orchestrator.domain.resource_type import Calls

HIGH, MEDIUM, LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW
SHUT, OWNED, BY_S3 = "nobody outside the account", "BucketOwnerEnforced", "AES256"

SETTINGS = (
    Setting("policy", MEDIUM, "whoever it lets in is refused, and whoever it keeps out is not"),
    Setting(
        *("encryption", HIGH, "who may read its objects is another's to say"),
        names=True,
        nameless=(BY_S3, "aws:kms", "aws:kms:dsse"),
    ),
    Setting("versioning", MEDIUM, "what is overwritten in it is lost"),
    Setting(
        *("public-access", MEDIUM, "whoever reads it from outside is refused", SHUT),
        *("a copy is shut to the outside", SHUT),
    ),
    Setting("ownership", LOW, "objects have other owners", OWNED, "a copy is its account's alone"),
    Setting("lifecycle", LOW, "what should expire, or move, stays and costs"),
    Setting(
        *("notifications", MEDIUM, "whoever hears of its objects hears nothing", ""),
        *("nobody is to take up what a drill puts there", NONE),
    ),
    Setting(
        *("replication", MEDIUM, "other places have none of its objects", ""),
        *("what a drill puts there goes nowhere else", NONE),
    ),
    Setting(
        *("object-lock", MEDIUM, "its objects can be deleted", ""),
        *("a replica is deleted after the drill", OFF),
    ),
    Setting("cross-origin", MEDIUM, "web pages of other hosts cannot read it"),
    Setting("website", MEDIUM, "it is no web site"),
    Setting("logging", LOW, "nobody sees who reads it"),
    Setting("requester-pays", LOW, "its owner pays for what others read"),
    Setting("acceleration", LOW, "what is far away reads it slower"),
    Setting("inventory", LOW, "nobody lists what is in it", "", "what a drill puts there is listed nowhere", NONE),
    Setting("tags", LOW, "bills, policies and inventories go by them", NONE, "a copy wears those of the drill"),
)

_READ = {
    *("GetBucketPolicy", "GetBucketEncryption", "GetBucketVersioning", "GetPublicAccessBlock", "GetBucketTagging"),
    *("GetBucketOwnershipControls", "GetBucketLifecycleConfiguration", "GetBucketNotificationConfiguration"),
    *("GetBucketReplication", "GetObjectLockConfiguration", "GetBucketCors", "GetBucketWebsite", "GetBucketLogging"),
    *("GetBucketRequestPayment", "GetBucketAccelerateConfiguration", "ListBucketInventoryConfigurations"),
}

CALLS = Calls(frozenset(f"s3:{each}" for each in _READ))

GRANTS = {
    "s3:GetBucketReplication": ("s3:GetReplicationConfiguration",),
    "s3:GetBucketCors": ("s3:GetBucketCORS",),
    "s3:GetBucketNotificationConfiguration": ("s3:GetBucketNotification",),
    "s3:GetObjectLockConfiguration": ("s3:GetBucketObjectLockConfiguration",),
    "s3:GetBucketAccelerateConfiguration": ("s3:GetAccelerateConfiguration",),
    "s3:ListBucketInventoryConfigurations": ("s3:GetInventoryConfiguration",),
}
"""The IAM actions of the calls that IAM knows by other names."""
