"""The declaration of a type that can be drilled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from dr_orchestrator.domain.copy import Place
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.named import Put, Read
from dr_orchestrator.domain.parity import Setting
from dr_orchestrator.domain.resource_type.calls import Calls, Inquiry, OwnFailover, Write
from dr_orchestrator.domain.resource_type.copies import CopyType, HeldType, Naming
from dr_orchestrator.domain.resource_type.traits import Trait
from dr_orchestrator.domain.service import Canary, Resource


class Content(StrEnum):
    """How the data of a resource is read: rows by SQL, items by key, objects by key and as of an instant, blocks and
    the files in them by a machine that it is attached to, files by a machine that mounts them, a machine's by itself,
    or in the stores that an environment holds.
    """

    ROWS = "rows"
    ITEMS = "items"
    OBJECTS = "objects"
    BLOCKS = "blocks"
    FILES = "files"
    MACHINE = "machine"
    STORES = "stores"
    NONE = "none"


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


def where_the_drill_says(resource: Resource) -> Place:
    """The place that its drill names; that of the resource itself where it names none."""
    if (to := resource.to) is None:
        return beside_the_source(resource)
    return Place(to.account or resource.account, to.region)


@dataclass(frozen=True)
class ResourceType:
    """A type that can be drilled, as it declares itself.

    `made` is what a drill makes of it, `parts` what else it makes on the way, in the order of their making; `holds` is
    what else one may hold that keeps it from being taken down. `grants` are the IAM actions of the calls that IAM knows
    by other names. `keys` are those of a drill file that only some types have. `kinds` says by which kinds of drill it
    is drilled, and what such a run calls from its first look to its teardown; `listing` is what an inventory calls.
    `settings` are those of a source that a copy is to have, `compared` what reads them of both.
    `stated` is what a drill calls besides whose copy is asked by statements, and `inquiry` how a source is.
    `posture` is what a look at how its backups are kept calls, `discovery` what lists all that there is of it and who
    wears which tags: reads alone. `production` is what a drill calls that fails one of production over, and
    `fails_over` its one write.
    `vaulted` says by which kinds of drill one is restored from a vault of AWS Backup, and what such a run calls,
    `by_job` whether a job of AWS Backup does it, by a role of the drill's, or the drill itself of what lies there;
    `elsewhere` by which its copy may stand where the drill says (`to`), and what such a run calls besides; `standing`
    by which it is restored from what lies there already, `afar` from a vault of AWS Backup there, likewise; `stays`
    why none of these is, where AWS has no way of bringing its points anywhere.
    `secures` names the service whose keys of KMS its data may be encrypted with, `data` the reads that show data
    itself, `bounded` others that are allowed of sources and copies alone, `filling` what loads a restored one into an
    environment's own, `imported` the calls around one that an environment imports as it was restored, `exported` those
    that make it of an export in another account, `born` around one that its template makes from a recovery point,
    `carried` those that bring the point into another account, `promoted` those that
    make one of a replica of the run's, `direct` those that fill an environment's own straight
    from the source, with no copy between, and `across` those that do so where it stands in another account,
    `both` the reads by which one is compared with what stands of it in another region.
    `heartbeat` is an example of a `canary`, empty where it can have none, and `marker` of a check of one where that is
    written otherwise; `beat` is the call that writes it, where AWS is called for that. `place` tells where the copies
    of a resource stand, `many` how many of what it makes one takes, `put` by which
    things of the account they are put there, by the words for these in the resource parts of ARNs. `named` are those of
    its reads that are made of things which a resource names, and of nothing else: `reads` tells which. `publishes` is
    what its drills put where AWS takes it from, named by its content: it stays, for others may take it from there, too;
    `puts` tells which of a resource. `rebuilt` are the ways, by the keys of `rebuild`, in which one is made anew; of
    one that is `programmed` a program of the team's own makes the copies, and no call of a drill's: it has no write, no
    quota and no twin.
    `own_keys` are its own keys of the drill files, as fields of pydantic (annotation, Field), `gaps` those of them that
    a draft of one leaves to people, and what is to be written there, `rules` what must hold of
    a resource of the type (key, mistake, fix); `used` tells what of the account its drills use that they did not make:
    the machine that reads copies, by its id; `partial` tells of one whether its drills restore but a part of it,
    and `left_out` of a key why no drill of it restores what bears that; empty where one does. `tells` are the traits by
    which what was proven of one ages: whatever describes one reads them; those of an environment its stores have.
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
    promoted: Calls = field(default_factory=Calls)
    direct: Calls = field(default_factory=Calls)
    across: Calls = field(default_factory=Calls)
    both: frozenset[str] = frozenset()
    settings: tuple[Setting, ...] = ()
    compared: Calls = field(default_factory=Calls)
    stated: Calls = field(default_factory=Calls)
    posture: Calls = field(default_factory=Calls)
    discovery: Calls = field(default_factory=Calls)
    production: Calls = field(default_factory=Calls)
    fails_over: OwnFailover | None = None
    vaulted: Mapping[Kind, Calls] = field(default_factory=dict)
    by_job: bool = True
    elsewhere: Mapping[Kind, Calls] = field(default_factory=dict)
    standing: Mapping[Kind, Calls] = field(default_factory=dict)
    afar: Mapping[Kind, Calls] = field(default_factory=dict)
    stays: str = ""
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
    put: Callable[[Resource], Mapping[str, Iterable[str]]] = lambda _resource: {}
    named: frozenset[str] = frozenset()
    reads: Callable[[Resource], Iterable[Read]] = lambda _resource: ()
    puts: Callable[[Resource], Iterable[Put]] = lambda _resource: ()
    used: Callable[[Resource], Iterable[str]] = lambda _resource: ()
    own_keys: Callable[[], Mapping[str, Any]] = dict
    gaps: Mapping[str, str] = field(default_factory=dict)
    partial: Callable[[Any], bool] = lambda _resource: False
    left_out: Callable[[Any, str], str] = lambda _resource, _key: ""
    rules: Callable[[Any], Iterator[tuple[tuple[str | int, ...], str, str]]] = lambda _resource: iter(())
    tells: frozenset[Trait] = frozenset()

    def is_only_vaulted(self, kind: Kind) -> bool:
        """Whether that kind of drill restores it from a vault of AWS Backup, and from nowhere else."""
        return kind in self.vaulted and self.kinds.get(kind) == self.vaulted[kind]

    @property
    def besides(self) -> tuple[Calls, ...]:
        """The calls beside those of its kinds that may read what no kind reads."""
        vaulted = (*self.vaulted.values(), *self.elsewhere.values(), *self.standing.values(), *self.afar.values())
        beside = (self.listing, self.exported, self.stated, self.direct, self.carried, self.across, self.compared)
        return (*beside, self.posture, self.discovery, self.production, *vaulted)

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
