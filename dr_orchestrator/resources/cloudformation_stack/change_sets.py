"""The change sets of a copy: one to see what AWS makes of a template, one to make the stack of what was judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from dr_orchestrator.aws.calls.answers import Strange
from dr_orchestrator.aws.calls.api import NotFound, Refused
from dr_orchestrator.aws.copies import Live
from dr_orchestrator.aws.template import outward
from dr_orchestrator.aws.template.expanded import Processed, nested_in, parsed
from dr_orchestrator.aws.template.given import Given
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import ABSENT, Feed, Sighting, States
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.cloudformation_stack import shelving
from dr_orchestrator.resources.cloudformation_stack.stack import IMPORTED, REVIEW, live_of

LOOK, IMPORT, MAKE = "look", "import", "make"
"""The names that change sets end with: what AWS makes of it is read of the first; the others are executed."""

NEW, BRING, ADD = "CREATE", "IMPORT", "UPDATE"
"""The types of change sets: of a new stack, of resources that are there already, of the rest of a stack with those."""

CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")
_DEAD = ("FAILED", "DELETE_PENDING", "DELETE_IN_PROGRESS", "DELETE_COMPLETE", "DELETE_FAILED")
_STATES = States(
    ready=frozenset({REVIEW, IMPORTED}),  # once the change set is complete
    dead=frozenset({f"in review, its change set {each}" for each in _DEAD}),
    progress=frozenset({ABSENT}),
)
_BUSY = "InvalidChangeSetStatus"
QUOTA = frozenset({"LimitExceededException"})
"""The answer of CloudFormation while the account has as many stacks as it may."""


class ChangeSets:
    """The change sets of a stack that is not made yet."""

    def __init__(self, toolkit: Toolkit) -> None:
        self._toolkit = toolkit
        self._api = toolkit.account.api("cloudformation")

    def ask(
        self,
        copy: Copy,
        which: str,
        given: Given,
        worn: Mapping[str, str],
        of: str = NEW,
        brings: Sequence[Mapping[str, Any]] = (),
    ) -> tuple[str, str]:
        """Ask for one of a type; its ARN, and the id of the stack that stands in review with it, or has imported.

        `brings` are the resources that it imports, `worn` the tags that the stack has beside the run's.
        """
        more: dict[str, Any] = {"ResourcesToImport": list(brings)} if brings else {}
        if of == NEW:
            more["OnStackFailure"] = "DO_NOTHING"
        text = {"TemplateURL": given.url} if given.url else {"TemplateBody": given.body}
        create = partial(
            self._api.call,
            "CreateChangeSet",
            StackName=copy.id,
            ChangeSetName=f"{copy.id}-{which}",
            ChangeSetType=of,
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.parameters.items()],
            Capabilities=list(CAPABILITIES),
            IncludeNestedStacks=given.nests,
            ClientToken=f"{copy.id}-{which}",
            Tags=[{"Key": key, "Value": value} for key, value in {**worn, **copy.tags, **shelving.tags(given)}.items()],
            **text,
            **more,
        )
        answer = self._toolkit.ask(create, QUOTA)
        change_set, stack = str(answer["Id"]), str(answer["StackId"])
        if f":stack/{copy.id}/" not in stack or f":changeSet/{copy.id}-{which}/" not in change_set:
            raise Strange(f"asked for {copy.id}, it made {change_set} of {stack}", "cloudformation:CreateChangeSet")
        return change_set, stack

    def await_ready(self, copy: Copy, change_set: str, during: str = REVIEW) -> None:
        """Wait until it is prepared, in that state of the stack; NotRecoverable, with AWS's reason, where it is not."""
        try:
            self._toolkit.wait_until_ready(self._feed(copy, change_set, during), copy, _STATES, _is_complete)
        except NotRecoverable as fault:
            reason = (self._described(change_set) or {}).get("StatusReason", "")
            raise NotRecoverable(f"{fault.message}; {reason}" if reason else fault.message, fault.hint) from fault

    def changes(self, change_set: str) -> dict[str, str]:
        """The change that it makes of each resource, by logical id: Add, Import, Modify, Remove, or Replace."""
        told = {}
        for each in self._api.pages("DescribeChangeSet", "Changes", ChangeSetName=change_set):
            change = each.get("ResourceChange", {})
            replaces = change.get("Replacement") in ("True", "Conditional")
            told[str(change.get("LogicalResourceId"))] = "Replace" if replaces else str(change.get("Action"))
        return told

    def read(self, change_set: str, file: str) -> Processed:
        """The template as AWS has processed it, and those of the stacks within."""
        changes = list(self._api.pages("DescribeChangeSet", "Changes", ChangeSetName=change_set))
        described = self._described(change_set)
        if described is None:
            raise NotMeasured(f"the change set {change_set} is gone", call="cloudformation:DescribeChangeSet")
        answer = self._api.call("GetTemplate", ChangeSetName=change_set, TemplateStage="Processed")
        data = parsed(answer["TemplateBody"], file)
        within = {}
        for name, inner in _within(changes):
            if not inner:
                raise NotMeasured(f"AWS tells no change set of {name}, so nobody can judge it", call=_GET)
            within[name] = self.read(inner, f"{file}({name})")
        if strange := within.keys() - nested_in(data):
            raise NotMeasured(f"AWS tells of stacks that are in no template: {', '.join(sorted(strange))}", call=_GET)
        return Processed(data, dict(_looked_up(described.get("Parameters", []))), within)

    def execute(self, copy: Copy, change_set: str, stack: str, of: str = NEW) -> None:
        """Have it done; what was asked for already is not asked for twice. What fails stays as it failed."""
        token = copy.id if of == NEW else f"{copy.id}-{of.lower()}"
        more = {"DisableRollback": True} if of == ADD else {}
        given = {"ChangeSetName": change_set, "StackName": stack, "ClientRequestToken": token, **more}
        try:
            self._api.call("ExecuteChangeSet", **given)
        except Refused as refused:
            execution = self._execution(change_set) if refused.code == _BUSY else ""
            if execution == "OBSOLETE":
                told = f"the change set {change_set} expired before it was executed"
                raise NotMeasured(told, "nothing was executed; run the drill again", _EXECUTE) from refused
            if execution not in ("EXECUTE_IN_PROGRESS", "EXECUTE_COMPLETE"):
                raise

    def drop(self, copy: Copy, stack: str) -> None:
        """Delete all that a stack in review has, and with them what stands in review for the stacks within."""
        for each in self.of(stack):
            self._toolkit.retry_while(partial(self._delete, each, stack), _BUSY)
        left = self._toolkit.absence_confirmed(lambda: [*self.of(stack), *self._left_within(stack)])
        if left:
            told = f"{copy.id} in review left {', '.join(left)} behind"
            raise NotMeasured(told, "delete by hand what is there", "cloudformation:DeleteChangeSet")

    def _delete(self, change_set: str, stack: str) -> None:
        self._api.call("DeleteChangeSet", ChangeSetName=change_set, StackName=stack)

    def of(self, stack: str) -> list[str]:
        """The ARNs of those that a stack has."""
        return [str(each["ChangeSetId"]) for each in self._api.pages("ListChangeSets", "Summaries", StackName=stack)]

    def tags(self, stack: str) -> dict[str, str] | None:
        """The tags that a stack in review is going to wear, as all its change sets say; None where it has none."""
        worn = None
        for each in self.of(stack):
            tags = {tag["Key"]: tag["Value"] for tag in (self._described(each) or {}).get("Tags", [])}
            worn = tags if worn is None or worn == tags else {}
        return worn

    def live(self, copy: Copy, described: Mapping[str, Any]) -> Live:
        """A stack as it is proven; one in review wears no tags yet, but its change sets say which it is going to.

        One that has none any more is known by its id alone.
        """
        seen = live_of(described)
        if described["StackStatus"] != REVIEW:
            return seen
        row, tags = self._toolkit.proofs.record(copy), self.tags(seen.unique_id)
        known = row is not None and row.identity is not None and row.identity.unique_id == seen.unique_id
        return replace(seen, tags=tags or {}, derived=tags is None and known)

    def _left_within(self, stack: str) -> list[str]:
        found = self._api.pages("DescribeStacks", "Stacks")
        return [each["StackName"] for each in found if each.get("RootId") == stack and each["StackStatus"] == REVIEW]

    def _execution(self, change_set: str) -> str:
        return str((self._described(change_set) or {}).get("ExecutionStatus", ""))

    def _described(self, change_set: str) -> Mapping[str, Any] | None:
        try:
            return self._api.call("DescribeChangeSet", ChangeSetName=change_set)
        except NotFound:
            return None

    def _feed(self, copy: Copy, change_set: str, during: str) -> Feed:
        def look(_: Iterable[str]) -> dict[str, Sighting]:
            found = self._described(change_set)
            status = f"in review, its change set {found['Status']}" if found and found["Status"] in _DEAD else during
            return {copy.id: Sighting(status, found)} if found else {}

        return self._toolkit.watcher.feed((self._api.endpoint, self._api.region, change_set, "change-set"), look)


def _is_complete(seen: Sighting) -> bool:
    return bool(seen.detail.get("Status") == "CREATE_COMPLETE")


_GET, _EXECUTE = "cloudformation:DescribeChangeSet", "cloudformation:ExecuteChangeSet"


def _within(changes: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """The stacks within that are to be made, by logical id, with the change set of each."""
    for each in changes:
        change = each.get("ResourceChange", {})
        if change.get("ResourceType") == outward.NESTED:
            yield str(change["LogicalResourceId"]), str(change.get("ChangeSetId", ""))


def _looked_up(parameters: Iterable[Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    """The parameters whose values AWS found in the account's Parameter Store."""
    for each in parameters:
        if "ResolvedValue" in each and not each.get("ParameterValue", "").startswith(outward.OF_EVERYBODY):
            yield each["ParameterKey"], each["ResolvedValue"]
