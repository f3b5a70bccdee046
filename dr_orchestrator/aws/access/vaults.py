"""The rights of drills that restore from vaults of AWS Backup: to start a job, and to give it the role it acts by."""

from __future__ import annotations

from collections.abc import Iterator

from dr_orchestrator.aws.access.scope import Scope
from dr_orchestrator.aws.access.statements import Statement, allow
from dr_orchestrator.domain.drill import Drill
from dr_orchestrator.domain.vault import SERVICE


def restores(scope: Scope) -> Iterator[Statement]:
    """The statements: jobs restore recovery points of the drilled types alone, by the roles that drills declare."""
    here = scope if scope.apart else scope.beside()  # AWS Backup restores in the account of the copy
    drills = [drill for drill in here.drills if drill.vault is not None and drill.vault.by_job]
    if not drills:
        return
    points = dict.fromkeys(arn for drill in drills for arn in _points(scope, drill))
    yield allow("RestoreFromVaults", {"backup:StartRestoreJob"}, [*points], scope.here())
    roles = sorted({drill.vault.role for drill in drills if drill.vault is not None})
    yield allow("LetBackupActByRoles", {"iam:PassRole"}, roles, {"StringEquals": {"iam:PassedToService": SERVICE}})


def _points(scope: Scope, drill: Drill) -> Iterator[str]:
    """The ARNs that recovery points of a drill's type may have, in the account of its vault."""
    owner = drill.vault.account if drill.vault is not None else ""
    for write in scope.types[drill.resource.type].writes:
        for service, pattern in write.from_points if write.acts_as else ():
            part = pattern.replace("{source}", drill.resource.id)
            yield from scope.arns(service, part)
            if owner:
                yield from (f"arn:{scope.partition}:{service}:{region}:{owner}:{part}" for region in scope.regions)
