"""A stack's resources, made and removed one after another in lab time, each with its events."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, cast

from moto.cloudformation import models, parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import Event, Stack
from moto.core.common_models import CloudFormationModel

from dr_orchestrator.lab.cloud import apis, functions, lifecycle
from dr_orchestrator.lab.cloud.templates import dependencies
from dr_orchestrator.lab.cloud.world import world
from dr_orchestrator.resources.cloudformation_stack.lab import finishing, updates
from dr_orchestrator.resources.cloudformation_stack.lab.parts import Resources

# Lab seconds; what is not listed is quick.
CREATION = {
    "AWS::DynamoDB::Table": 35.0,
    "AWS::Lambda::Function": 25.0,
    "AWS::IAM::Role": 20.0,
    "AWS::SQS::Queue": 62.0,
    "AWS::Events::Rule": 62.0,
    "AWS::RDS::DBCluster": 2 * lifecycle.MINUTE,
    "AWS::RDS::DBInstance": lifecycle.CREATE_INSTANCE,
    functions.FunctionUrl.cloudformation_type(): 8.0,
    apis.HttpApi.cloudformation_type(): 12.0,
}
QUICK = 8.0
NESTED = "AWS::CloudFormation::Stack"
AGAIN = 10.0
"""Lab seconds after which a stack within is looked at again."""

SOON = timedelta(seconds=1)
RESTORED = lifecycle.RESTORE_BASE + 100 * lifecycle.RESTORE_PER_GIB
"""A database that is made from a recovery point, of about 100 GiB."""
_POINTS = frozenset({"DBSnapshotIdentifier", "RestoreTime", "SnapshotIdentifier", "RestoreToTime"})
DELETION = {
    "AWS::RDS::DBCluster": 2 * lifecycle.MINUTE,
    "AWS::RDS::DBInstance": lifecycle.DELETE_INSTANCE,
    "AWS::SQS::Queue": 62.0,
    "AWS::Events::Rule": 62.0,
    "AWS::DynamoDB::Table": 30.0,
}
SETTLE = 5.0
REVIEW = "REVIEW_IN_PROGRESS"
_COMPLETE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")
Within = Callable[["TimedStack", str], "TimedStack"]
"""Begins the stack that a resource of a stack is, by its logical id."""


def known_types() -> set[str]:
    """The types that the lab can build; moto skips what it cannot, and calls the stack complete all the same."""
    return set(parsing.get_model_map()) - {"?", "AWS::SERVICE::RESOURCE"}


def refuse_unknown(types: Collection[str]) -> None:
    """Refuse types that the lab cannot build, as all that it lacks: that says nothing of the template, nor of AWS."""
    if unknown := sorted(set(types) - known_types()):
        told = f"it makes no {', '.join(unknown)}, though AWS may: in the lab, name what is of these in `leave_out`"
        raise NotImplementedError(told)


class TimedStack(Stack):
    """A stack that comes into being step by step; only what has been built shows, and goes on to once it is removed."""

    cf_resource_type, logical_resource_id = NESTED, ""
    prepared: Any = None
    """The change set of a stack within that waits in review."""

    parent_id: str | None = None
    root_id: str | None = None
    change_set_id: str | None = None
    given_text: str = ""
    """The template as it was given; `template` is what AWS made of it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.removed: dict[str, Any] = {}
        super().__init__(*args, **kwargs)

    @property
    def physical_resource_id(self) -> str:
        """Its id; moto says its name."""
        return self.stack_id

    def get_cfn_attribute(self, attribute_name: str) -> Any:
        """An output, as the stack around it asks for it."""
        told = {each["OutputKey"]: each["OutputValue"] for each in self.outputs or ()}
        key = attribute_name.removeprefix("Outputs.")
        if key not in told:
            raise ValidationError(message=f"Output '{key}' not found in stack '{self.stack_id}'")
        return told[key]

    def _create_resource_map(self) -> parsing.ResourceMap:
        made = super()._create_resource_map()
        cast(Resources, made).removed = self.removed
        return made

    @property
    def declared(self) -> dict[str, Any]:
        """Its template as data, which moto writes into as it builds."""
        return self.parse_template(self.template) if isinstance(self.template, str) else {}

    def take(self, template: str, given_text: str, parameters: dict[str, Any]) -> None:
        """Be of a template from now on; what is built stays."""
        built = self.built()
        self.template, self.given_text, self.parameters = template, given_text, parameters
        self._parse_template()
        self.resource_map = self._create_resource_map()
        self.resource_map._parsed_resources.update(built)
        self.output_map = self._create_output_map()
        self.description = self.template_dict.get("Description")

    def build_order(self, only: Collection[str] | None = None) -> list[tuple[str, float, float]]:
        """Each resource with when its creation starts and ends, in seconds; what can go side by side does."""
        waits = dependencies(self.template_dict)
        if only is not None:
            waits = {name: others & set(only) for name, others in waits.items() if name in only}
        ends: dict[str, float] = {}
        order: list[tuple[str, float, float]] = []
        while waits:
            ready = [name for name, others in waits.items() if not others - ends.keys()]
            if not ready:
                raise ValidationError(message="Circular dependency between resources: " + ", ".join(sorted(waits)))
            for name in ready:
                start = max((ends[other] for other in waits.pop(name)), default=SETTLE)
                ends[name] = start + world().jitter(self._takes(name)).total_seconds()
                order.append((name, start, ends[name]))
        return order

    def _takes(self, logical: str) -> float:
        of, body = self.type_of(logical), self.template_dict["Resources"][logical]
        return RESTORED if _POINTS & (body.get("Properties") or {}).keys() else CREATION.get(of, QUICK)

    def type_of(self, logical: str) -> str:
        """The type of a resource of the template."""
        return str(self.template_dict["Resources"][logical]["Type"])

    def wanted(self, logical: str) -> bool:
        """Whether a resource's condition holds."""
        condition = self.template_dict["Resources"][logical].get("Condition")
        return not condition or bool(self.resource_map.lazy_condition_map[condition])

    def tell(self, logical: str, status: str, reason: str | None = None) -> None:
        """An event of one of the stack's resources."""
        built = self.resource_map._parsed_resources.get(logical)
        physical = physical_id(self, built) if built is not None else ""
        self.events.append(
            Event(self.stack_id, self.name, logical, physical, self.type_of(logical), status, reason, "")
        )

    def turn(self, status: str, reason: str | None = None) -> None:
        """The stack's own change of state."""
        self.status = status
        self.stack_status_reason = reason
        self._add_stack_event(status, reason)

    def built(self) -> dict[str, Any]:
        """The resources that exist, by logical id."""
        parsed = self.resource_map._parsed_resources
        return {name: parsed[name] for name in self.template_dict.get("Resources", {}) if name in parsed}

    @property
    def stack_resources(self) -> Iterable[type[CloudFormationModel]]:
        """Only what exists; moto would create the rest by looking at it."""
        return list(self.built().values())

    @property
    def outputs(self) -> list[dict[str, Any]] | None:
        """None until the stack is complete."""
        return super().outputs if self.status in _COMPLETE else None


class Building:
    """The creation of a stack's resources, from the agenda; `keeps` leaves what fails as it failed.

    `verb` is what happens to the whole: UPDATE, where a stack that is there is given more. `asked` is the action by
    which it was asked for, whose faults it meets, `changed` are those that are there already.
    """

    def __init__(
        self,
        stack: TimedStack,
        order: list[tuple[str, float, float]],
        within: Within,
        verb: str = "CREATE",
        keeps: bool = False,
        asked: str = "CreateStack",
        changed: Collection[str] = (),
    ) -> None:
        self._stack, self._within, self._verb, self._keeps = stack, within, verb, keeps
        self._changed = changed
        self._order = [entry for entry in order if stack.wanted(entry[0])]
        self._left = {name for name, _, _ in self._order}
        self._waits = dependencies(stack.template_dict)
        self._started: set[str] = set()
        self._fate = world().faults.fate("cloudformation", asked, stack.name)

    def schedule(self) -> None:
        """Note each resource's start and end; a hurried world does it all now."""
        began = world().now()
        if not self._order:
            self._complete()
        if world().hurried:
            for name, _, _ in self._order:
                self._start(name)
                self._finish(name)
            return
        for name, start, end in self._order:
            world().agenda.at(_after(began, start), lambda name=name: self._start(name))  # type: ignore[misc]
            world().agenda.at(_after(began, end), lambda name=name: self._finish(name))  # type: ignore[misc]

    @property
    def _over(self) -> bool:
        return self._stack.status != f"{self._verb}_IN_PROGRESS"

    def _start(self, name: str) -> None:
        if self._over:
            return
        if self._waits[name] & self._left:  # a stack within took longer than was thought
            world().agenda.at(_after(world().now(), AGAIN), lambda: self._start(name))
            return
        self._started.add(name)
        self._stack.tell(name, f"{self._does(name)}_IN_PROGRESS")
        if self._stack.type_of(name) != NESTED:
            return
        try:
            child = self._within(self._stack, name)
        except Exception as wrong:  # noqa: BLE001 (a template that is none, or is not there, ends the stack, as in AWS)
            self._fail(name, str(getattr(wrong, "message", "")) or repr(wrong))
            return
        child.logical_resource_id = name
        self._stack.resource_map._parsed_resources[name] = child

    def _finish(self, name: str) -> None:
        if self._over or (self._fate == "stuck" and len(self._left) == 1):
            return
        if name not in self._started:
            world().agenda.at(_after(world().now(), AGAIN), lambda: self._finish(name))
            return
        child = self._stack.built().get(name)
        if isinstance(child, TimedStack) and child.status not in _COMPLETE:
            if child.status.endswith(("_IN_PROGRESS", "_PENDING")) and not child.status.startswith("ROLLBACK"):
                world().agenda.at(_after(world().now(), AGAIN), lambda: self._finish(name))
            else:
                self._fail(name, f"Embedded stack {child.stack_id} was not successfully created: {child.status}")
            return
        if self._fate and len(self._left) == 1:
            self._fail(name, f"asked for by a fault rule of the lab: {self._fate}")
            return
        try:
            with world().at_once():
                self._stack.removed.pop(name, None)
                self._stack.resource_map[name]
                if name in self._changed:
                    updates.apply(self._stack, self._stack.built()[name], self._stack.template_dict["Resources"][name])
                finishing.finish(self._stack, self._stack.built()[name], self._stack.template_dict["Resources"][name])
        except Exception as wrong:  # noqa: BLE001 (whatever a service says against it ends the stack, as in AWS)
            self._fail(name, str(getattr(wrong, "message", "")) or repr(wrong))
            return
        self._made(name)

    def _made(self, name: str) -> None:
        """It is there; an instance, or a cluster, only once its database is."""
        state = getattr(self._stack.built().get(name), "status", "")
        if self._over:
            return
        if state == "creating" and not world().hurried:
            world().agenda.at(world().clock.now() + SOON, lambda: self._made(name))
            return
        if state == "incompatible-restore":
            self._fail(name, "Failed to restore: the data could not be brought back")
            return
        self._stack.tell(name, f"{self._does(name)}_COMPLETE")
        self._left.discard(name)
        if not self._left:
            self._complete()

    def _does(self, name: str) -> str:
        return "UPDATE" if name in self._changed else "CREATE"

    def _complete(self) -> None:
        backend = models.cloudformation_backends[self._stack.account_id][self._stack.region_name]
        self._stack.turn(f"{self._verb}_COMPLETE")
        for export in self._stack.exports:
            backend.exports[export.name] = export

    def _fail(self, name: str, reason: str) -> None:
        self._stack.tell(name, f"{self._does(name)}_FAILED", reason)
        told = f"The following resource(s) failed to create: [{name}]."
        if self._keeps or self._verb != "CREATE":
            self._stack.turn(f"{self._verb}_FAILED", told)
            return
        self._stack.turn("ROLLBACK_IN_PROGRESS", told)
        ends = "ROLLBACK_FAILED" if self._fate == "ROLLBACK_FAILED" else ""
        Removing(self._stack, "ROLLBACK", ends, keep_policies=False).schedule(lambda: None)


class Removing:
    """The deletion of a stack's resources, dependants first, from the agenda."""

    def __init__(self, stack: TimedStack, verb: str, fate: str, keep_policies: bool = True) -> None:
        self._stack = stack
        self._verb = verb
        self._fate = fate
        self._keep = keep_policies
        self._failed: list[str] = []

    def schedule(self, afterwards: Callable[[], None]) -> None:
        """Note each deletion, then the end."""
        at, began = SETTLE, world().now()
        for name in self._backwards():
            world().agenda.at(_after(began, at), lambda name=name: self._start(name))  # type: ignore[misc]
            at += world().jitter(DELETION.get(self._stack.type_of(name), QUICK)).total_seconds()
            world().agenda.at(_after(began, at), lambda name=name: self._remove(name))  # type: ignore[misc]
        world().agenda.at(_after(began, at + SETTLE), lambda: self._end(afterwards))

    def now(self) -> None:
        """Delete all of it at once, as of a stack within: what fails is told by the stack around it."""
        for name in self._backwards():
            self._start(name)
            self._remove(name)
        self._end(lambda: gone(self._stack))
        if self._failed:
            raise ValidationError(message=f"Embedded stack {self._stack.stack_id} was not deleted")

    def _backwards(self) -> list[str]:
        built = self._stack.built()
        return [name for name, _, _ in reversed(self._stack.build_order()) if name in built]

    def _kept(self, name: str) -> bool:
        return self._keep and self._policy(name) == "Retain"

    def _policy(self, name: str) -> str:
        return str(self._stack.template_dict["Resources"][name].get("DeletionPolicy", "Delete"))

    def _start(self, name: str) -> None:
        if name not in self._stack.built():
            return  # a rollback has removed it meanwhile
        self._stack.tell(name, "DELETE_SKIPPED" if self._kept(name) else "DELETE_IN_PROGRESS")

    def _remove(self, name: str) -> None:
        if self._kept(name) or name not in self._stack.built():
            return
        resource = self._stack.built()[name]
        try:
            with world().at_once():
                self._delete(name)
        except Exception as wrong:  # noqa: BLE001 (whatever a service says against it fails the deletion, as in AWS)
            self._failed.append(name)
            self._stack.tell(name, "DELETE_FAILED", str(getattr(wrong, "message", "")) or repr(wrong))
            return
        self._stack.tell(name, "DELETE_COMPLETE")
        self._stack.removed[name] = resource  # before it goes: nobody looks it up in between
        self._stack.resource_map._parsed_resources.pop(name, None)

    def _delete(self, name: str) -> None:
        resource = self._stack.built()[name]
        if isinstance(resource, TimedStack):
            Removing(resource, "DELETE", "").now()
            return
        body = self._stack.template_dict["Resources"][name]
        if self._keep and self._policy(name) == "Snapshot":
            finishing.last_snapshot(self._stack, name, resource, body["Type"])
        finishing.refuse(self._stack, resource, body["Type"])
        finishing.let_go(self._stack, resource, body["Type"])
        self._stack.resource_map._delete_resource(resource, body)
        finishing.linger(self._stack, resource, body["Type"])

    def _end(self, afterwards: Callable[[], None]) -> None:
        if self._fate.endswith("_FAILED") or self._failed:
            self._stack.turn(f"{self._verb}_FAILED", f"The following resource(s) failed to delete: {self._failed}.")
            return
        self._stack.turn(f"{self._verb}_COMPLETE")
        afterwards()


def gone(stack: TimedStack) -> None:
    """Have a stack known by its id alone, and its exports free."""
    backend = models.cloudformation_backends[stack.account_id][stack.region_name]
    for export in [key for key, value in backend.exports.items() if value.exporting_stack_id == stack.stack_id]:
        del backend.exports[export]
    backend.stacks.pop(stack.stack_id, None)
    backend.deleted_stacks[stack.stack_id] = stack


def _after(began: datetime, seconds: float) -> datetime:
    return began + timedelta(seconds=seconds)


def physical_id(stack: Stack, resource: Any) -> str:
    """A resource's physical id; some of moto's have none."""
    return getattr(resource, "physical_resource_id", "") or f"{stack.name}-{resource.logical_resource_id}"
