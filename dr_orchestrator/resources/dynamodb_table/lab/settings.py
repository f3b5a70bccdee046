"""The settings of a table that moto does not know: who hears of its changes by Kinesis, and Contributor Insights."""

from __future__ import annotations

from typing import Any, cast

from moto.core.responses import ActionResult
from moto.dynamodb.responses import DynamoHandler, DynamoResult

from dr_orchestrator.resources.dynamodb_table.lab.table import JournalledTable


def _table(handler: DynamoHandler) -> JournalledTable:
    return cast(JournalledTable, handler.dynamodb_backend.get_table(str(handler.body["TableName"]).rsplit("/", 1)[-1]))


def _describe_insights(self: DynamoHandler) -> ActionResult:
    table = _table(self)
    return DynamoResult({"TableName": table.name, "ContributorInsightsStatus": table.insights})


def _update_insights(self: DynamoHandler) -> ActionResult:
    table = _table(self)
    table.insights = "ENABLED" if self.body["ContributorInsightsAction"] == "ENABLE" else "DISABLED"
    return DynamoResult({"TableName": table.name, "ContributorInsightsStatus": table.insights})


def _describe_destinations(self: DynamoHandler) -> ActionResult:
    table = _table(self)
    told: list[dict[str, Any]] = [{"StreamArn": arn, "DestinationStatus": "ACTIVE"} for arn in table.destinations]
    return DynamoResult({"TableName": table.name, "KinesisDataStreamDestinations": told})


def _enable_destination(self: DynamoHandler) -> ActionResult:
    table, arn = _table(self), str(self.body["StreamArn"])
    table.destinations = (*table.destinations, arn)
    return DynamoResult({"TableName": table.name, "StreamArn": arn, "DestinationStatus": "ENABLING"})


def _disable_destination(self: DynamoHandler) -> ActionResult:
    table, arn = _table(self), str(self.body["StreamArn"])
    table.destinations = tuple(each for each in table.destinations if each != arn)
    return DynamoResult({"TableName": table.name, "StreamArn": arn, "DestinationStatus": "DISABLING"})


PATCHES = (
    (DynamoHandler, "describe_contributor_insights", _describe_insights),
    (DynamoHandler, "update_contributor_insights", _update_insights),
    (DynamoHandler, "describe_kinesis_streaming_destination", _describe_destinations),
    (DynamoHandler, "enable_kinesis_streaming_destination", _enable_destination),
    (DynamoHandler, "disable_kinesis_streaming_destination", _disable_destination),
)
