"""The key under which a snapshot of RDS is shared is looked at from the account that is to use it, before any copy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from dr_orchestrator.aws.access.policies import elsewhere_policies
from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.aws.calls.api import Denied, NotFound
from dr_orchestrator.aws.rds.bringing import Bringing, Snapshot
from dr_orchestrator.aws.rds.carrying import Lending
from dr_orchestrator.aws.rds.objects import CLUSTER_SNAPSHOTS, SNAPSHOTS, Shape
from dr_orchestrator.domain.copy import Copy, Place
from dr_orchestrator.domain.destination import Destination
from dr_orchestrator.domain.drill import Allowed
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.resources import TYPES
from tests.support import elsewhere, workspace
from tests.support.apart import THERE
from tests.support.fakes import FakeClock
from tests.support.iam.enforced import allowed
from tests.support.told_aws import ToldAws

OTHER, REGION = "222222222222", "us-east-1"
KEY, THEIRS = f"arn:aws:kms:{REGION}:111111111111:key/1", f"arn:aws:kms:{REGION}:{OTHER}:key/2"
RESOURCE = Resource("orders", "rds-instance", "orders-prod", REGION)
COPY = Copy("a-type", "dro-r-orders", REGION, "r", "a-drill", "a-service", account=OTHER)
ARN = f"arn:aws:rds:{REGION}:111111111111:snapshot:s"


def beside(manager: str = "CUSTOMER") -> ToldAws:
    """The account of the source, which owns the one key that there is."""

    def about(given: Mapping[str, Any]) -> dict[str, Any]:
        if given["KeyId"] == "alias/none":
            raise NotFound("no alias of that name")
        return {"KeyMetadata": {"Arn": KEY, "KeyState": "Enabled", "KeyManager": manager}}

    return ToldAws({"DescribeKey": about, "DescribeAccountAttributes": {"AccountQuotas": []}})


class Toolkits:
    """The tools in both accounts."""

    def __init__(self, here: ToldAws, there: ToldAws) -> None:
        self._told = {"": here.account(), OTHER: there.account()}
        self.account = self._told[""]

    def at(self, place: Place) -> Any:
        return SimpleNamespace(account=self._told[place.account])


def lent(shape: Shape, tools: Any, key: str) -> Callable[[], str]:
    """The look of what a template's database is made of."""
    return lambda: Lending(shape, "a-type", RESOURCE, COPY, key).look(tools, KEY)


def brought(shape: Shape, tools: Any, key: str) -> Callable[[], str]:
    """The look of what a drill says is to stand in the other account."""
    to = Destination(REGION, OTHER, lent=key, key=THEIRS)
    looks = Bringing(shape, "a-type", RESOURCE, to, tools).looks(COPY, lambda: Snapshot(ARN, KEY))
    return next(each.perform for each in looks if each.name == "key of the copied snapshot")


WAYS = pytest.mark.parametrize("way", [lent, brought])
SHAPES = pytest.mark.parametrize("shape", [SNAPSHOTS, CLUSTER_SNAPSHOTS])
Way = Callable[[Shape, Any, str], Callable[[], str]]


@WAYS
@SHAPES
@pytest.mark.parametrize("refused", [Denied("no policy allows it"), NotFound("no such key")])
def test_a_key_that_keeps_the_other_account_out_ends_the_drill(way: Way, shape: Shape, refused: Exception) -> None:
    """It is named as that account has to name it, and the statement that its policy lacks is told."""
    there = ToldAws({"DescribeKey": refused})
    with pytest.raises(NotRecoverable, match=f"account {OTHER} may not use {KEY}: no ") as told:
        way(shape, Toolkits(beside(), there), "")()
    assert there.requests("DescribeKey") == [{"KeyId": KEY}]
    assert f'"Principal": {{"AWS": "arn:aws:iam::{OTHER}:root"}}' in told.value.hint
    assert '"kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey"' in told.value.hint
    assert told.value.call == "kms:DescribeKey"


@WAYS
@SHAPES
@pytest.mark.parametrize(
    ("manager", "key", "why"),
    [
        ("CUSTOMER", "alias/none", "cannot be shared under alias/none: no alias of that name"),
        ("AWS", "", "a key of AWS's own, which no other account may use"),
        ("AWS", KEY, "a key of AWS's own, which no other account may use"),
    ],
)
def test_a_key_that_is_not_there_or_can_never_be_shared_is_told(
    way: Way, shape: Shape, manager: str, key: str, why: str
) -> None:
    """With where to name another one; the other account is not asked."""
    there = ToldAws({})
    with pytest.raises(NotRecoverable, match=why) as told:
        way(shape, Toolkits(beside(manager), there), key)()
    assert told.value.hint.startswith(("write `replica: {key:", "add `shared_key` to the drill's `to`"))
    assert there.requests("DescribeKey") == []


@SHAPES
def test_a_key_that_lets_the_other_account_in_is_told(shape: Shape) -> None:
    """Beside the one of that account's own."""
    there = ToldAws({"DescribeKey": {"KeyMetadata": {"Arn": THEIRS, "KeyState": "Enabled"}}})
    told = brought(shape, Toolkits(beside(), there), "")()
    assert told.startswith(f"shared under key {KEY} is enabled")
    assert [each["KeyId"] for each in there.requests("DescribeKey")] == [KEY, THEIRS]


def test_the_role_there_may_look_at_the_key(tmp_path: Any) -> None:
    """Whosever it is: the policy of the other account's role allows the look, and the declaration holds the call."""
    to = f'account: "{OTHER}", region: {REGION}'
    drill = elsewhere.DRILL.replace(f"region: {elsewhere.AWAY}, kms_key: {elsewhere.ALIAS}", to)
    drill = drill.replace("disruption: region", "disruption: infrastructure")
    shop = workspace.SHOP.replace("\ndrills:", f"\ndrills:{drill.rstrip()}")
    here = workspace.world(tmp_path, FakeClock(), shop=shop, tiers=workspace.TIERS + THERE)
    asked = Scope(TYPES, [here.drill("orders-away-snapshot")], Allowed())
    (made,) = elsewhere_policies(asked).values()
    assert allowed(made, "kms:DescribeKey", KEY, {"aws:RequestedRegion": [REGION]})
    for name in ("rds-instance", "aurora-cluster"):
        assert "kms:DescribeKey" in TYPES[name].carried.reads
