"""Aurora's recovery points: snapshots of every type, of this very cluster, as old as their data; and their rhythm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, cast

import pytest

from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.resources.aurora_cluster.points import ClusterPointInTime
from tests.support.aurora import described
from tests.support.aurora_drills import (
    CLUSTER,
    SNAPSHOT,
    Begin,
    backend,
)
from tests.support.estate import Estate


def test_snapshots_of_aws_backup_are_asked_for_by_their_type(begin: Begin, made: Estate) -> None:
    """AWS lists none of them unless it is asked: the newest of all is chosen, and it can be restored."""
    source = backend().clusters[CLUSTER.id]
    taken = backend().record_snapshot(cast(Any, source), made.clock.now() - timedelta(minutes=1), "awsbackup")
    drilled = begin()
    assert cast(Any, drilled.restorer).choose().id == taken.db_cluster_snapshot_identifier
    listings = drilled.calls("DescribeDBClusterSnapshots")
    assert {each.get("SnapshotType") for _, each in listings} == {None, "awsbackup"}
    drilled.restored()
    assert drilled.asked(SNAPSHOT)["SnapshotIdentifier"].startswith("awsbackup:")
    backend().cluster_snapshots.pop(taken.db_cluster_snapshot_identifier)


@pytest.fixture
def listed(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> Callable[..., RecoveryPoint]:
    """What is chosen of snapshots that a test makes up: each by its name, with what is unlike the others."""

    def choose(**snapshots: dict[str, Any]) -> RecoveryPoint:
        drilled = begin()
        api, now = drilled.restorer._api, drilled.made.clock.now()
        ours = described(drilled.made.client("rds"), CLUSTER.id)["DbClusterResourceId"]
        found = [
            {
                "DBClusterSnapshotIdentifier": name,
                "DBClusterSnapshotArn": f"arn:{name}",
                "DbClusterResourceId": ours,
                "Status": "available",
                "SnapshotCreateTime": now - timedelta(hours=given.pop("hours")),
                **given,
            }
            for name, given in snapshots.items()
        ]
        real = api.pages

        def pages(operation: str, *rest: Any, **given: Any) -> Iterator[dict[str, Any]]:
            return iter(found) if operation == "DescribeDBClusterSnapshots" else real(operation, *rest, **given)

        monkeypatch.setattr(api, "pages", pages)
        return cast(RecoveryPoint, cast(Any, drilled.restorer).choose())

    return choose


def test_only_what_is_this_clusters_own_and_available_is_chosen(listed: Callable[..., RecoveryPoint]) -> None:
    """The name may have been another cluster's before; what is still being made cannot be restored."""
    chosen = listed(
        mine={"hours": 5},
        anothers={"hours": 1, "DbClusterResourceId": "cluster-OF-ANOTHER"},
        making={"hours": 2, "Status": "creating"},
    )
    assert chosen.id == "mine"


def test_a_copied_snapshot_is_as_old_as_its_original(listed: Callable[..., RecoveryPoint]) -> None:
    """AWS gives a copy the time of its copying alone; one whose original is gone tells no age, and is left out."""
    chosen = listed(
        first={"hours": 30},
        copied={"hours": 1, "SourceDBClusterSnapshotArn": "arn:first"},
        lost={"hours": 2, "SourceDBClusterSnapshotArn": "arn:deleted-since"},
        newest={"hours": 20},
    )
    assert (chosen.id, chosen.data_time_source) == ("newest", "SnapshotCreateTime")


def test_what_was_taken_anew_under_the_originals_name_is_not_the_original(listed: Callable[..., RecoveryPoint]) -> None:
    """Its data are younger than the copy: by their time, the copy of old data would look like the newest."""
    by_rds = "arn:aws:rds:us-east-1:123456789012:cluster-snapshot:rds:boards-prod-2026-01-02-03-04"
    chosen = listed(
        copied={"hours": 30, "SourceDBClusterSnapshotArn": "arn:anew"},
        again={"hours": 25, "SourceDBClusterSnapshotArn": "arn:copied"},
        anew={"hours": 1, "Status": "creating"},
        newest={"hours": 20},
    )
    assert chosen.id == "newest"
    chosen = listed(
        copied={"hours": 30, "SourceDBClusterSnapshotArn": by_rds},
        anew={"hours": 1, "Status": "creating", "DBClusterSnapshotArn": by_rds},
    )
    assert (chosen.id, chosen.data_time_source) == ("copied", "name of its automated original")


def test_the_worst_case_is_read_from_the_gaps_and_from_what_rds_wrote_down(begin: Begin, made: Estate) -> None:
    """The largest gap between snapshots, and the longest that one of them took, as told of cluster snapshots."""
    source = cast(Any, backend().clusters[CLUSTER.id])
    now = made.clock.now()
    names = [backend().record_snapshot(source, now - timedelta(minutes=each)) for each in (90, 50, 30)]
    drilled = begin()
    case = cast(Any, drilled.restorer).worst_case(now)
    assert case.gap >= timedelta(minutes=40)
    assert case.backup is not None
    assert case.whole
    kinds = {given.get("SourceType") for _, given in drilled.calls("DescribeEvents")}
    assert kinds == {"db-cluster-snapshot"}
    for each in names:
        backend().cluster_snapshots.pop(each.db_cluster_snapshot_identifier)


def test_the_worst_case_of_an_instant_is_its_lag(begin: Begin, made: Estate) -> None:
    """What a disaster right now would lose: the distance to the cluster's latest restorable time."""
    case = cast(Any, begin(ClusterPointInTime).restorer).worst_case(made.clock.now())
    assert timedelta(minutes=4) < case.loss < timedelta(minutes=6)
