"""One look at the estate against the drill files: what is proposed to them, and what is told and left to people."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dr_orchestrator.catalog.drafting.described import Declared, Described, described
from dr_orchestrator.catalog.load import policy_alone
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.domain.discovery.directory import Directory
from dr_orchestrator.domain.discovery.found import Found, Key, Seen, Unseen, is_of
from dr_orchestrator.domain.discovery.placing import Placed, place, whole
from dr_orchestrator.domain.discovery.remark import Kind, Remark
from dr_orchestrator.errors import Exit
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.discovery.backed import Backed
from dr_orchestrator.wiring.discovery.comparing import Comparing
from dr_orchestrator.wiring.discovery.proposing import Proposal, Proposing
from dr_orchestrator.wiring.estate.reading import Reading
from dr_orchestrator.wiring.estate.seeing import regions_of, see


@dataclass(frozen=True)
class Discovered:
    """A look: what was seen, what is proposed, and what is told and left to people."""

    seen: Seen
    proposals: tuple[Proposal, ...]
    remarks: tuple[Remark, ...]
    unseen: tuple[Unseen, ...]
    declared: int

    def exit_code(self, *, written: bool) -> Exit:
        """Wrong input where a file could not be added to; inconclusive where something could not be seen; failed where
        a proposal is not written, so that whoever watches an estate is told.
        """
        if any(each.kind is Kind.REFUSED for each in self.remarks):
            return Exit.USAGE
        if self.unseen:
            return Exit.INCONCLUSIVE
        return Exit.FAILED if self.proposals and not written else Exit.PASSED


def look(here: App, directory: Directory, services: Collection[str] = (), rest: str = "") -> Discovered:
    """Look, read-only; only at the drafts of the `services` named, where some are. `rest` is the service of all whose
    service nothing says. UsageError where files, policy or credentials are wrong: nothing is written here anyway.
    """
    known = here.knowing(policy_alone(here.settings.drills, here.types))
    files = described(here.settings.drills)
    reading = Reading(known)
    declared = [each for file in files for each in file.resources]
    seen = see(known, reading, regions_of(known, (each.region for each in declared if each.region)))
    placed = place(seen.found, known.catalogue.keys, directory, rest)
    allowed = known.catalogue.allowed.accounts
    claims = _claims(files, seen.account, allowed)
    open_ones, remarks = _open(placed, claims)
    wanted = [each for each in open_ones if not services or (each.placement and each.placement.service in services)]
    backed = Backed(known, reading, [each.found for each in wanted if each.placement])
    account = seen.account if len(allowed) > 1 else ""
    proposing = Proposing(known, files, directory, backed, account)
    proposals = tuple(proposing.proposals(wanted, _members(placed, claims)))
    comparing = Comparing(known, seen, files, placed, claims, proposing)
    told = [*remarks, *proposing.remarks, *comparing.remarks(), *_of_all(known, seen)]
    told.sort(key=lambda each: [*Kind].index(each.kind))
    unseen = (*seen.unseen, *backed.unseen)
    return Discovered(seen, proposals, tuple(told), unseen, sum(each.found.key in claims for each in placed))


def _claims(
    files: Sequence[Described], account: str, allowed: Collection[str]
) -> dict[Key, tuple[Described, Declared]]:
    """The declarations of this account, by what they name; the first file's word counts."""
    found: dict[Key, tuple[Described, Declared]] = {}
    for file in files:
        for each in file.resources:
            if is_of(each.account, account, allowed):
                found.setdefault((each.type, each.id, each.region), (file, each))
    return found


def _open(placed: Sequence[Placed], claims: Collection[Key]) -> tuple[list[Placed], list[Remark]]:
    """Those that are to be drafted: in no file, of a service, whole by themselves and fit; the others are told."""
    kept = [each for each in whole(placed) if each.found.key not in claims]
    others = {each.found.key for each in kept} | {*claims}
    left = [_left_out(each.found) for each in placed if each.found.key not in others]
    return kept, [*left, *(one for each in kept for one in _on_place(each))]


def _left_out(found: Found) -> Remark:
    """Why a resource is not drafted."""
    if found.part_of:
        return Remark(Kind.PART, str(found), f"is a part of {found.part_of}, and recovered with that")
    if found.unfit:
        return Remark(Kind.UNFIT, str(found), found.unfit)
    return Remark(Kind.EMPTY, str(found), "it made nothing that drills restore")


def _on_place(placed: Placed) -> Iterator[Remark]:
    """The remarks on whose a resource is said to be."""
    found, placement = placed.found, placed.placement
    if placement is None:
        lacking = "its tags are not known" if found.tags is None else "no tag says whose it is"
        yield Remark(Kind.UNPLACED, str(found), lacking, "tag it, name it in a CSV, or take it by --rest SERVICE")
    elif placement.others:
        text = f"taken for {placement.service}, by {placement.by}; {'; '.join(placement.others)}"
        yield Remark(Kind.CONTESTED, str(found), text, "let its tags agree, or move it in the draft")


def _members(placed: Sequence[Placed], claims: Mapping[Key, tuple[Described, Declared]]) -> Mapping[str, list[Found]]:
    """All that each service has, declared or not."""
    found: dict[str, list[Found]] = {}
    for each in placed:
        declared = claims.get(each.found.key)
        service = declared[0].service if declared else each.placement.service if each.placement else ""
        found.setdefault(service, []).append(each.found)
    return found


def _of_all(here: App, seen: Seen) -> Iterator[Remark]:
    if seen.ours:
        yield Remark(Kind.OURS, counted(seen.ours, "resource"), "copies of drills are never proposed")
    if not here.catalogue.allowed.regions:
        text = f"tiers.yaml allows any, and only those of what is declared were looked at: {', '.join(seen.regions)}"
        yield Remark(Kind.ELSEWHERE, "other regions", text, "name them there: `allowed: {regions: [...]}`")
    others = sorted(here.catalogue.allowed.accounts - {seen.account})
    if others:
        hint = "run it with the profile of each"
        yield Remark(Kind.ELSEWHERE, f"account {', '.join(others)}", f"these credentials are for {seen.account}", hint)
