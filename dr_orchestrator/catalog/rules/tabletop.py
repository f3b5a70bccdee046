"""The rules of tabletops: of the plan, and of a record of one, which has to be of that plan and of its own time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from dr_orchestrator.catalog.rules.exercise import Mistake, of_injects, of_roles
from dr_orchestrator.catalog.shapes.fields import likely
from dr_orchestrator.catalog.shapes.tabletop import SittingFile, TabletopFile
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.domain.exercise.criteria import Rating
from dr_orchestrator.domain.exercise.roles import Role
from dr_orchestrator.domain.findings.persons import mixed, same
from dr_orchestrator.domain.tabletop.plan import Tabletop

_SCALE = list(Rating)


def of_plan(of: TabletopFile, stem: str, services: Collection[str]) -> Iterator[Mistake]:
    """The mistakes in a plan; `services` are those that are declared, `stem` is the name of its file."""
    if of.tabletop != stem:
        yield ("tabletop",), f"the file is {stem}.yaml, and it says '{of.tabletop}'", "give both the same name"
    yield from of_scope(of.services, services)
    yield from of_roles(of.roles, of.needs)
    yield from of_injects(of.injects, of.criteria)
    for name in of.criteria:
        if not any(each.criterion == name for each in of.injects.values()):
            told = f"no inject puts '{name}' to the proof"
            yield ("criteria", name), told, f"add `criterion: {name}` to an inject"
    for name, each in of.contacts.items():
        if each.service is not None and each.service not in of.services:
            yield ("contacts", name, "service"), f"it is not about '{each.service}'", likely(each.service, of.services)


def of_scope(named: list[str], services: Collection[str]) -> Iterator[Mistake]:
    """The mistakes in which services something is about."""
    for index, name in enumerate(named):
        if name not in services:
            yield ("services", index), f"there is no service '{name}'", likely(name, services)
        elif name in named[:index]:
            yield ("services", index), f"'{name}' stands there twice", "remove one"


def of_sitting(of: SittingFile, plan: Tabletop, now: datetime) -> Iterator[Mistake]:
    """The mistakes in a record of that plan."""
    if of.ended <= of.started:
        yield ("ended",), "it ended before it began, or with it", "mend either"
    elif of.ended > now:
        yield ("ended",), f"it has not ended: it is {now:%Y-%m-%dT%H:%M:%SZ} now", "record it once it is over"
    yield from of_attendance(of)
    yield from _of_players(of)
    yield from _of_times(of)
    yield from _of_injects(of, plan)
    yield from _of_criteria(of, plan)
    yield from _of_contacts(of, plan)
    yield from of_gaps(of.gaps, of.mended, [each.service for each in plan.services])


def of_attendance(of: SittingFile) -> Iterator[Mistake]:
    """The mistakes in who came: nobody judges their own play, and no name is written to look like another."""
    for key, message, fix in of_roles(of.attendance, ()):
        yield ("attendance", *key[1:]), message, fix
    for role, holders in of.attendance.items():
        for index, each in enumerate(holders):
            place: Key = ("attendance", role, index, "person")
            if mixed(each.person):
                yield place, "its letters are of several scripts that look alike", "write the name in one"
            if each.deputy:
                yield ("attendance", role, index, "deputy"), "who came is told, not who might have", "name who came"
            if not each.mode:
                told = f"nobody says how {each.person} took part"
                yield ("attendance", role, index), told, "add `mode: in the room`, or `mode: remote`"


def _of_players(of: SittingFile) -> Iterator[Mistake]:
    """The mistakes in who declared and decided: whoever does plays, and nobody judges their own play."""
    acted: list[tuple[Key, str]] = [(("decisions", index, "who"), each.who) for index, each in enumerate(of.decisions)]
    if of.declared is not None:
        acted.append((("declared", "by"), of.declared.by))
    evaluators = [each.person for each in of.attendance.get(Role.EVALUATOR, ())]
    for key, who in acted:
        if any(same(who, each) for each in evaluators):
            yield key, f"{who} attended as an evaluator, and plays no part", "name the player who did"


def _of_times(of: SittingFile) -> Iterator[Mistake]:
    places: list[tuple[Key, datetime]] = [(("injects", name, "at"), each.at) for name, each in of.injects.items()]
    places += [(("decisions", index, "at"), each.at) for index, each in enumerate(of.decisions)]
    if of.declared is not None:
        places.append((("declared", "at"), of.declared.at))
    for key, at in places:
        if not of.started <= at <= of.ended:
            told = f"{at:%Y-%m-%dT%H:%M:%SZ} is not within {of.started:%Y-%m-%dT%H:%M:%SZ}"
            yield key, f"{told} to {of.ended:%Y-%m-%dT%H:%M:%SZ}, in which it was held", "mend it, or these"


def _of_injects(of: SittingFile, plan: Tabletop) -> Iterator[Mistake]:
    known = {each.name for each in plan.injects}
    yield from _unknown("injects", of.injects, known, "inject")
    for name, each in of.injects.items():
        if each.response is not None and each.at + each.response > of.ended:
            yield ("injects", name, "response"), "they answered after it had ended", "mend it, or `ended`"
        if each.rating is not None and Role.EVALUATOR not in of.attendance:
            yield ("injects", name, "rating"), "no evaluator attended who could have given it", "leave it out"
    declared = of.declared
    if declared is None:
        return
    if declared.inject not in known:
        told = f"the plan has no inject '{declared.inject}'"
        yield ("declared", "inject"), told, likely(declared.inject, known)
    elif declared.inject not in of.injects:
        told = f"'{declared.inject}' was not delivered"
        yield ("declared", "inject"), told, "name the inject on which it was declared, or tell when that was delivered"
    elif declared.at < of.injects[declared.inject].at:
        yield ("declared", "at"), f"it was declared before '{declared.inject}' was delivered", "mend either"


def _of_criteria(of: SittingFile, plan: Tabletop) -> Iterator[Mistake]:
    yield from _unknown("criteria", of.criteria, {each.name for each in plan.criteria}, "criterion")
    evaluators = [each.person for each in of.attendance.get(Role.EVALUATOR, ())]
    probes = {each.name: each.criterion for each in plan.injects}
    for name, each in of.criteria.items():
        if not any(same(each.by, person) for person in evaluators):
            told = f"{each.by} did not attend as an evaluator"
            yield ("criteria", name, "by"), told, f"one of: {', '.join(evaluators) or 'nobody, so leave it out'}"
        worst = [
            inject.rating
            for named, inject in of.injects.items()
            if probes.get(named) == name and inject.rating is not None
        ]
        if worst and _SCALE.index(each.rating) < max(map(_SCALE.index, worst)) and not each.note:
            told = f"it is rated {each.rating}, better than an inject of it"
            yield ("criteria", name), told, "say why: add `note:`"


def _of_contacts(of: SittingFile, plan: Tabletop) -> Iterator[Mistake]:
    yield from _unknown("contacts", of.contacts, {each.name for each in plan.contacts}, "contact")
    for name, each in of.contacts.items():
        if each.reached and each.after is None:
            yield ("contacts", name), "nobody says after how long they answered", "add `after: 4m`"
        if not each.reached and each.after is not None:
            yield ("contacts", name, "after"), "they were not reached", "leave it out"


def of_gaps(gaps: Mapping[str, object], mended: Mapping[str, str], services: Collection[str]) -> Iterator[Mistake]:
    """The mistakes in the gaps that people saw, and in those that they saw closed."""
    for name, each in gaps.items():
        service = getattr(each, "service", None)
        if service is not None and service not in services:
            yield ("gaps", name, "service"), f"it is not about '{service}'", likely(service, services)
        if name in mended:
            yield ("mended", name), "it is a gap of this very record, too", "leave it out of one of them"


def _unknown(where: str, written: Collection[str], known: Collection[str], what: str) -> Iterator[Mistake]:
    for name in written:
        if name not in known:
            yield (where, name), f"the plan has no {what} '{name}'", likely(name, known)
