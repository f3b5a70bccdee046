"""The outputs of a program that may be production's addresses: nothing is asked there, and nobody is told them.

Nothing is known of how a program came by what it tells. So a name of the DNS is believed only where it cannot be
production's: one that AWS gives, which bears no id of production's, or one that bears the copy's own name.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from dr_orchestrator.checks.apart import Address, compared
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.service import Login
from dr_orchestrator.errors import NotTheCopy

_HOST = re.compile(
    r"(?P<host>\b(?:[a-z0-9_-]+\.)+[a-z][a-z0-9-]+\b|\b\d{1,3}(?:\.\d{1,3}){3}\b|\blocalhost\b)(?::(?P<port>\d{1,5}))?",
    re.IGNORECASE,
)
_OF_AWS = re.compile(r"(?:^|\.)(?:amazonaws\.com(?:\.cn)?|on\.aws|api\.aws|cloudfront\.net|awsapprunner\.com)$")
"""The names that AWS gives to what stands in an account, and that nobody can have for something else."""

_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Production:
    """The facts known of production: every address at which it is served, the ids of its resources, and its account."""

    addresses: Collection[Address] = ()
    ids: Collection[str] = ()
    account: str = ""


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
    scheme = value.partition("://")[0].casefold()
    for each in _HOST.finditer(value):
        host, port = each["host"].casefold(), int(each["port"] or _PORTS.get(scheme, 0))
        if why := _named(host.split("."), production) or _of_host(host, port, copy, production):
            return why
    return ""


def _named(parts: Collection[str], production: Production) -> str:
    named = sorted({each.casefold() for each in production.ids} & {each.casefold() for each in parts})
    return f"names {named[0]}, which is production's" if named else ""


def _of_host(host: str, port: int, copy: Copy, production: Production) -> str:
    try:
        compared(Login(host, port, "", "", ""), production.addresses)
    except NotTheCopy:
        return f"is where production is: {host}"
    if _is_address(host) or host == "localhost" or _OF_AWS.search(host) or copy.id.casefold() in host:
        return ""
    return f"is {host}, a name of the DNS that neither AWS gave nor bears the copy's name: it may be production's"


def _is_address(host: str) -> bool:
    """Whether it is an address of a private network, or of this machine."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False
