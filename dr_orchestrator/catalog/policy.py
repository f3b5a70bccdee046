"""The policy that tiers.yaml holds: tiers, cadence, prices, the keys of tags."""

from __future__ import annotations

from dr_orchestrator.catalog.shapes.service import Drill, ServiceFile
from dr_orchestrator.catalog.shapes.tiers import Backups, Costs, Discovery, TiersFile
from dr_orchestrator.catalog.shapes.tiers import Tier as WrittenTier
from dr_orchestrator.domain.calendar import Frequency
from dr_orchestrator.domain.cost import Rates
from dr_orchestrator.domain.objective import ClockPolicy, Objective, Tier
from dr_orchestrator.domain.tag_keys import TagKeys
from dr_orchestrator.domain.wanted import Wanted


def every(drill: Drill, service: ServiceFile, policy: TiersFile) -> Frequency:
    """How often a drill is due: by its own word, its service's, its tier's. It is no part of what the drill proves, so
    that another cadence takes no proof away.
    """
    cadence = policy.calendar.cadence if policy.calendar else {}
    return drill.every or service.every or cadence.get(str(service.tier), Frequency.QUARTER)


def keys(discovery: Discovery) -> TagKeys:
    """The keys of the tags that say whose a resource is."""
    return TagKeys(*map(tuple, (discovery.service, discovery.tier, discovery.owner, discovery.contact)))


def rates(costs: Costs | None) -> Rates:
    """The prices of AWS, as far as it is told."""
    if costs is None:
        return Rates()
    of_objects = costs.object_gib_month, costs.object_writes, costs.object_reads
    return Rates(costs.currency, costs.instance_hour, costs.storage_gib_month, costs.table_gib, *of_objects)


def tier(written: WrittenTier, revision: str) -> Tier:
    """A tier and its promise, of that revision of the policy."""
    clock = written.clock
    return Tier(
        written.number,
        written.name,
        Objective(written.rto, written.rpo, f"tier {written.number}", revision, written.hydration),
        ClockPolicy(clock.judged_from, clock.detection_allowance, clock.decision_allowance),
        _wanted(written.backups),
    )


def _wanted(backups: Backups) -> Wanted:
    copy_in = tuple(dict.fromkeys(backups.copy_in))
    return Wanted(backups.retention, copy_in, backups.immutable, backups.own_key, backups.deletion_protection)
