"""The words for a failover of production: what lacks before a run begins, a person's approval, and the one leave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.guard import Guard
from dr_orchestrator.aws.once import Once
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.failover import FAILBACK, FAILOVER, STEPS
from dr_orchestrator.domain.production import Approval, Asked, Ground, Lack, OnProduction, approved, lacking, lapsed
from dr_orchestrator.domain.resource_type import OwnFailover
from dr_orchestrator.errors import NotMeasured, UsageError
from dr_orchestrator.ledger.patience import retry_transient
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.identity import is_simulated


def refuse_without_words(here: App, drill: Drill) -> None:
    """UsageError, with all words that lack and how each is given, where a drill would fail production over now."""
    if lacks := lacks_of(here, drill):
        told = "; ".join(map(str, lacks))
        raise UsageError(f"{drill.name} fails production over, and is refused: {told}", "nothing was started")


def lacks_of(here: App, drill: Drill, run: str = "") -> list[Lack]:
    """The words that lack by now for a run of a drill; none of one on a copy."""
    if (on := drill.production) is None:
        return []
    asked, approvals = _asked(here, drill, run), _given(here, drill)
    return list(lacking(on, asked, approvals, here.clock.now()))


def words(here: App, drill: Drill, on: OnProduction, run: str = "") -> str:
    """All the words, as the first step of a run keeps them; NotMeasured where one lacks by now."""
    asked, approvals = _asked(here, drill, run), _given(here, drill)
    now = here.clock.now()  # the ledger may have been waited for
    if lacks := list(lacking(on, asked, approvals, now)):
        raise NotMeasured("; ".join(each.told for each in lacks), "; ".join(each.fix for each in lacks))
    consent, given = on.consent, approved(on, asked, approvals, now)
    by = f"{given.by} at {given.at:%Y-%m-%d %H:%M} UTC" if given else "nobody"
    return (
        f"plan {drill.digest} approved by {by} of account {asked.ground.account}; let by {consent.owner} until "
        f"{consent.expires} ({consent.where}): {consent.reason}; in the window {consent.window}"
    )


def approve(here: App, name: str, by: str) -> tuple[Drill, Approval]:
    """Write a person's approval of a drill's plan as it stands, for today; UsageError where the drill needs none."""
    drill = here.drill(name)
    if drill.production is None:
        raise UsageError(f"{name} is performed on a restored copy: it needs no approval", "dro run takes it as it is")
    if not by.strip() or not by.strip().isprintable():
        raise UsageError("an approval is a person's", "say whose, in one line: --by NAME")
    given = Approval(drill.name, drill.digest, by.strip(), here.clock.now(), _ground(here, drill))
    here.ledger.keep_approval(given)
    return drill, given


def leave(here: App, drill: Drill, run: str) -> Once | None:
    """The one call by which a run may change production; None of a drill that is performed on a copy.

    Right before it goes out the run takes the approval for itself: no other has it then.
    """
    if (on := drill.production) is None:
        return None
    over = _call(here, drill)

    def begun_of(*steps: str) -> int:
        return retry_transient(lambda: here.ledger.queries.begun(run, steps))

    def why_not() -> str:
        asked, back = _asked(here, drill, run), begun_of(STEPS[FAILBACK]) > 0
        approvals = retry_transient(lambda: _given(here, drill))
        now = here.clock.now()  # the ledger may have been waited for
        if told := lapsed(on, now, back=back):
            return told
        given = approved(on, asked, approvals, now)
        if given is not None and (given.run == run or here.ledger.claim_approval(given, run)):
            return ""
        return f"no approval of the plan {drill.digest} holds today for this run"

    def begun() -> int:
        return begun_of(*(STEPS[way] for way in ways(drill)))

    def given() -> Mapping[str, Any]:
        way = FAILBACK if FAILBACK in ways(drill) and begun_of(STEPS[FAILBACK]) else FAILOVER
        return over.parameters(drill.resource.id, on.writers.get(way, ""))

    return Once(over.operation, given, drill.resource.region, why_not, begun, here.clock.monotonic)


def ways(drill: Drill) -> tuple[str, ...]:
    """The ways of a failover that a drill goes."""
    if not drill.kind.interrupts:
        return ()
    back = drill.production is None or drill.production.returns
    return (FAILOVER, FAILBACK) if back else (FAILOVER,)


def begun(here: App, drill: Drill, run: str) -> bool:
    """Whether a run has begun to fail production over: what lacks now is no reason to leave untold what came of it."""
    steps = tuple(STEPS.values())
    return drill.production is not None and retry_transient(lambda: here.ledger.queries.begun(run, steps)) > 0


def _asked(here: App, drill: Drill, run: str) -> Asked:
    return Asked(drill.name, drill.digest, _ground(here, drill), run)


def _ground(here: App, drill: Drill) -> Ground:
    """The account that the drill declares, by which roles, and whether that is AWS: AWS is not asked."""
    guard, roles = Guard(here.types.calls, sources=here.sources), here.declared.roles.at("")
    account = Account(drill.resource.region, guard, roles, "dro-look", here.clock.now, here.spacings)
    named = ", ".join(each for each in (roles.source, roles.drill) if each)
    return Ground(drill.resource.account, is_simulated(here, account), named)


def _call(here: App, drill: Drill) -> OwnFailover:
    """The call that the type declares as the one write on production."""
    over = here.types[drill.resource.type].fails_over
    if over is None:
        raise UsageError(f"no drill fails a {drill.resource.type} of production over", "drill a restored copy")
    return over


def _given(here: App, drill: Drill) -> list[Approval]:
    return here.ledger.queries.approvals(drill.name)
