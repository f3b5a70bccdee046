"""The stacks that an environment is made of: that of its template, or those of an app, each a copy of its own."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from dr_orchestrator.aws import copies
from dr_orchestrator.aws.template import boundary
from dr_orchestrator.aws.template.derive import derive
from dr_orchestrator.aws.template.given import Given, given, move_of, read
from dr_orchestrator.domain.app import Asset, Stack
from dr_orchestrator.domain.copy import Copy, Source
from dr_orchestrator.domain.replica import Allowance, Birth, Edit, Made
from dr_orchestrator.domain.resource_type import beside_the_source
from dr_orchestrator.domain.service import Rebuild, Resource
from dr_orchestrator.errors import NotRecoverable

_NONE = Stack("", "", "")
LONGEST = 100
"""Letters of a copy's name: as many as a stack's may have, but for what follows it in other names."""


class Stacks:
    """The stacks of one environment, in the order of their making; the last one is the run's own copy.

    `sources` are the names of what is production's, as far as the workspace declares it.
    """

    def __init__(self, resource: Resource, sources: frozenset[str]) -> None:
        self._resource, self._sources = resource, sources
        self._given: dict[str, Given] = {}
        self.births: Mapping[str, Birth] = {}

    def bear(self, births: Mapping[str, Birth]) -> None:
        """Have stores made from recovery points: by logical id, of an app behind the name of their stack."""
        self.births = births
        self._given.clear()

    @property
    def rebuild(self) -> Rebuild:
        """How the environment is made; NotRecoverable where nothing says so."""
        if self._resource.rebuild is None:
            raise NotRecoverable(f"{self._resource.name} has no template", "declare `rebuild` at the resource")
        return self._resource.rebuild

    @property
    def names(self) -> tuple[str, ...]:
        """The names of production's stacks; empty where there is a template alone."""
        return tuple(each.name for each in self._resource.rebuild.stacks) if self._resource.rebuild else ()

    def copies(self, own: Copy) -> Sequence[Copy]:
        """The copies of an environment, of which the run's own is the last."""
        place = beside_the_source(self._resource)
        before = self._before(own.run).items()
        return [*(replace(own, id=id, source=Source(own.type, each.name, place)) for id, each in before), own]

    def before(self, copy: Copy) -> Iterator[Copy]:
        """The copies that are made before one."""
        for id in self._before(copy.run):
            if id == copy.id:
                return
            yield replace(copy, id=id)

    def alone(self, copy: Copy) -> Rebuild:
        """How the stack of a copy is made."""
        return self.rebuild.alone(self.of(copy)) if self.rebuild.stacks else self.rebuild

    def title(self, copy: Copy) -> str:
        """The name of a stack in the steps of a run."""
        return f"stack {self.of(copy).name}" if self.rebuild.stacks else "environment"

    def of(self, copy: Copy) -> Stack:
        """The stack of an app that a copy is made of; one without a name where there is a template alone."""
        stacks = self.rebuild.stacks
        return self._before(copy.run).get(copy.id, stacks[-1]) if stacks else _NONE

    def holding(self, part: str, own: Copy) -> tuple[Copy, str]:
        """The copy that holds a resource, and the resource's name in it."""
        stack, _, logical = part.partition("/")
        for each in self.copies(own) if logical else ():
            if self.of(each).name == stack:
                return each, logical
        return own, part

    def given(self, copy: Copy) -> Given:
        """The template that AWS is given for a copy; NotRecoverable where it is not accepted."""
        if copy.id not in self._given:
            self._given[copy.id] = self._derived(copy)
        return self._given[copy.id]

    def named(self, copy: Copy) -> Callable[[Made], Made]:
        """Names what is told of a stack's template as the ledger has it: of one of an app with its name in front."""
        name = self.of(copy).name
        return functools.partial(_named, name) if name else lambda made: made

    def look(self, own: Copy) -> str:
        """The resources that all the templates make; NotRecoverable with all that stands against any."""
        told, against, hint = [], [], ""
        for copy in self.copies(own):
            name = f"{self.of(copy).name}: " if self.rebuild.stacks else ""
            try:
                told.append(f"{name}{self.given(copy)}")
            except NotRecoverable as refused:
                against.append(refused.message)
                hint = refused.hint
        if against:
            raise NotRecoverable("; ".join(against), hint)
        return "; ".join(told)

    def assets(self, own: Copy) -> Iterator[Asset]:
        """The assets that the templates refer to: what is left out of the replica is not asked for."""
        for copy in self.copies(own):
            yield from self.assets_of(copy)

    def assets_of(self, copy: Copy) -> Iterator[Asset]:
        """Those of one stack, and of the stacks within it."""
        given = self.given(copy)
        bodies = (given.body, *given.shelved)
        yield from (each for each in self.of(copy).assets if any(each.name in one or each.id in one for one in bodies))

    def _before(self, run: str) -> Mapping[str, Stack]:
        """The stacks that are made before the run's own copy, by the names of their copies."""
        taken = {_name(run, self._resource.id)}
        found: dict[str, Stack] = {}
        for number, stack in enumerate(self.rebuild.stacks[:-1], 1):
            name = _name(run, stack.name)
            if name in taken:  # names that differ in their signs, or in their ends, alone
                name = f"{name}-{number}"
            taken.add(name)
            found[name] = stack
        return found

    def _derived(self, copy: Copy) -> Given:
        if not self.rebuild.stacks:
            return given(self.rebuild, copy.id, self._sources, region=copy.region, births=self.births)
        exports: dict[str, str] = {}
        for each in self.before(copy):
            exports |= self._exports(each, exports)
        return given(self.alone(copy), copy.id, self._sources, exports, copy.region, self._born_in(copy))

    def within(self, copy: Copy, parts: Iterable[str]) -> dict[str, str]:
        """The parts that one stack has, with their names in it; one that names no stack is the last one's."""
        if not self.rebuild.stacks:
            return {part: part for part in parts}
        stack, last = self.of(copy).name, self.rebuild.stacks[-1].name
        found = {part: part.rpartition("/") for part in parts}
        return {part: logical for part, (of, _, logical) in found.items() if (of or last) == stack}

    def _born_in(self, copy: Copy) -> dict[str, Birth]:
        """How the stores of one stack are made, by their names in it."""
        return {logical: self.births[part] for part, logical in self.within(copy, self.births).items()}

    def _exports(self, copy: Copy, before: Mapping[str, str]) -> Mapping[str, str]:
        """The exports of a stack, as its copy calls them; also of one that is not accepted: that is told by itself."""
        try:
            return self.given(copy).derived.exports
        except NotRecoverable:
            alone = self.alone(copy)
            word, held = alone.word(copy.id), boundary.arn(alone.boundary)
            asked = (read(alone), copy.id, alone.place, word, held)
            return derive(*asked, sources=self._sources, exports=before, move=move_of(alone)).exports


def _name(run: str, stack: str) -> str:
    return copies.slug(f"{copies.PREFIX}{run}-{stack}")[:LONGEST].strip("-")


def _named(stack: str, made: Made) -> Made:
    """One stack of an app: all that is told of it begins with its name."""
    edits = tuple(_of(stack, each) for each in made.edits)
    allowed = tuple(Allowance(f"{stack}/{each.name}", each.reason) for each in made.allowed)
    empty = tuple(replace(each, resource=f"{stack}/{each.resource}") for each in made.empty)
    return replace(made, stack=stack, edits=edits, allowed=allowed, empty=empty)


def _of(stack: str, edit: Edit) -> Edit:
    return replace(edit, resource=f"{stack}/{edit.resource}")
