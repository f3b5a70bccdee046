"""What a drill works with: a guarded account, the restorer of its resource, its checks."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from dr_orchestrator.aws import copies
from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.bench import TEARDOWN_CEILING, Bench
from dr_orchestrator.aws.copies import Proofs
from dr_orchestrator.aws.dynamodb import DynamoTable
from dr_orchestrator.aws.guard import Guard
from dr_orchestrator.aws.rds import RdsInstance, RdsPointInTime, RdsSnapshot
from dr_orchestrator.aws.stack import CloudFormationStack
from dr_orchestrator.checks.http import HttpChecks
from dr_orchestrator.checks.items import ItemChecks
from dr_orchestrator.checks.probe import probe
from dr_orchestrator.checks.sql import SqlChecks
from dr_orchestrator.checks.suite import Suite
from dr_orchestrator.domain.drill import Check, Drill, Kind, Selection
from dr_orchestrator.domain.run import NOT_PROBED, SETTLED, Copy, CopyRecord, CopyType, Probed, RunHeader, SegmentKind
from dr_orchestrator.domain.service import Login, Resource, ResourceType
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.ledger.patience import patiently
from dr_orchestrator.runner import Parts, Store
from dr_orchestrator.wiring.identity import elsewhere, is_simulated
from dr_orchestrator.wiring.world import World

CEILING = 3
"""A restore is measured on to this multiple of its RTO, so that a failed drill still learns the true time."""

NO_TARGET_CEILING_S = 72 * 3600.0


def guarded(here: World, region: str, run: str, drill: Drill | None = None) -> Account:
    """An account in which only the copies that the ledger holds for a run can be changed; none made without a drill.

    What is settled there is a copy no more: a process that slept while a sweep ended its run creates nothing after it.
    """

    def made() -> list[Copy]:
        return [record.copy for record in here.ledger.copies(run) if record.state not in SETTLED]

    def may_restore(origin: str) -> bool:
        if drill is None:
            return False
        own = {drill.resource.id, *(store.id for store in drill.stores.values())}
        return origin in own or origin in {point.id for point in patiently(lambda: here.ledger.queries.run(run)).points}

    return _account(here, region, Guard(made, here.sources, may_restore), f"dro-{run}")


def read_only(here: World, region: str) -> Account:
    """An account in which nothing at all can be changed: for plans."""
    return _account(here, region, Guard(sources=here.sources), "dro-look")


def _account(here: World, region: str, guard: Guard, name: str) -> Account:
    return Account(region, guard, here.declared.roles, name, here.clock.now, here.spacings)


def plan_copy(drill: Drill, resource: Resource, run: str, prefix: str = "") -> Copy:
    """The copy that a run of a drill makes of a resource."""
    of = CopyType(resource.type.value)
    return Copy(of, copies.name(run, prefix + resource.id, of), resource.region, run, drill.name, drill.service.name)


def equip(
    here: World,
    drill: Drill,
    copy: Copy,
    account: Account,
    record: Callable[[Copy], CopyRecord | None] = lambda _: None,
    observe: Callable[[Copy, str], None] = lambda _copy, _state: None,
    heed: Callable[[], None] = lambda: None,
    delayed: Callable[[SegmentKind, str, float], None] = lambda _kind, _reason, _seconds: None,
    disrupted: datetime | None = None,
) -> Parts:
    """The restorer and checks of a drill.

    `record` asks the ledger for a copy's row, `observe` notes a state seen, `heed` raises where the drill is stopped,
    `delayed` notes what the run waited for besides its recovery, `disrupted` is when that of a resumed run was.
    """
    rto = drill.objective.rto
    ceiling = rto.value.total_seconds() * CEILING if rto else NO_TARGET_CEILING_S
    bench = Bench(
        account,
        here.watcher,
        here.clock,
        Proofs(record, here.sources, functools.partial(owned_by, here)),
        observe,
        ceiling,
        copy.run,
        heed,
        delayed,
    )
    bench = replace(bench, disrupted=disrupted)
    account.throttling.listen(here.clock, functools.partial(_throttled, delayed))
    if drill.resource.type is ResourceType.CLOUDFORMATION_STACK:
        return _environment(drill, copy, bench)
    if drill.resource.type is ResourceType.DYNAMODB_TABLE:
        table = DynamoTable(drill.resource, drill.selection, bench)
        return Parts(_suite(drill, bench), restorer=table, isolated=table.isolated)
    way = RdsSnapshot if drill.kind is Kind.SNAPSHOT_RESTORE else RdsPointInTime
    login = functools.partial(_login, way(drill.resource, drill.selection, bench), drill)
    answers = SqlChecks(login).answers if drill.resource.database else None
    source = functools.partial(_login, way(drill.resource, drill.selection, bench), drill, _source(drill, copy))
    restorer = way(drill.resource, drill.selection, bench, answers)
    return Parts(
        _suite(drill, bench, login=login, source=source),
        restorer=restorer,
        isolated=restorer.isolated,
        probe=functools.partial(_probe, here, account, restorer, login) if drill.resource.database else None,
    )


def _probe(here: World, account: Account, instance: RdsInstance, login: Callable[[Copy], Login], copy: Copy) -> Probed:
    if is_simulated(here, account):
        return Probed(False, f"{NOT_PROBED}: the lab has no network")
    return probe(login(copy), *instance.address())


def _throttled(delayed: Callable[[SegmentKind, str, float], None], call: str, seconds: float) -> None:
    delayed(SegmentKind.THROTTLING, f"{call} was throttled", seconds)


def _environment(drill: Drill, copy: Copy, bench: Bench) -> Parts:
    stack = CloudFormationStack(drill.resource, bench)
    stores = [
        Store(
            store.name,
            logical_id,
            DynamoTable(store, Selection(), bench),
            plan_copy(drill, store, copy.run, prefix="interim-"),
        )
        for logical_id, store in drill.stores.items()
    ]
    suite = _suite(drill, bench, outputs=stack.outputs, table_of=lambda of, logical_id: stack.physical(logical_id, of))
    return Parts(suite, environment=stack, stores=tuple(stores), isolated=stack.isolated)


def _source(drill: Drill, copy: Copy) -> Copy:
    """The source in a copy's place: only to be looked at, by the marker that tells whether it has moved on."""
    return replace(copy, id=drill.resource.id)


def _no_source() -> Login:
    raise NotMeasured("a replica's stores are no databases that SQL checks can ask")


def _no_login(copy: Copy) -> Login:
    raise NotMeasured(f"{copy.id} is no database that SQL checks can ask")


def _no_outputs(_copy: Copy) -> Mapping[str, str]:
    return {}


def _itself(copy: Copy, _table: str) -> str:
    return copy.id


def _suite(
    drill: Drill,
    bench: Bench,
    login: Callable[[Copy], Login] = _no_login,
    source: Callable[[], Login] = _no_source,
    outputs: Callable[[Copy], Mapping[str, str]] = _no_outputs,
    table_of: Callable[[Copy, str], str] = _itself,
) -> Suite:
    items = ItemChecks(bench.account.api("dynamodb"), table_of, _source_table(drill))
    return Suite(drill.checks, SqlChecks(login, source), items, HttpChecks(outputs), bench.clock, _store_of(drill))


def _source_table(drill: Drill) -> Callable[[str], str]:
    """The table in production that a check's table is a copy of."""

    def source_table(table: str) -> str:
        return drill.stores[table].id if table in drill.stores else drill.resource.id

    return source_table


def _store_of(drill: Drill) -> Callable[[Check], str]:
    """Which resource's data a check reads: in a replica the store that its table was filled from."""

    def store_of(check: Check) -> str:
        table = getattr(check, "table", "") if drill.stores else ""
        return drill.stores[table].name if table in drill.stores else "" if drill.stores else drill.resource.name

    return store_of


def _login(instance: RdsInstance, drill: Drill, copy: Copy) -> Login:
    if drill.resource.database is None:
        raise NotMeasured(f"{drill.resource.name} declares no database", "add `database` to the resource")
    return instance.login(copy, drill.resource.database)


def row_of(here: World, copy: Copy) -> CopyRecord | None:
    """The ledger's row of a copy, by type and name: a table may be named as the stack that holds it."""
    rows = here.ledger.copies(copy.run)
    return next((row for row in rows if row.copy.key == copy.key), None)


def owned_by(here: World, stack: Copy) -> list[CopyRecord]:
    """The ledger's rows of what a stack holds."""
    return [row for row in here.ledger.copies(stack.run) if row.copy.parent == stack.id]


def destroyer(here: World, header: RunHeader, copy: Copy) -> RdsSnapshot | DynamoTable | CloudFormationStack:
    """The one that can destroy a copy which a dead process left; it needs no drill file, which may be gone.

    NotMeasured where it would look elsewhere than the run did: a copy that is absent from another account, or from
    another lab, is not therefore gone. Asking pins what it works with to the account, however long it goes on.
    """
    account = guarded(here, copy.region, copy.run)
    if changed := elsewhere(here, account, header.provenance):
        raise NotMeasured(f"it was made elsewhere: {changed}", "use the profile and settings that the run began with")
    sources = here.sources | {header.resource_id}
    proofs = Proofs(functools.partial(row_of, here), sources, functools.partial(owned_by, here))
    bench = Bench(account, here.watcher, here.clock, proofs, lambda _copy, _state: None, TEARDOWN_CEILING, copy.run)
    source = _source_of(here, header, copy)
    if copy.type is CopyType.RDS_INSTANCE:
        return RdsSnapshot(source, Selection(), bench)
    if copy.type is CopyType.DYNAMODB_TABLE:
        return DynamoTable(source, Selection(), bench)
    return CloudFormationStack(source, bench)


def _source_of(here: World, header: RunHeader, copy: Copy) -> Resource:
    """The resource that a copy was made of: the run's own, or the store of its environment that the name ends with."""
    of = ResourceType(copy.type.value)
    declared = [
        resource
        for service in here.declared.services.values()
        for resource in service.resources.values()
        if resource.type is of and copy.id.endswith(copies.slug(resource.id))
    ]
    plain = Resource(header.resource, of, header.resource_id, copy.region)
    return max(declared, key=lambda resource: len(resource.id), default=plain)
