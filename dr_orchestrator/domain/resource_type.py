"""The vocabulary in which a resource type declares itself: plain data, from which every room derives what it must know.

No room but `resources/` knows a type by its name. The guard, the IAM policies, the rules and the JSON Schema of drill
files, names of copies, quotas, inventories and the reports' words all follow from what stands here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Generic, TypeVar

from dr_orchestrator.domain.copy import Place
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.named import Put, Read
from dr_orchestrator.domain.service import Canary, Resource


class Content(StrEnum):
    """How the data of a resource is read: rows by SQL, items by key, objects by key and as of an instant, or in the
    stores that an environment holds.
    """

    ROWS = "rows"
    ITEMS = "items"
    OBJECTS = "objects"
    STORES = "stores"
    NONE = "none"


class Effect(StrEnum):
    """The effect of a call that changes something."""

    RESTORE = "restore"
    CREATE = "create"
    PUBLISH = "publish"
    FILL = "fill"
    TAG = "tag"
    CHANGE = "change"
    DELETE = "delete"


@dataclass(frozen=True)
class Target:
    """The target of a call; `region` where its ARN says one, `member` where it has to be a part of a stack, `parts` of
    its name where that is made of several.
    """

    type: str
    name: str
    region: str = ""
    member: bool = False
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class By:
    """The rule by which the target of a call is found in its parameters: the one that names it.

    `arn` (a pattern with the groups `region` and `name`) is that of just such an object, where an ARN may be given; any
    other ARN names nothing. `within` (with the group `name`) is the pattern of a text that names it in part: any other
    names nothing. With `each` the parameter is a mapping whose keys are names, of parts of a stack alone.
    With `held` it is no copy by itself, but something that a copy holds. With `at`, the parameter of the place that it
    is in, its name is that of the place and its own, with a slash between. With `key` the parameter is a mapping, and
    what stands under that key in it names the target.
    """

    type: str
    parameter: str
    arn: str = ""
    each: bool = False
    held: bool = False
    within: str = ""
    at: str = ""
    key: str = ""

    def targets(self, parameters: Mapping[str, Any]) -> Iterator[Target]:
        """The target of the call; an unnamed target where nothing is named, which no copy is."""
        given = parameters.get(self.parameter, "")
        if self.each:
            yield from (Target(self.type, str(name), member=True) for name in given or ("",))
            return
        if self.key:
            given = given.get(self.key, "") if isinstance(given, Mapping) else ""
        text = str(given)
        if self.at:
            place = str(parameters.get(self.at, ""))
            yield Target(self.type, f"{place}/{text}" if place and text else "", parts=(place, text))
            return
        if not text.startswith("arn:"):
            part = re.fullmatch(self.within, text) if self.within else None
            yield Target(self.type, part["name"] if part else "" if self.within else text)
            return
        found = re.fullmatch(self.arn, text) if self.arn else None
        yield Target(self.type, found["name"], found["region"]) if found else Target(self.type, "")

    def __str__(self) -> str:
        if self.at:
            return f"{self.parameter}, in {self.at}, is what a copy is made of: {self.type}"
        if self.held:
            return f"{self.parameter} is what a copy holds: {self.type}"
        named = f"each key of {self.parameter}" if self.each else self.parameter
        named = f"a part of {named}" if self.within else named
        return f"{named} is a copy of type {self.type}" + (", a part of a stack" if self.each else "")


@dataclass(frozen=True)
class Write:
    """A call (`service:Operation`) that changes something, and on what.

    `takes` are the only parameters that a drill gives it beside its target's: another, such as a role to act with, is
    refused. `only` are parameters that it must be given, and what they may be: left to its default, or otherwise, one
    would make another call of it: a clone in place of a restore, a copy in public. Where None is one of these, it may
    be left out. `origin` is the parameter that names what is restored from, `within` one that names another copy of the
    run which the target is made in; `among` one that names a place which the workspace declares for what drills leave
    there meanwhile; `lends` one with the accounts that the target is shared with, in which copies of the run have to
    stand. `actions` are the IAM actions that it needs besides the one of its own name, by what they do, `beside` the
    resource parts of other ARNs that it concerns. `needs` are parameters that it must be given, whatever they say. A
    `bare` target may wear no tag yet. `brings` is the parameter that lists what is imported: each has to be a copy of
    the run by itself. `found` are parameters, where they are given, by which AWS reads what lies in such a `place`
    under the target's `name`: those are groups of the pattern. `every` are ways into what it is given, by its keys, and
    what each value there may be. `into` is a parameter that names such a place, into which AWS itself writes under the
    target's name, `origin_arn` the pattern (with the group `name`) of the ARN by which the origin is named, `origin_in`
    the key under which its name stands where that parameter is a mapping. IAM can tell no copy of an `alone` one from
    what is production's: it is allowed only where production is not. `outside` is what AWS does beside the target in
    the name of who calls: service, resource part of the ARN, and actions of IAM; `{bucket}` stands for each bucket that
    is declared, `{source}` for each source of the type, `{copies}` for how copies are named.
    """

    operation: str
    target: By
    effect: Effect
    takes: frozenset[str] = frozenset()
    origin: str = ""
    within: By | None = None
    actions: Mapping[Effect, tuple[str, ...]] = field(default_factory=dict)
    only: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    beside: tuple[str, ...] = ()
    needs: frozenset[str] = frozenset()
    among: str = ""
    lends: str = ""
    bare: bool = False
    brings: str = ""
    found: Mapping[str, str] = field(default_factory=dict)
    every: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    alone: bool = False
    into: str = ""
    origin_arn: str = ""
    origin_in: str = ""
    outside: tuple[tuple[str, str, tuple[str, ...]], ...] = ()

    @property
    def accepts(self) -> frozenset[str]:
        """Every parameter that it may be given."""
        within = self.within.parameter if self.within else ""
        named = {self.target.parameter, self.target.at, self.origin, within, self.among, self.lends, self.brings}
        named |= {self.into}
        return self.takes | (named - {""})


@dataclass(frozen=True)
class Inquiry:
    """The calls by which statements are said to a database, of a source, too: there within a transaction that is first
    told, by the very statement `opening`, that it can only read.

    `begin` and `end` are those of the transaction, `transaction` the parameter that names it, `statement` that of the
    text; all by `service:Operation`.
    """

    target: By
    say: str
    begin: str
    end: str
    opening: str
    statement: str
    transaction: str

    @property
    def calls(self) -> frozenset[str]:
        """All of them."""
        return frozenset({self.say, self.begin, self.end})


@dataclass(frozen=True)
class Calls:
    """Calls as `service:Operation`. `only_when` says of those that not every drill makes, what occasions them."""

    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    only_when: Mapping[str, str] = field(default_factory=dict)

    def __or__(self, other: Calls) -> Calls:
        return Calls(self.reads | other.reads, self.writes | other.writes, {**self.only_when, **other.only_when})

    @property
    def all(self) -> frozenset[str]:
        """Reads and writes."""
        return self.reads | self.writes


@dataclass(frozen=True)
class CopyType:
    """Something that a drill makes in AWS.

    `longest` is how many characters its name may have, `arn` the resource part of its ARN, with `{id}` in the name's
    place. `plural` is how the statements of IAM policies call many of them. `quota` is what it counts against, as AWS
    names that; types that name the same one share it. `shows_tags` is whether IAM sees its tags in every account: those
    of DynamoDB's tables only where attribute-based access control (ABAC) is on, and no call tells where. One that
    `passes` is an action of AWS's that ends by itself, and of which nothing is left to be deleted. `also` are further
    resource parts that its ARN may have: that of what lies in a bucket, say.
    """

    name: str
    title: str
    plural: str
    service: str
    arn: str
    longest: int
    cloudformation: str = ""
    quota: str = ""
    shows_tags: bool = True
    passes: bool = False
    also: tuple[str, ...] = ()

    def arn_of(self, id: str) -> str:
        """The resource part of the ARN of one of that name; it begins with colons where no place is named in it."""
        return self.arn.format(id=id)

    def arns_of(self, id: str) -> tuple[str, ...]:
        """The resource parts of the ARNs that one of that name may have."""
        return (self.arn_of(id), *(each.format(id=id) for each in self.also))


@dataclass(frozen=True, kw_only=True)
class HeldType(CopyType):
    """Something that an environment holds, and that has to be emptied, opened or deleted so that the environment can
    go: no drill makes one by itself, and none is listed.

    Its name is its type in CloudFormation. `looks` are the reads that are allowed of those alone that are named as
    copies are; `seen_as` is the resource part of the ARN that they concern, where that is another.
    """

    longest: int = 0
    looks: frozenset[str] = frozenset()
    seen_as: str = ""


@dataclass(frozen=True)
class Naming:
    """The rule of a type's identifiers: a pattern, and what it says in words."""

    pattern: str
    rule: str


@dataclass(frozen=True)
class Quota:
    """How many of something there are, and may be."""

    what: str
    used: int
    most: int

    def __str__(self) -> str:
        return f"{self.used} of {self.most} {self.what} in use"


@dataclass(frozen=True)
class Beat:
    """The one call that may change a source: the write of its heartbeat, by `dro canary` alone.

    `is_one` tells of the call's parameters whether they are the heartbeat that the resource declares, and no more.
    """

    operation: str
    is_one: Callable[[str, Canary, Mapping[str, Any]], bool]


def beside_the_source(resource: Resource) -> Place:
    """The place of the resource itself."""
    return Place(resource.account, resource.region)


@dataclass(frozen=True)
class ResourceType:
    """A type that can be drilled, as it declares itself.

    `made` is what a drill makes of it, `parts` what else it makes on the way, in the order of their making; `holds` is
    what else one may hold that keeps it from being taken down. `grants` are the IAM actions of the calls that IAM knows
    by other names. `keys` are those of a drill file that only some types have. `kinds` says by which kinds of drill it
    is drilled, and what such a run calls from its first look to its teardown; `listing` is what an inventory calls.
    `stated` is what a drill calls besides whose copy is asked by statements, and `inquiry` how a source is.
    `secures` names the service whose keys of KMS its data may be encrypted with, `data` the reads that show data
    itself, `bounded` others that are allowed of sources and copies alone, `filling` what loads a restored one into an
    environment's own, `imported` the calls around one that an environment imports as it was restored, `exported` those
    that make it of an export in another account, `born` around one that its template makes from a recovery point,
    `carried` those that bring the point into another account.
    `heartbeat` is an example of a `canary`, empty where it can have none, and `marker` of a check of one where that is
    written otherwise; `beat` is the call that writes it, where AWS is called for that. `place` tells where the copies
    of a resource stand, `many` how many of what it makes one takes. `named` are those of its reads that are made of
    things which a resource names, and of nothing else: `reads` tells which. `publishes` is what its drills put where
    AWS takes it from, named by its content: it stays, for others may take it from there, too; `puts` tells which of a
    resource. `rebuilt` are the ways, by the keys of `rebuild`, in which one is made anew; of one that is `programmed` a
    program of the team's own makes the copies, and no call of a drill's: it has no write, no quota and no twin.
    `own_keys` are its own keys of the drill files, as fields of pydantic (annotation, Field), `rules` what must hold of
    a resource of the type (key, mistake, fix); `partial` tells of one whether its drills restore but a part of it.
    """

    made: CopyType
    naming: Naming
    content: Content
    kinds: Mapping[Kind, Calls]
    writes: tuple[Write, ...]
    listing: Calls
    services: tuple[str, ...]
    parts: tuple[CopyType, ...] = ()
    holds: tuple[HeldType, ...] = ()
    publishes: tuple[CopyType, ...] = ()
    grants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    keys: frozenset[str] = frozenset()
    data: frozenset[str] = frozenset()
    bounded: frozenset[str] = frozenset()
    filling: Calls = field(default_factory=Calls)
    imported: Calls = field(default_factory=Calls)
    born: Calls = field(default_factory=Calls)
    exported: Calls = field(default_factory=Calls)
    carried: Calls = field(default_factory=Calls)
    stated: Calls = field(default_factory=Calls)
    inquiry: Inquiry | None = None
    secures: str = ""
    rebuilt: frozenset[str] = frozenset({"template", "cdk"})
    programmed: bool = False
    heartbeat: str = ""
    marker: str = ""
    vowel: bool = False
    beat: Beat | None = None
    place: Callable[[Resource], Place] = beside_the_source
    many: Callable[[Resource], int] = lambda _resource: 1
    named: frozenset[str] = frozenset()
    reads: Callable[[Resource], Iterable[Read]] = lambda _resource: ()
    puts: Callable[[Resource], Iterable[Put]] = lambda _resource: ()
    own_keys: Callable[[], Mapping[str, Any]] = dict
    partial: Callable[[Any], bool] = lambda _resource: False
    rules: Callable[[Any], Iterator[tuple[tuple[str | int, ...], str, str]]] = lambda _resource: iter(())

    @property
    def name(self) -> str:
        """Its name in drill files, in the ledger and in reports."""
        return self.made.name

    @property
    def article(self) -> str:
        """Its name with an article."""
        return f"{'an' if self.name[0] in 'aeio' or self.vowel else 'a'} {self.name}"

    @property
    def copies(self) -> tuple[CopyType, ...]:
        """All that a drill of it makes."""
        return (self.made, *self.parts)


Declared_co = TypeVar("Declared_co", bound=ResourceType, covariant=True)


class CallTable:
    """Every call that may be made, and as what: what is in neither table is refused, whatever it does."""

    def __init__(
        self,
        reads: Iterable[str],
        writes: Iterable[Write],
        imported: Mapping[str, str] | None = None,
        inquiries: Iterable[Inquiry] = (),
    ) -> None:
        """`imported` are the types of copies that stacks import, by their types in CloudFormation."""
        self._imported = imported or {}
        self.inquiries: Mapping[str, Inquiry] = {call: each for each in inquiries for call in each.calls}
        by_service: dict[str, set[str]] = {}
        for call in reads:
            service, _, operation = call.partition(":")
            by_service.setdefault(service, set()).add(operation)
        self.reads: Mapping[str, frozenset[str]] = {name: frozenset(calls) for name, calls in by_service.items()}
        found: dict[tuple[str, str], list[Write]] = {}
        for write in writes:
            service, _, operation = write.operation.partition(":")
            found.setdefault((service, operation), []).append(write)
        self.writes: Mapping[tuple[str, str], tuple[Write, ...]] = {call: tuple(each) for call, each in found.items()}

    def brought(self, write: Write, parameters: Mapping[str, Any]) -> Iterator[Target]:
        """The targets of a call that are imported; one without a name for what no drill imports."""
        listed = [*(parameters[write.brings] or ("",))] if write.brings in parameters else []
        for given in listed:
            each: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
            of, named = self._imported.get(str(each.get("ResourceType")), ""), each.get("ResourceIdentifier") or {}
            yield Target(of, str(next(iter(named.values()))) if of and len(named) == 1 else "")

    def reads_of(self, service: str) -> frozenset[str]:
        """The operations of a service that only read."""
        return self.reads.get(service, frozenset())


HELD = "the environment held"
"""How the occasion of a call begins that is made for what an environment held."""

COMMON = Calls(
    frozenset({"sts:GetCallerIdentity", "iam:SimulatePrincipalPolicy"}),
    only_when={"iam:SimulatePrincipalPolicy": "the caller is a user or role of IAM; where it may not, that is told"},
)
"""The calls of every run, whatever it drills."""


class Types(Generic[Declared_co]):
    """The types that can be drilled, by name; what is derived from all of them together."""

    def __init__(self, declared: Iterable[Declared_co]) -> None:
        self._declared = {each.name: each for each in declared}

    def __iter__(self) -> Iterator[Declared_co]:
        return iter(self._declared.values())

    def __getitem__(self, name: str) -> Declared_co:
        return self._declared[name]

    def __contains__(self, name: object) -> bool:
        return name in self._declared

    @property
    def names(self) -> tuple[str, ...]:
        """Their names, in the order of their declaration."""
        return tuple(self._declared)

    @cached_property
    def copies(self) -> Mapping[str, CopyType]:
        """All that drills make, by name."""
        return {copy.name: copy for each in self for copy in each.copies}

    @cached_property
    def held(self) -> Mapping[str, HeldType]:
        """All that copies may hold and that no drill makes by itself, by name."""
        return {held.name: held for each in self for held in each.holds}

    @cached_property
    def published(self) -> Mapping[str, CopyType]:
        """All that drills put where AWS takes it from, and leave there, by name."""
        return {each.name: each for declared in self for each in declared.publishes}

    @cached_property
    def targets(self) -> Mapping[str, CopyType]:
        """All that a drill may change, by name."""
        return {**self.copies, **self.held, **self.published}

    @cached_property
    def grants(self) -> Mapping[str, tuple[str, ...]]:
        """The IAM actions of the calls that IAM knows by other names."""
        return {call: actions for each in self for call, actions in each.grants.items()}

    def making(self, copy: str) -> Declared_co:
        """The type whose drills make copies of that type."""
        own = [each for each in self if each.name == copy]
        return next(iter([*own, *(each for each in self if copy in {made.name for made in each.copies})]))

    @cached_property
    def calls(self) -> CallTable:
        """Every call that a drill or a sweep of any of them may make."""
        reads = {call for each in self for calls in each.kinds.values() for call in calls.reads}
        reads |= {call for each in self for calls in (each.listing, each.exported) for call in calls.reads}
        imported = {each.made.cloudformation: each.name for each in self if each.imported.all}
        writes = (write for each in self for write in each.writes)
        inquiries = [each.inquiry for each in self if each.inquiry is not None]
        return CallTable(reads | COMMON.reads, writes, imported, inquiries)

    @cached_property
    def sweep(self) -> Calls:
        """The calls of a sweep for its inventories; what it deletes it deletes by the calls of the kind that made
        it.
        """
        found = Calls(frozenset({"sts:GetCallerIdentity"}))
        for each in self:
            found |= each.listing
        return found

    @cached_property
    def services(self) -> tuple[str, ...]:
        """The services whose endpoints decide whether a run is simulated."""
        return tuple(dict.fromkeys(("sts", *(service for each in self for service in each.services))))

    def with_key(self, key: str) -> list[Declared_co]:
        """The types that have a key of the drill files."""
        return [each for each in self if key in each.keys or key in each.own_keys()]
