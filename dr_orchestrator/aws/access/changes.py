"""The changes that drills may make: each call on copies alone, under the tag that they must wear, and its needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dr_orchestrator.aws.access import controls, making, mounts, vaults, zones
from dr_orchestrator.aws.access.permissions import calls_of, lends_of
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.aws.access.statements import COPIES, Statement, allow
from dr_orchestrator.aws.access.tagged import ASKED, WEARS, WITH_TAG, bounded, is_made, is_own
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.resource_type import Content, Effect, ResourceType, Write

_TAGS = frozenset({"Tags", "TagSpecifications"})
"""The parameters by which something is tagged as it is made."""

_LEFT = frozenset({"s3:PutObject", "s3:DeleteObject"})
"""The calls by which drills leave something in a bucket meanwhile, and take it away."""

_MAKE = (Effect.RESTORE, Effect.CREATE)


def changes(scope: Scope) -> Iterator[Statement]:
    """The statements: on copies, on what lies meanwhile, beside, in zones and out of vaults."""
    writes = writes_in(scope)
    made = [of for of in scope.types if _is_concerned(scope, of)]
    yield from (statement for of in made for statement in _of_type(scope, of, writes))
    yield from _shelves(scope, writes)
    yield from _outside(scope, writes)
    yield from zones.changes(scope)
    yield from controls.changes(scope)
    yield from vaults.restores(scope)
    for number, (call, arns, until) in enumerate(scope.on_production(), 1):
        ends = {"DateLessThan": {"aws:CurrentTime": f"{until:%Y-%m-%dT%H:%M:%SZ}"}}
        yield allow(f"FailProductionOver{number}", {call}, arns, ends)


def writes_in(scope: Scope) -> frozenset[str]:
    """The changes of all drills in the account that the policy is for, but for those on production."""
    of_copies = [drill for drill in scope.drills if drill.production is None]
    return frozenset[str]().union(*(_writes(scope, drill) for drill in of_copies))


def _writes(scope: Scope, drill: Drill) -> frozenset[str]:
    """The changes of a drill in the account that the policy is for."""
    return lends_of(scope.types, drill) if scope.brings_away(drill) else calls_of(scope.types, drill).writes


def _tagged(scope: Scope, key: str) -> dict[str, Any]:
    return {**scope.here(), "Null": {key: "false"}}


@dataclass
class _Right:
    """The content of one statement on copies of a type: actions, what they act on besides the copies themselves, and
    the calls that make what they act on.
    """

    actions: set[str] = field(default_factory=set)
    made_by: set[str] = field(default_factory=set)
    within: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    untagged: bool = False


def _of_type(scope: Scope, of: ResourceType, writes: frozenset[str]) -> Iterator[Statement]:
    """The statements on the copies of a type: each call on what it acts on, under the tag that it must wear."""
    for (effect, name), right in _rights(scope, of, writes).items():
        copy = scope.types.targets[name]
        sources = [copy.arn_of(each) for each in scope.sources(of)] if effect is Effect.RESTORE else []
        groups = scope.subnet_groups(of) if right.beside else []
        beside = [each for part in right.beside for each in _filled(part, {"source": scope.sources(of)})]
        own = any(each.startswith(f"{copy.service}:") for each in right.actions)  # another service acts on it alone
        parts = copy.arns_of(COPIES) if own else (copy.arn_of(COPIES),)
        on = scope.arns(copy.service, *parts, *sources, *right.within, *beside, *groups)
        named = "{id}" in copy.arn  # what has an id of AWS's own is allowed where it is copied from
        if scope.apart and effect is Effect.RESTORE and copy.name != of.name and named:  # of the sources' account
            on += scope.anywhere(copy, COPIES)
        by_name = effect is Effect.FILL or right.untagged or not scope.sees_tags(copy)
        condition = scope.here(copy.service) if by_name else _tagged(scope, WEARS if effect in WITH_TAG else ASKED)
        if making.TAG in right.actions:
            condition = {**condition, "StringEquals": {**condition["StringEquals"], making.BY: sorted(right.made_by)}}
        yield allow(f"{effect.title()}{copy.plural}", right.actions, on, condition)


def _shelves(scope: Scope, writes: frozenset[str]) -> Iterator[Statement]:
    """The rights to what drills leave meanwhile where the workspace says so, under the names of copies."""
    there = [write for of in scope.types for write in of.writes if write.among and write.operation in writes & _LEFT]
    objects = [f"arn:{scope.partition}:s3:::{bucket}/{COPIES}" for bucket in scope.buckets()]
    if objects and there:
        actions = {action for write in there for action in (write.operation, *_besides(write))}
        yield allow("LeaveTemplatesMeanwhile", {*actions, "s3:GetObject"}, objects)


def _outside(scope: Scope, writes: frozenset[str]) -> Iterator[Statement]:
    """The rights to what AWS does outside of a call's own service, in the name of whoever makes the call."""
    concerned = (of for of in scope.types if _is_concerned(scope, of))
    made = ((of, each) for of in concerned for each in of.writes if each.operation in writes)
    numbers: dict[str, list[Statement]] = {}  # of one operation, whichever types make it: no two share an id
    for of, write in made:
        for service, part, actions in write.outside if is_made(scope, write) else ():
            beside = {"bucket": scope.buckets(), "source": scope.sources(of), "machine": scope.used(of)}
            beside |= scope.put(of)
            if subnets := scope.mounted_in(of):
                beside["subnet"] = subnets
            whole = part.replace("{partition}", scope.partition).replace("{account}", scope.account)
            parts = _filled(whole.replace("{copies}", COPIES), beside)
            name = write.operation.partition(":")[2]
            on, here = scope.arns(service, *dict.fromkeys(parts)), scope.here() if "{source}" in part else None
            if actions == (making.TAG,):  # of what is made by that very call
                here = {"StringEquals": {making.BY: name}}
            elif part in write.bounds:
                here = bounded(scope, write.bounds[part])
            elif actions == (mounts.ENDS,) and subnets:
                here = mounts.within(scope, of)
            if service == "iam":  # a role that another service acts by, and that one alone
                domain = "amazonaws.com.cn" if scope.partition == "aws-cn" else "amazonaws.com"
                here = {"StringEquals": {"iam:PassedToService": f"{of.made.service}.{domain}"}}
            right = allow(f"For{name}", actions, on, here)
            if right not in (told := numbers.setdefault(name, [])):
                told.append(right)
                yield {**right, "Sid": f"For{name}{len(told)}"}


def _filled(part: str, places: Mapping[str, Sequence[str]]) -> list[str]:
    """The resource parts that one with a placeholder stands for: one for each name."""
    held = next((name for name in places if f"{{{name}}}" in part), "")
    return [part.replace(f"{{{held}}}", each) for each in places[held]] if held else [part]


def _besides(write: Write) -> tuple[str, ...]:
    return tuple(action for actions in write.actions.values() for action in actions)


def _rights(scope: Scope, of: ResourceType, writes: frozenset[str]) -> dict[tuple[Effect, str], _Right]:
    """The rights that calls need, by their effect and the type of the copies that have it."""
    found: dict[tuple[Effect, str], _Right] = {}
    for write in of.writes:
        if write.operation not in writes or write.target.each or write.among or write.effect is Effect.PUBLISH:
            continue  # items are written by the actions of the restore; what lies in a place is no copy
        if write.stated:
            continue
        if write.acts_as:
            continue  # it acts on a recovery point, and is no action of the copy's service
        if write.uses and not is_own(scope, write):
            continue  # it acts on a machine, which has a right of its own
        if not is_made(scope, write) or (write.effect is Effect.FILL and not scope.sources(of)):
            continue
        right = found.setdefault((write.effect, write.target.type), _Right())
        right.actions.update(scope.types.grants.get(write.operation, (write.operation,)))
        right.beside += write.beside
        right.untagged |= write.bare or (write.effect in _MAKE and not _TAGS & write.accepts)
        if write.within is not None:
            right.within.append(scope.types.copies[write.within.type].arn_of(COPIES))
        for effect, actions in write.actions.items():
            beside = found.setdefault((effect, write.target.type), _Right())
            beside.actions.update(actions)
            beside.made_by.add(write.operation.partition(":")[2])
    return found


def _is_concerned(scope: Scope, of: ResourceType) -> bool:
    """Whether drills may make copies of a type: of what no environment holds its own drills alone do, though others
    make a call of the same name.
    """
    made_here = (drill for drill in scope.drills if not scope.brings_away(drill))
    environments = any(scope.types[drill.resource.type].content is Content.STORES for drill in made_here)
    held = environments and (of.filling.all or of.born.all or of.direct.all)
    return bool(scope.sources(of) or held) or of.content is Content.STORES
