"""The shape of what an estate file says of a multi-AZ DB cluster."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from dr_orchestrator.catalog.shapes.fields import Text, whole, word
from dr_orchestrator.lab.estate.company import CompanyDatabase
from dr_orchestrator.resources.estate import Found, Mistake, OfDatabase, too_long
from dr_orchestrator.resources.multi_az_cluster.name import ENGINES, MYSQL, POSTGRESQL

VERSIONS = {POSTGRESQL: ("16.9", 5432), MYSQL: ("8.0.42", 3306)}
"""Version and port of its engines."""


class ZonesCluster(OfDatabase):
    """A multi-AZ DB cluster; its writer and its two readers are made with it."""

    engine: Annotated[str, word([*ENGINES], "an engine of such clusters")] = POSTGRESQL
    instance_class: Text = "db.m6gd.large"
    iops: Annotated[int, whole(1_000, 256_000)] = 3_000

    def behind(self, id: str) -> CompanyDatabase:
        """Its database."""
        return self.company(id, self.engine)

    def mistakes(self, found: Found, home: Path) -> Sequence[Mistake]:
        """Texts of MySQL are as long as columns bear."""
        return [*super().mistakes(found, home), *too_long(self.tables, self.engine)]
