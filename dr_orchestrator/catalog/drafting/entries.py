"""The entries of a resource and of its drills: what is known of it, and gaps for what only people know."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dr_orchestrator.catalog.drafting.words import Alias, Anchored, Entry
from dr_orchestrator.catalog.gaps import gap
from dr_orchestrator.domain.discovery.found import Found
from dr_orchestrator.domain.discovery.naming import apart
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.objective import Disruption
from dr_orchestrator.domain.resource_type import Content, ResourceType

_ENDINGS = {Kind.PITR_RESTORE: "-pitr", Kind.SNAPSHOT_RESTORE: "-snapshot", Kind.REPLICA_REBUILD: "-replica"}
_ORDER = tuple(_ENDINGS)

_DATABASE = {"name": "the database that checks log in to", "secret": "the secret in Secrets Manager with its login"}
_ISOLATION = "where copies may be put; said once in tiers.yaml (`isolation`), this line can go"
_VAULT = {"vault": "the vault of AWS Backup that keeps it", "role": "the IAM role by which AWS Backup restores"}
_TEMPLATE = "the file of its template, such as infrastructure/NAME.template.yaml beside this file"
_PARAMETER = "its value in a replica, {copy} standing for the replica's name; without the line, the template's default"
_CHECKS = (
    "a list that proves the data of the replica, such as [{name: items are there, items-at-least: {table: Orders}}]"
)
_NO_PROMISE = "nobody has promised anything of the fallback yet"


@dataclass(frozen=True)
class Wish:
    """A resource that is to be in a drill file: its name there, the kinds of drill that its backups allow, why there is
    none, and the resources that its template fills, by their logical ids.
    """

    found: Found
    name: str
    kinds: frozenset[Kind]
    why_none: str = ""
    stores: Mapping[str, str] = field(default_factory=dict)


def resource(of: ResourceType, wish: Wish, *, isolation: bool, account: str = "") -> Entry:
    """The entry of a resource; `isolation` is whether the policy says where copies may be put, `account` the one that
    it stands in, empty where only one is allowed.
    """
    found = wish.found
    body: dict[str, Any] = {"type": found.type, "id": found.id, "region": found.region}
    if account:
        body["account"] = account
    if "database" in of.keys and of.content is Content.ROWS:
        known = found.known.get("database", {})
        body["database"] = {key: known.get(key) or gap(what) for key, what in _DATABASE.items()}
    if "isolation" in of.keys and not isolation:
        body["isolation"] = gap(_ISOLATION)
    if "rebuild" in of.keys and of.content is Content.STORES:
        body["rebuild"] = {"template": gap(_TEMPLATE), **_given(found), **_stores(wish)}
    body |= {key: gap(told) for key, told in of.gaps.items()}
    comment = "" if wish.kinds else f"No drill of it: {wish.why_none}."
    return Entry(wish.name, body, comment)


def _given(found: Found) -> Mapping[str, Any]:
    """The parameters of its template by name: production's own values are no replica's, and may be secrets."""
    named = {key: gap(_PARAMETER) for key in found.known.get("parameters", ())}
    return {"parameters": named} if named else {}


def _stores(wish: Wish) -> Mapping[str, Any]:
    return {"stores": dict(wish.stores)} if wish.stores else {}


def drills(of: ResourceType, wish: Wish, taken: Collection[str]) -> list[Entry]:
    """The entries of its drills, one a kind: the first on the primary path, those behind it as fallbacks."""
    made: list[Entry] = []
    kinds = [kind for kind in _ORDER if kind in wish.kinds]
    for kind in kinds:
        name = apart(wish.name, {*taken, *(each.name for each in made)}, _ENDINGS[kind])
        disruption = Disruption.INFRASTRUCTURE if kind is Kind.REPLICA_REBUILD else Disruption.APPLICATION
        body: dict[str, Any] = {"kind": kind.value, "resource": wish.name, "disruption": disruption.value}
        if made:
            body |= {"path": "fallback", "objective": {"rto": "none", "rpo": "none", "reason": _NO_PROMISE}}
        if of.is_only_vaulted(kind):
            body["recovery_points"] = {key: gap(what) for key, what in _VAULT.items()}
        made.append(Entry(name, {**body, "checks": _checks(of, made[0].name if made else "", name, len(kinds) > 1)}))
    return made


def _checks(of: ResourceType, first: str, name: str, shared: bool) -> Any:
    """The checks of a drill; those behind the first make the same, so that a gap is filled once."""
    if first:
        return Alias(f"{first}-checks")
    made = _CONTENT.get(of.content, gap(_CHECKS))
    return Anchored(f"{name}-checks", made) if shared and not isinstance(made, str) else made


_CONTENT: Mapping[Content, Sequence[Mapping[str, Any]]] = {
    Content.ROWS: [
        {
            "name": "the newest row is there",
            "newest-row": {
                "table": gap("a table that is written all the time"),
                "column": gap("its column with the time of writing"),
            },
        }
    ],
    Content.ITEMS: [
        {"name": "items are there", "items-at-least": {"minimum": 1}},
        {
            "name": "heartbeat",
            "canary-item": {
                "key": gap("the key of an item that is written all the time, such as {pk: canary}"),
                "attribute": gap("its attribute with the time of writing"),
            },
        },
    ],
    Content.BLOCKS: [
        {"name": "files are there", "files": {"paths": gap("files that have to be there: {/srv/VERSION: present}")}},
        {"name": "file systems are whole", "integrity": {}},
    ],
    Content.FILES: [
        {"name": "files are there", "files": {"paths": gap("files that have to be there: {/srv/VERSION: present}")}},
    ],
    Content.MACHINE: [
        {"name": "files are there", "files": {"paths": gap("files that have to be there: {/srv/VERSION: present}")}},
        {"name": "it serves", "command": {"run": gap("a program on it that fails where it does not: [curl, -f, …]")}},
    ],
    Content.OBJECTS: [
        {"name": "objects are there", "items-at-least": {"minimum": 1}},
        {"name": "no object is missing or another", "same-objects": {}},
    ],
}
