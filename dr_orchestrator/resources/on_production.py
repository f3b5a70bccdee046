"""The parts of a drill that fails production itself over, of whichever type that keeps rows."""

from __future__ import annotations

import secrets
from dataclasses import replace

from dr_orchestrator.aws.logins.door import Door
from dr_orchestrator.aws.rds.on_production import OwnStandby
from dr_orchestrator.checks.apart import resolved
from dr_orchestrator.checks.client import hands
from dr_orchestrator.checks.client.writing import Client
from dr_orchestrator.checks.suite import Suite
from dr_orchestrator.domain.copy import Copy
from dr_orchestrator.domain.preflight import PreflightCheck
from dr_orchestrator.domain.production import OnProduction
from dr_orchestrator.domain.service import Auth, Login
from dr_orchestrator.errors import NotMeasured
from dr_orchestrator.resources.drillable import Order
from dr_orchestrator.runner import Components


def components(order: Order, on: OnProduction, standby: OwnStandby, door: Door) -> Components:
    """The standby that production has, and the client that writes into the table which the team declares for it."""
    resource, toolkit = order.drill.resource, order.toolkit

    def reach() -> Login:
        if resource.database is None:
            raise NotMeasured(f"{resource.name} declares no database", "add `database` to the resource")
        probe = replace(resource.database, secret=on.secret, auth=Auth.PASSWORD, user="")
        return door.today(toolkit.account, resource.id, probe)

    def client(_copy: Copy) -> Client:
        number = secrets.randbelow(2**53)
        return Client(reach, _anywhere, lambda _: None, toolkit.clock, on.table, number, declared=True)

    def writes() -> str:
        hands.of(told := door.engine(toolkit.account, resource.id))
        return f"writes numbers into {on.table} alone, which the team made for it, of the engine {told}"

    return Components(
        Suite((), toolkit.clock),
        looks=(
            PreflightCheck("production", standby.look),
            PreflightCheck("client", writes),
            PreflightCheck("probe", lambda: client(order.copy).look()),
        ),
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
