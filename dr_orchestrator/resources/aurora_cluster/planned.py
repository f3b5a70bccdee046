"""The copies that make a run's cluster a global one, as planned: each is told of any other of them."""

from __future__ import annotations

from dataclasses import replace

from dr_orchestrator.aws import copies
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.resources.aurora_cluster.name import GLOBAL, NAME

_LONGEST, _LONGEST_CLUSTER = 63, 61  # the instance in a cluster has its name, and a number


def whole(copy: Copy) -> Copy | None:
    """The global cluster that a run would make of a copy, whichever of its members that is; None of no known source.

    It counts in the region of the source.
    """
    if copy.source is None:
        return None
    return replace(
        copy, type=GLOBAL, id=_named(copy, "global", _LONGEST), region=copy.source.place.region, parent="", made_by=""
    )


def secondary(cluster: Copy, region: str) -> Copy:
    """The cluster in the other region."""
    return replace(cluster, type=NAME, id=_named(cluster, "there", _LONGEST_CLUSTER), region=region, made_by="")


def _named(copy: Copy, word: str, longest: int) -> str:
    of = copy.source.id if copy.source else copy.id
    return copies.cut(copies.slug(f"{copies.PREFIX}{copy.run}-{word}-{of}"), longest)
