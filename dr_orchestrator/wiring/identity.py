"""The account that credentials are of, and where they work: where that is not what was declared, nothing is started."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dr_orchestrator.aws.accounts import Account, Caller
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.ports import Clock
from dr_orchestrator.domain.run import Clocks, Provenance
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.skew import Skew
from dr_orchestrator.errors import DrillFault, NotMeasured
from dr_orchestrator.wiring.app import App

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Surroundings:
    """The caller whose credentials these are, what is wrong with them if anything, and how far the clocks are apart."""

    caller: Caller
    fault: DrillFault | None
    clocks: Clocks


class Asking:
    """The moment before another clock is asked the time; `machine` is the one that it is compared with."""

    def __init__(self, machine: Clock) -> None:
        self._machine, self._at, self._began = machine, machine.now(), machine.monotonic()

    def skew(self, told: datetime | None, steps: timedelta = timedelta()) -> Skew | None:
        """Compare the machine's clock with the time that was told by now; None where none was.

        It was told at some moment since then, and is cut down to whole `steps`: half of each is error.
        """
        half = timedelta(seconds=self._machine.monotonic() - self._began) / 2
        return None if told is None else Skew(self._at + half - (told + steps / 2), half + steps / 2)


def look_around(here: App, account: Account, drill: Drill) -> Surroundings:
    """See who and where we are, and how late it is; what is wrong, or goes wrong, is returned for the record."""
    asked = Asking(here.machine)
    clocks = Clocks(ledger=asked.skew(here.ledger.time()))
    asked = Asking(here.machine)
    try:
        caller = account.caller()
        if here.clock.pace == 1:  # else the drill's clock is a lab's, and what the machine's says is in no figure
            clocks = replace(clocks, aws=asked.skew(caller.told_at, _SECOND))
        if here.catalogue.roles.drill:  # taken on now: a copy that could be made but not deleted would be the worst
            changer = account.changer()
            if changer.account != caller.account:
                two = f"drills would read in account {caller.account} and make copies in {changer.account}"
                return Surroundings(caller, NotMeasured(two, "see `roles` in tiers.yaml: nothing was started"), clocks)
            caller = Caller(caller.account, caller.arn, changer.arn)
    except DrillFault as fault:
        return Surroundings(Caller("", ""), fault, clocks)
    wrong = not_allowed(here, drill.resource, caller) or _copies_not_allowed(here, drill.resource)
    refused = NotMeasured(wrong, "use the right profile: nothing was started") if wrong else None
    return Surroundings(caller, refused, clocks)


def is_simulated(here: App, account: Account) -> bool:
    """Whether nothing here can be evidence: an endpoint that is not AWS's own, or a clock that is not the real one."""
    return account.simulated(here.types.services) or here.clock.pace != 1


def elsewhere(here: App, account: Account, made: Provenance) -> str:
    """The differences from when a run was made: what is absent here may well be there. Empty where all is the same.

    A run that never learned its account has made nothing, and is not to go on in whichever is found now.
    """
    caller = account.caller()
    compared = (
        ("account", made.account or "unknown", caller.account),
        ("endpoint", made.endpoint, account.api("sts").endpoint),
        ("simulated", made.simulated, is_simulated(here, account)),
        ("clock's pace", made.pace, here.clock.pace),
    )
    return "; ".join(f"{what} {before} then, {now} now" for what, before, now in compared if before not in ("", now))


def _copies_not_allowed(here: App, resource: Resource) -> str:
    """Why copies may not stand where the resource's type puts them; empty where they may."""
    allowed, place = here.catalogue.allowed, here.types[resource.type].place(resource)
    if allowed.accounts and place.account and place.account not in allowed.accounts:
        return f"copies of {resource.name} stand in account {place.account}, which tiers.yaml does not allow"
    if allowed.regions and place.region not in allowed.regions:
        return f"copies of {resource.name} stand in {place.region}, which tiers.yaml does not allow"
    return ""


def not_allowed(here: App, resource: Resource, caller: Caller) -> str:
    """Why these credentials, or this region, are not those that were declared; empty where they are."""
    allowed = here.catalogue.allowed
    if resource.account and caller.account != resource.account:
        return f"the credentials are for account {caller.account}, {resource.name} is declared in {resource.account}"
    if allowed.accounts and caller.account not in allowed.accounts:
        return f"the credentials are for account {caller.account}, which tiers.yaml does not allow"
    if allowed.regions and resource.region not in allowed.regions:
        return f"{resource.name} is in {resource.region}, which tiers.yaml does not allow"
    return ""
