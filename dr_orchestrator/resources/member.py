"""A database as part of an environment: made from a recovery point, taken down should it outlive its stack."""

from __future__ import annotations

from collections.abc import Callable

from dr_orchestrator.aws.logins.door import Described
from dr_orchestrator.aws.rds.objects import Shape
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, CopyState, Identity, Place
from dr_orchestrator.domain.ports import Destroyer
from dr_orchestrator.domain.replica import Brought
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable

TakeDown = Callable[[Resource, Toolkit], Destroyer]
"""Builds what takes down copies of a resource."""


class DatabaseMember:
    """The databases of a type in an environment."""

    def __init__(self, name: str, shape: Shape, toolkit: Toolkit, place: Place, take_down: TakeDown) -> None:
        """`name` is that of the type, `place` is where the environment stands."""
        self.type, self._shape = name, shape
        self._toolkit, self._place, self._take_down = toolkit, place, take_down

    def identity(self, name: str) -> Identity | None:
        """The identity that AWS gives one for good."""
        found = self._described(name)
        return self._shape.identity(found) if found else None

    def proven(self, name: str, stack: Copy, stack_id: str, *, empty: bool) -> Identity:  # noqa: ARG002
        """The identity of one that wears the tags of the run's stack and is younger; it holds what it was made from."""
        found = self._described(name)
        identity = self._shape.identity(found) if found else None
        if found is None or identity is None:
            raise NotRecoverable(f"{stack.id} made {name}, which is no {self.type}")
        self._toolkit.proofs.prove_member(stack, stack_id, self._shape.live(found))
        return identity

    def fill(self, source: Copy, target: Copy) -> int:
        """Nothing fills a database: NotMeasured."""
        raise NotMeasured(f"{target.id} is made from a recovery point, and not filled from {source.id}")

    def brought(self, name: str) -> Brought:
        """No stack imports a database: NotMeasured."""
        raise NotMeasured(f"{name} is made from a recovery point, and not imported")

    def destroy(self, copy: Copy) -> CopyState:
        """Delete one that outlived its stack, proven as any copy."""
        there = self._toolkit.at(copy.place)
        return self._take_down(Resource(copy.id, self.type, "", copy.region), there).destroy(copy)

    def _described(self, name: str) -> Described | None:
        return self._shape.described(self._toolkit.account_at(self._place).api("rds"), name)
