"""The databases of the sample company that stand on Aurora clusters. Plain data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from dr_orchestrator.lab.estate.company import RARELY, BusinessTable, CompanyDatabase


@dataclass(frozen=True)
class CompanyCluster(CompanyDatabase):
    """An Aurora cluster of the company; `scaling` is the least and the most that Serverless v2 has of capacity."""

    members: int = 1
    scaling: tuple[float, float] | None = None
    vaulted: timedelta | None = None

    @property
    def cluster(self) -> str:
        """The DB cluster identifier."""
        return self.instance

    @property
    def members_class(self) -> str:
        """The class of its instances."""
        return "db.serverless" if self.scaling else "db.r6g.large"


CLUSTERS = (
    CompanyCluster(
        "trello",
        200,
        (
            BusinessTable("boards", 150, {"name": "'Board ' || i", "workspace": "'W' || 1 + mod(i, 12)"}, RARELY),
            BusinessTable("cards", 5000, {"board": "'Board ' || 1 + mod(i, 150)", "title": "'Card number ' || i"}),
        ),
        members=2,
    ),
    CompanyCluster(
        "statuspage",
        30,
        (
            BusinessTable("components", 80, {"name": "'component-' || i"}, RARELY),
            BusinessTable(
                "incidents",
                900,
                {"component": "'component-' || 1 + mod(i, 80)", "impact": "(ARRAY['minor','major'])[1 + mod(i, 2)]"},
            ),
        ),
        scaling=(0.5, 8.0),
        vaulted=timedelta(days=7),
    ),
)
