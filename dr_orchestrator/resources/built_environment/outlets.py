"""The outputs of a program that may be production's addresses: nothing is asked there, and nobody is told them.

Nothing is known of how a program came by what it tells. So a name of the DNS is believed only where it cannot be
production's: one that AWS gives, which bears no id of production's, or one that bears the copy's own name. What AWS can
be asked for (a balancer, an API, a function, a distribution) has to be of what is new in the account since before.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from dr_orchestrator.checks.apart import Address, compared
from dr_orchestrator.checks.http import reached
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import NotMeasured, NotRecoverable, NotTheCopy
from dr_orchestrator.resources.built_environment import hosts

_HOST = re.compile(
    r"(?P<host>\b(?:[\w-]+\.)+[^\W\d_][\w-]+\b|\b\d{1,3}(?:\.\d{1,3}){3}\b|\blocalhost\b)(?::(?P<port>\d{1,5}))?",
    re.IGNORECASE,
)
_OF_AWS = re.compile(r"(?:^|\.)(?:amazonaws\.com(?:\.cn)?|on\.aws|api\.aws|cloudfront\.net|awsapprunner\.com)$")
"""The names that AWS gives to what stands in an account, and that nobody can have for something else."""

_BRACKETED = re.compile(r"\[(?P<host>[^\]]+)\](?::(?P<port>\d{1,5}))?")
"""An address of IPv6, which a port can stand behind."""

_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Production:
    """The facts known of production: every address at which it is served, the ids of its resources, and its account.

    `told` are the names that AWS tells of what the program made: by them its own is told from production's.
    """

    addresses: Collection[Address] = ()
    ids: Collection[str] = ()
    account: str = ""
    told: Callable[[], Collection[str]] = tuple


def foreign(outputs: Mapping[str, str], copy: Copy, production: Production) -> dict[str, str]:
    """The outputs that may be production's, each with why."""
    found = {name: _why(value, copy, production) for name, value in outputs.items()}
    return {name: why for name, why in found.items() if why}


def apart(outputs: Mapping[str, str], withheld: Collection[str]) -> dict[str, str]:
    """The outputs that a program of a check may be given."""
    return {name: value for name, value in outputs.items() if name not in withheld}


def _why(value: str, copy: Copy, production: Production) -> str:
    if production.account and production.account in re.split(r"\D+", value):
        return f"names account {production.account}, which is production's"
    if value.startswith("arn:") and (named := _named(re.split(r"[:/]", value), production)):
        return named
    for host, port in _hosts(value):
        if why := _named(host.split("."), production) or _of_host(host, port, copy, production):
            return why
    return ""


def _hosts(value: str) -> Iterator[tuple[str, int]]:
    """Every host in an output, with its port: those that look like one, and whatever an address is asked at."""
    scheme = value.partition("://")[0].casefold()
    for each in _HOST.finditer(value):
        yield each["host"].casefold(), int(each["port"] or _PORTS.get(scheme, 0))
    if "://" in value and scheme != "s3" and (told := reached(value))[0]:  # a bucket is no host
        yield told[0].casefold(), told[1]
    bare = _BRACKETED.fullmatch(value.strip())
    if _is_ip(host := bare["host"] if bare else value.strip()):
        yield host.casefold(), int((bare and bare["port"]) or 0)


def _named(parts: Collection[str], production: Production) -> str:
    named = sorted({each.casefold() for each in production.ids} & {each.casefold() for each in parts})
    return f"names {named[0]}, which is production's" if named else ""


def _of_host(host: str, port: int, copy: Copy, production: Production) -> str:
    try:
        compared(Login(host, port, "", "", ""), production.addresses)
    except NotTheCopy:
        return f"is where production is: {host}"
    if _is_address(host) or host == "localhost" or copy.id.casefold() in host:
        return ""
    if hosts.TOLD.search(host):
        return _unless_told(host, production)
    if _OF_AWS.search(host):
        return ""
    return f"is {host}, a name of the DNS that neither AWS gave nor bears the copy's name: it may be production's"


def _unless_told(host: str, production: Production) -> str:
    """Why a name that AWS gave is not believed; empty where AWS tells it of what the program made."""
    try:
        known = production.told()
    except (NotMeasured, NotRecoverable) as fault:
        return f"is {host}, and nobody tells whose that is: {fault.message}"
    return "" if host in known else f"is {host}, which AWS tells of nothing that is new in the account since before"


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_address(host: str) -> bool:
    """Whether it is an address of a private network, or of this machine."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False
