"""The hosts in addresses, in lists of brokers and in the URLs of databases; and whose each is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum

from dr_orchestrator.aws.template import outward
from dr_orchestrator.aws.template.reading.values import INSERT, Scope

_HOST = r"(?:\$\{[^}]*\}|[A-Za-z0-9_.-])+"
_ON_THE_WEB = re.compile(rf"https?://(?:[^/\s@'\"]*@)?(?P<host>{_HOST})", re.IGNORECASE)
_AT_THE_START = re.compile(_HOST)
_DESCRIBED = re.compile(rf"\bHOST\s*=\s*({_HOST})", re.IGNORECASE)
_LOOKED_UP = re.compile(r"\{\{resolve:.*?\}\}")
_SERVICE = re.compile(r"jdbc:[a-z0-9:+-]*:(?=//|@)", re.IGNORECASE)


class Whose(Enum):
    """The owner of a host, as far as its name tells."""

    OWN = "the replica's"
    OF_AWS = "a service of AWS"
    UNTOLD = "not known yet"
    SOMEBODYS = "somebody's"


def on_the_web(text: str) -> Iterator[str]:
    """The hosts of the addresses in a text."""
    yield from (found["host"] for found in _ON_THE_WEB.finditer(_spelled(text)))


def connected(text: str) -> Iterator[str]:
    """All hosts to which a text connects: one address, a database's URL with its alternatives, a list of brokers."""
    text = _LOOKED_UP.sub("", _spelled(text)).strip()
    if "(" in text:
        yield from _DESCRIBED.findall(text)
        return
    rest = text.partition("://")[2] if "://" in text else _SERVICE.sub("", text).lstrip("@/")
    if rest.lower().startswith("jdbc:"):
        return  # of a file
    for each in re.split(r"[/?;#\\]", rest, maxsplit=1)[0].split(","):
        if found := _AT_THE_START.match(each.rpartition("@")[2].strip()):
            yield found[0]


def whose(scope: Scope, host: str) -> Whose:
    """The owner of a host: the replica where a name ends it that AWS gave to what that makes."""
    inserted = list(INSERT.finditer(host))
    if scope.stack in INSERT.sub("", host):
        return Whose.OWN
    if not inserted:
        return Whose.OF_AWS if outward.is_host_of_aws(host) else Whose.SOMEBODYS
    rest = host[inserted[-1].end() :].lower()
    if any(scope.makes(*each[1].partition(".")[::2]) for each in inserted):
        return Whose.OWN if not rest.strip(".-") or rest.endswith(outward.GIVEN_BY_AWS) else Whose.SOMEBODYS
    return Whose.UNTOLD


def _spelled(text: str) -> str:
    """A text with words in the place of the pseudo parameters that stand in hosts."""
    return text.replace("${AWS::Region}", "region").replace("${AWS::URLSuffix}", "amazonaws.com")
