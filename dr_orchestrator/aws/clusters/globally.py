"""Global clusters as RDS keeps them: of no region, with members in several, one of which writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dr_orchestrator.aws.calls.api import Api
from dr_orchestrator.aws.rds import events
from dr_orchestrator.aws.rds.objects import Objects, Shape
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import Sighting, States
from dr_orchestrator.domain.run import ServerTime

GLOBALS = Shape(
    *("a global cluster", "GlobalCluster", "GlobalClusterResourceId", "Status", "no time is told"),
    *("region", "GlobalClusterAlreadyExistsFault", "InvalidGlobalClusterStateFault"),
)
STATES = States(
    ready=frozenset({"available"}),
    dead=frozenset({"deleting"}),
    progress=frozenset(
        {"creating", "modifying", "renaming", "upgrading", "promoting", "absent", "switching-over", "failing-over"}
    ),
)
QUOTA = frozenset({"GlobalClusterQuotaExceededFault"})
"""The answers of AWS while an account has as many global clusters as it may."""

PLACE = "dr-drill:region"
"""The tag by which a run's global cluster says in which region the run keeps it: AWS keeps it in none."""

MOVING = ("switching-over", "failing-over")
"""The states in which another member is to write."""

_BEGINS = "Global switchover to DB cluster"
_ENDS = {
    "started": events.STARTED,
    "finished": events.COMPLETED,
    "completed": events.COMPLETED,
    "cancelled": "failover given up: the previous writer again",
    "canceled": "failover given up: the previous writer again",
    "failed": "failover failed",
}


@dataclass(frozen=True)
class Member:
    """A cluster in a global cluster, by its ARN; `writes` is whether it is the primary."""

    arn: str
    writes: bool

    @property
    def region(self) -> str:
        """The region that it is in."""
        return self.arn.split(":")[3]

    @property
    def name(self) -> str:
        """The name of the cluster."""
        return self.arn.split(":", 6)[6]


class Globals(Objects):
    """The global clusters that a run makes."""

    def __init__(self, toolkit: Toolkit) -> None:
        super().__init__(GLOBALS, toolkit)

    def seen(self, names: Iterable[str]) -> dict[str, Sighting]:
        """The states of those of some names that are to be seen: RDS filters them by region alone."""
        wanted = set(names)
        found = self._api.pages(GLOBALS.describe, "GlobalClusters")
        return {
            each[GLOBALS.name]: Sighting(str(each.get(GLOBALS.status) or ""), each)
            for each in found
            if each[GLOBALS.name] in wanted
        }


def members(described: Mapping[str, Any]) -> list[Member]:
    """The members of a described global cluster, the one that writes last."""
    found = [
        Member(str(each["DBClusterArn"]), bool(each.get("IsWriter")))
        for each in described.get("GlobalClusterMembers") or ()
    ]
    return sorted(found, key=lambda each: (each.writes, each.arn))


def writer(described: Mapping[str, Any]) -> Member | None:
    """The member that writes; None where AWS tells of none."""
    return next((each for each in members(described) if each.writes), None)


def is_moving(described: Mapping[str, Any]) -> bool:
    """Whether another member is about to write, or asked to."""
    return described.get(GLOBALS.status) in MOVING or bool((described.get("FailoverState") or {}).get("Status"))


def follows(described: Mapping[str, Any]) -> bool:
    """Whether all members that only read follow the one that writes, as far as AWS tells."""
    told = described.get("GlobalClusterMembers") or ()
    return all(each.get("IsWriter") or each.get("SynchronizationStatus") in (None, "connected") for each in told)


def moved(api: Api, cluster: str, since: datetime) -> list[ServerTime]:
    """When a member was switched over to, or from, as RDS tells of it where it stands."""
    told = []
    found = api.pages("DescribeEvents", "Events", SourceType="db-cluster", StartTime=since, SourceIdentifier=cluster)
    for event in sorted(found, key=lambda each: each["Date"]):
        message = str(event.get("Message", ""))
        state = _ENDS.get(message.rstrip(".").rpartition(" ")[2]) if message.startswith(_BEGINS) else None
        if state:
            told.append(ServerTime(cluster, state, event["Date"], f"rds:DescribeEvents: {message}"))
    return told


def place(described: Mapping[str, Any]) -> str:
    """The region in which a global cluster counts: as its run says by its tag, else that of its writer; else empty."""
    worn = {each["Key"]: each["Value"] for each in described.get("TagList") or ()}
    found = writer(described)
    return worn.get(PLACE) or (found.region if found else "")
