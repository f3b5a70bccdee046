"""Whether what comes back leaves the region that counts as lost: what stands in it proves nothing of its loss."""

from __future__ import annotations

from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.objective import Disruption
from dr_orchestrator.domain.verdict import Verdict


def stays(disruption: Disruption, kind: Kind, *, elsewhere: bool) -> bool:
    """Whether a copy stands in what is lost: the region is, and nothing of the copy stands `elsewhere`, in another.

    Kinds that lead, promote or interrupt stand in two regions by rules of their own, or lose none.
    """
    own_rules = kind.leads or kind.promotes or kind.interrupts
    return disruption is Disruption.REGION and not own_rules and not elsewhere


def stands_in(drill: Drill) -> str:
    """The region in which a drill's copy stands."""
    to = drill.resource.to
    return drill.stands_in or (to.region if to else drill.resource.region)


def stays_in(drill: Drill) -> str:
    """The region that counts as lost, and in which a drill's copy stands all the same; empty where there is none.

    A program that makes something in other regions, too, makes its environment in the source's, beside its stores.
    """
    lost = drill.resource.region
    return lost if stays(drill.disruption, drill.kind, elsewhere=stands_in(drill) != lost) else ""


def counted(verdict: Verdict, disruption: Disruption, kind: Kind, *, elsewhere: bool) -> Verdict:
    """The verdict that a run counts by, whatever rules of old gave it: where its copy stood in what is lost, none is
    green.
    """
    stayed = verdict.green and stays(disruption, kind, elsewhere=elsewhere)
    return Verdict.INCONCLUSIVE if stayed else verdict


def told(region: str) -> str:
    """The words on a copy that stands in the region that counts as lost."""
    return f"{region} counts as lost, and the copy stands in it: that proves nothing of its loss"


def way_out(kind: Kind) -> str:
    """The keys to write in place of what is written."""
    elsewhere = "say where else the copy stands: `to`, `recovery_points`"
    return f"write `disruption: infrastructure`, or {'drill it by a region-failover' if kind.rebuilds else elsewhere}"
