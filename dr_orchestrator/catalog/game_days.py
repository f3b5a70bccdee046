"""The files of game days -> the domain's plans; one that is not legal keeps no drill from being run."""

from __future__ import annotations

from pathlib import Path

from dr_orchestrator.catalog.declared import shaped
from dr_orchestrator.catalog.exercise import cast, criteria, injects
from dr_orchestrator.catalog.rules.game_day import mistakes
from dr_orchestrator.catalog.shapes.game_day import GameDayFile
from dr_orchestrator.catalog.source import Document, read
from dr_orchestrator.domain.drill import Catalogue
from dr_orchestrator.domain.game_day.plan import AbortCriterion, GameDay, Item, Notice, Scoped, Startable
from dr_orchestrator.errors import CatalogError, Problem

FOLDER = "game-days"


def files(drills: Path) -> list[Path]:
    """The files of game days, by name."""
    found = (path for ending in ("*.yaml", "*.yml") for path in (drills / FOLDER).glob(ending))
    return sorted(path for path in found if not path.name.startswith("."))


def load(path: Path, catalogue: Catalogue) -> GameDay:
    """The plan of a file; CatalogError with all that is wrong with it."""
    document, written = _read(path, catalogue)
    if document.problems or written is None:
        raise CatalogError(tuple(document.problems))
    return _plan(written, catalogue)


def problems(drills: Path, catalogue: Catalogue | None) -> list[Problem]:
    """All that is wrong with the files of game days; what they name is looked for in the catalogue, where one is."""
    return [each for path in files(drills.absolute()) for each in _read(path, catalogue)[0].problems]


def _read(path: Path, catalogue: Catalogue | None) -> tuple[Document, GameDayFile | None]:
    document = read(path, "/".join(path.absolute().parts[-3:]))
    written = shaped(document, GameDayFile)
    if written is not None:
        document.problems += [document.problem(*each) for each in mistakes(written, path.stem, catalogue)]
    return document, written


def _plan(of: GameDayFile, catalogue: Catalogue) -> GameDay:
    services = [catalogue.services[name] for name in dict.fromkeys(of.scope.services)]
    drills = [catalogue.drills[name] for name in dict.fromkeys(of.scope.drills)]
    return GameDay(
        name=of.game_day,
        title=of.title,
        objective=of.objective,
        criteria=criteria(of.criteria),
        scenario=of.scenario,
        disruption=of.disruption.value,
        severity=of.severity,
        services=tuple(Scoped(each.name, each.title, each.tier.number) for each in services),
        drills=tuple(Startable(each.name, each.digest) for each in drills),
        roles=cast(of.roles),
        go_no_go=tuple(Item(name, question) for name, question in of.go_no_go.items()),
        aborts=tuple(
            AbortCriterion(name, each.metric, each.threshold, each.window, each.caller)
            for name, each in of.aborts.items()
        ),
        planned=of.duration,
        exclusions=tuple(of.scope.exclusions),
        announced=of.unannounced is None,
        away=tuple(of.unannounced.away) if of.unannounced else (),
        injects=injects(of.injects),
        communications=tuple(
            Notice(each.audience, each.channel, each.when, each.template) for each in of.communications
        ),
        rules=tuple(of.rules),
    )
