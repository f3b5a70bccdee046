"""The rows of what stands in an account and no service claims, or no drill covers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dr_orchestrator.domain.discovery.directory import Directory
from dr_orchestrator.domain.discovery.found import Unseen, is_of
from dr_orchestrator.domain.discovery.placing import place
from dr_orchestrator.domain.discovery.uncovered import Uncovered, uncovered
from dr_orchestrator.domain.posture.facts import Unknown
from dr_orchestrator.domain.posture.ruling import LAST, NOBODY, Ruling, Standing, Stood
from dr_orchestrator.domain.rule import Rule
from dr_orchestrator.errors import DrillFault, Stopped, UsageError
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.estate.reading import Reading
from dr_orchestrator.wiring.estate.seeing import regions_of, see
from dr_orchestrator.wiring.estate.statements import remedy_for

_TITLE, _OWNER = "Claimed by no service", "nobody"


def rows(here: App, reading: Reading) -> list[Stood]:
    """One for each resource that is not declared, and one for each kind of resource that could not be seen."""
    services = here.catalogue.services.values()
    named = [(service.name, each) for service in services for each in service.resources.values()]
    try:
        seen = see(here, reading, regions_of(here, (each.region for _, each in named)))
    except Stopped:
        raise
    except (UsageError, DrillFault) as why:
        call = why.call if isinstance(why, DrillFault) else "sts:GetCallerIdentity"
        return [_unseen(here, Unseen("everything", "", "", Unknown(why.message, call, why.hint)))]
    allowed = here.catalogue.allowed.accounts
    declared = {
        (each.type, each.id, each.region): service
        for service, each in named
        if is_of(each.account, seen.account, allowed)
    }
    placed = place(seen.found, here.catalogue.keys, Directory())
    told = [_row(here, each) for each in uncovered(placed, declared, here.catalogue.services.keys())]
    elsewhere = (_elsewhere(each, seen.account) for each in sorted({*allowed} - {seen.account}))
    return [*told, *(_unseen(here, each) for each in (*seen.unseen, *elsewhere))]


def _elsewhere(account: str, own: str) -> Unseen:
    """Another account that the policy allows: of what stands there one login tells nothing."""
    why = Unknown(f"it was not looked at: these credentials are for {own}", "", "look with the profile of that account")
    return Unseen(f"account {account}", "", "", why)


def _row(here: App, each: Uncovered) -> Stood:
    found, service = each.found, here.catalogue.services.get(each.service)
    about = (found.id, found.type, found.id, found.region)
    ruling = replace(each.ruling, call=next(_listings(here, found.type), ""))
    if service is None:
        return Stood(NOBODY, _TITLE, _OWNER, LAST, *about, ruling)
    return Stood(service.name, service.title, service.owner, service.tier.number, *about, ruling)


def _listings(here: App, of: str) -> Iterator[str]:
    """The calls that always list what there is of a type."""
    calls = here.types[of].discovery
    yield from sorted(calls.reads - calls.only_when.keys())


def _unseen(here: App, each: Unseen) -> Stood:
    why = each.why
    ruling = Ruling(Rule.UNCLAIMED, Standing.UNKNOWN, why.why, why.call, None, remedy_for(here, why), why.denied)
    what = f"{each.what} in {each.region}" if each.region else each.what
    return Stood(NOBODY, _TITLE, _OWNER, LAST, what, each.type, "", each.region, ruling)
