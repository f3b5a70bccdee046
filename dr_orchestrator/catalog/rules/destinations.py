"""Rules of drills whose copies stand elsewhere than their sources: where that may be, and how it is reached."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from dr_orchestrator.catalog.declared import Declared, Policy
from dr_orchestrator.catalog.shapes.destination import OWN, To
from dr_orchestrator.catalog.shapes.service import Drill, Resource
from dr_orchestrator.catalog.shapes.tiers import TiersFile
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.domain import leaving
from dr_orchestrator.domain.drill import account_of
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.resource_type import Content, ResourceType, Types
from dr_orchestrator.domain.service import Via
from dr_orchestrator.errors import Problem

Mistake = tuple[Key, str, str]


def mistakes(drill: Drill, resource: Resource, of: ResourceType) -> Iterator[Mistake]:
    """The mistakes in where a drill says that its copy is to stand; none where it says nothing, and takes no vault's
    points.
    """
    lies = drill.recovery_points.region if drill.recovery_points else None
    vault = bool(drill.recovery_points and drill.recovery_points.vault)
    if lies:
        yield from _standing(drill, resource, of, lies, vault)
    if (drill.to or lies) and of.elsewhere and resource.database and resource.database.via is Via.DATA_API:
        message = "the Data API takes a secret of the region in which the copy stands, and the source's is of its own"
        yield ("to" if drill.to else "recovery_points",), message, "remove it, or ask the copy at its address"
    yield from _partitions(drill, resource)
    yield from _lost(drill, resource, of)
    if (to := drill.to) is None:
        return
    if not (of.elsewhere or of.afar):
        told = of.stays or f"copies of {of.name}s stand beside their sources, or where the resource says"
        yield ("to",), told, "remove it"
        return
    if drill.kind not in of.elsewhere and not lies and not (drill.kind in of.afar and (vault or not of.elsewhere)):
        out_of = [f"{each} out of a vault" for each in of.afar if each not in of.elsewhere]
        kinds = ", ".join(sorted([*of.elsewhere, *out_of]))
        yield ("to",), f"the copy of a {drill.kind} stands beside its source", f"remove it, or drill by one of: {kinds}"
    account = "" if to.account == resource.account else to.account
    if vault and not lies and not (account and of.afar):
        yield _of_vault(drill, to, of)
    if to.region == resource.region and not account:
        yield ("to", "region"), "that is where the source is", "name another region, or remove `to`"
    if account and not of.carried.all and not (vault and of.afar and of.by_job):
        fix = ", or take what a vault of AWS Backup has there: `recovery_points`" if of.afar and of.by_job else ""
        yield ("to", "account"), f"no drill brings {of.name}s into another account", f"remove it{fix}"
    yield from _of_content(to, of, vault=vault)
    if to.shared_key and not account:
        yield ("to", "shared_key"), "nothing is shared where the copy stands in its source's account", "remove it"
    elif to.shared_key and ":key/" not in to.shared_key:
        message = "the policies of the other account's role can name a key by its ARN alone"
        yield ("to", "shared_key"), message, "write the key's ARN: arn:aws:kms:...:key/..."
    yield from _keys(to, account or "")
    yield from _own(to, account if of.afar else "", resource, of)


def _lost(drill: Drill, resource: Resource, of: ResourceType) -> Iterator[Mistake]:
    """The mistake that the copy stands in the region that counts as lost, in whichever account; and so green tells
    nothing. A drill that says nothing of a place is read all the same, for files of old say nothing; it is never green.
    """
    said = (drill.to.region if drill.to else None) or (drill.recovery_points.region if drill.recovery_points else None)
    if said is None and drill.recovery_points is None:
        return
    if leaving.stays(drill.disruption, drill.kind, elsewhere=said not in (None, resource.region)):
        message = leaving.told(resource.region)
        fix = "" if of.stays else ", or have the copy stand in another region"
        yield ("disruption",), message, f"write `disruption: infrastructure`, or `application`{fix}"


def _of_content(to: To, of: ResourceType, *, vault: bool) -> Iterator[Mistake]:
    """The mistakes in words that databases alone have, and in a key for what comes out of a `vault` under its own."""
    if of.content is not Content.ROWS:
        for key in ("isolation", "option_group", "parameter_group"):
            if getattr(to, key):
                yield ("to", key), f"copies of {of.name}s have none", "remove it"
    if vault and to.kms_key and (of.content is Content.ROWS or not of.by_job):
        message = f"{of.name}s are restored under the key that their points have in the vault"
        yield ("to", "kms_key"), message, "remove it"


def _of_vault(drill: Drill, to: To, of: ResourceType) -> Mistake:
    """The mistake that a copy is to stand elsewhere, and its points lie in a vault of which no region is said."""
    is_there = drill.recovery_points is not None and drill.recovery_points.vaults_region == to.region
    if is_there and drill.kind in of.afar:
        message = f"the vault is in {to.region}, and it is not said that the points are taken there"
        return ("recovery_points",), message, f"add `region: {to.region}`"
    fix = "remove it, or `recovery_points`"
    if is_there:
        return ("to",), f"no {drill.kind} takes {of.name}s from a vault elsewhere than their sources", fix
    message = "AWS Backup restores only where a vault is, and the drill says that the copy stands elsewhere"
    return ("to",), message, f"{fix}, or name the vault's `region` there" if of.afar else fix


_PARTITION = re.compile(r"(cn|us-gov|eusc|[a-z]+-iso[a-z]*)-")
"""The beginning of the names of regions that are not of AWS's public partition."""


def _partitions(drill: Drill, resource: Resource) -> Iterator[Mistake]:
    """The mistake that a region is of another partition than the source's: nothing goes from one into another."""
    for key, said in (("recovery_points", drill.recovery_points), ("to", drill.to)):
        region = said.region if said else None
        if region and _partition(region) != _partition(resource.region):
            message = f"{region} is of another partition of AWS than {resource.region}, and nothing goes into another"
            yield (key, "region"), message, f"name a region of the partition of {resource.region}"


def _partition(region: str) -> str:
    found = _PARTITION.match(region)
    return found[1] if found else ""


def _own(to: To, account: str | None, resource: Resource, of: ResourceType) -> Iterator[Mistake]:
    """The keys that are the resource's own, and of its own region and account: others have to be said, and no other
    type has them. `account` is that of the copy, where it is another.
    """
    known = of.own_keys()
    for key in OWN:
        if getattr(to, key) is not None and key not in known:
            yield ("to", key), f"no {of.name} has a `{key}`", "remove it"
        elif key in known and getattr(to, key) is None and (account or to.region != resource.region):
            where = f"{to.region} of account {account}" if account else to.region
            message = f"the copy stands in {where}, and the `{key}` of the resource is of {resource.region}"
            yield ("to",), f"{message}{' of its own' * bool(account)}", f"add `{key}`, of {where}"


def _standing(drill: Drill, resource: Resource, of: ResourceType, lies: str, vault: bool) -> Iterator[Mistake]:
    """The mistakes in where copies are said to lie already: in a `vault` of AWS Backup there, or without one."""
    where: Key = ("recovery_points", "region")
    if drill.kind not in (ways := of.afar if vault else of.standing):
        message = f"no {drill.kind} takes copies of {of.name}s that lie in {'a vault of ' * vault}another region"
        if not vault and drill.kind in of.afar and not of.by_job:
            message += ": EC2 tells of no copied snapshot what it is of, and as of when"
        yield where, of.stays or message, ", or ".join(_ways_out(drill, of, ways, vault=vault))
    if lies == resource.region:
        fix = "remove it" if vault else "remove `recovery_points`"
        yield where, "that is where the source is: its points there are taken anyway", fix
    if drill.to is None:
        own = of.own_keys() if drill.kind in ways and lies != resource.region else ()
        for key in (each for each in OWN if each in own):
            message = f"the copy stands in {lies}, and the `{key}` of the resource is of {resource.region}"
            yield where, message, f"add `to: {{region: {lies}, {key}: …}}`"
        return
    if drill.to.region != lies:
        yield ("to", "region"), f"the points lie in {lies}, and are restored there", f"write {lies}, or remove `to`"
    for key in ("account", "kms_key", "shared_key"):
        if getattr(drill.to, key) and not (vault and of.afar and key != "shared_key"):
            yield ("to", key), "nothing is copied where the points lie there already", "remove it"


def _ways_out(drill: Drill, of: ResourceType, ways: Iterable[Kind], *, vault: bool) -> Iterator[str]:
    """The way out for points that lie elsewhere, where no drill of that kind takes them from there."""
    yield "remove it"
    if ways:
        yield f"drill by one of: {', '.join(sorted(ways))}"
    if not vault and drill.kind in of.afar:
        yield "name the vault of AWS Backup in which they lie"
    if vault and drill.kind in of.standing:
        yield "remove `vault` and `role`: what was copied there is taken without"


def _keys(to: To, account: str) -> Iterator[Mistake]:
    """The keys that are said to be of another region: KMS keeps each in its own; and the copy's that is said to be of
    another account than that of the copy: whoever loses the source's would lose the copy with its key.
    """
    if account and to.kms_key and to.kms_key.startswith("arn:") and (of := account_of(to.kms_key)) != account:
        message = f"the key is of account {of}, and what stands in {account} is encrypted with one of {account}"
        yield ("to", "kms_key"), message, f"name one of {account}"
    for name, key in (("kms_key", to.kms_key), ("shared_key", to.shared_key)):
        if key and key.startswith("arn:") and (region := key.split(":")[3]) != to.region:
            message = f"the key is of {region}, and what stands in {to.region} is encrypted with one of {to.region}"
            yield ("to", name), message, f"name one of {to.region}"


def problems(policy: Policy, services: Sequence[Declared], types: Types[ResourceType]) -> Iterator[Problem]:
    """The places that tiers.yaml does not allow, or that no role reaches."""
    if policy.whole is None:
        return
    for service in services:
        for name, drill in service.drills.legal.items():
            resource = service.resources.legal.get(drill.resource)
            lies = drill.recovery_points.region if drill.recovery_points else None
            to, at = (drill.to, "to") if drill.to else (To(region=lies) if lies else None, "recovery_points")
            of = types[resource.type] if resource else None
            if to is None or resource is None or of is None or not (of.elsewhere or of.afar):
                continue
            for key, message, fix in _outside(policy.whole, to, resource):
                yield service.document.problem(("drills", name, at, *key), message, fix)


def _outside(policy: TiersFile, to: To, resource: Resource) -> Iterator[Mistake]:
    regions, accounts = policy.allowed.regions, policy.allowed.accounts
    if regions and to.region not in regions:
        yield ("region",), f"{to.region} is not among those that tiers.yaml allows", f"one of: {', '.join(regions)}"
    if not to.account or to.account == resource.account:
        return
    if accounts and to.account not in accounts:
        message = f"account {to.account} is not among those that tiers.yaml allows"
        yield ("account",), message, f"one of: {', '.join(accounts)}"
    if to.account not in {account_of(arn) for arn in policy.roles.elsewhere}:
        fix = f"add one to `roles: elsewhere`: arn:aws:iam::{to.account}:role/..."
        yield ("account",), f"no role reaches account {to.account}", fix
