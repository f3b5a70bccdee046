"""The settings of a live cluster, as AWS tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.aws.parity import alarms, words
from dr_orchestrator.aws.parity.reading import Live, Look
from dr_orchestrator.aws.rds import described as told
from dr_orchestrator.aws.rds.objects import CLUSTERS
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.aurora_cluster import production


def _described(live: Live) -> Mapping[str, Any]:
    found = CLUSTERS.described(live.api("rds"), live.name)
    if found is None:
        raise NotMeasured(f"no cluster {live.name}", call="rds:DescribeDBClusters")
    return found


def _of_cluster(live: Live) -> dict[str, str]:
    about = live.once(_described)
    backtrack = about.get("BacktrackWindow") or 0
    domains = about.get("DomainMemberships") or ()
    return {
        "engine-version": f"{about['Engine']} {about.get('EngineVersion', '')}".strip(),
        "storage": str(about.get("StorageType") or "aurora"),
        "encryption": told.key(about),
        "readers": str(max(len(about.get("DBClusterMembers") or ()) - 1, 0)),
        "backup-retention": f"{about.get('BackupRetentionPeriod') or 0} days",
        "deletion-protection": words.on(about.get("DeletionProtection")),
        "snapshot-tags": words.on(about.get("CopyTagsToSnapshot")),
        "iam-authentication": words.on(about.get("IAMDatabaseAuthenticationEnabled")),
        "data-api": words.on(about.get("HttpEndpointEnabled")),
        "log-exports": told.logs(about),
        "backtrack": f"{backtrack} s" if backtrack else words.OFF,
        "roles": told.roles(about),
        "domain": words.listed(each.get("FQDN") or each["Domain"] for each in domains),
        "backup-window": str(about.get("PreferredBackupWindow")),
        "maintenance-window": str(about.get("PreferredMaintenanceWindow")),
        "tags": words.tags(about.get("TagList") or ()),
    }


def _of_writer(live: Live) -> dict[str, str]:
    about = live.once(_described)
    writer = production.writer(live.account, about)
    groups = writer.get("DBParameterGroups") or [{}]
    return {
        "capacity": production.capacity(about, writer),
        "performance-insights": told.insights(writer, "PerformanceInsightsEnabled"),
        "writer-parameters": told.parameters(live.api("rds"), str(groups[0].get("DBParameterGroupName") or "")),
    }


def _parameters(live: Live) -> dict[str, str]:
    group = str(live.once(_described).get("DBClusterParameterGroup") or "")
    return {"parameters": told.parameters(live.api("rds"), group, of_cluster=True)}


def _global(live: Live) -> dict[str, str]:
    arn = live.once(_described)["DBClusterArn"]
    joined = [
        each["GlobalClusterIdentifier"]
        for each in live.api("rds").pages("DescribeGlobalClusters", "GlobalClusters")
        if arn in {member.get("DBClusterArn") for member in each.get("GlobalClusterMembers") or ()}
    ]
    return {"global-cluster": words.listed(joined)}


def _alarms(live: Live) -> dict[str, str]:
    return {"alarms": alarms.on(live.account, "DBClusterIdentifier", live.name)}


LOOKS = (
    Look(
        (
            *("engine-version", "storage", "encryption", "readers", "backup-retention", "deletion-protection"),
            *("iam-authentication", "snapshot-tags", "data-api", "log-exports", "backtrack", "roles", "domain", "tags"),
            *("backup-window", "maintenance-window"),
        ),
        _of_cluster,
    ),
    Look(("capacity", "performance-insights", "writer-parameters"), _of_writer),
    Look(("parameters",), _parameters),
    Look(("global-cluster",), _global),
    Look(("alarms",), _alarms),
)
"""The looks at a live cluster, a source or a copy."""
