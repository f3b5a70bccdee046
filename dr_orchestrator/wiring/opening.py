"""Opens runs and exercises: in the ledger before anything happens, judged and reported when they end."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from dr_orchestrator import __version__
from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.domain import leading
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.customer.looking import names
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.failover import NAMES
from dr_orchestrator.domain.objective import ClockPolicy
from dr_orchestrator.domain.ports import Call, Clock
from dr_orchestrator.domain.run import Provenance, Run, RunHeader, SegmentKind
from dr_orchestrator.engine import in_a_flow_run
from dr_orchestrator.errors import Aborted, CopiesMayRemain, LeaseLost, UsageError
from dr_orchestrator.ledger.engine import LedgerDefect, heard_by
from dr_orchestrator.ledger.patience import keeping
from dr_orchestrator.runner import RunContext, Session
from dr_orchestrator.runner.lease import LeaseHolder
from dr_orchestrator.waiting.stops import heeding
from dr_orchestrator.wiring import aftermath, approving, flow_runs
from dr_orchestrator.wiring.app import App, world
from dr_orchestrator.wiring.building import build_components, destroyer, guarded, plan_copy
from dr_orchestrator.wiring.customers.reaching import Unmodified
from dr_orchestrator.wiring.identity import Surroundings, elsewhere, is_simulated, look_around
from dr_orchestrator.wiring.notices import telling
from dr_orchestrator.wiring.operator import operator
from dr_orchestrator.wiring.planning.preflight import PreflightChecks
from dr_orchestrator.wiring.practice.documents import see_files
from dr_orchestrator.wiring.publishing import publish_run
from dr_orchestrator.wiring.request import asking, request
from dr_orchestrator.wiring.selection import chosen
from dr_orchestrator.wiring.silences import beside
from dr_orchestrator.wiring.tenants import with_tenants


def kind_of(drill: str) -> str:
    """The kind of a declared drill; of a run that is resumed its own, for the drill may be gone or another by now."""
    recorded = request().resumed
    return (recorded.header if recorded else world().drill(drill)).kind.value


@contextmanager
def resuming(run: str) -> Iterator[Run]:
    """While inside, the next run that opens is this one, going on where its dead process left it."""
    recorded = world().ledger.queries.run(run)
    _refuse_if_closed(recorded)
    with asking(resumed=recorded):
        yield recorded


@contextmanager
def open_run(drill: str, call: Call) -> Iterator[Session]:
    """Open a run of a drill; whatever happens inside, it ends torn down, judged, in the ledger and reported.

    Within a flow run of Prefect, one that is no success ends as Unsuccessful: green there is green here.
    """
    here, recorded = world(), request().resumed
    here.prepare()
    try:
        with flow_runs.held(here), beside.kept(here), _opened(here, drill, call, recorded) as session:
            yield session
    finally:
        telling.soon(here) if request().exercise else telling.now(here)
    flow_runs.fail_for_run(here, session.header.id)


@contextmanager
def _opened(here: App, drill: str, call: Call, recorded: Run | None) -> Iterator[Session]:
    definition = _definition(here, drill, recorded)
    if not recorded:
        approving.refuse_without_words(here, definition)
    run = recorded.header.id if recorded else request().run or new_run_id(here.clock)
    keeper = LeaseHolder(here.ledger.leases, run, here.stop, here.machine)
    session = _prepared(here, definition, run, recorded, keeper, call)
    with keeping(), here.standstill.watched(), heeding(keeper.raise_if_told, run, drill):
        try:
            beating, heard = keeper.beating(), heard_by(session.context.waiting)
            with heard, beating, _ended_by_nobody_else(keeper, run), session, flow_runs.telling_why_stopped():
                if not recorded:
                    _asked_to_stop(here, run)
                    _taken(here, keeper, run)
                    _queued(here, session)
                here.driven.add(run)
                if not session.header.exercise:
                    telling.soon(here)
                yield session
        finally:
            publish_run(here, run)
            see_files(here, run, definition.service.name)


def _prepared(here: App, definition: Drill, run: str, recorded: Run | None, keeper: LeaseHolder, call: Call) -> Session:
    """A session that can be entered. Stopped before that, a resumed run is left as it was; CopiesMayRemain says so.

    One that was stopped before it began is prepared all the same: its session ends it, and takes its copies down.
    """
    stops = keeper.raise_if_told if not here.stop.is_set() else lambda: None
    try:
        with heeding(stops, run, definition.name):
            return _session(here, definition, run, recorded, keeper, call)
    except Aborted as stopped:
        if not recorded:
            raise
        keeper.let_go()
        raise CopiesMayRemain(f"run {run} is left as its process left it", "take it down: dro sweep") from stopped


def _session(here: App, definition: Drill, run: str, recorded: Run | None, keeper: LeaseHolder, call: Call) -> Session:
    """A session with all that it works with; of a run that is resumed, with its lease taken."""
    account = guarded(here, definition.resource.region, run, keeper, definition)
    simulated = is_simulated(here, account)
    around = look_around(here, account, definition)
    if recorded:
        _refuse_to_resume_elsewhere(here, account, recorded, definition)
    seen = _last_seen(here, run) if recorded else None
    recorded = _taken_over(here, keeper, recorded) if recorded else None
    account.guard.inherit()
    header = recorded.header if recorded else _header(here, definition, run, around, simulated, account)
    context = RunContext(run, here.clock, here.ledger, keeper, call, standstill=here.standstill)
    session = Session(
        header,
        plan_copy(here, definition, definition.resource, run),
        context,
        recorded=recorded,
        last_seen=seen,
        destroy=lambda inherited: destroyer(here, header, inherited, keeper).destroy(inherited),
    )
    if around.fault is None:
        _use(here, session, context, definition, account, around)
    else:
        session.cannot_start(around.fault)
    return session


def _asked_to_stop(here: App, run: str) -> None:
    """Ask a new run to stop that nobody wants by now, before it takes its lease.

    Its row is there: whoever looked before that, and saw no run, has said so where this looks.
    """
    asks = request().unwanted
    if asks is not None and (why := asks()):
        here.ledger.leases.ask_to_abort(run, why)


def _taken(here: App, keeper: LeaseHolder, run: str) -> None:
    """Take the lease of a new run; a sweep may have taken it for one that died before it had any."""
    keeper.take()
    if here.ledger.queries.run(run).closing is not None:
        raise LeaseLost(f"run {run} was ended before it began, by a sweep", "run it again")


def _taken_over(here: App, keeper: LeaseHolder, recorded: Run) -> Run:
    """The run as it stands once its lease is ours; whoever had it before may have gone on with it, or ended it."""
    keeper.take()
    found = here.ledger.queries.run(recorded.header.id)
    if found.closing is not None:
        keeper.let_go()
    _refuse_if_closed(found)
    return found


def _refuse_if_closed(run: Run) -> None:
    if run.closing is not None:
        raise UsageError(f"run {run.header.id} is closed: {run.closing.verdict}", "start a new one: dro run")


@contextmanager
def _ended_by_nobody_else(keeper: LeaseHolder, run: str) -> Iterator[None]:
    """Within: what the ledger takes no more of a run that is another process's by now is no defect."""
    try:
        yield
    except LedgerDefect as defect:
        if keeper.still_ours():
            raise
        raise LeaseLost.to_another(run) from defect


def _use(
    here: App, session: Session, context: RunContext, drill: Drill, account: Account, around: Surroundings
) -> None:
    """Give a session all that its drill works with, and what it looks at first."""
    header, copy = session.header, session.copy
    components = build_components(here, drill, copy, account, context)
    stacks = drill.service.customer_stacks
    customers = Unmodified(here, stacks, context.lease) if stacks else None
    begun = bool(here.ledger.copies(header.id)) or approving.begun(here, drill, header.id)
    scene = PreflightChecks(here, drill, copy, account, components, around, header.id, header.exercise, begun)
    used = replace(components, preflight=scene.preflight, customers=customers)
    used = with_tenants(here, header.id, used)
    session.use(used, lambda: _doubts(account, header, customers))


def new_run_id(clock: Clock) -> str:
    """A run's id: its day and a random part; it is in the name of every copy."""
    return f"{clock.now():%Y%m%d}-{secrets.token_hex(5)}"


def _definition(here: App, drill: str, recorded: Run | None) -> Drill:
    """The drill as it is asked for; of a run whose drill is gone the refusal tells what became of production."""
    try:
        return _chosen(here.drill(drill), recorded)
    except UsageError as gone:
        if recorded is None or not (told := aftermath.told(here, recorded)):
            raise
        raise UsageError(f"{gone.message}; {told}", gone.hint) from gone


def _chosen(drill: Drill, recorded: Run | None) -> Drill:
    """The drill as it is asked for; a resumed run has chosen, or could not again."""
    asked = chosen(drill)
    if recorded and not recorded.points and recorded.header.selection != asked.selection.key:
        run = recorded.header.id
        hint = f"stop it and clean up with `dro abort {run}`, then run the drill again"
        raise UsageError(f"run {run} was to take '{recorded.header.selection}' and died before it chose", hint)
    return asked


def _refuse_to_resume_elsewhere(here: App, account: Account, recorded: Run, definition: Drill) -> None:
    """A run goes on as what it was: the same drill, in the same account, as much or as little evidence as before."""
    run = recorded.header.id
    if recorded.header.provenance.definition != definition.digest:
        hint = f"stop it and clean up with `dro abort {run}`, or bring the old definition back"
        became = aftermath.told(here, recorded)
        told = f"drill {definition.name} was changed since run {run} began"
        raise UsageError("; ".join(filter(None, (told, became))), hint)
    if changed := elsewhere(here, account, recorded.header.provenance):
        raise UsageError(f"run {run} was made elsewhere: {changed}", "use the profile and settings that it began with")


def _doubts(account: Account, header: RunHeader, customers: Unmodified | None) -> list[str]:
    """The objections of the calls that were really made to the run's claim to be real."""
    strange = account.guard.simulated or (customers is not None and customers.simulated)
    if header.provenance.simulated or not strange:
        return []
    return ["a call went to an endpoint that is not AWS's own, yet the run claims to be real"]


def _last_seen(here: App, run: str) -> datetime | None:
    """When the process that drove a run was last heard of, by the drill's clock."""
    lease = here.ledger.leases.lease(run)
    if lease is None or lease.silent is None:
        return None
    heard = here.machine.now() - lease.silent
    return datetime.fromtimestamp(here.settings.pace.drill_time(heard.timestamp()), UTC)


def _header(here: App, drill: Drill, run: str, around: Surroundings, simulated: bool, account: Account) -> RunHeader:
    service = drill.service
    return RunHeader(
        id=run,
        drill=drill.name,
        kind=drill.kind,
        service=service.name,
        service_title=service.title,
        owner=service.owner,
        tier=service.tier.number,
        resource=drill.resource.name,
        resource_id=drill.resource.id,
        disruption=drill.disruption,
        path=drill.path,
        selection=drill.selection.key,
        objective=drill.objective,
        # Nobody has to notice a failover, or to decide it: nothing is allowed for that.
        policy=ClockPolicy() if drill.kind.interrupts else service.tier.policy,
        provenance=Provenance(
            tool_version=__version__,
            definition=drill.digest,
            catalogue_revision=here.catalogue.revision,
            account=around.caller.account,
            caller=str(around.caller),
            region=drill.resource.region,
            endpoint=account.api("sts").endpoint,
            simulated=simulated,
            pace=here.clock.pace,
            engine=engine(),
            operator=operator(),
            clocks=around.clocks,
        ),
        started_at=here.clock.now(),
        exercise=request().exercise,
        planned_checks=(
            *(NAMES[way] for way in approving.ways(drill)),
            *(leading.NAMES.values() if drill.kind.leads else ()),
            *(check.name for check in drill.checks),
            *names(service.customer_stacks),
        ),
        tier_objective=service.tier.objective,
        real_started_at=here.machine.now(),
    )


def _queued(here: App, session: Session) -> None:
    """Record the run's wait for a lane of its exercise; that lies before its clock starts."""
    if session.header.exercise:
        exercise = here.ledger.queries.exercise_alone(session.header.exercise)
        waited = (here.clock.now() - exercise.started_at).total_seconds()
        reason = f"until its turn in the exercise: {counted(exercise.at_once, 'drill')} at a time"
        session.delayed(SegmentKind.QUEUEING, reason, waited)


def engine() -> str:
    """Which engine performs the run: Prefect inside one of its flow runs, else the local one."""
    return "prefect" if in_a_flow_run() else "local"
