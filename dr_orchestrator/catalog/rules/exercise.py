"""The rules that all files of exercises are held to: on roles, criteria and injects."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from dr_orchestrator.catalog.exercise import cast
from dr_orchestrator.catalog.shapes import exercise as written
from dr_orchestrator.catalog.shapes.fields import likely
from dr_orchestrator.catalog.source import Key
from dr_orchestrator.domain.exercise.injects import InjectKind
from dr_orchestrator.domain.exercise.roles import Role, conflicts

Mistake = tuple[Key, str, str]
"""Where, what is wrong, and what to do."""


def of_roles(roles: Mapping[Role, list[written.Holder]], wanted: Collection[Role]) -> Iterator[Mistake]:
    """The mistakes in who fills which role; `wanted` are the roles that somebody has to fill."""
    for role in wanted:
        if role not in roles:
            yield ("roles",), f"nobody is {role}", f"add `{role}: {{person: NAME, deputy: NAME}}`"
    for each in conflicts(cast(roles)):
        if each.one is each.other:
            yield ("roles", each.one), f"{each.person} is their own deputy", "name somebody else"
        else:
            told = f"{each.person} is {each.other}, and also {each.one}: no person is both"
            yield ("roles", each.other), told, "name somebody else for one of them"


def of_injects(injects: Mapping[str, written.Inject], criteria: Collection[str]) -> Iterator[Mistake]:
    """The mistakes in the injects; `criteria` are the names of those that are declared."""
    followed = {each.contingency for each in injects.values() if each.contingency}
    for name, each in injects.items():
        yield from _due(name, each, followed)
        if each.criterion and each.criterion not in criteria:
            told = f"there is no criterion '{each.criterion}'"
            yield ("injects", name, "criterion"), told, likely(each.criterion, criteria)
        if each.contingency:
            yield from _follows(name, each, injects)


def _due(name: str, of: written.Inject, followed: Collection[str | None]) -> Iterator[Mistake]:
    key: Key = ("injects", name)
    if of.at is not None and of.when is not None:
        yield (*key, "when"), "it has a time, and a trigger, too", "leave out one of `at` and `when`"
    by_another = of.kind is InjectKind.CONTINGENCY and name in followed
    if of.at is None and of.when is None and not by_another:
        yield key, "it has neither a time nor a trigger", "add `at: 25m`, or `when:` with what has to have happened"
    if of.kind is InjectKind.CONTINGENCY and name not in followed:
        yield (
            (*key, "kind"),
            "no inject names it as its contingency",
            f"name it: `contingency: {name}`",
        )


def _follows(name: str, of: written.Inject, injects: Mapping[str, written.Inject]) -> Iterator[Mistake]:
    key, following = ("injects", name, "contingency"), str(of.contingency)
    if following not in injects:
        yield key, f"there is no inject '{following}'", likely(following, injects)
    elif injects[following].kind is not InjectKind.CONTINGENCY:
        told = f"'{following}' is no contingency: it is delivered anyway"
        yield key, told, f"write `kind: contingency` at '{following}'"
    if of.within is None:
        told = "it has a contingency, and no time in which the expected is to be done"
        yield ("injects", name), told, "add `within: 10m`"
