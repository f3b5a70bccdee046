"""Which URLs are AWS's own: those that botocore's own endpoint rules yield for a service, and for what a call names.

The names under AWS's domains are no proof. A bucket, a load balancer, a function's URL, an EC2 machine and a database
have names there too, and what answers is a customer's. So a URL is never judged by how it looks: the region and the
account that it spells are given to the rules of the one service that is asked, and what they yield must be that URL.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import BotoCoreError
from botocore.loaders import Loader
from botocore.regions import EndpointResolver

Named = Mapping[str, str | bool]
_Given = tuple[tuple[str, str | bool], ...]

# As AWS spells its endpoints, and nothing else: no user, no other port, no upper case, no letter beyond ASCII.
_URL = re.compile(
    r"https://(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::443)?(?P<path>(?:/[!-\"$->@-~]*)?)(?P<query>(?:[?#][!-~]*)?)"
)
_VARIANTS = tuple({"UseFIPS": fips, "UseDualStack": dual} for fips in (False, True) for dual in (False, True))
_SETTINGS: tuple[Named, ...] = ({}, {"UseGlobalEndpoint": True}, {"Accelerate": True}, {"ForcePathStyle": True})
_RULES = "endpoint-rule-set-1"
_NO_HOST = ("Key", "Prefix", "CopySource")  # told to the rules, which ask for none of them
_ACCOUNT = re.compile(r"([0-9]{12})\..+")
# PrivateLink's names of an AWS service; those of a customer's own say `vpce-svc-…` where these say the service.
_PRIVATE = re.compile(
    r"(?P<before>(?:[a-z0-9-]+\.)*?)(?P<endpoint>(?P<door>(?:(?:bucket|accesspoint|control)\.)?)"
    r"vpce-[0-9a-f]+-[0-9a-z]+(?:-[a-z]+(?:-[a-z0-9]+)+)?\.(?P<service>[a-z0-9.-]+)\.vpce\.(?P<suffix>[a-z.]+))"
)
_CLUSTERS = "route53-recovery-cluster"
_NO_SERVICE = ("dualstack", "fips", "region")
_S3_DOORS = {"s3": ("bucket.", "accesspoint."), "s3control": ("control.",)}


def is_endpoint(url: str, service: str, prefix: str = "") -> bool:
    """Return whether a client of the service that is given this endpoint talks to AWS itself.

    A bucket's host is none, nor is an endpoint with a path: whoever owns the bucket writes what it answers. `prefix` is
    the service's in botocore's older table of hosts, which clients show as theirs though they call by the rules.
    """
    parts = _URL.fullmatch(url)
    if parts is None or parts["path"] not in ("", "/") or parts["query"]:
        return False
    return _path_after(parts["host"], service, ()) == "" or _in_the_older_table(parts["host"], prefix)


def is_call(url: str, service: str, named: Named) -> bool:
    """Return whether a call that was sent to this URL went to AWS itself.

    `named` is what the call gives to the endpoint rules (`named_by`): the host of a bucket is AWS's own only for a call
    on that bucket.
    """
    parts = _URL.fullmatch(url)
    if parts is None:
        return False
    if service == _CLUSTERS:
        return _is_clusters(parts["host"], parts["path"])
    before = _path_after(parts["host"], service, tuple(sorted(named.items())))
    if before is None:
        return False
    if service == "s3" and "Bucket" not in named:
        return parts["path"] in ("", "/")
    return not before or f"{parts['path']}/".startswith(f"{before}/")


def is_of_a_service(host: str) -> bool:
    """Return whether a host is where AWS's services are called, in any region: nothing of a customer's stands in front.

    It says nothing about who is called there: only that the name is one that nobody was given.
    """
    suffix = next((each for each in _suffixes() if host.endswith(f".{each}")), "")
    labels = host.removesuffix(f".{suffix}").split(".") if suffix else []
    bare = [each.removesuffix("-fips") for each in labels if not (_is_region(each) or each in _NO_SERVICE)]
    return len(bare) == 1 or ".".join(bare) in _prefixes()


def named_by(operation: Any, parameters: Mapping[str, Any]) -> Named:
    """Return what a call gives to the endpoint rules, by botocore's model of the operation: its bucket, its account."""
    every = {each.name: parameters.get(each.member_name) for each in operation.context_parameters}
    every |= {each.name: each.value for each in operation.static_context_parameters}
    return {name: value for name, value in every.items() if isinstance(value, (str, bool)) and name not in _NO_HOST}


def _is_clusters(host: str, path: str) -> bool:
    """Return whether an endpoint is one of a cluster of routing controls: AWS gives each a name of its own in front of
    the service's in that region, which botocore's rules do not know.
    """
    own, _, regional = host.partition(".")
    return bool(own) and _path_after(regional, _CLUSTERS, ()) == "" and f"{path}/".startswith("/v1/")


@functools.lru_cache(maxsize=1024)
def _path_after(host: str, service: str, named: _Given) -> str | None:
    """Return the path that the rules put after a host, mostly empty; None where they never yield the host."""
    rules = _rules(service)
    if rules is None:
        return None
    private = _PRIVATE.fullmatch(host)
    if private and not _is_private_endpoint(private, service):
        return None
    endpoint = {"Endpoint": f"https://{private['endpoint']}"} if private else {}
    for parameters in _asked(rules, host, dict(named), endpoint):
        try:
            parts = _URL.fullmatch(rules.resolve_endpoint(**parameters).url)
        except BotoCoreError:
            continue
        if parts is not None and parts["host"] == host:
            return str(parts["path"])
    return None


def _asked(rules: EndpointProvider, host: str, named: Named, endpoint: Named) -> Iterator[dict[str, str | bool]]:
    """Yield all that a client could be set to, the likeliest first."""
    known = rules.ruleset.parameters
    free = {name: value for name, value in named.items() if name in known and known[name].builtin is None}
    account = _ACCOUNT.fullmatch(host)
    if account and "AccountId" not in free:
        free |= {"AccountId": account[1], "AccountIdEndpointMode": "preferred", "RequiresAccountId": True}
    variants = _VARIANTS[:1] if endpoint else sorted(_VARIANTS, key=lambda each: each["UseFIPS"] != ("fips" in host))
    for region in _regions(host):
        for setting in _SETTINGS:
            if setting.keys() <= known.keys():
                for variant in variants:
                    every = {**variant, **setting, **free, **endpoint, "Region": region}
                    yield {name: value for name, value in every.items() if name in known}


def partition(region: str) -> str:
    """The partition of AWS that a region is of, as ARNs call it; of a region that nobody knows the public one."""
    known = (each for each in _partitions() if re.fullmatch(each["regionRegex"], region, re.ASCII))
    return str(next((each["id"] for each in known), "aws"))


def _is_private_endpoint(private: re.Match[str], service: str) -> bool:
    """Return whether PrivateLink's name is of this service; only S3's names have parts before the endpoint's id."""
    public = f"{private['service']}.{private['suffix']}"
    if service in _S3_DOORS:
        return private["door"] in _S3_DOORS[service] and _path_after(public, "s3", ()) == ""
    return not private["before"] and not private["door"] and _path_after(public, service, ()) == ""


def _in_the_older_table(host: str, prefix: str) -> bool:
    variants = [each.values() for each in _VARIANTS] if prefix else []
    for region in _regions(host):
        for fips, dual in variants:
            try:
                found = _older_table().construct_endpoint(prefix, region, None, dual, fips)
            except BotoCoreError:
                continue
            if found and found["hostname"] == host:
                return True
    return False


def _regions(host: str) -> Iterable[str]:
    """Return the regions that a host spells, those of tomorrow too; a global host spells none, and is a partition's."""
    return [label for label in host.split(".") if _is_region(label)] or _global_regions()


@functools.lru_cache(maxsize=1024)
def _is_region(label: str) -> bool:
    return any(label in each["regions"] or re.fullmatch(each["regionRegex"], label, re.ASCII) for each in _partitions())


@functools.cache
def _global_regions() -> tuple[str, ...]:
    home = [each["outputs"]["implicitGlobalRegion"] for each in _partitions()]
    return (*home, *(name for each in _partitions() for name in each["regions"] if name.endswith("-global")))


# No settings of the machine reach what follows: a rule in ~/.aws/models could call any host AWS's own.


@functools.cache
def _shipped() -> Loader:
    return Loader([Loader.BUILTIN_DATA_PATH], include_default_search_paths=False, include_default_extras=False)


@functools.cache
def _rules(service: str) -> EndpointProvider | None:
    """Return the endpoint rules of one service; None where botocore knows no such service."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", service):
        return None
    try:
        version = _shipped().determine_latest_version(service, _RULES)
        rules = _shipped().load_data(str(Path(service, version, _RULES)))
        return EndpointProvider(rules, _shipped().load_data("partitions"))
    except BotoCoreError:
        return None


@functools.cache
def _older_table() -> EndpointResolver:
    return EndpointResolver(_shipped().load_data("endpoints"))


@functools.cache
def _prefixes() -> frozenset[str]:
    return frozenset(name for each in _tables() for name in each["services"])


@functools.cache
def _suffixes() -> tuple[str, ...]:
    told = [each["outputs"] for each in _partitions()]
    return tuple(dict.fromkeys(each[key] for each in told for key in ("dnsSuffix", "dualStackDnsSuffix")))


def _tables() -> list[dict[str, Any]]:
    return list(_shipped().load_data("endpoints")["partitions"])


def _partitions() -> list[dict[str, Any]]:
    return list(_shipped().load_data("partitions")["partitions"])
