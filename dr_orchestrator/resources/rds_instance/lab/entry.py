"""The shape of what an estate file says of an RDS instance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from dr_orchestrator.catalog.shapes.fields import Duration, Region, Shape, Text, word
from dr_orchestrator.lab.estate.company import CompanyDatabase
from dr_orchestrator.resources.estate import Found, Mistake, OfDatabase, Vaulted

VERSIONS = {"postgres": ("16.9", 5432), "mariadb": ("10.11.16", 3306), "mysql": ("8.0.42", 3306)}
"""Version and port of the engines that a real server can stand behind."""


class Copied(Shape):
    """Where each snapshot is copied to by the team's own schedule, so long after it; the newest are there."""

    to: Region
    after: Duration = timedelta(minutes=40)


class Instance(OfDatabase):
    """An RDS instance."""

    engine: Annotated[str, word([*VERSIONS], "an engine that the lab has")] = "postgres"
    instance_class: Text = "db.m6g.large"
    replicated_to: Region | None = None
    copied: Copied | None = None
    vault: Vaulted | None = None

    def behind(self, id: str) -> CompanyDatabase:
        """Its database."""
        return self.company(id, self.engine)

    def mistakes(self, found: Found, home: Path) -> Sequence[Mistake]:  # noqa: ARG002
        """A region that snapshots are copied to has a key there."""
        if self.copied is None or self.copied.to in found["elsewhere"]:
            return ()
        return [(("copied", "to"), f"{self.copied.to} is none of 'elsewhere'", "add it there, at the top of the file")]
