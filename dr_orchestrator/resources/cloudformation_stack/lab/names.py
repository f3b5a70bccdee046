"""Route 53 as its name servers show it: a change is seen later; of weighted records those that have weight, of failover
records the first one that is healthy.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from moto.route53.models import Route53Backend, route53_backends
from moto.route53.responses import Route53

from dr_orchestrator.lab.cloud.world import ACCOUNT, SimulatedCloud, world
from dr_orchestrator.lab.names import CNAME, A, NameServer
from dr_orchestrator.resources.cloudformation_stack.lab import health

LAG_S = 20.0
"""Lab seconds until the name servers show a change: AWS tells of 60 at most."""

INSYNC_S = 25.0
"""Lab seconds until Route 53 says that a change has come to all of its servers: later than the one that is asked."""

_TYPES = {A: "A", CNAME: "CNAME"}


@dataclass(frozen=True)
class Shows:
    """A record as the name servers have it; `after` is its place in a failover, `check` its health check."""

    name: str
    of: str
    ttl: int
    weight: int
    values: tuple[str, ...]
    after: int = 0
    check: str = ""


Shown = list[Shows]


@dataclass
class _Zones:
    """The answers of the name servers for each zone, now and to come; the server is made when it is first asked for."""

    shown: dict[str, Shown] = field(default_factory=dict)
    coming: list[tuple[datetime, int, str, Shown]] = field(default_factory=list)
    asked: int = 0
    changes: dict[str, datetime] = field(default_factory=dict)
    server: NameServer | None = None


_of: WeakKeyDictionary[SimulatedCloud, _Zones] = WeakKeyDictionary()


def _zones() -> _Zones:
    return _of.setdefault(world(), _Zones())


def _changed(self: Any, zoneid: str, change_list: list[dict[str, Any]]) -> None:
    _change_by_moto(self, zoneid, change_list)
    here, zones = world(), _zones()
    zone = self.get_hosted_zone(zoneid)
    now: Shown = [
        Shows(
            each.name.rstrip(".").lower(),
            str(each.type),
            int(each.ttl or 0),
            1 if each.weight is None else int(each.weight),
            tuple(map(str, each.records)),
            int(each.failover == "SECONDARY"),
            str(each.health_check_id or ""),
        )
        for each in zone.rrsets
    ]
    zones.asked += 1
    late = timedelta(seconds=0 if here.hurried else LAG_S)
    heapq.heappush(zones.coming, (here.now() + late, zones.asked, zone.name, now))


def _change(self: Any) -> Any:
    """moto gives every change one id, and calls it INSYNC at once: here each has its own, and is under way first."""
    answer: Any = _answer_by_moto(self)
    here, zones = world(), _zones()
    told = answer._result["ChangeInfo"]
    told["Id"], told["Status"] = f"/change/C{zones.asked:013d}", "PENDING"
    zones.changes[told["Id"].rpartition("/")[2]] = here.now() + timedelta(seconds=0 if here.hurried else INSYNC_S)
    return answer


def _get_change(self: Any) -> Any:
    answer: Any = _status_by_moto(self)
    told, here = answer._result["ChangeInfo"], world()
    ends = _zones().changes.get(str(told["Id"]).rpartition("/")[2])
    told["Status"] = "PENDING" if ends is not None and here.now() < ends else "INSYNC"
    return answer


def _told(zones: _Zones, here: SimulatedCloud, name: str, of: int) -> Sequence[tuple[int, str]] | None:
    stale = here.faults.pretends("stale-names", "route53", name)
    while zones.coming and zones.coming[0][0] <= here.now() and not stale:
        _, _, zone, shown = heapq.heappop(zones.coming)
        zones.shown[zone.rstrip(".").lower()] = shown
    known = {str(each.name).rstrip(".").lower() for each in route53_backends[ACCOUNT]["aws"].zones.values()}
    mine = [each for each in known if name == each or name.endswith(f".{each}")]
    if not mine:
        return None
    found = [each for each in zones.shown.get(mine[0], ()) if (each.name, each.of) == (name, _TYPES.get(of, ""))]
    found.sort(key=lambda each: each.after)
    healthy = [each for each in found if health.passes(each.check)] or found  # of which none is, the first is shown
    heavy = [each for each in healthy if each.weight] or healthy
    return [(each.ttl, value) for each in heavy[:1] for value in each.values]


def _get_hosted_zone(self: Any) -> Any:
    """moto names servers that nobody runs: here it is one of the lab's own."""
    answer: Any = _get_by_moto(self)
    if answer._result.get("DelegationSet"):
        here, zones = world(), _zones()
        if zones.server is None:
            zones.server = NameServer(lambda name, of: _told(zones, here, name, of))
            here.at_end.append(zones.server.stop)
        answer._result["DelegationSet"] = {"NameServers": [zones.server.address]}
    return answer


_change_by_moto, _get_by_moto = Route53Backend.change_resource_record_sets, Route53.get_hosted_zone
_answer_by_moto, _status_by_moto = Route53.change_resource_record_sets, Route53.get_change

PATCHES = (
    (Route53Backend, "change_resource_record_sets", _changed),
    (Route53, "get_hosted_zone", _get_hosted_zone),
    (Route53, "change_resource_record_sets", _change),
    (Route53, "get_change", _get_change),
)
