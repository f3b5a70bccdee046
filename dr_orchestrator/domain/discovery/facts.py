"""All that is known of a service that nobody has described: of its directory, else of its resources' tags; pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dr_orchestrator.domain.discovery.directory import Entry, Person
from dr_orchestrator.domain.discovery.found import Found
from dr_orchestrator.domain.objective import Tier
from dr_orchestrator.domain.tag_keys import TagKeys


@dataclass(frozen=True)
class Told:
    """A fact of a service, and the place that says it; without a value, `lacking` is what is to be written and why."""

    value: str = ""
    source: str = ""
    lacking: str = ""


@dataclass(frozen=True)
class Facts:
    """All that is known of a service."""

    title: Told
    tier: Told
    owner: Told
    dr_champion: Told
    runbook: Told
    reviewed: Told
    contacts: tuple[Person, ...]
    contacts_from: str = ""


_Said = tuple[str, str]
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def gathered(
    said: str, found: Sequence[Found], entries: Sequence[Entry], keys: TagKeys, tiers: Mapping[int, Tier]
) -> Facts:
    """The facts of the service called so, of its resources and entries; where those disagree, people choose."""

    def of(field: str, lacking: str, tags: Iterable[_Said] = ()) -> Told:
        stated = [(str(getattr(each, field)), each.source) for each in entries if getattr(each, field)]
        return _one(stated or list(tags), lacking)

    title = of("title", "what people call it", [(said, "")])
    owner = of("owner", "the team or person that owns it", _tagged(found, keys.owner))
    contacts = tuple(dict.fromkeys(person for each in entries for person in each.contacts))
    source = next((each.source for each in entries if each.contacts), "")
    if not contacts and (worn := _tagged(found, keys.contact)):
        contacts = tuple(Person(owner.value or said, "owner", reach) for reach, _ in dict.fromkeys(worn))
        source = worn[0][1]
    return Facts(
        title,
        _tier(of("tier", "its tier, from tiers.yaml", _tagged(found, keys.tier)), tiers),
        owner,
        of("dr_champion", "who sees to its disaster recovery"),
        of("runbook", "the address of its runbook, https://..."),
        of("reviewed", "the day on which the runbook was last reviewed, such as 2026-10-06"),
        contacts,
        source,
    )


def tier_of(text: str, tiers: Mapping[int, Tier]) -> int | None:
    """The tier that a text means, by its number or its name; None where none is meant."""
    named = {each.name.casefold(): number for number, each in tiers.items()}
    if (known := named.get(text.strip().casefold())) is not None:
        return known
    number = re.fullmatch(r"(?:t|tier)?[\s_-]*(\d{1,2})", text.strip(), re.IGNORECASE | re.ASCII)
    return int(number[1]) if number and int(number[1]) in tiers else None


def _tier(told: Told, tiers: Mapping[int, Tier]) -> Told:
    known = ", ".join(f"{number} ({each.name})" for number, each in sorted(tiers.items()))
    if not told.value:
        return Told(lacking=f"{told.lacking}: one of {known}")
    number = tier_of(told.value, tiers)
    if number is None:
        return Told(
            lacking=f"its tier: {told.source} says '{told.value}', which tiers.yaml does not have; one of {known}"
        )
    return Told(str(number), told.source)


def _tagged(found: Iterable[Found], keys: Sequence[str]) -> list[_Said]:
    """The words of the tags of resources say under these keys, the first that each wears; what most say first."""
    told = Counter[_Said]()
    for each in found:
        worn = ((each.worn[key].strip(), f"tag {key}") for key in keys if each.worn.get(key, "").strip())
        told.update(list(worn)[:1])
    return [said for said, _ in sorted(told.items(), key=lambda one: (-one[1], one[0]))]


def _one(told: Sequence[_Said], lacking: str) -> Told:
    """The one value that all say, whatever its case; where they say several, a person has to choose."""
    shown = [(_CONTROL.sub("", value).strip(), source) for value, source in told]
    values = {value.casefold(): (value, source) for value, source in reversed(shown) if value}
    if not values:
        return Told(lacking=lacking)
    if len(values) > 1:
        several = " or ".join(f"'{value}'" + (f" ({source})" if source else "") for value, source in values.values())
        return Told(lacking=f"{lacking}: {several}")
    return Told(*next(iter(values.values())))
