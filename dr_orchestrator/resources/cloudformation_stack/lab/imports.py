"""Resources that exist already, given to a stack by a change set of type IMPORT.

Source: docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-manually.html: what AWS validates before
an import; the words of its refusals as users report them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from moto.cloudformation import models, parsing
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends

from dr_orchestrator.lab.cloud.world import world
from dr_orchestrator.resources.cloudformation_stack.lab import work
from dr_orchestrator.resources.cloudformation_stack.lab.work import NESTED, REVIEW, TimedStack

EACH = 8.0
"""Lab seconds that the import of a resource takes."""

gone = work.gone


class Refused(Exception):
    """AWS does not import it; the text is its reason."""


def _table(account: str, region: str, name: str) -> Any:
    return dynamodb_backends[account][region].tables.get(name)


def _bucket(account: str, region: str, name: str) -> Any:  # noqa: ARG001 - buckets are of no region here
    return s3_backends[account]["aws"].buckets.get(name)


IMPORTABLE: Mapping[str, tuple[str, Callable[[str, str, str], Any]]] = {
    "AWS::DynamoDB::Table": ("TableName", _table),
    "AWS::S3::Bucket": ("BucketName", _bucket),
}
"""The types that the lab can import: the property that identifies one, and how it is found."""


def refuse(draft: TimedStack, stack: TimedStack, wanted: Sequence[Mapping[str, Any]]) -> None:
    """Refused, where AWS would refuse the import of these into the stack that the draft would make of it."""
    resources = draft.declared["Resources"]
    if not wanted:
        raise Refused("Must Provide at least one resource to import")
    names = [str(each["LogicalResourceId"]) for each in wanted]
    _refuse_names(names, resources, stack)
    for each in wanted:
        _refuse_identity(each, draft)
    before = stack.declared.get("Resources", {})
    others = [name for name in resources if name not in names and name not in before]
    changed = [name for name in before if resources.get(name) != before[name]]
    if others or changed:
        told = "As part of the import operation, you cannot modify or add"
        raise Refused(f"{told} [{', '.join(others or changed)}]")
    if stack.status != REVIEW and draft.declared.get("Outputs") != stack.declared.get("Outputs"):
        raise Refused("As part of the import operation, you cannot modify or add [Outputs]")


def _refuse_names(names: Sequence[str], resources: Mapping[str, Any], stack: TimedStack) -> None:
    if missing := [name for name in names if name not in resources]:
        told = "provided in ResourceToImport do not exist in the template."
        raise Refused(f"The logical resource ids [{', '.join(missing)}] {told}")
    if held := [name for name in names if name in stack.built()]:
        told = "passed in ResourceToImport are already in a stack and cannot be imported."
        raise Refused(f"Resources [{', '.join(held)}] {told}")
    if without := [name for name in names if "DeletionPolicy" not in resources[name]]:
        told = "must have DeletionPolicy attribute specified in the template."
        raise Refused(f"The following resources to import [{', '.join(without)}] {told}")


def _refuse_identity(wanted: Mapping[str, Any], draft: TimedStack) -> None:
    name, of = str(wanted["LogicalResourceId"]), str(wanted["ResourceType"])
    body = draft.declared["Resources"][name]
    if of != body["Type"]:
        told = f"Resource type in ResourceToImport: {of}; Resource type in Template: {body['Type']}."
        raise Refused(
            f"Resource type of [{name}] passed in ResourceToImport does not match with "
            f"resource type defined in the template. {told}"
        )
    if of not in IMPORTABLE or of == NESTED:
        raise Refused(f"ResourceTypes [{of}] are not supported for Import")
    key, find = IMPORTABLE[of]
    identifier: Mapping[str, str] = wanted.get("ResourceIdentifier") or {}
    if set(identifier) != {key}:
        raise Refused(f"Invalid resource identifier for resource type {of}. Expected [{key}]")
    written = parsing.clean_json(body.get("Properties", {}).get(key), draft.resource_map)
    if written is not None and written != identifier[key]:
        raise Refused(
            f"The Identifier [{key}] for resource [{name}] has value [{identifier[key]}], "
            f"which does not match template value [{written}]"
        )
    found = find(draft.account_id, draft.region_name, identifier[key])
    if found is None:
        raise Refused(f"Resource of type '{of}' with identifier '{identifier[key]}' was not found.")
    if owner := _owner(found, draft):
        raise Refused(f"{identifier[key]} already exists in stack {owner.stack_id}")


def _owner(found: Any, draft: TimedStack) -> TimedStack | None:
    """The stack that holds an object."""
    for each in models.cloudformation_backends[draft.account_id][draft.region_name].stacks.values():
        if isinstance(each, TimedStack) and any(held is found for held in each.built().values()):
            return each
    return None


class Importing:
    """The import of resources into a stack, one after another, from the agenda."""

    def __init__(self, stack: TimedStack, wanted: Sequence[Mapping[str, Any]]) -> None:
        self._stack, self._wanted = stack, wanted

    def schedule(self) -> None:
        """Note each import, then the end."""
        self._stack.turn("IMPORT_IN_PROGRESS", "User Initiated")
        at = world().now()
        for each in self._wanted:
            self._stack.tell(str(each["LogicalResourceId"]), "IMPORT_IN_PROGRESS")
            at += world().jitter(EACH) if not world().hurried else timedelta(0)
            world().agenda.at(at, lambda each=each: self._import(each))  # type: ignore[misc]
        world().agenda.at(at, self._end)

    def _import(self, wanted: Mapping[str, Any]) -> None:
        """Take it as it is: nothing of it is changed, and where it is otherwise than the template it has drifted."""
        name, of = str(wanted["LogicalResourceId"]), str(wanted["ResourceType"])
        key, find = IMPORTABLE[of]
        found = find(self._stack.account_id, self._stack.region_name, wanted["ResourceIdentifier"][key])
        if found is None or self._stack.status != "IMPORT_IN_PROGRESS":
            if found is None:
                self._stack.tell(name, "IMPORT_FAILED", "Resource was not found.")
                self._stack.turn(
                    "IMPORT_ROLLBACK_IN_PROGRESS", f"The following resource(s) failed to import: [{name}]."
                )
            return
        found.logical_resource_id, found.cf_resource_type = name, of
        self._stack.resource_map._parsed_resources[name] = found
        self._stack.tell(name, "IMPORT_COMPLETE")

    def _end(self) -> None:
        if self._stack.status == "IMPORT_IN_PROGRESS":
            self._stack.turn("IMPORT_COMPLETE")
        else:
            for each in self._wanted:
                self._stack.resource_map._parsed_resources.pop(str(each["LogicalResourceId"]), None)
            self._stack.turn("IMPORT_ROLLBACK_COMPLETE")
