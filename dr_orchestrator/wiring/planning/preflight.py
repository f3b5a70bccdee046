"""All that is looked at before a drill starts anything: by `dro plan`, and by the first step of each run."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from dr_orchestrator.aws import copies
from dr_orchestrator.aws.access.permissions import failed_over
from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.preflight import rights
from dr_orchestrator.domain import leaving
from dr_orchestrator.domain.copy import Copy, Place
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.kind import Kind
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.outline import Outline
from dr_orchestrator.domain.ports import Chooser
from dr_orchestrator.domain.preflight import Doubt, NotApplicable, Preflight, PreflightCheck, perform
from dr_orchestrator.domain.production import OnProduction
from dr_orchestrator.domain.recovery_point import RecoveryPoint
from dr_orchestrator.domain.run import Lease
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.runner import Born, Components, Direct, Store
from dr_orchestrator.runner.patience import LOOKING, again
from dr_orchestrator.wiring import approving, sweeping
from dr_orchestrator.wiring.app import App
from dr_orchestrator.wiring.building import read_only
from dr_orchestrator.wiring.customers import reaching as customers
from dr_orchestrator.wiring.identity import Surroundings
from dr_orchestrator.wiring.planning import backing, clocks
from dr_orchestrator.wiring.planning.costing import estimate, expected
from dr_orchestrator.wiring.planning.quotas import Room


@dataclass(frozen=True)
class PreflightChecks:
    """One drill that is looked at: for a run of that id, or for a plan only.

    The runs of an `exercise` look for orphans by one listing. `begun` tells that the run has gone on from another
    process, which has asked for its copy already: then nothing that only concerns a start is looked at, and what may
    come is no reason to give up a copy that is there.
    """

    here: App
    drill: Drill
    copy: Copy
    account: Account
    components: Components
    around: Surroundings
    run: str = ""
    exercise: str = ""
    begun: bool = False

    def preflight(self) -> Preflight:
        """Take all the looks; nothing is changed by any."""
        return perform(self._questions(), lambda look: again(look, LOOKING, self.here.clock))

    def points(self) -> Iterator[tuple[str, Chooser]]:
        """Where recovery points are chosen: the name of the store where there are several, and its restorer.

        What a replica holds is read in one that the run makes: until then there is none.
        """
        if self.components.restorer is not None and self.components.replica is None:
            yield "", self.components.restorer
        yield from ((f" of {born.name}", born.origin) for born in self.components.born if born.followed is None)
        yield from ((f" of {store.name}", store.filler) for store in self.components.direct)
        yield from ((f" of {store.name}", store.restorer) for store in self.components.stores)

    @functools.cached_property
    def _there(self) -> Account:
        """The account as it is seen where the copy is to stand."""
        beside = self.copy.place == Place("", self.account.region)
        return self.account if beside else read_only(self.here, self.copy.region, self.copy.account)

    def _questions(self) -> Iterator[PreflightCheck]:
        yield PreflightCheck("identity", lambda: f"account {self.around.caller.account}, {self.around.caller.arn}")
        yield PreflightCheck("clock", lambda: clocks.look(self.around.clocks), must=not self.begun)
        if self.drill.production is not None:
            yield from self._of_production(self.drill.production)
            return
        yield from self._of_copies()

    def _of_copies(self) -> Iterator[PreflightCheck]:
        target = self.components.restorer or self.components.environment
        yield from target.preflight_checks(self.copy) if target is not None else ()
        yield from self.components.looks
        yield from self.components.first_looks if not self.begun else ()
        for born in self.components.born:
            for question in born.origin.preflight_checks():
                yield replace(question, name=f"{question.name} of {born.name}")
        for filled in self.components.direct:
            for question in filled.filler.preflight_checks():
                yield replace(question, name=f"{question.name} of {filled.name}")
        for store in self.components.stores:
            for question in store.restorer.preflight_checks(store.copy):
                yield replace(question, name=f"{question.name} of {store.name}")
        own = {self.around.caller.account, self.copy.place.account} - {""}
        yield from customers.preflight(self.here, self.drill.service.customer_stacks, own)
        yield from self._of_others()
        yield PreflightCheck("credentials", self._credentials, must=not self.begun)
        yield PreflightCheck("permissions", self._permissions, must=not self.begun)
        if self.drill.vault is not None and self.drill.vault.by_job:
            yield PreflightCheck("permissions of the vault", self._permissions_of_vault, must=not self.begun)
        if self.drill.leading is not None:
            yield PreflightCheck("permissions of the name", self._permissions_of_name, must=not self.begun)
        for name, ask in self._permissions_by_store():
            yield PreflightCheck(f"permissions of {name}", ask, must=not self.begun)
        if self.begun:
            return
        if leaving.stays_in(self.drill):
            yield PreflightCheck("lost region", self._lost_region, must=False)
        for of, restorer in self.points():
            yield PreflightCheck(f"recovery point{of}", lambda restorer=restorer: self._point(restorer.choose()))  # type: ignore[misc]
        yield from self._quotas()
        yield PreflightCheck("backups of the copy", self._backups)
        yield PreflightCheck("orphans", self._orphans, must=False)
        yield PreflightCheck("expected time", self._time)
        yield PreflightCheck("cost", self._cost)

    def _lost_region(self) -> str:
        told, fix = leaving.told(leaving.stays_in(self.drill)), leaving.way_out(self.drill.kind)
        raise Doubt(f"{told}, and the drill ends inconclusive at best; {fix}")

    def _permissions_by_store(self) -> Iterator[tuple[str, Callable[[], str]]]:
        for store in self.components.stores:
            yield store.name, functools.partial(self._permissions_of, store)
        for born in (each for each in self.components.born if each.followed is not None):
            yield born.name, functools.partial(self._permissions_to_promote, born)
        for filled in self.components.direct:
            yield filled.name, functools.partial(self._permissions_to_fill, filled)

    def _quotas(self) -> Iterator[PreflightCheck]:
        room, name = Room(self.here, self.drill, self._there, self.run), self.components.name
        yield PreflightCheck("quota", room.look)
        if name is not None and self.drill.leading is not None and self.drill.leading.controls is not None:
            yield PreflightCheck("room for routing controls", lambda: room.of_name(name.quotas()))

    def _of_others(self) -> Iterator[PreflightCheck]:
        """The looks at what else goes on."""
        yield PreflightCheck("other runs", self._other_runs)
        if not self.begun and any(each.production for each in self.here.catalogue.drills.values()):
            yield PreflightCheck("failovers of production", self._failovers_of_it)

    def _of_production(self, on: OnProduction) -> Iterator[PreflightCheck]:
        """The looks before production fails over: nothing is made, and there is no quota, no cost."""
        if not self.begun:
            yield PreflightCheck("words", lambda: approving.words(self.here, self.drill, on, self.run))
            yield from self.components.looks
        own = {self.around.caller.account} - {""}
        for question in customers.preflight(self.here, self.drill.service.customer_stacks, own):
            yield replace(question, must=question.must and not self.begun)
        yield PreflightCheck("other runs", self._others_of_production, must=not self.begun)
        yield PreflightCheck("credentials", self._credentials, must=not self.begun)
        yield PreflightCheck("permissions", self._permissions_on_production, must=not self.begun)

    def _point(self, point: RecoveryPoint) -> str:
        age = format_duration(self.here.clock.now() - point.data_time)
        return f"{point.id}, data {age} old ({point.data_time_source})"

    def _other_runs(self) -> str:
        """Two different drills may use one source side by side; the same one twice would only disturb itself.

        For a run that is begun all the same somebody has decided: it is told, and goes on.
        """
        alive = {run.header.id: lease.holder for run, lease in driven(self.here, self.drill.name)}
        alive.pop(self.run, None)
        if alive and not self.run:
            raise NotMeasured("; ".join(f"run {run} of this drill is driven by {who}" for run, who in alive.items()))
        doubts = [f"run {run} of this drill is driven by {who}, too" for run, who in alive.items()]
        dead = [run for run in _open(self.here, self.drill.name) if run.header.id not in {*alive, self.run}]
        for each in (run.header.id for run in dead):
            doubts.append(f"run {each} of this drill died: `dro resume {each}` goes on with it, `dro sweep` ends it")
        if doubts:
            raise Doubt("; ".join(doubts))
        return "no other run of this drill is open"

    def _others_of_production(self) -> str:
        """No other run of any drill on the same instance may be open while production is failed over: it would take
        the outage for its own.
        """
        resource = self.drill.resource
        if others := self._open_on_it():
            told = "; ".join(f"run {run} of {drill} is open on {resource.id}" for run, drill in others)
            raise NotMeasured(told, "wait for it, or end it: `dro resume` goes on with it, `dro sweep` ends a dead one")
        return f"no other run on {resource.id} is open"

    def _failovers_of_it(self) -> str:
        """A run that fails production itself over may have begun before: what is restored has an outage meanwhile, and
        its backups wait. Nothing is read of it that this could spoil unseen, so the drill goes on, told of it.
        """
        resource, declared = self.drill.resource, self.here.catalogue.drills
        on = {name for name, each in declared.items() if each.production is not None}
        if others := [(run, drill) for run, drill in self._open_on_it() if drill in on]:
            told = "; ".join(f"run {run} of {drill} fails {resource.id} of production over" for run, drill in others)
            raise Doubt(f"{told}: its outage may be in what is measured here")
        return f"no run fails {resource.id} of production over"

    def _open_on_it(self) -> list[tuple[str, str]]:
        """The other open runs, of any drill, on the same resource: their ids, and their drills."""
        resource = self.drill.resource
        asked = resource.account or self.around.caller.account, resource.region, resource.id.lower()
        return [
            (each.header.id, each.header.drill)
            for each in self.here.ledger.queries.open_outlines()
            if each.header.id != self.run and _drilled(each) == asked
        ]

    def _backups(self) -> str:
        owner, shared = self.around.caller.account, self.exercise
        return backing.look(self.here, self.drill, self.copy, self.components, self._there, owner, shared)

    def _orphans(self) -> str:
        source, of = self.drill.resource.id, self.copy.type
        seen = sweeping.orphans_of(self.here, self._there, self.copy, self.exercise)
        ours = [each.id for each in seen if each.id == copies.name(each.run, source, self.here.types.copies[of])]
        if ours:
            raise Doubt(f"{', '.join(ours)} of no open run: `dro sweep` tells of them, and takes down what is its own")
        return f"no copy of {source} is left over"

    def _credentials(self) -> str:
        takes = expected(self.here, self.drill)
        ends = self.here.machine.now() + takes.whole / self.here.clock.pace if takes.whole else None
        return rights.last(self.account, ends, sure=takes.runs > 0)

    def _permissions(self) -> str:
        types, changer = self.here.types, self._there.changer()
        drilled = types[self.drill.resource.type]
        kind, vaulted = self.drill.kind, self.drill.vault is not None
        to = self.drill.resource.to
        way = {"vaulted": vaulted, "elsewhere": to is not None and not to.standing}
        made = [(of, rights.writes(types, drilled, kind, of, **way)) for of in drilled.copies]
        told = [rights.simulated(self._there, changer, self.copy, of, actions) for of, actions in made if actions]
        if not told:
            raise NotApplicable(f"nobody can tell what rights the program of {self.drill.resource.name} needs")
        return "; ".join(told)

    def _permissions_on_production(self) -> str:
        """The one call on production, on what it concerns, simulated right before anything is started."""
        types, caller = self.here.types, self.around.caller
        over = types[self.drill.resource.type].fails_over
        if over is None:
            raise NotApplicable(f"no call fails a {self.drill.resource.type} of production over")
        arns = failed_over(types, self.drill, [*caller.arn.split(":"), ""][1], caller.account)
        now = self.here.machine.now()
        return rights.simulated_failover(self.account, self.account.changer(), over.operation, arns, now)

    def _permissions_of_vault(self) -> str:
        vault, restorer = self.drill.vault, self.components.restorer
        if vault is None or restorer is None:
            raise NotApplicable("the drill takes nothing from a vault")
        return rights.simulated_job(self._there, self._there.changer(), restorer.choose().id, vault)

    def _permissions_of_name(self) -> str:
        leading, name = self.drill.leading, self.components.name
        if leading is None or name is None:
            raise NotApplicable("the drill has no name")
        caller = self.account.changer()
        told = rights.simulated_name(self.account, caller, name.copy, leading.record)
        if leading.controls is None:
            return told
        return f"{told}; {rights.simulated_controls(self.account, caller, leading.controls, leading.lost)}"

    def _permissions_of(self, store: Store) -> str:
        types, of = self.here.types, self.here.types[store.copy.type]
        actions = rights.writes(types, of, Kind.PITR_RESTORE)
        return rights.simulated(self.account, self.account.changer(), store.copy, of.made, actions)

    def _permissions_to_promote(self, store: Born) -> str:
        types, followed = self.here.types, store.followed
        if followed is None:
            raise NotApplicable(f"{store.name} comes back by no promotion")
        of, caller = types[followed.copy.type], self.account.changer()
        told = [
            rights.simulated(self.account, caller, replace(followed.copy, type=each.name), each, actions)
            for each in of.copies
            if (actions := rights.of_copies(types, of, of.promoted.writes, each))
        ]
        return "; ".join(told)

    def _permissions_to_fill(self, store: Direct) -> str:
        types, of = self.here.types, self.here.types[self.drill.stores[store.logical_id].type]
        actions = rights.own(types, of, (of.across if self.copy.account else of.direct).writes)
        name = f"{self.copy.id}-{copies.slug(store.logical_id)}"  # as CloudFormation names it, but for its ending
        member = replace(self.copy, type=of.name, id=name, parent=self.copy.id)
        return rights.simulated(self._there, self._there.changer(), member, of.made, actions)

    def _time(self) -> str:
        takes = expected(self.here, self.drill)
        if not takes.runs:
            raise Doubt(str(takes))
        rto = None if self.drill.kind.interrupts else self.drill.objective.rto
        if rto is not None and takes.recovery is not None and not rto.met_by(takes.recovery):
            raise Doubt(f"{takes}; recovered after {format_duration(takes.recovery)}, and its RTO is {rto}")
        return str(takes)

    def _cost(self) -> str:
        budget, costs = self.here.catalogue.budget, estimate(self.here, self.drill, self.components)
        if costs.amount is None:
            raise Doubt(str(costs))
        limit = "" if budget is None else f", of a budget of {budget}"
        if budget is not None and costs.amount > budget:
            raise NotMeasured(f"it would cost {costs}{limit}", "see `limits: {budget: ...}` in tiers.yaml")
        if costs.least:
            raise Doubt(f"{costs}{limit}")
        return f"about {costs}{limit}"


def driven(here: App, drill: str) -> list[tuple[Outline, Lease]]:
    """The open runs of a drill that a living process drives, each with its lease."""
    found = [(run, here.ledger.leases.lease(run.header.id)) for run in _open(here, drill)]
    return [(run, lease) for run, lease in found if lease is not None and lease.held]


def _drilled(run: Outline) -> tuple[str, str, str]:
    """The account, the region and the name of what a run drills, which RDS takes in any case."""
    made = run.header.provenance
    return made.account, made.region, run.header.resource_id.lower()


def _open(here: App, drill: str) -> list[Outline]:
    return here.ledger.queries.open_outlines(drill)
