"""Looks at the drill files, and at what they name, without AWS: mistakes, and what a drill could not pass without."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from dr_orchestrator.catalog import game_days, mass_restores, source
from dr_orchestrator.catalog.load import problems
from dr_orchestrator.catalog.practice import reviews, tabletops
from dr_orchestrator.catalog.rules.mass_restore import Known
from dr_orchestrator.domain import leaving
from dr_orchestrator.domain.drill import CanaryItem, Check, Drill, NewestRow
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.proof import Files, SameObjects
from dr_orchestrator.domain.replica import Ask, Note, Refusal
from dr_orchestrator.domain.resource_type import Content
from dr_orchestrator.domain.service import Canary, Rebuild, Resource, Service
from dr_orchestrator.errors import Problem, UsageError
from dr_orchestrator.wiring import company
from dr_orchestrator.wiring.app import App


class Level(StrEnum):
    """How much a remark weighs: a problem stops every drill, an ask one drill, a warning leaves it a finding."""

    PROBLEM = "problem"
    ASK = "ask"
    WARNING = "warning"


@dataclass(frozen=True)
class Remark:
    """A thing that is told of a drill file, with its file, line and key."""

    level: Level
    problem: Problem

    def __str__(self) -> str:
        return str(self.problem) if self.level is Level.PROBLEM else f"{self.level.value}: {self.problem}"


def look(here: App) -> list[Remark]:
    """All that is wrong with the drill files; where nothing is, all that drills would be asked, or would lack."""
    folder = here.settings.drills
    found = [*problems(folder, here.types, here.settings.flows), *_of_estate(here)]
    found += game_days.problems(folder, None if found else here.catalogue)
    if found:
        return [Remark(Level.PROBLEM, each) for each in found]
    if wrong := practice_problems(here):
        return [Remark(Level.PROBLEM, each) for each in wrong]
    looked = _Look(here)
    told = [each for drill in here.catalogue.drills.values() for each in looked.at(drill)]
    return sorted(dict.fromkeys(told), key=lambda each: (each.problem.file, each.problem.line, each.problem.key))


def practice_problems(here: App) -> Sequence[Problem]:
    """The mistakes in the plans of tabletops and of large incidents, and in the declarations of reviews."""
    folder, services = here.settings.drills, here.catalogue.services
    known = Known(here.catalogue, here.types)
    people = (*tabletops.plan_problems(folder, services), *reviews.plan_problems(folder, services))
    return (*people, *mass_restores.plan_problems(folder, known))


def _of_estate(here: App) -> Sequence[Problem]:
    """The mistakes of the estate file, where the workspace has one: no drill reads it, the lab does."""
    file = company.written(here.settings.home)
    return company.problems(file, here.types) if file else ()


class _Look:
    """Looks at the drills of a workspace, at each template once however many drills rebuild it."""

    def __init__(self, here: App) -> None:
        self._here = here
        self._files: dict[str, source.Document] = {}
        self._seen = set[tuple[str, str]]()

    def at(self, drill: Drill) -> Iterator[Remark]:
        """All that a drill would be asked, or would lack."""
        document = self._document(drill.file)
        on = drill.production
        if on is not None and on.consent.ends <= self._here.clock.now():
            told = f"the policy lets it no longer: {on.consent.where} has expired on {on.consent.expires}"
            fix = "its owner renews `expires`, or removes the drill: `dro iam` prints no right for it"
            yield Remark(Level.ASK, document.problem(("drills", drill.name, "on"), told, fix))
        if lost := leaving.stays_in(drill):
            told, fix = f"{leaving.told(lost)}; {drill.name} is inconclusive at best", leaving.way_out(drill.kind)
            yield Remark(Level.ASK, document.problem(("drills", drill.name, "disruption"), told, fix))
        resource, rebuild = drill.resource, drill.resource.rebuild
        if rebuild is not None and not rebuild.builder and (drill.file, resource.name) not in self._seen:
            self._seen.add((drill.file, resource.name))
            key: source.Key = ("resources", resource.name, "rebuild")
            for level, within, message, fix in self._of_template(rebuild):
                yield Remark(level, document.problem((*key, *within), message, fix))
        if ("customers", drill.service.name) not in self._seen:
            self._seen.add(("customers", drill.service.name))
            yield from self._of_customers(document, drill.service)
        if on is None and (not drill.kind.rebuilds or drill.stores):  # on production nothing is restored
            for level, message, fix in self._of_loss(drill):
                yield Remark(level, document.problem(("drills", drill.name, "checks"), message, fix))

    def _of_customers(self, document: source.Document, service: Service) -> Iterator[Remark]:
        """The customers' stacks of which nobody recorded how they should be."""
        for stack in service.customer_stacks:
            if stack.baseline is None:
                message = f"no baseline of {stack} is recorded: drills of {service.name} are inconclusive at best"
                key: source.Key = ("customer_stacks", stack.name)
                fix = f"run `dro baseline {service.name} --write`: it records {stack.file}"
                yield Remark(Level.ASK, document.problem(key, message, fix))

    def _document(self, file: str) -> source.Document:
        if file not in self._files:
            self._files[file] = source.read(self._here.settings.drills.parent / file, file)
        return self._files[file]

    def _of_template(self, rebuild: Rebuild) -> Iterator[tuple[Level, source.Key, str, str]]:
        from dr_orchestrator.aws.access import nameless  # noqa: PLC0415
        from dr_orchestrator.aws.template.shelf import SETTING  # noqa: PLC0415 - what judges templates loads slowly
        from dr_orchestrator.wiring import templates  # noqa: PLC0415

        try:
            derived = templates.of_rebuild(self._here.settings.drills, rebuild, rebuild.place, self._here.names)
        except UsageError as wrong:
            yield Level.PROBLEM, (), wrong.message, wrong.hint
            return
        for refusal in derived.refused:
            yield Level.PROBLEM, (), _told(refusal), "keep what a replica must not make in a template of its own"
        for ask in derived.asks:
            yield Level.ASK, (), _told(ask), f"write there `{ask.answer}`"
        stacks = derived.children.values() if rebuild.stacks else (derived,)
        if not rebuild.bucket and any(each.children for each in stacks):
            yield Level.ASK, (), "it has stacks within, whose templates we derive", SETTING
        for note in map(templates.of_empty, templates.emptied(rebuild, derived)):
            yield Level.WARNING, (), f"{note.resource}: {note.what}", note.why
        for note in nameless.notes(derived):
            yield Level.WARNING, (), f"{note.resource} {note.what}", note.why
        for part, wrong_word in templates.keeping_nothing(rebuild, derived):
            yield Level.PROBLEM, ("empty", part), wrong_word, "remove it: `empty` is for what keeps data"

    def _of_loss(self, drill: Drill) -> Iterator[tuple[Level, str, str]]:
        """The stores whose loss no heartbeat tells, as the judge takes it."""
        for logical, resource in (drill.stores or {"": drill.resource}).items():
            content = self._here.types[resource.type].content
            written = drill.replicates or drill.promoted.get(logical) or resource  # what replicates takes none
            told = any(isinstance(each, Files) and each.newest for each in drill.checks)
            if content in (Content.BLOCKS, Content.FILES, Content.MACHINE) and not told:
                message = f"no file tells the loss: {drill.name} is inconclusive at best"
                yield Level.ASK, message, "add `newest: PATH` to a check of files: one that is written all the time"
            if content not in (Content.ROWS, Content.ITEMS, Content.OBJECTS):
                continue
            read = list(_reading(drill.checks, logical))
            for each in read:
                if beats := _other_interval(each, written.canary):
                    yield Level.WARNING, f"check '{each.name}': {beats}", "write the same interval in both"
            if any(isinstance(each, CanaryItem) or each.canary for each in read):
                continue
            where, line = f" of {logical}" if logical else "", _heartbeat(content, logical, written)
            if content is Content.ITEMS and drill.resource.rebuild and drill.resource.rebuild.builder:
                message = f"nobody reads the items of {logical}, which a program made: {drill.name} is inconclusive"
                yield Level.ASK, message, f"drill '{resource.name}' by a pitr-restore of its own, and take it out here"
            elif content is Content.OBJECTS and any(isinstance(each, SameObjects) for each in drill.checks):
                message = f"{drill.name} reads its loss from the newest object, which is no heartbeat: so its age is"
                yield Level.WARNING, f"{message} how long nobody wrote", f"add `{line}`"
            elif read:
                message = f"{drill.name} reads its loss{where} from rows, of no heartbeat: it passes with a finding"
                yield Level.WARNING, message, f"add `{line}`"
            else:
                message = f"no heartbeat tells the loss{where}: {drill.name} is inconclusive at best"
                yield Level.ASK, message, f"add `{line}`"


def _told(each: Ask | Refusal | Note) -> str:
    return f"{each.file}:{each.line}: {each.resource} {each.what}: {each.why}"


def _reading(checks: Iterable[Check], logical: str) -> Iterator[NewestRow | CanaryItem]:
    """The checks that read an instant in a store."""
    for check in checks:
        if isinstance(check, NewestRow | CanaryItem):
            of = check.database if isinstance(check, NewestRow) else check.table
            if of == logical:
                yield check


def _other_interval(check: NewestRow | CanaryItem, canary: Canary | None) -> str:
    """The words on a heartbeat whose check expects it at another interval than `dro canary` writes it."""
    if canary is None or canary.interval == check.interval:
        return ""
    if isinstance(check, NewestRow):
        same = check.canary and (check.table, check.column) == (canary.table, canary.column)
    else:
        same = dict(check.key) == dict(canary.key) and check.attribute == canary.attribute
    beats, expected = _written(canary.interval), _written(check.interval)
    return f"the heartbeat is written every {beats}, and expected every {expected}" if same else ""


def _written(interval: timedelta) -> str:
    """A duration as drill files write it."""
    return re.sub(r"(?<=\d) (?=[hms])", "", format_duration(interval))


def _heartbeat(content: Content, logical: str, resource: Resource) -> str:
    """The line that reads a store's heartbeat, by what the resource says of it."""
    canary = resource.canary
    every = _written(canary.interval) if canary else "1m"
    if content is Content.ROWS:
        of = f"database: {logical}, " if logical else ""
        table, column = (canary.table, canary.column) if canary else ("heartbeat", "at")
        claim = f"newest-row: {{{of}table: {table}, column: {column}, canary: true, interval: {every}}}"
    else:
        of = f"table: {logical}, " if logical else ""
        example = {"object": "dro/heartbeat.json"} if content is Content.OBJECTS else {"pk": "canary"}
        key: Mapping[str, str] = canary.key if canary else example
        listed = ", ".join(f"{name}: {value}" for name, value in key.items())
        attribute = canary.attribute if canary else "at"
        claim = f"canary-item: {{{of}key: {{{listed}}}, attribute: {attribute}, interval: {every}}}"
    return f"- {{name: heartbeat, {claim}}}"
