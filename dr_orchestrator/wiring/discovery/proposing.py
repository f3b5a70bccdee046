"""The proposals to the drill files: a draft for each service that nobody described, entries for the others."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dr_orchestrator.catalog.drafting import entries, insertion
from dr_orchestrator.catalog.drafting.described import Described
from dr_orchestrator.catalog.drafting.document import drafted
from dr_orchestrator.catalog.drafting.entries import Wish
from dr_orchestrator.catalog.drafting.words import Entry
from dr_orchestrator.catalog.gaps import MARK
from dr_orchestrator.catalog.source import parse
from dr_orchestrator.domain.discovery.directory import Directory
from dr_orchestrator.domain.discovery.facts import Facts, gathered
from dr_orchestrator.domain.discovery.found import PART_TAG, Found
from dr_orchestrator.domain.discovery.naming import apart, named
from dr_orchestrator.domain.discovery.placing import Placed
from dr_orchestrator.domain.discovery.remark import Kind as Of
from dr_orchestrator.domain.discovery.remark import Remark
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.resource_type import Content
from dr_orchestrator.errors import Problem
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.discovery.backed import Backed


@dataclass(frozen=True)
class Proposal:
    """The proposal to one file: its text before (none: a new one) and after, and what of it is new."""

    path: Path
    file: str
    service: str
    before: Described | None
    text: str
    resources: tuple[str, ...]
    drills: tuple[str, ...]
    gaps: int

    @property
    def diff(self) -> str:
        """The difference to what is there."""
        old = self.before.text if self.before else ""
        lines = (old.splitlines(keepends=True), self.text.splitlines(keepends=True))
        told = difflib.unified_diff(*lines, f"a/{self.file}" if self.before else "/dev/null", f"b/{self.file}")
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in told)


class Proposing:
    """Makes the proposals of one look; names are apart from those that the files have, and from one another.

    `account` is written to each entry; empty where the policy leaves no doubt of it.
    """

    def __init__(
        self, here: App, files: Sequence[Described], directory: Directory, backed: Backed, account: str = ""
    ) -> None:
        self._here, self._files, self._directory, self._backed = here, files, directory, backed
        self._drills = {name for each in files for name in each.drills}
        self.remarks: list[Remark] = []
        self._isolation, self._account = here.catalogue.isolated, account

    def proposals(self, placed: Sequence[Placed], all_of: Mapping[str, Sequence[Found]]) -> Iterator[Proposal]:
        """The proposals for these resources, which are in no file; `all_of` are all that each service has."""
        by_file: dict[Path, list[Placed]] = {}
        for each in placed:
            if each.placement is not None:  # services that one file describes are one proposal: none undoes another
                by_file.setdefault(self._path(each.placement.service), []).append(each)
        made = [(_services(together), together) for together in by_file.values()]
        for services, together in sorted(made, key=lambda one: one[0]):
            own = sorted(together, key=lambda one: (self._order(one.found), one.found.id, one.found.region))
            members = [found for service in services for found in all_of.get(service, ())]
            if (proposal := self._proposal(services[0], own, members)) is not None:
                yield proposal

    def _path(self, service: str) -> Path:
        """The file that describes a service, or will."""
        there = file_of(self._files, service)
        return there.path if there else self._here.settings.drills / f"{file_name(service)}.yaml"

    def _order(self, found: Found) -> int:
        return self._here.types.names.index(found.type)

    def _proposal(self, service: str, own: Sequence[Placed], members: Sequence[Found]) -> Proposal | None:
        before = file_of(self._files, service)
        wishes = self._wishes(own, before)
        resources, drills = [], list[Entry]()
        for wish in wishes:
            of = self._here.types[wish.found.type]
            resources.append(entries.resource(of, wish, isolation=self._isolation, account=self._account))
            drills += entries.drills(of, wish, self._drills | {each.name for each in drills})
        if before is None:
            path = self._path(service)
            text: str | Problem = self._whole(path, service, own, members, resources, drills)
        else:
            path = before.path
            added = {"resources": resources, "drills": drills}
            text = insertion.inserted(before.text, before.document.file, added)
        if isinstance(text, Problem):
            self.remarks.append(Remark(Of.REFUSED, f"{text.file}:{text.line}", text.message, text.fix))
            return None
        self._drills |= {each.name for each in drills}
        names = (tuple(each.name for each in resources), tuple(each.name for each in drills))
        file = f"{self._here.settings.drills.name}/{path.name}"
        return Proposal(path, file, service, before, text, *names, _gaps(text, before))

    def _wishes(self, own: Sequence[Placed], before: Described | None) -> list[Wish]:
        taken = set(before.resource_names) if before else set[str]()
        wishes: list[Wish] = []
        for each in own:
            name = apart(named(each.found.id, "resource", most=30), taken)
            taken.add(name)
            kinds, why = self._backed(each.found)
            wishes.append(Wish(each.found, name, kinds, why))
        return [self._with_stores(each, wishes) for each in wishes]

    def _with_stores(self, wish: Wish, wishes: Sequence[Wish]) -> Wish:
        """One that makes others, with those that its template is filled from, by their logical ids."""
        if not wish.found.makes or Kind.REPLICA_REBUILD not in wish.kinds:
            return wish
        parts = [each for each in wishes if each.found.made_by == wish.found.makes and self._fills(each.found)]
        stores = {each.found.worn[PART_TAG]: each.name for each in parts if each.found.worn.get(PART_TAG)}
        return replace(wish, stores=stores)

    def _fills(self, found: Found) -> bool:
        of = self._here.types[found.type]
        return of.content is not Content.STORES and bool(of.filling.all or of.born.all or of.direct.all)

    def _whole(
        self,
        path: Path,
        service: str,
        own: Sequence[Placed],
        members: Sequence[Found],
        resources: Sequence[Entry],
        drills: Sequence[Entry],
    ) -> str | Problem:
        text = drafted(path.stem, self.facts(service, own, members), resources, drills)
        file = f"{path.parent.name}/{path.name}"
        problems = parse(text, file).problems
        if not problems:
            return text
        fix = "let a finer tag say the service: `discovery: {service: [...]}` in tiers.yaml"
        return Problem(file, problems[0].line, "", f"a draft of {len(own)} resources {problems[0].message}", fix)

    def facts(self, service: str, own: Sequence[Placed], members: Sequence[Found]) -> Facts:
        """All that is known of a service."""
        said = next((each.placement.said for each in own if each.placement), service)
        known = self._here.catalogue
        return gathered(said, members, self._directory.entries.get(service, ()), known.keys, known.tiers)


def _services(placed: Iterable[Placed]) -> list[str]:
    """The services that these are of, by their names."""
    return sorted({each.placement.service for each in placed if each.placement is not None})


def file_of(files: Iterable[Described], service: str) -> Described | None:
    """The file that describes a service: by the name that it tells, else by its own."""
    each = list(files)
    name = file_name(service)
    return next(
        (one for one in each if one.service == name), next((one for one in each if one.path.stem == name), None)
    )


def file_name(service: str) -> str:
    """The name of a service in drill files: tiers.yaml is taken."""
    return f"{service}-service" if service == "tiers" else service


def _gaps(text: str, before: Described | None) -> int:
    return text.count(f'"{MARK}') - (before.text.count(f'"{MARK}') if before else 0)
