"""Empties zones of the DNS: a zone of the copy's own is deleted only once it has no record but those it came with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dr_orchestrator.aws.calls.api import Api, NotFound
from dr_orchestrator.aws.copies import Live
from dr_orchestrator.domain.counted import counted
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.cloudformation_stack.teardown.parts import Part
from dr_orchestrator.resources.cloudformation_stack.teardown.proving import Proving

RECORDS = 100
"""How many sets of records go in one call: Route 53 takes 1,000 records in one, of which a set may have several."""

PASSES = 3
"""How often a zone is read through at most: what stands in it may be writing records still."""

_OF_ZONE = ("NS", "SOA")
"""The records that a zone has for as long as it is there, under its own name."""


class Zones:
    """Empties hosted zones of all records that somebody put there."""

    def __init__(self, api: Api, proving: Proving) -> None:
        self._api, self._proving = api, proving

    def prove(self, part: Part) -> bool:
        """By its tags: a zone has no region and no owner in its name, so nothing else proves it."""
        self._proving.raise_unless_made(part)
        try:
            self._zone(part)
        except NotFound:
            return False
        told = self._api.call("ListTagsForResource", ResourceType="hostedzone", ResourceId=part.name)
        tags = {each["Key"]: each["Value"] for each in told["ResourceTagSet"].get("Tags", ())}
        self._proving.vouch(part, Live(part.name, part.name, tags), named=False)
        return True

    def empty(self, part: Part, tell: Callable[[str], None]) -> str:
        """Delete the records, until a listing shows none but the zone's own."""
        own, deleted = str(self._zone(part)["Name"]), 0
        for _ in range(PASSES):
            listed = self._api.pages("ListResourceRecordSets", "ResourceRecordSets", HostedZoneId=part.name)
            found = [each for each in listed if not _is_of_zone(each, own)]
            if not found:
                return counted(deleted, "record") if deleted else ""
            if not deleted:
                tell(f"empties {part.name} ({own})")
            for start in range(0, len(found), RECORDS):
                some = found[start : start + RECORDS]
                changes = [{"Action": "DELETE", "ResourceRecordSet": dict(each)} for each in some]
                self._api.call("ChangeResourceRecordSets", HostedZoneId=part.name, ChangeBatch={"Changes": changes})
                deleted += len(some)
        told = f"{part.name} gets new records while it is being emptied"
        raise NotMeasured(told, call="route53:ChangeResourceRecordSets")

    def _zone(self, part: Part) -> Mapping[str, Any]:
        zone: Mapping[str, Any] = self._api.call("GetHostedZone", Id=part.name)["HostedZone"]
        return zone


def _is_of_zone(record: Mapping[str, Any], zone: str) -> bool:
    return record["Type"] in _OF_ZONE and str(record["Name"]).rstrip(".") == zone.rstrip(".")
