"""The proof that large-incident drills have given before, and whether a new one is larger: each quarter is to be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from dr_orchestrator.domain.counted import counted


@dataclass(frozen=True)
class Size:
    """How large one was, or is to be: sites, products, and both together."""

    sites: int
    products: int
    items: int

    def __str__(self) -> str:
        return f"{counted(self.sites, 'site')} × {counted(self.products, 'product')}, {counted(self.items, 'item')}"


@dataclass(frozen=True)
class Proven:
    """The size of what one has restored: only sites and products that came back count."""

    id: str
    size: Size
    simulated: bool


@dataclass(frozen=True)
class Compared:
    """A plan beside the largest that was proven in its world, and the `most` of each that any has proven; `accepted` is
    why it may be no larger.
    """

    planned: Size
    best: Proven | None = None
    accepted: str = ""
    most: Size = Size(0, 0, 0)

    @property
    def larger(self) -> bool:
        """Whether it is: more items, no fewer sites, no fewer products than any; the first one always is."""
        if self.best is None:
            return self.planned.items > 0
        of, most = self.planned, self.most
        return of.items > most.items and of.sites >= most.sites and of.products >= most.products

    @property
    def words(self) -> str:
        """The comparison in a sentence."""
        if self.best is None:
            return f"{self.planned}; nothing was proven before"
        told = "larger than" if self.larger else "not larger than"
        others = f"; the most of each: {self.most}" if self.most != self.best.size else ""
        return f"{self.planned}; {told} what {self.best.id} has proven: {self.best.size}{others}"


def compared(planned: Size, before: Iterable[Proven], *, simulated: bool, accepted: str = "") -> Compared:
    """A plan beside what was proven before: what was simulated counts among the simulated alone."""
    same = [each for each in before if each.simulated == simulated and each.size.items]
    best = max(same, key=lambda each: (each.size.items, each.size.sites, each.size.products), default=None)
    sizes = [each.size for each in same]
    most = [max((getattr(each, name) for each in sizes), default=0) for name in ("sites", "products", "items")]
    made = Compared(planned, best, most=Size(*most))
    return made if made.larger else replace(made, accepted=accepted)
