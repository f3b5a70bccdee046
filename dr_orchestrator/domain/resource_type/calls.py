"""The calls that a type makes of AWS: those that only read, and those that change something, and what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from dr_orchestrator.domain.resource_type.target import By, Target


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
class OwnFailover:
    """The one call (`service:Operation`) by which one of production is failed over, named by the parameter `key`.

    `given` is all else that it is given; `target` the parameter that names who is to serve then, where a drill may say
    so, and `part` what that is, by its type.
    """

    operation: str
    key: str
    given: Mapping[str, Any] = field(default_factory=dict)
    target: str = ""
    part: str = ""

    def parameters(self, name: str, target: str = "") -> Mapping[str, Any]:
        """All the parameters of it for one of a name, and for whoever is to serve then."""
        return {self.key: name, **self.given, **({self.target: target} if target else {})}


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
    resource parts of other ARNs that it concerns, `{source}` in them for each source. `needs` are parameters that it
    must be given, whatever they say. A `bare` target may wear no tag yet. `brings` is the parameter that lists what is
    imported: each has to be a copy of the run by itself. `found` are parameters, where they are given, by which AWS
    reads what lies in such a `place` under the target's `name`: those are groups of the pattern. `every` are ways into
    what it is given, by its keys, and what each value there may be; `whole` are those at which each has to be given.
    `into` is a parameter that names such a place, into
    which AWS itself writes under the target's name, `origin_arn` the pattern (with the group `name`) of the ARN by
    which the origin is named, `origin_in` the key under which its name stands where that parameter is a mapping. IAM
    can tell no copy of an `alone` one from what is production's: it is allowed only where production is not. `outside`
    is what AWS does beside the target in the name of who calls: service, resource part of the ARN, and actions of IAM;
    `{bucket}` stands for each bucket that is declared, `{source}` for each source of the type, `{machine}`
    for each machine that reads copies, `{subnet}` for each that they are mounted in, `{copies}` for how copies are
    named, another word for what a resource says by it of where its copies are put. `acts_as` is the parameter that
    names the role by which another service does it: one that the drill declares, and that service's alone. `holds` are
    the only keys that what a parameter holds may have. `from_points` are the resource parts, by services, of the
    ARNs of recovery points that it restores: `{source}` in them for each source. `uses` is the parameter that names
    what a drill uses and did not make, one or several: the machine that reads its copy, or the subnet that it is
    mounted in; each has to be one that the resource declares. `bounds` are the conditions of IAM under which it may be
    done to what stands `outside`, by the resource parts of those, and `never` those under which it is denied, likewise:
    `{account}` in them is the account, `{owner}` the one that owns what is copied: in another account its sources'. The
    rights to a `stated` one are written out where the policies are made, in its
    own words. A `named` one is only done to copies whose names begin as those of their run do, for nothing but a name
    says whose they are.
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
    whole: tuple[str, ...] = ()
    alone: bool = False
    into: str = ""
    origin_arn: str = ""
    origin_in: str = ""
    outside: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    acts_as: str = ""
    holds: Mapping[str, frozenset[str]] = field(default_factory=dict)
    from_points: tuple[tuple[str, str], ...] = ()
    uses: str = ""
    bounds: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    never: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    stated: bool = False
    named: bool = False

    @property
    def used_as(self) -> str:
        """The word for what it uses."""
        return "subnet" if self.uses.startswith("Subnet") else "machine"

    @property
    def accepts(self) -> frozenset[str]:
        """Every parameter that it may be given."""
        within = self.within.parameter if self.within else ""
        named = {self.target.parameter, self.target.at, self.origin, within, self.among, self.lends, self.brings}
        named |= {self.into, self.acts_as, self.uses}
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


HELD = "the environment held"
"""How the occasion of a call begins that is made for what an environment held."""


COMMON = Calls(
    frozenset({"sts:GetCallerIdentity", "iam:SimulatePrincipalPolicy"}),
    only_when={"iam:SimulatePrincipalPolicy": "the caller is a user or role of IAM; where it may not, that is told"},
)
"""The calls of every run, whatever it drills."""

DISCOVERY = Calls(
    frozenset({"resource-explorer-2:ListResources", "resourcegroupstaggingapi:GetResources"}),
    only_when={"resourcegroupstaggingapi:GetResources": "Resource Explorer does not tell the tags of all"},
)
"""The calls of a look at the whole estate, whatever it holds: they tell tags, and types list themselves."""

IMPORT = Calls(frozenset({"backup:ListRestoreJobs"}))
"""The calls that take in what others restored; giving a verdict back is no call of a drill's, and has a guard alone."""

_PLANNED = "AWS Backup has a plan in the region of the copies"
_TAKEN = "a plan of AWS Backup may take a copy"
_OUTLIVES = "AWS Backup has backed a copy up"
BACKED = Calls(
    frozenset(
        {
            *("backup:ListBackupPlans", "backup:ListBackupSelections", "backup:GetBackupSelection"),
            *("backup:GetBackupPlan", "backup:DescribeRegionSettings", "backup:DescribeBackupVault"),
            *("backup:ListRecoveryPointsByResource", "backup:DescribeRecoveryPoint"),
        }
    ),
    only_when={
        "backup:ListBackupSelections": _PLANNED,
        "backup:GetBackupSelection": _PLANNED,
        "backup:GetBackupPlan": _TAKEN,
        "backup:DescribeRegionSettings": _TAKEN,
        "backup:DescribeBackupVault": f"{_TAKEN}, or {_OUTLIVES}",
        "backup:DescribeRecoveryPoint": _OUTLIVES,
    },
)
"""The calls of a drill whose copies AWS Backup may back up: who would, before it starts, and what did, once they are
gone. Where the caller may not, that is told.
"""

GRANTS: Mapping[str, tuple[str, ...]] = {"resourcegroupstaggingapi:GetResources": ("tag:GetResources",)}
"""The IAM actions of those that IAM knows by other names."""


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
