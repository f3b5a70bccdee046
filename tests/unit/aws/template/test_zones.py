"""The public names of the DNS: a zone of production's name is asked of its owner, and goes with its records."""

from __future__ import annotations

import pytest

from dr_orchestrator.domain.replica import Place
from tests.support.derived import COPY, changes, derived

PUBLIC = [
    "{Type: AWS::Route53::HostedZone, Properties: {Name: shop.example.com}}",
    "{Type: AWS::Route53::HostedZone, Properties: {Name: shop.example.com, VPCs: !Ref AWS::NoValue}}",
    "{Type: AWS::ServiceDiscovery::PublicDnsNamespace, Properties: {Name: !Ref Domain}}",
]
OWN = [
    "{Type: AWS::Route53::HostedZone, Properties: {Name: !Sub '${Env}.example.com'}}",
    "{Type: AWS::Route53::HostedZone, Properties: {Name: shop.internal, VPCs: [{VPCId: !Ref V, VPCRegion: x}]}}",
]


def template(zone: str, more: str = "") -> str:
    declared = "Parameters: {Env: {Type: String}, Domain: {Type: String, Default: shop.example.com}}"
    return f"{declared}\nResources:\n  It: {zone}\n  V: {{Type: AWS::EC2::VPC}}\n{more}"


@pytest.mark.parametrize("place", Place)
@pytest.mark.parametrize("zone", PUBLIC)
def test_a_public_zone_of_productions_name_is_asked(zone: str, place: Place) -> None:
    """In whichever account: name servers answer for the name, and one delegation sends production's users there."""
    found = derived(template(zone), place, parameters={"Env": COPY})
    (ask,) = found.asks
    assert (ask.resource, ask.what) == ("It", "makes a public zone of 'shop.example.com'")
    assert ask.answer == 'leave_out: [It], or allow: {It: "leave a reason"}'
    assert derived(template(zone), place, allow={"It": "nobody delegates to it"}, parameters={"Env": COPY}).accepted


@pytest.mark.parametrize("zone", OWN)
def test_a_zone_of_the_copys_own_name_or_network_is_not(zone: str) -> None:
    """Nobody asks for the copy's name, and a private zone answers in the replica's network alone."""
    assert derived(template(zone), parameters={"Env": COPY}).accepted


def test_records_go_with_their_zone() -> None:
    """By its id and by its name: AWS makes no record without a zone, and production's is not put in its place."""
    records = """
  ById: {Type: AWS::Route53::RecordSet, Properties: {HostedZoneId: !Ref It, Name: a.shop.example.com, Type: A}}
  ByName: {Type: AWS::Route53::RecordSetGroup, Properties: {HostedZoneName: shop.example.com., RecordSets: []}}
"""
    found = derived(template(PUBLIC[0], records), leave_out=["It"])
    assert found.accepted
    assert {each for each, (_, becomes) in changes(found).items() if becomes is None} == {"It", "ById", "ByName"}
