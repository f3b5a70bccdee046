"""The networks that a replica is put into by its owner's word: what it would change of them is a word of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dr_orchestrator.aws.template.reading.parts import kind_of
from dr_orchestrator.aws.template.reading.values import Path, Scope
from dr_orchestrator.documents.cloudformation import mapping

_NAMES = "names are looked up otherwise by all that is in it"
_ROUTES = "what is sent in it takes another way, or is kept from its way"
_READ = "what is sent in it is written down"
_JOINED = "it is joined with what the stack makes"

CHANGED: Mapping[str, tuple[str, str]] = {
    "AWS::EC2::FlowLog": ("ResourceId", _READ),
    "AWS::EC2::RouteServerAssociation": ("VpcId", _ROUTES),
    "AWS::EC2::RouteServerEndpoint": ("SubnetId", _ROUTES),
    "AWS::EC2::SubnetCidrBlock": ("SubnetId", _ROUTES),
    "AWS::EC2::TransitGatewayAttachment": ("VpcId SubnetIds", _JOINED),
    "AWS::EC2::TransitGatewayVpcAttachment": ("VpcId SubnetIds", _JOINED),
    "AWS::EC2::VPCEncryptionControl": ("VpcId", _ROUTES),
    "AWS::NetworkFirewall::Firewall": ("VpcId SubnetMappings", _ROUTES),
    "AWS::NetworkManager::VpcAttachment": ("VpcArn SubnetArns", _JOINED),
    "AWS::Route53::HostedZone": ("VPCs", _NAMES),
    "AWS::Route53Profiles::ProfileAssociation": ("ResourceId", _NAMES),
    "AWS::Route53Resolver::FirewallRuleGroupAssociation": ("VpcId", _NAMES),
    "AWS::Route53Resolver::ResolverConfig": ("ResourceId", _NAMES),
    "AWS::Route53Resolver::ResolverDNSSECConfig": ("ResourceId", _NAMES),
    "AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation": ("ResourceId", _READ),
    "AWS::Route53Resolver::ResolverRuleAssociation": ("VPCId", _NAMES),
    "AWS::VpcLattice::ServiceNetworkVpcAssociation": ("VpcIdentifier", _JOINED),
}
"""The properties, by type, that change the network which they name, and how."""

_ENDPOINT = "AWS::EC2::VPCEndpoint"


def changed(scope: Scope, resource: Mapping[str, Any], path: Path) -> str:
    """How a resource changes the network that a part of it names; empty where it is only put into it."""
    kind, properties = kind_of(resource), mapping(resource.get("Properties"))
    first = str(path[0]) if path else ""
    if kind == _ENDPOINT and first == "VpcId":
        private = [scope.partly(each) for each in scope.variants(properties.get("PrivateDnsEnabled"))]
        return _NAMES if any(each.lower() not in ("", "false") for each in private) else ""
    keys, why = CHANGED.get(kind, ("", ""))
    return why if first in keys.split() else ""
