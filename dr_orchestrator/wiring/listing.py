"""What each type of copy is listed with, by a sweep and by a plan: one entry a type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dr_orchestrator.aws import dynamodb
from dr_orchestrator.aws.calls.api import Api, NotFound
from dr_orchestrator.aws.copies import PREFIX
from dr_orchestrator.domain.run import CopyType
from dr_orchestrator.runner.sweep import Object

TAG = "dr-drill:run"


@dataclass(frozen=True)
class Kit:
    """What a sweep must know of one type: the service that lists it, and how; its name in a template that holds it."""

    service: str
    listing: Callable[[Api], Iterator[Object]]
    in_template: str
    held: Callable[[Api, str], Iterator[tuple[CopyType, str]]] | None = None


def _instances(api: Api) -> Iterator[Object]:
    for each in api.pages("DescribeDBInstances", "DBInstances"):
        name, going = each["DBInstanceIdentifier"], each.get("DBInstanceStatus") == "deleting"
        run = _run(each.get("TagList", []))
        yield Object(CopyType.RDS_INSTANCE, api.region, name, each["DbiResourceId"], run, going)


def _stacks(api: Api) -> Iterator[Object]:
    for each in api.pages("DescribeStacks", "Stacks"):
        if (status := each["StackStatus"]) != "DELETE_COMPLETE":
            name, run, going = each["StackName"], _run(each.get("Tags", [])), status == "DELETE_IN_PROGRESS"
            yield Object(CopyType.CLOUDFORMATION_STACK, api.region, name, each["StackId"], run, going)


def _tables(api: Api) -> Iterator[Object]:
    """Only tables that are named like copies are described: a listing gives names, and one call a table is many."""
    for name in map(str, api.pages("ListTables", "TableNames")):
        if not name.startswith(PREFIX):
            yield Object(CopyType.DYNAMODB_TABLE, api.region, name)
        elif table := dynamodb.describe(api, name):
            run, going = _run(_tags(api, table)), table.get("TableStatus") == "DELETING"
            yield Object(CopyType.DYNAMODB_TABLE, api.region, name, dynamodb.unique_id(table), run, going)


def _tags(api: Api, table: Mapping[str, Any]) -> list[Mapping[str, str]]:
    """The tags of a table; one that has gone since it was listed has none."""
    try:
        return list(api.pages("ListTagsOfResource", "Tags", ResourceArn=table["TableArn"]))
    except NotFound:
        return []


def _run(tags: Iterable[Mapping[str, str]]) -> str | None:
    return next((tag["Value"] for tag in tags if tag["Key"] == TAG), None)


def _held(api: Api, stack: str) -> Iterator[tuple[CopyType, str]]:
    names = {kit.in_template: of for of, kit in KITS.items()}
    for each in api.pages("ListStackResources", "StackResourceSummaries", StackName=stack):
        of, name = names.get(each["ResourceType"]), str(each.get("PhysicalResourceId") or "")
        if of is not None and name:
            yield of, name
            if KITS[of].held is not None:
                yield from _held(api, name)


KITS: Mapping[CopyType, Kit] = {
    CopyType.RDS_INSTANCE: Kit("rds", _instances, "AWS::RDS::DBInstance"),
    CopyType.CLOUDFORMATION_STACK: Kit("cloudformation", _stacks, "AWS::CloudFormation::Stack", _held),
    CopyType.DYNAMODB_TABLE: Kit("dynamodb", _tables, "AWS::DynamoDB::Table"),
}
"""What is known of each type; a type that is missing here is swept by nobody."""
