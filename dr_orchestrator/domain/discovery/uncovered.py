"""The rules on what nobody thought of: a resource that no service claims, or that is claimed and in no drill; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dr_orchestrator.domain.discovery.found import Found, Key
from dr_orchestrator.domain.discovery.placing import Placed, whole
from dr_orchestrator.domain.finding import Severity
from dr_orchestrator.domain.posture.ruling import Ruling, Standing
from dr_orchestrator.domain.rule import Rule


@dataclass(frozen=True)
class Uncovered:
    """A resource that no drill file declares, the described service that claims it all the same (empty: none does),
    and the ruling on it.
    """

    found: Found
    service: str
    ruling: Ruling


def uncovered(placed: Sequence[Placed], declared: Mapping[Key, str], services: Collection[str]) -> Iterator[Uncovered]:
    """Each resource that no file declares, but for the parts of what was seen, and what holds nothing; of what is
    `declared` (by which service) other rules tell.

    What a declared one made is claimed by its service, and in no drill by that alone: its data is nobody's.
    """
    makers = {each.found.makes: each.found for each in placed if each.found.makes}
    drillable = {each.found.key for each in whole(placed)}
    seen = {name for each in placed for name in ((each.found.id, each.found.region), (each.found.arn, ""))}
    for each in placed:
        found = each.found
        if found.key in declared:
            continue
        if found.key not in drillable:
            if why := _left_out(found, seen):
                yield _undrillable(each, why, services)
            continue
        maker = makers.get(found.made_by)
        if maker is not None and maker.key in declared:
            said = f"{maker.type} {maker.id} made it, which {declared[maker.key]} declares"
            yield Uncovered(found, declared[maker.key], _undrilled(declared[maker.key], said))
        elif each.placement is not None and each.placement.service in services:
            said = f"it is of {each.placement.service}, by {each.placement.by}"
            yield Uncovered(found, each.placement.service, _undrilled(each.placement.service, said))
        else:
            yield Uncovered(found, "", _unclaimed(each))


def _left_out(found: Found, seen: Collection[tuple[str, str]]) -> str:
    """Why nothing can be drilled of it; empty where it is recovered with what was seen, or holds nothing."""
    if not found.part_of:
        return found.unfit
    if (found.source, found.region) in seen or (found.source, "") in seen:
        return ""
    return f"it is a part of {found.part_of}, which was not seen"


def _undrillable(each: Placed, why: str, services: Collection[str]) -> Uncovered:
    claimed = each.placement is not None and each.placement.service in services
    service = each.placement.service if each.placement and claimed else ""
    rule, severity = (Rule.UNDRILLED, Severity.HIGH) if claimed else (Rule.UNCLAIMED, Severity.MEDIUM)
    remedy = "prove by other means that it can be recovered: `dro discover` drafts nothing of it"
    return Uncovered(
        each.found, service, Ruling(rule, Standing.SHORT, f"no drill covers it; {why}", "", severity, remedy)
    )


def _undrilled(service: str, said: str) -> Ruling:
    remedy = f"`dro discover {service}` proposes its drill"
    return Ruling(Rule.UNDRILLED, Standing.SHORT, f"no drill covers it; {said}", "", Severity.HIGH, remedy)


def _unclaimed(each: Placed) -> Ruling:
    if each.placement is not None:
        told = f"{each.placement.by} says {each.placement.said}, a service that no file describes"
    else:
        told = "its tags are not known" if each.found.tags is None else "no tag says whose it is"
    remedy = "`dro discover` drafts its service's file; it tells, too, how to say whose it is"
    return Ruling(Rule.UNCLAIMED, Standing.SHORT, f"no drill file declares it; {told}", "", Severity.MEDIUM, remedy)
