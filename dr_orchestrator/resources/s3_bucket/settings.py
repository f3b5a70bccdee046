"""The settings of a bucket that a drill of it depends on: versions, how long they are kept, encryption."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from dr_orchestrator.aws.calls.answers import Strange
from dr_orchestrator.aws.calls.api import Api, NotFound

ENABLED, SUSPENDED = "Enabled", "Suspended"
SHUT: Mapping[str, bool] = dict.fromkeys(
    ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
)
"""The four words by which nobody outside the account reads a bucket, whatever its policy or an object's list says."""

OWNED = "BucketOwnerEnforced"
_OWNERSHIPS = frozenset((OWNED, "BucketOwnerPreferred", "ObjectWriter"))
OF_S3: Mapping[str, Any] = {"SSEAlgorithm": "AES256"}
"""Encryption with S3's own keys."""

_GONE = "NoSuchBucket"


class Settings:
    """The settings of one bucket, each asked for when it is needed."""

    def __init__(self, api: Api, name: str, owner: str) -> None:
        self._api, self._given = api, {"Bucket": name, "ExpectedBucketOwner": owner}

    def versioning(self) -> str:
        """Enabled, Suspended, or empty where it never was switched on."""
        return str(self._api.call("GetBucketVersioning", **self._given).get("Status") or "")

    def kept(self, prefix: str) -> timedelta | None:
        """How long at least a version under a prefix is kept once it is no more the newest; None where for ever."""
        days = [each for rule in self._rules() if concerns(rule, prefix) for each in _expires(rule)]
        return timedelta(days=min(days)) if days else None

    def encryption(self) -> Mapping[str, Any]:
        """How what is put into it is encrypted where nobody says otherwise: by S3's own keys, if nothing is set."""
        try:
            told = self._api.call("GetBucketEncryption", **self._given)["ServerSideEncryptionConfiguration"]
        except NotFound as fault:
            if _GONE in fault.message:
                raise  # what is no more was not encrypted with S3's own keys
            return OF_S3
        rule: Mapping[str, Any] = told["Rules"][0]["ApplyServerSideEncryptionByDefault"]
        return rule

    @property
    def digests(self) -> bool:
        """Whether the ETag of what is put into it in one part is a digest of it: no key of KMS encrypts it."""
        return bool(self.encryption().get("SSEAlgorithm") == "AES256")

    def shut(self) -> bool:
        """Whether nobody outside the account can be let in."""
        try:
            told = self._api.call("GetPublicAccessBlock", **self._given)["PublicAccessBlockConfiguration"]
        except NotFound:
            return False
        return all(told[each] for each in SHUT)

    def owned(self) -> bool:
        """Whether all that is in it is its owner's, and no object's list of rights counts."""
        try:
            told = self._api.call("GetBucketOwnershipControls", **self._given)["OwnershipControls"]["Rules"]
        except NotFound:
            return False
        words = [each["ObjectOwnership"] for each in told]
        if not words or not _OWNERSHIPS.issuperset(words):
            raise Strange(f"its ObjectOwnership is {' and '.join(words) or 'missing'}", "s3:GetBucketOwnershipControls")
        return words == [OWNED]

    def _rules(self) -> Iterator[Mapping[str, Any]]:
        try:
            told = self._api.call("GetBucketLifecycleConfiguration", **self._given)
        except NotFound:
            return
        yield from (each for each in told.get("Rules", ()) if each["Status"] == ENABLED)


def key_of(encryption: Mapping[str, Any]) -> str | None:
    """The key of KMS that a bucket is encrypted with; None where it is one of AWS's own that nobody names."""
    key = encryption.get("KMSMasterKeyID")
    return str(key) if key else None


def _expires(rule: Mapping[str, Any]) -> Iterator[int]:
    days = rule.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays")
    if days is not None:
        yield int(days)


def concerns(rule: Mapping[str, Any], prefix: str) -> bool:
    """Whether a rule may concern something under a prefix: one of some tags or sizes may."""
    narrow = rule.get("Filter") or {}
    of = str((narrow.get("And") or narrow).get("Prefix") or rule.get("Prefix") or "")
    return of.startswith(prefix) or prefix.startswith(of)
