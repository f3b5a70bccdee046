"""The knowledge of one resource type, in the words of CloudFormation's resource type schemas.

A path is written as in those schemas: "A/B", with `*` for each item of a list and each key of a map. Of a list of
strings the path is that of the list: `SubnetIds`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dr_orchestrator.aws.template.registry.kinships import Kinships, is_named_so


@dataclass(frozen=True)
class Target:
    """A type that may stand behind a reference, and which attribute of it is given; either is "" where unknown."""

    type: str
    attribute: str = ""


@dataclass(frozen=True)
class Reference:
    """The objects that a property may speak of.

    `told` where the schema says so; else it is only called, described or written like a reference. Without targets
    it may be any.
    """

    targets: tuple[Target, ...]
    told: bool


@dataclass(frozen=True)
class Protection:
    """A property that keeps an object from deletion, and its value that does not.

    With a `key`, the path is a list of pairs: the value belongs to the `Value` of the pair whose `Key` that is.
    """

    path: str
    off: bool | str
    key: str = ""


@dataclass(frozen=True)
class TypeSchema:
    """A resource type: its identity, its names, what it refers to, and what its handlers may call."""

    name: str
    identifiers: tuple[str, ...]
    """The primary identifier's parts; of a part that AWS gives, a read-only property."""
    names: tuple[str, ...]
    """The properties that give the object a name of the author's choice."""
    longest: Mapping[str, int]
    """The greatest length of names, where the schema tells one."""
    within: tuple[str, ...]
    """The properties that tell another object, inside of which alone the names count; none: in the account."""
    domains: tuple[str, ...]
    """The properties that are names of the DNS, or claim one."""
    read_only: tuple[str, ...]
    create_only: tuple[str, ...]
    write_only: tuple[str, ...]
    needs: frozenset[str]
    """The properties without which AWS makes nothing; of those within others the references alone."""
    references: Mapping[str, tuple[Target, ...]]
    """The references that the schema tells; `reference` answers for any property."""
    arns: frozenset[str]
    """The properties that the schema describes as ARNs, without saying of which type."""
    free: tuple[str, ...]
    """The properties whose inside no schema describes: documents, and maps of the author's own."""
    protections: tuple[Protection, ...]
    tags: str
    """The property that holds its tags; "" where it takes none."""
    tags_are_map: bool
    """Whether its tags are a map; else a list of `Key` and `Value`."""
    handlers: frozenset[str]
    """The operations that CloudFormation has for it: create, delete, list, read, update."""
    create_permissions: tuple[str, ...]
    read_permissions: tuple[str, ...]
    delete_permissions: tuple[str, ...]
    loops: Mapping[str, str] = field(repr=False)
    """The places at which a definition holds itself, and where it stands."""
    kinships: Kinships = field(repr=False, compare=False)

    @property
    def provisionable(self) -> bool:
        """Whether CloudFormation makes it by handlers of the registry, whose permissions are known."""
        return {"create", "delete"} <= self.handlers

    @property
    def importable(self) -> bool:
        """Whether an object that exists can be brought into a stack: it can be read, by an identifier."""
        return self.provisionable and "read" in self.handlers and bool(self.identifiers)

    def reference(self, path: str) -> Reference | None:
        """The objects that a property refers to; None where nothing says that it refers to any."""
        path = self._folded(path)
        while path.endswith("/*"):
            path = path.removesuffix("/*")
        if path in self.references:
            return Reference(self.references[path], told=True)
        if path in (*self.names, *self.read_only):
            return None
        word = path.replace("/*", "").rpartition("/")[2]
        kin = self.kinships.spoken_of(word, self.name)
        if kin or path in self.arns or is_named_so(word):
            return Reference(tuple(map(Target, kin)), told=False)
        return None

    def _folded(self, path: str) -> str:
        """A path without its turns through definitions that hold themselves."""
        while turn := next((each for each in self.loops if path.startswith(f"{each}/")), ""):
            path = self.loops[turn] + path.removeprefix(turn)
        return path
