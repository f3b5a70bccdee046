"""A resource type with all that performs what it declares: the declaration is light, the performing is loaded late."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from dr_orchestrator.domain.resource_type import Quota, ResourceType
from dr_orchestrator.errors import UsageError

if TYPE_CHECKING:
    from dr_orchestrator.aws.accounts import Account
    from dr_orchestrator.aws.parity.reading import Look
    from dr_orchestrator.aws.posture.ground import Ground, Reader
    from dr_orchestrator.aws.toolkit import Toolkit
    from dr_orchestrator.canary.beating import Writer
    from dr_orchestrator.checks.apart import Address
    from dr_orchestrator.domain.copy import Copy, LiveObject, Place
    from dr_orchestrator.domain.cost import Billed
    from dr_orchestrator.domain.discovery.found import Found
    from dr_orchestrator.domain.drill import Check, Drill, Selection
    from dr_orchestrator.domain.kind import Kind
    from dr_orchestrator.domain.ports import Clock, Destroyer, Filler, Member, Origin, Part, Restorer
    from dr_orchestrator.domain.recovery_point import RecoveryPoint
    from dr_orchestrator.domain.service import Canary, Resource
    from dr_orchestrator.domain.taking_over import Standby
    from dr_orchestrator.lab.twin import Twin
    from dr_orchestrator.resources.contents import Contents
    from dr_orchestrator.resources.estate import Entry
    from dr_orchestrator.resources.inside import Inside
    from dr_orchestrator.resources.sides import Sides
    from dr_orchestrator.runner import Born, Components, Direct, Followed, Store

    Bringing = tuple[Restorer, Callable[[RecoveryPoint, Copy], Part]]
    Filling = tuple[Filler, Contents]


@dataclass(frozen=True)
class Parts:
    """The parts that drills know of in an environment, by their types in CloudFormation.

    `members` are those that can be filled; `listed` lists all live objects that are of a type, whosoever they are;
    `billed` tells of one by its name what it is charged for. `in_region` are those of another region of the account,
    `called` the patterns of a live object's ARN, without its place: `dynamodb:table/orders`; `backed` the ARNs by which
    AWS Backup would know a part, by its type in CloudFormation and its name.
    """

    members: Mapping[str, Member] = field(default_factory=dict)
    listed: Mapping[str, Callable[[], Iterable[LiveObject]]] = field(default_factory=dict)
    billed: Mapping[str, Callable[[str], Billed]] = field(default_factory=dict)
    in_region: Callable[[str], Parts] = lambda _: Parts()
    called: Callable[[LiveObject], Iterable[str]] = lambda _: ()
    backed: Callable[[str, str], Iterable[str]] = lambda _type, _name: ()


@dataclass(frozen=True)
class Order:
    """A drill that a type is to perform: with which tools, into which copy, and the stores that it has to fill.

    `born` are those that it makes itself, from their recovery points, `inside` the ways into them, by logical id;
    `direct` are those that are filled with no copy between, `contents` what checks read of them, `sides` those that are
    compared in two regions.
    `parts` are what an environment may hold. `production` tells every address at which resources of the service are
    served, `known` are the ids of all that is declared. `simulated` says that nothing of it can be evidence. `home` is
    the workspace, in which programs of the team's own are run.
    """

    drill: Drill
    copy: Copy
    toolkit: Toolkit
    simulated: bool = False
    stores: tuple[Store, ...] = ()
    born: tuple[Born, ...] = ()
    inside: Mapping[str, Inside] = field(default_factory=dict)
    direct: tuple[Direct, ...] = ()
    contents: Mapping[str, Contents] = field(default_factory=dict)
    sides: Mapping[str, Sides] = field(default_factory=dict)
    parts: Parts = field(default_factory=Parts)
    home: Path = Path()
    production: Callable[[], Iterable[Address]] = tuple
    known: frozenset[str] = frozenset()


class MakeComponents(Protocol):
    """Builds what a drill of the type is performed with."""

    def __call__(self, order: Order) -> Components:
        """Build it."""


class MakeDestroyer(Protocol):
    """Builds what takes down copies of the type, or of its parts, that a dead process left."""

    def __call__(self, copy: Copy, source: Resource, toolkit: Toolkit, parts: Parts) -> Destroyer:
        """Build it; `source` is the resource that the copy was made of, `parts` what it may hold."""


class MakeWriter(Protocol):
    """Builds what writes the heartbeat of `dro canary` into a resource of the type."""

    def __call__(self, account: Account, resource: Resource, canary: Canary, clock: Clock) -> Writer:
        """Build it; `clock` is the drill's."""


def _cannot_be_a_store(resource: Resource, selection: Selection, toolkit: Toolkit) -> Restorer:  # noqa: ARG001
    raise UsageError(f"{resource.name}, of type {resource.type}, cannot be restored as a store of an environment")


def _cannot_be_brought(resource: Resource, toolkit: Toolkit, bucket: str, account: str) -> Bringing:  # noqa: ARG001
    raise UsageError(f"{resource.name}, of type {resource.type}, cannot be brought into another account as a store")


def _has_no_inside(resource: Resource, toolkit: Toolkit, stack: Copy) -> Inside | None:  # noqa: ARG001
    return None


def _has_no_writer(account: Account, resource: Resource, canary: Canary, clock: Clock) -> Writer:  # noqa: ARG001
    raise UsageError(f"nothing writes a heartbeat into {resource.name}, a {resource.type}")


@dataclass(frozen=True, kw_only=True)
class Drillable(ResourceType):
    """A resource type that can be drilled.

    `listed` yields every live object of its copies' types in an account's region, `quotas` tell how many more there
    may be, by the names that `made` and `parts` give them; `takes` asks where a resource stands how much of which one
    copy takes, where that is no number of copies: vCPU, say. `more` tells how many more of those a drill of a kind
    makes than one of each, `held` what one that holds others holds (type in CloudFormation and name). `store` restores
    one as a store of an environment, `brought` makes one where that stands in another account, with what brings its
    recovery point there before (through a bucket), `member` is what one is as a part of an environment at a place,
    `filler` what fills a stack's own straight from one, with what the checks that name it read there, `origin` what a
    template's own is made of, with the `inside` of that as part of a stack, `sides` compare one of the lost region
    with what stands of it in the other, `looks` read the `settings` of a live one, `served` tells every address at
    which it is served, `twin` what it is in the simulated AWS, `entry` the shape of what an estate file says of one
    that the lab is to make. `protection` reads how the backups of what is declared of it at a place are kept; without
    one only its drills are judged. `discovered` tells of all that stands at a place, whoever declares it, `worn` the
    tags of one where its listing does not and nobody tells those of all; what AWS knows no such thing of has neither.
    `own_standby` looks at one of production that may be failed over itself.
    `followed` is an origin by way of a replica of the run's, which is promoted.
    An origin is told of the environment that its own is made in, and of the key of KMS under which recovery points are
    shared with that one's account.
    """

    components: MakeComponents
    destroyer: MakeDestroyer
    listed: Callable[[Account], Iterator[LiveObject]]
    quotas: Mapping[str, Callable[[Account], Quota]]
    takes: Callable[[Account, Resource], Mapping[str, int]] | None = None
    more: Mapping[Kind, Mapping[str, int]] = field(default_factory=dict)
    held: Callable[[Account, str], Iterator[tuple[str, str]]] | None = None
    store: Callable[[Resource, Selection, Toolkit], Restorer] = _cannot_be_a_store
    brought: Callable[[Resource, Toolkit, str, str], Bringing] = _cannot_be_brought
    member: Callable[[Toolkit, Place], Member] | None = None
    filler: Callable[[Resource, Toolkit, Copy, Sequence[Check]], Filling] | None = None
    origin: Callable[[Resource, Toolkit, Copy, str], Origin] | None = None
    followed: Callable[[Resource, Toolkit, Copy, Followed], Origin] | None = None
    inside: Callable[[Resource, Toolkit, Copy], Inside | None] = _has_no_inside
    sides: Callable[[Resource, Resource, Toolkit], Sides] | None = None
    served: Callable[[Resource, Toolkit], Collection[Address]] = lambda _resource, _toolkit: ()
    protection: Callable[[Ground], Reader] | None = None
    discovered: Callable[[Ground], Iterable[Found]] | None = None
    worn: Callable[[Ground, Found], Mapping[str, str]] | None = None
    writer: MakeWriter = _has_no_writer
    looks: Callable[[], Sequence[Look]] = tuple
    twin: Callable[[], Twin] | None = None
    entry: Callable[[], type[Entry]] | None = None
    own_standby: Callable[[Resource, Toolkit], Standby] | None = None
