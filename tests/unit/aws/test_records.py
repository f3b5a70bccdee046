"""The records of a drill's name: zone and name are looked at before each change, and two say where it leads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dr_orchestrator.aws.calls.api import Refused
from dr_orchestrator.aws.drill_name import servers
from dr_orchestrator.aws.drill_name.records import DrillName
from dr_orchestrator.domain.copy import Copy, CopyState
from dr_orchestrator.domain.leading import ZONE_TAG, Leading, Way
from dr_orchestrator.domain.preflight import Doubt
from dr_orchestrator.errors import DrillFault, NotMeasured, NotRecoverable, UnsafeToDelete

RUN, ZONE, DOMAIN = "20261120-abc123", "Z0123456789ABCDEF", "drills.example.com"
NAME = f"dro-{RUN}-shop.{DOMAIN}"
COPY = Copy("drill-name", f"{ZONE}/{NAME}", "eu-central-1", RUN, "a-drill", "a-service")


class Zone:
    """Route 53, as far as a name needs it; `lost` changes are done, and refused when they are tried again."""

    def __init__(self) -> None:
        self.tags, self.records, self.status, self.made = {ZONE_TAG}, {}, "PENDING", 0  # type: ignore[var-annotated]
        self.lost = False

    def call(self, operation: str, **given: Any) -> dict[str, Any]:
        match operation:
            case "GetHostedZone":
                return {"HostedZone": {"Name": f"{DOMAIN}."}, "DelegationSet": {"NameServers": ["ns-1", "ns-2"]}}
            case "ListTagsForResource":
                return {"ResourceTagSet": {"Tags": [{"Key": each, "Value": ""} for each in self.tags]}}
            case "GetChange":
                assert given["Id"] == f"/change/{self.made}"
                return {"ChangeInfo": {"Status": self.status}}
        for each in given["ChangeBatch"]["Changes"]:
            record = each["ResourceRecordSet"]
            if each["Action"] == "DELETE":
                del self.records[record["SetIdentifier"]]
            else:
                self.records[record["SetIdentifier"]] = record
        self.made += 1
        if self.lost:
            raise Refused("InvalidChangeBatch: it was not found")
        return {"ChangeInfo": {"Id": f"/change/{self.made}", "Status": "PENDING"}}

    def pages(self, *_: str, **__: Any) -> Iterator[dict[str, Any]]:
        yield from self.records.values()


@pytest.fixture
def zone() -> Zone:
    return Zone()


@pytest.fixture
def name(zone: Zone) -> DrillName:
    return named(zone, "env.eu-central-1.example.com")


def named(zone: Zone, host: str) -> DrillName:
    toolkit = SimpleNamespace(
        account=SimpleNamespace(api=lambda _: zone),
        describe_confirmed=lambda look: look(),
        absence_confirmed=lambda look: look(),
        proofs=SimpleNamespace(intended=lambda _: None),
        never_created=lambda _: CopyState.NEVER_CREATED,
    )
    leading = Leading("us-east-1", ZONE, DOMAIN, "Url")
    return DrillName(cast("Any", toolkit), COPY, leading, lambda _: host, lambda: "")


def say(monkeypatch: pytest.MonkeyPatch, led: int, silent: int = 0) -> None:
    monkeypatch.setattr(servers, "leads", lambda *_: servers.Leads(led, "", silent))


def test_a_name_leads_there_when_servers_and_route_53_say_so(
    name: DrillName, zone: Zone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under one address many servers answer: those that were asked are not all, until the change is INSYNC."""
    name.lead(Way.THERE, COPY)
    say(monkeypatch, 2)
    assert not name.told(Way.THERE).all
    zone.status = "INSYNC"
    assert name.told(Way.THERE).all
    say(monkeypatch, 1)
    assert not name.told(Way.THERE).all


def test_what_nobody_answers_was_not_seen_elsewhere(name: DrillName, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a server that leads elsewhere tells that the name does."""
    name.lead(Way.THERE, COPY)
    say(monkeypatch, 1, silent=1)
    assert not name.told(Way.THERE).elsewhere
    say(monkeypatch, 0, silent=1)
    assert name.told(Way.THERE).elsewhere


@pytest.mark.parametrize("change", [lambda name: name.make(), lambda name: name.lead(Way.THERE, COPY)])
def test_a_zone_without_its_tag_is_changed_by_nobody(
    name: DrillName, zone: Zone, change: Callable[[DrillName], object]
) -> None:
    """Whatever was seen before the run: the fence is looked at with each change."""
    zone.tags = set()
    with pytest.raises(NotRecoverable, match="does not wear the tag"):
        change(name)
    assert zone.records == {}


def test_a_name_that_is_made_again_is_as_it_was(name: DrillName, zone: Zone) -> None:
    """An answer may be lost: the same change is no mistake the second time."""
    name.make()
    before = dict(zone.records)
    name.make()
    assert zone.records == before


def test_a_deletion_whose_answer_was_lost_is_one(name: DrillName, zone: Zone) -> None:
    """Where nothing stands any more the refusal of its repetition says nothing."""
    name.make()
    zone.lost = True
    assert name.destroy(COPY) is CopyState.DELETED


def test_what_is_the_runs_goes_and_a_stranger_is_told(name: DrillName, zone: Zone) -> None:
    """A record of somebody else's stays, and keeps none of the run's own."""
    name.make()
    zone.records["somebody's"] = {"Name": NAME, "SetIdentifier": "somebody's"}
    with pytest.raises(UnsafeToDelete, match="somebody's"):
        name.destroy(COPY)
    assert list(zone.records) == ["somebody's"]


@pytest.mark.parametrize("host", ["", "a..b", f"{'a' * 70}.example.com", "192.0.2.7", "2001:db8::1"])
def test_what_is_no_host_for_the_record_is_told_with_its_output(zone: Zone, host: str) -> None:
    """Nothing is changed, and the output is named."""
    with pytest.raises(NotMeasured, match="the output Url"):
        named(zone, host).lead(Way.THERE, COPY)
    assert zone.records == {}


def test_what_is_lost_with_a_region_is_told(name: DrillName) -> None:
    """Route 53 and IAM are changed by way of us-east-1: a drill of its loss needs them, and says for what."""
    look = next(each for each in name.preflight_checks() if each.name == "what else is lost there")
    assert not look.must
    with pytest.raises(
        Doubt,
        match=r"us-east-1 has the control planes of Route 53.*, and the recovery needs them: route53:Change",
    ):
        look.perform()


def test_the_looks_tell_which_servers_are_silent(name: DrillName, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is made: a name whose servers nobody reaches could never be seen to lead anywhere."""
    look = next(each for each in name.preflight_checks() if each.name == "its name servers")
    monkeypatch.setattr(servers, "silent", lambda asked, _zone: [f"{asked[1]} does not answer: timed out"])
    with pytest.raises(DrillFault, match=r"1 of 2 name servers of drills\.example\.com do not answer here: ns-2"):
        look.perform()
    monkeypatch.setattr(servers, "silent", lambda *_: [])
    assert look.perform() == "ns-1, ns-2 answer"
