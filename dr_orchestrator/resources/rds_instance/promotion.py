"""A read replica in another region: a replica of the run's is made of it, and that one is promoted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from dr_orchestrator.aws.calls.api import Refused
from dr_orchestrator.aws.copies import run_of
from dr_orchestrator.aws.rds import instances, isolation, replicas
from dr_orchestrator.aws.rds.objects import INSTANCES, Objects
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.aws.watcher import Sighting
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.drill import Selection
from dr_orchestrator.domain.evidence import Asked, Ready, Seen
from dr_orchestrator.domain.objective import format_duration
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.recovery_point import PointKind, RecoveryPoint, WorstCase
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import NotMeasured, NotRecoverable, Transient
from dr_orchestrator.resources.rds_instance import options
from dr_orchestrator.resources.rds_instance.following import Following, broken
from dr_orchestrator.resources.rds_instance.restore import RdsInstance

_PROMOTED = replace(instances.STATES, soonest=0.0)
QUOTA = instances.QUOTA
_UNDER_WAY = frozenset({"modifying", "rebooting"})
"""The states of what is being promoted."""

_BETWEEN, _UNHEARD, _REFUSED = 30.0, 60.0, 900.0
"""Drill seconds between two looks; after which a promotion that nothing shows is asked for again; and after which a
refusal is believed of a standing replica that is available all the while.
"""

_CLOCKS = timedelta(minutes=1)
"""How far production's clock may be ahead of ours: a heartbeat is seconds old, so that a little shows."""

_CAVEAT = "the first backup, which RDS makes of a replica that is promoted with backups, is no part of it"

_AS_ITS_SOURCE = ("DBParameterGroupName", "BackupRetentionPeriod")
"""The parameters that no replica beside its source is given: it has the parameter group of that, and no backups."""


class RdsPromotion(RdsInstance):
    """Promotes a replica of the run's, made of the standing one; its resource is the standing replica."""

    def __init__(
        self,
        resource: Resource,
        selection: Selection | None,
        toolkit: Toolkit,
        answers: Callable[[Copy], bool] | None = None,
        of: Resource | None = None,
    ) -> None:
        """`of` is what the standing one replicates. `held` is how the newest heartbeat in a copy is read."""
        super().__init__(resource, selection, toolkit, answers)
        self._of = of
        self.held: Callable[[Copy], datetime] = _unread
        self._point: RecoveryPoint | None = None
        self._asked = False  # by us, whose call was taken, or may have been
        self._unheard: float | None = None

    def preflight_checks(self, copy: Copy) -> list[PreflightCheck]:
        """As of each instance, and what it replicates, whether it does, and whether a replica can be made of it."""
        now = self._toolkit.clock.now
        return [
            *super().preflight_checks(copy),
            PreflightCheck("what it replicates", self._look_at_what_it_replicates),
            PreflightCheck("replication", lambda: replicas.replicating(self.described())),
            PreflightCheck("lag", lambda: replicas.behind(self._toolkit.account, self._resource.id, now()), must=False),
            PreflightCheck("replicas of replicas", lambda: replicas.makes_replicas(self.described())),
            PreflightCheck("read_only", lambda: replicas.takes_no_writes(self._toolkit.account, self.described())),
            PreflightCheck("replicas", lambda: self._look_at_replicas(copy)),
        ]

    def follow(self, copy: Copy) -> Asked:
        """Ask for a replica of the standing one, in isolation; while that is backed up or changed, RDS makes none."""
        began = refused_at = self._toolkit.clock.monotonic()
        while True:
            if self._objects.described(copy.id) is None and self._wait_for_the_standing_one(began):
                refused_at = self._toolkit.clock.monotonic()
            try:
                return self._ask_for_one(copy)
            except (
                Refused
            ) as refused:  # its backup began since it was looked at, maybe; or it is against something else
                late = self._toolkit.clock.monotonic() - refused_at > _REFUSED
                if refused.code != INSTANCES.busy or late:
                    raise
            self._toolkit.pause(_BETWEEN)

    def _ask_for_one(self, copy: Copy) -> Asked:
        given = {key: value for key, value in self._overrides().items() if key not in _AS_ITS_SOURCE}
        source = {"SourceDBInstanceIdentifier": self._resource.id}
        objects = Objects(INSTANCES, self._there.beforehand())
        return objects.ask("CreateDBInstanceReadReplica", copy, QUOTA, DBInstanceIdentifier=copy.id, **source, **given)

    def follows(self, copy: Copy) -> Ready:
        """Wait until RDS says that it is there and replicates, and it lies no further behind than the standing one.

        One that is made of a snapshot has hours to take on, maybe, of which the standing one lacks nothing.
        """
        following = Following(copy.id, self._resource.id, self._there.account, self._toolkit.clock)
        try:
            seen = self._toolkit.wait_beforehand(self._objects.feed(), copy, instances.STATES, following)
        except Transient:
            raise
        except NotMeasured as late:
            if not following.behind:
                raise
            raise NotMeasured(f"{following.words}: {late.message}", call=replicas.LAG) from late
        words = f"{replicas.replicating(seen.detail)}, {following.words}"
        return Ready(self._toolkit.seconds_since(seen), INSTANCES.identity(seen.detail), words)

    def hold(self, copy: Copy) -> Seen:
        """Read the newest heartbeat in it: the standing one has all that it has, by then.

        NotRecoverable where that is none any more of what the drill says: whoever promoted it meanwhile writes to it.
        NotMeasured where the run's own replicates no more: what it lacks is its own loss, and no disaster's; Transient
        of one that may go on by itself.
        """
        self._look_at_what_it_replicates()
        self._refuse_another(live := self._live(copy))
        if not replicas.healthy(live):
            raise broken(live, passing=not replicas.ended(live))
        at, told = self._held(copy)
        self._point = RecoveryPoint(
            id=f"{self._resource.id}@{at:%Y-%m-%dT%H:%M:%SZ}",
            kind=PointKind.CONTINUOUS,
            data_time=at,
            data_time_source=f"newest heartbeat that the run's replica held before the disruption{told}",
            store=self._resource.name,
        )
        return Seen(f"its newest heartbeat is of {at:%Y-%m-%d %H:%M:%S} UTC{told}")

    def _held(self, copy: Copy) -> tuple[datetime, str]:
        """The newest heartbeat, which nobody wrote after it was read; the words on a clock that says otherwise.

        One that is further ahead than clocks are is told as it is, and then no disaster can have left it.
        """
        at, now = self.held(copy), self._toolkit.clock.now()
        if not timedelta() < at - now <= _CLOCKS:
            return at, ""
        return now, f"; production's clock is {format_duration(at - now)} ahead of ours"

    def asked_before(self) -> None:
        """Note that another process of the run may have asked for the promotion."""
        self._asked = True

    def choose(self) -> RecoveryPoint:
        """The content that was read; NotMeasured where the process died that read it: now it would hold more."""
        if self._point is None:
            told = f"nobody knows any more what the replica of {self._resource.id} held when disaster struck"
            raise NotMeasured(told, "run the drill anew")
        return self._point

    def worst_case(self, until: datetime) -> WorstCase | None:
        """The largest lag of the standing replica, of 90 days."""
        return replicas.worst_case(self._toolkit.account, self.described(), until)

    def restore(self, point: RecoveryPoint, copy: Copy) -> Asked:
        """Ask for the promotion; one that is promoted, or is being, is not asked to be again. NotRecoverable of any
        other replica; Transient where RDS takes none for now; NotMeasured where it is none, and nobody of this run
        asked: RDS promotes what replicates an instance that is deleted, and that is no recovery.
        """
        del point
        live = self._live(copy)
        if live.get(replicas.SOURCE):
            self._refuse_another(live)
            if (refused := self._promote(copy)) is not None and self._live(copy).get(
                INSTANCES.status
            ) not in _UNDER_WAY:
                raise Transient(refused.message, call=refused.call) from refused
        else:
            self._refuse_anothers_promotion(copy)
        return Asked(INSTANCES.identity(live))

    def _refuse_anothers_promotion(self, copy: Copy) -> None:
        """Raise NotMeasured of one that replicates nothing any more, where no call of this run can have done that."""
        if not self._asked:
            told = f"{copy.id} replicates nothing any more, and this run did not promote it"
            raise NotMeasured(told, f"is {self._resource.id} still there?", "rds:DescribeDBInstances")

    def _promote(self, copy: Copy) -> Refused | None:
        """Ask for it; the refusal where RDS takes no change of it for now: one that it is about already, maybe."""
        self._unheard = self._toolkit.clock.monotonic()
        api = self._there.account.api("rds")
        try:
            api.call("PromoteReadReplica", DBInstanceIdentifier=copy.id, BackupRetentionPeriod=0)
        except Refused as refused:
            if refused.code != INSTANCES.busy:
                raise
            self._asked |= refused.repeated  # an answer was lost before: it may be busy with what was asked
            return refused
        except Transient:
            self._asked = True
            raise
        self._asked = True
        return None

    def ready(self, copy: Copy) -> Ready:
        """Wait until it is available, replicates nothing any more, and its server takes writes.

        One that is available and replicates on was not taken for what was asked: it is asked for again. NotMeasured
        where RDS calls it promoted, and its server does not serve by itself for so long.
        """
        alone = self._answers is None

        def answers() -> bool:
            nonlocal alone
            alone = self._answers is None or self._answers(copy)
            return alone

        serves = instances.serves(self._there, answers if self._answers else None)

        def promoted(sighting: Sighting) -> bool:
            if not sighting.detail.get(replicas.SOURCE):
                self._refuse_anothers_promotion(copy)
                return serves(sighting)
            if sighting.status in _PROMOTED.ready:
                self._ask_again(copy)
            return False

        seen = self._toolkit.wait_until_ready(self._objects.feed(), copy, _PROMOTED, promoted)
        if not alone:
            told = f"{copy.id} is promoted, by RDS's word, and no server that takes writes answers there"
            raise NotMeasured(told, call="rds:DescribeDBInstances")
        return Ready(self._toolkit.seconds_since(seen), words=_CAVEAT)

    def _ask_again(self, copy: Copy) -> None:
        now = self._toolkit.clock.monotonic()
        if self._unheard is None:
            self._unheard = now  # asked by another process of the run, whose call may have been taken
        elif now - self._unheard > _UNHEARD and (live := self._live(copy)).get(replicas.SOURCE):  # it still does
            self._refuse_another(live)
            self._promote(copy)

    def _wait_for_the_standing_one(self, began: float) -> bool:
        """Wait until it is available, which it is not while it is backed up or changed; whether it was not."""
        waited = False
        while (
            status := str(self._toolkit.patiently(self.described).get(INSTANCES.status))
        ) not in instances.STATES.ready:
            told, waited = f"{self._resource.id} is '{status}': RDS makes a replica of what is available", True
            if status in instances.STATES.dead:
                raise NotRecoverable(told, call="rds:DescribeDBInstances")
            if self._toolkit.clock.monotonic() - began > self._toolkit.beforehand().ceiling:
                raise NotMeasured(told, call="rds:DescribeDBInstances")
            self._toolkit.pause(_BETWEEN)
        return waited

    def _look_at_options(self) -> str:
        """The standing one's own group: RDS takes no other for a replica beside its source, whatever its owner says."""
        there, put = self._there.account, isolation.declared(self._resource)
        own = {key: value for key, value in self._resource.own.items() if key != options.KEY}
        vpc = isolation.vpc_of(there, put.subnet_group)
        return options.look(there, replace(self._resource, own=own), self.option_group(), vpc)

    def _look_at_what_it_replicates(self) -> str:
        if self._of is None:
            raise NotMeasured(f"nothing says what {self._resource.id} replicates", "add `replicates` to the drill")
        return replicas.replicates(self.described(), self._of.region, self._of.id)

    def _look_at_replicas(self, copy: Copy) -> str:
        source = self.described()
        names = [each for each in source.get("ReadReplicaDBInstanceIdentifiers") or () if not each.startswith("arn:")]
        others = [found for each in names if (found := self._describe(each)) is not None]
        vpc = isolation.vpc_of(self._there.account, isolation.declared(self._resource).subnet_group)
        return replicas.room(source, others, vpc, copy.id)

    def _is_ours(self, replica: Mapping[str, Any]) -> bool:
        """Whether a replica of the standing one is the run's: it is no production, though it follows that."""
        return run_of(replica.get("TagList") or ()) == self._toolkit.run

    def _refuse_another(self, live: Mapping[str, Any]) -> None:
        """Raise NotRecoverable unless it is a replica of the standing one."""
        if (found := str(live.get(replicas.SOURCE) or "")) != self._resource.id:
            told = f"{live['DBInstanceIdentifier']} replicates {found or 'nothing'}, and not {self._resource.id}"
            raise NotRecoverable(told, call="rds:DescribeDBInstances")

    def _live(self, copy: Copy) -> Mapping[str, Any]:
        live = self._objects.described(copy.id)
        if live is None:
            raise NotMeasured(f"{copy.id} is not to be seen", call="rds:DescribeDBInstances")
        self._toolkit.proofs.same(copy, live[INSTANCES.unique])
        return live


def _unread(copy: Copy) -> datetime:
    raise NotMeasured(f"nothing reads a heartbeat in {copy.id}")
