"""The book of contacts: by service, and by tier in the order in which people are called."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dr_orchestrator.domain.service import Service

_DEPUTY = "deputy"


@dataclass(frozen=True)
class Entry:
    """A person or rota, what they are to a service, and how they are reached; `deputies` act where they are away."""

    name: str
    role: str
    reach: str
    deputies: tuple[str, ...] = ()


@dataclass(frozen=True)
class OfService:
    """The people who answer for a service; `calls` are those who are called, in this order."""

    service: str
    title: str
    tier: int
    tier_name: str
    owner: str
    champion: str
    runbook: str
    calls: tuple[Entry, ...]

    @property
    def deputies(self) -> tuple[Entry, ...]:
        """Those who are a deputy by the word of their role: the service's, and nobody's in particular."""
        return tuple(each for each in self.calls if _DEPUTY in each.role.casefold())

    def acting_for(self, entry: Entry) -> tuple[Entry, ...]:
        """Those who act where somebody is away, in the order of their turn."""
        return tuple(each for name in entry.deputies for each in self.calls if each.name == name)

    @property
    def champion_reach(self) -> str:
        """How the champion is reached; empty where no contact of theirs is declared."""
        found = (each.reach for each in self.calls if each.name.casefold() == self.champion.casefold())
        return next(found, "")


@dataclass(frozen=True)
class Call:
    """A call of a tier: whom, and for which services."""

    entry: Entry
    services: tuple[str, ...]


@dataclass(frozen=True)
class OfTier:
    """A tier's escalation: who is called, first the first contact of each of its services, then the second."""

    tier: int
    name: str
    calls: tuple[Call, ...]


@dataclass(frozen=True)
class Book:
    """All contacts of a workspace."""

    services: tuple[OfService, ...]

    @property
    def tiers(self) -> tuple[OfTier, ...]:
        """The escalation of each tier, the first to be recovered first."""
        found = {each.tier: each.tier_name for each in self.services}
        return tuple(
            OfTier(number, name, _calls([each for each in self.services if each.tier == number]))
            for number, name in sorted(found.items())
        )

    @property
    def digest(self) -> str:
        """The SHA-256 that tells it from a book with any other contact in it."""
        whole = json.dumps([_told(each) for each in self.services], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def gaps(self) -> tuple[str, ...]:
        """The services that nobody could be called for."""
        return tuple(each.service for each in self.services if not each.calls)


def book_of(services: Iterable[Service]) -> Book:
    """The book of services, tier 0 first."""
    ordered = sorted(services, key=lambda each: (each.tier.number, each.name))
    return Book(
        tuple(
            OfService(
                each.name,
                each.title,
                each.tier.number,
                each.tier.name,
                each.owner,
                each.dr_champion,
                each.runbook.url,
                tuple(Entry(of.name, of.role, of.reach, of.deputies) for of in each.contacts),
            )
            for each in ordered
        )
    )


def _told(of: OfService) -> dict[str, Any]:
    """All of it, but for deputies where none are named: who was exported before contacts had any is the same."""
    told = asdict(of)
    for each in told["calls"]:
        if not each["deputies"]:
            del each["deputies"]
    return told


def _calls(services: Sequence[OfService]) -> tuple[Call, ...]:
    whom: dict[Entry, list[str]] = {}
    for turn in range(max((len(each.calls) for each in services), default=0)):
        for each in services:
            if turn < len(each.calls):
                whom.setdefault(each.calls[turn], []).append(each.title)
    return tuple(Call(entry, tuple(dict.fromkeys(titles))) for entry, titles in whom.items())
