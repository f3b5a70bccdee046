"""Changes of what a stack holds already: what a change set says of them, and how they are made.

Sources: docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html: what an update
replaces; .../UserGuide/using-cfn-updating-stacks.html: policies are not updated by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.models import Stack
from moto.dynamodb.models.table import GlobalSecondaryIndex

REPLACING: Mapping[str, frozenset[str]] = {
    "AWS::DynamoDB::Table": frozenset({"TableName", "KeySchema", "LocalSecondaryIndexes", "ImportSourceSpecification"}),
}
"""The types that the lab can change, each with the properties whose change makes another of it."""

POLICIES = frozenset({"DeletionPolicy", "UpdateReplacePolicy"})


def scope(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The parts of a resource that differ."""
    return sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))


def only_policies(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether nothing differs that would be a change by itself."""
    return set(scope(before, after)) <= POLICIES


def replacement(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Whether the change makes another resource of it, as a change set says."""
    was, becomes = before.get("Properties") or {}, after.get("Properties") or {}
    return "True" if REPLACING[after["Type"]] & set(scope(was, becomes)) else "False"


def apply(stack: Stack, table: Any, body: Mapping[str, Any]) -> None:
    """Make a table what its template says of it by now; its tags and its backup are the last touch of any table."""
    given = parsing.clean_json(body.get("Properties", {}), stack.resource_map)
    table.billing_mode = given.get("BillingMode") or "PROVISIONED"
    table.throughput = {"NumberOfDecreasesToday": 0, **_units(given.get("ProvisionedThroughput"))}
    table.deletion_protection_enabled = str(given.get("DeletionProtectionEnabled")).lower() == "true"
    stream = given.get("StreamSpecification")
    if bool(stream) != bool((table.stream_specification or {}).get("StreamEnabled")):
        table.set_stream_specification(dict(stream) if stream else None)
    encryption = given.get("SSESpecification") or {}
    table.sse_specification = {**encryption, "Enabled": True} if encryption.get("SSEEnabled") else None
    table.attr = list(given["AttributeDefinitions"])
    table.global_indexes = list(_indexes(table, given.get("GlobalSecondaryIndexes") or ()))


def _units(given: Mapping[str, Any] | None) -> dict[str, int]:
    return {key: int((given or {}).get(key, 0)) for key in ("ReadCapacityUnits", "WriteCapacityUnits")}


def _indexes(table: Any, wanted: Any) -> Iterator[Any]:
    known = {each.name: each for each in table.global_indexes}
    for each in wanted:
        yield known.get(each["IndexName"]) or GlobalSecondaryIndex.create(each, table.table_key_attrs)
