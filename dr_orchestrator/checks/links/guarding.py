"""Which addresses may be asked: public ones, and hosts that a review allows by name; each is looked up once."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass

import httpx

PORTS = {"https": 443, "http": 80}
_UNICAST = ipaddress.IPv6Network("2000::/3")
_NOT_ITS_OWN = [ipaddress.IPv6Network(each) for each in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]
"""Within it: what leads through a tunnel, holds an address of IPv4, or stands in documents alone."""

_OWN_OF_CLOUDS = [ipaddress.IPv4Network(each) for each in ("168.63.129.16/32", "192.88.99.0/24")]
"""Addresses that look public, and are answered by the machine's own cloud, or by a tunnel."""

Lookup = Callable[[str, int], list[str]]


class Unaskable(Exception):
    """An address is not asked, or could not be: nothing is known of it."""


class Dead(Exception):
    """An address is one that nobody can follow."""


@dataclass(frozen=True)
class Target:
    """A host as it is asked: by the IP address that was looked up, so that no second look-up leads elsewhere."""

    url: httpx.URL
    ip: str

    @property
    def at_ip(self) -> httpx.URL:
        """The URL by its IP address, without a login."""
        return self.url.copy_with(host=self.ip, userinfo=b"", fragment=None)

    @property
    def host(self) -> str:
        """The host as the header names it."""
        return self.url.netloc.decode("ascii").rpartition("@")[2]


def look_up(host: str, port: int) -> list[str]:
    """The IP addresses of a host, as this machine knows them."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as wrong:
        raise Unaskable(f"the name {host} is not known here") from wrong
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def read(address: str, beside: httpx.URL | None = None) -> httpx.URL:
    """An address, as it stands or as it is meant beside another; Dead where it is none."""
    try:
        found = httpx.URL(address) if beside is None else beside.join(address)
        _ = found.host, found.port, found.netloc  # each of which refuses what it cannot read
    except (httpx.InvalidURL, ValueError) as wrong:
        raise Dead("it is no address") from wrong
    return found


def target(address: str, allowed: Collection[str], lookup: Lookup = look_up) -> Target:
    """The host behind an address; Unaskable where it may not be asked, Dead where it is none."""
    url = read(address)
    if url.scheme not in PORTS or not url.host:
        raise Dead("it is no address of https or http")
    if url.userinfo:
        raise Unaskable("it holds a login, which is sent nowhere")
    try:
        ips = lookup(url.host, url.port or PORTS[url.scheme])
    except UnicodeError as wrong:
        raise Dead("it is no address") from wrong
    if not ips:
        raise Unaskable(f"the name {url.host} is not known here")
    named = {url.host.lower(), url.netloc.decode("ascii").lower()}
    if not named & {each.lower() for each in allowed}:
        for ip in ips:
            if not _public(ip):
                raise Unaskable(f"{url.host} is {ip}, within a network that is not public: name it in `allow_hosts`")
    return Target(url, ips[0])


def _public(ip: str) -> bool:
    """Whether an address is one of the public Internet; one of IPv6 that holds one of IPv4 is none."""
    found = ipaddress.ip_address(ip.partition("%")[0])
    if isinstance(found, ipaddress.IPv4Address):
        return found.is_global and not found.is_multicast and not any(found in each for each in _OWN_OF_CLOUDS)
    return found in _UNICAST and found.is_global and not any(found in each for each in _NOT_ITS_OWN)
