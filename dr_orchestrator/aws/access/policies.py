"""The two IAM policies of drills: one role that reads the sources, one that makes copies and deletes them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dr_orchestrator.aws.access import backups, both, making, replicas, vaults, zones
from dr_orchestrator.aws.access.opened import LOGINS, MANAGED, READ_SECRET, owner, via
from dr_orchestrator.aws.access.permissions import actions_of, calls_of
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.aws.access.statements import COPIES, Policy, Statement, allow, deny, document, packed
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.named import Read
from dr_orchestrator.domain.resource_type import Content, CopyType, Effect, HeldType, ResourceType, Write

WEARS, ASKED = "aws:ResourceTag/dr-drill:run", "aws:RequestTag/dr-drill:run"
TAGGED = {"Null": {"aws:TagKeys": "false", ASKED: "true"}}
"""The condition that a call gives tags, and not that of the run: it never holds where IAM does not see them."""

_LYING = frozenset({"s3:GetBucketPolicy", "s3:ListBucketVersions"})
_KEYS = ("Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo")
_TAGS = frozenset({"Tags", "TagSpecifications"})
"""The parameters by which something is tagged as it is made."""

_LEFT = frozenset({"s3:PutObject", "s3:DeleteObject"})
"""The calls by which drills leave something in a bucket meanwhile, and take it away."""

_MACHINE, _CARDS = "{machine}", "network-interface/*"
_MAKE = (Effect.RESTORE, Effect.CREATE)
_WITH_TAG = (Effect.CHANGE, Effect.DELETE)
"""The effects on what is there, and wears the run's tag, already."""


def source_policies(scope: Scope) -> list[Policy]:
    """The policy of the role of the reads: it can change nothing at all."""
    looks = [*backups.looks(scope)]
    if scope.services:
        looks += [*backups.estate(scope), *backups.imports(scope)]
    return packed([*_reads(scope), *both.compares(scope), *looks])


def discovery_policies(scope: Scope) -> list[Policy]:
    """The policy of whoever drafts drill files, before there is one: reads alone, of settings and tags."""
    return packed([allow("LookWhoseAccountItIs", {"sts:GetCallerIdentity"}, ["*"]), *backups.estate(scope)])


def _reads(scope: Scope) -> list[Statement]:
    wanted = scope.types.sweep.reads.union(*(_wanted(scope, drill) for drill in scope.drills))
    reads = actions_of(scope.types, wanted)
    of_data = LOGINS.union(*(actions_of(scope.types, each.data | each.bounded) for each in scope.types))
    everywhere = {each for each in reads if each.startswith("iam:")}
    of_zones = zones.everywhere(reads)
    held = everywhere & replicas.OF_BOUNDARIES
    buckets = [f"arn:{scope.partition}:s3:::{each}" for each in scope.buckets()]
    into = {each.name: actions_of(scope.types, each.looks & wanted) for each in scope.types.held.values()}
    return [
        allow("LookAround", reads.difference(of_data, everywhere, of_zones, *into.values()), ["*"], scope.here()),
        allow("AskWhatIsAllowed", everywhere - held, [f"arn:{scope.partition}:iam::{scope.account}:role/*"]),
        allow("ReadTheBoundary", held, replicas.boundaries(scope.beside())),
        allow("LookWhereTemplatesLie", reads & _LYING, buckets),
        *_data(scope, reads),
        *(_into(scope, held, into[held.name]) for held in scope.types.held.values()),
        *zones.looks(scope, of_zones),
        *zones.enabled(scope),
        *_named(scope if scope.apart else scope.beside()),
        *([] if scope.apart else _named(scope, at_source=True)),
    ]


def _wanted(scope: Scope, drill: Drill) -> frozenset[str]:
    """The reads of a drill, but those of things that its resource names, each of which is allowed by itself."""
    return calls_of(scope.types, drill).reads - _type(scope, drill).named


def drill_policies(scope: Scope) -> list[Policy]:
    """The policy of the role of the changes: it makes what is named and tagged as a copy, and deletes nothing else."""
    beside = scope.beside()
    of_replicas = [*replicas.makes(beside), *replicas.rights(beside), *_for_making(beside)]
    by_statements = _by_statements(scope)
    return packed([*_distinct(_changes(scope)), *of_replicas, *by_statements, *_keys(scope), *_never(scope)])


def _by_statements(scope: Scope) -> Iterator[Statement]:
    """The rights on secrets of whoever asks copies by statements: AWS logs in by them for the caller alone, and RDS
    keeps one of the copy's own.
    """
    for of in scope.types:
        if not (drilled := scope.stated(of)):
            continue
        yield allow("LogInByDataApi", {READ_SECRET}, scope.arns("secretsmanager", *scope.secrets(drilled)))
        own, tag = scope.arns("secretsmanager", MANAGED), owner(of)
        names = [of.made.arn_of(each) for each in (COPIES, *(one.resource.id for one in drilled))]
        owned = {"StringLike": {tag: scope.arns(of.made.service, *names)}}
        yield allow(f"LogInBySecretsOf{of.made.plural}", {READ_SECRET}, own, owned)
        yield allow(f"KeepLoginsOf{of.made.plural}", {"secretsmanager:CreateSecret", "secretsmanager:TagResource"}, own)
        keys, through = scope.arns("kms", "key/*"), via(scope, "secretsmanager")
        yield allow("ReadSecretsThatAreEncrypted", {"kms:Decrypt"}, keys, through)


def _changes(scope: Scope) -> Iterator[Statement]:
    of_copies = [drill for drill in scope.drills if drill.production is None]
    writes = frozenset[str]().union(*(calls_of(scope.types, drill).writes for drill in of_copies))
    made = [of for of in scope.types if _is_concerned(scope, of)]
    yield from (statement for of in made for statement in _of_type(scope, of, writes))
    yield from _shelves(scope, writes)
    yield from _outside(scope, writes)
    yield from zones.changes(scope)
    yield from vaults.restores(scope)
    for number, (call, arn) in enumerate(scope.on_production(), 1):
        yield allow(f"FailProductionOver{number}", {call}, [arn])


def elsewhere_policies(scope: Scope) -> dict[str, list[Policy]]:
    """The policies of the role of each other account in which copies stand: it reads and changes there."""
    found = {}
    for account in scope.elsewhere():
        there = scope.within(account)
        of_drills = [*_reads(there), *_distinct(_changes(there)), *replicas.makes(there), *_keys(there), *_never(there)]
        found[account] = packed([*of_drills, *_for_making(there), *_puts(there)])
    return found


def trust_policy() -> Policy:
    """The trust policy of either role: whoever runs `dro`; to be filled in."""
    statement = {
        "Sid": "LetDrillsTakeThisRoleOn",
        "Effect": "Allow",
        "Principal": {"AWS": "ARN OF THE ROLE THAT RUNS dro"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringLike": {"sts:RoleSessionName": "dro-*"}},
    }
    return document([statement])


def _distinct(statements: Iterable[Statement]) -> list[Statement]:
    """The statements without those that allow, by another id, what one allows already: types may share a call."""
    found: dict[str, Statement] = {}
    for each in statements:
        found.setdefault(json.dumps({**each, "Sid": ""}, sort_keys=True), each)
    return list(found.values())


def _tagged(scope: Scope, key: str) -> dict[str, Any]:
    return {**scope.here(), "Null": {key: "false"}}


def _into(scope: Scope, held: HeldType, looks: frozenset[str]) -> Statement:
    """The looks into what an environment holds, where that is named as copies are."""
    named = (held.seen_as or held.arn).format(id=COPIES)
    return allow(f"LookInto{held.plural}", looks, scope.arns(held.service, named))


def _data(scope: Scope, reads: frozenset[str]) -> Iterator[Statement]:
    read = [each for each in scope.types if each.data and scope.sources(each)]
    for number, each in enumerate(read):
        sources = [] if scope.apart else scope.sources(each)  # in another account nobody reads production
        names = [arn for name in (*sources, COPIES) for arn in each.made.arns_of(name)]
        alike = any(before.content is each.content for before in read[:number])  # no two statements share an id
        sid = f"Read{each.content.title()}" + (f"Of{each.made.plural}" if alike else "")
        yield allow(
            sid, reads & actions_of(scope.types, each.data | each.bounded), scope.arns(each.made.service, *names)
        )
    if scope.secrets():
        yield allow("ReadLogins", LOGINS, scope.arns("secretsmanager", *scope.secrets()))
    if scope.apart and scope.tells_secrets():
        yield allow("ReadLoginsOfCopies", LOGINS, scope.arns("secretsmanager", f"secret:{COPIES}"))
    for of in scope.types:
        tag = owner(of)
        if scope.opens_within(of):
            copies = {"StringLike": {tag: scope.arns(of.made.service, of.made.arn_of(COPIES))}}
            own = scope.arns("secretsmanager", MANAGED)
            yield allow(f"ReadOwnLoginsOf{of.made.plural}", {"secretsmanager:GetSecretValue"}, own, copies)
        if managed := scope.managed(of):
            owned = {"StringEquals": {tag: scope.arns(of.made.service, *managed)}}
            yield allow(f"ReadLoginsOf{of.made.plural}", LOGINS, scope.arns("secretsmanager", MANAGED), owned)
    for of in scope.types:
        if of.inquiry is not None and (asked := scope.asked(of)):
            yield allow(f"AskSourcesOf{of.made.plural}", of.inquiry.calls, scope.arns(of.made.service, *asked))
    if scope.users():
        yield allow("LogInByToken", {"rds-db:connect"}, scope.arns("rds-db", *scope.users()))
    services = [each.secures for each in scope.types if each.data and each.secures]
    copied = {each.call.partition(":")[0] for each in _looks(scope, at_source=True) if not scope.apart} & {"s3"}
    keys, through = scope.arns("kms", "key/*"), via(scope, *services, *copied, "secretsmanager")
    yield allow("ReadWhatIsEncrypted", {"kms:Decrypt"}, keys, through)


def _named(scope: Scope, *, at_source: bool = False) -> Iterator[Statement]:
    """The reads of things that resources name, each of these alone."""
    ending = "OfProduction" if at_source else ""
    looks = _looks(scope, at_source=at_source)
    yield from _on_each(scope, f"{{}}{ending}", ((read.call, (read.action,), read.arn) for read in looks))


def _puts(scope: Scope) -> Iterator[Statement]:
    """The changes of things that resources name, each of these alone: what drills publish, and encrypt with the key
    of where it lies.
    """
    puts = dict.fromkeys(each for drill in scope.drills for each in _type(scope, drill).puts(drill.resource))
    named = ((put.call, (put.call,), put.arn.replace("{partition}", scope.partition)) for put in puts)
    yield from _on_each(scope, "{}", named)
    if any(put.call.startswith("s3:") for put in puts):
        yield allow("EncryptFiles", {"kms:GenerateDataKey"}, scope.arns("kms", "key/*"), via(scope, "s3"))


def _for_making(scope: Scope) -> Iterator[Statement]:
    """The rights on such things that whoever makes the copies needs."""
    yield from _on_each(
        scope, "MakeOf{}", ((read.call, read.making, f"{read.arn}{read.within}") for read in _looks(scope))
    )


def _on_each(scope: Scope, sid: str, wanted: Iterable[tuple[str, tuple[str, ...], str]]) -> Iterator[Statement]:
    """Actions of a call on all that is named for it, by the resource parts of ARNs; `{}` in `sid` is the operation."""
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for call, actions, name in wanted:
        found.setdefault((call, actions), []).append(name)
    for (call, actions), names in found.items():
        service, _, operation = call.partition(":")
        yield allow(sid.format(operation), actions, scope.arns(service, *names))


def _looks(scope: Scope, *, at_source: bool = False) -> list[Read]:
    found = (read for drill in scope.drills for read in _type(scope, drill).reads(drill.resource))
    wanted = dict.fromkeys(each for each in found if each.at_source is at_source)
    return [replace(each, arn=each.arn.replace("{partition}", scope.partition)) for each in wanted]


def _type(scope: Scope, drill: Drill) -> ResourceType:
    return scope.types[drill.resource.type]


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
        if scope.apart and effect is Effect.RESTORE and copy.name != of.name:  # it comes from the sources' account
            on += scope.anywhere(copy, COPIES)
        by_name = effect is Effect.FILL or right.untagged or not scope.sees_tags(copy)
        condition = scope.here(copy.service) if by_name else _tagged(scope, WEARS if effect in _WITH_TAG else ASKED)
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
    for of, write in made:
        for number, (service, part, actions) in enumerate(write.outside if _is_made(scope, write) else (), 1):
            beside = {"bucket": scope.buckets(), "source": scope.sources(of), "machine": scope.used(of)}
            beside["subnet"] = subnets = scope.mounted_in(of)
            whole = part.replace("{partition}", scope.partition).replace("{account}", scope.account)
            parts = _filled(whole.replace("{copies}", COPIES), beside)
            name = write.operation.partition(":")[2]
            on, here = scope.arns(service, *dict.fromkeys(parts)), scope.here() if "{source}" in part else None
            if actions == (making.TAG,):  # of what is made by that very call
                here = {"StringEquals": {making.BY: name}}
            if part == _CARDS and subnets:  # of the subnets that copies are mounted in, whatever else stands there
                here = {"ArnLike": {"ec2:Subnet": scope.arns("ec2", *(f"subnet/{each}" for each in subnets))}}
            if service == "iam":  # a role that another service acts by, and that one alone
                domain = "amazonaws.com.cn" if scope.partition == "aws-cn" else "amazonaws.com"
                here = {"StringEquals": {"iam:PassedToService": f"{of.made.service}.{domain}"}}
            yield allow(f"For{name}{number}", actions, on, here)


def _filled(part: str, places: Mapping[str, Sequence[str]]) -> list[str]:
    """The resource parts that one with a placeholder stands for: one for each name."""
    held = next((name for name in places if f"{{{name}}}" in part), "")
    return [part.replace(f"{{{held}}}", each) for each in places[held]] if held else [part]


def _is_made(scope: Scope, write: Write) -> bool:
    """Whether a call is made in an account at all: some only where production is not, some only where it is."""
    return not (write.into and scope.apart) and not (write.alone and not scope.apart)


def _besides(write: Write) -> tuple[str, ...]:
    return tuple(action for actions in write.actions.values() for action in actions)


def _rights(scope: Scope, of: ResourceType, writes: frozenset[str]) -> dict[tuple[Effect, str], _Right]:
    """The rights that calls need, by their effect and the type of the copies that have it."""
    found: dict[tuple[Effect, str], _Right] = {}
    for write in of.writes:
        if write.operation not in writes or write.target.each or write.among or write.effect is Effect.PUBLISH:
            continue  # items are written by the actions of the restore; what lies in a place is no copy
        if write.acts_as:
            continue  # it acts on a recovery point, and is no action of the copy's service
        if write.uses and not _is_own(scope, write):
            continue  # it acts on a machine, which has a right of its own
        if not _is_made(scope, write) or (write.effect is Effect.FILL and not scope.sources(of)):
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


def _keys(scope: Scope) -> Iterator[Statement]:
    """A restore of what is encrypted uses the source's key, and grants its service to go on using it."""
    services = dict.fromkeys(each.secures for each in scope.types if each.secures)
    keys, through = scope.keys(), via(scope, *services)
    yield allow("UseKeysOfSources", {"kms:DescribeKey", *(f"kms:{each}" for each in _KEYS)}, keys, through)
    grants = {**through, "Bool": {"kms:GrantIsForAWSResource": "true"}}
    yield allow("GrantKeysToServices", {"kms:CreateGrant"}, keys, grants)


def _never(scope: Scope) -> Iterator[Statement]:
    """The denials that hold whatever another policy may allow one day.

    Where IAM may not see the tags of a copy, a denial of what wears none would hit the copy, too: its name protects.
    """
    found = (write for each in scope.types for write in each.writes)
    made = (write for write in found if _is_made(scope, write))
    writes = [write for write in made if not write.among and write.effect is not Effect.PUBLISH]
    changed = [write for write in writes if write.effect in _WITH_TAG]
    moved = [write for write in changed if any(_MACHINE in part for _, part, _ in write.outside)]
    sent = [write for write in changed if write not in moved and any(each == "ssm" for each, _, _ in write.outside)]
    yield from _never_moved(scope, moved, sent)
    touched = [write for write in changed if write not in moved and write not in sent]
    worn = [write for write in touched if not write.bare]
    named = [scope.types.targets[name] for name in dict.fromkeys(write.target.type for write in touched)]
    copies = list(dict.fromkeys(arn for copy in named for arn in scope.anywhere(copy, _called(scope, copy))))
    seen = _operations(scope, (each for each in worn if scope.sees_tags(scope.types.targets[each.target.type])))
    own = {call: [arn for one, arn in scope.on_production() if one == call] for call, _ in scope.on_production()}
    others = [each for each in seen if each not in own]
    yield deny("NeverTouchTheUntagged", others, {"Resource": ["*"], "Condition": {"Null": {WEARS: "true"}}})
    others = [each for each in _operations(scope, touched) if each not in own]
    yield deny("NeverTouchByAnotherName", others, {"NotResource": copies})
    for number, (call, arns) in enumerate(own.items(), 1):
        over = {scope.types.targets[write.target.type] for write in touched if write.operation == call}
        alike = sorted({arn for copy in over for arn in scope.anywhere(copy, _called(scope, copy))})
        yield deny(f"NeverFailAnythingElseOver{number}", [call], {"NotResource": [*alike, *arns]})
        untagged = {"Resource": alike, "Condition": {"Null": {WEARS: "true"}}}
        yield deny(f"NeverFailTheUntaggedOver{number}", [call] if alike else [], untagged)
    if any(drill.resource.rebuild is not None for drill in scope.drills):
        imports = _operations(scope, (write for write in writes if write.brings))
        kinds = sorted(each.made.cloudformation for each in scope.types if each.imported.all)
        other = {"ForAnyValue:StringNotEquals": {"cloudformation:ImportResourceTypes": kinds}}
        yield deny("NeverImportAnythingElse", imports, {"Resource": ["*"], "Condition": other})
    hidden = [write for write in writes if not scope.sees_tags(scope.types.targets[write.target.type])]
    tags = _operations(scope, (write for write in hidden if write.effect is Effect.TAG))
    yield deny("NeverTagWithoutTheRun", tags, {"Resource": ["*"], "Condition": TAGGED})
    yield from making.never_tagged(scope, writes)


def _is_concerned(scope: Scope, of: ResourceType) -> bool:
    """Whether drills may make copies of a type: of what no environment holds its own drills alone do, though others
    make a call of the same name.
    """
    environments = any(_type(scope, drill).content is Content.STORES for drill in scope.drills)
    held = environments and (of.filling.all or of.born.all or of.direct.all)
    return bool(scope.sources(of) or held) or of.content is Content.STORES


def _is_own(scope: Scope, write: Write) -> bool:
    """Whether a call is one of the service that its target is of."""
    service = scope.types.targets[write.target.type].service
    return all(each.startswith(f"{service}:") for each in _operations(scope, [write]))


def _documents(scope: Scope, writes: Iterable[Write]) -> list[str]:
    return scope.arns("ssm", *(part for write in writes for service, part, _ in write.outside if service == "ssm"))


def _never_moved(scope: Scope, moved: Sequence[Write], sent: Sequence[Write]) -> Iterator[Statement]:
    """The denials of what acts on a copy and on a machine at once, which wears no run's tag; and of what is `sent` to
    a copy itself: to one that wears its run's tag, and to those machines.
    """
    lend = [of for of in scope.types if any(write in moved for write in of.writes)]
    machines = [arn for of in lend for each in scope.used(of) for arn in scope.arns("ec2", f"instance/{each}")]
    drilled = any(scope.drilled(scope.types.targets[each.target.type]) for each in sent)
    commands = _operations(scope, sent) if drilled else []
    beside = [*machines, *_documents(scope, [*moved, *sent])]
    untagged = {"NotResource": beside, "Condition": {"Null": {WEARS: "true"}}}
    yield deny("NeverCommandTheUntagged", commands, untagged)
    if not machines:
        return
    own = [write for write in moved if _is_own(scope, write)]  # what is but read there is no matter of such a call
    named = [scope.types.targets[name] for name in dict.fromkeys(write.target.type for write in own)]
    copies = list(dict.fromkeys(arn for copy in named for arn in scope.anywhere(copy, COPIES)))
    untagged = {"Resource": copies, "Condition": {"Null": {WEARS: "true"}}}
    yield deny("NeverMoveTheUntagged", _operations(scope, own), untagged)
    used = [write for write in moved if not {*_operations(scope, [write])} <= {*commands}]
    others = {"NotResource": [*copies, *machines, *_documents(scope, used)]}
    yield deny("NeverUseAnotherMachine", _operations(scope, used), others)


def _called(scope: Scope, copy: CopyType) -> str:
    """How something is called that is not denied to be touched: CloudFormation, too, acts by this role, on whatever a
    template names after the copy in whichever way.
    """
    return f"*{COPIES}" if copy.name in scope.types.held else COPIES


def _operations(scope: Scope, writes: Iterable[Write]) -> list[str]:
    grants = scope.types.grants
    return sorted({action for write in writes for action in grants.get(write.operation, (write.operation,))})
