"""The traits of a live resource by which what was proven of it ages: its engine with its version, and its size."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

GIB = 1024**3


class Trait(StrEnum):
    """One of them."""

    ENGINE = "engine"
    SIZE = "size"


@dataclass(frozen=True)
class Traits:
    """Such traits as AWS tells them: engine and version, and bytes; empty, or None, where nobody tells."""

    engine: str = ""
    version: str = ""
    size: int | None = None


@dataclass(frozen=True)
class Described:
    """A resource as AWS last described it: its name in its service, its id and region, and its traits."""

    resource: str
    id: str
    region: str
    traits: Traits

    def held(self, by: Traits | None) -> Described:
        """The same as a recovery point holds it, as far as that tells."""
        if by is None:
            return self
        live = self.traits
        size = live.size if by.size is None else by.size
        return replace(self, traits=Traits(by.engine or live.engine, by.version or live.version, size))


@dataclass(frozen=True)
class Told:
    """Such a description, with when it was told, in which account, and whether in a simulated AWS.

    `began` is when the look that was told so began; None of a run, and where that is not known.
    """

    of: Described
    at: datetime
    account: str
    simulated: bool
    began: datetime | None = None


def gib(told: object) -> int | None:
    """The bytes of so many GiB, as AWS writes them; None where it says none."""
    return int(told) * GIB if isinstance(told, int) and told > 0 else None


def together(sizes: Iterable[int | None]) -> int | None:
    """The sum of what is stored in several; None where one is not known, or where there is none."""
    known = list(sizes)
    return None if not known or None in known else sum(each for each in known if each is not None)
