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
    """Its versions are as old as those that they are of, and so is what is restored of it."""
    way = of(way_of, pair[1])
    way.restored()
    assert buckets.held(way.copy.id) == {"a": b"1", "b": b"2"}
    case = way.restorer.worst_case(made.clock.now())
    assert (case.loss, case.whole) == (timedelta(), True)
    assert case.source == "lag of the replication: 0 versions not there yet"
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
    assert case.source == "lag of the replication: 2 versions not there yet; 1 version that no rule replicates"
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
        lost={},
    )
    told = [each for policy in source_policies(Scope(TYPES, [drill], Allowed())) for each in policy["Statement"]]
    of_primary = {
        action for each in told if any(":::primary" in arn for arn in each["Resource"]) for action in each["Action"]
    }
    assert of_primary == {"s3:ListBucketVersions", "s3:GetObject", "s3:GetObjectVersion"}
