"""Read replicas as RDS and CloudWatch tell of them: what each replicates, room for more, how far it was behind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest

from dr_orchestrator.aws.rds import replicas
from dr_orchestrator.domain.preflight import Doubt, NotApplicable
from dr_orchestrator.errors import NotMeasured, NotRecoverable

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
STANDING: dict[str, Any] = {
    "DBInstanceIdentifier": "orders-eu",
    "DBInstanceArn": "arn:aws:rds:eu-central-1:123456789012:db:orders-eu",
    "InstanceCreateTime": NOW - timedelta(days=2),
}
Lags = dict[str, list[tuple[datetime, float, float]]]


def account(lags: Lags) -> Any:
    """An account whose CloudWatch has these lags: from when, the least, and the most."""

    def call(_operation: str, **given: Any) -> dict[str, Any]:
        assert given["Statistics"] == ["Maximum", "Minimum"]
        told = lags.get(given["Dimensions"][0]["Value"], [])
        return {"Datapoints": [{"Timestamp": at, "Minimum": least, "Maximum": most} for at, least, most in told]}

    return mock.Mock(api=lambda _: mock.Mock(call=call))


def every(hours: int, lag: float = 2.0) -> list[tuple[datetime, float, float]]:
    return [(NOW - timedelta(hours=each), lag, lag) for each in range(hours, 48, hours)]


def test_a_replica_of_a_cluster_is_called_one() -> None:
    """A multi-AZ DB cluster has read replicas, too: these are not promoted already, nor of no instance."""
    live = {**STANDING, "ReadReplicaSourceDBClusterIdentifier": "arn:aws:rds:us-east-1:123456789012:cluster:orders"}
    with pytest.raises(NotRecoverable, match="replicates the cluster arn:aws:rds:us-east-1:123456789012:clus"):
        replicas.replicates(live, "us-east-1", "orders-prod")


def test_the_runs_own_takes_no_room_from_itself() -> None:
    """A process that goes on finds what it made: that is none too many; those that clusters have count like all."""
    others = [f"reader-{number}" for number in range(14)]
    live = {**STANDING, "ReadReplicaDBInstanceIdentifiers": [*others, "dro-r-orders-eu"]}
    assert replicas.room(live, [], "vpc-1", "dro-r-orders-eu") == "14 replicas of 15 of orders-eu"
    with pytest.raises(NotRecoverable, match="15 replicas of 15"):
        replicas.room(live | {"ReadReplicaDBClusterIdentifiers": ["aurora"]}, [], "vpc-1", "dro-r-orders-eu")


def test_the_worst_case_is_the_largest_lag() -> None:
    """Of as long as the replica is there, in pieces of which none is missing."""
    found = replicas.worst_case(
        account({"orders-eu": [*every(3), (NOW - timedelta(hours=47), 1.0, 740.0)]}), STANDING, NOW
    )
    assert found is not None
    assert (found.loss, found.whole) == (timedelta(seconds=740), True)


@pytest.mark.parametrize(
    ("lags", "told"),
    [
        ([*every(3), (NOW - timedelta(hours=9, minutes=1), -1.0, 4.0)], "replicated nothing in 1 span of 3 h"),
        ([each for each in every(3) if each[0] > NOW - timedelta(hours=20)], "CloudWatch has none of"),
        ([each for each in every(3) if abs(each[0] - NOW + timedelta(hours=24)) > timedelta(hours=5)], "none of 12 h"),
        ([each for each in every(3) if each[0] < NOW - timedelta(hours=20)], "CloudWatch has none of 21 h"),
    ],
)
def test_a_history_with_holes_promises_nothing(lags: list[Any], told: str) -> None:
    """Replication that stopped shows in the least alone; nor is a time known of which nobody told, wherever it lies."""
    found = replicas.worst_case(account({"orders-eu": lags}), STANDING, NOW)
    assert found is not None
    assert not found.whole
    assert told in found.source


def test_one_that_stopped_for_a_moment_replicated_nothing() -> None:
    """The newest minute tells of both: its least is what counts."""
    with pytest.raises(NotRecoverable, match="replicated nothing"):
        replicas.behind(account({"orders-eu": [(NOW, -1.0, 3.0)]}), "orders-eu", NOW)
    with pytest.raises(NotMeasured):
        replicas.behind(account({}), "orders-eu", NOW)
    told = replicas.behind(account({"orders-eu": [(NOW, 0.0, 3.0)]}), "orders-eu", NOW)
    assert told.startswith("3 s behind")


@pytest.mark.parametrize(
    ("own", "standing", "caught_up"),
    [
        ([], [2.0], None),
        ([3.0], [2.0], True),
        ([4000.0], [2.0], False),
        ([4000.0, 50.0], [2.0], True),
        ([50.0, 4000.0], [2.0], False),
        ([-1.0], [2.0], False),
        ([900.0], [900.0, 1.0], True),
        ([290.0], [300.0, 1.0, 60.0, 120.0, 180.0], True),
        ([900.0], [900.0, *[1.0] * 9], False),
        ([900.0], [], False),
    ],
)
def test_a_replica_that_is_new_has_to_catch_up(own: list[float], standing: list[float], caught_up: bool | None) -> None:
    """It is held to what the standing one was behind of late, and a minute more, by its newest lag."""

    def told(lags: list[float]) -> list[tuple[datetime, float, float]]:
        return [(NOW - timedelta(minutes=len(lags) - at), lag, lag) for at, lag in enumerate(lags)]

    found = account({"new": told(own), "orders-eu": told(standing)})
    assert replicas.caught_up(found, "new", "orders-eu", NOW) is caught_up


def of_a_group(value: str | None, group: str = "teams") -> Any:
    """An account in which a group of the team's own says so of `read_only`, and of something else."""
    told = [{"ParameterName": "max_connections", "ParameterValue": "0"}]
    told += [{"ParameterName": "read_only", "ParameterValue": value}] if value is not None else []
    api = mock.Mock()
    api.pages = mock.Mock(
        side_effect=lambda _call, _key, **given: told if given["DBParameterGroupName"] == group else 1
    )
    return mock.Mock(api=lambda _: api, pages=api.pages)


def of_mysql(group: str = "teams", engine: str = "mysql") -> dict[str, Any]:
    return {
        "DBInstanceIdentifier": "orders-eu",
        "Engine": engine,
        "DBParameterGroups": [{"DBParameterGroupName": group}],
    }


@pytest.mark.parametrize("value", ["{TrueIfReplica}", "{trueifreplica}", "", None])
@pytest.mark.parametrize("engine", ["mysql", "mariadb"])
def test_a_replica_as_rds_has_it_takes_no_writes(value: str | None, engine: str) -> None:
    """Nor does one in whose group nobody said otherwise."""
    assert "{TrueIfReplica}" in replicas.takes_no_writes(of_a_group(value), of_mysql(engine=engine))


def test_the_groups_of_aws_are_not_asked() -> None:
    """Their content is AWS's; no right is needed for it."""
    account = of_a_group("0")
    assert replicas.takes_no_writes(account, of_mysql("default.mysql8.4"))
    account.pages.assert_not_called()


@pytest.mark.parametrize(
    ("value", "means", "told"),
    [
        ("0", NotMeasured, "takes writes while it replicates (read_only is 0 in teams)"),
        ("OFF", NotMeasured, "takes writes while it replicates"),
        ("1", NotRecoverable, "what is promoted of orders-eu would take no writes (read_only is 1 in teams)"),
        ("ON", NotRecoverable, "would take no writes"),
        ("{SomethingElse}", Doubt, "read_only is {SomethingElse} in teams"),
    ],
)
def test_what_its_group_says_otherwise_is_told_before_a_replica_is_made(
    value: str, means: type[Exception], told: str
) -> None:
    """With what to write there: it was found only in the run's own, hours later."""
    with pytest.raises(means) as raised:
        replicas.takes_no_writes(of_a_group(value), of_mysql())
    assert told in str(raised.value)


def test_no_parameter_says_it_of_postgresql() -> None:
    """There a replica takes none in any case."""
    with pytest.raises(NotApplicable):
        replicas.takes_no_writes(of_a_group("0"), of_mysql(engine="postgres"))
