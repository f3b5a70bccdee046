"""How what a bucket held is kept: versions, object lock, replication, and by vaults of AWS Backup; five calls a bucket,
for S3 lists no settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.endpoints import partition
from dr_orchestrator.aws.posture import keys, vaults
from dr_orchestrator.aws.posture.ground import Ground, Once, Reader, gathered
from dr_orchestrator.domain.posture.facts import (
    Continuous,
    Elsewhere,
    Encryption,
    Fact,
    Inapplicable,
    Known,
    Lock,
    Protection,
    Unknown,
)
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.wanted import Wanted
from dr_orchestrator.resources.s3_bucket import bucket
from dr_orchestrator.resources.s3_bucket.settings import ENABLED, Settings, key_of

_CALLS = {
    "versioning": "s3:GetBucketVersioning",
    "lifecycle": "s3:GetBucketLifecycleConfiguration",
    "encryption": "s3:GetBucketEncryption",
    "lock": "s3:GetObjectLockConfiguration",
    "replication": "s3:GetBucketReplication",
}
_BY_S3 = Encryption(True, "S3's own keys")
_VERSIONS = Inapplicable("its versions hold every instant")
_NOT_EMPTY = Inapplicable("S3 deletes no bucket that holds something; what guards versions is object lock")


def reader(ground: Ground) -> Reader:
    """The reader of all buckets at a place."""
    there = Once(lambda: {each.name: each for each in ground.patiently(lambda: list(bucket.every(ground.api("s3"))))})
    owner = Once(lambda: ground.account.pinned or ground.patiently(ground.account.caller).account)

    def read(resource: Resource, wanted: Wanted) -> Protection:
        return _Bucket(ground, resource, there, owner).protection(wanted)

    return read


class _Bucket:
    def __init__(
        self, ground: Ground, resource: Resource, there: Once[dict[str, bucket.Bucket]], owner: Once[str]
    ) -> None:
        self._ground, self._resource, self._there, self._owner = ground, resource, there, owner
        self._versioning = Once(lambda: self._asked(self._settings.versioning))
        self._prefix = str(resource.own.get("prefix") or "")
        self._kept = Once(lambda: self._asked(lambda: self._settings.kept(self._prefix)))

    def protection(self, wanted: Wanted) -> Protection:
        fact, found = self._ground.fact, self._ground.fact(bucket.CALL, self._found)
        return Protection(
            created_at=found.value.created_at if isinstance(found, Known) else None,
            points=_VERSIONS,
            kept=fact(_CALLS["lifecycle"], self._retention),
            encryption=fact(_CALLS["encryption"], self._encryption),
            elsewhere=self._elsewhere(wanted) if wanted.copy_in else Protection().elsewhere,
            lock=self._lock(wanted) if wanted.immutable else Protection().lock,
            continuous=fact(_CALLS["versioning"], self._window),
            deletion=_NOT_EMPTY,
            remedies=_remedies(self._resource, wanted),
        )

    def _found(self) -> bucket.Bucket:
        found = self._there().get(self._resource.id)
        if found is None or found.region != self._ground.region:
            hint = f"is it in {self._ground.region}, in this account?"
            raise NotFound(f"no bucket {self._resource.id}", hint, bucket.CALL)
        return found

    def _retention(self) -> timedelta | None:
        return self._kept() if self._versioning() == ENABLED else timedelta()

    def _window(self) -> Continuous:
        if self._versioning() != ENABLED:
            return Continuous(False)
        kept, now, created = self._kept(), self._ground.now, self._found().created_at
        return Continuous(True, max(created, now - kept) if kept else min(created, now), now)

    def _encryption(self) -> Encryption:
        key = key_of(self._asked(self._settings.encryption))
        return keys.of_kms(self._ground)(key) if key else _BY_S3

    def _lock(self, wanted: Wanted) -> Fact[Lock]:
        """That of its versions; else that of a vault which holds it."""
        own = self._ground.fact(_CALLS["lock"], self._object_lock)
        if isinstance(own, Known) and own.value.on:
            return own
        regions, arn = (self._ground.region, *wanted.copy_in), Known(self._arn, vaults.CALL)
        vaulted = vaults.locked(self._ground, arn, None, regions, wanted.retention)
        if not isinstance(own, Known) or (isinstance(vaulted, Known) and vaulted.value.on):
            return vaulted if isinstance(vaulted, Known) and vaulted.value.on else own
        if isinstance(vaulted, Known):
            return replace(own, value=Lock(False, f"{own.value.how}; {vaulted.value.how}"), lacking=vaulted.lacking)
        return replace(own, lacking=vaulted) if isinstance(vaulted, Unknown) else own

    def _object_lock(self) -> Lock:
        try:
            told = self._asked(lambda: self._ask("GetObjectLockConfiguration")["ObjectLockConfiguration"])
        except NotFound:
            return Lock(False, "object lock is off")
        rule: Mapping[str, Any] = (told.get("Rule") or {}).get("DefaultRetention") or {}
        days = int(rule.get("Days") or 0) + 365 * int(rule.get("Years") or 0)
        if not days:
            return Lock(False, "object lock is on, and no rule holds what is put there")
        if rule.get("Mode") != "COMPLIANCE":
            return Lock(False, f"held for {days} d in governance mode: whoever may bypass that can delete it")
        return Lock(True, f"held for {days} d in compliance mode", least=timedelta(days=days))

    def _elsewhere(self, wanted: Wanted) -> Fact[tuple[Elsewhere, ...]]:
        """All that is replicated, and that vaults of other regions hold, however old: since when the bucket is there S3
        does not tell for good.
        """

        def vaulted(region: str) -> Iterator[Elsewhere]:
            return vaults.copies(self._ground, self._arn, None, region)

        regions = [each for each in wanted.copy_in if each != self._ground.region]
        looked = [partial(vaulted, region) for region in regions]
        return gathered(self._ground, _CALLS["replication"], [self._replicated, *looked])

    @property
    def _arn(self) -> str:
        return f"arn:{partition(self._ground.region)}:s3:::{self._resource.id}"

    def _replicated(self) -> Iterator[Elsewhere]:
        try:
            told = self._asked(lambda: self._ask("GetBucketReplication")["ReplicationConfiguration"])
        except NotFound:
            return
        for rule in told.get("Rules", ()):
            if rule.get("Status") != ENABLED:
                continue
            target = str(rule["Destination"]["Bucket"]).rpartition(":")[2]
            found = self._there().get(target)
            region = found.region if found else "a region that another account knows"
            if region != self._ground.region:
                part = "" if _covers(rule, self._prefix) else ", of a part of it alone"
                yield Elsewhere(f"{region}{part}", f"replicated into {target} in {region}")

    @property
    def _settings(self) -> Settings:
        return Settings(self._ground.api("s3"), self._resource.id, self._owner())

    def _ask(self, operation: str) -> Mapping[str, Any]:
        given = {"Bucket": self._resource.id, "ExpectedBucketOwner": self._owner()}
        return self._ground.api("s3").call(operation, **given)

    def _asked(self, ask: Any) -> Any:
        return self._ground.patiently(ask)


def _covers(rule: Mapping[str, Any], prefix: str) -> bool:
    """Whether a rule replicates all that is under a prefix: one of some tags, or of other keys, does not."""
    narrow = rule.get("Filter") or {}
    narrow = narrow.get("And") or narrow
    return narrow.keys() <= {"Prefix"} and prefix.startswith(str(narrow.get("Prefix") or rule.get("Prefix") or ""))


def _remedies(resource: Resource, wanted: Wanted) -> Mapping[Rule, str]:
    of, days = f"--bucket {resource.id}", wanted.retention.days
    versioning = f"`aws s3api put-bucket-versioning {of} --versioning-configuration Status=Enabled`"
    target, plan = next(iter(wanted.copy_in), "REGION"), "or a plan of AWS Backup"
    return {
        Rule.POSTURE_NEWEST: versioning,
        Rule.POSTURE_DAILY: versioning,
        Rule.POSTURE_RETENTION: (
            f"a lifecycle rule whose NoncurrentVersionExpiration is {days} days: "
            f"`aws s3api put-bucket-lifecycle-configuration {of}`"
        ),
        Rule.POSTURE_ENCRYPTION: f"`aws s3api put-bucket-encryption {of}` with SSEAlgorithm=aws:kms and KMSMasterKeyID",
        Rule.POSTURE_ELSEWHERE: (
            f"`aws s3api put-bucket-replication {of}` into a bucket in {target}, {plan} that copies there"
        ),
        Rule.POSTURE_LOCK: (
            f"`aws s3api put-object-lock-configuration {of}` with a default retention of {days} days, Mode=COMPLIANCE, "
            f"{plan} into a vault that is locked for good"
        ),
        Rule.POSTURE_CONTINUOUS: versioning,
    }
