"""The scope of policies: the drills that they are for, and where those may work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from dr_orchestrator.aws.access.permissions import failed_over
from dr_orchestrator.domain.copy import Place
from dr_orchestrator.domain.drill import Allowed, Drill, reads_source
from dr_orchestrator.domain.resource_type import CopyType, ResourceType, Types, beside_the_source
from dr_orchestrator.domain.service import MANAGED, Database, Resource, Service, Via

NO_REGION = frozenset({"route53", "route53-recovery-control"})
"""The services whose calls go to one region, whichever that is: IAM sees us-east-1 there, and no copy's."""

_SUBNET = "subnet-"
"""How ids begin of subnets: of what drills use, all else are machines, or names of their profiles."""


@dataclass(frozen=True)
class Scope:
    """The drills that a policy is for, and where they may work; `abac` is whether IAM sees the tags of all copies.

    `apart` is whether the account is one of copies alone, in which production is not, `lenders` are then the accounts
    of its sources, where they are said. `services` are those whose backups are looked at. `at` is now: what the policy
    lets no longer gets no right; None where all counts.
    """

    types: Types[ResourceType]
    drills: Sequence[Drill]
    allowed: Allowed
    abac: bool = False
    apart: bool = False
    services: Sequence[Service] = ()
    at: datetime | None = None
    lenders: tuple[str, ...] = ()

    @property
    def regions(self) -> list[str]:
        """Where the policy says that drills may work, else where these do."""
        drilled = {place.region for drill in self.drills for place in self._places(drill)}
        looked_at = {resource.region for service in self.services for resource in service.resources.values()}
        return sorted(self.allowed.regions or drilled | looked_at)

    @property
    def account(self) -> str:
        """The one account in which drills may work; a star where it is not said, or they are several."""
        return next(iter(self.allowed.accounts)) if len(self.allowed.accounts) == 1 else "*"

    def elsewhere(self) -> list[str]:
        """The accounts in which copies stand that are not their sources'."""
        return sorted({account for drill in self.drills if (account := self._stands(drill))})

    def within(self, account: str) -> Scope:
        """The drills whose copies stand in another account, there."""
        drills = [drill for drill in self.drills if self._stands(drill) == account]
        own = {drill.resource.account for drill in drills}
        lenders = (self.allowed.accounts - {account}) if "" in own else own
        within = replace(self.allowed, accounts=frozenset({account}))
        return replace(self, drills=drills, allowed=within, apart=True, services=(), lenders=tuple(sorted(lenders)))

    def beside(self) -> Scope:
        """The drills whose copies stand in the account of their sources."""
        return replace(self, drills=[drill for drill in self.drills if not self._stands(drill)])

    def brings_away(self, drill: Drill) -> bool:
        """Whether a drill only brings its points from here: its copy stands in another account."""
        return not self.apart and bool(self._stands(drill))

    def used(self, of: ResourceType) -> list[str]:
        """The machines, by id, that read copies of a type: drills use them and did not make them."""
        return [each for each in self._used(of) if not each.startswith(_SUBNET)]

    def mounted_in(self, of: ResourceType) -> list[str]:
        """The subnets, by id, that copies of a type are mounted in, which drills use likewise."""
        return [each for each in self._used(of) if each.startswith(_SUBNET)]

    def _used(self, of: ResourceType) -> list[str]:
        drilled = (drill.resource for drill in self.drills if drill.resource.type == of.name)
        return sorted({each for resource in drilled for each in of.used(resource)})

    def put(self, of: ResourceType) -> dict[str, list[str]]:
        """The things of the account by which copies of a type are put where they stand, by the words for them."""
        found: dict[str, set[str]] = {}
        for drill in (each for each in self.drills if each.resource.type == of.name):
            for word, names in of.put(drill.resource).items():
                found.setdefault(word, set()).update(names)
        return {word: ["*"] if "*" in names else sorted(names) for word, names in found.items()}

    def _stands(self, drill: Drill) -> str:
        """The account in which the copy of a drill stands; empty for that of its source."""
        account = self.types[drill.resource.type].place(drill.resource).account
        return "" if account == drill.resource.account else account

    def _places(self, drill: Drill) -> Iterator[Place]:
        """Where a drill reads, and where its copies stand."""
        for each in (drill.resource, *drill.stores.values()):
            yield from (beside_the_source(each), self.types[each.type].place(each))
        if drill.secondary is not None:
            yield Place(drill.resource.account, drill.secondary.region)
        rebuild = drill.resource.rebuild
        if rebuild is not None and rebuild.builder is not None:
            yield from (Place(rebuild.account, region) for region in rebuild.builder.regions)

    @property
    def partition(self) -> str:
        """Of AWS: the public one, China's or GovCloud's."""
        first = next(iter(self.regions), "")
        return "aws-cn" if first.startswith("cn-") else "aws-us-gov" if first.startswith("us-gov-") else "aws"

    def arns(self, service: str, *names: str) -> list[str]:
        """The ARNs of resources, in every region and account; of what begins with colons, as it stands."""
        accounts = sorted(self.allowed.accounts) or ["*"]
        places = [(region, account) for region in self.regions for account in accounts]
        found = [
            self._arn(service, name, f"{region}:{account}")
            for name in dict.fromkeys(names)
            for region, account in places
        ]
        return list(dict.fromkeys(found))

    def anywhere(self, of: CopyType, id: str) -> list[str]:
        """The ARNs of something, wherever it stands."""
        return [self._arn(of.service, each, "*:*") for each in of.arns_of(id)]

    def _arn(self, service: str, name: str, place: str) -> str:
        if name.startswith("arn:"):
            return name
        if name.startswith("::") and not name.startswith(":::"):  # of a region, and of no account
            return f"arn:{self.partition}:{service}:{place.partition(':')[0]}{name}"
        if name.startswith(":") and not name.startswith("::"):  # of an account, and of no region
            return f"arn:{self.partition}:{service}::{place.partition(':')[2]}{name}"
        return f"arn:{self.partition}:{service}{name if name.startswith(':::') else f':{place}:{name}'}"

    def sources(self, of: ResourceType) -> list[str]:
        """The names of what is drilled, stores of environments among them."""
        found = [each for drill in self.drills for each in (drill.resource, *drill.stores.values())]
        return sorted({each.id for each in found if each.type == of.name})

    def declared(self, of: ResourceType) -> list[str]:
        """The names of what the services declare of a type."""
        found = (resource for service in self.services for resource in service.resources.values())
        return sorted({each.id for each in found if each.type == of.name})

    def copied_to(self) -> set[str]:
        """The regions that the tiers of the services want copies in."""
        return {region for service in self.services for region in service.tier.wanted.copy_in}

    def drilled(self, copy: CopyType) -> bool:
        """Whether a drill makes copies of that type."""
        return any(copy in self.types[drill.resource.type].copies for drill in self.drills)

    def stated(self, of: ResourceType) -> list[Drill]:
        """The drills of a type whose copies are asked by statements."""
        drilled = [drill for drill in self.drills if drill.resource.type == of.name and not self.apart]
        return [one for one in drilled if one.resource.database and one.resource.database.via is Via.DATA_API]

    def asked(self, of: ResourceType) -> list[str]:
        """The sources of a type that are asked by statements, for a check of their drills reads them."""
        reads = {one.resource.id for one in self.stated(of) if any(map(reads_source, one.checks))}
        return [of.made.arn_of(each) for each in sorted(reads)]

    def secrets(self, drills: Sequence[Drill] = ()) -> list[str]:
        """The secrets that hold logins, of some drills alone where these are named; the six characters are what Secrets
        Manager adds to a name.
        """
        scope = replace(self, drills=drills) if drills else self
        probes = {each.production.secret for each in scope.drills if each.production is not None}
        found = {each.secret for _, each in scope._databases()} | probes
        found -= {"", MANAGED}
        return [each if each.startswith("arn:") else f"secret:{each}-??????" for each in sorted(found)]

    def managed(self, of: ResourceType) -> list[str]:
        """The sources of a type whose master user RDS manages, as their ARNs name them."""
        found = {one.id for one, each in self._databases() if one.type == of.name and each.secret == MANAGED}
        return [of.made.arn_of(each) for each in sorted(found)]

    def opens_within(self, of: ResourceType) -> bool:
        """Whether drills log in to what templates make of a type from recovery points, by a password."""
        stores = (store for drill in self.drills for store in drill.stores.values() if store.type == of.name)
        return bool(of.born.all) and any(each.database and each.database.secret for each in stores)

    def tells_secrets(self) -> bool:
        """Whether programs tell of secrets with which drills log in to what those restored."""
        rebuilt = [each.resource.rebuild for each in self.drills if each.resource.rebuild]
        return any(outlet.secret for each in rebuilt if each.builder for outlet in each.builder.outlets.values())

    def on_production(self) -> list[tuple[str, tuple[str, ...], datetime]]:
        """The calls by which drills fail production over, each with the ARN of the one thing that it is on, and of who
        is to write then where a drill says so; and until when the policy lets it.
        """
        found: dict[tuple[str, tuple[str, ...]], datetime] = {}
        for drill in self.drills:
            over, on = self.types[drill.resource.type].fails_over, drill.production
            if on is not None and over is not None and not self.apart:
                if self.at is not None and on.consent.ends <= self.at:
                    continue
                arns = failed_over(self.types, drill, self.partition, drill.resource.account or self.account)
                key, ends = (over.operation, tuple(arns)), on.consent.ends
                found[key] = max(ends, found.get(key, ends))
        return sorted((*key, ends) for key, ends in found.items())

    def users(self) -> list[str]:
        """The users that log in by a token of IAM; to any database, for nobody knows the id of a copy beforehand."""
        return [f"dbuser:*/{each}" for each in sorted({each.user for _, each in self._databases()} - {""})]

    def _databases(self) -> Iterator[tuple[Resource, Database]]:
        """The resources that drills log in to, and how they do."""
        of_copies = [drill for drill in self.drills if drill.production is None]  # on production the probe logs in
        for each in (one for drill in of_copies for one in (drill.resource, *drill.stores.values())):
            if each.database is not None:
                yield each, each.database

    def subnet_groups(self, of: ResourceType) -> list[str]:
        """Where copies of a type are put."""
        drilled = [drill for drill in self.drills if drill.resource.type == of.name]
        put = [drill.resource.isolation for drill in drilled]
        put += [drill.secondary.isolation for drill in drilled if drill.secondary]
        promoted = [drill.stores[each] for drill in self.drills for each in drill.promoted]
        put += [each.isolation for each in promoted if each.type == of.name]
        return [f"subgrp:{each}" for each in sorted({one.subnet_group for one in put if one})]

    def buckets(self) -> list[str]:
        """The buckets that are declared for what drills leave there meanwhile."""
        rebuilt = [drill.resource.rebuild for drill in self.drills if drill.resource.rebuild is not None]
        return sorted({each.bucket for each in rebuilt} - {""})

    def lent(self) -> list[str]:
        """The keys under which snapshots are shared with other accounts, of replicas or of drills' own copies."""
        replicas = {drill.resource.rebuild.key for drill in self.drills if drill.resource.rebuild}
        return sorted((replicas | {drill.resource.to.lent for drill in self.drills if drill.resource.to}) - {""})

    def unlent(self) -> list[str]:
        """The sources whose snapshots are shared with another account under no key but their own."""
        drilled = [drill.resource for drill in self.drills if self._stands(drill)]
        brought = [one for one in drilled if one.to and not one.to.standing and one.to.region == one.region]
        return sorted({one.id for one in brought if one.to and not one.to.lent})

    def keys(self) -> list[str]:
        """The keys of KMS that copies are made with: those of the account, and those that are lent to it."""
        lent = [each for each in self.lent() if each.startswith("arn:")] if self.apart else []
        return [*self.arns("kms", "key/*"), *lent]

    def sees_tags(self, of: CopyType) -> bool:
        """Whether IAM surely sees the tags of such copies: where it may not, their names have to do.

        Of what copies hold some wears none: the log groups that AWS makes, say.
        """
        return of.shows_tags or (self.abac and of.by_abac and of.name not in self.types.held)

    def here(self, service: str = "") -> dict[str, Any]:
        """The condition that a call goes to one of the regions; none on a service that has no region."""
        if service in NO_REGION:
            return {}
        return {"StringEquals": {"aws:RequestedRegion": self.regions}}
