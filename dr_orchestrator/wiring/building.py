"""Builds what a drill is performed with: a guarded account, a toolkit, and the components of its resource type."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import replace

from dr_orchestrator.aws import copies
from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.copies import Proofs
from dr_orchestrator.aws.guard import Guard
from dr_orchestrator.aws.toolkit import TEARDOWN_CEILING, UNHURRIED, Toolkit
from dr_orchestrator.domain.copy import TERMINAL, Copy, CopyRecord, LiveObject, Place, Source
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.drill import Check, Drill, Selection, reads_source
from dr_orchestrator.domain.ports import Destroyer, Filler
from dr_orchestrator.domain.resource_type import Content, CopyType, Types, beside_the_source
from dr_orchestrator.domain.run import RunHeader
from dr_orchestrator.domain.service import Fill, Rebuild, Resource, Via
from dr_orchestrator.domain.vault import BY_RESTORE_JOB
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.ledger.patience import retry_transient
from dr_orchestrator.resources.contents import Contents
from dr_orchestrator.resources.drillable import Drillable, Order, Parts
from dr_orchestrator.resources.inside import Inside
from dr_orchestrator.resources.sides import Sides
from dr_orchestrator.runner import Components, Direct, RunContext, Store
from dr_orchestrator.runner.context import Drive
from dr_orchestrator.runner.sweep.runs import outlived_before
from dr_orchestrator.wiring import approving, losing
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.bearing import born
from dr_orchestrator.wiring.comparing import comparing
from dr_orchestrator.wiring.identity import elsewhere, is_simulated
from dr_orchestrator.wiring.outliving import Outlives, TakesDown, backed

CEILING = 3
"""A restore is measured on to this multiple of its RTO, so that a failed drill still learns the true time."""


def guarded(
    here: App, region: str, run: str, drive: Drive, drill: Drill | None = None, account: str = "", *, leave: bool = True
) -> Account:
    """An account in which only the copies that the ledger holds for a run can be changed; none made without a drill.

    What is settled there is a copy no more: a process that slept while a sweep ended its run creates nothing after it.
    Nothing is changed by one that has lost the `drive`.
    `account` is the one that copies stand in, where that is not their sources': no other copy is changed there. Without
    `leave` production is not failed over there, whatever the drill says: a run has one leave, and counts by it.
    """

    def live() -> list[CopyRecord]:
        return [record for record in here.ledger.copies(run) if record.state not in TERMINAL]

    def made() -> list[Copy]:
        return [record.copy for record in live() if record.copy.account == account]

    def may_restore(origin: str) -> bool:
        if drill is None:
            return False
        own = {drill.resource.id, *(store.id for store in drill.stores.values())}
        if origin in own:
            return True
        recorded = retry_transient(lambda: here.ledger.queries.run(run))
        points = {point.id for point in recorded.points}
        made = recorded.header.provenance
        if origin.startswith("arn:") and any(point.startswith(f"{origin}@") for point in points):
            return True  # an instant of a backup that is replicated, as its point names that
        if origin in points or _named_by(origin, made.region, made.account) in points:
            return True
        rows = [row for row in live() if row.identity is not None]  # its own, on the way elsewhere
        by_name = {row.copy.id for row in rows if drill.resource.to is not None}
        by_name |= {row.identity.unique_id for row in rows if row.identity and drill.resource.to is not None}
        return origin in by_name | {row.identity.arn for row in rows if row.identity is not None}

    def accounts() -> set[str]:
        return {row.copy.account for row in live()} - {""}

    guard = Guard(
        here.types.calls,
        made,
        here.sources,
        may_restore,
        drive.before_write,
        here.places | here.zones,
        accounts,
        frozenset({drill.resource.id}) if drill is not None and _reads_by_statements(drill) else frozenset(),
        lambda: {*here.ledger.buckets(run), *(copy.id.partition("/")[0] for copy in made() if "/" in copy.id)},
        frozenset({drill.vault.role} - {""}) if drill is not None and drill.vault is not None else frozenset(),
        frozenset(_machines(here, drill)),
        approving.leave(here, drill, run) if drill is not None and leave and not account else None,
    )
    return _account(here, region, guard, f"dro-{run}", account)


def _machines(here: App, drill: Drill | None) -> Iterator[str]:
    """The machines that read copies of the drill; of a sweep those of all: what a dead one holds it has to let go."""
    for each in [drill] if drill is not None else here.declared.drills.values():
        yield from here.types[each.resource.type].used(each.resource)


def _named_by(arn: str, region: str, account: str) -> str:
    """The name of a snapshot, by its ARN in the place of the source; empty where that is of anything else."""
    parts = arn.split(":", 6)
    known = len(parts) == 7 and (parts[2], parts[3], parts[4]) == ("rds", region, account)
    return parts[6] if known and parts[5] in ("snapshot", "cluster-snapshot") else ""


def _reads_by_statements(drill: Drill) -> bool:
    """Whether a check of the drill asks its source by statements."""
    database = drill.resource.database
    return database is not None and database.via is Via.DATA_API and any(map(reads_source, drill.checks))


def read_only(here: App, region: str, account: str = "") -> Account:
    """An account in which nothing at all can be changed: for plans; `account` where it is not the sources'."""
    return _account(here, region, Guard(here.types.calls, sources=here.sources), "dro-look", account)


def by_guard(here: App, region: str, guard: Guard) -> Account:
    """An account in which a guard alone says what can be changed: for the one write of a command that is no drill."""
    return _account(here, region, guard, "dro-give", "")


def _account(here: App, region: str, guard: Guard, name: str, account: str) -> Account:
    return Account(region, guard, here.declared.roles.at(account), name, here.clock.now, here.spacings)


def plan_copy(here: App, drill: Drill, resource: Resource, run: str, prefix: str = "") -> Copy:
    """The copy that a run of a drill makes of a resource."""
    made = here.types[resource.type].made
    source, place = Source(resource.type, resource.id, beside_the_source(resource)), copies_stand(here, resource)

    def held() -> Iterator[str]:
        return (row.copy.id for row in here.ledger.copies(run) if row.copy.source == source)

    name = copies.name(run, prefix + resource.id, made, held)
    names = (drill.name, drill.service.name)
    by_job = drill.vault is not None and drill.vault.by_job and resource == drill.resource
    made_by = BY_RESTORE_JOB if by_job else ""
    return Copy(made.name, name, place.region, run, *names, account=place.account, source=source, made_by=made_by)


def place_of(here: App, resource: Resource) -> Place:
    """Where the copies of a resource stand, as its type says."""
    return here.types[resource.type].place(resource)


def copies_stand(here: App, resource: Resource) -> Place:
    """Likewise, as a copy tells it: without an account where that is its source's."""
    place = place_of(here, resource)
    return Place("" if place.account == resource.account else place.account, place.region)


def build_components(here: App, drill: Drill, copy: Copy, account: Account, context: RunContext) -> Components:
    """The parts that a drill is performed with, as its resource's type builds it."""
    rto = drill.objective.rto
    timed = rto is not None and not drill.kind.interrupts  # what is promised of a failover is no time for a restore
    ceiling = rto.value.total_seconds() * CEILING if rto and timed else UNHURRIED
    toolkit = _toolkit(here, account, here.sources, context, ceiling, context.lease, drill)
    toolkit = replace(toolkit, target=rto.value if rto and timed else None)
    account.throttling.listen(context)
    filled = _filled(here, drill, copy, toolkit)
    order = Order(
        drill,
        copy,
        toolkit,
        is_simulated(here, account),
        _stores(here, drill, copy, toolkit),
        born(here, drill, copy, toolkit, _made(drill), lambda of, prefix: plan_copy(here, drill, of, copy.run, prefix)),
        _inside(here, drill, copy, toolkit),
        tuple(Direct(drill.stores[name].name, name, filler) for name, (filler, _) in filled.items()),
        {name: contents for name, (_, contents) in filled.items()},
        _sides(here, drill, toolkit),
        parts(here.types, toolkit, copy.place),
        here.settings.home,
        functools.partial(_served, here, drill, toolkit),
        here.sources,
    )
    made = here.types[drill.resource.type].components(order)
    outlives = Outlives(here.types.copies, toolkit, here.silences)
    made = replace(made, lost=losing.asked(drill, account, context), outlives=outlives)
    if drill.kind.interrupts:
        return made  # a copy that was given a standby is not as its source, on purpose
    return replace(made, compared=comparing(here.types, drill, toolkit, made))


def _served(here: App, drill: Drill, toolkit: Toolkit) -> Iterator[tuple[str, int]]:
    """Every address at which the resources of the drill's service are served."""
    for resource in drill.service.resources.values():
        yield from here.types[resource.type].served(resource, toolkit.at(beside_the_source(resource)))


def parts(types: Types[Drillable], toolkit: Toolkit, place: Place) -> Parts:
    """The parts of an environment at a place: filled by the type that restores them, listed by any."""
    kinds = {each.cloudformation for each in types.copies.values()} - {""}
    return Parts(
        {each.made.cloudformation: each.member(toolkit, place) for each in types if each.member is not None},
        {kind: functools.partial(_listed, types, toolkit, place, kind) for kind in kinds},
        {each.cloudformation: functools.partial(_billed, types, toolkit, place, each) for each in _charged(types)},
        lambda region: parts(types, toolkit, replace(place, region=region)),
        functools.partial(_called, types),
        functools.partial(backed, types.copies, toolkit, place),
    )


def _called(types: Types[Drillable], seen: LiveObject) -> list[str]:
    of = types.copies[seen.type]
    return [f"{of.service}:{part.lstrip(':')}" for part in of.arns_of(seen.id)]


def _charged(types: Types[Drillable]) -> list[CopyType]:
    """The types that may be a part of an environment and are charged for as they tell; of environments nobody can."""
    found = [each for each in types.copies.values() if each.cloudformation]
    return [each for each in reversed(found) if types.making(each.name).content is not Content.STORES]


def _billed(types: Types[Drillable], toolkit: Toolkit, place: Place, of: CopyType, name: str) -> Billed:
    """The things that a part of an environment is charged for, as its own type tells of it."""
    making, there = types.making(of.name), toolkit.at(place)
    part = Copy(of.name, name, place.region, toolkit.run, "", "")
    return making.destroyer(part, Resource(name, making.name, name, place.region), there, Parts()).billed(name)


def _listed(types: Types[Drillable], toolkit: Toolkit, place: Place, kind: str) -> Iterator[LiveObject]:
    """All that a place has of a type in CloudFormation: an instance may be a database's own, or a cluster's."""
    account = toolkit.account_at(place)
    for each in types:
        names = {copy.name for copy in each.copies if copy.cloudformation == kind}
        yield from (seen for seen in (each.listed(account) if names else ()) if seen.type in names)


def _stores(here: App, drill: Drill, copy: Copy, toolkit: Toolkit) -> tuple[Store, ...]:
    """The stores of an environment, each restored by its own type, from the newest backup, under a copy: for a while,
    where it is filled from that.
    """
    made = _made(drill)
    imported = {logical for logical, store in made.items() if _is_imported(here, drill, logical, store)}
    return tuple(
        _store(here, drill, copy, toolkit, logical_id, store, imported=logical_id in imported)
        for logical_id, store in made.items()
        if here.types[store.type].origin is None and here.types[store.type].filler is None
    )


def _store(
    here: App, drill: Drill, copy: Copy, toolkit: Toolkit, logical_id: str, store: Resource, *, imported: bool
) -> Store:
    """One store; of one that another account's stack imports, the copy is made there."""
    of = here.types[store.type]
    planned = plan_copy(here, drill, store, copy.run, prefix="" if imported else "interim-")
    if not (imported and copy.account and drill.resource.rebuild is not None):
        return Store(store.name, logical_id, of.store(store, Selection(), toolkit), planned, imported)
    there = replace(planned, account=copy.account, region=copy.region)
    restorer, ahead = of.brought(store, toolkit, drill.resource.rebuild.bucket, copy.account)
    return Store(store.name, logical_id, restorer, there, imported, ahead)


def _made(drill: Drill) -> Mapping[str, Resource]:
    """The stores that a drill restores; of a program's environment none: that restores its own."""
    rebuild = drill.resource.rebuild
    return {} if rebuild is not None and rebuild.builder is not None else drill.stores


def _is_imported(here: App, drill: Drill, logical_id: str, store: Resource) -> bool:
    rebuild = drill.resource.rebuild
    possible = bool(here.types[store.type].imported.all)
    return possible and rebuild is not None and rebuild.fill(logical_id) is Fill.IMPORT


def _filled(here: App, drill: Drill, copy: Copy, toolkit: Toolkit) -> dict[str, tuple[Filler, Contents]]:
    """The stores that are filled straight from production's, each with the checks that name it."""
    return {
        logical_id: filler(store, toolkit, copy, [each for each in drill.checks if _names(each) == logical_id])
        for logical_id, store in _made(drill).items()
        if (filler := here.types[store.type].filler) is not None
    }


def _sides(here: App, drill: Drill, toolkit: Toolkit) -> dict[str, Sides]:
    """The stores that are compared in two regions, by logical id."""
    return {
        logical_id: sides(lost, drill.stores[logical_id], toolkit)
        for logical_id, lost in drill.lost.items()
        if (sides := here.types[lost.type].sides) is not None
    }


def _names(check: Check) -> str:
    """The store that a check names."""
    return str(getattr(check, "bucket", "") or getattr(check, "table", ""))


def _inside(here: App, drill: Drill, copy: Copy, toolkit: Toolkit) -> dict[str, Inside]:
    """The ways into those, as parts of the run's stack."""
    found = {logical: here.types[store.type].inside(store, toolkit, copy) for logical, store in _made(drill).items()}
    return {logical: inside for logical, inside in found.items() if inside is not None}


def _toolkit(
    here: App,
    account: Account,
    sources: frozenset[str],
    context: RunContext,
    ceiling: float,
    drive: Drive,
    drill: Drill | None = None,
) -> Toolkit:
    @functools.cache
    def at(place: Place) -> Account:
        """The same run's account in another region; another account's credentials nobody has given."""
        other = guarded(here, place.region, context.run, drive, drill, place.account, leave=False)
        other.throttling.listen(context)
        expected = place.account or account.caller().account
        if (caller := other.caller()).account != expected:  # asking pins it to that account, however long it goes on
            raise NotMeasured(f"the credentials in {place} are for account {caller.account}, not for {expected}")
        return other

    proofs = Proofs(functools.partial(row_of, here), sources, functools.partial(owned_by, here))
    return Toolkit(
        account,
        here.watcher,
        proofs,
        context,
        ceiling,
        at,
        rates=lambda: here.declared.rates,
        places=here.places,
        used=lambda: here.ledger.buckets(context.run),
        home=here.settings.home,
        observed=lambda: retry_transient(lambda: here.ledger.queries.run(context.run)).observations,
        points=lambda: retry_transient(lambda: here.ledger.queries.run(context.run)).points,
    )


def row_of(here: App, copy: Copy) -> CopyRecord | None:
    """The ledger's row of a copy, by type and name: a table may be named as the stack that holds it."""
    rows = here.ledger.copies(copy.run)
    return next((row for row in rows if row.copy.key == copy.key), None)


def owned_by(here: App, stack: Copy) -> list[CopyRecord]:
    """The ledger's rows of what a stack holds."""
    return [row for row in here.ledger.copies(stack.run) if row.copy.parent == stack.id]


def destroyer(here: App, header: RunHeader, copy: Copy, drive: Drive) -> Destroyer:
    """The one that can destroy a copy which a dead process left; it needs no drill file, which may be gone.

    NotMeasured where it would look elsewhere than the run did: a copy that is absent from another account, or from
    another lab, is not therefore gone. Asking pins what it works with to the account, however long it goes on.
    """
    region = header.provenance.region or copy.region  # as the run's own: its source's
    own = here.declared.roles.reach(copy.account) or not copy.account
    account = guarded(here, region, copy.run, drive, account="" if own else copy.account)
    made = header.provenance if own else replace(header.provenance, account=copy.account)
    if changed := elsewhere(here, account, made):
        raise NotMeasured(f"it was made elsewhere: {changed}", "use the profile and settings that the run began with")
    context = RunContext(copy.run, here.clock)
    toolkit = _toolkit(here, account, here.sources | {header.resource_id}, context, TEARDOWN_CEILING, drive)
    of = here.types.making(copy.type)
    if of.place is beside_the_source and copy.region != account.region:
        told = (
            f"the ledger has it in {copy.region}; copies of {of.article} stand beside its source, in {account.region}"
        )
        raise NotMeasured(told, f"look for {copy.id} by hand in both regions")
    by = of.destroyer(copy, _source_of(here, header, copy), toolkit, parts(here.types, toolkit, copy.place))
    outlives = Outlives(here.types.copies, toolkit, here.silences)
    outlives.known = lambda gone: outlived_before(retry_transient(lambda: here.ledger.queries.run(header.id)), gone)
    return TakesDown(by, outlives)


def _rebuilt(here: App, resource: Resource) -> Rebuild | None:
    """How a program takes down what it made, as the drill files say now; None where no program does."""
    for service in here.declared.services.values():
        known = service.resources.get(resource.name)
        if known is not None and (known.type, known.id) == (resource.type, resource.id):
            return known.rebuild if known.rebuild and known.rebuild.builder else None
    return None


def _source_of(here: App, header: RunHeader, copy: Copy) -> Resource:
    """The resource that a copy was made of: as the ledger says; of copies from before it did, as their names end."""
    of = here.types.making(copy.type).name
    if copy.source is not None:
        found = Resource(header.resource, copy.source.type, copy.source.id, copy.source.place.region)
        return replace(found, rebuild=_rebuilt(here, found))
    declared = [
        resource
        for service in here.declared.services.values()
        for resource in service.resources.values()
        if resource.type == of and copy.id.endswith(copies.slug(resource.id))
    ]
    plain = Resource(header.resource, of, header.resource_id, copy.region)
    return max(declared, key=lambda resource: len(resource.id), default=plain)
