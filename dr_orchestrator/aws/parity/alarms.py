"""The alarms of CloudWatch on a resource: they are bound to its name, and hear a copy only where it takes that over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.parity.words import listed

CALL = "cloudwatch:DescribeAlarms"
_SIGNS = {
    "GreaterThanThreshold": ">",
    "GreaterThanOrEqualToThreshold": ">=",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "<=",
}


def on(account: Account, dimension: str, name: str) -> str:
    """The alarms on metrics of that name, each by what it waits for."""
    alarms = account.api("cloudwatch").pages("DescribeAlarms", "MetricAlarms", AlarmTypes=["MetricAlarm"])
    return listed(_words(each, metric) for each in alarms for metric in _metrics(each) if _of(metric, dimension, name))


def _metrics(alarm: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The metrics of an alarm: its own, or those of its expression."""
    if alarm.get("MetricName"):
        yield alarm
    yield from (each["MetricStat"]["Metric"] for each in alarm.get("Metrics") or () if each.get("MetricStat"))


def _of(metric: Mapping[str, Any], dimension: str, name: str) -> bool:
    return any((each["Name"], each["Value"]) == (dimension, name) for each in metric.get("Dimensions") or ())


def _words(alarm: Mapping[str, Any], metric: Mapping[str, Any]) -> str:
    sign = _SIGNS.get(str(alarm.get("ComparisonOperator")), "beyond")
    limit = f" {sign} {alarm['Threshold']:g}" if alarm.get("Threshold") is not None else ""
    return f"{metric['MetricName']}{limit}"
