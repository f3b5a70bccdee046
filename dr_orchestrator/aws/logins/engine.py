"""The look at the engine of a source: whether the checks of a drill can speak to its copy, before there is one."""

from __future__ import annotations

from collections.abc import Iterable

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.logins.door import Door
from dr_orchestrator.domain import engines
from dr_orchestrator.domain.drill import Check
from dr_orchestrator.domain.service import Auth, Database, Resource, Via
from dr_orchestrator.errors import NotMeasured


def look(account: Account, door: Door, resource: Resource, database: Database, checks: Iterable[Check]) -> str:
    """The engine, as RDS tells it; NotMeasured where nothing here speaks to it, or it cannot answer a check."""
    told, call = door.engine(account, resource.id), f"rds:{door.shape.describe}"
    if not told:
        raise NotMeasured(f"RDS tells no engine of {resource.id}", call=call)
    known, where = engines.called(told), f" ({database.where})" if database.where else ""
    if silent := engines.silent(told):
        raise NotMeasured(f"{resource.id} is of the engine {told}: {silent[0]}{where}", silent[1])
    if known is None or (database.engine and database.engine != known.word):
        message = f"{resource.id} is of the engine {told}, and `engine: {database.engine}` is declared{where}"
        raise NotMeasured(message, "write the engine that it has, or leave it out")
    if database.auth is Auth.IAM and (told_of := engines.untokened(known)):
        raise NotMeasured(f"{told_of[0]}{where}", told_of[1])
    if database.tls_port and (told_of := engines.together(known)):
        raise NotMeasured(f"{told_of[0]}{where}", told_of[1])
    for check in checks:
        if unanswered := engines.unanswered(known, check):
            raise NotMeasured(f"check {check.name}: {unanswered[0]}{where}", unanswered[1])
    return told if database.via is Via.DATA_API else f"{told}, to which {known.driver} speaks"
