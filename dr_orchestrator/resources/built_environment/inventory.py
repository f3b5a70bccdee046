"""The inventory of an account: what wears or wore a tag, whatever its type, and all of the types that drills know."""

from __future__ import annotations

import re
from collections.abc import Collection

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.resources.drillable import Parts

_RUN = re.compile(r"dro-(\d{8}-[0-9a-f]{6,10})(?![0-9a-f])")
"""How the names of copies tell the run that they are of."""


def taken(account: Account, parts: Parts, where: str = "") -> frozenset[str]:
    """All that is there, by ARN, or by type and name, and `where`, where a listing alone shows it."""
    listed = account.api("resourcegroupstaggingapi").pages("GetResources", "ResourceTagMappingList")
    tagged = {str(each["ResourceARN"]) for each in listed}
    others = {each for of in parts.listed.values() for each in of() if not each.going}
    told = {each for arn in tagged for each in _called(arn)}
    unseen = (each for each in others if told.isdisjoint(parts.called(each)))
    return frozenset(tagged | {f"{each.type} {each.id}{where}" for each in unseen})


def _called(arn: str) -> tuple[str, str]:
    """The name in an ARN, without its place, for another may be of another type; and with any id below."""
    _, _, service, _, _, part = arn.split(":", 5)
    return f"{service}:{part}", f"{service}:{part.rpartition('/')[0]}/*"


def made_since(before: Collection[str], now: Collection[str], copy: Copy) -> frozenset[str]:
    """The objects that are new, but for those that are named after another run."""
    new = {each: _RUN.search(each) for each in now if each not in before}
    return frozenset(each for each, of in new.items() if of is None or of[1] == copy.run)


def left(before: Collection[str] | None, now: Collection[str], copy: Copy) -> list[str]:
    """The objects that a copy may have left: all that are new and not named after another run.

    Where nobody knows what was there before, those that bear the copy's name.
    """
    new = sorted(made_since(before or (), now, copy))
    own = [each for each in new if _RUN.search(each)]
    nobodys = [each for each in new if each not in own] if before is not None else []
    return [*own, *(f"{each} (without the copy's name)" for each in nobodys)]
