"""Change sets: prepared in lab time from a template that AWS processes first, executed once, by whoever asks.

Sources: docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html, API_ExecuteChangeSet.html,
API_DeleteChangeSet.html, and .../UserGuide/change-sets-for-nested-stacks.html.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import AlreadyExistsException, CloudFormationError, ValidationError
from moto.cloudformation.utils import generate_changeset_id

from dr_orchestrator.lab.cloud.lifecycle import Timeline, passing
from dr_orchestrator.lab.cloud.world import world
from dr_orchestrator.resources.cloudformation_stack.lab import imports, nested, texts, updates
from dr_orchestrator.resources.cloudformation_stack.lab.transforms.expanding import TransformFailed, expanded
from dr_orchestrator.resources.cloudformation_stack.lab.transforms.parameters import Parameters
from dr_orchestrator.resources.cloudformation_stack.lab.work import NESTED, REVIEW, Building, TimedStack, refuse_unknown

PENDING, PREPARING = 2.0, 12.0
"""Lab seconds that a change set is CREATE_PENDING, and CREATE_IN_PROGRESS."""

IN_USE, OBSOLETE = "AVAILABLE", "OBSOLETE"
NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set."
_ROLES = frozenset({"AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::User"})
_NAMES = ("RoleName", "PolicyName", "ManagedPolicyName", "UserName")
_UPDATABLE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")


class NotThere(CloudFormationError):
    """There is no such change set."""

    code = "ChangeSetNotFound"


class Unfit(CloudFormationError):
    """The change set is not in a state for what is asked of it."""

    code = "InvalidChangeSetStatus"


class Uncapable(CloudFormationError):
    """The call does not acknowledge what the template can do."""

    code = "InsufficientCapabilitiesException"


@dataclass(frozen=True)
class Wanted:
    """The parameters of CreateChangeSet."""

    kind: str
    name: str
    text: str
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    capabilities: Sequence[str] = ()
    token: str = ""
    description: str = ""
    on_failure: str = ""
    nested: bool = False
    imports: Sequence[Mapping[str, Any]] = ()

    @property
    def keeps(self) -> bool:
        """Whether what fails is kept as it failed."""
        return self.on_failure == "DO_NOTHING"


@dataclass
class Prepared:
    """A change set; `fault` is why it is FAILED, `children` are those of the stacks within, by logical id."""

    id: str
    stack: TimedStack
    wanted: Wanted
    created: datetime
    timeline: Timeline
    original: str = ""
    processed: str = ""
    fault: str = ""
    parameters: list[dict[str, str]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    children: dict[str, Prepared] = field(default_factory=dict)
    parent: str | None = None
    root: str | None = None
    executed: bool = False
    obsolete: bool = False

    @property
    def status(self) -> str:
        """The state by now."""
        return self.timeline.at(world().now())

    @property
    def execution(self) -> str:
        """Whether it can be executed, or what became of that."""
        if self.executed:
            return _executed(self.stack.status)
        if self.status != "CREATE_COMPLETE":
            return "UNAVAILABLE"
        return OBSOLETE if self.obsolete else IN_USE

    @property
    def stages(self) -> list[str]:
        """The stages in which its template can be read by now."""
        return ["Original", "Processed"] if self.status == "CREATE_COMPLETE" else ["Original"]


def prepare(stack: TimedStack, wanted: Wanted, around: Prepared | None = None) -> Prepared:
    """A change set for a stack; what is wrong with the template is told once it was looked at, as FAILED."""
    made = Prepared(
        generate_changeset_id(wanted.name, stack.region_name, stack.account_id),
        stack,
        wanted,
        world().now(),
        passing([], "CREATE_COMPLETE"),
        original=wanted.text,
    )
    if around is not None:
        made.parent, made.root = around.id, around.root or around.id
    try:
        _process(made)
    except (TransformFailed, imports.Refused) as wrong:
        made.fault = str(wrong)
    except CloudFormationError as wrong:
        made.fault = wrong.message
    fate = world().faults.fate("cloudformation", "CreateChangeSet", stack.name)
    made.obsolete = fate == OBSOLETE
    made.fault = made.fault or ("asked for by a fault rule of the lab" if fate == "FAILED" else "")
    ends = "FAILED" if made.fault else "CREATE_COMPLETE"
    stuck = fate if fate == "stuck" else ""
    made.timeline = passing([("CREATE_PENDING", PENDING), ("CREATE_IN_PROGRESS", PREPARING)], ends, stuck)
    stack.change_set_id = made.id
    return made


def _process(made: Prepared) -> None:
    stack, wanted = made.stack, made.wanted
    template = texts.parsed(wanted.text)
    parameters = Parameters(template, wanted.parameters, stack.region_name)
    made.parameters = parameters.described()
    result = expanded(template, parameters.values(), stack.region_name)
    made.processed = wanted.text if result == template else texts.written(result)
    _refuse_unsound(result, wanted.capabilities)
    draft = _draft(stack, made.processed, wanted.parameters)
    draft.build_order()
    made.changes = list(_changes(made, draft))
    if not made.changes:
        raise ValidationError(message=NO_CHANGES)


def _draft(stack: TimedStack, processed: str, parameters: Mapping[str, str]) -> TimedStack:
    """The stack as it would be, apart from the one that is there."""
    draft = TimedStack(  # type: ignore[abstract] # moto's are too
        stack_id=stack.stack_id,
        name=stack.name,
        template=processed,
        parameters=dict(parameters),
        account_id=stack.account_id,
        region_name=stack.region_name,
        cross_stack_resources=stack.cross_stack_resources,
    )
    draft.resource_map._parsed_resources.update(stack.built())
    return draft


def _refuse_unsound(template: Mapping[str, Any], capabilities: Sequence[str]) -> None:
    resources = template.get("Resources") or {}
    types = {str(body.get("Type")) for body in resources.values()}
    refuse_unknown(types)
    named = any(
        set(body.get("Properties") or {}) & set(_NAMES) for body in resources.values() if body["Type"] in _ROLES
    )
    needs = "CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM"
    if types & _ROLES and not {needs, "CAPABILITY_NAMED_IAM"} & set(capabilities):
        raise Uncapable(f"Requires capabilities : [{needs}]")


def _changes(made: Prepared, draft: TimedStack) -> Iterator[dict[str, Any]]:
    stack, wanted, resources = made.stack, made.wanted, draft.declared["Resources"]
    before = stack.declared.get("Resources", {})
    if wanted.kind == "IMPORT":
        imports.refuse(draft, stack, wanted.imports)
        brought = {str(each["LogicalResourceId"]) for each in wanted.imports}
        for name in resources:
            if name in brought:
                yield _change("Import", name, resources[name]["Type"])
        return
    changed = sorted(name for name in before if resources.get(name) != before[name])
    if strange := [each for each in changed if resources.get(each, {}).get("Type") not in updates.REPLACING]:
        raise NotImplementedError(f"it changes tables alone, and not {', '.join(strange)}")
    for name in changed:
        if not updates.only_policies(before[name], resources[name]):
            yield _modify(name, before[name], resources[name])
    for name, body in resources.items():
        if name in before or not draft.wanted(name):
            continue
        change = _change("Add", name, body["Type"])
        if body["Type"] == NESTED and wanted.nested:
            made.children[name] = _child(made, draft, name)
            change["ResourceChange"]["ChangeSetId"] = made.children[name].id
        yield change


def _change(action: str, name: str, of: str) -> dict[str, Any]:
    told = {"Action": action, "LogicalResourceId": name, "ResourceType": of, "Scope": [], "Details": []}
    return {"Type": "Resource", "ResourceChange": told}


def _modify(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    change = _change("Modify", name, after["Type"])
    change["ResourceChange"] |= {
        "Scope": updates.scope(before, after),
        "Replacement": updates.replacement(before, after),
    }
    return change


def _child(made: Prepared, draft: TimedStack, name: str) -> Prepared:
    """The change set of a stack within: what only the stacks around it know by then is left open."""
    properties = draft.template_dict["Resources"][name].get("Properties") or {}
    url = parsing.clean_json(properties.get("TemplateURL"), draft.resource_map)
    text = texts.stored(str(url))
    given = {}
    for key, value in (properties.get("Parameters") or {}).items():
        open_ = any(each in draft.template_dict["Resources"] for each in _references(value))
        given[key] = "" if open_ else nested.as_text(parsing.clean_json(value, draft.resource_map))
    parent = made.stack
    stack = nested.new(nested.name_of(parent, name), {}, parent.region_name, parent.account_id, parent)
    stack.logical_resource_id = name
    wanted = Wanted(
        "CREATE",
        made.wanted.name,
        text,
        given,
        {},
        made.wanted.capabilities,
        nested=True,
        on_failure=made.wanted.on_failure,
    )
    child = prepare(stack, wanted, made)
    stack.prepared = child
    if child.fault:
        raise ValidationError(
            message=f"Nested change set {child.id} was not successfully created: Currently in FAILED."
        )
    return child


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for each in part:
            yield from _references(each)
    elif isinstance(part, dict):
        for key, value in part.items():
            if key == "Ref":
                yield str(value)
            elif key == "Fn::GetAtt":
                yield str(value[0] if isinstance(value, list) else value.split(".")[0])
            elif key == "Fn::Sub":
                text = value[0] if isinstance(value, list) else value
                yield from (each.split("}")[0].split(".")[0] for each in text.split("${")[1:])
            else:
                yield from _references(value)


def _executed(status: str) -> str:
    if status.endswith("_COMPLETE") and "ROLLBACK" not in status:
        return "EXECUTE_COMPLETE"
    return "EXECUTE_IN_PROGRESS" if status.endswith("_IN_PROGRESS") else "EXECUTE_FAILED"


class ChangeSets:
    """The change sets of an account in a region, by id."""

    def __init__(self) -> None:
        self.all: dict[str, Prepared] = {}

    def of(self, stack: TimedStack) -> list[Prepared]:
        """Those of one stack."""
        return [each for each in self.all.values() if each.stack is stack]

    def found(self, name: str, stack: str) -> Prepared:
        """The change set of that id, or of that name and stack; NotThere where there is none."""
        for each in self.all.values():
            if each.id == name or (each.wanted.name == name and stack in (each.stack.name, each.stack.stack_id)):
                return each
        raise NotThere(f"ChangeSet [{name}] does not exist")

    def create(self, stack: TimedStack, wanted: Wanted) -> Prepared:
        """Make one; the same again where the call is the same, refused where its name is taken."""
        for each in self.of(stack):
            if each.wanted.name != wanted.name:
                continue
            if each.wanted == wanted and wanted.token:
                return each
            told = "cannot be created due to a mismatch with existing attribute Template"
            if not wanted.token or each.wanted.token != wanted.token:
                told = "already exists"
            raise AlreadyExistsException(f"ChangeSet {wanted.name} {told}")
        made = prepare(stack, wanted)
        for each in _family(made):
            self.all[each.id] = each
        return made

    def delete(self, name: str, stack: str) -> None:
        """Forget one, with those of the stacks within and the stacks that were there for them alone."""
        try:
            found = self.found(name, stack)
        except NotThere:
            return  # what was wanted
        if found.execution == "EXECUTE_IN_PROGRESS" or found.status in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
            told = (
                "An operation on this ChangeSet is currently in progress.  Please attempt this operation again later."
            )
            raise Unfit(told)
        if found.parent:
            raise ValidationError(message="Delete the change sets of stacks within by that of the root.")
        for each in _family(found):
            self.all.pop(each.id, None)
            if each.parent and each.stack.status == REVIEW:
                each.stack.turn("DELETE_COMPLETE")
                imports.gone(each.stack)

    def execute(self, name: str, stack: str, disable_rollback: bool | None) -> None:
        """Make what it tells of; the stack's other change sets are gone with that."""
        found = self.found(name, stack)
        if found.parent:
            raise ValidationError(message="Execute the change sets of stacks within by that of the root.")
        if found.status != "CREATE_COMPLETE":
            raise Unfit(f"ChangeSet [{found.id}] cannot be executed in its current status of [{found.status}]")
        if found.execution != IN_USE:
            told = f"cannot be executed in its current execution status of [{found.execution}]"
            raise Unfit(f"ChangeSet [{found.id}] {told}")
        if disable_rollback is not None and found.wanted.on_failure:
            told = "You cannot specify DisableRollback where the change set specifies OnStackFailure"
            raise ValidationError(message=told)
        for other in self.of(found.stack):
            if other is not found:
                self.all.pop(other.id, None)
        found.executed = True
        _execute(found, found.wanted.keeps or bool(disable_rollback))


def _family(made: Prepared) -> Iterator[Prepared]:
    yield made
    for each in made.children.values():
        yield from _family(each)


def _execute(found: Prepared, keeps: bool) -> None:
    stack, wanted = found.stack, found.wanted
    before = dict(stack.declared.get("Resources", {}))
    stack.tags = dict(wanted.tags) or stack.tags
    stack.take(found.processed, found.original, dict(wanted.parameters))
    if wanted.kind == "IMPORT":
        imports.Importing(stack, wanted.imports).schedule()
        return
    after = stack.declared["Resources"]
    changed = {name for name, body in before.items() if after.get(name) != body}
    order = stack.build_order((set(after) - set(before)) | changed)
    stack.turn(f"{wanted.kind}_IN_PROGRESS", "User Initiated")
    Building(stack, order, nested.begin, wanted.kind, keeps, "ExecuteChangeSet", changed).schedule()


def refuse(stack: TimedStack | None, wanted: Wanted, name: str) -> None:
    """Raise ValidationError, in AWS's words, where the state of the stack forbids such a change set."""
    if wanted.kind == "CREATE" and stack is not None and stack.status != REVIEW:
        told = f"Stack [{name}] already exists and cannot be created again with the changeSet [{wanted.name}]."
        raise ValidationError(message=told)
    if wanted.kind == "UPDATE" and stack is None:
        raise ValidationError(message=f"Stack [{name}] does not exist")
    if wanted.kind in ("UPDATE", "IMPORT") and stack is not None:
        fits = (*_UPDATABLE, REVIEW) if wanted.kind == "IMPORT" else _UPDATABLE
        if stack.status not in fits:
            raise ValidationError(message=f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated.")
