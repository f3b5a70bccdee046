"""The tags of many resources of a place at once: of Resource Explorer where it answers, else of the tagging API."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dr_orchestrator.aws.posture.ground import Ground, unknown
from dr_orchestrator.domain.posture.facts import Unknown
from dr_orchestrator.errors import DrillFault, Stopped

Worn = Mapping[str, Mapping[str, str]]
"""Tags by ARN."""

EXPLORER, TAGGING = "resource-explorer-2:ListResources", "resourcegroupstaggingapi:GetResources"


@dataclass(frozen=True)
class Tags:
    """The tags of those asked for, by ARN; `complete` says that one which is not among them wears none.

    `lacking` is why the tagging API told nothing, where it did not.
    """

    worn: Worn
    complete: bool
    lacking: Unknown | None = None

    def of(self, arn: str) -> Mapping[str, str] | None:
        """The tags of a resource; None where nobody knows."""
        return self.worn.get(arn, {} if self.complete else None)


def worn(ground: Ground, arns: Collection[str], services: Collection[str]) -> Tags:
    """The tags of these ARNs, which are of those services.

    An index may not hold all: what Resource Explorer does not tell the tags of, the tagging API does. It in turn tells
    of no resource that never had a tag, so that whoever is not named there has none.
    """
    told = _answer(lambda: dict(_explored(ground, services)))
    found: dict[str, Mapping[str, str]] = {} if isinstance(told, Unknown) else told
    if set(arns) <= found.keys():
        return Tags(found, complete=False)
    tagged = _answer(lambda: dict(_tagged(ground, services)))
    if isinstance(tagged, Unknown):
        return Tags(found, complete=False, lacking=tagged)
    return Tags({**found, **tagged}, complete=True)


def _answer(ask: Callable[[], dict[str, Mapping[str, str]]]) -> dict[str, Mapping[str, str]] | Unknown:
    try:
        return ask()
    except Stopped:
        raise
    except DrillFault as fault:
        return unknown(fault)


def _explored(ground: Ground, services: Collection[str]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Those of the default view of the region; a view without tags tells of none, and of nothing that it wears none.

    It is asked once and not again: most accounts have no index, and the tagging API answers as well.
    """
    wanted = {"FilterString": f"region:{ground.region} service:{','.join(sorted(services))}"}
    for each in ground.api("resource-explorer-2").pages("ListResources", "Resources", Filters=wanted):
        for told in each.get("Properties", ()):
            if told.get("Name") == "tags" and isinstance(told.get("Data"), list):
                yield str(each["Arn"]), _pairs(told["Data"])


def _tagged(ground: Ground, services: Collection[str]) -> Iterator[tuple[str, Mapping[str, str]]]:
    for each in ground.listed(
        "resourcegroupstaggingapi", "GetResources", "ResourceTagMappingList", ResourceTypeFilters=sorted(services)
    ):
        yield str(each["ResourceARN"]), _pairs(each.get("Tags", ()))


def _pairs(told: Any) -> dict[str, str]:
    return {
        str(each["Key"]): str(each.get("Value", "")) for each in told if isinstance(each, Mapping) and "Key" in each
    }


def pairs(told: Any) -> Mapping[str, str]:
    """The tags of a description, of which AWS tells as a list of keys and values."""
    return _pairs(told or ())
