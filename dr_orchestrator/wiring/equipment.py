"""What a drill works with: a guarded account, the restorer of its resource, its checks."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

from dr_orchestrator.aws import copies
from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.bench import Bench
from dr_orchestrator.aws.copies import Proofs
from dr_orchestrator.aws.dynamodb import DynamoTable
from dr_orchestrator.aws.guard import Guard
from dr_orchestrator.aws.rds import Login, RdsInstance, RdsPointInTime, RdsSnapshot
from dr_orchestrator.aws.stack import CloudFormationStack
from dr_orchestrator.checks.http import HttpChecks
from dr_orchestrator.checks.items import ItemChecks
from dr_orchestrator.checks.sql import SqlChecks
from dr_orchestrator.checks.suite import Suite
from dr_orchestrator.domain.drill import Check, Drill, Kind, Selection
from dr_orchestrator.domain.run import Copy, CopyRecord, CopyType, SegmentKind
from dr_orchestrator.domain.service import Resource, ResourceType
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.runner import Parts, Store
from dr_orchestrator.wiring.world import World

CEILING = 3
"""A restore is measured on to this multiple of its RTO, so that a failed drill still learns the true time."""

NO_TARGET_CEILING_S = 72 * 3600.0


def guarded(here: World, region: str, run: str) -> Account:
    """An account in which only the copies that the ledger holds for a run can be changed."""

    def is_copy(name: str) -> bool:
        return any(record.copy.id == name for record in here.ledger.copies(run))

    return Account(region, Guard(is_copy, here.sources))


def read_only(here: World, region: str) -> Account:
    """An account in which nothing at all can be changed: for plans."""
    return Account(region, Guard(lambda _: False, here.sources))


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
) -> Parts:
    """The restorer and checks of a drill.

    `record` asks the ledger for a copy's row, `observe` notes a state seen, `heed` raises where the drill is stopped,
    `delayed` notes what the run waited for besides its recovery.
    """
    rto = drill.objective.rto
    ceiling = rto.value.total_seconds() * CEILING if rto else NO_TARGET_CEILING_S
    bench = Bench(
        account, here.watcher, here.clock, Proofs(record, here.sources), observe, ceiling, copy.run, heed, delayed
    )
    if drill.resource.type is ResourceType.CLOUDFORMATION_STACK:
        return _environment(drill, copy, bench)
    if drill.resource.type is ResourceType.DYNAMODB_TABLE:
        table = DynamoTable(drill.resource, drill.selection, bench)
        return Parts(_suite(drill, bench), restorer=table)
    way = RdsSnapshot if drill.kind is Kind.SNAPSHOT_RESTORE else RdsPointInTime
    instance = way(drill.resource, drill.selection, bench)
    return Parts(_suite(drill, bench, login=functools.partial(_login, instance, drill)), restorer=instance)


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
    return Parts(suite, environment=stack, stores=tuple(stores))


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
    outputs: Callable[[Copy], Mapping[str, str]] = _no_outputs,
    table_of: Callable[[Copy, str], str] = _itself,
) -> Suite:
    items = ItemChecks(bench.account.api("dynamodb"), table_of)
    return Suite(drill.checks, SqlChecks(login), items, HttpChecks(outputs), bench.clock, _store_of(drill))


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
