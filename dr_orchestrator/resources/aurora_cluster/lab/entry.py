"""The shape of what an estate file says of an Aurora cluster."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from dr_orchestrator.catalog.shapes.fields import Factor, Shape, Span, whole
from dr_orchestrator.lab.estate.company import CompanyDatabase
from dr_orchestrator.resources.estate import Found, Mistake, OfDatabase, least_to_most, too_often

ENGINE = "aurora-postgresql"


class Scaling(Shape):
    """The least and the most that Serverless v2 has of capacity, in its units."""

    least: Factor
    most: Factor


class Cluster(OfDatabase):
    """An Aurora cluster; `vaulted` is how often AWS Backup has it, too."""

    members: Annotated[int, whole(1, 16)] = 1
    scaling: Scaling | None = None
    vaulted: Span | None = None

    @property
    def members_class(self) -> str:
        """The class of its instances."""
        return "db.serverless" if self.scaling else "db.r6g.large"

    def behind(self, id: str) -> CompanyDatabase:
        """Its database."""
        return self.company(id, ENGINE)

    def mistakes(self, found: Found, home: Path) -> Sequence[Mistake]:
        """A scaling that is upside down; backups too close."""
        told = [*super().mistakes(found, home), *too_often(("vaulted",), self.vaulted)]
        if self.scaling is not None:
            told += least_to_most("scaling", self.scaling.least, self.scaling.most)
        return told
