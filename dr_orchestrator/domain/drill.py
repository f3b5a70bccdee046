"""The drill: the written definition of a drill, how it picks a recovery point, and what it checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from dr_orchestrator.domain.calendar import Calendar, Frequency
from dr_orchestrator.domain.cost import Rates
from dr_orchestrator.domain.deadlines import Deadlines
from dr_orchestrator.domain.defaults import ASIDE, SINCE
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.leading import Leading
from dr_orchestrator.domain.objective import Disruption, Objective, Tier, format_duration
from dr_orchestrator.domain.production import OnProduction
from dr_orchestrator.domain.proof import Deep, SameInBoth, asks_source
from dr_orchestrator.domain.secondary import Secondary
from dr_orchestrator.domain.service import Resource, Service
from dr_orchestrator.domain.tag_keys import TagKeys
from dr_orchestrator.domain.vault import Vault


class Pick(StrEnum):
    """Which recovery point is taken."""

    LATEST = "latest"
    RANDOM = "random"
    OLDEST = "oldest"
    AT = "at"
    BEFORE = "before"


@dataclass(frozen=True)
class Selection:
    """The choice of a recovery point; `at` is the instant (UTC), or how long before the drill's start it lies.

    `before` takes the last instant before an incident (`at`). `random` is drawn anew for each of so many `runs`, from
    the run's id, so that a stranger can draw it again.
    """

    pick: Pick = Pick.LATEST
    at: datetime | None = None
    ago: timedelta | None = None
    runs: int = 1

    @property
    def key(self) -> str:
        """Its id, which people can read: ledgers hold it and are asked by it, so that it is never worded anew."""
        if self.ago is not None:
            return f"{format_duration(self.ago)} before the start"
        if self.at is None:
            return self.pick.value
        before = "just before the incident " if self.pick is Pick.BEFORE else ""
        return f"{before}at {self.at:%Y-%m-%d %H:%M:%S} UTC"

    def __str__(self) -> str:
        return self.key


class RecoveryPath(StrEnum):
    """Whether a drill proves the path that serves the tier's promise, or a fallback behind it."""

    PRIMARY = "primary"
    FALLBACK = "fallback"


@dataclass(frozen=True)
class RowsAtLeast:
    """A table of the copy holds at least this many rows, counted."""

    name: str
    table: str
    minimum: int
    mandatory: bool = True
    database: str = field(default="", metadata=SINCE)


@dataclass(frozen=True)
class NewestRow:
    """The newest value of a time column in the copy; `canary` marks the heartbeat that RPA is read from.

    `interval` is the heartbeat's: how far behind the asked instant its newest row may be. `within` bounds its age
    at the disruption, where the team wants a bound of its own beside the RPO. `timezone` (IANA) is that of a column
    which has none of its own.
    """

    name: str
    table: str
    column: str
    canary: bool = False
    interval: timedelta = timedelta(minutes=1)
    within: timedelta | None = None
    mandatory: bool = True
    timezone: str = ""
    database: str = field(default="", metadata=SINCE)


@dataclass(frozen=True)
class Query:
    """A query against the copy returns one expected value (compared as text)."""

    name: str
    sql: str
    equals: str
    mandatory: bool = True
    database: str = field(default="", metadata=SINCE)


@dataclass(frozen=True)
class ItemsAtLeast:
    """A table of the copy holds at least this many items, by reading them (never by ItemCount)."""

    name: str
    minimum: int
    table: str = ""
    mandatory: bool = True


@dataclass(frozen=True)
class CanaryItem:
    """The heartbeat item of a table: its key, and the attribute that holds its time (ISO 8601 or Unix seconds)."""

    name: str
    key: Mapping[str, str]
    attribute: str
    table: str = ""
    interval: timedelta = timedelta(minutes=1)
    mandatory: bool = True


@dataclass(frozen=True)
class RestoredRow:
    """The heartbeat's marker row in the copy is of the restored instant, and the source's has moved on since."""

    name: str
    table: str
    column: str
    mandatory: bool = True
    database: str = field(default="", metadata=SINCE)


@dataclass(frozen=True)
class RestoredItem:
    """The heartbeat item in the copy is of the restored instant, and the source's has moved on since."""

    name: str
    key: Mapping[str, str]
    attribute: str
    table: str = ""
    mandatory: bool = True


@dataclass(frozen=True)
class HttpAnswer:
    """An endpoint of the copy answers with a status (and a text in its body, where one is given).

    `url` may name an output of the rebuilt stack: `{OutputKey}`.
    """

    name: str
    url: str
    status: int = 200
    contains: str = ""
    timeout: timedelta = timedelta(seconds=10)
    mandatory: bool = True


@dataclass(frozen=True)
class EventArrives:
    """An event that is put onto a bus of the rebuilt stack is in a log group of it within a time.

    Bus and log group are named by their logical ids; `detail` is what it holds beside.
    """

    name: str
    bus: str
    log_group: str
    source: str
    detail_type: str
    within: timedelta
    detail: Mapping[str, str] = field(default_factory=dict, hash=False)
    mandatory: bool = True


Surface = HttpAnswer | EventArrives
Check = (
    RowsAtLeast
    | NewestRow
    | Query
    | ItemsAtLeast
    | CanaryItem
    | RestoredRow
    | RestoredItem
    | Surface
    | Deep
    | SameInBoth
)


def reads_source(check: object) -> bool:
    """Whether a check asks the source's own database beside the copy's."""
    return isinstance(check, RestoredRow) or asks_source(check)


@dataclass(frozen=True)
class Drill:
    """The written definition of a drill: one resource of one service, one kind, held to one objective.

    `accept` are the reasons for settings in which a copy may differ from its source, by their names, or `STORE.NAME`.
    `vault` is where its recovery points lie, where AWS Backup keeps them: it restores them, too. `leading` is the name
    that leads to its copy: then its resource is the one that comes back, in the other region, from the stores
    there; `lost` are those of the lost region that are compared with these, by logical id, once the name leads back,
    and `promoted` what the stores are replicas of that come back by a promotion, likewise.
    `replicates` is what its resource is a replica of, where a replica is promoted.
    `production` is said of one that makes no copy: production itself is failed over, by the words that it has.
    `secondary` is the other region of one whose copy spans two. `after_change_of` are resources that it does not
    recover: once they are declared otherwise, it is another drill, and due anew.
    `stands_in` is the region in which its copy stands, by its type; empty where that was not asked.
    """

    name: str
    service: Service
    resource: Resource
    kind: Kind
    disruption: Disruption
    objective: Objective
    checks: tuple[Check, ...]
    selection: Selection = Selection()
    path: RecoveryPath = RecoveryPath.PRIMARY
    every: Frequency = Frequency.QUARTER
    summary: str = ""
    file: str = ""
    digest: str = ""
    stores: Mapping[str, Resource] = field(default_factory=dict)
    accept: Mapping[str, str] = field(default_factory=dict, metadata=SINCE)
    vault: Vault | None = field(default=None, metadata=SINCE)
    leading: Leading | None = field(default=None, metadata=SINCE)
    lost: Mapping[str, Resource] = field(default_factory=dict, metadata=SINCE)
    promoted: Mapping[str, Resource] = field(default_factory=dict, metadata=SINCE)
    replicates: Resource | None = field(default=None, metadata=SINCE)
    production: OnProduction | None = field(default=None, metadata=SINCE)
    secondary: Secondary | None = field(default=None, metadata=SINCE)
    after_change_of: tuple[Resource, ...] = field(default=(), metadata=SINCE)
    stands_in: str = field(default="", compare=False, metadata=ASIDE)


@dataclass(frozen=True)
class Allowed:
    """The AWS accounts and regions that drills may work in; empty where the policy does not say."""

    accounts: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()


def account_of(arn: str) -> str:
    """The account that an ARN names."""
    return arn.split(":")[4]


@dataclass(frozen=True)
class Roles:
    """The IAM roles (ARNs) that drills take on: one that only reads, and one that makes copies; empty for none.

    `elsewhere` are those of other accounts in which copies stand, one an account: it reads and changes there.
    `external_id` is what the trust policy of a customer's role may ask for.
    """

    source: str = ""
    drill: str = ""
    elsewhere: tuple[str, ...] = ()
    external_id: str = ""

    def at(self, account: str) -> Roles:
        """The roles in an account; those of the sources where it is theirs, or none is named for it."""
        found = next((arn for arn in self.elsewhere if account_of(arn) == account), "")
        return Roles(found, found) if found else self

    def reach(self, account: str) -> bool:
        """Whether a role of its own is named for an account."""
        return self.at(account) is not self


@dataclass(frozen=True)
class Catalogue:
    """All that a workspace declares.

    `headroom` is how much of a quota is kept for production's own failover; `budget` is the most that a drill, or an
    exercise, may cost, in the currency of the `rates`. `keys` are those of the tags that say whose a resource is;
    `isolated` is whether the policy says where copies are put, `deadlines` by when findings are due.
    """

    services: Mapping[str, Service]
    drills: Mapping[str, Drill]
    at_once: int = 4
    revision: str = ""
    allowed: Allowed = Allowed()
    roles: Roles = Roles()
    rates: Rates = field(default_factory=Rates)
    headroom: int = 2
    budget: Decimal | None = None
    keys: TagKeys = field(default_factory=TagKeys)
    tiers: Mapping[int, Tier] = field(default_factory=dict)
    isolated: bool = False
    calendar: Calendar = field(default_factory=Calendar)
    deadlines: Deadlines = field(default_factory=Deadlines)
