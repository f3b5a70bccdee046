"""A replica is a source as any other, and lies behind by what has not come: by S3's own word on each version."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dr_orchestrator.aws.access.policies import source_policies
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.resources.s3_bucket.shape import ReplicaOf
from tests.support import buckets
from tests.support.estate import Estate
from tests.support.ways import Make, Way

ABROAD = "eu-west-1"


def replicated(primary: Resource, replica: Resource) -> None:
    """S3 brings all that there is, with its ids and times."""
    store = buckets.backend().buckets
    for key in list(store[primary.id].keys):
        versions = store[primary.id].keys.getlist(key)
        for each in versions:
            each.replicated = "COMPLETED"
        dict.__setitem__(store[replica.id].keys, key, [copy.deepcopy(each) for each in versions])


@pytest.fixture
def pair(made: Estate) -> tuple[Resource, Resource]:
    """A bucket abroad, and its replica here, which has all of it."""
    primary = buckets.bucket(made)
    buckets.backend().buckets[primary.id].region_name = ABROAD
    of = ReplicaOf.model_construct(bucket=primary.id, region=ABROAD)
    replica = buckets.bucket(made, replica_of=of)
    buckets.put(made, primary, {"a": b"1", "b": b"2"}, made.clock.now() - timedelta(hours=3))
    replicated(primary, replica)
    return primary, replica


def of(way_of: Make, replica: Resource) -> Way:
    way = way_of("s3", replica)
    guard = way.made.toolkit.account.guard
    toolkit = replace(way.made.toolkit, elsewhere=lambda place: Account(place.region, guard))
    way.made = replace(way.made, toolkit=toolkit)
    return way


def test_a_replica_is_restored_and_nothing_is_lost_while_it_has_all(
    made: Estate, way_of: Make, pair: tuple[Resource, Resource]
) -> None:
    """Its versions are as old as those that they are of; that it has all now says nothing of before."""
    way = of(way_of, pair[1])
    way.restored()
    assert buckets.held(way.copy.id) == {"a": b"1", "b": b"2"}
    case = way.restorer.worst_case(made.clock.now())
    assert (case.loss, case.whole) == (timedelta(), False)
    unknown = f"no rule of {pair[0].id} replicates into it: how far it lay behind before is not known"
    assert case.source == f"lag of the replication: 0 versions not there yet; {unknown}"
    way.restorer.destroy(way.copy)


def test_the_oldest_version_that_is_due_is_the_loss(
    made: Estate, way_of: Make, pair: tuple[Resource, Resource]
) -> None:
    """Of three that have not come, pending or failed, the one that waits longest; what no rule brings is told apart."""
    primary, replica = pair
    now, store = made.clock.now(), buckets.backend().buckets[primary.id].keys
    for key, minutes, status in (("b", 50, "PENDING"), ("c", 20, "FAILED"), ("z", 90, "")):
        buckets.put(made, primary, {key: b"new"}, now - timedelta(minutes=minutes))
        store[key].replicated = status
    buckets.drop(made, primary, ["a"], now - timedelta(minutes=5))
    case = of(way_of, replica).restorer.worst_case(now)
    assert timedelta(minutes=50) <= case.loss < timedelta(minutes=50, seconds=2)
    assert case.whole is False
    assert case.source.startswith(
        "lag of the replication: 2 versions not there yet; 1 version that no rule replicates; "
    )
    look = next(each for each in of(way_of, replica).restorer.preflight_checks(Any) if each.name == "replication")
    assert "2 versions not there yet" in look.perform()


def test_what_came_after_the_disruption_is_not_counted(
    made: Estate, way_of: Make, pair: tuple[Resource, Resource]
) -> None:
    """The loss is that of the instant that is asked for."""
    primary, replica = pair
    now = made.clock.now()
    buckets.put(made, primary, {"c": b"new"}, now - timedelta(minutes=1))
    buckets.backend().buckets[primary.id].keys["c"].replicated = "PENDING"
    assert of(way_of, replica).restorer.worst_case(now - timedelta(minutes=2)).loss == timedelta()


def ruled(made: Estate, pair: tuple[Resource, Resource], **destination: Any) -> None:
    """A rule of the primary brings all into the replica."""
    rule = {
        "ID": "all",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{pair[1].id}", **destination},
    }
    backend = buckets.backend()
    backend.put_bucket_replication(pair[0].id, {"Role": "r", "Rule": [rule]})
    backend.buckets[pair[0].id].replication["Rule"] = [rule]


MEASURED = {"Metrics": {"Status": "Enabled", "EventThreshold": {"Minutes": 15}}}


def told(
    made: Estate, pair: tuple[Resource, Resource], name: str, seconds: dict[timedelta, float], region: str
) -> None:
    """S3 tells CloudWatch a metric of the rule, so long ago each value."""
    now, cloudwatch = made.clock.now(), made.client("cloudwatch", region)
    of = {"SourceBucket": pair[0].id, "DestinationBucket": pair[1].id, "RuleId": "all"}
    named = [{"Name": each, "Value": value} for each, value in of.items()]
    values = [
        {"MetricName": name, "Dimensions": named, "Timestamp": now - ago, "Value": value}
        for ago, value in seconds.items()
    ]
    for first in range(0, len(values), 500):
        cloudwatch.put_metric_data(Namespace="AWS/S3", MetricData=values[first : first + 500])


def every_span(value: float, but: dict[timedelta, float | None] | None = None) -> dict[timedelta, float]:
    """A value for each span of the thirty days that the replica is there, and others for some; None for none."""
    spans: dict[timedelta, float | None] = {timedelta(hours=3 * each, minutes=30): value for each in range(240)}
    return {ago: each for ago, each in {**spans, **(but or {})}.items() if each is not None}


@pytest.mark.parametrize("region", [ABROAD, "us-east-1"])
def test_the_largest_latency_of_weeks_is_the_loss(
    made: Estate, way_of: Make, pair: tuple[Resource, Resource], region: str
) -> None:
    """It has all now, and lay behind by 40 minutes once; S3 told of each span, in the one's region or the other's."""
    ruled(made, pair, **MEASURED)
    told(made, pair, "ReplicationLatency", every_span(12, {timedelta(days=20, minutes=30): 2400}), region)
    case = of(way_of, pair[1]).restorer.worst_case(made.clock.now())
    assert (case.loss, case.whole) == (timedelta(minutes=40), True)
    assert "0 versions not there yet; at most 40 m by rule all (ReplicationLatency of " in case.source


def test_while_nothing_was_pending_it_lay_not_behind(
    made: Estate, way_of: Make, pair: tuple[Resource, Resource]
) -> None:
    """Where nothing was replicated S3 tells no latency; that nothing waited is as good."""
    ruled(made, pair, **MEASURED)
    told(made, pair, "OperationsPendingReplication", every_span(0), ABROAD)
    case = of(way_of, pair[1]).restorer.worst_case(made.clock.now())
    assert (case.loss, case.whole) == (timedelta(), True)


@pytest.mark.parametrize(
    ("latency", "pending", "why"),
    [
        ({}, {}, "CloudWatch has no ReplicationLatency of rule all"),
        (
            {timedelta(hours=3 * each, minutes=30): None for each in range(100, 110)},
            {},
            "none of 33 h in between",
        ),
        (
            {timedelta(hours=60, minutes=30): None},
            {timedelta(hours=60, minutes=30): 4},
            "none of 1 span in which something was pending",
        ),
    ],
)
def test_what_was_not_told_is_not_known(
    made: Estate,
    way_of: Make,
    pair: tuple[Resource, Resource],
    latency: dict[timedelta, float | None],
    pending: dict[timedelta, float],
    why: str,
) -> None:
    """Nothing at all, a day of silence, or something pending of which no latency was told: it is not the whole."""
    ruled(made, pair, **MEASURED)
    if latency:
        told(made, pair, "ReplicationLatency", every_span(12, latency), ABROAD)
    if pending:
        told(made, pair, "OperationsPendingReplication", pending, ABROAD)
    case = of(way_of, pair[1]).restorer.worst_case(made.clock.now())
    assert case.whole is False
    assert why in case.source


@pytest.mark.parametrize("region", [ABROAD, "us-east-1"])
def test_what_failed_is_no_lag_of_none(
    made: Estate, way_of: Make, pair: tuple[Resource, Resource], region: str
) -> None:
    """What S3 gave up is pending no more and has no latency: it is not the whole, whichever region tells of it."""
    ruled(made, pair, **MEASURED)
    told(made, pair, "OperationsPendingReplication", every_span(0), ABROAD)
    told(made, pair, "OperationsFailedReplication", {timedelta(days=3): 2, timedelta(days=9): 1}, region)
    case = of(way_of, pair[1]).restorer.worst_case(made.clock.now())
    assert case.whole is False
    assert "; 3 operations failed, whose lag is in none of it" in case.source


def test_without_metrics_nobody_knows_how_far_it_lay_behind(
    made: Estate, way_of: Make, pair: tuple[Resource, Resource]
) -> None:
    """The look of now is told, and that no rule measures."""
    ruled(made, pair)
    case = of(way_of, pair[1]).restorer.worst_case(made.clock.now())
    assert case.whole is False
    assert case.source.endswith("how far it lay behind before is not known: the metrics of rule all are off")


def test_who_may_not_ask_does_not_know(made: Estate, way_of: Make, pair: tuple[Resource, Resource]) -> None:
    """A role from before may read no rules: the loss of now is told, and is not the whole."""
    made.lab.faults.add({"kind": "access-denied", "action": "GetBucketReplication"})
    case = of(way_of, pair[1]).restorer.worst_case(made.clock.now())
    assert case.whole is False
    assert case.source.endswith("nobody may ask how far it lay behind before (s3:GetBucketReplication)")


def test_the_role_that_reads_may_look_at_what_is_replicated() -> None:
    """Its versions, and how far each has come: of that bucket alone, by its name."""
    from types import SimpleNamespace

    from dr_orchestrator.domain.drill import Allowed
    from dr_orchestrator.domain.kind import Kind
    from dr_orchestrator.resources import TYPES

    named = ReplicaOf.model_construct(bucket="primary", region=ABROAD)
    resource = Resource("r", "s3-bucket", "replica", "us-east-1", own={"replica_of": named})
    drill: Any = SimpleNamespace(
        resource=resource,
        kind=Kind.PITR_RESTORE,
        stores={},
        checks=(),
        vault=None,
        leading=None,
        production=None,
        secondary=None,
        promoted={},
        lost={},
    )
    told = [each for policy in source_policies(Scope(TYPES, [drill], Allowed())) for each in policy["Statement"]]
    of_primary = {
        action for each in told if any(":::primary" in arn for arn in each["Resource"]) for action in each["Action"]
    }
    assert of_primary == {
        *("s3:ListBucketVersions", "s3:GetObject", "s3:GetObjectVersion"),
        "s3:GetReplicationConfiguration",
    }
    anywhere = [each for each in told if each["Resource"] == ["*"] and "Condition" not in each]
    assert [each["Action"] for each in anywhere] == [["cloudwatch:GetMetricData"]]
