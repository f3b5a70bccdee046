"""One of the copies that an environment is made of, as the environment itself makes it and takes it down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.evidence import Asked, Ready, Seen


class Makes(Protocol):
    """An environment that makes its copies one by one."""

    def publish(self, copy: Copy) -> Seen:
        """Do what comes before a copy is asked for."""

    def build(self, copy: Copy) -> Asked:
        """Ask for a copy."""

    def ready(self, copy: Copy) -> Ready:
        """Wait until a copy is there."""

    def destroy(self, copy: Copy) -> CopyState:
        """Take a copy down."""


@dataclass(frozen=True)
class PieceOf:
    """A copy of an environment; a Piece. `publishes` is the step that comes before it, empty where none does."""

    copy: Copy
    title: str
    environment: Makes
    publishes: str = ""

    def publish(self) -> Seen:
        """As the environment's own."""
        return self.environment.publish(self.copy)

    def ask(self) -> Asked:
        """As the environment's own."""
        return self.environment.build(self.copy)

    def ready(self) -> Ready:
        """As the environment's own."""
        return self.environment.ready(self.copy)

    def destroy(self, copy: Copy) -> CopyState:
        """As the environment's own."""
        return self.environment.destroy(copy)
