"""Production's own, failed over to the standby that it has: looked at, asked for once, and left as it was."""

from __future__ import annotations

import functools
import re
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from dr_orchestrator.aws.calls.api import Refused
from dr_orchestrator.aws.copies import SKEW
from dr_orchestrator.aws.rds import events
from dr_orchestrator.aws.rds.failing_over import UNCHANGED, FailsOver
from dr_orchestrator.aws.rds.objects import Objects, Shape
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.evidence import Ready, Seen
from dr_orchestrator.domain.failover import FAILBACK, FAILOVER, Zones
from dr_orchestrator.domain.production import DAYS, OnProduction
from dr_orchestrator.domain.resource_type import OwnFailover
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.domain.service import Resource
from dr_orchestrator.errors import DrillFault, NotMeasured, Transient

ZONES_WITHIN = 1200.0
"""Drill seconds within which AWS has to tell another zone of production that is served."""

WHOLE_WITHIN = 3600.0
"""Drill seconds within which production has to have a standby again; no client writes meanwhile."""

_LOOK_S = 1.0
_IN_SYNC, _UNTOLD = "in-sync", "in no state that AWS tells"
_WEEK = timedelta(days=7)
_DAY = "|".join(DAYS)
_WINDOW = re.compile(rf"({_DAY}):(\d\d):(\d\d)-({_DAY}):(\d\d):(\d\d)")


class _Unseen(NotMeasured):
    """AWS does not show it: it may have forgotten for a moment what stands there."""


class _Another(NotMeasured):
    """It was made anew under its name."""


class OwnStandby(FailsOver):
    """An instance, or a cluster, of production that has a standby in another zone, which takes its place."""

    shape: ClassVar[Shape]
    kind: ClassVar[str]
    """RDS's word for it in its events."""

    over: ClassVar[OwnFailover]
    """The one call that fails it over."""

    anew = "run the drill anew, with an approval for that"
    given_up = events.GIVEN_UP

    def __init__(self, resource: Resource, toolkit: Toolkit, on: OnProduction | None = None) -> None:
        """Without `on` it is only looked at, and told of."""
        self._resource, self._toolkit = resource, toolkit
        self._api, self._objects = toolkit.account.api("rds"), Objects(self.shape, toolkit)
        self._writers = dict(on.writers) if on else {}
        self._returns = on is not None and on.returns
        self._began, self._unique, self._server = toolkit.clock.now(), "", ""

    def look(self) -> str:
        """Whether it may be failed over now, there and back; NotMeasured where it is not whole, or is to be changed."""
        live = self._live()
        ways = (FAILOVER, FAILBACK) if self._returns else (FAILOVER,)
        self._raise_for([*self._wrong(live), *self._misled(live, *ways)])
        self._server = self._serves(live)
        return self._words(live)

    def stand_by(self, copy: Copy) -> Ready:  # noqa: ARG002 - production has none
        """Wait until production is whole, with a standby in another zone: nothing is given to it.

        NotMeasured where it is not within an hour.
        """
        clock = self._toolkit.clock
        began = clock.monotonic()
        while True:
            self._toolkit.context.raise_if_stopped()
            try:
                live = self._live()
                self._raise_for(self._wrong(live))
                return Ready(words=self._words(live))
            except _Another:
                raise  # it never becomes the one that was failed over
            except NotMeasured:
                if clock.monotonic() - began >= WHOLE_WITHIN:
                    raise
            clock.sleep(_LOOK_S)

    def zones(self, copy: Copy) -> Zones:
        """The zone that serves, and that of the standby."""
        return super().zones(self._named(copy))

    def seen(self, copy: Copy) -> tuple[bool, Zones]:  # noqa: ARG002 - of production
        """Whether it fails over, and the zone that serves and that of its standby."""
        live = self._live()
        return self._under_way(live), self._zones(live)

    def fail_over(self, copy: Copy, before: Zones, way: str = FAILOVER) -> Seen:
        """Ask for it, once; the guard lets nothing else through.

        A process that took no look of its own holds it to who served `before`.
        """
        self._server = self._server or before.server or before.serving
        seen = super().fail_over(self._named(copy), before, way)
        return replace(seen, sent=self._toolkit.account.guard.sent)

    def failed_over(self, copy: Copy, before: Zones, served: Callable[[], bool]) -> Zones:
        """Wait until another zone serves, and the client is `served`, whatever state AWS tells: the zones seen then.

        Those of before where AWS goes on telling them, and its events tell of no failover that completed; where they
        do, NotMeasured: whether the zone changed nobody knows then. Likewise at once where AWS gave it up.
        """
        clock, since, shown = self._toolkit.clock, list[float](), ""
        served = self._watched(copy, served)
        began = clock.monotonic()
        while True:
            self._toolkit.context.raise_if_stopped()
            again, (state, server, zones) = served(), self._glance()
            if state and state != shown:
                self._toolkit.context.observe(copy, shown := state)
            if again:
                since.append(clock.monotonic())
                stayed = since[-1] - since[0] >= UNCHANGED and bool(zones.serving)
                moved = zones.serving not in ("", before.serving)
                if stayed and not moved:
                    self._raise_if_given_up(copy)
                if moved or (stayed and not self._completed()):
                    self._asked, self._server = None, server
                    return zones
            if clock.monotonic() - began >= ZONES_WITHIN:
                told = ", ".join(self._completed()) or "nothing of one that completed"
                raise NotMeasured(
                    f"{self._resource.id} is served, and AWS goes on telling {zones}; its events tell {told}",
                    "look which zone serves",
                    self._described,
                )
            clock.sleep(_LOOK_S)

    def told(self, copy: Copy, since: datetime) -> list[ServerTime]:  # noqa: ARG002 - of production
        """The events of failovers that RDS wrote down of it."""
        return events.failovers(self._api, self._resource.id, since - SKEW, self.kind)

    @abstractmethod
    def _unfit(self, live: Mapping[str, Any]) -> Iterable[str]:
        """The reasons, as AWS describes it, for which none is failed over; not its state, nor what is to be changed."""

    @abstractmethod
    def _misled(self, live: Mapping[str, Any], *ways: str) -> Iterable[str]:
        """Why one of these ways, in their order, would lead to no other zone, or to another than the drill says."""

    @abstractmethod
    def _pieces(self, live: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
        """All that AWS describes of it, itself first: how each is called in messages, empty of itself, and that."""

    @abstractmethod
    def _groups(self, live: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
        """Its groups of settings, each with the state of their application."""

    @abstractmethod
    def _serves(self, live: Mapping[str, Any]) -> str:
        """The name of the one that serves; empty where AWS does not tell."""

    @abstractmethod
    def _zones(self, live: Mapping[str, Any]) -> Zones:
        """The zone that serves, and that of the standby."""

    @abstractmethod
    def _under_way(self, live: Mapping[str, Any]) -> bool:
        """Whether a failover is under way."""

    def _wrong(self, live: Mapping[str, Any]) -> list[str]:
        """All that keeps it from being failed over now: it is not whole, or about to be changed."""
        wrong = list(self._unfit(live))
        for name, each in self._pieces(live):
            of, state = f"{name} " if name else "", each.get("DBInstanceStatus", each.get("Status"))
            pending = sorted(each.get("PendingModifiedValues") or {})
            window, now = str(each.get("PreferredMaintenanceWindow") or ""), self._toolkit.clock.now()
            wrong += [f"{of}is {state}"] if state != "available" else []
            wrong += [f"{of}is to be changed: {', '.join(pending)}"] if pending else []
            wrong += [f"{of}is in its maintenance window, {window} UTC"] if is_within(window, now) else []
        groups = [(name, state) for name, state in self._groups(live) if state != _IN_SYNC]
        wrong += [f"waits for {name}, which is {state or _UNTOLD}" for name, state in groups]
        arns = {str(each.get("DBInstanceArn") or each.get("DBClusterArn")) for _, each in self._pieces(live)}
        return [*wrong, *(f"awaits maintenance: {each}" for each in self._maintenance(arns))]

    def _words(self, live: Mapping[str, Any]) -> str:
        return f"{live[f'{self.shape.key}Arn']} is available; {self._zones(live)}"

    def _raise_for(self, wrong: Iterable[str]) -> None:
        if told := "; ".join(wrong):
            hint = "production is failed over only while it is whole"
            raise NotMeasured(f"{self._resource.id} {told}", hint, self._described)

    def _glance(self) -> tuple[str, str, Zones]:
        """The state, who serves and the zones that AWS tells now; nothing where it does not show it in passing."""
        try:
            live = self._live()
            return str(live.get(self.shape.status) or ""), self._serves(live), self._zones(live)
        except (Transient, _Unseen):
            return "", "", Zones("")

    def _settle(self, copy: Copy, before: Zones, served: Callable[[], bool]) -> None:
        """Nothing beyond what it is waited for anyway: the client goes on no longer than its own service takes."""
        self.failed_over(copy, before, served)

    def _asking(self, copy: Copy, way: str) -> Callable[[], object]:
        live = self._live()  # it may have changed since the run began, or since the way there
        serves = self._serves(live)
        if self._server and serves != self._server:
            told = f"{self._server} served when this run looked, and {serves or 'nobody'} does now"
            raise self._of_another(f"{copy.id} failed over: {told}")
        self._raise_for([*self._wrong(live), *self._misled(live, way)])
        given = self.over.parameters(copy.id, self._writers.get(way, ""))
        return functools.partial(self._api.call, self.over.operation.partition(":")[2], **given)

    def _told_of(self, refused: Refused) -> DrillFault:
        """Production goes on as it was: that AWS refuses the call says nothing of whether it fails over."""
        if refused.repeated:
            return refused
        told = f"AWS refused to fail {self._resource.id} over: {refused.message}; nothing came of it"
        return NotMeasured(told, self.anew)

    def _called(self, copy: Copy) -> str:  # noqa: ARG002 - production under its own name
        return self._resource.id

    def _completed(self) -> list[str]:
        """When a failover completed since this process asked for one, as AWS's events tell."""
        known = self._asked[1] if self._asked is not None else ()
        told = events.failovers(self._api, self._resource.id, self._began - SKEW, self.kind)
        return [each.at.isoformat() for each in told if each not in known and each.state == events.COMPLETED]

    def _since(self, copy: Copy) -> datetime:  # noqa: ARG002 - of this process
        return self._began

    def _named(self, copy: Copy) -> Copy:
        """Production under its own name, for what is said of it: it is no copy, and in no ledger."""
        return replace(copy, id=self._resource.id)

    @property
    def _described(self) -> str:
        return f"rds:{self.shape.describe}"

    def _live(self) -> Mapping[str, Any]:
        live = self._objects.described(self._resource.id)
        if live is None:
            self._toolkit.clock.sleep(_LOOK_S)
            live = self._objects.described(self._resource.id)
        if live is None:
            raise _Unseen(f"{self._resource.id} is not to be seen", call=self._described)
        unique = str(live[self.shape.unique])
        if self._unique and unique != self._unique:
            told = f"{self._resource.id} is another than when the run began"
            raise _Another(told, "it was made anew under its name", self._described)
        self._unique = unique
        return live

    def _maintenance(self, arns: Iterable[str]) -> list[str]:
        found, mine = self._api.pages("DescribePendingMaintenanceActions", "PendingMaintenanceActions"), set(arns)
        ours = [each for each in found if each.get("ResourceIdentifier") in mine]
        return [str(one.get("Action")) for each in ours for one in each.get("PendingMaintenanceActionDetails") or ()]


def is_within(window: str, at: datetime) -> bool:
    """Whether an instant lies in a weekly window as RDS writes it (`sun:05:00-sun:06:00`, UTC)."""
    if (found := _WINDOW.fullmatch(window.lower())) is None:
        return False
    since, until = (_in_week(*found.groups()[first : first + 3]) for first in (0, 3))
    passed = timedelta(days=at.weekday(), hours=at.hour, minutes=at.minute, seconds=at.second)
    return (passed - since) % _WEEK < (until - since) % _WEEK


def _in_week(day: str, hour: str, minute: str) -> timedelta:
    return timedelta(days=DAYS.index(day), hours=int(hour), minutes=int(minute))
