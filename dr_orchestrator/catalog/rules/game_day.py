"""The rules that a game day's file is held to, besides those of all exercises."""

from __future__ import annotations

from collections.abc import Iterator

from dr_orchestrator.catalog.exercise import cast
from dr_orchestrator.catalog.rules.exercise import Mistake, of_injects, of_roles
from dr_orchestrator.catalog.shapes.fields import likely
from dr_orchestrator.catalog.shapes.game_day import GameDayFile
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.domain.drill import Catalogue
from dr_orchestrator.domain.exercise.roles import Role
from dr_orchestrator.domain.findings.persons import same
from dr_orchestrator.domain.game_day.plan import MAY_ABORT

WANTED = (Role.DIRECTOR, Role.EXECUTOR, Role.SCRIBE, Role.EVALUATOR, Role.COMMUNICATIONS)


def mistakes(of: GameDayFile, stem: str, catalogue: Catalogue | None) -> Iterator[Mistake]:
    """All that is wrong with it; of its scope nothing where the drill files cannot be read."""
    if of.game_day != stem:
        told = f"is named '{of.game_day}', and its file {stem}.yaml"
        yield ("game_day",), told, f"write `game_day: {stem}`, or rename the file"
    yield from of_roles(of.roles, WANTED)
    yield from of_injects(of.injects, of.criteria)
    yield from _late(of)
    yield from _callers(of)
    yield from _away(of)
    if catalogue is not None:
        yield from _scope(of, catalogue)


def _late(of: GameDayFile) -> Iterator[Mistake]:
    for name, each in of.injects.items():
        if each.at is not None and each.at > of.duration:
            yield ("injects", name, "at"), "it is due after the planned end", "give it an earlier time, or plan longer"


def _callers(of: GameDayFile) -> Iterator[Mistake]:
    for name, each in of.aborts.items():
        if each.caller != MAY_ABORT and Role(each.caller) not in of.roles:
            fix = f"name somebody as {each.caller}, or let anyone call it"
            yield ("aborts", name, "caller"), f"nobody is {each.caller}, who alone may call it", fix


def _away(of: GameDayFile) -> Iterator[Mistake]:
    """Those who are away have a role, and a deputy who is there."""
    away = of.unannounced.away if of.unannounced else []
    key: Key = ("unannounced", "away")
    for index, name in enumerate(away):
        held = [(role, each) for role, holders in cast(of.roles).items() for each in holders if same(each.person, name)]
        if not held:
            yield (*key, index), f"{name} fills no role", "name somebody who does: that their deputy acts is the point"
        for role, each in held:
            if not each.deputy or any(same(each.deputy, other) for other in away):
                told = f"nobody is {role} while {name} is away"
                yield (*key, index), told, f"give {role} a deputy who is there"


def _scope(of: GameDayFile, catalogue: Catalogue) -> Iterator[Mistake]:
    for index, name in enumerate(of.scope.services):
        if name not in catalogue.services:
            yield ("scope", "services", index), f"there is no service '{name}'", likely(name, catalogue.services)
    for index, name in enumerate(of.scope.drills):
        key: Key = ("scope", "drills", index)
        drill = catalogue.drills.get(name)
        if drill is None:
            yield key, f"there is no drill '{name}'", likely(name, catalogue.drills)
        elif drill.service.name not in of.scope.services:
            yield key, f"it is of {drill.service.name}, which is not in scope", "add the service to the scope"
        elif drill.production is not None:
            yield key, "it fails production over, which no exercise starts", f"run it by itself: dro run {name}"
