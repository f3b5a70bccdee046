"""The directory of a company's services, whoever keeps it: owners, tiers and contacts, and what is theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields

from dr_orchestrator.domain.discovery.naming import named


@dataclass(frozen=True)
class Person:
    """A person or rota to reach, in which role and how."""

    name: str
    role: str
    reach: str


@dataclass(frozen=True)
class Entry:
    """All that a directory says of a service, as it is written; empty where it says nothing.

    `source` is the place that says so, file and line.
    """

    name: str
    source: str
    title: str = ""
    tier: str = ""
    owner: str = ""
    dr_champion: str = ""
    runbook: str = ""
    reviewed: str = ""
    lifecycle: str = ""
    contacts: tuple[Person, ...] = ()

    def or_else(self, other: Entry) -> Entry:
        """The same, that takes from another what it does not say itself."""
        told = {each.name: getattr(self, each.name) or getattr(other, each.name) for each in fields(self)}
        return Entry(**told)


@dataclass(frozen=True)
class Claim:
    """A directory's word that a resource, by its AWS identifier or ARN, is of a service."""

    service: str
    source: str


@dataclass(frozen=True)
class Directory:
    """The entries of all services by their names in drill files, several where several are called so; and what each
    claims.
    """

    entries: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    claims: Mapping[str, tuple[Claim, ...]] = field(default_factory=dict)

    def claimed(self, id: str, arn: str) -> tuple[Claim, ...]:
        """The claims on a resource, one a service."""
        found = (*self.claims.get(arn, ()), *self.claims.get(id, ()))
        return tuple({each.service: each for each in reversed(found)}.values())[::-1]

    def __or__(self, other: Directory) -> Directory:
        def merged(one: Mapping[str, tuple], two: Mapping[str, tuple]) -> dict[str, tuple]:  # type: ignore[type-arg]
            return {name: (*one.get(name, ()), *two.get(name, ())) for name in {**one, **two}}

        return Directory(merged(self.entries, other.entries), merged(self.claims, other.claims))


def directory(entries: Iterable[Entry], claims: Iterable[tuple[str, Claim]] = ()) -> Directory:
    """Put entries, and claims by what they claim, in their order."""
    by_name: dict[str, list[Entry]] = {}
    for each in entries:
        by_name.setdefault(named(each.name, "service"), []).append(each)
    by_id: dict[str, list[Claim]] = {}
    for id, claim in claims:
        by_id.setdefault(id, []).append(claim)
    return Directory({name: tuple(each) for name, each in by_name.items()}, {id: tuple(c) for id, c in by_id.items()})
