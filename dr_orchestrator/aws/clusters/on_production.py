"""Production's own cluster, failed over to one of its readers: by AWS's choice, or the drill's."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from dr_orchestrator.aws.clusters import production
from dr_orchestrator.aws.rds.objects import CLUSTERS
from dr_orchestrator.aws.rds.on_production import OwnStandby
from dr_orchestrator.domain.failover import Zones

_HELD = "Instances"
"""The key under which its instances, as AWS describes them, stand beside what AWS tells of the cluster itself."""

_LAST_TIER = 15


@dataclass(frozen=True)
class Standing:
    """An instance of a cluster: where it stands, and its promotion tier: AWS has a reader of the lowest take over."""

    name: str
    zone: str
    tier: int


class OwnCluster(OwnStandby):
    """A cluster of production whose readers stand in other zones than its writer."""

    shape, kind, busy = CLUSTERS, "db-cluster", production.BUSY
    fewest: ClassVar[int] = 2
    """So many instances it has at least, each in a zone of its own: a writer, and who takes its place."""

    @abstractmethod
    def _of_another_kind(self, live: Mapping[str, Any]) -> Iterable[str]:
        """Why it is none that drills of its type fail over."""

    def _unfit(self, live: Mapping[str, Any]) -> Iterator[str]:
        stand, zones = self._stand(live), self._zones(live)
        yield from self._of_another_kind(live)
        if source := live.get("ReplicationSourceIdentifier"):
            yield f"only follows {source}"
        if not self._serves(live):
            yield "has no writer that AWS tells of"
        elif len(stand) < 2:
            yield "has no reader that could take over"
        elif len({each.zone for each in stand.values()} - {""}) < self.fewest:
            yield f"does not stand in {self.fewest} zones: {zones}"

    def _misled(self, live: Mapping[str, Any], *ways: str) -> Iterator[str]:
        stand = self._stand(live)
        writers = [stand[name] for name in (self._serves(live),) if name in stand]
        for way in ways:
            target, led = self._writers.get(way, ""), dict[str, Standing]()
            if target and target not in stand:
                yield f"has no instance {target}, which is to write after the {way}"
            for writer in writers:
                chosen = _next_writers([each for each in stand.values() if each != writer], target)
                if target == writer.name:
                    yield f"would have {target} write before the {way} already, which is to write after it"
                yield from (_stays(each, way, target) for each in chosen if each.zone == writer.zone)
                led |= {each.name: each for each in chosen}
            writers = list(led.values())

    def _pieces(self, live: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        yield "", live
        yield from ((f"holds {each['DBInstanceIdentifier']}, which", each) for each in live.get(_HELD) or ())

    def _groups(self, live: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for each in live.get("DBClusterMembers") or ():
            name = f"the parameter group of the cluster at {each['DBInstanceIdentifier']}"
            yield name, each.get("DBClusterParameterGroupStatus")
        for each in live.get("DBClusterOptionGroupMemberships") or ():
            yield f"the option group {each.get('DBClusterOptionGroupName')}", each.get("Status")
        for one in live.get(_HELD) or ():
            for each in one.get("DBParameterGroups") or ():
                name = f"the parameter group {each.get('DBParameterGroupName')} of {one['DBInstanceIdentifier']}"
                yield name, each.get("ParameterApplyStatus")

    def _serves(self, live: Mapping[str, Any]) -> str:
        return production.writer_of(live)

    def _zones(self, live: Mapping[str, Any]) -> Zones:
        return production.zones_of(live, {name: each.zone for name, each in self._stand(live).items()})

    def _under_way(self, live: Mapping[str, Any]) -> bool:
        return bool(live.get("Status") == "failing-over")

    def _live(self) -> Mapping[str, Any]:
        live = super()._live()
        return {**live, _HELD: list(production.instances_of(self._api, str(live["DBClusterIdentifier"])))}

    def _stand(self, live: Mapping[str, Any]) -> dict[str, Standing]:
        """Its members, by name, as AWS tells where their instances stand."""
        held = {each["DBInstanceIdentifier"]: str(each.get("AvailabilityZone") or "") for each in live.get(_HELD) or ()}
        members = {str(each["DBInstanceIdentifier"]): each for each in live.get("DBClusterMembers") or ()}
        return {
            name: Standing(name, held.get(name, ""), int(each.get("PromotionTier", _LAST_TIER)))
            for name, each in members.items()
        }


def _next_writers(readers: Sequence[Standing], target: str) -> list[Standing]:
    """Those of which one writes next: whom the call names, else whom AWS may choose, by their promotion tiers."""
    if target:
        return [each for each in readers if each.name == target]
    lowest = min((each.tier for each in readers), default=_LAST_TIER)
    return [each for each in readers if each.tier == lowest]


def _stays(reader: Standing, way: str, target: str) -> str:
    """The words on a reader that would leave the zone as it is."""
    zone = reader.zone or "its zone"
    if target:
        return f"would stay in {zone}, for {target} is to write after the {way}"
    told = f"may stay in {zone}, for by its promotion tier {reader.name} may write after the {way}"
    return f"{told}: say who is to, `writer: {{{way}: ...}}`"
