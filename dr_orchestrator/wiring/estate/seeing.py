"""One pass over an account: every resource of every type in the regions that are allowed, with the tags it wears."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from dr_orchestrator.aws.copies import PREFIX, TAG
from dr_orchestrator.aws.discovery import tags
from dr_orchestrator.aws.posture.ground import Ground, unknown
from dr_orchestrator.domain.discovery.found import Found, Seen, Unseen
from dr_orchestrator.domain.posture.facts import Unknown
from dr_orchestrator.errors import DrillFault, Stopped, UsageError
from dr_orchestrator.resources.drillable import Drillable
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.estate.reading import LANES, Reading, in_lanes


def see(here: App, reading: Reading, regions: Sequence[str]) -> Seen:
    """Look, read-only; what could not be seen is told beside what was. UsageError where the account is not allowed."""
    account = owner(here, reading, regions[0])
    for region in regions:
        reading.owner(region)
    found: list[Found] = []
    unseen: list[Unseen] = []
    grounds = {region: reading.ground(region) for region in regions}
    asked = [(of, region) for region in regions for of in here.types if of.discovered is not None]
    listed = in_lanes(lambda one: _listed(*one, grounds[one[1]]), asked, LANES, "looking what there is")
    for (of, region), told_of in zip(asked, listed, strict=True):
        if isinstance(told_of, Unknown):
            unseen.append(Unseen(of.made.plural.lower(), of.name, region, told_of))
        else:
            found += told_of
    for region in regions:
        bare = [each for each in found if each.region == region and each.tags is None]
        dressed, more = _dressed(here, grounds[region], bare)
        unseen += more
        found = [dressed.get(each.key, each) for each in found]
    ours = _ours(here, found)
    kept = tuple(of_copies([each for each in found if each.key not in ours]))
    return Seen(account, tuple(regions), reading.simulated, kept, tuple(unseen), len(ours))


def owner(here: App, reading: Reading, region: str) -> str:
    """The account that the credentials are of; UsageError where the policy does not allow it."""
    account, allowed = reading.owner(region), here.catalogue.allowed.accounts
    if allowed and account not in allowed:
        told = f"the credentials are for account {account}, which tiers.yaml does not allow"
        raise UsageError(told, f"use the profile of one of: {', '.join(sorted(allowed))}")
    return account


def regions_of(here: App, declared: Iterable[str]) -> list[str]:
    """The regions that the policy allows; else those of what is declared. UsageError where nothing names one."""
    if found := sorted(here.catalogue.allowed.regions or set(declared)):
        return found
    raise UsageError("no region is named", "name them in tiers.yaml: `allowed: {regions: [us-east-1]}`")


def _listed(of: Drillable, region: str, ground: Ground) -> list[Found] | Unknown:  # noqa: ARG001 - one key for both
    assert of.discovered is not None  # noqa: S101 - asked of those alone that have it
    try:
        return list(of.discovered(ground))
    except Stopped:
        raise
    except DrillFault as fault:
        return unknown(fault)


def _dressed(
    here: App, ground: Ground, bare: Sequence[Found]
) -> tuple[Mapping[tuple[str, str, str], Found], list[Unseen]]:
    """Those whose listing told no tags, with their tags: of all at once, else one by one."""
    if not bare:
        return {}, []
    services = {here.types[each.type].made.service for each in bare}
    told = tags.worn(ground, [each.arn for each in bare], services)
    dressed = {each.key: replace(each, tags=told.of(each.arn)) for each in bare}
    left = [each for each in dressed.values() if each.tags is None]
    answers = in_lanes(lambda each: _own(here, ground, each), left, LANES, "asking for tags")
    unseen: dict[str, Unseen] = {}
    for each, answer in zip(left, answers, strict=True):
        if isinstance(answer, Unknown):
            of = here.types[each.type]
            unseen.setdefault(each.type, Unseen(f"tags of {of.made.plural.lower()}", each.type, each.region, answer))
        else:
            dressed[each.key] = replace(each, tags=answer)
    return dressed, list(unseen.values())


def _own(here: App, ground: Ground, found: Found) -> Mapping[str, str] | Unknown:
    worn = here.types[found.type].worn
    if worn is None:
        return {}
    try:
        return worn(ground, found)
    except Stopped:
        raise
    except DrillFault as fault:
        return unknown(fault)


def _ours(here: App, found: Sequence[Found]) -> frozenset[tuple[str, str, str]]:
    """The copies of drills, by their tag or by the ledger, and all that they made."""
    named = [each.id for each in found if each.id.startswith(PREFIX)]
    ledgered = {(copy.type, copy.id, copy.region) for copy in here.ledger.queries.copies_named(named)}
    makers = {each.makes: each for each in found if each.makes}
    return frozenset(
        each.key for each in found if any(one.key in ledgered or TAG in one.worn for one in _line(each, makers))
    )


def of_copies(found: Sequence[Found]) -> Iterator[Found]:
    """All, those unfit to be drafted that are called like copies: an index of tags that is behind, or another
    workspace's ledger, would have them be production.
    """
    makers = {each.makes: each for each in found if each.makes}
    told = (
        f"it is called like a copy of a drill ({PREFIX}...), or made by one, and neither tag nor ledger says of which"
    )
    for each in found:
        like = any(one.id.startswith(PREFIX) for one in _line(each, makers))
        yield replace(each, unfit=each.unfit or told) if like else each


def _line(found: Found, makers: Mapping[str, Found]) -> Iterator[Found]:
    """A resource, what made it, what made that, and so on."""
    seen: set[tuple[str, str, str]] = set()
    one: Found | None = found
    while one is not None and one.key not in seen:
        seen.add(one.key)
        yield one
        one = makers.get(one.made_by)
