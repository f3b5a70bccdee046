"""The consumers of a table's stream: when a replica's table is filled, each item of production's is told to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.template import outward
from dr_orchestrator.aws.template.reading.parts import kind_of
from dr_orchestrator.aws.template.reading.places import places
from dr_orchestrator.aws.template.reading.values import Path, Scope, Untold
from dr_orchestrator.documents.cloudformation import mapping

WHY = "the table is filled with what production has: it would act on each item as if it were new"
_FED = ("KinesisStreamSpecification/StreamArn", "Replicas/*/KinesisStreamSpecification/StreamArn")
_OF_STREAMS = frozenset({"DynamoDBStreamParameters", "KinesisStreamParameters"})


def consumers(scope: Scope, resource: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """The switches of what consumes a table's stream, each with the value that leaves it off."""
    properties = mapping(resource.get("Properties"))
    source, switch, off = outward.CONSUMERS.get(kind_of(resource), ("", "", None))
    if source in properties and any(
        _is_of_table(scope, each, properties) for each in scope.variants(properties.get(source))
    ):
        yield (switch,), off
    if kind_of(resource) == f"{outward.SERVERLESS}Function":
        for path, event in places(properties, ("Events", "*")):
            said = mapping(mapping(event).get("Properties"))
            listens = mapping(event).get("Type") in ("DynamoDB", "Kinesis") and "Stream" in said
            if listens and any(_is_of_table(scope, each, said) for each in scope.variants(said.get("Stream"))):
                yield (*path, "Properties", "Enabled"), False


def _is_of_table(scope: Scope, source: Any, properties: Mapping[str, Any]) -> bool:
    """Whether a source is the stream of a table, or one into which a table writes; so too where it may be."""
    name = scope.owner(source)
    if name in scope.resources:
        resource = scope.resources[name]
        if kind_of(resource) == outward.CONSUMER:
            return _is_of_table(scope, mapping(resource.get("Properties")).get("StreamARN"), properties)
        return kind_of(resource) in outward.TABLES or name in _fed(scope)
    try:
        return ":dynamodb:" in scope.text(source)
    except Untold:
        return "StartingPosition" in properties or not _OF_STREAMS.isdisjoint(
            mapping(properties.get("SourceParameters"))
        )


def _fed(scope: Scope) -> set[str]:
    """The streams into which tables of the template write."""
    tables = [mapping(each.get("Properties")) for each in scope.resources.values() if kind_of(each) in outward.TABLES]
    return {scope.owner(value) for table in tables for key in _FED for _, value in places(table, key.split("/"))}
