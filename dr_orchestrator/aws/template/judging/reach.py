"""Finds by its type, and by what is written in it, what a resource reaches outside of the replica."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

from dr_orchestrator.aws.template import outward
from dr_orchestrator.aws.template.editing.names import is_ours
from dr_orchestrator.aws.template.reading.parts import as_in_schemas, dotted, is_call
from dr_orchestrator.aws.template.reading.places import places, text_of
from dr_orchestrator.aws.template.reading.values import Path, Scope, shown
from dr_orchestrator.aws.template.registry import Reference, TypeSchema, known
from dr_orchestrator.documents.cloudformation import mapping

_OF_EVERYBODY = re.compile(outward.OF_EVERYBODY_BY_NAME)


class Verdict(Enum):
    """The judgement on what is reached."""

    REFUSED = "refused"
    ASKED = "asked"
    NOTED = "noted"
    SILENT = "silent"


@dataclass(frozen=True)
class Reached:
    """A thing outside that a resource reaches, at which property, and its judgement in each place.

    `whole` where the resource is nothing without that property.
    """

    path: Path
    what: str
    why: str
    apart: Verdict
    beside: Verdict
    whole: bool = False


def changed(kind: str, path: Path) -> Verdict:
    """The judgement on a property that names something outside, as far as the resource changes that, or adds to it."""
    return _changed(kind, as_in_schemas(path))


@cache
def _changed(kind: str, written: str) -> Verdict:
    if is_of(written, outward.CHANGES.get(kind, ())):
        return Verdict.REFUSED
    if is_of(written, outward.ADDS.get(kind, ())):
        return Verdict.ASKED
    schema, first = known(kind), written.partition("/")[0]
    if schema is None or first in outward.NOT_CHANGED.get(kind, ()):
        return Verdict.SILENT
    if first in schema.within:
        shared = _types_of(schema, first) & outward.SHARED and not kind.endswith("Policy")
        return Verdict.ASKED if shared else Verdict.REFUSED
    return Verdict.ASKED if first in schema.create_only and _stands_in(schema, first) else Verdict.SILENT


def is_of(written: str, paths: frozenset[str] | tuple[str, ...]) -> bool:
    """Whether a path, as schemas write it, is one of these or leads into one."""
    return any(written == path or written.startswith(f"{path}/") for path in paths)


def _types_of(schema: TypeSchema, path: str) -> frozenset[str]:
    reference = schema.reference(path)
    return frozenset(target.type for target in reference.targets) if reference else frozenset()


def _stands_in(schema: TypeSchema, path: str) -> bool:
    """Whether a property that is never changed names an object of the same service that the resource is made in.

    EC2 is left out: what stands in a network is asked by the network's id.
    """
    service, _, _ = schema.name.rpartition("::")
    targets = {each for each in _types_of(schema, path) if each.rpartition("::")[0] == service}
    if not targets or service == "AWS::EC2" or path in (*schema.names, *schema.domains):
        return False
    return schema.name not in targets and not any(each.endswith(outward.READ_ALONE) for each in targets)


def is_somebodys(kind: str, path: Path, text: str, copy_id: str) -> bool:
    """Whether a text names what is neither the replica's, by a name that was shortened or not, nor everybody's.

    A word such as `default` is everybody's only where it names what is made to be shared: not of a group, or a bucket.
    """
    if copy_id in text or is_ours(text, copy_id):
        return False
    if outward.ARN.fullmatch(text) or text == "${AWS::AccountId}":
        return not is_of_everybody(text)
    schema, written = known(kind), as_in_schemas(path)
    shared = changed(kind, path) is Verdict.ASKED or (schema and _types_of(schema, written) & outward.SHARED)
    return not (shared and is_of_everybody(text))


def is_of_everybody(text: str) -> bool:
    """Whether a text names what AWS gives to every account, and nothing that somebody made."""
    arn = outward.ARN.fullmatch(text)
    if arn is None:
        return bool(_OF_EVERYBODY.fullmatch(text))
    return arn["account"] in ("aws", "aws-managed") or (
        arn["account"] == "${AWS::AccountId}" and arn["rest"] in outward.DEFAULTS
    )


def is_of_whole_account(kind: str, properties: Mapping[str, Any]) -> bool:
    """Whether a resource is a setting of the account: by the tables, or because only the account tells two apart."""
    if kind.startswith(outward.OF_WHOLE_ACCOUNT_BY_SERVICE):
        return True
    said = properties.get(outward.WHOLE_ACCOUNT_BY_PROPERTY.get(kind, ""), False)
    if str(said).lower() != "false":
        return True
    schema = known(kind)
    told_by = set(schema.identifiers) if schema else set()
    return kind in outward.OF_WHOLE_ACCOUNT or (bool(told_by) and told_by <= outward.OF_THE_ACCOUNT_ALONE)


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
    """The events that a resource hears of all that happens in the account."""
    on_default = text_of(properties.get("EventBusName", "default"), scope) == "default"
    heard = properties.get("EventPattern") if kind == "AWS::Events::Rule" and on_default else None
    if heard is not None and not _is_own(heard, scope):
        what = "hears the account's default bus (EventPattern)"
        why = "production's events are on it, and this would act on them"
        yield Reached(("EventPattern",), what, why, Verdict.SILENT, Verdict.ASKED, whole=True)
    if kind == "AWS::IoT::TopicRule" and not _is_own(mapping(properties.get("TopicRulePayload")).get("Sql"), scope):
        what, why = "hears what devices tell the account's broker", "production's devices tell it there"
        yield Reached(("TopicRulePayload", "Sql"), what, why, Verdict.SILENT, Verdict.ASKED, whole=True)


def _written(kind: str, properties: Mapping[str, Any], scope: Scope) -> Iterator[Reached]:
    """The buckets outside into which a resource writes."""
    schema = known(kind)
    for path, value in scope.leaves(properties):
        written = as_in_schemas(path)
        pair = _pair_of(properties, path)
        into = pair in outward.LOG_BUCKETS
        if not into and schema and outward.WRITTEN_INTO.search(written):
            into = "AWS::S3::Bucket" in _types_of(schema, written)
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


def acts(kind: str, path: Path) -> bool:
    """Whether a property says with whose rights something acts."""
    keys = [each for each in path if isinstance(each, str) and not each.startswith("Fn::")]
    named = keys[-2:-1] if keys[-1:] in (["Arn"], ["Id"], ["Name"]) else keys[-1:]
    if outward.RIGHTS & {*named, *keys[-1:]}:
        return True
    schema = known(kind)
    types = _types_of(schema, as_in_schemas(path)) if schema else frozenset()
    return bool(types) and types <= _OF_RIGHTS


def is_worth_a_note(kind: str, reference: Reference, text: str) -> bool:
    """Whether a plain name is to be known as one of something else; a word that only sounds so is not.

    A type whose names count only within another is not named by a word alone: the stage of an API, a role's policy.
    """
    if is_of_everybody(text) or outward.MANAGED.fullmatch(text):
        return False
    service = kind.rpartition("::")[0]
    alone = {each.type for each in reference.targets if not _is_within(each.type)}
    near = any(each.rpartition("::")[0] == service for each in alone)
    return reference.told or near or bool(alone & outward.NAMED_BY_OTHERS)


def _is_within(kind: str) -> bool:
    schema = known(kind)
    return kind in outward.NAMED_WITHIN or (schema is not None and bool(schema.within))


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


_OF_RIGHTS = frozenset({"AWS::IAM::InstanceProfile", "AWS::IAM::Role"})
_URL = re.compile(r"https?://(?:[^/\s'\"@]*@)?(?P<host>[^/\s:'\"?#$<>{}\\]+)")
_HOST = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)*(?://)?(?:[^/\s@]*@)?(?P<host>[A-Za-z0-9_.-]*[A-Za-z0-9])")
