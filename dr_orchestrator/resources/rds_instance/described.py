"""The settings of a live instance, as AWS tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.aws.parity import alarms, words
from dr_orchestrator.aws.parity.reading import Live, Look
from dr_orchestrator.aws.rds import described as told
from dr_orchestrator.aws.rds.objects import INSTANCES
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.rds_instance import options


def _described(live: Live) -> Mapping[str, Any]:
    found = INSTANCES.described(live.api("rds"), live.name)
    if found is None:
        raise NotMeasured(f"no RDS instance {live.name}", call="rds:DescribeDBInstances")
    return found


def _of_instance(live: Live) -> dict[str, str]:
    about = live.once(_described)
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


def _parameters(live: Live) -> dict[str, str]:
    groups = live.once(_described).get("DBParameterGroups") or [{}]
    return {"parameters": told.parameters(live.api("rds"), str(groups[0].get("DBParameterGroupName") or ""))}


def _options(live: Live) -> dict[str, str]:
    return {"options": told.options(live.api("rds"), options.of_instance(live.once(_described)))}


def _alarms(live: Live) -> dict[str, str]:
    return {"alarms": alarms.on(live.account, "DBInstanceIdentifier", live.name)}


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
