"""Each type that may stand in two regions compares by the reads that it declares for that: policies allow no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from dr_orchestrator.aws.access.both import compares
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.drill import Allowed, Drill
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.objective import Disruption, Objective
from dr_orchestrator.domain.proof import SameInBoth
from dr_orchestrator.domain.service import MANAGED, Auth, Database, Resource, Service
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.resources import TYPES
from tests.support import buckets
from tests.support.estate import INSTANCE, STACK, TABLE, Estate
from tests.support.iam import reference
from tests.support.passing import passing

LOST = "eu-west-1"
CHECK = SameInBoth("same", "Store", timedelta(), read=True)
WHOSE = {"sts:GetCallerIdentity"}
STANDING = sorted(of.name for of in TYPES if of.both)


@pytest.fixture
def toolkit(made: Estate) -> Toolkit:
    guard = made.toolkit.account.guard
    return replace(made.toolkit, elsewhere=lambda place: Account(place.region, guard))


def test_what_can_be_compared_says_by_which_reads() -> None:
    """Tables, buckets and databases, and each of them both ways."""
    assert sorted(of.name for of in TYPES if of.sides is not None) == STANDING
    assert STANDING == ["aurora-cluster", "dynamodb-table", "rds-instance", "s3-bucket"]


def test_a_table_is_compared_by_its_reads(made: Estate, toolkit: Toolkit) -> None:
    """Items that differ are asked for one by one."""
    of, other = TYPES["dynamodb-table"], "sessions-other"
    made.client("dynamodb").create_table(
        TableName=other,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    made.clock.sleep(60)
    assert of.sides is not None
    sides = of.sides(TABLE, replace(TABLE, id=other), toolkit)
    with passing() as called:
        assert "no global table, as AWS tells of the lost one" in sides.look()
        result = sides.compare(CHECK).result(CHECK)
    assert result.outcome is Outcome.FAILED
    assert called - WHOSE == of.both
    with pytest.raises(NotRecoverable, match=f"no table {TABLE.id} in {LOST}"):
        of.sides(replace(TABLE, region=LOST), TABLE, toolkit).look()


def test_a_bucket_is_compared_by_its_reads(made: Estate, toolkit: Toolkit) -> None:
    """What no checksum tells of is read in both."""
    of, one, other = TYPES["s3-bucket"], buckets.bucket(made), buckets.bucket(made)
    for number, each in enumerate((one, other), 2):
        buckets.put(made, each, {"a": b"the same"})
        key = buckets.backend().buckets[each.id].keys["a"]
        key._etag, key.multipart = f'"a-{number}"', object()
    assert of.sides is not None
    sides = of.sides(one, other, toolkit)
    with passing() as called:
        sides.look()
        result = sides.compare(CHECK).result(CHECK)
    assert result.outcome is Outcome.PASSED
    assert called - WHOSE == of.both
    buckets.put(made, other, {"a": b"the sams"})
    key = buckets.backend().buckets[other.id].keys["a"]
    key._etag, key.multipart = '"a-3"', object()
    assert sides.compare(CHECK).result(CHECK).outcome is Outcome.FAILED, "it was read"
    with pytest.raises(NotRecoverable):
        of.sides(one, replace(other, id="nobodys-bucket-anywhere"), toolkit).look()


def test_a_database_is_looked_at_by_its_reads(toolkit: Toolkit) -> None:
    """Both have to be there; the rest is said to the databases themselves."""
    of = TYPES["rds-instance"]
    assert of.sides is not None
    with passing() as called:
        assert of.sides(INSTANCE, INSTANCE, toolkit).look().startswith("orders-prod in us-east-1 (postgres)")
    assert called - WHOSE == of.both
    with pytest.raises(NotRecoverable, match=f"no rds-instance orders-prod in {LOST}"):
        of.sides(replace(INSTANCE, region=LOST), INSTANCE, toolkit).look()
    cluster = TYPES["aurora-cluster"]
    assert cluster.sides is not None
    gone = Resource("boards", "aurora-cluster", "nobodys", "us-east-1")
    with passing() as called, pytest.raises(NotRecoverable, match="no aurora-cluster nobodys"):
        cluster.sides(gone, gone, toolkit).look()
    assert called - WHOSE == cluster.both


def drill(*lost: Resource) -> Drill:
    objective = Objective(None, None, "none")
    made = Drill("d", cast("Service", None), STACK, Kind.REGION_FAILOVER, Disruption.REGION, objective, ())
    return replace(made, lost={each.name: replace(each, region=LOST) for each in lost})


@pytest.mark.parametrize(
    ("database", "sids"),
    [
        (None, {"CompareInstancesInEuwest1", "ReadWhatIsEncryptedInEuwest1"}),
        (Database("orders", "prod/orders"), {"ReadLoginsInEuwest1"}),
        (Database("orders", MANAGED), {"LogInToInstancesInEuwest1"}),
        (Database("orders", auth=Auth.IAM, user="drills"), {"LogInByTokenInEuwest1"}),
    ],
)
def test_the_login_of_a_lost_database_is_a_right_of_its_region(database: Database | None, sids: set[str]) -> None:
    """By secret, by the one that RDS keeps, or by a token: in that region alone, and such as IAM takes."""
    allowed = Allowed(regions=frozenset({"us-east-1"}))
    scope = Scope(TYPES, [drill(replace(INSTANCE, database=database))], allowed)
    made = list(compares(scope))
    assert sids <= {each["Sid"] for each in made}
    assert all(LOST in str(each["Resource"]) and "us-east-1" not in str(each) for each in made)
    assert reference.faults({"Version": "2012-10-17", "Statement": made}) == []


def test_each_store_is_read_in_the_region_that_loses_it() -> None:
    """What is compared in one region gives no right in the other."""
    one, far = drill(INSTANCE), drill(TABLE)
    far = replace(far, lost={name: replace(each, region="eu-north-1") for name, each in far.lost.items()})
    made = {each["Sid"]: str(each["Resource"]) for each in compares(Scope(TYPES, [one, far], Allowed()))}
    assert {each for each in made if each.startswith("Compare")} == {
        "CompareInstancesInEuwest1",
        "CompareTablesInEunorth1",
    }
    assert "eu-west-1" not in made["CompareTablesInEunorth1"]
    assert "eu-north-1" not in made["CompareInstancesInEuwest1"]


def test_where_nothing_is_compared_nothing_is_allowed() -> None:
    """A drill of one region, or one that compares nothing."""
    assert list(compares(Scope(TYPES, [drill()], Allowed()))) == []
