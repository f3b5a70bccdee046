"""The parts that a drill is performed with, as its resource type builds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.customer.port import Customers
from dr_orchestrator.domain.evidence import Seen
from dr_orchestrator.domain.led import DrillName
from dr_orchestrator.domain.lost_region import Asked
from dr_orchestrator.domain.mass_restore.port import Tenants
from dr_orchestrator.domain.parity import Parity
from dr_orchestrator.domain.ports import (
    Checks,
    Chooser,
    Entrance,
    Environment,
    Filler,
    Origin,
    Part,
    Restorer,
)
from dr_orchestrator.domain.preflight import Preflight, PreflightCheck
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.run import NOT_PROBED, Probed
from dr_orchestrator.domain.taking_over import Client, Replica, Standby

T = TypeVar("T")


@dataclass(frozen=True)
class Store:
    """A store of an environment: how it is restored, under which copy, and where its data goes.

    One that is `imported` becomes the environment's own; any other copy is there for a while, to be filled from.
    `ahead` is what brings its recovery point to where the copy is made, as a copy of its own, before that is asked for.
    """

    name: str
    logical_id: str
    restorer: Restorer
    copy: Copy
    imported: bool = False
    ahead: Callable[[RecoveryPoint, Copy], Part] | None = None


@dataclass(frozen=True)
class Followed:
    """A replica of the run's, of which a store is made once that is promoted: its copy, and what promotes it."""

    copy: Copy
    parts: Components


@dataclass(frozen=True)
class Born:
    """A store that an environment's template makes itself, from a recovery point of its origin: filled by nobody.

    Where that is a replica which stands in another region, one of the run's has `followed` it before.
    """

    name: str
    logical_id: str
    origin: Origin
    followed: Followed | None = None


@dataclass(frozen=True)
class Direct:
    """A store of an environment that is filled straight from production's, as of an instant: a bucket, say."""

    name: str
    logical_id: str
    filler: Filler


@dataclass(frozen=True)
class Restored:
    """A store of an environment that a program of the team's own restored: once it is made, it tells of which point."""

    name: str
    chooser: Chooser


def stands_there(point: RecoveryPoint, copy: Copy) -> Sequence[Part]:  # noqa: ARG001
    """The copies by which a point comes to where it is already: none."""
    return ()


def nothing_outlives(copy: Copy) -> str:  # noqa: ARG001
    """The words on what others made of a copy, and what stays when that is gone: nothing did."""
    return ""


@dataclass(frozen=True)
class Components:
    """The parts that a drill is performed with; it has a restorer or an environment, never both.

    `stores` are filled or imported, those that are `born` are made from their recovery points, those that are
    `direct` are filled without a copy between, and of the `restored` ones the points are told once they are there.
    `checks` are performed on the recovery clock, `afterwards` those that are not. `preflight` looks before anything
    is started. `isolated` proves of the live copy that it stands where it should, `probe` that nothing of production
    answers it; each returns what it saw (`probe` also whether it could try at all), or raises a DrillFault.
    `compared` compares the copy's settings with its source's, and tells of what it could not read. `entrance` finds
    the login that opens the copy, where checks log in to it; a `replica` is promoted, once it follows production's own;
    `held` is what it had before the disruption, by the names of checks; a `standby` takes a copy's place while a
    `client`, made for it anew for each way, goes on writing; `customers` are looked at before and after all of it;
    `looks` are those that the checks need before anything is started, beside the restorer's own, `first_looks` those
    that no later process of the run takes: after the disruption nobody asks what is lost. `brought` are the copies by
    which a recovery point comes to where the drill's copy is to stand; `name` is the drill's own, which leads to what
    comes back; `both` are the checks of what stands in both regions, once it leads back, `lost` tells what was asked of
    the region that counts as lost, `outlives` what others made of a copy that is gone, and is still there. With
    `production` nothing is copied: the standby is production's own, which `returns` or not. By `tenants` the copy is
    asked for one tenant after the other; `asks_tenants` does so, of a run that is a container of a large incident.
    """

    checks: Checks
    restorer: Restorer | None = None
    environment: Environment | None = None
    stores: tuple[Store, ...] = ()
    born: tuple[Born, ...] = ()
    direct: tuple[Direct, ...] = ()
    restored: tuple[Restored, ...] = ()
    preflight: Callable[[], Preflight] = Preflight
    isolated: Callable[[Copy], Seen] | None = None
    entrance: Entrance | None = None
    probe: Callable[[Copy], Probed] | None = None
    afterwards: Checks | None = None
    compared: Callable[[Copy], Parity] | None = None
    looks: tuple[PreflightCheck, ...] = ()
    first_looks: tuple[PreflightCheck, ...] = ()
    standby: Standby | None = None
    replica: Replica | None = None
    held: Mapping[str, datetime | None] = field(default_factory=dict)
    brought: Callable[[RecoveryPoint, Copy], Sequence[Part]] = stands_there
    client: Callable[[Copy], Client] | None = None
    customers: Customers | None = None
    name: DrillName | None = None
    both: Checks | None = None
    lost: Asked | None = None
    tenants: Tenants | None = None
    asks_tenants: Callable[[Copy], Probed] | None = None
    outlives: Callable[[Copy], str] = nothing_outlives
    production: bool = False
    returns: bool = True


def not_probed(copy: Copy) -> Probed:  # noqa: ARG001
    """The probe of what nothing has proven to be the copy: there is none."""
    return Probed(False, f"{NOT_PROBED}: nothing has proven that this is the restored copy")


def plain(name: str, act: Callable[[], T]) -> T:  # noqa: ARG001
    """The plainest Call: no engine around the step."""
    return act()
