"""Finishes what died: runs whose process is gone, and copies that resisted. Needs the ledger and AWS, not Prefect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.api import Api
from dr_orchestrator.aws.bench import Bench
from dr_orchestrator.aws.copies import Proofs
from dr_orchestrator.aws.dynamodb import DynamoTable
from dr_orchestrator.aws.rds import RdsSnapshot
from dr_orchestrator.aws.stack import CloudFormationStack
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.judge import Record
from dr_orchestrator.domain.run import Copy, CopyRecord, CopyState, CopyType, Run
from dr_orchestrator.domain.service import Resource, ResourceType
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import DrillFault, UsageError
from dr_orchestrator.runner.journal import Journal
from dr_orchestrator.runner.session import cleanup_of, close, settle
from dr_orchestrator.wiring.equipment import guarded, read_only
from dr_orchestrator.wiring.keeping import Keeper, now
from dr_orchestrator.wiring.publishing import publish_run
from dr_orchestrator.wiring.world import World

SETTLED = (CopyState.DELETED, CopyState.NEVER_CREATED)
CEILING_S = 4 * 3600.0


@dataclass(frozen=True)
class Swept:
    """What became of one copy; `why` says what keeps it, where it is still there. `age` counts from its intent."""

    copy: Copy
    state: CopyState
    age: timedelta
    why: str = ""

    @property
    def gone(self) -> bool:
        """Whether the copy is proven to be no more."""
        return self.state in SETTLED


@dataclass(frozen=True)
class Stray:
    """A live object that wears our tag, and that no ledger row asks to be deleted: reported, never touched."""

    type: CopyType
    id: str
    run: str
    region: str


def dead_runs(here: World) -> list[Run]:
    """Runs that are open although no living process drives them, oldest first."""
    found = here.ledger.queries.open_runs()
    return [run for run in reversed(found) if not alive(here, run.header.id)]


def resistant_runs(here: World) -> list[Run]:
    """Closed runs that left copies behind, or could not prove them gone, oldest first."""
    runs = here.ledger.queries.runs()
    return [run for run in reversed(runs) if run.closing and any(row.state not in SETTLED for row in run.copies)]


def sweep_run(here: World, run: Run, why: str) -> list[Swept]:
    """Take down all that a run left, and close it where it is open; its measures and evidence are kept."""
    name = run.header.id
    keeper = Keeper(here.ledger.leases, name, here.stop)
    keeper.take()
    with keeper.beating():
        left = [row for row in reversed(run.copies) if row.state not in SETTLED and not row.copy.parent]
        swept = [_take_down(here, run, row) for row in left]
        if run.closing is None:
            _close(here, run, why, swept)
    publish_run(here, name)
    return swept


def strays(here: World) -> list[Stray]:
    """Live objects in the declared regions that wear our tag but are in no ledger row that is still to be settled."""
    regions = sorted({drill.resource.region for drill in here.catalogue.drills.values()})
    found = [stray for region in regions for stray in _tagged(read_only(here, region))]
    return [stray for stray in found if not _accounted_for(here, stray)]


def alive(here: World, run: str) -> bool:
    """Whether a process that was heard of lately drives the run."""
    lease = here.ledger.leases.lease(run)
    return lease is not None and lease.until > now()


def _take_down(here: World, run: Run, row: CopyRecord) -> Swept:
    copy, age = row.copy, here.clock.now() - row.intended_at
    try:
        state, why = _destroyer(here, run, copy).destroy(copy), ""
    except DrillFault as fault:
        state, why = CopyState.LEFTOVER if row.identity else CopyState.UNPROVEN, fault.message
    settle(here.ledger, copy, state, here.clock)
    return Swept(copy, state, age, why)


def _destroyer(here: World, run: Run, copy: Copy) -> RdsSnapshot | DynamoTable | CloudFormationStack:
    """The one that can destroy a copy; it needs no drill file, which may be gone."""

    def record(of: Copy) -> CopyRecord | None:
        return next((row for row in here.ledger.copies(copy.run) if row.copy.id == of.id), None)

    account = guarded(here, copy.region, copy.run)
    proofs = Proofs(record, here.sources | {run.header.resource_id})
    bench = Bench(account, here.watcher, here.clock, proofs, lambda _copy, _state: None, CEILING_S)
    source = _source_of(here, run, copy)
    if copy.type is CopyType.RDS_INSTANCE:
        return RdsSnapshot(source, Selection(), bench)
    if copy.type is CopyType.DYNAMODB_TABLE:
        return DynamoTable(source, Selection(), bench)
    return CloudFormationStack(source, bench)


def _source_of(here: World, run: Run, copy: Copy) -> Resource:
    """The resource that a copy was made of: the run's own, or the store of its environment that the name ends with."""
    of = ResourceType(copy.type.value)
    declared = [
        resource
        for service in here.catalogue.services.values()
        for resource in service.resources.values()
        if resource.type is of and copy.id.endswith(resource.id.lower())
    ]
    plain = Resource(run.header.resource, of, run.header.resource_id, copy.region)
    return max(declared, key=lambda resource: len(resource.id), default=plain)


def _close(here: World, run: Run, why: str, swept: list[Swept]) -> None:
    journal = Journal(run.header, here.ledger, here.clock, run)
    journal.open()
    lease = here.ledger.leases.lease(run.header.id)
    asked = lease.abort_by if lease else ""
    fault = (Outcome.ABORTED, f"aborted by {asked}: {why}") if asked else (Outcome.INCONCLUSIVE, why)
    record = Record(
        run.header,
        journal.events,
        journal.steps,
        journal.checks,
        run.points,
        (),
        cleanup_of([each.state for each in swept]),
        [f"{each.copy.type} {each.copy.id} in {each.copy.region}: {each.why}" for each in swept if each.why],
        fault,
    )
    close(record, here.ledger, here.clock)


def _tagged(account: Account) -> Iterator[Stray]:
    yield from _tagged_instances(account.api("rds"))
    yield from _tagged_stacks(account.api("cloudformation"))
    yield from _tagged_tables(account.api("dynamodb"))


def _tagged_instances(api: Api) -> Iterator[Stray]:
    for each in api.pages("DescribeDBInstances", "DBInstances"):
        for tag in each.get("TagList", []):
            if tag["Key"] == "dr-drill:run":
                yield Stray(CopyType.RDS_INSTANCE, each["DBInstanceIdentifier"], tag["Value"], api.region)


def _tagged_stacks(api: Api) -> Iterator[Stray]:
    for each in api.pages("DescribeStacks", "Stacks"):
        for tag in each.get("Tags", []):
            if tag["Key"] == "dr-drill:run" and each["StackStatus"] != "DELETE_COMPLETE":
                yield Stray(CopyType.CLOUDFORMATION_STACK, each["StackName"], tag["Value"], api.region)


def _tagged_tables(api: Api) -> Iterator[Stray]:
    """Only tables that are named like copies are asked for their tags: one call a table would be many."""
    for name in (str(each) for each in api.pages("ListTables", "TableNames") if str(each).startswith("dro-")):
        arn = api.call("DescribeTable", TableName=name)["Table"]["TableArn"]
        for tag in api.pages("ListTagsOfResource", "Tags", ResourceArn=arn):
            if tag["Key"] == "dr-drill:run":
                yield Stray(CopyType.DYNAMODB_TABLE, name, tag["Value"], api.region)


def _accounted_for(here: World, stray: Stray) -> bool:
    """Whether the ledger knows the object as a copy of a run that is still to be settled, or is under way."""
    try:
        run = here.ledger.queries.run(stray.run)
    except UsageError:
        return False
    rows = [row for row in run.copies if row.copy.id == stray.id]
    return any(row.state not in SETTLED for row in rows) or run.closing is None
