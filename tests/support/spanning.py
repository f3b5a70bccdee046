"""A copy of a run that spans two regions, as RDS tells of it, without a lab: members that stay, hide or answer late."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from dr_orchestrator.aws.calls.api import NotFound, Refused
from dr_orchestrator.aws.copies import TAG, Proofs
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import Watcher
from dr_orchestrator.domain.copy import Copy, CopyRecord, CopyState, Identity, Place, Source
from dr_orchestrator.resources.aurora_cluster import planned
from tests.support.contexts import ToldContext
from tests.support.fakes import FakeClock

HERE, THERE = "us-east-1", "eu-central-1"
NOW = datetime(2026, 11, 20, tzinfo=UTC)
OF = Source("aurora-cluster", "boards-prod", Place("", HERE))
FIRST = Copy("aurora-cluster", "dro-r-boards-prod", HERE, "r", "a-drill", "a-service", source=OF)
SECOND = planned.secondary(FIRST, THERE)
WHOLE = planned.whole(FIRST) or FIRST


def arn(name: str, region: str) -> str:
    return f"arn:aws:rds:{region}:123456789012:cluster:{name}"


def refused(code: str, told: str) -> Refused:
    made = Refused(told, call="rds:RemoveFromGlobalCluster")
    made.code = code
    return made


@dataclass
class Globe:
    """RDS in two regions; `writes` are the members and whether each does, `hidden` is how many looks show none of them.

    A member that `stays` is asked to leave in vain; `answers` are what calls answer in place of success, once each,
    after they took effect; `promoting` is for how many looks a secondary that left is being promoted.
    """

    writes: dict[str, bool] = field(default_factory=lambda: {arn(FIRST.id, HERE): True, arn(SECOND.id, THERE): False})
    hidden: int = 0
    stays: bool = False
    answers: list[Exception] = field(default_factory=list)
    promoting: int = 0
    endpoint: str = "dro-r-global.global-x.global.rds.amazonaws.com"
    clock: FakeClock = field(default_factory=FakeClock)
    out: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        made = [(FIRST, "cluster-1"), (SECOND, "cluster-2"), (WHOLE, "global-1")]
        self.rows = {
            each.key: CopyRecord(each, CopyState.CREATED, Identity(each.id, unique), NOW) for each, unique in made
        }
        self.watcher = Watcher(self.clock)

    def toolkit(self) -> Toolkit:
        """The tools of one teardown, or of one restorer: a process may make them anew for each copy."""
        accounts = {region: self._account(region) for region in (HERE, THERE)}
        context = ToldContext("r", self.clock)
        proofs = Proofs(lambda copy: self.rows.get(copy.key), frozenset({"boards-prod"}), lambda _: [])
        return Toolkit(accounts[HERE], self.watcher, proofs, context, 3600.0, lambda place: accounts[place.region])

    def _account(self, region: str) -> Any:
        api = SimpleNamespace(named=self._named, call=self._call, region=region, endpoint="aws")
        return SimpleNamespace(region=region, pinned="", api=lambda _: api)

    def _named(self, operation: str, key: str, field: str, name: str, **_: Any) -> dict[str, Any]:
        worn = [{"Key": TAG, "Value": "r"}]
        if operation == "DescribeGlobalClusters":
            self.hidden -= 1
            listed = {} if self.hidden >= 0 else self.writes
            told = [{"DBClusterArn": each, "IsWriter": writes} for each, writes in listed.items()]
            unique = {"GlobalClusterResourceId": "global-1", "Endpoint": self.endpoint}
            return {"GlobalClusterIdentifier": name, **unique, "GlobalClusterMembers": told, "TagList": worn}
        first = name == FIRST.id
        state = "available"
        if self.out and not first and self.promoting > 0:
            self.promoting, state = self.promoting - 1, "promoting"
        return {
            "DBClusterIdentifier": name,
            "DbClusterResourceId": "cluster-1" if first else "cluster-2",
            "Status": state,
            "Port": 5432,
            "TagList": worn,
        }

    def _call(self, operation: str, **given: Any) -> dict[str, Any]:
        assert operation == "RemoveFromGlobalCluster"
        member = given["DbClusterIdentifier"]
        if member not in self.writes:
            raise refused("InvalidParameterValue", f"{member} is not found in global cluster {WHOLE.id}")
        if self.writes[member] and len(self.writes) > 1:
            raise refused("InvalidGlobalClusterStateFault", "there are other members")
        if not self.stays:
            del self.writes[member]
            self.out.append(member)
        if self.answers:
            raise self.answers.pop(0)
        return {}


GONE = NotFound("DB cluster not found", call="rds:RemoveFromGlobalCluster")
