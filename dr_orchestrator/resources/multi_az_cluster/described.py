"""The settings of a live multi-AZ DB cluster, as AWS tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.aws.parity import alarms, words
from dr_orchestrator.aws.parity.reading import Live, Look
from dr_orchestrator.aws.rds import described as told
from dr_orchestrator.aws.rds.objects import CLUSTERS
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.multi_az_cluster.name import MEMBERS
from dr_orchestrator.resources.multi_az_cluster.source import CALL, class_of


def _described(live: Live) -> Mapping[str, Any]:
    found = CLUSTERS.described(live.api("rds"), live.name)
    if found is None:
        raise NotMeasured(f"no cluster {live.name}", call=CALL)
    return found


def _of_cluster(live: Live) -> dict[str, str]:
    about = live.once(_described)
    return {
        "engine-version": f"{about['Engine']} {about.get('EngineVersion', '')}".strip(),
        "capacity": f"{MEMBERS} of {class_of(about)}",
        "storage": f"{about.get('AllocatedStorage')} GiB {about.get('StorageType')}, {about.get('Iops')} IOPS",
        "encryption": told.key(about),
        "backup-retention": f"{about.get('BackupRetentionPeriod') or 0} days",
        "deletion-protection": words.on(about.get("DeletionProtection")),
        "snapshot-tags": words.on(about.get("CopyTagsToSnapshot")),
        "iam-authentication": words.on(about.get("IAMDatabaseAuthenticationEnabled")),
        "log-exports": told.logs(about),
        "performance-insights": told.insights(about, "PerformanceInsightsEnabled"),
        "backup-window": str(about.get("PreferredBackupWindow")),
        "maintenance-window": str(about.get("PreferredMaintenanceWindow")),
        "tags": words.tags(about.get("TagList") or ()),
    }


def _parameters(live: Live) -> dict[str, str]:
    group = str(live.once(_described).get("DBClusterParameterGroup") or "")
    return {"parameters": told.parameters(live.api("rds"), group, of_cluster=True)}


def _alarms(live: Live) -> dict[str, str]:
    return {"alarms": alarms.on(live.account, "DBClusterIdentifier", live.name)}


LOOKS = (
    Look(
        (
            *("engine-version", "capacity", "storage", "encryption", "backup-retention", "deletion-protection"),
            *("snapshot-tags", "iam-authentication", "log-exports", "performance-insights", "backup-window"),
            *("maintenance-window", "tags"),
        ),
        _of_cluster,
    ),
    Look(("parameters",), _parameters),
    Look(("alarms",), _alarms),
)
"""The looks at a live cluster, a source or a copy."""
