"""Finds by its type, and by what is written in it, what a resource reaches outside of the replica."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from dr_orchestrator.aws.template import outward
from dr_orchestrator.aws.template.editing.listeners import RULE, listeners
from dr_orchestrator.aws.template.judging.absent import left_to_the_account
from dr_orchestrator.aws.template.judging.reach import Reached, Verdict, is_of, types_of
from dr_orchestrator.aws.template.reading.addresses import Whose, connected, on_the_web, whose
from dr_orchestrator.aws.template.reading.hearing import hears_own, on_default_bus
from dr_orchestrator.aws.template.reading.parts import as_in_schemas, at, dotted, is_call
from dr_orchestrator.aws.template.reading.places import is_own, places, text_of, told
from dr_orchestrator.aws.template.reading.values import NO_VALUE, Path, Scope, shown
from dr_orchestrator.aws.template.registry import known
from dr_orchestrator.documents.cloudformation import mapping

_IP = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")


def reached(kind: str, properties: Mapping[str, Any], scope: Scope) -> Iterator[Reached]:
    """All that a resource reaches by its type, and by the properties that its type has for it."""
    if kind in outward.INVITED:
        what, why = outward.INVITED[kind]
        yield Reached((), what, why, Verdict.ASKED, Verdict.ASKED)
    yield from left_to_the_account(kind, properties, scope)
    yield from _aimed(kind, properties, scope)
    yield from _connected(kind, properties, scope)
    yield from _called(kind, properties, scope)
    yield from _heard(kind, properties, scope)
    yield from _ruled(kind, properties, scope)
    yield from _written(kind, properties, scope)
    yield from _user(kind, properties, scope)
    yield from _shared(kind, properties, scope)
    yield from _elsewhere(kind, properties, scope)
    yield from _options(kind, properties, scope)
    if kind == "AWS::Serverless::Application":
        why = "AWS reads it when it expands the stack, and what it makes is judged then"
        what = f"is a stack of {shown(properties.get('Location'))}"
        yield Reached(("Location",), what, why, Verdict.NOTED, Verdict.NOTED)


def _aimed(kind: str, properties: Mapping[str, Any], scope: Scope) -> Iterator[Reached]:
    selects, what = outward.BY_TAGS.get(kind, ((), ""))
    if _acts_by_parameters(kind, properties):
        what = "runs a document on what its parameters name"
        yield Reached(("Parameters",), what, "they may not be the replica's", Verdict.ASKED, Verdict.ASKED, whole=True)
        return
    for key in selects:
        if key in properties and not _selects_own(properties[key], scope):
            yield Reached((key,), what, "they may not be the replica's", Verdict.ASKED, Verdict.ASKED, whole=True)
            return
    hooks, what = outward.HOOKED.get(kind, ((), ""))
    for key in hooks:
        for path, value in places(properties, key.split("/")):
            if value not in (False, "false", None, ""):
                yield Reached(path, what, "it would call the replica, or start it", Verdict.ASKED, Verdict.ASKED)


def _acts_by_parameters(kind: str, properties: Mapping[str, Any]) -> bool:
    """Whether what a document acts on stands in its parameters: an automation is no command to machines.

    It may act with the rights of whoever made it: a boundary holds those of roles alone.
    """
    if kind == "AWS::SSM::MaintenanceWindowTask":
        return "Targets" not in properties and properties.get("TaskType") not in ("LAMBDA", "STEP_FUNCTIONS")
    aimed = properties.keys() & {"InstanceId", "Targets"}
    return kind == "AWS::SSM::Association" and (
        not aimed or {"AutomationTargetParameterName", "Parameters"} <= properties.keys()
    )


def _selects_own(part: Any, scope: Scope) -> bool:
    """Whether a selection names the replica's own alone: in each of its alternatives something, and nothing else."""
    named: dict[Path, list[Any]] = {}
    for path, value in scope.leaves(part):
        alternative, says_how = _alternative(path)
        named.setdefault(alternative, []).extend([] if says_how else [value])
    return bool(named) and all(each and all(is_own(one, scope) for one in each) for each in named.values())


def _alternative(path: Path) -> tuple[Path, bool]:
    """The alternative of a selection that a part is of, and whether that says how it selects, not what.

    One of a list has keys of AWS's; one of a mapping has a name of the author's own, and those within.
    """
    if path[1:2] and path[1] in outward.SELECTING_IN_MAPPING:
        return path[:1], True
    for end, (before, key) in enumerate(pairwise(path), start=1):
        if isinstance(before, int) and key in outward.SELECTORS:
            return path[:end], key in outward.SELECTING
    return path[:1], False


def _connected(kind: str, properties: Mapping[str, Any], scope: Scope) -> Iterator[Reached]:
    """The hosts that a resource connects to, which are neither AWS's nor the replica's."""
    named, does = outward.HOSTS.get(kind, ((), ""))
    for key in named:
        yield from (_answered(each, does) for each in _foreign(properties, key, scope))
        for start, part in places(properties, key.split("/")):
            for path, value in scope.leaves(part, start):
                for host in connected(scope.partly(value)):
                    if whose(scope, host) is Whose.SOMEBODYS and not _is_in_own_network(kind, properties, path, scope):
                        why = "the stack does not make it: it is somebody's already"
                        what = f"{does} {host} ({dotted(path)})"
                        yield Reached(path, what, why, Verdict.ASKED, Verdict.ASKED, whole=True)


def _is_in_own_network(kind: str, properties: Mapping[str, Any], path: Path, scope: Scope) -> bool:
    """Whether a target is in the network that the stack makes.

    Elastic Load Balancing takes an address outside of the group's network only with an availability zone.
    """
    if kind != "AWS::ElasticLoadBalancingV2::TargetGroup" or not scope.owner(properties.get("VpcId")):
        return False
    target = mapping(at(properties, path[:-1]))
    return bool(_IP.fullmatch(scope.partly(target.get("Id")))) and "AvailabilityZone" not in target


def _called(kind: str, properties: Mapping[str, Any], scope: Scope) -> Iterator[Reached]:
    """The addresses on the web in a resource: those that it calls are asked, others are to be known."""
    seen = set[str]()
    for key in outward.CALLED.get(kind, ()):
        yield from (_answered(each, "calls") for each in _foreign(properties, key, scope))
    for path, value in scope.leaves(properties):
        calls_it = is_call(path) or is_of(as_in_schemas(path), outward.CALLED.get(kind, ()))
        if not calls_it and any(key in outward.TEXTS or key in outward.POLICIES for key in path):
            continue
        for host in on_the_web(scope.partly(value)):
            if host in seen | outward.NO_HOSTS or whose(scope, host) is not Whose.SOMEBODYS:
                continue
            seen.add(host)
            if calls_it:
                why = "it is reached by a drill as it is by production"
                yield Reached(path, f"calls {host} ({dotted(path)})", why, Verdict.ASKED, Verdict.ASKED, whole=True)
            else:
                why = "it is somebody's on the web"
                yield Reached(path, f"names {host} ({dotted(path)})", why, Verdict.NOTED, Verdict.NOTED)


def _foreign(properties: Mapping[str, Any], key: str, scope: Scope) -> Iterator[tuple[Path, Any]]:
    """The values at a path that are told by what the stack does not make."""
    for path, part in places(properties, key.split("/")):
        yield from (each for each in scope.leaves(part, path) if scope.holds_foreign(each[1]))


def _answered(found: tuple[Path, Any], does: str) -> Reached:
    path, value = found
    what, why = f"{does} {shown(value)} ({dotted(path)})", "it is known only to AWS whose that is"
    return Reached(path, what, why, Verdict.ASKED, Verdict.ASKED, whole=True)


def _heard(kind: str, properties: Mapping[str, Any], scope: Scope) -> Iterator[Reached]:
    """The events that a resource hears of all that happens in the account, where it is not switched off."""
    for path, off, why in listeners(scope, {"Type": kind, "Properties": properties}):
        if str(at(properties, path)).lower() != str(off).lower():
            key = "EventPattern" if kind == RULE else path[0]
            yield Reached((key,), f"hears what is production's, too ({key})", why, Verdict.SILENT, Verdict.ASKED, True)
    narrowed = kind == outward.ARCHIVE and hears_own(scope, properties.get("EventPattern"))
    if kind in outward.OF_BUSES and on_default_bus(scope, properties.get("SourceArn")) and not narrowed:
        what, why = f"{outward.OF_BUSES[kind]} (SourceArn)", "production's events are on the account's own bus"
        yield Reached(("SourceArn",), what, why, Verdict.SILENT, Verdict.ASKED, True)


def _ruled(kind: str, properties: Mapping[str, Any], scope: Scope) -> Iterator[Reached]:
    """The things that a policy of the account's rules by their names, and that are not the replica's own."""
    said = properties.get("Policy") if kind.startswith(outward.RULING) else None
    for value in scope.variants(said) if said is not None else ():
        try:
            ruled = [each for _, each in scope.leaves(list(_rules(json.loads(scope.partly(value)))))]
        except ValueError:
            ruled = ["what cannot be read"]
        for each in dict.fromkeys(map(str, ruled)):
            if not scope.is_own_text(each.partition("/")[2].partition("/")[0]):  # of a collection, or of an index in it
                why = "the name is production's, and the policy holds for what bears it"
                yield Reached(("Policy",), f"rules {each} (Policy)", why, Verdict.SILENT, Verdict.ASKED, whole=True)


def _rules(part: Any) -> Iterator[Any]:
    """All that the rules of a policy are about."""
    for each in part if isinstance(part, list) else part.values() if isinstance(part, dict) else ():
        yield from _rules(each)
    if isinstance(part, dict) and "Resource" in part:
        yield part["Resource"]


def _written(kind: str, properties: Mapping[str, Any], scope: Scope) -> Iterator[Reached]:
    """The buckets outside into which a resource writes."""
    schema = known(kind)
    for path, value in scope.leaves(properties):
        written = as_in_schemas(path)
        pair = _pair_of(properties, path)
        into = pair in outward.LOG_BUCKETS
        if not into and schema and outward.WRITTEN_INTO.search(written):
            into = "AWS::S3::Bucket" in types_of(schema, written)
        text = text_of(value, scope) if into else ""
        if text and not is_own(value, scope) and scope.stack not in text and not text.startswith("arn:"):
            why = "the stack does not make it: it is production's"
            apart = Verdict.NOTED if pair else Verdict.SILENT  # others are noted as references
            yield Reached(path, f"writes into {text} ({dotted(path)})", why, apart, Verdict.ASKED)


def _user(kind: str, properties: Mapping[str, Any], scope: Scope) -> Iterator[Reached]:
    """A user of the account: without a password nobody acts as it, and a key is asked by itself."""
    if kind == "AWS::IAM::User":
        what, key = "makes a user of the account", "LoginProfile"
        if any(each not in (None, NO_VALUE) for each in scope.variants(properties.get(key))):
            why = "who holds its password acts in the account"
            yield Reached((key,), f"{what} who logs in ({key})", why, Verdict.ASKED, Verdict.ASKED)
        else:
            yield Reached((), what, "it has no password, and a key is asked by itself", Verdict.NOTED, Verdict.NOTED)


def _shared(kind: str, properties: Mapping[str, Any], scope: Scope) -> Iterator[Reached]:
    """A share of resources with anybody but what the stack makes."""
    if kind == "AWS::RAM::ResourceShare":
        named = (each for key in ("Principals", "ResourceArns") for _, each in scope.leaves(properties.get(key)))
        if not all(map(scope.owner, named)):
            why = "those are not the replica's"
            yield Reached((), "shares with other accounts", why, Verdict.ASKED, Verdict.ASKED)


def _elsewhere(kind: str, properties: Mapping[str, Any], scope: Scope) -> Iterator[Reached]:
    """The other regions in which a table is kept, too."""
    if kind == "AWS::DynamoDB::GlobalTable":
        regions = [text for _, text in told(properties, "Replicas/*/Region", scope) if not text.startswith("${")]
        if len(regions) > 1:
            what, why = f"is kept in {', '.join(regions)}", "each region costs; all go with the table"
            yield Reached(("Replicas",), what, why, Verdict.NOTED, Verdict.NOTED)


def _options(kind: str, properties: Mapping[str, Any], scope: Scope) -> Iterator[Reached]:
    """The options of Elastic Beanstalk that act with rights, or reach people."""
    if not kind.startswith("AWS::ElasticBeanstalk::"):
        return
    for key in ("OptionSettings", "ConfigurationSettings"):
        for path, option in places(properties, (key, "*")):
            said = mapping(option)
            does = outward.OPTIONS.get((str(said.get("Namespace")), str(said.get("OptionName"))), "")
            text = text_of(said.get("Value", ""), scope)
            if does and text and not is_own(said.get("Value"), scope) and scope.stack not in text:
                of_rights = does == "acts with the rights of"
                why = "no boundary holds that role" if of_rights else "the stack does not make it"
                apart = Verdict.NOTED if of_rights else Verdict.ASKED
                yield Reached((*path, "Value"), f"{does} {text} ({dotted(path)}.Value)", why, apart, Verdict.ASKED)


def _pair_of(properties: Mapping[str, Any], path: Path) -> str:
    """The `Key` of the pair of a list whose `Value` a path ends in."""
    if len(path) < 3 or path[-1] != "Value" or not isinstance(path[-2], int):
        return ""
    pairs = properties.get(str(path[0])) if len(path) == 3 else None
    return str(mapping(pairs[path[-2]]).get("Key", "")) if isinstance(pairs, list) and path[-2] < len(pairs) else ""
