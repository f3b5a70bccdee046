"""What every test of Aurora's clusters gets: clusters in the small estate, and runs that drill them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from dr_orchestrator.aws import copies
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.resources.aurora_cluster.name import NAME
from dr_orchestrator.resources.aurora_cluster.points import ClusterSnapshot
from tests.support.aurora import SCALING
from tests.support.aurora_drills import (
    CLUSTER,
    MYSQL,
    OTHER,
    SCALES,
    TYPE,
    Begin,
    Drilled,
    make_cluster,
    runs,
)
from tests.support.estate import REGION, Estate, estate


@pytest.fixture(scope="package")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """The small estate, with clusters: provisioned, of Serverless v2, of MySQL, and one that is none of Aurora's."""
    with estate(tmp_path_factory.mktemp("lab")) as built:
        built.clock.pace = 3000.0  # long ticks: few calls, no less truth
        make_cluster(built, CLUSTER, "db.r6g.large")
        make_cluster(built, SCALES, "db.serverless", ServerlessV2ScalingConfiguration=SCALING)
        make_cluster(built, MYSQL, "db.r6g.large", "aurora-mysql", "8.0.mysql_aurora.3.05.2")
        built.client("rds").create_db_cluster(
            DBClusterIdentifier=OTHER.id,
            Engine="mysql",
            MasterUsername="old",
            MasterUserPassword="not-a-secret",
            AllocatedStorage=100,
            Iops=1000,
            StorageType="io1",
            DBClusterInstanceClass="db.m6gd.large",
        )
        built.clock.sleep(timedelta(hours=2).total_seconds())
        yield built


@pytest.fixture
def begin(made: Estate) -> Iterator[Begin]:
    """Begins a run of its own; what it made ends with the test."""
    begun: list[Drilled] = []

    def start(way: Any = ClusterSnapshot, resource: Resource = CLUSTER, selection: Selection | None = None) -> Drilled:
        run = f"20261120-{next(runs):06x}"
        copy = Copy(NAME, copies.name(run, resource.id, TYPE.made), REGION, run, "a-drill", "a-service")
        made.ledger.intend(copy, made.clock)
        restorer = way(resource, selection or Selection(), made.toolkit)
        begun.append(Drilled(made, restorer, copy, len(made.lab.journal)))
        return begun[-1]

    yield start
    made.lab.faults.clear()
    for each in begun:
        each.end()
    made.ledger.rows.clear()
