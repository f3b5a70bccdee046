"""The two IAM policies of drills: one role that reads the sources, one that makes copies and deletes them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

from dr_orchestrator.aws.access import backups, both, controls, replicas, zones
from dr_orchestrator.aws.access.changes import changes, writes_in
from dr_orchestrator.aws.access.never import never
from dr_orchestrator.aws.access.opened import LOGINS, MANAGED, READ_SECRET, owner, via
from dr_orchestrator.aws.access.permissions import actions_of, calls_of
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.aws.access.statements import COPIES, Policy, Statement, allow, document, packed
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.named import ANYTHING, Read
from dr_orchestrator.domain.resource_type import HeldType, ResourceType

_LYING = frozenset({"s3:GetBucketPolicy", "s3:ListBucketVersions"})
_PROFILES = frozenset({"iam:GetInstanceProfile"})
_KEYS = ("Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo")


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
    named = actions_of(scope.types, wanted)
    reads = named - controls.reads_of(named)
    of_data = LOGINS.union(*(actions_of(scope.types, each.data | each.bounded) for each in scope.types))
    everywhere = {each for each in reads if each.startswith("iam:")}
    of_zones = zones.everywhere(reads)
    held, profiles = everywhere & replicas.OF_BOUNDARIES, everywhere & _PROFILES
    of_iam = f"arn:{scope.partition}:iam::{scope.account}"
    buckets = [f"arn:{scope.partition}:s3:::{each}" for each in scope.buckets()]
    into = {each.name: actions_of(scope.types, each.looks & wanted) for each in scope.types.held.values()}
    return [
        allow("LookAround", reads.difference(of_data, everywhere, of_zones, *into.values()), ["*"], scope.here()),
        allow("AskWhatIsAllowed", everywhere - held - profiles, [f"{of_iam}:role/*"]),
        allow("LookAtInstanceProfiles", profiles, [f"{of_iam}:instance-profile/*"]),
        allow("ReadTheBoundary", held, replicas.boundaries(scope.beside())),
        allow("LookWhereTemplatesLie", reads & _LYING, buckets),
        *_data(scope, reads),
        *(_into(scope, held, into[held.name]) for held in scope.types.held.values()),
        *zones.looks(scope, of_zones),
        *controls.looks(scope),
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
    return packed([*_distinct(changes(scope)), *of_replicas, *by_statements, *_keys(scope), *never(scope)])


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


def elsewhere_policies(scope: Scope) -> dict[str, list[Policy]]:
    """The policies of the role of each other account in which copies stand: it reads and changes there."""
    found = {}
    for account in scope.elsewhere():
        there = scope.within(account)
        of_drills = [*_reads(there), *_distinct(changes(there)), *replicas.makes(there), *_keys(there), *never(there)]
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
        yield allow(sid.format(operation), actions, names if names == [ANYTHING] else scope.arns(service, *names))


def _looks(scope: Scope, *, at_source: bool = False) -> list[Read]:
    found = (read for drill in scope.drills for read in _type(scope, drill).reads(drill.resource))
    wanted = dict.fromkeys(each for each in found if each.at_source is at_source)
    return [replace(each, arn=each.arn.replace("{partition}", scope.partition)) for each in wanted]


def _type(scope: Scope, drill: Drill) -> ResourceType:
    return scope.types[drill.resource.type]


def _keys(scope: Scope) -> Iterator[Statement]:
    """A restore of what is encrypted uses the source's key, and grants its service to go on using it."""
    if not writes_in(scope):
        return  # nothing is restored
    services = dict.fromkeys(each.secures for each in scope.types if each.secures)
    keys, through = scope.keys(), via(scope, *services)
    yield allow("UseKeysOfSources", {"kms:DescribeKey", *(f"kms:{each}" for each in _KEYS)}, keys, through)
    grants = {**through, "Bool": {"kms:GrantIsForAWSResource": "true"}}
    yield allow("GrantKeysToServices", {"kms:CreateGrant"}, keys, grants)
