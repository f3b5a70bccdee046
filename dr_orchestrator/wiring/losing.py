"""The calls that a drill whose copy stands elsewhere makes to its source's region, where it says that this is lost."""

from __future__ import annotations

from functools import partial

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.domain import lost_region
from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.objective import Disruption
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.runner import RunContext


def asked(drill: Drill, account: Account, context: RunContext) -> lost_region.Asked | None:
    """Note from the disruption on what is asked of the source's region, by the `account` that reaches it; None where
    the drill does not say that it is lost, or has its copy in it.

    The looks of a process that goes on are no part of the recovery; what the one before it asked is not known.
    """
    to, journal = drill.resource.to, context.journal
    lost = drill.disruption is Disruption.REGION and to is not None and to.region != drill.resource.region
    if not lost or to is None or journal is None:
        return None

    def recovers() -> bool:
        lost = journal.has(Moment.DISRUPTION) and not journal.has(Moment.SERVICE_VERIFIED)
        return lost and not journal.prepares

    account.asked.note_while(recovers)
    out = "" if to.standing else f"the data were brought to {to.region} out of it, and not taken from what lies there"
    return partial(_told, drill.resource.region, account, out, gone_on=journal.has(Moment.DISRUPTION))


def _told(region: str, account: Account, out: str, *, gone_on: bool) -> CheckResult:
    return lost_region.result(region, account.asked.calls, out, unseen=gone_on)
