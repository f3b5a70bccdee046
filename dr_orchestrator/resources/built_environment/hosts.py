"""The names of the DNS that AWS gave to what a program made, as AWS itself tells them of it, and of nothing else."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import NotFound

_SUFFIX = r"\.(?:amazonaws\.com(?:\.cn)?|on\.aws|api\.aws)"
TOLD = re.compile(
    rf"\.(?:execute-api|lambda-url)\.[^.]+{_SUFFIX}$|\.elb(?:\.[^.]+)?{_SUFFIX}$|\.cloudfront\.(?:net|cn)$"
)
"""The names of what AWS can be asked for: APIs, functions, balancers, distributions."""

_API = re.compile(r"arn:(?P<partition>[^:]+):apigateway:(?P<region>[^:]+)::/(?:restapis|apis)/(?P<id>[^/]+)$")
_FUNCTION = re.compile(r"arn:[^:]+:lambda:[^:]+:\d+:function:(?P<name>[^:]+)$")
_DISTRIBUTION = re.compile(r"arn:[^:]+:cloudfront::\d+:distribution/(?P<id>[^/]+)$")


def of(account: Account, own: Collection[str]) -> frozenset[str]:
    """The names of the objects of those ARNs, of those that are in the account's region or in none."""
    own = [each for each in own if each.startswith("arn:") and each.split(":")[3] in ("", account.region)]
    asked = (_apis(own), _functions(account, own), _balancers(account, own), _distributions(account, own))
    return frozenset(host.casefold() for told in asked for host in told)


def _apis(own: Collection[str]) -> Iterator[str]:
    """An API's id is in its ARN and in its name."""
    for found in filter(None, map(_API.match, own)):
        for suffix in ("amazonaws.com.cn",) if found["partition"] == "aws-cn" else ("amazonaws.com", "api.aws"):
            yield f"{found['id']}.execute-api.{found['region']}.{suffix}"


def _functions(account: Account, own: Collection[str]) -> Iterator[str]:
    for found in filter(None, map(_FUNCTION.match, own)):
        try:
            told = account.api("lambda").call("GetFunctionUrlConfig", FunctionName=found["name"])
        except NotFound:
            continue
        yield str(told["FunctionUrl"]).partition("://")[2].strip("/")


def _balancers(account: Account, own: Collection[str]) -> Iterator[str]:
    if any(":loadbalancer/" in each for each in own):
        for each in account.api("elbv2").pages("DescribeLoadBalancers", "LoadBalancers"):
            if each["LoadBalancerArn"] in own:
                yield from (str(each["DNSName"]), f"dualstack.{each['DNSName']}")


def _distributions(account: Account, own: Collection[str]) -> Iterator[str]:
    for found in filter(None, map(_DISTRIBUTION.match, own)):
        try:
            yield str(account.api("cloudfront").call("GetDistribution", Id=found["id"])["Distribution"]["DomainName"])
        except NotFound:
            continue
