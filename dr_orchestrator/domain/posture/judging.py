"""Judges a resource's backups: every rule, by what AWS told and what its service's tier wants; pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from dr_orchestrator.domain.objective import Disruption, Limit
from dr_orchestrator.domain.posture import keeping, points
from dr_orchestrator.domain.posture.facts import Protection
from dr_orchestrator.domain.posture.ruling import Ruling
from dr_orchestrator.domain.service import Service

_IN_REGION = (Disruption.APPLICATION, Disruption.INFRASTRUCTURE, Disruption.AVAILABILITY_ZONE)


def judged(facts: Protection, service: Service, now: datetime) -> list[Ruling]:
    """The ruling of each rule but that on proof, which AWS knows nothing of."""
    wanted, rpo = service.tier.wanted, strictest(service, _IN_REGION)
    lost = strictest(service, (Disruption.REGION,))
    return [
        points.newest(facts, rpo, now),
        points.daily(facts, wanted, now),
        points.retention(facts, wanted, now),
        keeping.encryption(facts, wanted),
        keeping.elsewhere(facts, wanted, lost, now),
        keeping.lock(facts, wanted, now),
        points.continuous(facts, rpo, now),
        keeping.deletion(facts, wanted),
    ]


def strictest(service: Service, disruptions: Iterable[Disruption]) -> Limit | None:
    """The shortest RPO that is promised for any of these disruptions; None where none is."""
    found = (service.objective_for(each).rpo for each in disruptions)
    return min((each for each in found if each is not None), default=None)
