"""Files of tabletops -> the domain's plans and sittings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from dr_orchestrator.catalog import exercise
from dr_orchestrator.catalog.practice.reading import abouts, problems, refused, shaped, whole
from dr_orchestrator.catalog.rules import tabletop as rules
from dr_orchestrator.catalog.rules.exercise import Mistake
from dr_orchestrator.catalog.shapes.fields import likely
from dr_orchestrator.catalog.shapes.tabletop import SittingFile, TabletopFile
from dr_orchestrator.catalog.source import Document, read
from dr_orchestrator.domain.service import Service
from dr_orchestrator.domain.tabletop import sitting as domain
from dr_orchestrator.domain.tabletop.plan import Tabletop, ToReach
from dr_orchestrator.errors import Problem

FOLDER = "tabletops"


def plans(drills: Path, services: Mapping[str, Service]) -> dict[str, Tabletop]:
    """Every plan in the folder of drill files, by name; CatalogError with all mistakes of all of them."""
    found, wrong = readable(drills, services)
    if wrong:
        raise refused(wrong)
    return found


def plan_problems(drills: Path, services: Mapping[str, Service]) -> tuple[Problem, ...]:
    """Everything that is wrong with the plans."""
    return readable(drills, services)[1]


def files(drills: Path, folder: str) -> Iterator[Path]:
    """The YAML files of such a folder, by name."""
    endings = ("*.yaml", "*.yml")
    found = (path for ending in endings for path in (drills / folder).glob(ending) if not path.name.startswith("."))
    yield from sorted(found)


def readable(drills: Path, services: Mapping[str, Service]) -> tuple[dict[str, Tabletop], tuple[Problem, ...]]:
    """All that can be read, and everything that is wrong with the others: a report is made all the same."""
    found: dict[str, Tabletop] = {}
    wrong: list[Problem] = []
    for path in files(drills.absolute(), FOLDER):
        document = read(path, f"{drills.absolute().name}/{FOLDER}/{path.name}")
        plan = shaped(document, TabletopFile)
        if plan is not None:
            document.problems.extend(document.problem(*each) for each in rules.of_plan(plan, path.stem, services))
        if told := problems(document):
            wrong += told
        elif plan is not None:
            found[plan.tabletop] = _plan(plan, document, services)
    return found, tuple(wrong)


def _plan(of: TabletopFile, document: Document, services: Mapping[str, Service]) -> Tabletop:
    return Tabletop(
        name=of.tabletop,
        title=of.title,
        owner=of.owner,
        scenario=of.scenario,
        disruption=of.disruption,
        every=of.every,
        services=abouts(of.services, dict(services)),
        cast=exercise.cast(of.roles),
        needs=tuple(of.needs),
        criteria=exercise.criteria(of.criteria),
        injects=exercise.injects(of.injects),
        contacts=tuple(
            ToReach(name, each.person, each.reach, each.within, each.service or "")
            for name, each in of.contacts.items()
        ),
        assumptions=tuple(of.assumptions),
        artificial=tuple(of.artificial),
        file=document.file,
    )


def record(
    path: Path, told: str, plans: Mapping[str, Tabletop], now: datetime, kept: Callable[[str, str], Tabletop | None]
) -> tuple[Tabletop, domain.Sitting, SittingFile]:
    """The record of a tabletop that a file holds, with its plan; CatalogError with every mistake.

    `kept` tells by which plan a sitting was judged first: it is judged by no other.
    """

    def plan_of(of: SittingFile) -> Tabletop | None:
        return kept(of.tabletop, of.sitting) or plans.get(of.tabletop)

    def wrong(of: SittingFile) -> Iterator[Mistake]:
        if (plan := plan_of(of)) is not None:
            yield from rules.of_sitting(of, plan, now)
        else:
            fix = likely(of.tabletop, plans) or f"write its plan: drills/{FOLDER}/{of.tabletop}.yaml"
            yield ("tabletop",), f"there is no tabletop '{of.tabletop}'", fix

    of = whole(path, told, SittingFile, wrong)
    return plan_of(of) or plans[of.tabletop], _sitting(of), of


def _sitting(of: SittingFile) -> domain.Sitting:
    declared = of.declared
    return domain.Sitting(
        name=of.sitting,
        began=of.started,
        ended=of.ended,
        rehearsal=of.rehearsal,
        attendance=exercise.cast(of.attendance),
        injects=tuple(
            domain.Delivered(name, each.at, each.action, each.response, each.rating, each.note or "")
            for name, each in of.injects.items()
        ),
        ratings=tuple(domain.Rated(name, each.rating, each.by, each.note or "") for name, each in of.criteria.items()),
        contacts=tuple(
            domain.Answered(name, each.reached, each.after, each.note or "") for name, each in of.contacts.items()
        ),
        declared=domain.Declaration(declared.inject, declared.at, declared.by) if declared else None,
        decisions=tuple(
            domain.Decision(each.what, each.who, each.at, tuple(each.options), tuple(each.missing))
            for each in of.decisions
        ),
        questions=tuple(of.questions),
        gaps=tuple(
            domain.Shortcoming(name, each.what, each.severity, each.owner, each.service or "")
            for name, each in of.gaps.items()
        ),
        mended=dict(of.mended),
        correction=of.correction or "",
    )
