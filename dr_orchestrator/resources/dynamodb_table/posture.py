"""How the backups of tables are kept: point-in-time recovery, backups on demand, what other regions and vaults hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from dr_orchestrator.aws.calls.api import NotFound
from dr_orchestrator.aws.posture import keys, vaults
from dr_orchestrator.aws.posture.ground import Ground, Once, Reader, gathered
from dr_orchestrator.domain.posture.facts import Continuous, Elsewhere, Encryption, Fact, Known, Lock, Protection
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.wanted import Wanted
from dr_orchestrator.resources.dynamodb_table import table
from dr_orchestrator.resources.dynamodb_table.backups import TYPES
from dr_orchestrator.resources.dynamodb_table.traits import traits

_DESCRIBE, _CONTINUOUS, _BACKUPS = (
    f"dynamodb:{each}" for each in ("DescribeTable", "DescribeContinuousBackups", "ListBackups")
)
_OF_AWS = Encryption(True, "a key that DynamoDB owns")


def reader(ground: Ground) -> Reader:
    """The reader of all tables at a place: two calls a table, and one listing for the backups of all."""
    backups = Once(lambda: _listed(ground))

    def read(resource: Resource, wanted: Wanted) -> Protection:
        return _Table(ground, resource.id, backups).protection(resource, wanted)

    return read


def _listed(ground: Ground) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Every backup of the region by its table; those of AWS Backup have to be asked for by their own type."""
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for kind in TYPES:
        for each in ground.listed("dynamodb", "ListBackups", "BackupSummaries", BackupType=kind):
            found.setdefault(str(each["TableName"]), {})[each["BackupArn"]] = each
    return {name: list(each.values()) for name, each in found.items()}


class _Table:
    def __init__(self, ground: Ground, name: str, backups: Once[Mapping[str, Sequence[Mapping[str, Any]]]]) -> None:
        self._ground, self._name, self._backups = ground, name, backups
        self._described, self._continuous = Once(self._describe), Once(self._ask_continuous)

    def protection(self, resource: Resource, wanted: Wanted) -> Protection:
        return Protection(
            created_at=self._created_at(),
            points=self._ground.fact(_BACKUPS, self._points),
            kept=self._ground.fact(_CONTINUOUS, self._kept),
            encryption=self._ground.fact(_DESCRIBE, self._encryption),
            elsewhere=self._elsewhere(wanted),
            lock=self._lock(wanted) if wanted.immutable else Protection().lock,
            continuous=self._ground.fact(_CONTINUOUS, self._window),
            deletion=self._ground.fact(_DESCRIBE, lambda: bool(self._described().get("DeletionProtectionEnabled"))),
            traits=self._ground.traits(_DESCRIBE, self._described, traits),
            remedies=_remedies(resource, wanted),
        )

    def _created_at(self) -> datetime | None:
        told = self._ground.fact(_DESCRIBE, lambda: self._described().get("CreationDateTime"))
        return told.value if isinstance(told, Known) else None

    def _describe(self) -> Mapping[str, Any]:
        found = self._ground.patiently(lambda: table.describe(self._ground.api("dynamodb"), self._name))
        if found is None:
            hint = f"is it named as in AWS, in this account and in {self._ground.region}?"
            raise NotFound(f"no table {self._name}", hint, _DESCRIBE)
        return found

    def _ask_continuous(self) -> Mapping[str, Any]:
        api = self._ground.api("dynamodb")
        told = self._ground.patiently(lambda: api.call("DescribeContinuousBackups", TableName=self._name))
        pitr: Mapping[str, Any] = told["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription") or {}
        return pitr if pitr.get("PointInTimeRecoveryStatus") == "ENABLED" else {}

    def _points(self) -> tuple[datetime, ...]:
        ours = self._described().get("TableId")
        found = [each for each in self._backups().get(self._name, ()) if each.get("BackupStatus") == "AVAILABLE"]
        return tuple(each["BackupCreationDateTime"] for each in found if each.get("TableId", ours) == ours)

    def _kept(self) -> timedelta | None:
        """Of backups on demand nobody tells how long they are kept: the row of them does."""
        pitr = self._continuous()
        return timedelta(days=int(pitr.get("RecoveryPeriodInDays") or 35)) if pitr else timedelta()

    def _window(self) -> Continuous:
        pitr = self._continuous()
        return Continuous(bool(pitr), pitr.get("EarliestRestorableDateTime"), pitr.get("LatestRestorableDateTime"))

    def _encryption(self) -> Encryption:
        key = (self._described().get("SSEDescription") or {}).get("KMSMasterKeyArn")
        return keys.of_kms(self._ground)(str(key)) if key else _OF_AWS

    def _elsewhere(self, wanted: Wanted) -> Fact[tuple[Elsewhere, ...]]:
        regions = [each for each in wanted.copy_in if each != self._ground.region]

        def vaulted(region: str) -> Iterator[Elsewhere]:
            return vaults.copies(self._ground, str(self._described()["TableArn"]), self._created_at(), region)

        looked = [lambda region=region: vaulted(region) for region in regions]
        return gathered(self._ground, vaults.CALL, [lambda: self._replicas(regions), *looked])

    def _replicas(self, regions: Sequence[str]) -> Iterator[Elsewhere]:
        for each in self._described().get("Replicas") or ():
            if (region := str(each.get("RegionName"))) in regions and each.get("ReplicaStatus") == "ACTIVE":
                yield Elsewhere(region, f"the global table has a replica in {region}")

    def _lock(self, wanted: Wanted) -> Fact[Lock]:
        arn = self._ground.fact(_DESCRIBE, lambda: str(self._described()["TableArn"]))
        regions = (self._ground.region, *wanted.copy_in)
        return vaults.locked(self._ground, arn, self._created_at(), regions, wanted.retention)


def _remedies(resource: Resource, wanted: Wanted) -> Mapping[Rule, str]:
    on = (
        f"`aws dynamodb update-continuous-backups --table-name {resource.id} --point-in-time-recovery-specification "
        "PointInTimeRecoveryEnabled=true,RecoveryPeriodInDays={days}`"
    ).format(days=min(wanted.retention.days, 35))
    update = f"`aws dynamodb update-table --table-name {resource.id}"
    target = next(iter(wanted.copy_in), "REGION")
    vault = "a plan of AWS Backup, with its advanced features for DynamoDB on,"
    return {
        Rule.POSTURE_NEWEST: on,
        Rule.POSTURE_DAILY: on,
        Rule.POSTURE_RETENTION: on,
        Rule.POSTURE_ENCRYPTION: f"{update} --sse-specification Enabled=true,SSEType=KMS,KMSMasterKeyId=KEY`",
        Rule.POSTURE_ELSEWHERE: f"{vault} that copies to {target}",
        Rule.POSTURE_LOCK: f"{vault} into a vault locked for good: `aws backup put-backup-vault-lock-configuration`",
        Rule.POSTURE_CONTINUOUS: on,
        Rule.POSTURE_DELETION: f"{update} --deletion-protection-enabled`",
    }
