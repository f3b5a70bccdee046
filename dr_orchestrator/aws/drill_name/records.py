"""The name of a run as two weighted records of the drills' zone: the lost side's stand-in, and what comes back."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import takewhile
from typing import Any

from dr_orchestrator.aws import endpoints
from dr_orchestrator.aws.calls.api import Api, NotFound, Refused
from dr_orchestrator.aws.drill_name import servers
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain import planes
from dr_orchestrator.domain.copy import Copy, CopyState, Identity
from dr_orchestrator.domain.cost import Billed
from dr_orchestrator.domain.evidence import Asked
from dr_orchestrator.domain.leading import STAND_IN, ZONE_TAG, Leading, RecordType, Way
from dr_orchestrator.domain.led import Told, Turned
from dr_orchestrator.domain.ports import Part
from dr_orchestrator.domain.preflight import Doubt, PreflightCheck
from dr_orchestrator.domain.resource_type import Quota
from dr_orchestrator.domain.run import CheckResult
from dr_orchestrator.domain.verdict import Outcome
from dr_orchestrator.errors import NotMeasured, NotRecoverable, UnsafeToDelete

_CHANGES = {"route53:ChangeResourceRecordSets": "the drill's name is led there by it"}
"""The calls of a name that a control plane of Route 53 answers, and what for."""

_ALL, _NONE = 100, 0
_EVERYWHERE = "INSYNC"
_LONGEST_LABEL = 63
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
        """Delete the records that say that they are of the run, by their whole content; see them gone. UnsafeToDelete
        tells of those that are somebody else's and stay.
        """
        found = self._toolkit.describe_confirmed(lambda: self._standing() or None)
        if not found:
            return self._toolkit.never_created(copy)
        self._toolkit.proofs.intended(copy)
        own = [each for each in found if _belongs(copy, each)]
        try:
            if own:
                self._change(*(("DELETE", each) for each in own))
        except Refused:
            if self._own_left():  # else an earlier try did it, whose answer was lost
                raise
        if self._toolkit.absence_confirmed(self._own_left):
            raise NotMeasured(f"{self._name} is still to be seen", call="route53:ListResourceRecordSets")
        if strangers := [each for each in found if not _belongs(copy, each)]:
            told = ", ".join(str(each.get("SetIdentifier", "no run's")) for each in strangers)
            raise UnsafeToDelete(f"{self._name} has records of {told}, and not of run {copy.run}")
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

    def _own_left(self) -> list[str]:
        return [str(each["SetIdentifier"]) for each in self._standing() if _belongs(self.copy, each)]

    def _change(self, *changes: tuple[str, Record]) -> str:
        """Make the changes, all or none; the id by which Route 53 tells how far they are."""
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": dict(record)} for action, record in changes]}
        told = self._api.call("ChangeResourceRecordSets", HostedZoneId=self._zone, ChangeBatch=batch)
        return str(told["ChangeInfo"]["Id"])


class DrillName(Records):
    """The name of a run while it is under way; the weights of its two records switch it."""

    needs: Mapping[str, str] = _CHANGES
    """The calls of its way there that a control plane answers, and what for."""

    stands_on: Sequence[Part] = ()

    def __init__(
        self,
        toolkit: Toolkit,
        copy: Copy,
        leading: Leading,
        host: Callable[[Copy], str],
        enabled: Callable[[], str],
        types: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        """`host` tells where the environment answers, once it is there; `enabled` that its region may be used; `types`
        those of CloudFormation that it is made of, by logical id.
        """
        super().__init__(toolkit, copy)
        self._leading, self._host, self._enabled, self._types = leading, host, enabled, types
        self._servers: list[str] = []
        self._asked = ""
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
            PreflightCheck("its name servers", self._look_at_servers),
            PreflightCheck("name of the drill", self._look_at_name),
            PreflightCheck("what else is lost there", self._look_at_planes, must=False),
        )

    def quotas(self) -> Sequence[tuple[str, Quota]]:
        """None: it stands on nothing."""
        return ()

    def planes(self) -> CheckResult:
        """Whether the recovery needs a control plane that is in the lost region: which, and for what."""
        lost = self._leading.lost
        return planes.result(lost, endpoints.partition(lost), planes.needed(self.needs, self._types()))

    def make(self) -> Asked:
        """Make the record of the stand-in, in a zone that says it is for drills, under a name that is nobody's else.

        Made again it is as it was: nothing is lost where an answer was.
        """
        self._look_at_zone()
        self._own()
        self._asked = self._change(("UPSERT", self._record(Way.BACK, _ALL)))
        arn = f"arn:{endpoints.partition(self.copy.region)}:route53:::hostedzone/{self._zone}"
        return Asked(Identity(arn, self.copy.id))

    def lead(self, way: Way, copy: Copy) -> Turned:
        """Give the one side all the weight, and the other none, in one change."""
        self._find_host(copy)
        weights = {each: _ALL if each is way else _NONE for each in Way}
        self._look_at_zone()
        self._own()
        self._asked = self._change(*(("UPSERT", self._record(each, weights[each])) for each in Way))
        return Turned(self._targets[way])

    def told(self, way: Way) -> Told:
        """Ask each name server that Route 53 names for the zone; once all lead there, ask Route 53 itself, too: what
        is reached under one address are many servers, and one of them answered.
        """
        told = self._seen(self._targets[way])
        return self._with_route_53(told) if told.led == told.asked else told

    def _seen(self, to: str) -> Told:
        """The answers of each name server that Route 53 names for the zone, now."""
        if not self._servers:
            self._servers = self._look_up()
        seen = servers.leads(self._servers, self._name, self._leading.record, to)
        return Told(len(self._servers), seen.led, seen.others or f"all lead to {to}", seen.silent)

    def _with_route_53(self, told: Told) -> Told:
        """The same, with how far Route 53 says that the last change has come."""
        status = str(self._api.call("GetChange", Id=self._asked)["ChangeInfo"]["Status"])
        return replace(told, everywhere=status == _EVERYWHERE, words=f"{told.words}; Route 53 says {status}")

    def _find_host(self, copy: Copy) -> None:
        """Learn where the environment answers: once, for it stays there."""
        if Way.THERE not in self._targets:
            self._targets[Way.THERE] = self._fitting(self._host(copy))

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
        labels = host.rstrip(".").split(".")
        if not all(0 < len(each) <= _LONGEST_LABEL for each in labels) or kind is not self._leading.record:
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
        return f"{name}, {self._zone}"

    def _look_at_servers(self) -> str:
        """That each name server answers here: what nobody answers, no drill can see."""
        asked = self._look_up()
        if silent := servers.silent(asked, self._leading.domain):
            told = f"{len(silent)} of {len(asked)} name servers of {self._leading.domain} do not answer here"
            hint = "let UDP to port 53 of the zone's name servers out: no resolver is asked instead"
            raise NotMeasured(f"{told}: {'; '.join(silent)}", hint)
        return f"{', '.join(asked)} answer"

    def _look_at_planes(self) -> str:
        """That the drill changes records by what does not lie in the lost region: where it does, that is told."""
        found = self.planes()
        if found.outcome is not Outcome.PASSED:
            raise Doubt(f"{found.observed}: the drill does not show that any of it goes on, and has that finding")
        return found.observed

    def _look_at_name(self) -> str:
        return f"{self._name} is this run's already" if self._own() else f"{self._name} is free"
