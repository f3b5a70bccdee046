"""The room for one more manual snapshot of RDS, at each place in which a drill makes one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from dr_orchestrator.aws.calls.api import Denied
from dr_orchestrator.aws.rds.bringing import Bringing, Snapshot
from dr_orchestrator.aws.rds.carrying import Lending
from dr_orchestrator.aws.rds.objects import CLUSTER_SNAPSHOTS, SNAPSHOTS, Shape
from dr_orchestrator.aws.rds.quotas import room_for_snapshots
from dr_orchestrator.domain.copy import Copy, Place
from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.preflight import Doubt
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.rds_instance.promoted import PromotedOrigin
from dr_orchestrator.runner import Followed
from tests.support.told_aws import ToldAws

OTHER = "222222222222"
RESOURCE = Resource("orders", "rds-instance", "orders-prod", "us-east-1")
COPY = Copy("rds-instance", "dro-r-orders", "us-east-1", "r", "a-drill", "a-service")


def aws(snapshots: int = 0, clusters: int = 0) -> ToldAws:
    told = (("ManualSnapshots", snapshots), ("ManualClusterSnapshots", clusters), ("DBInstances", 40))
    quotas = [{"AccountQuotaName": name, "Used": used, "Max": 100} for name, used in told]
    return ToldAws({"DescribeAccountAttributes": {"AccountQuotas": quotas}})


def toolkit(here: ToldAws, there: ToldAws | None = None) -> Any:
    def at(place: Place) -> Any:
        return toolkit(there if there is not None and place.account else here, there)

    proofs = SimpleNamespace(name_is_free=lambda *_: "free")
    return SimpleNamespace(account=here.account(), at=at, proofs=proofs)


def looked(copy: Copy, *places: ToldAws) -> str:
    """What the look at the room tells before a snapshot is brought to where a copy is to stand."""
    to = Destination("us-east-1", account=copy.account)
    way = Bringing(SNAPSHOTS, "rds-snapshot", RESOURCE, to, toolkit(*places))
    looks = {each.name: each for each in way.looks(copy, lambda: Snapshot("arn:of", None))}
    return str(looks["room for what is copied"].perform())


@pytest.mark.parametrize(("shape", "other"), [(SNAPSHOTS, CLUSTER_SNAPSHOTS), (CLUSTER_SNAPSHOTS, SNAPSHOTS)])
def test_each_kind_of_snapshot_has_its_own_quota(shape: Shape, other: Shape) -> None:
    """The last one is room enough, and none is told with what to do."""
    full = aws(snapshots=100, clusters=99) if shape is SNAPSHOTS else aws(snapshots=99, clusters=100)
    assert "99 of 100 manual" in room_for_snapshots(other, [full.account()])
    with pytest.raises(NotMeasured, match="too few left: 100 of 100 manual") as told:
        room_for_snapshots(shape, [full.account()])
    assert "raise the quota" in told.value.hint
    assert told.value.call == "rds:DescribeAccountAttributes"


def test_a_quota_that_nobody_tells_is_a_doubt() -> None:
    """It ends no drill, and is told; that nobody may ask is another matter."""
    silent = ToldAws({"DescribeAccountAttributes": {"AccountQuotas": []}})
    with pytest.raises(Doubt, match="RDS tells no quota of ManualSnapshots"):
        room_for_snapshots(SNAPSHOTS, [silent.account()])
    with pytest.raises(Denied):
        room_for_snapshots(SNAPSHOTS, [ToldAws({"DescribeAccountAttributes": Denied("no")}).account()])


def test_a_snapshot_that_is_brought_needs_room_at_each_place() -> None:
    """In another account two are made: one beside the source, to be shared, and one there."""
    there = Copy(**{**vars(COPY), "account": OTHER})
    assert looked(COPY, aws(snapshots=3)).startswith("3 of 100 manual snapshots")
    assert looked(there, aws(snapshots=3), aws(snapshots=4)).count("of 100 manual snapshots") == 2
    for places in ((aws(snapshots=100), aws()), (aws(), aws(snapshots=100))):
        with pytest.raises(NotMeasured, match="100 of 100"):
            looked(there, *places)


def test_a_snapshot_that_is_lent_needs_room_at_each_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Likewise of what a stack's database is made of in another account."""
    monkeypatch.setattr(type(SNAPSHOTS), "described", lambda *_: None)
    lending = Lending(SNAPSHOTS, "rds-snapshot", RESOURCE, Copy(**{**vars(COPY), "account": OTHER}), "")
    assert lending.look(toolkit(aws(), aws()), None).count("of 100 manual snapshots") == 2
    with pytest.raises(NotMeasured, match="100 of 100"):
        lending.look(toolkit(aws(), aws(snapshots=100)), None)


def test_a_snapshot_of_a_promoted_replica_needs_room() -> None:
    """It is taken on the clock, of the run's own replica."""
    way = SimpleNamespace(preflight_checks=lambda _: [])
    followed = cast(Followed, SimpleNamespace(copy=COPY, parts=SimpleNamespace(restorer=way)))
    origin = PromotedOrigin(RESOURCE, toolkit(aws(snapshots=100)), COPY, followed)
    (look,) = [each for each in origin.preflight_checks() if each.name == "room for the snapshot"]
    with pytest.raises(NotMeasured, match="100 of 100"):
        look.perform()
