"""Finds by its type, and by what is written in it, what a resource reaches outside of the replica."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dr_orchestrator.aws.template import outward
from dr_orchestrator.aws.template.editing.listeners import RULE, listeners
from dr_orchestrator.aws.template.judging.reach import Reached, Verdict, is_of, is_of_everybody, types_of
from dr_orchestrator.aws.template.reading.parts import as_in_schemas, at, dotted, is_call
from dr_orchestrator.aws.template.reading.places import places, text_of
from dr_orchestrator.aws.template.reading.values import Path, Scope, shown
from dr_orchestrator.aws.template.registry import known
from dr_orchestrator.documents.cloudformation import mapping

_URL = re.compile(r"https?://(?:[^/\s'\"@]*@)?(?P<host>[^/\s:'\"?#$<>{}\\]+)")
_HOST = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)*(?://)?(?:[^/\s@]*@)?(?P<host>[A-Za-z0-9_.-]*[A-Za-z0-9])")


def reached(kind: str, properties: Mapping[str, Any], scope: Scope) -> Iterator[Reached]:
    """All that a resource reaches by its type, and by the properties that its type has for it."""
    if kind in outward.INVITED:
        what, why = outward.INVITED[kind]
        yield Reached((), what, why, Verdict.ASKED, Verdict.ASKED)
    yield from _left_to_the_account(kind, properties, scope)
    yield from _aimed(kind, properties, scope)
    yield from _connected(kind, properties, scope)
    yield from _called(kind, properties, scope)
    yield from _heard(kind, properties, scope)
    yield from _written(kind, properties, scope)
    yield from _kept(kind, properties, scope)
    yield from _elsewhere(kind, properties, scope)
    yield from _options(kind, properties, scope)
    if kind == "AWS::Serverless::Application":
        why = "AWS reads it when it expands the stack, and what it makes is judged then"
        what = f"is a stack of {shown(properties.get('Location'))}"
        yield Reached(("Location",), what, why, Verdict.NOTED, Verdict.NOTED)


def _left_to_the_account(kind: str, properties: Mapping[str, Any], scope: Scope) -> Iterator[Reached]:
    """A resource that AWS puts into the account's own network, or on its own bus, because nothing says where."""
    said, what = outward.ABSENT_IN_ACCOUNT.get(kind, (frozenset(), ""))
    for key in sorted(each for each in said if "SubnetGroup" in each):
        for path, text in _told(properties, key, scope):
            if text != "default":
                put, why = f"is put into {shown(text)} ({dotted(path)})", "the stack does not make it"
                yield Reached(path, put, why, Verdict.NOTED, Verdict.ASKED, whole=True)
    if not said or any(value != "default" for path in said for _, value in places(properties, path.split("/"))):
        return
    why = "it holds for production, too" if what else "production may be in it"
    yield Reached((), what or "is put into the account's default network", why, Verdict.SILENT, Verdict.ASKED)


def _aimed(kind: str, properties: Mapping[str, Any], scope: Scope) -> Iterator[Reached]:
    selects, what = outward.BY_TAGS.get(kind, ((), ""))
    for key in selects:
        if key in properties and not _is_own(properties[key], scope):
            yield Reached((key,), what, "they may not be the replica's", Verdict.ASKED, Verdict.ASKED, whole=True)
            return
    hooks, what = outward.HOOKED.get(kind, ((), ""))
    for key in hooks:
        for path, value in places(properties, key.split("/")):
            if value not in (False, "false", None, ""):
                yield Reached(path, what, "it would call the replica, or start it", Verdict.ASKED, Verdict.ASKED)


def _connected(kind: str, properties: Mapping[str, Any], scope: Scope) -> Iterator[Reached]:
    """The hosts that a resource connects to, which are neither AWS's nor the replica's."""
    named, does = outward.HOSTS.get(kind, ((), ""))
    for key in named:
        yield from (_answered(each, does) for each in _foreign(properties, key, scope))
        for path, text in _told(properties, key, scope):
            host = _host(_spelled(text))
            if host and not outward.is_host_of_aws(host):
                why = "the stack does not make it: it is somebody's already"
                yield Reached(path, f"{does} {host} ({dotted(path)})", why, Verdict.ASKED, Verdict.ASKED, whole=True)


def _called(kind: str, properties: Mapping[str, Any], scope: Scope) -> Iterator[Reached]:
    """The addresses on the web in a resource: those that it calls are asked, others are to be known."""
    seen = set[str]()
    for key in outward.CALLED.get(kind, ()):
        yield from (_answered(each, "calls") for each in _foreign(properties, key, scope))
    for path, value in scope.leaves(properties):
        calls_it = is_call(path) or is_of(as_in_schemas(path), outward.CALLED.get(kind, ()))
        if not calls_it and any(key in outward.TEXTS or key in outward.POLICIES for key in path):
            continue
        for found in _URL.finditer(_spelled(text_of(value, scope))):
            host = found["host"]
            if outward.is_host_of_aws(host) or host in seen | outward.NO_HOSTS or scope.stack in host:
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
        if text and not _is_own(value, scope) and scope.stack not in text and not text.startswith("arn:"):
            why = "the stack does not make it: it is production's"
            apart = Verdict.NOTED if pair else Verdict.SILENT  # others are noted as references
            yield Reached(path, f"writes into {text} ({dotted(path)})", why, apart, Verdict.ASKED)


def _kept(kind: str, properties: Mapping[str, Any], scope: Scope) -> Iterator[Reached]:
    """The recovery points that a plan puts into the account's own vault, where no drill deletes them."""
    if kind == "AWS::Backup::BackupPlan":
        for path, text in _told(properties, "BackupPlan/BackupPlanRule/*/TargetBackupVault", scope):
            if is_of_everybody(text):
                what, why = f"backs up into the account's vault {text} ({dotted(path)})", "that would stay behind"
                yield Reached(path, what, why, Verdict.NOTED, Verdict.ASKED, whole=True)


def _elsewhere(kind: str, properties: Mapping[str, Any], scope: Scope) -> Iterator[Reached]:
    """The other regions in which a table is kept, too."""
    if kind == "AWS::DynamoDB::GlobalTable":
        regions = [text for _, text in _told(properties, "Replicas/*/Region", scope) if not text.startswith("${")]
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
            if does and text and not _is_own(said.get("Value"), scope) and scope.stack not in text:
                of_rights = does == "acts with the rights of"
                why = "no boundary holds that role" if of_rights else "the stack does not make it"
                apart = Verdict.NOTED if of_rights else Verdict.ASKED
                yield Reached((*path, "Value"), f"{does} {text} ({dotted(path)}.Value)", why, apart, Verdict.ASKED)


def _told(properties: Mapping[str, Any], key: str, scope: Scope) -> Iterator[tuple[Path, str]]:
    """The texts at a path that are not the replica's own."""
    for path, part in places(properties, key.split("/")):
        for below, value in scope.leaves(part, path):
            text = text_of(value, scope)
            if text and not _is_own(value, scope) and scope.stack not in text:
                yield below, text


def _spelled(text: str) -> str:
    """A text with words in the place of the pseudo parameters that stand in hosts."""
    return text.replace("${AWS::Region}", "region").replace("${AWS::URLSuffix}", "amazonaws.com")


def _is_own(value: Any, scope: Scope) -> bool:
    return scope.holds_own(value) or scope.stack in str(value)


def _host(text: str) -> str:
    """The host in an address, or in a list of brokers; empty where it is no text that names one."""
    found = _HOST.search(text)
    return found["host"] if found else ""


def _pair_of(properties: Mapping[str, Any], path: Path) -> str:
    """The `Key` of the pair of a list whose `Value` a path ends in."""
    if len(path) < 3 or path[-1] != "Value" or not isinstance(path[-2], int):
        return ""
    pairs = properties.get(str(path[0])) if len(path) == 3 else None
    return str(mapping(pairs[path[-2]]).get("Key", "")) if isinstance(pairs, list) and path[-2] < len(pairs) else ""
