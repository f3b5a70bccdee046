"""The service that a resource is of: by a directory's word, by its tags, by what made it; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from dr_orchestrator.domain.discovery.directory import Directory
from dr_orchestrator.domain.discovery.found import Found
from dr_orchestrator.domain.discovery.naming import named
from dr_orchestrator.domain.tag_keys import MAKER_NAME_TAG, TagKeys


@dataclass(frozen=True)
class Placement:
    """The service that a resource is of: its name in drill files, as it was said and by what; `others` are what else
    was said of it, and does not count.
    """

    service: str
    said: str
    by: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Placed:
    """A resource and its service; None where nothing says whose it is."""

    found: Found
    placement: Placement | None


def place(found: Iterable[Found], keys: TagKeys, directory: Directory, rest: str = "") -> list[Placed]:
    """The service of each, in their order; `rest` is that of all which nothing else says the service of."""
    each = list(found)
    makers = {one.makes: one for one in each if one.makes}
    placing = _Placing(keys, directory, makers)
    placed = [Placed(one, placing.of(one)) for one in each]
    if not rest:
        return placed
    return [one if one.placement else replace(one, placement=Placement(rest, rest, "--rest")) for one in placed]


def whole(placed: Iterable[Placed]) -> list[Placed]:
    """Those that drills can restore, each by itself: no parts of others, and nothing that holds no data."""
    each = list(placed)
    holding = {one.found.made_by for one in each if not one.found.makes and not one.found.part_of}
    fit = [one for one in each if not one.found.part_of and not one.found.unfit]
    return [one for one in fit if not one.found.makes or one.found.makes in holding]


@dataclass
class _Placing:
    keys: TagKeys
    directory: Directory
    makers: Mapping[str, Found]
    _known: dict[tuple[str, str, str], Placement | None] = field(default_factory=dict)

    def of(self, found: Found) -> Placement | None:
        if found.key not in self._known:
            self._known[found.key] = None  # should two say that each made the other
            self._known[found.key] = self._by_word(found) or self._by_maker(found)
        return self._known[found.key]

    def _by_word(self, found: Found) -> Placement | None:
        """By what is said of itself: the first of all words counts, the others are told."""
        told = [(each.service, each.source) for each in self.directory.claimed(found.id, found.arn)]
        keys = [each for each in self.keys.service if each != MAKER_NAME_TAG]
        told += [(value, f"tag {key}") for key in keys if (value := found.worn.get(key, "").strip())]
        if not told:
            return None
        (said, by), *more = told
        own = named(said, "service")
        others = tuple(f"{by} says {text}" for text, by in more if named(text, "service") != own)
        return Placement(own, said, by, others)

    def _by_maker(self, found: Found) -> Placement | None:
        """By what made it, by that one's name where nothing is said of it; one that made it is of its own name."""
        maker = self.makers.get(found.made_by)
        if maker is not None and maker.key != found.key:
            placement = self.of(maker)
            return replace(placement, by=f"{maker.type} {maker.id} made it", others=()) if placement else None
        if MAKER_NAME_TAG not in self.keys.service:
            return None
        said = found.id if found.makes else found.worn.get(MAKER_NAME_TAG, "")
        return Placement(named(said, "service"), said, f"tag {MAKER_NAME_TAG}") if said else None
