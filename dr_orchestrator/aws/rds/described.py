"""The settings of what RDS runs, instances and clusters, as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.parity import words
from dr_orchestrator.domain.parity import KEY_OF_AWS, NOT_ENCRYPTED

Described = Mapping[str, Any]
DEFAULTS = ("default.", "default:")
"""How the names of groups begin that AWS gives by itself: their content is AWS's."""


def parameters(api: Api, name: str, *, of_cluster: bool = False) -> str:
    """The parameters that somebody set in a group, whatever it is called: two groups may hold the same."""
    if not name or name.startswith(DEFAULTS):
        return "AWS's defaults"
    key = "DBClusterParameterGroupName" if of_cluster else "DBParameterGroupName"
    operation = "DescribeDBClusterParameters" if of_cluster else "DescribeDBParameters"
    told = api.pages(operation, "Parameters", **{key: name}, Source="user")
    found = [f"{each['ParameterName']}={each.get('ParameterValue', '')}" for each in told if each.get("ParameterName")]
    return words.listed(found) if found else "AWS's defaults"


def options(api: Api, name: str) -> str:
    """The options of a group, whatever it is called."""
    if not name or name.startswith(DEFAULTS):
        return "none"
    found = api.call("DescribeOptionGroups", OptionGroupName=name)["OptionGroupsList"]
    return words.listed(option["OptionName"] for each in found for option in each.get("Options") or ())


def key(about: Described) -> str:
    """The key that its data is encrypted with."""
    return str(about.get("KmsKeyId") or KEY_OF_AWS) if about.get("StorageEncrypted") else NOT_ENCRYPTED


def insights(about: Described, flag: str) -> str:
    """Whether Performance Insights are on, and how long they are kept."""
    kept = about.get("PerformanceInsightsRetentionPeriod")
    return f"kept for {kept} days" if about.get(flag) and kept else words.on(about.get(flag))


def monitoring(about: Described) -> str:
    """How often Enhanced Monitoring looks."""
    every = about.get("MonitoringInterval") or 0
    return f"every {every} s" if every else words.OFF


def roles(about: Described) -> str:
    """The roles by which it reaches other services, by what they are for: their names may be another's elsewhere."""
    return words.listed(str(each.get("FeatureName") or "unnamed") for each in about.get("AssociatedRoles") or ())


def logs(about: Described) -> str:
    """The logs that go to CloudWatch."""
    return words.listed(about.get("EnabledCloudwatchLogsExports") or ())
