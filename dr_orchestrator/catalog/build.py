"""Legal drill files -> the domain's Catalogue."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from dr_orchestrator.catalog import baseline, digest, production, proofs, spanning, there
from dr_orchestrator.catalog import policy as policies
from dr_orchestrator.catalog.calendar import calendar
from dr_orchestrator.catalog.deadlines import deadlines
from dr_orchestrator.catalog.declared import Declared
from dr_orchestrator.catalog.shapes import checks as claims
from dr_orchestrator.catalog.shapes import service as written
from dr_orchestrator.catalog.shapes.customer import CustomerStack as WrittenStack
from dr_orchestrator.catalog.shapes.destination import To
from dr_orchestrator.catalog.shapes.proofs import Deep
from dr_orchestrator.catalog.shapes.rebuild import Rebuild as WrittenRebuild
from dr_orchestrator.catalog.shapes.there import SameInBoth
from dr_orchestrator.catalog.shapes.tiers import TiersFile
from dr_orchestrator.catalog.source import Document, Key, dotted
from dr_orchestrator.catalog.template import Template, Unusable
from dr_orchestrator.domain.calendar import Frequency
from dr_orchestrator.domain.customer_stack import Baseline, CustomerStack
from dr_orchestrator.domain.drill import (
    Allowed,
    CanaryItem,
    Catalogue,
    Check,
    Drill,
    EventArrives,
    HttpAnswer,
    ItemsAtLeast,
    NewestRow,
    Pick,
    Query,
    RecoveryPath,
    RestoredItem,
    RestoredRow,
    Roles,
    RowsAtLeast,
    Selection,
)
from dr_orchestrator.domain.objective import Objective, Tier
from dr_orchestrator.domain.replica import Answers, Place
from dr_orchestrator.domain.resource_type import ResourceType, Types
from dr_orchestrator.domain.service import (
    Builder,
    Canary,
    Contact,
    Database,
    Exclusion,
    Fill,
    Isolation,
    Keys,
    Outlet,
    Rebuild,
    Resource,
    Runbook,
    Service,
)


def catalogue(
    policy: TiersFile,
    declared: Sequence[Declared],
    types: Types[ResourceType],
    where: Mapping[str, str] | None = None,
    freezes: Mapping[int, str] | None = None,
) -> Catalogue:
    """Put the files together, services and drills in the order of their names; `where` tells the places in tiers.yaml
    of the entries for production, by drill, `freezes` those of the calendar's, by number.
    """
    tiers = {tier.number: policies.tier(tier, policy.revision) for tier in policy.tiers}
    services: dict[str, Service] = {}
    drills: dict[str, Drill] = {}
    places = where or {}
    for each in sorted(declared, key=lambda one: one.name):
        if each.whole:
            service = _service(each, each.whole, tiers, policy, types)
            services[service.name] = service
            drills |= {
                name: _standing(
                    replace(
                        _drill(name, drill, service, policy, each.document, places),
                        every=policies.every(drill, each.whole, policy),
                    ),
                    types,
                )
                for name, drill in each.whole.drills.items()
            }
    drills = dict(sorted(drills.items()))
    settings: dict[str, object] = {"at_once": policy.limits.at_once, "revision": policy.revision, "tiers": tiers}
    if policy.calendar:
        settings["calendar"] = policy.calendar
    revision = digest.of_catalogue(services, drills, settings)
    allowed = Allowed(frozenset(policy.allowed.accounts), frozenset(policy.allowed.regions))
    roles = Roles(policy.roles.source or "", policy.roles.drill or "", tuple(policy.roles.elsewhere))
    limits, told = policy.limits, (policies.keys(policy.discovery), tiers, policy.isolation is not None)
    when = calendar(policy.calendar, freezes or {}), deadlines(policy)
    rates = policies.rates(policy.costs)
    return Catalogue(
        services, drills, limits.at_once, revision, allowed, roles, rates, limits.headroom, limits.budget, *told, *when
    )


def _service(
    declared: Declared,
    file: written.ServiceFile,
    tiers: Mapping[int, Tier],
    policy: TiersFile,
    types: Types[ResourceType],
) -> Service:
    return Service(
        name=file.service,
        title=file.title,
        tier=tiers[file.tier],
        owner=file.owner,
        dr_champion=file.dr_champion,
        runbook=Runbook(file.runbook.url, file.runbook.reviewed),
        contacts=tuple(
            Contact(each.name, each.role, each.reach, each.verified, tuple(each.deputies)) for each in file.contacts
        ),
        resources={
            name: _resource(types[resource.type], name, resource, policy, declared)
            for name, resource in file.resources.items()
        },
        objectives={
            disruption: Objective(
                *(promise.rto, promise.rpo, f"{file.service}, {disruption}", policy.revision, promise.hydration),
                promise.reason or "",
            )
            for disruption, promise in file.objectives.written.items()
        },
        customer_stacks=tuple(
            _customer_stack(name, stack, declared) for name, stack in sorted(file.customer_stacks.items())
        ),
        exclusions={name: _exclusion(name, each, declared.document) for name, each in file.exclusions.items()},
    )


def _exclusion(name: str, of: written.Exclusion, document: Document) -> Exclusion:
    key: Key = ("exclusions", name)
    return Exclusion(of.approver, of.reason, of.expires, f"{document.file}:{document.line(key)}:{dotted(key)}")


def _customer_stack(name: str, stack: WrittenStack, declared: Declared) -> CustomerStack:
    document, file = declared.document, stack.baseline or baseline.default_file(declared.name, name)
    return CustomerStack(
        name=name,
        account=stack.account,
        region=stack.region,
        stack=stack.stack,
        role=stack.role,
        external_id=stack.external_id or "",
        baseline=_recorded(stack, declared, file),
        file=file,
        where=f"{document.file}:{document.line(('customer_stacks', name))}",
    )


def _recorded(stack: WrittenStack, declared: Declared, file: str) -> Baseline | None:
    try:
        return baseline.read(declared.folder / file, stack.account, stack.region, stack.stack)
    except baseline.NoBaseline:
        if declared.anew:
            return None
        raise


def _resource(
    of: ResourceType,
    name: str,
    resource: written.Resource,
    policy: TiersFile,
    declared: Declared,
) -> Resource:
    isolation = resource.isolation or (policy.isolation if "isolation" in of.keys else None)
    database, rebuild, canary = resource.database, resource.rebuild, resource.canary
    template = declared.templates.get(name)
    return Resource(
        name=name,
        type=resource.type,
        id=resource.id,
        region=resource.region,
        account=resource.account or "",
        isolation=Isolation(isolation.subnet_group, tuple(isolation.security_groups)) if isolation else None,
        database=_database(database, name, declared) if database else None,
        rebuild=_rebuild(rebuild, policy, template) if rebuild else None,
        canary=_canary(canary) if canary else None,
        own={key: own for key in of.own_keys() if (own := getattr(resource, key)) is not None},
    )


def _database(database: written.Database, resource: str, declared: Declared) -> Database:
    key: Key = ("resources", resource, "database", "secret" if database.secret else "auth")
    document = declared.document
    return Database(
        database.name,
        database.secret or "",
        Keys(database.keys.user, database.keys.password),
        database.auth,
        database.user or "",
        database.ca or "",
        database.reset_password,
        database.engine or "",
        database.tls_port or 0,
        database.via,
        str(declared.folder),
        f"{document.file}:{document.line(key)}:{dotted(key)}",
    )


def _rebuild(rebuild: WrittenRebuild, policy: TiersFile, template: Template | Unusable | None) -> Rebuild:
    place = rebuild.place or policy.replica.place
    imported = [logical for logical, store in rebuild.stores.items() if store.fill is Fill.IMPORT]
    known = template if isinstance(template, Template) else Template()
    leave_out = tuple(map(known.whole, rebuild.leave_out))
    allow = {known.whole(key): why for key, why in rebuild.allow.items()}
    empty = {known.whole(key): why for key, why in rebuild.empty.items()}
    account = (policy.replica.account or "") if place is Place.DRILL_ACCOUNT else ""
    return Rebuild(
        template=known.text,
        template_path=rebuild.source[1],
        parameters=rebuild.parameters,
        stores={known.whole(logical): store for logical, store in rebuild.filled.items()},
        place=place,
        answers=Answers(leave_out, allow, rebuild.imports, shares=tuple(rebuild.shares), empty=empty),
        boundary=policy.replica.boundary,
        account=account,
        stacks=tuple(each.moved(account) for each in known.stacks) if account else known.stacks,
        within=_beside(rebuild.template, known) if rebuild.template else {},
        bucket=policy.replica.bucket or "",
        key=(policy.replica.key or "") if place is Place.DRILL_ACCOUNT else "",
        imported=tuple(sorted(map(known.whole, imported))),
        builder=_builder(rebuild),
    )


def _builder(rebuild: WrittenRebuild) -> Builder | None:
    if not rebuild.command:
        return None
    destroy = tuple(rebuild.destroy or ())
    outlets = {
        name: Outlet(store.address, store.port or "", store.secret or "")
        for name, store in rebuild.stores.items()
        if store.address
    }
    passed, regions = tuple(rebuild.passed), tuple(rebuild.regions)
    return Builder(tuple(rebuild.command), destroy, rebuild.within, passed, outlets, regions)


def _beside(path: str, template: Template) -> dict[str, str]:
    """The texts of the templates within, by paths as that of the template is written."""
    folder = posixpath.dirname(path)
    return {posixpath.normpath(posixpath.join(folder, name)): text for name, text in template.within.items()}


def _canary(canary: written.Canary) -> Canary:
    table, column = canary.table or "", canary.column or ""
    return Canary(canary.interval, table, column, canary.key or {}, canary.attribute or "")


def _drill(
    name: str,
    drill: written.Drill,
    service: Service,
    policy: TiersFile,
    document: Document,
    places: Mapping[str, str],
) -> Drill:
    declared, revision = service.resources[drill.resource], policy.revision
    resource = there.moved(declared, drill.there) if drill.there else _placed(declared, drill)
    stores = resource.rebuild.stores if resource.rebuild else {}
    checks = tuple(there.whole(_in_store(_check(check), stores), stores) for check in drill.checks)
    return digest.stamped(
        Drill(
            name=name,
            service=service,
            resource=resource,
            kind=drill.kind,
            disruption=drill.disruption,
            objective=_objective(name, drill, service, revision),
            checks=checks,
            selection=_selection(drill.selection),
            path=drill.path,
            every=drill.every or Frequency.QUARTER,
            summary=drill.summary or "",
            file=document.file,
            accept=dict(drill.accept),
            vault=drill.recovery_points.named(_account(drill)) if drill.recovery_points else None,
            leading=there.leading(declared, drill.there, policy) if drill.there else None,
            stores={logical: service.resources[store] for logical, store in stores.items()},
            promoted={each: service.resources[name] for each, name in there.promoted(declared, drill.there).items()},
            replicates=service.resources[drill.replicates] if drill.replicates else None,
            lost={logical: service.resources[store] for logical, store in there.compared(declared, checks).items()},
            production=production.said(name, drill, policy, document, places),
            secondary=spanning.secondary(drill.secondary, resource),
            after_change_of=tuple(service.resources[name] for name in sorted(set(drill.after_change_of))),
        )
    )


def _standing(drill: Drill, types: Types[ResourceType]) -> Drill:
    """A drill that knows where its copy stands: each type has a word of its own in that."""
    return replace(drill, stands_in=types[drill.resource.type].place(drill.resource).region)


def _placed(resource: Resource, drill: written.Drill) -> Resource:
    """A resource as a drill knows it whose copy stands elsewhere, put there as the drill says, if it does.

    What lies in another region already is restored there.
    """
    lies = drill.recovery_points.region if drill.recovery_points else None
    to = drill.to or (To(region=lies) if lies else None)
    if to is None:
        return resource
    standing = bool(lies or (drill.recovery_points and drill.recovery_points.vault))
    put = to.isolation
    isolation = Isolation(put.subnet_group, tuple(put.security_groups)) if put else resource.isolation
    own = {**resource.own, **to.own}
    return replace(resource, to=replace(to.named, standing=standing), isolation=isolation, own=own)


def _account(drill: written.Drill) -> str:
    """The account in which a drill says that its copy is to stand; empty where it names none."""
    return (drill.to.account if drill.to else None) or ""


def _in_store(check: Check, stores: Mapping[str, str]) -> Check:
    """A check of a store of an app, by the store's whole name."""
    # beside a database a table is one of its own
    key = next((each for each in ("database", "bucket") if hasattr(check, each)), "table")
    named = getattr(check, key, "")
    known = named in stores
    found = [logical for logical in stores if named and not known and logical.partition("/")[2] == named]
    return replace(cast("Any", check), **{key: found[0]}) if found else check


def _objective(name: str, drill: written.Drill, service: Service, revision: str) -> Objective:
    own = drill.objective
    if own and drill.path is RecoveryPath.FALLBACK:
        return Objective(own.rto, own.rpo, f"{name} (fallback)", revision, own.hydration)
    return service.objective_for(drill.disruption)


def _selection(selection: written.Selection) -> Selection:
    if selection.random is not None:
        return Selection(Pick.RANDOM, runs=selection.random)
    if selection.oldest:
        return Selection(Pick.OLDEST)
    if selection.before is not None:
        return Selection(Pick.BEFORE, selection.before)
    asked = selection.ago is not None or selection.at is not None
    return Selection(Pick.AT, selection.at, selection.ago) if asked else Selection()


def _check(check: claims.Check) -> Check:
    name, must, claim = check.name, check.mandatory, check.claim
    if isinstance(claim, SameInBoth):
        return proofs.both(name, must, claim)
    return proofs.made(name, must, claim) if isinstance(claim, Deep) else _plain(name, must, claim)


def _plain(name: str, must: bool, claim: claims.Plain) -> Check:
    match claim:
        case claims.RowsAtLeast(table=table, minimum=minimum, database=database):
            return RowsAtLeast(name, table, minimum, must, database or "")
        case claims.NewestRow() as row:
            zone = row.timezone or ""
            of = row.database or ""
            return NewestRow(name, row.table, row.column, row.canary, row.interval, row.within, must, zone, of)
        case claims.Query(sql=sql, equals=equals, database=database):
            return Query(name, sql, equals, must, database or "")
        case claims.ItemsAtLeast(minimum=minimum, store=store):
            return ItemsAtLeast(name, minimum, store or "", must)
        case claims.HttpAnswer() | claims.EventArrives() as asked:
            return _surface(name, must, asked)
        case claims.CanaryItem() | claims.RestoredState() as marker:
            return _marker(name, must, marker)


def _surface(name: str, must: bool, claim: claims.HttpAnswer | claims.EventArrives) -> Check:
    if isinstance(claim, claims.HttpAnswer):
        return HttpAnswer(name, claim.url, claim.status, claim.contains or "", claim.timeout, must)
    told = (claim.bus, claim.log_group, claim.source, claim.detail_type, claim.within)
    return EventArrives(name, *told, dict(claim.detail), must)


def _marker(name: str, must: bool, claim: claims.CanaryItem | claims.RestoredState) -> Check:
    if isinstance(claim, claims.CanaryItem):
        return CanaryItem(name, claim.key, claim.attribute, claim.store or "", claim.interval, must)
    if claim.key:
        return RestoredItem(name, claim.key, claim.attribute or "", claim.store or "", must)
    return RestoredRow(name, claim.table or "", claim.column or "", must, claim.database or "")
