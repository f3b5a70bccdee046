"""What lives in an account, as listings show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dr_orchestrator.domain.run import CopyType

Place = tuple[str, CopyType]
"""A region, and what is listed there: one listing, which is read whole or not at all."""


@dataclass(frozen=True, order=True)
class Object:
    """A live object, as a listing shows it.

    `identity` is the id that AWS never uses again, empty where only a name is listed; `run` is what the object's tag
    names, None where it wears none; `going` is whether it is being deleted already. Neither makes it another object.
    """

    type: CopyType
    region: str
    id: str
    identity: str = ""
    run: str | None = field(default=None, compare=False)
    going: bool = field(default=False, compare=False)

    @property
    def place(self) -> Place:
        """The listing that shows it."""
        return self.region, self.type

    def __str__(self) -> str:
        return f"{self.type} {self.id} in {self.region}" + (f", of run {self.run}" if self.run else "")


@dataclass(frozen=True)
class Inventory:
    """All objects of some regions at one moment; `unread` says of what could not be listed, why.

    `accounts` are those that were listed, by region: what another account shows, or does not, says nothing of a copy.
    """

    regions: tuple[str, ...]
    objects: frozenset[Object]
    unread: Mapping[Place, str] = field(default_factory=dict)
    accounts: Mapping[str, str] = field(default_factory=dict)
