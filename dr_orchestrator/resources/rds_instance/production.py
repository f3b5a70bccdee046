"""Production's own instance, failed over to the standby that it has: looked at, asked for once, and left as it was."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from dr_orchestrator.aws.copies import SKEW
from dr_orchestrator.aws.rds import events
from dr_orchestrator.aws.rds.failing_over import UNCHANGED, FailsOver
from dr_orchestrator.aws.rds.objects import INSTANCES, Objects
from dr_orchestrator.aws.toolkit import Toolkit
from dr_orchestrator.checks.apart import resolved
from dr_orchestrator.checks.client import hands
from dr_orchestrator.checks.client.writing import Client
from dr_orchestrator.checks.suite import Suite
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.evidence import Ready, Seen
from dr_orchestrator.domain.failover import REFERENCE, Zones
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.production import OnProduction
from dr_orchestrator.domain.run import ServerTime
from dr_orchestrator.domain.service import Auth, Login, Resource
from dr_orchestrator.errors import NotMeasured, Transient
from dr_orchestrator.resources.drillable import Order
from dr_orchestrator.resources.rds_instance.restore import DOOR
from dr_orchestrator.runner import Components

ZONES_WITHIN = 1200.0
"""Drill seconds within which AWS has to tell another zone of production that is served."""

WHOLE_WITHIN = 3600.0
"""Drill seconds within which production has to have a standby again; no client writes meanwhile."""

_LOOK_S = 1.0
_IN_SYNC = "in-sync"
_DESCRIBED = "rds:DescribeDBInstances"


def components(order: Order, on: OnProduction) -> Components:
    """The standby that production has, and the client that writes into the table which the team declares for it."""
    resource, toolkit = order.drill.resource, order.toolkit
    standby = ProductionInstance(resource, toolkit)

    def reach() -> Login:
        if resource.database is None:
            raise NotMeasured(f"{resource.name} declares no database", "add `database` to the resource")
        probe = replace(resource.database, secret=on.secret, auth=Auth.PASSWORD, user="")
        return DOOR.today(toolkit.account, resource.id, probe)

    def client(_copy: Copy) -> Client:
        number = secrets.randbelow(2**53)
        return Client(reach, _anywhere, lambda _: None, toolkit.clock, on.table, number, declared=True)

    def writes() -> str:
        hands.of(told := DOOR.engine(toolkit.account, resource.id))
        return f"writes numbers into {on.table} alone, which the team made for it, of the engine {told}"

    return Components(
        Suite((), toolkit.clock),
        looks=(PreflightCheck("production", standby.look), PreflightCheck("client", writes)),
        standby=standby,
        client=client,
        production=True,
        returns=on.returns,
    )


def _anywhere(login: Login) -> Login:
    """The login to the addresses that its name has now: it is production that is meant."""
    found = resolved(login.host, login.port)
    if not found:
        raise NotMeasured(f"{login.host} has no address here")
    return replace(login, addresses=tuple(sorted(found)))


class ProductionInstance(FailsOver):
    """An instance in two zones of production, whose standby takes its place."""

    usual = REFERENCE
    asks, busy = "rds:RebootDBInstance", INSTANCES.busy

    def __init__(self, resource: Resource, toolkit: Toolkit) -> None:
        self._resource, self._toolkit = resource, toolkit
        self._api, self._objects = toolkit.account.api("rds"), Objects(INSTANCES, toolkit)
        self._began, self._unique = toolkit.clock.now(), ""
        self._sent: float | None = None

    def look(self) -> str:
        """Whether it may be failed over now; NotMeasured where it is not whole, or is about to be changed."""
        live, name = self._live(), self._resource.id
        zones, pending = _zones(live), live.get("PendingModifiedValues") or {}
        wrong = [
            *([] if live.get("DBInstanceStatus") == "available" else [f"is {live.get('DBInstanceStatus')}"]),
            *([] if live.get("MultiAZ") else ["stands in one zone"]),
            *([f"has a standby in its own zone: {zones}"] if zones.standby in ("", zones.serving) else []),
            *([f"is to be changed: {', '.join(sorted(pending))}"] if pending else []),
            *(f"waits for {each}" for each in _unapplied(live)),
            *(f"awaits maintenance: {each}" for each in self._maintenance(str(live["DBInstanceArn"]))),
        ]
        if wrong:
            raise NotMeasured(
                f"{name} {'; '.join(wrong)}", "production is failed over only while it is whole", _DESCRIBED
            )
        return f"{live['DBInstanceArn']} is available; {zones}"

    def stand_by(self, copy: Copy) -> Ready:  # noqa: ARG002 - production has none
        """Wait until production is whole, with a standby in another zone: nothing is given to it.

        NotMeasured where it is not within an hour.
        """
        clock = self._toolkit.clock
        began = clock.monotonic()
        while True:
            self._toolkit.context.raise_if_stopped()
            try:
                return Ready(words=self.look())
            except NotMeasured:
                if clock.monotonic() - began >= WHOLE_WITHIN:
                    raise
            clock.sleep(_LOOK_S)

    def zones(self, copy: Copy) -> Zones:
        """The zone that serves, and that of the standby."""
        return super().zones(self._named(copy))

    def seen(self, copy: Copy) -> tuple[bool, Zones]:  # noqa: ARG002 - of production
        """Whether it is rebooting, and the zone that serves and that of its standby."""
        live = self._live()
        return live.get("DBInstanceStatus") == "rebooting", _zones(live)

    def fail_over(self, copy: Copy, before: Zones) -> Seen:
        """Ask for it, once; the guard lets nothing else through."""
        return replace(super().fail_over(self._named(copy), before), sent=self._sent)

    def failed_over(self, copy: Copy, before: Zones, served: Callable[[], bool]) -> Zones:
        """Wait until another zone serves, and the client is `served`, whatever state AWS tells: the zones seen then.

        Those of before where AWS goes on telling them, and its events tell of no failover that completed; where they
        do, NotMeasured: whether the zone changed nobody knows then.
        """
        clock, since, shown = self._toolkit.clock, list[float](), ""
        began = clock.monotonic()
        while True:
            self._toolkit.context.raise_if_stopped()
            again, live = served(), self._glance()
            zones, state = _zones(live), str(live.get("DBInstanceStatus") or "")
            if state and state != shown:
                self._toolkit.context.observe(copy, shown := state)
            if again:
                since.append(clock.monotonic())
                stayed = since[-1] - since[0] >= UNCHANGED and bool(zones.serving)
                if zones.serving not in ("", before.serving) or (stayed and not self._completed()):
                    self._asked = None
                    return zones
            if clock.monotonic() - began >= ZONES_WITHIN:
                told = ", ".join(self._completed()) or "nothing of one that completed"
                raise NotMeasured(
                    f"{self._resource.id} is served, and AWS goes on telling {zones}; its events tell {told}",
                    "look which zone serves",
                    _DESCRIBED,
                )
            clock.sleep(_LOOK_S)

    def _glance(self) -> Mapping[str, Any]:
        """All that AWS tells of it now; nothing where it does not answer in passing."""
        try:
            return self._live()
        except Transient:
            return {}

    def told(self, copy: Copy, since: datetime) -> list[ServerTime]:  # noqa: ARG002 - of production
        """The events of failovers that RDS wrote down of it."""
        return events.failovers(self._api, self._resource.id, since - SKEW)

    def _settle(self, copy: Copy, before: Zones, served: Callable[[], bool]) -> None:
        """Nothing beyond what it is waited for anyway: the client goes on no longer than its own service takes."""
        self.failed_over(copy, before, served)

    def _asking(self, copy: Copy) -> Callable[[], object]:
        self.look()  # it may have changed since the run began, or since the way there
        call = functools.partial(self._api.call, "RebootDBInstance", DBInstanceIdentifier=copy.id, ForceFailover=True)

        def ask() -> object:
            self._sent = self._toolkit.clock.monotonic()
            return call()

        return ask

    def _completed(self) -> list[str]:
        """When a failover completed since this process asked for one, as AWS's events tell."""
        known = self._asked[1] if self._asked is not None else ()
        told = events.failovers(self._api, self._resource.id, self._began - SKEW)
        return [each.at.isoformat() for each in told if each not in known and each.state == events.COMPLETED]

    def _since(self, copy: Copy) -> datetime:  # noqa: ARG002 - of this process
        return self._began

    def _named(self, copy: Copy) -> Copy:
        """Production under its own name, for what is said of it: it is no copy, and in no ledger."""
        return replace(copy, id=self._resource.id)

    def _live(self) -> Mapping[str, Any]:
        live = self._objects.described(self._resource.id)
        if live is None:
            raise NotMeasured(f"{self._resource.id} is not to be seen", call=_DESCRIBED)
        unique = str(live[INSTANCES.unique])
        if self._unique and unique != self._unique:
            raise NotMeasured(f"{self._resource.id} is another instance than when the run began", call=_DESCRIBED)
        self._unique = unique
        return live

    def _maintenance(self, arn: str) -> list[str]:
        found = self._api.pages("DescribePendingMaintenanceActions", "PendingMaintenanceActions")
        mine = [each for each in found if each.get("ResourceIdentifier") == arn]
        return [str(one.get("Action")) for each in mine for one in each.get("PendingMaintenanceActionDetails") or ()]


def _zones(described: Mapping[str, Any]) -> Zones:
    keys = ("AvailabilityZone", "SecondaryAvailabilityZone")
    return Zones(*(str(described.get(key) or "") for key in keys))


def _unapplied(described: Mapping[str, Any]) -> list[str]:
    """The groups of settings that a restart would put in force, or that are being put in force."""
    groups = [
        (f"the parameter group {each.get('DBParameterGroupName')}", each.get("ParameterApplyStatus"))
        for each in described.get("DBParameterGroups") or ()
    ]
    groups += [
        (f"the option group {each.get('OptionGroupName')}", each.get("Status"))
        for each in described.get("OptionGroupMemberships") or ()
    ]
    return [f"{name}, which is {state or 'in no state that AWS tells'}" for name, state in groups if state != _IN_SYNC]
