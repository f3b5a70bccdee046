"""A way to make a copy, under the verbs that all share, in the small estate; what differs is the way's own spec."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from dr_orchestrator.aws.access.permissions import calls_of
from dr_orchestrator.domain.clock import Moment
from dr_orchestrator.domain.copy import Copy, CopyState, Identity
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.preflight import perform
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.resource_type import Calls
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.domain.vault import Vault
from dr_orchestrator.errors import NotRecoverable
from dr_orchestrator.resources import TYPES
from dr_orchestrator.resources.drillable import Parts
from dr_orchestrator.runner.journal import Journal
from tests.support.contexts import ToldContext
from tests.support.estate import Estate
from tests.support.fakes import MemoryLedger
from tests.support.records import HEADER
from tests.support.ways.troubles import NOTHING, Never, Outlived, Vanish

Mistaken = tuple[Callable[[Estate], str], str]
"""What makes something of another type, and returns its id; and a pattern of what is told of that."""


@dataclass(frozen=True)
class Spec:
    """What a type says of one way to make a copy of it, so that the contract can be tried.

    `restorer` builds what restores, `ask` and `delete` are the calls that make the copy and take it down, `makes` the
    one whose fate the copy's is where that is another; an
    `environment` is built rather than restored. `foreign` makes an object of the copy's name as somebody else would,
    `remove` deletes the copy as somebody else would. `described` is all that AWS says of the source but what moves with
    time, and `identity` what it calls that for good. `proving` are the looks without which nothing may be deleted,
    `dies` is a state that no copy comes back from and what is said of it, `hangs` how one is told that never gets
    ready, as a fault that is `late`, `pointless` a fault by which there is no recovery point and what is said then.
    `paged` are listings whose pages can be made small, by the parameter that says how small, and the least that it may
    say. `looks` are the calls by which the source is looked at, `changes` those that change the copy besides. What lies
    in a `vault` is restored by a job, where it has a role, which is known before what it makes. `held` is what a copy
    has under ids of AWS's alone, `before` makes what has to be there for this way alone.

    `vanishes` takes away what was looked at before it is restored, `full` are the codes by which each call says that
    there is no room now, `refuses` those by which it says so for good, `mistaken` makes what is of another type and
    says what is told of its id: or each says why that cannot come about. `apart` is what is told of a source that
    stands in another region.
    """

    name: str
    type: str
    kind: Kind
    source: Resource
    restorer: Callable[[Way], Any]
    ask: str
    delete: str
    foreign: Callable[[Way, list[dict[str, str]]], None]
    remove: Callable[[Way], None]
    proving: tuple[str, ...]
    dies: tuple[str, str]
    makes: str = ""
    hangs: str = ""
    late: type[Exception] = NotRecoverable
    pointless: tuple[Mapping[str, str], str] | None = None
    environment: bool = False
    described: Callable[[Estate], dict[str, Any]] = lambda _made: {}
    identity: Callable[[Mapping[str, Any]], Identity] | None = None
    paged: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    looks: str = "Describe*"
    changes: frozenset[str] = frozenset()
    vault: Vault | None = None
    held: Callable[[Way], tuple[str, ...]] = lambda _way: ()
    before: Callable[[Estate], None] = lambda _made: None
    vanishes: Mapping[str, Vanish | Outlived | Never] = field(default_factory=dict)
    full: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    refuses: frozenset[str] = frozenset()
    mistaken: Mapping[str, Mistaken] | Never = NOTHING
    apart: str | Never = ""

    @property
    def declared(self) -> Calls:
        """All that a drill of this way is declared to call."""
        of = TYPES[self.type]
        found = (of.vaulted if self.vault else of.kinds)[self.kind]
        return found | of.afar[self.kind] if self.vault and self.source.to else found


@dataclass(frozen=True)
class Kept:
    """What a run keeps: its journal, and the ledger behind it."""

    journal: Journal
    ledger: MemoryLedger


@dataclass
class Way:
    """One way to make a copy in the estate; a stack's recovery point is its template."""

    made: Estate
    spec: Spec
    resource: Resource
    selection: Selection
    copy: Copy
    heard: int
    brought: list[tuple[str, str]] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The name of the way."""
        return self.spec.name

    @property
    def declared(self) -> frozenset[str]:
        """All calls that its type declares for a drill of this way: what `dro iam` prints."""
        drill: Any = SimpleNamespace(
            resource=self.resource,
            kind=self.spec.kind,
            stores={},
            vault=self.spec.vault,
            production=None,
            secondary=None,
            promoted={},
        )
        return frozenset(calls_of(TYPES, drill).all)

    @property
    def restorer(self) -> Any:
        """What restores, made anew: as another process would."""
        return self.spec.restorer(self)

    def destroyer(self, copy: Copy) -> Any:
        """What takes a copy down that stands where the ledger says: of one elsewhere, as a sweep does."""
        if self.resource.to is None:
            return self.restorer
        return TYPES.making(copy.type).destroyer(copy, replace(self.resource, to=None), self.made.toolkit, Parts())

    def remembered(self) -> Kept:
        """From now on what the run is told is kept, as its journal and its ledger have it."""
        ledger = MemoryLedger()
        journal = Journal(HEADER, ledger, self.made.clock)
        context = ToldContext(self.copy.run, self.made.clock, journal=journal, seen=self.made.ledger.seen)
        self.made = replace(self.made, toolkit=replace(self.made.toolkit, context=context))
        return Kept(journal, ledger)

    def strike(self) -> datetime:
        """Disaster struck a minute before the newest recovery point that there is, and the run knows it."""
        clock, ledger = self.made.clock, self.made.ledger
        journal = Journal(HEADER, MemoryLedger(), clock)
        journal.reach(Moment.DISRUPTION, self.restorer.choose().data_time - timedelta(minutes=1))
        context = ToldContext(self.copy.run, clock, journal=journal, seen=ledger.seen)
        self.made = replace(self.made, toolkit=replace(self.made.toolkit, context=context))
        return journal.disrupted()

    def restore(self, restorer: Any = None, point: RecoveryPoint | None = None) -> Identity:
        """Ask for the copy, of the point that was chosen, or is."""
        restorer = restorer or self.restorer
        if self.resource.to is not None:
            self.bring(point)
        if self.spec.environment:
            made = restorer.build(self.copy)
        else:
            made = restorer.restore(point or restorer.choose(), self.copy)
        if self.spec.vault and self.spec.vault.by_job and made.identity is None:
            assert made.job
            return Identity("", made.job)
        assert made.identity is not None
        return made.identity

    def bring(self, point: RecoveryPoint | None = None) -> None:
        """Bring the recovery point to where the copy is to stand, as the runner does; what is seen of that is no state
        of the copy itself.
        """
        restorer, ledger, seen = self.restorer, self.made.ledger, len(self.made.ledger.seen)
        for part in restorer.brought(point or restorer.choose(), self.copy) if hasattr(restorer, "brought") else ():
            if part.copy.id not in ledger.rows:
                ledger.intend(part.copy, self.made.clock)
            part.ask()
            identity = part.ready().identity
            ledger.rows[part.copy.id] = replace(ledger.rows[part.copy.id], identity=identity, state=CopyState.CREATED)
        self.brought += ledger.seen[seen:]
        del ledger.seen[seen:]

    def client(self, service: str) -> Any:
        """The hand of somebody else where the copy stands."""
        return self.made.client(service, self.copy.region)

    def restored(self, ready: bool = True) -> Identity:
        """Restore, note the identity in the ledger as the runner does, and wait."""
        identity = self.restore()
        self.confirm(identity)
        if ready:
            named = self.restorer.ready(self.copy).identity
            if named is not None:
                self.confirm(named)
                return named
        return identity

    def whole(self) -> None:
        """Restore it with all that a drill makes in it."""
        self.restored()
        restorer = self.restorer
        for part in restorer.further(self.copy) if hasattr(restorer, "further") else ():
            self.made.ledger.intend(part.copy, self.made.clock)
            rows = self.made.ledger.rows
            rows[part.copy.id] = replace(rows[part.copy.id], identity=part.ask().identity, state=CopyState.CREATED)
            part.ready()

    def ended(self) -> None:
        """Take all of it down, last first."""
        rows, toolkit = list(self.made.ledger.rows.values()), self.made.toolkit
        for row in reversed(rows):
            TYPES.making(row.copy.type).destroyer(row.copy, self.resource, toolkit, Parts()).destroy(row.copy)

    def confirm(self, identity: Identity) -> None:
        """Note in the ledger what AWS named: the copy, or the job that makes it."""
        rows = self.made.ledger.rows
        if not identity.arn:
            rows[self.copy.id] = replace(rows[self.copy.id], job=identity.unique_id)
            return
        rows[self.copy.id] = replace(rows[self.copy.id], identity=identity, state=CopyState.CREATED)

    def calls(self, action: str) -> list[dict[str, Any]]:
        """The calls of an action that were answered well since the test began."""
        heard = self.made.lab.journal[self.heard :]
        return [entry.params for entry in heard if entry.action == action and 200 <= entry.status < 300]

    @property
    def deletions(self) -> list[dict[str, Any]]:
        """Every call that could delete something, answered well or not."""
        heard = self.made.lab.journal[self.heard :]
        return [entry.params for entry in heard if entry.action.startswith(("Delete", "Terminate"))]

    def foreign(self, tags: dict[str, str]) -> None:
        """Somebody else makes an object under the copy's name."""
        self.spec.foreign(self, [{"Key": key, "Value": value} for key, value in tags.items()])
        self.made.clock.sleep(900)

    def exists(self) -> bool:
        """Whether there is anything of the copy's name."""
        return any(self.copy.id in names for names in self.made.inventory().values())


Make = Callable[..., Way]


def looked(way: Way) -> str:
    """What the looks before a drill see of the restorer's own; the fault of those that stop it."""
    return perform(way.restorer.preflight_checks(way.copy)).raise_if_blocked()
