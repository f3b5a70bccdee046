"""Finishes what died: runs whose process is gone, and copies that resisted. Needs the ledger and AWS, not Prefect."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.api import Api
from dr_orchestrator.domain.cost import Cost, Rates, cost
from dr_orchestrator.domain.judge import Record
from dr_orchestrator.domain.programme import Exercise, verdict_of
from dr_orchestrator.domain.run import SETTLED, Copy, CopyRecord, CopyState, CopyType, Run
from dr_orchestrator.domain.verdict import Cleanup, Outcome
from dr_orchestrator.errors import DrillFault, NotMeasured, UsageError
from dr_orchestrator.runner import cleanup_of, close, settle, told
from dr_orchestrator.runner.journal import Journal
from dr_orchestrator.wiring.equipment import destroyer, read_only
from dr_orchestrator.wiring.identity import elsewhere
from dr_orchestrator.wiring.keeping import Keeper, now
from dr_orchestrator.wiring.publishing import publish_exercise, publish_run
from dr_orchestrator.wiring.world import World

BETWEEN_RUNS_S = 60
"""Real seconds for which an exercise may have no run under way and yet be alive."""


@dataclass(frozen=True)
class Swept:
    """What became of one copy; `why` says what keeps it, where it is still there. `age` counts from its intent.

    `cost` is what a copy that is still there has cost since then; None of one that is gone.
    """

    copy: Copy
    state: CopyState
    age: timedelta
    why: str = ""
    cost: Cost | None = None

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
    left = [row for row in reversed(run.copies) if row.state not in SETTLED and not row.copy.parent]
    try:
        keeper.take()
    except UsageError as held:  # another sweep, or whoever resumed it, was quicker: what is left is theirs
        now = here.clock.now()
        return [Swept(row.copy, row.state, now - row.intended_at, held.message) for row in left]
    with keeper.beating():
        swept = [_take_down(here, run, row) for row in left]
        if run.closing is None:
            _close(here, run, why, swept)
        elif all(each.gone for each in swept):
            told = f"what was left was taken down by a sweep on {here.clock.now():%Y-%m-%d %H:%M} UTC"
            here.ledger.amend_cleanup(name, Cleanup.CLEAN, [*run.closing.cleanup_reasons, told])
    publish_run(here, name)
    return swept


def close_exercises(here: World) -> list[str]:
    """Give every open exercise its verdict whose process died: none of its runs is under way any more."""
    done = []
    for exercise in here.ledger.queries.exercises():
        if exercise.verdict is not None:
            continue
        _, runs = here.ledger.queries.exercise(exercise.id)
        if all(run.closing for run in runs) and not _young(here, exercise, runs):
            here.ledger.close_exercise(exercise.id, here.clock.now(), verdict_of(exercise, runs))
            publish_exercise(here, exercise.id)
            done.append(exercise.id)
    return done


def _young(here: World, exercise: Exercise, runs: list[Run]) -> bool:
    """Whether the exercise may only be between two runs: something of it happened lately."""
    last = max((run.closing.ended_at for run in runs if run.closing), default=exercise.started_at)
    return (here.clock.now() - last).total_seconds() < BETWEEN_RUNS_S * here.clock.pace


def strays(here: World) -> list[Stray]:
    """Live objects that wear our tag but are in no ledger row that is still to be settled.

    Looked for in every region that is declared, that is allowed, or that something was ever drilled in.
    """
    declared = {drill.resource.region for drill in here.declared.drills.values()}
    regions = sorted(declared | here.declared.allowed.regions | here.ledger.queries.regions())
    found = [stray for region in regions for stray in _tagged(read_only(here, region))]
    return [stray for stray in found if not _accounted_for(here, stray)]


def alive(here: World, run: str) -> bool:
    """Whether a process that was heard of lately drives the run."""
    lease = here.ledger.leases.lease(run)
    return lease is not None and lease.until > now()


def _take_down(here: World, run: Run, row: CopyRecord) -> Swept:
    copy, age = row.copy, here.clock.now() - row.intended_at
    try:
        _refuse_elsewhere(here, run, copy)
        state, why = destroyer(here, run.header, copy).destroy(copy), ""
    except Exception as error:  # noqa: BLE001 - what keeps one copy must not keep the others
        state, why = CopyState.LEFTOVER if row.identity else CopyState.UNPROVEN, told(error)
    settle(here.ledger, copy, state, here.clock)
    return Swept(copy, state, age, why, None if state in SETTLED else cost_so_far(here, run, row))


def cost_so_far(here: World, run: Run, row: CopyRecord) -> Cost:
    """What a copy has cost since its intent, by the rates of tiers.yaml."""
    rates = here.declared.rates
    if rates == Rates():
        return Cost(None, why="tiers.yaml declares no `costs`")
    try:
        billed = destroyer(here, run.header, row.copy).billed(row.copy.id)
    except DrillFault as fault:
        return Cost(None, rates.currency, fault.message)
    return cost(rates, billed, here.clock.now() - row.intended_at)


def _refuse_elsewhere(here: World, run: Run, copy: Copy) -> None:
    """A copy that is absent from another account, or from another lab, is not therefore gone."""
    if changed := elsewhere(here, read_only(here, copy.region), run.header.provenance):
        raise NotMeasured(f"it was made elsewhere: {changed}", "use the profile and settings that the run began with")


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


def strays_of(here: World, account: Account, of: CopyType) -> list[Stray]:
    """The strays of one type in one region."""
    tagged, service = _TAGGED[of]
    return [stray for stray in tagged(account.api(service)) if not _accounted_for(here, stray)]


def _tagged(account: Account) -> Iterator[Stray]:
    for tagged, service in _TAGGED.values():
        yield from tagged(account.api(service))


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


_TAGGED: Mapping[CopyType, tuple[Callable[[Api], Iterator[Stray]], str]] = {
    CopyType.RDS_INSTANCE: (_tagged_instances, "rds"),
    CopyType.CLOUDFORMATION_STACK: (_tagged_stacks, "cloudformation"),
    CopyType.DYNAMODB_TABLE: (_tagged_tables, "dynamodb"),
}


def _accounted_for(here: World, stray: Stray) -> bool:
    """Whether the ledger knows the object as a copy of a run that is still to be settled, or is under way."""
    try:
        run = here.ledger.queries.run(stray.run)
    except UsageError:
        return False
    rows = [row for row in run.copies if row.copy.id == stray.id]
    return any(row.state not in SETTLED for row in rows) or run.closing is None
