"""The words for a failover of production: what lacks before a run begins, a person's approval, and the one leave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.aws.once import Once
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.failover import STEPS
from dr_orchestrator.domain.production import Approval, OnProduction, approved, lacking
from dr_orchestrator.errors import NotMeasured, UsageError
from dr_orchestrator.ledger.patience import retry_transient
from dr_orchestrator.wiring.app import App


def refuse_without_words(here: App, drill: Drill) -> None:
    """UsageError, with all words that lack and how each is given, where a drill would fail production over now."""
    if (on := drill.production) is None:
        return
    lacks = list(lacking(drill.name, drill.digest, on, _given(here, drill), here.clock.now()))
    if lacks:
        told = "; ".join(map(str, lacks))
        raise UsageError(f"{drill.name} fails production over, and is refused: {told}", "nothing was started")


def words(here: App, drill: Drill, on: OnProduction) -> str:
    """All the words, as the first step of a run keeps them; NotMeasured where one lacks by now."""
    now, approvals = here.clock.now(), _given(here, drill)
    if lacks := list(lacking(drill.name, drill.digest, on, approvals, now)):
        raise NotMeasured("; ".join(each.told for each in lacks), "; ".join(each.fix for each in lacks))
    consent, given = on.consent, approved(on, drill.digest, approvals, now)
    by = f"{given.by} at {given.at:%Y-%m-%d %H:%M} UTC" if given else "nobody"
    return (
        f"plan {drill.digest} approved by {by}; let by {consent.owner} until {consent.expires} ({consent.where}): "
        f"{consent.reason}; in the window {consent.window}"
    )


def approve(here: App, name: str, by: str) -> tuple[Drill, Approval]:
    """Write a person's approval of a drill's plan as it stands, for today; UsageError where the drill needs none."""
    drill = here.drill(name)
    if drill.production is None:
        raise UsageError(f"{name} is performed on a restored copy: it needs no approval", "dro run takes it as it is")
    if not by.strip():
        raise UsageError("an approval is a person's", "say whose: --by NAME")
    given = Approval(drill.name, drill.digest, by.strip(), here.clock.now())
    here.ledger.keep_approval(given)
    return drill, given


def leave(here: App, drill: Drill, run: str) -> Once | None:
    """The one call by which a run may change production; None of a drill that is performed on a copy."""
    if (on := drill.production) is None:
        return None
    operation, parameters = _call(here, drill)

    def lapsed() -> str:
        now = here.clock.now()
        if on.consent.window.day(now) > on.consent.expires:
            return f"{on.consent.where} has expired"
        given = approved(on, drill.digest, retry_transient(lambda: _given(here, drill)), now)
        return "" if given else f"no approval of the plan {drill.digest} holds today"

    def begun() -> int:
        return retry_transient(lambda: here.ledger.queries.begun(run, tuple(STEPS.values())))

    return Once(operation, parameters, drill.resource.region, lapsed, begun)


def _call(here: App, drill: Drill) -> tuple[str, Mapping[str, Any]]:
    """The call, and all that it is given: declared by the type as the one write on production."""
    fails = here.types[drill.resource.type].fails_over
    if fails is None:
        raise UsageError(f"no drill fails a {drill.resource.type} of production over", "drill a restored copy")
    operation, given = fails
    return operation, given(drill.resource.id)


def _given(here: App, drill: Drill) -> list[Approval]:
    return here.ledger.queries.approvals(drill.name)
