"""The name of a run as two weighted records of the drills' zone: the lost side's stand-in, and what comes back."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from itertools import takewhile
from typing import Any

from dr_orchestrator.aws.calls.api import Api, NotFound
from dr_orchestrator.aws.drill_name import servers
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy, CopyState, Identity
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.evidence import Asked
from dr_orchestrator.domain.leading import STAND_IN, ZONE_TAG, Leading, RecordType, Way
from dr_orchestrator.domain.led import Told
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.errors import NotMeasured, NotRecoverable, UnsafeToDelete

_ON = ("opt-in-not-required", "opted-in")
_ALL, _NONE = 100, 0
Record = Mapping[str, Any]


def parts(copy: Copy) -> tuple[str, str]:
    """The zone and the name of a copy: its id is made of both."""
    zone, _, name = copy.id.partition("/")
    return zone, name


def _belongs(copy: Copy, record: Record) -> bool:
    return str(record.get("SetIdentifier", "")).startswith(f"{copy.run} ")


class Records:
    """Looks at the records of a run's name, and takes them down; it needs nothing of the drill."""

    def __init__(self, toolkit: Toolkit, copy: Copy) -> None:
        self._toolkit, self.copy = toolkit, copy
        self._zone, self._name = parts(copy)

    @property
    def _api(self) -> Api:
        return self._toolkit.account.api("route53")

    def billed(self, name: str = "") -> Billed:  # noqa: ARG002
        """Queries of a zone that is there already."""
        return Billed()

    def destroy(self, copy: Copy) -> CopyState:
        """Delete the records by their whole content, once each says that it is of the run; see them gone."""
        found = self._toolkit.describe_confirmed(lambda: self._standing() or None)
        if not found:
            return self._toolkit.never_created(copy)
        self._toolkit.proofs.intended(copy)
        if strangers := [each for each in found if not _belongs(copy, each)]:
            told = ", ".join(str(each.get("SetIdentifier", "no run's")) for each in strangers)
            raise UnsafeToDelete(f"{self._name} has records of {told}, and not of run {copy.run}")
        self._change(*(("DELETE", each) for each in found))
        if self._toolkit.absence_confirmed(lambda: [str(each["SetIdentifier"]) for each in self._standing()]):
            raise NotMeasured(f"{self._name} is still to be seen", call="route53:ListResourceRecordSets")
        return CopyState.DELETED

    def _standing(self) -> list[Record]:
        """The records of the name, whosoever they are; none where the zone is gone."""
        try:
            listed = self._api.pages(
                "ListResourceRecordSets", "ResourceRecordSets", HostedZoneId=self._zone, StartRecordName=self._name
            )
            return list(takewhile(lambda each: str(each["Name"]).rstrip(".").lower() == self._name, listed))
        except NotFound:
            return []

    def _change(self, *changes: tuple[str, Record]) -> None:
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": dict(record)} for action, record in changes]}
        self._api.call("ChangeResourceRecordSets", HostedZoneId=self._zone, ChangeBatch=batch)


class DrillName(Records):
    """The name of a run while it is under way."""

    def __init__(
        self, toolkit: Toolkit, copy: Copy, leading: Leading, host: Callable[[Copy], str], enabled: Callable[[], str]
    ) -> None:
        """`host` tells where the environment answers, once it is there; `enabled` that its region may be used."""
        super().__init__(toolkit, copy)
        self._leading, self._host, self._enabled = leading, host, enabled
        self._servers: list[str] = []
        self._targets: dict[Way, str] = {Way.BACK: STAND_IN[leading.record]}

    @property
    def ttl(self) -> timedelta:
        """How long whoever asked keeps the answer."""
        return self._leading.ttl

    def preflight_checks(self) -> Sequence[PreflightCheck]:
        """The region, the zone, and that nobody else has the name."""
        return (
            PreflightCheck("region", self._enabled),
            PreflightCheck("zone of the drills", self._look_at_zone),
            PreflightCheck("name of the drill", self._look_at_name),
        )

    def make(self) -> Asked:
        """Make the record of the stand-in; one that this run made is there already."""
        if not self._own():
            self._change(("CREATE", self._record(Way.BACK, _ALL)))
        return Asked(Identity(f"arn:aws:route53:::hostedzone/{self._zone}", self.copy.id))

    def lead(self, way: Way, copy: Copy) -> str:
        """Give the one side all the weight, and the other none, in one change."""
        if Way.THERE not in self._targets:
            self._targets[Way.THERE] = self._fitting(self._host(copy))
        weights = {each: _ALL if each is way else _NONE for each in Way}
        self._own()
        self._change(*(("UPSERT", self._record(each, weights[each])) for each in Way))
        return self._targets[way]

    def told(self, way: Way) -> Told:
        """Ask each name server that Route 53 names for the zone."""
        if not self._servers:
            self._servers = self._look_up()
        to = self._targets.get(way) or self._there()
        led, others = servers.leads(self._servers, self._name, self._leading.record, to)
        return Told(len(self._servers), led, others or f"all lead to {to}")

    def _there(self) -> str:
        """Where an earlier process of the run had the name lead."""
        found = [each for each in self._own() if each["SetIdentifier"] == self._called(Way.THERE)]
        if not found:
            raise NotMeasured(f"{self._name} has no record of what comes back", call="route53:ListResourceRecordSets")
        self._targets[Way.THERE] = str(found[0]["ResourceRecords"][0]["Value"]).rstrip(".").lower()
        return self._targets[Way.THERE]

    def _own(self) -> list[Record]:
        """The run's own records; NotRecoverable where somebody else has the name."""
        found = self._standing()
        if [each for each in found if not _belongs(self.copy, each)]:
            raise NotRecoverable(f"a record {self._name} exists already and is not of this run")
        return found

    def _called(self, way: Way) -> str:
        side = "comes back" if way is Way.THERE else "stand-in"
        return f"{self.copy.run} {side}"

    def _record(self, way: Way, weight: int) -> Record:
        return {
            "Name": self._name,
            "Type": self._leading.record.value,
            "SetIdentifier": self._called(way),
            "Weight": weight,
            "TTL": int(self._leading.ttl.total_seconds()),
            "ResourceRecords": [{"Value": self._targets[way]}],
        }

    def _fitting(self, host: str) -> str:
        """A host as the record takes it; NotMeasured where that is an address and the record a name, or the reverse."""
        try:
            kind = RecordType.A if ipaddress.ip_address(host).version == 4 else None
        except ValueError:
            kind = RecordType.CNAME
        if not host or kind is not self._leading.record:
            told = f"the output {self._leading.output} is at '{host}', and no {self._leading.record} record leads there"
            raise NotMeasured(told, "name an output that has a host, and `record: A` where that is an address")
        return host.rstrip(".").lower()

    def _look_up(self) -> list[str]:
        zone = self._api.call("GetHostedZone", Id=self._zone)
        found = [str(each) for each in (zone.get("DelegationSet") or {}).get("NameServers", ())]
        if not found:
            raise NotMeasured(f"Route 53 names no name server of {self._zone}", call="route53:GetHostedZone")
        return found

    def _look_at_zone(self) -> str:
        """That the zone is public, has the name that is declared, and says itself that it is the drills'."""
        zone = self._api.call("GetHostedZone", Id=self._zone)["HostedZone"]
        name, domain = str(zone["Name"]).rstrip(".").lower(), self._leading.domain
        if name != domain:
            raise NotRecoverable(f"hosted zone {self._zone} is {name}, and tiers.yaml says {domain}")
        if (zone.get("Config") or {}).get("PrivateZone"):
            raise NotRecoverable(f"hosted zone {self._zone} is private: nobody outside could see its names")
        told = self._api.call("ListTagsForResource", ResourceType="hostedzone", ResourceId=self._zone)
        if ZONE_TAG not in {each["Key"] for each in told["ResourceTagSet"].get("Tags", ())}:
            message = (
                f"hosted zone {self._zone} ({name}) does not wear the tag {ZONE_TAG}: nothing says it is for drills"
            )
            raise NotRecoverable(message, "tag it, if it is; never one that production has a name in")
        return f"{name}, {self._zone}, asked at {', '.join(self._look_up())}"

    def _look_at_name(self) -> str:
        return f"{self._name} is this run's already" if self._own() else f"{self._name} is free"
