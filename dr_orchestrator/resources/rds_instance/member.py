"""An RDS instance as part of an environment: made from a recovery point, taken down should it outlive its stack."""

from __future__ import annotations

from dr_orchestrator.aws.logins.door import Described
from dr_orchestrator.aws.rds.objects import INSTANCES
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, CopyState, Identity, Place
from dr_orchestrator.domain.replica import Brought
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable
from dr_orchestrator.resources.rds_instance.name import NAME
from dr_orchestrator.resources.rds_instance.restore import RdsInstance


class InstanceMember:
    """The instances in an environment."""

    type = NAME

    def __init__(self, toolkit: Toolkit, place: Place) -> None:
        """`place` is where the environment stands."""
        self._toolkit, self._place = toolkit, place

    def identity(self, name: str) -> Identity | None:
        """The identity that AWS gives the instance for good."""
        found = self._described(name)
        return _identity(found) if found else None

    def proven(self, name: str, stack: Copy, stack_id: str, *, empty: bool) -> Identity:  # noqa: ARG002
        """The identity of an instance that wears the tags of the run's stack and is younger; it holds what it was made
        from.
        """
        found = self._described(name)
        if found is None:
            raise NotRecoverable(f"{stack.id} made {name}, which is no {self.type}")
        self._toolkit.proofs.prove_member(stack, stack_id, INSTANCES.live(found))
        return _identity(found)

    def fill(self, source: Copy, target: Copy) -> int:
        """Nothing fills an instance: NotMeasured."""
        raise NotMeasured(f"{target.id} is made from a recovery point, and not filled from {source.id}")

    def brought(self, name: str) -> Brought:
        """No stack imports an instance: NotMeasured."""
        raise NotMeasured(f"{name} is made from a recovery point, and not imported")

    def destroy(self, copy: Copy) -> CopyState:
        """Delete an instance that outlived its stack, proven as any copy."""
        there = self._toolkit.at(copy.place)
        return RdsInstance(Resource(copy.id, NAME, "", copy.region), None, there).destroy(copy)

    def _described(self, name: str) -> Described | None:
        return INSTANCES.described(self._toolkit.account_at(self._place).api("rds"), name)


def _identity(described: Described) -> Identity:
    return Identity(str(described["DBInstanceArn"]), str(described[INSTANCES.unique]))
