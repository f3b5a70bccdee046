"""The settings of a live instance, as AWS tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.parity import alarms, words
from dr_orchestrator.aws.parity.reading import Look
from dr_orchestrator.aws.rds import described as told
from dr_orchestrator.aws.rds.objects import INSTANCES
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.rds_instance import options


def _described(account: Account, name: str) -> Mapping[str, Any]:
    found = INSTANCES.described(account.api("rds"), name)
    if found is None:
        raise NotMeasured(f"no RDS instance {name}", call="rds:DescribeDBInstances")
    return found


def _of_instance(account: Account, name: str) -> dict[str, str]:
    about = _described(account, name)
    return {
        "engine-version": f"{about['Engine']} {about.get('EngineVersion', '')}".strip(),
        "instance-class": str(about.get("DBInstanceClass")),
        "storage": _storage(about),
        "storage-autoscaling": f"up to {most} GiB" if (most := about.get("MaxAllocatedStorage")) else words.OFF,
        "encryption": told.key(about),
        "multi-az": words.on(about.get("MultiAZ")),
        "read-replicas": words.listed(about.get("ReadReplicaDBInstanceIdentifiers") or ()),
        "backup-retention": f"{about.get('BackupRetentionPeriod') or 0} days",
        "deletion-protection": words.on(about.get("DeletionProtection")),
        "minor-upgrades": words.on(about.get("AutoMinorVersionUpgrade")),
        "snapshot-tags": words.on(about.get("CopyTagsToSnapshot")),
        "iam-authentication": words.on(about.get("IAMDatabaseAuthenticationEnabled")),
        "log-exports": told.logs(about),
        "enhanced-monitoring": told.monitoring(about),
        "performance-insights": told.insights(about, "PerformanceInsightsEnabled"),
        "roles": told.roles(about),
        "domain": words.listed(each.get("FQDN") or each["Domain"] for each in about.get("DomainMemberships") or ()),
        "ca-certificate": str(about.get("CACertificateIdentifier") or "AWS's default"),
        "backup-window": str(about.get("PreferredBackupWindow")),
        "maintenance-window": str(about.get("PreferredMaintenanceWindow")),
        "tags": words.tags(about.get("TagList") or ()),
    }


def _storage(about: Mapping[str, Any]) -> str:
    units = {"Iops": "IOPS", "StorageThroughput": "MB/s"}
    speed = (f"{about[key]} {unit}" for key, unit in units.items() if about.get(key))
    return ", ".join((f"{about.get('StorageType')}, {about.get('AllocatedStorage')} GiB", *speed))


def _parameters(account: Account, name: str) -> dict[str, str]:
    groups = _described(account, name).get("DBParameterGroups") or [{}]
    return {"parameters": told.parameters(account.api("rds"), str(groups[0].get("DBParameterGroupName") or ""))}


def _options(account: Account, name: str) -> dict[str, str]:
    return {"options": told.options(account.api("rds"), options.of_instance(_described(account, name)))}


def _alarms(account: Account, name: str) -> dict[str, str]:
    return {"alarms": alarms.on(account, "DBInstanceIdentifier", name)}


LOOKS = (
    Look(
        (
            *("engine-version", "instance-class", "storage", "storage-autoscaling", "encryption", "multi-az"),
            *("read-replicas", "backup-retention", "deletion-protection", "minor-upgrades", "iam-authentication"),
            *("log-exports", "enhanced-monitoring", "performance-insights", "roles", "domain", "ca-certificate"),
            *("backup-window", "maintenance-window", "snapshot-tags", "tags"),
        ),
        _of_instance,
    ),
    Look(("parameters",), _parameters),
    Look(("options",), _options),
    Look(("alarms",), _alarms),
)
"""The looks at a live instance, a source or a copy."""
