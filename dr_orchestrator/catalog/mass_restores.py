"""The files of large-incident drills -> the domain's plans, with the sites of their lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from dr_orchestrator.catalog import sites as lists
from dr_orchestrator.catalog.digest import of_record
from dr_orchestrator.catalog.practice.reading import problems as told_of
from dr_orchestrator.catalog.practice.reading import refused, shaped
from dr_orchestrator.catalog.practice.tabletops import files
from dr_orchestrator.catalog.rules.mass_restore import Known, mistakes
from dr_orchestrator.catalog.shapes import mass_restore as written
from dr_orchestrator.catalog.source import read
from dr_orchestrator.domain.mass_restore.plan import (
    Container,
    MassPlan,
    Product,
    Rule,
    Team,
    TenantCheck,
    TenantItems,
    TenantRows,
)
from dr_orchestrator.domain.mass_restore.sites import Site, Stage
from dr_orchestrator.errors import Problem

FOLDER = "mass-restores"


@dataclass(frozen=True)
class Declared:
    """A plan with its sites; `notes` are of rows of the list that were passed over."""

    plan: MassPlan
    sites: tuple[Site, ...]
    notes: tuple[Problem, ...] = ()


def plans(drills: Path, known: Known) -> dict[str, Declared]:
    """Every plan in the folder of drill files, by name; CatalogError with all mistakes of all of them."""
    found, wrong = _read(drills, known)
    if wrong:
        raise refused(wrong)
    return found


def plan_problems(drills: Path, known: Known) -> tuple[Problem, ...]:
    """Everything that is wrong with the plans, and with their lists."""
    return _read(drills, known)[1]


def _read(drills: Path, known: Known) -> tuple[dict[str, Declared], tuple[Problem, ...]]:
    found: dict[str, Declared] = {}
    wrong: list[Problem] = []
    folder = drills.absolute()
    for path in files(folder, FOLDER):
        document = read(path, f"{folder.name}/{FOLDER}/{path.name}")
        of = shaped(document, written.MassRestoreFile)
        if of is not None:
            document.problems.extend(document.problem(*each) for each in mistakes(of, path.stem, known))
        wrong += (told := told_of(document))
        if of is None:
            continue
        listed = _listed(path, document.file, of, known)
        wrong += listed.problems
        if not told and not listed.problems:
            found[of.mass_restore] = _declared(of, listed, document.file, known)
    return found, tuple(wrong)


def _listed(path: Path, file: str, of: written.MassRestoreFile, known: Known) -> lists.Listed:
    columns = {where.column for each in of.products.values() for where in each.drills.values()}
    beside = f"{file.rpartition('/')[0]}/{of.sites}"
    return lists.read(path.parent / of.sites, beside, known.catalogue.tiers, sorted(columns))


def _declared(of: written.MassRestoreFile, listed: lists.Listed, file: str, known: Known) -> Declared:
    rtos = {number: each.objective.rto for number, each in known.catalogue.tiers.items()}
    plan = MassPlan(
        name=of.mass_restore,
        title=of.title,
        owner=of.owner,
        event=of.event.what,
        products=tuple(_product(name, each, known) for name, each in of.products.items()),
        teams={each.tier: Team(each.team, each.handover or "") for each in of.teams},
        at=of.event.at,
        ago=of.event.ago,
        at_once=of.at_once,
        tenants_at_once=of.tenants_at_once,
        stages=tuple(Stage(each.stage, each.lasts, each.undo or "") for each in of.safeguards),
        rtos={number: each for number, each in rtos.items() if each is not None},
        file=file,
    )
    return Declared(replace(plan, digest=of_record(plan, listed.sites)), listed.sites, listed.notes)


def _product(name: str, of: written.Product, known: Known) -> Product:
    drills = [known.catalogue.drills[each] for each in of.drills]
    service = drills[0].service if drills else None
    return Product(
        name=name,
        title=of.title or name,
        needs=tuple(of.needs),
        containers=_containers(of.drills, {each.name: each.digest for each in drills}),
        checks=tuple(_check(each) for each in of.tenant),
        service=service.name if service else "",
        service_title=service.title if service else "",
        service_tier=service.tier.number if service else None,
        owner=service.owner if service else "",
    )


def _containers(of: Mapping[str, written.Where], digests: Mapping[str, str]) -> tuple[Container, ...]:
    return tuple(
        Container(name, Rule(each.column, each.equals or "", each.prefix or ""), digests[name])
        for name, each in of.items()
    )


def _check(of: written.TenantCheck) -> TenantCheck:
    if of.rows is not None:
        return TenantRows(of.name, of.rows.sql, of.rows.minimum, of.rows.within)
    if of.items is None:
        raise TypeError(of.name)
    items = of.items
    return TenantItems(of.name, items.key, items.value, items.minimum, items.newest or "", items.within)
