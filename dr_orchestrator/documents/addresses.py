"""The outputs of a template that are the address of something it makes, as AWS makes that of the thing's own id.

A public name is none: who stands behind it, a zone says; nor is what a function, or whoever signals, answers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dr_orchestrator.documents.cloudformation import mapping

_STACK = "AWS::CloudFormation::Stack"
_REFERENCE = r"\$\{(?P<name>[A-Za-z0-9]+)(?:\.(?P<attribute>[A-Za-z0-9.]+))?\}"
_AWS = r"(?P<domain>\.(?:[a-z0-9-]+\.|\$\{AWS::Region\}\.)*(?:amazonaws\.com(?:\.cn)?|\$\{AWS::URLSuffix\}))?"
_PORT = r"(?::\d+|:\$\{[A-Za-z0-9.]+\})?"
_ADDRESS = re.compile(rf"(?:[a-z][a-z0-9+.:-]*://)?{_REFERENCE}{_AWS}{_PORT}(?:[/?][^@]*)?")
"""An address whose host is one reference, or AWS's domain behind one."""

HOSTS: Mapping[str, tuple[str, ...]] = {
    "AWS::ApiGatewayV2::Api": ("ApiEndpoint",),
    "AWS::AppRunner::Service": ("ServiceUrl",),
    "AWS::AppSync::Api": ("Dns.Http", "Dns.Realtime"),
    "AWS::AppSync::GraphQLApi": ("GraphQLUrl", "GraphQLDns", "RealtimeUrl", "RealtimeDns"),
    "AWS::CloudFront::Distribution": ("DomainName",),
    "AWS::Cognito::UserPool": ("ProviderName", "ProviderURL"),
    "AWS::DocDB::DBCluster": ("Endpoint", "ReadEndpoint"),
    "AWS::EC2::EIP": ("", "PublicIp"),
    "AWS::EC2::Instance": ("PublicDnsName", "PublicIp", "PrivateDnsName", "PrivateIp"),
    "AWS::EC2::NetworkInterface": ("PrimaryPrivateIpAddress",),
    "AWS::ECR::Repository": ("RepositoryUri",),
    "AWS::EKS::Cluster": ("Endpoint",),
    "AWS::ElastiCache::CacheCluster": ("ConfigurationEndpoint.Address", "RedisEndpoint.Address"),
    "AWS::ElastiCache::ReplicationGroup": (
        *("ConfigurationEndPoint.Address", "PrimaryEndPoint.Address", "ReaderEndPoint.Address"),
    ),
    "AWS::ElastiCache::ServerlessCache": ("Endpoint.Address", "ReaderEndpoint.Address"),
    "AWS::ElasticBeanstalk::Environment": ("EndpointURL",),
    "AWS::ElasticLoadBalancing::LoadBalancer": ("DNSName", "CanonicalHostedZoneName"),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": ("DNSName",),
    "AWS::Elasticsearch::Domain": ("DomainEndpoint",),
    "AWS::GlobalAccelerator::Accelerator": ("DnsName", "DualStackDnsName"),
    "AWS::Grafana::Workspace": ("Endpoint",),
    "AWS::Lambda::Url": ("FunctionUrl",),
    "AWS::MemoryDB::Cluster": ("ClusterEndpoint.Address",),
    "AWS::Neptune::DBCluster": ("Endpoint", "ReadEndpoint"),
    "AWS::OpenSearchServerless::Collection": ("CollectionEndpoint", "DashboardEndpoint"),
    "AWS::OpenSearchService::Domain": ("DomainEndpoint",),
    "AWS::RDS::DBCluster": ("Endpoint.Address", "ReadEndpoint.Address"),
    "AWS::RDS::DBInstance": ("Endpoint.Address",),
    "AWS::RDS::DBProxy": ("Endpoint",),
    "AWS::Redshift::Cluster": ("Endpoint.Address",),
    "AWS::S3::Bucket": ("DomainName", "DualStackDomainName", "RegionalDomainName", "WebsiteURL"),
    "AWS::SQS::Queue": ("", "QueueUrl"),
}
"""The attributes that are an address by themselves, by type; Ref is the empty one."""

SHARED = frozenset({"AWS::Cognito::UserPool", "AWS::ECR::Repository", "AWS::SQS::Queue"})
"""The types whose addresses are of AWS's own hosts, which serve all in a region: what lies behind says the path."""

NUMBERS = frozenset(
    {
        *(("AWS::EC2::EIP", each) for each in ("", "PublicIp")),
        *(("AWS::EC2::Instance", each) for each in ("PublicIp", "PrivateIp")),
        ("AWS::EC2::NetworkInterface", "PrimaryPrivateIpAddress"),
    }
)
"""The types and attributes that are an address of IP; every other is a name of the DNS."""

IDS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "AWS::ApiGateway::RestApi": (("", "RestApiId"), ".execute-api."),
    "AWS::ApiGatewayV2::Api": (("", "ApiId"), ".execute-api."),
    "AWS::Serverless::Api": (("",), ".execute-api."),
    "AWS::Serverless::HttpApi": (("",), ".execute-api."),
    "AWS::S3::Bucket": (("",), ".s3"),
}
"""The attributes that are the first label of an address of AWS's, by type, and how that goes on."""


@dataclass(frozen=True)
class Outline:
    """A template, and those of the stacks within that are at hand, by their logical ids."""

    data: Mapping[str, Any]
    within: Mapping[str, Outline] = field(default_factory=dict)

    def part(self, name: str) -> Mapping[str, Any]:
        """A section of it."""
        return mapping(self.data.get(name))


def elsewhere(template: Outline, output: str) -> str:
    """Why an output may be somebody else's address; empty where it is that of something the template makes."""
    return _elsewhere(template, mapping(template.part("Outputs").get(output)).get("Value"))


def ends_at(template: Outline, output: str) -> tuple[str, str]:
    """The type and the attribute that an output is the address of; two empty ones where that cannot be told."""
    found = _ADDRESS.fullmatch(_text(mapping(template.part("Outputs").get(output)).get("Value")))
    resources = template.part("Resources")
    if not found or found["name"] not in resources:
        return "", ""
    name, attribute = found["name"], found["attribute"] or ""
    part, _, inner = attribute.partition(".")
    if name in template.within and part == "Outputs":
        return ends_at(template.within[name], inner)
    return str(mapping(resources[name]).get("Type", "")), attribute


def _elsewhere(template: Outline, value: Any) -> str:
    found = _ADDRESS.fullmatch(_text(value))
    resources = template.part("Resources")
    if not found or found["name"] not in resources:
        return "is not the address of a resource of the template"
    name, attribute, domain = found["name"], found["attribute"] or "", found["domain"] or ""
    resource = mapping(resources[name])
    kind = str(resource.get("Type", ""))
    if attribute.partition(".")[0] in mapping(resource.get("Properties")):
        return f"only gives back what {name} was given"
    if kind == _STACK:
        return _of_stack(template, name, attribute, domain)
    ids, goes_on = IDS.get(kind, ((), ""))
    if (attribute in HOSTS.get(kind, ()) and not domain) or (attribute in ids and domain.startswith(goes_on)):
        return ""
    said = f"{name}.{attribute}" if attribute else name
    return f"is made of {said}, which is no address that AWS makes of {_article(kind)} {kind or 'resource'} alone"


def _of_stack(template: Outline, name: str, attribute: str, domain: str) -> str:
    """The word on an output of a stack within: that of its own template."""
    part, _, output = attribute.partition(".")
    if name not in template.within or part != "Outputs" or domain:
        return f"is of the stack {name} within, whose template is not at hand"
    inner = elsewhere(template.within[name], output)
    return f"is {output} of the stack {name} within, which {inner}" if inner else ""


def _article(kind: str) -> str:
    return "an" if kind[:1] in "AEIO" else "a"


def _text(value: Any) -> str:
    """A value as `Fn::Sub` would have it; empty where it cannot be written so."""
    if isinstance(value, str):
        return value.replace("${", "${!")
    name, given = next(iter(mapping(value).items()), ("", None))
    if name == "Fn::GetAtt" and isinstance(given, list) and all(isinstance(part, str) for part in given):
        given = ".".join(given)
    if isinstance(given, str):
        return given if name == "Fn::Sub" else f"${{{given}}}" if name in ("Ref", "Fn::GetAtt") else ""
    if name == "Fn::Join" and isinstance(given, list) and given[:1] == [""] and isinstance(given[-1], list):
        parts = [_text(part) for part in given[-1]]
        return "".join(parts) if all(parts) else ""
    return ""
