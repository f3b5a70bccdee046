"""A table in the words of CloudFormation: what a template would have to say for just that table to be made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

FIXED = frozenset({"KeySchema", "LocalSecondaryIndexes"})
"""The properties of a table that are for ever, beside its name."""

DEFAULTS: Mapping[str, Any] = {
    "BillingMode": "PROVISIONED",
    "TableClass": "STANDARD",
    "DeletionProtectionEnabled": False,
}
"""The values that a template need not say."""

_ON_DEMAND = "PAY_PER_REQUEST"


def properties(found: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of a table as DescribeTable shows it; a restored one has none of those that are asked otherwise:
    tags, time to live, continuous backup, streams.
    """
    mode = str((found.get("BillingModeSummary") or {}).get("BillingMode") or DEFAULTS["BillingMode"])
    told = {
        "TableName": found["TableName"],
        "AttributeDefinitions": found["AttributeDefinitions"],
        "KeySchema": found["KeySchema"],
        "BillingMode": mode,
        "TableClass": (found.get("TableClassSummary") or {}).get("TableClass") or DEFAULTS["TableClass"],
        "DeletionProtectionEnabled": bool(found.get("DeletionProtectionEnabled")),
        "LocalSecondaryIndexes": _indexes(found.get("LocalSecondaryIndexes"), _ON_DEMAND),
        "GlobalSecondaryIndexes": _indexes(found.get("GlobalSecondaryIndexes"), mode),
        "SSESpecification": _encryption(found.get("SSEDescription") or {}),
        "StreamSpecification": _stream(found.get("StreamSpecification") or {}),
        "ProvisionedThroughput": _capacity(found, mode),
    }
    return {key: value for key, value in told.items() if value not in (None, [], {})}


def _capacity(of: Mapping[str, Any], mode: str) -> dict[str, Any] | None:
    """The capacity that is paid for; none where each request is."""
    if mode == _ON_DEMAND:
        return None
    given = of.get("ProvisionedThroughput") or {}
    return {key: given[key] for key in ("ReadCapacityUnits", "WriteCapacityUnits") if key in given}


def _indexes(found: Iterable[Mapping[str, Any]] | None, mode: str) -> list[dict[str, Any]]:
    told = []
    for each in found or ():
        capacity = _capacity(each, mode)
        own = {key: each[key] for key in ("IndexName", "KeySchema", "Projection")}
        told.append({**own, **({"ProvisionedThroughput": capacity} if capacity else {})})
    return told


def _encryption(found: Mapping[str, Any]) -> dict[str, Any] | None:
    if found.get("Status") not in ("ENABLED", "ENABLING", "UPDATING"):
        return None
    key = found.get("KMSMasterKeyArn")
    return {"SSEEnabled": True, "SSEType": "KMS", **({"KMSMasterKeyId": key} if key else {})}


def _stream(found: Mapping[str, Any]) -> dict[str, Any] | None:
    return {"StreamViewType": found["StreamViewType"]} if found.get("StreamEnabled") else None
