"""The shape of what an estate file says of an RDS instance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from dr_orchestrator.catalog.shapes.fields import Duration, Region, Shape, Text, word
from dr_orchestrator.lab.estate.company import CompanyDatabase
from dr_orchestrator.resources.estate import Found, Mistake, OfDatabase, Vaulted, other_region, too_long

VERSIONS = {"postgres": ("16.9", 5432), "mariadb": ("10.11.16", 3306), "mysql": ("8.0.42", 3306)}
"""Version and port of the engines that a real server can stand behind."""


class Copied(Shape):
    """Where each snapshot is copied to by the team's own schedule, so long after it; the newest are there."""

    to: Region
    after: Duration = timedelta(minutes=40)


class ReadReplica(Shape):
    """The replica of an instance that stands in another region, with backups of its own."""

    id: Text
    region: Region


class Instance(OfDatabase):
    """An RDS instance."""

    engine: Annotated[str, word([*VERSIONS], "an engine that the lab has")] = "postgres"
    instance_class: Text = "db.m6g.large"
    replicated_to: Region | None = None
    copied: Copied | None = None
    read_replica: ReadReplica | None = None
    vault: Vaulted | None = None

    def behind(self, id: str) -> CompanyDatabase:
        """Its database."""
        return self.company(id, self.engine)

    def mistakes(self, found: Found, home: Path) -> Sequence[Mistake]:
        """Regions are there, for snapshots, with a key, and replicas; texts of MariaDB are as long as columns bear."""
        told = [*super().mistakes(found, home)]
        if self.copied is not None and self.copied.to not in found["elsewhere"]:
            wrong = f"{self.copied.to} is none of 'elsewhere'"
            told.append((("copied", "to"), wrong, "add it there, at the top of the file"))
        if (replica := self.read_replica) is not None and replica.region not in found["elsewhere"]:
            wrong = f"{replica.region} is none of 'elsewhere'"
            told.append((("read_replica", "region"), wrong, "add it there, at the top of the file"))
        if self.replicated_to is not None:
            told += other_region(("replicated_to",), self.replicated_to)
        return [*told, *too_long(self.tables, self.engine)]
